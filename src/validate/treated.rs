//! Targets of lattices under drugs.

use super::ValidationError;
use super::targets::{NO_END, Parts, ratio, spread};

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
    let at =
        |day: f64| move |c: &super::arms::Course| 100.0 * c.at("bv_tv", day) / c.at("bv_tv", 0.0);
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

fn rankl_block(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let cells = |c: &super::arms::Course| c.at("tumour_cells", 25.0);
    let (control, treated) = (
        parts.each("mda_mb_231", cells)?,
        parts.each("mda_mb_231_opg_fc", cells)?,
    );
    parts.push(
        "tumour without over with OPG-Fc, day 25",
        "13.4",
        ratio(&control, &treated),
        (5.0, 40.0),
    );
    let osteoclasts = |c: &super::arms::Course| c.at("n_oc", 25.0);
    let (control, treated) = (
        parts.each("mda_mb_231", osteoclasts)?,
        parts.each("mda_mb_231_opg_fc", osteoclasts)?,
    );
    parts.push(
        "osteoclasts with over without OPG-Fc, day 25",
        "0 of 1.53",
        ratio(&treated, &control),
        (0.0, 0.05),
    );
    Ok(())
}

/// Directions of four figures and the size of the lesion: bone lost since day 0.
fn anti_pthrp(parts: &mut Parts<'_>, control: &str, treated: &str) -> Result<(), ValidationError> {
    let lost = |c: &super::arms::Course| c.at("bv_tv", 0.0) - c.at("bv_tv", c.days());
    let last = |name: &'static str| move |c: &super::arms::Course| c.at(name, c.days());
    let over = |parts: &Parts<'_>, figure: &dyn Fn(&super::arms::Course) -> f64| {
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
    parts.push("tumour area, with over without", "less", tumour, (0.0, 1.0));
    let bone = over(parts, &last("bv_tv"))?;
    parts.push("bone area, with over without", "more", bone, (1.0, NO_END));
    let lining = over(parts, &|c: &super::arms::Course| c.n_oc_per_interface_mm)?;
    parts.push(
        "osteoclasts per mm of tumour-bone interface, with over without",
        "fewer",
        lining,
        (0.0, 1.0),
    );
    Ok(())
}

fn early_and_late(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let each = |parts: &Parts<'_>, name: &'static str| {
        let at_end = move |c: &super::arms::Course| c.at(name, 28.0) / c.at(name, 0.0);
        let control = spread(&parts.each("lesion", at_end)?).0;
        let gain = |arm: &str| {
            let values = parts.each(arm, at_end)?;
            let gain: Vec<f64> = values.iter().map(|value| (value - control).abs()).collect();
            Ok::<_, ValidationError>(gain)
        };
        Ok::<_, ValidationError>(ratio(&gain("tgf_beta_early")?, &gain("tgf_beta_late")?))
    };
    let tumour = each(parts, "tumour_cells")?;
    parts.push(
        "tumour kept from growing, antibody from day 0 over from day 14",
        "stronger before establishment",
        tumour,
        (1.5, NO_END),
    );
    let bone = each(parts, "bv_tv")?;
    parts.push(
        "bone saved, antibody from day 0 over from day 14",
        "stronger before establishment",
        bone,
        (1.5, NO_END),
    );
    Ok(())
}

/// Urinary NTX of a lattice that stands for a skeleton, per cent of health.
fn markers(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let change = |day: f64| move |c: &super::arms::Course| 100.0 * (c.ntx_at(day) - 1.0);
    let denosumab = |parts: &Parts<'_>, day| parts.each("skeleton_denosumab", change(day));
    if parts.id == "A26" {
        for (day, published) in [(7.0, "-82"), (91.0, "-80")] {
            let change = spread(&denosumab(parts, day)?);
            parts.push(
                &format!("urinary NTX under denosumab, day {day}, %"),
                published,
                change,
                (-92.0, -70.0),
            );
        }
        return Ok(());
    }
    let zoledronate = parts.each("skeleton_zoledronate", change(28.0))?;
    parts.push(
        "urinary NTX under zoledronate, day 28, %",
        "-60 to -70",
        spread(&zoledronate),
        (-80.0, -50.0),
    );
    let stronger: Vec<f64> = zoledronate
        .iter()
        .zip(denosumab(parts, 28.0)?)
        .map(|(zoledronate, denosumab)| zoledronate - denosumab)
        .collect();
    parts.push(
        "points by which denosumab lowers NTX more, day 28",
        "14",
        spread(&stronger),
        (5.0, 25.0),
    );
    Ok(())
}
