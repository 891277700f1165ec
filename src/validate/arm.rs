//! Arms: a scenario with what it changes.

use super::scenarios::ScenarioFile;

/// A scenario with what it changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// Its name.
    pub name: &'static str,
    /// Where it starts from.
    pub scenario: ScenarioFile,
    /// Assignments as of `--set`, in groups.
    pub sets: &'static [&'static [&'static str]],
    /// Days of which a row is kept, in steps of so many.
    pub every_d: f64,
}

impl Arm {
    /// Its name in words.
    pub(super) fn label(&self) -> String {
        self.name.replace('_', " ")
    }

    /// Its assignments with a seed.
    pub(super) fn assignments(&self, seed: u64) -> Vec<String> {
        let sets = self.sets.iter().copied().flatten();
        let mut all: Vec<String> = sets.map(|&set| set.to_owned()).collect();
        all.push(format!("seed={seed}"));
        all
    }
}

/// A course of a mouse of 20 g.
macro_rules! mouse_course {
    ($drug:literal, $dose:literal, $route:literal, $interval:literal) => {
        [
            "subject.mass=\"20 g\"",
            concat!("therapy.course.drug=\"", $drug, "\""),
            concat!("therapy.course.dose=\"", $dose, "\""),
            concat!("therapy.course.route=\"", $route, "\""),
            concat!("therapy.course.interval=\"", $interval, "\""),
        ]
    };
}
pub(super) use mouse_course;
