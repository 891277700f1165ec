#!/bin/sh
# Makes sure that Slurm's daemons and munge are there: from apt, as root. Usage: tests/engines/slurm_packages.sh
set -eu
export PATH="$PATH:/usr/sbin:/sbin"
if command -v slurmctld slurmd sbatch munged > /dev/null; then
    exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# No service of its own is to start: the daemons of the test are others.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends slurm-wlm munge; } > "$log" 2>&1; then
    tail -n 8 "$log" >&2
    echo "error: slurm-wlm and munge are missing and apt-get does not install them" >&2
    exit 1
fi
