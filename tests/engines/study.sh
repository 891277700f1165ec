# A study of many short runs for the tests of engines: `write_study FOLDER RUNS [CELLS]`; CELLS for
# which there is no room make half of the runs fail. `results STORE` counts what is kept.
write_study() {
    cat > "$1/small.toml" <<'TOML'
name = "small"
preset = "mouse"
[run]
duration = "8 d"
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
"tumour.division.rate" = { from = "0.2 /d", to = "0.5 /d", levels = 2 }
"inoculation.cells" = [10, ${3:-20}]
[arms.control]
[arms.no_pthrp]
"tumour.secretion.pthrp.rate" = "0 amol/h"
[responses]
bone = { column = "bv_tv" }
cells_d1 = { column = "tumour_cells", at = "1 d" }
TOML
}

results() {
    find "$1/results" -name '*.csv' 2> /dev/null | wc -l
}
