"""Exports of a run, each read by the library that its users have: vtk, zarr, ome-zarr, nibabel, polars. What
they read is held against each other, and by its means and counts against the tables of the run."""

from __future__ import annotations

import csv
import os
import struct
import subprocess
from pathlib import Path

import nibabel
import numpy as np
import polars
import pytest
import zarr
from numpy.typing import NDArray
from ome_zarr.io import parse_url
from ome_zarr.reader import Reader
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkDataArray
from vtkmodules.vtkIOGeometry import vtkSTLReader
from vtkmodules.vtkIOPLY import vtkPLYReader
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

HOWSHIP = os.environ.get("HOWSHIP", "howship")
# Axes of different lengths, so that none is taken for another, and more than a chunk along one.
SCENARIO = """name = "small"
preset = "mouse"
seed = 3
[run]
duration = "1 d"
burn_in = "4 d"
tick = "6 h"
[lattice]
size = [70, 24, 13]
site = "10 um"
[specimen.slab]
thickness = "80 um"
[inoculation]
cells = 200
[lining.activation]
events = { rate = "20000 /mm2/yr" }
[output.volumes]
every = "12 h"
formats = ["vti", "vtp", "zarr", "nifti", "stl", "ply", "parquet"]
fields = ["tissue", "bone_matrix", "tumour_cells", "rankl"]
"""
X, Y, Z = DIMS = (70, 24, 13)
UM = 10.0
CORE = ["tissue", "bone_matrix", "bone_osteoid", "bone_mineral", "tumour_cells"]


def _do(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [HOWSHIP, *map(str, words)], cwd=cwd, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("volumes")
    (base / "small.toml").write_text(SCENARIO)
    _do("run", "small.toml", "--out", "run", "--quiet", cwd=base)
    return base / "run"


@pytest.fixture(scope="module")
def last(run: Path) -> dict[str, float]:
    """The last row of the series."""
    with (run / "series.csv").open() as table:
        rows = list(csv.DictReader(table))
    return {name: float(value) for name, value in rows[-1].items()}


def _export(run: Path, form: str, name: str, *more: str) -> Path:
    out = run.parent / name
    _do("export", run, "--format", form, "--out", out, *more, cwd=run.parent)
    return out


def _vti(path: Path) -> tuple[dict[str, NDArray[np.generic]], dict[str, str], float]:
    """Fields as (z, y, x), their units, and the day."""
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    image = reader.GetOutput()
    assert image.GetDimensions() == (X + 1, Y + 1, Z + 1)
    assert image.GetSpacing() == (UM, UM, UM)
    assert image.GetOrigin() == (0.0, 0.0, 0.0)
    data = image.GetCellData()
    fields, units = {}, {}
    for at in range(data.GetNumberOfArrays()):
        array = data.GetArray(at)
        fields[array.GetName()] = vtk_to_numpy(array).reshape(Z, Y, X)
        units[array.GetName()] = array.GetInformation().Get(vtkDataArray.UNITS_LABEL())
    return fields, units, image.GetFieldData().GetArray("TimeValue").GetValue(0)


@pytest.fixture(scope="module")
def fields(run: Path) -> dict[str, NDArray[np.generic]]:
    found, units, day = _vti(_export(run, "vti", "all.vti"))
    assert day == 1.0
    assert units["rankl"] == "pM"
    assert units["bone_matrix"] == "1"
    return found


def test_vtk_reads_the_fields_of_the_run(
    fields: dict[str, NDArray[np.generic]], last: dict[str, float]
) -> None:
    assert list(fields)[:5] == CORE
    assert {"pthrp", "rankl", "opg", "tgf_beta", "igf"} <= set(fields)
    assert fields["tissue"].dtype == np.uint8
    assert fields["tumour_cells"].dtype == np.uint16
    assert fields["tumour_cells"].sum() == last["tumour_cells"] > 0
    assert fields["bone_matrix"].mean(dtype=np.float64) == pytest.approx(last["bv_tv"], rel=1e-6)
    # The series has means over marrow.
    marrow = ~np.isin(fields["tissue"], [1, 2])
    for signal in ["pthrp", "rankl", "opg", "tgf_beta", "igf"]:
        mean = fields[signal][marrow].mean(dtype=np.float64)
        assert mean == pytest.approx(last[f"{signal}_pm"], rel=1e-6) and mean > 0
    # Labels cover sites as they are numbered.
    tissue, matrix = fields["tissue"], fields["bone_matrix"]
    assert set(np.unique(tissue)) <= set(range(6))
    assert matrix[(tissue == 1) | (tissue == 2)].min() > 0
    assert (fields["tumour_cells"][tissue == 3] > 0).all()
    assert (fields["tumour_cells"][tissue == 0] == 0).all()


def test_vtk_reads_the_cells_of_the_run(run: Path, last: dict[str, float]) -> None:
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(_export(run, "vtp", "cells.vtp")))
    reader.Update()
    cells = reader.GetOutput()
    data = cells.GetPointData()
    column = {
        data.GetArrayName(at): vtk_to_numpy(data.GetArray(at))
        for at in range(data.GetNumberOfArrays())
    }
    assert list(column) == ["id", "kind", "clone", "age_h", "dormant", "doomed"]
    kinds = np.bincount(column["kind"], minlength=8)
    assert list(kinds[:4]) == [last[it] for it in ["tumour_cells", "n_oc", "n_ob", "n_precursor"]]
    assert cells.GetNumberOfVerts() == cells.GetNumberOfPoints() == kinds.sum()
    assert np.isnan(column["age_h"][column["kind"] == 0]).all()
    assert (column["age_h"][column["kind"] > 0] >= 0).all()
    places = vtk_to_numpy(cells.GetPoints().GetData())
    assert ((places > 0) & (places < np.array(DIMS) * UM)).all()

    table = polars.read_parquet(_export(run, "parquet", "cells.parquet"))
    assert table["id"].to_list() == column["id"].tolist()
    assert (table["kind"] == "tumour").to_list() == (column["kind"] == 0).tolist()
    assert (table[["x_um", "y_um", "z_um"]].to_numpy() == places).all()
    assert table["age_h"].null_count() == kinds[0]


def test_cells_lie_where_the_field_counts_them(
    run: Path, fields: dict[str, NDArray[np.generic]]
) -> None:
    table = polars.read_parquet(_export(run, "parquet", "cells_again.parquet"))
    tumour = table.filter(polars.col("kind") == "tumour")[["z_um", "y_um", "x_um"]].to_numpy()
    counted = np.zeros((Z, Y, X), int)
    np.add.at(counted, tuple((tumour // UM).astype(int).T), 1)
    assert (counted == fields["tumour_cells"]).all()


def test_zarr_and_ome_zarr_read_what_vtk_reads(
    run: Path, fields: dict[str, NDArray[np.generic]]
) -> None:
    path = _export(run, "zarr", "all.zarr")
    store = zarr.open_group(path, mode="r")
    ome = store.attrs["ome"]
    assert ome["version"] == "0.5"
    names = [channel["label"] for channel in ome["omero"]["channels"]]
    assert names == [name for name in fields if name != "tissue"]
    image = store["0"][:]
    assert image.shape == (1, len(names), Z, Y, X)
    for at, name in enumerate(names):
        assert (image[0, at] == fields[name].astype(np.float32)).all(), name
    assert (store["labels/tissue/0"][0] == fields["tissue"]).all()
    # The mean of eight sites, in a level that begins at the same corner.
    half = store["1"][:]
    assert half.shape == (1, len(names), 7, 12, 35)
    eight = image[0, :, :12].reshape(len(names), 6, 2, 12, 2, 35, 2).mean(axis=(2, 4, 6))
    assert np.allclose(half[0, :, :6], eight, rtol=1e-5, atol=1e-12)
    assert np.allclose(
        half[0, :, 6], image[0, :, 12].reshape(len(names), 12, 2, 35, 2).mean(axis=(2, 4))
    )

    nodes = list(Reader(parse_url(str(path)))())
    assert nodes[0].data[0].shape == image.shape
    axes = nodes[0].metadata["axes"]
    assert [axis["name"] for axis in axes] == ["t", "c", "z", "y", "x"]
    assert [axis.get("unit") for axis in axes[2:]] == ["micrometer"] * 3
    assert nodes[0].metadata["channel_names"] == names
    steps = nodes[0].metadata["coordinateTransformations"]
    assert [level[0]["scale"][2:] for level in steps] == [[10, 10, 10], [20, 20, 20]]
    labels = [node for node in nodes if node.zarr.basename() == "tissue"]
    assert [node.data[0].dtype for node in labels] == [np.uint8]


def test_nibabel_reads_what_vtk_reads(run: Path, fields: dict[str, NDArray[np.generic]]) -> None:
    for name, kind in [
        ("tissue", np.uint8),
        ("bone_matrix", np.float32),
        ("tumour_cells", np.uint16),
    ]:
        path = _export(run, "nifti", f"{name}.nii.gz", "--field", name)
        image = nibabel.load(path)
        assert image.get_data_dtype() == kind
        assert (np.asarray(image.dataobj).transpose(2, 1, 0) == fields[name]).all()
        assert image.header.get_xyzt_units() == ("mm", "sec")
        expected = np.diag([UM / 1000] * 3 + [1])
        expected[:3, 3] = UM / 2000
        assert np.allclose(image.get_sform(), expected)
        assert np.allclose(image.get_qform(), expected)


def test_surfaces_are_closed_around_the_solid_sites(run: Path) -> None:
    solid = nibabel.load(_export(run, "nifti", "solid.nii.gz", "--field", "bone_solid"))
    volume = np.asarray(solid.dataobj).sum(dtype=int) * UM**3
    for form, reader in [("stl", vtkSTLReader()), ("ply", vtkPLYReader())]:
        reader.SetFileName(str(_export(run, form, f"bone.{form}")))
        reader.Update()
        mesh = reader.GetOutput()
        corners = vtk_to_numpy(mesh.GetPoints().GetData()).astype(float)
        faces = vtk_to_numpy(mesh.GetPolys().GetConnectivityArray()).reshape(-1, 3)
        a, b, c = (corners[faces[:, at]] for at in range(3))
        assert (np.cross(a, b) * c).sum() / 6 == pytest.approx(volume, rel=1e-6)
        assert (corners.min(axis=0) >= 0).all() and (
            corners.max(axis=0) <= np.array(DIMS) * UM
        ).all()


def test_an_exported_lesion_goes_back_into_a_run(
    run: Path, fields: dict[str, NDArray[np.generic]]
) -> None:
    _export(run, "nifti", "lesion.nii.gz")
    # A label that no site has is refused. The seed draws which sites have room for a cell.
    bone = [label for label in (1, 2) if (fields["tissue"] == label).any()]
    scenario = f"""name = "back"
preset = "mouse"
seed = 3
[run]
duration = "1 d"
burn_in = "0 d"
[lattice]
[specimen.image]
file = "lesion.nii.gz"
labels = {bone}
tumour = {{ labels = [3] }}
"""
    (run.parent / "back.toml").write_text(scenario)
    _do("run", "back.toml", "--out", "back", "--quiet", cwd=run.parent)
    seeded = _export(run.parent / "back", "vti", "back.vti", "--day", "0")
    again, _, day = _vti(seeded)
    assert day == 0.0
    is_bone = np.isin(fields["tissue"], [1, 2])
    assert ((again["bone_matrix"] > 0) == is_bone).all()
    assert ((again["tumour_cells"] > 0) == (fields["tissue"] == 3)).all()


def test_a_run_leaves_the_volumes_that_were_asked_for(
    run: Path, fields: dict[str, NDArray[np.generic]]
) -> None:
    folder = run / "volumes"
    days = ["0", "0.5", "1"]
    names = {
        f"d{day}{ending}" for day in days for ending in [".vti", ".vtp", ".stl", ".ply", ".parquet"]
    }
    names |= {
        f"d{day}_{name}.nii.gz"
        for day in days
        for name in ["tissue", "bone_matrix", "tumour_cells", "rankl"]
    }
    names |= {"fields.pvd", "cells.pvd", "volumes.zarr"}
    assert {path.name for path in folder.iterdir()} == names
    written, _, day = _vti(folder / "d1.vti")
    assert day == 1.0
    assert list(written) == ["tissue", "bone_matrix", "tumour_cells", "rankl"]
    for name, field in written.items():
        assert (field == fields[name]).all(), name
    store = zarr.open_group(folder / "volumes.zarr", mode="r")
    image = store["0"][:]
    assert image.shape == (3, 3, Z, Y, X)
    for at, day in enumerate(days):
        written, _, _ = _vti(folder / f"d{day}.vti")
        for channel, name in enumerate(["bone_matrix", "tumour_cells", "rankl"]):
            assert (image[at, channel] == written[name].astype(np.float32)).all(), (day, name)
    steps = store.attrs["ome"]["multiscales"][0]["datasets"][0]["coordinateTransformations"]
    assert steps[0]["scale"] == [0.5, 1.0, UM, UM, UM]
    series = (folder / "fields.pvd").read_text()
    assert [f'timestep="{day}" part="0" file="d{day}.vti"' in series for day in days] == [True] * 3
    assert "equal" in _do("verify", run, cwd=run.parent)


def test_chunks_of_zeros_are_no_files(run: Path) -> None:
    path = _export(run, "zarr", "drug.zarr", "--field", "bone_drug", "--field", "bone_matrix")
    assert not (path / "0" / "c" / "0" / "0").exists()
    assert (path / "0" / "c" / "0" / "1").is_dir()
    assert (zarr.open_group(path, mode="r")["0"][0, 0] == 0).all()


def test_offsets_of_appended_arrays_lead_to_their_heads(run: Path) -> None:
    raw = (run.parent / "all.vti").read_bytes()
    start = raw.index(b'<AppendedData encoding="raw">\n_') + 31
    for part in raw[:start].split(b'offset="')[1:]:
        offset = int(part.split(b'"')[0])
        blocks, size, rest = struct.unpack_from("<QQQ", raw, start + offset)
        assert blocks == 1
        # Whole rows where they are packed as such.
        assert (1 << 18) - 4096 < size <= 1 << 18
        assert rest in {X * Y * Z, 2 * X * Y * Z, 4 * X * Y * Z}
