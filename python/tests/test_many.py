"""Studies, trials and dissections from Python, held against the command line."""

from __future__ import annotations

import csv
import filecmp
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars
import pyarrow
import pytest

import howship

HOWSHIP = os.environ.get("HOWSHIP", "howship")
TRIAL = Path(__file__).parents[2] / "trials" / "small" / "zoledronate_sre.toml"
STRIP = """name = "strip"
preset = "mouse"
seed = 3
[run]
duration = "1 d"
burn_in = "0 d"
tick = "6 h"
[lattice]
size = [30, 20, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 50
"""
STUDY = """name = "cells"
description = "How many cells"
base = "strip.toml"
replicates = 3
[vary]
"inoculation.cells" = [20, 50, 90]
"tumour.division.rate" = ["0.2 /d", "0.5 /d"]
[responses]
bone_left = { column = "bv_tv", at = "1 d", relative = true }
cells = { column = "tumour_cells", at = "1 d" }
"""


def command(folder: Path, *words: object) -> None:
    subprocess.run([HOWSHIP, *map(str, words), "--quiet"], cwd=folder, check=True)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def same(one: Path, other: Path) -> None:
    assert files(one) == files(other)
    names = sorted(files(one))
    _, differing, broken = filecmp.cmpfiles(one, other, names, shallow=False)
    assert (differing, broken) == ([], [])


def is_read(table: howship.Table, path: Path) -> None:
    """Every cell of a CSV is in the table: a number as a number, words as words, none as none."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert (table.columns, table.rows) == (head, len(rows))
    taken = pyarrow.table(table)
    for at, name in enumerate(head):
        values, column = table[name], taken.column(name).to_pylist()
        for row, value, arrow in zip(rows, values.tolist(), column, strict=True):
            if isinstance(value, str):
                assert value == arrow == row[at]
            elif isinstance(value, float) and math.isnan(value):
                assert row[at] in ("", "NaN") and arrow is None
            else:
                assert value == arrow == float(row[at]), (path.name, name)


def study(folder: Path, text: str = STUDY) -> howship.Study:
    (folder / "strip.toml").write_text(STRIP, encoding="utf-8")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return howship.Study.load(folder / "study.toml")


def test_a_study_from_python_leaves_the_tables_of_the_command_line(tmp_path: Path) -> None:
    one = study(tmp_path)
    assert (one.name, one.runs, one.description) == ("cells", 18, "How many cells")
    assert "inoculation.cells" in one.outline()
    seen: list[tuple[int, int]] = []
    found = one.run(tmp_path / "python", callback=lambda *so_far: seen.append(so_far))
    assert seen[-1] == (18, 18) and seen == sorted(set(seen))
    assert (found.done, found.failed, found.missing, found.damaged) == (18, 0, 0, 0)
    command(tmp_path, "study", "run", "study.toml", "--store", "line")
    runs = "studies/cells/runs.csv"
    assert (tmp_path / "python" / runs).read_bytes() == (tmp_path / "line" / runs).read_bytes()
    is_read(found.runs, found.folder / "runs.csv")
    assert found.runs.units["tumour.division.rate [/d]"] == "/d"
    rates = found.runs["tumour.division.rate [/d]"]
    assert sorted(set(rates.tolist())) == [0.2, 0.5]
    assert found.runs["inoculation.cells"].dtype == np.uint64
    assert set(found.runs["status"]) == {"done"}
    by_point = polars.DataFrame(found.runs).group_by("point").agg(polars.col("cells").mean())
    assert by_point.height == 6

    written = found.analyse()
    assert {path.name for path in written} >= {"replicates.csv"}
    assert set(found.tables) >= {"runs", "telemetry", "replicates"}
    for name, table in found.tables.items():
        is_read(table, found.folder / f"{name}.csv")
    again = howship.Study.load(tmp_path / "study.toml").results(tmp_path / "python")
    assert again.done == 18 and again.runs["key"].tolist() == found.runs["key"].tolist()


def test_a_study_that_is_stopped_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    one = study(tmp_path, STUDY.replace("replicates = 3", "replicates = 60"))
    found = one.run(tmp_path / "results", jobs=1, callback=lambda done, total: done < 1)
    assert 1 <= found.done < one.runs and found.missing == one.runs - found.done
    status = found.runs["status"].tolist()
    assert (status.count("done"), status.count("missing")) == (found.done, found.missing)
    assert found.runs["cells"][status.index("missing")] != found.runs["cells"][0]
    with pytest.warns(UserWarning, match=f"{found.done} of {one.runs} runs have results"):
        found.analyse()

    def refuse(done: int, total: int) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        one.run(tmp_path / "results", jobs=1, callback=refuse)
    assert one.results(tmp_path / "results").done >= found.done


def test_a_trial_from_python_leaves_the_folder_of_the_command_line(tmp_path: Path) -> None:
    trial = howship.Trial.load(TRIAL, patients=12, seed=5)
    assert (trial.patients, trial.arms[0]) == (12, "placebo")
    assert "placebo" in trial.outline()
    seen: list[tuple[int, int]] = []
    found = trial.run(tmp_path / "python", callback=lambda *so_far: seen.append(so_far))
    assert seen[-1] == (12, 12) and seen == sorted(set(seen))
    command(
        tmp_path, "trial", "run", TRIAL, "--patients", 12, "--seed", 5, "--out", tmp_path / "line"
    )
    same(tmp_path / "python", tmp_path / "line")
    assert found.summary["arms"][0]["patients"] == 12
    assert set(found.tables) >= {"patients", "events", "survival", "course", "summary"}
    for name, table in found.tables.items():
        is_read(table, found.folder / f"{name}.csv")
    patients = found.table("patients")
    assert patients.rows == 12 * len(trial.arms) and patients["mass_kg"].min() > 30
    assert set(patients["arm"]) == set(trial.arms)
    again = howship.read_trial(tmp_path / "line")
    assert again.summary == found.summary

    with pytest.raises(howship.RunError, match="exists already"):
        trial.run(tmp_path / "python")
    many = howship.Trial.load(TRIAL, patients=3000)
    with pytest.raises(howship.RunError, match="stopped before all patients"):
        many.run(tmp_path / "stopped", callback=lambda done, total: False)
    assert not (tmp_path / "stopped").exists()
    with pytest.raises(howship.ScenarioError, match=r"missing\.toml"):
        howship.Trial.load(tmp_path / "missing.toml")
    with pytest.raises(howship.HowshipError, match="nowhere"):
        howship.read_trial(tmp_path / "nowhere")


def test_a_dissection_from_python_leaves_the_folder_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "strip.toml").write_text(STRIP, encoding="utf-8")
    scenario = howship.Scenario.load(tmp_path / "strip.toml", {"run.duration": "6 h"})
    axes = ["tumour.division.rate=0.2 /d..0.6 /d", "inoculation.cells=10..50"]
    seen: list[tuple[int, int]] = []
    found = scenario.dissect(
        tmp_path / "python",
        seeds=2,
        map=axes,
        steps=2,
        callback=lambda *so_far: seen.append(so_far),
    )
    assert seen[-1][0] == seen[-1][1] > 20
    words = ["--seeds", 2, "--map", *axes, "--steps", 2, "--set", "run.duration=6 h"]
    command(tmp_path, "dissect", "strip.toml", *words, "--out", "line")
    assert files(tmp_path / "python") == files(tmp_path / "line")
    for path in (tmp_path / "line").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "python" / path.name).read_bytes(), path.name
        is_read(found.table(path.stem), path)
    assert found.links["action"][0] == "full" and found.links.rows == found.differences.rows
    assert found.table("map").rows == 4
    assert howship.read_dissection(tmp_path / "line").links["loss"][0] == found.links["loss"][0]

    with pytest.raises(howship.RunError, match="exists"):
        scenario.dissect(tmp_path / "python")
    with pytest.raises(howship.RunError):
        longer = scenario.with_({"run.duration": "30 d"})
        longer.dissect(tmp_path / "stopped", callback=lambda done, total: False)
    assert not (tmp_path / "stopped").exists()
    with pytest.raises(howship.ScenarioError):
        scenario.dissect(tmp_path / "wrong", map=["run.nothing=1..2", axes[1]])
    with pytest.raises(howship.HowshipError, match="no dissect.csv"):
        howship.read_dissection(tmp_path)


INTERRUPTED = """
import _thread, os, sys, threading, time
import howship
os.chdir(sys.argv[1])
long = howship.Scenario.load("strip.toml", {"run.duration": "30000 d"})
study, trial = howship.Study.load("study.toml"), howship.Trial.load(sys.argv[2], patients=1000000)
for work in (
    lambda: study.run("results"),
    lambda: trial.run("trial"),
    lambda: long.dissect("links"),
):
    asked = []
    def ask():
        time.sleep(0.5)
        asked.append(time.monotonic())
        _thread.interrupt_main()
    threading.Thread(target=ask).start()
    try:
        work()
    except KeyboardInterrupt:
        print("heard", time.monotonic() - asked[0], file=sys.stderr)
        print("heard")
def raising(done, total):
    raise KeyboardInterrupt
try:
    long.dissect("links", callback=raising)
except KeyboardInterrupt:
    print("heard inside of the callback")
time.sleep(0.3)
print(*sorted(os.listdir(".")))
"""


def test_ctrl_c_is_heard_at_once_and_nothing_half_done_is_left(tmp_path: Path) -> None:
    study(tmp_path, STUDY + '[set]\n"run.duration" = "30000 d"\n')
    said = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path), str(TRIAL)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout.splitlines()
    # Not one of them would have come to its end by itself within a day.
    assert said == ["heard"] * 3 + ["heard inside of the callback", "results strip.toml study.toml"]
