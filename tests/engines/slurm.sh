#!/bin/sh
# A study through Slurm's own daemons: munged, slurmctld and two slurmd on loopback, an array of shards
# by `howship study slurm-script` and sbatch. A shard is killed (SIGKILL) in the middle and the
# controller once; the array is sent again, and the table is compared byte for byte with that of a
# local run. All files are in a folder of their own; the daemons are stopped at the end.
# Usage, as root: tests/engines/slurm.sh [RUNS] [SHARDS] [HOWSHIP]; installs slurm-wlm and munge by
# apt-get where they are missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
runs=${1:-200}
shards=${2:-4}
howship=$(realpath "${3:-target/release/howship}")
. "$here/study.sh"
fail() {
    echo "error: $*" >&2
    tail -n 8 "$base"/*.log >&2 2> /dev/null || true
    exit 1
}
base=$(mktemp -d)
ids=
end() {
    # Steps and their shards first, then who would start them again.
    scancel --user=root 2> /dev/null || true
    for id in $ids; do kill -TERM "$id" 2> /dev/null || true; done
    for id in $ids; do wait "$id" 2> /dev/null || true; done
    rm -rf "$base"
}
[ "$(id -u)" -eq 0 ] || fail "Slurm's daemons are started as root; run this as root"
export PATH="$PATH:/usr/sbin:/sbin"
"$here/slurm_packages.sh" || fail "no Slurm"
chmod 755 "$base"
cd "$base"
port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
host=$(hostname -s)
# A munge of this test's own: its key, its socket.
mkdir munge && chmod 700 munge
dd if=/dev/urandom of=munge/key bs=128 count=1 2> /dev/null
chmod 600 munge/key
mkdir socket && chmod 755 socket
chown -R munge munge socket
touch munged.log && chown munge munged.log && chmod 640 munged.log
cat > slurm.conf <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$base/socket/munge
CryptoType=crypto/munge
SlurmctldPort=$(port)
SlurmctldPidFile=$base/slurmctld.pid
SlurmdPidFile=$base/%n.pid
SlurmctldLogFile=$base/slurmctld.log
SlurmdLogFile=$base/%n.log
StateSaveLocation=$base/state
SlurmdSpoolDir=$base/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
CommunicationParameters=NoInAddrAny
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
InactiveLimit=0
KillWait=5
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1 RealMemory=2000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1 RealMemory=2000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
mkdir state
export SLURM_CONF="$base/slurm.conf"
trap end EXIT
trap 'exit 130' INT TERM
munged=$(command -v munged)
setpriv --reuid=munge --regid=munge --clear-groups "$munged" --foreground --key-file="$base/munge/key" \
    --socket="$base/socket/munge" --pid-file="$base/munge/pid" --seed-file="$base/munge/seed" \
    --log-file="$base/munged.log" > munged.out 2>&1 &
ids="$ids $!"
turn=0
until [ -S socket/munge ]; do
    turn=$((turn + 1)); [ "$turn" -lt 100 ] || fail "munged does not come up"
    sleep 0.1
done
start_controller() {
    slurmctld -D > slurmctld.out 2>&1 &
    controller=$!
    ids="$controller $ids"
}
start_controller
for node in n1 n2; do
    slurmd -D -N "$node" > "$node.out" 2>&1 & ids="$! $ids"
done
nodes_come() {
    turn=0
    until [ "$(sinfo --noheader --Node --states=idle 2> /dev/null | wc -l)" -eq 2 ]; do
        turn=$((turn + 1)); [ "$turn" -lt 300 ] || fail "the nodes do not come up: $(sinfo --Node)"
        scontrol update nodename=n1,n2 state=resume > /dev/null 2>&1 || true
        sleep 0.2
    done
}
nodes_come

write_study . "$runs"
"$howship" study run study.toml --store local --quiet
"$howship" study plan study.toml --out plan.jsonl > /dev/null
PATH="$(dirname "$howship"):$PATH"; export PATH
"$howship" study slurm-script --plan "$base/plan.jsonl" --store shared --shards "$shards" \
    --cores 1 --memory "500 MB" --time "10 min" > study.sbatch
submit() {
    job=$(sbatch --parsable study.sbatch) || fail "sbatch refused the script"
}
array_ends() {
    turn=0
    until queue=$(squeue --noheader 2> /dev/null) && [ -z "$queue" ]; do
        turn=$((turn + 1)); [ "$turn" -lt 1200 ] || fail "the array does not end: $queue"
        sleep 0.25
    done
}
results_reach() {
    turn=0
    while [ "$(results shared)" -lt "$1" ]; do
        turn=$((turn + 1)); [ "$turn" -lt 1200 ] || fail "$1 results did not come"
        sleep 0.05
    done
}
submit
# A shard is killed in the middle, then the controller, which is started again.
results_reach $((runs / 8))
pkill -KILL -f "study shard --plan '?$base/" -n || fail "no shard was there to be killed"
at_shard=$(results shared)
results_reach $((runs / 4))
kill -KILL "$controller"
at_controller=$(results shared)
# A controller that was killed early may not know which tasks had begun: all are called off, and their
# numbers are not given again.
echo "FirstJobId=1000" >> slurm.conf
start_controller
until scancel --user=root 2> /dev/null; do
    kill -0 "$controller" 2> /dev/null || fail "the controller does not come up again"
    sleep 0.2
done
array_ends
nodes_come
code=0; "$howship" study collect plan.jsonl --store shared > collect.log 2>&1 || code=$?
[ "$code" -eq 1 ] || fail "with a shard killed, collect ended with $code, not 1"
# Sent again, the array does what is missing.
submit
array_ends
"$howship" study collect plan.jsonl --store shared > collect.log 2>&1 \
    || fail "not all was done: $(cat collect.log ./doses-*.log 2> /dev/null)"
cmp local/studies/doses/runs.csv shared/studies/doses/runs.csv || fail "the tables differ"
processes=$(cut -d, -f8 shared/studies/doses/telemetry.csv | sort -u | grep -c '[0-9]')
[ "$processes" -ge "$shards" ] || fail "$processes processes did the work of $shards shards"
echo "slurm: $runs runs in $shards shards on 2 nodes; shard killed at $at_shard, controller at $at_controller; table equal"
