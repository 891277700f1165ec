//! What the rates of a scenario are, in words: for sentences of `describe` and for pictures.

/// A rate in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateWords {
    /// Its key in a scenario.
    pub(crate) path: &'static str,
    /// Start of a sentence that ends in its value.
    pub(crate) sentence: &'static str,
    /// What it is the rate of.
    pub(crate) title: &'static str,
}

const fn rate(path: &'static str, sentence: &'static str, title: &'static str) -> RateWords {
    RateWords {
        path,
        sentence,
        title,
    }
}

/// All rates of the lineages; secretion is said apart.
pub(crate) const RATES: [RateWords; 18] = [
    rate(
        "tumour.division",
        "Tumour cells divide at",
        "division of tumour cells",
    ),
    rate(
        "tumour.death",
        "Tumour cells die at",
        "death of tumour cells",
    ),
    rate(
        "tumour.motility",
        "Tumour cells move at random with",
        "motility of tumour cells",
    ),
    rate(
        "tumour.dormancy.exit",
        "Dormant tumour cells wake at",
        "waking of dormant tumour cells",
    ),
    rate(
        "lining.activation.events",
        "Resting bone surface opens at",
        "opening of resting bone surface",
    ),
    rate(
        "lining.contact_rankl.resting",
        "Resting lining cells engage a share of RANK of",
        "RANK engaged by resting lining cells",
    ),
    rate(
        "lining.contact_rankl.opened",
        "Lining cells of opened surface engage a share of RANK of",
        "RANK engaged by lining cells of opened surface",
    ),
    rate(
        "osteoclast.fusion.formation",
        "Osteoclasts form on opened surface at",
        "formation of osteoclasts",
    ),
    rate(
        "osteoclast.fusion.gain",
        "Osteoclasts gain nuclei by fusion at",
        "nuclei gained by osteoclasts",
    ),
    rate(
        "osteoclast.resorption.volume",
        "Osteoclasts resorb",
        "resorption by an osteoclast",
    ),
    rate(
        "osteoclast.apoptosis.ageing",
        "Osteoclasts age at a speed of",
        "ageing of osteoclasts",
    ),
    rate(
        "osteoclast.apoptosis.withdrawal",
        "Osteoclasts die for want of RANKL at",
        "death of osteoclasts without RANKL",
    ),
    rate(
        "precursor.recruitment.arrival",
        "Precursors of osteoblasts reach eroded surface at",
        "arrival of osteoblast precursors",
    ),
    rate(
        "precursor.maturation.maturing",
        "Precursors mature at",
        "maturation of osteoblast precursors",
    ),
    rate(
        "precursor.maturation.death",
        "Precursors die at",
        "death of osteoblast precursors",
    ),
    rate(
        "osteoblast.formation.apposition",
        "Osteoblasts lay osteoid at",
        "osteoid laid by an osteoblast",
    ),
    rate(
        "osteoblast.formation.death",
        "Osteoblasts die at",
        "death of osteoblasts",
    ),
    rate(
        "mineralisation.secondary",
        "Mineralised bone hardens at",
        "hardening of mineralised bone",
    ),
];

/// Rates that no preset has.
pub(crate) const OPTIONAL: [RateWords; 3] = [
    rate(
        "lining.modelling.events",
        "Lining cells begin to form on whole surface at",
        "formation on whole surface",
    ),
    rate(
        "precursor.recruitment.refill",
        "Of what osteoclasts dig, bone is owed to a share of",
        "share of a pit that is refilled",
    ),
    rate(
        "osteoclast.migration.attraction",
        "Migrating osteoclasts weigh a step towards a site by",
        "attraction of osteoclasts",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths below a table that hold a rate, those of secretion and of signals left out.
    fn rates(table: &toml::Table, at: &str, found: &mut Vec<String>) {
        for (key, value) in table {
            let path = if at.is_empty() {
                key.clone()
            } else {
                format!("{at}.{key}")
            };
            if let toml::Value::Table(inner) = value {
                if inner.contains_key("rate") && !path.contains(".secretion.") {
                    found.push(path.clone());
                }
                rates(inner, &path, found);
            }
        }
    }

    #[test]
    fn every_rate_of_a_preset_is_said_in_words() {
        for preset in ["human", "mouse"] {
            let path = format!("src/scenario/presets/{preset}.toml");
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            let table: toml::Table =
                toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            let mut found = Vec::new();
            rates(&table, "", &mut found);
            assert!(found.len() > 10, "{found:?}");
            for path in &found {
                assert!(
                    RATES.iter().any(|rate| rate.path == path),
                    "{preset}: {path}"
                );
            }
            for rate in RATES {
                let mut parts = rate.path.split('.');
                let first = table.get(parts.next().unwrap());
                let there = parts.try_fold(first.unwrap(), |at, part| at.get(part));
                assert!(there.is_some(), "{preset} has no {}", rate.path);
            }
        }
    }
}
