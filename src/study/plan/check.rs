//! The rules of a study file, checked on what a plan says.

use super::{Header, points_of};
use crate::layers::tree::too_deep_at;
use crate::numerics::name::{ALLOWED_DOTTED, is_dotted_name};
use crate::observe::series::columns;
use crate::study::factor::problem_of_design;
use crate::study::names::problem_of_response;

impl Header {
    /// Checks what a plan says by the rules of a study file.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !is_dotted_name(&self.study) {
            return Err(format!(
                "the study is called {:?}: {ALLOWED_DOTTED}",
                self.study
            ));
        }
        for (place, arm) in self.arms.iter().enumerate() {
            if !is_dotted_name(&arm.name) {
                return Err(format!("an arm is called {:?}: {ALLOWED_DOTTED}", arm.name));
            }
            if self.arms[..place]
                .iter()
                .any(|other| other.name == arm.name)
            {
                return Err(format!("two arms are called {:?}", arm.name));
            }
        }
        let columns = columns(&signals_of(&self.base));
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        for (name, response) in &self.responses {
            if let Some((_, found, _)) = response.problem(&columns, f64::INFINITY) {
                return Err(format!("response {name:?}: {found}"));
            }
            let parameters = self.factors.iter().map(|factor| factor.path.as_str());
            if let Some(why) = problem_of_response(name, parameters) {
                return Err(format!("a response is called {name:?}: {why}"));
            }
        }
        for factor in &self.factors {
            if let Some(why) = factor.problem() {
                return Err(format!("{:?}: {why}", factor.path));
            }
        }
        if let Some(why) = problem_of_design(self.design, &self.factors) {
            return Err(format!("the design cannot be laid: {why}"));
        }
        let expected = points_of(self)
            .count()
            .saturating_mul(self.arms.len().max(1) as u64)
            .saturating_mul(u64::from(self.replicates));
        if self.runs != expected || self.runs == 0 || u32::try_from(self.runs).is_err() {
            return Err(format!(
                "it says {} runs, its design has {expected}, of at most 2^32",
                self.runs
            ));
        }
        Ok(())
    }
}

/// Names of the signals of a scenario; none of a text that does not read, which is refused elsewhere.
fn signals_of(base: &str) -> Vec<String> {
    let is_flat = too_deep_at(base).is_none();
    let base: Option<toml::Table> = is_flat.then(|| toml::from_str(base).ok()).flatten();
    let signals = base
        .as_ref()
        .and_then(|base| base.get("signals")?.as_table());
    let mut names: Vec<String> = signals
        .into_iter()
        .flat_map(toml::Table::keys)
        .cloned()
        .collect();
    names.sort();
    names
}
