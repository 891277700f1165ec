//! Columns of `radiotherapy.csv` and `fractions.csv`, and what is drawn of them.

use crate::engine::column::{Before, Column};
use crate::engine::picture::{Curve, Drawn, Panel, Picture};
use crate::engine::state::State;
use crate::therapy::irradiation::Fraction;
use crate::therapy::radiotherapy::Law;

/// The file of what radiation does over time.
pub(super) const TABLE: &str = "radiotherapy.csv";
/// The file of fractions.
pub(super) const FRACTIONS: &str = "fractions.csv";

/// A run at the time of a row.
pub(super) struct At<'a> {
    pub(super) state: &'a State,
    pub(super) doomed: usize,
    pub(super) strength: f64,
}

impl At<'_> {
    fn sum(&self, of: fn(f64) -> f64) -> f64 {
        let fractions = self.state.parts.radiation.fractions.iter();
        // An empty sum of floats is -0.
        fractions.fold(0.0, |sum, fraction| sum + of(fraction.dose_gy))
    }
}

/// Biologically effective dose by the linear-quadratic law with an alpha/beta of 10 Gy, as the clinic
/// reports it.
fn bed10_gy(dose_gy: f64) -> f64 {
    Law::LinearQuadratic.effective_gy(dose_gy, 10.0)
}

/// Columns of `radiotherapy.csv`.
pub(super) fn columns<'a>() -> [Column<At<'a>>; 9] {
    [
        Column::new("time_d", "d", "time", |at: &At<'a>| at.state.day())
            .before(Before::Series("time_d")),
        Column::new("fractions", "", "fractions until now", |at: &At<'a>| {
            at.state.parts.radiation.fractions.len() as f64
        }),
        Column::new(
            "isocentre_gy",
            "Gy",
            "their doses at the isocentre, summed",
            |at: &At<'a>| at.sum(|dose_gy| dose_gy),
        ),
        Column::new(
            "bed10_gy",
            "Gy",
            "BED of the fractions, alpha/beta 10 Gy, summed",
            |at: &At<'a>| at.sum(bed10_gy),
        ),
        Column::new(
            "tumour_cells_sound",
            "",
            "tumour cells that radiation did not doom",
            |at: &At<'a>| (at.state.tumour.len() - at.doomed) as f64,
        )
        .before(Before::Series("tumour_cells")),
        Column::new(
            "tumour_cells_doomed",
            "",
            "tumour cells that radiation doomed",
            |at: &At<'a>| at.doomed as f64,
        ),
        Column::new(
            "tumour_deaths",
            "",
            "doomed tumour cells that died until now",
            |at: &At<'a>| at.state.parts.radiation.tumour_deaths as f64,
        ),
        Column::new(
            "fractions_without_target",
            "",
            "fractions that found no tumour to aim at",
            |at: &At<'a>| f64::from(at.state.parts.radiation.without_target),
        ),
        Column::new(
            "strength_factor",
            "",
            "factor on the strength of bone by radiation, mean over bone",
            |at: &At<'a>| at.strength,
        )
        .before(Before::Is(1.0)),
    ]
}

/// Columns of `fractions.csv`.
pub(super) fn of_fraction<'a>() -> [Column<&'a Fraction>; 13] {
    [
        Column::new("time_d", "d", "time", |it| it.time_h / 24.0),
        Column::new("isocentre_gy", "Gy", "dose at the isocentre", |it| {
            it.dose_gy
        }),
        Column::new(
            "tumour_mean_gy",
            "Gy",
            "mean dose to sound tumour cells",
            |it| it.mean_gy,
        ),
        Column::new(
            "tumour_cells_sound",
            "",
            "tumour cells that were sound before it",
            |it| it.sound as f64,
        ),
        Column::new(
            "tumour_cells_doomed",
            "",
            "of these, cells that it doomed",
            |it| it.doomed as f64,
        ),
        Column::new("share_doomed", "", "share of these", |it| match it.sound {
            0 => 0.0,
            sound => it.doomed as f64 / sound as f64,
        }),
        Column::new("share_doomed_expected", "", "share by the law", |it| {
            1.0 - it.expected_survival
        }),
        Column::new(
            "share_surviving_expected",
            "",
            "share that stays sound, by the law",
            |it| it.expected_survival,
        ),
        Column::new(
            "bed10_gy",
            "Gy",
            "BED at the isocentre, alpha/beta 10 Gy",
            |it| bed10_gy(it.dose_gy),
        ),
        Column::new(
            "precursors_killed",
            "",
            "precursors of osteoblasts that died",
            |it| it.precursors_killed as f64,
        ),
        Column::new("osteoblasts_killed", "", "osteoblasts that died", |it| {
            it.osteoblasts_killed as f64
        }),
        Column::new("osteoclasts_killed", "", "osteoclasts that died", |it| {
            it.osteoclasts_killed as f64
        }),
        Column::new("immune_killed", "", "immune cells that died", |it| {
            it.immune_killed as f64
        }),
    ]
}

/// Sound and doomed tumour cells, the dose and the strength of irradiated bone.
pub(super) const PICTURE: Picture = Picture {
    name: "radiotherapy",
    heading: "radiotherapy: tumour cells, and dose",
    table: TABLE,
    drawn: Drawn::Panels(&[
        Panel::new(
            "tumour cells",
            &[
                Curve::new("tumour_cells_sound", "sound"),
                Curve::new("tumour_cells_doomed", "doomed"),
            ],
        )
        .logarithmic()
        .noting(
            "doomed: cells that a fraction hit so that they or their daughters die at an attempt to divide; sound: \
             all others",
        ),
        Panel::new(
            "dose so far (Gy)",
            &[
                Curve::new("isocentre_gy", "at the isocentre").stepped(),
                Curve::new(
                    "bed10_gy",
                    "biologically effective, linear-quadratic, \u{3b1}/\u{3b2} = 10 Gy",
                )
                .stepped(),
            ],
        )
        .of_even_dose("all of the tissue gets the dose of the isocentre")
        .noting(
            "biologically effective dose: as clinics report it; cells die by a law that grows more slowly at large \
             fractions (linear-quadratic-linear), for which it says too much",
        ),
        Panel::new(
            "factor of radiation on the strength of bone (%)",
            &[Curve::new("strength_factor", "").times(100.0)],
        )
        .free()
        .unless_flat("by radiation alone bone loses less than 1 % of its strength")
        .noting(
            "factor on strength: what radiation alone takes, bone loss not counted, by a rule of the model and no \
             measured course",
        ),
    ]),
};
