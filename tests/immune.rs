//! Immune cells: nothing without their table; they kill as often as their hazard says, tire, and are
//! helped by antibodies through the rates that these name, and through RANKL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common::try_load;
use howship::engine::fingerprint::fields;
use howship::engine::parts::immune::act::remove_where;
use howship::engine::state::State;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;
use howship::tissue::population::ImmuneKind;

const SMALL: &str = r#"
name = "small"
preset = "mouse"
seed = 11
[run]
duration = "4 d"
burn_in = "0 d"
[lattice]
size = [80, 80, 1]
site = "10 um"
section_thickness = "50 um"
[specimen.slab]
thickness = "100 um"
[subject]
mass = "20 g"
"#;

const COLONY: &str = "[inoculation]\ncells = 600\n";

/// Tumour cells that do nothing but stay where they are.
const STILL: &str = "[tumour.division]\nrate = \"0 /d\"\n[tumour.death]\nrate = \"0 /d\"\n\
                     [tumour.motility]\nrate = \"0 um2/h\"\n";

/// Immune cells that do nothing, and a hazard of killing that nothing changes.
const ALONE: &str = r#"
[immune.entry]
cd8.rate = "0 /mm3/d"
treg.rate = "0 /mm3/d"
myeloid.rate = "0 /mm3/d"
[immune.motility]
cd8.rate = "0 um/min"
[immune.killing.cd8]
rate = "0.02 /h"
lowered_by.tgf_beta.to = 1.0
lowered_by.treg_near.to = 1.0
lowered_by.suppression.to = 1.0
[immune.exhaustion]
pd_l1 = 0.0
exposure.rate = "0 /h"
recovery.rate = "0 /d"
[immune.division]
cd8.rate = "0 /d"
[immune.death]
cd8.rate = "0 /d"
"#;

/// More immune cells than in the preset, so that days on a small section show them.
const MANY: &str = r#"
[immune.entry]
cd8.rate = "100 /mm3/d"
treg.rate = "20 /mm3/d"
myeloid.rate = "2000 /mm3/d"
"#;

fn course(drug: &str, dose: &str) -> String {
    format!(
        "[therapy.{drug}]\ndrug = \"{drug}\"\ndose = \"{dose}\"\nroute = \"subcutaneous\"\n\
         interval = \"2 d\"\n"
    )
}

fn read(more: &[&str], sets: &[&str]) -> Result<Loaded, String> {
    try_load(&format!("{SMALL}{}", more.concat()), sets).map_err(|found| found.render(false))
}

fn simulation(more: &[&str], sets: &[&str]) -> Simulation {
    read(more, sets).unwrap().build().unwrap()
}

fn end(more: &[&str], sets: &[&str]) -> State {
    let mut simulation = simulation(more, sets);
    simulation.run(|_| {}).unwrap();
    simulation.state
}

fn refusal(more: &[&str], sets: &[&str]) -> String {
    match read(more, sets) {
        Err(said) => said,
        Ok(loaded) => loaded.build().unwrap_err().render(false),
    }
}

/// Paths of the parts in which two states differ.
fn differing(one: &State, other: &State) -> Vec<String> {
    let (one, other) = (fields(one).unwrap(), fields(other).unwrap());
    one.into_iter()
        .zip(other)
        .filter(|(a, b)| a != b)
        .map(|(part, _)| part.path)
        .collect()
}

fn of_kind(state: &State, kind: ImmuneKind) -> usize {
    let kinds = state.parts.immune.cells.kind.iter();
    kinds.filter(|&&at| at == kind).count()
}

fn of_run<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(work)
}

/// A run of still tumour cells with `count` CD8 cells set on them, for this many hours.
fn contact(count: usize, exhausted: bool, counter: f32, hours: u32, sets: &[&str]) -> State {
    let hours = format!("run.duration={hours} h");
    let sets: Vec<&str> = sets.iter().copied().chain([hours.as_str()]).collect();
    let colony = "[inoculation]\ncells = 3000\n";
    let mut simulation = simulation(&[colony, STILL, ALONE], &sets);
    simulation.begin().unwrap();
    let state = &mut simulation.state;
    let every = state.tumour.len() / count;
    for cell in 0..count {
        let site = state.tumour.site[cell * every];
        state
            .parts
            .immune
            .cells
            .push(site, ImmuneKind::Cd8, exhausted, counter);
    }
    while !simulation.is_done() {
        simulation.step().unwrap();
    }
    simulation.state
}

#[test]
fn a_run_without_immune_cells_is_the_same_with_and_without_their_parameters() {
    let without = end(&[COLONY], &[]);
    let none =
        ["cd8", "treg", "myeloid", "nk"].map(|kind| format!("immune.entry.{kind}.rate=0 /mm3/d"));
    let none: Vec<&str> = none.iter().map(String::as_str).collect();
    let with = end(&[COLONY, "[immune]\n"], &none);
    assert!(with.parts.immune.cells.is_empty());
    assert!(differing(&without, &with).is_empty());
    assert_eq!(without.digest(), with.digest());
    let record = Record::new(&read(&[COLONY], &[]).unwrap());
    assert!(record.tables.get("immune.csv").is_none());
}

#[test]
fn what_a_drug_does_to_immune_cells_is_idle_where_there_are_none() {
    let untreated = end(&[COLONY], &[]);
    for drug in [
        "anti_pd_1",
        "anti_ctla_4",
        "pembrolizumab",
        "nivolumab",
        "ipilimumab",
    ] {
        let course = course(drug, "10 mg/kg").replace("subcutaneous", "intravenous");
        let loaded = read(&[COLONY, &course], &[]).unwrap();
        assert!(loaded.tree.get("immune").is_none(), "{drug}");
        let mut simulation = loaded.build().unwrap();
        simulation.run(|_| {}).unwrap();
        assert_eq!(simulation.state.tumour, untreated.tumour, "{drug}");
        assert_eq!(simulation.state.bone, untreated.bone, "{drug}");
    }
}

/// 300 cells in contact for two days: kills within five standard errors of their hazard, a third of it
/// for exhausted cells, and each kill is one tumour cell less.
#[test]
fn cells_in_contact_kill_as_often_as_their_hazard() {
    for (exhausted, share) in [(false, 1.0), (true, 0.33)] {
        let state = contact(300, exhausted, 0.0, 48, &[]);
        let chance = 1.0 - (-0.02_f64 * share).exp();
        let trials = 300.0 * 48.0;
        let (expected, found) = (trials * chance, state.parts.immune.book.kills[0] as f64);
        let bound = 5.0 * (trials * chance * (1.0 - chance)).sqrt();
        assert!((found - expected).abs() < bound, "{found} of {expected}");
        assert_eq!(state.tumour.len(), 3000 - found as usize);
        let counted: u64 = state.occupancy.tumour.iter().map(|&n| u64::from(n)).sum();
        assert_eq!(counted as usize, state.tumour.len());
        assert!((state.parts.immune.book.contact_h - trials).abs() < 1e-9);
        let of_exhausted = if exhausted { found as u64 } else { 0 };
        assert_eq!(state.parts.immune.book.kills_exhausted, of_exhausted);
    }
}

/// A tick of a quarter of an hour, of an hour and of six: the same hazard, and steps of an hour at most.
#[test]
fn halving_the_tick_does_not_change_the_killing() {
    let kills = |tick: &str| {
        let state = contact(
            300,
            false,
            0.0,
            24,
            &["immune.killing.cd8.rate=0.1 /h", tick],
        );
        state.parts.immune.book.kills[0] as f64
    };
    let [short, hour, long] = ["run.tick=0.25 h", "run.tick=1 h", "run.tick=6 h"].map(kills);
    for (dt, found) in [(0.25_f64, short), (1.0, hour), (1.0, long)] {
        let chance = 1.0 - (-0.1 * dt).exp();
        let trials = 300.0 * 24.0 / dt;
        let bound = 5.0 * (trials * chance * (1.0 - chance)).sqrt();
        assert!((found - trials * chance).abs() < bound, "{found} at {dt} h");
    }
    // Draws are addressed by the hour: a long tick uses the random numbers of its hours.
    assert!((hour - long).abs() < 0.5, "{hour} and {long}");
}

#[test]
fn a_cell_is_exhausted_at_its_threshold_and_not_before() {
    let state = contact(300, false, 38.5, 48, &["immune.killing.cd8.rate=0.05 /h"]);
    let cells = &state.parts.immune.cells;
    let tired = cells.exhausted.iter().filter(|&&tired| tired).count();
    assert!((100..300).contains(&tired), "{tired}");
    for (&counter, &exhausted) in cells.counter.iter().zip(&cells.exhausted) {
        assert_eq!(exhausted, counter >= 40.0, "{counter}");
    }
    // 40 without PD-L1; with it on all cells a fifth of that and more.
    let low = contact(300, false, 20.0, 2, &["immune.exhaustion.pd_l1=1"]);
    assert!(low.parts.immune.cells.exhausted.iter().all(|&tired| tired));
}

#[test]
fn two_cells_at_one_target_kill_it_once() {
    // One tumour cell, forty CD8 cells at it with a hazard that all but ends it in the first hour.
    let mut simulation = simulation(
        &["[inoculation]\ncells = 1\n", STILL, ALONE],
        &["immune.killing.cd8.rate=5 /h", "run.duration=2 h"],
    );
    simulation.begin().unwrap();
    let site = simulation.state.tumour.site[0];
    for _ in 0..40 {
        simulation
            .state
            .parts
            .immune
            .cells
            .push(site, ImmuneKind::Cd8, false, 0.0);
    }
    simulation.step().unwrap();
    let state = &simulation.state;
    assert!(state.tumour.is_empty());
    assert_eq!(state.parts.immune.book.kills[0], 1);
    let counted = state
        .parts
        .immune
        .cells
        .counter
        .iter()
        .filter(|&&count| count > 0.0);
    assert_eq!(counted.count(), 1);
}

/// Cells are entries less deaths plus births; entry has its rate; the removal by a predicate is booked.
#[test]
fn every_immune_cell_is_accounted_for() {
    let mut simulation = simulation(&[COLONY, "[immune]\n", MANY], &["run.duration=6 d"]);
    simulation.run(|_| {}).unwrap();
    let state = &mut simulation.state;
    let balance = |state: &State| {
        let book = &state.parts.immune.book;
        for kind in ImmuneKind::ALL {
            let at = kind.index();
            let now = book.entered[at] + book.born[at] - book.died[at];
            assert_eq!(now as usize, of_kind(state, kind), "{kind:?}");
        }
    };
    balance(state);
    assert!(state.parts.immune.book.born[0] > 0 && state.parts.immune.book.kills[0] > 0);
    assert_eq!(of_kind(state, ImmuneKind::Nk), 0);
    for &site in &state.parts.immune.cells.site {
        assert!(!state.bone.solid[site as usize]);
    }
    let myeloid = of_kind(state, ImmuneKind::Myeloid) as u64;
    let dead = remove_where(state, |cell| cell.kind == ImmuneKind::Myeloid);
    assert_eq!(dead, [0, 0, myeloid, 0]);
    balance(state);
    // 2000 per mm3 of marrow and day, six days, within five standard errors.
    let rest = end(
        &["[immune]\n"],
        &["run.duration=6 d", "immune.entry.nk.rate=2000 /mm3/d"],
    );
    let marrow = rest.bone.solid.iter().filter(|&&solid| !solid).count() as f64 * 5000e-9;
    let expected = 2000.0 * marrow * 6.0;
    let found = rest.parts.immune.book.entered[3] as f64;
    assert!(
        (found - expected).abs() < 5.0 * expected.sqrt(),
        "{found} of {expected}"
    );
}

/// Where the walk has come to rest, tumour holds as many more cells per site as its weight says.
#[test]
fn cells_gather_where_their_preference_is_higher() {
    let still = "[immune]\nkilling.cd8.rate = \"0 /h\"\ndivision.cd8.rate = \"0 /d\"\n";
    let mut simulation = simulation(
        &["[inoculation]\ncells = 3000\n", STILL, still],
        &[
            "immune.entry.cd8.rate=4000 /mm3/d",
            // Ten times the spread, so that the walk is at rest within a day.
            "immune.motility.persistence=100 um",
            "immune.entry.cd8.raised_by.tumour_share.fold=1",
        ],
    );
    let (mut inside, mut outside) = (0_u64, 0_u64);
    let (mut sites_in, mut sites_out) = (0, 0);
    simulation
        .run(|now| {
            if now.state.time_h < 48.0 {
                return;
            }
            let view = &now.state;
            let packed = |site: usize| view.occupancy.tumour[site] >= view.occupancy.capacity[site];
            let full = |site: usize| {
                packed(site)
                    && now
                        .model
                        .grid
                        .near_neighbours(site)
                        .all(|(at, _)| view.bone.solid[at] || packed(at))
            };
            let empty = |site: usize| {
                now.model
                    .grid
                    .near_neighbours(site)
                    .all(|(at, _)| view.occupancy.tumour[at] == 0)
                    && view.occupancy.tumour[site] == 0
            };
            if now.state.time_h < 48.5 {
                for site in (0..now.model.grid.len()).filter(|&site| !view.bone.solid[site]) {
                    sites_in += u64::from(full(site));
                    sites_out += u64::from(empty(site));
                }
            }
            for (&site, &kind) in view
                .parts
                .immune
                .cells
                .site
                .iter()
                .zip(&view.parts.immune.cells.kind)
            {
                if kind == ImmuneKind::Cd8 {
                    inside += u64::from(full(site as usize));
                    outside += u64::from(empty(site as usize));
                }
            }
        })
        .unwrap();
    let ratio = (inside as f64 / sites_in as f64) / (outside as f64 / sites_out as f64);
    // 1 + 7 H of full packing, H = 1 / (1 + 0.3^2) = 0.917: a weight of 7.4.
    assert!((6.3..8.5).contains(&ratio), "{ratio}");
}

/// Over three seeds on a small section.
fn course_of(more: &[&str], sets: &[&str]) -> Sums {
    let mut sums = Sums::default();
    for seed in 1..=3 {
        let seed = format!("seed={seed}");
        let sets: Vec<&str> = [seed.as_str(), "run.duration=14 d"]
            .into_iter()
            .chain(sets.iter().copied())
            .collect();
        let all: Vec<&str> = [COLONY, "[immune]\n", MANY]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let state = end(&all, &sets);
        let cells = &state.parts.immune.cells;
        let book = &state.parts.immune.book;
        sums.tumour += state.tumour.len() as f64;
        sums.cd8 += of_kind(&state, ImmuneKind::Cd8) as f64;
        sums.treg += of_kind(&state, ImmuneKind::Treg) as f64;
        sums.exhausted += cells.exhausted.iter().filter(|&&tired| tired).count() as f64;
        sums.entered += book.entered[0] as f64;
    }
    sums
}

#[derive(Debug, Default)]
struct Sums {
    tumour: f64,
    cd8: f64,
    treg: f64,
    exhausted: f64,
    entered: f64,
}

#[test]
fn an_antibody_against_pd_1_keeps_cells_from_tiring_where_the_tumour_has_pd_l1() {
    let drug = course("anti_pd_1", "10 mg/kg");
    let more = ["immune.entry.cd8.rate=180 /mm3/d"];
    let (untreated, treated) = (course_of(&[], &more), course_of(&[&drug], &more));
    let share = |sums: &Sums| sums.exhausted / sums.cd8;
    assert!(
        share(&treated) < 0.5 * share(&untreated),
        "{treated:?} {untreated:?}"
    );
    assert!(
        treated.tumour < 0.8 * untreated.tumour,
        "{treated:?} {untreated:?}"
    );
    // Without PD-L1 the antibody is idle to the last bit.
    let negative = ["immune.exhaustion.pd_l1=0", "run.duration=6 d"];
    let (one, other) = (
        end(&[COLONY, "[immune]\n", MANY], &negative),
        end(&[COLONY, "[immune]\n", MANY, &drug], &negative),
    );
    assert_eq!(
        (one.tumour, one.parts.immune.cells),
        (other.tumour, other.parts.immune.cells)
    );
}

#[test]
fn an_antibody_against_ctla_4_brings_more_cd8_cells_and_takes_treg() {
    let drug = course("anti_ctla_4", "10 mg/kg");
    let (untreated, treated) = (course_of(&[], &[]), course_of(&[&drug], &[]));
    assert!(
        treated.entered > 1.3 * untreated.entered,
        "{treated:?} {untreated:?}"
    );
    assert!(
        treated.treg < 0.7 * untreated.treg,
        "{treated:?} {untreated:?}"
    );
    assert!(
        treated.tumour < untreated.tumour,
        "{treated:?} {untreated:?}"
    );
}

/// RANKL blockade and an antibody against PD-1 do more together than each alone; and what RANKL
/// blockade does for killing by way of the myeloid cells goes when RANKL no longer acts on them.
#[test]
fn rankl_blockade_helps_by_way_of_myeloid_cells_and_bone_alone() {
    let (rankl, pd_1) = (course("opg_fc", "3 mg/kg"), course("anti_pd_1", "10 mg/kg"));
    let both = course_of(&[&rankl, &pd_1], &[]);
    let (one, other) = (course_of(&[&rankl], &[]), course_of(&[&pd_1], &[]));
    assert!(
        both.tumour < one.tumour && both.tumour < other.tumour,
        "{both:?} {one:?} {other:?}"
    );
    // How many tumour cells RANKL blockade leaves beside the antibody: through both ways, and by way of
    // bone alone, where myeloid cells keep an activity of 0.6 whatever RANKL does.
    let deaf = [
        "immune.suppression.myeloid.raised_by.rankl.fold=1",
        "immune.suppression.myeloid.rate=0.6",
    ];
    let by_bone = course_of(&[&rankl, &pd_1], &deaf).tumour / course_of(&[&pd_1], &deaf).tumour;
    let left = both.tumour / other.tumour;
    assert!(
        left < 0.75 * by_bone && by_bone < 1.0,
        "{left} and {by_bone}"
    );
}

#[test]
fn one_two_and_three_threads_end_in_the_same_state() {
    let more = ["run.tick=2 h", "immune.entry.myeloid.rate=6000 /mm3/d"];
    let loaded = read(&[COLONY, "[immune]\n", MANY], &more).unwrap();
    let end = || {
        let mut simulation = loaded.build().unwrap();
        simulation.run(|_| {}).unwrap();
        simulation.state
    };
    let one = of_run(1, end);
    assert!(
        one.parts.immune.cells.len() > 512 && one.parts.immune.book.kills[0] > 10,
        "{}",
        one.parts.immune.cells.len()
    );
    for threads in [2, 3] {
        assert!(
            differing(&one, &of_run(threads, end)).is_empty(),
            "{threads}"
        );
    }
}

/// Interferon from CD8 cells is felt through the workspace: a resumed run has the same bits.
#[test]
fn a_run_with_immune_cells_is_taken_up_where_it_was() {
    let interferon = r#"
[signals.interferon]
diffusivity = "80 um2/s"
half_life = "2 h"
[immune.secretion.interferon]
rate = "0.01 amol/h"
raised_by.suppression = { fold = 2, half_max = 1.0 }
needs.tumour_packing = { half_max = 0.1 }
[tumour.death.raised_by.interferon]
fold = 3
half_max = "1 pM"
"#;
    let drugs = [
        course("opg_fc", "3 mg/kg"),
        course("anti_ctla_4", "10 mg/kg"),
    ]
    .concat();
    let loaded = read(
        &[COLONY, "[immune]\n", MANY, interferon, &drugs],
        &["run.duration=3 d", "run.tick=2 h"],
    )
    .unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    let mut checkpoints = Vec::new();
    simulation
        .run(|now| {
            record.take(&loaded, now);
            if now.state.tick.is_multiple_of(5) {
                checkpoints.push(loaded.checkpoint(now, &record, 0.0).unwrap());
            }
        })
        .unwrap();
    let made = simulation.model.signal("interferon").unwrap();
    assert!(simulation.state.ledger.total[made].made > 0.0);
    assert_eq!(record.tables.get("immune.csv").unwrap().rows.len(), 4);
    for bytes in &checkpoints {
        let mut taken_up = open(bytes).unwrap().restore().unwrap();
        while !taken_up.simulation.is_done() {
            taken_up.simulation.step().unwrap();
            taken_up.record.take(&taken_up.loaded, &taken_up.simulation);
        }
        assert!(differing(&simulation.state, &taken_up.simulation.state).is_empty());
        assert_eq!(taken_up.record.tables, record.tables);
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_its_key() {
    let immune = "[immune]\n";
    for (text, set, words) in [
        (
            immune,
            "immune.exhaustion.pd_l1=1.5",
            "immune.exhaustion.pd_l1",
        ),
        (
            immune,
            "immune.killing.cd8.rate=-1 /h",
            "immune.killing.cd8.rate",
        ),
        (
            immune,
            "immune.entry.cd8.rate=1e7 /mm3/d",
            "immune.entry.cd8.rate",
        ),
        (
            immune,
            "immune.motility.cd8.rate=900 um/min",
            "immune.motility.cd8",
        ),
        (
            immune,
            "immune.killing.contact=1 mm",
            "immune.killing.contact",
        ),
        (
            immune,
            "immune.motility.preference.rate=0",
            "immune.motility.preference",
        ),
        (immune, "immune.kiling.cd8.rate=1 /h", "killing"),
        (
            immune,
            "immune.secretion.il2.rate=1 amol/h",
            "declare it as [signals.il2]",
        ),
        (
            immune,
            "immune.suppression.myeloid.raised_by.suppression={ fold = 2, half_max = 1 }",
            "is made of it",
        ),
        // Cues of immune cells are none where there are none.
        (
            "",
            "tumour.death.raised_by.cd8_near={ fold = 2, half_max = 1 }",
            "no cue or signal \"cd8_near\"",
        ),
    ] {
        let said = refusal(&[text], &[set]);
        assert!(said.contains(words), "{words} is not in: {said}");
    }
    let arm = "[arms.late]\nat = \"1 d\"\nset = [\"immune.exhaustion.pd_l1 = 0\"]\n";
    assert!(refusal(&[arm], &[]).contains("shared by all arms"));
    assert!(read(&[arm, immune], &[]).unwrap().build().is_ok());
}

#[test]
fn every_value_of_the_immune_cells_has_a_source_and_both_presets_have_the_same_keys() {
    use howship::scenario::fragments::immune;
    let keys = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains(" = "));
        lines
            .map(|line| line.split(" = ").next().unwrap().to_owned())
            .collect()
    };
    let (mouse, human) = (immune("mouse").unwrap(), immune("human").unwrap());
    assert_eq!(keys(mouse), keys(human));
    for line in [mouse, human].iter().flat_map(|text| text.lines()) {
        if line.contains(" = ") && !line.starts_with('#') {
            let source = line
                .rsplit_once('#')
                .map_or("", |(_, source)| source.trim());
            assert!(source.len() > 3, "{line}");
        }
    }
    assert!(immune("rat").is_none());
}
