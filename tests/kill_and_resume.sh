#!/bin/sh
# Kills a run at N random moments (SIGKILL), takes each up again, and compares it with a straight run.
# Prints "survived M of N"; exit 0 when all did. Usage: tests/kill_and_resume.sh [N] [HOWSHIP]
set -eu
total=${1:-20}
howship=${2:-target/release/howship}
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
cat > "$base/lively.toml" <<'TOML'
name = "lively"
preset = "mouse"
seed = 7
[run]
duration = "6 d"
burn_in = "2 d"
[lattice]
size = [40, 40, 20]
site = "10 um"
[specimen.slab]
thickness = "120 um"
[lining.activation]
events = { rate = "20000 /mm2/yr" }
[inoculation]
cells = 300
time = "1 d"
[checkpoint]
every = "6 h"
TOML
start=$(date +%s%N)
"$howship" run "$base/lively.toml" --quiet --out "$base/straight"
took_ms=$((($(date +%s%N) - start) / 1000000))
survived=0
turn=0
while [ "$turn" -lt "$total" ]; do
    turn=$((turn + 1))
    run="$base/killed"
    rm -rf "$run"
    "$howship" run "$base/lively.toml" --quiet --out "$run" &
    id=$!
    # From the first checkpoint on, anywhere in the run, its last writing included; once more while it
    # is taken up again.
    until ls "$run"/checkpoints/*.howship > /dev/null 2>&1; do sleep 0.01; done
    wait_ms=$(awk -v most="$took_ms" -v seed="$$$turn" 'BEGIN { srand(seed); printf "%d", rand() * most }')
    sleep "$(awk -v ms="$wait_ms" 'BEGIN { print ms / 1000 }')"
    kill -KILL "$id" 2> /dev/null || true
    wait "$id" 2> /dev/null || true
    "$howship" resume "$run" --quiet &
    id=$!
    sleep "$(awk -v ms="$wait_ms" 'BEGIN { print ms / 2000 }')"
    kill -KILL "$id" 2> /dev/null || true
    wait "$id" 2> /dev/null || true
    "$howship" resume "$run" --quiet > /dev/null || continue
    if diff -r -x run.json -x checkpoints "$base/straight" "$run" > /dev/null \
        && [ "$(sed -n '/"digest"/p; /"outputs"/,$p' "$run/run.json")" \
            = "$(sed -n '/"digest"/p; /"outputs"/,$p' "$base/straight/run.json")" ]; then
        survived=$((survived + 1))
    fi
done
echo "survived $survived of $total"
[ "$survived" -eq "$total" ]
