//! Arms: what is run, and what is kept of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::ValidationError;
use crate::engine::model::Model;
use crate::engine::state::State;
use crate::observe::series::{columns, row};
use crate::output::table::Table;
use crate::scenario::build::load;
use crate::tissue::bone::Bone;
use crate::tissue::ledger::Remodelling;

/// The scenarios that arms run, by file name; written into the report folder.
pub const SCENARIOS: &[(&str, &str)] = &[
    (
        "mouse_section.toml",
        include_str!("scenarios/mouse_section.toml"),
    ),
    (
        "mouse_lesion.toml",
        include_str!("scenarios/mouse_lesion.toml"),
    ),
    (
        "mouse_growth.toml",
        include_str!("scenarios/mouse_growth.toml"),
    ),
    (
        "mouse_volume.toml",
        include_str!("scenarios/mouse_volume.toml"),
    ),
    (
        "mouse_cortex.toml",
        include_str!("scenarios/mouse_cortex.toml"),
    ),
    (
        "human_block.toml",
        include_str!("scenarios/human_block.toml"),
    ),
    (
        "human_cortex.toml",
        include_str!("scenarios/human_cortex.toml"),
    ),
    (
        "human_lesion.toml",
        include_str!("scenarios/human_lesion.toml"),
    ),
    (
        "human_skeleton.toml",
        include_str!("scenarios/human_skeleton.toml"),
    ),
    (
        "human_lesion_fine.toml",
        include_str!("scenarios/human_lesion_fine.toml"),
    ),
];

/// A scenario with what it changes.
#[derive(Debug, Clone, Copy)]
pub struct Arm {
    /// Its name.
    pub name: &'static str,
    /// File among [`SCENARIOS`].
    pub scenario: &'static str,
    /// Assignments as of `--set`.
    pub sets: &'static [&'static str],
    /// Days of which a row is kept, in steps of so many.
    pub every_d: f64,
}

const fn arm(
    name: &'static str,
    scenario: &'static str,
    sets: &'static [&'static str],
    every_d: f64,
) -> Arm {
    Arm {
        name,
        scenario,
        sets,
        every_d,
    }
}

/// Five times the parathyroid hormone of health.
const PTH_5: &str = "cues.pth.constant=\"19.5 pM\"";
/// Twenty-one times.
const PTH_21: &str = "cues.pth.constant=\"81.9 pM\"";
const NO_PTHRP: &str = "tumour.secretion.pthrp.rate=\"0 amol/h\"";
const NO_RELEASE: &str = "signals.tgf_beta.matrix_release=false";
/// TGF-beta does not raise PTHrP.
const NO_LINK: &str = "tumour.secretion.pthrp.raised_by.tgf_beta.fold=1";
/// A tumour blind to TGF-beta beside that: division and death.
const BLIND: [&str; 2] = [
    "tumour.division.raised_by.tgf_beta.fold=1",
    "tumour.death.lowered_by.tgf_beta.to=1",
];

/// PTHrP given back to it: ten times the basal output, as cells transfected with it give.
const GIVEN_BACK: [&str; 3] = [
    "cues.given_back.constant=\"1 pM\"",
    "tumour.secretion.pthrp.raised_by.given_back.fold=19",
    "tumour.secretion.pthrp.raised_by.given_back.half_max=\"1 pM\"",
];
/// Half of all RANKL: a cue at its half effect on every source.
const HALF_RANKL: [&str; 10] = [
    "cues.sink.constant=\"1 pM\"",
    "lining.secretion.rankl.lowered_by.sink.to=0",
    "lining.secretion.rankl.lowered_by.sink.half_max=\"1 pM\"",
    "precursor.secretion.rankl.lowered_by.sink.to=0",
    "precursor.secretion.rankl.lowered_by.sink.half_max=\"1 pM\"",
    "lining.contact_rankl.resting.lowered_by.sink.to=0",
    "lining.contact_rankl.resting.lowered_by.sink.half_max=\"1 pM\"",
    "lining.contact_rankl.opened.lowered_by.sink.to=0",
    "lining.contact_rankl.opened.lowered_by.sink.half_max=\"1 pM\"",
    "run.duration=\"56 d\"",
];

/// A course of a mouse of 20 g.
macro_rules! mouse_course {
    ($drug:literal, $dose:literal, $route:literal, $interval:literal) => {
        [
            "subject.mass=\"20 g\"",
            concat!("therapy.course.drug=\"", $drug, "\""),
            concat!("therapy.course.dose=\"", $dose, "\""),
            concat!("therapy.course.route=\"", $route, "\""),
            concat!("therapy.course.interval=\"", $interval, "\""),
        ]
    };
}

/// Three times a week (Canon 2008).
const OPG_FC: [&str; 5] = mouse_course!("opg_fc", "3 mg/kg", "subcutaneous", "56 h");
/// Twice a week (Guise 1996).
const ANTI_PTHRP: [&str; 5] = mouse_course!("anti_pthrp", "10 mg/kg", "intraperitoneal", "84 h");
/// Three times a week (Biswas 2011).
const ANTI_TGF_BETA: [&str; 5] =
    mouse_course!("anti_tgf_beta", "10 mg/kg", "intraperitoneal", "56 h");
/// Once a week (Johnson 2011).
const ZOLEDRONATE: [&str; 5] = mouse_course!("zoledronate", "0.1 mg/kg", "intravenous", "7 d");

/// All arms, the longest first.
pub const ARMS: &[Arm] = &[
    arm(
        "mda_mb_231_volume",
        "mouse_volume.toml",
        &["line=\"mda_mb_231\""],
        1.0,
    ),
    arm(
        "mda_mb_231_volume_opg_fc",
        "mouse_volume.toml",
        &[
            "line=\"mda_mb_231\"",
            OPG_FC[0],
            OPG_FC[1],
            OPG_FC[2],
            OPG_FC[3],
            OPG_FC[4],
        ],
        1.0,
    ),
    arm("human_health", "human_block.toml", &[], 5.0),
    arm("human_cortex", "human_cortex.toml", &[], 5.0),
    arm(
        "mouse_health",
        "mouse_section.toml",
        &["run.duration=\"56 d\""],
        1.0,
    ),
    arm(
        "rankl_null",
        "mouse_section.toml",
        &["genotype=\"rankl_null\""],
        1.0,
    ),
    arm(
        "opg_null",
        "mouse_section.toml",
        &["genotype=\"opg_null\"", "run.duration=\"8 d\""],
        1.0,
    ),
    arm("mouse_cortex", "mouse_cortex.toml", &[], 4.0),
    arm(
        "opg_null_cortex",
        "mouse_cortex.toml",
        &["genotype=\"opg_null\""],
        4.0,
    ),
    arm(
        "pth_5",
        "mouse_section.toml",
        &[PTH_5, "run.duration=\"56 d\""],
        1.0,
    ),
    arm(
        "pth_21",
        "mouse_section.toml",
        &[PTH_21, "run.duration=\"56 d\""],
        1.0,
    ),
    arm("half_rankl", "mouse_section.toml", &HALF_RANKL, 1.0),
    arm("lesion", "mouse_lesion.toml", &[], 1.0),
    arm("no_release", "mouse_lesion.toml", &[NO_RELEASE], 1.0),
    arm("no_pthrp", "mouse_lesion.toml", &[NO_PTHRP], 1.0),
    arm("no_link", "mouse_lesion.toml", &[NO_LINK], 1.0),
    arm(
        "blind",
        "mouse_lesion.toml",
        &[NO_LINK, BLIND[0], BLIND[1]],
        1.0,
    ),
    arm(
        "blind_pthrp",
        "mouse_lesion.toml",
        &[
            NO_LINK,
            BLIND[0],
            BLIND[1],
            GIVEN_BACK[0],
            GIVEN_BACK[1],
            GIVEN_BACK[2],
        ],
        1.0,
    ),
    arm(
        "half_tick",
        "mouse_lesion.toml",
        &["run.tick=\"0.5 h\""],
        1.0,
    ),
    arm("human_lesion", "human_lesion.toml", &[], 5.0),
    arm("human_no_release", "human_lesion.toml", &[NO_RELEASE], 5.0),
    arm("human_no_pthrp", "human_lesion.toml", &[NO_PTHRP], 5.0),
    arm("human_no_link", "human_lesion.toml", &[NO_LINK], 5.0),
    arm("human_lesion_fine", "human_lesion_fine.toml", &[], 5.0),
    arm(
        "mda_mb_231",
        "mouse_growth.toml",
        &[
            "line=\"mda_mb_231\"",
            "run.duration=\"25 d\"",
            "lattice.size=[300, 300, 1]",
            "inoculation.cells=10",
            "inoculation.colonies=10",
            "inoculation.site=\"vessels\"",
        ],
        1.0,
    ),
    arm(
        "mda_mb_231_lesion",
        "mouse_lesion.toml",
        &["line=\"mda_mb_231\"", "run.duration=\"26 d\""],
        1.0,
    ),
    arm(
        "mda_mb_231_anti_pthrp",
        "mouse_lesion.toml",
        &[
            "line=\"mda_mb_231\"",
            "run.duration=\"26 d\"",
            ANTI_PTHRP[0],
            ANTI_PTHRP[1],
            ANTI_PTHRP[2],
            ANTI_PTHRP[3],
            ANTI_PTHRP[4],
        ],
        1.0,
    ),
    arm("hara", "mouse_lesion.toml", &["line=\"hara\""], 1.0),
    arm(
        "hara_anti_pthrp",
        "mouse_lesion.toml",
        &[
            "line=\"hara\"",
            ANTI_PTHRP[0],
            ANTI_PTHRP[1],
            ANTI_PTHRP[2],
            ANTI_PTHRP[3],
            ANTI_PTHRP[4],
        ],
        1.0,
    ),
    arm("tgf_beta_early", "mouse_lesion.toml", &ANTI_TGF_BETA, 1.0),
    arm(
        "tgf_beta_late",
        "mouse_lesion.toml",
        &[
            "therapy.course.start=\"14 d\"",
            ANTI_TGF_BETA[0],
            ANTI_TGF_BETA[1],
            ANTI_TGF_BETA[2],
            ANTI_TGF_BETA[3],
            ANTI_TGF_BETA[4],
        ],
        1.0,
    ),
    arm("mouse_zoledronate", "mouse_section.toml", &ZOLEDRONATE, 1.0),
    arm(
        "skeleton_denosumab",
        "human_skeleton.toml",
        &[
            "therapy.course.drug=\"denosumab\"",
            "therapy.course.dose=\"120 mg\"",
            "therapy.course.route=\"subcutaneous\"",
            "therapy.course.interval=\"28 d\"",
        ],
        7.0,
    ),
    arm(
        "skeleton_zoledronate",
        "human_skeleton.toml",
        &[
            "therapy.course.drug=\"zoledronate\"",
            "therapy.course.dose=\"4 mg\"",
            "therapy.course.route=\"intravenous\"",
            "therapy.course.infusion=\"15 min\"",
            "therapy.course.interval=\"28 d\"",
        ],
        7.0,
    ),
    arm(
        "pc3",
        "mouse_growth.toml",
        &["line=\"pc3\"", "run.duration=\"21 d\""],
        1.0,
    ),
    arm(
        "c4_2b",
        "mouse_growth.toml",
        &["line=\"c4_2b\"", "run.duration=\"15 d\""],
        1.0,
    ),
    arm(
        "renca",
        "mouse_growth.toml",
        &["line=\"renca\"", "run.duration=\"15 d\""],
        1.0,
    ),
];

/// What is kept of a run.
#[derive(Debug, Clone)]
pub struct Course {
    /// Columns of the rows.
    columns: Vec<String>,
    /// Rows of `series.csv`, from day 0 on.
    rows: Vec<Vec<f64>>,
    /// Matrix removed, um3.
    pub resorbed_um3: f64,
    /// Matrix laid, um3.
    pub formed_um3: f64,
    /// What remodelling did.
    pub remodelling: Remodelling,
    /// Worst relative residual of a store.
    pub worst_store: f64,
    /// Worst relative residual of a signal.
    pub worst_signal: f64,
    /// Share of the half of the lattice at high x that is not matrix at the end: the porosity of a
    /// cortical shell that lies there.
    pub outer_porosity: f64,
    /// Osteoclasts within a cell of the tumour at the end, per mm of bone that the tumour touches (in
    /// a section; per mm2 in 3-D). NaN without a tumour at bone.
    pub n_oc_per_interface_mm: f64,
    /// Day and urinary NTX over health, where the body is followed.
    pub ntx: Vec<(f64, f64)>,
    /// What the lattice resorbed in the window that counts as health, um3; NaN without a body. Of a
    /// skeleton of many such blocks each adds its NTX times this.
    pub health_um3: f64,
    /// Volume of the lattice, mm3.
    pub tissue_mm3: f64,
    /// Digest of the last state.
    pub digest: String,
}

#[cfg(test)]
impl Course {
    /// A course of these rows, of which nothing else is known.
    pub(super) fn of_rows(columns: &[&str], rows: &[&[f64]]) -> Self {
        Self {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: rows.iter().map(|row| row.to_vec()).collect(),
            resorbed_um3: 0.0,
            formed_um3: 0.0,
            remodelling: Remodelling::default(),
            worst_store: 0.0,
            worst_signal: 0.0,
            outer_porosity: 0.0,
            n_oc_per_interface_mm: 0.0,
            ntx: Vec::new(),
            health_um3: 0.0,
            tissue_mm3: 1.0,
            digest: String::new(),
        }
    }
}

impl Course {
    /// The rows as a table.
    pub fn table(&self) -> Table {
        Table {
            columns: self.columns.clone(),
            rows: self.rows.clone(),
        }
    }

    /// A column by name; empty for a name that is none.
    pub fn column(&self, name: &str) -> Vec<f64> {
        self.columns
            .iter()
            .position(|column| column == name)
            .map_or_else(Vec::new, |at| self.rows.iter().map(|row| row[at]).collect())
    }

    /// Value of a column on the last row at or before a day; NaN before the first.
    pub fn at(&self, name: &str, day: f64) -> f64 {
        let days = self.column("time_d");
        let last = days.iter().rposition(|&other| other <= day + 1e-6);
        last.map_or(f64::NAN, |row| self.column(name)[row])
    }

    /// Urinary NTX over health on the last row at or before a day; NaN without a body.
    pub fn ntx_at(&self, day: f64) -> f64 {
        let last = self.ntx.iter().rev().find(|(at, _)| *at <= day + 1e-6);
        last.map_or(f64::NAN, |&(_, ntx)| ntx)
    }

    /// Mean of a column from a day on.
    pub fn mean_from(&self, name: &str, day: f64) -> f64 {
        let (days, values) = (self.column("time_d"), self.column(name));
        let late: Vec<f64> = days
            .iter()
            .zip(values)
            .filter(|&(&other, _)| other >= day - 1e-6)
            .map(|(_, value)| value)
            .collect();
        late.iter().sum::<f64>() / late.len() as f64
    }

    /// Bone lost since day 0, as a share.
    pub fn loss(&self) -> f64 {
        let bone = self.column("bv_tv");
        1.0 - bone[bone.len() - 1] / bone[0]
    }

    /// Last day.
    pub fn days(&self) -> f64 {
        self.column("time_d").last().copied().unwrap_or(0.0)
    }

    /// Bone resorbed per year as a share of the mean bone volume.
    pub fn turnover_per_year(&self) -> f64 {
        let bone_um3 = self.mean_from("bv_tv", 0.0) * self.tissue_mm3 * 1e9;
        self.resorbed_um3 / bone_um3 / self.days() * 365.0
    }
}

/// Runs of all arms, by arm and in the order of the seeds.
pub type Runs = BTreeMap<&'static str, Vec<Course>>;

/// Runs arms over seeds 1 to `seeds`, one run per thread at a time. `seen` is called after each run
/// with how many are done.
///
/// # Errors
/// A scenario that does not load, or a run that stops: the first in the order of arms and seeds.
pub fn run_arms(
    folder: &Path,
    arms: &[Arm],
    seeds: u64,
    seen: &(impl Fn(usize) + Sync),
) -> Result<Runs, ValidationError> {
    let tasks: Vec<(Arm, u64)> = arms
        .iter()
        .flat_map(|&arm| (1..=seeds).map(move |seed| (arm, seed)))
        .collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed = AtomicBool::new(false);
    // Threads of their own, each with a pool of one: inside a common pool a run that waits would
    // start others on top of itself.
    let work = || -> Result<Vec<(usize, Course)>, (usize, ValidationError)> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .map_err(|error| (0, ValidationError::Calculation(error.to_string())))?;
        let mut courses = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(arm, seed)) = tasks.get(number) else {
                break;
            };
            match pool.install(|| run_one(folder, &arm, seed)) {
                Ok(course) => courses.push((number, course)),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    return Err((number, error));
                }
            }
            seen(done.fetch_add(1, Ordering::Relaxed) + 1);
        }
        Ok(courses)
    };
    #[allow(
        clippy::disallowed_methods,
        reason = "runs do not depend on one another, and their order is restored below"
    )]
    let threads = rayon::current_num_threads().min(tasks.len());
    let found = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| {
                worker.join().unwrap_or_else(|_| {
                    let message = "a thread of the validation stopped".to_owned();
                    Err((usize::MAX, ValidationError::Calculation(message)))
                })
            })
            .collect::<Vec<_>>()
    });
    let mut courses = Vec::new();
    let mut first: Option<(usize, ValidationError)> = None;
    for part in found {
        match part {
            Ok(part) => courses.extend(part),
            Err(error) if first.as_ref().is_none_or(|(at, _)| error.0 < *at) => first = Some(error),
            Err(_) => {}
        }
    }
    if let Some((_, error)) = first {
        return Err(error);
    }
    courses.sort_by_key(|&(number, _)| number);
    let mut runs = Runs::new();
    for (number, course) in courses {
        runs.entry(tasks[number].0.name).or_default().push(course);
    }
    Ok(runs)
}

/// Runs one arm with one seed.
///
/// # Errors
/// As [`run_arms`].
pub fn run_one(folder: &Path, arm: &Arm, seed: u64) -> Result<Course, ValidationError> {
    let mut sets: Vec<String> = arm.sets.iter().map(|&set| set.to_owned()).collect();
    sets.push(format!("seed={seed}"));
    let wrong = |message: String| ValidationError::Arm {
        arm: arm.name,
        seed,
        message,
    };
    let mut simulation = load(&folder.join(arm.scenario), &sets)
        .and_then(|loaded| loaded.build())
        .map_err(|found| wrong(found.render(false)))?;
    let (mut rows, mut ntx) = (Vec::new(), Vec::new());
    simulation
        .run(|now| {
            let steps = now.state.day() / arm.every_d;
            let due = (steps - steps.round()).abs() < 1e-6 || now.is_done();
            if now.is_past_burn_in() && due {
                rows.push(row(&now.model, &now.state, &now.scratch));
                if let Some(body) = &now.state.parts.patient.body {
                    ntx.push((now.state.day(), body.levels.ntx));
                }
            }
        })
        .map_err(|fault| wrong(fault.to_string()))?;
    let ledger = &simulation.state.ledger;
    let grid = &simulation.model.grid;
    let outer = (0..grid.len()).filter(|&site| 2 * (site % grid.dims[0]) >= grid.dims[0]);
    let (mut sites, mut matrix) = (0.0, 0.0);
    for site in outer {
        sites += 1.0;
        matrix += f64::from(simulation.state.bone.matrix[site]);
    }
    Ok(Course {
        outer_porosity: 1.0 - matrix / sites,
        n_oc_per_interface_mm: per_interface(&simulation.model, &simulation.state),
        ntx,
        columns: columns(&simulation.model.signals),
        health_um3: (simulation.state.parts.patient.body.as_ref())
            .map_or(f64::NAN, |body| body.health.resorbed_um3),
        rows,
        resorbed_um3: ledger.resorbed_um3,
        formed_um3: ledger.formed_um3,
        remodelling: ledger.remodelling,
        worst_store: ledger.worst_store_residual,
        worst_signal: ledger.worst_signal_residual,
        tissue_mm3: grid.volume_mm3(),
        digest: simulation.state.digest(),
    })
}

/// Osteoclasts near the tumour over the bone that it touches: marrow sites with tumour cells, or beside
/// one, that have faces on bone.
fn per_interface(model: &Model, state: &State) -> f64 {
    let grid = &model.grid;
    let holds = |site: usize| state.occupancy.tumour[site] > 0;
    let near = |site: usize| holds(site) || grid.near_neighbours(site).any(|(at, _)| holds(at));
    let faces: u32 = (0..grid.len())
        .filter(|&site| !state.bone.solid[site])
        .map(|site| (site, state.bone.bone_faces(grid, site)))
        .filter(|&(site, faces)| faces > 0 && near(site))
        .map(|(_, faces)| faces)
        .sum();
    let cells = state.osteoclasts.site.iter();
    let osteoclasts = cells.filter(|&&site| near(site as usize)).count();
    let area_um2 = Bone::surface_area_um2(grid, faces);
    let length = if grid.is_section() {
        area_um2 / (grid.face_area_um2() / grid.edge_um) * 1e-3
    } else {
        area_um2 * 1e-6
    };
    osteoclasts as f64 / length
}
