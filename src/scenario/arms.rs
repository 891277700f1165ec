//! Several futures from one past: a run goes on from a time with other values, and with the same
//! random numbers until they make the first difference.
//!
//! An arm is part of its scenario, so that an arm is run, resumed and verified as any run is: up to
//! its time the values of the control hold, from then on its own.

use std::borrow::Cow;

use crate::engine::parts::each;
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::layers::path::{self, Segment};
use crate::layers::source::find_unquoted;
use crate::layers::tree::{SET, Tree};
use crate::numerics::name::is_name;
use crate::numerics::quantity::Time;
use crate::scenario::arm_keys::{OWN, list_of, table_of};
use crate::scenario::build::{Loaded, keep_uppermost_choices, with_drugs};
use crate::scenario::file::Arm;
use crate::scenario::retired;

/// Name of the run that goes on without a change.
pub(crate) const CONTROL: &str = "control";

/// Arms of a scenario at most: each has a model of its own.
const MOST_ARMS: usize = 100;

/// Keys that no arm can change: they say what has been before it, or how runs are compared with each
/// other.
const SHARED: [&str; 13] = [
    "name",
    "description",
    "seed",
    "run",
    "lattice",
    "specimen",
    "vessels",
    "transport",
    "output",
    "checkpoint",
    "arms",
    "arm",
    "tumour.cell_diameter",
];

impl Loaded {
    /// What an arm changes by its list of assignments.
    fn changes_by_list(&self, name: &str) -> Vec<String> {
        let listed = self.tree.get(&list_of(name));
        let listed = listed.as_ref().and_then(toml::Value::as_array);
        let texts = listed.into_iter().flatten().filter_map(toml::Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// Arms that are written as lists of assignments in a file, which files of before have.
    pub(super) fn notices_of_arms(&self) -> Vec<String> {
        let is_listed = |name: &&String| {
            let origin = self.tree.origin(&list_of(name));
            origin.is_some_and(|origin| origin.layer != SET)
        };
        let listed: Vec<&str> = self
            .scenario
            .arms
            .keys()
            .filter(is_listed)
            .map(String::as_str)
            .collect();
        if listed.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "arms [{}]: `set = [...]` is the form of before; write what an arm changes as keys of its table, as in \
             [arms.{}.therapy.zoledronate], or \"tumour.division.rate\" = \"0.3 /d\"",
            listed.join(", "),
            listed[0]
        )]
    }

    /// Tick after which an arm turns off.
    pub fn fork_tick(&self, at: Time) -> u32 {
        let run = &self.scenario.run;
        ((run.burn_in.get() + at.get()) / run.tick.get()).round() as u32
    }

    /// Ticks after which arms turn off from this run; none for a run that is itself an arm.
    pub fn fork_ticks(&self) -> Vec<u32> {
        if self.scenario.arm.is_some() {
            return Vec::new();
        }
        let arms = self.scenario.arms.values();
        arms.map(|arm| self.fork_tick(arm.at)).collect()
    }

    /// This scenario as a run of one of its arms.
    ///
    /// # Errors
    /// A name that is none of an arm.
    pub fn taking(&self, arm: &str) -> Result<Self, Diagnostics> {
        let mut tree = self.tree.clone();
        tree.set(&format!("arm={}", toml::Value::String(arm.to_owned())))?;
        self.with(tree)
    }

    /// This scenario as a run of a new arm.
    ///
    /// # Errors
    /// What is wrong with the arm.
    pub fn forked(&self, name: &str, arm: &Arm) -> Result<Self, Diagnostics> {
        if self.scenario.arm.is_some() {
            return Err(self
                .error(
                    "arm",
                    "this run is itself an arm",
                    "fork the control, and set what this arm sets too",
                )
                .into());
        }
        let mut tree = self.tree.clone();
        // A name that is no bare key is found by the check of names, not by the path.
        if is_arm(name) {
            tree.remove(&format!("arms.{name}"));
            let at = toml::Value::String(arm.at.to_string());
            tree.set(&format!("arms.{name}.at={at}"))?;
            for change in &arm.set {
                if let Some(own) = own_key(change) {
                    return Err(
                        Diagnostic::new(format!("`{own}` is no key of a scenario: found {change:?}"))
                            .with_help("set what acts from the turn on, such as tumour.division.rate=\"0.1 /d\"; --at gives its time")
                            .into(),
                    );
                }
                tree.set(&format!("arms.{name}.{}", below_table(change)))?;
            }
        } else {
            return Err(Diagnostic::new(format!("{name:?} names no arm"))
                .with_help(NAMES)
                .into());
        }
        self.with(tree)?.taking(name)
    }

    fn with(&self, tree: Tree) -> Result<Self, Diagnostics> {
        let scenario = retired::scenario(&tree)?;
        let loaded = Self {
            scenario,
            tree,
            folder: self.folder.clone(),
        };
        loaded.check()?;
        Ok(loaded)
    }

    /// The values that hold in the tick after this one.
    pub(crate) fn acting(&self, tick: u32) -> Result<Cow<'_, Self>, Diagnostics> {
        match self.chosen() {
            Some((name, arm)) if tick > self.fork_tick(arm.at) => {
                Ok(Cow::Owned(self.beyond(name, arm)?))
            }
            _ => Ok(Cow::Borrowed(self)),
        }
    }

    /// This scenario with the values that hold at its end: for a run of an arm, those of the arm.
    ///
    /// # Errors
    /// What is wrong with the arm.
    pub fn at_the_end(&self) -> Result<Self, Diagnostics> {
        self.acting(u32::MAX).map(Cow::into_owned)
    }

    fn chosen(&self) -> Option<(&String, &Arm)> {
        self.scenario
            .arms
            .get_key_value(self.scenario.arm.as_ref()?)
    }

    /// The scenario with the values of an arm, which holds from its time on.
    pub(crate) fn beyond(&self, name: &str, arm: &Arm) -> Result<Self, Diagnostics> {
        let place = format!("arms.{name}");
        let mut tree = self.tree.clone();
        tree.remove("arms");
        tree.remove("arm");
        let base = tree.clone();
        tree.lay_table(&self.tree, &table_of(name), &OWN)
            .map_err(|fault| fault.with_note(format!("in `{place}`")))?;
        for set in self.changes_by_list(name) {
            tree.set(&set)
                .map_err(|fault| fault.with_note(format!("in `{place}`")))?;
        }
        let of_parts = each::SHARED.iter().copied().flatten();
        let fixed = SHARED.iter().chain(of_parts);
        let mut fixed: Vec<String> = fixed.map(|&path| path.to_owned()).collect();
        for signal in self.scenario.signals.keys() {
            fixed.push(format!("signals.{signal}.matrix_content"));
        }
        let has_come = |at: Time| at.get() <= arm.at.get() + 1e-9;
        let past_colony = self
            .scenario
            .inoculation
            .as_ref()
            .is_some_and(|inoculation| has_come(inoculation.time));
        if past_colony {
            fixed.push("inoculation".to_owned());
        }
        let mut found = Diagnostics::default();
        let shared = |path: &str| {
            let key = format!("{place}.{path}");
            let is_key = self.tree.get(&key).is_some();
            self.error(
                if is_key { &key } else { &place },
                &format!("`{path}` is shared by all arms"),
                "set what acts from the turn on, or run the changed scenario from its start",
            )
        };
        for path in fixed {
            if base.get(&path) != tree.get(&path) {
                found.push(shared(&path));
            }
        }
        found.into_result()?;
        for table in each::FROM_THE_START.iter().copied().flatten() {
            if base.get(table).is_none() && tree.get(table).is_some() {
                return Err(shared(table).into());
            }
        }
        let mut tree =
            with_drugs(tree).map_err(|fault| fault.with_note(format!("in `{place}`")))?;
        keep_uppermost_choices(&mut tree);
        let scenario =
            retired::scenario(&tree).map_err(|fault| fault.with_note(format!("in `{place}`")))?;
        let given = scenario
            .therapy
            .iter()
            .filter(|(course, _)| !self.scenario.therapy.contains_key(*course))
            // One that waits for a condition is looked at after the turn alone.
            .filter(|(_, given)| given.start_when.is_none())
            .map(|(course, given)| (format!("therapy.{course}"), given.start.unwrap_or_default()));
        let irradiated = scenario
            .radiotherapy
            .iter()
            .filter(|(course, _)| !self.scenario.radiotherapy.contains_key(*course))
            .map(|(course, given)| (format!("radiotherapy.{course}"), given.start));
        for (course, start) in given.chain(irradiated) {
            if start.get() < arm.at.get() {
                let key = format!("{place}.{course}");
                let is_key = self.tree.get(&key).is_some();
                return Err(self
                    .error(
                        if is_key { &key } else { &place },
                        &format!("{course} starts at {start}, before the turn"),
                        &format!("give it a start of {} or later", arm.at),
                    )
                    .into());
            }
        }
        let beyond = Self {
            scenario,
            tree,
            folder: self.folder.clone(),
        };
        beyond.check()?;
        if !self
            .scenario
            .signals
            .keys()
            .eq(beyond.scenario.signals.keys())
        {
            return Err(shared("signals").into());
        }
        if !past_colony
            && let Some(inoculation) = &beyond.scenario.inoculation
            && has_come(inoculation.time)
        {
            return Err(self
                .error(
                    &place,
                    &format!(
                        "the tumour arrives at {}, before the turn",
                        inoculation.time
                    ),
                    &format!("give an inoculation.time after {}", arm.at),
                )
                .into());
        }
        Ok(beyond)
    }

    pub(super) fn check_arms(&self, found: &mut Diagnostics) {
        let scenario = &self.scenario;
        let run = &scenario.run;
        if let Some(name) = &scenario.arm
            && !scenario.arms.contains_key(name)
        {
            let names: Vec<&str> = scenario.arms.keys().map(String::as_str).collect();
            found.push(self.error(
                "arm",
                &format!("found \"{name}\""),
                &format!("give one of the arms [{}], or none", names.join(", ")),
            ));
        }
        if scenario.arms.len() > MOST_ARMS {
            found.push(self.error(
                "arms",
                &format!("found {} arms", scenario.arms.len()),
                &format!("give at most {MOST_ARMS}"),
            ));
            return;
        }
        for (name, arm) in &scenario.arms {
            let path = format!("arms.{name}");
            if !is_arm(name) {
                found.push(self.error(
                    &path::write(&[Segment::Key("arms".to_owned()), Segment::Key(name.clone())]),
                    &format!("found the name {name:?}"),
                    NAMES,
                ));
                continue;
            }
            let ticks = arm.at.get() / run.tick.get();
            if !(0.0..run.duration.get()).contains(&arm.at.get())
                || (ticks - ticks.round()).abs() > 1e-6
            {
                found.push(self.error(
                    &format!("{path}.at"),
                    &format!("found {}", arm.at),
                    &format!(
                        "give a time from day 0 to before {}, in whole ticks of {}",
                        run.duration, run.tick
                    ),
                ));
            } else if let Err(more) = self.beyond(name, arm) {
                found.0.extend(more.0);
            }
        }
    }
}

/// An assignment as a key of a table: a path into a list goes in quotes.
fn below_table(change: &str) -> Cow<'_, str> {
    match find_unquoted(change, '=') {
        Some(equals) if change[..equals].contains('[') => {
            let key = path::write_key(change[..equals].trim());
            Cow::Owned(format!("{key}{}", &change[equals..]))
        }
        _ => Cow::Borrowed(change),
    }
}

/// The key of an arm's own that an assignment would set in place of one of the scenario.
fn own_key(change: &str) -> Option<&'static str> {
    let steps = path::parse(&change[..find_unquoted(change, '=')?])?;
    let Some((Segment::Key(first), _)) = steps.first() else {
        return None;
    };
    OWN.into_iter().find(|own| first == own)
}

const NAMES: &str = "name an arm in 1 to 64 letters, digits, _ and -, and not \"control\", \"plots\", \
     \"compared\" or \"checkpoints\": the name becomes that of a folder";

fn is_arm(name: &str) -> bool {
    is_name(name) && ![CONTROL, "plots", "compared", "checkpoints"].contains(&name)
}
