//! What a bone image holds: its morphometry on the sites and on its own voxels, as words, as JSON and as a row
//! of a table.

use std::fmt;
use std::path::PathBuf;

use crate::observe::figures::{Figures, implausible, thin};
use crate::observe::lesions::Lesions;
use crate::observe::morphometry::{Architecture, Cortical, Morphometry, measure, measure_within};
use crate::specimen::image::BoneImage;

/// What `tb_n_per_mm` is.
const TB_N: &str = "plate model: (BV/TV) / Tb.Th";

/// Columns of the table of bones.
const COLUMNS: [&str; 39] = [
    "file",
    "format",
    "spacing_um",
    "binarisation",
    "threshold",
    "region",
    "bone_voxels",
    "bv_tv",
    "bs_tv_per_mm",
    "bs_bv_per_mm",
    "tb_th_mm",
    "tb_th_sd_mm",
    "tb_th_max_mm",
    "tb_sp_mm",
    "tb_sp_sd_mm",
    "tb_sp_max_mm",
    "tb_n_per_mm",
    "tb_n_definition",
    "tb_n_spacing_per_mm",
    "euler",
    "euler_corrected",
    "conn_d_per_mm3",
    "conn_d_uncorrected_per_mm3",
    "da",
    "da_ratio",
    "smi",
    "smi_concave_share",
    "tmd_mg_per_cm3",
    "ct_th_mm",
    "ct_th_sd_mm",
    "ct_po",
    "ct_ar_mm2",
    "tt_ar_mm2",
    "ma_ar_mm2",
    "ct_ar_fraction",
    "polar_moment_mm4",
    "cavity_bv_tv",
    "cavity_tb_th_mm",
    "cavity_tb_sp_mm",
];

/// A bone image with its figures.
#[derive(Debug)]
pub struct Scanned {
    /// Where it came from.
    pub file: PathBuf,
    /// The bone; its warnings hold what the figures raise too.
    pub bone: BoneImage,
    /// On the sites; of the trabecular compartment where cortex and cavity were told apart.
    pub figures: Morphometry,
    /// How that bone is joined, directed and shaped.
    pub architecture: Architecture,
    /// On all sites, cortex and all, where the figures are those of a compartment.
    pub whole: Option<Morphometry>,
    /// Cortex and marrow cavity, where they were told apart.
    pub cortical: Option<Cortical>,
    /// On the voxels of the scan, where these were resampled.
    pub native: Option<Figures>,
    /// What was lost since a scan before, where it was compared with one.
    pub lesions: Option<Lesions>,
}

impl Scanned {
    /// Measures a bone.
    pub fn of(file: PathBuf, mut bone: BoneImage) -> Self {
        let (sites, dims, edge_um) = (&bone.bone, bone.dims, bone.spacing_um);
        let all = measure(sites, dims, edge_um);
        let (figures, architecture, whole) = match &bone.compartments {
            None => (all, Architecture::of(sites, dims, edge_um), None),
            Some(parts) => (
                measure_within(sites, &parts.trabecular, dims, edge_um),
                Architecture::within(sites, &parts.trabecular, dims, edge_um),
                Some(all),
            ),
        };
        let cortical = bone.compartments.as_ref().map(|parts| {
            let (cortical, trabecular) = (&parts.cortical, &parts.trabecular);
            Cortical::of(sites, cortical, trabecular, &figures, dims, edge_um)
        });
        let native = bone
            .native
            .as_ref()
            .map(|native| Figures::of(&native.bone, native.dims, native.spacing_um, true));
        let scanned_mm = native.as_ref().and_then(|native| native.tb_th_mm);
        let doubts = [
            implausible(scanned_mm.or(all.tb_th_mm)),
            thin(figures.tb_th_mm, bone.spacing_um),
        ];
        bone.warnings.extend(doubts.into_iter().flatten());
        Self {
            file,
            bone,
            figures,
            architecture,
            whole,
            cortical,
            native,
            lesions: None,
        }
    }

    /// What the figures are of.
    pub const fn region(&self) -> &'static str {
        if self.whole.is_some() {
            "trabecular compartment"
        } else if self.bone.is_part {
            "part of the image"
        } else {
            "whole image"
        }
    }

    /// One object, or a list of those of many images.
    pub fn json_of(bones: &[Self], is_list: bool) -> serde_json::Value {
        match bones {
            [one] if !is_list => one.json(),
            _ => bones.iter().map(Self::json).collect(),
        }
    }

    /// All of it as one object.
    pub fn json(&self) -> serde_json::Value {
        let Self {
            file,
            bone,
            figures,
            architecture,
            whole,
            cortical,
            native,
            lesions,
        } = self;
        let mut all = serde_json::json!({
            "file": file.display().to_string(),
            "format": bone.format,
            "dims": bone.dims,
            "spacing_um": bone.spacing_um,
            "binarisation": bone.binarisation.to_string(),
            "threshold": bone.binarisation.threshold(),
            "threshold_automatic": bone.binarisation.is_automatic(),
            "region": self.region(),
            "bone_voxels": figures.bone_voxels,
            "bv_tv": figures.bv_tv,
            "tb_th_mm": figures.tb_th_mm,
            "tb_th_sd_mm": figures.tb_th_sd_mm,
            "tb_th_max_mm": figures.tb_th_max_mm,
            "tb_sp_mm": figures.tb_sp_mm,
            "tb_sp_sd_mm": figures.tb_sp_sd_mm,
            "tb_sp_max_mm": figures.tb_sp_max_mm,
            "tb_n_per_mm": figures.tb_n_plate_per_mm(),
            "tb_n_definition": TB_N,
            "tb_n_spacing_per_mm": figures.tb_n_spacing_per_mm(),
            "bs_tv_per_mm": figures.bs_tv_per_mm,
            "bs_bv_per_mm": figures.bs_bv_per_mm,
            "native": native,
            "native_covered_bv_tv": bone.native.as_ref().map(|native| native.covered_bv_tv),
            "tmd_mg_per_cm3": bone.tmd_mg_per_cm3,
            "prepared": bone.prepared,
            "assumed": bone.assumed,
            "warnings": bone.warnings,
        });
        // Of no cortex nothing is said.
        let whole = whole.map(|whole| serde_json::json!({ "whole": whole }));
        let lesions = (lesions.as_ref()).map(|lesions| serde_json::json!({ "lesions": lesions }));
        for more in [
            serde_json::json!(architecture),
            serde_json::json!(cortical),
            serde_json::json!(whole),
            serde_json::json!(lesions),
        ] {
            if let (Some(all), serde_json::Value::Object(more)) = (all.as_object_mut(), more) {
                all.extend(more);
            }
        }
        all
    }

    /// Bones as one table, a row each: what is a number or a word of [`Scanned::json`].
    pub fn csv(bones: &[Self]) -> String {
        let mut text = String::new();
        for (row, bone) in bones.iter().enumerate() {
            let all = bone.json();
            let cell = |key: &&str| match &all[*key] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(words) => quoted(words),
                number => number.to_string(),
            };
            if row == 0 {
                text.push_str(&COLUMNS.join(","));
                text.push('\n');
            }
            text.push_str(&COLUMNS.iter().map(cell).collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        text
    }
}

/// A word of a table: in quotation marks where it holds a comma, one of them or a line's end.
fn quoted(words: &str) -> String {
    if words.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", words.replace('"', "\"\""))
    } else {
        words.to_owned()
    }
}

impl fmt::Display for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            bone,
            figures,
            architecture,
            whole,
            cortical,
            native,
            lesions,
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
        if let Some(whole) = whole {
            writeln!(
                f,
                "whole   BV/TV {:.6} ({} voxels); what follows is of the trabecular compartment",
                whole.bv_tv, whole.bone_voxels
            )?;
        }
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
        writeln!(f, "BS/TV   {:.4} /mm", figures.bs_tv_per_mm)?;
        let number = |value: Option<f64>| {
            value.map_or_else(|| "not defined".to_owned(), |value| format!("{value:.4}"))
        };
        writeln!(
            f,
            "Tb.N    {} by the {TB_N}; {} by 1 / (Tb.Th + Tb.Sp)",
            shown(figures.tb_n_plate_per_mm(), "/mm"),
            shown(figures.tb_n_spacing_per_mm(), "/mm")
        )?;
        writeln!(
            f,
            "Conn.D  {} (Euler number {}, {} with the correction for edges)",
            shown(architecture.conn_d_per_mm3, "/mm3"),
            architecture.euler,
            architecture.euler_corrected
        )?;
        match (architecture.da, architecture.da_left_out) {
            (None, Some(why)) => writeln!(f, "DA      not defined: {why}")?,
            (da, _) => writeln!(
                f,
                "DA      {} (1 - smallest / largest eigenvalue); longest / shortest MIL {}",
                number(da),
                number(architecture.da_ratio)
            )?,
        }
        write!(
            f,
            "SMI     {} ({} of the surface is concave, which lowers it)",
            number(architecture.smi),
            architecture.smi_concave_share.map_or_else(
                || "no share".to_owned(),
                |share| format!("{:.1} %", 100.0 * share)
            )
        )?;
        if let Some(tmd) = bone.tmd_mg_per_cm3 {
            write!(f, "\nTMD     {tmd:.2} mg HA/cm3, mean of the bone voxels")?;
        }
        if let Some(cortex) = cortical {
            write!(
                f,
                "\nCt.Th   {} (sd {})\nCt.Po   {}\nCt.Ar   {:.4} mm2 of {:.4} mm2 (Tt.Ar), polar moment {}",
                shown(cortex.ct_th_mm, "mm"),
                shown(cortex.ct_th_sd_mm, "mm"),
                number(cortex.ct_po),
                cortex.ct_ar_mm2,
                cortex.tt_ar_mm2,
                shown(cortex.polar_moment_mm4, "mm4")
            )?;
        }
        if let Some(lesions) = lesions {
            write!(f, "\nlesions {}", lesions.words())?;
        }
        if !bone.prepared.is_empty() {
            write!(f, "\nprepared  {}", bone.prepared.join("; "))?;
        }
        if !bone.assumed.is_empty() {
            write!(f, "\nassumed   {}", bone.assumed.join("; "))?;
        }
        Ok(())
    }
}
