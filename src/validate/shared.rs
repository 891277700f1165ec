//! Arms and assignments of several targets.

use super::arm::{Arm, mouse_course};
use super::scenarios;

pub(super) const HUMAN_HEALTH: Arm = Arm {
    name: "human_health",
    scenario: scenarios::HUMAN_BLOCK,
    sets: &[],
    every_d: 5.0,
};

pub(super) const MOUSE_HEALTH: Arm = Arm {
    name: "mouse_health",
    scenario: scenarios::MOUSE_SECTION,
    sets: &[&["run.duration=\"56 d\""]],
    every_d: 1.0,
};

pub(super) const LESION: Arm = Arm {
    name: "lesion",
    scenario: scenarios::MOUSE_LESION,
    sets: &[],
    every_d: 1.0,
};

pub(super) const HUMAN_LESION: Arm = Arm {
    name: "human_lesion",
    scenario: scenarios::HUMAN_LESION,
    sets: &[],
    every_d: 5.0,
};

/// TGF-beta does not raise PTHrP.
pub(super) const NO_LINK: &str = "tumour.secretion.pthrp.raised_by.tgf_beta.fold=1";

/// A tumour blind to TGF-beta beside its PTHrP: division and death.
pub(super) const BLIND_GROWTH: [&str; 2] = [
    "tumour.division.raised_by.tgf_beta.fold=1",
    "tumour.death.lowered_by.tgf_beta.to=1",
];

/// A lesion of a tumour that is blind to TGF-beta.
pub(super) const BLIND: Arm = Arm {
    name: "blind",
    scenario: scenarios::MOUSE_LESION,
    sets: &[&[NO_LINK], &BLIND_GROWTH],
    every_d: 1.0,
};

/// Once a week (Johnson 2011).
pub(super) const MOUSE_ZOLEDRONATE: [&str; 5] =
    mouse_course!("zoledronate", "0.1 mg/kg", "intravenous", "7 d");

/// Three times a week (Canon 2008).
pub(super) const OPG_FC_COURSE: [&str; 5] =
    mouse_course!("opg_fc", "3 mg/kg", "subcutaneous", "56 h");

/// Twice a week (Guise 1996).
pub(super) const ANTI_PTHRP: [&str; 5] =
    mouse_course!("anti_pthrp", "10 mg/kg", "intraperitoneal", "84 h");

/// Living bone over the preset of mice.
pub(super) const LIVING_MOUSE: [&str; 1] = ["bone=\"living_mouse\""];

/// Living bone over the preset of man.
pub(super) const LIVING_HUMAN: [&str; 1] = ["bone=\"living_human\""];

pub(super) const LIVING_HEALTH: Arm = Arm {
    name: "living_health",
    scenario: scenarios::MOUSE_SECTION,
    sets: &[&LIVING_MOUSE],
    every_d: 1.0,
};

pub(super) const LIVING_LESION: Arm = Arm {
    name: "living_lesion",
    scenario: scenarios::MOUSE_LESION,
    sets: &[&LIVING_MOUSE],
    every_d: 1.0,
};
