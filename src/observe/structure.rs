//! The morphometry that a run may write down as it goes, by the names of `howship specimen`, and the osteoclasts at
//! the front of the tumour.

#[cfg(feature = "plots")]
use super::front::Part;
#[cfg(feature = "plots")]
use super::morphometry::{Architecture, Morphometry, measure};

/// Name, unit, what it is; the first [`USUAL`] are written where none are named.
pub(crate) const STRUCTURE: [(&str, &str, &str); 25] = [
    ("bv_tv_sites", "", "sites that are bone over all sites"),
    ("tb_th_mm", "mm", "trabecular thickness, mean over bone"),
    ("tb_th_sd_mm", "mm", "its standard deviation over bone"),
    ("tb_sp_mm", "mm", "trabecular separation, mean over marrow"),
    ("tb_sp_sd_mm", "mm", "its standard deviation over marrow"),
    (
        "bs_tv_per_mm",
        "1/mm",
        "surface by marching cubes over tissue",
    ),
    ("bs_bv_per_mm", "1/mm", "the same over bone"),
    (
        "bs_front_mm2",
        "mm2",
        "surface of bone at the front of the tumour: of sites whose centre lies within 100 um of that of a tumour cell's",
    ),
    (
        "oc_s_bs_front",
        "",
        "surface under osteoclasts over surface (Oc.S/BS) there; NaN without a front",
    ),
    (
        "oc_s_bs_away",
        "",
        "the same of the surface further away from the tumour",
    ),
    (
        "n_oc_per_bs_front_mm2",
        "1/mm2",
        "osteoclasts per surface (N.Oc/BS) at the front; NaN without one",
    ),
    (
        "n_oc_per_bs_away_mm2",
        "1/mm2",
        "the same of the surface further away",
    ),
    ("tb_th_max_mm", "mm", "largest trabecular thickness"),
    ("tb_sp_max_mm", "mm", "largest trabecular separation"),
    (
        "tb_n_per_mm",
        "1/mm",
        "trabecular number of the plate model",
    ),
    (
        "tb_n_spacing_per_mm",
        "1/mm",
        "trabecular number, 1 / (Tb.Th + Tb.Sp)",
    ),
    ("euler", "", "Euler number of the bone, 26-connected"),
    (
        "euler_corrected",
        "",
        "the same with the correction for the faces of the lattice",
    ),
    (
        "conn_d_per_mm3",
        "1/mm3",
        "connectivity density, (1 - euler_corrected) / TV",
    ),
    (
        "conn_d_uncorrected_per_mm3",
        "1/mm3",
        "the same without the correction, (1 - euler) / TV",
    ),
    (
        "da",
        "",
        "degree of anisotropy, 1 - smallest / largest eigenvalue of the tensor of 1 / MIL^2",
    ),
    (
        "da_ratio",
        "",
        "longest over shortest mean intercept length",
    ),
    ("mil_longest_mm", "mm", "longest mean intercept length"),
    ("smi", "", "structure model index"),
    (
        "smi_concave_share",
        "",
        "share of the area of the surface that is concave",
    ),
];

/// Names that are written where none are named.
#[cfg(feature = "plots")]
pub(crate) const USUAL: usize = 12;

/// Names of the osteoclasts at the front begin here, and go to [`USUAL`].
#[cfg(feature = "plots")]
const OF_FRONT: usize = 7;

/// Names of [`Architecture`] begin here.
#[cfg(feature = "plots")]
const OF_ARCHITECTURE: usize = 16;

/// Names that may be asked for.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    STRUCTURE.iter().map(|(name, ..)| *name)
}

/// Values of bone (true) on a lattice by these names, the usual ones where there are none; NaN of what is not
/// defined, and of a name that there is not. `front` gives the surface at the front of the tumour and away from it.
#[cfg(feature = "plots")]
pub(crate) fn structure(
    bone: &[bool],
    dims: [usize; 3],
    edge_um: f64,
    asked: &[String],
    front: impl FnOnce() -> [Part; 2],
) -> Vec<(&'static str, f64)> {
    let wanted: Vec<&'static str> = if asked.is_empty() {
        names().take(USUAL).collect()
    } else {
        let known = |name: &String| names().find(|known| known == name);
        asked.iter().filter_map(known).collect()
    };
    let is_asked = |from: usize, to: usize| {
        let mut some = STRUCTURE[from..to].iter();
        some.any(|(name, ..)| wanted.contains(name))
    };
    let of_bone = is_asked(0, OF_FRONT) || is_asked(USUAL, OF_ARCHITECTURE);
    let figures = of_bone.then(|| measure(bone, dims, edge_um));
    let parts = is_asked(OF_FRONT, USUAL).then(front);
    let shape =
        is_asked(OF_ARCHITECTURE, STRUCTURE.len()).then(|| Architecture::of(bone, dims, edge_um));
    let value = |name: &str| {
        let of_figures = figures.as_ref().and_then(|it| figure(it, name));
        let of_front = || parts.as_ref().and_then(|it| on_surface(it, name));
        let of_shape = || shape.as_ref().and_then(|it| shaped(it, name));
        of_figures
            .or_else(of_front)
            .or_else(of_shape)
            .unwrap_or(f64::NAN)
    };
    wanted.into_iter().map(|name| (name, value(name))).collect()
}

#[cfg(feature = "plots")]
fn figure(of: &Morphometry, name: &str) -> Option<f64> {
    match name {
        "bv_tv_sites" => Some(of.bv_tv),
        "tb_th_mm" => of.tb_th_mm,
        "tb_th_sd_mm" => of.tb_th_sd_mm,
        "tb_th_max_mm" => of.tb_th_max_mm,
        "tb_sp_mm" => of.tb_sp_mm,
        "tb_sp_sd_mm" => of.tb_sp_sd_mm,
        "tb_sp_max_mm" => of.tb_sp_max_mm,
        "bs_tv_per_mm" => Some(of.bs_tv_per_mm),
        "bs_bv_per_mm" => of.bs_bv_per_mm,
        "tb_n_per_mm" => of.tb_n_plate_per_mm(),
        "tb_n_spacing_per_mm" => of.tb_n_spacing_per_mm(),
        _ => None,
    }
}

#[cfg(feature = "plots")]
fn on_surface([front, away]: &[Part; 2], name: &str) -> Option<f64> {
    match name {
        "bs_front_mm2" => Some(front.surface_mm2),
        "oc_s_bs_front" => Some(front.oc_s_bs()),
        "oc_s_bs_away" => Some(away.oc_s_bs()),
        "n_oc_per_bs_front_mm2" => Some(front.per_mm2()),
        "n_oc_per_bs_away_mm2" => Some(away.per_mm2()),
        _ => None,
    }
}

#[cfg(feature = "plots")]
fn shaped(of: &Architecture, name: &str) -> Option<f64> {
    match name {
        "euler" => Some(of.euler as f64),
        "euler_corrected" => Some(of.euler_corrected),
        "conn_d_per_mm3" => of.conn_d_per_mm3,
        "conn_d_uncorrected_per_mm3" => of.conn_d_uncorrected_per_mm3,
        "da" => of.da,
        "da_ratio" => of.da_ratio,
        "mil_longest_mm" => of.mil_mm.map(|lengths| lengths[0]),
        "smi" => of.smi,
        "smi_concave_share" => of.smi_concave_share,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each name has a value of bone that has all of them, those of `specimen`, and nothing is measured that is
    /// not asked for.
    #[test]
    fn every_name_has_its_value() {
        let dims = [24, 22, 20];
        let bone: Vec<bool> = (0..24 * 22 * 20)
            .map(|i| [i % 24, i / 24 % 22, i / 528])
            .map(|[x, y, z]| (x / 4 + y / 5) % 2 == 0 || z % 7 < 3)
            .collect();
        let all: Vec<String> = names().map(str::to_owned).collect();
        let part = Part {
            surface_mm2: 0.5,
            under_osteoclasts_mm2: 0.1,
            osteoclasts: 3,
        };
        let found = structure(&bone, dims, 20.0, &all, || [part; 2]);
        assert_eq!(found.len(), STRUCTURE.len());
        for (name, value) in &found {
            assert!(value.is_finite(), "{name}");
        }
        let usual = structure(&bone, dims, 20.0, &[], || [part; 2]);
        assert_eq!(usual, found[..USUAL]);
        let two = structure(
            &bone,
            dims,
            20.0,
            &["da".to_owned(), "tb_n_per_mm".to_owned()],
            || unreachable!("nothing of the front is asked for"),
        );
        assert_eq!(two, [found[20], found[14]]);
    }
}
