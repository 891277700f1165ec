//! A11: sustained parathyroid hormone is catabolic: cells, OPG and free RANKL under 5 and 21 times the PTH of health, at
//! the steady state of the model of Pivonka 2008.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::course::Course;
use crate::validate::part::{Parts, above, below, ratio};
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::shared::MOUSE_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A11",
    finding: "sustained PTH is catabolic",
    arms: &[MOUSE_HEALTH, PTH_5, PTH_21],
    quick: false,
    measure,
    picture: None,
};

/// Five times the parathyroid hormone of health.
const PTH_5: Arm = Arm {
    name: "pth_5",
    scenario: MOUSE_SECTION,
    sets: &[&["cues.pth.constant=\"19.5 pM\"", "run.duration=\"56 d\""]],
    every_d: 1.0,
};
/// Twenty-one times.
const PTH_21: Arm = Arm {
    name: "pth_21",
    scenario: MOUSE_SECTION,
    sets: &[&["cues.pth.constant=\"81.9 pM\"", "run.duration=\"56 d\""]],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let late = |name: &'static str| move |c: &Course| c.mean_from(name, 28.0);
    for (name, label, published, middle) in [
        ("n_oc", "osteoclasts", "1.93", 1.93),
        ("n_ob", "osteoblasts", "1.69", 1.69),
        ("opg_pm", "OPG", "0.36", 0.36),
        ("rankl_free_pm", "free RANKL", "3.6", 3.6),
    ] {
        let health = parts.each(&MOUSE_HEALTH, late(name))?;
        let five = ratio(&parts.each(&PTH_5, late(name))?, &health);
        parts.push(
            &format!("{label} at 5 x PTH"),
            published,
            five,
            (middle / 1.6, middle * 1.6),
        );
        let many = ratio(&parts.each(&PTH_21, late(name))?, &health);
        let onward = if middle > 1.0 {
            many.0 / five.0
        } else {
            five.0 / many.0
        };
        parts.push_certain(
            &format!("{label} at 21 x PTH, further on than at 5 x"),
            "monotone",
            onward,
            above(1.0),
        );
    }
    let bone = |c: &Course| c.at("bv_tv", 56.0);
    let health = parts.each(&MOUSE_HEALTH, bone)?;
    for (arm, label) in [(PTH_5, "5 x"), (PTH_21, "21 x")] {
        let left = ratio(&parts.each(&arm, bone)?, &health);
        parts.push(
            &format!("BV/TV at {label} PTH over health"),
            "below 1",
            left,
            below(1.0, 0.0),
        );
    }
    Ok(())
}
