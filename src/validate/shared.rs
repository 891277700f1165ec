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

/// Twice a week (Guise 1996).
pub(super) const ANTI_PTHRP: [&str; 5] =
    mouse_course!("anti_pthrp", "10 mg/kg", "intraperitoneal", "84 h");
