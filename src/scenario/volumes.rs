//! Files of volumes, cells and surfaces: their formats, and `[output.volumes]`.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
