//! A31: levels of drugs as they follow from their labels: troughs of three antibodies, half-lives of pemetrexed.

use crate::validate::ValidationError;
use crate::validate::blood::levels;
use crate::validate::class::Class;
use crate::validate::part::{Parts, around};
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A31",
    finding: "levels of drugs as on their labels",
    class: Class::Arithmetic,
    why: "the published levels were computed from the same constants by another program; they are no measurements",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    let infused = |drug: &str, dose: &str, days: u32| {
        format!(
            "drug = \"{drug}\"\ndose = \"{dose}\"\nroute = \"intravenous\"\n\
             infusion = \"30 min\"\ninterval = \"{days} d\""
        )
    };
    for (what, published, due, drug, dose, every_d, doses) in [
        (
            "pembrolizumab 200 mg every 3 weeks, trough, ug/mL",
            "29.4",
            29.4,
            "pembrolizumab",
            "200 mg",
            21,
            10,
        ),
        (
            "nivolumab 240 mg every 2 weeks, trough, ug/mL",
            "54.7",
            54.7,
            "nivolumab",
            "240 mg",
            14,
            20,
        ),
        (
            "ipilimumab 1 mg/kg every 6 weeks, trough, ug/mL",
            "1.4",
            1.4,
            "ipilimumab",
            "1 mg/kg",
            42,
            6,
        ),
    ] {
        let levels = levels(&infused(drug, dose, every_d), every_d * doses)?;
        let trough = levels.trough((every_d * doses) as usize);
        parts.push_certain(what, published, trough, around(due, 3.0));
    }
    let pemetrexed = levels(
        "drug = \"pemetrexed\"\ndose = \"500 mg/m2\"\nroute = \"intravenous\"",
        3,
    )?;
    let (fast, slow) = pemetrexed.two_half_lives(1, 3);
    for (what, published, simulated, due) in [
        ("pemetrexed, first half-life, h", "1.26", fast, 1.26),
        ("pemetrexed, second half-life, h", "3.51", slow, 3.51),
    ] {
        parts.push_certain(what, published, simulated, around(due, 3.0));
    }
    Ok(())
}
