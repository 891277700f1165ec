//! All parameters of the biology, as a scenario gives them.

use std::collections::BTreeMap;

use crate::biology::conversion::Conversion;
use crate::biology::cue::DeclaredCue;
use crate::biology::immune::Immune;
use crate::biology::osteoblast::mineralisation::Mineralisation;
use crate::biology::osteoblast::{Lining, Osteoblast, Precursor};
use crate::biology::osteoclast::Osteoclast;
use crate::biology::problem::Problems;
use crate::biology::residents::Residents;
use crate::biology::signal::{CORE, Signal};
use crate::biology::tumour::Tumour;
use crate::biology::tumour::colonisation::Colonisation;

/// Signals, cues and lineages.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// Signals by name; the four of [`CORE`] must be among them.
    pub signals: BTreeMap<String, Signal>,
    /// Conversions of signals by name.
    pub conversions: BTreeMap<String, Conversion>,
    /// Declared cues by name.
    pub cues: BTreeMap<String, DeclaredCue>,
    /// Tumour cells.
    pub tumour: Tumour,
    /// Tumour cells that arrive from the circulation, if any do.
    pub colonisation: Option<Colonisation>,
    /// Osteoclasts.
    pub osteoclast: Osteoclast,
    /// Lining cells.
    pub lining: Lining,
    /// Precursors of osteoblasts.
    pub precursor: Precursor,
    /// Osteoblasts.
    pub osteoblast: Osteoblast,
    /// Osteocytes, if they are counted.
    pub osteocyte: Option<Residents>,
    /// Stroma of marrow, if it is counted.
    pub stroma: Option<Residents>,
    /// Mineralisation of osteoid.
    pub mineralisation: Mineralisation,
    /// Immune cells, if there are any.
    pub immune: Option<Immune>,
}

impl Parameters {
    /// Names of the signals in their fixed order: the core ones, then the others by name.
    pub fn signal_names(&self) -> Vec<String> {
        let mut names: Vec<String> = CORE.iter().map(|&name| name.to_owned()).collect();
        names.extend(
            self.signals
                .keys()
                .filter(|name| !CORE.contains(&name.as_str()))
                .cloned(),
        );
        names
    }

    /// True where some conversion takes this signal.
    pub fn is_converted(&self, signal: &str) -> bool {
        self.conversions.values().any(|one| one.from == signal)
    }

    /// The form in which bone sets free what is not active must be another signal.
    fn check_inactive(&self, name: &str, signal: &Signal, problems: &mut Problems) {
        let Some(form) = &signal.inactive_form else {
            return;
        };
        let path = format!("signals.{name}.inactive_form");
        let known = self.signal_names();
        if form == name || !self.signals.contains_key(form) {
            problems.add(
                &path,
                format!("found \"{form}\", which is no other signal"),
                format!("name one of: {}", known.join(", ")),
            );
        }
    }

    /// Looks for values that make no sense.
    pub fn check(&self, problems: &mut Problems) {
        for name in CORE {
            if !self.signals.contains_key(name) {
                problems.add(
                    &format!("signals.{name}"),
                    "is missing",
                    "PTHrP, RANKL, OPG and TGF-beta always exist: name a preset or declare it",
                );
            }
        }
        for (name, signal) in &self.signals {
            signal.check(&format!("signals.{name}"), problems);
            self.check_inactive(name, signal, problems);
        }
        self.tumour.check(problems);
        self.osteoclast.check(problems);
        self.lining.check(problems);
        self.osteoblast.check(problems);
        self.mineralisation.check(problems);
        for (path, residents) in [("osteocyte", &self.osteocyte), ("stroma", &self.stroma)] {
            if let Some(residents) = residents {
                residents.check(path, problems);
            }
        }
        if let Some(immune) = &self.immune {
            immune.check(problems);
        }
    }
}
