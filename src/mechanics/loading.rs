//! Sites of bone as bricks of finite elements, compressed along an axis.

#[cfg(feature = "cli")]
use crate::mechanics::elements::check_poisson;
use crate::mechanics::elements::{Answer, Body, ElementsError, Load, Moduli, Precision};
use crate::mechanics::follow_up::SiteLaw;
use crate::mechanics::rigidity::{Axis, Voxels};
use crate::numerics::quantity::ElasticModulus;
use crate::tissue::bone::Bone;
use crate::tissue::grid::Grid;

/// Share of a site that is mineralised from which on it is a brick, as of images.
const HALF: f32 = 0.5;

/// How the bone of a lattice is loaded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loading {
    /// From a site to its modulus.
    pub law: SiteLaw,
    /// Modulus of mineralised tissue, for the law of tissue; 18 GPa without it.
    pub modulus: Option<ElasticModulus>,
    /// Poisson's ratio.
    pub poisson: f64,
}

/// Sites as voxels.
pub(crate) fn voxels(grid: &Grid) -> Voxels {
    Voxels {
        dims: grid.dims,
        spacing_mm: [grid.edge_um, grid.edge_um, grid.depth_um].map(|um| um * 1e-3),
    }
}

/// The axes along which a lattice has more than one site.
pub(crate) fn axes(grid: &Grid) -> impl Iterator<Item = Axis> + use<> {
    let dims = grid.dims;
    let all = [Axis::X, Axis::Y, Axis::Z].into_iter();
    all.filter(move |axis| dims[axis.index()] > 1)
}

impl Loading {
    /// Looks for a modulus and a Poisson's ratio that make no sense.
    ///
    /// # Errors
    /// [`ElementsError::Modulus`], [`ElementsError::Poisson`].
    #[cfg(feature = "cli")]
    pub(crate) fn check(&self) -> Result<(), ElementsError> {
        check_poisson(self.poisson)?;
        let modulus_mpa = self.modulus.map_or(1.0, ElasticModulus::get);
        if modulus_mpa.is_finite() && modulus_mpa > 0.0 {
            return Ok(());
        }
        Err(ElementsError::Modulus(modulus_mpa))
    }

    /// Moduli of sites of which at least half is mineralised, MPa; zero elsewhere.
    pub(crate) fn moduli(&self, bone: &Bone) -> Vec<f32> {
        let of = |site: usize| {
            if bone.matrix[site] - bone.osteoid[site] < HALF {
                return 0.0;
            }
            self.law.modulus_mpa(self.modulus, bone, site) as f32
        };
        (0..bone.matrix.len()).map(of).collect()
    }

    fn body<'a>(&self, grid: &Grid, moduli: &'a [f32]) -> Body<'a> {
        Body {
            voxels: voxels(grid),
            moduli: Moduli::Each(moduli),
            poisson: self.poisson,
        }
    }

    /// True where bone joins both ends along an axis.
    pub(crate) fn joins(&self, grid: &Grid, moduli: &[f32], axis: Axis) -> bool {
        self.body(grid, moduli).joins(axis)
    }

    /// What the bone answers to a load.
    ///
    /// # Errors
    /// [`ElementsError`].
    pub(crate) fn answer(
        &self,
        grid: &Grid,
        moduli: &[f32],
        load: &Load,
        precision: &Precision,
    ) -> Result<Answer, ElementsError> {
        self.body(grid, moduli).under(load, precision)
    }

    /// The same, and nothing where no bone joins both ends.
    ///
    /// # Errors
    /// [`ElementsError`], all but [`ElementsError::NoBone`].
    pub(crate) fn answer_if_joined(
        &self,
        grid: &Grid,
        moduli: &[f32],
        load: &Load,
        precision: &Precision,
    ) -> Result<Option<Answer>, ElementsError> {
        match self.answer(grid, moduli, load, precision) {
            Ok(answer) => Ok(Some(answer)),
            Err(ElementsError::NoBone { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
