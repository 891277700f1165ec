#!/bin/sh
# Makes a Python with what the tests of engines and of volumes need, once, and prints its folder.
# Usage: tests/engines/venv.sh
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
home=${CARGO_TARGET_DIR:-$root/target}/engines-venv
need="distributed==2026.8.0 cloudpickle==3.1.3 polars==2.1.0 duckdb==2.0.1 SALib==1.6.0 pytest==9.2.0 setuptools==80.9.0 vtk==9.7.2 zarr==3.1.6 ome-zarr==0.18.0 nibabel==5.4.2"
if [ "$(cat "$home/holds" 2> /dev/null)" != "$need" ]; then
    rm -rf "$home"
    python3 -m venv "$home"
    # shellcheck disable=SC2086 # one word per package
    "$home/bin/pip" --quiet --disable-pip-version-check install --no-compile $need >&2
    printf '%s' "$need" > "$home/holds"
fi
# The package from a copy, which keeps build folders out of the sources; the version on PyPI has no say.
copy=$(mktemp -d)
cp -r "$root/python" "$copy/python"
"$home/bin/pip" --quiet --disable-pip-version-check install --no-deps --no-build-isolation \
    --force-reinstall "$copy/python" >&2
rm -rf "$copy"
echo "$home"
