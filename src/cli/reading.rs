//! How images are read, and values that options take.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::mechanics::asked::Named;
use crate::specimen::image::{ReadOptions, Spacing};

/// How an image is read.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Voxel size, one or three along x, y, z, where the file has none: "19.5 um", or
    /// "20 um, 20 um, 40 um".
    #[arg(long)]
    spacing: Option<Spacing>,
    /// Let a header name a data file outside of its own folder.
    #[arg(long)]
    data_anywhere: bool,
}

impl ReadingArguments {
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            spacing_um: self.spacing.map(Spacing::um),
            data_anywhere: self.data_anywhere,
        }
    }
}

/// A label of an option that takes several, as in "1, 2".
pub(super) fn label(text: &str) -> Result<u32, String> {
    text.trim()
        .parse()
        .map_err(|_| "expected labels such as 1,2 (whole numbers from 0 on)".to_owned())
}

/// A value by its name: one of these, which help lists with what each is.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [Named<T>],
) -> impl TypedValueParser<Value = T> {
    let names = values
        .iter()
        .map(|(name, what, _)| PossibleValue::new(*name).help(*what));
    PossibleValuesParser::new(names).try_map(|found| {
        let value = values.iter().find(|(name, ..)| *name == found);
        value
            .map(|(.., value)| *value)
            .ok_or("found none of the values")
    })
}
