//! Laws on random cases of their whole domain. The cases are the same in every run: a fixed seed, nothing kept.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use crate::common::on_threads;
use howship::layers::tree::{Layer, Tree};
use howship::numerics::packed::{Word, pack, unpack, within};
use howship::numerics::quantity::{Dimension, LEAST};
use howship::numerics::reduce::{PIECE, ordered_sum};
use howship::numerics::response::{hill, offspring, probability};
use howship::output::table::Table;
use howship::specimen::image::read;
use howship::statistics::quantile::{bounded_quantile, quantile, weighted_quantile};
use howship::statistics::survival::{Followed, KaplanMeier};
use howship::therapy::regimen::Dose;
use howship::tissue::grid::Grid;
use howship::transport::{Balance, Medium, Physics, Scheme};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(19),
        ..ProptestConfig::default()
    }
}

/// A number between these, as likely in every decade.
fn scaled(low: f64, high: f64) -> impl Strategy<Value = f64> {
    (low.ln()..high.ln()).prop_map(f64::exp)
}

/// A dimension, and a value in all that it allows.
fn quantity() -> impl Strategy<Value = (Dimension, f64)> {
    select(Dimension::WITH_UNITS.to_vec())
        .prop_flat_map(|dimension| (Just(dimension), scaled(LEAST, dimension.most())))
}

/// Any array of chunks that look alike, step, or hold anything.
fn array() -> impl Strategy<Value = Vec<u32>> {
    let piece = prop_oneof![
        (any::<u32>(), 1..700_usize).prop_map(|(value, count)| vec![value; count]),
        vec(any::<u32>(), 1..300),
        vec(select(vec![0_u32, 7, u32::MAX]), 1..300),
        (any::<u32>(), any::<u8>(), 1..300_u32).prop_map(|(from, step, count)| {
            (0..count)
                .map(|i| from.wrapping_add(i * u32::from(step)))
                .collect()
        }),
    ];
    vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn unpacked<T: Word>(values: &[T]) -> Vec<T> {
    within(values.len(), size_of_val(values), || {
        unpack(&pack(values)).unwrap()
    })
}

/// A random medium with its source, uptake and field, site by site.
#[derive(Debug, Clone)]
struct Case {
    grid: Grid,
    solid: Vec<bool>,
    leak: Vec<f32>,
    source: Vec<f32>,
    uptake: Vec<f32>,
    field: Vec<f32>,
}

fn medium() -> impl Strategy<Value = Case> {
    (1..10_usize, 1..10_usize, 1..8_usize, 0.0..0.7_f64).prop_flat_map(|(nx, ny, nz, bone)| {
        let grid = Grid::cubic([nx, ny, nz], 10.0);
        let sites = grid.len();
        (
            vec(proptest::bool::weighted(bone), sites),
            vec(0.0..1.0_f32, sites),
            vec(prop_oneof![3 => Just(0.0_f32), 1 => 0.0..50.0_f32], sites),
            vec(prop_oneof![3 => Just(0.0_f32), 1 => 0.0..2.0_f32], sites),
            vec(prop_oneof![1 => Just(0.0_f32), 2 => 0.0..100.0_f32], sites),
        )
            .prop_map(move |(solid, leak, source, uptake, field)| Case {
                grid,
                source: source
                    .iter()
                    .zip(&solid)
                    .map(|(&source, &solid)| if solid { 0.0 } else { source })
                    .collect(),
                solid,
                leak,
                uptake,
                field,
            })
    })
}

fn sum(field: &[f32]) -> f64 {
    field.iter().map(|&level| f64::from(level)).sum()
}

/// What came in less what went out and what is there, relative to what came in.
fn missed(balance: &Balance) -> f64 {
    let came = balance.made + balance.stored_before + balance.imposed;
    let went = balance.decayed
        + balance.leaked
        + balance.taken_up
        + balance.clipped
        + balance.rounded
        + balance.stored_after;
    let gross = balance.made + balance.stored_before + balance.leaked.abs();
    if gross > 0.0 {
        (came - went).abs() / gross
    } else {
        (came - went).abs()
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// What is said of a value reads back to it, to the bit, in every dimension.
    #[test]
    fn a_quantity_reads_back_as_it_is_said(
        (dimension, value) in quantity(),
    ) {
        prop_assert_eq!(dimension.parse(&dimension.say(value)).unwrap().to_bits(), value.to_bits());
        let text = format!(" {value:e}  {} ", dimension.canonical_unit());
        prop_assert_eq!(dimension.parse(&text).unwrap().to_bits(), value.to_bits());
    }

    /// A value in any unit is its number times what `conversion` says, which is 1 there and back; what it
    /// refuses is out of the range of its dimension.
    #[test]
    fn units_of_a_dimension_convert_into_each_other(
        dimension in select(Dimension::WITH_UNITS.to_vec()),
        number in scaled(1e-3, 1e3),
    ) {
        let canonical = dimension.canonical_unit();
        for unit in dimension.allowed_units() {
            let there = Dimension::conversion(unit, canonical).unwrap();
            let back = Dimension::conversion(canonical, unit).unwrap();
            prop_assert!((there * back - 1.0).abs() < 1e-12, "{} {}", unit, there * back);
            match dimension.parse(&format!("{number} {unit}")) {
                Ok(value) => prop_assert!((value / (number * there) - 1.0).abs() < 1e-12),
                Err(_) => prop_assert!(number * there < LEAST || number * there > dimension.most()),
            }
        }
    }

    #[test]
    fn a_dose_reads_back_as_it_is_written(value in scaled(1e-6, 1e6), kind in 0..4_usize) {
        let dose = [Dose::Mg, Dose::MgPerKg, Dose::MgPerM2, Dose::Auc][kind](value);
        prop_assert_eq!(dose.to_string().parse::<Dose>().unwrap(), dose);
    }

    /// Responses stay within 0 and 1 and never fall as the level rises; chances add up over time.
    #[test]
    fn responses_rise_with_their_level(
        (low, high) in (scaled(1e-6, 1e6), scaled(1.0, 1e3)).prop_map(|(low, by)| (low, low * by)),
        half_max in scaled(1e-3, 1e3),
        exponent in prop_oneof![Just(1.0), Just(2.0), 0.2..8.0_f64],
        hazard in scaled(1e-6, 10.0),
        hours in 0.1..48.0_f64,
        parts in 1..9_i32,
    ) {
        let (below, above) = (hill(low, half_max, exponent), hill(high, half_max, exponent));
        prop_assert!((0.0..=1.0).contains(&below) && below <= above && above <= 1.0);
        let mirrored = hill(half_max * half_max / low, half_max, exponent);
        prop_assert!((below + mirrored - 1.0).abs() < 1e-12);
        let survived = 1.0 - probability(hazard, hours);
        let by_part = (1.0 - probability(hazard, hours / f64::from(parts))).powi(parts);
        prop_assert!((survived - by_part).abs() < 1e-12);
        // Births undo deaths of the same hazard.
        let mild = hazard.min(5.0 / hours);
        let kept = (1.0 + offspring(mild, hours)) * (1.0 - probability(mild, hours));
        prop_assert!((kept - 1.0).abs() < 1e-12, "{}", kept);
    }

    #[test]
    fn a_packed_array_unpacks_to_itself(values in array()) {
        prop_assert_eq!(&unpacked(&values), &values);
        let floats: Vec<f32> = values.iter().map(|&bits| f32::from_bits(bits)).collect();
        let back: Vec<u32> = unpacked(&floats).iter().map(|value| value.to_bits()).collect();
        prop_assert_eq!(&back, &values);
        let flags: Vec<bool> = values.iter().map(|value| value & 1 == 1).collect();
        prop_assert_eq!(unpacked(&flags), flags);
    }

    /// Bytes that nobody packed give an array or are refused; they never panic.
    #[test]
    fn any_bytes_unpack_or_are_refused(values in array(), at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let mut bytes = pack(&values);
        let at = at.index(bytes.len());
        bytes[at] = with;
        let found = within(values.len(), size_of_val(values.as_slice()), || unpack::<u32>(&bytes));
        if let Ok(found) = found {
            prop_assert_eq!(found.len(), values.len());
        }
    }

    /// A value that is set is the value that is read, whatever stood below, and nothing else changes.
    #[test]
    fn a_value_that_is_set_is_the_value_that_is_read(
        below in any::<i64>(),
        other in any::<i64>(),
        number in any::<f64>().prop_filter("a number", |number| number.is_finite()),
        words in "[ -~]{0,24}",
    ) {
        let text = format!("[a]\nb = {below}\nc = {other}\n");
        let mut tree = Tree::parse(Layer { name: "below".to_owned(), text }).unwrap();
        for value in [toml::Value::Float(number), toml::Value::String(words), toml::Value::Integer(other)] {
            tree.set(&format!("a.b={value}")).unwrap();
            prop_assert_eq!(tree.get("a.b"), Some(value.clone()));
            prop_assert_eq!(tree.get("a.c"), Some(toml::Value::Integer(other)));
            prop_assert_eq!(tree.origin("a.c").unwrap().line, 3);
            // What is written of the tree reads as the same tree.
            let again = Tree::parse(Layer { name: "again".to_owned(), text: tree.to_toml() }).unwrap();
            prop_assert_eq!(again.get("a.b"), Some(value));
        }
    }

    /// Quantiles lie within the samples and never fall as the share rises.
    #[test]
    fn quantiles_lie_within_their_samples(
        samples in vec((0.0..1.0_f64, 0.01..1.0_f64), 1..40),
        (low, high) in (0.0..=1.0_f64, 0.0..=1.0_f64).prop_map(|(a, b)| (a.min(b), a.max(b))),
    ) {
        let total: f64 = samples.iter().map(|(_, weight)| weight).sum();
        let mut weighted: Vec<(f64, f64)> =
            samples.iter().map(|&(x, weight)| (x, weight / total)).collect();
        let mut sorted: Vec<f64> = samples.iter().map(|&(x, _)| x).collect();
        sorted.sort_by(f64::total_cmp);
        let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
        let plain = [low, high].map(|share| quantile(&sorted, share));
        let by_weight = [low, high].map(|share| weighted_quantile(&mut weighted, share));
        for [one, other] in [plain, by_weight] {
            prop_assert!(first <= one && one <= other + 1e-12 && other <= last, "{one} {other}");
        }
        // Those of what the samples were drawn from reach beyond them, but not beyond its range.
        let bounded = [low, high].map(|share| bounded_quantile(&mut weighted, share));
        prop_assert!(0.0 <= bounded[0] && bounded[0] <= bounded[1] + 1e-12 && bounded[1] <= 1.0 + 1e-12);
    }

    /// A survival curve falls from 1 to no less than 0 within its interval, and is the plain share where
    /// nobody was lost.
    #[test]
    fn survival_falls_within_its_interval(
        patients in vec((0.0..100.0_f64, any::<bool>()), 1..60),
    ) {
        let followed: Vec<Followed> =
            patients.iter().map(|&(time, event)| Followed { time, event }).collect();
        let mut before = 1.0;
        for step in KaplanMeier::of(&followed).steps {
            prop_assert!(0.0 <= step.survival && step.survival < before);
            prop_assert!(step.low <= step.survival && step.survival <= step.high);
            before = step.survival;
        }
        let all: Vec<Followed> =
            patients.iter().map(|&(time, _)| Followed { time, event: true }).collect();
        let at = patients[0].0;
        let alive = patients.iter().filter(|(time, _)| *time > at).count();
        let share = alive as f64 / patients.len() as f64;
        prop_assert!((KaplanMeier::of(&all).at(at).0 - share).abs() < 1e-12);
    }

    #[test]
    fn a_table_reads_back_as_it_is_written(
        rows in vec(vec(prop_oneof![Just(0.0), -1e150..1e150_f64, scaled(1e-300, 1e100)], 3), 0..12),
    ) {
        let table = Table { columns: ["a", "b", "c"].map(str::to_owned).to_vec(), rows };
        prop_assert_eq!(Table::from_csv(&table.to_csv(), Path::new("table.csv")).unwrap(), table);
    }
}

proptest! {
    #![proptest_config(cases(96))]

    /// The same bits on any number of threads, and near the sum by compensation.
    #[test]
    fn an_ordered_sum_does_not_depend_on_threads(
        seed in any::<u32>(),
        count in 0..4 * PIECE,
        decades in 0.0..12.0_f64,
    ) {
        let term = |i: usize| {
            let hash = (i as u32 ^ seed).wrapping_mul(2_654_435_769);
            let share = f64::from(hash) / f64::from(u32::MAX);
            (share - 0.5) * 10_f64.powf(decades * f64::from(hash % 1000) / 1000.0)
        };
        let one = on_threads(1, || ordered_sum(count, term));
        prop_assert_eq!(one.to_bits(), on_threads(3, || ordered_sum(count, term)).to_bits());
        let (mut exact, mut lost, mut size) = (0.0_f64, 0.0_f64, 0.0_f64);
        for i in 0..count {
            let term = term(i);
            let next = exact + term;
            lost += if exact.abs() >= term.abs() { (exact - next) + term } else { (term - next) + exact };
            exact = next;
            size += term.abs();
        }
        prop_assert!((one - (exact + lost)).abs() <= 1e-11 * size, "{} {}", one, exact + lost);
    }

    /// On any medium levels stay at or above 0, and what came in went out or is there.
    #[test]
    fn diffusion_keeps_its_books_and_stays_positive(
        case in medium(),
        diffusivity in scaled(1.0, 1e6),
        loss in prop_oneof![Just(0.0), scaled(1e-4, 10.0)],
        exchange in prop_oneof![Just((0.0, 0.0)), (scaled(1e-3, 5.0), 0.0..50.0_f64)],
        bone_factor in prop_oneof![Just(0.0), 0.01..=1.0_f64],
        dt_h in scaled(0.05, 24.0),
    ) {
        let physics = Physics {
            diffusivity_um2_per_h: diffusivity,
            bone_factor,
            loss_per_h: loss,
            leak_per_h: exchange.0,
            plasma_pm: exchange.1,
            scheme: Scheme::Implicit,
            tolerance: Physics::TOLERANCE,
        };
        let mut field = case.field.clone();
        let balance = Medium::new(case.grid, &case.solid, &case.leak)
            .unwrap()
            .advance(&physics, &case.source, Some(&case.uptake), dt_h, &mut field)
            .unwrap();
        prop_assert!(field.iter().all(|level| level.is_finite() && *level >= 0.0));
        prop_assert!(missed(&balance) < 1e-6, "{:?}", balance);
        prop_assert!((balance.stored_after - sum(&field)).abs() <= 1e-6 * balance.stored_after);
    }

    /// Without source, loss and exchange the amount stays, and no level leaves the range of those before.
    #[test]
    fn diffusion_alone_moves_and_levels(
        case in medium(),
        diffusivity in scaled(1.0, 1e6),
        bone_factor in 0.01..=1.0_f64,
        dt_h in scaled(0.05, 24.0),
    ) {
        let physics = Physics {
            diffusivity_um2_per_h: diffusivity,
            bone_factor,
            loss_per_h: 0.0,
            leak_per_h: 0.0,
            plasma_pm: 0.0,
            scheme: Scheme::Implicit,
            tolerance: Physics::TOLERANCE,
        };
        let none = vec![0.0; case.grid.len()];
        let mut field = case.field.clone();
        Medium::new(case.grid, &case.solid, &none)
            .unwrap()
            .advance(&physics, &none, None, dt_h, &mut field)
            .unwrap();
        let (before, after) = (sum(&case.field), sum(&field));
        prop_assert!((before - after).abs() <= 1e-6 * before, "{} {}", before, after);
        let ends = |field: &[f32]| {
            field.iter().fold((f32::MAX, 0.0_f32), |(low, high), &level| (low.min(level), high.max(level)))
        };
        let ((low, high), (lowest, highest)) = (ends(&case.field), ends(&field));
        let slack = 1e-3 * high;
        prop_assert!(lowest >= low - slack && highest <= high + slack, "{low} {high} {lowest} {highest}");
    }

    /// A file of voxels reads as it was written, whatever its size, spacing and numbers.
    #[test]
    fn an_image_reads_as_it_was_written(
        (dims, values) in (1..6_usize, 1..6_usize, 2..6_usize).prop_flat_map(|(x, y, z)| {
            (Just([x, y, z]), vec(-1e30..1e30_f32, x * y * z))
        }),
        spacing_um in scaled(0.5, 2000.0),
        big in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let [x, y, z] = dims;
        let mm = spacing_um / 1e3;
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| if big { value.to_be_bytes() } else { value.to_le_bytes() })
            .collect();
        let meta = format!(
            "ObjectType = Image\nNDims = 3\nDimSize = {x} {y} {z}\nElementSpacing = {mm} {mm} {mm}\n\
             BinaryData = True\nBinaryDataByteOrderMSB = {}\nElementType = MET_FLOAT\n\
             ElementDataFile = LOCAL\n",
            if big { "True" } else { "False" }
        );
        let nrrd = format!(
            "NRRD0004\ntype: float\ndimension: 3\nspace: left-posterior-superior\nsizes: {x} {y} {z}\n\
             space directions: ({mm},0,0) (0,{mm},0) (0,0,{mm})\nspace origin: (0,0,0)\nencoding: raw\n\
             endian: {}\n\n",
            if big { "big" } else { "little" }
        );
        for (name, header) in [("image.mha", meta), ("image.nrrd", nrrd)] {
            let path = folder.path().join(name);
            fs::write(&path, [header.as_bytes(), &bytes].concat()).unwrap();
            let image = read(&path, None).unwrap();
            prop_assert_eq!(image.dims, dims);
            prop_assert_eq!(&image.values, &values);
            for size in image.spacing_um {
                prop_assert!((size / spacing_um - 1.0).abs() < 1e-9, "{} {}", size, spacing_um);
            }
        }
    }
}
