//! From layers to a scenario that fits together, and its model.

use std::path::{Path, PathBuf};

use crate::biology::problem::Problem;
#[cfg(feature = "plots")]
use crate::biology::problem::Problems;
use crate::biology::signal::CORE;
use crate::engine::model::{Model, TransportChoice};
use crate::engine::parts::each;
use crate::engine::parts::setting::Times;
use crate::layers::diagnostic::{Diagnostic, Diagnostics, clip};
use crate::layers::path::{self, Segment};
use crate::layers::tree::{Layer, Tree};
use crate::numerics::name::{ALLOWED, is_name};
use crate::numerics::quantity::{Dimension, Time};
use crate::observe::series::is_fixed;
use crate::observe::structure;
use crate::scenario::file::{InoculationSite, Scenario, SchemeChoice};
use crate::scenario::fragments::{immune, mechanostat};
use crate::scenario::read::{read_file, read_layer};
use crate::scenario::retired;
use crate::therapy::catalogue::{RADIOBIOLOGY, fragment};
use crate::tissue::grid::Grid;
use crate::transport;

/// Frames of a film and maps that a run keeps at most.
const MOST_FRAMES: f64 = 1000.0;

/// Time scales and densities of man.
pub const HUMAN: &str = include_str!("presets/human.toml");
/// Time scales and densities of the mouse.
pub const MOUSE: &str = include_str!("presets/mouse.toml");

/// The text of a preset.
pub fn preset(name: &str) -> Option<&'static str> {
    match name {
        "human" => Some(HUMAN),
        "mouse" => Some(MOUSE),
        _ => None,
    }
}

/// A scenario with where its values came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The values.
    pub scenario: Scenario,
    /// Where they came from.
    pub tree: Tree,
    /// Folder to which file names in the scenario refer.
    pub folder: PathBuf,
}

/// Reads a scenario with its preset, its base and the assignments of `--set`.
///
/// # Errors
/// What is wrong, with file, line and remedy.
pub fn load(path: &Path, sets: &[String]) -> Result<Loaded, Diagnostics> {
    let tree = read_file(path, preset, sets)?;
    Loaded::from_tree(tree, folder_of(path))
}

/// Reads a scenario from a text, with its preset, its base and assignments as for `--set`.
///
/// Messages name the text by `name`, which may be the path of a file that need not be there: names of
/// files in the scenario are taken from its folder, else from that in which the program was started.
///
/// # Errors
/// What is wrong, with the name, the line and the remedy.
pub fn parse(name: &str, text: &str, sets: &[String]) -> Result<Loaded, Diagnostics> {
    let layer = Layer {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let path = Path::new(name);
    Loaded::from_tree(read_layer(layer, path, preset, sets)?, folder_of(path))
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

fn has_table(tree: &Tree, name: &str) -> bool {
    matches!(tree.get(name), Some(toml::Value::Table(_)))
}

/// Lays what a feature has for the preset under a scenario.
fn laid_under(
    tree: Tree,
    what: &str,
    text: impl Fn(&str) -> Option<&'static str>,
) -> Result<Tree, Diagnostic> {
    let Some(preset) = tree.preset().map(str::to_owned) else {
        return Ok(tree);
    };
    let Some(text) = text(&preset) else {
        return Ok(tree);
    };
    let mut below = Tree::parse(Layer {
        name: format!("{what} of {preset}"),
        text: text.to_owned(),
    })?;
    below.overlay(tree);
    Ok(below)
}

/// Lays what comes with howship and is asked for under the scenario: immune cells of the preset where
/// there is a table for them, the drugs that courses name or the scenario changes, and what radiation does to cells where some
/// is given. What a drug does to immune cells is left out where there are none.
pub(super) fn with_drugs(mut tree: Tree) -> Result<Tree, Diagnostic> {
    let has_immune = has_table(&tree, "immune");
    if has_immune {
        tree = laid_under(tree, "immune cells", immune)?;
    }
    if has_table(&tree, "mechanostat") {
        let has_osteocytes = has_table(&tree, "osteocyte");
        tree = laid_under(tree, "mechanostat", mechanostat)?;
        if !has_osteocytes {
            tree.remove("osteocyte");
        }
    }
    let mut named: Vec<&str> = Vec::new();
    let therapy = tree.get("therapy");
    if let Some(toml::Value::Table(courses)) = &therapy {
        let drugs = courses.values();
        named.extend(drugs.filter_map(|course| course.get("drug")?.as_str()));
    }
    // A drug that the scenario changes is whole too where an arm gives another in its place.
    let changed = tree.get("drugs");
    if let Some(toml::Value::Table(drugs)) = &changed {
        named.extend(drugs.keys().map(String::as_str));
    }
    named.sort_unstable();
    named.dedup();
    let mut layers: Vec<Layer> = named
        .into_iter()
        .filter_map(|name| {
            Some(Layer {
                name: format!("drug {name}"),
                text: fragment(name)?.to_owned(),
            })
        })
        .collect();
    if tree.get("radiotherapy").is_some() || tree.get("radiobiology").is_some() {
        layers.push(Layer {
            name: "radiobiology".to_owned(),
            text: RADIOBIOLOGY.to_owned(),
        });
    }
    let mut below: Option<Tree> = None;
    for layer in layers {
        let mut layer = Tree::parse(layer)?;
        if !has_immune {
            layer.remove("immune");
        }
        match &mut below {
            Some(below) => below.overlay(layer),
            None => below = Some(layer),
        }
    }
    Ok(match below {
        Some(mut below) => {
            below.overlay(tree);
            below
        }
        None => tree,
    })
}

/// Of what can be but one thing, the uppermost layer decides which.
pub(super) fn keep_uppermost_choices(tree: &mut Tree) {
    tree.keep_uppermost_choice("specimen");
    let Some(toml::Value::Table(courses)) = tree.get("therapy") else {
        return;
    };
    for name in courses.keys() {
        for key in ["start_when", "stop_when"] {
            tree.keep_uppermost_choice(&format!("therapy.{name}.{key}"));
        }
    }
}

impl Loaded {
    /// A scenario from its merged layers.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_tree(tree: Tree, folder: PathBuf) -> Result<Self, Diagnostics> {
        let mut tree = with_drugs(tree)?;
        keep_uppermost_choices(&mut tree);
        Self::checked(tree, folder)
    }

    /// A scenario from layers that need nothing more.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn checked(tree: Tree, folder: PathBuf) -> Result<Self, Diagnostics> {
        let scenario = retired::scenario(&tree)?;
        let loaded = Self {
            scenario,
            tree,
            folder,
        };
        loaded.check()?;
        Ok(loaded)
    }

    pub(crate) fn error(&self, path: &str, message: &str, help: &str) -> Diagnostic {
        self.tree
            .error_at(path, &self.as_typed(path, message), help)
    }

    /// A message about a quantity, with the quantity as it was typed and not as it is kept.
    fn as_typed(&self, path: &str, message: &str) -> String {
        let Some(toml::Value::String(typed)) = self.tree.get(path) else {
            return message.to_owned();
        };
        let mut forms = Dimension::WITH_UNITS.into_iter().filter_map(|dimension| {
            let value = dimension.parse(&typed).ok()?;
            let plain = format!("{value} {}", dimension.canonical_unit());
            [dimension.say(value), plain]
                .into_iter()
                .map(|form| format!("found {form}"))
                .find(|form| message.starts_with(form))
        });
        match forms.next() {
            Some(form) => message.replacen(&form, &format!("found {}", clip(&typed, 80)), 1),
            None => message.to_owned(),
        }
    }

    /// Whole ticks and days, and no more of them than their counters hold.
    fn check_times(&self, found: &mut Diagnostics) {
        let run = &self.scenario.run;
        let is_whole = |share: f64| (share - share.round()).abs() < 1e-6;
        let tick_h = run.tick.get();
        if tick_h <= 0.0 || (24.0 / tick_h - (24.0 / tick_h).round()).abs() > 1e-9 {
            found.push(self.error(
                "run.tick",
                &format!("found {}, which does not divide a day", run.tick),
                "give a tick above zero such as \"1 h\", \"6 h\" or \"12 h\"",
            ));
            return;
        }
        if run.duration.get() <= 0.0 {
            found.push(self.error(
                "run.duration",
                &format!("found {}", run.duration),
                "give a time above zero, such as \"28 d\"",
            ));
            return;
        }
        if !is_whole(run.duration.get() / tick_h) {
            found.push(self.error(
                "run.duration",
                &format!("found {}, which is no whole number of ticks", run.duration),
                &format!("give a multiple of run.tick = {}", run.tick),
            ));
        }
        if !is_whole(run.burn_in.get() / 24.0) {
            found.push(self.error(
                "run.burn_in",
                &format!("found {}, which is no whole number of days", run.burn_in),
                "give zero or whole days, such as \"28 d\"",
            ));
        }
        // Osteoclasts act in steps of at most an hour, counted in 32 bits.
        let step_h = tick_h.min(1.0);
        let most_h = f64::from(u32::MAX) * step_h;
        for (key, length) in [("run.duration", run.duration), ("run.burn_in", run.burn_in)] {
            if length.get() >= most_h / 2.0 {
                found.push(self.error(
                    key,
                    &format!("found {length}, with run.tick = {}", run.tick),
                    &format!(
                        "stay below {}: steps of at most an hour are counted in 32 bits",
                        Dimension::Time.say((most_h / 2.0 / 24.0).floor() * 24.0)
                    ),
                ));
            }
        }
    }

    /// What comes at a time comes within the run.
    fn check_dates(&self, found: &mut Diagnostics) {
        let duration = self.scenario.run.duration;
        let mut dates = Vec::new();
        if let Some(inoculation) = &self.scenario.inoculation {
            dates.push(("inoculation.time", inoculation.time));
        }
        if let Some(colonisation) = &self.scenario.colonisation {
            dates.push(("colonisation.start", colonisation.start));
        }
        for (key, at) in dates {
            if at >= duration {
                found.push(self.error(
                    key,
                    &format!("found {at}, which is not before the end of the run"),
                    &format!("give a time from day 0 to before run.duration = {duration}"),
                ));
            }
        }
    }

    /// Rows, maps and frames: at times that there are, and no more than memory holds.
    fn check_output(&self, found: &mut Diagnostics) {
        let (output, run) = (&self.scenario.output, &self.scenario.run);
        let is_whole = |time: Time| {
            let ticks = time.get() / run.tick.get();
            ticks > 0.5 && (ticks - ticks.round()).abs() < 1e-6
        };
        if !is_whole(output.series_every) || output.series_every.get() > 24.0 {
            found.push(self.error(
                "output.series_every",
                &format!("found {}", output.series_every),
                &format!("give whole ticks of run.tick = {}, up to a day", run.tick),
            ));
        }
        let frames = run.duration.get() / output.film_every.get();
        if output.film_every.get() > 0.0 && (!is_whole(output.film_every) || frames > MOST_FRAMES) {
            found.push(self.error(
                "output.film_every",
                &format!("found {}", output.film_every),
                &format!(
                    "give whole ticks of run.tick = {} that make at most {MOST_FRAMES} frames, which \
                     stay in memory, or 0 h for a short film",
                    run.tick
                ),
            ));
        }
        if output.map_days.len() > MOST_FRAMES as usize {
            found.push(self.error(
                "output.map_days",
                &format!("found {} days", output.map_days.len()),
                &format!("give at most {MOST_FRAMES}: the maps stay in memory"),
            ));
        }
        if output.structure_every.get() != 0.0 && !is_whole(output.structure_every) {
            found.push(self.error(
                "output.structure_every",
                &format!("found {}", output.structure_every),
                &format!(
                    "give whole ticks of run.tick = {}, or 0 h for none",
                    run.tick
                ),
            ));
        }
        self.check_structure(found);
        if output.parquet && cfg!(not(feature = "parquet")) {
            found.push(self.error(
                "output.parquet",
                "this howship was built without the feature parquet",
                "remove it, or build with the feature",
            ));
        }
        self.check_volumes(found);
        // A map is drawn at a tick: two days of one tick, or a day between two, would be another map
        // than the one asked for, or none.
        let ticks = |day: f64| day * 24.0 / run.tick.get();
        for (index, &day) in output.map_days.iter().enumerate() {
            let at = ticks(day);
            let mut wrong = |message: String, help: String| {
                found.push(self.error(&format!("output.map_days[{index}]"), &message, &help));
            };
            if day.is_nan() || day < 0.0 {
                wrong(format!("found {day}"), "give days from 0 on".to_owned());
            } else if (at - at.round()).abs() > 1e-6 {
                wrong(
                    format!("found day {day}, which lies between two ticks"),
                    format!("give days that are whole ticks of run.tick = {}", run.tick),
                );
            } else if output.map_days[..index]
                .iter()
                .any(|&other| (ticks(other) - at).abs() < 0.5)
            {
                wrong(
                    format!("found day {day} a second time"),
                    "name each day once".to_owned(),
                );
            }
        }
    }

    /// Names that become columns of tables and parts of paths.
    fn check_names(&self, found: &mut Diagnostics) {
        let scenario = &self.scenario;
        if !is_name(&scenario.name) {
            found.push(self.error("name", &format!("found {:?}", scenario.name), ALLOWED));
        }
        let mut names: Vec<(&str, &String)> = Vec::new();
        names.extend(scenario.signals.keys().map(|name| ("signals", name)));
        names.extend(scenario.cues.keys().map(|name| ("cues", name)));
        names.extend(scenario.drugs.keys().map(|name| ("drugs", name)));
        names.extend(scenario.therapy.keys().map(|name| ("therapy", name)));
        names.extend(
            scenario
                .tumour
                .clones
                .keys()
                .map(|name| ("tumour.clones", name)),
        );
        names.extend(
            scenario
                .radiotherapy
                .keys()
                .map(|name| ("radiotherapy", name)),
        );
        for (table, name) in names.into_iter().filter(|(_, name)| !is_name(name)) {
            let path = format!("{table}.{}", path::write(&[Segment::Key(name.clone())]));
            let message = format!("found the name {:?}", clip(name, 80));
            found.push(self.tree.error_at_key(&path, &message, ALLOWED));
        }
    }

    /// What the scenario alone tells that a reader may not expect: sentences for a warning.
    pub fn notices(&self) -> Vec<String> {
        let scenario = &self.scenario;
        let (run, mut notices) = (&scenario.run, Vec::new());
        if !scenario.has_tumour() {
            notices.push(
                "there is no tumour: no cells are inoculated and none arrive from the circulation"
                    .to_owned(),
            );
        }
        if scenario.seeding.is_some() {
            notices.push(
                "[seeding] remodelling_space does nothing any more: day 0 has the volume of the \
                 specimen whatever it says; remove it"
                    .to_owned(),
            );
        }
        for day in &scenario.output.map_days {
            if day * 24.0 > run.duration.get() {
                notices.push(format!(
                    "output.map_days holds {day}, and the run ends on day {}: no map is drawn of it",
                    run.duration.get() / 24.0
                ));
            }
        }
        for day in scenario.output.volumes.iter().flat_map(|it| &it.days) {
            if day * 24.0 > run.duration.get() {
                notices.push(format!(
                    "output.volumes.days holds {day}, and the run ends on day {}: no volume is written of it",
                    run.duration.get() / 24.0
                ));
            }
        }
        notices.extend(self.notices_of_host());
        let of_arms: Vec<_> = scenario
            .arms
            .iter()
            .flat_map(|(name, arm)| {
                // What is wrong with an arm is refused elsewhere.
                let found = self.beyond(name, arm).map(|arm| arm.notices_of_host());
                let found = found.unwrap_or_default().into_iter();
                found.map(move |notice| (name, notice))
            })
            .collect();
        for (name, notice) in of_arms {
            if !notices.contains(&notice) {
                notices.push(format!("arm {name}: {notice}"));
            }
        }
        notices.extend(self.notices_of_arms());
        notices.extend(each::notices(&scenario.asked(), self.times()));
        notices
    }

    /// What does not fit the host: drugs that know another species alone, and a mass that is none of its own.
    fn notices_of_host(&self) -> Vec<String> {
        let scenario = &self.scenario;
        let subject = &scenario.subject;
        let name = subject.species.name();
        let mut notices = Vec::new();
        for (course, given) in &scenario.therapy {
            let drug = scenario.drugs.get(&given.drug);
            let knows = drug.and_then(|drug| drug.acts_in.as_ref());
            if let Some(knows) = knows.filter(|all| !all.contains(&subject.species)) {
                let knows: Vec<&str> = knows.iter().map(|species| species.name()).collect();
                notices.push(format!(
                    "therapy.{course}: {} does nothing in a {name}, it acts in {} alone (drugs.{}.acts_in): give another drug, or say \
                     that the host has the gene of the other",
                    given.drug,
                    knows.join(", "),
                    given.drug
                ));
            }
        }
        if let Some(mass) = subject.mass
            && !subject.species.masses_mg().contains(&mass.get())
        {
            notices.push(format!(
                "subject.mass is {}, which is no mass of a {name}: doses by mass and pharmacokinetics follow it",
                self.tree
                    .get("subject.mass")
                    .and_then(|typed| typed.as_str().map(str::to_owned))
                    .unwrap_or_else(|| mass.to_string())
            ));
        }
        notices
    }

    /// Every signal has a column of its level in `series.csv`.
    fn check_level_names(&self, found: &mut Diagnostics) {
        for name in self.scenario.signals.keys() {
            let column = format!("{name}_pm");
            if is_fixed(&column) && !CORE.contains(&name.as_str()) {
                found.push(self.error(
                    &format!("signals.{name}"),
                    &format!(
                        "its level would be the column {column}, which series.csv has already"
                    ),
                    "give the signal another name",
                ));
            }
        }
    }

    fn check_checkpoints(&self, found: &mut Diagnostics) {
        let checkpoint = &self.scenario.checkpoint;
        for (path, every) in [
            ("checkpoint.every", checkpoint.every),
            ("checkpoint.every_wall", checkpoint.every_wall),
        ] {
            if let Some(every) = every.filter(|every| every.get() <= 0.0) {
                found.push(self.error(
                    path,
                    &format!("found {every}"),
                    "give a time above zero, such as \"6 h\"",
                ));
            }
        }
        if checkpoint.keep == 0 {
            found.push(self.error(
                "checkpoint.keep",
                "found 0",
                "keep at least 1; 2 let a run go on when the last is torn",
            ));
        }
    }

    /// Checks the values with each other.
    ///
    /// # Errors
    /// All that make no sense together, with file, line and remedy.
    pub fn check(&self) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::default();
        let scenario = &self.scenario;
        self.check_names(&mut found);
        self.check_times(&mut found);
        // Everything else is checked against these.
        if !found.is_empty() {
            return Err(found);
        }
        self.check_dates(&mut found);
        self.check_output(&mut found);
        self.check_checkpoints(&mut found);
        self.check_restorable(&mut found);
        if let Some(share) = scenario.seeding.as_ref().and_then(|s| s.remodelling_space)
            && !(0.0..1.0).contains(&share)
        {
            found.push(self.error(
                "seeding.remodelling_space",
                &format!("found {share}"),
                "remove it: it does nothing any more",
            ));
        }
        if let Some(site) = scenario.lattice.site
            && !(5.0..=25.0).contains(&site.get())
        {
            found.push(self.error(
                "lattice.site",
                &format!("found {site}"),
                "give an edge from 5 um to 25 um",
            ));
        }
        if scenario.vessels.spacing.get() <= 0.0 {
            found.push(self.error(
                "vessels.spacing",
                &format!("found {}", scenario.vessels.spacing),
                "give a length above zero",
            ));
        }
        if !(scenario.transport.tolerance > 0.0 && scenario.transport.tolerance < 0.1) {
            found.push(self.error(
                "transport.tolerance",
                &format!("found {}", scenario.transport.tolerance),
                "give a relative residual above 0 and below 0.1",
            ));
        }
        if scenario.transport.block.get() <= 0.0 {
            found.push(self.error(
                "transport.block",
                &format!("found {}", scenario.transport.block),
                "give an edge above zero; below two sites every site has its own level",
            ));
        }
        self.check_level_names(&mut found);
        self.check_idle_keys(&mut found);
        if scenario.specimen.soft_tissue.is_some() {
            self.check_needs_bone(&mut found);
        }
        self.check_lesion(&mut found);
        self.check_arms(&mut found);
        found.into_result()
    }

    /// Checks the values of cells, signals and cues with the laws that take them: what a model refuses whatever its lattice.
    ///
    /// # Errors
    /// All that make no sense, with file, line and remedy.
    #[cfg(feature = "plots")]
    pub(crate) fn check_parameters(&self) -> Result<(), Diagnostics> {
        let mut problems = Problems::default();
        self.scenario.parameters().check(&mut problems);
        self.said_of(&problems.found).into_result()
    }

    fn said_of(&self, problems: &[Problem]) -> Diagnostics {
        let said = problems.iter();
        let said = said.map(|problem| self.error(&problem.path, &problem.message, &problem.help));
        Diagnostics(said.collect())
    }

    /// Refuses what needs bone, of a lattice that has none.
    pub(crate) fn check_needs_bone(&self, found: &mut Diagnostics) {
        let scenario = &self.scenario;
        for (table, is_asked, what) in [
            (
                "patient",
                scenario.patient.is_some(),
                "a body that answers to the bone of the lattice",
            ),
            (
                "rigidity",
                scenario.rigidity.is_some(),
                "the rigidity of bone",
            ),
            (
                "strength",
                scenario.strength.is_some(),
                "the strength of bone",
            ),
            (
                "mechanostat",
                scenario.mechanostat.is_some(),
                "bone that feels its load",
            ),
        ] {
            if is_asked {
                found.push(self.error(
                    table,
                    &format!("{what}, on a lattice without bone"),
                    &format!("leave out [{table}], or give a specimen with bone"),
                ));
            }
        }
    }

    /// Columns of the table of structure have names that there are, each once, and an interval.
    fn check_structure(&self, found: &mut Diagnostics) {
        let output = &self.scenario.output;
        let mut wrong = |message: String, help: String| {
            found.push(self.error("output.structure", &message, &help));
        };
        if !output.structure.is_empty() && output.structure_every.get() <= 0.0 {
            wrong(
                "columns of a table that is not written".to_owned(),
                "give output.structure_every, such as \"7 d\", or remove the columns".to_owned(),
            );
        }
        for (at, name) in output.structure.iter().enumerate() {
            if !structure::names().any(|known| known == name) {
                let all: Vec<&str> = structure::names().collect();
                wrong(
                    format!("found \"{name}\""),
                    format!("name columns among {}", all.join(", ")),
                );
            } else if output.structure[..at].contains(name) {
                wrong(
                    format!("found \"{name}\" twice"),
                    "name each column once".to_owned(),
                );
            }
        }
    }

    /// Keys that would do nothing are refused rather than ignored.
    fn check_idle_keys(&self, found: &mut Diagnostics) {
        let lattice = &self.scenario.lattice;
        if self.scenario.specimen.image.is_some() && lattice.size.is_some() {
            found.push(self.error(
                "lattice.size",
                "an image brings its own size",
                "remove lattice.size, or take a part by specimen.image.crop",
            ));
        }
        if lattice.section_thickness.is_some()
            && self.scenario.specimen.image.is_none()
            && lattice.size.is_none_or(|size| size[2] > 1)
        {
            found.push(self.error(
                "lattice.section_thickness",
                "the lattice is not a section",
                "remove section_thickness, or set the size along z to 1",
            ));
        }
        let Some(inoculation) = &self.scenario.inoculation else {
            return;
        };
        if inoculation.position.is_some() && inoculation.site != InoculationSite::Position {
            found.push(self.error(
                "inoculation.position",
                "a position is given but not asked for",
                "set site = \"position\", or remove the position",
            ));
        }
        if inoculation.colonies > 1 && inoculation.site != InoculationSite::Vessels {
            found.push(self.error(
                "inoculation.colonies",
                "several colonies settle at vessels only",
                "set site = \"vessels\", or leave one colony",
            ));
        }
    }

    /// Lengths of the run and its tick.
    fn times(&self) -> Times {
        let run = &self.scenario.run;
        Times {
            tick_h: run.tick.get(),
            burn_in_h: run.burn_in.get(),
            duration_h: run.duration.get(),
        }
    }

    /// The model over a lattice.
    ///
    /// # Errors
    /// All parameters that make no sense, with file, line and remedy.
    pub fn model(&self, grid: Grid) -> Result<Model, Diagnostics> {
        let scenario = &self.scenario;
        let choice = TransportChoice {
            scheme: match scenario.transport.scheme {
                SchemeChoice::Auto => None,
                SchemeChoice::Exact => Some(transport::Scheme::Exact),
                SchemeChoice::Implicit => Some(transport::Scheme::Implicit),
                SchemeChoice::QuasiSteady => Some(transport::Scheme::QuasiSteady),
            },
            tolerance: scenario.transport.tolerance,
            block: scenario.transport.block_sites(&grid),
        };
        if scenario.transport.scheme == SchemeChoice::Exact
            && let Some((name, signal)) = scenario
                .signals
                .iter()
                .find(|(_, signal)| !signal.meets_no_obstacle())
        {
            let (key, found) = if signal.bone_factor >= 1.0 {
                ("vessel_exchange", signal.vessel_exchange.get())
            } else {
                ("bone_factor", signal.bone_factor)
            };
            return Err(self
                .error(
                    &format!("signals.{name}.{key}"),
                    &format!("found {found}: the exact tick knows no bone and no vessel"),
                    "set bone_factor = 1 and no vessel_exchange for every signal, \
                     or transport.scheme = \"auto\"",
                )
                .into());
        }
        if scenario.transport.scheme == SchemeChoice::Exact
            && let Some((name, conversion)) = scenario.conversions.iter().next()
        {
            return Err(self
                .error(
                    &format!("conversions.{name}.from"),
                    &format!(
                        "found \"{}\": the exact tick knows no loss that differs from site to site",
                        conversion.from
                    ),
                    "leave out the conversion, or set transport.scheme = \"auto\"",
                )
                .into());
        }
        if choice.block != [1; 3]
            && let Some((name, _)) = scenario
                .signals
                .iter()
                .find(|(_, signal)| signal.bone_factor == 0.0)
        {
            return Err(self
                .error(
                    &format!("signals.{name}.bone_factor"),
                    "found 0: a block of sites could let a signal through closed bone",
                    "let every site have its own level with transport.block = \"1 um\"",
                )
                .into());
        }
        Model::new(
            scenario.parameters(),
            &scenario.asked(),
            grid,
            self.times(),
            choice,
        )
        .map_err(|problems| self.said_of(&problems))
    }
}
