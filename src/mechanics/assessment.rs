//! How strong a bone of an image is: its weakest cuts, alone and against the same bone intact.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::mechanics::density_laws::{DensityLaw, FLOOR_MPA, TISSUE_MPA};
use crate::mechanics::measured::{MeasuredBone, MeasuredError, Reading};
use crate::mechanics::rigidity::{
    Axis, Comparison, Cut, Measure, Rigidities, RigidityError, Weakest, weakest,
};
use crate::numerics::refusal::Refusal;

/// Cuts from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutRange {
    first: usize,
    last: usize,
}

impl FromStr for CutRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.split_once('-').and_then(|(first, last)| {
            Some(Self {
                first: first.trim().parse().ok()?,
                last: last.trim().parse().ok()?,
            })
        });
        ends.filter(|range| range.first <= range.last)
            .ok_or_else(|| format!("found \"{text}\", expected two cuts such as 31-51"))
    }
}

impl fmt::Display for CutRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// An image, with labels of the same size where only a part of it counts.
#[derive(Debug, Clone, Copy)]
pub struct BoneFiles<'a> {
    /// The image.
    pub volume: &'a Path,
    /// Its labels.
    pub labels: Option<&'a Path>,
}

/// Why a bone cannot be assessed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssessmentError {
    /// An image that is no bone with cuts.
    #[error(transparent)]
    Measured(#[from] MeasuredError),
    /// The intact bone is of another size.
    #[error(
        "{} has {found} cuts across {axis}, {} has {expected}: they cannot be compared",
        intact.display(),
        affected.display()
    )]
    OtherSize {
        /// The intact bone.
        intact: PathBuf,
        /// Its cuts.
        found: usize,
        /// The bone that is assessed.
        affected: PathBuf,
        /// Its cuts.
        expected: usize,
        /// The axis of both.
        axis: Axis,
    },
    /// Cuts that the bone has not.
    #[error("cuts {asked}: the volume has cuts 0 to {last} across {axis}")]
    NoCuts {
        /// What was asked for.
        asked: CutRange,
        /// The last cut that there is.
        last: usize,
        /// The axis.
        axis: Axis,
    },
    /// Nothing to assess.
    #[error("there is no bone in the cuts that were asked for: are other labels or cuts meant?")]
    NoBone,
    /// Two bones that cannot be compared.
    #[error(transparent)]
    Comparison(#[from] RigidityError),
}

impl Refusal for AssessmentError {}

/// A bone whose cuts were measured.
#[derive(Debug)]
pub struct Assessment {
    path: PathBuf,
    axis: Axis,
    law: DensityLaw,
    /// Modulus of the tissue, for the law of that name, MPa.
    tissue_mpa: f64,
    bone: MeasuredBone,
    intact: Option<MeasuredBone>,
    cuts: CutRange,
    /// The weakest cut of each of [`Measure::ALL`].
    weakest: [Weakest; 3],
    comparison: Option<Comparison>,
}

impl Assessment {
    /// Reads a bone, and the same bone intact (its day 0, or the other side of the body), and finds the
    /// weakest of the cuts that are asked for; of all without a range.
    ///
    /// # Errors
    /// [`AssessmentError`].
    pub fn of(
        reading: &Reading,
        law: DensityLaw,
        affected: BoneFiles<'_>,
        intact: Option<BoneFiles<'_>>,
        range: Option<CutRange>,
    ) -> Result<Self, AssessmentError> {
        let axis = reading.axis;
        let bone = reading.bone(law, affected.volume, affected.labels)?;
        let all = bone.cuts.len();
        let intact = match intact {
            None => None,
            Some(intact) => {
                let other = reading.bone(law, intact.volume, intact.labels)?;
                if other.cuts.len() != all {
                    return Err(AssessmentError::OtherSize {
                        intact: intact.volume.to_path_buf(),
                        found: other.cuts.len(),
                        affected: affected.volume.to_path_buf(),
                        expected: all,
                        axis,
                    });
                }
                Some(other)
            }
        };
        let last = all.saturating_sub(1);
        let cuts = range.unwrap_or(CutRange { first: 0, last });
        if cuts.last > last {
            let asked = cuts;
            return Err(AssessmentError::NoCuts { asked, last, axis });
        }
        let of = |bone: &MeasuredBone| -> Vec<Rigidities> {
            let cuts = bone.cuts[cuts.first..=cuts.last].iter();
            cuts.map(|cut| cut.rigidities).collect()
        };
        let least = |measure| weakest(&bone.cuts[cuts.first..=cuts.last], measure);
        let [Some(axial), Some(bending), Some(torsion)] = Measure::ALL.map(least) else {
            return Err(AssessmentError::NoBone);
        };
        let comparison = match &intact {
            Some(intact) => Some(Comparison::of(&of(&bone), &of(intact), cuts.first)?),
            None => None,
        };
        Ok(Self {
            path: affected.volume.to_path_buf(),
            axis,
            law,
            tissue_mpa: reading.constants.tissue_mpa,
            bone,
            intact,
            cuts,
            weakest: [axial, bending, torsion],
            comparison,
        })
    }

    /// The cuts that were asked for.
    pub fn cuts(&self) -> &[Cut] {
        &self.bone.cuts[self.cuts.first..=self.cuts.last]
    }

    /// What makes the bone doubtful, a sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.bone.image.warnings
    }

    /// Names of the numbers of a row of [`Self::rows`], with their units.
    pub fn columns(&self) -> Vec<&'static str> {
        let mut columns = Cut::COLUMNS.to_vec();
        if self.intact.is_some() {
            columns.extend(Cut::RATIOS);
            columns.push("ei_max_ratio");
        }
        if self.bone.torsion.is_some() {
            columns.push("gj_saint_venant_n_mm2");
            columns.extend(self.intact.as_ref().map(|_| "gj_saint_venant_ratio"));
        }
        columns
    }

    /// A row per cut, with its ratios to the intact cut where there is one.
    pub fn rows(&self) -> Vec<Vec<f64>> {
        let row = |cut: &Cut| {
            let mut row = cut.row().to_vec();
            if let Some(intact) = &self.intact {
                row.extend(cut.ratios(&intact.cuts[cut.number]));
                row.push(cut.ei_max / intact.cuts[cut.number].ei_max);
            }
            if let Some(torsion) = &self.bone.torsion {
                row.push(torsion[cut.number]);
                let intact = self
                    .intact
                    .as_ref()
                    .and_then(|intact| intact.torsion.as_ref());
                row.extend(intact.map(|intact| torsion[cut.number] / intact[cut.number]));
            }
            row
        };
        self.cuts().iter().map(row).collect()
    }
}

impl fmt::Display for Assessment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, bone, .. } = self;
        let image = &bone.image;
        let [nx, ny, nz] = image.dims;
        let [dx, dy, dz] = image.spacing_um.map(|um| um * 1e-3);
        writeln!(f, "{} ({})", self.path.display(), image.format)?;
        writeln!(
            f,
            "size    {nx} x {ny} x {nz} voxels of {dx} x {dy} x {dz} mm"
        )?;
        writeln!(f, "law     {}: {}", law.name, law.formula)?;
        let is_given = law.name == "tissue" && (self.tissue_mpa - TISSUE_MPA).abs() > 0.0;
        if is_given {
            let gpa = self.tissue_mpa / 1000.0;
            writeln!(
                f,
                "        {gpa} GPa, as given ({}); takes {}",
                law.source, law.density
            )?;
        } else {
            writeln!(f, "        {}; takes {}", law.source, law.density)?;
        }
        writeln!(f, "voxels  {} count", bone.counted)?;
        if bone.below_zero > 0 {
            writeln!(
                f,
                "        {} of them below zero, which were given {FLOOR_MPA} MPa",
                bone.below_zero
            )?;
        }
        if let Some([low, high]) = law.sampled
            && bone.beyond > 0
        {
            writeln!(
                f,
                "warning: {} of them outside {low} to {high}, the densities on which the law was measured",
                bone.beyond
            )?;
        }
        if !image.assumed.is_empty() {
            writeln!(f, "assumed   {}", image.assumed.join("; "))?;
        }
        write!(f, "cuts across {}; the weakest:", self.axis)?;
        for (measure, weakest) in Measure::ALL.iter().zip(self.weakest) {
            write!(
                f,
                "\n{:7} {:.6e} {} at cut {} ({:.2} mm)",
                measure.symbol(),
                weakest.value,
                measure.unit(),
                weakest.cut,
                bone.cuts[weakest.cut].position_mm
            )?;
        }
        if let Some(comparison) = &self.comparison {
            write!(f, "\n{comparison}")?;
        }
        self.further(f)
    }
}

impl Assessment {
    /// The stiffer bending axis, and torsion where it was solved: of the weakest cut, and against the intact
    /// one.
    fn further(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stiff =
            |bone: &MeasuredBone| bone.cuts.iter().map(|cut| cut.ei_max).collect::<Vec<_>>();
        let mut rows = vec![(
            "EImax",
            Some(stiff(&self.bone)),
            self.intact.as_ref().map(stiff),
        )];
        let intact = self
            .intact
            .as_ref()
            .and_then(|intact| intact.torsion.clone());
        rows.push(("GJ (Saint-Venant)", self.bone.torsion.clone(), intact));
        for (name, own, intact) in rows {
            let Some(own) = own else { continue };
            let filled = self
                .cuts()
                .iter()
                .filter(|cut| cut.voxels > 0)
                .map(|cut| cut.number);
            let least = |value: &dyn Fn(usize) -> f64| {
                filled
                    .clone()
                    .map(|cut| (cut, value(cut)))
                    .filter(|(_, value)| value.is_finite())
                    .min_by(|one, other| one.1.total_cmp(&other.1))
            };
            if let Some((cut, value)) = least(&|cut| own[cut]) {
                write!(f, "\n{name:7} {value:.6e} N mm2 at cut {cut}")?;
            }
            if let Some((cut, ratio)) =
                intact.and_then(|intact| least(&|cut| own[cut] / intact[cut]))
            {
                write!(f, "; {:.1} % of the intact at cut {cut}", 100.0 * ratio)?;
            }
        }
        Ok(())
    }
}
