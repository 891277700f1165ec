"""Bone images."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from howship import _howship
from howship._field import Field


@dataclass(frozen=True)
class Specimen:
    """A bone image, read and measured."""

    #: The bone on its sites: True for bone.
    bone: Field
    #: What ``howship specimen --json`` says: BV/TV as a share, Tb.Th and Tb.Sp in mm, warnings, and more.
    figures: dict[str, Any]

    @property
    def bv_tv(self) -> float:
        """Bone over tissue, as a share."""
        return float(self.figures["bv_tv"])

    @property
    def warnings(self) -> list[str]:
        """What makes the bone doubtful, a sentence each with its remedy."""
        return list(self.figures["warnings"])


def specimen(
    path: str | os.PathLike[str],
    *,
    threshold: float | None = None,
    labels: Sequence[int] = (),
    edge_um: float | None = None,
    spacing_um: float | tuple[float, float, float] | None = None,
) -> Specimen:
    """Reads a NIfTI, MetaImage, NRRD or TIFF image, or a folder of TIFFs, and measures its bone.

    ``threshold`` is the grey value above which a voxel is bone (Otsu's without it), ``labels`` those that are bone of
    an image of labels, ``edge_um`` the edge to which voxels are resampled, ``spacing_um`` the voxel size along x, y, z
    where the file has none. Raises :class:`HowshipError` with what the command line says.
    """
    spacing = (spacing_um,) * 3 if isinstance(spacing_um, (int, float)) else spacing_um
    said, values = _howship.specimen(os.fspath(path), threshold, list(labels), edge_um, spacing)
    figures = json.loads(said)
    x, y, z = figures["dims"]
    edge = float(figures["spacing_um"])
    bone = Field.of(values, "bone", "1", None, (x, y, z), (edge, edge, edge))
    return Specimen(bone, figures)
