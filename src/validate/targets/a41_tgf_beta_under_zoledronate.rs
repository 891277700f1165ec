//! A41: active TGF-beta in a lesion falls under a bisphosphonate (Korpal 2009, by a reporter of its signalling in bone metastases of mice;
//! direction, no size in what was read).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio;
use crate::validate::part::{Parts, less};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::{LESION, MOUSE_ZOLEDRONATE};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A41",
    finding: "TGF-beta of a lesion falls under bisphosphonate",
    class: Class::Informed,
    why: "the direction was known, and where resorption alone sets TGF-beta free it follows",
    arms: &[LESION, ZOLEDRONATE],
    quick: false,
    measure,
    picture: None,
};

const ZOLEDRONATE: Arm = Arm {
    name: "lesion_zoledronate",
    scenario: MOUSE_LESION,
    sets: &[&MOUSE_ZOLEDRONATE],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let level = |course: &Course| {
        let days = [21.0, 22.0, 23.0, 24.0, 25.0, 26.0, 27.0, 28.0];
        days.iter()
            .map(|&day| course.at("tgf_beta_pm", day))
            .sum::<f64>()
            / 8.0
    };
    let without = parts.each(&LESION, level)?;
    let with = parts.each(&ZOLEDRONATE, level)?;
    parts
        .push(
            "TGF-beta in the fourth week, with zoledronate over without",
            "less",
            ratio(&with, &without),
            less(0.0),
        )
        .against(1.0);
    Ok(())
}
