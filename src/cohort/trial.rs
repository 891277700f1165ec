//! The trial file: who takes part, what the arms are given, how long they are followed.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::biology::problem::Problems;
use crate::cohort::body::BodyParameters;
use crate::cohort::courses::{Shot, TrialRadiotherapy};
use crate::cohort::death::Death;
use crate::cohort::illness::Illness;
use crate::cohort::immunity::Immunity;
use crate::cohort::radiation::Radiation;
use crate::cohort::response::Scans;
use crate::cohort::soft::Soft;
use crate::cohort::systemic::{Acts, AllActs};
use crate::cohort::tissue::Tissue;
use crate::cohort::traits::{Person, Traits};
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::layers::path::write_key;
use crate::layers::tree::{Layer, Tree};
use crate::numerics::name::{ALLOWED, is_name};
use crate::numerics::quantity::{Area, Clearance, Mass, Time};
use crate::numerics::random::Chance;
use crate::patient::skeletal_events::SkeletalEvents;
use crate::scenario::kind::Kind;
use crate::scenario::read::load;
use crate::scenario::schema::plain_schema;
use crate::therapy::catalogue::{fragment, names};
use crate::therapy::drug::Drug;
use crate::therapy::plan::{Plan, Therapy};
use crate::therapy::regimen::Course;
use crate::therapy::subject::{Species, Subject};

/// Patients per arm at most.
pub(crate) const MOST_PATIENTS: u64 = 1_000_000;
/// Follow-up at most, d.
const MOST_DAYS: f64 = 36_525.0;
/// Signals whose binding the reduced tissue knows.
const SIGNALS: [&str; 3] = ["rankl", "pthrp", "tgf_beta"];

/// A trial file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Short name.
    pub name: String,
    /// What the trial asks, in a sentence or two.
    #[serde(default)]
    pub description: String,
    /// Seed of all chance.
    #[serde(default = "one")]
    pub seed: u64,
    /// Patients per arm; the same patients in every arm.
    pub patients: u64,
    /// How long they are followed, in whole days.
    pub follow_up: Time,
    /// The arm to which the others are compared.
    pub control: String,
    /// The tumour of all patients by name; see `lines` for several.
    #[serde(default, alias = "tumour", skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Tumours of the patients by name, with the share of patients who have it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, f64>,
    /// Who takes part.
    pub(crate) traits: Traits,
    /// What they have.
    #[serde(default)]
    pub(crate) illness: Illness,
    /// What each arm is given.
    pub arms: BTreeMap<String, TrialArm>,
    /// Hazards of skeletal-related events.
    #[serde(default)]
    pub events: SkeletalEvents,
    /// What multiplies the hazard of death.
    #[serde(default)]
    pub(crate) death: Death,
    /// The reduced tissue.
    #[serde(default)]
    pub tissue: Tissue,
    /// Time in which bone that was lost comes back to 63 % where no tumour is left. 200 d [100 to 400 d]; derived from density of
    /// irradiated bone (Koswig 1999, 173 % of that before after months).
    #[serde(default = "healing")]
    pub healing: Time,
    /// Disease outside of bone.
    #[serde(default)]
    pub(crate) soft: Soft,
    /// CD8 cells.
    #[serde(default)]
    pub(crate) immunity: Immunity,
    /// Radiation.
    #[serde(default)]
    pub(crate) radiation: Radiation,
    /// How response is read.
    #[serde(default)]
    pub(crate) scans: Scans,
    /// The body.
    #[serde(default)]
    pub(crate) body: BodyParameters,
    /// Drugs of this trial by name, beside those that come with howship or in place of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drugs: BTreeMap<String, Drug>,
    /// What drugs do beside what the plan knows.
    #[serde(skip)]
    acts: AllActs,
}

fn healing() -> Time {
    Time::h(200.0 * 24.0)
}

/// An arm of a trial: its courses of drugs and of radiation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrialArm {
    /// Its name in pictures; that of the table without it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Courses by name, as in a scenario.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub therapy: BTreeMap<String, Course>,
    /// Courses of radiation: one, or several by name.
    #[serde(skip_serializing_if = "TrialRadiotherapy::is_empty")]
    pub(crate) radiotherapy: TrialRadiotherapy,
}

const fn one() -> u64 {
    1
}

/// A catalogue text of a drug, of which the trial needs the drug alone.
#[derive(Deserialize)]
struct Fragment {
    drugs: BTreeMap<String, Drug>,
}

/// JSON Schema of a trial file, for editors.
pub fn trial_schema() -> serde_json::Value {
    plain_schema::<Trial>("howship trial")
}

impl Trial {
    /// Reads and checks a trial file; `patients` and `seed` replace those of the file.
    ///
    /// # Errors
    /// All that is wrong, with file, line and remedy.
    pub fn read(
        path: &Path,
        patients: Option<u64>,
        seed: Option<u64>,
    ) -> Result<Self, Diagnostics> {
        Self::from_layer(load(path)?, patients, seed)
    }

    /// Reads and checks the text of a trial file.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(
        name: &str,
        text: &str,
        patients: Option<u64>,
        seed: Option<u64>,
    ) -> Result<Self, Diagnostics> {
        let layer = Layer {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        Self::from_layer(layer, patients, seed)
    }

    fn from_layer(
        layer: Layer,
        patients: Option<u64>,
        seed: Option<u64>,
    ) -> Result<Self, Diagnostics> {
        let name = layer.name.clone();
        let mut tree = Tree::parse(layer)?;
        Kind::Trial.expect(&tree, &name)?;
        if let Some(patients) = patients {
            tree.set(&format!("patients={patients}"))?;
        }
        if let Some(seed) = seed {
            tree.set(&format!("seed={seed}"))?;
        }
        let mut trial: Self = tree.deserialize()?;
        let mut problems = Problems::default();
        trial.take_drugs(&mut problems);
        let acts = trial.drugs.iter();
        trial.acts = acts
            .map(|(name, drug)| (name.clone(), Acts::of(name, drug)))
            .collect();
        trial.check(&mut problems);
        let mut found = Diagnostics::default();
        for problem in problems.found {
            // A line that is given alone has no share of its own.
            let is_alone = trial.line.is_some()
                && trial.lines.is_empty()
                && problem.path.starts_with("lines.");
            let path = if is_alone { "line" } else { &problem.path };
            found.push(at(&tree, path, &problem.message, &problem.help));
        }
        found.into_result().map(|()| trial)
    }

    /// Adds the drugs of the catalogue that the courses name.
    fn take_drugs(&mut self, problems: &mut Problems) {
        let courses = self.arms.values().flat_map(|arm| arm.therapy.values());
        let named: Vec<String> = courses.map(|course| course.drug.clone()).collect();
        for name in named {
            if self.drugs.contains_key(&name) {
                continue;
            }
            let Some(text) = fragment(&name) else {
                // A drug that does not exist is named by the plan.
                continue;
            };
            match toml::from_str::<Fragment>(text) {
                Ok(fragment) => self.drugs.extend(fragment.drugs),
                Err(error) => problems.add(
                    &format!("drugs.{name}"),
                    format!("the drug does not read: {error}"),
                    "declare it in the trial",
                ),
            }
        }
    }

    fn check(&self, problems: &mut Problems) {
        if !is_name(&self.name) {
            problems.add("name", format!("found {:?}", self.name), ALLOWED);
        }
        let at = |table: &str, name: &str| format!("{table}.{}", write_key(name));
        let mut names: Vec<(String, &String)> = Vec::new();
        names.extend(self.drugs.keys().map(|name| (at("drugs", name), name)));
        for (arm, given) in &self.arms {
            let here = at("arms", arm);
            let courses = given.therapy.keys();
            names.extend(courses.map(|name| (at(&format!("{here}.therapy"), name), name)));
            let fields = given.radiotherapy.names();
            names.extend(fields.map(|name| (at(&format!("{here}.radiotherapy"), name), name)));
            names.push((here, arm));
        }
        for (path, name) in names.into_iter().filter(|(_, name)| !is_name(name)) {
            problems.add(&path, format!("found the name {name:?}"), ALLOWED);
        }
        if !(1..=MOST_PATIENTS).contains(&self.patients) {
            problems.add(
                "patients",
                format!("found {}", self.patients),
                format!("give 1 to {MOST_PATIENTS} patients per arm"),
            );
        }
        let days = self.follow_up.get() / 24.0;
        if !(1.0..=MOST_DAYS).contains(&days) || days.fract().abs() > 1e-9 {
            problems.add(
                "follow_up",
                format!("found {days} d"),
                "give whole days, from 1 d to 100 yr, such as \"270 d\"",
            );
        }
        if !self.arms.contains_key(&self.control) {
            let arms: Vec<&str> = self.arms.keys().map(String::as_str).collect();
            problems.add(
                "control",
                format!("there is no arm \"{}\"", self.control),
                if arms.is_empty() {
                    "write [arms.placebo] and give its name".to_owned()
                } else {
                    format!("arms are {}", arms.join(", "))
                },
            );
        }
        self.events.check("events", problems);
        self.death.check("death", problems);
        self.tissue.check("tissue", problems);
        self.traits
            .check("traits", self.tissue.most_pace(), problems);
        self.body.check("body", problems);
        if self.line.is_some() && !self.lines.is_empty() {
            problems.add(
                "line",
                "is given beside lines",
                "give one line, or shares in [lines]",
            );
        }
        self.illness.check("illness", &self.shares(), problems);
        problems.positive("healing", self.healing.get(), "h");
        self.soft.check("soft", problems);
        self.immunity.check("immunity", problems);
        self.radiation.check("radiation", problems);
        self.scans.check("scans", self.soft.stroma, problems);
        if !problems.found.is_empty() {
            return;
        }
        match self.traits.draw(Chance::new(self.seed), 0) {
            Ok(person) => {
                for name in self.arms.keys() {
                    self.check_arm(name, &person, problems);
                }
            }
            Err(error) => problems.add("traits", error.to_string(), "widen the bounds"),
        }
    }

    fn check_arm(&self, name: &str, person: &Person, problems: &mut Problems) {
        let mut own = Problems::default();
        self.plan(name, person, &mut own);
        for problem in own.found {
            // What a scenario says of its subject a trial says of its traits.
            let told = |text: &str| text.replace("subject.", "traits.");
            let path = if problem.path.starts_with("therapy.") {
                format!("arms.{name}.{}", problem.path)
            } else {
                problem.path.clone()
            };
            problems.add(&path, told(&problem.message), told(&problem.help));
        }
        let Some(arm) = self.arms.get(name) else {
            return;
        };
        self.shots(name, problems);
        for (key, course) in &arm.therapy {
            let (Some(drug), Some(acts)) =
                (self.drugs.get(&course.drug), self.acts.get(&course.drug))
            else {
                continue;
            };
            if course.is_conditional() {
                problems.add(
                    &format!("arms.{name}.therapy.{key}"),
                    "begins or ends by a condition",
                    "patients of a trial are treated by dates: give start, interval, number or stop",
                );
            }
            let path = format!("arms.{name}.therapy.{key}.drug");
            let is_there = (drug.acts_in.as_ref()).is_none_or(|all| all.contains(&Species::Human));
            if !is_there {
                problems.add(
                    &path,
                    format!("{} does not act in man", course.drug),
                    "patients are people: give a drug against the human protein",
                );
            } else if !acts_in_trials(drug, acts) {
                let able: Vec<&str> = names().into_iter().filter(|name| is_known(name)).collect();
                problems.add(
                    &path,
                    format!("trials know no action of {}", course.drug),
                    format!(
                        "drugs that act in them bind RANKL, PTHrP or TGF-beta, block TGF-beta in tumour cells or PD-L1 on CD8 cells, bind to bone, or kill tumour cells: {}; run a scenario for others",
                        able.join(", ")
                    ),
                );
            }
        }
    }

    /// Fractions of an arm by day. What is wrong goes to `problems`.
    pub(super) fn shots(&self, arm: &str, problems: &mut Problems) -> Vec<Shot> {
        let path = format!("arms.{}", write_key(arm));
        self.arms.get(arm).map_or_else(Vec::new, |given| {
            given.radiotherapy.shots(&path, self.days(), problems)
        })
    }

    /// What the drugs of a plan do, by its agents.
    pub(super) fn acts(&self, plan: &Plan) -> Vec<&Acts> {
        let agents = plan.agents.iter();
        agents
            .filter_map(|agent| self.acts.get(&agent.name))
            .collect()
    }

    /// Tumours with their shares.
    pub(super) fn shares(&self) -> BTreeMap<String, f64> {
        let one = self.line.iter().map(|line| (line.clone(), 1.0));
        one.chain(self.lines.clone()).collect()
    }

    /// Drugs and doses of a patient in an arm. What is wrong goes to `problems`.
    pub fn plan(&self, arm: &str, person: &Person, problems: &mut Problems) -> Plan {
        let courses = self
            .arms
            .get(arm)
            .map(|arm| arm.therapy.clone())
            .unwrap_or_default();
        if courses.is_empty() {
            return Plan::default();
        }
        let drugs = self
            .drugs
            .iter()
            .filter(|(name, _)| courses.values().any(|course| course.drug == **name))
            .map(|(name, drug)| (name.clone(), drug.clone()))
            .collect();
        let therapy = Therapy {
            subject: Subject {
                species: Species::Human,
                mass: Some(Mass::mg(person.mass_mg)),
                surface: person.surface_um2.map(Area::um2),
                filtration: person.filtration_l_per_h.map(Clearance::l_per_h),
            },
            drugs,
            courses,
            duration_h: self.follow_up.get(),
        };
        therapy.plan(problems)
    }

    /// Days of follow-up.
    pub fn days(&self) -> u32 {
        (self.follow_up.get() / 24.0).round() as u32
    }

    /// Names of the arms, the control first.
    pub(crate) fn arm_names(&self) -> Vec<&str> {
        let others = self.arms.keys().filter(|name| **name != self.control);
        std::iter::once(self.control.as_str())
            .chain(others.map(String::as_str))
            .collect()
    }

    /// Name of an arm in a picture.
    pub fn label<'a>(&'a self, arm: &'a str) -> &'a str {
        self.arms
            .get(arm)
            .map(|one| one.label.as_str())
            .filter(|label| !label.is_empty())
            .unwrap_or(arm)
    }
}

/// True for a drug that does something in a trial.
fn acts_in_trials(drug: &Drug, acts: &Acts) -> bool {
    let mut signals = drug.neutralises.keys();
    drug.bone.is_some()
        || drug.kills.is_some()
        || acts.is_any()
        || signals.any(|signal| SIGNALS.contains(&signal.as_str()))
}

fn is_known(name: &str) -> bool {
    fragment(name)
        .and_then(|text| toml::from_str::<Fragment>(text).ok())
        .is_some_and(|fragment| {
            fragment.drugs.iter().any(|(name, drug)| {
                let is_there =
                    (drug.acts_in.as_ref()).is_none_or(|all| all.contains(&Species::Human));
                is_there && acts_in_trials(drug, &Acts::of(name, drug))
            })
        })
}

/// A fault at a path, or at the nearest table above it that the file has.
fn at(tree: &Tree, path: &str, message: &str, help: &str) -> Diagnostic {
    tree.error_at(path, message, help)
}
