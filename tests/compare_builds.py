#!/usr/bin/env python3
"""Do two builds of howship compute the same? Runs every shipped scenario, shortened, with both.

    tests/compare_builds.py BASE NEW [--paths FILE] [--only NAME ...]

BASE and NEW are binaries. Tables are compared byte for byte; digests.csv by the name of each part of
the state, with FILE (old path, tab, new path per line) where parts were renamed; the digest of the
whole (column `state`), which changes with the order of the fields, is left out. Exit 1 when a value differs.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The shortest run is taken that the scenario allows: its dates must lie within it.
LENGTHS = ["3 d", "10 d", "30 d", "90 d", ""]


# A patient's window of health lies in the burn-in, which then keeps its length.
BURN_INS = [["--set", 'run.burn_in="1 d"'], []]


def accepted(binary, scenario):
    """Settings of the shortest run that the scenario allows."""
    for burn_in in BURN_INS:
        for length in LENGTHS:
            duration = ["--set", f'run.duration="{length}"'] if length else []
            words = [*burn_in, *duration, "--set", "output.map_days=[]"]
            asked = [binary, "check", str(scenario), *words]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                return words
    return None


def run(binary, scenario, words, out):
    asked = [binary, "run", str(scenario), *words, "--threads", "2", "--out", str(out)]
    return subprocess.run(asked, capture_output=True, text=True, check=False)


def digests(path, names):
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    head = [names.get(name, name) for name in rows[0]]
    return {name: [row[at] for row in rows[1:]] for at, name in enumerate(head)}


def differences(one, other, names):
    """Tables and parts of the state that differ, and how many were compared."""
    wrong, tables, parts = [], 0, 0
    found = {path.relative_to(one) for path in one.rglob("*.csv")}
    missing = {path.relative_to(other) for path in other.rglob("*.csv")} ^ found
    wrong += [f"{path}: in one folder alone" for path in sorted(missing)]
    for path in sorted(found - missing):
        if path.name != "digests.csv":
            tables += 1
            if (one / path).read_bytes() != (other / path).read_bytes():
                wrong.append(f"{path}: other bytes")
            continue
        old, new = digests(one / path, names), digests(other / path, {})
        for name in sorted(set(old) | set(new)):
            if name in ("tick", "state"):
                continue
            parts += 1
            if old.get(name) != new.get(name):
                wrong.append(f"{path}: {name}")
    return wrong, tables, parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("base")
    parser.add_argument("new")
    parser.add_argument("--paths", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    names = {}
    if asked.paths:
        names = dict(line.split("\t") for line in asked.paths.read_text().splitlines() if line)
    failed = 0
    for scenario in sorted((ROOT / "scenarios").rglob("*.toml")):
        name = str(scenario.relative_to(ROOT / "scenarios"))
        if asked.only and not any(word in name for word in asked.only):
            continue
        words = accepted(asked.base, scenario)
        if words is None:
            print(f"{name}: refused by the base, not compared")
            continue
        with tempfile.TemporaryDirectory() as folder:
            ends = []
            for binary, kind in ((asked.base, "base"), (asked.new, "new")):
                ends.append(run(binary, scenario, words, Path(folder) / kind))
            if any(end.returncode for end in ends):
                print(f"{name}: " + " / ".join(end.stderr.strip()[-200:] for end in ends))
                failed += 1
                continue
            wrong, tables, parts = differences(Path(folder) / "base", Path(folder) / "new", names)
        print(f"{name}: {tables} tables, {parts} parts of the state, {len(wrong)} differ", flush=True)
        for line in wrong:
            print(f"  {line}")
        failed += bool(wrong) or not tables
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
