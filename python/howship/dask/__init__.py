"""Runs the lines of a howship plan on a Dask cluster.

Results travel back as bytes and go to standard output, one line each, in the form that
``howship study collect --from`` takes in; no disk is shared. Where the workers see the store, whole
shards are run into it instead. Exit codes are those of ``howship study``: 0 all done, 1 some runs
failed (their lines say why), 2 wrong request, 65 the plan does not fit, 75 start again.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import hashlib
import ipaddress
import json
import logging
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import cloudpickle
from distributed import Client, Future, KilledWorker, Security, get_worker
from distributed.comm import CommClosedError

__all__ = ["Stop", "Task", "main", "run_plan", "run_shards", "security"]

BAD_PLAN, START_AGAIN = 65, 75
#: Seconds of work that a task is filled up to, and the most runs that it takes.
TASK_S, TASK_RUNS = 0.5, 100
_PLACE = re.compile(r'\{"run":(\d+),')


class Stop(Exception):
    """Why the driver ends, with its exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Task:
    """What each task asks of the cluster."""

    program: str = "howship"
    #: Threads of a run. Above 1, workers must offer ``--resources cores=N``.
    cores: int = 1
    #: Bytes; workers must offer ``--resources memory=BYTES``.
    memory: float | None = None
    #: Seconds that one run may take.
    time_s: float | None = None
    #: Times that a run is given out again when its process or worker was lost.
    retries: int = 2

    def resources(self) -> dict[str, float]:
        """Resources in Dask's sense."""
        asked = {"cores": float(self.cores)} if self.cores > 1 else {}
        return asked | ({"memory": float(self.memory)} if self.memory else {})


@dataclass(frozen=True)
class Answer:
    """What a worker sends back."""

    code: int
    lines: list[str]
    said: str
    seconds: float


def security(scheduler: str, ca: str | None, cert: str | None, key: str | None) -> Security | None:
    """How to speak to a scheduler: by TLS, or without it to this machine alone."""
    address = urlsplit(scheduler)
    if address.scheme == "tls":
        if not (ca and cert and key):
            raise Stop(2, "error: a tls:// scheduler needs --tls-ca, --tls-cert and --tls-key")
        return Security(
            tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True
        )
    if address.scheme != "tcp":
        raise Stop(
            2, f'error: --scheduler: found "{scheduler}", expected tls:// or tcp://127.0.0.1'
        )
    if not _is_here(scheduler):
        raise Stop(
            2,
            f"error: {scheduler} is not this machine and has no TLS: whoever reaches the port runs "
            "programs as you. Use tls:// with --tls-ca, --tls-cert and --tls-key, or a scheduler "
            "on 127.0.0.1",
        )
    return None


def _is_here(address: str) -> bool:
    return _is_loopback(urlsplit(address).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _ear() -> Callable[[], list[tuple[str, int]]]:
    """What a process of the cluster runs to say where it really listens, as (address, port)."""

    # Nested, so that it travels whole: workers need not have this package.
    def listening() -> list[tuple[str, int]]:
        import psutil

        process = psutil.Process()
        connections = getattr(process, "net_connections", None) or process.connections
        found = {
            (one.laddr.ip, one.laddr.port)
            for one in connections(kind="tcp")
            if one.status == psutil.CONN_LISTEN
        }
        return sorted(found)

    return listening


#: How to bind a process to this machine alone.
_BIND = (
    "Start scheduler, workers and dashboards on this machine alone: dask scheduler --host 127.0.0.1 "
    "--dashboard-address 127.0.0.1:0, dask worker tcp://127.0.0.1:PORT --host 127.0.0.1 "
    "--dashboard-address 127.0.0.1:0; or on several machines by TLS, with these dashboards"
)


def _open_door(who: str, address: str, listens: Iterable[tuple[str, int]]) -> str | None:
    """Where a process of the cluster can be reached from elsewhere without TLS, in words.

    The port of a ``tls://`` address asks for a certificate; no other does.
    """
    url = urlsplit(address)
    secured = {url.port} if url.scheme == "tls" else set()
    for host, port in listens:
        if not _is_loopback(host) and port not in secured:
            what = "runs programs as you" if port == url.port else "sees or does what it offers"
            return (
                f"error: {who} ({address}) listens on {host} port {port}, which others reach, without "
                f"TLS: whoever reaches it {what}. {_BIND}"
            )
    return None


def _call(arguments: list[str], runs: list[int], head: str, time_s: float | None) -> Answer:
    """On a worker: one howship process. ``PLAN`` and ``RUNS`` stand for the plan and the runs."""
    clock = time.monotonic()
    scratch = Path(get_worker().local_directory)
    plan = scratch / f"plan-{hashlib.sha256(head.encode()).hexdigest()[:32]}.jsonl"
    if head and not plan.exists():
        with tempfile.NamedTemporaryFile("w", dir=scratch, delete=False, encoding="utf-8") as file:
            file.write(head)
        os.replace(file.name, plan)
    filled = {"PLAN": str(plan), "RUNS": ",".join(map(str, runs))}
    # The process ends when this pipe closes, that is, with the worker.
    ear, mouth = os.pipe()
    try:
        process = subprocess.Popen(
            [filled.get(argument, argument) for argument in arguments],
            stdin=ear,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        try:
            out, said = process.communicate(timeout=time_s and time_s * max(len(runs), 1))
            code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            code, said = -9, f"it took longer than {time_s:g} s"
    finally:
        os.close(ear)
        os.close(mouth)
    # A line without its end was cut.
    lines = [line for line in out.split("\n")[:-1] if _PLACE.match(line)]
    return Answer(code, lines, said.strip()[-2000:], time.monotonic() - clock)


class _Pool:
    """Tasks in flight on a cluster, as (what was asked, what came of it)."""

    def __init__(self, client: Client, task: Task, stop: threading.Event) -> None:
        self.client, self.task, self.stop = client, task, stop
        self.ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self.flying: dict[Future, list[int]] = {}
        self.slots = 1
        self.sound: set[str] = set()
        self.looked = 0.0
        cloudpickle.register_pickle_by_value(sys.modules[__name__])

    def wait_for_workers(self, wait_s: float) -> None:
        """Waits for a worker that offers what a task asks for, and counts the threads."""
        asked, until = self.task.resources(), time.monotonic() + wait_s
        while True:
            workers = self.client.scheduler_info(n_workers=-1)["workers"]
            self.check_doors()
            able = [
                worker
                for worker in workers.values()
                if all(worker["resources"].get(name, 0) >= least for name, least in asked.items())
            ]
            self.slots = max(1, sum(worker["nthreads"] for worker in able))
            if able:
                return
            if time.monotonic() > until:
                offers = " ".join(f"{name}={least:g}" for name, least in asked.items())
                raise Stop(
                    START_AGAIN,
                    f"no worker came within {wait_s:g} s"
                    + (f" that offers {offers} (dask worker --resources)" if offers else "")
                    + ": start workers and start again",
                )
            self._breathe(0.2)

    def check_doors(self) -> None:
        """Refuses processes of the cluster that can be reached from elsewhere without TLS.

        Asked are the sockets that each process has, not the address that it gives out.
        """
        self.looked = time.monotonic()
        info = self.client.scheduler_info(n_workers=-1)
        for address in info["workers"]:
            if address.startswith("tcp:") and not _is_here(address):
                raise Stop(2, f"error: worker {address} is not on this machine and has no TLS. {_BIND}")
        fresh = [address for address in info["workers"] if address not in self.sound]
        nannies = {a: info["workers"][a].get("nanny") for a in fresh}
        ask = functools.partial(self.client.run, _ear(), on_error="return")
        doors: list[tuple[str, str, object]] = []
        try:
            if info["address"] not in self.sound:
                listens = self.client.run_on_scheduler(_ear())
                doors.append(("the scheduler", info["address"], listens))
            if fresh:
                doors += [("a worker", *door) for door in ask(workers=fresh).items()]
            if kept := [address for address in fresh if nannies[address]]:
                doors += [("a nanny", *door) for door in ask(workers=kept, nanny=True).items()]
        except (OSError, CommClosedError, TimeoutError) as error:
            raise Stop(START_AGAIN, _LOST) from error
        except Exception as error:
            # Such as a scheduler that takes no functions.
            raise Stop(
                2, f"error: the cluster at {info['address']} does not say where it listens: {error}"
            ) from error
        lost = set()
        for who, address, listens in doors:
            if isinstance(listens, OSError):
                # It was lost meanwhile; what comes in its place is asked.
                lost.add(address)
            elif isinstance(listens, BaseException):
                message = f"error: {who} at {address} does not say where it listens: {listens!r}"
                raise Stop(2, message) from listens
            elif door := _open_door(who, address, listens):
                raise Stop(2, door)
        self.sound |= {info["address"], *fresh} - lost
        self.sound -= {address for address in fresh if nannies[address] in lost}

    def give(self, arguments: list[str], runs: list[int], head: str) -> None:
        """Gives a task out."""
        future = self.client.submit(
            _call,
            arguments,
            runs,
            head,
            self.task.time_s,
            pure=False,
            resources=self.task.resources(),
        )
        self.flying[future] = runs
        future.add_done_callback(self.ended.put)

    def take(self) -> tuple[list[int], Answer | None, str]:
        """Waits for a task to end: its runs, its answer, or what befell it."""
        warned = time.monotonic()
        while True:
            if self.client.status not in ("running", "connecting"):
                raise Stop(START_AGAIN, _LOST)
            if time.monotonic() - self.looked > 1:
                # Workers may come at any time.
                self.check_doors()
            if time.monotonic() - warned > 60:
                warned = time.monotonic()
                if not self.client.scheduler_info(n_workers=1)["workers"]:
                    print("waiting: the scheduler has no workers", file=sys.stderr, flush=True)
            try:
                future = self.ended.get(timeout=0.2)
                break
            except queue.Empty:
                self._breathe(0)
        runs = self.flying.pop(future)
        if future.status in ("cancelled", "lost"):
            raise Stop(START_AGAIN, _LOST)
        try:
            answer = future.result(timeout=60)
        except KilledWorker:
            return runs, None, "its workers were lost, one after the other"
        except (CommClosedError, TimeoutError) as error:
            raise Stop(START_AGAIN, _LOST) from error
        except (FileNotFoundError, PermissionError) as error:
            raise Stop(
                2, f"error: a worker cannot start howship: {error}; see --program"
            ) from error
        finally:
            future.release()
        if answer.code in (2, BAD_PLAN):
            raise Stop(answer.code, answer.said)
        if answer.code < 0 and not answer.said:
            answer = Answer(answer.code, answer.lines, f"signal {-answer.code}", answer.seconds)
        return runs, answer, answer.said.splitlines()[-1] if answer.said else ""

    def _breathe(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stop(START_AGAIN, "stopped: start again to go on")


_LOST = (
    "the scheduler was lost: start it and its workers again, then the same command; "
    "what came back is kept"
)


def _lines(plan: Path) -> Iterator[tuple[int, str]]:
    with plan.open(encoding="utf-8") as file:
        next(file, None)
        for text in file:
            line = json.loads(text)
            yield line["run"], line["key"]


def run_plan(
    client: Client,
    plan: str | os.PathLike[str],
    emit: Callable[[str], object],
    task: Task = Task(),
    wait_s: float = 60.0,
    stop: threading.Event | None = None,
) -> int:
    """Runs the lines of a plan; ``emit`` is given the result line of each. Returns how many failed.

    Short runs share a task. A run whose process or worker is lost ``task.retries`` + 1 times has failed.
    """
    plan = Path(plan)
    pool = _Pool(client, task, stop or threading.Event())
    pool.wait_for_workers(wait_s)
    with plan.open(encoding="utf-8") as file:
        head = next(file, "")
        left = sum(1 for _ in file)
    if not head.startswith("{"):
        raise Stop(BAD_PLAN, f"error: {plan} is no plan: write it with `howship study plan`")
    arguments = [task.program, "study", "run-one", "--plan", "PLAN", "--index", "RUNS"]
    arguments += ["--emit", "-", "--threads", str(task.cores), "--stop-at-eof"]
    fresh = _lines(plan)
    again: deque[int] = deque()
    keys: dict[int, str] = {}
    losses: dict[int, int] = {}
    failed, each_s = 0, TASK_S
    while True:
        while len(pool.flying) < 2 * pool.slots:
            if again:
                batch = [again.popleft()]
            else:
                share = -(-left // (2 * pool.slots))
                size = max(1, min(TASK_RUNS, int(TASK_S / max(each_s, 1e-6)), share))
                batch = []
                for run, key in fresh:
                    keys[run] = key
                    batch.append(run)
                    if len(batch) == size:
                        break
                left -= len(batch)
            if not batch:
                break
            pool.give(arguments, batch, head)
        if not pool.flying:
            return failed
        runs, answer, reason = pool.take()
        if answer is not None:
            each_s = answer.seconds / max(len(runs), 1)
            for line in answer.lines:
                emit(line)
                failed += '"series":null' in line
                run = int(_PLACE.match(line)[1])  # type: ignore[index]
                keys.pop(run, None)
                losses.pop(run, None)
        for run in (run for run in runs if run in keys):
            # Which of several was to blame shows when each goes alone.
            losses[run] = losses.get(run, 0) + (len(runs) == 1)
            if losses[run] <= task.retries:
                again.append(run)
                continue
            error = f"no result after {losses.pop(run)} attempts: {reason}"
            emit(json.dumps({"run": run, "key": keys.pop(run), "series": None, "error": error}))
            failed += 1


def run_shards(
    client: Client,
    plan: str | os.PathLike[str],
    store: str | os.PathLike[str],
    shards: int,
    task: Task = Task(),
    retry_failed: bool = False,
    wait_s: float = 60.0,
    stop: threading.Event | None = None,
) -> int:
    """Runs a plan in shards, into a store that the workers see too. Returns how many shards had failures."""
    pool = _Pool(client, task, stop or threading.Event())
    pool.wait_for_workers(wait_s)
    todo = deque(range(shards))
    losses: dict[int, int] = {}
    failed = 0
    while todo or pool.flying:
        while todo and len(pool.flying) < 2 * pool.slots:
            shard = todo.popleft()
            arguments = [task.program, "study", "shard", "--plan", str(Path(plan).resolve())]
            arguments += ["--store", str(Path(store).resolve()), "--jobs", str(task.cores)]
            arguments += ["--shards", str(shards), "--shard", "RUNS", "--stop-at-eof", "--quiet"]
            arguments += ["--retry-failed"] if retry_failed else []
            pool.give(arguments, [shard], "")
        [shard], answer, reason = pool.take()
        if answer is not None and answer.code in (0, 1):
            failed += answer.code
            continue
        losses[shard] = losses.get(shard, 0) + 1
        if losses[shard] > task.retries:
            raise Stop(START_AGAIN, f"shard {shard} was lost {losses[shard]} times: {reason}")
        todo.append(shard)
    return failed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="howship-dask", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--plan", required=True, help="plan written by `howship study plan`")
    add("--scheduler", required=True, help="tls://HOST:PORT, or tcp://127.0.0.1:PORT")
    add("--tls-ca", help="certificate of the authority, PEM")
    add("--tls-cert", help="certificate of this client, PEM")
    add("--tls-key", help="its key, PEM")
    add("--store", help="store that the workers see too; results go there, in shards")
    add("--shards", type=int, default=100, help="number of shards with --store")
    add("--retry-failed", action="store_true", help="with --store, run again what failed before")
    add("--program", default="howship", help="howship on the workers")
    add("--cores", type=int, default=1, help="threads of a run")
    add("--memory", type=float, help="bytes of a run")
    add("--time", type=float, help="seconds that a run may take")
    add("--retries", type=int, default=2, help="times that a lost run is given out again")
    add("--wait", type=float, default=60.0, help="seconds to wait for a first worker")
    add("--stop-at-eof", action="store_true", help="stop when standard input ends")
    return parser.parse_args()


def _listen(stop: threading.Event, to_stdin: bool) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def read_on() -> None:
        while os.read(0, 4096):
            pass
        stop.set()

    if to_stdin:
        threading.Thread(target=read_on, daemon=True).start()


def _emit(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _drive(asked: argparse.Namespace) -> int:
    stop = threading.Event()
    _listen(stop, asked.stop_at_eof)
    safe = security(asked.scheduler, asked.tls_ca, asked.tls_cert, asked.tls_key)
    task = Task(asked.program, asked.cores, asked.memory, asked.time, asked.retries)
    try:
        client = Client(
            asked.scheduler, security=safe, timeout=10, name="howship", set_as_default=False
        )
    except (OSError, asyncio.TimeoutError) as error:
        raise Stop(
            START_AGAIN,
            f"no scheduler answers at {asked.scheduler}: {error}; start it and start again",
        ) from error
    if asked.store:
        return run_shards(
            client,
            asked.plan,
            asked.store,
            asked.shards,
            task,
            asked.retry_failed,
            asked.wait,
            stop,
        )
    return run_plan(client, asked.plan, _emit, task, asked.wait, stop)


def main() -> int:
    """The program; does not return, since a client without its scheduler cannot be closed in order."""
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        code = 1 if _drive(_arguments()) else 0
    except Stop as reason:
        print(reason, file=sys.stderr)
        code = reason.code
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        code = 2
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
