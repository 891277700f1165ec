//! `howship rigidity` and `howship mirels`: how strong a bone is left, from an image or from findings.

#![allow(
    clippy::doc_markdown,
    reason = "the names of options are what a terminal shows"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;
use super::reading::{ReadingArguments, check_folder, label, say_assumed, warn};
use crate::mechanics::density_laws::{
    BelowZero, Constants, DensityKind, DensityLaw, FLOOR_MPA, named, names,
};
use crate::mechanics::mirels::{self, Lesion, LesionSite, Pain};
use crate::mechanics::rigidity::{
    Axis, Comparison, Cut, FALL_ADULT, FALL_CHILD, Measure, Rigidities, Voxels, cuts, weakest,
};
use crate::numerics::quantity::{ElasticModulus, Rate};
use crate::output::table::Table;
use crate::run::ours::refuse_inside;
use crate::specimen::image::{
    Binarisation, Image, ImageError, ReadOptions, Segmentation, read_with,
};

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
    let law = chosen(arguments)?;
    let affected = Bone::read(arguments, law, &arguments.volume, arguments.labels.as_ref())?;
    let intact = match &arguments.intact {
        None => None,
        Some(path) => {
            let labels = arguments.intact_labels.as_ref();
            let labels = labels.or(arguments.labels.as_ref());
            let intact = Bone::read(arguments, law, path, labels)?;
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
    affected.say(arguments, law, &affected.cuts[looked_at.clone()])?;
    if let Some(intact) = &intact {
        let found = Comparison::of(
            &rigidities(&affected.cuts[looked_at.clone()]),
            &rigidities(&intact.cuts[looked_at.clone()]),
            range.first,
        )
        .map_err(wrong)?;
        say_comparison(&found);
    }
    if let Some(out) = &arguments.out {
        let intact = intact.as_ref().map(|bone| &bone.cuts[looked_at.clone()]);
        table(&affected.cuts[looked_at], intact).write_csv(out)?;
        say!("cuts written to {}", out.display());
    }
    Ok(())
}

/// The law that was asked for. Densities of different kinds look alike, so that one is guessed for
/// segmented bone alone.
fn chosen(arguments: &RigidityArguments) -> Result<DensityLaw, Stop> {
    if let Some(name) = &arguments.law {
        return named(name).ok_or_else(|| {
            wrong(format_args!(
                "--law {name}: there is no such law; laws are {}",
                names()
            ))
        });
    }
    let image = read_with(&arguments.volume, &arguments.reading.options()).map_err(wrong)?;
    let is_mask = !arguments.include.is_empty() && arguments.labels.is_none()
        || match image.binarise(None) {
            Ok((_, rule)) => matches!(rule, Binarisation::Mask { .. }),
            Err(error @ ImageError::LabelMap { .. }) => return Err(ask_labels(&error)),
            Err(_) => false,
        };
    named("tissue").filter(|_| is_mask).ok_or_else(|| {
        wrong(format_args!(
            "{} is not segmented: say by --law what its values are; laws are {}",
            arguments.volume.display(),
            names()
        ))
    })
}

/// A map of labels in place of segmented bone: here another option names them.
fn ask_labels(error: &ImageError) -> Stop {
    match error {
        ImageError::LabelMap { path, found } => wrong(format_args!(
            "{}: the image holds the {} values {found:?}, as a map of labels does; say which of \
             them are bone (--include 1,2), give a threshold if they are grey levels (--threshold), \
             or say by --law what its values are",
            path.display(),
            found.len()
        )),
        other => wrong(other),
    }
}

fn rigidities(cuts: &[Cut]) -> Vec<Rigidities> {
    cuts.iter().map(|cut| cut.rigidities).collect()
}

/// A bone with its cuts.
struct Bone {
    image: Image,
    cuts: Vec<Cut>,
    /// Voxels that count.
    counted: usize,
    /// Of these, with a density below zero.
    below_zero: usize,
    /// Of these, beyond the densities on which the law was measured.
    beyond: usize,
}

impl Bone {
    fn read(
        arguments: &RigidityArguments,
        law: DensityLaw,
        path: &Path,
        labels: Option<&PathBuf>,
    ) -> Result<Self, Stop> {
        let read = arguments.reading.options();
        let mut image = read_with(path, &read).map_err(wrong)?;
        let inside = match labels {
            None => None,
            Some(labels) => Some(included(&mut image, labels, &read, &arguments.include)?),
        };
        let constants = Constants {
            strain_rate_per_s: arguments.strain_rate.get() / 3600.0,
            ash_fraction: arguments.ash_fraction,
            tissue_mpa: arguments.modulus.get(),
        };
        constants.check().map_err(wrong)?;
        let below_zero = if arguments.floor {
            BelowZero::Floor
        } else {
            BelowZero::Refuse
        };
        // Segmented bone is a share of 0 or 1, density in mg/cm3 becomes g/cm3.
        let densities: Vec<f64> = if law.density == DensityKind::BoneVolume {
            let labels = if labels.is_none() {
                arguments.include.clone()
            } else {
                Vec::new()
            };
            let by = Segmentation {
                threshold: arguments.threshold,
                labels,
            };
            let found = image.segment(&by).map_err(|error| ask_labels(&error))?;
            image.assumed.extend(found.assumed);
            image.warnings.extend(found.warnings);
            let mask = found.bone.iter();
            mask.map(|&bone| f64::from(u8::from(bone))).collect()
        } else if labels.is_none() && !arguments.include.is_empty() {
            return Err(wrong(format_args!(
                "--include names labels, but the law {} takes the density of {}: give the labels of \
                 the same size by --labels",
                law.name,
                path.display()
            )));
        } else if arguments.threshold.is_some() {
            return Err(wrong(format_args!(
                "--threshold makes a mask of the volume, but the law {} takes its density",
                law.name
            )));
        } else {
            let grey = image.values.iter();
            grey.map(|&value| f64::from(value) * 1e-3).collect()
        };
        let mut modulus_mpa = vec![0.0; densities.len()];
        let (mut counted, mut negative, mut beyond) = (0, 0, 0);
        for (site, &density) in densities.iter().enumerate() {
            if inside.as_ref().is_some_and(|inside| !inside[site]) {
                continue;
            }
            counted += 1;
            negative += usize::from(density < 0.0);
            beyond += usize::from(!law.was_sampled(density));
            modulus_mpa[site] =
                law.modulus_mpa(density, &constants, below_zero)
                    .map_err(|error| {
                        let [nx, ny, _] = image.dims;
                        wrong(format_args!(
                            "{}, voxel ({}, {}, {}): {error}",
                            path.display(),
                            site % nx,
                            site / nx % ny,
                            site / (nx * ny)
                        ))
                    })?;
        }
        let voxels = Voxels {
            dims: image.dims,
            spacing_mm: image.spacing_um.map(|um| um * 1e-3),
        };
        let cuts = cuts(voxels, arguments.axis, arguments.poisson, |site| {
            modulus_mpa[site]
        })
        .map_err(wrong)?;
        Ok(Self {
            image,
            cuts,
            counted,
            below_zero: negative,
            beyond,
        })
    }

    fn say(
        &self,
        arguments: &RigidityArguments,
        law: DensityLaw,
        cuts: &[Cut],
    ) -> Result<(), Stop> {
        let image = &self.image;
        let [nx, ny, nz] = image.dims;
        let [dx, dy, dz] = image.spacing_um.map(|um| um * 1e-3);
        say!("{} ({})", arguments.volume.display(), image.format);
        say!("size    {nx} x {ny} x {nz} voxels of {dx} x {dy} x {dz} mm");
        say!("law     {}: {}", law.name, law.formula);
        say!("        {}; takes {}", law.source, law.density);
        say!("voxels  {} count", self.counted);
        if self.below_zero > 0 {
            say!(
                "        {} of them below zero, by the rule --floor {FLOOR_MPA} MPa",
                self.below_zero
            );
        }
        if let Some([low, high]) = law.sampled
            && self.beyond > 0
        {
            say!(
                "warning: {} of them outside {low} to {high}, the densities on which the law was measured",
                self.beyond
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
}

/// Which voxels have a label that counts.
fn included(
    image: &mut Image,
    path: &Path,
    read: &ReadOptions,
    include: &[u32],
) -> Result<Vec<bool>, Stop> {
    if include.is_empty() {
        return Err(wrong(format_args!(
            "--labels {} needs --include: which labels count, as in 1,2",
            path.display()
        )));
    }
    let of_volume = ReadOptions {
        spacing_um: Some(image.spacing_um),
        ..*read
    };
    // Labels lie on the voxels of the volume: a size of their own is not needed, but must agree.
    let labels = match read_with(path, read) {
        Err(ImageError::MissingSpacing { .. }) => {
            image.assumed.push(format!(
                "the labels of {} have the voxel size of the volume",
                path.display()
            ));
            read_with(path, &of_volume)
        }
        other => other,
    }
    .map_err(wrong)?;
    let sizes = labels.spacing_um.iter().zip(&image.spacing_um);
    if sizes
        .into_iter()
        .any(|(one, other)| (one / other - 1.0).abs() > 0.01)
    {
        image.warnings.push(format!(
            "{} has voxels of {:?} um, the volume of {:?} um: are they of the same scan? (--spacing \
             gives both a size)",
            path.display(),
            labels.spacing_um,
            image.spacing_um
        ));
    }
    if labels.dims != image.dims {
        return Err(wrong(format_args!(
            "{} has {:?} voxels, {} has {:?}: labels must have the size of the volume",
            path.display(),
            labels.dims,
            image.source.display(),
            image.dims
        )));
    }
    if let Some(how) = labels.lies_elsewhere(image) {
        return Err(wrong(format_args!(
            "{}: {how}, {}: give labels on the voxels of the volume, or give the file the place of \
             the volume if it is wrong",
            path.display(),
            image.source.display()
        )));
    }
    let wanted: BTreeSet<u32> = include.iter().copied().collect();
    let mut found = BTreeSet::new();
    let mut inside = Vec::with_capacity(labels.values.len());
    for &value in &labels.values {
        let label = value as u32;
        if (f64::from(label) - f64::from(value)).abs() > 0.0 {
            return Err(wrong(format_args!(
                "{}: found the value {value}, which is no label (0, 1, 2, ...)",
                path.display()
            )));
        }
        found.insert(label);
        inside.push(wanted.contains(&label));
    }
    if let Some(label) = wanted.iter().find(|label| !found.contains(label)) {
        let known: Vec<String> = found.iter().map(ToString::to_string).collect();
        return Err(wrong(format_args!(
            "--include {label}: {} has the labels {}",
            path.display(),
            known.join(", ")
        )));
    }
    Ok(inside)
}

fn say_comparison(found: &Comparison) {
    say!("against the intact bone, the weakest:");
    for measure in Measure::ALL {
        let weakest = found.at(measure);
        say!(
            "{:7} {:.1} % of intact ({:+.1} %) at cut {}",
            measure.symbol(),
            100.0 * weakest.value,
            100.0 * (weakest.value - 1.0),
            weakest.cut
        );
    }
    let said = if found.has_fallen_by(FALL_ADULT) {
        "at least 35 % less: flagged by the rule for metastatic long bones (Nazarian 2015)"
    } else if found.has_fallen_by(FALL_CHILD) {
        "33 to 35 % less: flagged by the rule for children (Snyder 2006), not by that for metastases"
    } else {
        "less than 33 % less: not flagged"
    };
    say!("{said}");
    say!(
        "the rules are for whole human long bones, not for other bones or for small samples of bone"
    );
}

/// A row per cut.
fn table(cuts: &[Cut], intact: Option<&[Cut]>) -> Table {
    let mut columns = vec![
        "cut",
        "position_mm",
        "voxels",
        "ea_n",
        "centroid_1_mm",
        "centroid_2_mm",
        "ei_xx_n_mm2",
        "ei_yy_n_mm2",
        "ei_xy_n_mm2",
        "ei_min_n_mm2",
        "ei_max_n_mm2",
        "weak_axis_deg",
        "gj_n_mm2",
    ];
    if intact.is_some() {
        columns.extend(["ea_ratio", "ei_min_ratio", "gj_ratio"]);
    }
    let row = |(place, cut): (usize, &Cut)| {
        let mut row = vec![
            cut.number as f64,
            cut.position_mm,
            cut.voxels as f64,
            cut.rigidities.ea_n,
            cut.centroid_mm[0],
            cut.centroid_mm[1],
            cut.ei_xx,
            cut.ei_yy,
            cut.ei_xy,
            cut.rigidities.ei_min_n_mm2,
            cut.ei_max,
            cut.weak_axis_deg,
            cut.rigidities.gj_n_mm2,
        ];
        if let Some(intact) = intact {
            // Not a number where the intact bone has no material.
            let ratio = |measure| cut.rigidities.of(measure) / intact[place].rigidities.of(measure);
            row.extend(Measure::ALL.map(ratio));
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
