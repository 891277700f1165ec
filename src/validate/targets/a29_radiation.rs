//! A29: doses and survival of radiation by the linear-quadratic law (Fowler 1989) and its linear end (Astrahan 2008): a table
//! of seven schemes.

use crate::therapy::radiotherapy::{Law, bed_gy, eqd2_gy};
use crate::validate::ValidationError;
use crate::validate::class::Class;
use crate::validate::part::Parts;
use crate::validate::target::Target;

/// The target.
pub(super) const TARGET: Target = Target {
    id: "A29",
    finding: "doses and survival of radiation",
    class: Class::Arithmetic,
    why: "a table of the same laws, computed elsewhere",
    arms: &[],
    quick: true,
    measure,
    picture: None,
};

/// Schemes of radiation, with the values of the linear-quadratic law as they are printed: fractions and
/// Gy each; BED with alpha/beta of 10 Gy, EQD2 with the same, BED with 3 Gy; shares that survive with an
/// alpha of 0.3 and of 0.2 /Gy.
const SCHEMES: [(u32, f64, [&str; 5]); 7] = [
    (1, 8.0, ["14.4", "12.0", "29.3", "1.3e-2", "5.6e-2"]),
    (5, 4.0, ["28.0", "23.3", "46.7", "2.2e-4", "3.7e-3"]),
    (10, 3.0, ["39.0", "32.5", "60.0", "8.3e-6", "4.1e-4"]),
    (5, 6.0, ["48.0", "40.0", "90.0", "5.6e-7", "6.8e-5"]),
    (3, 9.0, ["51.3", "42.8", "108", "2.1e-7", "3.5e-5"]),
    (2, 12.0, ["52.8", "44.0", "120", "1.3e-7", "2.6e-5"]),
    (1, 24.0, ["81.6", "68.0", "216", "2.3e-11", "8.2e-8"]),
];

/// Values that a scheme has by the law, in the order of [`SCHEMES`].
fn scheme(law: Law, fractions: u32, dose_gy: f64) -> [f64; 5] {
    let bed = bed_gy(law, fractions, dose_gy, 10.0);
    let survival = |alpha: f64| (-alpha * bed).exp();
    [
        bed,
        eqd2_gy(bed, 10.0),
        bed_gy(law, fractions, dose_gy, 3.0),
        survival(0.3),
        survival(0.2),
    ]
}

/// Each value, rounded as it is printed, over the printed one.
#[allow(
    clippy::unnecessary_wraps,
    reason = "every target measures by one type"
)]
fn measure(parts: &mut Parts<'_>) -> Result<(), ValidationError> {
    const NAMES: [&str; 5] = ["BED10", "EQD2(10)", "BED3", "S at 0.3 /Gy", "S at 0.2 /Gy"];
    for (column, name) in NAMES.into_iter().enumerate() {
        // Figure of the scheme that is farthest from its printed one.
        let farthest = SCHEMES
            .iter()
            .map(|&(fractions, dose_gy, printed)| {
                let value = scheme(Law::LinearQuadratic, fractions, dose_gy)[column];
                rounded_as(value, printed[column]) / printed[column].parse().unwrap_or(f64::NAN)
            })
            .fold(1.0, |worst: f64, ratio| {
                if (ratio - 1.0).abs() > (worst - 1.0).abs() || ratio.is_nan() {
                    ratio
                } else {
                    worst
                }
            });
        parts.push_certain(
            &format!("{name} of seven schemes over the table, the farthest"),
            "1",
            farthest,
            (0.999, 1.001),
        );
    }
    let bent = Law::LinearQuadraticLinear {
        transition_gy: 10.0,
    };
    parts.push_certain(
        "S of 24 Gy at 0.3 /Gy, linear-quadratic-linear from 10 Gy on",
        "8e-9",
        scheme(bent, 1, 24.0)[3],
        (8e-9 / 3.0, 3.0 * 8e-9),
    );
    Ok(())
}

/// A value with as many digits behind the point as a printed one has.
fn rounded_as(value: f64, printed: &str) -> f64 {
    // A half is rounded up, also where its binary form falls short of it.
    let value = value * (1.0 + 1e-12);
    let mantissa = printed.split('e').next().unwrap_or_default();
    let digits = mantissa.split_once('.').map_or(0, |(_, rest)| rest.len());
    let text = if printed.contains('e') {
        format!("{value:.digits$e}")
    } else {
        format!("{value:.digits$}")
    };
    text.parse().unwrap_or(f64::NAN)
}
