//! `howship rigidity` and `howship mirels`: how strong a bone is left, from an image or from findings.

#![allow(
    clippy::doc_markdown,
    reason = "the names of options are what a terminal shows"
)]

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::reading::{ReadingArguments, check_folder, label, say_assumed, warn};
use crate::mechanics::density_laws::{BelowZero, Constants, DensityLaw, FLOOR_MPA};
use crate::mechanics::measured::{MeasuredBone, Reading};
use crate::mechanics::mirels::{self, Lesion, LesionSite, Pain};
use crate::mechanics::rigidity::{Axis, Comparison, Cut, Measure, Rigidities, weakest};
use crate::numerics::quantity::{ElasticModulus, Rate};
use crate::output::table::Table;
use crate::run::ours::refuse_inside;

/// Arguments of `howship rigidity`.
#[derive(Debug, Args)]
pub(super) struct RigidityArguments {
    /// A volume of density in mg/cm3, or of segmented bone: NIfTI, MetaImage, NRRD or TIFF.
    volume: PathBuf,
    /// Law from density to modulus: morgan_vertebra, morgan_femoral_neck, morgan_tibia,
    /// morgan_trochanter, morgan_pooled, kopperdahl, crawford, rice_snyder, keller, carter_hayes; or,
    /// for segmented bone, hernandez or tissue. Volumes of two values have tissue without it.
    #[arg(long, value_name = "NAME")]
    law: Option<String>,
    /// Labels of the same size as the volume; the rest of the body is left out.
    #[arg(long, value_name = "FILE", requires = "include")]
    labels: Option<PathBuf>,
    /// The labels that count, as in 1,2,3,4; without --labels, those of a segmented volume that are
    /// bone.
    #[arg(long, value_delimiter = ',', value_parser = label)]
    include: Vec<u32>,
    /// Axis to which cuts are transverse: x, y or z of the file.
    #[arg(long, default_value = "z")]
    axis: Axis,
    /// Cuts that are looked at, from 0, as in 31-51; all without it.
    #[arg(long, value_name = "FIRST-LAST")]
    cuts: Option<Range>,
    /// The same bone intact: its day 0, or the other side of the body, of the same size along the axis.
    #[arg(long, value_name = "VOLUME")]
    intact: Option<PathBuf>,
    /// Labels of the intact bone; those of --labels without it.
    #[arg(long, value_name = "FILE", requires_all = ["intact", "labels"])]
    intact_labels: Option<PathBuf>,
    /// Give voxels of negative density (fat, partial volume) 1e-4 MPa instead of refusing them.
    #[arg(long)]
    floor: bool,
    /// Grey value above which a voxel is bone, with hernandez and tissue; Otsu's without it.
    #[arg(long)]
    threshold: Option<f32>,
    /// Modulus of the tissue, with --law tissue.
    #[arg(long, default_value = "18 GPa")]
    modulus: ElasticModulus,
    /// Ash fraction, with --law hernandez.
    #[arg(long, default_value_t = Constants::default().ash_fraction)]
    ash_fraction: f64,
    /// Strain rate, with --law carter_hayes.
    #[arg(long, default_value = "0.01 /s")]
    strain_rate: Rate,
    /// Poisson's ratio.
    #[arg(long, default_value_t = 0.3)]
    poisson: f64,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Write a row per cut into this CSV, which must not be there.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
}

impl RigidityArguments {
    fn reading(&self) -> Reading {
        Reading {
            options: self.reading.options(),
            constants: Constants {
                strain_rate_per_s: self.strain_rate.get() / 3600.0,
                ash_fraction: self.ash_fraction,
                tissue_mpa: self.modulus.get(),
            },
            below_zero: if self.floor {
                BelowZero::Floor
            } else {
                BelowZero::Refuse
            },
            threshold: self.threshold,
            include: self.include.clone(),
            axis: self.axis,
            poisson: self.poisson,
        }
    }
}

/// Cuts from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    first: usize,
    last: usize,
}

impl std::str::FromStr for Range {
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

fn wrong(error: impl std::fmt::Display) -> Stop {
    Stop::Request(format!("error: {error}"))
}

pub(super) fn rigidity(arguments: &RigidityArguments) -> Result<(), Stop> {
    if let Some(out) = &arguments.out {
        refuse_inside(out)?;
        if out.symlink_metadata().is_ok() {
            return Err(wrong(format_args!(
                "{} exists already: choose another name with --out",
                out.display()
            )));
        }
        check_folder("--out", out).map_err(wrong)?;
    }
    let reading = arguments.reading();
    let (volume, labels) = (&arguments.volume, arguments.labels.as_deref());
    let law = reading
        .law(arguments.law.as_deref(), volume, labels.is_some())
        .map_err(wrong)?;
    let affected = reading.bone(law, volume, labels).map_err(wrong)?;
    let intact = match &arguments.intact {
        None => None,
        Some(path) => {
            let labels = arguments.intact_labels.as_deref().or(labels);
            let intact = reading.bone(law, path, labels).map_err(wrong)?;
            if intact.cuts.len() != affected.cuts.len() {
                return Err(wrong(format_args!(
                    "{} has {} cuts across {}, {} has {}: they cannot be held against each other",
                    path.display(),
                    intact.cuts.len(),
                    arguments.axis,
                    arguments.volume.display(),
                    affected.cuts.len()
                )));
            }
            Some(intact)
        }
    };
    let all = affected.cuts.len();
    let range = arguments.cuts.unwrap_or(Range {
        first: 0,
        last: all - 1,
    });
    if range.last >= all {
        return Err(wrong(format_args!(
            "--cuts {}-{}: the volume has cuts 0 to {} across {}",
            range.first,
            range.last,
            all - 1,
            arguments.axis
        )));
    }
    let looked_at = range.first..=range.last;
    say(&affected, arguments, law, &affected.cuts[looked_at.clone()])?;
    if let Some(intact) = &intact {
        let found = Comparison::of(
            &rigidities(&affected.cuts[looked_at.clone()]),
            &rigidities(&intact.cuts[looked_at.clone()]),
            range.first,
        )
        .map_err(wrong)?;
        say!("{found}");
    }
    if let Some(out) = &arguments.out {
        let intact = intact.as_ref().map(|bone| &bone.cuts[looked_at.clone()]);
        table(&affected.cuts[looked_at], intact).write_csv(out)?;
        say!("cuts written to {}", out.display());
    }
    Ok(())
}

fn rigidities(cuts: &[Cut]) -> Vec<Rigidities> {
    cuts.iter().map(|cut| cut.rigidities).collect()
}

/// What was read, and its weakest cuts.
fn say(
    bone: &MeasuredBone,
    arguments: &RigidityArguments,
    law: DensityLaw,
    cuts: &[Cut],
) -> Result<(), Stop> {
    let image = &bone.image;
    let [nx, ny, nz] = image.dims;
    let [dx, dy, dz] = image.spacing_um.map(|um| um * 1e-3);
    say!("{} ({})", arguments.volume.display(), image.format);
    say!("size    {nx} x {ny} x {nz} voxels of {dx} x {dy} x {dz} mm");
    say!("law     {}: {}", law.name, law.formula);
    say!("        {}; takes {}", law.source, law.density);
    say!("voxels  {} count", bone.counted);
    if bone.below_zero > 0 {
        say!(
            "        {} of them below zero, by the rule --floor {FLOOR_MPA} MPa",
            bone.below_zero
        );
    }
    if let Some([low, high]) = law.sampled
        && bone.beyond > 0
    {
        say!(
            "warning: {} of them outside {low} to {high}, the densities on which the law was measured",
            bone.beyond
        );
    }
    say_assumed(&image.assumed);
    warn(&image.warnings);
    say!("cuts across {}; the weakest:", arguments.axis);
    for measure in Measure::ALL {
        let Some(found) = weakest(cuts, measure) else {
            return Err(wrong(
                "there is no bone in the cuts that are looked at: another --include or --cuts?",
            ));
        };
        let position_mm = cuts
            .iter()
            .find(|cut| cut.number == found.cut)
            .map_or(f64::NAN, |cut| cut.position_mm);
        say!(
            "{:7} {:.6e} {} at cut {} ({position_mm:.2} mm)",
            measure.symbol(),
            found.value,
            measure.unit(),
            found.cut
        );
    }
    Ok(())
}

/// A row per cut.
fn table(cuts: &[Cut], intact: Option<&[Cut]>) -> Table {
    let mut columns = Cut::COLUMNS.to_vec();
    if intact.is_some() {
        columns.extend(Cut::RATIOS);
    }
    let row = |(place, cut): (usize, &Cut)| {
        let mut row = cut.row().to_vec();
        if let Some(intact) = intact {
            row.extend(cut.ratios(&intact[place]));
        }
        row
    };
    Table {
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: cuts.iter().enumerate().map(row).collect(),
    }
}

/// Arguments of `howship mirels`.
#[derive(Debug, Args)]
pub(super) struct MirelsArguments {
    /// upper_limb, lower_limb or peritrochanteric.
    #[arg(long)]
    site: LesionSite,
    /// mild, moderate or functional.
    #[arg(long)]
    pain: Pain,
    /// blastic, mixed or lytic.
    #[arg(long)]
    lesion: Lesion,
    /// Size over the diameter of the shaft, 0 to 1.
    #[arg(long)]
    size: f64,
}

pub(super) fn mirels(arguments: &MirelsArguments) -> Result<(), Stop> {
    let MirelsArguments {
        site,
        pain,
        lesion,
        size,
    } = *arguments;
    let points = mirels::score(site, pain, lesion, size).map_err(wrong)?;
    say!("{points} of 12 points: {}", mirels::advice(points));
    Ok(())
}
