#!/bin/sh
# A study through a Dask scheduler and two separate workers on loopback. One worker is killed (SIGKILL)
# in the middle, then the scheduler; the study is started again, and its table is compared byte for
# byte with that of a local run. Then the same with runs that fail, and into a shared store.
# Usage: tests/engines/dask.sh [RUNS] [HOWSHIP]; needs Python 3.10 and PyPI the first time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runs=${1:-200}
howship=$(realpath "${2:-target/release/howship}")
# Built already where another script hands it on.
python=${HOWSHIP_VENV:-$("$here/venv.sh")}/bin/python
. "$here/study.sh"
base=$(mktemp -d)
cd "$base"
ids=
tls=
end() {
    for id in $ids; do kill -KILL "$id" 2> /dev/null || true; done
    rm -rf "$base"
}
trap end EXIT
trap 'exit 130' INT TERM
fail() {
    echo "error: $*" >&2
    tail -n 5 ./*.log >&2 2> /dev/null || true
    exit 1
}
port() {
    "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
start_scheduler() { # [tls]
    address=${1:-tcp}://127.0.0.1:$(port)
    # shellcheck disable=SC2086 # the options of TLS are words
    "$python" -m distributed.cli.dask_scheduler --host "${address%:*}" --port "${address##*:}" \
        --dashboard-address 127.0.0.1:0 $tls --no-dashboard > scheduler.log 2>&1 &
    scheduler=$!
    ids="$ids $scheduler"
}
start_worker() {
    # shellcheck disable=SC2086
    "$python" -m distributed.cli.dask_worker "$address" --no-nanny --nworkers 1 --nthreads 1 \
        --host 127.0.0.1 --dashboard-address 127.0.0.1:0 $tls --no-dashboard --local-directory "$base/scratch" > "worker-$1.log" 2>&1 &
    worker=$!
    ids="$ids $worker"
}
by_dask() { # STUDY STORE [OPTION...]
    study_file=$1; store=$2; shift 2
    "$howship" study run "$study_file" --store "$store" --engine dask --scheduler "$address" \
        --python "$python" "$@"
}
wait_for() { # STORE COUNT: results beyond this
    turn=0
    while [ "$(results "$1")" -lt "$2" ]; do
        turn=$((turn + 1))
        [ "$turn" -lt 1200 ] || fail "$2 results did not come within a minute"
        kill -0 "$study" 2> /dev/null || fail "the study ended before $2 results"
        sleep 0.05
    done
}

write_study . "$runs"
"$howship" study run study.toml --store local --quiet
start_scheduler
start_worker 1; first=$worker
start_worker 2; second=$worker

by_dask study.toml remote > first.log 2>&1 &
study=$!
wait_for remote $((runs / 8))
kill -KILL "$first"
at_worker=$(results remote)
wait_for remote $((runs / 2))
kill -KILL "$scheduler"
at_scheduler=$(results remote)
code=0; wait "$study" || code=$?
[ "$code" -eq 75 ] || fail "after the scheduler was lost the study ended with $code, not 75"
grep -q "start" first.log || fail "the study does not say to start again"
kill -KILL "$second" 2> /dev/null || true
kept=$(results remote)
[ "$kept" -lt "$runs" ] || fail "the scheduler was killed too late"
turn=0
while pgrep -f "run-one --plan $base/" > /dev/null; do
    turn=$((turn + 1)); [ "$turn" -lt 100 ] || fail "runs go on without their worker"
    sleep 0.1
done

start_scheduler
start_worker 1; first=$worker
start_worker 2; second=$worker
by_dask study.toml remote > second.log 2>&1 || fail "the study started again ended with $?"
grep -q "$((runs - kept)) runs done, $kept were there, 0 failed" second.log \
    || fail "not only what was missing was run"
cmp local/studies/doses/runs.csv remote/studies/doses/runs.csv || fail "the tables differ"
echo "dask: worker killed at $at_worker of $runs runs, scheduler at $at_scheduler; $kept kept, table equal"

# A worker that others reach is refused, and nothing is given to it.
"$python" -m distributed.cli.dask_worker "$address" --no-nanny --nworkers 1 --nthreads 1 \
    --dashboard-address 127.0.0.1:0 --local-directory "$base/scratch" > worker-open.log 2>&1 &
open=$!
ids="$ids $open"
turn=0
until grep -q "Registered to" worker-open.log; do
    turn=$((turn + 1)); [ "$turn" -lt 300 ] || fail "the open worker does not come up"
    sleep 0.1
done
code=0; by_dask study.toml refused --quiet 2> refused.log || code=$?
[ "$code" -eq 2 ] && grep -q "without TLS" refused.log || fail "an open worker was taken: $code"
[ "$(results refused)" -eq 0 ] || fail "an open worker was given runs"
kill -KILL "$open"; wait "$open" 2> /dev/null || true
echo "dask: a worker that others reach is refused"

# Runs that fail are rows with their error, and exit 1.
write_study . 16 100000000
code=0; "$howship" study run study.toml --store local_failing --quiet 2> local_failing.log || code=$?
[ "$code" -eq 1 ] || fail "the local study with failures ended with $code"
code=0; by_dask study.toml failing > failing.log 2>&1 || code=$?
[ "$code" -eq 1 ] || fail "the study with failures ended with $code"
cmp local_failing/studies/doses/runs.csv failing/studies/doses/runs.csv || fail "the failed rows differ"
[ "$(grep -c ',failed,' failing/studies/doses/runs.csv)" -eq 8 ] || fail "not half of the rows failed"

# Who is stopped, or killed, leaves no driver behind.
write_study . "$runs"
for how in TERM KILL; do
    by_dask study.toml "stopped-$how" > stopped.log 2>&1 &
    waited=$!
    study=$waited
    wait_for "stopped-$how" 1
    # The shell of the function is the parent of howship.
    study=$(pgrep -P "$waited" -x howship || echo "$waited")
    kill "-$how" "$study"
    code=0; wait "$waited" || code=$?
    [ "$code" -gt 128 ] || fail "stopped by $how the study ended with $code"
    turn=0
    while pgrep -f "howship.dask.* --scheduler $address" > /dev/null; do
        turn=$((turn + 1)); [ "$turn" -lt 100 ] || fail "the driver goes on after $how"
        sleep 0.1
    done
done
echo "dask: stopped and killed studies leave no driver"

# Into a store that the workers see.
write_study . 24
"$howship" study run study.toml --store local_shared --quiet
by_dask study.toml shared --quiet --shared-store 6 \
    || fail "the study with a shared store ended with $?"
cmp local_shared/studies/doses/runs.csv shared/studies/doses/runs.csv || fail "the shared tables differ"
echo "dask: failed rows and shared store equal"

# By TLS; who has no certificate is turned away.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
    -keyout key.pem -out cert.pem 2> /dev/null
tls="--tls-ca-file cert.pem --tls-cert cert.pem --tls-key key.pem"
start_scheduler tls
start_worker 3
by_dask study.toml encrypted --quiet --tls-ca cert.pem --tls-cert cert.pem --tls-key key.pem \
    || fail "the study by TLS ended with $?"
cmp local_shared/studies/doses/runs.csv encrypted/studies/doses/runs.csv \
    || fail "the tables by TLS differ"
code=0; by_dask study.toml plain --quiet 2> plain.log || code=$?
[ "$code" -eq 2 ] && grep -q -e --tls-ca plain.log || fail "TLS without certificates: $code"
address=tcp://127.0.0.1:${address##*:}
code=0; by_dask study.toml plain --quiet 2> plain.log || code=$?
[ "$code" -eq 75 ] || fail "without TLS the study ended with $code, not 75"
echo "dask: table by TLS equal, others turned away"
