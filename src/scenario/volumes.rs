//! Files of volumes, cells and surfaces: their formats, and `[output.volumes]`.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::layers::diagnostic::Diagnostics;
use crate::numerics::quantity::Time;
use crate::observe::sites::{names, usual};
use crate::scenario::build::Loaded;
use crate::scenario::file::Run;

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
    /// Days of a run on which they are written, rising; in an arm those after its turn.
    pub fn moments(&self, run: &Run, turn: Option<Time>) -> Vec<f64> {
        let (last, tick) = (run.duration.get() / 24.0, run.tick.get() / 24.0);
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

impl Loaded {
    /// Days of the volumes of this run.
    pub fn volume_days(&self) -> Vec<f64> {
        let scenario = &self.scenario;
        let arm = scenario.arm.as_ref().and_then(|arm| scenario.arms.get(arm));
        let volumes = scenario.output.volumes.iter();
        volumes
            .flat_map(|volumes| volumes.moments(&scenario.run, arm.map(|arm| arm.at)))
            .collect()
    }

    /// Volumes: at times that there are, of fields that there are.
    pub(super) fn check_volumes(&self, found: &mut Diagnostics) {
        let Some(volumes) = &self.scenario.output.volumes else {
            return;
        };
        let mut wrong = |key: &str, message: &str, help: &str| {
            found.push(self.error(&format!("output.volumes{key}"), message, help));
        };
        let tick = self.scenario.run.tick;
        let ticks = |hours: f64| hours / tick.get();
        if volumes.every.is_none() && volumes.days.is_empty() {
            wrong(
                "",
                "found neither an interval nor days",
                "give every or days",
            );
        }
        if let Some(every) = volumes.every {
            let at = ticks(every.get());
            if !(at > 0.5 && (at - at.round()).abs() < 1e-6) {
                wrong(
                    ".every",
                    &format!("found {every}"),
                    &format!("give whole ticks of run.tick = {tick}"),
                );
            }
        }
        for (index, &day) in volumes.days.iter().enumerate() {
            let at = ticks(24.0 * day);
            let key = format!(".days[{index}]");
            let before = &volumes.days[..index];
            if day.is_nan() || day < 0.0 {
                wrong(&key, &format!("found {day}"), "give days from 0 on");
            } else if (at - at.round()).abs() > 1e-6 {
                wrong(
                    &key,
                    &format!("found day {day}, which lies between two ticks"),
                    &format!("give days that are whole ticks of run.tick = {tick}"),
                );
            } else if before
                .iter()
                .any(|&one| (ticks(24.0 * one) - at).abs() < 0.5)
            {
                let message = format!("found day {day} a second time");
                wrong(&key, &message, "name each day once");
            }
        }
        if volumes.formats.is_empty() {
            let all = VolumeFormat::ALL.map(VolumeFormat::name).join(", ");
            wrong(
                ".formats",
                "found none",
                &format!("give one or more of {all}"),
            );
        }
        for (index, format) in volumes.formats.iter().enumerate() {
            if volumes.formats[..index].contains(format) {
                let message = format!("found {:?} a second time", format.name());
                wrong(&format!(".formats[{index}]"), &message, "name each once");
            }
        }
        let allowed = names(&self.scenario.parameters().signal_names());
        for (index, name) in volumes.fields.iter().enumerate() {
            let key = format!(".fields[{index}]");
            if !allowed.contains(name) {
                let help = format!("give one of {}", allowed.join(", "));
                wrong(&key, &format!("found {name:?}"), &help);
            } else if volumes.fields[..index].contains(name) {
                let message = format!("found {name:?} a second time");
                wrong(&key, &message, "name each once");
            }
        }
        let mut formats = volumes.formats.iter();
        if !volumes.fields.is_empty() && !formats.any(|format| format.has_fields()) {
            wrong(
                ".fields",
                "found fields, and no format that holds any",
                "add vti, zarr or nifti to formats, or remove fields",
            );
        }
    }
}

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
