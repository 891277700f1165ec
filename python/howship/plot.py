"""Pictures of runs by matplotlib, which they need (``pip install howship[plot]``).

Each draws into ``ax``, a new figure without one, and gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from howship._field import Field
from howship._table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bone_loss", "cut", "series"]


class _HasSeries(Protocol):
    @property
    def series(self) -> Table: ...


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot

    return matplotlib.pyplot.subplots(layout="constrained")[1]


def series(
    column: str,
    runs: Mapping[str, _HasSeries] | Sequence[_HasSeries] | _HasSeries,
    ax: Axes | None = None,
    scale: float = 1.0,
    label: str | None = None,
) -> Axes:
    """A column of ``series.csv`` over days, a line for each run; a mapping names them."""
    ax = _axes(ax)
    named: list[tuple[str | None, Any]]
    if isinstance(runs, Mapping):
        named = list(runs.items())
    elif isinstance(runs, Sequence):
        named = [(None, run) for run in runs]
    else:
        named = [(None, runs)]
    for name, run in named:
        table = run.series
        ax.plot(table["time_d"], scale * table[column], label=name)
        unit = table.units.get(column) or None
        label = label or (column if unit is None else f"{column} ({unit})")
    ax.set_xlabel("day")
    ax.set_ylabel(label or column)
    if any(name is not None for name, _ in named):
        ax.legend(frameon=False)
    return ax


def bone_loss(
    runs: Mapping[str, _HasSeries] | Sequence[_HasSeries] | _HasSeries, ax: Axes | None = None
) -> Axes:
    """BV/TV over days, in per cent."""
    return series("bv_tv", runs, ax, scale=100.0, label="BV/TV (%)")


def cut(field: Field, ax: Axes | None = None, z: int | None = None, **how: Any) -> Axes:
    """A layer of a field across z, the middle one without a number, with its axes in um."""
    if field.spacing_um is None:
        raise ValueError(
            "this array was cut or computed from a field and has no place: give the field"
        )
    ax = _axes(ax)
    layers, rows, columns = field.shape
    layer = np.asarray(field)[layers // 2 if z is None else z]
    edge_x, edge_y, _ = field.spacing_um
    how.setdefault("cmap", "viridis")
    drawn = ax.imshow(
        layer,
        origin="lower",
        extent=(0.0, columns * edge_x, 0.0, rows * edge_y),
        interpolation="nearest",
        **how,
    )
    unit = "" if field.unit == "1" else f" ({field.unit})"
    ax.figure.colorbar(drawn, ax=ax, label=f"{field.name}{unit}")
    ax.set_xlabel("x (um)")
    ax.set_ylabel("y (um)")
    return ax
