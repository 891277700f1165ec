//! A56: after stereotactic radiotherapy the volume of a tumour of the lung falls with a half-life of 28.2 d (squamous
//! carcinoma) to 72.4 d (adenocarcinoma) on average (Chvetsov 2008).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::scenarios::HUMAN_LESION;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A56",
    finding: "an irradiated tumour shrinks over weeks",
    class: Class::Informed,
    why: "the figure was known when the way of dying was chosen; no value was chosen by it",
    arms: &[IRRADIATED],
    quick: true,
    measure,
    picture: None,
};

/// Day of the fraction, and days after it over which the volume is followed.
const GIVEN_D: f64 = 60.0;
const FOLLOWED_D: f64 = 90.0;

const IRRADIATED: Arm = Arm {
    name: "human_lesion_irradiated",
    scenario: HUMAN_LESION,
    sets: &[&[
        "run.duration=\"150 d\"",
        "radiotherapy.course.dose=\"24 Gy\"",
        "radiotherapy.course.fractions=1",
        "radiotherapy.course.start=\"60 d\"",
        "radiotherapy.course.law=\"linear_quadratic_linear\"",
        "radiotherapy.course.transition=\"10 Gy\"",
        "radiotherapy.course.field=\"whole\"",
    ]],
    every_d: 30.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let half_lives = parts.each(&IRRADIATED, |course: &Course| {
        let volume = |day| course.at("tumour_volume_mm3", day);
        let fallen = volume(GIVEN_D) / volume(GIVEN_D + FOLLOWED_D);
        FOLLOWED_D * std::f64::consts::LN_2 / fallen.ln()
    })?;
    parts.push(
        "half-life of the volume of a human lesion after 24 Gy, d",
        "28.2 to 72.4",
        spread(&half_lives),
        (28.2, 72.4),
    );
    Ok(())
}
