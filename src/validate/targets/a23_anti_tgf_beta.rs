//! A23: an inhibitor of TGF-beta works more before lesions are established than late (Cook 2016); given as Biswas 2011 gave
//! an antibody.

use crate::validate::ValidationError;
use crate::validate::arm::{Arm, mouse_course};
use crate::validate::class::Class;
use crate::validate::course::Course;
use crate::validate::figure::{paired, ratio, spread};
use crate::validate::part::{NO_END, Parts, above};
use crate::validate::scenarios::MOUSE_LESION;
use crate::validate::shared::LESION;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A23",
    finding: "blocking TGF-beta early beats late",
    class: Class::Informed,
    why: "the direction was known; the affinity of the antibody is a choice",
    arms: &[LESION, EARLY, LATE],
    quick: false,
    measure,
    picture: None,
};

/// Three times a week (Biswas 2011).
const ANTI_TGF_BETA: [&str; 5] =
    mouse_course!("anti_tgf_beta", "10 mg/kg", "intraperitoneal", "56 h");
const EARLY: Arm = Arm {
    name: "tgf_beta_early",
    scenario: MOUSE_LESION,
    sets: &[&ANTI_TGF_BETA],
    every_d: 1.0,
};
const LATE: Arm = Arm {
    name: "tgf_beta_late",
    scenario: MOUSE_LESION,
    sets: &[&["therapy.course.start=\"14 d\""], &ANTI_TGF_BETA],
    every_d: 1.0,
};

/// What an antibody against TGF-beta gains from day 0 and from day 14 on, each against the untreated run
/// of its seed, with the sign of benefit: where an antibody harms, it gains less than nothing.
fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for (name, benefit, gained) in [
        ("tumour_cells", -1.0, "tumour kept from growing"),
        ("bv_tv", 1.0, "bone saved"),
    ] {
        let at_end = move |c: &Course| c.at(name, 28.0) / c.at(name, 0.0);
        let control = parts.each(&LESION, at_end)?;
        let gain = |arm: &Arm| {
            let pairs = paired(&parts.each(arm, at_end)?, &control);
            let gains: Vec<f64> = pairs.into_iter().map(|more| benefit * more).collect();
            Ok::<_, ValidationError>(gains)
        };
        let (early, late) = (gain(&EARLY)?, gain(&LATE)?);
        parts
            .push(
                &format!("{gained} by the antibody from day 0, of day 0"),
                "above 0",
                spread(&early),
                above(0.0),
            )
            .against(0.0);
        parts
            .push(
                &format!("{gained}, antibody from day 0 over from day 14"),
                "stronger before establishment",
                ratio(&early, &late),
                (1.5, NO_END),
            )
            .against(1.0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::runs::Runs;
    use crate::validate::target::verdicts;

    /// Three seeds, a little apart: growth of the tumour and share of bone left on day 28.
    fn runs(ends: [(&'static str, f64, f64); 3]) -> Runs {
        let course = |cells: f64, bone: f64| {
            Course::of_rows(
                &["time_d", "tumour_cells", "bv_tv"],
                &[&[0.0, 1.0, 1.0], &[28.0, cells, bone]],
            )
        };
        let seeds = [0.99, 1.0, 1.01];
        ends.map(|(arm, cells, bone)| {
            let courses = seeds.map(|size| course(size * cells, size * bone));
            (arm, courses.into())
        })
        .into()
    }

    #[test]
    fn an_antibody_that_harms_or_does_nothing_is_no_benefit() {
        let early_late = |early: (f64, f64), late: (f64, f64)| {
            verdicts(
                &TARGET,
                &runs([
                    (LESION.name, 50.0, 0.5),
                    (EARLY.name, early.0, early.1),
                    (LATE.name, late.0, late.1),
                ]),
            )
        };
        assert_eq!(early_late((10.0, 0.9), (40.0, 0.6)), [true; 4]);
        // More tumour and less bone than without, and the more so the earlier.
        assert!(!early_late((90.0, 0.1), (60.0, 0.4))[0]);
        assert!(!early_late((90.0, 0.1), (60.0, 0.4))[2]);
        assert_eq!(early_late((50.0, 0.5), (50.0, 0.5)), [false; 4]);
        // Early harm against a late gain, and a gain against late harm.
        assert!(!early_late((90.0, 0.1), (40.0, 0.6))[1]);
        assert!(!early_late((10.0, 0.9), (60.0, 0.4))[1]);
    }

    #[test]
    fn noise_around_a_gain_of_the_wanted_size_is_no_gain() {
        let (control, early, late) = ((50.0, 0.5), (10.0, 0.9), (40.0, 0.6));
        let mut noisy = runs([
            (LESION.name, control.0, control.1),
            (EARLY.name, early.0, early.1),
            (LATE.name, late.0, late.1),
        ]);
        assert_eq!(verdicts(&TARGET, &noisy), [true; 4]);
        // One seed of three in which the late antibody gains as much: the mean is still twice the late one.
        let third = &mut noisy.get_mut(LATE.name).unwrap()[2];
        third.rows[1][1] = early.0;
        third.rows[1][2] = early.1;
        let parts = TARGET.evaluate(&noisy, std::path::Path::new("")).unwrap();
        assert!(parts[1].mean_is_inside() && !parts[1].is_met(), "{parts:?}");
        assert!(parts[3].mean_is_inside() && !parts[3].is_met(), "{parts:?}");
    }
}
