//! A19: an antibody against PTHrP shrinks lesions of MDA-MB-231: less tumour and more bone, fewer osteoclasts per mm of
//! interface (Guise 1996).

use crate::validate::ValidationError;
use crate::validate::arm::Arm;
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::ratio;
use crate::validate::part::{MORE, NO_END, Parts, less};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::ANTI_PTHRP;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A19",
    finding: "an antibody against PTHrP shrinks lesions of MDA-MB-231",
    class: Class::Informed,
    why: "the directions were known; the affinity of the antibody is a choice, and nothing was fitted to its effect",
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
    parts
        .push(
            "bone lost, with over without antibody",
            "far less",
            lesion,
            (-NO_END, 0.6),
        )
        .against(1.0);
    let tumour = over(parts, &last("tumour_volume_mm3"))?;
    parts
        .push("tumour area, with over without", "less", tumour, less(0.0))
        .against(1.0);
    let bone = over(parts, &last("bv_tv"))?;
    parts
        .push("bone area, with over without", "more", bone, MORE)
        .against(1.0);
    let lining = over(parts, &|c: &Course| c.n_oc_per_interface_mm)?;
    parts
        .push(
            "osteoclasts per mm of tumour-bone interface, with over without",
            "fewer",
            lining,
            less(0.0),
        )
        .against(1.0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::runs::Runs;
    use crate::validate::target::verdicts;

    /// Three seeds of lesions that end with this bone and this tumour, a little apart.
    fn lesions(bone: f64, tumour: f64) -> Vec<Course> {
        let column = ["time_d", "bv_tv", "tumour_volume_mm3"];
        let seeds = [0.99, 1.0, 1.01];
        let lesion = |size: f64| {
            let rows: [&[f64]; 2] = [&[0.0, 0.2, 0.1], &[28.0, size * bone, size * tumour]];
            let mut course = Course::of_rows(&column, &rows);
            course.n_oc_per_interface_mm = 3.0;
            course
        };
        seeds.map(lesion).into()
    }

    fn met(control: Vec<Course>, treated: Vec<Course>) -> Vec<bool> {
        let runs: Runs = [(CONTROL.name, control), (TREATED.name, treated)].into();
        verdicts(&TARGET, &runs)
    }

    #[test]
    fn an_inert_antibody_against_pthrp_meets_nothing() {
        assert_eq!(met(lesions(0.1, 1.0), lesions(0.1, 1.0)), [false; 4]);
        // Where the untreated lesion gained bone, a loss under the antibody is no smaller loss.
        assert!(!met(lesions(0.3, 1.0), lesions(0.1, 1.0))[0]);
    }

    #[test]
    fn six_per_cent_less_tumour_is_no_finding_however_sure() {
        let tumour = |treated: f64| met(lesions(0.1, 1.0), lesions(0.1, treated))[1];
        assert!(!tumour(0.94));
        assert!(tumour(0.8));
    }
}
