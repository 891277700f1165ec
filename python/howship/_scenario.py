"""Scenarios."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from howship import _howship
from howship._many import Callback, Dissection, dissected
from howship._runs import Result, Run, Simulation, read_run
from howship._values import document, written

Path = str | os.PathLike[str]


@dataclass(frozen=True)
class Outlook:
    """What a scenario would do."""

    #: Bone, lattice, tumour, arms, doses, and what it will take, a line each.
    lines: list[str]
    #: What makes the bone doubtful, and what a reader may not expect.
    warnings: list[str]

    def __str__(self) -> str:
        return "\n".join(self.lines + [f"warning: {said}" for said in self.warnings])


class Scenario:
    """A scenario that makes sense: its values with those of its preset under them.

    >>> scenario = howship.Scenario.load("scenarios/vicious_cycle_2d.toml")
    >>> scenario["run.duration"] = "3 d"
    >>> scenario["tumour.division.rate"]
    >>> slower = scenario.with_({"tumour.division.rate": "0.3 /d"}, seed=2)

    What makes no sense raises :class:`ScenarioError`, whose text names the line, the key and the remedy, as the
    command line does; the scenario is then as it was.
    """

    def __init__(self, raw: _howship.Scenario) -> None:
        self._raw = raw

    @classmethod
    def load(cls, path: Path, values: Mapping[str, object] | None = None) -> Scenario:
        """A scenario from a file; ``values`` are laid over it by their dotted paths."""
        return cls(_howship.Scenario.load(os.fspath(path), _sets(values)))

    @classmethod
    def from_text(
        cls, text: str, name: str = "scenario.toml", values: Mapping[str, object] | None = None
    ) -> Scenario:
        """A scenario from TOML. Messages call it ``name``; files are looked for in the folder of that name."""
        return cls(_howship.Scenario.parse(text, name, _sets(values)))

    @classmethod
    def from_dict(cls, values: Mapping[str, object], name: str = "scenario.toml") -> Scenario:
        """A scenario from nested dicts, as a file would hold them; quantities are text (``"3 d"``)."""
        return cls(_howship.Scenario.parse(document(values), name, []))

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self._raw.name

    @property
    def description(self) -> str:
        """What it is, in a sentence."""
        return self._raw.description

    @property
    def seed(self) -> int:
        """Seed of all chance."""
        return self._raw.seed

    def __getitem__(self, path: str) -> Any:
        """The value at a dotted path: text, a number, true or false, a list, or a dict of a whole table.

        Raises ``KeyError`` where there is none.
        """
        found = self._raw.get(path)
        if found is None:
            raise KeyError(path)
        return json.loads(found)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._raw.get(path) is not None

    def __setitem__(self, path: str, value: object) -> None:
        self._raw = self._raw.set(_sets({path: value}))

    def with_(self, values: Mapping[str, object] | None = None, **named: object) -> Scenario:
        """Another scenario with these values, by their dotted paths; this one stays as it is.

        Keyword arguments are for keys without a dot: ``scenario.with_(seed=2)``.
        """
        return Scenario(self._raw.set(_sets({**(values or {}), **named})))

    def values(self) -> dict[str, tuple[str, str]]:
        """Every value, by its path: as TOML writes it, and the source that it stands on."""
        return {path: (value, source) for path, value, source in self._raw.values()}

    def to_toml(self) -> str:
        """All values, those of the preset too, as TOML with their sources."""
        return self._raw.to_toml()

    def describe(self, markdown: bool = False) -> str:
        """The rules in sentences, and every value with its source (``howship describe``)."""
        return self._raw.describe(markdown)

    def check(self) -> Outlook:
        """Says what it would do, without running it (``howship check``); some ticks are measured."""
        return Outlook(*self._raw.check())

    def simulation(self, threads: int | None = None) -> Simulation:
        """A run that is ready for its first tick, on so many threads; on all without a number."""
        return Simulation(self._raw.build(threads))

    @overload
    def run(
        self,
        *,
        callback: Callable[[Simulation], object] | None = None,
        threads: int | None = None,
    ) -> Result: ...

    @overload
    def run(
        self, *, out: Path, force: bool = False, threads: int | None = None
    ) -> Run | dict[str, Run]: ...

    def run(
        self,
        *,
        callback: Callable[[Simulation], object] | None = None,
        out: Path | None = None,
        force: bool = False,
        threads: int | None = None,
    ) -> Result | Run | dict[str, Run]:
        """Runs it to its end and gives the result.

        ``callback`` is called with the simulation at the end of every day, the burn-in's too; the run stops there
        when it returns ``False``. Without ``out`` nothing is written. With ``out`` the run leaves the folder that
        ``howship run --out`` leaves, with pictures and checkpoints, and what comes back is :func:`read_run` of it; ``force``
        replaces the folder of an earlier run. Results do not depend on ``threads``.

        A scenario with arms leaves a folder with a run for each and what sets them apart, and what comes back are its runs by
        their names, ``"control"`` among them. Without ``out`` one of them is asked for:
        ``scenario.with_(arm="zoledronate").run()``.

        Raises :class:`RunError` when something goes wrong on the way. Ctrl-C is heard at once; the tick that is
        under way ends behind it.
        """
        arms = [] if "arm" in self else sorted(self["arms"]) if "arms" in self else []
        if out is None:
            if force:
                raise ValueError("force is for out: it replaces the folder of an earlier run")
            if arms:
                raise ValueError(
                    f"the scenario has arms ({', '.join(arms)}): give out=, or ask for one of them, "
                    f'as in scenario.with_(arm="{arms[0]}")'
                )
            simulation = self.simulation(threads)
            simulation.run(callback=callback)
            return Result(simulation)
        if callback is not None:
            raise ValueError("a run with out= takes no callback: step a simulation() for that")
        folder = self._raw.run_into(os.fspath(out), force, threads)
        if arms:
            return {name: read_run(os.path.join(folder, name)) for name in ["control", *arms]}
        return read_run(folder)

    def dissect(
        self,
        out: Path,
        *,
        seeds: int = 5,
        map: Sequence[str] | None = None,
        steps: int = 5,
        threads: int | None = None,
        callback: Callback | None = None,
    ) -> Dissection:
        """Takes the cycle apart, link by link, over so many seeds, and leaves the folder of ``howship dissect``.

        ``map`` are two parameters with their ranges, of which ``steps`` values each are run:
        ``["tumour.division.rate=0.2 /d..0.6 /d", "inoculation.cells=100..900"]``. ``callback(done, total)`` hears of
        runs that are done; where it returns ``False`` the work stops, leaves nothing and raises :class:`RunError`.
        """
        return dissected(self._raw, out, seeds, map, steps, threads, callback)

    def __repr__(self) -> str:
        return f"<howship.Scenario {self.name}, seed {self.seed}>"


def _sets(values: Mapping[str, object] | None) -> list[str]:
    return [f"{path}={written(value)}" for path, value in (values or {}).items()]
