# A tiny study for the tests of engines: `write_study FOLDER RUNS`, in points of two arms, some of
# which fail.
write_study() {
    cat > "$1/small.toml" <<'TOML'
name = "small"
preset = "mouse"
[run]
duration = "2 d"
burn_in = "1 d"
[lattice]
size = [24, 24, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "60 um"
[inoculation]
cells = 20
TOML
    cat > "$1/study.toml" <<TOML
name = "doses"
base = "small.toml"
replicates = $(($2 / 8))
[set]
"output.series_every" = "12 h"
[vary]
"tumour.division.rate" = { from = "0.2 /d", to = "0.8 /d", levels = 2 }
"inoculation.cells" = [10, 20]
[arms.control]
[arms.no_pthrp]
"tumour.secretion.pthrp.rate" = "0 amol/h"
[responses]
bone = { column = "bv_tv" }
cells_d1 = { column = "tumour_cells", at = "1 d" }
TOML
}
