//! What comes with the page: the shipped scenarios of sections, and lessons.

use std::path::PathBuf;

use serde::Serialize;

use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::layers::tree::{Layer, Tree};
use crate::scenario::build::{Loaded, parse};
use crate::view::lesson::{Lesson, read};

/// The scenario under those that extend it.
const BASE: &str = include_str!("../../scenarios/vicious_cycle_2d.toml");

macro_rules! shipped {
    ($($name:literal, $group:literal, $file:literal;)*) => {
        /// Name, group and text of each scenario, in the order of the list.
        const SHIPPED: &[(&str, &str, &str)] = &[
            $(($name, $group, include_str!(concat!("../../scenarios/", $file, ".toml"))),)*
        ];
    };
}

shipped! {
    "vicious_cycle_2d", "The cycle", "vicious_cycle_2d";
    "no_pthrp", "The cycle, cut", "no_pthrp";
    "no_tgf_beta_release", "The cycle, cut", "no_tgf_beta_release";
    "pc3", "Tumours", "pc3";
    "hara", "Tumours", "hara";
    "clones", "Tumours", "clones";
    "colonisation", "Tumours", "colonisation";
    "cytokines", "Tumours", "cytokines";
    "immune", "Immune cells", "immune";
    "anti_pd_1", "Immune cells", "therapy/anti_pd_1";
    "denosumab_anti_pd_1", "Immune cells", "therapy/denosumab_anti_pd_1";
    "anti_pthrp", "Treated", "therapy/anti_pthrp";
    "anti_tgf_beta", "Treated", "therapy/anti_tgf_beta";
    "opg_fc", "Treated", "therapy/opg_fc";
    "denosumab", "Treated", "therapy/denosumab";
    "zoledronate", "Treated", "therapy/zoledronate";
    "docetaxel", "Treated", "therapy/docetaxel";
    "chemotherapy_zoledronate", "Treated", "therapy/chemotherapy_zoledronate";
    "radiotherapy_8gy", "Treated", "therapy/radiotherapy_8gy";
}

/// A healthy section: the student's bone without a tumour.
const HEALTHY: &str = r#"
# Health: a section of mouse trabecular bone without a tumour.
name = "healthy_2d"
description = "A section of healthy mouse trabecular bone, 28 days: it is renewed, and not lost"
preset = "mouse"
seed = 1
run.duration = "28 d"
lattice = { size = [200, 200, 1], site = "10 um", section_thickness = "50 um" }
specimen.trabecular = { bv_tv = 0.14, tb_th = "50 um", tb_sp = "200 um" }
"#;

/// Name and text of each lesson.
pub const LESSONS: [(&str, &str); 6] = [
    (
        "what_feeds_the_tumour.toml",
        include_str!("lessons/what_feeds_the_tumour.toml"),
    ),
    (
        "neutralise_pthrp.toml",
        include_str!("lessons/neutralise_pthrp.toml"),
    ),
    (
        "why_bone_stays.toml",
        include_str!("lessons/why_bone_stays.toml"),
    ),
    (
        "bone_drug_or_antibody.toml",
        include_str!("lessons/bone_drug_or_antibody.toml"),
    ),
    (
        "early_or_late.toml",
        include_str!("lessons/early_or_late.toml"),
    ),
    (
        "when_treatment_stops.toml",
        include_str!("lessons/when_treatment_stops.toml"),
    ),
];

/// A scenario in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// Under which heading it stands.
    pub group: String,
}

/// Where the text of a scenario comes from.
#[derive(Debug, Clone)]
enum Source {
    /// With howship: a text that names its preset.
    Shipped(String),
    /// A file, read and resolved before the page began: nothing of it is read again.
    Resolved { text: String, folder: PathBuf },
}

/// Scenarios and lessons that a page offers.
#[derive(Debug, Clone)]
pub struct Catalogue {
    listed: Vec<Listed>,
    sources: Vec<Source>,
    lessons: Vec<Lesson>,
}

impl Catalogue {
    /// What comes with howship.
    ///
    /// # Errors
    /// A shipped text that does not read.
    pub fn shipped() -> Result<Self, Diagnostic> {
        let mut catalogue = Self {
            listed: Vec::new(),
            sources: Vec::new(),
            lessons: Vec::new(),
        };
        for (name, text) in LESSONS {
            catalogue.lessons.push(read(name, text)?);
        }
        let healthy = [("healthy_2d", "The cycle", HEALTHY)];
        let (first, rest) = SHIPPED.split_at(1);
        for &(name, group, text) in first.iter().chain(&healthy).chain(rest) {
            let tree = flat(name, text)?;
            let description = match tree.get("description") {
                Some(toml::Value::String(said)) => said,
                _ => String::new(),
            };
            catalogue.listed.push(Listed {
                name: name.to_owned(),
                description,
                group: group.to_owned(),
            });
            catalogue.sources.push(Source::Shipped(tree.to_toml()));
        }
        Ok(catalogue)
    }

    /// Puts a scenario of the user in front of the others, under a name that none of them has.
    #[must_use]
    pub fn with_file(mut self, loaded: &Loaded) -> Self {
        let mut name = loaded.scenario.name.clone();
        if self.listed.iter().any(|listed| listed.name == name) {
            name += " (file)";
        }
        self.listed.insert(
            0,
            Listed {
                name,
                description: loaded.scenario.description.clone(),
                group: "Your file".to_owned(),
            },
        );
        self.sources.insert(
            0,
            Source::Resolved {
                text: loaded.tree.to_toml_with_sources(),
                folder: loaded.folder.clone(),
            },
        );
        self
    }

    /// Puts a lesson of the user in front of the others.
    #[must_use]
    pub fn with_lesson(mut self, lesson: Lesson) -> Self {
        self.lessons.insert(0, lesson);
        self
    }

    /// The scenarios.
    pub fn scenarios(&self) -> &[Listed] {
        &self.listed
    }

    /// The lessons.
    pub fn lessons(&self) -> &[Lesson] {
        &self.lessons
    }

    /// The scenario of a name, with values set in it.
    ///
    /// # Errors
    /// A name that is in no list; what is wrong with the values.
    pub fn load(&self, name: &str, sets: &[String]) -> Result<Loaded, Diagnostics> {
        let place = self.listed.iter().position(|listed| listed.name == name);
        let Some(source) = place.map(|place| &self.sources[place]) else {
            let names: Vec<&str> = self.listed.iter().map(|one| &*one.name).collect();
            return Err(Diagnostic::new(format!("there is no scenario {name:?}"))
                .with_help(format!("give one of {}", names.join(", ")))
                .into());
        };
        match source {
            Source::Shipped(text) => parse(&format!("{name}.toml"), text, sets),
            Source::Resolved { text, folder } => {
                let mut tree = Tree::parse(Layer {
                    name: format!("{name}.toml"),
                    text: text.clone(),
                })?;
                for set in sets {
                    tree.set(set)?;
                }
                Loaded::from_tree(tree, folder.clone())
            }
        }
    }
}

/// A shipped scenario over its base, which is always the same one here.
fn flat(name: &str, text: &str) -> Result<Tree, Diagnostic> {
    let layer = |text: &str| Layer {
        name: format!("{name}.toml"),
        text: text.to_owned(),
    };
    let mut upper = Tree::parse(layer(text))?;
    if !upper.remove("extends") {
        return Ok(upper);
    }
    let mut tree = Tree::parse(layer(BASE))?;
    tree.overlay(upper);
    Ok(tree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::controls::is_settable;

    #[test]
    fn every_shipped_scenario_and_every_lesson_loads() {
        let catalogue = Catalogue::shipped().unwrap();
        for listed in catalogue.scenarios() {
            let loaded = catalogue.load(&listed.name, &[]).unwrap();
            assert_eq!(loaded.scenario.name, listed.name);
            assert!(!listed.description.is_empty(), "{}", listed.name);
            assert_eq!(
                loaded.scenario.lattice.size.unwrap()[2],
                1,
                "{}",
                listed.name
            );
        }
        assert_eq!(catalogue.lessons().len(), LESSONS.len());
        for lesson in catalogue.lessons() {
            let run = &lesson.run;
            let loaded = catalogue.load(&run.scenario, &run.set).unwrap();
            assert!(run.until <= loaded.scenario.run.duration.get() / 24.0);
            // Which of the two is which, in the words of the page.
            let sides = ["with the change", "without the change"];
            let look = lesson.look.join(" ").to_lowercase();
            assert!(
                sides.iter().all(|side| look.contains(side)),
                "{}",
                lesson.title
            );
            let changed = [run.set.clone(), run.change.clone()].concat();
            assert!(changed.iter().all(|set| is_settable(set)), "{changed:?}");
            let changed = catalogue.load(&run.scenario, &changed).unwrap();
            assert!(changed.scenario != loaded.scenario, "{}", lesson.title);
            // What makes no model would stop the lesson on the day on which the runs part.
            assert!(changed.build().is_ok(), "{}", lesson.title);
        }
    }

    #[test]
    fn the_embedded_scenario_is_that_of_the_file() {
        let catalogue = Catalogue::shipped().unwrap();
        for (name, _, text) in SHIPPED {
            let flat = catalogue.load(name, &[]).unwrap();
            let base = text
                .lines()
                .find_map(|line| line.strip_prefix("extends = "));
            let file = match base {
                Some(base) if base.contains("../") => format!("scenarios/therapy/{name}.toml"),
                _ => format!("scenarios/{name}.toml"),
            };
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let read = crate::scenario::build::load(&path, &[]).unwrap();
            assert_eq!(flat.scenario, read.scenario, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_those_that_there_are() {
        let catalogue = Catalogue::shipped().unwrap();
        let said = catalogue
            .load("../../etc/passwd", &[])
            .unwrap_err()
            .render(false);
        assert!(said.contains("vicious_cycle_2d"), "{said}");
    }
}
