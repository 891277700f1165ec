"""Many runs: studies, virtual trials, and the cycle taken apart.

Each takes a ``callback(done, total)``, which is called in the thread that asked, some 50 times a second at most; the last
count is always told. When it returns ``False`` the work stops. What it raises comes through when the work has stopped. The
lock of the interpreter is free meanwhile. Ctrl-C, looked for every 20 ms and inside of the callback too, raises
``KeyboardInterrupt`` at once; the ticks and patients that are under way end behind it, and a study then writes its tables.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as _Path
from typing import Any

from howship import _howship
from howship._table import Table

Path = str | os.PathLike[str]
#: Called with the number of runs or patients that are done, and of all; ``False`` stops the work.
Callback = Callable[[int, int], object]


class _Folder:
    """A folder of tables."""

    def __init__(self, folder: Path, read: Callable[[str], _howship.Columns]) -> None:
        #: The folder.
        self.folder = _Path(folder)
        self._read = read

    @property
    def tables(self) -> Mapping[str, Table]:
        """All tables, by the names of their files without ``.csv``."""
        return {path.stem: self.table(path.stem) for path in sorted(self.folder.glob("*.csv"))}

    def table(self, name: str) -> Table:
        """A table by the name of its file without ``.csv``; cells without a number are NaN."""
        return Table(self._read(os.fspath(self.folder / f"{name}.csv")))


class Study:
    """Many runs of one scenario, as its file or its plan has them (docs/studies.md).

    >>> study = howship.Study.load("studies/small/anti_pthrp_dose.toml")
    >>> found = study.run("results", callback=lambda done, total: print(done, "of", total))
    >>> found.runs["bone_left"], found.runs.to_pandas()
    >>> found.analyse()
    >>> found.table("sensitivity")
    """

    def __init__(self, raw: _howship.Study) -> None:
        self._raw = raw

    @classmethod
    def load(cls, path: Path) -> Study:
        """A study from its file, or from a plan that ``howship study plan`` wrote.

        Raises :class:`ScenarioError` for what makes no sense in it.
        """
        return cls(_howship.Study.load(os.fspath(path)))

    @property
    def name(self) -> str:
        """Its name, under which its tables lie in a store."""
        return self._raw.name

    @property
    def description(self) -> str:
        """What it asks."""
        return self._raw.description

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self._raw.runs

    def outline(self) -> str:
        """Design, parameters, arms and responses in words (``howship study check``)."""
        return self._raw.outline()

    def run(
        self,
        store: Path,
        *,
        jobs: int | None = None,
        retry_failed: bool = False,
        callback: Callback | None = None,
    ) -> StudyResult:
        """Runs what the store does not hold yet, ``jobs`` at once (one per core without it), and writes the tables.

        Stopped by the callback, what is done is kept: ``missing`` of the result says how many runs are yet to be done,
        and another call goes on. ``retry_failed`` runs again what failed before. Raises :class:`RunError` for a store
        that cannot be used or holds tables of another study of this name.
        """
        place = os.fspath(store)
        self._raw.run(place, jobs, retry_failed, callback)
        return StudyResult(self, place)

    def results(self, store: Path) -> StudyResult:
        """What a store holds of it, without running anything. Its tables have their folder from then on, under its name."""
        return StudyResult(self, os.fspath(store))

    def __repr__(self) -> str:
        return f"<howship.Study {self.name} of {self.runs} runs>"


class StudyResult(_Folder):
    """What a store holds of a study. Tables are those that the last ``run`` or ``analyse`` wrote."""

    def __init__(self, study: Study, store: str) -> None:
        super().__init__(study._raw.folder(store), study._raw.table)
        #: The study.
        self.study = study
        self._store = store
        #: Runs that are done, that failed, of which nothing is there, and whose file is not what was written.
        self.done, self.failed, self.missing, self.damaged = study._raw.tally(store)

    @property
    def runs(self) -> Table:
        """A row per run: point, arm, replicate, seed, status, parameters with their unit in brackets, responses."""
        return self.table("runs")

    def analyse(self) -> list[_Path]:
        """Writes sensitivity, differences of arms, the adviser of replicates, and their pictures; says which files."""
        written, gaps = self.study._raw.analyse(self._store)
        if gaps:
            warnings.warn(gaps, stacklevel=2)
        return [_Path(path) for path in written]

    def __repr__(self) -> str:
        return f"<howship.StudyResult of {self.study.name}: {self.done} of {self.study.runs} done, {self.failed} failed>"


class Trial:
    """A virtual trial, as its file has it (docs/trials.md).

    >>> trial = howship.Trial.load("trials/small/zoledronate_sre.toml", patients=100)
    >>> found = trial.run("runs/trial")
    >>> found.summary["comparisons"][0]["hazard_ratio"]
    >>> found.table("patients").to_pandas()
    """

    def __init__(self, raw: _howship.Trial) -> None:
        self._raw = raw

    @classmethod
    def load(cls, path: Path, patients: int | None = None, seed: int | None = None) -> Trial:
        """A trial from its file, with so many patients per arm and this seed instead of its own.

        Raises :class:`ScenarioError` for what makes no sense in it.
        """
        return cls(_howship.Trial.load(os.fspath(path), patients, seed))

    @property
    def name(self) -> str:
        """Its name."""
        return self._raw.name

    @property
    def description(self) -> str:
        """What it compares."""
        return self._raw.description

    @property
    def patients(self) -> int:
        """Patients per arm, the same ones in every arm."""
        return self._raw.patients

    @property
    def arms(self) -> list[str]:
        """Names of the arms, the control first."""
        return self._raw.arms

    def outline(self) -> str:
        """What it would do, in words (``howship trial check``)."""
        return self._raw.outline()

    def run(
        self,
        out: Path,
        *,
        force: bool = False,
        threads: int | None = None,
        callback: Callback | None = None,
    ) -> TrialResult:
        """Follows every patient in every arm and leaves the folder that ``howship trial run --out`` leaves.

        Stopped, it leaves nothing and raises :class:`RunError`. ``force`` replaces the folder of an earlier trial.
        """
        self._raw.run(os.fspath(out), force, threads, callback)
        return read_trial(out)

    def __repr__(self) -> str:
        return f"<howship.Trial {self.name} of {self.patients} patients in {len(self.arms)} arms>"


class TrialResult(_Folder):
    """The folder of a trial, read again: times in d, volumes in cm3; the names of columns end in their units."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _howship.read_trial_table)
        #: What ``summary.json`` says: arms, comparisons with the control, their 95 % intervals.
        self.summary: dict[str, Any] = _json(self.folder / "summary.json")

    def __repr__(self) -> str:
        return f"<howship.TrialResult of {self.summary['trial']} in {self.folder}>"


def read_trial(folder: Path) -> TrialResult:
    """The folder that ``howship trial run`` left."""
    return TrialResult(folder)


class Dissection(_Folder):
    """The cycle of a scenario taken apart, link by link (docs/dissect.md): tables and pictures in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _howship.read_dissection_table)
        if not (self.folder / "dissect.csv").is_file():
            raise _howship.HowshipError(
                f"{self.folder}: found no dissect.csv, expected the folder of a dissection"
            )

    @property
    def links(self) -> Table:
        """A row per link and action: loss of bone (share), tumour cells and osteoclasts, means over seeds with their
        95 % intervals."""
        return self.table("dissect")

    @property
    def differences(self) -> Table:
        """The same less the full loop, seed by seed."""
        return self.table("dissect_differences")

    def __repr__(self) -> str:
        return f"<howship.Dissection in {self.folder}>"


def read_dissection(folder: Path) -> Dissection:
    """The folder that ``howship dissect`` left."""
    return Dissection(folder)


def dissected(
    raw: _howship.Scenario,
    out: Path,
    seeds: int,
    map: Sequence[str] | None,
    steps: int,
    threads: int | None,
    callback: Callback | None,
) -> Dissection:
    """Takes a scenario apart; see :meth:`howship.Scenario.dissect`."""
    if seeds < 1:
        raise ValueError(f"found {seeds} seeds, expected 1 or more")
    over = None
    if map is not None:
        if isinstance(map, str) or len(map) != 2:
            raise ValueError("map takes two parameters with their ranges")
        over = ([map[0], map[1]], steps)
    _howship.dissect(raw, os.fspath(out), seeds, over, threads, callback)
    return Dissection(out)


def _json(path: _Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _howship.HowshipError(f"{path}: {error}") from None
