//! Local thickness of a bone site by site: trabeculae, the spaces between them, the cortex.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::morphometry::{local_thickness, within};
use crate::specimen::image::BoneImage;

/// A map of local thickness, by the name of its mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThicknessMap {
    /// Trabecular thickness; of the trabecular compartment where there is one.
    TbTh,
    /// Trabecular separation; of the trabecular compartment where there is one.
    TbSp,
    /// Cortical thickness, of a bone whose cortex was told apart.
    CtTh,
}

/// Names and titles.
const NAMES: [(ThicknessMap, &str, &str); 3] = [
    (ThicknessMap::TbTh, "tb_th", "trabecular thickness"),
    (ThicknessMap::TbSp, "tb_sp", "trabecular separation"),
    (ThicknessMap::CtTh, "ct_th", "cortical thickness"),
];

impl ThicknessMap {
    /// Its name: `tb_th`, `tb_sp` or `ct_th`.
    pub(crate) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(map, ..)| *map == self)
            .map_or("", |found| found.1)
    }

    /// What it shows, in words.
    pub(crate) fn title(self) -> &'static str {
        NAMES
            .iter()
            .find(|(map, ..)| *map == self)
            .map_or("", |found| found.2)
    }

    /// The sites that have a thickness: bone, marrow, or the cortex with its pores; none where the cortex was
    /// not told apart.
    pub(crate) fn mask(self, bone: &BoneImage) -> Option<Vec<bool>> {
        let parts = bone.compartments.as_ref();
        if self == Self::CtTh {
            return parts.map(|parts| parts.cortical.clone());
        }
        let is_bone = self == Self::TbTh;
        Some(match parts {
            Some(parts) => within(&bone.bone, &parts.trabecular, is_bone),
            None => bone.bone.iter().map(|&bone| bone == is_bone).collect(),
        })
    }

    /// Local thickness in mm at every site of [`Self::mask`], 0 elsewhere, as its mean in the table is made.
    pub(crate) fn of(self, bone: &BoneImage) -> Option<Vec<f32>> {
        let mask = self.mask(bone)?;
        let mut values = local_thickness(&mask, bone.dims, bone.spacing_um);
        for value in &mut values {
            *value *= 1e-3;
        }
        Some(values)
    }
}

impl FromStr for ThicknessMap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = NAMES.iter().find(|(_, name, _)| *name == text);
        found.map(|found| found.0).ok_or_else(|| {
            let names = NAMES.map(|(_, name, _)| name).join(", ");
            format!("found the map \"{text}\", expected one of {names}")
        })
    }
}

impl fmt::Display for ThicknessMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often each thickness occurs: classes as wide as a site, from 0 on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    /// Width of a class, mm.
    pub width_mm: f64,
    /// Sites in each class.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// Of a map in mm; zeros are no thickness, and what nothing bounds is left out.
    pub(crate) fn of(values: &[f32], edge_um: f64) -> Self {
        let width_mm = edge_um * 1e-3;
        let mut counts = Vec::new();
        for &value in values
            .iter()
            .filter(|value| value.is_finite() && **value > 0.0)
        {
            // Diameters of spheres of whole sites lie on the ends of classes.
            let class = (f64::from(value) / width_mm + 1e-4).floor() as usize;
            if counts.len() <= class {
                counts.resize(class + 1, 0);
            }
            counts[class] += 1;
        }
        Self { width_mm, counts }
    }

    /// Lower end of a class, mm, and its share of all, for each.
    pub(crate) fn shares(&self) -> Vec<(f64, f64)> {
        let all = self.counts.iter().sum::<u64>().max(1) as f64;
        let classes = self.counts.iter().enumerate();
        classes
            .map(|(class, &count)| (class as f64 * self.width_mm, count as f64 / all))
            .collect()
    }

    /// The classes as CSV.
    pub(crate) fn csv(&self) -> String {
        let mut text = String::from("from_mm,to_mm,sites,share\n");
        for (class, (from, share)) in self.shares().into_iter().enumerate() {
            let to = (class + 1) as f64 * self.width_mm;
            let _ = writeln!(text, "{from},{to},{},{share}", self.counts[class]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_classes_hold_what_lies_in_them() {
        for name in ["tb_th", "tb_sp", "ct_th"] {
            assert_eq!(name.parse::<ThicknessMap>().unwrap().to_string(), name);
        }
        let error = "tb".parse::<ThicknessMap>().unwrap_err();
        assert!(error.contains("\"tb\"") && error.contains("tb_th, tb_sp, ct_th"));
        let values = [0.0, 0.02, 0.04, 0.041, 0.05, f32::INFINITY];
        let found = Histogram::of(&values, 20.0);
        assert_eq!(found.counts, [0, 1, 3]);
        assert_eq!(found.shares()[2], (0.04, 0.75));
        assert_eq!(found.csv().lines().nth(3), Some("0.04,0.06,3,0.75"));
    }
}
