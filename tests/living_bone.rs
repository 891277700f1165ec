//! Living bone: formation on whole surface, bone among tumour cells, RANKL of osteocytes and stroma, struts that are
//! not repaired, pieces that come loose, early mineral, osteoclasts that are drawn. Each is an option, and keeps
//! the books.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use crate::common::{ended, loaded, on_threads, refusal, simulation};
use howship::engine::state::State;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::tissue::population::OsteoclastMode;

/// A plate of 60 um in a section, on which nothing opens by itself.
const PLATE: &str = "\
name = \"plate\"
preset = \"mouse\"
seed = 3
[run]
duration = \"20 d\"
tick = \"1 h\"
burn_in = \"0 d\"
[lattice]
size = [60, 40, 1]
site = \"10 um\"
section_thickness = \"50 um\"
[specimen.slab]
thickness = \"60 um\"
[lining.activation.events]
rate = \"0 /mm2/yr\"
";

const MODELLING: &str = "
[cues.strain]
constant = \"1\"
[lining.modelling]
events = { rate = \"20000 /mm2/yr\", needs.strain = { half_max = \"0.1\", hill = 2 } }
radius = \"30 um\"
thickness = \"10 um\"
";

/// Tumour cells that neither divide nor die nor move, in most of the marrow.
const FULL: &str = "
[inoculation]
cells = 5000
site = \"centre\"
[tumour.division]
rate = \"0 /d\"
[tumour.death]
rate = \"0 /d\"
[tumour.motility]
rate = \"0 um2/h\"
";

fn text(parts: &[&str]) -> String {
    parts.concat()
}

/// Volume gained since the first tick, of which the book says as much.
fn gained_um3(before: f64, simulation: &Simulation) -> f64 {
    let (state, grid) = (&simulation.state, &simulation.model.grid);
    let ledger = &state.ledger;
    let gained = state.bone.volume_um3(grid) - before;
    let booked = ledger.formed_um3 - ledger.resorbed_um3;
    assert!((gained - booked).abs() < 1e-6 * before, "{gained} {booked}");
    assert!(ledger.worst_store_residual < 1e-9);
    assert!(ledger.worst_signal_residual < 1e-5);
    gained
}

fn grown(parts: &[&str], sets: &[&str]) -> (f64, Simulation) {
    let mut simulation = simulation(&text(parts), sets);
    let before = (simulation.state.bone).volume_um3(&simulation.model.grid);
    simulation.run(|_| {}).unwrap();
    (gained_um3(before, &simulation), simulation)
}

#[test]
fn whole_surface_forms_bone_without_a_pit_where_strain_lets_it() {
    let (none, _) = grown(&[PLATE], &[]);
    assert!(none.abs() < 1e-6);
    let (idle, _) = grown(&[PLATE, MODELLING], &["cues.strain.constant=0"]);
    assert!(idle.abs() < 1e-6);
    let (gained, simulation) = grown(&[PLATE, MODELLING], &[]);
    let ledger = &simulation.state.ledger;
    assert!(ledger.resorbed_um3.abs() < 1e-9);
    // Two faces of 600 x 50 um; at these events every place is taken about once a week, for 10 um of bone.
    let um = gained / (2.0 * 600.0 * 50.0);
    assert!((5.0..35.0).contains(&um), "{um} um");
    // Units of remodelling are not counted for it.
    assert_eq!(ledger.remodelling.closed, 0);
    assert!(ledger.remodelling.opened_um2.abs() < 1e-9);
}

#[test]
fn twice_the_thickness_is_twice_the_bone_on_sites_of_any_size() {
    let rate = "lining.modelling.events.rate=\"1500 /mm2/yr\"";
    let at = |thickness: &str, site: &str, size: &str| {
        let thickness = format!("lining.modelling.thickness=\"{thickness}\"");
        let site = format!("lattice.site=\"{site}\"");
        let size = format!("lattice.size={size}");
        let sets = [rate, &thickness, &site, &size];
        (1..=8)
            .map(|seed| {
                let seed = format!("seed={seed}");
                grown(&[PLATE, MODELLING], &[&sets[..], &[&seed]].concat()).0
            })
            .sum::<f64>()
    };
    let thin = at("5 um", "10 um", "[60, 40, 1]");
    let thick = at("10 um", "10 um", "[60, 40, 1]");
    let fine = at("10 um", "5 um", "[120, 80, 1]");
    assert!((1.4..2.6).contains(&(thick / thin)), "{thick} {thin}");
    assert!((0.6..1.6).contains(&(fine / thick)), "{fine} {thick}");
}

fn cells_in_bone(state: &State) -> usize {
    let sites = state.tumour.site.iter();
    sites.filter(|&&at| state.bone.solid[at as usize]).count()
}

#[test]
fn bone_forms_among_tumour_cells_where_a_line_lets_it_and_no_cell_is_lost() {
    let among = "osteoblast.formation.among_tumour=true";
    let ten = "run.duration=\"10 d\"";
    let still = "osteoblast.formation.apposition.lowered_by.tumour_packing.to=1.0";
    let (held, _) = grown(&[PLATE, MODELLING, FULL], &[ten, still]);
    let (free, simulation) = grown(&[PLATE, MODELLING, FULL], &[ten, still, among]);
    assert!(free > 1.3 * held, "{free} {held}");
    let state = &simulation.state;
    assert_eq!(state.tumour.len(), 5000);
    let counted: u32 = state.occupancy.tumour.iter().map(|&n| u32::from(n)).sum();
    assert_eq!(counted, 5000);
    assert_eq!(cells_in_bone(state), 0);
    let over = |(&n, &most): (&u16, &u16)| n > most;
    let counts = state.occupancy.tumour.iter();
    assert!(!counts.zip(&state.occupancy.capacity).any(over));
}

/// A plate whose faces are opened again and again, so that pits close under many osteoblasts at once.
const BUSY: &str = "
name = \"busy\"
preset = \"human\"
seed = 7
[run]
duration = \"60 d\"
burn_in = \"100 d\"
[lattice]
size = [30, 30, 20]
site = \"20 um\"
[specimen.slab]
thickness = \"200 um\"
[lining.activation.events]
rate = \"200 /mm2/yr\"
[inoculation]
cells = 0
";

#[test]
fn no_more_osteoblasts_stand_on_a_site_than_its_faces_have_room_for() {
    let mut busy = simulation(BUSY, &[]);
    let footprint = busy.model.parameters.osteoblast.footprint.get();
    let edge_um = busy.model.grid.edge_um;
    let most = (6.0 * edge_um * edge_um / footprint).ceil() as usize;
    let (mut worst, mut sites) = (0, 0);
    busy.run(|now| {
        let mut cells = BTreeMap::new();
        for &site in &now.state.osteoblasts.site {
            *cells.entry(site).or_insert(0_usize) += 1;
        }
        worst = cells.values().copied().fold(worst, usize::max);
        sites = sites.max(cells.len());
    })
    .unwrap();
    assert!(sites > 100, "{sites}");
    assert!(worst <= most, "{worst} on a site, room for {most}");
}

const RESIDENTS: &str = "
[signals.of_bone]
diffusivity = \"0.17 um2/s\"
half_life = \"60 min\"
bone_factor = 1.0
[signals.of_marrow]
diffusivity = \"0.7 um2/s\"
half_life = \"60 min\"
bone_factor = 1.0
[osteocyte]
density = \"60000 /mm3\"
secretion.of_bone = { rate = \"0.001 amol/h\" }
[stroma]
density = \"30000 /mm3\"
secretion.of_marrow = { rate = \"0.002 amol/h\" }
";

#[test]
fn residents_make_as_much_as_their_tissue_holds_cells() {
    let simulation = ended(&text(&[PLATE, RESIDENTS]), &["run.duration=\"1 d\""]);
    let (model, state) = (&simulation.model, &simulation.state);
    let grid = &model.grid;
    let bone_um3 = state.bone.volume_um3(grid);
    let marrow_um3 = grid.site_volume_um3() * grid.len() as f64 - bone_um3;
    for (signal, per_h) in [
        ("of_bone", 60_000.0e-9 * bone_um3 * 0.001),
        ("of_marrow", 30_000.0e-9 * marrow_um3 * 0.002),
    ] {
        let book = &state.ledger.total[model.signal(signal).unwrap()];
        let expected = 24.0 * per_h;
        let off = (book.made / expected - 1.0).abs();
        assert!(off < 1e-4, "{signal}: {} {expected}", book.made);
    }
}

/// Mean level of a signal over the sites of the surface.
fn at_surface(simulation: &Simulation, signal: &str) -> f64 {
    let (model, state) = (&simulation.model, &simulation.state);
    let mut sites = Vec::new();
    state.bone.surface(&model.grid, &mut sites);
    let field = &state.fields_pm[model.signal(signal).unwrap()];
    let levels = sites.iter().map(|at| f64::from(field[at.site as usize]));
    levels.sum::<f64>() / sites.len() as f64
}

/// Stroma is in marrow: in canals of the cortex next to none is in reach (Hu21, Yu21).
#[test]
fn canals_have_less_stroma_in_reach_than_trabeculae_and_more_osteocytes() {
    let head = "name = \"x\"\npreset = \"mouse\"\n[run]\nduration = \"1 d\"\nburn_in = \"0 d\"\n";
    let space = "[lattice]\nsize = [40, 40, 40]\nsite = \"10 um\"\n";
    let cortex = "[specimen.cortical]\nthickness = \"390 um\"\ncanal_diameter_least = \"20 um\"\n\
                  canal_diameter_most = \"30 um\"\ncanal_spacing = \"100 um\"\n";
    let spongy = "[specimen.trabecular]\nbv_tv = 0.14\ntb_th = \"50 um\"\ntb_sp = \"200 um\"\n";
    let of = |bone: &str| ended(&text(&[head, space, bone, RESIDENTS]), &[]);
    let (cortex, spongy) = (of(cortex), of(spongy));
    let ratio = |signal: &str| at_surface(&cortex, signal) / at_surface(&spongy, signal);
    assert!(ratio("of_marrow") < 0.5, "{}", ratio("of_marrow"));
    assert!(ratio("of_bone") > 1.2, "{}", ratio("of_bone"));
}

/// A plate that osteoclasts cut through all over, and that no more patches open on from day 20: what was cut stays so
/// where struts are not repaired.
#[test]
fn a_strut_that_was_cut_through_is_not_refilled() {
    let gained = |more: &[&str]| -> f64 {
        let base = [
            "specimen.slab.thickness=\"20 um\"",
            "lining.activation.events.rate=\"3000 /mm2/yr\"",
        ];
        let mut simulation = simulation(PLATE, &[&base[..], more].concat());
        let before = (simulation.state.bone).volume_um3(&simulation.model.grid);
        simulation.run(|_| {}).unwrap();
        assert!(simulation.state.ledger.resorbed_um3 > 0.1 * before);
        simulation.model.rates.activation.basal = 0.0;
        for _ in 0..25 * 24 {
            simulation.step().unwrap();
        }
        gained_um3(before, &simulation)
    };
    let repaired = gained(&[]);
    let cut = gained(&["precursor.recruitment.perforation_reach=\"30 um\""]);
    assert!(cut < 0.0 && cut < 1.3 * repaired, "{cut} {repaired}");
}

/// A cube of bone in the marrow of a plate in space.
fn with_crumb(sets: &[&str]) -> (Simulation, usize) {
    let space = "name = \"x\"\npreset = \"mouse\"\n[run]\nduration = \"3 d\"\nburn_in = \"0 d\"\n\
                 [lattice]\nsize = [24, 24, 24]\nsite = \"10 um\"\n[specimen.slab]\n\
                 thickness = \"60 um\"\n[lining.activation.events]\nrate = \"0 /mm2/yr\"\n";
    let mut simulation = simulation(space, sets);
    let (model, state) = (&simulation.model, &mut simulation.state);
    let marrow = (0..model.grid.len()).find(|&site| {
        let all = model.grid.box_around(site, 20.0).count() == 343;
        let mut near = model.grid.box_around(site, 20.0);
        all && near.all(|at| !state.bone.solid[at])
    });
    let middle = marrow.unwrap();
    for (site, _) in model.grid.near_neighbours(middle).chain([(middle, 0)]) {
        state.bone.solid[site] = true;
        state.bone.matrix[site] = 1.0;
        state.bone.mineral[site] = 0.442;
        for store in &mut state.bone.stores {
            let site_um3 = model.grid.site_volume_um3();
            store.amol[site] = store.content_pm * site_um3 * 1e-9;
        }
    }
    state.vessels.retain(|&at| !state.bone.solid[at as usize]);
    (simulation, middle)
}

#[test]
fn a_piece_that_nothing_holds_is_resorbed_with_what_it_stores() {
    let (mut kept, middle) = with_crumb(&[]);
    kept.run(|_| {}).unwrap();
    assert!(kept.state.bone.solid[middle]);
    let largest = "osteoclast.resorption.loose_fragment=\"27000 um3\"";
    let (mut cleared, _) = with_crumb(&[largest]);
    let before = (cleared.state.bone).volume_um3(&cleared.model.grid);
    cleared.run(|_| {}).unwrap();
    assert!(!cleared.state.bone.solid[middle]);
    assert!((gained_um3(before, &cleared) + 27_000.0).abs() < 1.0);
    let stores = &cleared.state.ledger.stores;
    assert!(stores.iter().all(|book| book.released_active > 0.0));
    assert!(cleared.state.ledger.calcium_released_fmol > 0.0);
    let smaller = "osteoclast.resorption.loose_fragment=\"26000 um3\"";
    let (mut too_large, _) = with_crumb(&[smaller]);
    too_large.run(|_| {}).unwrap();
    assert!(too_large.state.bone.solid[middle]);

    let said = refusal(PLATE, &[largest]);
    assert!(
        said.contains("loose_fragment") && said.contains("section"),
        "{said}"
    );
}

#[test]
fn osteoclasts_that_nothing_attracts_stay() {
    let base = [
        "lining.activation.events.rate=\"3000 /mm2/yr\"",
        "run.duration=\"6 d\"",
    ];
    // Hours that begin and end in migration, and how many of them lead elsewhere.
    let moves = |more: &[&str]| -> (usize, usize) {
        let mut simulation = simulation(PLATE, &[&base[..], more].concat());
        let mut last: BTreeMap<u64, (u32, OsteoclastMode)> = BTreeMap::new();
        let (mut hours, mut moved) = (0, 0);
        simulation
            .run(|now| {
                let cells = &now.state.osteoclasts;
                for at in 0..cells.id.len() {
                    let here = (cells.site[at], cells.mode[at]);
                    let before = last.insert(cells.id[at], here);
                    let migrates = here.1 == OsteoclastMode::Migrating;
                    if let Some((site, OsteoclastMode::Migrating)) = before
                        && migrates
                    {
                        hours += 1;
                        moved += usize::from(site != here.0);
                    }
                }
            })
            .unwrap();
        (hours, moved)
    };
    let (hours, moved) = moves(&[]);
    assert!(hours > 20 && 2 * moved > hours, "{moved} of {hours}");
    let (hours, moved) = moves(&["osteoclast.migration.attraction.rate=0"]);
    assert!(hours > 20 && 10 * moved < hours, "{moved} of {hours}");
    // The same weight everywhere changes nothing.
    let digest = |more: &[&str]| {
        let sets = [&base[..], more].concat();
        ended(PLATE, &sets).state.digest()
    };
    let even = digest(&["osteoclast.migration.attraction.rate=1"]);
    assert_eq!(even, digest(&[]));
}

/// FGF, BMP and PDGF in the matrix, without Rust.
#[test]
fn any_signal_is_stored_in_bone_and_set_free_once() {
    let stores = "
[signals.fgf]
diffusivity = \"80 um2/s\"
half_life = \"60 min\"
matrix_content = \"3 nM\"
[signals.pdgf]
diffusivity = \"60 um2/s\"
half_life = \"60 min\"
matrix_content = \"1 nM\"
";
    let sets = ["lining.activation.events.rate=\"3000 /mm2/yr\""];
    let simulation = ended(&text(&[PLATE, stores]), &sets);
    let (model, state) = (&simulation.model, &simulation.state);
    let resorbed_um3 = state.ledger.resorbed_um3;
    assert!(resorbed_um3 > 0.0);
    for (name, content_pm) in [("fgf", 3000.0), ("pdgf", 1000.0)] {
        let signal = model.signal(name).unwrap();
        let at = state
            .bone
            .stores
            .iter()
            .position(|store| store.signal == signal);
        let book = &state.ledger.stores[at.unwrap()];
        // Bone that was laid since has taken up less than old bone as long as it is osteoid.
        let share = book.released_active / (content_pm * 1e-9 * resorbed_um3);
        assert!((0.8..1.0 + 1e-9).contains(&share), "{name}: {share}");
    }
    assert!(state.ledger.worst_store_residual < 1e-9);
}

const LIVING: &str = "\
name = \"living\"
preset = \"mouse\"
bone = \"living_mouse\"
line = \"c4_2b\"
seed = 5
[run]
duration = \"6 d\"
burn_in = \"6 d\"
[lattice]
size = [60, 60, 1]
site = \"10 um\"
section_thickness = \"50 um\"
[specimen.trabecular]
bv_tv = 0.2
tb_th = \"50 um\"
tb_sp = \"150 um\"
[inoculation]
cells = 400
site = \"centre\"
[osteoclast.migration]
attraction = { rate = 1.0, raised_by.pthrp = { fold = 4, half_max = \"50 pM\" } }
";

#[test]
fn living_bone_is_the_same_on_any_threads_and_after_a_pause() {
    let digest = |threads: usize| on_threads(threads, || ended(LIVING, &[]).state.digest());
    let one = digest(1);
    assert_eq!(one, digest(3));
    // What it does is in the state alone: saved and read in the middle of a day it ends alike.
    let loaded = loaded(LIVING, &[]);
    let mut simulation = loaded.build().unwrap();
    simulation.begin().unwrap();
    while simulation.state.time_h < 61.0 {
        simulation.step().unwrap();
    }
    let saved = loaded.checkpoint(&simulation, &Record::new(&loaded), 0.0);
    let mut resumed = open(&saved.unwrap()).unwrap().restore().unwrap().simulation;
    while !resumed.is_done() {
        resumed.step().unwrap();
    }
    assert_eq!(resumed.state.digest(), one);
    // What the test is worth: all of it happened.
    let (model, state) = (&resumed.model, &resumed.state);
    assert!(model.rates.modelling.is_some() && model.rates.attraction.is_some());
    assert!(state.ledger.resorbed_um3 > 0.0 && state.ledger.formed_um3 > 0.0);
    assert!(state.tumour.len() > 400 && !state.osteoclasts.is_empty());
}

#[test]
fn a_fragment_of_living_bone_is_that_of_its_preset() {
    let said = refusal(&LIVING.replace("living_mouse", "living_human"), &[]);
    assert!(
        said.contains("living_mouse") && said.contains("preset"),
        "{said}"
    );
}
