#!/bin/sh
# What a run of a study costs beside its simulation, in ms of wall time per run on two cores: by the
# local batch and by Dask with two workers, against as many empty processes. Medians of three turns;
# the simulation's own time, from the telemetry, is taken off.
# Usage: benches/study_overhead.sh [RUNS] [HOWSHIP]; RUNS in steps of 8.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
runs=${1:-1000}
howship=$(realpath "${2:-$root/target/release/howship}")
python=$("$root/tests/engines/venv.sh")/bin/python
. "$root/tests/engines/study.sh"
base=$(mktemp -d)
cd "$base"
ids=
end() {
    for id in $ids; do kill -KILL "$id" 2> /dev/null || true; done
    rm -rf "$base"
}
trap end EXIT
trap 'exit 130' INT TERM
write_study . "$runs"
sed -i 's/duration = "8 d"/duration = "1 d"/; s/at = "1 d"/at = "12 h"/' small.toml study.toml
seconds() { # COMMAND...: its wall time
    from=$(date +%s%N)
    "$@" > /dev/null
    awk -v from="$from" -v to="$(date +%s%N)" 'BEGIN { printf "%.6f", (to - from) / 1e9 }'
}
median() { sort -n | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'; }
empty() { seq "$runs" | xargs -P 2 -n 1 /bin/true; }
beside() { # STORE SECONDS: ms per run that are not the simulation's
    awk -F, -v wall="$2" -v runs="$runs" 'NR > 1 { own += $4; n++ }
        END { if (n != runs) exit 1; printf "%.3f\n", 1000 * (wall - own / 2) / runs }' \
        "$1/studies/doses/telemetry.csv"
}
local_run() { "$howship" study run study.toml --store "$1" --jobs 2 --quiet; }
dask_run() {
    "$howship" study run study.toml --store "$1" --quiet --engine dask --scheduler "$address" \
        --python "$python"
}
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
address=tcp://127.0.0.1:$port
"$python" -m distributed.cli.dask_scheduler --host 127.0.0.1 --port "$port" --no-dashboard \
    > scheduler.log 2>&1 & ids="$ids $!"
for _ in 1 2; do
    "$python" -m distributed.cli.dask_worker "$address" --no-nanny --nworkers 1 --nthreads 1 \
        --no-dashboard --local-directory "$base/scratch" > worker.log 2>&1 & ids="$ids $!"
done
dask_run warm
for turn in 1 2 3; do
    seconds empty | awk -v runs="$runs" '{ printf "%.3f\n", 1000 * $1 / runs }' >> empty.ms
    wall=$(seconds local_run "local-$turn"); beside "local-$turn" "$wall" >> local.ms
    wall=$(seconds dask_run "dask-$turn"); beside "dask-$turn" "$wall" >> dask.ms
    cmp "local-$turn/studies/doses/runs.csv" "dask-$turn/studies/doses/runs.csv"
done
echo "ms of wall time per run, $runs runs on 2 cores, medians of 3 turns"
for what in empty local dask; do
    printf '%-6s %s  (turns: %s)\n' "$what" "$(median < "$what.ms")" "$(tr '\n' ' ' < "$what.ms")"
done
