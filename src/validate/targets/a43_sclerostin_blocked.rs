//! A43: an antibody against sclerostin lets bone form on smooth surface (Eriksen 2022: 18.0 against 3.8 % of cancellous surface
//! after two months of romosozumab, formation in pits as without; Chavassieux 2019: MS/BS 5.64 against 2.31 %, ES/BS 1.8 against
//! 3.4 %).
//!
//! The way of the antibody through the body is that of an immunoglobulin, a choice of the arm.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, spread};
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_BLOCK;
use crate::validate::shared::LIVING_HUMAN;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A43",
    finding: "formation without pits under an antibody",
    class: Class::Fitted,
    why: "events of modelling and their rise were chosen by the two surfaces; band and source stood before the mechanism",
    arms: &[NONE, ANTIBODY],
    quick: false,
    measure,
    picture: None,
};

const MONTHS: [&str; 2] = ["run.duration=\"60 d\"", "subject.mass=\"70 kg\""];

const ROMOSOZUMAB: [&str; 11] = [
    "drugs.romosozumab.pk.molar_mass=\"149 kDa\"",
    "drugs.romosozumab.pk.reference_mass=\"70 kg\"",
    "drugs.romosozumab.pk.central=\"4 L\"",
    "drugs.romosozumab.pk.clearance=\"0.3 L/d\"",
    "drugs.romosozumab.pk.absorption=\"0.3 /d\"",
    "drugs.romosozumab.pk.bioavailability=0.8",
    "drugs.romosozumab.neutralises.sclerostin.kd=\"10 pM\"",
    "therapy.antibody.drug=\"romosozumab\"",
    "therapy.antibody.dose=\"210 mg\"",
    "therapy.antibody.route=\"subcutaneous\"",
    "therapy.antibody.interval=\"30 d\"",
];

const NONE: Arm = Arm {
    name: "living_two_months",
    scenario: HUMAN_BLOCK,
    sets: &[&LIVING_HUMAN, &MONTHS],
    every_d: 5.0,
};
const ANTIBODY: Arm = Arm {
    name: "living_romosozumab",
    scenario: HUMAN_BLOCK,
    sets: &[&LIVING_HUMAN, &MONTHS, &ROMOSOZUMAB],
    every_d: 5.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let smooth = |course: &Course| 100.0 * course.at_end.smooth_share;
    for (arm, label, published, band) in [
        (ANTIBODY, "antibody", "18.0", (9.0, 36.0)),
        (NONE, "none", "3.8", (1.9, 7.6)),
    ] {
        parts.push(
            &format!("surface formed on without a pit in 60 d, {label}, %"),
            published,
            spread(&parts.each(&arm, smooth)?),
            band,
        );
    }
    for (column, what, published, band) in [
        ("os_bs", "osteoid surface", "2.4", (1.5, 4.0)),
        ("es_bs", "eroded surface", "0.53", (0.3, 0.9)),
    ] {
        let at = |course: &Course| course.at(column, 60.0);
        let (with, without) = (parts.each(&ANTIBODY, at)?, parts.each(&NONE, at)?);
        parts
            .push(
                &format!("{what} after 60 d, antibody over none"),
                published,
                ratio(&with, &without),
                band,
            )
            .of_class(Class::Informed)
            .against(1.0);
    }
    Ok(())
}
