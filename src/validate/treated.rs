//! Targets of lattices under drugs.

use super::ValidationError;
use super::arms::Course;
use super::part::{NO_END, Parts, above, below, exponential, paired, ratio, spread};

/// Every figure of a target under drugs.
pub(super) fn treated(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    match parts.id {
        "A15" => zoledronate_in_health(parts),
        "A17" => rankl_block(parts),
        "A19" => anti_pthrp(parts, "mda_mb_231_lesion", "mda_mb_231_anti_pthrp"),
        "A20" => anti_pthrp(parts, "hara", "hara_anti_pthrp"),
        "A23" => early_and_late(parts),
        _ => markers(parts),
    }
}

fn zoledronate_in_health(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const ARM: &str = "mouse_zoledronate";
    let at = |day: f64| move |c: &Course| 100.0 * c.at("bv_tv", day) / c.at("bv_tv", 0.0);
    for (day, published, middle) in [
        (7.0, "105.8", 105.8),
        (14.0, "115.9", 115.9),
        (21.0, "125.6", 125.6),
        (28.0, "126.5", 126.5),
    ] {
        let bone = spread(&parts.each(ARM, at(day))?);
        parts.push(
            &format!("bone at day {day}, % of day 0"),
            published,
            bone,
            (middle - 12.0, middle + 12.0),
        );
    }
    let rise = spread(&parts.each(ARM, |c| at(28.0)(c) - at(21.0)(c))?);
    parts.push(
        "gain from day 21 to 28, points (a plateau)",
        "0.9",
        rise,
        (-3.0, 3.0),
    );
    Ok(())
}

/// In a volume: in a section untreated colonies are held by their own rim and meet the walls before day 25,
/// and the ratio falls with them.
fn rankl_block(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const CONTROL: &str = "mda_mb_231_volume";
    const TREATED: &str = "mda_mb_231_volume_opg_fc";
    let on_day_25 = |name: &'static str| move |c: &Course| c.at(name, 25.0);
    let (control, treated) = (
        parts.each(CONTROL, on_day_25("tumour_cells"))?,
        parts.each(TREATED, on_day_25("tumour_cells"))?,
    );
    parts.push(
        "tumour without over with OPG-Fc, day 25",
        "13.4",
        ratio(&control, &treated),
        (5.0, 40.0),
    );
    let (control, treated) = (
        parts.each(CONTROL, on_day_25("n_oc"))?,
        parts.each(TREATED, on_day_25("n_oc"))?,
    );
    parts.push(
        "osteoclasts with over without OPG-Fc, day 25",
        "0 of 1.53",
        ratio(&treated, &control),
        (0.0, 0.05),
    );
    for (arm, what, published) in [
        (
            CONTROL,
            "doubling of the mean over 25 d in this volume, d",
            "1.78",
        ),
        (TREATED, "the same with OPG-Fc, d", ""),
    ] {
        parts.push(
            what,
            published,
            doubling_of_mean(parts.of(arm)?),
            (-NO_END, NO_END),
        );
    }
    Ok(())
}

/// Doubling of the mean of all seeds, d, with the spread that leaving out one seed at a time shows. Of the
/// mean, as a seed whose few founders all died has no doubling.
fn doubling_of_mean(runs: &[Course]) -> (f64, f64) {
    let Some(first) = runs.first() else {
        return (f64::NAN, f64::NAN);
    };
    let days = first.column("time_d");
    let cells: Vec<Vec<f64>> = runs.iter().map(|c| c.column("tumour_cells")).collect();
    let without = |left_out: Option<usize>| {
        let sums: Vec<f64> = (0..days.len())
            .map(|row| {
                let kept = cells.iter().enumerate();
                kept.filter(|&(seed, _)| Some(seed) != left_out)
                    .map(|(_, course)| course[row])
                    .sum()
            })
            .collect();
        exponential(&days, &sums).0
    };
    let others: Vec<f64> = (0..runs.len()).map(|seed| without(Some(seed))).collect();
    let spread_of_others = spread(&others).1;
    (without(None), (runs.len() as f64 - 1.0) * spread_of_others)
}

/// Directions of four figures and the size of the lesion: bone lost since day 0.
fn anti_pthrp(parts: &mut Parts<'_>, control: &str, treated: &str) -> Result<(), ValidationError> {
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

/// What an antibody against TGF-beta gains from day 0 and from day 14 on, each against the untreated run
/// of its seed, with the sign of benefit: where an antibody harms, it gains less than nothing.
fn early_and_late(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    for (name, benefit, gained) in [
        ("tumour_cells", -1.0, "tumour kept from growing"),
        ("bv_tv", 1.0, "bone saved"),
    ] {
        let at_end = move |c: &Course| c.at(name, 28.0) / c.at(name, 0.0);
        let control = parts.each("lesion", at_end)?;
        let gain = |arm: &str| {
            let pairs = paired(&parts.each(arm, at_end)?, &control);
            let gains: Vec<f64> = pairs.into_iter().map(|more| benefit * more).collect();
            Ok::<_, ValidationError>(gains)
        };
        let (early, late) = (gain("tgf_beta_early")?, gain("tgf_beta_late")?);
        parts.push(
            &format!("{gained} by the antibody from day 0, of day 0"),
            "above 0",
            spread(&early),
            above(0.0),
        );
        parts.push(
            &format!("{gained}, antibody from day 0 over from day 14"),
            "stronger before establishment",
            ratio(&early, &late),
            (1.5, NO_END),
        );
    }
    Ok(())
}

/// Change of NTX of a skeleton that is made of the blocks of all seeds, %, with its spread over them.
///
/// A block of 1 mm3 holds some fifteen osteoclasts, so that its resorption in health is chance: the mean of
/// NTX over health would rise by that alone (untreated, by 20 to 50 % over 20 seeds). A patient's NTX is the
/// sum over bone, over the sum in health; the spread is that of a ratio of sums (Cochran 1977).
fn change(runs: &[Course], day: f64) -> (f64, f64) {
    let health: f64 = runs.iter().map(|c| c.health_um3).sum();
    let now: f64 = runs.iter().map(|c| c.health_um3 * c.ntx_at(day)).sum();
    let level = now / health;
    let off: Vec<f64> = runs
        .iter()
        .map(|c| c.health_um3 * (c.ntx_at(day) - level) * runs.len() as f64 / health)
        .collect();
    (100.0 * (level - 1.0), 100.0 * spread(&off).1)
}

fn markers(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const DENOSUMAB: &str = "skeleton_denosumab";
    const ZOLEDRONATE: &str = "skeleton_zoledronate";
    if parts.id == "A26" {
        for (day, published) in [(7.0, "-82"), (91.0, "-80")] {
            let change = change(parts.of(DENOSUMAB)?, day);
            parts.push(
                &format!("urinary NTX under denosumab, day {day}, %"),
                published,
                change,
                (-92.0, -70.0),
            );
        }
        return Ok(());
    }
    let zoledronate = change(parts.of(ZOLEDRONATE)?, 28.0);
    let denosumab = change(parts.of(DENOSUMAB)?, 28.0);
    parts.push(
        "urinary NTX under zoledronate, day 28, %",
        "-60 to -70",
        zoledronate,
        (-80.0, -50.0),
    );
    parts.push(
        "points by which denosumab lowers NTX more, day 28",
        "14",
        (
            zoledronate.0 - denosumab.0,
            zoledronate.1.hypot(denosumab.1),
        ),
        (5.0, 25.0),
    );
    for (day, published) in [(7.0, ""), (91.0, "-68")] {
        let change = change(parts.of(ZOLEDRONATE)?, day);
        parts.push(
            &format!("urinary NTX under zoledronate, day {day}, %"),
            published,
            change,
            (-NO_END, NO_END),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::arms::Runs;
    use super::super::part::Part;
    use super::super::targets::evaluate;
    use super::*;

    /// Courses of one seed: growth of the tumour and share of bone left on day 28.
    fn runs(ends: [(&'static str, f64, f64); 3]) -> Runs {
        let course = |cells: f64, bone: f64| {
            Course::of_rows(
                &["time_d", "tumour_cells", "bv_tv"],
                &[&[0.0, 1.0, 1.0], &[28.0, cells, bone]],
            )
        };
        ends.map(|(arm, cells, bone)| (arm, vec![course(cells, bone)]))
            .into()
    }

    fn verdicts(id: &'static str, runs: &Runs) -> Vec<bool> {
        let parts = evaluate(id, runs, Path::new("")).unwrap();
        parts.iter().map(Part::is_met).collect()
    }

    #[test]
    fn an_antibody_that_harms_or_does_nothing_is_no_benefit() {
        let early_late = |early: (f64, f64), late: (f64, f64)| {
            verdicts(
                "A23",
                &runs([
                    ("lesion", 50.0, 0.5),
                    ("tgf_beta_early", early.0, early.1),
                    ("tgf_beta_late", late.0, late.1),
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
    fn an_inert_antibody_against_pthrp_meets_nothing() {
        let column = ["time_d", "bv_tv", "tumour_volume_mm3"];
        let lesion = |bone: f64, tumour: f64| {
            let mut course = Course::of_rows(&column, &[&[0.0, 0.2, 0.1], &[28.0, bone, tumour]]);
            course.n_oc_per_interface_mm = 3.0;
            vec![course]
        };
        let of = |control, treated| -> Runs {
            [
                ("mda_mb_231_lesion", control),
                ("mda_mb_231_anti_pthrp", treated),
            ]
            .into()
        };
        let inert = verdicts("A19", &of(lesion(0.1, 1.0), lesion(0.1, 1.0)));
        assert_eq!(inert, [false; 4]);
        // Where the untreated lesion gained bone, a loss under the antibody is no smaller loss.
        let harm = verdicts("A19", &of(lesion(0.3, 1.0), lesion(0.1, 1.0)));
        assert!(!harm[0]);
    }
}
