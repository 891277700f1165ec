//! The model: parameters with their cues found, ready to be evaluated, and never changed by a run.

use crate::biology::cue::{CueSource, CueTable};
use crate::biology::osteoclast::resorption::share_in_section;
use crate::biology::parameters::Parameters;
use crate::biology::problem::{Problem, Problems};
use crate::biology::rate::{CompiledRate, Modulated};
use crate::biology::tumour::Tumour;
use crate::biology::tumour::clones::{Clones, SecretionRate, TumourRates};
use crate::numerics::quantity::Secretion;
use crate::tissue::grid::Grid;
use crate::transport::{Physics, Scheme};

/// All rates of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// Tumour cells, by clone; the first is parental.
    pub tumour: Vec<TumourRates>,
    /// Arrival of tumour cells from the circulation, per mm3 and h.
    pub colonisation: Option<CompiledRate>,
    /// Formation of osteoclasts, per mm2 and h.
    pub fusion: CompiledRate,
    /// Resorption, um3/h.
    pub resorption: CompiledRate,
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
    /// Maturing of precursors, per h.
    pub maturing: CompiledRate,
    /// Death of precursors, per h.
    pub precursor_death: CompiledRate,
    /// Apposition, um/h.
    pub apposition: CompiledRate,
    /// Death of osteoblasts, per h.
    pub osteoblast_death: CompiledRate,
    /// What lining cells make.
    pub lining_secretion: Vec<SecretionRate>,
    /// What precursors make.
    pub precursor_secretion: Vec<SecretionRate>,
    /// What osteoblasts make.
    pub osteoblast_secretion: Vec<SecretionRate>,
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
    /// Cues.
    pub cues: Vec<CueSource>,
    /// Rates.
    pub rates: Rates,
    /// Clones of the tumour.
    pub clones: Clones,
    /// Footprint of an osteoclast, as displacements.
    pub footprint: Vec<[i32; 3]>,
    /// Where an osteoclast finds matrix to dig, as displacements.
    pub digging_reach: Vec<[i32; 3]>,
    /// What an activation opens, as displacements.
    pub patch: Vec<[i32; 3]>,
    /// Where an osteoblast finds its next site, as displacements by distance.
    pub forming_reach: Vec<[i32; 3]>,
    /// Where a cell at work keeps a surface from arrest, as displacements.
    pub arrest_reach: Vec<[i32; 3]>,
    /// Share of an osteoclast that lies in the section (1 in 3-D).
    pub osteoclast_share: f64,
    /// Share of an activated patch that lies in the section (1 in 3-D).
    pub patch_share: f64,
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

impl Model {
    /// Compiles the parameters for a lattice and a tick.
    ///
    /// # Errors
    /// All parameters that make no sense, with their paths.
    pub fn new(
        parameters: Parameters,
        grid: Grid,
        tick_h: f64,
        transport: TransportChoice,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        parameters.check(&mut problems);
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
        let clones = Clones::new(&parameters.tumour, &mut problems);
        if let Some(colonisation) = &parameters.colonisation {
            colonisation.check(&clones, &mut problems);
        }
        let signals = parameters.signal_names();
        let cues = CueTable::new(&signals, &parameters.cues, &mut problems);
        let rates = rates(&parameters, &signals, &cues, &mut problems);
        if !problems.found.is_empty() {
            return Err(problems.found);
        }
        let physics = signals
            .iter()
            .filter_map(|name| parameters.signals.get(name))
            .map(|signal| Physics {
                diffusivity_um2_per_h: signal.diffusivity.get(),
                bone_factor: signal.bone_factor,
                loss_per_h: signal.loss_per_h(),
                leak_per_h: signal.vessel_exchange.get(),
                plasma_pm: signal.plasma.get(),
                scheme: transport.scheme.unwrap_or(if signal.meets_no_obstacle() {
                    Scheme::Exact
                } else {
                    Scheme::Implicit
                }),
                tolerance: transport.tolerance,
            })
            .collect();
        let radius = (parameters.osteoclast.diameter.get() / 2.0).max(grid.edge_um);
        let by_distance = |mut steps: Vec<[i32; 3]>| {
            steps.sort_by_key(|step| step.iter().map(|d| d * d).sum::<i32>());
            steps
        };
        let share = |diameter: f64| share_in_section(grid.depth_um, grid.is_section(), diameter);
        Ok(Self {
            footprint: by_distance(grid.ball(radius)),
            digging_reach: by_distance(grid.ball(radius + grid.edge_um)),
            patch: grid.ball(parameters.lining.activation.radius.get().max(grid.edge_um)),
            forming_reach: by_distance(
                grid.ball(
                    parameters
                        .osteoblast
                        .formation
                        .reach
                        .get()
                        .max(1.8 * grid.edge_um),
                ),
            ),
            arrest_reach: grid.ball(
                parameters
                    .precursor
                    .recruitment
                    .arrest_reach
                    .get()
                    .max(1.8 * grid.edge_um),
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
            cues: cues.sources,
            rates,
            clones,
        })
    }

    /// Index of a signal.
    pub fn signal(&self, name: &str) -> Option<usize> {
        self.signals.iter().position(|known| known == name)
    }

    /// Steps of the osteoclasts in a tick.
    pub fn steps_per_tick(&self) -> u32 {
        (self.tick_h / self.step_h).round() as u32
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
        secretion,
    };
    let mut all = vec![parental];
    for (name, phenotype) in &tumour.clones {
        let rates = all[0].of_clone(name, phenotype, signals, cues, problems);
        all.push(rates);
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
        colonisation,
        osteoclast,
        lining,
        precursor,
        osteoblast,
        ..
    } = parameters;
    let secretion = |lineage: &str,
                     made: &std::collections::BTreeMap<String, Modulated<Secretion>>,
                     problems: &mut Problems| {
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
    };
    let parental_secretion = secretion("tumour", &tumour.secretion, problems);
    let lining_secretion = secretion("lining", &lining.secretion, problems);
    let precursor_secretion = secretion("precursor", &precursor.secretion, problems);
    let osteoblast_secretion = secretion("osteoblast", &osteoblast.secretion, problems);
    let contact = &lining.contact_rankl;
    let rates = Rates {
        tumour: tumour_rates(tumour, parental_secretion, signals, cues, problems),
        colonisation: colonisation
            .as_ref()
            .map(|law| law.arrival.compile("colonisation.arrival", cues, problems)),
        fusion: osteoclast
            .fusion
            .formation
            .compile("osteoclast.fusion.formation", cues, problems),
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
        lining_secretion,
        precursor_secretion,
        osteoblast_secretion,
    };
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
    rates
}
