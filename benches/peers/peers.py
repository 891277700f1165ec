"""The workloads of `cargo bench --bench signals` by numpy and scipy, one thread, f32.

    python -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    OMP_NUM_THREADS=1 venv/bin/python benches/peers/peers.py

Prints `<workload>-<size> <ns per voxel and field>`, the median of the repetitions, and the spread.
"""

import statistics
import time

import numpy as np
from scipy.fft import dctn, idctn
from scipy.linalg import solve_banded
from scipy.sparse import diags, identity, kron
from scipy.sparse.linalg import LinearOperator, cg

rng = np.random.default_rng(1)


def report(name, voxels, work, repetitions):
    work()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) / voxels * 1e9)
    print(f"{name} {statistics.median(times):.3f}")
    print(f"#   {name}: fastest {min(times):.3f}, slowest {max(times):.3f} of {repetitions}")


def explicit(n):
    field = rng.random((n, n, n), dtype=np.float32)
    weight = np.float32(0.1)

    def step():
        padded = np.pad(field, 1, mode="edge")
        laplacian = (
            padded[2:, 1:-1, 1:-1]
            + padded[:-2, 1:-1, 1:-1]
            + padded[1:-1, 2:, 1:-1]
            + padded[1:-1, :-2, 1:-1]
            + padded[1:-1, 1:-1, 2:]
            + padded[1:-1, 1:-1, :-2]
            - np.float32(6) * field
        )
        return field + weight * laplacian

    report(f"numpy-explicit-{n}", n**3, step, 20)


def lod(n):
    field = rng.random((n, n, n), dtype=np.float32)
    r = 0.5
    bands = np.zeros((3, n), dtype=np.float32)
    bands[0, 1:] = -r
    bands[2, :-1] = -r
    bands[1] = 1 + 2 * r
    bands[1, 0] = bands[1, -1] = 1 + r

    def step():
        now = field
        for axis in range(3):
            lines = np.moveaxis(now, axis, 0).reshape(n, -1)
            now = np.moveaxis(
                solve_banded((1, 1), bands, lines, check_finite=False).reshape(n, n, n), 0, axis
            )
        return now

    report(f"scipy-lod-{n}", n**3, step, 5)


def exact(n):
    field = rng.random((n, n, n), dtype=np.float32)
    wave = 2 - 2 * np.cos(np.pi * np.arange(n) / n)
    total = wave[:, None, None] + wave[None, :, None] + wave[None, None, :]
    decay = np.exp(-0.5 * total - 0.1).astype(np.float32)

    def step():
        return idctn(dctn(field, type=2, workers=1) * decay, type=2, workers=1)

    report(f"scipy-w-d3-{n}", n**3, step, 5)


def obstacles(n):
    """Backward Euler with a third of bone at a tenth of the diffusivity, conjugate gradients to 1e-4."""
    solid = rng.random((n, n, n)) < 0.3
    face = np.where(solid, 0.1, 1.0).ravel()
    size = n**3
    one = identity(n, format="csr")
    step = diags([-np.ones(n - 1), np.ones(n - 1)], [0, 1], shape=(n - 1, n), format="csr")
    gradient = [
        kron(kron(step, one), one),
        kron(kron(one, step), one),
        kron(kron(one, one), step),
    ]
    matrix = identity(size, format="csr")
    for part in gradient:
        part = part.tocsr()
        mean = 1.0 / (abs(part) @ (0.5 / face))
        matrix = matrix + 50.0 * part.T @ diags(mean) @ part
    matrix = matrix.tocsr()
    source = rng.random(size)
    jacobi = LinearOperator((size, size), lambda v, d=matrix.diagonal(): v / d)

    def solve():
        return cg(matrix, source, rtol=1e-4, M=jacobi)[0]

    report(f"scipy-cg-{n}", size, solve, 2)


for size in (64, 100, 128):
    exact(size)
for size in (100, 200):
    explicit(size)
    lod(size)
obstacles(64)
