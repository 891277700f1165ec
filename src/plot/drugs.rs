//! One colour and one mark of its doses for each drug, in every picture.
//!
//! Drugs of one class have shades of one hue: slate against resorption, crimson cytotoxic, olive against one target,
//! pink against a brake on T cells. Within a class, and among drugs that are given together, marks differ in form, so
//! that grey print tells them apart. An arm that is called after a drug has its colour.

use crate::plot::colour::{Colour, GREY, INK};
use crate::plot::tone::Tone;
use crate::plot::words::words;
use crate::therapy::catalogue;

/// How the doses of a drug, and what is measured of it, are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Its colour.
    pub colour: Colour,
    /// The number of the form of its marks, in [`super::dose_marks`].
    pub form: usize,
}

/// Shipped drugs as pictures call them.
const DRUGS: [(&str, Colour, usize); 16] = [
    ("zoledronate", Colour(66, 88, 158), 0),
    ("denosumab", Colour(130, 148, 196), 1),
    ("OPG fc", Colour(58, 70, 92), 2),
    ("docetaxel", Colour(150, 70, 72), 3),
    ("carboplatin", Colour(190, 40, 76), 4),
    ("cisplatin", Colour(226, 92, 112), 5),
    ("pemetrexed", Colour(110, 10, 40), 6),
    ("gefitinib", Colour(150, 140, 95), 7),
    ("galunisertib", Colour(108, 104, 60), 5),
    ("anti-PTHrP", Colour(100, 128, 118), 3),
    ("anti-TGF-\u{3b2}", Colour(60, 100, 90), 2),
    ("pembrolizumab", Colour(220, 140, 160), 2),
    ("nivolumab", Colour(178, 110, 140), 3),
    ("ipilimumab", Colour(235, 165, 190), 7),
    ("anti-pd 1", Colour(168, 150, 160), 1),
    ("anti-ctla 4", Colour(120, 84, 100), 5),
];

/// Forms of marks; drugs have those before the last one.
pub(super) const FORMS: usize = 9;

/// Fractions of radiotherapy.
pub(super) const FRACTION: Look = Look {
    colour: INK,
    form: FORMS - 1,
};

/// A shipped drug, by its name as pictures call it.
pub(super) fn known(said: &str) -> Option<Look> {
    let found = DRUGS.iter().find(|drug| drug.0 == said);
    found.map(|&(_, colour, form)| Look { colour, form })
}

/// Any drug, by the name of its columns or as pictures call it. One that is not shipped is grey, with a form by the letters of its name, so
/// that it is the same in all pictures of all runs.
pub(super) fn look(drug: &str) -> Look {
    let said = words(drug);
    known(&said).unwrap_or_else(|| Look {
        colour: GREY,
        form: said.bytes().map(usize::from).sum::<usize>() % (FORMS - 1),
    })
}

/// Whether doses of a drug go to bone: as its shipped text says; of one that is not shipped, where what lies on bone
/// rises with its first dose. `on_bone` has the amount over time.
pub(super) fn lies_on_bone(drug: &str, days: &[f64], on_bone: &[(f64, f64)]) -> bool {
    if let Some(text) = catalogue::fragment(drug) {
        return text.contains(&format!("[drugs.{drug}.bone]"));
    }
    let Some(first) = days.iter().copied().reduce(f64::min) else {
        return false;
    };
    let after = on_bone.iter().position(|point| point.0 > first + 1e-6);
    after.is_some_and(|after| after > 0 && on_bone[after].1 > on_bone[after - 1].1)
}

/// Whether a drug binds a signal, as its shipped text says.
pub(super) fn neutralises(drug: &str) -> bool {
    let text = catalogue::fragment(drug);
    text.is_some_and(|text| text.contains(&format!("[drugs.{drug}.neutralises.")))
}

/// The tone of an arm by its place and its name: the control, which the others are compared with, is grey; one that is
/// called after a drug has the colour of this.
pub(crate) fn of_arm(place: usize, name: &str) -> Tone {
    if place == 0 {
        return Tone::Reference;
    }
    of_run(place, name, name.to_owned())
}

/// The tone of runs by their place and their name, of which a legend says this: as that of an arm, but none is the control.
pub(super) fn of_run(place: usize, name: &str, said: String) -> Tone {
    match known(&words(name)) {
        Some(Look { colour, .. }) => Tone::Own {
            colour,
            number: place,
        },
        None => Tone::Named(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::quantities::CURVES;

    fn apart(Colour(red, green, blue): Colour, Colour(r, g, b): Colour) -> f64 {
        let square = |one: u8, other: u8| (f64::from(one) - f64::from(other)).powi(2);
        (square(red, r) + square(green, g) + square(blue, b)).sqrt()
    }

    #[test]
    fn every_shipped_drug_has_a_look_of_its_own() {
        for drug in catalogue::names() {
            assert!(known(&words(drug)).is_some(), "{drug}");
        }
        for (place, one) in DRUGS.iter().enumerate() {
            assert!(one.2 < FORMS - 1, "{one:?}");
            for other in &DRUGS[..place] {
                assert!(apart(one.1, other.1) > 30.0, "{one:?} {other:?}");
            }
            let like = CURVES.iter().find(|curve| apart(one.1, curve.1) < 40.0);
            assert!(like.is_none(), "{one:?} {like:?}");
        }
    }

    #[test]
    fn a_drug_lies_on_bone_as_it_is_shipped_or_as_the_amount_rises() {
        let rises = [(0.0, 0.0), (7.0, 0.0), (8.0, 3.0)];
        assert!(lies_on_bone("zoledronate", &[0.0], &rises));
        assert!(!lies_on_bone("carboplatin", &[7.0], &rises));
        assert!(lies_on_bone("my_drug", &[9.0, 7.0], &rises));
        assert!(!lies_on_bone("my_drug", &[0.0], &rises));
        assert!(!lies_on_bone("my_drug", &[], &rises));
    }

    #[test]
    fn drugs_that_are_given_together_differ_in_the_form_of_their_marks() {
        for together in [
            &["zoledronate", "carboplatin", "pemetrexed", "pembrolizumab"][..],
            &["denosumab", "cisplatin", "pemetrexed", "pembrolizumab"],
            &["zoledronate", "denosumab", "OPG fc"],
            &["docetaxel", "zoledronate", "carboplatin"],
            &["nivolumab", "ipilimumab", "zoledronate", "cisplatin"],
            &["gefitinib", "zoledronate", "anti-PTHrP", "anti-TGF-\u{3b2}"],
        ] {
            let mut forms: Vec<usize> = together.iter().map(|drug| look(drug).form).collect();
            forms.push(FRACTION.form);
            forms.sort_unstable();
            forms.dedup();
            assert_eq!(forms.len(), together.len() + 1, "{together:?}");
        }
    }

    #[test]
    fn a_drug_of_a_scenario_alone_is_the_same_in_all_pictures_and_an_arm_has_the_colour_of_its_drug()
     {
        assert_eq!(look("my_drug"), look("my_drug"));
        assert_eq!(look("my_drug").colour, GREY);
        assert_eq!(of_arm(0, "zoledronate"), Tone::Reference);
        let Look { colour, .. } = look("zoledronate");
        assert_eq!(of_arm(2, "zoledronate"), Tone::Own { colour, number: 2 });
        assert_eq!(of_arm(1, "both"), Tone::Named("both".to_owned()));
        let key = || "zoledronate (3 seeds)".to_owned();
        assert_eq!(
            of_run(0, "zoledronate", key()),
            Tone::Own { colour, number: 0 }
        );
        assert_eq!(of_run(0, "a lesion", key()), Tone::Named(key()));
    }
}
