"""Arrays over the lattice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray


class Field(np.ndarray):
    """A numpy array over the lattice with axes (z, y, x), and what it holds.

    It is a copy: the run does not change with it, nor it with the run. A section has one layer along z. What is
    cut or computed from it is an array without a place; ``to_xarray`` keeps places.
    """

    #: Name, such as ``"tgf_beta"``; empty of an array that was computed from one.
    name: str
    #: Unit of the values; ``"1"`` of shares and numbers.
    unit: str
    #: Day of the run; negative in the burn-in, None of a scan.
    day: float | None
    #: Edges of a site along x, y, z, um.
    spacing_um: tuple[float, float, float] | None

    @classmethod
    def of(
        cls,
        values: np.ndarray[Any, Any],
        name: str,
        unit: str,
        day: float | None,
        dims: tuple[int, int, int],
        spacing_um: tuple[float, float, float],
    ) -> Field:
        """A field of flat values, x fastest, over ``dims`` sites along x, y, z."""
        field = values.reshape(dims[::-1]).view(cls)
        field.name, field.unit, field.day = name, unit, day
        field.spacing_um = (spacing_um[0], spacing_um[1], spacing_um[2])
        return field

    def __array_finalize__(self, other: object) -> None:
        self.name, self.unit, self.day, self.spacing_um = "", "", None, None

    def __reduce__(self) -> Any:
        place = (self.name, self.unit, self.day, self.spacing_um)
        return _restored, (np.asarray(self), place)

    def copy(self, order: Any = "C") -> Field:
        """A copy that keeps its name, unit and place."""
        return _restored(
            np.array(self, order=order, subok=False),
            (self.name, self.unit, self.day, self.spacing_um),
        )

    def to_xarray(self) -> xarray.DataArray:
        """The same with coordinates: centres of the sites in um, from the corner of the lattice on.

        Needs xarray. Raises ``ValueError`` for an array that was cut or computed from a field: it has no place.
        """
        import xarray

        if self.spacing_um is None:
            raise ValueError(
                "this array was cut or computed from a field and has no place: take to_xarray() of the "
                "field first, and cut or compute that"
            )
        places = {
            axis: ((np.arange(count) + 0.5) * edge)
            for axis, count, edge in zip("zyx", self.shape, self.spacing_um[::-1], strict=True)
        }
        facts: dict[str, Any] = {"units": self.unit}
        found = xarray.DataArray(
            np.asarray(self), dims=("z", "y", "x"), coords=places, name=self.name, attrs=facts
        )
        for axis in "zyx":
            found[axis].attrs["units"] = "um"
        if self.day is not None:
            found = found.assign_coords(time_d=self.day)
            found["time_d"].attrs["units"] = "d"
        return found


def _restored(values: np.ndarray[Any, Any], place: tuple[Any, Any, Any, Any]) -> Field:
    field = values.view(Field)
    field.name, field.unit, field.day, field.spacing_um = place
    return field
