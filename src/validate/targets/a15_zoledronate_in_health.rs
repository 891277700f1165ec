//! A15: zoledronate alone raises bone of mice without a tumour, to a plateau (Johnson 2011, digitised).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::spread;
use crate::validate::part::Parts;
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::shared::MOUSE_ZOLEDRONATE;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A15",
    finding: "zoledronate alone raises bone",
    class: Class::Informed,
    why: "the course was known; zoledronate was fitted to NTX in man and not to it",
    arms: &[ZOLEDRONATE],
    quick: false,
    measure,
    picture: None,
};

const ZOLEDRONATE: Arm = Arm {
    name: "mouse_zoledronate",
    scenario: MOUSE_SECTION,
    sets: &[&MOUSE_ZOLEDRONATE],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let at = |day: f64| move |c: &Course| 100.0 * c.at("bv_tv", day) / c.at("bv_tv", 0.0);
    for (day, published, middle) in [
        (7.0, "105.8", 105.8),
        (14.0, "115.9", 115.9),
        (21.0, "125.6", 125.6),
        (28.0, "126.5", 126.5),
    ] {
        let bone = spread(&parts.each(&ZOLEDRONATE, at(day))?);
        parts.push(
            &format!("bone at day {day}, % of day 0"),
            published,
            bone,
            (middle - 12.0, middle + 12.0),
        );
    }
    let rise = spread(&parts.each(&ZOLEDRONATE, |c| at(28.0)(c) - at(21.0)(c))?);
    parts.push(
        "gain from day 21 to 28, points (a plateau)",
        "0.9",
        rise,
        (-3.0, 3.0),
    );
    Ok(())
}
