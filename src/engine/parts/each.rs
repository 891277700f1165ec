//! What all parts are asked for, one after another in the order of their list.

#[cfg(feature = "plots")]
use std::collections::BTreeMap;

use crate::engine::column::{About, Entry};
use crate::engine::fault::Fault;
use crate::engine::model::Model;
use crate::engine::parts::part::{Now, Part, Values};
use crate::engine::parts::setting::Times;
use crate::engine::parts::{
    Asked, clones, colonisation, drugs, immune, mechanostat, patient, radiation, rigidity,
    strength, with_parts,
};
#[cfg(feature = "plots")]
use crate::engine::picture::Picture;
#[cfg(feature = "plots")]
use crate::engine::scratch::Scratch;
use crate::engine::state::State;

macro_rules! functions {
    ($($(#[$about:meta])* $name:ident: $part:ty,)*) => {
        /// Tables and other files that parts may put on record.
        #[cfg(feature = "plots")]
        pub(crate) const FILES: &[&[&str]] = &[$(<$part as Part>::FILES,)*];

        /// Pictures of the tables of parts.
        #[cfg(feature = "plots")]
        pub(crate) const PICTURES: &[&[Picture]] = &[$(<$part as Part>::PICTURES,)*];

        /// Keys of a scenario that no arm can change.
        pub(crate) const SHARED: &[&[&str]] = &[$(<$part as Part>::SHARED,)*];

        /// Tables of a scenario that no arm can bring.
        pub(crate) const FROM_THE_START: &[&[&str]] = &[$(<$part as Part>::FROM_THE_START,)*];

        /// Lineages of parts that secrete, and who that is.
        pub(crate) const SECRETING: &[&[(&str, &str)]] = &[$(<$part as Part>::SECRETING,)*];

        /// What each rate of a part says, before its value.
        pub(crate) const RULES: &[&[(&str, &str)]] = &[$(<$part as Part>::RULES,)*];

        /// What a reader may not expect of what is asked: sentences for a warning.
        pub(crate) fn notices(asked: &Asked, times: Times) -> Vec<String> {
            let mut said = Vec::new();
            $(said.extend(<$part>::notices(&asked.$name, times));)*
            said
        }

        /// The share of each part in the first state.
        pub(crate) fn begin(model: &Model, state: &mut State) {
            $(<$part>::begin(model, state);)*
        }

        /// What parts do at day 0.
        ///
        /// # Errors
        /// A [`Fault`] that stops the run.
        pub(crate) fn on_day_0(model: &Model, state: &mut State) -> Result<(), Fault> {
            $(<$part>::on_day_0(model, state)?;)*
            Ok(())
        }

        /// Holds the share of each part in a state against the model.
        ///
        /// # Errors
        /// What does not fit, with what was found and what is allowed.
        pub(crate) fn check(model: &Model, state: &State) -> Result<(), String> {
            $(<$part>::check(model, state)?;)*
            Ok(())
        }

        /// The state goes from one model to that of an arm.
        pub(crate) fn turn(before: &Model, now: &Model, state: &mut State) {
            $(<$part>::turn(before, now, state);)*
        }

        /// Levels of this tick whose highest since the row before a row holds.
        #[cfg(feature = "plots")]
        pub(crate) fn watch(model: &Model, scratch: &Scratch, highest: &mut BTreeMap<String, f64>) {
            $(<$part>::watch(model, scratch, highest);)*
        }

        /// What parts put on record now.
        pub(crate) fn record(now: &Now<'_>) -> Vec<Entry> {
            let mut entries = Vec::new();
            $(<$part>::record(now, &mut entries);)*
            entries
        }

        /// Columns of the tables of parts in words, by file.
        pub(crate) fn columns() -> Vec<(&'static str, Vec<About>)> {
            let mut all = Vec::new();
            $(all.extend(<$part>::columns());)*
            all
        }

        /// Rules of parts as sentences, beside those of their rates.
        pub(crate) fn sentences(values: &Values<'_>) -> Vec<String> {
            let mut said = Vec::new();
            $(said.extend(<$part>::sentences(values));)*
            said
        }
    };
}
with_parts!(functions);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn files_are_named_once_and_every_picture_is_of_one_of_them() {
        let files: Vec<&str> = FILES.iter().copied().flatten().copied().collect();
        let names: BTreeSet<&str> = files.iter().copied().collect();
        assert_eq!(names.len(), files.len(), "{files:?}");
        assert!(names.contains("rigidity.csv") && names.contains("drugs.csv"));
        for picture in PICTURES.iter().copied().flatten() {
            assert!(names.contains(picture.table), "{picture:?}");
        }
    }

    #[test]
    fn an_idle_part_says_nothing() {
        assert_eq!(sentences(&Values::new()), [""; 0]);
    }
}
