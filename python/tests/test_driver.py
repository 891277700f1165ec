"""The driver: what it refuses, and what it makes of lost runs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from howship.dask import Stop, Task, run_plan, security


@pytest.mark.parametrize(
    ("scheduler", "words"),
    [
        ("tcp://10.0.0.5:8786", "no TLS"),
        ("tcp://login.cluster:8786", "no TLS"),
        ("tcp://0.0.0.0:8786", "no TLS"),
        ("ucx://127.0.0.1:8786", "expected tls"),
        ("127.0.0.1:8786", "expected tls"),
        ("tls://login.cluster:8786", "--tls-ca"),
    ],
)
def test_an_open_scheduler_elsewhere_is_refused(scheduler: str, words: str) -> None:
    with pytest.raises(Stop, match=words) as refused:
        security(scheduler, None, None, None)
    assert refused.value.code == 2


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1"])
def test_this_machine_needs_no_tls(scheduler: str) -> None:
    assert security(scheduler, None, None, None) is None


def test_without_a_scheduler_the_program_says_to_start_again(tmp_path: Path) -> None:
    plan = tmp_path / "plan.jsonl"
    plan.write_text("{}\n")
    driver = [sys.executable, "-m", "howship.dask", "--plan", str(plan)]
    driver += ["--scheduler", "tcp://127.0.0.1:1"]
    ended = subprocess.run(driver, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 75
    assert "start again" in ended.stderr


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A cluster of one process, whose workers offer two cores."""
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            processes=False,
            protocol="tcp",
            host="127.0.0.1",
            dashboard_address=None,
            resources={"cores": 2},
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _howship(folder: Path, body: str) -> Task:
    """A stand-in for howship: `body` says what becomes of `run`."""
    program = folder / "howship"
    program.write_text(
        f"""#!{sys.executable}
import json, os, signal, sys, time
asked = dict(zip(sys.argv[3::2], sys.argv[4::2]))
for run in map(int, asked["--index"].split(",")):
    series = "time_d\\\\n0\\\\n"
{body}
    print(json.dumps({{"run": run, "key": f"k{{run}}", "series": series}}, separators=(",", ":")), flush=True)
"""
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Task(program=str(program))


def _plan(folder: Path, runs: int) -> Path:
    lines = [{"howship": "0.1.0", "runs": runs}]
    lines += [{"run": run, "key": f"k{run}"} for run in range(runs)]
    plan = folder / "plan.jsonl"
    plan.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return plan


def _run(client: Client, plan: Path, task: Task) -> tuple[int, dict[int, dict[str, object]]]:
    lines: list[str] = []
    failed = run_plan(client, plan, lines.append, task)
    found = [json.loads(line) for line in lines]
    assert len({line["run"] for line in found}) == len(found)
    return failed, {line["run"]: line for line in found}


def test_each_run_gives_one_line(client: Client, tmp_path: Path) -> None:
    failed, found = _run(client, _plan(tmp_path, 500), _howship(tmp_path, "    pass"))
    assert failed == 0
    assert sorted(found) == list(range(500))


def test_a_process_that_dies_fails_its_run_alone(client: Client, tmp_path: Path) -> None:
    body = "    if run == 7: os.kill(os.getpid(), signal.SIGKILL)"
    failed, found = _run(client, _plan(tmp_path, 40), _howship(tmp_path, body))
    assert failed == 1
    assert found[7]["error"] == "no result after 3 attempts: signal 9"
    assert found[7]["key"] == "k7"
    assert all(found[run]["series"] for run in range(40) if run != 7)


def test_a_failed_run_is_counted(client: Client, tmp_path: Path) -> None:
    body = "    if run % 2: series = None"
    failed, found = _run(client, _plan(tmp_path, 10), _howship(tmp_path, body))
    assert failed == 5
    assert len(found) == 10


def test_a_run_that_takes_too_long_has_failed(client: Client, tmp_path: Path) -> None:
    task = _howship(tmp_path, "    if run == 1: time.sleep(60)")
    task = Task(task.program, time_s=0.5, retries=0)
    failed, found = _run(client, _plan(tmp_path, 3), task)
    assert failed == 1
    assert "longer than 0.5 s" in str(found[1]["error"])


def test_cores_become_threads_and_resources(client: Client, tmp_path: Path) -> None:
    body = '    series = asked["--threads"]'
    task = Task(_howship(tmp_path, body).program, cores=2)
    assert task.resources() == {"cores": 2.0}
    _, found = _run(client, _plan(tmp_path, 3), task)
    assert found[0]["series"] == "2"
    too_much = Task(task.program, cores=3, memory=1e9)
    with pytest.raises(Stop, match="cores=3 memory=1e") as stopped:
        run_plan(client, tmp_path / "plan.jsonl", print, too_much, wait_s=0.1)
    assert stopped.value.code == 75


def test_a_missing_program_and_a_foreign_plan_end_the_study(client: Client, tmp_path: Path) -> None:
    plan = _plan(tmp_path, 3)
    with pytest.raises(Stop, match="--program") as stopped:
        run_plan(client, plan, print, Task("/no/howship"))
    assert stopped.value.code == 2
    task = _howship(tmp_path, "    print('plan of another version', file=sys.stderr); sys.exit(65)")
    with pytest.raises(Stop, match="another version") as stopped:
        run_plan(client, plan, print, task)
    assert stopped.value.code == 65


def test_runs_end_with_their_worker(tmp_path: Path) -> None:
    """The process of a run sees its standard input end when the worker is killed."""
    mark = tmp_path / "ended"
    task = _howship(
        tmp_path,
        f"    open({str(tmp_path / 'began')!r}, 'w'); sys.stdin.read(); open({str(mark)!r}, 'w')",
    )
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        [pid] = client.run(os.getpid).values()
        stop = threading.Event()
        work = threading.Thread(target=_quietly, args=(client, _plan(tmp_path, 1), task, stop))
        work.start()
        _wait_for(tmp_path / "began")
        assert not mark.exists()
        os.kill(pid, 9)
        _wait_for(mark)
        stop.set()
        work.join(timeout=30)


def _quietly(client: Client, plan: Path, task: Task, stop: threading.Event) -> None:
    try:
        run_plan(client, plan, lambda line: None, task, stop=stop)
    except Stop:
        pass


def _wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"{path} did not come")
