//! Clones in sentences.

use std::collections::BTreeMap;

use crate::engine::parts::part::Values;

/// How clones differ and arise.
pub(super) fn sentences(values: &Values<'_>) -> Vec<String> {
    let mut factors: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut said = Vec::new();
    for (path, value) in values {
        let key = path.strip_prefix("tumour.clones.");
        if let Some((name, key)) = key.and_then(|rest| rest.split_once('.')) {
            let factors = factors.entry(name).or_default();
            match key {
                "share" => said.push(format!(
                    "A share of {value} of the tumour cells that settle is of clone {name}."
                )),
                "dormant_share" => said.push(format!(
                    "A share of {value} of the cells of clone {name} is dormant on settling."
                )),
                key => factors.push(format!("{key} {value}")),
            }
        }
        let change = path.strip_prefix("tumour.mutation.");
        if let Some((from, to)) = change.and_then(|rest| rest.split_once('.')) {
            said.push(format!(
                "At a division of clone {from}, one daughter is of clone {to} with probability {value}."
            ));
        }
    }
    for (name, factors) in factors {
        if !factors.is_empty() {
            said.push(format!(
                "Cells of clone {name} have the parental rates times: {}.",
                factors.join(", ")
            ));
        }
    }
    said
}
