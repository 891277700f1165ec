//! Clones are inherited and change nothing by being named; cells from the circulation arrive as a
//! Poisson process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::common::try_load;
use howship::engine::fingerprint::fields;
use howship::engine::state::State;
use howship::run::checkpoint::open;
use howship::run::record::Record;
use howship::run::simulation::Simulation;
use howship::scenario::build::Loaded;

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
"#;

const COLONY: &str = "[inoculation]\ncells = 600\n";

/// No death: every cell that is born stays to be counted.
const IMMORTAL: &str = "[tumour.death]\nrate = \"0 /d\"\n";

fn read(more: &[&str]) -> Result<Loaded, String> {
    try_load(&format!("{SMALL}{}", more.concat()), &[]).map_err(|found| found.render(false))
}

fn simulation(more: &[&str]) -> Simulation {
    read(more).unwrap().build().unwrap()
}

fn end(more: &[&str]) -> Simulation {
    let mut simulation = simulation(more);
    simulation.run(|_| {}).unwrap();
    simulation
}

fn of_clone(state: &State, clone: u8) -> usize {
    state
        .tumour
        .clone
        .iter()
        .map(|&at| usize::from(at == clone))
        .sum()
}

/// Five standard errors of a share of `count` trials.
fn bound(probability: f64, count: usize) -> f64 {
    5.0 * (probability * (1.0 - probability) / count as f64).sqrt()
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

#[test]
fn cells_settle_by_the_shares_of_their_clones() {
    let mut simulation = simulation(&[
        COLONY,
        "[tumour.clones.a]\nshare = 0.3\ndormant_share = 1.0\n[tumour.clones.b]\nshare = 0.1\n",
    ]);
    simulation.begin().unwrap();
    let state = &simulation.state;
    for (clone, share) in [(0, 0.6), (1, 0.3), (2, 0.1)] {
        let found = of_clone(state, clone) as f64 / 600.0;
        assert!(
            (found - share).abs() < bound(share, 600),
            "{clone}: {found}"
        );
    }
    let cells = &state.tumour;
    for (&clone, &dormant) in cells.clone.iter().zip(&cells.dormant) {
        assert_eq!(dormant, clone == 1);
    }
}

/// Where nothing dies and a clone cannot divide, its cells are those that settled; the others gain
/// all that was born.
#[test]
fn daughters_are_of_the_clone_of_their_mother() {
    let text = [
        COLONY,
        IMMORTAL,
        "[tumour.clones.sterile]\nshare = 0.5\ndivision = 0\n",
    ];
    let mut simulation = simulation(&text);
    simulation.begin().unwrap();
    let before = [0, 1].map(|clone| of_clone(&simulation.state, clone));
    simulation.run(|_| {}).unwrap();
    let after = [0, 1].map(|clone| of_clone(&simulation.state, clone));
    assert_eq!(after[1], before[1]);
    assert!(after[0] > 2 * before[0], "{before:?} {after:?}");
}

#[test]
fn changes_of_clone_are_as_frequent_as_their_probability() {
    let mutants =
        "[tumour.clones.mutant]\ndivision = 0\n[tumour.mutation]\nparental.mutant = 0.05\n";
    let state = end(&[COLONY, IMMORTAL, mutants]).state;
    let births = state.tumour.len() - 600;
    assert!(births > 1000, "{births}");
    let found = of_clone(&state, 1) as f64 / births as f64;
    assert!(
        (found - 0.05).abs() < bound(0.05, births),
        "{found} of {births}"
    );
}

#[test]
fn a_clone_that_differs_in_nothing_changes_no_bit() {
    let alone = end(&[COLONY]).state;
    let twins = end(&[
        COLONY,
        "[tumour.clones.twin]\nshare = 0.5\nsecretion.pthrp = 1\nsensitivity.tgf_beta = 1\n\
         [tumour.mutation]\nparental.twin = 0.5\n",
    ])
    .state;
    assert!(of_clone(&twins, 1) > 300);
    assert_eq!(differing(&alone, &twins), ["tumour.clone"]);
}

/// Factors of 2 are exact: a clone that is the whole tumour is the tumour with twice the rates.
#[test]
fn the_factors_of_a_clone_act_as_those_rates() {
    let clone = end(&[
        COLONY,
        "[tumour.clones.all]\nshare = 1\ndivision = 2\ndeath = 2\nmotility = 2\nsecretion.pthrp = 2\n",
    ])
    .state;
    let tumour = end(&[
        COLONY,
        "[tumour]\ndivision.rate = \"0.8 /d\"\ndeath.rate = \"0.4 /d\"\nmotility.rate = \"8 um2/h\"\n\
         secretion.pthrp.rate = \"0.0252 amol/h\"\n",
    ])
    .state;
    assert_eq!(differing(&clone, &tumour), ["tumour.clone"]);
    let base = end(&[COLONY]).state;
    assert!(base.fields_pm[0] != clone.fields_pm[0]);
}

#[test]
fn a_deaf_clone_secretes_as_without_the_cue() {
    let model = simulation(&[COLONY, "[tumour.clones.deaf]\nsensitivity.tgf_beta = 0\n"]).model;
    let secretes = |clone: usize| {
        let rate = model.rates.tumour[clone].secretion_of(0).unwrap();
        rate.at(|_| 1e6)
    };
    assert!((secretes(1) - 0.0126).abs() < 1e-12);
    assert!((secretes(0) - 5.0 * 0.0126).abs() < 1e-6);
}

/// Marrow is too large for anything but arrivals to matter: nothing divides or dies.
const SEEDED: &str = "[colonisation]\narrival = { rate = \"5000 /mm3/d\", raised_by.cxcl12 = \
    { fold = 5, half_max = \"10 pM\" } }\nsurvival = 0.25\nstart = \"12 h\"\nstop = \"84 h\"\n\
    [cues.cxcl12]\nconstant = \"10 pM\"\n\
    [tumour]\ndivision.rate = \"0 /d\"\ndeath.rate = \"0 /d\"\n";

#[test]
fn arrivals_are_a_poisson_process_between_start_and_stop() {
    let mut simulation = simulation(&[SEEDED]);
    let site_mm3 = simulation.model.grid.site_volume_um3() * 1e-9;
    let marrow = simulation.state.bone.solid.iter().filter(|&&bone| !bone);
    let marrow_mm3 = marrow.count() as f64 * site_mm3;
    // Half the effect of a fold of 5 is a factor of 3.
    let hourly = 3.0 * 5000.0 / 24.0 * marrow_mm3;
    let mut counts = Vec::new();
    let mut before = 0;
    simulation
        .run(|now| {
            let arrived = now.state.parts.colonisation.arrived;
            if now.state.tick > 0 {
                counts.push((arrived - before) as f64);
            }
            before = arrived;
        })
        .unwrap();
    assert_eq!(counts.len(), 96);
    assert!(
        counts[..12]
            .iter()
            .chain(&counts[84..])
            .all(|&count| count < 0.5)
    );
    let hours = &counts[12..84];
    let mean = hours.iter().sum::<f64>() / 72.0;
    assert!(
        (mean - hourly).abs() < 5.0 * (hourly / 72.0).sqrt(),
        "{mean} of {hourly}"
    );
    let variance = hours.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / 71.0;
    assert!(
        (variance / mean - 1.0).abs() < 5.0 * (2.0_f64 / 71.0).sqrt(),
        "{variance} {mean}"
    );
    let arrivals = simulation.state.parts.colonisation;
    let survived = arrivals.survived as f64 / arrivals.arrived as f64;
    let allowed = bound(0.25, arrivals.arrived as usize);
    assert!((survived - 0.25).abs() < allowed, "{survived}");
    assert_eq!(arrivals.settled, arrivals.survived);
    assert_eq!(simulation.state.tumour.len() as u64, arrivals.settled);
}

#[test]
fn cells_from_the_circulation_settle_at_vessels_on_any_number_of_threads() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let text = [
                SEEDED,
                "motility.rate = \"0 um2/h\"\n[inoculation]\ncells = 50\n",
            ];
            end(&text)
        })
    };
    let one = run(1);
    assert_eq!(one.state.digest(), run(3).state.digest());
    // The first 50 ids are the inoculum's.
    let grid = &one.model.grid;
    for (&id, &site) in one.state.tumour.id.iter().zip(&one.state.tumour.site) {
        let nearest = one.state.vessels.iter().map(|&vessel| {
            let (a, b) = (grid.place(site as usize), grid.place(vessel as usize));
            (0..3).map(|axis| a[axis].abs_diff(b[axis])).max().unwrap()
        });
        assert!(
            id <= 50 || nearest.min().unwrap() <= 4,
            "cell {id} is far from vessels"
        );
    }
    assert!(one.state.tumour.len() > 100);
}

/// Hours count, and not ticks: a start in the middle of a tick takes half of it.
#[test]
fn a_tick_takes_its_share_of_the_time_of_arrivals() {
    let law = read(&[SEEDED]).unwrap().scenario.colonisation.unwrap();
    assert!((law.exposure_h(6.0, 12.0) - 6.0).abs() < 1e-12);
    assert!((law.exposure_h(72.0, 24.0) - 12.0).abs() < 1e-12);
    assert!(law.exposure_h(84.0, 12.0).abs() < 1e-12);
}

#[test]
fn clones_and_arrivals_go_on_from_a_checkpoint() {
    let loaded = read(&[
        "[inoculation]\ncells = 200\n[tumour.clones.a]\nshare = 0.5\nsecretion.pthrp = 4\n\
         [tumour.clones.b]\ndivision = 2\n[tumour.mutation]\na.b = 0.1\n[colonisation]\n\
         arrival = { rate = \"2000 /mm3/d\" }\nclone = \"b\"\n[output]\nseries_every = \"6 h\"\n",
    ])
    .unwrap();
    let mut straight = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    let mut saved = Vec::new();
    straight.begin().unwrap();
    record.take(&loaded, &straight);
    while !straight.is_done() {
        straight.step().unwrap();
        record.take(&loaded, &straight);
        if straight.state.tick == 40 {
            saved = loaded.checkpoint(&straight, &record, 0.0).unwrap();
        }
    }
    let mut taken_up = open(&saved).unwrap().restore().unwrap();
    while !taken_up.simulation.is_done() {
        taken_up.simulation.step().unwrap();
        taken_up.record.take(&taken_up.loaded, &taken_up.simulation);
    }
    assert_eq!(
        differing(&taken_up.simulation.state, &straight.state),
        [""; 0]
    );
    assert_eq!(taken_up.record, record);
    // The tables hold what the state holds.
    let last = |table: &howship::output::table::Table, name: &str| {
        table.column(name).unwrap().last().copied().unwrap() as usize
    };
    for (clone, name) in [(0, "parental"), (1, "a"), (2, "b")] {
        let counted = last(
            record.tables.get("clones.csv").unwrap(),
            &format!("{name}_cells"),
        );
        assert_eq!(counted, of_clone(&straight.state, clone), "{name}");
    }
    let settled = last(record.tables.get("colonisation.csv").unwrap(), "settled");
    assert!(
        settled > 10 && of_clone(&straight.state, 2) > 10,
        "{settled}"
    );
    assert_eq!(settled as u64, straight.state.parts.colonisation.settled);
}

/// The clone that comes is named before the one of its past, which keeps its cells: sterile ones, that
/// never die.
#[test]
fn an_arm_may_bring_a_clone_and_colonisation() {
    let loaded = read(&[
        COLONY,
        IMMORTAL,
        "[tumour.clones.sterile]\nshare = 0.5\ndivision = 0\n",
        "[arms.seeded]\nat = \"2 d\"\nset = [\n    \"tumour.clones.loud.secretion.pthrp = 3\",\n    \
         \"colonisation.arrival.rate = 4000 /mm3/d\",\n    'colonisation.clone = \"loud\"',\n]\n",
    ]);
    let loaded = loaded.unwrap().taking("seeded").unwrap();
    let mut simulation = loaded.build().unwrap();
    let mut record = Record::new(&loaded);
    simulation.run(|now| record.take(&loaded, now)).unwrap();
    let state = &simulation.state;
    let clones = record.tables.get("clones.csv").unwrap();
    assert_eq!(
        clones.columns.join(","),
        "time_d,parental_cells,parental_dormant,loud_cells,loud_dormant,sterile_cells,sterile_dormant"
    );
    let sterile = clones.column("sterile_cells").unwrap();
    let stays = |&cells: &f64| (cells - sterile[0]).abs() < 0.5;
    assert!(
        sterile[0] > 200.0 && sterile.iter().all(stays),
        "{sterile:?}"
    );
    let loud = clones.column("loud_cells").unwrap();
    assert_eq!(loud[..3], [0.0; 3]);
    assert!(loud[4] > 5.0, "{loud:?}");
    assert_eq!(loud[4] as usize, of_clone(state, 1));
    assert_eq!(sterile[4] as usize, of_clone(state, 2));
    // Of the time before the turn it is known how many cells there were, and not how many were dormant.
    let arrivals = record.tables.get("colonisation.csv").unwrap();
    let [before, series] =
        [arrivals, &record.series].map(|table| table.column("tumour_cells").unwrap());
    assert_eq!(before, series);
    let dormant = arrivals.column("dormant_cells").unwrap();
    assert!(dormant[..3].iter().all(|cells| cells.is_nan()) && dormant[4] >= 0.0);
    assert_eq!(arrivals.column("arrived").unwrap()[..3], [0.0; 3]);
}

/// A saved clone that the model does not know is refused, not looked up.
#[test]
fn a_state_with_an_unknown_clone_is_refused() {
    let mut simulation = simulation(&[COLONY, "[tumour.clones.a]\nshare = 0.5\n"]);
    simulation.begin().unwrap();
    let check = howship::engine::restored::check;
    check(&simulation.model, &simulation.state).unwrap();
    simulation.state.tumour.clone[7] = 2;
    let refused = check(&simulation.model, &simulation.state).unwrap_err();
    assert!(
        refused.contains("clone 2, where the last is 1"),
        "{refused}"
    );
    simulation.state.tumour.clone.pop();
    assert!(check(&simulation.model, &simulation.state).is_err());
}

#[test]
fn what_makes_no_sense_is_refused_with_its_path() {
    let refused = |text: &str| match read(&[text]) {
        Err(found) => found,
        Ok(loaded) => loaded.build().map(|_| ()).unwrap_err().render(false),
    };
    for (text, expected) in [
        (
            "[tumour.clones.a]\nshare = 0.7\n[tumour.clones.b]\nshare = 0.4\n",
            ["tumour.clones", "add up to 1.1"],
        ),
        (
            "[tumour.clones.a]\nshare = -0.1\n",
            ["tumour.clones.a.share", "0 to 1"],
        ),
        ("[tumour.clones.a]\ndivsion = 2\n", ["divsion", "division"]),
        (
            "[tumour.clones.a]\ndeath = -1\n",
            ["tumour.clones.a.death", "found -1"],
        ),
        (
            "[tumour.clones.parental]\nshare = 0.1\n",
            ["tumour.clones.parental", "no declared clone"],
        ),
        (
            "[tumour.clones.\"a,b\"]\nshare = 0.1\n",
            ["a,b", "letters, digits"],
        ),
        (
            "[tumour.clones.a]\nsecretion.opg = 2\n",
            ["tumour.clones.a.secretion.opg", "they make: pthrp"],
        ),
        (
            "[tumour.clones.a]\nsensitivity.rankl = 2\n",
            ["tumour.clones.a.sensitivity.rankl", "tgf_beta"],
        ),
        (
            "[tumour.mutation]\nparental.b = 0.1\n",
            ["there is no clone \"b\"", "known clones: parental"],
        ),
        (
            "[tumour.clones.a]\n[tumour.mutation]\na.a = 0.1\n",
            ["tumour.mutation.a.a", "into itself"],
        ),
        (
            "[tumour.clones.a]\n[tumour.mutation]\na.parental = 1.5\n",
            ["tumour.mutation.a.parental", "0 to 1"],
        ),
        (
            "[colonisation]\nsurvival = 0.1\n",
            ["colonisation", "arrival"],
        ),
        (
            "[colonisation]\narrival = { rate = \"5 /d\" }\n",
            ["colonisation.arrival.rate", "/mm3/d"],
        ),
        (
            "[colonisation]\narrival = { rate = \"1e9 /mm3/d\" }\n",
            ["colonisation.arrival.rate", "at most"],
        ),
        (
            "[colonisation]\narrival = { rate = \"5 /mm3/d\" }\nsurvival = 1.5\n",
            ["colonisation.survival", "0 to 1"],
        ),
        (
            "[colonisation]\narrival = { rate = \"5 /mm3/d\" }\nstart = \"2 d\"\nstop = \"1 d\"\n",
            ["colonisation.stop", "not after the start"],
        ),
        (
            "[colonisation]\narrival = { rate = \"5 /mm3/d\" }\nclone = \"a\"\n",
            ["colonisation.clone", "there is no clone \"a\""],
        ),
        (
            "[colonisation]\narrival = { rate = \"5 /mm3/d\", raised_by.cxcl12 = \
             { fold = 5, half_max = \"1 nM\" } }\n",
            ["colonisation.arrival.raised_by.cxcl12", "no cue or signal"],
        ),
        (
            "[colonisation]\narrival = { rate = \"5 /mm3/d\" }\n[vessels]\nspacing = \"10 mm\"\n",
            ["colonisation", "there is no vessel"],
        ),
    ] {
        let found = refused(text);
        for part in expected {
            assert!(found.contains(part), "{part:?} is not in:\n{found}");
        }
    }
}
