//! A39: a tumour whose TGF-beta receptor is always on, over one that is blind to TGF-beta: more PTHrP, more osteolysis (Yin 1999:
//! MDA-MB-231 with a constitutively active type I receptor on a dominant-negative type II background; direction, no size).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio;
use crate::validate::part::{MORE, Parts};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::{BLIND, BLIND_GROWTH, NO_LINK};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A39",
    finding: "a TGF-beta receptor that is always on",
    class: Class::Informed,
    why: "the direction was known when PTHrP was made to answer to TGF-beta",
    arms: &[BLIND, ALWAYS_ON],
    quick: false,
    measure,
    picture: None,
};

/// Its PTHrP raised as by TGF-beta at saturation, whatever the level is.
const ALWAYS_ON: Arm = Arm {
    name: "receptor_always_on",
    scenario: MOUSE_LESION,
    sets: &[
        &[NO_LINK],
        &BLIND_GROWTH,
        &[
            "cues.receptor_on.constant=\"1 pM\"",
            "tumour.secretion.pthrp.raised_by.receptor_on.fold=5",
            "tumour.secretion.pthrp.raised_by.receptor_on.half_max=\"0.001 pM\"",
        ],
    ],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let blind = parts.each(&BLIND, Course::loss_percent)?;
    let on = parts.each(&ALWAYS_ON, Course::loss_percent)?;
    parts
        .push(
            "loss, receptor always on over blind",
            "more",
            ratio(&on, &blind),
            MORE,
        )
        .against(1.0);
    let level = |course: &Course| course.at("pthrp_pm", 28.0);
    let blind = parts.each(&BLIND, level)?;
    let on = parts.each(&ALWAYS_ON, level)?;
    parts
        .push(
            "PTHrP on day 28, receptor always on over blind",
            "more",
            ratio(&on, &blind),
            MORE,
        )
        .against(1.0);
    Ok(())
}
