//! One colour for each quantity, in every picture of a run: maps, curves, and bone in space.
//!
//! A hue says which cells or which side of the balance of bone something belongs to: violet is the tumour and what it
//! secretes, orange is osteoclasts, what they resorb and bone that is lost, blue is the osteoblast lineage with its
//! RANKL and OPG, green is bone that is formed or gained, browns are factors that bone sets free, and green discs are
//! CD8 T cells. Bone volume is black. What has no colour here is drawn in [`OTHERS`], none of which is one of these
//! hues. Drugs have theirs in [`drugs`]; arms, runs beside each other and clones have palettes of their own, which their legends name.

use crate::plot::colour::{Colour, INK};
use crate::plot::drugs;

/// Tumour that fills half of the room of a site or more, and its cells.
pub(super) const TUMOUR: Colour = Colour(140, 58, 134);
/// Tumour that fills less, and tumour that one sees through.
pub(super) const TUMOUR_SPARSE: Colour = Colour(200, 140, 190);
/// Tumour cells that die as they divide.
pub(super) const TUMOUR_DOOMED: Colour = Colour(80, 55, 62);
/// Tumour cells that do not cycle until they are woken.
pub(super) const TUMOUR_DORMANT: Colour = Colour(30, 20, 30);
/// Dead tumour cells that are not cleared.
pub(super) const TUMOUR_DEAD: Colour = Colour(250, 216, 200);
/// Osteoclasts.
pub(super) const OSTEOCLAST: Colour = Colour(240, 92, 15);
/// Bone that is resorbed.
pub(super) const RESORBED: Colour = Colour(213, 94, 0);
/// Bone that is lost, in space: darker than bone in grey print, and than osteoclasts on it.
pub(super) const LOST: Colour = Colour(150, 52, 0);
/// Eroded surface, along bone.
pub(super) const ERODED: Colour = Colour(255, 190, 0);
/// The same as a curve on paper.
const ERODED_CURVE: Colour = Colour(150, 108, 0);
/// Osteoblasts.
pub(super) const OSTEOBLAST: Colour = Colour(0, 40, 105);
/// Osteoblast precursors.
pub(super) const PRECURSOR: Colour = Colour(86, 180, 233);
/// Osteoid.
pub(super) const OSTEOID: Colour = Colour(105, 222, 250);
/// The same as a line on paper.
const OSTEOID_LINE: Colour = Colour(0, 140, 175);
/// Bone that is formed.
pub(super) const FORMED: Colour = Colour(0, 158, 115);
/// CD8 T cells that are not exhausted.
pub(super) const CD8: Colour = Colour(0, 125, 90);
/// Exhausted CD8 T cells.
pub(super) const CD8_EXHAUSTED: Colour = Colour(20, 30, 25);
/// Regulatory T cells.
pub(super) const TREG: Colour = Colour(165, 225, 75);
/// Myeloid suppressors.
pub(super) const MYELOID: Colour = Colour(95, 55, 10);
/// Natural killer cells.
pub(super) const NATURAL_KILLER: Colour = Colour(110, 205, 245);

/// What the curves of a picture are called by, their colour, and what their dash is counted by: those that share a
/// plot differ in it.
pub(super) const CURVES: [(&str, Colour, usize); 37] = [
    ("BV/TV", INK, 0),
    ("tumour cells", TUMOUR, 0),
    ("dormant tumour cells", TUMOUR_DORMANT, 1),
    ("sound", TUMOUR, 0),
    ("doomed", TUMOUR_DOOMED, 1),
    ("osteoclasts", OSTEOCLAST, 1),
    ("osteoblasts", OSTEOBLAST, 2),
    ("osteoblast precursors", PRECURSOR, 0),
    ("resorbed", RESORBED, 1),
    ("formed", FORMED, 2),
    ("resorption, BRs.R/BS", RESORBED, 1),
    ("formation, BFR/BS", FORMED, 2),
    ("eroded, ES/BS", ERODED_CURVE, 0),
    ("osteoid, OS/BS", OSTEOID_LINE, 2),
    ("osteoclasts, Oc.S/BS", OSTEOCLAST, 1),
    // The osteoblast lineage makes them.
    ("free RANKL", Colour(0, 114, 178), 0),
    ("total RANKL", PRECURSOR, 1),
    ("OPG", OSTEOBLAST, 2),
    ("total PTHrP", TUMOUR, 3),
    // Bone sets them free.
    ("TGF-\u{3b2}", Colour(112, 66, 20), 1),
    ("IGF", Colour(176, 122, 60), 0),
    ("BMP", Colour(205, 170, 125), 2),
    // Markers of resorption, then of formation.
    ("CTX", RESORBED, 0),
    ("TRAP5b", Colour(250, 150, 70), 1),
    ("BSAP", FORMED, 2),
    ("P1NP", Colour(0, 96, 70), 3),
    ("all CD8 cells", Colour(0, 66, 48), 0),
    ("CD8 cells, not exhausted", CD8, 3),
    ("exhausted CD8 cells", CD8_EXHAUSTED, 1),
    ("by exhausted CD8 cells", CD8_EXHAUSTED, 1),
    ("in contact with tumour", TUMOUR, 4),
    ("by all immune cells", CD8, 2),
    ("regulatory T cells", TREG, 1),
    ("myeloid suppressors", MYELOID, 2),
    ("natural killer cells", NATURAL_KILLER, 3),
    ("net loss", RESORBED, 1),
    ("net gain", FORMED, 2),
];

/// Colours of all else, in their order: black, and hues that mean nothing of the above.
const OTHERS: [Colour; 6] = [
    INK,
    Colour(176, 32, 64),
    Colour(96, 112, 150),
    Colour(150, 140, 95),
    Colour(90, 90, 90),
    Colour(220, 140, 160),
];

/// Colour of a quantity, and what its dash is counted by; none of what the law does not name.
pub(super) fn of_quantity(label: &str) -> Option<(Colour, usize)> {
    of_curve(label).or_else(|| drugs::known(label).map(|look| (look.colour, look.form)))
}

/// The same of what is no drug: arms may be called after one.
pub(super) fn of_curve(label: &str) -> Option<(Colour, usize)> {
    let found = CURVES.iter().find(|row| row.0 == label);
    found.map(|&(_, colour, dash)| (colour, dash))
}

/// Colour of the so-manieth of all else, and what its dash is counted by.
pub(super) fn of_others(place: usize) -> (Colour, usize) {
    (OTHERS[place % OTHERS.len()], place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_named_once_and_no_other_has_a_colour_of_the_law() {
        for (place, one) in CURVES.iter().enumerate() {
            assert!(
                CURVES[..place].iter().all(|other| other.0 != one.0),
                "{one:?}"
            );
        }
        for &other in &OTHERS[1..] {
            let Colour(red, green, blue) = other;
            let near = |law: Colour| {
                let Colour(r, g, b) = law;
                let apart = |one: u8, other: u8| (f64::from(one) - f64::from(other)).powi(2);
                (apart(red, r) + apart(green, g) + apart(blue, b)).sqrt() < 40.0
            };
            let like: Vec<&str> = CURVES
                .iter()
                .filter(|curve| near(curve.1))
                .map(|curve| curve.0)
                .collect();
            assert!(like.is_empty(), "{other:?} {like:?}");
        }
    }

    #[test]
    fn osteoclasts_in_full_light_are_lighter_than_bone_that_is_lost_in_grey_too() {
        let apart = OSTEOCLAST.lightness() - LOST.lightness();
        assert!(apart > 0.15, "{apart}");
    }

    #[test]
    fn hues_say_which_side_of_the_balance_something_is_on() {
        let warm = |Colour(red, _, blue): Colour| red > blue;
        let green = |Colour(red, green, blue): Colour| green > red && green > blue;
        let blue = |Colour(red, _, blue): Colour| blue > red;
        for name in [
            "osteoclasts",
            "resorbed",
            "resorption, BRs.R/BS",
            "CTX",
            "TRAP5b",
            "net loss",
        ] {
            assert!(
                of_quantity(name).is_some_and(|found| warm(found.0)),
                "{name}"
            );
        }
        for name in ["formed", "formation, BFR/BS", "BSAP", "P1NP", "net gain"] {
            assert!(
                of_quantity(name).is_some_and(|found| green(found.0)),
                "{name}"
            );
        }
        for name in [
            "osteoblasts",
            "osteoblast precursors",
            "free RANKL",
            "OPG",
            "osteoid, OS/BS",
        ] {
            assert!(
                of_quantity(name).is_some_and(|found| blue(found.0)),
                "{name}"
            );
        }
        assert!([LOST, ERODED, OSTEOCLAST].into_iter().all(warm));
    }
}
