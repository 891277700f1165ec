#!/bin/sh
# A study of many runs of the 2-D scenario, shortened: speed on two cores against ideal (the CPU time of
# runs alone on one core, halved), memory early and late, and whether the table is the same, byte for
# byte, after ten kills (SIGKILL) on the way.
# Usage: benches/study_thousand.sh [RUNS] [HOWSHIP] [DAYS]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
runs=${1:-1000}
howship=$(realpath "${2:-$root/target/release/howship}")
days=${3:-2}
base=$(mktemp -d)
cd "$base"
study=
end() {
    [ -z "$study" ] || kill -KILL "$study" 2> /dev/null || true
    rm -rf "$base"
}
trap end EXIT
trap 'exit 130' INT TERM
write_study() { # FILE REPLICATES
    cat > "$1" <<TOML
name = "thousand"
base = "$root/scenarios/vicious_cycle_2d.toml"
replicates = $2
[set]
"run.duration" = "$days d"
"run.burn_in" = "1 d"
[vary]
"tumour.division.rate" = { from = "0.3 /d", to = "0.6 /d", levels = 5 }
[responses]
bone = { column = "bv_tv", relative = true }
cells = { column = "tumour_cells" }
TOML
}
write_study study.toml $((runs / 5))
runs=$((runs / 5 * 5))
write_study sample.toml 4
timed() { # FILE COMMAND...: wall and CPU seconds of a command into FILE
    file=$1; shift
    python3 - "$file" "$@" <<'PY'
import os, subprocess, sys, time
start = time.monotonic()
code = subprocess.run(sys.argv[2:], check=False).returncode
times = os.times()
print(time.monotonic() - start, times.children_user + times.children_system, file=open(sys.argv[1], "w"))
sys.exit(code)
PY
}
timed sample.s "$howship" study run sample.toml --store sample --jobs 1 --quiet
timed whole.s "$howship" study run study.toml --store whole --jobs 2 --quiet
table=whole/studies/thousand/runs.csv
[ "$(grep -c ',done,' "$table")" -eq "$runs" ] || { echo "error: not all runs are done" >&2; exit 1; }
awk -v runs="$runs" 'NR == FNR { each = $2 / 20; next } {
    printf "%d runs of %.3f s CPU: %.1f s on 2 cores, ideal %.1f s: %.1f %% of ideal speed; CPU busy %.1f %%\n",
        runs, each, $1, each * runs / 2, 100 * each * runs / 2 / $1, 100 * $2 / 2 / $1 }' sample.s whole.s
sort -t, -k9 -n whole/studies/thousand/telemetry.csv | awk -F, -v runs="$runs" '$3 == "done" { n++
    if (n == int(runs / 10)) early = $6
    late = $6 } END { printf "peak memory: %.1f MB after a tenth of the runs, %.1f MB at the end\n", early, late }'

kills=0
while [ "$kills" -lt 10 ]; do
    kills=$((kills + 1))
    "$howship" study run study.toml --store broken --jobs 2 --quiet & study=$!
    until [ "$(find broken/results -name '*.csv' 2> /dev/null | wc -l)" -ge $((kills * runs / 11)) ]; do
        kill -0 "$study" 2> /dev/null || { echo "error: the study ended before kill $kills" >&2; exit 1; }
        sleep 0.05
    done
    kill -KILL "$study"
    wait "$study" 2> /dev/null || true
done
study=
"$howship" study run study.toml --store broken --jobs 2 --quiet
cmp "$table" broken/studies/thousand/runs.csv
echo "killed 10 times: the table of runs is the same, byte for byte"
