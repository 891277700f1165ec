"""Runs: on their way, at their end, and in a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path as _Path
from typing import Any

from howship import _howship
from howship._field import Field
from howship._howship import HowshipError
from howship._table import Table

Path = str | os.PathLike[str]


class _Tissue:
    """What can be seen of the tissue of a run at one time."""

    _raw: _howship.Simulation

    @property
    def dims(self) -> tuple[int, int, int]:
        """Sites along x, y, z; z is 1 of a section."""
        x, y, z = self._raw.lattice()[0]
        return x, y, z

    @property
    def spacing_um(self) -> tuple[float, float, float]:
        """Edges of a site along x, y, z, um."""
        x, y, z = self._raw.lattice()[1]
        return x, y, z

    @property
    def day(self) -> float:
        """Time, d; negative in the burn-in."""
        return self._raw.clock()[4] / 24.0

    @property
    def bv_tv(self) -> float:
        """BV/TV: matrix, osteoid included, over the whole lattice, as a share."""
        return self._raw.bv_tv()

    @property
    def digest(self) -> str:
        """Digest of the state, that of ``run.json`` at the end of a run."""
        return self._raw.digest()

    @property
    def fields(self) -> dict[str, str]:
        """Names of all fields with their units."""
        return dict(self._raw.fields())

    def field(self, name: str) -> Field:
        """A field over the lattice: a signal (pM, all of it, free and bound in fluid), bone, stores, or cells by site.

        Raises :class:`HowshipError` with the names that there are.
        """
        found = self._raw.field(name)
        if found is None:
            raise HowshipError(
                f'found the field "{name}", expected one of {", ".join(sorted(self.fields))}'
            )
        values, unit, at_h = found
        return Field.of(values, name, unit, at_h / 24.0, self.dims, self.spacing_um)

    @property
    def bone(self) -> Field:
        """Bone matrix, osteoid included, as a share of each site; its mean is BV/TV."""
        return self.field("bone_matrix")

    @property
    def cells(self) -> Table:
        """All cells: ``id``, ``kind``, ``x_um``, ``y_um``, ``z_um``, ``clone``, ``age_h``, ``dormant``, ``doomed``.

        A cell lies at the centre of its site, several cells of a site in one place.
        """
        return Table(self._raw.cells())

    def to_xarray(self, *names: str) -> Any:
        """An ``xarray.Dataset`` of these fields; without names of bone, cells by site and all signals."""
        import xarray

        usual = ("bone_matrix", "bone_osteoid", "tumour_cells", "tissue", *self._raw.signals())
        return xarray.Dataset({name: self.field(name).to_xarray() for name in names or usual})


class Simulation(_Tissue):
    """A run on its way.

    >>> simulation = scenario.simulation()
    >>> simulation.run(days=7)
    >>> simulation.day, simulation.bv_tv
    >>> simulation.step()

    Other threads may read it while it runs: they see it between two ticks. Arrays and tables are copies.
    """

    def __init__(self, raw: _howship.Simulation) -> None:
        self._raw = raw

    @property
    def tick(self) -> int:
        """Ticks done, those of the burn-in among them."""
        return self._raw.clock()[0]

    @property
    def tick_h(self) -> float:
        """Length of a tick, h."""
        return self._raw.clock()[3]

    @property
    def is_done(self) -> bool:
        """True when the last tick is done."""
        tick, _, last, _, _ = self._raw.clock()
        return tick >= last

    @property
    def series(self) -> Table:
        """The rows of ``series.csv`` until now; the first is that of day 0."""
        return Table(self._raw.series())

    @property
    def tables(self) -> Mapping[str, Table]:
        """All tables until now, by the names of their files without ``.csv``."""
        found = {name: self._raw.table(name) for name in self._raw.tables()}
        return {name: Table(table) for name, table in found.items() if table is not None}

    def step(self, ticks: int = 1) -> None:
        """Goes on by so many ticks, at most to the end."""
        if ticks < 0:
            raise ValueError(f"found {ticks} ticks, expected 0 or more")
        self._raw.advance(min(self.tick + ticks, 2**32 - 1))

    def run(
        self,
        days: float | None = None,
        callback: Callable[[Simulation], object] | None = None,
    ) -> Simulation:
        """Goes on by so many days, or to the end; the burn-in counts as days.

        ``callback`` is called with the simulation at the end of every day, counted from day 0; it may read all of
        it. When it returns ``False`` the run stops there, and another call goes on. Its exceptions come through, and
        the simulation stays sound.

        Raises :class:`RunError` when something goes wrong; the simulation is then not to be used.
        """
        tick, burn_in, last, tick_h, _ = self._raw.clock()
        per_day = 24.0 / tick_h
        until = last
        if days is not None:
            ticks = days * per_day
            if ticks < 0 or abs(ticks - round(ticks)) > 1e-6:
                raise ValueError(
                    f"found {days} days, expected whole ticks of {tick_h:g} h, 0 or more"
                )
            until = min(last, tick + round(ticks))
        if callback is None:
            self._raw.advance(until)
            return self
        whole = round(per_day)
        while tick < until:
            tick = min(until, tick + whole - (tick - burn_in) % whole)
            self._raw.advance(tick)
            if callback(self) is False:
                break
        return self

    def __repr__(self) -> str:
        tick, _, last, _, at_h = self._raw.clock()
        return f"<howship.Simulation on day {at_h / 24.0:g}, tick {tick} of {last}>"


class Result(_Tissue):
    """A run at its end: tables, and the tissue of the last day."""

    def __init__(self, simulation: Simulation) -> None:
        self._raw = simulation._raw

    @cached_property
    def series(self) -> Table:
        """``series.csv``: a row for each day."""
        return Table(self._raw.series())

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """All tables, by the names of their files without ``.csv``."""
        found = {name: self._raw.table(name) for name in self._raw.tables()}
        return {name: Table(table) for name, table in found.items() if table is not None}

    def __repr__(self) -> str:
        return f"<howship.Result of {self.day:g} days, digest {self.digest[:8]}>"


class Run:
    """The folder of a run, read again: tables at once, the tissue of any day when it is asked for."""

    def __init__(self, folder: Path, inputs: Path | None = None) -> None:
        self.folder = _Path(folder)
        self._inputs = None if inputs is None else os.fspath(inputs)
        #: What ``run.json`` says.
        self.manifest: dict[str, Any] = json.loads(_howship.read_manifest(os.fspath(folder)))

    @property
    def digest(self) -> str:
        """Digest of the final state."""
        return str(self.manifest["digest"])

    @cached_property
    def series(self) -> Table:
        """``series.csv``."""
        return self.table("series")

    @property
    def tables(self) -> Mapping[str, Table]:
        """All tables of numbers, by the names of their files without ``.csv``."""
        names = sorted(name for name in self.manifest["outputs"] if name.endswith(".csv"))
        names = [name[:-4] for name in names if name != "digests.csv"]
        return {name: self.table(name) for name in names if (self.folder / f"{name}.csv").is_file()}

    def table(self, name: str) -> Table:
        """A table by the name of its file without ``.csv``."""
        return Table(_howship.read_table(os.fspath(self.folder / f"{name}.csv")))

    def on(self, day: float | None = None) -> Simulation:
        """The run as it was on a day, the last that is there without one: from a checkpoint, or run again to
        it, which comes out the same. Its tables begin there.
        """
        return Simulation(_howship.Simulation.on(os.fspath(self.folder), day, self._inputs))

    @cached_property
    def _last(self) -> Simulation:
        return self.on()

    def field(self, name: str, day: float | None = None) -> Field:
        """A field on a day, the last without one."""
        return (self._last if day is None else self.on(day)).field(name)

    @property
    def bone(self) -> Field:
        """Bone matrix of the last day, osteoid included, as a share of each site."""
        return self._last.bone

    @property
    def cells(self) -> Table:
        """The cells of the last day."""
        return self._last.cells

    def __repr__(self) -> str:
        return f"<howship.Run {self.folder}, {self.manifest['exit_state']}>"


def read_run(folder: Path, inputs: Path | None = None) -> Run:
    """The folder of a run; ``inputs`` is the folder to which file names in the scenario refer, where it has moved.

    Raises :class:`HowshipError` where there is no ``run.json`` that reads; of a folder of arms, one of its runs is asked for.
    """
    here = _Path(folder)
    if not (here / "run.json").exists():
        runs = sorted(inner.parent.name for inner in here.glob("*/run.json"))
        if runs:
            raise HowshipError(f"{here} holds several runs: read one of {', '.join(str(here / name) for name in runs)}")
    return Run(folder, inputs)
