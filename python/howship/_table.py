"""Tables: columns for numpy, and an Arrow stream for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas
    import polars

    from howship._howship import Columns


class Table:
    """A table: ``table["bv_tv"]`` is a numpy array, a copy; ``dict(table)`` has them all.

    pandas, polars, pyarrow and DuckDB take the whole of it through the Arrow C stream, without files:
    ``polars.DataFrame(table)``, ``pyarrow.table(table)``, ``pandas.DataFrame.from_arrow(table)`` or
    ``table.to_pandas()``. A number that is none is NaN in
    numpy and missing in Arrow. Units and descriptions travel as metadata of the Arrow fields.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._names: list[str] = columns.names()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in their order."""
        return list(self._names)

    @property
    def units(self) -> dict[str, str]:
        """Unit of each column; empty of counts, shares and ratios, and where none is known."""
        return dict(zip(self._names, self._columns.units(), strict=True))

    @property
    def descriptions(self) -> dict[str, str]:
        """What each column holds; empty where that is not known."""
        return dict(zip(self._names, self._columns.abouts(), strict=True))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._columns)

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        return np.asarray(self._columns.values(name))

    def __contains__(self, name: object) -> bool:
        return name in self._names

    # Neither rows nor names: what takes the table as a list would be wrong without a word.
    __iter__ = None

    def keys(self) -> list[str]:
        """Names of the columns, in their order."""
        return self.columns

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._columns.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a DataFrame of pandas."""
        import pandas

        return pandas.DataFrame({name: self[name] for name in self._names})

    def to_polars(self) -> polars.DataFrame:
        """The table as a DataFrame of polars."""
        import polars

        return polars.DataFrame(self)

    def __repr__(self) -> str:
        return f"<howship.Table of {self.rows} rows: {', '.join(self._names)}>"
