//! What comes with howship, as layers of TOML with their sources: drugs with their pharmacokinetics and
//! actions, and what radiation does to cells.

use crate::layers::diagnostic::nearest;

/// Name and text of each drug.
const DRUGS: [(&str, &str); 16] = [
    ("anti_ctla_4", include_str!("drugs/anti_ctla_4.toml")),
    ("anti_pd_1", include_str!("drugs/anti_pd_1.toml")),
    ("anti_pthrp", include_str!("drugs/anti_pthrp.toml")),
    ("anti_tgf_beta", include_str!("drugs/anti_tgf_beta.toml")),
    ("carboplatin", include_str!("drugs/carboplatin.toml")),
    ("cisplatin", include_str!("drugs/cisplatin.toml")),
    ("denosumab", include_str!("drugs/denosumab.toml")),
    ("docetaxel", include_str!("drugs/docetaxel.toml")),
    ("galunisertib", include_str!("drugs/galunisertib.toml")),
    ("gefitinib", include_str!("drugs/gefitinib.toml")),
    ("ipilimumab", include_str!("drugs/ipilimumab.toml")),
    ("nivolumab", include_str!("drugs/nivolumab.toml")),
    ("opg_fc", include_str!("drugs/opg_fc.toml")),
    ("pembrolizumab", include_str!("drugs/pembrolizumab.toml")),
    ("pemetrexed", include_str!("drugs/pemetrexed.toml")),
    ("zoledronate", include_str!("drugs/zoledronate.toml")),
];

/// What radiation does to cells: `[radiobiology]`.
pub const RADIOBIOLOGY: &str = include_str!("radiobiology.toml");

/// The text of a drug: `[drugs.<name>]` and its modulators.
pub fn fragment(name: &str) -> Option<&'static str> {
    DRUGS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// Other names of drugs: those of pharmacopoeias, of companies and of laboratories.
const ALSO: [(&str, &str); 17] = [
    ("1d11", "anti_tgf_beta"),
    ("aclasta", "zoledronate"),
    ("alimta", "pemetrexed"),
    ("iressa", "gefitinib"),
    ("keytruda", "pembrolizumab"),
    ("ly2157299", "galunisertib"),
    ("opdivo", "nivolumab"),
    ("osteoprotegerin", "opg_fc"),
    ("paraplatin", "carboplatin"),
    ("platinol", "cisplatin"),
    ("prolia", "denosumab"),
    ("reclast", "zoledronate"),
    ("taxotere", "docetaxel"),
    ("xgeva", "denosumab"),
    ("yervoy", "ipilimumab"),
    ("zoledronic_acid", "zoledronate"),
    ("zometa", "zoledronate"),
];

/// The drug that a word seems to mean: one by another name or in another spelling.
pub fn meant(word: &str) -> Option<&'static str> {
    let spelt: String = word
        .trim()
        .chars()
        .map(|letter| match letter {
            ' ' | '-' => '_',
            other => other.to_ascii_lowercase(),
        })
        .collect();
    let also = ALSO.iter().find(|(known, _)| *known == spelt);
    also.map(|(_, name)| *name)
        .or_else(|| nearest(&spelt, &names()))
}

/// Names of all drugs, in alphabetical order.
pub fn names() -> Vec<&'static str> {
    DRUGS.iter().map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drug_is_known_by_its_other_names() {
        for (word, name) in [
            ("zoledronic acid", Some("zoledronate")),
            ("Zometa", Some("zoledronate")),
            ("Anti-PD-1", Some("anti_pd_1")),
            ("denosumb", Some("denosumab")),
            ("aspirin", None),
        ] {
            assert_eq!(meant(word), name, "{word}");
        }
        for (_, name) in ALSO {
            assert!(fragment(name).is_some(), "{name}");
        }
    }
}
