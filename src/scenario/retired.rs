//! Keys that are gone, and what says now what they said.

use crate::layers::diagnostic::Diagnostic;
use crate::layers::tree::Tree;
use crate::scenario::arm_keys::{changes_by_keys, without_changes_of_arms};
use crate::scenario::file::Scenario;

/// A key that is gone: its path before and behind the name in the middle of it, if there is one, and what to do.
struct Retired {
    before: &'static str,
    behind: &'static str,
    help: &'static str,
}

/// Those that the last versions had.
const RETIRED: [Retired; 3] = [
    Retired {
        before: "patient.toxicity.drugs.",
        behind: ".suppression",
        help: "remove it: the rest of the skeleton answers to the level of each drug, by patient.skeleton.rankl_half, \
               drug_half and drug_most",
    },
    Retired {
        before: "radiobiology.strength.high_dose",
        behind: "",
        help: "remove it: every fraction weakens bone, by radiobiology.strength.half, steepness and alpha_beta",
    },
    Retired {
        before: "radiobiology.strength.loss",
        behind: "",
        help: "write radiobiology.strength.most: the share that is lost at most, by dose",
    },
];

impl Retired {
    fn is(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.before);
        rest.and_then(|rest| rest.strip_suffix(self.behind))
            .is_some_and(|name| name.is_empty() == self.behind.is_empty())
    }
}

/// The scenario of a merged tree.
///
/// # Errors
/// A key that is gone, with what takes its place; else what the reader of the tree says.
pub(super) fn scenario(tree: &Tree) -> Result<Scenario, Diagnostic> {
    let read = without_changes_of_arms(tree).deserialize();
    let mut scenario: Scenario = read.map_err(|fault| {
        let leaves = tree.leaves();
        let gone = leaves.iter().find_map(|leaf| {
            let retired = RETIRED.iter().find(|retired| retired.is(&leaf.path))?;
            Some(tree.error_at_key(&leaf.path, "this key is no more", retired.help))
        });
        gone.unwrap_or(fault)
    })?;
    for (name, arm) in &mut scenario.arms {
        arm.set.splice(0..0, changes_by_keys(tree, name));
    }
    Ok(scenario)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::tree::Layer;

    #[test]
    fn a_key_that_is_gone_is_refused_with_what_takes_its_place() {
        for (key, place) in [
            (
                "patient.toxicity.drugs.denosumab.suppression = 0.9",
                "rankl_half",
            ),
            ("radiobiology.strength.high_dose = \"8 Gy\"", "steepness"),
            (
                "radiobiology.strength.loss = 0.2",
                "radiobiology.strength.most",
            ),
        ] {
            let tree = Tree::parse(Layer {
                name: "old.toml".to_owned(),
                text: format!("name = \"old\"\n{key}\n"),
            });
            let said = scenario(&tree.unwrap()).unwrap_err().to_string();
            let path = key.split(" = ").next().unwrap();
            for word in ["no more", path, place, "old.toml:2"] {
                assert!(said.contains(word), "{word} is not in {said}");
            }
        }
        // Another key of that name is wrong for itself.
        assert!(
            !RETIRED
                .iter()
                .any(|one| one.is("patient.toxicity.drugs.suppression"))
        );
        assert!(!RETIRED.iter().any(|one| one.is("immune.suppression")));
    }
}
