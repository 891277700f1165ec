#!/bin/sh
# Runs one tissue with an unoptimised, a development and a release build, and compares the digests.
# Usage: tests/builds_agree.sh; takes some minutes to build.
set -eu
cd "$(dirname "$0")/.."
base=$(mktemp -d)
trap 'rm -rf "$base"' EXIT
target=${CARGO_TARGET_DIR:-target}
digest() {
    "$1" run tests/data/lively.toml --quiet --out "$base/$2"
    sed -n 's/.*"digest": "\(.*\)".*/\1/p' "$base/$2/run.json"
}
cargo build --quiet --release
cargo build --quiet
CARGO_PROFILE_DEV_OPT_LEVEL=0 cargo build --quiet --target-dir "$target/unoptimised"
release=$(digest "$target/release/howship" release)
dev=$(digest "$target/debug/howship" dev)
plain=$(digest "$target/unoptimised/debug/howship" plain)
echo "release     $release"
echo "development $dev"
echo "unoptimised $plain"
[ "$release" = "$dev" ] && [ "$release" = "$plain" ]
