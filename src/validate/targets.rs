//! The targets: a figure of the runs, its published value, and the band in which it passes.
//!
//! Bands and numbers A1 to A38 are those of the project's list of targets for calibration; sources
//! stand in `docs/references.md`.

use std::collections::BTreeMap;

use super::ValidationError;
use super::arms::{Course, Runs, run_one};
use super::part::{NO_END, Part, Parts, above, below, exponential, largest, ratio, spread};
use super::pharmacology;
use super::treated::treated;
use crate::mean_field::ayati::Ayati;
use crate::mean_field::komarova::Komarova;
use crate::mean_field::lemaire::Lemaire;
use crate::mean_field::pivonka::Pivonka;
use crate::mechanics::rigidity::{Axis, Cut, Voxels, cuts};
use crate::therapy::radiotherapy::{Law, bed_gy, eqd2_gy};
use crate::tissue::grid::Grid;
use crate::transport::{Medium, Physics, Scheme};

/// A target and the arms that it needs.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its number.
    pub id: &'static str,
    /// The finding, in a few words.
    pub finding: &'static str,
    /// Arms, by name.
    pub arms: &'static [&'static str],
    /// True for a target that `--quick` runs.
    pub quick: bool,
}

const fn target(
    id: &'static str,
    finding: &'static str,
    arms: &'static [&'static str],
    quick: bool,
) -> Target {
    Target {
        id,
        finding,
        arms,
        quick,
    }
}

/// All targets, in the order of their numbers.
pub const TARGETS: &[Target] = &[
    target(
        "A1",
        "remodelling is balanced in man",
        &["human_health"],
        false,
    ),
    target("A2", "the same in mice", &["mouse_health"], true),
    target(
        "A3",
        "depth of one remodelling unit",
        &["human_health"],
        false,
    ),
    target(
        "A4",
        "speed and length of formation",
        &["human_health"],
        false,
    ),
    target(
        "A5",
        "phases in their order and length",
        &["human_health"],
        false,
    ),
    target(
        "A6",
        "turnover by compartment, same rules",
        &["human_health", "human_cortex"],
        false,
    ),
    target(
        "A7",
        "osteoclast number follows turnover",
        &["human_health", "mouse_health"],
        false,
    ),
    target(
        "A8",
        "eroded surface small in health",
        &["human_health"],
        false,
    ),
    target("A9", "no RANKL, no osteoclasts", &["rankl_null"], true),
    target(
        "A10",
        "no OPG, porous bone",
        &[
            "mouse_health",
            "opg_null",
            "mouse_cortex",
            "opg_null_cortex",
        ],
        false,
    ),
    target(
        "A11",
        "sustained PTH is catabolic",
        &["mouse_health", "pth_5", "pth_21"],
        false,
    ),
    target(
        "A12",
        "feedback damps RANKL removal",
        &["mouse_health", "half_rankl"],
        false,
    ),
    target(
        "A13",
        "resorb or migrate, never both",
        &["mouse_health", "human_health"],
        false,
    ),
    target("A14", "lytic course of a slow line", &["lesion"], true),
    target(
        "A15",
        "zoledronate alone raises bone",
        &["mouse_zoledronate"],
        false,
    ),
    target(
        "A16",
        "exponential phase of MDA-MB-231",
        &["mda_mb_231"],
        false,
    ),
    target(
        "A17",
        "preventive RANKL block slows tumour in bone",
        &["mda_mb_231_volume", "mda_mb_231_volume_opg_fc"],
        false,
    ),
    target(
        "A18",
        "growth curves of three lines",
        &["pc3", "c4_2b", "renca"],
        false,
    ),
    target(
        "A19",
        "an antibody against PTHrP shrinks lesions of MDA-MB-231",
        &["mda_mb_231_lesion", "mda_mb_231_anti_pthrp"],
        false,
    ),
    target(
        "A20",
        "an antibody against PTHrP shrinks lesions of HARA",
        &["hara", "hara_anti_pthrp"],
        false,
    ),
    target(
        "A21",
        "the loop runs through TGF-beta and PTHrP",
        &["lesion", "blind", "blind_pthrp"],
        false,
    ),
    target(
        "A22",
        "closing the loop matters",
        &[
            "lesion",
            "no_release",
            "no_pthrp",
            "no_link",
            "human_lesion",
            "human_no_release",
            "human_no_pthrp",
            "human_no_link",
        ],
        true,
    ),
    target(
        "A23",
        "blocking TGF-beta early beats late",
        &["lesion", "tgf_beta_early", "tgf_beta_late"],
        false,
    ),
    target(
        "A24",
        "what the matrix held is released once",
        &["lesion"],
        true,
    ),
    target("A25", "levels of denosumab in blood", &[], true),
    target(
        "A26",
        "denosumab lowers the marker of resorption",
        &["skeleton_denosumab"],
        true,
    ),
    target(
        "A27",
        "zoledronate lowers the marker, and less",
        &["skeleton_denosumab", "skeleton_zoledronate"],
        true,
    ),
    target(
        "A28",
        "zoledronate delays skeletal-related events",
        &[],
        true,
    ),
    target("A29", "doses and survival of radiation", &[], true),
    target("A30", "neutrophils after a day of a drug", &[], true),
    target("A31", "levels of drugs as on their labels", &[], true),
    target("A32", "surface of synthetic bone", &[], false),
    target("A33", "rigidity of a tube with a hole", &[], true),
    target("A34", "a point source spreads as it must", &[], true),
    target(
        "A35",
        "ticks and sites converge",
        &["lesion", "half_tick", "human_lesion", "human_lesion_fine"],
        false,
    ),
    target("A36", "same seed, same bits on any threads", &[], true),
    target(
        "A37",
        "calcium adds up, and rises with loss of bone",
        &[],
        true,
    ),
    target("A38", "mean-field twins", &[], true),
];

/// Names of all targets, for messages.
pub(super) fn names() -> String {
    TARGETS
        .iter()
        .map(|target| target.id)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Every figure of a target.
///
/// # Errors
/// An arm that was not run, or a calculation that failed.
pub fn evaluate(
    id: &'static str,
    runs: &Runs,
    folder: &std::path::Path,
) -> Result<Vec<Part>, ValidationError> {
    let mut parts = Parts {
        id,
        runs,
        found: Vec::new(),
    };
    match id {
        "A1" | "A3" | "A4" | "A5" | "A6" | "A8" => human_health(&mut parts)?,
        "A2" | "A7" | "A9" | "A13" => health(&mut parts)?,
        "A10" | "A11" | "A12" => regulation(&mut parts)?,
        "A14" | "A16" | "A18" => growth(&mut parts)?,
        "A21" | "A22" | "A24" | "A35" => lesion(&mut parts)?,
        "A33" => parts.found.extend(tube_with_hole()?),
        "A34" => parts.found.extend(point_source()?),
        "A36" => parts.found.push(same_bits(folder)?),
        "A38" => parts.found.extend(twins()?),
        "A15" | "A17" | "A19" | "A20" | "A23" | "A26" | "A27" => treated(&mut parts)?,
        "A25" => parts.found.extend(pharmacology::denosumab()?),
        "A29" => parts.found.extend(radiation()),
        "A30" => parts.found.extend(pharmacology::neutropenia()?),
        "A31" => parts.found.extend(pharmacology::labels()?),
        "A32" => parts.found.extend(pharmacology::surface()?),
        "A37" => parts.found.extend(pharmacology::calcium()?),
        "A28" => parts.found.extend(super::trial::zoledronate()?),
        _ => {}
    }
    Ok(parts.found)
}

fn human_health(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const ARM: &str = "human_health";
    let depth = |c: &Course| c.remodelling.depth_um(c.resorbed_um3);
    // Aj.AR = BFR / OS (Dempster 2013), um/d.
    let rate = |c: &Course| {
        let osteoid_mm2 = c.mean_from("os_bs", 0.0) * c.mean_from("bs_mm2", 0.0);
        c.formed_um3 * 1e-6 / c.days() / osteoid_mm2
    };
    match parts.id {
        "A1" => {
            let drift = |c: &Course| {
                100.0 * (c.at("bv_tv", c.days()) / c.at("bv_tv", 0.0) - 1.0) / c.days() * 365.0
            };
            let drift = spread(&parts.each(ARM, drift)?);
            parts.push("drift of BV/TV, %/yr", "0", drift, (-1.0, 1.0));
            let balance = spread(&parts.each(ARM, |c| c.resorbed_um3 / c.formed_um3)?);
            parts.push(
                "resorbed over formed in 5 years",
                "1",
                balance,
                (0.97, 1.03),
            );
        }
        "A3" => {
            let depth = spread(&parts.each(ARM, depth)?);
            parts.push(
                "depth of a unit, um",
                "59.4 +- 5.9; 49.7 +- 8.7",
                depth,
                (40.0, 65.0),
            );
        }
        "A4" => {
            let speed = spread(&parts.each(ARM, rate)?);
            parts.push(
                "adjusted apposition rate, um/d",
                "0.63 +- 0.11; 0.72",
                speed,
                (0.45, 0.85),
            );
            let length = spread(&parts.each(ARM, |c| depth(c) / rate(c))?);
            parts.push("formation period, d", "100; 69", length, (60.0, 115.0));
        }
        "A5" => {
            let resorption = spread(&parts.each(ARM, |c| c.remodelling.resorption_d())?);
            parts.push("resorption period, d", "14 to 28", resorption, (10.0, 35.0));
            let cycle = spread(&parts.each(ARM, |c| c.remodelling.cycle_d())?);
            parts.push("whole cycle, d", "90 to 180", cycle, (80.0, 190.0));
            let under = spread(&parts.each(ARM, |c| c.remodelling.under_osteoclast_um3)?);
            parts.push(
                "osteoid laid under osteoclasts, um3",
                "0",
                under,
                (0.0, 0.0),
            );
        }
        "A6" => {
            let yearly = |c: &Course| 100.0 * c.turnover_per_year();
            let (trabecular, cortical) = (
                parts.each(ARM, yearly)?,
                parts.each("human_cortex", yearly)?,
            );
            parts.push(
                "trabecular turnover, %/yr",
                "25",
                spread(&trabecular),
                (15.0, 35.0),
            );
            parts.push(
                "cortical turnover, %/yr",
                "2 to 3",
                spread(&cortical),
                (1.5, 5.0),
            );
            parts.push(
                "trabecular over cortical",
                "10",
                ratio(&trabecular, &cortical),
                (5.0, 15.0),
            );
        }
        _ => {
            let eroded = spread(&parts.each(ARM, |c| 100.0 * c.mean_from("es_bs", 0.0))?);
            parts.push("ES/BS, %", "5.1; 2 to 5", eroded, (1.0, 8.0));
        }
    }
    Ok(())
}

fn health(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    match parts.id {
        "A2" => {
            for (name, label) in [("n_ob", "osteoblasts"), ("n_oc", "osteoclasts")] {
                let first: Vec<f64> = parts.each("mouse_health", |c| c.at(name, 7.0))?;
                for week in [2.0, 3.0] {
                    let now = parts.each("mouse_health", |c| c.at(name, 7.0 * week))?;
                    parts.push(
                        &format!("{label}, week {week} over week 1"),
                        if name == "n_ob" {
                            "1.16; 1.13"
                        } else {
                            "1.39; 1.28"
                        },
                        ratio(&now, &first),
                        (0.65, 1.35),
                    );
                }
            }
            for day in [10.0, 14.0, 32.0] {
                let change = |c: &Course| 100.0 * (c.at("bv_tv", day) / c.at("bv_tv", 0.0) - 1.0);
                let change = spread(&parts.each("mouse_health", change)?);
                parts.push(
                    &format!("change of BV/TV by day {day}, %"),
                    "-5 to +3",
                    change,
                    (-8.0, 8.0),
                );
            }
        }
        "A7" => {
            for arm in ["human_health", "mouse_health"] {
                // N = BV/TV 1e9 u / (365 x 9360 um3/d x share of the time spent resorbing).
                let against_law = |c: &Course| {
                    let per_mm3 = c.mean_from("n_oc_per_mm3", 0.0);
                    let hours = c.mean_from("n_oc", 0.0) * c.days() * 24.0;
                    let duty = c.remodelling.resorbing_h / hours;
                    let bone = c.mean_from("bv_tv", 0.0) * 1e9;
                    per_mm3 / (bone * c.turnover_per_year() / (365.0 * 9360.0 * duty))
                };
                let against_law = spread(&parts.each(arm, against_law)?);
                parts.push(
                    &format!(
                        "osteoclasts over the turnover law, {}",
                        arm.replace('_', " ")
                    ),
                    "1",
                    against_law,
                    (0.7, 1.3),
                );
            }
        }
        "A9" => {
            let most = |c: &Course| largest(c.column("n_oc"));
            let most = spread(&parts.each("rankl_null", most)?);
            parts.push("most osteoclasts at any time", "0", most, (0.0, 0.0));
            let kept = |c: &Course| c.at("bv_tv", c.days()) / c.at("bv_tv", 0.0);
            let kept = spread(&parts.each("rankl_null", kept)?);
            parts.push(
                "BV/TV at day 32 over day 0",
                "not below 1",
                kept,
                (1.0, NO_END),
            );
        }
        _ => {
            for arm in ["mouse_health", "human_health"] {
                let speed =
                    spread(&parts.each(arm, |c| c.resorbed_um3 / c.remodelling.resorbing_h)?);
                parts.push(
                    &format!("um3/h of a resorbing osteoclast, {}", arm.replace('_', " ")),
                    "390 (43 to 1225)",
                    speed,
                    (300.0, 480.0),
                );
                let moving = spread(&parts.each(arm, |c| c.remodelling.by_migrating_um3)?);
                parts.push("um3 resorbed while migrating", "0", moving, (0.0, 0.0));
            }
        }
    }
    Ok(())
}

fn regulation(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let late = |name: &'static str| move |c: &Course| c.mean_from(name, 28.0);
    match parts.id {
        "A10" => {
            // The burn-in of 48 days is without OPG, too: day 8 is the end of the eighth week.
            let number = |c: &Course| c.at("n_oc", 8.0);
            let rise = ratio(
                &parts.each("opg_null", number)?,
                &parts.each("mouse_health", number)?,
            );
            parts.push(
                "osteoclasts without over with OPG",
                "more",
                rise,
                (2.0, NO_END),
            );
            let bone = |c: &Course| c.at("bv_tv", 8.0);
            let left = ratio(
                &parts.each("opg_null", bone)?,
                &parts.each("mouse_health", bone)?,
            );
            parts.push(
                "BV/TV at 8 weeks, without over with",
                "far less",
                left,
                (0.0, 0.7),
            );
            let pores = |c: &Course| c.outer_porosity;
            let pores = ratio(
                &parts.each("opg_null_cortex", pores)?,
                &parts.each("mouse_cortex", pores)?,
            );
            parts.push(
                "cortical porosity, without over with",
                "more",
                pores,
                (2.0, NO_END),
            );
        }
        "A11" => {
            for (name, label, published, middle) in [
                ("n_oc", "osteoclasts", "1.93", 1.93),
                ("n_ob", "osteoblasts", "1.69", 1.69),
                ("opg_pm", "OPG", "0.36", 0.36),
                ("rankl_free_pm", "free RANKL", "3.6", 3.6),
            ] {
                let health = parts.each("mouse_health", late(name))?;
                let five = ratio(&parts.each("pth_5", late(name))?, &health);
                parts.push(
                    &format!("{label} at 5 x PTH"),
                    published,
                    five,
                    (middle / 1.6, middle * 1.6),
                );
                let many = ratio(&parts.each("pth_21", late(name))?, &health);
                let onward = if middle > 1.0 {
                    many.0 / five.0
                } else {
                    five.0 / many.0
                };
                parts.push(
                    &format!("{label} at 21 x PTH, further on than at 5 x"),
                    "monotone",
                    (onward, 0.0),
                    above(1.0),
                );
            }
            let bone = |c: &Course| c.at("bv_tv", 56.0);
            let health = parts.each("mouse_health", bone)?;
            for (arm, label) in [("pth_5", "5 x"), ("pth_21", "21 x")] {
                let left = ratio(&parts.each(arm, bone)?, &health);
                parts.push(
                    &format!("BV/TV at {label} PTH over health"),
                    "below 1",
                    left,
                    below(1.0, 0.0),
                );
            }
        }
        _ => {
            let health = parts.each("mouse_health", late("n_oc"))?;
            let half = ratio(&parts.each("half_rankl", late("n_oc"))?, &health);
            parts.push(
                "osteoclasts with half the RANKL",
                "0.68 to 0.31",
                half,
                (0.4, 0.8),
            );
        }
    }
    Ok(())
}

fn growth(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    match parts.id {
        "A14" => {
            for (day, published, middle) in [
                (7.0, "103.3", 103.3),
                (14.0, "96.0", 96.0),
                (21.0, "86.6", 86.6),
                (28.0, "75.9", 75.9),
            ] {
                let left = |c: &Course| 100.0 * c.at("bv_tv", day) / c.at("bv_tv", 0.0);
                let left = spread(&parts.each("lesion", left)?);
                parts.push(
                    &format!("bone at day {day}, % of day 0"),
                    published,
                    left,
                    (middle - 15.0, middle + 15.0),
                );
            }
            for (from, to) in [(7.0, 14.0), (14.0, 21.0), (21.0, 28.0)] {
                let lost =
                    spread(&parts.each("lesion", |c| c.at("bv_tv", from) - c.at("bv_tv", to))?);
                parts.push(
                    &format!("BV/TV lost from day {from} to {to}"),
                    "above 0",
                    lost,
                    above(0.0),
                );
            }
            let growth = |c: &Course| c.at("tumour_cells", 28.0) / c.at("tumour_cells", 14.0);
            let growth = spread(&parts.each("lesion", growth)?);
            parts.push("tumour, day 28 over day 14", "4.0", growth, (2.0, 8.0));
        }
        "A16" => {
            let fits: Vec<(f64, f64)> = parts
                .of("mda_mb_231")?
                .iter()
                .map(|c| exponential(&c.column("time_d"), &c.column("tumour_cells")))
                .collect();
            let (doublings, squares): (Vec<f64>, Vec<f64>) = fits.into_iter().unzip();
            parts.push(
                "doubling over 25 d, d",
                "1.78",
                spread(&doublings),
                (1.4, 2.3),
            );
            parts.push("R2 of the exponential", "", spread(&squares), (0.95, 1.0));
        }
        _ => {
            for (arm, label, points) in FOLDS {
                for &(day, fold, published) in points {
                    let grown = |c: &Course| c.at("tumour_cells", day) / c.at("tumour_cells", 0.0);
                    let grown = spread(&parts.each(arm, grown)?);
                    parts.push(
                        &format!("{label}: area at day {day} over day 0"),
                        published,
                        grown,
                        (0.6 * fold, 1.4 * fold),
                    );
                }
            }
        }
    }
    Ok(())
}

/// Growth of a line: day, fold, and the published words.
type Folds = (
    &'static str,
    &'static str,
    &'static [(f64, f64, &'static str)],
);

/// Area over that of day 0 in mouse tibia (A(BM)2 repository; Marsilio 2025).
pub const FOLDS: [Folds; 3] = [
    (
        "pc3",
        "PC3",
        &[
            (4.0, 7.2, "6.4 to 8"),
            (8.0, 21.5, "19 to 24"),
            (11.0, 50.0, "50"),
            (17.0, 62.0, "62"),
            (21.0, 114.0, "114 +- 44"),
        ],
    ),
    (
        "c4_2b",
        "C4-2B",
        &[
            (5.0, 7.1, "7.1 +- 3.7"),
            (8.0, 16.1, "16.1"),
            (12.0, 29.3, "29.3"),
            (15.0, 45.8, "45.8 +- 16.6"),
        ],
    ),
    (
        "renca",
        "RENCA",
        &[
            (7.0, 17.6, "17.6"),
            (10.0, 32.7, "32.7"),
            (15.0, 141.0, "141"),
        ],
    ),
];

fn lesion(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let loss = |c: &Course| 100.0 * c.loss();
    match parts.id {
        "A21" => {
            let full = parts.each("lesion", loss)?;
            let blind = ratio(&parts.each("blind", loss)?, &full);
            parts.push(
                "loss with a tumour blind to TGF-beta over full",
                "below 1",
                blind,
                below(1.0, -NO_END),
            );
            let again = ratio(&parts.each("blind_pthrp", loss)?, &full);
            parts.push(
                "the same with PTHrP given back",
                "restored",
                again,
                (0.8, NO_END),
            );
        }
        "A22" => {
            let full = parts.each("lesion", loss)?;
            let mut cut = BTreeMap::new();
            for (arm, label) in [
                ("no_release", "matrix release"),
                ("no_pthrp", "PTHrP"),
                ("no_link", "TGF-beta to PTHrP"),
            ] {
                let left = parts.each(arm, loss)?;
                cut.insert(arm, spread(&left).0);
                parts.push(
                    &format!("loss in mice, full over cut {label}"),
                    "at least 1.5",
                    ratio(&full, &left),
                    (1.5, NO_END),
                );
            }
            parts.push(
                "loss without the link less that without PTHrP, points",
                "not below 0",
                (cut["no_link"] - cut["no_pthrp"], 0.0),
                (0.0, NO_END),
            );
            let full = parts.each("human_lesion", loss)?;
            for (arm, label) in [
                ("human_no_release", "matrix release"),
                ("human_no_pthrp", "PTHrP"),
                ("human_no_link", "TGF-beta to PTHrP"),
            ] {
                let left = parts.each(arm, loss)?;
                parts.push(
                    &format!("loss in man, full over cut {label}"),
                    "above 1",
                    ratio(&full, &left),
                    above(1.0),
                );
            }
        }
        "A24" => {
            let worst = |c: &Course| c.worst_store;
            let stores = largest(parts.each("lesion", worst)?);
            parts.push(
                "largest relative error of a store",
                "0",
                (stores, 0.0),
                (0.0, 1e-9),
            );
            let worst = |c: &Course| c.worst_signal;
            let signals = largest(parts.each("lesion", worst)?);
            parts.push(
                "largest relative error of a signal",
                "0",
                (signals, 0.0),
                (0.0, 1e-5),
            );
        }
        _ => {
            for (coarse, fine, label, most) in [
                ("lesion", "half_tick", "half the tick", 10.0),
                (
                    "human_lesion",
                    "human_lesion_fine",
                    "sites of 10 for 20 um",
                    20.0,
                ),
            ] {
                let (over, sd) = ratio(&parts.each(fine, loss)?, &parts.each(coarse, loss)?);
                parts.push(
                    &format!("change of the bone lost with {label}, %"),
                    "",
                    (100.0 * (over - 1.0), 100.0 * sd),
                    (-most, most),
                );
            }
        }
    }
    Ok(())
}

/// The steady level around a point source, `1 / (4 pi D r) exp(-r / L)`, from the fourth site on.
fn point_source() -> Result<Vec<Part>, ValidationError> {
    let edge = 10.0;
    let grid = Grid::cubic([65, 65, 65], edge);
    let physics = Physics {
        diffusivity_um2_per_h: 13.0 * 3600.0,
        bone_factor: 0.0,
        loss_per_h: 2.0_f64.ln() * 30.0,
        leak_per_h: 0.0,
        plasma_pm: 0.0,
        scheme: Scheme::QuasiSteady,
        tolerance: 1e-6,
    };
    let middle = grid.index(32, 32, 32);
    let mut source = vec![0.0; grid.len()];
    source[middle] = 1.0e6;
    let mut field = vec![0.0; grid.len()];
    let none = vec![0.0; grid.len()];
    Medium::new(grid, &vec![false; grid.len()], &none)
        .and_then(|mut medium| medium.advance(&physics, &source, None, 1.0, &mut field))
        .map_err(|fault| ValidationError::Calculation(fault.to_string()))?;
    let length = (physics.diffusivity_um2_per_h / physics.loss_per_h).sqrt();
    let strength = 1.0e6 * edge * edge * edge;
    let expected = |r: f64| {
        strength / (4.0 * std::f64::consts::PI * physics.diffusivity_um2_per_h * r)
            * (-r / length).exp()
    };
    Ok([4, 6, 9, 12]
        .into_iter()
        .map(|sites| {
            let r = sites as f64 * edge;
            let found = f64::from(field[grid.index(32 + sites, 32, 32)]);
            Part {
                target: "A34",
                what: format!("level at {r} um over the formula"),
                published: "1",
                simulated: found / expected(r),
                sd: 0.0,
                low: 0.95,
                high: 1.05,
            }
        })
        .collect())
}

/// Different digests of one seed on 1, 2 and 8 threads, less one.
fn same_bits(folder: &std::path::Path) -> Result<Part, ValidationError> {
    let arm = super::arms::Arm {
        name: "same_bits",
        scenario: "mouse_lesion.toml",
        sets: &["run.duration=\"3 d\"", "run.burn_in=\"3 d\""],
        every_d: 1.0,
    };
    let mut digests = std::collections::BTreeSet::new();
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| ValidationError::Calculation(error.to_string()))?;
        digests.insert(pool.install(|| run_one(folder, &arm, 1))?.digest);
    }
    Ok(Part {
        target: "A36",
        what: "digests of one seed on 1, 2 and 8 threads that differ".to_owned(),
        published: "0",
        simulated: digests.len() as f64 - 1.0,
        sd: 0.0,
        low: 0.0,
        high: 0.0,
    })
}

/// A tube of radii 14 and 8 mm and 17 GPa in voxels of 0.25 mm, and what a hole of radius 9 mm at
/// (12, 0) leaves of it.
fn tube_with_hole() -> Result<Vec<Part>, ValidationError> {
    const EDGE_MM: f64 = 0.25;
    let voxels = Voxels {
        dims: [120, 120, 1],
        spacing_mm: [EDGE_MM; 3],
    };
    let modulus = |hole: bool| {
        move |site: usize| {
            let middle = |at: usize| (at as f64 - 59.5) * EDGE_MM;
            let (x, y) = (middle(site % 120), middle(site / 120));
            let in_tube = (8.0..=14.0).contains(&x.hypot(y));
            let in_hole = hole && (x - 12.0).hypot(y) < 9.0;
            if in_tube && !in_hole { 17_000.0 } else { 0.0 }
        }
    };
    let cut = |hole: bool| {
        cuts(voxels, Axis::Z, 0.3, modulus(hole))
            .map_err(|error| ValidationError::Calculation(error.to_string()))
    };
    let (whole, drilled) = (cut(false)?, cut(true)?);
    let (Some(whole), Some(drilled)) = (whole.first(), drilled.first()) else {
        return Err(ValidationError::Calculation("no cut".to_owned()));
    };
    let ea_n = |cut: &Cut| cut.rigidities.ea_n;
    Ok([
        ("EA, kN", "7050", 1e-3 * ea_n(whole), 7050.0),
        ("EI, kN mm2", "458233", 1e-3 * whole.ei_xx, 458_233.0),
        (
            "EA with the hole over without",
            "0.75",
            ea_n(drilled) / ea_n(whole),
            0.75,
        ),
        (
            "EIx with the hole over without",
            "0.91",
            drilled.ei_xx / whole.ei_xx,
            0.91,
        ),
        (
            "EIy with the hole over without",
            "0.47",
            drilled.ei_yy / whole.ei_yy,
            0.47,
        ),
    ]
    .into_iter()
    .map(|(what, published, simulated, middle)| Part {
        target: "A33",
        what: what.to_owned(),
        published,
        simulated,
        sd: 0.0,
        low: 0.98 * middle,
        high: 1.02 * middle,
    })
    .collect())
}

fn twins() -> Result<Vec<Part>, ValidationError> {
    let failed =
        |error: crate::mean_field::MeanFieldError| ValidationError::Calculation(error.to_string());
    let komarova = Komarova::published().steady_state().map_err(failed)?;
    let ayati = Ayati::healthy().steady_state().map_err(failed)?;
    let lemaire = Lemaire::published().steady_state().map_err(failed)?;
    let pivonka = Pivonka::published().steady_state().map_err(failed)?;
    Ok([
        (
            "Komarova 2003, osteoclasts",
            "1.06",
            komarova.osteoclasts,
            1.0607,
        ),
        (
            "Komarova 2003, osteoblasts",
            "212.1",
            komarova.osteoblasts,
            212.1,
        ),
        (
            "Ayati 2010, osteoclasts",
            "1.159",
            ayati.unit.osteoclasts,
            1.159,
        ),
        (
            "Ayati 2010, osteoblasts",
            "231.7",
            ayati.unit.osteoblasts,
            231.7,
        ),
        (
            "Lemaire 2004, osteoclasts, pM",
            "9.127e-4",
            lemaire.osteoclasts_pm,
            9.127e-4,
        ),
        (
            "Pivonka 2008, osteoblasts, pM",
            "5.58e-4",
            pivonka.osteoblasts_pm,
            5.58e-4,
        ),
        (
            "Pivonka 2008, osteoclasts, pM",
            "8.07e-4",
            pivonka.osteoclasts_pm,
            8.07e-4,
        ),
    ]
    .into_iter()
    .map(|(what, published, simulated, middle)| Part {
        target: "A38",
        what: what.to_owned(),
        published,
        simulated,
        sd: 0.0,
        low: 0.995 * middle,
        high: 1.005 * middle,
    })
    .collect())
}

/// Schemes of radiation, with the values of the linear-quadratic law as they are printed: fractions and
/// Gy each; BED with alpha/beta of 10 Gy, EQD2 with the same, BED with 3 Gy; shares that survive with an
/// alpha of 0.3 and of 0.2 /Gy.
const SCHEMES: [(u32, f64, [&str; 5]); 7] = [
    (1, 8.0, ["14.4", "12.0", "29.3", "1.3e-2", "5.6e-2"]),
    (5, 4.0, ["28.0", "23.3", "46.7", "2.2e-4", "3.7e-3"]),
    (10, 3.0, ["39.0", "32.5", "60.0", "8.3e-6", "4.1e-4"]),
    (5, 6.0, ["48.0", "40.0", "90.0", "5.6e-7", "6.8e-5"]),
    (3, 9.0, ["51.3", "42.8", "108", "2.1e-7", "3.5e-5"]),
    (2, 12.0, ["52.8", "44.0", "120", "1.3e-7", "2.6e-5"]),
    (1, 24.0, ["81.6", "68.0", "216", "2.3e-11", "8.2e-8"]),
];

/// Values that a scheme has by the law, in the order of [`SCHEMES`].
fn scheme(law: Law, fractions: u32, dose_gy: f64) -> [f64; 5] {
    let bed = bed_gy(law, fractions, dose_gy, 10.0);
    let survival = |alpha: f64| (-alpha * bed).exp();
    [
        bed,
        eqd2_gy(bed, 10.0),
        bed_gy(law, fractions, dose_gy, 3.0),
        survival(0.3),
        survival(0.2),
    ]
}

/// The table of schemes of radiation: each value, rounded as it is printed, over the printed one.
fn radiation() -> Vec<Part> {
    const NAMES: [&str; 5] = ["BED10", "EQD2(10)", "BED3", "S at 0.3 /Gy", "S at 0.2 /Gy"];
    let mut found = Vec::new();
    for (column, name) in NAMES.into_iter().enumerate() {
        // Figure of the scheme that is farthest from its printed one.
        let farthest = SCHEMES
            .iter()
            .map(|&(fractions, dose_gy, printed)| {
                let value = scheme(Law::LinearQuadratic, fractions, dose_gy)[column];
                rounded_as(value, printed[column]) / printed[column].parse().unwrap_or(f64::NAN)
            })
            .fold(1.0, |worst: f64, ratio| {
                if (ratio - 1.0).abs() > (worst - 1.0).abs() || ratio.is_nan() {
                    ratio
                } else {
                    worst
                }
            });
        found.push(Part {
            target: "A29",
            what: format!("{name} of seven schemes over the table, the farthest"),
            published: "1",
            simulated: farthest,
            sd: 0.0,
            low: 0.999,
            high: 1.001,
        });
    }
    let bent = Law::LinearQuadraticLinear {
        transition_gy: 10.0,
    };
    found.push(Part {
        target: "A29",
        what: "S of 24 Gy at 0.3 /Gy, linear-quadratic-linear from 10 Gy on".to_owned(),
        published: "8e-9",
        simulated: scheme(bent, 1, 24.0)[3],
        sd: 0.0,
        low: 8e-9 / 3.0,
        high: 3.0 * 8e-9,
    });
    found
}

/// A value with as many digits behind the point as a printed one has.
fn rounded_as(value: f64, printed: &str) -> f64 {
    // A half is rounded up, also where its binary form falls short of it.
    let value = value * (1.0 + 1e-12);
    let mantissa = printed.split('e').next().unwrap_or_default();
    let digits = mantissa.split_once('.').map_or(0, |(_, rest)| rest.len());
    let text = if printed.contains('e') {
        format!("{value:.digits$e}")
    } else {
        format!("{value:.digits$}")
    };
    text.parse().unwrap_or(f64::NAN)
}
