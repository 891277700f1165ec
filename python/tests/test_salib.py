"""Holds the Morris and Saltelli designs and indices of howship against SALib.

    cargo run --example oracle -- oracle
    HOWSHIP_ORACLE=oracle python -m pytest python/tests/test_salib.py

Both programs analyse the same outputs at the same points, so that they must agree to rounding. The exact
indices are those of Ishigami and Homma 1990 (a = 7, b = 0.1) and of Sobol's G.
"""

import csv
import os
import pathlib

import numpy as np
import pytest

analyze_morris = pytest.importorskip("SALib.analyze.morris")
analyze_sobol = pytest.importorskip("SALib.analyze.sobol")


@pytest.fixture(scope="module")
def folder():
    name = os.environ.get("HOWSHIP_ORACLE")
    if not name:
        pytest.skip("HOWSHIP_ORACLE does not name the folder that `cargo run --example oracle` wrote")
    return pathlib.Path(name)


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], np.array(rows[1:], dtype=float)


def problem(count):
    return {"num_vars": count, "names": [f"x{i}" for i in range(count)], "bounds": [[0, 1]] * count}


@pytest.mark.parametrize("name", ["saltelli_ishigami", "saltelli_g"])
def test_sobol_indices_agree(folder, name):
    heads, points = read(folder / f"{name}_points.csv")
    _, ours = read(folder / f"{name}_indices.csv")
    theirs = analyze_sobol.analyze(
        problem(len(heads) - 1), points[:, -1], calc_second_order=False, num_resamples=10, seed=1
    )
    np.testing.assert_allclose(ours[:, 0], theirs["S1"], atol=1e-9)
    np.testing.assert_allclose(ours[:, 1], theirs["ST"], atol=1e-9)


def test_sobol_indices_are_as_published(folder):
    _, ishigami = read(folder / "saltelli_ishigami_indices.csv")
    np.testing.assert_allclose(ishigami[:, 0], [0.3139, 0.4424, 0.0], atol=0.015)
    np.testing.assert_allclose(ishigami[:, 1], [0.5576, 0.4424, 0.2437], atol=0.015)
    _, g = read(folder / "saltelli_g_indices.csv")
    parts = 1.0 / (3.0 * (1.0 + np.array([0, 1, 4.5, 9, 99, 99])) ** 2)
    variance = np.prod(1.0 + parts) - 1.0
    np.testing.assert_allclose(g[:, 0], parts / variance, atol=0.015)
    np.testing.assert_allclose(g[:, 1], parts / variance * (variance + 1) / (1 + parts), atol=0.02)


@pytest.mark.parametrize("name", ["morris_linear", "morris_ishigami", "morris_g"])
def test_morris_effects_agree(folder, name):
    heads, points = read(folder / f"{name}_points.csv")
    _, ours = read(folder / f"{name}_indices.csv")
    theirs = analyze_morris.analyze(
        problem(len(heads) - 1),
        np.ascontiguousarray(points[:, :-1]),
        points[:, -1],
        num_levels=4,
        num_resamples=10,
        seed=1,
    )
    for column, measure in enumerate(["mu", "mu_star", "sigma"]):
        np.testing.assert_allclose(
            ours[:, column], np.asarray(theirs[measure], dtype=float), rtol=1e-9, atol=1e-9
        )


def test_morris_is_exact_on_a_linear_function(folder):
    _, ours = read(folder / "morris_linear_indices.csv")
    np.testing.assert_allclose(ours[:, 0], [2, -7, 0.25], atol=1e-11)
    np.testing.assert_allclose(ours[:, 2], 0, atol=1e-11)
