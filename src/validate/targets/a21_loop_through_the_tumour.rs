//! A21: the loop runs through the TGF-beta receptor of the tumour and PTHrP: a tumour blind to TGF-beta destroys less
//! bone, and PTHrP given back restores the lesions (Yin 1999).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio;
use crate::validate::part::{NO_END, Parts, less};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::{BLIND, BLIND_GROWTH, LESION, NO_LINK};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A21",
    finding: "the loop runs through TGF-beta and PTHrP",
    class: Class::Informed,
    why: "the directions were known, and the output of PTHrP that is given back is a choice of the arm",
    arms: &[LESION, BLIND, GIVEN_BACK],
    quick: false,
    measure,
    picture: None,
};

/// PTHrP given back to it: ten times the basal output, as cells transfected with it give.
const GIVEN_BACK: Arm = Arm {
    name: "blind_pthrp",
    scenario: MOUSE_LESION,
    sets: &[
        &[NO_LINK],
        &BLIND_GROWTH,
        &[
            "cues.given_back.constant=\"1 pM\"",
            "tumour.secretion.pthrp.raised_by.given_back.fold=19",
            "tumour.secretion.pthrp.raised_by.given_back.half_max=\"1 pM\"",
        ],
    ],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let full = parts.each(&LESION, Course::loss_percent)?;
    let blind = ratio(&parts.each(&BLIND, Course::loss_percent)?, &full);
    parts
        .push(
            "loss with a tumour blind to TGF-beta over full",
            "below 1",
            blind,
            less(-NO_END),
        )
        .against(1.0);
    let again = ratio(&parts.each(&GIVEN_BACK, Course::loss_percent)?, &full);
    parts.push(
        "the same with PTHrP given back",
        "restored",
        again,
        (0.8, NO_END),
    );
    Ok(())
}
