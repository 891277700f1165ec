//! How stiff and strong a body of voxels is under one load, as figures, words and JSON.

use std::fmt;

use crate::mechanics::elements::{Answer, Ends, Failure, Load, Motion, Orthotropic, Tensor};

/// Figures of a body under a load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// The load.
    pub load: Load,
    /// Load over displacement of the upper end: N/mm, of a torsion N mm/rad.
    pub stiffness: f64,
    /// Apparent modulus, of a shear the apparent shear modulus, MPa; none of a torsion.
    pub apparent_mpa: Option<f64>,
    /// Load at which 2 % of the bone is strained beyond 7000 microstrain (Pistoia 2002): N, of a torsion N mm.
    pub failure: f64,
    /// Load at which 2 % of the bone is strained beyond the yield of its tissue (Bayraktar 2004): N, of a
    /// torsion N mm.
    pub yielding: f64,
    /// Iterations of conjugate gradients.
    pub iterations: usize,
    /// What is left of the forces on free nodes, relative.
    pub residual: f64,
    /// Voxels of bone that join both ends, on which the load rests.
    pub carrying: usize,
    /// Voxels of bone that do not and were left out.
    pub left_out: usize,
}

impl Strength {
    /// The figures of an answer.
    pub fn of(answer: &Answer) -> Self {
        Self {
            load: answer.load(),
            stiffness: answer.stiffness(),
            apparent_mpa: answer.apparent_modulus_mpa(),
            failure: answer.failure_load(&Failure::PISTOIA),
            yielding: answer.failure_load(&Failure::YIELD),
            iterations: answer.iterations(),
            residual: answer.residual(),
            carrying: answer.carrying(),
            left_out: answer.left_out(),
        }
    }

    /// As fields of an object; their names end in their units.
    pub fn json(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut fields = serde_json::Map::new();
        let mut field = |name: &str, value: serde_json::Value| fields.insert(name.into(), value);
        field("axis", self.load.axis.name().into());
        field("boundary", self.load.ends.name().into());
        field("locked", self.load.locked.into());
        field("load", self.load.motion.name().into());
        if self.load.motion == Motion::Torsion {
            field("stiffness_n_mm_per_rad", self.stiffness.into());
            field("failure_torque_n_mm", self.failure.into());
            field("yield_torque_n_mm", self.yielding.into());
        } else {
            field("stiffness_n_per_mm", self.stiffness.into());
            field("failure_load_n", self.failure.into());
            field("yield_load_n", self.yielding.into());
        }
        let apparent = match self.load.motion {
            Motion::Compression => "e_apparent_mpa",
            _ => "g_apparent_mpa",
        };
        if let Some(value) = self.apparent_mpa {
            field(apparent, value.into());
        }
        field("iterations", self.iterations.into());
        field("residual", self.residual.into());
        field("carrying", self.carrying.into());
        field("left_out", self.left_out.into());
        fields
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load {
            axis,
            ends,
            motion,
            locked,
        } = self.load;
        write!(
            f,
            "load    {} along {axis}, ends {}",
            motion.name(),
            ends.name()
        )?;
        if locked > 0 {
            write!(f, ", {locked} slices locked at each end")?;
        }
        let (per, of) = match motion {
            Motion::Torsion => ("N mm/rad", "N mm"),
            _ => ("N/mm", "N"),
        };
        write!(f, "\nbone    {} voxels join both ends", self.carrying)?;
        if self.left_out > 0 {
            write!(f, ", {} do not and are left out", self.left_out)?;
        }
        write!(f, "\nstiff   {:.6e} {per}", self.stiffness)?;
        match (self.apparent_mpa, motion) {
            (Some(value), Motion::Compression) => write!(f, ", apparent modulus {value:.4} MPa")?,
            (Some(value), _) => write!(f, ", apparent shear modulus {value:.4} MPa")?,
            (None, _) => {}
        }
        write!(
            f,
            "\nfails   at {:.4e} {of}: 2 % of the bone beyond 7000 microstrain (Pistoia 2002)",
            self.failure
        )?;
        write!(
            f,
            "\nyields  at {:.4e} {of}: 2 % of the bone beyond 0.41 % in tension or 0.83 % in compression (Bayraktar 2004)",
            self.yielding
        )?;
        write!(
            f,
            "\nsolved  in {} iterations, forces balanced to {:.1e}",
            self.iterations, self.residual
        )
    }
}

impl Ends {
    /// Its name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clamped => "clamped",
            Self::Uniaxial => "uniaxial",
        }
    }
}

impl Motion {
    /// Its name in options and files.
    pub const fn name(self) -> &'static str {
        use crate::mechanics::rigidity::Axis::{X, Y, Z};
        match self {
            Self::Compression => "compression",
            Self::Shear(X) => "shear_x",
            Self::Shear(Y) => "shear_y",
            Self::Shear(Z) => "shear_z",
            Self::Torsion => "torsion",
        }
    }
}

impl Tensor {
    /// As fields of an object.
    pub fn json(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut fields = serde_json::Map::new();
        let mut field = |name: &str, value: serde_json::Value| fields.insert(name.into(), value);
        field("load", "tensor".into());
        field("stiffness_mpa", serde_json::json!(self.stiffness_mpa));
        if let Some(found) = self.orthotropic() {
            field("e_mpa", serde_json::json!(found.e_mpa));
            field("g_mpa", serde_json::json!(found.g_mpa));
            field("poisson_yz_zx_xy", serde_json::json!(found.poisson));
            field("beyond_orthotropy", found.beyond.into());
        }
        field("iterations", serde_json::json!(self.iterations));
        field("carrying", self.carrying.into());
        field("left_out", self.left_out.into());
        fields
    }
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "load    six strains, all faces held (an upper bound)")?;
        write!(f, "\nbone    {} voxels reach a face", self.carrying)?;
        if self.left_out > 0 {
            write!(f, ", {} do not and are left out", self.left_out)?;
        }
        write!(f, "\nC, MPa, of xx yy zz yz zx xy (shear as angles):")?;
        for row in self.stiffness_mpa {
            write!(f, "\n ")?;
            for value in row {
                write!(f, " {value:10.2}")?;
            }
        }
        let Some(Orthotropic {
            e_mpa,
            g_mpa,
            poisson,
            beyond,
        }) = self.orthotropic()
        else {
            return write!(
                f,
                "\nno engineering constants: some direction has no stiffness"
            );
        };
        write!(
            f,
            "\nE       x {:.2}, y {:.2}, z {:.2} MPa",
            e_mpa[0], e_mpa[1], e_mpa[2]
        )?;
        write!(
            f,
            "\nG       yz {:.2}, zx {:.2}, xy {:.2} MPa",
            g_mpa[0], g_mpa[1], g_mpa[2]
        )?;
        write!(
            f,
            "\nnu      yz {:.4}, zx {:.4}, xy {:.4}",
            poisson[0], poisson[1], poisson[2]
        )?;
        write!(
            f,
            "\nbeyond  {:.2} % of it is not orthotropic in these axes",
            100.0 * beyond
        )
    }
}
