//! A19: an antibody against PTHrP shrinks lesions of MDA-MB-231: less tumour and more bone, fewer osteoclasts per mm of
//! interface (Guise 1996).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::course::Course;
use crate::validate::part::{NO_END, Parts, above, below, ratio};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::ANTI_PTHRP;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A19",
    finding: "an antibody against PTHrP shrinks lesions of MDA-MB-231",
    arms: &[CONTROL, TREATED],
    quick: false,
    measure,
    picture: None,
};

const CONTROL: Arm = Arm {
    name: "mda_mb_231_lesion",
    scenario: MOUSE_LESION,
    sets: &[&["line=\"mda_mb_231\"", "run.duration=\"26 d\""]],
    every_d: 1.0,
};
const TREATED: Arm = Arm {
    name: "mda_mb_231_anti_pthrp",
    scenario: MOUSE_LESION,
    sets: &[
        &["line=\"mda_mb_231\"", "run.duration=\"26 d\""],
        &ANTI_PTHRP,
    ],
    every_d: 1.0,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    smaller_lesions(parts, &CONTROL, &TREATED)
}

/// Directions of four figures and the size of the lesion: bone lost since day 0.
pub(super) fn smaller_lesions(
    parts: &mut Parts<'_>,
    control: &Arm,
    treated: &Arm,
) -> Result<(), ValidationError> {
    let lost = |c: &Course| c.at("bv_tv", 0.0) - c.at("bv_tv", c.days());
    let last = |name: &'static str| move |c: &Course| c.at(name, c.days());
    let over = |parts: &Parts<'_>, figure: &dyn Fn(&Course) -> f64| {
        let (treated, control) = (parts.each(treated, figure)?, parts.each(control, figure)?);
        Ok::<_, ValidationError>(ratio(&treated, &control))
    };
    let lesion = over(parts, &lost)?;
    parts.push(
        "bone lost, with over without antibody",
        "far less",
        lesion,
        (-NO_END, 0.6),
    );
    let tumour = over(parts, &last("tumour_volume_mm3"))?;
    parts.push(
        "tumour area, with over without",
        "less",
        tumour,
        below(1.0, 0.0),
    );
    let bone = over(parts, &last("bv_tv"))?;
    parts.push("bone area, with over without", "more", bone, above(1.0));
    let lining = over(parts, &|c: &Course| c.n_oc_per_interface_mm)?;
    parts.push(
        "osteoclasts per mm of tumour-bone interface, with over without",
        "fewer",
        lining,
        below(1.0, 0.0),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::runs::Runs;
    use crate::validate::target::verdicts;

    #[test]
    fn an_inert_antibody_against_pthrp_meets_nothing() {
        let column = ["time_d", "bv_tv", "tumour_volume_mm3"];
        let lesion = |bone: f64, tumour: f64| {
            let mut course = Course::of_rows(&column, &[&[0.0, 0.2, 0.1], &[28.0, bone, tumour]]);
            course.n_oc_per_interface_mm = 3.0;
            vec![course]
        };
        let of = |control, treated| -> Runs {
            [(CONTROL.name, control), (TREATED.name, treated)].into()
        };
        let inert = verdicts(&TARGET, &of(lesion(0.1, 1.0), lesion(0.1, 1.0)));
        assert_eq!(inert, [false; 4]);
        // Where the untreated lesion gained bone, a loss under the antibody is no smaller loss.
        let harm = verdicts(&TARGET, &of(lesion(0.3, 1.0), lesion(0.1, 1.0)));
        assert!(!harm[0]);
    }
}
