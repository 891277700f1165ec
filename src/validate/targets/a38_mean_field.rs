//! A38: steady states of the mean-field models (Komarova 2003; Ayati 2010; Lemaire 2004; Pivonka 2008).

use crate::mean_field::ayati::Ayati;
use crate::mean_field::komarova::Komarova;
use crate::mean_field::lemaire::Lemaire;
use crate::mean_field::pivonka::Pivonka;
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::part::{Parts, failed};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A38",
    finding: "mean-field twins",
    class: Class::Arithmetic,
    why: "the same equations with the same constants, solved elsewhere",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let komarova = Komarova::published().steady_state().map_err(failed)?;
    let ayati = Ayati::healthy().steady_state().map_err(failed)?;
    let lemaire = Lemaire::published().steady_state().map_err(failed)?;
    let pivonka = Pivonka::published().steady_state().map_err(failed)?;
    for (what, published, simulated, middle) in [
        (
            "Komarova 2003, osteoclasts",
            "1.06",
            komarova.osteoclasts,
            1.0607,
        ),
        (
            "Komarova 2003, osteoblasts",
            "212.1",
            komarova.osteoblasts,
            212.1,
        ),
        (
            "Ayati 2010, osteoclasts",
            "1.159",
            ayati.unit.osteoclasts,
            1.159,
        ),
        (
            "Ayati 2010, osteoblasts",
            "231.7",
            ayati.unit.osteoblasts,
            231.7,
        ),
        (
            "Lemaire 2004, osteoclasts, pM",
            "9.127e-4",
            lemaire.osteoclasts_pm,
            9.127e-4,
        ),
        (
            "Pivonka 2008, osteoblasts, pM",
            "5.58e-4",
            pivonka.osteoblasts_pm,
            5.58e-4,
        ),
        (
            "Pivonka 2008, osteoclasts, pM",
            "8.07e-4",
            pivonka.osteoclasts_pm,
            8.07e-4,
        ),
    ] {
        let band = (0.995 * middle, 1.005 * middle);
        parts.push_certain(what, published, simulated, band);
    }
    Ok(())
}
