//! `howship rigidity` and `howship mirels`: how strong a bone is left, from an image or from findings.

#![allow(
    clippy::doc_markdown,
    reason = "the names of options are what a terminal shows"
)]

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::reading::{ReadingArguments, apart, file, label, warn};
use crate::mechanics::assessment::{Assessment, BoneFiles, CutRange};
use crate::mechanics::density_laws::{BelowZero, Constants, DensityKind, DensityLaw};
use crate::mechanics::measured::Reading;
use crate::mechanics::mirels::{self, Lesion, LesionSite, Pain};
use crate::mechanics::rigidity::Axis;
use crate::numerics::quantity::{ElasticModulus, Rate};
use crate::output::table::Table;

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
    cuts: Option<CutRange>,
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
    /// Modulus of the tissue, with --law tissue; 18 GPa without it.
    #[arg(long)]
    modulus: Option<ElasticModulus>,
    /// Ash fraction, with --law hernandez; 0.64 without it.
    #[arg(long)]
    ash_fraction: Option<f64>,
    /// Strain rate, with --law carter_hayes; 0.01 /s without it.
    #[arg(long)]
    strain_rate: Option<Rate>,
    /// Poisson's ratio.
    #[arg(long, default_value_t = 0.3)]
    poisson: f64,
    /// Solve the torsion of each cut (Saint-Venant) beside its polar form, which overstates open sections.
    #[arg(long)]
    torsion: bool,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Write a row per cut into this CSV, which must not be there.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
}

impl RigidityArguments {
    fn reading(&self) -> Reading {
        let usual = Constants::default();
        let strain_rate = self.strain_rate.map(|rate| rate.get() / 3600.0);
        Reading {
            options: self.reading.options(),
            constants: Constants {
                strain_rate_per_s: strain_rate.unwrap_or(usual.strain_rate_per_s),
                ash_fraction: self.ash_fraction.unwrap_or(usual.ash_fraction),
                tissue_mpa: self.modulus.map_or(usual.tissue_mpa, ElasticModulus::get),
            },
            below_zero: BelowZero::with_floor(self.floor),
            threshold: self.threshold,
            include: self.include.clone(),
            axis: self.axis,
            poisson: self.poisson,
            torsion: self.torsion,
        }
    }

    /// Refuses numbers that the law does not take.
    fn check_idle(&self, law: DensityLaw) -> Result<(), Stop> {
        for (option, is_given, taker) in [
            ("--modulus", self.modulus.is_some(), "tissue"),
            ("--ash-fraction", self.ash_fraction.is_some(), "hernandez"),
            ("--strain-rate", self.strain_rate.is_some(), "carter_hayes"),
        ] {
            if is_given && law.name != taker {
                return Err(Stop::wrong(format_args!(
                    "{option} is for --law {taker}, and the law here is {}: leave one of them out",
                    law.name
                )));
            }
        }
        check_floor(self.floor, law)
    }
}

/// Refuses a floor for densities below zero where none can be.
pub(super) fn check_floor(floor: bool, law: DensityLaw) -> Result<(), Stop> {
    if floor && law.density == DensityKind::BoneVolume {
        return Err(Stop::wrong(format_args!(
            "--floor is for densities, and the law {} takes segmented bone: leave one of them out",
            law.name
        )));
    }
    Ok(())
}

pub(super) fn rigidity(arguments: &RigidityArguments) -> Result<(), Stop> {
    let out = arguments.out.as_deref();
    let out = out.map(|out| file("--out", out, &[], None)).transpose()?;
    let written: Vec<_> = out.iter().map(|file| ("--out", file)).collect();
    let others = [
        &arguments.labels,
        &arguments.intact,
        &arguments.intact_labels,
    ];
    let others = others.into_iter().flatten().map(PathBuf::as_path);
    let read: Vec<_> = others.chain([arguments.volume.as_path()]).collect();
    apart(&written, &read)?;
    let reading = arguments.reading();
    let (volume, labels) = (&arguments.volume, arguments.labels.as_deref());
    let law = reading.law(arguments.law.as_deref(), volume, labels.is_some())?;
    let intact = arguments.intact.as_ref().map(|volume| BoneFiles {
        volume,
        labels: arguments.intact_labels.as_deref().or(labels),
    });
    arguments.check_idle(law)?;
    let affected = BoneFiles { volume, labels };
    let found = Assessment::of(&reading, law, affected, intact, arguments.cuts)?;
    say!("{found}");
    warn(found.warnings());
    if let Some(out) = out {
        let columns = found.columns().into_iter().map(str::to_owned).collect();
        let rows = found.rows();
        out.write(Table { columns, rows }.to_csv().as_bytes())?;
        say!("cuts written to {}", out.path().display());
    }
    Ok(())
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
    let it = arguments;
    let points = mirels::score(it.site, it.pain, it.lesion, it.size)?;
    say!("{points} of 12 points: {}", mirels::advice(points));
    Ok(())
}
