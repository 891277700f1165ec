"""The package howship, held against the command line."""

from __future__ import annotations

import ast
import csv
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import howship

HOWSHIP = os.environ.get("HOWSHIP", "howship")
SCENARIO = """name = "strip"
preset = "mouse"
seed = 3
[run]
duration = "3 d"
burn_in = "2 d"
tick = "6 h"
[lattice]
size = [40, 30, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "80 um"
[inoculation]
cells = 100
"""


def scenario(**values: object) -> howship.Scenario:
    return howship.Scenario.from_text(SCENARIO).with_(values)


def by_command_line(folder: Path, text: str = SCENARIO) -> Path:
    (folder / "strip.toml").write_text(text, encoding="utf-8")
    words = [HOWSHIP, "run", "strip.toml", "--out", "run", "--quiet"]
    subprocess.run(words, cwd=folder, check=True)
    return folder / "run"


def test_a_run_from_python_is_that_of_the_command_line(tmp_path: Path) -> None:
    folder = by_command_line(tmp_path)
    manifest = json.loads((folder / "run.json").read_text())
    result = howship.Scenario.load(tmp_path / "strip.toml").run()
    assert result.digest == manifest["digest"]
    with (folder / "series.csv").open() as file:
        head, *rows = csv.reader(file)
    assert result.series.columns == head
    for at, name in enumerate(head):
        assert result.series[name].tolist() == [float(row[at]) for row in rows], name
    assert howship.Scenario.load(tmp_path / "strip.toml").run(threads=1).digest == result.digest

    again = howship.read_run(folder)
    assert again.digest == result.digest
    assert again.series["bv_tv"].tolist() == result.series["bv_tv"].tolist()
    assert np.array_equal(again.field("tgf_beta"), result.field("tgf_beta"))
    assert np.array_equal(again.bone, result.bone)
    assert set(again.tables) == set(result.tables)
    for name, table in again.tables.items():
        for column in table.columns:
            np.testing.assert_array_equal(table[column], result.tables[name][column])


def test_a_run_with_a_folder_leaves_that_of_the_command_line(tmp_path: Path) -> None:
    folder = by_command_line(tmp_path)
    run = howship.Scenario.load(tmp_path / "strip.toml").run(out=tmp_path / "python")
    for name in ("series.csv", "ledger.csv", "digests.csv", "scenario.toml"):
        assert (tmp_path / "python" / name).read_bytes() == (folder / name).read_bytes(), name
    with pytest.raises(howship.RunError, match="exists already"):
        howship.Scenario.load(tmp_path / "strip.toml").run(out=tmp_path / "python")
    assert run.manifest["exit_state"] == "done"


def test_a_scenario_from_values_is_that_of_its_text_and_edits_leave_others_alone() -> None:
    values = {
        "name": "strip",
        "preset": "mouse",
        "seed": 3,
        "run": {"duration": "3 d", "burn_in": "2 d", "tick": "6 h"},
        "lattice": {"size": [40, 30, 1], "site": "10 um", "section_thickness": "50 um"},
        "specimen": {"slab": {"thickness": "80 um"}},
        "inoculation": {"cells": 100},
    }
    one = howship.Scenario.from_dict(values)
    assert one.run().digest == scenario().run().digest
    assert one["run.duration"] == "3 d"
    assert one["lattice.size"] == [40, 30, 1]
    assert one["inoculation"]["cells"] == 100
    assert "run.nothing" not in one and "seed" in one
    with pytest.raises(KeyError):
        one["run.nothing"]
    other = one.with_({"run.duration": "1 d"}, seed=4)
    assert (one["run.duration"], other["run.duration"]) == ("3 d", "1 d")
    assert (one.seed, other.seed) == (3, 4)
    one["run.duration"] = "1 d"
    one["seed"] = 4
    assert one.run().digest == other.run().digest
    value, source = one.values()["run.duration"]
    assert (value, source) == ('"1 d"', "--set")
    assert howship.Scenario.from_text(one.to_toml()).run().digest == other.run().digest


def test_what_makes_no_sense_is_said_as_on_the_command_line(tmp_path: Path) -> None:
    text = SCENARIO.replace('"3 d"', '"3 parsec"')
    file = tmp_path / "strip.toml"
    file.write_text(text, encoding="utf-8")
    said = subprocess.run([HOWSHIP, "check", str(file)], capture_output=True, text=True).stderr
    with pytest.raises(howship.ScenarioError) as found:
        howship.Scenario.load(file)
    assert str(found.value) == said.rstrip("\n")
    [fault] = found.value.diagnostics
    assert fault["file"] == str(file)
    assert (fault["line"], fault["key_path"]) == (5, "run.duration")
    assert isinstance(found.value, howship.HowshipError)

    sound = scenario()
    with pytest.raises(howship.ScenarioError, match="run.duratoin") as found:
        sound["run.duratoin"] = "1 d"
    assert "did you mean `duration`?" in str(found.value)
    assert sound.run().digest == scenario().run().digest
    with pytest.raises(howship.ScenarioError, match=r"missing\.toml"):
        howship.Scenario.load(tmp_path / "missing.toml")
    with pytest.raises(TypeError, match="found a value of type object"):
        sound["seed"] = object()
    with pytest.raises(
        howship.HowshipError, match=r'found the field "pth", expected one of .*pthrp'
    ):
        scenario().simulation().field("pth")
    with pytest.raises(howship.HowshipError, match=r"nowhere"):
        howship.read_run(tmp_path / "nowhere")
    with pytest.raises(howship.HowshipError, match=r"scan\.nii"):
        howship.specimen(tmp_path / "scan.nii")
    with pytest.raises(howship.RunError, match="day 9: the run goes from day 0 to day 3"):
        howship.read_run(by_command_line(tmp_path)).on(9)


def test_describe_and_check_say_what_the_command_line_says(tmp_path: Path) -> None:
    file = tmp_path / "strip.toml"
    file.write_text(SCENARIO, encoding="utf-8")

    def said(command: str) -> str:
        words = [HOWSHIP, command, str(file)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    loaded = howship.Scenario.load(file)
    assert loaded.describe() == said("describe").removesuffix("\n")
    assert "| `tumour.division.rate` |" in loaded.describe(markdown=True)
    outlook = loaded.check()
    # What it takes is measured and differs from time to time.
    assert outlook.lines[:6] == said("check").splitlines()[:6]
    assert "strip" in str(outlook)


def test_the_callback_sees_every_day_and_may_stop_the_run() -> None:
    days: list[float] = []
    result = scenario().run(callback=lambda simulation: days.append(simulation.day))
    assert days == [-1.0, 0.0, 1.0, 2.0, 3.0]
    assert result.digest == scenario().run().digest

    simulation = scenario().simulation()
    simulation.run(callback=lambda simulation: simulation.day < 1)
    assert simulation.day == 1.0 and not simulation.is_done
    simulation.run(days=0.25)
    assert simulation.day == 1.25
    simulation.step(3)
    assert simulation.day == 2.0 and simulation.series["time_d"].tolist() == [0.0, 1.0, 2.0]

    def refuse(_: howship.Simulation) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        simulation.run(callback=refuse)
    assert simulation.is_done
    assert simulation.digest == result.digest
    simulation.step(5)
    assert simulation.digest == result.digest
    with pytest.raises(ValueError, match="expected whole ticks of 6 h"):
        scenario().simulation().run(days=0.1)


def test_fields_have_units_places_and_are_copies() -> None:
    simulation = scenario().simulation().run(days=4)
    level = simulation.field("tgf_beta")
    assert level.shape == (1, 30, 40) and level.dtype == np.float32
    assert (level.name, level.unit, level.day) == ("tgf_beta", "pM", 2.0)
    assert level.spacing_um == (10.0, 10.0, 50.0)
    before = np.array(level)
    level[:] = -1.0
    assert np.array_equal(simulation.field("tgf_beta"), before)
    kept = simulation.field("tgf_beta")
    simulation.run()
    assert np.array_equal(kept, before)
    assert not np.array_equal(kept, simulation.field("tgf_beta"))

    assert abs(float(simulation.bone.mean(dtype=np.float64)) - simulation.bv_tv) < 1e-6
    series = simulation.series
    marrow = ~simulation.field("bone_solid")
    mean = simulation.field("tgf_beta").astype(np.float64)[marrow].mean()
    assert abs(mean / series["tgf_beta_pm"][-1] - 1) < 1e-6
    assert simulation.field("tissue").max() <= 5
    assert simulation.fields["rankl"] == "pM" and simulation.fields["bone_drug"] == "amol"

    places = simulation.field("tgf_beta").to_xarray()
    assert places.dims == ("z", "y", "x") and places.attrs["units"] == "pM"
    assert places["x"].values[:2].tolist() == [5.0, 15.0] and places["x"].attrs["units"] == "um"
    assert float(places["time_d"]) == 3.0
    with pytest.raises(ValueError, match="has no place"):
        simulation.field("tgf_beta")[0].to_xarray()
    back = pickle.loads(pickle.dumps(simulation.field("rankl")))
    assert back.unit == "pM" and back.spacing_um == (10.0, 10.0, 50.0)
    everything = simulation.to_xarray()
    assert {"bone_matrix", "tgf_beta", "pthrp"} <= set(everything)


def test_tables_are_taken_by_pandas_polars_and_pyarrow_with_their_units() -> None:
    result = scenario().run()
    table = result.series
    assert table.units["tgf_beta_pm"] == "pM" and table.units["bv_tv"] == ""
    assert table.descriptions["bv_tv"] == "matrix over tissue"
    assert all(table.descriptions.values())
    by_polars = polars.DataFrame(table)
    by_arrow = pyarrow.table(table)
    by_pandas = table.to_pandas()
    assert isinstance(by_pandas, pandas.DataFrame)
    taken = pandas.DataFrame.from_arrow(table)
    assert dict(table).keys() == set(table.columns) and "bv_tv" in table
    for name in table.columns:
        values = table[name].tolist()
        assert by_polars[name].to_list() == values
        assert by_arrow[name].to_pylist() == values
        assert by_pandas[name].tolist() == values
        assert taken[name].tolist() == values
    fact = by_arrow.schema.field("tgf_beta_pm").metadata
    assert fact[b"unit"] == b"pM" and b"TGF-beta" in fact[b"description"]
    with pytest.raises(TypeError):
        list(table)
    with pytest.raises(KeyError, match="expected one of time_d, bv_tv"):
        table["bv"]

    cells = polars.DataFrame(result.cells)
    tumour = cells.filter(polars.col("kind") == "tumour")
    assert tumour.height == table["tumour_cells"][-1] > 0
    assert tumour["age_h"].null_count() == tumour.height
    assert cells.filter(polars.col("kind") == "osteoclast").height == table["n_oc"][-1]
    assert cells["x_um"].max() < 400.0


def test_tables_of_a_folder_are_read_as_parquet_with_their_units(tmp_path: Path) -> None:
    asked = scenario(
        **{"output.parquet": True, "output.structure_every": "1 d", "output.events": True}
    )
    run = asked.run(out=tmp_path / "run")
    for name in ("series", "ledger", "structure", "cell_events"):
        table = run.table(name)
        read = polars.read_parquet(tmp_path / "run" / f"{name}.parquet")
        assert read.columns == table.columns
        for column in table.columns:
            np.testing.assert_array_equal(read[column].to_numpy(), table[column])
        assert all(table.descriptions.values()), name
        facts = pyarrow.parquet.read_schema(tmp_path / "run" / f"{name}.parquet").metadata
        units = json.loads(facts[b"howship.units"])
        assert units == {column: unit for column, unit in table.units.items() if unit}
        said = json.loads(facts[b"howship.descriptions"])
        assert said == table.descriptions
    born = run.table("cell_events")
    came = (born["event"] == 0) & (born["kind"] == 0)
    went = (born["event"] == 1) & (born["kind"] == 0)
    cells = run.series["tumour_cells"]
    assert came.sum() - went.sum() == cells[-1] - cells[0]
    in_memory = asked.run()
    assert (
        in_memory.tables["structure"]["tb_th_mm"].tolist()
        == run.table("structure")["tb_th_mm"].tolist()
    )


def test_the_stubs_name_what_the_compiled_half_has() -> None:
    from howship import _howship

    stubs = ast.parse((Path(_howship.__file__).parent / "_howship.pyi").read_text(encoding="utf-8"))
    said = {}
    for node in stubs.body:
        if isinstance(node, ast.ClassDef) and not node.name.endswith("Error"):
            said[node.name] = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
    for name, methods in said.items():
        there = {one for one in vars(getattr(_howship, name)) if not one.startswith("__")}
        assert there == {one for one in methods if not one.startswith("__")}, name
    functions = {one.name for one in stubs.body if isinstance(one, ast.FunctionDef)}
    there = {name for name, one in vars(_howship).items() if callable(one)}
    there = {name for name in there if not isinstance(getattr(_howship, name), type)}
    assert functions == there
    for name in howship.__all__:
        assert getattr(howship, name).__doc__ or name == "__version__", name


def test_other_threads_read_between_ticks_while_it_runs() -> None:
    simulation = scenario(**{"run.duration": "20 d"}).simulation()
    seen: list[tuple[float, float]] = []

    def read() -> None:
        while not simulation.is_done:
            seen.append((simulation.day, simulation.field("rankl").sum()))

    reader = threading.Thread(target=read)
    reader.start()
    simulation.run()
    reader.join()
    days = [day for day, _ in seen]
    assert len(set(days)) > 3 and days == sorted(days)
    assert simulation.digest == scenario(**{"run.duration": "20 d"}).run().digest


def test_runs_on_several_threads_are_those_of_one() -> None:
    alone = [scenario(seed=seed).run().digest for seed in range(1, 5)]
    found: dict[int, str] = {}

    def run(seed: int) -> None:
        found[seed] = scenario(seed=seed).run(threads=1).digest

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(1, 5)] == alone and len(set(alone)) == 4


INTERRUPTED = """
import _thread, sys, threading, time
import howship
simulation = howship.Scenario.from_text(sys.stdin.read()).simulation()
asked = []
def ask():
    time.sleep(0.5)
    asked.append(time.monotonic())
    _thread.interrupt_main()
threading.Thread(target=ask).start()
try:
    simulation.run()
except KeyboardInterrupt:
    print(time.monotonic() - asked[0])
tick = simulation.tick
time.sleep(0.3)
print(simulation.tick - tick, simulation.is_done)
simulation.step()
print(simulation.tick - tick)
"""


def test_ctrl_c_is_heard_at_once_and_the_run_goes_on_from_there() -> None:
    text = SCENARIO.replace('"3 d"', '"30000 d"')
    said = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], input=text, capture_output=True, text=True, timeout=120
    )
    waited, still, further = said.stdout.splitlines()
    assert float(waited) < 0.1, said
    moved, done = still.split()
    # The tick that was under way may have ended behind the interrupt, and no other.
    assert int(moved) <= 1 and done == "False"
    assert int(further) == int(moved) + 1


def test_a_run_in_a_folder_that_is_interrupted_goes_on_by_resume(tmp_path: Path) -> None:
    text = SCENARIO.replace('"3 d"', '"3000 d"')
    program = (
        "import sys, howship\n"
        "print('ready', flush=True)\n"
        "howship.Scenario.from_text(sys.argv[1]).run(out='run')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, text],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    manifest = tmp_path / "run" / "run.json"
    until = time.monotonic() + 60
    while not manifest.exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in said and process.returncode != 0
    assert json.loads(manifest.read_text())["exit_state"].startswith("stopped by SIGINT at tick ")
    assert list((tmp_path / "run" / "checkpoints").glob("tick-*.howship"))


def resident_kb() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc on this system")
def test_memory_does_not_grow_with_runs() -> None:
    short = scenario(**{"run.duration": "6 h", "run.burn_in": "0 d"})

    def some(count: int) -> None:
        for _ in range(count):
            result = short.run(threads=1)
            assert result.field("rankl").size == 1200 and result.cells.rows >= 100
            polars.DataFrame(result.series)

    some(100)
    before = resident_kb()
    some(400)
    # A state of this lattice takes 300 kB: 400 that stayed would be 120 MB.
    assert resident_kb() - before < 8_000


def test_a_specimen_is_measured_as_on_the_command_line() -> None:
    scan = Path(__file__).parents[2] / "scenarios" / "specimens" / "shrew" / "shrew_seg.nii.gz"
    said = subprocess.run(
        [HOWSHIP, "specimen", str(scan), "--json"], capture_output=True, text=True, check=True
    )
    found = howship.specimen(scan)
    assert found.figures == json.loads(said.stdout)
    assert found.bone.shape == tuple(found.figures["dims"][::-1])
    assert abs(found.bone.mean() - found.bv_tv) < 1e-12


def test_the_notebook_draws_a_figure_from_a_scan_in_ten_lines(tmp_path: Path) -> None:
    notebook = Path(__file__).parents[1] / "examples" / "scan_to_figure.py"
    code = notebook.read_text(encoding="utf-8")
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) <= 10
    (tmp_path / "scenarios").symlink_to(Path(__file__).parents[2] / "scenarios")
    said = subprocess.run(
        [sys.executable, str(notebook)],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    thickness, unit = said.split()
    assert unit == "mm" and 0.1 < float(thickness) < 0.4
    assert (tmp_path / "bone_loss.png").read_bytes().startswith(b"\x89PNG")


def test_pictures_show_what_the_tables_and_fields_hold() -> None:
    pytest.importorskip("matplotlib").use("agg")
    from howship import plot

    runs = {"one": scenario().run(), "two": scenario(seed=4).run()}
    drawn = plot.bone_loss(runs)
    for line, (name, run) in zip(drawn.get_lines(), runs.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), 100 * run.series["bv_tv"])
    assert drawn.get_ylabel() == "BV/TV (%)"
    assert plot.series("pthrp_pm", runs["one"]).get_ylabel() == "pthrp_pm (pM)"
    field = runs["one"].field("pthrp")
    shown = plot.cut(field)
    [image] = shown.get_images()
    np.testing.assert_array_equal(image.get_array(), np.asarray(field)[0])
    assert image.get_extent() == [0.0, 400.0, 0.0, 300.0]
    with pytest.raises(ValueError, match="has no place"):
        plot.cut(field + 1)


def test_a_scenario_with_arms_gives_its_runs_by_name(tmp_path: Path) -> None:
    arms = SCENARIO + '\n[arms.slow]\nat = "1 d"\n"tumour.division.rate" = "0.1 /d"\n'
    scenario = howship.Scenario.from_text(arms)
    with pytest.raises(ValueError, match=r'arms \(slow\): give out=, or .*with_\(arm="slow"\)'):
        scenario.run()
    runs = scenario.run(out=tmp_path / "both")
    assert sorted(runs) == ["control", "slow"]
    alone = scenario.with_(arm="slow").run()
    assert runs["slow"].digest == alone.digest != runs["control"].digest
    with pytest.raises(howship.HowshipError, match="holds several runs: read one of .*control"):
        howship.read_run(tmp_path / "both")
