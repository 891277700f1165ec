#!/usr/bin/env bash
# Builds wasm/howship.wasm, for `howship view --export FOLDER --module wasm/howship.wasm`.
#
# Where rustup has the target (rustup target add wasm32-unknown-unknown) it is taken; else Debian's packages: as root
# they are installed here (rustc-web, cargo-web, rust-web-src and lld-22), and the standard library is built from source.
# Minutes of one core. The target folder is wasm/target, or CARGO_TARGET_DIR.
set -euo pipefail
cd "$(dirname "$0")"
target=wasm32-unknown-unknown
out="${CARGO_TARGET_DIR:-target}/$target/release/howship_wasm.wasm"
if [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$target" ]; then
    cargo build --release --target "$target"
else
    if [ ! -x /usr/bin/wasm-ld-22 ] || ! ls /usr/src/rustc-web-*/library >/dev/null 2>&1 \
        && ! ls /usr/lib/rustlib/src/rust/library >/dev/null 2>&1; then
        if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
            echo "no wasm32 target: rustup target add $target, or as root apt-get install rustc-web cargo-web rust-web-src lld-22" >&2
            exit 1
        fi
        apt-get update
        apt-get install -y --no-install-recommends rustc-web cargo-web rust-web-src lld-22
    fi
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/wasm-ld-22 \
        /usr/bin/cargo build --release -Zbuild-std=std,panic_abort --target "$target"
fi
cp "$out" howship.wasm
ls -l howship.wasm
