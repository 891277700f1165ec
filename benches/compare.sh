#!/bin/sh
# Two builds of howship against each other: this tree and another revision, in one run, turn about, so
# that a busy machine slows both. Per case and number of threads: medians of the whole process, their
# ratio, and the range over the turns.
# Usage: benches/compare.sh REV [TURNS [CASE...]]; cases: case (20 d, 900 000 tumour cells), section, main.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
rev=$1
turns=${2:-5}
shift; [ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- case section
base=$(mktemp -d)
end() {
    git -C "$root" worktree remove --force "$base/tree" 2> /dev/null || true
    rm -rf "$base"
}
trap end EXIT
trap 'exit 130' INT TERM
git -C "$root" worktree add --quiet --detach "$base/tree" "$rev"
(cd "$root" && cargo build --release --bin howship --quiet)
cp "$root/target/release/howship" "$base/new"
(cd "$base/tree" && CARGO_TARGET_DIR="$root/target/compare" cargo build --release --bin howship --quiet)
cp "$root/target/compare/release/howship" "$base/old"
settings() {
    case $1 in
    case) echo 'run.duration="20 d"
run.burn_in="6 d"
inoculation.cells=900000
inoculation.colonies=300
output.map_days=[]' ;;
    section | main) : ;;
    *) echo "unknown case $1: case, section or main" >&2; exit 2 ;;
    esac
}
one() { # BUILD CASE THREADS: seconds and kB
    scenario=vicious_cycle
    [ "$2" = section ] && scenario=vicious_cycle_2d
    set -- "$1" "$3" "$(settings "$2")"
    build=$1 threads=$2 lines=$3
    set --
    while IFS= read -r line; do
        [ -n "$line" ] && set -- "$@" --set "$line"
    done << END
$lines
END
    rm -rf "$base/out"
    from=$(date +%s%N)
    "$base/$build" run "$root/scenarios/$scenario.toml" --threads "$threads" "$@" --quiet --out "$base/out" > /dev/null
    to=$(date +%s%N)
    awk -v from="$from" -v to="$to" 'BEGIN { printf "%.3f\n", (to - from) / 1e9 }'
}
summary() { sort -n | awk '{ at[NR] = $1 } END { printf "%.2f %.2f %.2f", at[int((NR + 1) / 2)], at[1], at[NR] }'; }
echo "# case-threads  this median least most  $rev median least most  ratio of medians"
for name in "$@"; do
    for threads in 1 2; do
        : > "$base/new.s"; : > "$base/old.s"
        for _ in $(seq "$turns"); do
            one new "$name" "$threads" >> "$base/new.s"
            one old "$name" "$threads" >> "$base/old.s"
        done
        new=$(summary < "$base/new.s") old=$(summary < "$base/old.s")
        ratio=$(echo "$new $old" | awk '{ printf "%.2f", $4 / $1 }')
        echo "$name-$threads  $new  $old  $ratio"
    done
done
