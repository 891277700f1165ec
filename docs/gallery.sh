#!/usr/bin/env bash
# Draws every picture of docs/gallery.md anew, and those of README.md: `just gallery`.
# HOWSHIP is the program, PICTURES the folder that the pictures are put into.
set -euo pipefail
cd "$(dirname "$0")/.."
howship=${HOWSHIP:-target/release/howship}
to=${PICTURES:-docs/pictures/gallery}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$to"

run() { # scenario, name
    "$howship" run "scenarios/$1.toml" --out "$work/$2"
}
take() { # file below the folder of runs, name in the gallery
    cp "$work/$1" "$to/$2"
}

run vicious_cycle volume
for name in bone_loss cells signals turnover map_d360; do take "volume/plots/$name.png" "$name.png"; done
take volume/plots/map.gif film_volume.gif
for name in bone_d360 bone_before_after; do take "volume/plots/$name.png" "$name.png"; done

# By another program, where Python has it (pip install pyvista).
run scanned_lesion scanned
for format in vti vtp; do
    "$howship" export "$work/scanned" --day 90 --format $format --out "$work/scanned.$format"
done
if python3 -c "import pyvista" 2> /dev/null; then
    python3 python/examples/render_lesion.py "$work/scanned.vti" "$work/scanned.vtp" --out "$to/lesion_pyvista.png"
fi

run clones clones
take clones/plots/clones.png clones.png
take clones/plots/map_d28.png map_clones.png

run immune immune
take immune/plots/immune.png immune.png
take immune/plots/map_d28.png map_immune.png

run therapy/radiotherapy_8gy radiotherapy
take radiotherapy/plots/radiotherapy.png radiotherapy.png
run therapy/radiotherapy_sbrt stereotactic
take stereotactic/plots/dose_map.png dose_map.png

for seed in 1 2 3 4; do
    "$howship" run scenarios/patient_arms.toml --seed "$seed" --out "$work/arms-$seed"
done
"$howship" compare "$work"/arms-? --out "$work/compared"
take compared/plots/clinic.png clinic.png
take compared/plots/arms.png arms.png
take arms-1/denosumab/plots/patient.png patient.png
take arms-1/zoledronate/plots/drugs.png drugs.png

run fracture_risk fracture
take fracture/plots/rigidity.png rigidity.png
take fracture/plots/skeletal_events.png skeletal_events.png

for seed in 1 2 3; do
    "$howship" run scenarios/vicious_cycle_2d.toml --seed "$seed" --out "$work/cycle-$seed"
    "$howship" run scenarios/no_pthrp.toml --seed "$seed" --out "$work/cut-$seed"
done
take cycle-1/plots/map.gif film_section.gif
"$howship" plot "$work"/cycle-? "$work"/cut-? --label "whole cycle" --label "tumour without PTHrP" \
    --out "$work/overlay" --data studies/data/johnson_2011.csv
take overlay/bone_loss.png overlay.png
take overlay/measured.png measured.png

for study in anti_pthrp_dose pthrp_tgf_beta_map lesion_sensitivity; do
    "$howship" study run "studies/small/$study.toml" --store "$work/store"
    "$howship" study analyse "studies/small/$study.toml" --store "$work/store"
done
"$howship" study calibrate studies/small/lesion_calibration.toml --store "$work/store"
studies=store/studies
take $studies/anti_pthrp_dose_small/plots/spread_bv_tv.png spread.png
take $studies/anti_pthrp_dose_small/plots/dose_response_bone_left.png dose_response.png
take $studies/anti_pthrp_dose_small/plots/replicates.png replicates.png
take $studies/pthrp_tgf_beta_map_small/plots/heat_map_bone_left.png heat_map.png
take $studies/lesion_sensitivity_small/plots/tornado_bone_left.png tornado.png
take $studies/lesion_sensitivity_small/plots/surface_bone_left.png surface.png
take $studies/lesion_calibration_small/plots/marginals.png marginals.png
take $studies/lesion_calibration_small/plots/pairs.png pairs.png
take $studies/lesion_calibration_small/plots/fit_bv_tv_of_d0.png prediction.png

"$howship" trial run trials/small/zoledronate_sre.toml --out "$work/trial"
for name in event_free incidence course subgroups; do take "trial/plots/$name.png" "trial_$name.png"; done
