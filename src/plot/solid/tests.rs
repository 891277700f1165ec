//! Surfaces, depths and pictures compared with what is known of them.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use crate::observe::volume::CellKind;
use crate::plot::held::hold_page;
use crate::plot::solid::camera::{Camera, VIEWS, View};
use crate::plot::solid::cut::{Cutaway, Removed};
use crate::plot::solid::field::Field;
use crate::plot::solid::figure::{Figure, Shows};
use crate::plot::solid::mesh::clipped;
use crate::plot::solid::raster::{Band, NOTHING, Seen};
use crate::plot::solid::scene::Scene;
use crate::plot::solid::surface::{LEVEL, Surface, surface};
use crate::plot::solid::vector::{add, cross, dot, minus, times};
use crate::plot::solid::{
    Body, Look, SolidError, Tissue, Turn, Words, apng, before_after, film, gif, picture, png,
};

/// The shares of sites inside of a ball about the middle, as its distance says them.
fn ball(side: usize, radius: f64) -> Field {
    let middle = 0.5 * side as f64;
    let values = (0..side * side * side).map(|site| {
        let place = [site % side, site / side % side, site / side / side];
        let far = place.map(|at| at as f64 + 0.5 - middle);
        let distance = far.iter().map(|far| far * far).sum::<f64>().sqrt();
        (0.5 + radius - distance) as f32
    });
    Field::new([side; 3], values.collect())
}

fn area(surface: &Surface) -> f64 {
    let doubled = surface.triangles.iter().map(|corners| {
        let [a, b, c] = corners.map(|corner| surface.vertices[corner as usize]);
        let turn = cross(minus(b, a), minus(c, a));
        f64::from(dot(turn, turn)).sqrt()
    });
    0.5 * doubled.sum::<f64>()
}

/// By the divergence theorem: positive where triangles look outwards.
fn volume(surface: &Surface) -> f64 {
    let six = surface.triangles.iter().map(|corners| {
        let [a, b, c] = corners.map(|corner| surface.vertices[corner as usize]);
        f64::from(dot(a, cross(b, c)))
    });
    six.sum::<f64>() / 6.0
}

#[test]
fn a_ball_has_the_area_and_the_volume_of_a_ball() {
    for radius in [6.0, 9.3, 13.0] {
        let found = surface(&ball(32, radius));
        // A vertex is the mean of crossings within one cube. Distances are convex along an edge: a crossing
        // by straight lines lies within the ball by at most 1 / (8 r), and a mean of points whose distances
        // are at most the diagonal of a cube by 3 / (8 r) more.
        let inside = (1.0 + 3.0) / (8.0 * radius);
        // Corners of a triangle lie in cubes around one edge: at most 3 sites apart.
        let deepest = radius - inside - 9.0 / (8.0 * radius);
        let (area, volume) = (area(&found), volume(&found));
        // A surface around a convex body has at least its area; steps between vertices about a site
        // apart tilt it by `inside` at most.
        let areas =
            [deepest.powi(2), radius.powi(2) * (1.0 + inside * inside)].map(|r| 4.0 * PI * r);
        assert!(
            (areas[0]..=areas[1]).contains(&area),
            "{radius}: {area} {areas:?}"
        );
        let volumes = [deepest, radius].map(|r| 4.0 / 3.0 * PI * r.powi(3));
        assert!(
            (volumes[0]..=volumes[1]).contains(&volume),
            "{radius}: {volume} {volumes:?}"
        );
        for vertex in &found.vertices {
            let far = minus(*vertex, [16.0; 3]);
            let distance = f64::from(dot(far, far)).sqrt();
            assert!(
                (radius - inside..=radius + 1e-5).contains(&distance),
                "{distance}"
            );
        }
    }
}

/// Every side of a triangle is met by one that runs the other way.
fn assert_closed(surface: &Surface) {
    let mut sides: BTreeMap<(u32, u32), i32> = BTreeMap::new();
    for corners in &surface.triangles {
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            let (from, to) = (corners[one], corners[other]);
            assert!(from != to);
            let (key, sense) = if from < to {
                ((from, to), 1)
            } else {
                ((to, from), -1)
            };
            *sides.entry(key).or_default() += sense;
        }
    }
    assert!(!sides.is_empty());
    assert!(sides.values().all(|&sum| sum == 0));
}

/// Sites that are bone or not without any order (a linear congruence), which gives every case of a cube.
fn noise(dims: [usize; 3]) -> Vec<f32> {
    let mut seed = 12_345_u32;
    (0..dims.iter().product())
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 16_777_216.0
        })
        .collect()
}

#[test]
fn every_surface_is_closed_also_at_the_border_and_at_a_cut() {
    let dims = [9, 11, 7];
    let field = Field::new(dims, noise(dims));
    assert_closed(&surface(&field));
    assert_closed(&surface(&field.smoothed(1)));
    // All full: the lattice itself, with a volume that lacks no more than its rounded edges.
    let full = Field::new(dims, vec![1.0; dims.iter().product()]);
    let found = surface(&full);
    assert_closed(&found);
    let box_volume = 9.0 * 11.0 * 7.0;
    let edges = 4.0 * (9.0 + 11.0 + 7.0);
    assert!(volume(&found) <= box_volume && volume(&found) > box_volume - edges);
    let tissue = Tissue {
        day: 28.0,
        dims,
        edge_um: 10.0,
        bone: full.values.clone(),
        tumour: Vec::new(),
        counts: [0; 3],
        bodies: Vec::new(),
    };
    let cut = "octant=0.04,0.05,0.03".parse().unwrap();
    let view = VIEWS[3].1;
    let removed = super::cut::removed(cut, view, &tissue, None).unwrap();
    let found = surface(&clipped(&full, &removed));
    assert_closed(&found);
    // From x = 4 up, y = 5 down and z = 3 up.
    let without = box_volume - 5.0 * 5.0 * 4.0;
    assert!(
        (volume(&found) - without).abs() < 0.5 * edges,
        "{}",
        volume(&found)
    );
}

#[test]
fn what_is_nearer_hides_what_is_farther_whatever_the_order() {
    let corners = [
        [0.0, 0.0, 1.0],
        [9.0, 0.0, 1.0],
        [0.0, 9.0, 1.0],
        [0.0, 0.0, 2.0],
        [5.0, 0.0, 2.0],
        [0.0, 5.0, 2.0],
    ];
    let band = Band {
        from: 0,
        to: 8,
        width: 8,
    };
    // Both look at the viewer; what looks away is not seen.
    let away = Seen {
        corners: &corners,
        triangles: &[[0, 1, 2]],
    };
    assert_eq!(away.front(&[0], band).triangle[0], NOTHING);
    for (triangles, near) in [([[0, 2, 1], [3, 5, 4]], 1), ([[3, 5, 4], [0, 2, 1]], 0)] {
        let seen = Seen {
            corners: &corners,
            triangles: &triangles,
        };
        let front = seen.front(&[0, 1], band);
        assert_eq!(front.triangle[0], near);
        assert!((front.depth[0] - 2.0).abs() < 1e-6);
        // Beyond the small triangle the large one is seen, and beyond both nothing.
        assert_eq!(front.triangle[6], 1 - near);
        assert_eq!(front.triangle[63], NOTHING);
    }
}

#[test]
fn the_way_through_a_closed_body_is_its_thickness_up_to_what_is_opaque() {
    let found = surface(&Field::new([8; 3], vec![1.0; 512]));
    let camera = Camera::new(VIEWS[0].1, [8; 3], [64, 64], false);
    let corners: Vec<_> = found.vertices.iter().map(|&at| camera.seen(at)).collect();
    let seen = Seen {
        corners: &corners,
        triangles: &found.triangles,
    };
    let all: Vec<u32> = (0..found.triangles.len() as u32).collect();
    let band = Band {
        from: 0,
        to: 64,
        width: 64,
    };
    let mut opaque = seen.front(&[], band);
    let middle = 32 * 64 + 32;
    let sites = |through: f32| through / camera.pixels;
    let through = seen.thickness(&all, band, &opaque);
    assert!(
        (sites(through[middle]) - 8.0).abs() < 1e-3,
        "{}",
        sites(through[middle])
    );
    assert!(through[0].abs() < 1e-3);
    // A wall through the middle of the body.
    opaque.depth.fill(0.0);
    let through = seen.thickness(&all, band, &opaque);
    assert!(
        (sites(through[middle]) - 4.0).abs() < 1e-3,
        "{}",
        sites(through[middle])
    );
}

#[test]
fn views_lead_where_their_names_say() {
    let seen = |view: View, place| Camera::new(view, [10; 3], [100, 100], false).seen(place);
    let at = |name: &str| name.parse::<View>().unwrap();
    // (name, what lies right, what lies up, what lies near)
    for (name, right, up, near) in [
        ("front", [9.0, 5.0, 5.0], [5.0, 5.0, 9.0], [5.0, 1.0, 5.0]),
        ("side", [5.0, 9.0, 5.0], [5.0, 5.0, 9.0], [9.0, 5.0, 5.0]),
        ("top", [9.0, 5.0, 5.0], [5.0, 9.0, 5.0], [5.0, 5.0, 9.0]),
    ] {
        let view = at(name);
        let middle = seen(view, [5.0; 3]);
        let [right, up, near] = [right, up, near].map(|place| minus(seen(view, place), middle));
        assert!(right[0] > 30.0 && right[1].abs() < 1e-3, "{name} {right:?}");
        assert!(up[1] < -30.0 && up[0].abs() < 1e-3, "{name} {up:?}");
        assert!(near[2] > 30.0 && near[0].abs() < 1e-3, "{name} {near:?}");
    }
    let apart = minus(at("90,0").toward(), at("side").toward());
    assert!(dot(apart, apart) < 1e-12);
    for wrong in ["back", "30", "400,0", "0,91", "a,b", "nan,0", ""] {
        let said = wrong.parse::<View>().unwrap_err();
        assert!(
            said.contains(wrong) && said.contains("isometric") && said.contains("30,25"),
            "{said}"
        );
    }
    for wrong in ["half", "x", "w=1", "octant=1,2", "x=inf", "x="] {
        let said = wrong.parse::<Cutaway>().unwrap_err();
        assert!(
            said.contains(wrong) && said.contains("octant=X,Y,Z"),
            "{said}"
        );
    }
}

/// A plate with a tumour above it, and cells between.
fn plate() -> Tissue {
    let dims = [20, 20, 20];
    let sites = || (0..8000_usize).map(|site| site / 400);
    let body = |kind, x: f64| Body::of(kind, [x, 100.0, 85.0], 20.0);
    Tissue {
        day: 28.0,
        dims,
        edge_um: 10.0,
        bone: sites().map(|z| if z < 8 { 1.0 } else { 0.0 }).collect(),
        tumour: sites().map(|z| if z >= 12 { 1.0 } else { 0.0 }).collect(),
        counts: [1, 1, 0],
        bodies: vec![
            body(CellKind::Osteoclast, 60.0),
            body(CellKind::Osteoblast, 140.0),
        ],
    }
}

#[test]
fn a_small_lesion_is_seen_through_the_cut() {
    // Bone all over, but for a lesion in a corner far from the viewer and below.
    let near = |site: usize| {
        let place = [site % 20, site / 20 % 20, site / 400];
        let [x, y, z] = place.map(|at| at as i32);
        (x - 3).abs() < 2 && (y - 16).abs() < 2 && (z - 16).abs() < 2
    };
    let share = |is_there: bool| if is_there { 1.0 } else { 0.0 };
    let small = Tissue {
        bone: (0..8000).map(|site| share(!near(site))).collect(),
        tumour: (0..8000).map(|site| share(near(site))).collect(),
        bodies: Vec::new(),
        ..plate()
    };
    let view = Look::default().view;
    let removed = super::cut::removed(Cutaway::Auto, view, &small, Some(&small)).unwrap();
    let hidden = super::cut::hidden(&small, view, &removed, near);
    assert!(hidden < 0.5, "{hidden}");
}

/// The same with a bone above that hides the plate.
fn whole() -> Tissue {
    Tissue {
        bone: vec![1.0; 8000],
        tumour: Vec::new(),
        bodies: Vec::new(),
        ..plate()
    }
}

#[test]
fn pictures_have_the_same_bytes_on_one_thread_and_on_three() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let words = Words::default();
            let one = picture(&plate(), Some(&whole()), Look::default(), &words).unwrap();
            let two =
                before_after(&whole(), &plate(), Look::default(), &words, ["a", "b"]).unwrap();
            [png(&one).unwrap(), png(&two).unwrap()]
        })
    };
    assert!(on(1) == on(3));
}

/// Pixels in which one channel leads the others by so much.
fn count(pixels: &[u8], is: impl Fn(i32, i32, i32) -> bool) -> usize {
    let each = pixels.chunks_exact(3);
    each.filter(|rgb| is(rgb[0].into(), rgb[1].into(), rgb[2].into()))
        .count()
}

#[test]
fn cells_that_are_seen_are_counted_alike_beside_another_day_and_alone() {
    let (first, own) = (whole(), plate());
    let look = Look::default();
    let mut scene = Scene::new(&own, None, look.view, look.cut).unwrap();
    let (_, alone) = super::still(&scene, &own, look, &Words::default()).unwrap();
    let (side, _) = super::changed(&mut scene, [&first, &own], look, true, None).unwrap();
    assert_eq!(side.shows.seen, Some(alone));
}

#[test]
fn cells_tumour_and_losses_show_in_their_colours() {
    let scene = |tissue: &Tissue, cut: Cutaway| {
        let scene = Scene::new(tissue, None, VIEWS[3].1, cut).unwrap();
        scene.draw(VIEWS[3].1, [200, 200], false).unwrap().0.pixels
    };
    let red = |pixels: &[u8]| count(pixels, |r, g, b| r > g + 60 && r > b + 60);
    let purple = |pixels: &[u8]| count(pixels, |r, g, b| r > g + 25 && b > g + 10);
    let bare = Tissue {
        tumour: Vec::new(),
        ..plate()
    };
    let shown = scene(&bare, Cutaway::None);
    assert!(red(&shown) > 100 && purple(&shown) == 0, "{}", red(&shown));
    let veiled = scene(&plate(), Cutaway::None);
    assert!(purple(&veiled) > 2000, "{}", purple(&veiled));
    let no_cells = Tissue {
        bodies: Vec::new(),
        ..bare
    };
    assert_eq!(red(&scene(&no_cells, Cutaway::None)), 0);
    // All bone above the plate is lost: the upper part of day 0 is coloured, its foot is not.
    let changed = |own: &Tissue, other: &Tissue, colour| {
        let bare = Tissue {
            tumour: Vec::new(),
            bodies: Vec::new(),
            ..own.clone()
        };
        let mut scene = Scene::new(&bare, None, VIEWS[0].1, Cutaway::None).unwrap();
        let is_there = scene.unlike(other, colour);
        (
            is_there,
            scene.draw(VIEWS[0].1, [200, 200], false).unwrap().0.pixels,
        )
    };
    let (is_lost, pixels) = changed(&whole(), &plate(), super::scene::loss_colour());
    let half = pixels.len() / 2;
    // Bone is yellow, and shaded bone too.
    let loss = |pixels: &[u8]| count(pixels, |r, g, b| r > g + 40 && r > b + 60);
    // Whole rows: the upper half, and the lower third.
    let foot = 134 * 200 * 3;
    let (above, foot) = (loss(&pixels[..half]), loss(&pixels[foot..]));
    assert!(is_lost && above > 10_000 && foot == 0, "{above} {foot}");
    // The other way round it was formed, in another colour; nothing is where nothing changed.
    let (is_formed, pixels) = changed(&whole(), &plate(), super::scene::gain_colour());
    let formed = count(&pixels, |r, g, b| g > r + 20 && g > b + 10);
    assert!(
        is_formed && formed > 10_000 && loss(&pixels) == 0,
        "{formed}"
    );
    assert!(!changed(&plate(), &whole(), super::scene::gain_colour()).0);
}

#[test]
fn the_rule_cuts_before_the_tumour_of_day_0_on_all_days_alike() {
    let view = VIEWS[3].1;
    let cut = |now: &Tissue, first: Option<&Tissue>, cut: Cutaway| {
        super::cut::removed(cut, view, now, first).unwrap()
    };
    // A hole inside of full bone is seen from nowhere.
    let mut hollow = whole();
    let inside = |site: usize| {
        let place = [site % 20, site / 20 % 20, site / 400];
        place.iter().all(|at| (7..13).contains(at))
    };
    for site in (0..8000).filter(|&site| inside(site)) {
        hollow.bone[site] = 0.0;
    }
    let filled = Tissue {
        tumour: (0..8000)
            .map(|site| f32::from(u8::from(inside(site))))
            .collect(),
        ..hollow.clone()
    };
    let removed = cut(&filled, Some(&filled), Cutaway::Auto);
    assert_eq!(
        removed.words,
        "the front corner, 13 % of the block, is cut away, with 8 % of the tumour of day 28"
    );
    assert_eq!(
        removed.place.replace('\u{a0}', " "),
        "x = 0.10, y = 0.10, z = 0.10 mm"
    );
    // Before the viewer goes, behind stays.
    let middle = [10.0_f32; 3];
    let toward = view.toward();
    assert!(removed.kept(add(middle, times(toward, 5.0))) < 0.0);
    assert!(removed.kept(add(middle, times(toward, -5.0))) > 0.0);
    // Whatever a day lost, and wherever its tumour is.
    for now in [&plate(), &whole(), &hollow] {
        let other = cut(now, Some(&filled), Cutaway::Auto);
        assert!(other.is_same_part(&removed) && other.place == removed.place);
    }
    // No tumour on day 0, day 0 unknown, or a tumour that is open to the view: whole.
    for (now, first) in [
        (&filled, Some(&hollow)),
        (&filled, None),
        (&plate(), Some(&plate())),
    ] {
        let removed = cut(now, first, Cutaway::Auto);
        assert!(removed.is_same_part(&Removed::default()) && removed.words.is_empty());
    }
    // Between two scans it is what was lost.
    let of_scans = cut(&hollow, Some(&whole()), Cutaway::Lost);
    assert!(of_scans.is_same_part(&removed), "{of_scans:?}");
    assert_eq!(
        cut(&whole(), Some(&whole()), Cutaway::Lost),
        Removed::default()
    );
    let wrong = super::cut::removed(Cutaway::Plane(0, 0.3), VIEWS[0].1, &whole(), None);
    let said = wrong.unwrap_err().to_string();
    assert!(
        said.contains("x=0.3") && said.contains("from 0 to 0.200 mm"),
        "{said}"
    );
}

#[test]
fn what_has_no_surface_is_refused_by_what_was_found() {
    let drawn = |tissue: &Tissue| picture(tissue, None, Look::default(), &Words::default());
    let empty = Tissue {
        bone: vec![0.25; 8000],
        ..plate()
    };
    assert_eq!(drawn(&empty), Err(SolidError::NoBone(0.25)));
    let section = Tissue {
        dims: [100, 80, 1],
        ..plate()
    };
    let said = drawn(&section).unwrap_err().to_string();
    assert!(
        said.contains("100 x 80 sites in one layer") && said.contains("map"),
        "{said}"
    );
    let short = Tissue {
        bone: vec![1.0; 7],
        ..plate()
    };
    let said = drawn(&short).unwrap_err().to_string();
    assert!(said.contains("7 values of bone for 8000 sites"), "{said}");
    // Less than the level in every smoothed site: a dust of bone has no surface either.
    let mut dust = empty;
    dust.bone[4210] = 1.0;
    assert!(matches!(drawn(&dust), Err(SolidError::NoBone(most)) if most < LEVEL));
}

#[test]
fn cells_are_counted_as_they_are_seen() {
    let mut tissue = plate();
    tissue.tumour.clear();
    let edge = tissue.dims[0] as f64 * tissue.edge_um;
    let body = |x: f64| Body::of(CellKind::Osteoclast, [x, 0.5 * edge, 80.0], 12.0);
    tissue.bodies = vec![body(0.1 * edge), body(0.2 * edge), body(0.9 * edge)];
    tissue.counts = [3, 0, 0];
    let words = |tissue: &Tissue, view: View, cut: Cutaway| -> Vec<String> {
        let scene = Scene::new(tissue, None, view, cut).unwrap();
        let (_, seen) = scene.draw(view, [200, 200], false).unwrap();
        super::figure::said(&scene, shows(&scene, tissue, Some(seen)), view)
    };
    let is_said = |said: &[String], words: &str| said.iter().any(|text| text == words);
    let top = VIEWS[2].1;
    let all = words(&tissue, top, Cutaway::None);
    assert!(is_said(&all, "osteoclasts: 3 of 3 seen"), "{all:?}");
    assert!(!all.iter().any(|text| text.contains("hidden")), "{all:?}");
    // From below the plate hides them.
    let below = words(&tissue, View::new(0.0, -90.0), Cutaway::None);
    assert!(is_said(&below, "osteoclasts: 0 of 3 seen"), "{below:?}");
    assert!(
        is_said(&below, "most marks of cells are hidden by bone"),
        "{below:?}"
    );
    let side = VIEWS[1].1;
    let cut = words(&tissue, side, Cutaway::Plane(0, 0.5 * edge / 1e3));
    let kept = ["osteoclasts: 1 of 3 seen", "osteoclasts: 2 of 3 seen"];
    assert!(kept.iter().any(|words| is_said(&cut, words)), "{cut:?}");
    assert!(
        cut.iter()
            .any(|text| text.ends_with("cells are hidden by bone or cut away")),
        "{cut:?}"
    );
    // The bar holds in the plane of the picture alone; the edges have their lengths beside it.
    let edges = format!("edges of {}\u{a0}mm", edge / 1e3);
    assert!(is_said(&all, &edges), "{all:?}");
}

fn shows<'a>(scene: &Scene, tissue: &'a Tissue, seen: Option<[usize; 3]>) -> Shows<'a> {
    Shows {
        tissue,
        has_tumour: scene.has_tumour(),
        seen,
    }
}

#[test]
fn words_beside_and_below_bone_stay_on_the_page() {
    let flat = plate();
    let [across, deep, high] = [flat.dims[0], flat.dims[1], flat.dims[2] / 2];
    let sites = across * deep * high;
    let half = Tissue {
        dims: [across, deep, high],
        edge_um: 19.53,
        bone: flat.bone[..sites].to_vec(),
        tumour: flat.tumour[..sites].to_vec(),
        counts: [12_345, 2_345_678, 345_678],
        ..flat.clone()
    };
    let words = Words {
        title: "A lesion with a long name under a treatment that is said in many words: day 28"
            .to_owned(),
        caption: "in the whole block: BV/TV 23.3 %, lower by 29.7 % of its value on day 0; \
                  AWORDTHATISWIDERTHANAPAGEANDHASNOPLACEATWHICHITCOULDBREAKINTOTWOLINESOFACAPTION"
            .to_owned(),
    };
    for tissue in [&flat, &half] {
        for (name, view) in VIEWS {
            let scene = Scene::new(tissue, None, view, Cutaway::None).unwrap();
            let names = ["day 0: BV/TV 33.2 %", "day 360: BV/TV 23.3 %"];
            let still = shows(&scene, tissue, Some([12, 0, 345_678]));
            let turns = shows(&scene, tissue, None);
            let both = [still, still];
            let figures = [
                Figure::single(&scene, still, view, &words),
                Figure::pair(&scene, both, [true, true], view, &words, names),
                Figure::frame(&scene, turns, view, &words, 320),
            ];
            for (place, figure) in figures.iter().enumerate() {
                assert!(
                    figure.holds_its_words(),
                    "{name}, {:?}: {place}",
                    tissue.dims
                );
            }
        }
    }
}

#[test]
fn each_page_around_bone_is_drawn_as_it_was_seen_to_be_right() {
    let tissue = plate();
    let words = Words {
        title: "Bone on day 28".to_owned(),
        caption:
            "a lesion; in the whole block: BV/TV 23.3 %, lower by 29.7 % of its value on day 0"
                .to_owned(),
    };
    let view = Look::default().view;
    let scene = Scene::new(&tissue, None, view, Cutaway::None).unwrap();
    let names = ["day 0: BV/TV 33.2 %", "day 28: BV/TV 23.3 %"];
    let labels = ["0", "1/3", "2/3", "1 and more"];
    let still = shows(&scene, &tissue, Some([1, 1, 0]));
    for (name, figure) in [
        ("single", Figure::single(&scene, still, view, &words)),
        (
            "pair",
            Figure::pair(&scene, [still, still], [true, true], view, &words, names),
        ),
        (
            "strained",
            Figure::strained(&scene, view, &words, names, labels),
        ),
        (
            "frame",
            Figure::frame(&scene, shows(&scene, &tissue, None), view, &words, 320),
        ),
    ] {
        hold_page(&format!("solid_{name}"), figure.page());
    }
}

#[test]
fn a_film_turns_once_in_sixty_frames_of_the_width_that_is_asked() {
    let turn = Turn {
        width: 250,
        ..Turn::default()
    };
    let frames = film(&plate(), None, Look::default(), &Words::default(), turn).unwrap();
    assert_eq!((frames.len(), frames[0].width), (60, 250));
    assert!(frames.windows(2).all(|pair| pair[0] != pair[1]));
    let few = &frames[..5];
    let bytes = gif(few).unwrap();
    let mut decoder = gif::DecodeOptions::new().read_info(&bytes[..]).unwrap();
    let mut count = 0;
    while decoder.read_next_frame().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 5);
    let bytes = apng(few).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(&bytes))
        .read_info()
        .unwrap();
    assert_eq!(reader.info().animation_control().unwrap().num_frames, 5);
    assert!(gif(&[]).is_err() && apng(&[]).is_err());
}

#[test]
fn a_picture_is_wide_enough_for_print() {
    let image = picture(&plate(), None, Look::default(), &Words::default()).unwrap();
    assert!(image.width >= 1400 && image.pixels.len() == 3 * image.width * image.height);
}
