//! What a scenario does to its scan, in sentences, in the order in which it is done.

use std::collections::BTreeMap;

/// A sentence for each step under `specimen.image`, from the leaves of a merged scenario.
pub(super) fn preparing(values: &BTreeMap<&str, &str>) -> Vec<String> {
    let get = |key: &str| {
        values
            .get(format!("specimen.image.{key}").as_str())
            .copied()
    };
    let is = |key: &str| get(key) == Some("true");
    let mut said = Vec::new();
    if let (Some(sigma), Some(support)) = (get("gaussian.sigma"), get("gaussian.support")) {
        said.push(format!(
            "Grey values of the scan are smoothed by a Gaussian of {sigma} voxels with a support of {support} to \
             either side."
        ));
    }
    if let Some(reach) = get("local") {
        let threshold = get("threshold").unwrap_or("its threshold");
        said.push(format!(
            "Bone lies more than {threshold} above the mean of a cube that reaches {reach} about it."
        ));
    } else if let Some(density) = get("density") {
        said.push(format!("Bone is what has more than {density} mg HA/cm3."));
    } else if let Some(threshold) = get("threshold") {
        said.push(format!("Bone is what has a grey value above {threshold}."));
    }
    let steps = [
        ("largest", "Of the bone the largest piece is kept."),
        ("fill_pores", "Closed pores are filled."),
        (
            "rotate",
            "The bone is turned until its long axis lies along z.",
        ),
    ];
    said.extend(
        steps
            .into_iter()
            .filter(|(key, _)| is(key))
            .map(|(_, words)| words.to_owned()),
    );
    said
}
