#!/usr/bin/env python3
"""Writes the mean course of a lesion on the lattice, lesion.csv, from runs of lesion.toml.

usage: course.py usual=RUN,... low=RUN,... high=RUN,... > lesion.csv

Runs of lesion.toml, one per seed, at the basal output of PTHrP, at 0.3 times and at 3 times that.
"""

import bisect
import csv
import pathlib
import statistics
import sys

ARMS = ("control", "denosumab", "zoledronate")
EVERY_D, LAST_D = 10, 240


def course(run, arm):
    """Bone and resorbed bone over the bone of day 0, and tumour cells, every ten days."""
    lines = (pathlib.Path(run) / arm / "series.csv").read_text().splitlines()
    table = csv.reader(line for line in lines if not line.startswith("#"))
    columns = dict(zip(next(table), zip(*(map(float, row) for row in table))))
    days = columns["time_d"]

    def at(name, day):
        after = bisect.bisect_left(days, day - 1e-9)
        if abs(days[after] - day) < 1e-9:
            return columns[name][after]
        share = (day - days[after - 1]) / (days[after] - days[after - 1])
        return columns[name][after - 1] * (1.0 - share) + columns[name][after] * share

    bone = at("bone_volume_mm3", 0)
    return [
        (
            at("bone_volume_mm3", day) / bone,
            at("tumour_cells", day),
            (at("resorbed_mm3", day) - at("resorbed_mm3", 0)) / bone,
        )
        for day in range(0, LAST_D + 1, EVERY_D)
    ]


def main(given):
    """Prints the table once all runs are read; the mean over runs, and the standard deviations of bone and cells."""
    runs = dict(group.split("=", 1) for group in given if "=" in group)
    if sorted(runs) != ["high", "low", "usual"] or len(given) != len(runs):
        raise SystemExit(__doc__)
    names = ("bone", "tumour_cells", "resorbed", "bone_sd", "tumour_cells_sd")
    seeds = {
        arm if output == "usual" else f"{output}_{arm}": [course(run, arm) for run in runs[output].split(",")]
        for output in ("usual", "low", "high")
        for arm in ARMS
    }
    print(",".join(["time_d", *(f"{arm}_{name}" for arm in seeds for name in names)]))
    for row in range(LAST_D // EVERY_D + 1):
        cells = [str(row * EVERY_D)]
        for arm in seeds:
            bone, tumour, resorbed = zip(*(seed[row] for seed in seeds[arm]))
            cells += [
                f"{statistics.fmean(bone):.5f}",
                f"{statistics.fmean(tumour):.0f}",
                f"{statistics.fmean(resorbed):.5f}",
                f"{statistics.pstdev(bone):.5f}",
                f"{statistics.pstdev(tumour):.0f}",
            ]
        print(",".join(cells))


if __name__ == "__main__":
    main(sys.argv[1:])
