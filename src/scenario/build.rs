//! From a scenario to a simulation that is ready for its first tick.

use std::path::{Path, PathBuf};

use crate::biology::problem::{Problem, Problems};
use crate::engine::fault::Fault;
use crate::engine::model::{Model, TransportChoice};
use crate::engine::rigidity;
use crate::engine::scratch::Scratch;
use crate::engine::seeding::{Colony, Start, Vessels};
use crate::engine::state::State;
use crate::engine::tick::tick;
use crate::numerics::packed::pack;
use crate::numerics::quantity::Length;
use crate::numerics::random::{Chance, Stream};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::file::{Scenario, Scheme, Site};
use crate::scenario::fork::Turning;
use crate::scenario::fragments::immune;
use crate::scenario::layers::{Layer, Tree};
use crate::scenario::memory::{estimate_bytes, machine_bytes, too_little};
use crate::scenario::read::read_file;
use crate::specimen::image::read as read_image;
use crate::therapy::catalogue::{RADIOBIOLOGY, fragment};
use crate::therapy::irradiation::{Extent, RadiationPlan};
use crate::therapy::subject::Species;
use crate::tissue::grid::Grid;
use crate::transport;
use crate::transport::diffusion::MOST_SITES;

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
    /// Digest of the bone from which the run begins.
    pub bone: String,
    /// The turn into an arm, while it is to come.
    pub turning: Option<Box<Turning>>,
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
        self.tree.error_at(path, message, help)
    }

    /// Whole ticks and days, and no more of them than their counters hold.
    fn check_times(&self, found: &mut Diagnostics) {
        let run = &self.scenario.run;
        let is_whole = |share: f64| (share - share.round()).abs() < 1e-6;
        let tick_h = run.tick.get();
        if tick_h > 0.0 && !is_whole(run.duration.get() / tick_h) {
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
                "give whole days, such as \"28 d\"",
            ));
        }
        // Osteoclasts act in steps of at most an hour, counted in 32 bits.
        let step_h = tick_h.min(1.0);
        let most_h = f64::from(u32::MAX) * step_h;
        if run.duration.get() + run.burn_in.get() >= most_h {
            found.push(self.error(
                "run.duration",
                &format!(
                    "found {}, beside a burn-in of {}",
                    run.duration, run.burn_in
                ),
                &format!("stay below {:.0} years in all", most_h / 24.0 / 365.25),
            ));
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
        if scenario.name.is_empty()
            || !scenario
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        {
            found.push(self.error(
                "name",
                &format!("found \"{}\"", scenario.name),
                "use letters, digits, _ and -: the name becomes that of a folder",
            ));
        }
        if scenario.run.duration.get() <= 0.0 {
            found.push(self.error(
                "run.duration",
                &format!("found {}", scenario.run.duration),
                "give a time above zero, such as \"28 d\"",
            ));
        }
        if scenario.run.burn_in.get() < 0.0 {
            found.push(self.error(
                "run.burn_in",
                &format!("found {}", scenario.run.burn_in),
                "give zero or a time above it",
            ));
        }
        self.check_times(&mut found);
        self.check_checkpoints(&mut found);
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
        if let Some(inoculation) = &scenario.inoculation
            && inoculation.time.get() < 0.0
        {
            found.push(self.error(
                "inoculation.time",
                &format!("found {}", inoculation.time),
                "give zero or a time above it",
            ));
        }
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
        if lattice.section_thickness.is_some() && lattice.size.is_none_or(|size| size[2] != 1) {
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

    pub(super) fn check_memory(&self, grid: &Grid) -> Result<(), Diagnostic> {
        match too_little(self.memory_bytes(grid), machine_bytes()) {
            None => Ok(()),
            Some(message) => Err(self.error(
                "lattice",
                &message,
                "give a smaller lattice, a larger site or block, or a larger machine",
            )),
        }
    }

    /// The bone: lattice, mask, canals and a sentence.
    fn bone(&self) -> Result<(Grid, Vec<bool>, Vec<usize>, String), Diagnostic> {
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
            let at_file = |message: &str| {
                self.error(
                    "specimen.image.file",
                    message,
                    "name a NIfTI, MetaImage, NRRD or TIFF file, or a folder of TIFFs",
                )
            };
            let mut read = read_image(&path, image.spacing.map(|edge| [edge.get(); 3]))
                .map_err(|error| at_file(&error.to_string()))?;
            if let Some(crop) = &image.crop {
                read = read.crop(crop.start, crop.size).map_err(|error| {
                    self.error(
                        "specimen.image.crop",
                        &error.to_string(),
                        "stay inside the image",
                    )
                })?;
            }
            let edge = scenario.lattice.site.map(Length::get);
            let bone = read
                .to_bone(image.threshold, edge)
                .map_err(|error| at_file(&error.to_string()))?;
            if !(4.9..=25.1).contains(&bone.spacing_um) {
                return Err(self.error(
                    "specimen.image.file",
                    &format!("its voxels measure {} um", bone.spacing_um),
                    "set lattice.site to 5 to 25 um to resample it",
                ));
            }
            let grid = Grid::cubic(bone.dims, bone.spacing_um);
            let sentence = format!("{} ({})", path.display(), bone.binarisation);
            return Ok((grid, bone.bone, Vec::new(), sentence));
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
        if size.contains(&0) || size.iter().any(|&n| n > 4096) || sites > MOST_SITES {
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
            self.error(
                key,
                &error.to_string(),
                "ask for what the text above allows",
            )
        })?;
        Ok((grid, bone.bone, bone.canals, format!("synthetic, {key}")))
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

    /// Builds the simulation.
    ///
    /// # Errors
    /// All parameters that make no sense, with file, line and remedy.
    pub fn build(&self) -> Result<Simulation, Diagnostics> {
        let scenario = &self.scenario;
        let (grid, solid, canals, specimen) = self.bone()?;
        self.check_memory(&grid)?;
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
        ticks.round().max(1.0) as u32
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
