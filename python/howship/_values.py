"""Python values as TOML."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np


def written(value: object) -> str:
    """A value as TOML writes it on one line; a text is always a text (``"3 d"``), never read as a number."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return repr(number) if math.isfinite(number) else str(number)
    if isinstance(value, Mapping):
        parts = ", ".join(f"{key(name)} = {written(inner)}" for name, inner in value.items())
        return "{ " + parts + " }" if parts else "{}"
    if isinstance(value, (list, tuple, np.ndarray)):
        return "[" + ", ".join(written(inner) for inner in value) + "]"
    raise TypeError(
        f"found a value of type {type(value).__name__}, expected text, a number, true or false, a list or "
        "a dict of these (a quantity is text with its unit, as in '3 d')"
    )


def key(name: object) -> str:
    """A key, in quotes."""
    if not isinstance(name, str):
        raise TypeError(f"found the key {name!r}, expected text")
    return written(name)


def document(values: Mapping[str, object]) -> str:
    """A document with a line for each of its first keys."""
    return "".join(f"{key(name)} = {written(value)}\n" for name, value in values.items())
