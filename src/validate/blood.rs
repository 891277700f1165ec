//! Levels of drugs of the catalogue in blood.

use super::ValidationError;
use super::part::failed;
use crate::therapy::levels::Levels;
use crate::therapy::regimen::Course;
use crate::therapy::subject::Subject;

/// Levels of a drug of the catalogue in an adult of 70 kg and 1.8 m2.
pub(super) fn levels(course: &str, days: u32) -> Result<Levels, ValidationError> {
    let subject: Subject =
        toml::from_str("species = \"human\"\nmass = \"70 kg\"\nsurface = \"1.8 m2\"")
            .map_err(failed)?;
    let course: Course = toml::from_str(course).map_err(failed)?;
    Levels::of(subject, course, days).map_err(failed)
}
