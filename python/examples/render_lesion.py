"""A lesion in space with its cells, drawn by pyvista without a screen from what `howship export` writes.

    howship export runs/vicious_cycle-1 --day 360 --format vti --out day_360.vti
    howship export runs/vicious_cycle-1 --day 360 --format vtp --out day_360_cells.vtp
    python -m pip install pyvista
    python python/examples/render_lesion.py day_360.vti day_360_cells.vtp --out lesion.png

Bone and cells before the plane through the middle of the tumour are cut away, so that the inside of the lesion is seen. VTK of PyPI draws
without a screen by itself where DISPLAY is not set; a bare server lacks the GL for it: `apt-get install libegl1 libgl1` (Mesa).
"""

from __future__ import annotations

import argparse

import numpy as np
import pyvista

# Kinds as `kind` of a cell has them (docs/volumes.md): name, colour, diameter in um as drawn.
KINDS = {
    0: ("tumour", "#8c510a", 14.0),
    3: ("precursor of an osteoblast", "#92c5de", 14.0),
    2: ("osteoblast", "#2166ac", 14.0),
    1: ("osteoclast", "#d6006c", 34.0),
}
BONE, CUT = "#f3e9d2", "#cdb98a"


def draw(fields: str, cells: str, out: str, width: int = 1530) -> None:
    """Draws the fields of a .vti and the cells of a .vtp into a PNG."""
    image = pyvista.read(fields)
    people = pyvista.read(cells)
    kind = people.point_data["kind"]
    where = people.points[kind == 0] if (kind == 0).any() else np.array([image.center])
    # What lies before the plane, seen along y, is cut away.
    plane = {"normal": (0.0, -1.0, 0.0), "origin": where.mean(axis=0)}
    shares = image.cell_data_to_point_data()
    solid = (
        shares.contour([0.5], scalars="bone_matrix")
        .smooth_taubin(n_iter=20, pass_band=0.1)
        .clip(**plane)
    )
    face = shares.slice(**plane).clip_scalar(scalars="bone_matrix", value=0.5, invert=False)

    scene = pyvista.Plotter(off_screen=True, window_size=(width, width * 5 // 6))
    scene.set_background("white")
    scene.enable_anti_aliasing("ssaa")
    scene.add_mesh(solid, color=BONE, smooth_shading=True, ambient=0.25)
    scene.add_mesh(face, color=CUT, lighting=False)
    scene.add_mesh(image.outline(), color="#999999", line_width=2)
    scene.view_vector((0.45, -1.0, 0.45), viewup=(0.0, 0.0, 1.0))
    # Lengths are the same at any depth, so that cells have their size.
    scene.enable_parallel_projection()
    scene.camera.parallel_scale = 0.46 * image.length
    pixels_per_um = scene.window_size[1] / (2 * scene.camera.parallel_scale)
    behind = people.points[:, 1] >= plane["origin"][1]
    chance = np.random.default_rng(1)
    names = []
    for number, (name, colour, diameter) in KINDS.items():
        some = people.points[(kind == number) & behind]
        if len(some) == 0:
            continue
        # Several cells of a site lie at its centre; apart they are seen.
        apart = chance.uniform(-0.4, 0.4, some.shape) * image.spacing
        scene.add_points(
            (some + apart).astype(np.float32),
            color=colour,
            point_size=diameter * pixels_per_um,
            render_points_as_spheres=True,
        )
        names.append([f"{name}, {len(some):,} drawn", colour])
    if names:
        height = 0.035 * len(names)
        scene.add_legend(names, bcolor=None, face="circle", size=(0.26, height), loc="upper left")
    day = float(image.field_data["TimeValue"][0])
    size = " x ".join(f"{length / 1000:.2f}" for length in np.diff(image.bounds)[::2])
    said = f"day {day:g}, {size} mm, cut open through the middle of the tumour"
    scene.add_text(said, position="lower_left", font_size=12, color="black")
    scene.show(screenshot=out)


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("fields", help="fields of a day (.vti)")
    reader.add_argument("cells", help="cells of the same day (.vtp)")
    reader.add_argument("--out", required=True, help="picture (.png)")
    asked = reader.parse_args()
    draw(asked.fields, asked.cells, asked.out)
