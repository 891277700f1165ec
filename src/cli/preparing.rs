//! Options by which `howship specimen` prepares a scan.

use clap::Args;

use crate::numerics::quantity::Length;
use crate::specimen::prepare::{Cortex, Gaussian, Preparation};

/// What is done to a scan before it is measured, in the order of these options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Preparing")]
pub(super) struct PreparingArguments {
    /// Take this part of the image: first voxel and size along x, y, z, as in 10,10,0,100,100,50.
    #[arg(long, value_name = "X,Y,Z,NX,NY,NZ", value_parser = part)]
    pub(super) crop: Option<[[usize; 3]; 2]>,
    /// Smooth grey values by a Gaussian: standard deviation and support to either side, voxels, as in 0.8,1.
    #[arg(long, value_name = "SIGMA,SUPPORT", value_parser = gaussian)]
    gaussian: Option<Gaussian>,
    /// Take from each grey value the mean of a cube that reaches so far about it; --threshold is then how far
    /// above its surroundings bone lies.
    #[arg(long, value_name = "LENGTH", requires = "threshold")]
    local: Option<Length>,
    /// Density above which a voxel is bone, mg HA/cm3, of a calibrated file.
    #[arg(long, value_name = "MG_PER_CM3", conflicts_with_all = ["threshold", "labels", "local"])]
    density: Option<f64>,
    /// Keep the largest piece of bone alone.
    #[arg(long)]
    largest: bool,
    /// Fill pores that are closed on all sides.
    #[arg(long)]
    fill_pores: bool,
    /// Part cortex and marrow cavity: radius of a ball that bridges the openings of the cortex, and of one that
    /// swallows trabeculae, as in "0.3 mm,0.1 mm".
    #[arg(long, value_name = "OPENINGS,TRABECULAE", value_parser = cortex)]
    cortex: Option<Cortex>,
}

impl PreparingArguments {
    pub(super) fn preparation(&self) -> Preparation {
        Preparation {
            gaussian: self.gaussian,
            local_um: self.local.map(Length::get),
            density: self.density,
            largest: self.largest,
            fill: self.fill_pores,
            cortex: self.cortex,
        }
    }
}

fn part(text: &str) -> Result<[[usize; 3]; 2], String> {
    let numbers: Option<Vec<usize>> = text
        .split(',')
        .map(|word| word.trim().parse().ok())
        .collect();
    match numbers.as_deref() {
        Some(&[x, y, z, nx, ny, nz]) => Ok([[x, y, z], [nx, ny, nz]]),
        _ => Err(
            "expected six whole numbers, first voxel and size, as in 10,10,0,100,100,50".to_owned(),
        ),
    }
}

fn gaussian(text: &str) -> Result<Gaussian, String> {
    let parsed = text.split_once(',').and_then(|(sigma, support)| {
        Some(Gaussian {
            sigma: sigma.trim().parse().ok()?,
            support: support.trim().parse().ok()?,
        })
    });
    parsed.ok_or_else(|| {
        "expected a standard deviation and a support in voxels, as in 0.8,1".to_owned()
    })
}

fn cortex(text: &str) -> Result<Cortex, String> {
    let (openings, trabeculae) = text
        .split_once(',')
        .ok_or("expected two radii, as in \"0.3 mm,0.1 mm\"")?;
    let length = |word: &str| -> Result<f64, String> {
        let length: Length = word.trim().parse().map_err(|error| format!("{error}"))?;
        Ok(length.get())
    };
    Ok(Cortex {
        openings_um: length(openings)?,
        trabeculae_um: length(trabeculae)?,
    })
}
