//! The links of the cycle as data, and what it means to cut, halve and double one: settings of keys that
//! the scenario has.
//!
//! Amounts (a content of matrix, what a cell makes) are multiplied by 0, 1/2 and 2. Of an answer to a cue it
//! is the effect that is multiplied: `fold - 1` where the cue raises, `1 - to` where it lowers. Where a value
//! would leave its range, the action is left out and said; nothing is clamped.

use std::collections::BTreeSet;

use toml::Value;

use crate::scenario::build::Loaded;
use crate::scenario::silent::modulator;
use crate::study::factor::{quantity, tidy};

/// What is done to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is taken away.
    Cut,
    /// Half of it is left.
    Half,
    /// There is twice of it.
    Double,
}

impl Action {
    /// All, in their order.
    pub(crate) const ALL: [Self; 3] = [Self::Cut, Self::Half, Self::Double];

    /// Its name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Half => "half",
            Self::Double => "double",
        }
    }

    const fn times(self) -> f64 {
        match self {
            Self::Cut => 0.0,
            Self::Half => 0.5,
            Self::Double => 2.0,
        }
    }
}

/// What a link acts by.
#[derive(Debug, Clone, Copy)]
enum Acts {
    /// What resorption frees of this signal.
    Release(&'static str),
    /// What cells make or show of this signal.
    Made(&'static str),
    /// How what is made or done answers to a cue, or to sums with it.
    Answer { of: Of, to: &'static str },
    /// No key cuts it, for this reason.
    NoKey(&'static str),
}

/// Which rates answer.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// The making of this signal by tumour cells.
    ByTumour(&'static str),
    /// The making of this signal by any cell.
    Making(&'static str),
    /// What osteoblasts and their precursors do.
    Forming,
}

/// A link of the cycle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// Its name in tables.
    pub name: &'static str,
    /// Its name in pictures.
    pub words: &'static str,
    acts: Acts,
}

const fn link(name: &'static str, words: &'static str, acts: Acts) -> Link {
    Link { name, words, acts }
}

/// The links, in the order of the cycle.
pub(crate) const LINKS: [Link; 11] = [
    link(
        "tgf_beta_release",
        "TGF-beta from matrix",
        Acts::Release("tgf_beta"),
    ),
    link("igf_release", "IGF from matrix", Acts::Release("igf")),
    link(
        "calcium_release",
        "calcium from matrix",
        Acts::Release("calcium"),
    ),
    link(
        "tgf_beta_to_pthrp",
        "TGF-beta to PTHrP",
        Acts::Answer {
            of: Of::ByTumour("pthrp"),
            to: "tgf_beta",
        },
    ),
    link("pthrp", "PTHrP of the tumour", Acts::Made("pthrp")),
    link(
        "pthrp_to_rankl",
        "PTHrP and PTH to RANKL",
        Acts::Answer {
            of: Of::Making("rankl"),
            to: "pthrp",
        },
    ),
    link("rankl", "RANKL", Acts::Made("rankl")),
    link(
        "pthrp_to_opg",
        "PTHrP and PTH to OPG",
        Acts::Answer {
            of: Of::Making("opg"),
            to: "pthrp",
        },
    ),
    link("opg", "OPG", Acts::Made("opg")),
    link(
        "freed_space",
        "freed space",
        Acts::NoKey(
            "a site that resorption empties is marrow, and no key of a scenario keeps the tumour out of it",
        ),
    ),
    link(
        "osteoblast_suppression",
        "suppression of osteoblasts",
        Acts::Answer {
            of: Of::Forming,
            to: "tumour_packing",
        },
    ),
];

/// A link with what is done to it, as settings of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// The link.
    pub link: &'static str,
    /// What is done to it.
    pub action: Action,
    /// Keys with their values.
    pub sets: Vec<(String, Value)>,
}

/// What is not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// The link.
    pub link: &'static str,
    /// The action; none where it is all of them.
    pub action: Option<Action>,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let action = self.action.map_or("", Action::name);
        let space = if action.is_empty() { "" } else { " " };
        write!(to, "{}{space}{action}: {}", self.link, self.reason)
    }
}

/// What a key holds, by what it is.
enum Kind {
    Amount,
    Fold,
    To,
}

/// A key that a link acts by, and what it holds.
struct Key {
    path: String,
    kind: Kind,
    value: Value,
}

/// Names of a cue and of all sums with it.
pub(super) fn sums_with(loaded: &Loaded, cue: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([cue.to_owned()]);
    loop {
        let before = found.len();
        for (name, declared) in &loaded.scenario.cues {
            let mut parts = declared.sum.iter().flatten();
            if parts.any(|part| found.contains(part)) {
                found.insert(name.clone());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// True for the path of a rate at which cells make or show this signal.
fn makes(rate: &str, signal: &str) -> bool {
    let is_secretion = rate.strip_suffix(signal).is_some_and(|owner| {
        owner.ends_with(".secretion.") && !owner.starts_with("tumour.clones.")
    });
    is_secretion || (signal == "rankl" && rate.starts_with("lining.contact_rankl."))
}

impl Of {
    fn holds(self, rate: &str) -> bool {
        match self {
            Self::ByTumour(signal) => rate.starts_with("tumour.") && makes(rate, signal),
            Self::Making(signal) => makes(rate, signal),
            Self::Forming => rate.starts_with("precursor.") || rate.starts_with("osteoblast."),
        }
    }
}

impl Link {
    /// The keys by which the link acts, or why there are none.
    fn keys(&self, loaded: &Loaded) -> Result<Vec<Key>, String> {
        let tree = &loaded.tree;
        let key = |path: &str, kind| {
            tree.get(path).map(|value| Key {
                path: path.to_owned(),
                kind,
                value,
            })
        };
        let paths = tree.leaves().into_iter().map(|leaf| leaf.path);
        let (found, none): (Vec<Key>, String) = match self.acts {
            Acts::NoKey(reason) => return Err(reason.to_owned()),
            Acts::Release(signal) => {
                let held = loaded.scenario.signals.get(signal);
                let content = format!("signals.{signal}.matrix_content");
                match held {
                    None if signal == "calcium" => {
                        return Err(
                            "the scenario has no signal calcium: what resorption frees of it is counted, \
                             and no cell senses it"
                                .to_owned(),
                        );
                    }
                    None => return Err(format!("the scenario has no signal {signal}")),
                    Some(held) if !held.matrix_release => {
                        return Err(format!("signals.{signal}.matrix_release is false already"));
                    }
                    Some(_) => {}
                }
                let none = format!("{content} is zero or not there");
                (key(&content, Kind::Amount).into_iter().collect(), none)
            }
            Acts::Made(signal) => {
                let rates = paths.filter(|path| {
                    path.strip_suffix(".rate")
                        .is_some_and(|rate| makes(rate, signal))
                });
                let found = rates.filter_map(|path| key(&path, Kind::Amount));
                (found.collect(), format!("no cell makes {signal}"))
            }
            Acts::Answer { of, to } => {
                let cues = sums_with(loaded, to);
                let answers = |path: &str, key: &str, kind: &str| {
                    modulator(path, key).is_some_and(|(rate, found, cue)| {
                        found == kind && of.holds(rate) && cues.contains(cue)
                    })
                };
                let found = paths.filter_map(|path| {
                    if answers(&path, "fold", "raised_by") {
                        key(&path, Kind::Fold)
                    } else if answers(&path, "to", "lowered_by") {
                        key(&path, Kind::To)
                    } else {
                        None
                    }
                });
                let none = format!("no such rate is raised or lowered by {to}");
                (found.collect(), none)
            }
        };
        let found: Vec<Key> = found.into_iter().filter(Key::does_something).collect();
        if found.is_empty() {
            return Err(none);
        }
        Ok(found)
    }

    /// The settings of an action, or why there are none.
    fn settings(&self, keys: &[Key], action: Action) -> Result<Vec<(String, Value)>, String> {
        if let (Acts::Release(signal), Action::Cut) = (self.acts, action) {
            let key = format!("signals.{signal}.matrix_release");
            return Ok(vec![(key, Value::Boolean(false))]);
        }
        let set = |key: &Key| Ok((key.path.clone(), key.after(action)?));
        keys.iter().map(set).collect()
    }
}

fn number(value: &Value) -> Option<(f64, &str)> {
    match value {
        Value::String(text) => quantity(text),
        Value::Float(number) => Some((*number, "")),
        Value::Integer(number) => Some((*number as f64, "")),
        _ => None,
    }
}

impl Key {
    fn does_something(&self) -> bool {
        let idle = match self.kind {
            Kind::Amount => 0.0,
            Kind::Fold | Kind::To => 1.0,
        };
        number(&self.value).is_some_and(|(number, _)| (number - idle).abs() > 0.0)
    }

    /// Its value after an action.
    fn after(&self, action: Action) -> Result<Value, String> {
        let path = &self.path;
        let (before, unit) =
            number(&self.value).ok_or_else(|| format!("{path} holds no number"))?;
        let times = action.times();
        let after = match self.kind {
            Kind::Amount => tidy(before * times),
            Kind::Fold => tidy(1.0 + (before - 1.0) * times),
            Kind::To => tidy(1.0 - (1.0 - before) * times),
        };
        if after < 0.0 {
            return Err(format!(
                "{path} is {before}, and twice its effect would make it {after}; it ends at 0"
            ));
        }
        Ok(match &self.value {
            Value::String(_) => Value::String(format!("{after} {unit}")),
            _ => Value::Float(after),
        })
    }
}

/// All that can be done to the links of a scenario, and what is left out.
pub(crate) fn changes(loaded: &Loaded) -> (Vec<Change>, Vec<LeftOut>) {
    let (mut changes, mut left_out) = (Vec::new(), Vec::new());
    for link in &LINKS {
        let mut leave = |action, reason| {
            left_out.push(LeftOut {
                link: link.name,
                action,
                reason,
            });
        };
        let keys = match link.keys(loaded) {
            Ok(keys) => keys,
            Err(reason) => {
                leave(None, reason);
                continue;
            }
        };
        for action in Action::ALL {
            match link.settings(&keys, action) {
                Ok(sets) => changes.push(Change {
                    link: link.name,
                    action,
                    sets,
                }),
                Err(reason) => leave(Some(action), reason),
            }
        }
    }
    (changes, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::build::parse;

    const MOUSE: &str = "name = \"toy\"\npreset = \"mouse\"\nrun = { duration = \"1 d\" }\n\
        lattice = { size = [20, 20, 1], site = \"10 um\", section_thickness = \"50 um\" }\n\
        specimen.slab.thickness = \"80 um\"\n";

    fn found(sets: &[&str]) -> (Vec<Change>, Vec<LeftOut>) {
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        changes(&parse("toy.toml", MOUSE, &sets).unwrap())
    }

    fn sets(changes: &[Change], link: &str, action: Action) -> Vec<String> {
        let mut asked = changes
            .iter()
            .filter(|change| change.link == link && change.action == action);
        let sets = asked.next().map(|change| &change.sets);
        assert!(asked.next().is_none());
        sets.into_iter()
            .flatten()
            .map(|(path, value)| format!("{path}={value}"))
            .collect()
    }

    #[test]
    fn amounts_are_multiplied_and_answers_keep_their_effect_times_the_same() {
        let (changes, _) = found(&[]);
        let of = |link, action| sets(&changes, link, action).join("; ");
        assert_eq!(
            of("tgf_beta_release", Action::Cut),
            "signals.tgf_beta.matrix_release=false"
        );
        assert_eq!(
            of("tgf_beta_release", Action::Double),
            "signals.tgf_beta.matrix_content=\"45.6 nM\""
        );
        assert_eq!(
            of("pthrp", Action::Half),
            "tumour.secretion.pthrp.rate=\"0.0063 amol/h\""
        );
        let fold = "tumour.secretion.pthrp.raised_by.tgf_beta.fold";
        for (action, value) in [
            (Action::Cut, "1.0"),
            (Action::Half, "3.0"),
            (Action::Double, "9.0"),
        ] {
            assert_eq!(of("tgf_beta_to_pthrp", action), format!("{fold}={value}"));
        }
        let half = of("osteoblast_suppression", Action::Half);
        assert_eq!(
            half,
            "precursor.maturing.lowered_by.tumour_packing.to=0.55; \
             osteoblast.formation.apposition.lowered_by.tumour_packing.to=0.6"
                .replace("precursor.maturing", "precursor.maturation.maturing")
        );
        // Contact, lining cells and precursors; none of them by a clone.
        assert_eq!(sets(&changes, "rankl", Action::Cut).len(), 4);
        assert_eq!(sets(&changes, "pthrp_to_rankl", Action::Cut).len(), 4);
        assert_eq!(sets(&changes, "opg", Action::Double).len(), 2);
    }

    #[test]
    fn what_cannot_be_done_is_left_out_with_its_reason() {
        let (_, left_out) = found(&[]);
        let said: Vec<String> = left_out.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4, "{said:#?}");
        assert!(said[0].starts_with("calcium_release: the scenario has no signal calcium"));
        assert!(
            said[1].contains("pthrp_to_opg double: lining.secretion.opg.lowered_by.pth1r.to is 0")
        );
        assert!(said[2].starts_with("freed_space: "));
        assert!(said[3].starts_with("osteoblast_suppression double: "));
        let (changes, left_out) = found(&[
            "tumour.secretion.pthrp.raised_by.tgf_beta.fold=1.0",
            "signals.igf.matrix_release=false",
        ]);
        let said: Vec<String> = left_out.iter().map(ToString::to_string).collect();
        assert!(said[0] == "igf_release: signals.igf.matrix_release is false already");
        assert!(said[2].starts_with("tgf_beta_to_pthrp: no such rate"));
        assert!(!changes.iter().any(|change| change.link == "igf_release"));
    }
}
