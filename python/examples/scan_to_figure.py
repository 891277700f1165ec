# %% [markdown]
# From a scan to a figure of bone loss. Open it as a notebook (VS Code, Jupyter with jupytext), or run it from the folder of
# howship's sources: `python python/examples/scan_to_figure.py`.

# %% A scan of human trabecular bone, and what it measures
import howship
import howship.plot

scan = howship.specimen("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz")
print(scan.figures["tb_th_mm"], "mm")

# %% A metastasis in a part of it, and the same without PTHrP: 20 days are soon done, a year shows the difference
part = {"specimen.image.crop.size": [32, 32, 32], "run.duration": "20 d", "run.burn_in": "10 d"}
lesion = howship.Scenario.load("scenarios/scanned_lesion.toml", part)
without = lesion.with_({"tumour.secretion.pthrp.rate": "0 amol/h"})
runs = {"vicious cycle": lesion.run(), "no PTHrP": without.run()}

# %% Bone over time
howship.plot.bone_loss(runs).figure.savefig("bone_loss.png")
