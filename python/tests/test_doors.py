"""Where the processes of a cluster listen: the lines of the documentation bind loopback, and the driver
refuses what others reach without TLS."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from distributed import Client

from howship.dask import Stop, Task, _ear, _is_loopback, _open_door, _Pool, security

ROOT = Path(__file__).parents[2]
HERE = "--dashboard-address 127.0.0.1:0"


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def _processes(*lines: str, cwd: Path | None = None) -> Iterator[None]:
    """`dask ...` lines, as processes; they end with this."""
    started = []
    try:
        for line in lines:
            command = [sys.executable, "-m", "dask", *shlex.split(line)[1:]]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            started.append(subprocess.Popen(command, cwd=cwd, start_new_session=True, **quiet))
        yield
    finally:
        # With their nannies and workers; who waits for a lost scheduler would not end by itself.
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


def _refusal(address: str, tls: dict[str, str] | None = None) -> Stop | None:
    """What the driver says to a cluster; none where it works with it."""
    tls = tls or {}
    secured = security(address, tls.get("ca"), tls.get("cert"), tls.get("key"))
    with Client(address, security=secured, set_as_default=False, timeout=60) as client:
        try:
            _Pool(client, Task(), threading.Event()).wait_for_workers(60)
        except Stop as stop:
            return stop
    return None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=howship -keyout key.pem -out cert.pem"
    subprocess.run(shlex.split(make), cwd=folder, check=True, capture_output=True)
    return folder


def _documented() -> list[tuple[Path, str]]:
    """Every line of the sources that starts a process of Dask."""
    found = []
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("python/**/*.md")]:
        for line in path.read_text().splitlines():
            if re.match(r"\s*dask (scheduler|worker) ", line):
                found.append((path, line.partition("#")[0].strip().removesuffix("&").strip()))
    return found


def test_every_documented_line_binds_its_dashboard_and_without_tls_itself_to_loopback() -> None:
    lines = _documented()
    assert len(lines) >= 4
    for path, line in lines:
        assert HERE in line, f"{path}: {line}"
        assert "tls" in line.lower() or "--host 127.0.0.1" in line, f"{path}: {line}"


def test_the_documented_lines_listen_on_loopback_alone() -> None:
    port = _port()
    lines = [line.replace("8786", str(port)) for _, line in _documented() if "TLS" not in line]
    assert [line.split()[1] for line in lines] == ["scheduler", "worker"]
    address = f"tcp://127.0.0.1:{port}"
    with _processes(*lines):
        assert _refusal(address) is None
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            doors = [client.run_on_scheduler(_ear())]
            doors += client.run(_ear()).values()
            doors += client.run(_ear(), nanny=True).values()
    assert len(doors) == 5
    assert all(door for door in doors)
    assert all(_is_loopback(host) for door in doors for host, _ in door), doors


def test_the_documented_lines_by_tls_are_taken(certificate: Path) -> None:
    port = _port()
    tls = "--tls-ca-file cert.pem --tls-cert cert.pem --tls-key key.pem"
    lines = [
        line.replace("8786", str(port)).replace("HOST", "127.0.0.1").replace("$TLS", tls)
        for _, line in _documented()
        if "$TLS" in line
    ]
    assert [line.split()[1] for line in lines] == ["scheduler", "worker"]
    lines[1] = lines[1].replace("--nworkers 16", "--nworkers 1")
    keys = {"ca": "cert.pem", "cert": "cert.pem", "key": "key.pem"}
    keys = {name: str(certificate / file) for name, file in keys.items()}
    with _processes(*lines, cwd=certificate):
        assert _refusal(f"tls://127.0.0.1:{port}", keys) is None
    # By TLS too, a dashboard that others reach has none.
    lines[1] = lines[1].replace(f"{HERE} --no-dashboard", "--no-dashboard")
    with _processes(*lines, cwd=certificate):
        refused = _refusal(f"tls://127.0.0.1:{port}", keys)
    assert refused is not None and "a worker" in str(refused)


@pytest.mark.parametrize(
    ("scheduler", "worker", "who"),
    [
        (f"--host 127.0.0.1 {HERE}", f"--nanny {HERE}", "a worker"),
        (f"--host 127.0.0.1 {HERE}", f"--no-nanny {HERE}", "a worker"),
        (f"--host 127.0.0.1 {HERE}", "--host 127.0.0.1 --no-dashboard", "a worker"),
        (
            f"--host 127.0.0.1 {HERE}",
            f"--no-nanny --listen-address tcp://0.0.0.0:0 --contact-address tcp://127.0.0.1:0 {HERE}",
            "a worker",
        ),
        ("--host 127.0.0.1 --no-dashboard", f"--host 127.0.0.1 {HERE}", "the scheduler"),
        (f"{HERE}", f"--host 127.0.0.1 {HERE}", "the scheduler"),
    ],
)
def test_what_others_reach_without_tls_is_refused(scheduler: str, worker: str, who: str) -> None:
    port = _port()
    address = f"tcp://127.0.0.1:{port}"
    if "contact-address" in worker:
        worker = worker.replace("127.0.0.1:0 ", f"127.0.0.1:{_port()} ", 1)
        contact = re.search(r"--contact-address tcp://127.0.0.1:(\d+)", worker)[1]  # type: ignore[index]
        worker = worker.replace("0.0.0.0:0", f"0.0.0.0:{contact}")
    with _processes(
        f"dask scheduler --port {port} {scheduler}",
        f"dask worker {address} --nthreads 1 {worker}",
    ):
        refused = _refusal(address)
    assert refused is not None
    assert refused.code == 2
    for words in [who, "without TLS", "--host 127.0.0.1", HERE, "TLS"]:
        assert words in str(refused), (words, str(refused))


def test_a_worker_that_comes_later_is_asked_too() -> None:
    port = _port()
    address = f"tcp://127.0.0.1:{port}"
    with (
        _processes(
            f"dask scheduler --port {port} --host 127.0.0.1 {HERE}",
            f"dask worker {address} --nthreads 1 --host 127.0.0.1 {HERE}",
        ),
        Client(address, set_as_default=False, timeout=60) as client,
    ):
        pool = _Pool(client, Task(), threading.Event())
        pool.wait_for_workers(60)
        with _processes(f"dask worker {address} --nthreads 1 --no-nanny {HERE}"):
            client.wait_for_workers(2, timeout=60)
            time.sleep(0.1)
            with pytest.raises(Stop, match="a worker"):
                pool.check_doors()


def test_doors_are_told_apart() -> None:
    loopback = [("127.0.0.1", 1), ("::1", 2), ("::ffff:127.0.0.1", 3)]
    assert _open_door("a worker", "tcp://127.0.0.1:1", loopback) is None
    for host in ["0.0.0.0", "::", "10.0.0.5", "fe80::1", "::ffff:10.0.0.5"]:
        assert _open_door("a worker", "tcp://127.0.0.1:1", [(host, 1)]) is not None
        # The port of a tls:// address asks for a certificate, others of the process do not.
        assert _open_door("a worker", "tls://10.0.0.5:1", [(host, 1)]) is None
        assert _open_door("a worker", "tls://10.0.0.5:1", [(host, 1), (host, 2)]) is not None
