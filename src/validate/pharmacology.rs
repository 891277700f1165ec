//! Targets that need no tissue: levels of drugs in blood, neutrophils, calcium, and the surface of
//! synthetic bone.

use super::ValidationError;
use super::part::{Part, largest};
use crate::numerics::quantity::Length;
use crate::numerics::random::Chance;
use crate::patient::calcium::Calcium;
use crate::patient::neutrophils::Neutrophils;
use crate::specimen::synthetic::Trabecular;
use crate::therapy::levels::Levels;
use crate::therapy::regimen::Course;
use crate::therapy::subject::Subject;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;

fn failed(error: impl std::fmt::Display) -> ValidationError {
    ValidationError::Calculation(error.to_string())
}

/// A figure without chance.
fn certain(
    target: &'static str,
    what: &str,
    published: &'static str,
    simulated: f64,
    (low, high): (f64, f64),
) -> Part {
    Part {
        target,
        what: what.to_owned(),
        published,
        simulated,
        sd: 0.0,
        low,
        high,
    }
}

/// A band of so many per cent on both sides of a value.
fn around(value: f64, per_cent: f64) -> (f64, f64) {
    (
        value * (1.0 - per_cent / 100.0),
        value * (1.0 + per_cent / 100.0),
    )
}

/// Levels of a drug of the catalogue in an adult of 70 kg and 1.8 m2.
fn levels(course: &str, days: u32) -> Result<Levels, ValidationError> {
    let subject: Subject =
        toml::from_str("species = \"human\"\nmass = \"70 kg\"\nsurface = \"1.8 m2\"")
            .map_err(failed)?;
    let course: Course = toml::from_str(course).map_err(failed)?;
    Levels::of(subject, course, days).map_err(failed)
}

/// A25: denosumab 120 mg every four weeks.
pub(super) fn denosumab() -> Result<Vec<Part>, ValidationError> {
    const DOSES: usize = 9;
    let levels = levels(
        "drug = \"denosumab\"\ndose = \"120 mg\"\nroute = \"subcutaneous\"\ninterval = \"28 d\"",
        28 * DOSES as u32,
    )?;
    let trough = levels.trough(28 * DOSES);
    Ok(vec![
        certain(
            "A25",
            "denosumab, trough of the ninth dose, ug/mL",
            "20.5 +- 13.5",
            trough,
            (15.0, 26.0),
        ),
        certain(
            "A25",
            "denosumab, day of the first peak",
            "10",
            levels.peak(0, 28).0,
            (7.0, 14.0),
        ),
        certain(
            "A25",
            "denosumab, accumulation of troughs",
            "up to 2.8",
            trough / levels.trough(28),
            (1.8, 2.8),
        ),
    ])
}

/// A31: levels that follow from the labels.
pub(super) fn labels() -> Result<Vec<Part>, ValidationError> {
    let infused = |drug: &str, dose: &str, days: u32| {
        format!(
            "drug = \"{drug}\"\ndose = \"{dose}\"\nroute = \"intravenous\"\n\
             infusion = \"30 min\"\ninterval = \"{days} d\""
        )
    };
    let mut found = Vec::new();
    for (what, published, due, drug, dose, every_d, doses) in [
        (
            "pembrolizumab 200 mg every 3 weeks, trough, ug/mL",
            "29.4",
            29.4,
            "pembrolizumab",
            "200 mg",
            21,
            10,
        ),
        (
            "nivolumab 240 mg every 2 weeks, trough, ug/mL",
            "54.7",
            54.7,
            "nivolumab",
            "240 mg",
            14,
            20,
        ),
        (
            "ipilimumab 1 mg/kg every 6 weeks, trough, ug/mL",
            "1.4",
            1.4,
            "ipilimumab",
            "1 mg/kg",
            42,
            6,
        ),
    ] {
        let levels = levels(&infused(drug, dose, every_d), every_d * doses)?;
        found.push(certain(
            "A31",
            what,
            published,
            levels.trough((every_d * doses) as usize),
            around(due, 3.0),
        ));
    }
    let pemetrexed = levels(
        "drug = \"pemetrexed\"\ndose = \"500 mg/m2\"\nroute = \"intravenous\"",
        3,
    )?;
    let (fast, slow) = pemetrexed.two_half_lives(1, 3);
    for (what, published, simulated, due) in [
        ("pemetrexed, first half-life, h", "1.26", fast, 1.26),
        ("pemetrexed, second half-life, h", "3.51", slow, 3.51),
    ] {
        found.push(certain("A31", what, published, simulated, around(due, 3.0)));
    }
    Ok(found)
}

/// A30: neutrophils after an effect of one day.
pub(super) fn neutropenia() -> Result<Vec<Part>, ValidationError> {
    let law = Neutrophils::default();
    let mut found = Vec::new();
    for (effect, depth, day, depth_published, day_published) in [
        (1.0, 2.12, 7.3, "2.12", "7.3"),
        (2.0, 0.93, 7.8, "0.93", "7.8"),
    ] {
        let (least, when) = law.nadir_after_a_day(effect).map_err(failed)?;
        found.push(certain(
            "A30",
            &format!("neutrophils at the nadir after an effect of {effect}, 1e9/L"),
            depth_published,
            least,
            around(depth, 2.0),
        ));
        found.push(certain(
            "A30",
            &format!("day of the nadir after an effect of {effect}"),
            day_published,
            when,
            around(day, 2.0),
        ));
    }
    Ok(found)
}

/// A37: a daily loss of 1 cm3 of bone, with and without PTHrP.
pub(super) fn calcium() -> Result<Vec<Part>, ValidationError> {
    /// Calcium of 1 cm3 of bone, mmol: 0.45 g/cm3 over 40.08 g/mol.
    const MMOL_PER_CM3: f64 = 450.0 / 40.08;
    const DAYS: u32 = 60;
    let law = Calcium::default();
    let after = |pthrp_pm: f64| {
        let mut pools = law.at_rest();
        for _ in 0..DAYS {
            law.advance(&mut pools, MMOL_PER_CM3 / 24.0, pthrp_pm, 24.0)
                .map_err(failed)?;
        }
        Ok::<_, ValidationError>(pools)
    };
    let (plain, driven) = (after(0.0)?, after(10.0)?);
    let usual = law.level_mm(&law.at_rest());
    Ok(vec![
        certain(
            "A37",
            "calcium set free by 1 cm3 of bone, mmol",
            "11.2",
            plain.from_bone_mmol / f64::from(DAYS),
            around(11.2, 1.0),
        ),
        certain(
            "A37",
            "what the book of calcium does not explain, of what the body holds",
            "0",
            largest([law.residual(&plain), law.residual(&driven)]),
            (0.0, 1e-9),
        ),
        certain(
            "A37",
            "rise of calcium under a loss of 1 cm3/d for 60 d, mM",
            "above 0",
            law.level_mm(&plain) - usual,
            (0.001, f64::INFINITY),
        ),
        certain(
            "A37",
            "further rise with 10 pM of PTHrP, mM",
            "above 0",
            law.level_mm(&driven) - law.level_mm(&plain),
            (0.001, f64::INFINITY),
        ),
    ])
}

/// A32: surface of synthetic bone against Martin's polynomial, read with the volume fraction as its
/// argument as in the model of Lerebours et al. (2016). Denser bone of man has thicker trabeculae about
/// as far apart: 0.78 mm in iliac crest at BV/TV 0.15 (PMC2818211), 0.79 mm in the femur at 0.23 (LHDL 3155).
pub(super) fn surface() -> Result<Vec<Part>, ValidationError> {
    const SEEDS: u64 = 3;
    let grid = Grid::cubic([100, 100, 100], 20.0);
    [(0.1, 2.41), (0.139, 2.99), (0.2, 3.60), (0.3, 4.08)]
        .into_iter()
        .map(|(bv_tv, martin)| {
            let recipe = Trabecular {
                bv_tv,
                tb_th: None,
                tb_sp: Some(Length::um(780.0)),
                anisotropy: 1.0,
                kept_share: None,
            };
            let mut sum = 0.0;
            for seed in 1..=SEEDS {
                let made = recipe.generate(grid, Chance::new(seed)).map_err(failed)?;
                let bone = Bone::of_mask(&made.bone);
                let faces: u64 = (0..grid.len())
                    .filter(|&site| !made.bone[site])
                    .map(|site| u64::from(bone.bone_faces(&grid, site)))
                    .sum();
                // All faces at once would not fit the count of one site.
                let each_um2 = Bone::surface_area_um2(&grid, 1);
                sum += faces as f64 * each_um2 * 1e-6 / grid.volume_mm3();
            }
            Ok(certain(
                "A32",
                &format!("BS/TV of synthetic bone of BV/TV {bv_tv} over the polynomial"),
                "1 (Martin 1984)",
                sum / SEEDS as f64 / martin,
                (0.7, 1.3),
            ))
        })
        .collect()
}
