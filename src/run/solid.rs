//! Pictures of bone in space that a run leaves, from the volumes that it kept on its way.

use std::path::{Path, PathBuf};

use crate::numerics::parallel::prelude::*;
use crate::observe::volume::Volume;
use crate::output::{OutputError, write_whole};
use crate::plot::solid::{Body, Look, SolidError, Tissue, Words, picture, picture_and_change, png};
use crate::plot::words::note;

/// The picture of day 0 beside that of the last day.
pub(crate) const BEFORE_AFTER: &str = "bone_before_after.png";

/// A share of 255.
fn share(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

/// A volume as a picture takes it.
pub(crate) fn tissue(volume: &Volume) -> Tissue {
    let shares = |bytes: &[u8]| bytes.iter().map(|&byte| share(byte)).collect();
    let bodies = volume.cells.iter().map(|cell| Body {
        kind: cell.kind,
        at_um: cell.at_um.map(f64::from),
        radius_um: f64::from(cell.radius_um),
    });
    Tissue {
        dims: volume.dims,
        edge_um: volume.edge_um,
        bone: shares(&volume.bone),
        tumour: shares(&volume.tumour),
        counts: volume.counts.map(|count| count as usize),
        bodies: bodies.collect(),
    }
}

/// Title and figures of a moment. `first` is day 0, where it is known.
pub(crate) fn words(title: &str, volume: &Volume, first: Option<&Volume>) -> Words {
    let first = first.filter(|first| first.day < volume.day);
    let caption = bone_words(volume.bv_tv, first.map(|first| first.bv_tv));
    Words {
        title: format!("Bone in space on day {}", day(volume)),
        caption: note([title, &caption]),
    }
}

/// How much bone there is, and its change since day 0, where that is known and had some.
pub(crate) fn bone_words(bv_tv: f64, first: Option<f64>) -> String {
    let first = first.filter(|&first| first > 0.0);
    if bv_tv <= 0.0 && first.is_none() {
        return "no bone".to_owned();
    }
    let share = format!("BV/TV {:.1} %", 100.0 * bv_tv);
    let Some(first) = first else {
        return share;
    };
    // No minus before a zero; a minus as wide as the digits, as on axes.
    let change = (1000.0 * (bv_tv / first - 1.0)).round() / 10.0 + 0.0;
    let signed = format!("{change:+.1}").replace('-', "\u{2212}");
    format!("{share} ({signed} % of day 0)")
}

/// The day of a volume, without a zero behind the point.
pub(crate) fn day(volume: &Volume) -> String {
    format!("{}", (volume.day * 100.0).round() / 100.0 + 0.0)
}

/// Names of the two sides of a picture of before and after.
pub(crate) fn sides(first: &Volume, last: &Volume) -> [String; 2] {
    [first, last].map(|volume| format!("day {}: {}", day(volume), bone_words(volume.bv_tv, None)))
}

/// Draws `bone_d<day>.png` of every day after day 0, and day 0 beside the last. A day on which no
/// bone is left has no picture.
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
    let mut written = Vec::new();
    let later: Vec<&Volume> = volumes
        .iter()
        .copied()
        .filter(|volume| volume.day > 1e-9)
        .collect();
    let last = later.len().saturating_sub(1);
    // One day after another: the surfaces of a day take as much memory as the tissue, and drawing uses all
    // threads.
    for (at, volume) in later.into_iter().enumerate() {
        let (said, look) = (words(title, volume, first), Look::default());
        let now = tissue(volume);
        let drawn = match (first, &before) {
            (Some(first), Some(before)) if at == last => {
                let sides = sides(first, volume);
                let names = [&sides[0][..], &sides[1][..]];
                let both = picture_and_change(&now, before, look, &said, names);
                both.map(|images| images.to_vec())
            }
            _ => picture(&now, before.as_ref(), look, &said).map(|image| vec![image]),
        };
        let name = format!("bone_d{:.0}.png", volume.day);
        let files = [plots.join(name), plots.join(BEFORE_AFTER)];
        let bytes =
            drawn.and_then(|images| images.par_iter().map(png).collect::<Result<Vec<_>, _>>());
        match bytes {
            Ok(images) => {
                for (path, bytes) in files.into_iter().zip(images) {
                    write_whole(&path, &bytes)?;
                    written.push(path);
                }
            }
            Err(SolidError::NoBone(_)) => {}
            Err(error) => {
                let [path, _] = files;
                return Err(OutputError::Drawing {
                    path,
                    message: error.to_string(),
                });
            }
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
            "BV/TV 0.0 % (\u{2212}100.0 % of day 0)"
        );
        assert_eq!(bone_words(0.123, None), "BV/TV 12.3 %");
        assert_eq!(
            bone_words(0.22, Some(0.2)),
            "BV/TV 22.0 % (+10.0 % of day 0)"
        );
        // Too little to be seen has no minus.
        assert_eq!(
            bone_words(0.199_999, Some(0.2)),
            "BV/TV 20.0 % (+0.0 % of day 0)"
        );
        assert_eq!(bone_words(0.01, Some(0.0)), "BV/TV 1.0 %");
    }
}
