//! `howship rigidity` and `howship mirels`: how strong a bone is left, from an image or from findings.

#![allow(
    clippy::doc_markdown,
    reason = "the names of options are what a terminal shows"
)]

use std::path::PathBuf;

use clap::Args;

use super::Stop;
use super::console::warn;
use super::reading::{ReadingArguments, label};
use crate::mechanics::asked::{AskedRigidity, GivenConstants};
use crate::mechanics::assessment::{BoneFiles, CutRange};
use crate::mechanics::density_laws::BelowZero;
use crate::mechanics::measured::Reading;
use crate::mechanics::mirels::{self, Lesion, LesionSite, Pain};
use crate::mechanics::rigidity::Axis;
use crate::numerics::quantity::{ElasticModulus, Rate};
use crate::output::table::Table;
use crate::run::place::NewFiles;

/// Find the rigidity (EA, EI, GJ) of every transverse cut of a bone, and its weakest cut against
/// the intact bone.
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

pub(super) fn rigidity(it: &RigidityArguments) -> Result<(), Stop> {
    let mut files = NewFiles::new(None);
    let out = files.asked("--out", it.out.as_ref(), &[])?;
    let others = [&it.labels, &it.intact, &it.intact_labels];
    let read = others.into_iter().flatten().chain([&it.volume]);
    files.check_apart(&read.map(PathBuf::as_path).collect::<Vec<_>>())?;
    let given = GivenConstants {
        modulus: it.modulus,
        ash_fraction: it.ash_fraction,
        strain_rate: it.strain_rate,
    };
    let reading = Reading {
        options: it.reading.options(),
        constants: given.constants(),
        below_zero: BelowZero::with_floor(it.floor),
        threshold: it.threshold,
        include: it.include.clone(),
        axis: it.axis,
        poisson: it.poisson,
        torsion: it.torsion,
    };
    let asked = AskedRigidity {
        law: it.law.as_deref(),
        given,
        affected: BoneFiles {
            volume: &it.volume,
            labels: it.labels.as_deref(),
        },
        intact: it.intact.as_ref().map(|volume| BoneFiles {
            volume,
            labels: it.intact_labels.as_deref(),
        }),
        cuts: it.cuts,
    };
    let found = asked.assess(&reading)?;
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

/// Score an impending fracture of a long bone after Mirels.
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

pub(super) fn mirels(it: &MirelsArguments) -> Result<(), Stop> {
    let points = mirels::score(it.site, it.pain, it.lesion, it.size)?;
    say!("{points} of 12 points: {}", mirels::advice(points));
    Ok(())
}
