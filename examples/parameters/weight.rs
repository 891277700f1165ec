//! Weight of parameters: elasticities of bone loss and tumour, from the table of a study.

use std::collections::BTreeMap;
use std::path::Path;

/// The table, from the root of the package: a row per run of the study, as `howship study table` gives it.
pub(crate) const TABLE: &str = "docs/parameter_weight.csv";
/// The study.
pub(crate) const STUDY: &str = "studies/parameter_weight.toml";
/// Share by which the study moves a parameter.
const STEP: f64 = 0.1;

/// An elasticity with the half of its 95 % interval over paired seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Elasticity {
    pub(crate) value: f64,
    pub(crate) half: f64,
}

impl Elasticity {
    /// In words: in bold where the interval excludes 0.
    pub(crate) fn said(self) -> String {
        let said = format!("{:+.1} \u{b1} {:.1}", self.value, self.half);
        if self.value.abs() > self.half {
            format!("**{said}**")
        } else {
            said
        }
    }
}

/// Weight of a parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    pub(crate) loss: Elasticity,
    pub(crate) tumour: Elasticity,
}

/// Loss and tumour cells of an arm, by replicate.
type Arm = BTreeMap<u64, (f64, f64)>;

/// Weights by the path of the parameter; none without the table.
pub(crate) fn weights(root: &Path) -> Result<BTreeMap<String, Weight>, String> {
    let path = root.join(TABLE);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let failed = |error: csv::Error| format!("{TABLE}: {error}");
    let mut table = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_path(&path)
        .map_err(failed)?;
    let mut arms: BTreeMap<String, Arm> = BTreeMap::new();
    for row in table.deserialize() {
        let (arm, replicate, bone_left, tumour): (String, u64, f64, f64) = row.map_err(failed)?;
        let of_arm = arms.entry(arm).or_default();
        of_arm.insert(replicate, (1.0 - bone_left, tumour));
    }
    let mut found = BTreeMap::new();
    for (name, up) in &arms {
        let Some(parameter) = name.strip_suffix("-up") else {
            continue;
        };
        let down = arms
            .get(&format!("{parameter}-down"))
            .ok_or_else(|| format!("{TABLE}: {name} has no counterpart -down"))?;
        let weight = Weight {
            loss: elasticity(up, down, |run| run.0),
            tumour: elasticity(up, down, |run| run.1),
        };
        found.insert(parameter.to_owned(), weight);
    }
    Ok(found)
}

/// `(up - down) / mean / (2 step)`, with the interval over the differences of paired seeds.
fn elasticity(up: &Arm, down: &Arm, figure: fn(&(f64, f64)) -> f64) -> Elasticity {
    let pairs: Vec<(f64, f64)> = up
        .iter()
        .filter_map(|(seed, run)| down.get(seed).map(|other| (figure(run), figure(other))))
        .collect();
    let mean = pairs
        .iter()
        .map(|(up, down)| 0.5 * (up + down))
        .sum::<f64>()
        / pairs.len() as f64;
    let each: Vec<f64> = pairs
        .iter()
        .map(|(up, down)| (up - down) / mean / (2.0 * STEP))
        .collect();
    let (value, half) = howship::statistics::student::mean_and_half_width(&each);
    Elasticity { value, half }
}
