//! Options by which `howship specimen` prepares a scan.

use clap::Args;

use crate::numerics::quantity::Length;
use crate::specimen::prepare::{Cortex, Gaussian, Preparation, part};

/// What is done to a scan before it is measured, in the order of these options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Preparing")]
pub(super) struct PreparingArguments {
    /// Take this part of the image: first voxel and size along x, y, z, as in 10,10,0,100,100,50.
    #[arg(long, value_name = "X,Y,Z,NX,NY,NZ", value_parser = part)]
    pub(super) crop: Option<[[usize; 3]; 2]>,
    /// Smooth grey values by a Gaussian: standard deviation and support to either side, voxels, as in 0.8,1.
    #[arg(long, value_name = "SIGMA,SUPPORT")]
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
    /// Turn the bone until its long axis lies along z.
    #[arg(long)]
    rotate: bool,
    /// Part cortex and marrow cavity: radius of a ball that bridges the openings of the cortex, and of one that
    /// swallows trabeculae, as in "0.3 mm,0.1 mm".
    #[arg(long, value_name = "OPENINGS,TRABECULAE")]
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
            rotate: self.rotate,
            cortex: self.cortex,
        }
    }
}
