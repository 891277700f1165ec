//! The model: parameters with their cues found, ready to be evaluated, and never changed by a run.

use std::collections::BTreeMap;

use crate::biology::conversion;
use crate::biology::cue::{Brought, CueSource, CueTable};
use crate::biology::immune::motility::MOST_STEPS;
use crate::biology::osteoblast::recruitment::room;
use crate::biology::osteoclast::resorption::share_in_section;
use crate::biology::parameters::Parameters;
use crate::biology::problem::{Problem, Problems};
use crate::biology::rate::{CompiledRate, Modulated};
use crate::biology::residents::Residents;
use crate::biology::tumour::clones::{SecretionRate, TumourRates};
use crate::biology::tumour::{self, MOST_WALK, Tumour};
use crate::engine::parts::setting::{Setting, Times};
use crate::engine::parts::{Asked, Plans};
use crate::numerics::quantity::{Length, Rate, Secretion};
use crate::numerics::random::{Chance, Stream};
use crate::tissue::grid::{Grid, Neighbours};
use crate::tissue::reach::Reach;
use crate::transport::{Physics, Scheme};

/// All rates of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// Tumour cells, by clone; the first is parental.
    pub tumour: Vec<TumourRates>,
    /// Formation of osteoclasts, per mm2 and h.
    pub fusion: CompiledRate,
    /// Resorption, um3/h.
    pub resorption: CompiledRate,
    /// Nuclei that an osteoclast gains by fusion, per h.
    pub nuclei_gain: CompiledRate,
    /// Speed of ageing of osteoclasts.
    pub ageing: CompiledRate,
    /// Death of osteoclasts on withdrawal of RANKL, per h.
    pub withdrawal: CompiledRate,
    /// Opening of quiescent surface, per mm2 and h.
    pub activation: CompiledRate,
    /// RANK occupancy by contact on quiescent surface.
    pub contact_resting: CompiledRate,
    /// RANK occupancy by contact on opened surface.
    pub contact_opened: CompiledRate,
    /// Arrival of osteoblast precursors, per mm2 and h.
    pub arrival: CompiledRate,
    /// Share of what is dug that is owed.
    pub refill: Option<CompiledRate>,
    /// Maturing of precursors, per h.
    pub maturing: CompiledRate,
    /// Death of precursors, per h.
    pub precursor_death: CompiledRate,
    /// Apposition, um/h.
    pub apposition: CompiledRate,
    /// Death of osteoblasts, per h.
    pub osteoblast_death: CompiledRate,
    /// Patches of quiescent surface that begin to form, per mm2 and h.
    pub modelling: Option<CompiledRate>,
    /// Weight of a step of a migrating osteoclast.
    pub attraction: Option<CompiledRate>,
    /// What lining cells make.
    pub lining_secretion: Vec<SecretionRate>,
    /// What precursors make.
    pub precursor_secretion: Vec<SecretionRate>,
    /// What osteoblasts make.
    pub osteoblast_secretion: Vec<SecretionRate>,
    /// What osteocytes make.
    pub osteocyte_secretion: Vec<SecretionRate>,
    /// What stroma makes.
    pub stroma_secretion: Vec<SecretionRate>,
}

/// A conversion of signals, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversionRates {
    /// Index of the signal that is taken.
    pub from: usize,
    /// Index of the signal that is made.
    pub to: Option<usize>,
    /// Rate at every site of marrow, per h.
    pub everywhere_per_h: f64,
    /// Fluid that a tumour cell clears, um3/h.
    pub tumour: Option<CompiledRate>,
    /// Fluid that a resorbing osteoclast clears, um3/h.
    pub osteoclast: Option<CompiledRate>,
    /// Fluid that a lining cell clears, um3/h.
    pub lining: Option<CompiledRate>,
    /// Fluid that a precursor clears, um3/h.
    pub precursor: Option<CompiledRate>,
    /// Fluid that an osteoblast clears, um3/h.
    pub osteoblast: Option<CompiledRate>,
}

/// Parameters of a run, immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The lattice.
    pub grid: Grid,
    /// Length of a tick, h.
    pub tick_h: f64,
    /// Length of a step of the osteoclasts inside a tick, h: at most 1.
    pub step_h: f64,
    /// Parameters as given.
    pub parameters: Parameters,
    /// Names of the signals.
    pub signals: Vec<String>,
    /// Sites along x, y, z that share one level of every signal.
    pub signal_block: [usize; 3],
    /// Physics of the signals.
    pub physics: Vec<Physics>,
    /// The signal that is the inactive form of each, as bone sets it free.
    pub inactive_forms: Vec<Option<usize>>,
    /// Conversions of signals.
    pub conversions: Vec<ConversionRates>,
    /// Signals in groups, in the order in which a tick brings them to their fields.
    pub spread_order: Vec<Vec<usize>>,
    /// Cues.
    pub cues: Vec<CueSource>,
    /// Rates.
    pub rates: Rates,
    /// The near neighbours of a site.
    pub neighbours: Neighbours,
    /// Footprint of an osteoclast, as displacements.
    pub(crate) footprint: Reach,
    /// Where an osteoclast finds matrix to dig, as displacements.
    pub(crate) digging_reach: Reach,
    /// What an activation opens, as displacements by distance.
    pub(crate) patch: Reach,
    /// Area of surface that it opens at most, um2: a disc, or its part in the section.
    pub patch_um2: f64,
    /// What a patch takes on which lining cells begin to form, as displacements by distance; none where they
    /// never do.
    pub(crate) modelled_patch: Reach,
    /// Share of such a patch that lies in the section (1 in 3-D).
    pub modelled_patch_share: f64,
    /// What is looked at around a site that was dug out, as displacements; none where every pit is refilled.
    pub(crate) perforation_reach: Reach,
    /// Where an osteoblast finds its next site, as displacements by distance.
    pub(crate) forming_reach: Reach,
    /// Where a cell at work keeps a surface from arrest, as displacements.
    pub(crate) arrest_reach: Reach,
    /// Share of an osteoclast that lies in the section (1 in 3-D).
    pub osteoclast_share: f64,
    /// Share of an activated patch that lies in the section (1 in 3-D).
    pub patch_share: f64,
    /// What it has of optional features.
    pub parts: Plans,
}

/// How signals are solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransportChoice {
    /// Scheme in time of every signal, or `None` to choose by regime: exact where the signal meets
    /// no obstacle and no vessel, else backward Euler.
    pub scheme: Option<Scheme>,
    /// Relative residual at which the solver stops.
    pub tolerance: f64,
    /// Sites along x, y, z that share one level of every signal.
    pub block: [usize; 3],
}

/// Sites at most that a cell reaches along an axis: the steps of a reach fill a ball.
const MOST_REACH: f64 = 64.0;

/// A length that a cell reaches against the edge of a site.
pub(crate) fn check_reach(path: &str, length: Length, grid: &Grid, problems: &mut Problems) {
    let most_um = MOST_REACH * grid.edge_um;
    if length.get().is_nan() || length.get() > most_um {
        problems.add(
            path,
            format!("found {length}, on sites of {} um", grid.edge_um),
            format!("give at most {most_um} um, which is {MOST_REACH} sites"),
        );
    }
}

/// Lengths of cells against the edge of a site.
fn check_reaches(parameters: &Parameters, grid: &Grid, problems: &mut Problems) {
    let activation = &parameters.lining.activation;
    let formation = &parameters.osteoblast.formation;
    let recruitment = &parameters.precursor.recruitment;
    for (path, length) in [
        ("osteoclast.diameter", parameters.osteoclast.diameter),
        ("lining.activation.radius", activation.radius),
        ("osteoblast.formation.reach", formation.reach),
        (
            "precursor.recruitment.arrest_reach",
            recruitment.arrest_reach,
        ),
    ] {
        check_reach(path, length, grid, problems);
    }
    let modelling = parameters.lining.modelling.as_ref();
    let optional = [
        (
            "lining.modelling.radius",
            modelling.map(|modelling| modelling.radius),
        ),
        (
            "lining.modelling.thickness",
            modelling.map(|modelling| modelling.thickness),
        ),
        (
            "precursor.recruitment.perforation_reach",
            recruitment.perforation_reach,
        ),
    ];
    for (path, length) in optional {
        if let Some(length) = length {
            check_reach(path, length, grid, problems);
        }
    }
    if let Some(volume) = parameters.osteoclast.resorption.loose_fragment
        && grid.is_section()
    {
        problems.add(
            "osteoclast.resorption.loose_fragment",
            format!("found {volume}, in a section"),
            "leave it out: a section cuts whole struts into islands",
        );
    }
    let diameter = parameters.tumour.cell_diameter;
    let held = grid.site_volume_um3() / parameters.tumour.cell_volume_um3();
    if held > MOST_CELLS_PER_SITE {
        problems.add(
            "tumour.cell_diameter",
            format!("found {diameter}: {held:.0} cells in a site"),
            format!("give a diameter of which a site holds at most {MOST_CELLS_PER_SITE}"),
        );
    }
}

/// Physics of the signals in the order of their names.
fn physics_of(
    parameters: &Parameters,
    signals: &[String],
    transport: TransportChoice,
) -> Vec<Physics> {
    signals
        .iter()
        .filter_map(|name| Some((name, parameters.signals.get(name)?)))
        .map(|(name, signal)| Physics {
            diffusivity_um2_per_h: signal.diffusivity.get(),
            bone_factor: signal.bone_factor,
            loss_per_h: signal.loss_per_h(),
            leak_per_h: signal.vessel_exchange.get(),
            plasma_pm: signal.plasma.get(),
            scheme: transport.scheme.unwrap_or(
                if signal.meets_no_obstacle() && !parameters.is_converted(name) {
                    Scheme::Exact
                } else {
                    Scheme::Implicit
                },
            ),
            tolerance: transport.tolerance,
        })
        .collect()
}

/// Sites to the corners of the cube around a site, with a margin: what every reach holds.
const AROUND: f64 = 1.8;

/// Tumour cells that a site can hold at most: they are counted in 16 bits.
const MOST_CELLS_PER_SITE: f64 = 10_000.0;

/// Radius of a patch on which lining cells begin to form, um; 0 where they never do.
fn modelled_radius_um(parameters: &Parameters) -> f64 {
    let modelling = parameters.lining.modelling.as_ref();
    modelling.map_or(0.0, |modelling| modelling.radius.get())
}

/// Such a patch, as displacements.
fn modelled_patch(parameters: &Parameters, grid: &Grid) -> Vec<[i32; 3]> {
    if parameters.lining.modelling.is_none() {
        return Vec::new();
    }
    grid.ball(modelled_radius_um(parameters).max(grid.edge_um))
}

/// What is looked at around a site that was dug out, as displacements; none where every pit is refilled.
fn perforation_reach(parameters: &Parameters, grid: &Grid) -> Vec<[i32; 3]> {
    let reach = parameters.precursor.recruitment.perforation_reach;
    let reach = reach.filter(|reach| reach.get() > 0.0);
    reach.map_or_else(Vec::new, |reach| {
        grid.ball(reach.get().max(AROUND * grid.edge_um))
    })
}

impl Model {
    /// Compiles the parameters and what is asked of parts for a lattice and a tick.
    ///
    /// # Errors
    /// All parameters that make no sense, with their paths.
    pub fn new(
        parameters: Parameters,
        asked: &Asked,
        grid: Grid,
        times: Times,
        transport: TransportChoice,
    ) -> Result<Self, Vec<Problem>> {
        let tick_h = times.tick_h;
        let mut problems = Problems::default();
        parameters.check(&mut problems);
        check_reaches(&parameters, &grid, &mut problems);
        let ticks_per_day = 24.0 / tick_h;
        if tick_h.is_nan() || tick_h <= 0.0 || (ticks_per_day - ticks_per_day.round()).abs() > 1e-9
        {
            problems.add(
                "run.tick",
                format!("found {tick_h} h, which does not divide a day"),
                "give a tick such as \"1 h\", \"6 h\" or \"12 h\"",
            );
        }
        if !problems.found.is_empty() {
            return Err(problems.found);
        }
        let signals = parameters.signal_names();
        let cues = CueTable::with_agents(
            &signals,
            &parameters.cues,
            &asked.drugs.agents(),
            Brought {
                immune: parameters.immune.is_some(),
                strain: asked.mechanostat.is_some(),
            },
            &mut problems,
        );
        let rates = rates(&parameters, &signals, &cues, &mut problems);
        let spread_order = conversion::order(&parameters.conversions, &signals, &mut problems);
        let conversions = conversions(&parameters, &signals, &cues, &mut problems);
        check_paths(&parameters, &rates, &grid, tick_h, &mut problems);
        let setting = Setting {
            asked,
            parameters: &parameters,
            grid: &grid,
            times,
            signals: &signals,
            cues: &cues,
        };
        let parts = Plans::new(&setting, &mut problems);
        if !problems.found.is_empty() {
            return Err(problems.found);
        }
        let most = rates
            .tumour
            .iter()
            .map(|clone| clone.division.most() * tick_h)
            .fold(0.0, f64::max);
        if most > std::f64::consts::LN_2 {
            problems.add(
                "run.tick",
                format!(
                    "found {tick_h} h, in which a tumour cell may divide {most:.2} times \
                     (tumour.division with every modulator at its most, the fastest clone)"
                ),
                "give a tick in which it divides at most 0.69 times, as one division is all that a tick can hold",
            );
            return Err(problems.found);
        }
        let physics = physics_of(&parameters, &signals, transport);
        let inactive_forms = signals
            .iter()
            .map(|name| {
                let form = parameters.signals[name].inactive_form.as_ref()?;
                signals.iter().position(|known| known == form)
            })
            .collect();
        let radius = (parameters.osteoclast.diameter.get() / 2.0).max(grid.edge_um);
        let by_distance = |by| Reach::by_distance(&grid, by);
        let share = |diameter: f64| share_in_section(grid.depth_um, grid.is_section(), diameter);
        Ok(Self {
            neighbours: Neighbours::new(&grid),
            footprint: by_distance(grid.ball(radius)),
            digging_reach: by_distance(grid.ball(radius + grid.edge_um)),
            patch: by_distance(
                grid.ball(parameters.lining.activation.radius.get().max(grid.edge_um)),
            ),
            patch_um2: disc_um2(&grid, parameters.lining.activation.radius.get()),
            forming_reach: by_distance(
                grid.ball(
                    parameters
                        .osteoblast
                        .formation
                        .reach
                        .get()
                        .max(AROUND * grid.edge_um),
                ),
            ),
            modelled_patch: by_distance(modelled_patch(&parameters, &grid)),
            modelled_patch_share: share(2.0 * modelled_radius_um(&parameters)),
            perforation_reach: Reach::new(&grid, perforation_reach(&parameters, &grid)),
            arrest_reach: Reach::new(
                &grid,
                grid.ball(
                    parameters
                        .precursor
                        .recruitment
                        .arrest_reach
                        .get()
                        .max(AROUND * grid.edge_um),
                ),
            ),
            osteoclast_share: share(parameters.osteoclast.diameter.get()),
            patch_share: share(2.0 * parameters.lining.activation.radius.get()),
            grid,
            tick_h,
            step_h: tick_h.min(1.0),
            signal_block: transport.block,
            parameters,
            signals,
            physics,
            inactive_forms,
            conversions,
            spread_order,
            cues: cues.sources,
            rates,
            parts,
        })
    }

    /// Index of a signal.
    pub fn signal(&self, name: &str) -> Option<usize> {
        self.signals.iter().position(|known| known == name)
    }

    /// Area of surface that a patch of this radius has, um2: that of a disc, or its strip in a section.
    pub fn disc_um2(&self, radius_um: f64) -> f64 {
        disc_um2(&self.grid, radius_um)
    }

    /// Osteoblasts that this area of surface of a site has room for: the share of a cell that is left over is drawn once
    /// for each site.
    pub(crate) fn osteoblast_room(&self, area_um2: f64, chance: Chance, site: u32) -> u8 {
        let fixed = chance.at(Stream::Site, 1, u64::from(site)).uniform();
        room(area_um2, self.parameters.osteoblast.footprint.get(), fixed)
    }

    /// Steps of the osteoclasts in a tick.
    pub fn steps_per_tick(&self) -> u32 {
        (self.tick_h / self.step_h).round() as u32
    }
}

/// Walks of osteoclasts and tumour cells that would take the time of a run, or be cut short.
fn check_paths(
    parameters: &Parameters,
    rates: &Rates,
    grid: &Grid,
    tick_h: f64,
    problems: &mut Problems,
) {
    let most_um_per_h = MOST_STEPS * grid.edge_um / tick_h.min(1.0);
    let speed = parameters.osteoclast.migration.speed;
    if speed.get() > most_um_per_h {
        problems.add(
            "osteoclast.migration.speed",
            format!("found {speed}, on sites of {} um", grid.edge_um),
            format!("give at most {most_um_per_h} um/h, which is {MOST_STEPS} sites in a step"),
        );
    }
    let fastest = rates
        .tumour
        .iter()
        .map(|clone| clone.motility.most())
        .fold(0.0, f64::max);
    let steps = tumour::walk_steps(fastest, tick_h, grid.edge_um, grid.axes());
    if steps.is_nan() || steps > MOST_WALK {
        problems.add(
            "tumour.motility.rate",
            format!(
                "found {}, with which the fastest clone makes {steps:.0} steps in a tick with every \
                 modulator at its most",
                parameters.tumour.motility.rate
            ),
            format!("give a motility or a tick with at most {MOST_WALK} steps"),
        );
    }
}

/// Rates of all clones, the parental one first.
fn tumour_rates(
    tumour: &Tumour,
    secretion: Vec<SecretionRate>,
    signals: &[String],
    cues: &CueTable,
    problems: &mut Problems,
) -> Vec<TumourRates> {
    let parental = TumourRates {
        division: tumour.division.compile("tumour.division", cues, problems),
        death: tumour.death.compile("tumour.death", cues, problems),
        motility: tumour.motility.compile("tumour.motility", cues, problems),
        waking: tumour
            .dormancy
            .exit
            .compile("tumour.dormancy.exit", cues, problems),
        drug_kills: 1.0,
        radiosensitivity: 1.0,
        secretion,
    };
    let mut all = vec![parental];
    for (name, phenotype) in &tumour.clones {
        let rates = all[0].of_clone(name, phenotype, signals, cues, problems);
        all.push(rates);
    }
    all
}

/// Area of surface that a patch has, um2: that of a disc, or its strip in a section.
fn disc_um2(grid: &Grid, radius_um: f64) -> f64 {
    if grid.is_section() {
        2.0 * radius_um * grid.depth_um
    } else {
        std::f64::consts::PI * radius_um * radius_um
    }
}

/// Rates at which a lineage makes signals.
pub(crate) fn secretion(
    lineage: &str,
    made: &BTreeMap<String, Modulated<Secretion>>,
    (signals, cues): (&[String], &CueTable),
    problems: &mut Problems,
) -> Vec<SecretionRate> {
    let mut rates = Vec::new();
    for (name, modulated) in made {
        let path = format!("{lineage}.secretion.{name}");
        match signals.iter().position(|known| known == name) {
            Some(signal) => rates.push(SecretionRate {
                signal,
                rate: modulated.compile(&path, cues, problems),
            }),
            None => problems.add(
                &path,
                format!("there is no signal \"{name}\""),
                format!(
                    "known signals: {}; or declare it as [signals.{name}]",
                    signals.join(", ")
                ),
            ),
        }
    }
    rates
}

/// Conversions with their cues found, those of unknown signals left out: they were told already.
fn conversions(
    parameters: &Parameters,
    signals: &[String],
    cues: &CueTable,
    problems: &mut Problems,
) -> Vec<ConversionRates> {
    let find = |name: &String| signals.iter().position(|known| known == name);
    let mut all = Vec::new();
    for (name, one) in &parameters.conversions {
        let mut of = one.lineages().map(|(lineage, cleared)| {
            let path = format!("conversions.{name}.{lineage}");
            cleared.map(|cleared| cleared.compile(&path, cues, problems))
        });
        let [tumour, osteoclast, lining, precursor, osteoblast] = &mut of;
        if let Some(from) = find(&one.from) {
            all.push(ConversionRates {
                from,
                to: one.to.as_ref().and_then(find),
                everywhere_per_h: one.everywhere.map_or(0.0, Rate::get),
                tumour: tumour.take(),
                osteoclast: osteoclast.take(),
                lining: lining.take(),
                precursor: precursor.take(),
                osteoblast: osteoblast.take(),
            });
        }
    }
    all
}

fn rates(
    parameters: &Parameters,
    signals: &[String],
    cues: &CueTable,
    problems: &mut Problems,
) -> Rates {
    let Parameters {
        tumour,
        osteoclast,
        lining,
        precursor,
        osteoblast,
        ..
    } = parameters;
    let parental_secretion = secretion("tumour", &tumour.secretion, (signals, cues), problems);
    let lining_secretion = secretion("lining", &lining.secretion, (signals, cues), problems);
    let precursor_secretion =
        secretion("precursor", &precursor.secretion, (signals, cues), problems);
    let osteoblast_secretion = secretion(
        "osteoblast",
        &osteoblast.secretion,
        (signals, cues),
        problems,
    );
    let contact = &lining.contact_rankl;
    let mut of_residents = |lineage: &str, residents: &Option<Residents>| {
        residents.as_ref().map_or_else(Vec::new, |residents| {
            secretion(lineage, &residents.secretion, (signals, cues), problems)
        })
    };
    let osteocyte_secretion = of_residents("osteocyte", &parameters.osteocyte);
    let stroma_secretion = of_residents("stroma", &parameters.stroma);
    let modelling = lining.modelling.as_ref();
    let attraction = osteoclast.migration.attraction.as_ref();
    let rates = Rates {
        tumour: tumour_rates(tumour, parental_secretion, signals, cues, problems),
        fusion: osteoclast
            .fusion
            .formation
            .compile("osteoclast.fusion.formation", cues, problems),
        nuclei_gain: osteoclast
            .fusion
            .gain
            .compile("osteoclast.fusion.gain", cues, problems),
        resorption: osteoclast.resorption.volume.compile(
            "osteoclast.resorption.volume",
            cues,
            problems,
        ),
        ageing: osteoclast
            .apoptosis
            .ageing
            .compile("osteoclast.apoptosis.ageing", cues, problems),
        withdrawal: osteoclast.apoptosis.withdrawal.compile(
            "osteoclast.apoptosis.withdrawal",
            cues,
            problems,
        ),
        activation: lining
            .activation
            .events
            .compile("lining.activation.events", cues, problems),
        contact_resting: contact
            .resting
            .compile("lining.contact_rankl.resting", cues, problems),
        contact_opened: contact
            .opened
            .compile("lining.contact_rankl.opened", cues, problems),
        arrival: precursor.recruitment.arrival.compile(
            "precursor.recruitment.arrival",
            cues,
            problems,
        ),
        refill: precursor
            .recruitment
            .refill
            .as_ref()
            .map(|refill| refill.compile("precursor.recruitment.refill", cues, problems)),
        maturing: precursor.maturation.maturing.compile(
            "precursor.maturation.maturing",
            cues,
            problems,
        ),
        precursor_death: precursor.maturation.death.compile(
            "precursor.maturation.death",
            cues,
            problems,
        ),
        apposition: osteoblast.formation.apposition.compile(
            "osteoblast.formation.apposition",
            cues,
            problems,
        ),
        osteoblast_death: osteoblast.formation.death.compile(
            "osteoblast.formation.death",
            cues,
            problems,
        ),
        modelling: modelling.map(|modelling| {
            modelling
                .events
                .compile("lining.modelling.events", cues, problems)
        }),
        attraction: attraction.map(|attraction| {
            attraction.compile("osteoclast.migration.attraction", cues, problems)
        }),
        lining_secretion,
        precursor_secretion,
        osteoblast_secretion,
        osteocyte_secretion,
        stroma_secretion,
    };
    check_contact(&rates, cues, problems);
    rates
}

/// RANK engaged by contact cannot depend on how much of it is engaged.
fn check_contact(rates: &Rates, cues: &CueTable, problems: &mut Problems) {
    for (path, rate) in [
        ("lining.contact_rankl.resting", &rates.contact_resting),
        ("lining.contact_rankl.opened", &rates.contact_opened),
    ] {
        if rate.cues().any(|cue| cues.rests_on_occupancy(cue)) {
            problems.add(
                path,
                "is modulated by rank_occupancy, which is made of it",
                "modulate it by a signal or a declared cue",
            );
        }
    }
}
