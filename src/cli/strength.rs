//! `howship strength`: how strong the bone of a run is on its days, against day 0.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Stop;
use super::reading::file;
use super::run::How;
use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::loading::Loading;
use crate::mechanics::rigidity::Axis;
use crate::numerics::quantity::ElasticModulus;
use crate::plot::solid::{Cutaway, Look, View};
use crate::run::strength::strengths;
use crate::run::strength_of_seeds::{OfSeeds, check_seeds};

/// From a site to its modulus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LawName {
    /// One modulus for all mineralised tissue.
    Tissue,
    /// By the mineral of the site (Hernandez 2001).
    Hernandez,
}

/// Arguments of `howship strength`.
#[derive(Debug, Args)]
pub(super) struct StrengthArguments {
    /// Run folders, or checkpoints of runs; several, runs of one scenario, give means over their seeds.
    #[arg(required = true)]
    runs: Vec<PathBuf>,
    /// Days beside day 0, as in 90,180,365; the last day of the run without it. A day that was not kept is run
    /// again from the checkpoint before it, which comes out the same.
    #[arg(long, value_delimiter = ',', value_name = "DAYS")]
    days: Vec<f64>,
    /// From a site to its modulus.
    #[arg(long, value_enum, default_value = "tissue")]
    law: LawName,
    /// Modulus of mineralised tissue; 18 GPa without it.
    #[arg(long)]
    modulus: Option<ElasticModulus>,
    /// Poisson's ratio.
    #[arg(long, default_value_t = 0.3)]
    poisson: f64,
    /// Write a row per day into this CSV.
    #[arg(long, value_name = "CSV")]
    out: Option<PathBuf>,
    /// Draw the strain energy of bone on day 0 and the last of the days into this PNG.
    #[arg(long, value_name = "PNG")]
    picture: Option<PathBuf>,
    /// Axis of the load of the picture.
    #[arg(long, default_value = "z", requires = "picture")]
    axis: Axis,
    /// View of the picture: front, side, top, isometric, or AZIMUTH,ELEVATION in degrees.
    #[arg(long, default_value = "isometric", requires = "picture")]
    view: View,
    /// What is cut away in the picture, as of `howship render`.
    #[arg(long, default_value = "none", requires = "picture")]
    cut: Cutaway,
    /// Replace these files.
    #[arg(long)]
    force: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Folder to which file names in the scenario refer, where it has moved.
    #[arg(long)]
    inputs: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

pub(super) fn strength(arguments: &StrengthArguments) -> Result<(), Stop> {
    if arguments.law == LawName::Hernandez && arguments.modulus.is_some() {
        return Err(Stop::wrong(
            "--modulus is that of --law tissue; hernandez finds its own: leave one of them out",
        ));
    }
    if arguments.picture.is_some() && arguments.runs.len() > 1 {
        return Err(Stop::wrong(
            "--picture draws one run: give one, or leave it out",
        ));
    }
    let place = |option, path, endings| file(option, path, endings, Some(arguments.force));
    let out = arguments.out.as_deref();
    let out = out.map(|path| place("--out", path, &["csv"])).transpose()?;
    let picture = arguments.picture.as_deref();
    let picture = picture
        .map(|path| place("--picture", path, &["png"]))
        .transpose()?;
    if arguments.force && out.is_none() && picture.is_none() {
        return Err(Stop::wrong(
            "--force replaces files, and none is asked for: give --out or --picture, or leave it out",
        ));
    }
    let loading = Loading {
        law: match arguments.law {
            LawName::Tissue => SiteLaw::Tissue,
            LawName::Hernandez => SiteLaw::Hernandez,
        },
        modulus: arguments.modulus,
        poisson: arguments.poisson,
    };
    arguments.how.go(|console| {
        let inputs = arguments.inputs.as_deref();
        if arguments.runs.len() > 1 {
            check_seeds(&arguments.runs, inputs)?;
        }
        let drawn = picture.as_ref().map(|_| arguments.axis);
        let mut all = Vec::new();
        for run in &arguments.runs {
            let found = strengths(run, inputs, &arguments.days, &loading, drawn, console)?;
            if !arguments.json {
                say!("{found}");
            }
            all.push(found);
        }
        let (table, words) = match &all[..] {
            [one] => (one.table(), None),
            several => {
                let of_seeds = OfSeeds::new(several)?;
                (of_seeds.table(), Some(of_seeds.to_string()))
            }
        };
        if arguments.json {
            say!(
                "{}",
                serde_json::json!({ "columns": table.columns, "rows": table.rows })
            );
        } else if let Some(words) = words {
            say!("{words}");
        }
        if let Some(out) = &out {
            out.write(table.to_csv().as_bytes())?;
        }
        if let Some(picture) = &picture {
            let look = Look {
                view: arguments.view,
                cut: arguments.cut,
            };
            picture.write(&all[0].picture(arguments.axis, look)?)?;
        }
        Ok(())
    })
}
