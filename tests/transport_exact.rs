//! What the exact tick and the marching steps must do: dense exponentials, analytic cases, orders
//! of accuracy, closed amounts, positive values, the same bits on any number of threads.

#![allow(clippy::unwrap_used, reason = "helpers of tests stop the test")]

use howship::numerics::random::{Chance, Stream};
use howship::tissue::grid::Grid;
use howship::transport::TransportFault;
use howship::transport::exact::{ExactBox, Real, Spread, Wall};
use howship::transport::marching::{Explicit, Split};

const CLOSED: [Wall; 3] = [Wall::NoFlux; 3];

/// The four regimes in which ticks are compared: name, D in um2/s, half-life in min, edge in um.
const REGIMES: [(&str, f64, f64, f64); 4] = [
    ("fast", 10.0, 10.0, 20.0),
    ("mid", 50.0, 30.0, 20.0),
    ("slow", 100.0, 240.0, 20.0),
    ("fine", 100.0, 30.0, 10.0),
];

fn spread(diffusivity_um2_per_s: f64, half_life_min: f64) -> Spread {
    Spread {
        diffusivity_um2_per_h: diffusivity_um2_per_s * 3600.0,
        loss_per_h: 2.0_f64.ln() * 60.0 / half_life_min,
    }
}

fn mid() -> Spread {
    spread(50.0, 30.0)
}

fn draw(who: usize) -> f64 {
    Chance::new(7).at(Stream::Test, 0, who as u64).uniform()
}

fn numbers<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::from_f64(value)).collect()
}

/// Largest difference over the largest value.
fn relative<T: Real>(found: &[T], expected: &[f64]) -> f64 {
    let largest = expected.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let error = found
        .iter()
        .zip(expected)
        .map(|(found, expected)| (found.to_f64() - expected).abs())
        .fold(0.0, f64::max);
    error / largest
}

fn total<T: Real>(field: &[T]) -> f64 {
    field.iter().map(|value| value.to_f64()).sum()
}

/// One tick from a field.
fn tick<T: Real>(
    space: &ExactBox<T>,
    spread: &Spread,
    (field, source): (&[f64], &[f64]),
    dt_h: f64,
) -> Vec<T> {
    let mut state = space.state(&numbers(field)).unwrap();
    let mut after = vec![T::ZERO; field.len()];
    space
        .advance(spread, &numbers(source), dt_h, &mut state, &mut after)
        .unwrap();
    after
}

/// Minus the generator of a tick, written densely: `du/dt = source - matrix u`.
fn generator(grid: &Grid, walls: [Wall; 3], spread: &Spread) -> Vec<Vec<f64>> {
    let exchange = spread.diffusivity_um2_per_h / (grid.edge_um * grid.edge_um);
    let mut matrix = vec![vec![0.0; grid.len()]; grid.len()];
    for (site, row) in matrix.iter_mut().enumerate() {
        row[site] += spread.loss_per_h;
        let place = grid.place(site);
        for (axis, wall) in walls.into_iter().enumerate().take(grid.axes()) {
            let length = grid.dims[axis];
            for forward in [false, true] {
                let at_wall = place[axis] == if forward { length - 1 } else { 0 };
                let mut next = place;
                match (at_wall, wall) {
                    (true, Wall::NoFlux) => continue,
                    (true, Wall::FixedZero) => {
                        // The value beyond the wall is minus the value inside.
                        row[site] += 2.0 * exchange;
                        continue;
                    }
                    _ => next[axis] = (place[axis] + if forward { 1 } else { length - 1 }) % length,
                }
                row[site] += exchange;
                row[grid.index(next[0], next[1], next[2])] -= exchange;
            }
        }
    }
    matrix
}

fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut out = vec![vec![0.0; b[0].len()]; a.len()];
    for (out, a) in out.iter_mut().zip(a) {
        for (&factor, b) in a.iter().zip(b) {
            for (out, b) in out.iter_mut().zip(b) {
                *out += factor * b;
            }
        }
    }
    out
}

/// The tick by the exponential of a dense matrix: Taylor's sum for a small part of the tick,
/// doubled again and again. The source is one more unknown that stays 1.
fn dense_tick(matrix: &[Vec<f64>], field: &[f64], source: &[f64], dt_h: f64) -> Vec<f64> {
    let n = field.len();
    let mut generator: Vec<Vec<f64>> = (0..n)
        .map(|row| {
            let mut all: Vec<f64> = matrix[row].iter().map(|value| -value * dt_h).collect();
            all.push(source[row] * dt_h);
            all
        })
        .collect();
    generator.push(vec![0.0; n + 1]);
    let norm = generator
        .iter()
        .map(|row| row.iter().map(|value| value.abs()).sum::<f64>())
        .fold(0.0, f64::max);
    let doublings = norm.max(1e-3).log2().ceil().max(0.0) as i32 + 2;
    for value in generator.iter_mut().flatten() {
        *value *= 0.5_f64.powi(doublings);
    }
    let identity = |scale: f64| -> Vec<Vec<f64>> {
        (0..=n)
            .map(|row| {
                (0..=n)
                    .map(|c| if row == c { scale } else { 0.0 })
                    .collect()
            })
            .collect()
    };
    let (mut term, mut sum) = (identity(1.0), identity(1.0));
    for order in 1..18 {
        term = product(&term, &generator);
        for (sum, term) in sum.iter_mut().flatten().zip(term.iter_mut().flatten()) {
            *term /= f64::from(order);
            *sum += *term;
        }
    }
    for _ in 0..doublings {
        sum = product(&sum, &sum);
    }
    (0..n)
        .map(|row| (0..n).map(|c| sum[row][c] * field[c]).sum::<f64>() + sum[row][n])
        .collect()
}

/// Field and source without symmetry.
fn rough(grid: &Grid) -> (Vec<f64>, Vec<f64>) {
    let field = (0..grid.len()).map(draw).collect();
    let source = (0..grid.len()).map(|site| draw(site + 100_000)).collect();
    (field, source)
}

#[test]
fn every_small_box_is_the_dense_exponential() {
    use Wall::{FixedZero, NoFlux, Periodic};
    let shapes = [
        [1, 1, 1],
        [2, 1, 1],
        [2, 3, 1],
        [11, 5, 1],
        [1, 7, 3],
        [3, 4, 5],
        [7, 2, 4],
        [13, 1, 3],
        [4, 4, 4],
        [5, 2, 6],
    ];
    let walls = [
        [NoFlux, NoFlux, NoFlux],
        [FixedZero, FixedZero, FixedZero],
        [Periodic, Periodic, Periodic],
        [NoFlux, FixedZero, Periodic],
        [Periodic, NoFlux, FixedZero],
        [FixedZero, Periodic, NoFlux],
    ];
    for dims in shapes {
        for walls in walls {
            // The second: hardly any spread and loss; the third: no loss at all.
            for (spread, dt_h) in [
                (mid(), 1.0),
                (mid(), 1e-6),
                (
                    Spread {
                        loss_per_h: 0.0,
                        ..mid()
                    },
                    0.01,
                ),
            ] {
                let grid = Grid::cubic(dims, 20.0);
                let (field, source) = rough(&grid);
                let matrix = generator(&grid, walls, &spread);
                let expected = dense_tick(&matrix, &field, &source, dt_h);
                let given = (field.as_slice(), source.as_slice());
                let double = tick(
                    &ExactBox::<f64>::new(grid, walls).unwrap(),
                    &spread,
                    given,
                    dt_h,
                );
                let error = relative(&double, &expected);
                assert!(error < 1e-10, "{dims:?} {walls:?} {dt_h}: {error}");
                let single = tick(
                    &ExactBox::<f32>::new(grid, walls).unwrap(),
                    &spread,
                    given,
                    dt_h,
                );
                let error = relative(&single, &expected);
                assert!(error < 2e-6, "{dims:?} {walls:?} {dt_h}: {error}");
            }
        }
    }
}

/// The tick by dense cosine waves, axis by axis; no flux.
fn dense_waves(grid: &Grid, spread: &Spread, field: &[f64], source: &[f64], dt_h: f64) -> Vec<f64> {
    let waves = grid.dims.map(|n| {
        (0..n)
            .map(|k| {
                let norm = (if k == 0 { 1.0 } else { 2.0 } / n as f64).sqrt();
                (0..n)
                    .map(|x| {
                        let angle = std::f64::consts::PI * (k * (2 * x + 1)) as f64;
                        norm * (angle / (2 * n) as f64).cos()
                    })
                    .collect::<Vec<f64>>()
            })
            .collect::<Vec<_>>()
    });
    let through = |values: &[f64], back: bool| {
        let mut values = values.to_vec();
        for axis in 0..3 {
            let before = values.clone();
            for (site, value) in values.iter_mut().enumerate() {
                let mut place = grid.place(site);
                let at = place[axis];
                *value = (0..grid.dims[axis])
                    .map(|other| {
                        place[axis] = other;
                        let (k, x) = if back { (other, at) } else { (at, other) };
                        waves[axis][k][x] * before[grid.index(place[0], place[1], place[2])]
                    })
                    .sum();
            }
        }
        values
    };
    let (field, source) = (through(field, false), through(source, false));
    let exchange = spread.diffusivity_um2_per_h / (grid.edge_um * grid.edge_um);
    let after: Vec<f64> = (0..grid.len())
        .map(|site| {
            let place = grid.place(site);
            let rate: f64 = spread.loss_per_h
                + (0..3)
                    .map(|axis| {
                        let angle = std::f64::consts::PI * place[axis] as f64;
                        let sine = (0.5 * angle / grid.dims[axis] as f64).sin();
                        exchange * 4.0 * sine * sine
                    })
                    .sum::<f64>();
            let gone = -(-rate * dt_h).exp_m1();
            field[site] * (1.0 - gone) + source[site] * gone / rate
        })
        .collect();
    through(&after, true)
}

#[test]
fn every_length_is_the_dense_sum_of_waves() {
    for dims in [
        [100, 31, 2],
        [64, 30, 7],
        [101, 3, 5],
        [6, 100, 9],
        [3, 97, 64],
        [5, 7, 100],
        [37, 1, 30],
        [128, 30, 1],
        [96, 4, 81],
    ] {
        let grid = Grid::cubic(dims, 20.0);
        let (field, source) = rough(&grid);
        // Short enough that much of the field is left.
        let dt_h = 0.002;
        let expected = dense_waves(&grid, &mid(), &field, &source, dt_h);
        let given = (field.as_slice(), source.as_slice());
        let double = tick(
            &ExactBox::<f64>::new(grid, CLOSED).unwrap(),
            &mid(),
            given,
            dt_h,
        );
        let error = relative(&double, &expected);
        assert!(error < 1e-12, "{dims:?}: {error}");
        let single = tick(
            &ExactBox::<f32>::new(grid, CLOSED).unwrap(),
            &mid(),
            given,
            dt_h,
        );
        let error = relative(&single, &expected);
        assert!(error < 2e-6, "{dims:?}: {error}");
    }
}

/// Sources at one site in a hundred, before and after 5 % of them have moved.
fn moving(grid: &Grid) -> (Vec<f64>, Vec<f64>) {
    let mut before = vec![0.0; grid.len()];
    let mut after = vec![0.0; grid.len()];
    for source in 0..grid.len() / 100 {
        let site = |number: usize| (draw(number) * grid.len() as f64) as usize;
        before[site(source)] += 1.0;
        let moved = draw(source + 10_000_000) < 0.05;
        after[site(if moved { source + 20_000_000 } else { source })] += 1.0;
    }
    (before, after)
}

/// Workload W-D3: from the steady state, 5 % of the sources moved, one tick of an hour.
fn churned(n: usize, regime: (&str, f64, f64, f64), expected: impl Fn(&Grid, &Spread) -> Vec<f64>) {
    let (name, diffusivity, half_life, edge) = regime;
    let grid = Grid::cubic([n; 3], edge);
    let spread = spread(diffusivity, half_life);
    let (first, second) = moving(&grid);
    let space = ExactBox::<f32>::new(grid, CLOSED).unwrap();
    let mut state = space.state(&vec![0.0; grid.len()]).unwrap();
    let mut field = vec![0.0; grid.len()];
    let mut go = |source: &[f64], dt_h: f64| {
        space
            .advance(&spread, &numbers(source), dt_h, &mut state, &mut field)
            .unwrap()
    };
    go(&first, f64::INFINITY);
    let balance = go(&second, 1.0);
    let error = relative(&field, &expected(&grid, &spread));
    assert!(error < 1e-5, "{name} {n}: {error}");
    assert!(balance.relative_mass_error < 1e-6, "{name}: {balance:?}");
    assert!(balance.lowest >= 0.0, "{name}: {balance:?}");
}

#[test]
fn a_tick_with_moving_sources_is_exact_in_every_regime() {
    for regime in REGIMES {
        churned(20, regime, |grid, spread| {
            let (first, second) = moving(grid);
            let zero = vec![0.0; grid.len()];
            let steady = dense_waves(grid, spread, &zero, &first, 1e4);
            dense_waves(grid, spread, &steady, &second, 1.0)
        });
        churned(64, regime, |grid, spread| {
            let (first, second) = moving(grid);
            let space = ExactBox::<f64>::new(*grid, CLOSED).unwrap();
            let mut state = space.state(&vec![0.0; grid.len()]).unwrap();
            let mut field = vec![0.0; grid.len()];
            for (source, dt_h) in [(first, f64::INFINITY), (second, 1.0)] {
                space
                    .advance(spread, &source, dt_h, &mut state, &mut field)
                    .unwrap();
            }
            field
        });
    }
}

/// Largest error of a decaying cosine against the continuum.
fn cosine_error(n: usize) -> f64 {
    let side = 640.0;
    let grid = Grid::cubic([n, n, n], side / n as f64);
    let numbers = [1.0, 2.0, 1.0].map(|k: f64| k * std::f64::consts::PI / side);
    let shape = |site: usize| -> f64 {
        let at = grid.place(site);
        (0..3)
            .map(|axis| (numbers[axis] * (at[axis] as f64 + 0.5) * grid.edge_um).cos())
            .product()
    };
    let dt_h = 0.1;
    let squares: f64 = numbers.iter().map(|k| k * k).sum();
    let spread = mid();
    let decay = (-spread.loss_per_h * dt_h).exp();
    let wave = decay * (-spread.diffusivity_um2_per_h * squares * dt_h).exp();
    let field: Vec<f64> = (0..grid.len()).map(|site| 1.0 + shape(site)).collect();
    let source = vec![0.0; grid.len()];
    let space = ExactBox::<f64>::new(grid, CLOSED).unwrap();
    let after = tick(&space, &spread, (&field, &source), dt_h);
    (0..grid.len())
        .map(|site| (after[site] - decay - wave * shape(site)).abs())
        .fold(0.0, f64::max)
}

#[test]
fn the_error_in_space_is_of_second_order() {
    let errors = [16, 30, 60].map(cosine_error);
    for (pair, ratio) in errors.windows(2).zip([30.0_f64 / 16.0, 2.0]) {
        let order = (pair[0] / pair[1]).ln() / ratio.ln();
        assert!((1.9..2.1).contains(&order), "order {order}, {errors:?}");
    }
}

#[test]
fn a_uniform_field_decays_and_fills_as_one_site() {
    let grid = Grid::cubic([10, 9, 7], 20.0);
    let spread = mid();
    let left = (-2.0 * spread.loss_per_h).exp();
    let expected = 3.0 * left + 0.5 * (1.0 - left) / spread.loss_per_h;
    let (field, source) = (vec![3.0; grid.len()], vec![0.5; grid.len()]);
    let space = ExactBox::<f64>::new(grid, CLOSED).unwrap();
    for value in tick(&space, &spread, (&field, &source), 2.0) {
        assert!((value / expected - 1.0).abs() < 1e-13, "{value} {expected}");
    }
}

/// Mass residual of many ticks in a box without walls that take anything.
fn residual<T: Real>(dims: [usize; 3]) -> f64 {
    let grid = Grid::cubic(dims, 20.0);
    let mut worst: f64 = 0.0;
    for loss_per_h in [0.0, 1e-4, 1.4] {
        let spread = Spread {
            loss_per_h,
            ..mid()
        };
        let walls = [Wall::NoFlux, Wall::Periodic, Wall::NoFlux];
        let space = ExactBox::<T>::new(grid, walls).unwrap();
        let (field, source) = rough(&grid);
        let (field, source) = (numbers::<T>(&field), numbers::<T>(&source));
        let mut state = space.state(&field).unwrap();
        let mut after = field.clone();
        for _ in 0..10 {
            let before = total(&after);
            let balance = space
                .advance(&spread, &source, 0.5, &mut state, &mut after)
                .unwrap();
            let gone = -(-0.5 * loss_per_h).exp_m1();
            let gain = if loss_per_h > 0.0 {
                gone / loss_per_h
            } else {
                0.5
            };
            let expected = before * (1.0 - gone) + gain * total(&source);
            worst = worst.max((total(&after) / expected - 1.0).abs());
            worst = worst.max(balance.relative_mass_error);
            assert!((balance.stored_after / total(&after) - 1.0).abs() < 1e-6);
            assert!((balance.stored_before / before - 1.0).abs() < 1e-6);
        }
    }
    worst
}

#[test]
fn amounts_close() {
    for dims in [[32, 30, 20], [25, 40, 1], [17, 5, 9]] {
        let single = residual::<f32>(dims);
        assert!(single < 1e-6, "{dims:?}: {single}");
        let double = residual::<f64>(dims);
        assert!(double < 1e-13, "{dims:?}: {double}");
    }
}

#[test]
fn fixed_walls_take_what_reaches_them() {
    let grid = Grid::cubic([40, 3, 3], 20.0);
    let walls = [Wall::FixedZero, Wall::NoFlux, Wall::NoFlux];
    let spread = Spread {
        loss_per_h: 0.0,
        ..mid()
    };
    let space = ExactBox::<f64>::new(grid, walls).unwrap();
    let mut state = space.state(&vec![0.0; grid.len()]).unwrap();
    let mut field = vec![0.0; grid.len()];
    let source = vec![1.0; grid.len()];
    let balance = space
        .advance(&spread, &source, f64::INFINITY, &mut state, &mut field)
        .unwrap();
    assert!((balance.lost - balance.made).abs() < 1e-9 * balance.made);
    // A parabola, up to the half site at the wall: x (L - x) / 2 D.
    for (site, &value) in field.iter().enumerate() {
        let x = (grid.place(site)[0] as f64 + 0.5) * 20.0;
        let expected = (x * (800.0 - x) + 100.0) / (2.0 * spread.diffusivity_um2_per_h);
        assert!((value / expected - 1.0).abs() < 1e-10, "{value} {expected}");
    }
}

#[test]
fn a_point_source_gives_the_screened_potential() {
    let grid = Grid::cubic([61, 61, 61], 10.0);
    let spread = spread(13.0, 2.0);
    let length = (spread.diffusivity_um2_per_h / spread.loss_per_h).sqrt();
    let (centre, strength) = (grid.index(30, 30, 30), 1000.0);
    let mut source = vec![0.0_f32; grid.len()];
    source[centre] = strength;
    let space = ExactBox::<f32>::new(grid, CLOSED).unwrap();
    let mut state = space.state(&vec![0.0; grid.len()]).unwrap();
    let mut field = vec![0.0; grid.len()];
    space
        .advance(&spread, &source, f64::INFINITY, &mut state, &mut field)
        .unwrap();
    let mut compared = 0;
    for (site, &value) in field.iter().enumerate() {
        let r = grid.distance2_um2(site, centre).sqrt();
        if r > 30.0 && r < 3.0 * length {
            let expected = f64::from(strength) * grid.site_volume_um3() * (-r / length).exp()
                / (4.0 * std::f64::consts::PI * spread.diffusivity_um2_per_h * r);
            let ratio = f64::from(value) / expected;
            assert!((ratio - 1.0).abs() < 0.05, "{ratio} at {r} um");
            compared += 1;
        }
    }
    assert!(compared > 5000);
}

#[test]
fn a_spike_spreads_without_a_negative_value() {
    for dims in [[48, 48, 48], [50, 40, 30], [64, 60, 1]] {
        let grid = Grid::cubic(dims, 20.0);
        for dt_h in [1e-6, 1e-4, 1e-2, 1.0] {
            let mut spike = vec![0.0; grid.len()];
            spike[grid.index(20, 31, dims[2] / 2)] = 1.0;
            let space = ExactBox::<f64>::new(grid, CLOSED).unwrap();
            let mut state = space.state(&spike).unwrap();
            let mut field = vec![0.0; grid.len()];
            let none = vec![0.0; grid.len()];
            let balance = space
                .advance(&mid(), &none, dt_h, &mut state, &mut field)
                .unwrap();
            assert!(balance.lowest > -1e-14 * balance.largest, "{balance:?}");
            let space = ExactBox::<f32>::new(grid, CLOSED).unwrap();
            let mut state = space.state(&numbers::<f32>(&spike)).unwrap();
            let mut field = vec![0.0; grid.len()];
            let balance = space
                .advance(&mid(), &numbers::<f32>(&none), dt_h, &mut state, &mut field)
                .unwrap();
            assert!(balance.lowest > -5e-7 * balance.largest, "{balance:?}");
            assert!(field.iter().all(|&value| value >= 0.0));
        }
    }
}

#[test]
fn two_halves_make_a_tick_and_an_infinite_one_the_steady_state() {
    let grid = Grid::cubic([18, 15, 20], 20.0);
    let walls = [Wall::Periodic, Wall::FixedZero, Wall::NoFlux];
    let (field, source) = rough(&grid);
    let space = ExactBox::<f64>::new(grid, walls).unwrap();
    let whole = tick(&space, &mid(), (&field, &source), 0.02);
    let half = tick(&space, &mid(), (&field, &source), 0.01);
    let halves = tick(&space, &mid(), (&half, &source), 0.01);
    assert!(relative(&whole, &halves) < 1e-13);
    let steady = tick(&space, &mid(), (&field, &source), f64::INFINITY);
    let later = tick(&space, &mid(), (&steady, &source), 0.7);
    assert!(relative(&later, &steady) < 1e-13);
    // And the same without a state.
    let mut solved = source.clone();
    space.invert(&mid(), 0.0, &mut solved).unwrap();
    assert!(relative(&solved, &steady) < 1e-13);
}

#[test]
fn the_inverse_undoes_the_operator_for_any_sign() {
    let grid = Grid::cubic([6, 5, 4], 20.0);
    let walls = [Wall::NoFlux, Wall::FixedZero, Wall::Periodic];
    let matrix = generator(&grid, walls, &mid());
    let values: Vec<f64> = (0..grid.len()).map(|site| draw(site) - 0.5).collect();
    let mut right: Vec<f64> = (0..grid.len())
        .map(|row| {
            let spread: f64 = (0..grid.len()).map(|c| matrix[row][c] * values[c]).sum();
            spread + 3.0 * values[row]
        })
        .collect();
    let space = ExactBox::<f64>::new(grid, walls).unwrap();
    space.invert(&mid(), 3.0, &mut right).unwrap();
    assert!(relative(&right, &values) < 1e-12);
}

#[test]
fn a_state_gives_its_field_back() {
    let grid = Grid::cubic([33, 20, 12], 20.0);
    let (field, source) = rough(&grid);
    let space = ExactBox::<f32>::new(grid, CLOSED).unwrap();
    let mut state = space.state(&numbers::<f32>(&field)).unwrap();
    let mut back = vec![0.0_f32; grid.len()];
    space.field(&state, &mut back).unwrap();
    assert!(relative(&back, &field) < 1e-6);
    let mut after = vec![0.0; grid.len()];
    space
        .advance(
            &mid(),
            &numbers::<f32>(&source),
            1.0,
            &mut state,
            &mut after,
        )
        .unwrap();
    space.field(&state, &mut back).unwrap();
    assert_eq!(after, back);
}

fn on<R: Send>(threads: usize, work: impl Fn() -> R + Send + Sync) -> R {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

/// Bits of three ticks, with and without vector instructions.
fn bits<T: Real>(dims: [usize; 3], portable: bool) -> (Vec<u64>, [u64; 4]) {
    let grid = Grid::cubic(dims, 20.0);
    let walls = [Wall::NoFlux, Wall::FixedZero, Wall::Periodic];
    let mut space = ExactBox::<T>::new(grid, walls).unwrap();
    if portable {
        space = space.portable();
    }
    let (field, source) = rough(&grid);
    let mut state = space.state(&numbers::<T>(&field)).unwrap();
    let mut after = vec![T::ZERO; grid.len()];
    let mut balance = None;
    for _ in 0..3 {
        balance = Some(
            space
                .advance(&mid(), &numbers::<T>(&source), 0.01, &mut state, &mut after)
                .unwrap(),
        );
    }
    let balance = balance.unwrap();
    let amounts = [
        balance.stored_after,
        balance.lost,
        balance.lowest,
        balance.largest,
    ];
    (
        after.iter().map(|value| value.to_f64().to_bits()).collect(),
        amounts.map(f64::to_bits),
    )
}

#[test]
fn the_tick_has_the_same_bits_on_any_threads_and_instruction_set() {
    for dims in [[40, 33, 50], [64, 64, 32], [45, 52, 1], [9, 100, 7]] {
        let single = on(1, || bits::<f32>(dims, false));
        let double = on(1, || bits::<f64>(dims, false));
        for threads in [2, 3, 8] {
            assert!(single == on(threads, || bits::<f32>(dims, false)));
            assert!(double == on(threads, || bits::<f64>(dims, false)));
        }
        assert!(single == on(2, || bits::<f32>(dims, true)));
        assert!(double == on(2, || bits::<f64>(dims, true)));
    }
}

#[test]
fn steps_have_the_same_bits_on_any_threads_and_instruction_set() {
    for dims in [[40, 33, 50], [64, 65, 32], [45, 52, 1], [1, 3, 2]] {
        let grid = Grid::cubic(dims, 20.0);
        let (field, source) = rough(&grid);
        let (field, source) = (numbers::<f32>(&field), numbers::<f32>(&source));
        let steps = |portable: bool| {
            let mut explicit = Explicit::<f32>::new(grid, &mid(), 3e-4).unwrap();
            let mut split = Split::<f32>::new(grid, &mid(), 0.01).unwrap();
            if portable {
                explicit = explicit.portable();
                split = split.portable();
            }
            let mut solved = field.clone();
            let mut after = field.clone();
            explicit.step(&field, Some(&source), &mut after).unwrap();
            split.step(Some(&source), &mut solved).unwrap();
            (after, solved)
        };
        let one = on(1, || steps(false));
        for threads in [2, 3, 8] {
            assert!(one == on(threads, || steps(false)));
        }
        assert!(one == on(2, || steps(true)));
    }
}

#[test]
fn steps_come_to_the_exact_tick_in_first_order() {
    for dims in [[24, 18, 14], [20, 33, 1]] {
        let grid = Grid::cubic(dims, 20.0);
        let (_, source) = rough(&grid);
        let field: Vec<f64> = (0..grid.len())
            .map(|site| {
                let [x, y, z] = grid.place(site).map(|at| at as f64);
                2.0 + (0.2 * x).cos() * (0.3 * y + 0.1 * z).sin()
            })
            .collect();
        let dt_h = 0.05;
        let space = ExactBox::<f64>::new(grid, CLOSED).unwrap();
        let exact = tick(&space, &mid(), (&field, &source), dt_h);
        let split = |steps: u32| {
            let law = Split::<f64>::new(grid, &mid(), dt_h / f64::from(steps)).unwrap();
            let mut values = field.clone();
            for _ in 0..steps {
                law.step(Some(&source), &mut values).unwrap();
            }
            relative(&values, &exact)
        };
        let explicit = |steps: u32| {
            let law = Explicit::<f64>::new(grid, &mid(), dt_h / f64::from(steps)).unwrap();
            let (mut values, mut next) = (field.clone(), field.clone());
            for _ in 0..steps {
                law.step(&values, Some(&source), &mut next).unwrap();
                std::mem::swap(&mut values, &mut next);
            }
            relative(&values, &exact)
        };
        for errors in [[256, 512, 1024].map(split), [256, 512, 1024].map(explicit)] {
            for pair in errors.windows(2) {
                let order = (pair[0] / pair[1]).log2();
                assert!((0.9..1.1).contains(&order), "order {order}, {errors:?}");
            }
        }
    }
}

#[test]
fn steps_keep_amounts_and_stay_positive() {
    let grid = Grid::cubic([37, 20, 19], 20.0);
    let closed = Spread {
        loss_per_h: 0.0,
        ..mid()
    };
    let mut spike = vec![0.0; grid.len()];
    spike[grid.index(36, 0, 7)] = 1.0;
    let split = Split::<f64>::new(grid, &closed, 1.0).unwrap();
    let mut values = spike.clone();
    split.step(None, &mut values).unwrap();
    assert!((total(&values) - 1.0).abs() < 1e-12);
    assert!(values.iter().all(|&value| value > 0.0));
    let explicit = Explicit::<f64>::new(grid, &closed, 400.0 / 180_000.0 / 6.0).unwrap();
    let mut after = spike.clone();
    explicit.step(&spike, None, &mut after).unwrap();
    assert!((total(&after) - 1.0).abs() < 1e-14);
    assert!(after.iter().all(|&value| value >= 0.0));
    let single = Split::<f32>::new(grid, &mid(), 0.01).unwrap();
    let mut uniform = vec![1.0_f32; grid.len()];
    single.step(None, &mut uniform).unwrap();
    let expected = (1.0 + mid().loss_per_h * 0.01 / 3.0).powi(-3);
    for value in uniform {
        assert!((f64::from(value) / expected - 1.0).abs() < 1e-6);
    }
}

#[test]
fn arguments_out_of_range_are_refused() {
    let grid = Grid::cubic([4, 3, 2], 20.0);
    let space = ExactBox::<f32>::new(grid, CLOSED).unwrap();
    let mut state = space.state(&[0.0; 24]).unwrap();
    let kept = state.clone();
    let mut field = [0.0; 24];
    let mut bad = [0.0; 24];
    bad[17] = -1.0;
    let fault = space.advance(&mid(), &bad, 1.0, &mut state, &mut field);
    assert!(
        matches!(
            fault,
            Err(TransportFault::Site {
                site: 17,
                place: [1, 1, 1],
                ..
            })
        ),
        "{fault:?}"
    );
    bad[17] = f32::NAN;
    let fault = space.advance(&mid(), &bad, 1.0, &mut state, &mut field);
    assert!(
        matches!(fault, Err(TransportFault::Site { site: 17, .. })),
        "{fault:?}"
    );
    assert!(matches!(
        space.state(&bad),
        Err(TransportFault::Site { .. })
    ));
    for dt_h in [0.0, -1.0, f64::NAN] {
        let fault = space.advance(&mid(), &[0.0; 24], dt_h, &mut state, &mut field);
        assert!(matches!(
            fault,
            Err(TransportFault::Parameter {
                name: "tick in h",
                ..
            })
        ));
    }
    let lossless = Spread {
        loss_per_h: 0.0,
        ..mid()
    };
    let fault = space.advance(&lossless, &[0.0; 24], f64::INFINITY, &mut state, &mut field);
    assert!(matches!(
        fault,
        Err(TransportFault::Parameter {
            name: "loss in 1/h",
            ..
        })
    ));
    assert!(matches!(
        space.advance(&mid(), &[0.0; 23], 1.0, &mut state, &mut field),
        Err(TransportFault::Length {
            found: 23,
            expected: 24,
            ..
        })
    ));
    let other = ExactBox::<f32>::new(Grid::cubic([2, 3, 4], 20.0), CLOSED).unwrap();
    assert!(other.field(&state, &mut field).is_err());
    assert_eq!(state, kept);
    assert!(ExactBox::<f32>::new(Grid::cubic([4, 0, 2], 20.0), CLOSED).is_err());
    assert!(ExactBox::<f32>::new(Grid::cubic([4, 3, 2], f64::NAN), CLOSED).is_err());
    assert!(Explicit::<f32>::new(grid, &mid(), 1.0).is_err());
    assert!(Split::<f32>::new(grid, &mid(), -1.0).is_err());
}
