//! Whether a segmentation makes sense: labels taken for grey, values apart from the rest, and too
//! little or too much bone.

use super::otsu::{are_whole, ends, otsu};
use super::rule::Binarisation;

/// Most distinct values of a map of labels.
const MOST_LABELS: usize = 64;
/// Most distinct whole values that are taken for labels without looking at their places.
const SURELY_LABELS: usize = 16;
/// Share of neighbours along x that are equal in a map of labels; noise leaves few.
const EQUAL_NEIGHBOURS: f64 = 0.95;
/// Share of the voxels at either end of the values that may lie apart and is not the image.
const TAIL: f64 = 0.005;
/// Least share of the voxels that padding fills.
const PADDING: f64 = 0.01;
/// Part of the range of the values next to padding that is all but empty.
const MOAT: f64 = 0.02;
/// Share of voxels on the threshold from which it matters to which side they count.
const ON_THRESHOLD: f64 = 0.01;
/// Bone shares beyond which a segmentation is doubtful.
const SHARES: [f64; 2] = [0.005, 0.95];

/// How a threshold is given.
const GIVE: &str = "--threshold, or threshold under [specimen.image]";

/// The distinct values, rising; `None` when there are more than a map of labels has.
pub(super) fn few_values(values: &[f32]) -> Option<Vec<f32>> {
    let mut few: Vec<f32> = Vec::new();
    let mut last = f32::NAN;
    for &value in values {
        // Bit by bit: the sign of zero is no value of its own.
        let value = value + 0.0;
        if value.to_bits() == last.to_bits() {
            continue;
        }
        last = value;
        if let Err(place) = few.binary_search_by(|known| known.total_cmp(&value)) {
            if few.len() == MOST_LABELS {
                return None;
            }
            few.insert(place, value);
        }
    }
    Some(few)
}

/// True for three values or more that can be nothing but labels.
pub(super) fn are_labels(few: &[f32]) -> bool {
    (3..=SURELY_LABELS).contains(&few.len()) && are_whole(few)
}

/// Says when a segmentation by grey values may be one of labels.
pub(super) fn labels_or_grey(
    few: Option<&[f32]>,
    values: &[f32],
    dims: [usize; 3],
) -> Option<String> {
    let few = few.filter(|few| few.len() > SURELY_LABELS && are_whole(few))?;
    let mut pairs = 0_u64;
    let mut equal = 0_u64;
    for row in values.chunks(dims[0]) {
        for pair in row.windows(2) {
            pairs += 1;
            equal += u64::from(pair[0].to_bits() == pair[1].to_bits());
        }
    }
    (equal as f64 >= EQUAL_NEIGHBOURS * pairs as f64 && pairs > 0).then(|| {
        format!(
            "the image holds {} whole values that hardly change from voxel to voxel, as labels do: \
             if they are labels, say which are bone (--labels, or labels under [specimen.image]); \
             if not, give the threshold ({GIVE})",
            few.len()
        )
    })
}

/// Where most values lie: without the tails at either end, which a few voxels make.
fn bulk(values: &[f32]) -> (f32, f32) {
    // A part of a large image says the same.
    const MOST: usize = 1 << 22;
    let mut sample: Vec<f32> = values
        .iter()
        .step_by(values.len().div_ceil(MOST).max(1))
        .copied()
        .collect();
    let tail = ((sample.len() as f64 * TAIL).ceil() as usize).min((sample.len() - 1) / 2);
    let high = sample.len() - 1 - tail;
    let low = *sample.select_nth_unstable_by(tail, f32::total_cmp).1;
    let high = *sample.select_nth_unstable_by(high, f32::total_cmp).1;
    (low, high)
}

/// A value that fills part of an image and lies apart from the rest, and the share that it fills.
fn padding(values: &[f32], dims: [usize; 3], (low, high): (f32, f32)) -> Option<(f32, f64)> {
    let total = values.len() as f64;
    let share = |is_in: &dyn Fn(f32) -> bool| {
        values.iter().filter(|&&value| is_in(value)).count() as f64 / total
    };
    let (lowest, highest) = ends(values);
    let moat = MOAT * (f64::from(high) - f64::from(low));
    for value in [lowest, highest] {
        let own = share(&|other| other.to_bits() == value.to_bits());
        let near = share(&|other| {
            other.to_bits() != value.to_bits()
                && (f64::from(other) - f64::from(value)).abs() <= moat
        });
        if own >= PADDING && moat > 0.0 && near < own / 20.0 {
            return Some((value, own));
        }
    }
    // Outside of a round field of view: the edges along z are padding from end to end.
    let [nx, ny, nz] = dims;
    let corner = values[0];
    let is_frame = nx.min(ny) > 1
        && (0..nz).all(|z| {
            [0, nx - 1].into_iter().all(|x| {
                [0, ny - 1]
                    .into_iter()
                    .all(|y| values[(z * ny + y) * nx + x].to_bits() == corner.to_bits())
            })
        });
    let own = share(&|other| other.to_bits() == corner.to_bits());
    // Of a few voxels along z it may be chance.
    (is_frame && nz > 2 && own >= PADDING).then_some((corner, own))
}

/// Says which values lie apart from the rest and move an automatic threshold.
pub(super) fn outliers(values: &[f32], dims: [usize; 3]) -> Vec<String> {
    let mut found = Vec::new();
    let (low, high) = bulk(values);
    let (lowest, highest) = ends(values);
    let width = f64::from(high) - f64::from(low);
    let (floor, ceiling) = (f64::from(low) - width, f64::from(high) + width);
    let is_hot = |value: f32| f64::from(value) < floor || f64::from(value) > ceiling;
    let hot = values.iter().filter(|&&value| is_hot(value)).count();
    let pad = padding(values, dims, (low, high));
    if (hot == 0 || width <= 0.0) && pad.is_none() {
        return found;
    }
    let rest: Vec<f32> = values
        .iter()
        .copied()
        .filter(|&value| {
            !is_hot(value) && pad.is_none_or(|(padding, _)| padding.to_bits() != value.to_bits())
        })
        .collect();
    let without = otsu(&rest).map_or_else(String::new, |value| {
        format!(" (Otsu's is {value} without them)")
    });
    if hot > 0 && width > 0.0 {
        let voxels = if hot == 1 { "voxel lies" } else { "voxels lie" };
        found.push(format!(
            "{hot} {voxels} far from the rest, in {lowest} to {highest} where 99 % of the voxels \
             are in {low} to {high}: they move the automatic threshold; give the threshold \
             ({GIVE}){without}"
        ));
    }
    if let Some((value, share)) = pad {
        found.push(format!(
            "{:.1} % of the voxels have exactly the value {value}, apart from the rest, as padding \
             or a frame has: they move the automatic threshold and count as part of the volume; \
             give the threshold ({GIVE}){without}, and take a part without them",
            100.0 * share
        ));
    }
    found
}

/// Says that padding counts, where a threshold was given.
pub(super) fn padding_kept(values: &[f32], dims: [usize; 3]) -> Option<String> {
    padding(values, dims, bulk(values)).map(|(value, share)| {
        format!(
            "the {:.1} % of the voxels that have exactly the value {value}, apart from the rest, \
             count as part of the volume",
            100.0 * share
        )
    })
}

/// Says when many whole grey levels lie on the threshold.
///
/// Of an automatic one only when the level above it is as common: else it lies in a gap.
pub(super) fn on_threshold(values: &[f32], rule: &Binarisation) -> Option<String> {
    let threshold = rule.threshold()?;
    if threshold.fract().abs() > 0.0 || !are_whole(values) {
        return None;
    }
    let share = |level: f32| {
        let equal = values.iter().filter(|&&value| (value - level).abs() <= 0.0);
        equal.count() as f64 / values.len() as f64
    };
    let on = share(threshold);
    let is_many =
        on > ON_THRESHOLD && (!rule.is_automatic() || share(threshold + 1.0) > ON_THRESHOLD);
    is_many.then(|| {
        format!(
            "{:.1} % of the voxels have exactly the value {threshold} of the threshold and count as \
             marrow, as in ImageJ and scikit-image; give {} to count them as bone ({GIVE})",
            100.0 * on,
            f64::from(threshold) - 0.5
        )
    })
}

/// Says when there is hardly any bone, or hardly anything else.
pub(super) fn bone_share(bone: &[bool], rule: &Binarisation) -> Option<String> {
    let share = bone.iter().filter(|&&bone| bone).count() as f64 / bone.len() as f64;
    let [least, most] = SHARES;
    (!(least..=most).contains(&share)).then(|| {
        let remedy = match rule {
            Binarisation::Mask { .. } | Binarisation::Labels(_) => {
                "say which value is bone (--labels, or labels under [specimen.image])".to_owned()
            }
            Binarisation::Otsu(_) | Binarisation::Threshold(_) => {
                format!("give another threshold ({GIVE})")
            }
        };
        format!(
            "{:.3} % of the voxels are bone ({rule}); {remedy}",
            100.0 * share
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey image of marrow at 40 to 59 and, in a third of it, bone at 150 to 169.
    fn grey() -> Vec<f32> {
        (0..8000_u32)
            .map(|i| (i * 7919 % 20) as f32 + if i % 3 == 0 { 150.0 } else { 40.0 })
            .collect()
    }

    #[test]
    fn an_image_without_values_apart_is_left_alone() {
        assert_eq!(outliers(&grey(), [20; 3]), [""; 0]);
    }

    #[test]
    fn hot_voxels_are_seen_at_either_end() {
        for hot in [30_000.0, -30_000.0, 1e9] {
            let mut values = grey();
            values[17] = hot;
            values[4711] = hot;
            let said = outliers(&values, [20; 3]);
            assert_eq!(said.len(), 1, "{said:?}");
            // What is left without them.
            assert!(said[0].starts_with("2 voxels lie far") && said[0].contains("is 59 without"));
        }
    }

    #[test]
    fn padding_is_seen_below_above_and_as_a_frame_amid_the_values() {
        for value in [-2000.0, 0.0, 100.0, 255.0, 5000.0] {
            let mut values = grey();
            for (at, voxel) in values.iter_mut().enumerate() {
                let (x, y) = (at % 20, at / 20 % 20);
                if x == 0 || y == 0 || x == 19 || y == 19 {
                    *voxel = value;
                }
            }
            let said = outliers(&values, [20; 3]);
            assert_eq!(said.len(), 1, "{value}: {said:?}");
            assert!(said[0].contains(&format!("value {value},")), "{said:?}");
            assert!(said[0].contains("59 without"), "{said:?}");
            assert!(padding_kept(&values, [20; 3]).is_some());
        }
    }

    /// Values that are cut off at the ends of eight bits go on next to them.
    #[test]
    fn clipped_values_are_no_padding() {
        let clipped: Vec<f32> = (0..8000_u32)
            .map(|i| {
                ((i * 7919 % 257) as f32 * 1.2 - 25.0)
                    .clamp(0.0, 255.0)
                    .round()
            })
            .collect();
        assert!(clipped.iter().filter(|&&value| value <= 0.0).count() > 400);
        assert_eq!(outliers(&clipped, [20; 3]), [""; 0]);
    }

    #[test]
    fn few_whole_values_are_labels_and_others_are_not() {
        let of = |values: &[f32]| few_values(values).is_some_and(|few| are_labels(&few));
        assert!(of(&[0.0, 1.0, 2.0, -0.0]));
        assert!(!of(&[0.0, 255.0, -0.0]));
        assert!(!of(&[0.0, 0.5, 1.0]));
        let many: Vec<f32> = (0..8000).map(|i| (i / 400) as f32).collect();
        assert!(!of(&many));
        let few = few_values(&many).unwrap();
        assert!(labels_or_grey(Some(&few), &many, [20; 3]).is_some());
        let noise: Vec<f32> = (0..8000).map(|i| (i * 7 % 20) as f32).collect();
        assert_eq!(labels_or_grey(Some(&few), &noise, [20; 3]), None);
        let grey: Vec<f32> = (0..8000).map(|i| (i % 100) as f32).collect();
        assert_eq!(few_values(&grey), None);
    }

    #[test]
    fn levels_on_the_threshold_are_said_where_they_are_many() {
        let values: Vec<f32> = (0..1000).map(|i| (i % 50) as f32).collect();
        let given = on_threshold(&values, &Binarisation::Threshold(20.0)).unwrap();
        assert!(given.contains("2.0 %") && given.contains("19.5"), "{given}");
        assert!(on_threshold(&values, &Binarisation::Threshold(20.5)).is_none());
        assert!(on_threshold(&values, &Binarisation::Otsu(20.0)).is_some());
        let gap: Vec<f32> = values
            .iter()
            .map(|v| if *v > 20.0 { v + 9.0 } else { *v })
            .collect();
        assert!(on_threshold(&gap, &Binarisation::Otsu(20.0)).is_none());
    }

    #[test]
    fn too_little_and_too_much_bone_are_said() {
        let rule = Binarisation::Otsu(5.0);
        let bone = |of_thousand: usize| (0..1000).map(|i| i < of_thousand).collect::<Vec<_>>();
        assert!(bone_share(&bone(4), &rule).unwrap().contains("--threshold"));
        assert!(bone_share(&bone(5), &rule).is_none());
        assert!(bone_share(&bone(950), &rule).is_none());
        let mask = Binarisation::Mask { larger: 255.0 };
        assert!(bone_share(&bone(951), &mask).unwrap().contains("--labels"));
    }
}
