//! Couplings that cannot act in a scenario, whatever happens in its run: told by `check` and `describe`.
//!
//! A rate that a cue raises, lowers or that needs it is silent where its effect is none (`fold = 1`, `to = 1`),
//! or where its cue rests on signals alone that nothing makes: no cell secretes them, bone frees none,
//! plasma brings none and no other signal turns into them. A mechanostat is silent where no rate answers to its cue.
//! Which couplings stay silent because their cue stays low is known after a run (`howship dissect`).

use std::collections::BTreeSet;

use toml::Value;

use crate::biology::cue::STRAIN;
use crate::layers::tree::Leaf;
use crate::scenario::build::Loaded;

/// Rate, kind and cue of the key of a modulator, such as `tumour.division.raised_by.igf.fold`.
pub(crate) fn modulator<'a>(path: &'a str, key: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let rest = path.strip_suffix(key)?.strip_suffix('.')?;
    let (rest, cue) = rest.rsplit_once('.')?;
    let (rate, kind) = rest.rsplit_once('.')?;
    ["raised_by", "lowered_by", "needs"]
        .contains(&kind)
        .then_some((rate, kind, cue))
}

/// The number that a value begins with: of a quantity that without its unit.
fn number(value: &str) -> Option<f64> {
    let text = value.trim_matches('"');
    text.split_whitespace().next()?.parse().ok()
}

/// Signals that something makes.
fn made(loaded: &Loaded, leaves: &[Leaf]) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for leaf in leaves {
        let secreted = leaf
            .path
            .strip_suffix(".rate")
            .and_then(|path| path.split_once(".secretion."))
            .filter(|(_, signal)| !signal.contains('.'));
        if let Some((_, signal)) = secreted
            && number(&leaf.value).is_some_and(|rate| rate > 0.0)
        {
            made.insert(signal.to_owned());
        }
    }
    let scenario = &loaded.scenario;
    for (name, signal) in &scenario.signals {
        let frees = signal.matrix_release && signal.matrix_content.get() > 0.0;
        if frees && signal.active_fraction > 0.0
            || signal.plasma.get() > 0.0 && signal.vessel_exchange.get() > 0.0
        {
            made.insert(name.clone());
        }
        if let Some(form) = &signal.inactive_form
            && frees
            && signal.active_fraction < 1.0
        {
            made.insert(form.clone());
        }
    }
    // What is made of a signal that something makes is made; a chain of conversions is as long as there are any.
    for _ in &scenario.conversions {
        for conversion in scenario.conversions.values() {
            if let Some(to) = &conversion.to
                && made.contains(&conversion.from)
            {
                made.insert(to.clone());
            }
        }
    }
    made
}

/// True for a cue that rests on signals alone, of which nothing makes any.
fn is_absent(loaded: &Loaded, cue: &str, made: &BTreeSet<String>, depth: usize) -> bool {
    if loaded.scenario.signals.contains_key(cue) {
        return !made.contains(cue);
    }
    let Some(declared) = loaded.scenario.cues.get(cue) else {
        return false;
    };
    // A circle is refused where the cues are built.
    let absent = |part: &String| depth < 16 && is_absent(loaded, part, made, depth + 1);
    match (&declared.sum, &declared.scaled) {
        (Some(parts), _) => parts.iter().all(absent),
        (None, Some(scaled)) => scaled.by == 0.0 || absent(&scaled.cue),
        (None, None) => false,
    }
}

/// True for the cue of a mechanostat, and one that is declared from it.
fn rests_on_strain(loaded: &Loaded, cue: &str, depth: usize) -> bool {
    // With a mechanostat it is found, whatever a scenario declares by that name.
    if cue == STRAIN {
        return true;
    }
    let Some(declared) = loaded.scenario.cues.get(cue) else {
        return false;
    };
    let scaled = declared.scaled.iter().map(|scaled| &scaled.cue);
    let thresholds = [&declared.below, &declared.above].into_iter().flatten();
    let thresholds = thresholds.map(|threshold| &threshold.cue);
    let mut parts = (declared.sum.iter().flatten())
        .chain(scaled)
        .chain(thresholds);
    // A circle is refused where the cues are built.
    depth < 16 && parts.any(|part| rests_on_strain(loaded, part, depth + 1))
}

/// The couplings of a scenario that cannot act, a sentence each, in the order of their keys.
pub fn silent_couplings(loaded: &Loaded) -> Vec<String> {
    let leaves = loaded.tree.leaves();
    let made = made(loaded, &leaves);
    let (mut said, mut is_felt) = (Vec::new(), false);
    for leaf in &leaves {
        let Some((rate, kind, cue)) = modulator(&leaf.path, "half_max") else {
            continue;
        };
        let size = match kind {
            "raised_by" => Some("fold"),
            "lowered_by" => Some("to"),
            _ => None,
        };
        let value = size.and_then(|size| {
            match loaded.tree.get(&format!("{rate}.{kind}.{cue}.{size}"))? {
                Value::Float(value) => Some((size, value)),
                Value::Integer(value) => Some((size, value as f64)),
                _ => None,
            }
        });
        let coupling = format!("{rate}.{kind}.{cue}");
        if let Some((size, 1.0)) = value {
            said.push(format!("{coupling} has no effect: {size} is 1"));
            continue;
        }
        is_felt |= rests_on_strain(loaded, cue, 0);
        if is_absent(loaded, cue, &made, 0) {
            let end = if kind == "needs" {
                ", so that the rate is 0"
            } else {
                ""
            };
            said.push(format!("{coupling} never acts: nothing makes {cue}{end}"));
        }
    }
    if loaded.scenario.mechanostat.is_some() && !is_felt {
        said.push(format!(
            "mechanostat changes no tissue: no rate answers to its cue {STRAIN}"
        ));
    }
    said
}
