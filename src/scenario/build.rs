//! From a scenario to a simulation that is ready for its first tick.

use std::path::{Path, PathBuf};

use crate::biology::problem::{Problem, Problems};
use crate::biology::signal::CORE;
use crate::engine::fault::Fault;
use crate::engine::model::{Model, TransportChoice};
use crate::engine::rigidity;
use crate::engine::scratch::Scratch;
use crate::engine::seeding::{Colony, Start, Vessels};
use crate::engine::state::State;
use crate::engine::tick::tick;
use crate::layers::diagnostic::{Diagnostic, Diagnostics, clip};
use crate::layers::path::{self, Segment};
use crate::layers::tree::{Layer, Tree};
use crate::numerics::name::{ALLOWED, is_name};
use crate::numerics::packed::pack;
use crate::numerics::quantity::{Dimension, Length, Time};
use crate::numerics::random::{Chance, Stream};
use crate::observe::figures::{Figures, SpecimenReport, other_species};
use crate::observe::series::COLUMNS;
use crate::scenario::file::{ImageFile, Scenario, Scheme, Site};
use crate::scenario::fork::Turning;
use crate::scenario::fragments::immune;
use crate::scenario::memory::{estimate_bytes, machine_bytes, too_little};
use crate::scenario::read::read_file;
use crate::specimen::image::{BoneImage, BoneOptions, ImageError, read_with as read_image};
use crate::therapy::catalogue::{RADIOBIOLOGY, fragment};
use crate::therapy::irradiation::{Extent, RadiationPlan};
use crate::therapy::subject::Species;
use crate::tissue::grid::Grid;
use crate::transport;
use crate::transport::MOST_SITES;

/// Sites of a lattice along an axis at most.
const MOST_ALONG: usize = 4096;

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
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    Loaded::from_tree(tree, folder)
}

/// Lays what comes with howship and is asked for under the scenario: immune cells of the preset where
/// there is a table for them, the drugs that courses name, and what radiation does to cells where some
/// is given. What a drug does to immune cells is left out where there are none.
pub(super) fn with_drugs(mut tree: Tree) -> Result<Tree, Diagnostic> {
    let has_immune = matches!(tree.get("immune"), Some(toml::Value::Table(_)));
    if has_immune
        && let Some(preset) = tree.preset().map(str::to_owned)
        && let Some(text) = immune(&preset)
    {
        let mut below = Tree::parse(Layer {
            name: format!("immune cells of {preset}"),
            text: text.to_owned(),
        })?;
        below.overlay(tree);
        tree = below;
    }
    let mut named: Vec<&str> = Vec::new();
    let therapy = tree.get("therapy");
    if let Some(toml::Value::Table(courses)) = &therapy {
        let drugs = courses.values();
        named.extend(drugs.filter_map(|course| course.get("drug")?.as_str()));
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

/// A run that is ready for its first tick.
#[derive(Debug)]
pub struct Simulation {
    /// Parameters.
    pub model: Model,
    /// State.
    pub state: State,
    /// Workspace.
    pub scratch: Scratch,
    /// Tumour cells that arrive, with the hour of their arrival.
    pub arrival: Option<(f64, Arrival)>,
    /// Ticks before day 0.
    pub burn_in_ticks: u32,
    /// Ticks after day 0.
    pub ticks: u32,
    /// What the specimen is, in a sentence.
    pub specimen: String,
    /// Figures from the scan to day 0; none of a run that was taken up again.
    pub report: Option<SpecimenReport>,
    /// Digest of the bone from which the run begins.
    pub bone: String,
    /// The turn into an arm, while it is to come.
    pub turning: Option<Box<Turning>>,
}

/// The bone before anything is seeded.
struct Bone {
    grid: Grid,
    solid: Vec<bool>,
    canals: Vec<usize>,
    sentence: String,
    report: SpecimenReport,
}

/// Where and how many tumour cells arrive.
#[derive(Debug, Clone)]
pub struct Arrival {
    cells: u32,
    colonies: u32,
    site: Site,
    place: [usize; 3],
}

impl Loaded {
    /// A scenario from its merged layers.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_tree(tree: Tree, folder: PathBuf) -> Result<Self, Diagnostics> {
        let mut tree = with_drugs(tree)?;
        keep_uppermost_choices(&mut tree);
        let scenario: Scenario = tree.deserialize()?;
        let loaded = Self {
            scenario,
            tree,
            folder,
        };
        loaded.check()?;
        Ok(loaded)
    }

    pub(super) fn error(&self, path: &str, message: &str, help: &str) -> Diagnostic {
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
        for (index, day) in output.map_days.iter().enumerate() {
            if day.is_nan() || *day < 0.0 {
                found.push(self.error(
                    &format!("output.map_days[{index}]"),
                    &format!("found {day}"),
                    "give days from 0 on",
                ));
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
        if let Some(follow_up) = &scenario.rigidity
            && follow_up.every > run.duration
        {
            notices.push(format!(
                "rigidity.every = {} is longer than the run of {}: the rigidity is read on day 0 and at \
                 the end alone",
                follow_up.every, run.duration
            ));
        }
        for (name, course) in &scenario.therapy {
            let left_out = course.after_the_end(run.duration.get());
            if left_out > 0 {
                notices.push(format!(
                    "therapy.{name}: {left_out} of the doses asked for would fall after the end of the run \
                     on day {} and are not given",
                    run.duration.get() / 24.0
                ));
            }
        }
        notices
    }

    /// Every signal has a column of its level in `series.csv`.
    fn check_level_names(&self, found: &mut Diagnostics) {
        for name in self.scenario.signals.keys() {
            let column = format!("{name}_pm");
            if COLUMNS.contains(&column.as_str()) && !CORE.contains(&name.as_str()) {
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

    /// Holds the values against each other.
    ///
    /// # Errors
    /// All that make no sense together, with file, line and remedy.
    pub fn check(&self) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::default();
        let scenario = &self.scenario;
        self.check_names(&mut found);
        self.check_times(&mut found);
        // Everything else is held against these.
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
        self.check_lesion(&mut found);
        self.check_arms(&mut found);
        found.into_result()
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
        if inoculation.position.is_some() && inoculation.site != Site::Position {
            found.push(self.error(
                "inoculation.position",
                "a position is given but not asked for",
                "set site = \"position\", or remove the position",
            ));
        }
        if inoculation.colonies > 1 && inoculation.site != Site::Vessels {
            found.push(self.error(
                "inoculation.colonies",
                "several colonies settle at vessels only",
                "set site = \"vessels\", or leave one colony",
            ));
        }
    }

    /// Bytes that a run takes, about.
    pub fn memory_bytes(&self, grid: &Grid) -> u64 {
        let signals = &self.scenario.signals;
        let stores = signals
            .values()
            .filter(|signal| signal.matrix_content.get() > 0.0);
        let block = self.scenario.transport.block_sites(grid);
        estimate_bytes(
            grid.len(),
            signals.len(),
            stores.count(),
            block.iter().product(),
        )
    }

    /// Bytes that a run of this scenario takes, about, on the lattice that it will have: that of an
    /// image is known when it is read.
    ///
    /// # Errors
    /// Bone that cannot be made.
    pub fn needed_bytes(&self) -> Result<u64, Diagnostic> {
        let lattice = &self.scenario.lattice;
        let size = lattice
            .size
            .filter(|size| size.iter().all(|n| (1..=MOST_ALONG).contains(n)));
        let grid = match (&self.scenario.specimen.image, size, lattice.site) {
            (None, Some([x, y, 1]), Some(site)) => Grid::section(x, y, site.get(), site.get()),
            (None, Some(size), Some(site)) => Grid::cubic(size, site.get()),
            _ => self.bone(false)?.grid,
        };
        Ok(self.memory_bytes(&grid))
    }

    pub(super) fn check_memory(&self, grid: &Grid) -> Result<(), Diagnostic> {
        self.check_record(grid)?;
        match too_little(self.memory_bytes(grid), machine_bytes()) {
            None => Ok(()),
            Some(message) => Err(self.error(
                "lattice",
                &message,
                "give a smaller lattice, a larger site or block, or a larger machine",
            )),
        }
    }

    /// Bone from the image of the scenario, with the lattice that it lies on.
    fn image(&self, image: &ImageFile, path: &Path) -> Result<(Grid, BoneImage), Diagnostic> {
        let lattice = &self.scenario.lattice;
        let options = BoneOptions {
            by: image.segmentation(),
            part: image.crop.as_ref().map(|crop| [crop.start, crop.size]),
            edge_um: lattice.site.map(Length::get),
        };
        let bone = read_image(path, &image.reading())
            .and_then(|read| read.to_bone_with(&options))
            .map_err(|error| {
                let (path, help) = match &error {
                    ImageError::Threshold { .. } if image.threshold.is_some() => (
                        "specimen.image.threshold",
                        "give a grey value inside the range of the image",
                    ),
                    ImageError::LabelMap { .. }
                    | ImageError::AbsentLabel { .. }
                    | ImageError::NoLabel { .. }
                    | ImageError::ThresholdAndLabels { .. } => (
                        "specimen.image.labels",
                        "name the labels that are bone, as in labels = [1, 2]",
                    ),
                    ImageError::MissingSpacing { .. } | ImageError::BadSpacing { .. } => (
                        "specimen.image.spacing",
                        "give spacing = \"20 um\", or three as in [\"20 um\", \"20 um\", \"40 um\"]",
                    ),
                    ImageError::Anisotropic { .. } | ImageError::Resample { .. } => (
                        "lattice.site",
                        "give the edge of the cubic sites, 5 to 25 um, as in site = \"20 um\"",
                    ),
                    ImageError::Crop { .. } => ("specimen.image.crop", "stay inside the image"),
                    ImageError::OneKind { .. } if image.crop.is_some() => (
                        "specimen.image.crop",
                        "take a part that holds bone and marrow",
                    ),
                    _ => (
                        "specimen.image.file",
                        "name a NIfTI, MetaImage, NRRD or TIFF file, or a folder of TIFFs",
                    ),
                };
                self.error(path, &error.to_string(), help)
            })?;
        if !(4.9..=25.1).contains(&bone.spacing_um) {
            return Err(self.error(
                "specimen.image.file",
                &format!("its voxels measure {} um", bone.spacing_um),
                "set lattice.site to 5 to 25 um to resample it",
            ));
        }
        let thickness = lattice.section_thickness.map(Length::get);
        let grid = if bone.dims[2] == 1 {
            let [nx, ny, _] = bone.dims;
            Grid::section(nx, ny, bone.spacing_um, thickness.unwrap_or(bone.depth_um))
        } else if thickness.is_some() {
            return Err(self.error(
                "lattice.section_thickness",
                &format!("the image has {} layers, so it is no section", bone.dims[2]),
                "remove section_thickness, or crop the image to one layer",
            ));
        } else {
            Grid::cubic(bone.dims, bone.spacing_um)
        };
        Ok((grid, bone))
    }

    /// Figures of bone from an image.
    fn image_report(&self, grid: &Grid, bone: &BoneImage, measured: bool) -> SpecimenReport {
        let mut report = SpecimenReport::of_image(bone, measured);
        if grid.is_section() {
            report.lattice.spacing_um[2] = grid.depth_um;
            if self.scenario.lattice.section_thickness.is_none() {
                report.assumed.push(format!(
                    "the image has one layer: a section {} um thick, its voxel size along z; another \
                     is given by lattice.section_thickness",
                    grid.depth_um
                ));
            }
        }
        let thickness = report.lattice.tb_th_mm;
        let species = self.scenario.subject.species;
        report.warnings.extend(other_species(thickness, species));
        report
    }

    /// The bone: lattice, mask, canals, a sentence and figures.
    fn bone(&self, measured: bool) -> Result<Bone, Diagnostic> {
        let scenario = &self.scenario;
        let specimen = &scenario.specimen;
        let kinds = usize::from(specimen.image.is_some())
            + usize::from(specimen.slab.is_some())
            + usize::from(specimen.trabecular.is_some())
            + usize::from(specimen.cortical.is_some());
        if kinds != 1 {
            return Err(self.error(
                "specimen",
                &format!("{kinds} kinds of bone are given"),
                "give exactly one of: image, slab, trabecular, cortical",
            ));
        }
        if let Some(image) = &specimen.image {
            let path = self.folder.join(&image.file);
            let (grid, bone) = self.image(image, &path)?;
            return Ok(Bone {
                report: self.image_report(&grid, &bone, measured),
                grid,
                canals: Vec::new(),
                sentence: format!("{} ({})", path.display(), bone.binarisation),
                solid: bone.bone,
            });
        }
        let (Some(size), Some(site)) = (scenario.lattice.size, scenario.lattice.site) else {
            return Err(self.error(
                "lattice",
                "synthetic bone needs lattice.size and lattice.site",
                "give size = [100, 100, 100] and site = \"20 um\"",
            ));
        };
        let sites = size
            .iter()
            .try_fold(1_usize, |all, &n| all.checked_mul(n))
            .unwrap_or(usize::MAX);
        if size.contains(&0) || size.iter().any(|&n| n > MOST_ALONG) || sites > MOST_SITES {
            return Err(self.error(
                "lattice.size",
                &format!("found {size:?}"),
                "give 1 to 4096 sites along each axis, at most 2^30 in all; z = 1 is a section",
            ));
        }
        let grid = if size[2] == 1 {
            let thickness = scenario.lattice.section_thickness.ok_or_else(|| {
                self.error(
                    "lattice",
                    "a section (z = 1) needs section_thickness",
                    "give section_thickness = \"50 um\"",
                )
            })?;
            Grid::section(size[0], size[1], site.get(), thickness.get())
        } else {
            Grid::cubic(size, site.get())
        };
        self.check_memory(&grid)?;
        let chance = Chance::new(scenario.seed);
        let (made, key) = if let Some(slab) = &specimen.slab {
            (slab.generate(grid, chance), "specimen.slab")
        } else if let Some(trabecular) = &specimen.trabecular {
            (trabecular.generate(grid, chance), "specimen.trabecular")
        } else if let Some(cortical) = &specimen.cortical {
            (cortical.generate(grid, chance), "specimen.cortical")
        } else {
            return Err(self.error("specimen", "no bone", "give a specimen"));
        };
        let bone = made.map_err(|error| {
            let key = match error.field() {
                Some(field) => format!("{key}.{field}"),
                None => key.to_owned(),
            };
            self.error(
                &key,
                &error.to_string(),
                "ask for what the text above allows",
            )
        })?;
        let spacing_um = [grid.edge_um, grid.edge_um, grid.depth_um];
        let lattice = Figures::of(&bone.bone, grid.dims, spacing_um, measured);
        Ok(Bone {
            report: SpecimenReport::of_synthetic(lattice),
            grid,
            solid: bone.bone,
            canals: bone.canals,
            sentence: format!("synthetic, {key}"),
        })
    }

    /// The model over a lattice.
    ///
    /// # Errors
    /// All parameters that make no sense, with file, line and remedy.
    pub fn model(&self, grid: Grid) -> Result<Model, Diagnostics> {
        let scenario = &self.scenario;
        let choice = TransportChoice {
            scheme: match scenario.transport.scheme {
                Scheme::Auto => None,
                Scheme::Exact => Some(transport::Scheme::Exact),
                Scheme::Implicit => Some(transport::Scheme::Implicit),
                Scheme::QuasiSteady => Some(transport::Scheme::QuasiSteady),
            },
            tolerance: scenario.transport.tolerance,
            block: scenario.transport.block_sites(&grid),
        };
        if scenario.transport.scheme == Scheme::Exact
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
        let said = |problems: &[Problem]| {
            Diagnostics(
                problems
                    .iter()
                    .map(|problem| self.error(&problem.path, &problem.message, &problem.help))
                    .collect(),
            )
        };
        let mut model = Model::new(
            scenario.parameters(),
            &scenario.treatment(),
            grid,
            scenario.run.tick.get(),
            choice,
        )
        .map_err(|problems| said(&problems))?;
        let mut problems = Problems::default();
        self.check_patient(&mut problems);
        if let Some(biology) = scenario.radiobiology
            && !scenario.radiotherapy.is_empty()
        {
            let [nx, ny, nz] = grid.dims.map(|sites| sites as f64);
            let extent = Extent {
                um: [nx * grid.edge_um, ny * grid.edge_um, nz * grid.depth_um],
                is_section: grid.is_section(),
            };
            model.radiotherapy = Some(RadiationPlan::new(
                biology,
                &scenario.radiotherapy,
                extent,
                scenario.run.duration.get(),
                &mut problems,
            ));
        }
        if let Some(follow_up) = &scenario.rigidity {
            follow_up.check(&mut problems);
        }
        if !problems.found.is_empty() {
            return Err(said(&problems.found));
        }
        model.patient.clone_from(&scenario.patient);
        model.rigidity.clone_from(&scenario.rigidity);
        Ok(model)
    }

    /// The patient, and what asks for one.
    fn check_patient(&self, problems: &mut Problems) {
        let scenario = &self.scenario;
        if scenario.patient.is_none() {
            for (name, course) in &scenario.therapy {
                for (key, condition) in [
                    ("start_when", course.start_when),
                    ("stop_when", course.stop_when),
                ] {
                    if let Some(condition) = condition.filter(|when| when.needs_patient()) {
                        problems.add(
                            &format!("therapy.{name}.{key}"),
                            format!("found {condition}, and no patient is followed"),
                            "add [patient], or take a condition on bv_tv or tumour_cells",
                        );
                    }
                }
            }
        }
        if let Some(patient) = &scenario.patient {
            patient.check(scenario.run.burn_in.get(), problems);
            if patient.skeletal_events.is_some() && scenario.rigidity.is_none() {
                problems.add(
                    "patient.skeletal_events",
                    "bones break by their rigidity, which is not followed",
                    "add the table [rigidity]; it may be empty",
                );
            }
            if scenario.subject.species != Species::Human {
                problems.add(
                    "patient",
                    format!(
                        "a patient, with subject.species = \"{}\"",
                        scenario.subject.species.name()
                    ),
                    "leave out [patient], or take `preset = \"human\"`: its calcium and its \
                     markers are those of man",
                );
            }
        }
    }

    /// At most a vessel in a site.
    fn check_vessels(&self, grid: &Grid) -> Result<(), Diagnostic> {
        let spacing = self.scenario.vessels.spacing;
        let least_um = grid.site_volume_um3().cbrt();
        if spacing.get() >= least_um {
            return Ok(());
        }
        Err(self.error(
            "vessels.spacing",
            &format!("found {spacing}, on sites of {} um", grid.edge_um),
            &format!("give at least {least_um:.1} um: a site holds one vessel"),
        ))
    }

    /// Builds the simulation.
    ///
    /// # Errors
    /// All parameters that make no sense, with file, line and remedy.
    pub fn build(&self) -> Result<Simulation, Diagnostics> {
        self.build_with(false)
    }

    /// Builds the simulation and measures the thickness of its bone, for [`Simulation::report`].
    ///
    /// # Errors
    /// Those of [`Loaded::build`].
    pub fn build_measured(&self) -> Result<Simulation, Diagnostics> {
        self.build_with(true)
    }

    fn build_with(&self, measured: bool) -> Result<Simulation, Diagnostics> {
        let scenario = &self.scenario;
        let Bone {
            grid,
            solid,
            canals,
            sentence: specimen,
            report,
        } = self.bone(measured)?;
        self.check_memory(&grid)?;
        if canals.is_empty() {
            self.check_vessels(&grid)?;
        }
        let bone = digest_of(&grid, &solid);
        let model = self.model(grid)?;
        let arrival = self.arrival(&grid, &solid)?;
        let turning = self.turning(grid)?;
        let lesion = self.lesion(&grid, &solid)?;
        let start = Start {
            seed: scenario.seed,
            burn_in_h: scenario.run.burn_in.get(),
            vessels: if canals.is_empty() {
                Vessels::Spaced(scenario.vessels.spacing.get())
            } else {
                Vessels::At(canals)
            },
            lesion,
        };
        let state = State::new(&model, &solid, &start);
        self.check_lesion_cells(&state)?;
        if scenario.colonisation.is_some() && state.vessels.is_empty() {
            return Err(self
                .error(
                    "colonisation",
                    "there is no vessel from which tumour cells could come",
                    "give a larger lattice or a shorter vessels.spacing",
                )
                .into());
        }
        let scratch = Scratch::new(&model, &state)
            .map_err(|error| self.error("lattice", &error.to_string(), "choose another lattice"))?;
        Ok(Simulation {
            burn_in_ticks: self.burn_in_ticks(&model),
            ticks: self.ticks(&model),
            model,
            state,
            scratch,
            arrival,
            specimen,
            bone,
            report: Some(report),
            turning,
        })
    }

    /// Ticks before day 0.
    pub(super) fn burn_in_ticks(&self, model: &Model) -> u32 {
        (self.scenario.run.burn_in.get() / model.tick_h).round() as u32
    }

    /// Ticks after day 0.
    pub(super) fn ticks(&self, model: &Model) -> u32 {
        let ticks = self.scenario.run.duration.get() / model.tick_h;
        ticks.round() as u32
    }

    /// When and how the tumour arrives.
    pub(super) fn arrival(
        &self,
        grid: &Grid,
        solid: &[bool],
    ) -> Result<Option<(f64, Arrival)>, Diagnostic> {
        let Some(inoculation) = &self.scenario.inoculation else {
            return Ok(None);
        };
        let marrow = solid.iter().filter(|&&bone| !bone).count();
        if marrow == 0 {
            return Err(self.error("inoculation", "there is no marrow", "choose another bone"));
        }
        let cell_um3 = self.scenario.tumour.cell_volume_um3();
        let room = marrow as f64 * grid.site_volume_um3() / cell_um3;
        if f64::from(inoculation.cells) > room {
            return Err(self.error(
                "inoculation.cells",
                &format!(
                    "found {}: the marrow has room for about {room:.0}",
                    inoculation.cells
                ),
                "give fewer cells or a larger lattice",
            ));
        }
        let mut place = [grid.dims[0] / 2, grid.dims[1] / 2, grid.dims[2] / 2];
        if inoculation.site == Site::Position {
            let Some(position) = inoculation.position else {
                return Err(self.error(
                    "inoculation.site",
                    "a position is asked for but not given",
                    "give position = [\"1 mm\", \"1 mm\", \"1 mm\"]",
                ));
            };
            for axis in 0..3 {
                let edge = if axis == 2 {
                    grid.depth_um
                } else {
                    grid.edge_um
                };
                let at = position[axis].get() / edge;
                if at < 0.0 || at >= grid.dims[axis] as f64 {
                    return Err(self.error(
                        "inoculation.position",
                        &format!(
                            "{} lies outside the lattice of {} um along {}",
                            position[axis],
                            grid.dims[axis] as f64 * edge,
                            ["x", "y", "z"][axis]
                        ),
                        "give a position inside the lattice, from its corner",
                    ));
                }
                place[axis] = at as usize;
            }
        }
        // The arm of an experiment that gets the injection without cells.
        if inoculation.cells == 0 {
            return Ok(None);
        }
        if inoculation.colonies == 0 || inoculation.colonies > inoculation.cells {
            return Err(self.error(
                "inoculation.colonies",
                &format!(
                    "found {} for {} cells",
                    inoculation.colonies, inoculation.cells
                ),
                "give 1 to as many colonies as cells",
            ));
        }
        Ok(Some((
            inoculation.time.get(),
            Arrival {
                cells: inoculation.cells,
                colonies: inoculation.colonies,
                site: inoculation.site,
                place,
            },
        )))
    }
}

impl Simulation {
    /// Runs to the end, through the burn-in first. `watch` sees the simulation before every tick and
    /// after the last, with what is due at that time (the arrival of the tumour) done.
    ///
    /// # Errors
    /// A [`Fault`] that names what went wrong, where and in which tick.
    pub fn run(&mut self, mut watch: impl FnMut(&Self)) -> Result<(), Fault> {
        self.begin()?;
        loop {
            watch(self);
            if self.is_done() {
                return Ok(());
            }
            self.step()?;
        }
    }

    /// Does what is due before the first tick.
    ///
    /// # Errors
    /// A [`Fault`] when the tumour finds no room, or there is no bone whose rigidity could be followed.
    pub fn begin(&mut self) -> Result<(), Fault> {
        if self.state.tick == self.burn_in_ticks {
            self.state.open_books(&self.model);
            rigidity::begin(&self.model, &mut self.state)?;
        }
        if !self.state.lesion.sites.is_empty()
            && Self::has_come(&self.state, self.state.lesion.at_h)
        {
            self.state.settle_lesion(&self.model);
        }
        if let Some((at_h, arrival)) = &self.arrival
            && Self::has_come(&self.state, *at_h)
        {
            let colony = arrival.colony(&self.model, &self.state);
            self.state.settle(&self.model, &colony)?;
            self.arrival = None;
        }
        Ok(())
    }

    /// One tick, and what is due at the time that it leads to.
    ///
    /// # Errors
    /// A [`Fault`] that names what went wrong, where and in which tick; the state is then not to be
    /// used.
    pub fn step(&mut self) -> Result<(), Fault> {
        self.turn()?;
        tick(&self.model, &mut self.state, &mut self.scratch)?;
        self.begin()
    }

    /// Volume fraction and thickness of the bone as it is now. Solid sites are bone to the thickness,
    /// as they are to cells; the volume fraction is that of the matrix.
    pub fn figures(&self) -> Figures {
        let grid = &self.model.grid;
        let bone = &self.state.bone.solid;
        let spacing_um = [grid.edge_um, grid.edge_um, grid.depth_um];
        let mut figures = Figures::of(bone, grid.dims, spacing_um, true);
        figures.bv_tv = self.state.bv_tv(&self.model);
        figures
    }

    /// True when a time has come.
    pub(super) fn has_come(state: &State, at_h: f64) -> bool {
        state.time_h >= at_h - 1e-9
    }

    /// True from day 0 on.
    pub const fn is_past_burn_in(&self) -> bool {
        self.state.tick >= self.burn_in_ticks
    }

    /// True when the last tick is done.
    pub const fn is_done(&self) -> bool {
        self.state.tick >= self.burn_in_ticks + self.ticks
    }
}

/// Digest of a bone and its lattice.
fn digest_of(grid: &Grid, solid: &[bool]) -> String {
    let mut hash = blake3::Hasher::new();
    for count in grid.dims {
        hash.update(&(count as u64).to_le_bytes());
    }
    hash.update(&grid.edge_um.to_le_bytes());
    hash.update(&grid.depth_um.to_le_bytes());
    hash.update(&pack(solid));
    hash.finalize().to_hex().to_string()
}

impl Arrival {
    /// The colony that settles now.
    pub fn colony(&self, model: &Model, state: &State) -> Colony {
        let mut draws = Chance::new(state.seed).at(Stream::Seeding, 2, 0);
        let places = match self.site {
            Site::Vessels if !state.vessels.is_empty() => (0..self.colonies)
                .map(|_| state.vessels[draws.below(state.vessels.len() as u32) as usize] as usize)
                .collect(),
            _ => state.marrow_near(model, self.place).into_iter().collect(),
        };
        Colony {
            cells: self.cells,
            places,
        }
    }
}
