# %% [markdown]
# From a scan to a figure of bone loss. Open it as a notebook (VS Code, Jupyter with jupytext), or run it from the folder of
# howship's sources: `python python/examples/scan_to_figure.py`.

# %% A scan of human trabecular bone, and what it measures
import howship, howship.plot

scan = {"file": "scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz", "crop": {"start": [32] * 3, "size": [32] * 3}}
print(howship.specimen(scan["file"], labels=[1]).figures["tb_th_mm"], "mm")

# %% A metastasis in a part of it, and the same without PTHrP
lesion = howship.Scenario.from_dict({"name": "lesion", "preset": "human", "run": {"duration": "20 d", "burn_in": "10 d"}, "lattice": {}, "specimen": {"image": scan}, "inoculation": {"cells": 400}})
runs = {"vicious cycle": lesion.run(), "no PTHrP": lesion.with_({"tumour.secretion.pthrp.rate": "0 amol/h"}).run()}

# %% Bone over time
howship.plot.bone_loss(runs).figure.savefig("bone_loss.png")
