//! What a bone measures from the scan to day 0, and what makes it doubtful.

use serde::{Deserialize, Serialize};

use super::morphometry::mean_thickness_mm;
use crate::specimen::image::BoneImage;
use crate::therapy::subject::Species;
#[cfg(any(feature = "cli", feature = "plots"))]
use crate::tissue::grid::Grid;

/// Most voxels whose thickness is measured on the way to a run; it takes seconds beyond.
const MOST_MEASURED: usize = 1 << 25;
/// Fewest voxels across a trabecula: below, thin ones lose their connections.
const VOXELS_PER_THICKNESS: f64 = 5.0;
/// Mean thickness of any bone, mm; outside of it a size is in the wrong unit.
const PLAUSIBLE_MM: [f64; 2] = [0.01, 2.0];

/// Volume fraction and thickness of bone at one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Voxels or sites along x, y, z.
    pub dims: [usize; 3],
    /// Their size along x, y, z, um.
    pub spacing_um: [f64; 3],
    /// Bone volume over total volume.
    pub bv_tv: f64,
    /// Mean trabecular thickness, mm; `None` with the reason beside it.
    pub tb_th_mm: Option<f64>,
    /// Why there is no thickness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tb_th_left_out: Option<String>,
}

impl Figures {
    /// Figures of bone (true) in a box, with the thickness or without it.
    pub fn of(bone: &[bool], dims: [usize; 3], spacing_um: [f64; 3], measured: bool) -> Self {
        let count = bone.iter().filter(|&&bone| bone).count();
        let axes = if dims[2] == 1 { 2 } else { 3 };
        let [edge_um, ..] = spacing_um;
        let is_cubic = spacing_um[..axes]
            .iter()
            .all(|size| (size - edge_um).abs() < 1e-3 * edge_um);
        let (tb_th_mm, why) = if !measured {
            (None, "not measured")
        } else if !is_cubic {
            (None, "the voxels are no cubes")
        } else if bone.len() > MOST_MEASURED {
            (
                None,
                "more than 33 million voxels; howship specimen measures them",
            )
        } else {
            let thickness = mean_thickness_mm(bone, dims, edge_um);
            (thickness, "nothing bounds it")
        };
        Self {
            dims,
            spacing_um,
            bv_tv: count as f64 / bone.len().max(1) as f64,
            tb_th_mm,
            tb_th_left_out: tb_th_mm.is_none().then(|| why.to_owned()),
        }
    }

    /// "BV/TV 0.2634, Tb.Th 0.2296 mm".
    pub fn words(&self) -> String {
        let thickness = match (self.tb_th_mm, &self.tb_th_left_out) {
            (Some(thickness), _) => format!("Tb.Th {thickness:.4} mm"),
            (None, Some(why)) => format!("no Tb.Th ({why})"),
            (None, None) => "no Tb.Th".to_owned(),
        };
        format!("BV/TV {:.4}, {thickness}", self.bv_tv)
    }

    /// "40 x 30 x 1 of 10 um, " and the words.
    fn stage(&self) -> String {
        let [nx, ny, nz] = self.dims;
        let [dx, dy, dz] = self.spacing_um;
        let size = if dx.to_bits() == dy.to_bits() && dy.to_bits() == dz.to_bits() {
            format!("{dx} um")
        } else {
            format!("{dx} x {dy} x {dz} um")
        };
        format!("{nx} x {ny} x {nz} of {size}, {}", self.words())
    }
}

/// The bone of a run at each stage, what was taken to be so, and what makes it doubtful.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecimenReport {
    /// The voxels of the scan that were taken; none of synthetic bone.
    pub scan: Option<Figures>,
    /// The same on the part that the sites cover, where the scan was resampled: volume fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_covered_bv_tv: Option<f64>,
    /// The sites of the lattice, before anything is remodelled.
    pub lattice: Figures,
    /// Sites that are at least half matrix when day 0 begins; the volume fraction is that of the
    /// matrix. None until then.
    pub day0: Option<Figures>,
    /// Grey value above which a voxel is bone, where there is one.
    pub threshold: Option<f32>,
    /// True when nobody gave the threshold.
    pub threshold_automatic: bool,
    /// What was done to the scan and its bone, a sentence each, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepared: Vec<String>,
    /// What was taken to be so, a sentence each.
    pub assumed: Vec<String>,
    /// What makes the bone doubtful, a sentence each with its remedy.
    pub warnings: Vec<String>,
}

impl SpecimenReport {
    /// The lattice that was simulated.
    #[cfg(any(feature = "cli", feature = "plots"))]
    pub(crate) const fn grid(&self) -> Grid {
        let [edge_um, _, depth_um] = self.lattice.spacing_um;
        Grid {
            dims: self.lattice.dims,
            edge_um,
            depth_um,
        }
    }

    /// The report of synthetic bone.
    pub fn of_synthetic(lattice: Figures) -> Self {
        Self {
            scan: None,
            scan_covered_bv_tv: None,
            lattice,
            day0: None,
            threshold: None,
            threshold_automatic: false,
            prepared: Vec::new(),
            assumed: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The report of bone from an image, with thicknesses or without them.
    pub fn of_image(bone: &BoneImage, measured: bool) -> Self {
        let spacing_um = [bone.spacing_um, bone.spacing_um, bone.depth_um];
        let lattice = Figures::of(&bone.bone, bone.dims, spacing_um, measured);
        let native = bone.native.as_ref();
        let scan = native.map_or_else(
            || lattice.clone(),
            |native| Figures::of(&native.bone, native.dims, native.spacing_um, measured),
        );
        let mut warnings = bone.warnings.clone();
        warnings.extend(implausible(scan.tb_th_mm.or(lattice.tb_th_mm)));
        warnings.extend(thin(lattice.tb_th_mm, bone.spacing_um));
        Self {
            scan: Some(scan),
            scan_covered_bv_tv: native.map(|native| native.covered_bv_tv),
            lattice,
            day0: None,
            threshold: bone.binarisation.threshold(),
            threshold_automatic: bone.binarisation.is_automatic(),
            prepared: bone.prepared.clone(),
            assumed: bone.assumed.clone(),
            warnings,
        }
    }
}

impl SpecimenReport {
    /// Scan, sites and day 0 below each other, then what was assumed; `more` follows the figures of day 0,
    /// which are those that are given where the report has none yet.
    pub fn stages(&self, day0: Option<&Figures>, more: &str) -> Vec<String> {
        let covered = self.scan_covered_bv_tv.map_or_else(String::new, |share| {
            format!("; where the sites lie BV/TV {share:.4}")
        });
        let stages = [
            ("scan", self.scan.as_ref(), covered.as_str()),
            ("sites", Some(&self.lattice), ""),
            ("day 0", self.day0.as_ref().or(day0), more),
        ];
        let line = |(name, figures, more): (&str, Option<&Figures>, &str)| {
            figures.map(|figures| format!("{name:9} {}{more}", figures.stage()))
        };
        let mut lines: Vec<String> = stages.into_iter().filter_map(line).collect();
        if !self.prepared.is_empty() {
            lines.push(format!("prepared  {}", self.prepared.join("; ")));
        }
        if !self.assumed.is_empty() {
            lines.push(format!("assumed   {}", self.assumed.join("; ")));
        }
        lines
    }
}

/// Says when trabeculae are too thin for their voxels.
pub fn thin(tb_th_mm: Option<f64>, edge_um: f64) -> Option<String> {
    let voxels = tb_th_mm? * 1e3 / edge_um;
    (voxels < VOXELS_PER_THICKNESS).then(|| {
        format!(
            "{voxels:.1} voxels per Tb.Th; below {VOXELS_PER_THICKNESS:.0}, thin trabeculae lose \
             their connections"
        )
    })
}

/// Says when no bone is as thick, or as thin: the voxel size is then in the wrong unit.
pub fn implausible(tb_th_mm: Option<f64>) -> Option<String> {
    let thickness = tb_th_mm?;
    let [least, most] = PLAUSIBLE_MM;
    (!(least..=most).contains(&thickness)).then(|| {
        format!(
            "Tb.Th is {thickness:.4} mm, where bone has {least} to {most} mm: the voxel size may be \
             in another unit than it is written; give it (--spacing, or spacing under \
             [specimen.image])"
        )
    })
}

/// Says when the trabeculae are those of another species than the preset's. The ranges are wide (design)
/// around means of Tb.Th: 50 to 58 um in mice (PMC3748612, PMC4064379), 132 to 170 um in man (PMC3352993,
/// PMC2818211), 261 um in the shipped LHDL 3155.
pub fn other_species(tb_th_mm: Option<f64>, species: Species) -> Option<String> {
    let thickness_um = tb_th_mm? * 1e3;
    let [least, most] = match species {
        Species::Mouse => [30.0, 90.0],
        Species::Human => [80.0, 300.0],
    };
    (!(least..=most).contains(&thickness_um)).then(|| {
        format!(
            "Tb.Th is {thickness_um:.0} um, where trabeculae of a {} have {least:.0} to {most:.0} \
             um: is the preset that of the bone (preset), and the voxel size right (spacing under \
             [specimen.image])?",
            species.name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_strips_and_why_some_have_no_thickness() {
        let bone: Vec<bool> = (0..1200).map(|i| (3..7).contains(&(i % 10))).collect();
        let strips = Figures::of(&bone, [40, 30, 1], [10.0, 10.0, 50.0], true);
        assert!((strips.tb_th_mm.unwrap() - 0.04).abs() < 1e-8);
        assert_eq!(strips.words(), "BV/TV 0.4000, Tb.Th 0.0400 mm");
        let long = Figures::of(&bone, [40, 30, 1], [10.0, 20.0, 50.0], true);
        assert_eq!(long.tb_th_mm, None);
        assert_eq!(
            long.tb_th_left_out.as_deref(),
            Some("the voxels are no cubes")
        );
        let unread = Figures::of(&bone, [40, 30, 1], [10.0; 3], false);
        assert_eq!(unread.words(), "BV/TV 0.4000, no Tb.Th (not measured)");
    }

    #[test]
    fn thicknesses_that_no_bone_has_are_said() {
        assert!(implausible(Some(100.0)).unwrap().contains("--spacing"));
        assert!(implausible(Some(0.009)).is_some());
        assert_eq!(implausible(Some(0.23)).or(implausible(None)), None);
        assert!(thin(Some(0.09), 20.0).unwrap().contains("4.5 voxels"));
        assert_eq!(thin(Some(0.1), 20.0), None);
        let said = other_species(Some(0.23), Species::Mouse).unwrap();
        assert!(
            said.contains("230 um") && said.contains("30 to 90"),
            "{said}"
        );
        assert_eq!(other_species(Some(0.23), Species::Human), None);
        assert!(other_species(Some(0.05), Species::Human).is_some());
    }
}
