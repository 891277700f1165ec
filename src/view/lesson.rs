//! Guided lessons: a text file each (TOML), in a form in which a teacher writes more.

use serde::{Deserialize, Serialize};

use crate::layers::diagnostic::Diagnostic;
use crate::layers::tree::{Layer, Tree};

/// A lesson: a question, a prediction asked before the answer, a run, and what was seen in life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Title.
    pub title: String,
    /// Minutes that it takes, about.
    pub minutes: u32,
    /// What a student should know first, a paragraph each.
    pub before: Vec<String>,
    /// The question.
    pub question: String,
    /// What a student may predict.
    pub predictions: Vec<Prediction>,
    /// The run.
    pub run: LessonRun,
    /// What to look at while it runs.
    pub look: Vec<String>,
    /// Columns whose curves matter, by their names in `series.csv`.
    pub curves: Vec<String>,
    /// What the run shows, and why, a paragraph each.
    pub after: Vec<String>,
    /// What real mice or patients did.
    pub in_life: Vec<InLife>,
    /// What to try next.
    #[serde(default)]
    pub next: Vec<String>,
}

/// A prediction that a student may choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// What it says.
    pub says: String,
    /// What is to be thought of it, said after the run.
    pub answer: String,
    /// True for one that the run bears out.
    #[serde(default)]
    pub holds: bool,
}

/// The run of a lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonRun {
    /// Name of a scenario in the list.
    pub scenario: String,
    /// Seed.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Values of the whole run, as `path=value`.
    #[serde(default)]
    pub set: Vec<String>,
    /// Day of the change, if there is one.
    #[serde(default)]
    pub at: Option<f64>,
    /// The change, as `path=value`.
    #[serde(default)]
    pub change: Vec<String>,
    /// Field drawn over the tissue.
    #[serde(default)]
    pub field: Option<String>,
    /// Day to which it plays.
    pub until: f64,
    /// Days on which the table of the answer has the curves too, beside day 0, that of the change, and the last.
    #[serde(default)]
    pub days: Vec<f64>,
    /// What the two runs are called, where neither is untreated.
    #[serde(default)]
    pub names: Option<RunNames>,
}

/// What the two runs of a lesson are called, such as by the drug that each is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunNames {
    /// The run without the change.
    pub without: String,
    /// The run with it.
    pub with: String,
}

/// What was seen in life, with its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InLife {
    /// What was seen.
    pub says: String,
    /// Where it was published.
    pub source: String,
}

/// Reads a lesson.
///
/// # Errors
/// What is wrong with the text, with its line; a lesson without predictions, or of which none holds.
pub fn read(name: &str, text: &str) -> Result<Lesson, Diagnostic> {
    let tree = Tree::parse(Layer {
        name: name.to_owned(),
        text: text.to_owned(),
    })?;
    let lesson: Lesson = tree.deserialize()?;
    let refused = |path: &str, message: &str, help: &str| Err(tree.error_at(path, message, help));
    if lesson.predictions.len() < 2 {
        return refused(
            "predictions",
            &format!("found {} predictions", lesson.predictions.len()),
            "give at least two, as [[predictions]]",
        );
    }
    if !lesson.predictions.iter().any(|one| one.holds) {
        return refused(
            "predictions",
            "the run bears out none of the predictions",
            "set holds = true in one of them",
        );
    }
    if lesson.in_life.is_empty() {
        return refused(
            "in_life",
            "found nothing that was seen in life",
            "give [[in_life]] with says and source",
        );
    }
    Ok(lesson)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::catalogue::LESSONS;

    #[test]
    fn what_is_wrong_with_a_lesson_is_said_with_its_line() {
        let (name, text) = LESSONS[0];
        read(name, text).unwrap();
        let wrong = text.replace("minutes =", "minuets =");
        let said = read(name, &wrong).unwrap_err().to_string();
        assert!(said.contains("minuets") && said.contains(name), "{said}");
        let wrong = text.replace("holds = true", "");
        let said = read(name, &wrong).unwrap_err().to_string();
        assert!(said.contains("bears out none"), "{said}");
    }
}
