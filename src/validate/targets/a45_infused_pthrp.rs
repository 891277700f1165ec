//! A45: PTHrP without a pause suppresses formation in man (Horwitz 2011: 7 d of 4 pmol/kg/h, markers of formation 30 to 40 % down;
//! Horwitz 2005 alike for PTH).
//!
//! The dose is the published one; the level that it makes was not in what was read: clearance and volume are choices, which
//! give 16 pM beside 4 pM of PTH.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio;
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_BLOCK;
use crate::validate::shared::LIVING_HUMAN;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A45",
    finding: "PTHrP without a pause suppresses formation",
    class: Class::Fitted,
    why: "the answer of apposition to PTH and PTHrP was chosen by it; band and source stood before the mechanism",
    arms: &[NONE, INFUSED],
    quick: false,
    measure,
    picture: None,
};

const WEEK: [&str; 2] = ["run.duration=\"7 d\"", "subject.mass=\"70 kg\""];

const INFUSION: [&str; 11] = [
    "drugs.pthrp_1_36.pk.molar_mass=\"4.26 kDa\"",
    "drugs.pthrp_1_36.pk.reference_mass=\"70 kg\"",
    "drugs.pthrp_1_36.pk.central=\"10 L\"",
    "drugs.pthrp_1_36.pk.clearance=\"430 L/d\"",
    "drugs.pthrp_1_36.pk.access=1.0",
    "therapy.infusion.drug=\"pthrp_1_36\"",
    "therapy.infusion.dose=\"0.2 mg\"",
    "therapy.infusion.route=\"intravenous\"",
    "therapy.infusion.infusion=\"7 d\"",
    "therapy.infusion.start=\"0 d\"",
    "cues.pth1r.sum=[\"pthrp\", \"pth\", \"pthrp_1_36\"]",
];

const NONE: Arm = Arm {
    name: "living_week",
    scenario: HUMAN_BLOCK,
    sets: &[&LIVING_HUMAN, &WEEK],
    every_d: 1.0,
};
const INFUSED: Arm = Arm {
    name: "living_infused",
    scenario: HUMAN_BLOCK,
    sets: &[&LIVING_HUMAN, &WEEK, &INFUSION],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let formed = |course: &Course| course.at("formed_mm3", 7.0);
    let (with, without) = (parts.each(&INFUSED, formed)?, parts.each(&NONE, formed)?);
    parts
        .push(
            "volume formed in a week of infusion over none",
            "0.6 to 0.7",
            ratio(&with, &without),
            (0.5, 0.8),
        )
        .of_range(0.6, 0.7)
        .against(1.0);
    Ok(())
}
