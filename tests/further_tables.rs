//! Structure, stores and events under `[output]`: they agree with the series and with each other, and a run that goes
//! on tells the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::float_cmp,
    reason = "counts, and values that are written twice"
)]

use howship::observe::morphometry::{Architecture, measure};
use howship::output::table::Table;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::tissue::bone::Bone;

use crate::common::{loaded, recorded, refusal};

const SCENARIO: &str = r#"name = "small"
preset = "mouse"
seed = 3
run = { duration = "3 d", burn_in = "2 d", tick = "6 h" }
lattice = { size = [60, 40, 1], site = "10 um", section_thickness = "50 um" }
specimen.slab.thickness = "120 um"
inoculation.cells = 100
lining.activation.events.rate = "20000 /mm2/yr"
output = { structure_every = "12 h", stores = true, events = true, series_every = "6 h" }
"#;

fn table<'a>(record: &'a Record, file: &str) -> &'a Table {
    record.tables.get(file).unwrap()
}

#[test]
fn structure_and_stores_are_those_of_the_bone() {
    let (record, simulation) = recorded(&loaded(SCENARIO, &[]));
    let structure = table(&record, "structure.csv");
    let days = structure.column("time_d").unwrap();
    assert_eq!(days, [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
    let grid = &simulation.model.grid;
    let last = measure(&simulation.state.bone.solid, grid.dims, grid.edge_um);
    let of = |name: &str| *structure.column(name).unwrap().last().unwrap();
    assert_eq!(of("tb_th_mm"), last.tb_th_mm.unwrap());
    assert_eq!(of("tb_sp_mm"), last.tb_sp_mm.unwrap());
    assert_eq!(of("bv_tv_sites"), last.bv_tv);

    let stores = table(&record, "stores.csv");
    assert_eq!(stores.column("time_d"), record.series.column("time_d"));
    let stored = stores.column("tgf_beta_stored_amol").unwrap();
    let store = simulation.state.bone.stores.iter();
    let signal = simulation.model.signal("tgf_beta").unwrap();
    let store = store.clone().find(|store| store.signal == signal).unwrap();
    assert_eq!(*stored.last().unwrap(), store.amol.iter().sum::<f64>());
    assert!(stored.windows(2).any(|pair| pair[1] < pair[0]));
}

/// Counted here cell by cell and face by face: osteoclasts over the surface within 100 um of a tumour cell, and over the rest.
#[test]
fn osteoclasts_at_the_front_of_the_tumour_are_those_within_100_um_of_it() {
    let sets = ["run.duration=12 d", "inoculation.cells=30"];
    let (record, simulation) = recorded(&loaded(SCENARIO, &sets));
    let (model, state) = (&simulation.model, &simulation.state);
    let width = model.grid.dims[0];
    let place = |site: u32| [site as usize % width, site as usize / width];
    let is_front = |site: u32| {
        state.tumour.site.iter().any(|&cell| {
            let [one, other] = [place(site), place(cell)];
            let squared = [0, 1].map(|axis| one[axis].abs_diff(other[axis]).pow(2));
            squared[0] + squared[1] <= 100
        })
    };
    let mut surface_mm2 = [0.0, 0.0];
    let mut under_mm2 = [0.0, 0.0];
    for site in (0..model.grid.len() as u32).filter(|&site| !state.bone.solid[site as usize]) {
        let faces = model.grid.face_neighbours(site as usize);
        let faces = faces.filter(|&on| state.bone.solid[on]).count() as u16;
        let area = Bone::surface_area_um2(&model.grid, faces.into()) * 1e-6;
        let side = usize::from(!is_front(site));
        surface_mm2[side] += area;
        if state.occupancy.osteoclast[site as usize] != 0 {
            under_mm2[side] += area;
        }
    }
    let at_front = state.osteoclasts.site.iter();
    let at_front = at_front.filter(|&&site| is_front(site)).count() as f64;
    let all = state.osteoclasts.len() as f64;
    assert!(at_front > 0.0 && at_front < all, "{at_front} of {all}");

    let table = table(&record, "structure.csv");
    let last = |name: &str| *table.column(name).unwrap().last().unwrap();
    let near = |name: &str, expected: f64| {
        let found = last(name);
        assert!(
            (found / expected - 1.0).abs() < 1e-9,
            "{name}: {found}, {expected}"
        );
    };
    near("bs_front_mm2", surface_mm2[0]);
    near("oc_s_bs_front", under_mm2[0] / surface_mm2[0]);
    near("oc_s_bs_away", under_mm2[1] / surface_mm2[1]);
    near("n_oc_per_bs_front_mm2", at_front / surface_mm2[0]);
    near("n_oc_per_bs_away_mm2", (all - at_front) / surface_mm2[1]);
    // Both together are what the series has of the whole.
    let whole = record.series.column("oc_s_bs").unwrap();
    let together = (under_mm2[0] + under_mm2[1]) / (surface_mm2[0] + surface_mm2[1]);
    assert!((whole.last().unwrap() / together - 1.0).abs() < 1e-9);

    let (record, _) = recorded(&loaded(SCENARIO, &["inoculation.cells=0"]));
    let table = record.tables.get("structure.csv").unwrap();
    assert_eq!(table.column("bs_front_mm2").unwrap().last(), Some(&0.0));
    assert!(table.column("oc_s_bs_front").unwrap()[0].is_nan());
    assert!(table.column("oc_s_bs_away").unwrap()[0].is_finite());
}

#[test]
fn events_add_up_to_the_cells_and_the_bone_of_the_series() {
    let (record, simulation) = recorded(&loaded(SCENARIO, &[]));
    let events = table(&record, "cell_events.csv");
    let rows = || events.rows.iter();
    let count = |event: f64, kind: f64| {
        let rows = rows().filter(|row| row[1] == event && row[2] == kind);
        rows.count() as f64
    };
    let change = |column: &str| {
        let values = record.series.column(column).unwrap();
        values.last().unwrap() - values[0]
    };
    assert_eq!(count(0.0, 0.0) - count(1.0, 0.0), change("tumour_cells"));
    assert_eq!(count(0.0, 1.0) - count(1.0, 1.0), change("n_oc"));
    assert!(count(0.0, 1.0) > 0.0 && count(0.0, 0.0) > 0.0);
    let changed = rows().filter(|row| row[1] == 2.0);
    let matured = changed.clone().filter(|row| row[2] == 2.0).count() as f64;
    let back = changed.filter(|row| row[2] == 3.0).count() as f64;
    let osteoblasts = count(0.0, 2.0) - count(1.0, 2.0) + matured - back;
    assert_eq!(osteoblasts, change("n_ob"));
    let sites = |event: f64| rows().filter(|row| row[1] == event).count() as f64;
    let structure = table(&record, "structure.csv")
        .column("bv_tv_sites")
        .unwrap();
    let bone = (structure.last().unwrap() - structure[0]) * simulation.model.grid.len() as f64;
    assert!((sites(4.0) - sites(3.0) - bone).abs() < 1e-6);
    assert!(sites(3.0) > 0.0);
    assert!(rows().all(|row| row[0] > 0.0 && row[0] <= 3.0));
}

#[test]
fn a_run_that_goes_on_from_a_checkpoint_tells_the_same_events() {
    let loaded = loaded(SCENARIO, &[]);
    let (whole, _) = recorded(&loaded);
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    simulation.begin().unwrap();
    record.take(&loaded, &simulation);
    while simulation.view().day() < 1.0 {
        simulation.step().unwrap();
        record.take(&loaded, &simulation);
    }
    let bytes = loaded.checkpoint(&simulation, &record, 0.0).unwrap();
    let mut restored = open(&bytes).unwrap().restore().unwrap();
    while !restored.simulation.is_done() {
        restored.simulation.step().unwrap();
        restored.record.take(&restored.loaded, &restored.simulation);
    }
    for file in ["structure.csv", "stores.csv", "cell_events.csv"] {
        // As text: NaN is not itself.
        let [here, there] = [&whole, &restored.record].map(|record| table(record, file).to_csv());
        assert_eq!(here, there, "{file}");
    }
}

#[test]
fn an_interval_between_ticks_is_refused_and_nothing_is_told_unasked() {
    let said = refusal(SCENARIO, &["output.structure_every=5 h"]);
    assert!(
        said.contains("found 5 h") && said.contains("give whole ticks of run.tick = 6 h"),
        "{said}"
    );
    let sets = [
        "output.structure_every=0 h",
        "output.stores=false",
        "output.events=false",
    ];
    let (record, _) = recorded(&loaded(SCENARIO, &sets));
    for file in ["structure.csv", "stores.csv", "cell_events.csv"] {
        assert!(record.tables.get(file).is_none(), "{file}");
    }
}

/// The columns that are asked for, in their order, with the values that `howship specimen` has of the same bone.
#[test]
fn the_structure_has_the_columns_that_are_asked_for() {
    let names =
        r#"output.structure=["conn_d_per_mm3", "tb_th_mm", "euler", "da", "smi", "tb_n_per_mm"]"#;
    let volume = SCENARIO
        .replace("[60, 40, 1]", "[24, 24, 14]")
        .replace(", section_thickness = \"50 um\"", "");
    let (record, simulation) = recorded(&loaded(&volume, &[names]));
    let table = table(&record, "structure.csv");
    assert_eq!(
        table.columns,
        [
            "time_d",
            "conn_d_per_mm3",
            "tb_th_mm",
            "euler",
            "da",
            "smi",
            "tb_n_per_mm"
        ]
    );
    let (grid, solid) = (&simulation.model.grid, &simulation.state.bone.solid);
    let shape = Architecture::of(solid, grid.dims, grid.edge_um);
    let figures = measure(solid, grid.dims, grid.edge_um);
    let or_none = |value: Option<f64>| value.unwrap_or(f64::NAN).to_string();
    let expected = [
        or_none(shape.conn_d_per_mm3),
        or_none(figures.tb_th_mm),
        shape.euler.to_string(),
        or_none(shape.da),
        or_none(shape.smi),
        or_none(figures.tb_n_plate_per_mm()),
    ];
    assert!(shape.da.is_some() && shape.smi.is_some());
    let last: Vec<String> = table.rows.last().unwrap()[1..]
        .iter()
        .map(f64::to_string)
        .collect();
    assert_eq!(last, expected);
    for (set, words) in [
        (
            r#"output.structure=["tb_thickness"]"#,
            "name columns among bv_tv_sites, tb_th_mm",
        ),
        (r#"output.structure=["da", "da"]"#, "found \"da\" twice"),
    ] {
        let said = refusal(SCENARIO, &[set]);
        assert!(
            said.contains("output.structure") && said.contains(words),
            "{said}"
        );
    }
    let said = refusal(SCENARIO, &[names, "output.structure_every=0 h"]);
    assert!(said.contains("a table that is not written"), "{said}");
}
