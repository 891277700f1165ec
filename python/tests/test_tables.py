"""The tables of a study, as DuckDB and polars read them in place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import polars
import pytest

HOWSHIP = os.environ.get("HOWSHIP", "howship")
SCENARIO = """name = "small"
preset = "mouse"
[run]
duration = "2 d"
burn_in = "1 d"
[lattice]
size = [24, 24, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
"""
STUDY = """name = "doses"
base = "small.toml"
replicates = 2
[vary]
"tumour.division.rate" = { from = "0.2 /d", to = "0.8 /d", levels = 3 }
"inoculation.cells" = [10, 20, 100000000]
"tumour.secretion.pthrp.rate" = ["0 amol/h", "1 amol/h"]
[arms.control]
[arms.settled]
"run.burn_in" = "2 d"
[responses]
bone = { column = "bv_tv" }
never = { column = "bv_tv", time_to = 0.999 }
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study of which a third fails."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "small.toml").write_text(SCENARIO)
    (folder / "study.toml").write_text(STUDY)
    store = folder / "results"
    run = [HOWSHIP, "study", "run", str(folder / "study.toml"), "--store", str(store), "--quiet"]
    assert subprocess.run(run, check=False).returncode == 1
    return store / "studies" / "doses"


def test_polars_reads_the_numbers_of_the_csv(results: Path) -> None:
    frame = polars.scan_parquet(results / "runs" / "*.parquet").collect()
    text = polars.read_csv(results / "runs.csv", infer_schema_length=None)
    assert frame.height == 72
    assert frame.columns == text.columns
    for name in frame.columns:
        as_read = text[name].cast(frame[name].dtype)
        assert frame[name].equals(as_read, null_equal=True), name
    assert frame["run"].dtype == polars.Int64
    assert frame["tumour.division.rate [/d]"].dtype == polars.Float64
    assert frame["tumour.secretion.pthrp.rate [amol/h]"].to_list()[0] == 0.0
    assert frame["never"].null_count() == 72
    assert (frame["status"] == "failed").sum() == frame["error"].is_not_null().sum() == 24


def test_duckdb_agrees_and_sees_the_units(results: Path) -> None:
    runs = str(results / "runs" / "*.parquet")
    query = (
        "select arm, count(*), sum(bone) from '{}' where status = 'done' group by arm order by arm"
    )
    parquet = duckdb.sql(query.format(runs)).fetchall()
    assert parquet == duckdb.sql(query.format(results / "runs.csv")).fetchall()
    assert [row[:2] for row in parquet] == [("control", 24), ("settled", 24)]
    facts = dict(duckdb.sql(f"select key, value from parquet_kv_metadata('{runs}')").fetchall())
    assert facts[b"howship.study"] == b"doses"
    assert b'"tumour.division.rate [/d]":"/d"' in facts[b"howship.units"]
    [codec] = duckdb.sql(f"select distinct compression from parquet_metadata('{runs}')").fetchall()
    assert codec == ("ZSTD",)


def test_telemetry_has_an_attempt_per_run(results: Path) -> None:
    telemetry = polars.scan_parquet(results / "telemetry" / "*.parquet").collect()
    assert telemetry["run"].n_unique() == 72
    assert telemetry["wall_s"].min() >= 0
    assert telemetry.filter(polars.col("state") == "failed").height == 24
