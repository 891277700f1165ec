#!/bin/sh
# Makes a Python with what the tests of engines, of volumes and of the package need, once, builds the package howship
# of python/ into it, and prints its folder.
# Usage: tests/engines/venv.sh [fetch]; with fetch it makes the Python alone, beside whatever cargo does.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
home=$target/engines-venv
need="distributed==2026.8.0 cloudpickle==3.1.3 polars==2.1.0 duckdb==2.0.1 SALib==1.6.0 pytest==9.2.0 maturin==1.16.0 vtk==9.7.2 zarr==3.1.6 ome-zarr==0.18.0 nibabel==5.4.2 pandas==3.1.1 pyarrow==26.0.1 xarray==2026.9.0 matplotlib==3.11.2"
if [ "$(cat "$home/holds" 2> /dev/null)" != "$need" ]; then
    rm -rf "$home"
    python3 -m venv "$home"
    # shellcheck disable=SC2086 # one word per package
    "$home/bin/pip" --quiet --disable-pip-version-check install --no-compile $need >&2
    printf '%s' "$need" > "$home/holds"
fi
if [ "${1:-}" = fetch ]; then
    exit 0
fi
# By the profile and with the features of the tests, so that what is built already is taken where the features of its own
# dependencies allow it; the version on PyPI has no say.
PATH=$home/bin:$PATH CARGO_TARGET_DIR=$target MATURIN_PEP517_ARGS="--profile dev --features whole" \
    "$home/bin/pip" --quiet --disable-pip-version-check install --no-deps --no-build-isolation \
    --force-reinstall "$root/python" >&2
echo "$home"
