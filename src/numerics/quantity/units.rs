//! Units of every dimension with their size in canonical units.

use super::Dimension;

/// A unit as the lists below spell it.
pub(super) fn plain(unit: &str) -> String {
    unit.replace("per ", "/")
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '^')
        .map(|c| match c {
            // Micro sign and Greek mu are both typed for "u".
            '\u{b5}' | '\u{3bc}' => 'u',
            '\u{b2}' => '2',
            '\u{b3}' => '3',
            other => other,
        })
        .collect()
}

const HOURS_PER_YEAR: f64 = 365.25 * 24.0;

const HOURS_PER_MONTH: f64 = HOURS_PER_YEAR / 12.0;

/// Units of a dimension with their size in canonical units; the first is the canonical one.
pub(super) const fn units(dimension: Dimension) -> &'static [(&'static str, f64)] {
    match dimension {
        Dimension::Length | Dimension::Position => {
            &[("um", 1.0), ("nm", 1e-3), ("mm", 1e3), ("cm", 1e4)]
        }
        Dimension::Area => &[("um2", 1.0), ("mm2", 1e6), ("cm2", 1e8), ("m2", 1e12)],
        Dimension::Volume => &[("um3", 1.0), ("mm3", 1e9), ("pL", 1e3), ("fL", 1.0)],
        Dimension::Time | Dimension::Moment => &[
            ("h", 1.0),
            ("s", 1.0 / 3600.0),
            ("min", 1.0 / 60.0),
            ("d", 24.0),
            ("wk", 168.0),
            ("month", HOURS_PER_MONTH),
            ("yr", HOURS_PER_YEAR),
        ],
        Dimension::Rate => &[
            ("/h", 1.0),
            ("/s", 3600.0),
            ("/min", 60.0),
            ("/d", 1.0 / 24.0),
            ("/wk", 1.0 / 168.0),
            ("/month", 1.0 / HOURS_PER_MONTH),
            ("/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::Speed => &[
            ("um/h", 1.0),
            ("um/min", 60.0),
            ("um/s", 3600.0),
            ("um/d", 1.0 / 24.0),
            ("mm/d", 1e3 / 24.0),
        ],
        Dimension::VolumeRate => &[("um3/h", 1.0), ("um3/d", 1.0 / 24.0), ("um3/min", 60.0)],
        Dimension::Diffusivity => &[
            ("um2/h", 1.0),
            ("um2/s", 3600.0),
            ("um2/min", 60.0),
            ("um2/d", 1.0 / 24.0),
            ("mm2/d", 1e6 / 24.0),
        ],
        Dimension::Concentration => &[
            ("pM", 1.0),
            ("fM", 1e-3),
            ("nM", 1e3),
            ("uM", 1e6),
            ("mM", 1e9),
            ("M", 1e12),
        ],
        Dimension::Secretion => &[
            ("amol/h", 1.0),
            ("amol/d", 1.0 / 24.0),
            ("zmol/h", 1e-3),
            ("fmol/h", 1e3),
            ("fmol/d", 1e3 / 24.0),
            ("mol/s", 3.6e21),
        ],
        Dimension::NumberDensity => &[("/mm3", 1.0), ("/um3", 1e9), ("/cm3", 1e-3)],
        Dimension::SurfaceDensity => &[("/mm2", 1.0), ("/um2", 1e6)],
        Dimension::SurfaceRate => &[
            ("/mm2/h", 1.0),
            ("/mm2/d", 1.0 / 24.0),
            ("/mm2/wk", 1.0 / 168.0),
            ("/mm2/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::VolumeEventRate => &[
            ("/mm3/h", 1.0),
            ("/mm3/d", 1.0 / 24.0),
            ("/mm3/wk", 1.0 / 168.0),
            ("/mm3/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::MassDensity => &[("g/cm3", 1.0), ("mg/cm3", 1e-3)],
        Dimension::Mass => &[
            ("mg", 1.0),
            ("ug", 1e-3),
            ("ng", 1e-6),
            ("g", 1e3),
            ("kg", 1e6),
        ],
        Dimension::MassRate => &[
            ("mg/h", 1.0),
            ("mg/d", 1.0 / 24.0),
            ("ug/h", 1e-3),
            ("ug/d", 1e-3 / 24.0),
            ("ng/h", 1e-6),
        ],
        Dimension::MassConcentration => &[
            ("mg/L", 1.0),
            ("ug/mL", 1.0),
            ("ug/L", 1e-3),
            ("ng/mL", 1e-3),
            ("g/L", 1e3),
        ],
        Dimension::MolarMass => &[("g/mol", 1.0), ("Da", 1.0), ("kDa", 1e3)],
        Dimension::FluidVolume => &[("L", 1.0), ("mL", 1e-3), ("uL", 1e-6)],
        Dimension::Clearance => &[
            ("L/h", 1.0),
            ("L/d", 1.0 / 24.0),
            ("mL/h", 1e-3),
            ("mL/d", 1e-3 / 24.0),
            ("mL/min", 0.06),
            ("L/min", 60.0),
        ],
        Dimension::Amount => &[("mmol", 1.0), ("umol", 1e-3), ("mol", 1e3)],
        Dimension::AmountRate => &[("mmol/h", 1.0), ("mmol/d", 1.0 / 24.0), ("umol/h", 1e-3)],
        Dimension::BoneTurnover => &[
            ("cm3/h", 1.0),
            ("cm3/d", 1.0 / 24.0),
            ("mm3/d", 1e-3 / 24.0),
            ("cm3/yr", 1.0 / HOURS_PER_YEAR),
        ],
        Dimension::BodyVolume => &[("cm3", 1.0), ("mm3", 1e-3), ("mL", 1.0), ("L", 1e3)],
        Dimension::Slope => &[("/pM", 1.0), ("/nM", 1e-3), ("/uM", 1e-6)],
        Dimension::AbsorbedDose => &[("Gy", 1.0), ("cGy", 1e-2), ("mGy", 1e-3)],
        Dimension::Radiosensitivity => &[("/Gy", 1.0)],
        Dimension::ElasticModulus => &[("MPa", 1.0), ("GPa", 1e3), ("kPa", 1e-3)],
        Dimension::Number => &[("", 1.0)],
    }
}
