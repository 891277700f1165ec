//! A20: an antibody against PTHrP shrinks lesions of HARA, a squamous cancer of the lung (Iguchi 1996): as A19.

use super::a19_anti_pthrp_mda_mb_231::smaller_lesions;
use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::part::Parts;
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::ANTI_PTHRP;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A20",
    finding: "an antibody against PTHrP shrinks lesions of HARA",
    class: Class::Informed,
    why: "as A19; the output of PTHrP of the line was set high because it was known to be",
    arms: &[CONTROL, TREATED],
    quick: false,
    measure,
    picture: None,
};

const CONTROL: Arm = Arm {
    name: "hara",
    scenario: MOUSE_LESION,
    sets: &[&["line=\"hara\""]],
    every_d: 1.0,
};
const TREATED: Arm = Arm {
    name: "hara_anti_pthrp",
    scenario: MOUSE_LESION,
    sets: &[&["line=\"hara\""], &ANTI_PTHRP],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    smaller_lesions(parts, &CONTROL, &TREATED)
}
