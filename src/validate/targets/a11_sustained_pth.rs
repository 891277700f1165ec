//! A11: sustained parathyroid hormone is catabolic: cells, OPG and free RANKL under 5 and 21 times the PTH of health, at
//! the steady state of the model of Pivonka 2008.

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{ratio, ratio_of_counts};
use crate::validate::part::{MORE, Parts, less};
use crate::validate::scenarios::MOUSE_SECTION;
use crate::validate::shared::MOUSE_HEALTH;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A11",
    finding: "sustained PTH is catabolic",
    class: Class::Informed,
    why: "what is taken as published came from the model of Pivonka 2008 and is no measurement; OPG under PTH was fitted to it once, and is no more",
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
    for (name, label, class, published, middle) in [
        ("n_oc", "osteoclasts", Class::Informed, "1.93 (model)", 1.93),
        ("n_ob", "osteoblasts", Class::Informed, "1.69 (model)", 1.69),
        ("opg_pm", "OPG", Class::Informed, "0.36 (model)", 0.36),
        (
            "rankl_free_pm",
            "free RANKL",
            Class::Informed,
            "3.6 (model)",
            3.6,
        ),
    ] {
        let health = parts.each(&MOUSE_HEALTH, late(name))?;
        let five = parts.each(&PTH_5, late(name))?;
        parts
            .push(
                &format!("{label} at 5 x PTH"),
                published,
                ratio_of_counts(&five, &health),
                (middle / 1.6, middle * 1.6),
            )
            .of_class(class)
            .against(1.0);
        let many = parts.each(&PTH_21, late(name))?;
        let onward = if middle > 1.0 {
            ratio_of_counts(&many, &five)
        } else {
            ratio_of_counts(&five, &many)
        };
        parts
            .push(
                &format!("{label} at 21 x PTH, further on than at 5 x"),
                "monotone (model)",
                onward,
                MORE,
            )
            .of_class(class)
            .against(1.0);
    }
    let bone = |c: &Course| c.at("bv_tv", 56.0);
    let health = parts.each(&MOUSE_HEALTH, bone)?;
    for (arm, label) in [(PTH_5, "5 x"), (PTH_21, "21 x")] {
        let left = ratio(&parts.each(&arm, bone)?, &health);
        parts
            .push(
                &format!("BV/TV at {label} PTH over health"),
                "below 1",
                left,
                less(0.0),
            )
            .against(1.0);
    }
    Ok(())
}
