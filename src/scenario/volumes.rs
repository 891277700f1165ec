//! Files of volumes, cells and surfaces: their formats, and `[output.volumes]`.

#[cfg(feature = "cli")]
use std::path::Path;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numerics::quantity::Time;
use crate::observe::sites::usual;

/// Volumes, cells and surfaces that a run leaves in `volumes` on its way, for other programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Volumes {
    /// Time between them, from day 0 on: whole ticks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Time>,
    /// Days on which they are written, with or without an interval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<f64>,
    /// Formats.
    #[serde(default = "vti")]
    pub formats: Vec<VolumeFormat>,
    /// Names of fields: `tissue` (labels), `bone_solid`, `bone_matrix`, `bone_osteoid`, `bone_mineral`,
    /// `bone_drug`, `erosion_depth`, `tumour_cells`, `osteoblast_cells`, and signals. Without any bone,
    /// tumour cells and all signals; as NIfTI `tissue` and `bone_matrix`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

fn vti() -> Vec<VolumeFormat> {
    vec![VolumeFormat::Vti]
}

impl Volumes {
    /// Days on which they are written in a run of this duration and tick, rising; in an arm those after its
    /// turn.
    pub fn moments(&self, duration: Time, tick: Time, turn: Option<Time>) -> Vec<f64> {
        let (last, tick) = (duration.get() / 24.0, tick.get() / 24.0);
        let mut days = self.days.clone();
        if let Some(every) = self.every {
            let each = every.get() / 24.0;
            let count = (last / each + 1e-9).floor() as u32;
            days.extend((0..=count).map(|turn| f64::from(turn) * each));
        }
        days.retain(|&day| {
            day <= last + 1e-9 && turn.is_none_or(|turn| day > turn.get() / 24.0 + 0.5 * tick)
        });
        days.sort_by(f64::total_cmp);
        days.dedup_by(|one, other| (*one - *other).abs() < 0.5 * tick);
        days
    }

    /// Fields that files of a format hold, by the signals of the run.
    pub fn fields_of(&self, format: VolumeFormat, signals: &[String]) -> Vec<String> {
        match format {
            _ if !self.fields.is_empty() => self.fields.clone(),
            VolumeFormat::Nifti => vec!["tissue".to_owned(), "bone_matrix".to_owned()],
            _ => usual(signals),
        }
    }
}

/// What the names of files of all formats end in.
#[cfg(feature = "cli")]
pub(crate) const ENDINGS: [&str; 7] = ["vti", "vtp", "zarr", "nii.gz", "stl", "ply", "parquet"];

/// What is written for other programs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VolumeFormat {
    /// Fields as VTK image data, for ParaView.
    Vti,
    /// Cells as VTK points with attributes.
    Vtp,
    /// Fields and labels as OME-Zarr, for napari and Fiji.
    Zarr,
    /// One field as NIfTI, for BoneJ, segmentation and finite elements.
    Nifti,
    /// The surface of solid sites as STL.
    Stl,
    /// The same as PLY.
    Ply,
    /// Cells as a table, a row each.
    Parquet,
}

impl VolumeFormat {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Vti,
        Self::Vtp,
        Self::Zarr,
        Self::Nifti,
        Self::Stl,
        Self::Ply,
        Self::Parquet,
    ];

    /// The format of a file of this name; none where its ending is of none.
    #[cfg(feature = "cli")]
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_lowercase();
        let is_of = |format: &Self| {
            let endings = format.endings().iter();
            endings.copied().any(|ending| {
                name.strip_suffix(ending)
                    .is_some_and(|stem| stem.ends_with('.'))
            })
        };
        Self::ALL.into_iter().find(is_of)
    }

    /// Its name in scenarios and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vti => "vti",
            Self::Vtp => "vtp",
            Self::Zarr => "zarr",
            Self::Nifti => "nifti",
            Self::Stl => "stl",
            Self::Ply => "ply",
            Self::Parquet => "parquet",
        }
    }

    /// What the names of its files end in, behind the point.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Vti => &["vti"],
            Self::Vtp => &["vtp"],
            Self::Zarr => &["zarr"],
            Self::Nifti => &["nii.gz"],
            Self::Stl => &["stl"],
            Self::Ply => &["ply"],
            Self::Parquet => &["parquet"],
        }
    }

    /// True where its files hold fields, so that some can be chosen.
    pub const fn has_fields(self) -> bool {
        matches!(self, Self::Vti | Self::Zarr | Self::Nifti)
    }
}

impl FromStr for VolumeFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name);
            format!("expected one of {}", names.join(", "))
        })
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn endings_are_those_of_all_formats() {
        let all = VolumeFormat::ALL.into_iter();
        assert!(all.flat_map(VolumeFormat::endings).eq(&ENDINGS));
    }
}
