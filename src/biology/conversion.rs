//! Conversion of a signal into another, or its uptake, by the cells that carry it out.
//!
//! # Biology
//! Bone and plasma hold TGF-beta as a latent complex that no receptor binds. Osteoclasts make it active in
//! their lacuna (Oreffo 1989; Bonewald 1991), and so do proteases and integrins at the surface of other
//! cells; what is active is lost within minutes (Wakefield 1990), much of it by receptors that take it up.
//!
//! # Law
//! A cell of a lineage clears a volume of fluid per time of the signal `from`, and gives what it finds
//! there to the signal `to` in the same tick, or takes it in where no `to` is given:
//!
//! ```text
//! converted = (everywhere + clearance x cells / volume of the site) x level of `from`, at each site
//! ```
//!
//! ```toml
//! [conversions.activation]
//! from = "tgf_beta_latent"
//! to = "tgf_beta"
//! osteoclast = { rate = "1e5 um3/h" }
//! ```
//!
//! The loss enters the equation of `from` (implicit in time, so that no tick converts more than there is);
//! what it takes goes to `to` and is booked in both ledgers.
//!
//! # Limits
//! One molecule of `from` makes one of `to`. Signals that convert into each other in a circle are refused:
//! each tick takes them in the order of their conversions. Osteoclasts convert while they resorb, at the site of
//! their centre.
//!
//! # References
//! Oreffo 1989; Bonewald 1991; Wakefield 1990.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::biology::rate::Modulated;
use crate::numerics::quantity::{Rate, VolumeRate};

/// A conversion; at least one of the lineages, or `everywhere`, carries it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// The signal that it takes.
    pub from: String,
    /// The signal that it makes; without it what is taken is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Rate at every site of marrow, whoever is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub everywhere: Option<Rate>,
    /// Fluid that a tumour cell clears per time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tumour: Option<Modulated<VolumeRate>>,
    /// Fluid that an osteoclast clears per time while it resorbs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub osteoclast: Option<Modulated<VolumeRate>>,
    /// Fluid that a lining cell clears per time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lining: Option<Modulated<VolumeRate>>,
    /// Fluid that an osteoblast precursor clears per time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precursor: Option<Modulated<VolumeRate>>,
    /// Fluid that an osteoblast clears per time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub osteoblast: Option<Modulated<VolumeRate>>,
}

impl Conversion {
    /// Lineages that may carry it out, with what they clear.
    pub fn lineages(&self) -> [(&'static str, Option<&Modulated<VolumeRate>>); 5] {
        [
            ("tumour", self.tumour.as_ref()),
            ("osteoclast", self.osteoclast.as_ref()),
            ("lining", self.lining.as_ref()),
            ("precursor", self.precursor.as_ref()),
            ("osteoblast", self.osteoblast.as_ref()),
        ]
    }
}

/// Looks for conversions that make no sense, and gives the order in which signals are brought to the end of
/// a tick: groups by index, each of signals that no later one is made of. Signals without conversions are
/// in the first group.
pub fn order(
    conversions: &BTreeMap<String, Conversion>,
    signals: &[String],
    problems: &mut Problems,
) -> Vec<Vec<usize>> {
    let find = |name: &str| signals.iter().position(|known| known == name);
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for (name, conversion) in conversions {
        let path = format!("conversions.{name}");
        let mut known = |key: &str, signal: &str| {
            let found = find(signal);
            if found.is_none() {
                problems.add(
                    &format!("{path}.{key}"),
                    format!("there is no signal \"{signal}\""),
                    format!(
                        "known signals: {}; or declare it as [signals.{signal}]",
                        signals.join(", ")
                    ),
                );
            }
            found
        };
        let from = known("from", &conversion.from);
        let to = conversion.to.as_ref().map(|to| known("to", to));
        if conversion.to.as_ref() == Some(&conversion.from) {
            problems.add(
                &format!("{path}.to"),
                format!("found \"{}\", which it is made of", conversion.from),
                "name another signal, or leave `to` out for uptake",
            );
        } else if let (Some(from), Some(Some(to))) = (from, to) {
            edges.push((from, to));
        }
        let carried = conversion.lineages().iter().any(|(_, by)| by.is_some());
        if !carried && conversion.everywhere.is_none() {
            problems.add(
                &path,
                "found a conversion that nobody carries out",
                "give at least one of: everywhere, tumour, osteoclast, lining, precursor, osteoblast",
            );
        }
    }
    let mut left: Vec<usize> = (0..signals.len()).collect();
    let mut groups = Vec::new();
    while !left.is_empty() {
        let waits = |signal: usize, left: &[usize]| {
            let mut of = edges.iter().filter(|(_, to)| *to == signal);
            of.any(|(from, _)| left.contains(from))
        };
        let (later, now): (Vec<usize>, Vec<usize>) =
            left.iter().partition(|&&signal| waits(signal, &left));
        if now.is_empty() {
            let names: Vec<&str> = later.iter().map(|&at| signals[at].as_str()).collect();
            problems.add(
                "conversions",
                format!(
                    "found signals that turn into each other in a circle: {}",
                    names.join(", ")
                ),
                "leave out one of them: a tick takes signals in the order of their conversions",
            );
            return vec![(0..signals.len()).collect()];
        }
        groups.push(now);
        left = later;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversion(text: &str) -> Conversion {
        toml::from_str(text).unwrap()
    }

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn what_is_made_of_another_comes_after_it() {
        let signals = names(&["a", "b", "c"]);
        let all = BTreeMap::from([
            (
                "one".to_owned(),
                conversion("from = \"c\"\nto = \"a\"\neverywhere = \"1 /h\""),
            ),
            (
                "two".to_owned(),
                conversion("from = \"a\"\nto = \"b\"\ntumour = { rate = \"1 um3/h\" }"),
            ),
        ]);
        let mut problems = Problems::default();
        assert_eq!(order(&all, &signals, &mut problems), [[2], [0], [1]]);
        assert!(problems.found.is_empty());
        let none = BTreeMap::new();
        assert_eq!(order(&none, &signals, &mut problems), [[0, 1, 2]]);
    }

    #[test]
    fn circles_unknown_names_and_idle_conversions_are_refused() {
        let signals = names(&["a", "b"]);
        let refused = |texts: &[&str]| {
            let all = texts.iter().enumerate();
            let all = all.map(|(at, text)| (format!("x{at}"), conversion(text)));
            let mut problems = Problems::default();
            order(&all.collect(), &signals, &mut problems);
            let said = problems.found.iter().map(ToString::to_string);
            said.collect::<Vec<_>>().join("; ")
        };
        let one = "from = \"a\"\nto = \"b\"\neverywhere = \"1 /h\"";
        let back = "from = \"b\"\nto = \"a\"\neverywhere = \"1 /h\"";
        assert!(refused(&[one, back]).contains("in a circle: a, b"));
        assert!(refused(&["from = \"q\"\neverywhere = \"1 /h\""]).contains("no signal \"q\""));
        assert!(refused(&["from = \"a\"\nto = \"b\""]).contains("nobody carries out"));
        let same = "from = \"a\"\nto = \"a\"\neverywhere = \"1 /h\"";
        assert!(refused(&[same]).contains("which it is made of"));
        assert_eq!(refused(&[one]), "");
    }
}
