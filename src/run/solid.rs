//! Pictures of bone in space that a run leaves, from the volumes that it kept on its way.

use std::path::{Path, PathBuf};

use crate::numerics::parallel::prelude::*;
use crate::observe::volume::Volume;
use crate::output::{OutputError, write_whole};
use crate::plot::solid::{
    Body, Look, OfBoth, SolidError, Tissue, Words, picture, pictures_of_both, png,
};
use crate::plot::ticks::count;
use crate::plot::words::{change, note};

/// The picture of day 0 beside that of the last day.
pub(crate) const BEFORE_AFTER: &str = "bone_before_after.png";

/// A share of 255.
fn share(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

/// A volume as a picture takes it.
pub(crate) fn tissue(volume: &Volume) -> Tissue {
    let shares = |bytes: &[u8]| bytes.iter().map(|&byte| share(byte)).collect();
    let cells = volume.cells.iter().map(|cell| {
        let at_um = cell.at_um.map(f64::from);
        Body::of(cell.kind, at_um, f64::from(cell.radius_um))
    });
    Tissue {
        day: volume.day,
        dims: volume.dims,
        edge_um: volume.edge_um,
        bone: shares(&volume.bone),
        tumour: shares(&volume.tumour),
        counts: volume.counts.map(|count| count as usize),
        bodies: Body::by_site(cells),
    }
}

/// Title and figures of a moment. `first` is day 0, where it is known.
pub(crate) fn words(title: &str, volume: &Volume, first: Option<&Volume>) -> Words {
    let first = first.filter(|first| first.day < volume.day);
    let bone = bone_words(volume.bv_tv, first.map(|first| first.bv_tv));
    let cells = tumour_words(volume);
    Words {
        title: format!("Bone on day {}", day(volume)),
        caption: note([title, &format!("in the whole block: {bone}"), &cells]),
    }
}

/// Title and figures of day 0 beside a later day.
pub(crate) fn words_of_both(title: &str, first: &Volume, volume: &Volume) -> Words {
    let change = Some(change(volume.bv_tv, first.bv_tv)).filter(|change| !change.is_empty());
    Words {
        title: format!("Bone on day {} and day {}", day(first), day(volume)),
        caption: note([
            title,
            &change.map_or_else(String::new, |it| format!("BV/TV {it}")),
        ]),
    }
}

/// How much bone there is, and its change since day 0, where that is known and had some.
pub(crate) fn bone_words(bv_tv: f64, first: Option<f64>) -> String {
    let change = first.map(|first| change(bv_tv, first));
    let change = change.filter(|change| !change.is_empty());
    if bv_tv <= 0.0 && change.is_none() {
        return "no bone".to_owned();
    }
    let share = format!("BV/TV {:.1} %", 100.0 * bv_tv);
    match change {
        Some(change) => format!("{share}, {change}"),
        None => share,
    }
}

/// How many tumour cells there are; empty where there is none.
fn tumour_words(volume: &Volume) -> String {
    match volume.tumour_cells {
        0 => String::new(),
        1 => "1 tumour cell".to_owned(),
        cells => format!("{} tumour cells", count(cells as usize)),
    }
}

/// The day of a volume, without a zero behind the point.
pub(crate) fn day(volume: &Volume) -> String {
    format!("{}", (volume.day * 100.0).round() / 100.0 + 0.0)
}

/// Names of the two sides of a picture of before and after.
pub(crate) fn sides(first: &Volume, last: &Volume) -> [String; 2] {
    [first, last].map(|volume| {
        let bone = bone_words(volume.bv_tv, None);
        let cells = tumour_words(volume);
        let between = if cells.is_empty() { "" } else { ", " };
        format!("day {}: {bone}{between}{cells}", day(volume))
    })
}

/// Draws `bone_d<day>.png` of every day, and day 0 beside the last. All are cut alike, by day 0, so that those of
/// all days and of all arms of a run can be laid beside each other. A day on which no bone is left has no picture.
///
/// # Errors
/// [`OutputError`] of a file that cannot be written or drawn.
pub(super) fn pictures(
    plots: &Path,
    title: &str,
    volumes: &[&Volume],
) -> Result<Vec<PathBuf>, OutputError> {
    let first = volumes
        .iter()
        .find(|volume| volume.day.abs() < 1e-9)
        .copied();
    let before = first.map(tissue);
    let look = Look::default();
    let mut written = Vec::new();
    let last = volumes.len().saturating_sub(1);
    let is_later = |volume: &Volume| volume.day > 1e-9;
    let file = |volume: &Volume| plots.join(format!("bone_d{:.0}.png", volume.day + 0.0));
    let one = |volume: &Volume, now: &Tissue| {
        let said = words(title, volume, first);
        match picture(now, before.as_ref(), look, &said) {
            Ok(image) => Ok(vec![(file(volume), image)]),
            Err(SolidError::NoBone(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    };
    // One day after another: the surfaces of a day take as much memory as the tissue, and drawing uses all
    // threads.
    for (at, &volume) in volumes.iter().enumerate() {
        let is_last = at == last;
        if !is_last && !is_later(volume) {
            // With the last day, for which its surfaces are needed again.
            continue;
        }
        let now = tissue(volume);
        let drawn = match (first, &before) {
            (Some(first), Some(before)) if is_last && is_later(volume) => {
                let sides = sides(first, volume);
                let said = OfBoth {
                    first: &words(title, first, None),
                    now: &words(title, volume, Some(first)),
                    change: &words_of_both(title, first, volume),
                    names: [&sides[0], &sides[1]],
                };
                let paths = [file(first), file(volume), plots.join(BEFORE_AFTER)];
                match pictures_of_both(before, &now, look, said) {
                    Ok(images) => Ok(paths.into_iter().zip(images).collect()),
                    Err(SolidError::NoBone(_)) => one(first, before).and_then(|mut drawn| {
                        drawn.extend(one(volume, &now)?);
                        Ok(drawn)
                    }),
                    Err(error) => Err(error),
                }
            }
            _ => one(volume, &now),
        };
        let packed = drawn.and_then(|images| {
            let packed = images
                .into_par_iter()
                .map(|(path, image)| png(&image).map(|bytes| (path, bytes)));
            packed.collect::<Result<Vec<_>, _>>()
        });
        let packed = packed.map_err(|error| OutputError::Drawing {
            path: file(volume),
            message: error.to_string(),
        })?;
        for (path, bytes) in packed {
            write_whole(&path, &bytes)?;
            written.push(path);
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bone_is_said_with_its_change_and_none_as_none() {
        assert_eq!(bone_words(0.0, Some(0.0)), "no bone");
        assert_eq!(bone_words(0.0, None), "no bone");
        assert_eq!(
            bone_words(0.0, Some(0.2)),
            "BV/TV 0.0 %, lower by 100.0 % of its value on day 0"
        );
        assert_eq!(bone_words(0.123, None), "BV/TV 12.3 %");
        assert_eq!(
            bone_words(0.22, Some(0.2)),
            "BV/TV 22.0 %, higher by 10.0 % of its value on day 0"
        );
        // Too little to be seen has no sign.
        assert_eq!(
            bone_words(0.199_999, Some(0.2)),
            "BV/TV 20.0 %, as on day 0"
        );
        assert_eq!(bone_words(0.01, Some(0.0)), "BV/TV 1.0 %");
    }
}
