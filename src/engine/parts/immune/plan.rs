//! Immune cells of a model: their parameters, rates and reaches, ready to be used.

use crate::biology::immune::motility::{MOST_STEPS, walk_steps};
use crate::biology::immune::suppression::weight;
use crate::biology::immune::{Immune, ImmuneRates, KINDS};
use crate::biology::problem::Problems;
use crate::engine::model::{check_reach, secretion};
use crate::engine::parts::setting::Setting;
use crate::tissue::grid::Grid;
use crate::tissue::reach::Reach;

/// What immune cells reach.
#[derive(Debug, Clone, PartialEq)]
pub struct ImmuneReach {
    /// Where a tumour cell is in contact, as displacements by distance.
    pub(crate) contact: Reach,
    /// What counts as near, as displacements.
    pub(crate) near: Reach,
    /// Weight of a cell found there, so that the sum is the number in a ball.
    pub weight: f64,
    /// Share of tumour cells that show PD-L1.
    pub pd_l1: f64,
}

/// Immune cells of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ImmunePlan {
    /// Parameters.
    pub law: Immune,
    /// Rates.
    pub rates: ImmuneRates,
    /// What cells reach.
    pub reach: ImmuneReach,
}

/// The plan, where there are immune cells.
pub(super) fn plan(setting: &Setting<'_>, problems: &mut Problems) -> Option<ImmunePlan> {
    let law = setting.parameters.immune.as_ref()?;
    let before = problems.found.len();
    for (path, length) in [
        ("immune.killing.contact", law.killing.contact),
        ("immune.suppression.reach", law.suppression.reach),
    ] {
        check_reach(path, length, setting.grid, problems);
    }
    let of_signals = (setting.signals, setting.cues);
    let made = secretion("immune", &law.secretion, of_signals, problems);
    let rates = law.compile(made, setting.cues, problems);
    let step_h = setting.times.tick_h.min(1.0);
    check_walks(law, &rates, setting.grid, step_h, problems);
    // A reach that is too long fills no ball.
    (problems.found.len() == before).then(|| ImmunePlan {
        reach: reach(law, setting.grid),
        law: law.clone(),
        rates,
    })
}

/// What immune cells reach on this lattice.
fn reach(immune: &Immune, grid: &Grid) -> ImmuneReach {
    let contact = Reach::by_distance(grid, grid.ball(immune.killing.contact.get()));
    let reach_um = immune.suppression.reach.get().max(grid.edge_um);
    let near = Reach::new(grid, grid.ball(reach_um));
    ImmuneReach {
        contact,
        weight: weight(reach_um, near.len(), grid.site_volume_um3()),
        near,
        pd_l1: immune.exhaustion.pd_l1,
    }
}

/// Walks of immune cells that would take the time of a run.
fn check_walks(
    immune: &Immune,
    rates: &ImmuneRates,
    grid: &Grid,
    step_h: f64,
    problems: &mut Problems,
) {
    let persistence = immune.motility.persistence.get();
    for (kind, speed) in KINDS.iter().zip(&rates.speed) {
        let steps = walk_steps(speed.most(), persistence, step_h, grid.edge_um);
        if steps.is_nan() || steps > MOST_STEPS {
            problems.add(
                &format!("immune.motility.{kind}"),
                format!(
                    "found up to {steps:.0} steps in {step_h} h on sites of {} um",
                    grid.edge_um
                ),
                format!("give a speed and a persistence of at most {MOST_STEPS} steps"),
            );
        }
    }
}
