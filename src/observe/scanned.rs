//! What a bone image holds: its morphometry on the sites and on its own voxels, as words and as JSON.

use std::fmt;
use std::path::PathBuf;

use crate::observe::figures::{Figures, implausible, thin};
use crate::observe::morphometry::{Morphometry, measure};
use crate::specimen::image::BoneImage;

/// A bone image with its figures.
#[derive(Debug)]
pub struct Scanned {
    /// Where it came from.
    pub file: PathBuf,
    /// The bone; its warnings hold what the figures raise too.
    pub bone: BoneImage,
    /// On the sites.
    pub figures: Morphometry,
    /// On the voxels of the scan, where these were resampled.
    pub native: Option<Figures>,
}

impl Scanned {
    /// Measures a bone.
    pub fn of(file: PathBuf, mut bone: BoneImage) -> Self {
        let figures = measure(&bone.bone, bone.dims, bone.spacing_um);
        let native = bone
            .native
            .as_ref()
            .map(|native| Figures::of(&native.bone, native.dims, native.spacing_um, true));
        let scanned_mm = native.as_ref().and_then(|native| native.tb_th_mm);
        let doubts = [
            implausible(scanned_mm.or(figures.tb_th_mm)),
            thin(figures.tb_th_mm, bone.spacing_um),
        ];
        bone.warnings.extend(doubts.into_iter().flatten());
        Self {
            file,
            bone,
            figures,
            native,
        }
    }

    /// All of it as one object.
    pub fn json(&self) -> serde_json::Value {
        let Self {
            file,
            bone,
            figures,
            native,
        } = self;
        serde_json::json!({
            "file": file.display().to_string(),
            "format": bone.format,
            "dims": bone.dims,
            "spacing_um": bone.spacing_um,
            "binarisation": bone.binarisation.to_string(),
            "threshold": bone.binarisation.threshold(),
            "threshold_automatic": bone.binarisation.is_automatic(),
            "bone_voxels": figures.bone_voxels,
            "bv_tv": figures.bv_tv,
            "tb_th_mm": figures.tb_th_mm,
            "tb_th_sd_mm": figures.tb_th_sd_mm,
            "tb_th_max_mm": figures.tb_th_max_mm,
            "tb_sp_mm": figures.tb_sp_mm,
            "tb_sp_sd_mm": figures.tb_sp_sd_mm,
            "bs_tv_per_mm": figures.bs_tv_per_mm,
            "bs_bv_per_mm": figures.bs_bv_per_mm,
            "native": native,
            "native_covered_bv_tv": bone.native.as_ref().map(|native| native.covered_bv_tv),
            "assumed": bone.assumed,
            "warnings": bone.warnings,
        })
    }
}

impl fmt::Display for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            bone,
            figures,
            native,
        } = self;
        let shown = |value: Option<f64>, unit: &str| {
            value.map_or_else(
                || "not defined".to_owned(),
                |value| format!("{value:.4} {unit}"),
            )
        };
        writeln!(f, "{} ({})", file.display(), bone.format)?;
        if let Some(native) = native {
            let [nx, ny, nz] = native.dims;
            let [dx, dy, dz] = native.spacing_um;
            writeln!(
                f,
                "scan    {nx} x {ny} x {nz} voxels of {dx} x {dy} x {dz} um, {}",
                native.words()
            )?;
        }
        writeln!(
            f,
            "size    {} x {} x {} {} of {} um",
            bone.dims[0],
            bone.dims[1],
            bone.dims[2],
            if native.is_some() { "sites" } else { "voxels" },
            bone.spacing_um
        )?;
        writeln!(f, "bone    {}", bone.binarisation)?;
        writeln!(
            f,
            "BV/TV   {:.6} ({} voxels)",
            figures.bv_tv, figures.bone_voxels
        )?;
        writeln!(
            f,
            "Tb.Th   {} (sd {})",
            shown(figures.tb_th_mm, "mm"),
            shown(figures.tb_th_sd_mm, "mm")
        )?;
        writeln!(f, "Tb.Sp   {}", shown(figures.tb_sp_mm, "mm"))?;
        write!(f, "BS/TV   {:.4} /mm", figures.bs_tv_per_mm)?;
        if !bone.assumed.is_empty() {
            write!(f, "\nassumed   {}", bone.assumed.join("; "))?;
        }
        Ok(())
    }
}
