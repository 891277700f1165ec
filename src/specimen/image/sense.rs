//! Whether a segmentation makes sense: labels taken for grey, values apart from the rest, and too
//! little or too much bone.

use std::collections::BTreeSet;

use super::groups::three_groups;
use super::otsu::{are_whole, ends, otsu};
use super::rule::Binarisation;

/// Most distinct values of a map of labels.
const MOST_LABELS: usize = 64;
/// Most distinct whole values that are taken for labels without looking at their places.
const SURELY_LABELS: usize = 16;
/// Share of neighbours along x that are equal in a map of labels, of a few and of any number; noise
/// leaves few.
const EQUAL_NEIGHBOURS: [f64; 2] = [0.95, 0.5];
/// Of neighbours that are not equal, the share that is one level apart in a smooth grey image.
const SMOOTH: f64 = 0.5;
/// Share of the voxels at either end of the values that may lie apart and is not the image.
const TAIL: f64 = 0.005;
/// Least share of the voxels that padding fills.
const PADDING: f64 = 0.01;
/// Part of the range of the values next to padding that is all but empty.
const MOAT: f64 = 0.02;
/// How many times as many voxels have the value of padding amid the values as the next values have,
/// but for one.
const FAR_MORE: u64 = 5;
/// How many times as many voxels the values right beside a narrow peak have as those further off.
const PEAK: u64 = 8;
/// Paddings that are named.
const MOST_PADDINGS: usize = 3;
/// Share of the voxels that have the lowest or the highest value in a mask with smooth edges.
const MASK: f64 = 0.5;
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

/// Says when a segmentation by grey values may be one of labels: whole values in blocks.
pub(super) fn labels_or_grey(
    few: Option<&[f32]>,
    values: &[f32],
    dims: [usize; 3],
) -> Option<String> {
    if few.is_some_and(|few| few.len() <= SURELY_LABELS) || !are_whole(values) {
        return None;
    }
    let mut pairs = [0_u64; 2];
    let mut equal = [0_u64; 2];
    let mut step = 0_u64;
    // What lies outside of a field of view, or is cut off at an end, is equal in grey images too.
    let common = commonest(&runs(values));
    for row in values.chunks(dims[0]) {
        for pair in row.windows(2) {
            let is_equal = u64::from(pair[0].to_bits() == pair[1].to_bits());
            pairs[0] += 1;
            equal[0] += is_equal;
            if !pair.iter().any(|value| common.contains(value)) {
                pairs[1] += 1;
                equal[1] += is_equal;
                step += u64::from(((pair[0] - pair[1]).abs() - 1.0).abs() < 0.5);
            }
        }
    }
    let [few_equal, any_equal] =
        [0, 1].map(|at| equal[at] as f64 >= EQUAL_NEIGHBOURS[at] * pairs[at] as f64);
    let is_smooth = step as f64 >= SMOOTH * (pairs[1] - equal[1]) as f64;
    let are_blocks = pairs[1] > 0 && any_equal && !is_smooth;
    (pairs[0] > 0 && (few.is_some() && few_equal || are_blocks)).then(|| {
        let held = few.map_or_else(
            || format!("more than {MOST_LABELS}"),
            |few| few.len().to_string(),
        );
        format!(
            "the image holds {held} whole values that hardly change from voxel to voxel, as labels \
             do: if they are labels, say which are bone (--labels, or labels under \
             [specimen.image]); if not, give the threshold ({GIVE})"
        )
    })
}

/// A part of the values of a large image, which says the same.
fn sample(values: &[f32]) -> Vec<f32> {
    const MOST: usize = 1 << 22;
    // An odd step does not stay in one column of an image of even size.
    let step = values.len().div_ceil(MOST).max(1) | 1;
    values.iter().step_by(step).copied().collect()
}

/// How often values occur, of a part of a large image; rising.
fn runs(values: &[f32]) -> Vec<(f32, u64)> {
    let mut sample = sample(values);
    // The sign of zero is no value of its own.
    for value in &mut sample {
        *value += 0.0;
    }
    sample.sort_unstable_by(f32::total_cmp);
    let mut runs: Vec<(f32, u64)> = Vec::new();
    for value in sample {
        match runs.last_mut() {
            Some((last, count)) if last.to_bits() == value.to_bits() => *count += 1,
            _ => runs.push((value, 1)),
        }
    }
    runs
}

/// The two commonest values.
fn commonest(runs: &[(f32, u64)]) -> Vec<f32> {
    let mut by_count = runs.to_vec();
    by_count.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    by_count.iter().take(2).map(|&(value, _)| value).collect()
}

/// Where most values lie: without the tails at either end, which a few voxels make.
fn bulk(values: &[f32]) -> (f32, f32) {
    let mut sample = sample(values);
    let tail = ((sample.len() as f64 * TAIL).ceil() as usize).min((sample.len() - 1) / 2);
    let high = sample.len() - 1 - tail;
    let low = *sample.select_nth_unstable_by(tail, f32::total_cmp).1;
    let high = *sample.select_nth_unstable_by(high, f32::total_cmp).1;
    (low, high)
}

/// Values amid the others that far more voxels have than the next values: a constant fill.
fn fills(values: &[f32]) -> Vec<f32> {
    let runs = runs(values);
    let total: u64 = runs.iter().map(|&(_, count)| count).sum();
    let count = |at: usize| runs[at].1;
    let is_fill = |at: usize| {
        let beside = (at.saturating_sub(4)..runs.len().min(at + 5)).filter(|&other| other != at);
        let mut most: Vec<u64> = beside.map(count).collect();
        most.sort_unstable_by(|one, other| other.cmp(one));
        let next = count(at - 1).max(count(at + 1));
        let further = [
            at.checked_sub(2),
            Some(at + 2).filter(|&to| to < runs.len()),
        ];
        let further = further.into_iter().flatten().map(count).max().unwrap_or(0);
        count(at) as f64 >= PADDING * total as f64
            && most.get(1).is_some_and(|most| count(at) > FAR_MORE * most)
            // The values beside the middle of narrow noise are common too.
            && next <= PEAK * further
    };
    // Those at the ends are judged by what lies apart from them; and few values are labels.
    if runs.len() <= SURELY_LABELS {
        return Vec::new();
    }
    let inner = 1..runs.len() - 1;
    inner
        .filter(|&at| is_fill(at))
        .map(|at| runs[at].0)
        .collect()
}

/// Values that fill part of an image each and lie apart from the rest, and the shares that they
/// fill, the largest first.
fn padding(values: &[f32], dims: [usize; 3], (low, high): (f32, f32)) -> Vec<(f32, f64)> {
    let total = values.len() as f64;
    let share = |is_in: &dyn Fn(f32) -> bool| {
        values.iter().filter(|&&value| is_in(value)).count() as f64 / total
    };
    let own = |value: f32| share(&|other| (other + 0.0).to_bits() == (value + 0.0).to_bits());
    let (lowest, highest) = ends(values);
    let moat = MOAT * (f64::from(high) - f64::from(low));
    let mut found: Vec<(f32, f64)> = Vec::new();
    for value in [lowest, highest] {
        let own = own(value);
        let near = share(&|other| (f64::from(other) - f64::from(value)).abs() <= moat) - own;
        if own >= PADDING && moat > 0.0 && near < own / 20.0 {
            found.push((value, own));
        }
    }
    if found.len() == 2 && found[0].1 + found[1].1 >= MASK {
        found.clear();
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
    // Of a few voxels along z it may be chance.
    let corner = (is_frame && nz > 2).then_some(corner);
    for value in fills(values).into_iter().chain(corner) {
        let own = own(value);
        let is_new = found.iter().all(|&(known, _)| (known - value).abs() > 0.0);
        if own >= PADDING && is_new {
            found.push((value, own));
        }
    }
    found.sort_by(|one, other| other.1.total_cmp(&one.1));
    found.truncate(MOST_PADDINGS);
    found
}

/// Says which values lie apart from the rest and move an automatic threshold.
pub(super) fn outliers(values: &[f32], dims: [usize; 3]) -> Vec<String> {
    let mut found = Vec::new();
    let (low, high) = bulk(values);
    let (lowest, highest) = ends(values);
    let width = f64::from(high) - f64::from(low);
    let (floor, ceiling) = (f64::from(low) - width, f64::from(high) + width);
    let is_hot = |value: f32| f64::from(value) < floor || f64::from(value) > ceiling;
    let hot = if width > 0.0 {
        values.iter().filter(|&&value| is_hot(value)).count()
    } else {
        0
    };
    let pads = padding(values, dims, (low, high));
    if hot == 0 && pads.is_empty() {
        found.extend(groups(&sample(values)));
        return found;
    }
    let apart: BTreeSet<u32> = pads.iter().map(|(pad, _)| (pad + 0.0).to_bits()).collect();
    let rest: Vec<f32> = values
        .iter()
        .copied()
        .filter(|&value| {
            let is_apart = apart.contains(&(value + 0.0).to_bits()) || hot > 0 && is_hot(value);
            !is_apart
        })
        .collect();
    let without = otsu(&rest).map_or_else(String::new, |value| {
        format!(" (Otsu's is {value} without them)")
    });
    if hot > 0 {
        let voxels = if hot == 1 { "voxel lies" } else { "voxels lie" };
        found.push(format!(
            "{hot} {voxels} far from the rest, in {lowest} to {highest} where 99 % of the voxels \
             are in {low} to {high}: they move the automatic threshold; give the threshold \
             ({GIVE}){without}"
        ));
    }
    for (value, share) in &pads {
        found.push(format!(
            "{:.1} % of the voxels have exactly the value {value}, apart from the rest, as padding \
             or a frame has: they move the automatic threshold and count as part of the volume; \
             give the threshold ({GIVE}){without}, and take a part without them",
            100.0 * share
        ));
    }
    found.extend(groups(&sample(&rest)).map(|said| format!("without these voxels {said}")));
    found
}

/// Says when the values fall into three groups, of which a threshold parts two.
fn groups(values: &[f32]) -> Option<String> {
    let threshold = otsu(values)?;
    let found = three_groups(values, threshold)?;
    let [one, two, three] = found.means;
    let [low, high] = found.thresholds;
    let [most, least] = found.above.map(|share| 100.0 * share);
    Some(format!(
        "the values fall into three groups, about {one:.4}, {two:.4} and {three:.4}, and Otsu's \
         threshold, {threshold}, parts them as two: {most:.1} % of the voxels lie above {low}, \
         {least:.1} % above {high}; air around the bone, metal or calcification make a group of their \
         own: give the threshold that parts bone from marrow ({GIVE})"
    ))
}

/// Says that padding counts, where a threshold was given.
pub(super) fn padding_kept(values: &[f32], dims: [usize; 3]) -> Vec<String> {
    let pads = padding(values, dims, bulk(values)).into_iter();
    pads.map(|(value, share)| {
        format!(
            "the {:.1} % of the voxels that have exactly the value {value}, apart from the rest, \
             count as part of the volume",
            100.0 * share
        )
    })
    .collect()
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
mod tests;
