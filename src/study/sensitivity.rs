//! Which parameters a response depends on: elementary effects, variance shares, partial ranks.

use nalgebra::{Cholesky, DMatrix};

use crate::numerics::random::{Chance, Stream};
use crate::statistics::estimate::{Estimate, mean_and_deviation};
use crate::statistics::quantile::interval;
use crate::study::design::Points;

/// Samples of the bootstrap.
const BOOTSTRAP: u32 = 1000;
/// Independent points, beyond the parameters that are held, without which there is no interval: a
/// bootstrap repeats the same few, and the variance of a rank correlation is known for many.
pub const FEWEST: usize = 10;

/// Elementary effects of a parameter (Morris 1991; Campolongo 2007 for mu*), in units of the response
/// over the whole range of the parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effects {
    /// Mean effect.
    pub mu: f64,
    /// Mean size of the effect.
    pub mu_star: f64,
    /// Standard deviation of the effects: what is not linear or not alone.
    pub sigma: f64,
    /// Standard error of `mu_star`.
    pub mu_star_error: f64,
    /// Trajectories that count.
    pub count: usize,
}

/// Elementary effects of each parameter; `responses` has one value per point of a Morris design.
/// Steps to or from a point without a value do not count.
pub fn morris(points: &Points, responses: &[Option<f64>]) -> Vec<Effects> {
    let dimensions = points.dimensions();
    let mut effects = vec![Vec::new(); dimensions];
    for (trajectory, values) in responses.chunks_exact(dimensions + 1).enumerate() {
        let order = points.morris_order(trajectory as u64);
        for (step, changed) in order.into_iter().enumerate() {
            let from = (trajectory * (dimensions + 1) + step) as u64;
            let moved = points.at(from + 1)[changed] - points.at(from)[changed];
            if let (Some(before), Some(after)) = (values[step], values[step + 1]) {
                effects[changed].push((after - before) / moved);
            }
        }
    }
    effects
        .iter()
        .map(|effects| {
            let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
            let (mu, sigma) = mean_and_deviation(effects);
            let (mu_star, spread) = mean_and_deviation(&sizes);
            Effects {
                mu,
                mu_star,
                sigma,
                mu_star_error: spread / (sizes.len() as f64).sqrt(),
                count: effects.len(),
            }
        })
        .collect()
}

/// Shares of the variance of a response.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// Of the parameter alone (Saltelli 2010).
    pub first: Estimate,
    /// Of the parameter with all others (Jansen 1999).
    pub total: Estimate,
}

/// Base points of a Saltelli design of so many parameters of which every run has a response.
pub(crate) fn whole_base_points(dimensions: usize, responses: &[Option<f64>]) -> usize {
    let bases = responses.chunks_exact(dimensions + 2);
    bases
        .filter(|base| base.iter().all(Option::is_some))
        .count()
}

/// First and total Sobol indices of each parameter; `responses` has one value per point of a Saltelli
/// design. Base points with a missing value are left out. Intervals are percentiles of a bootstrap over
/// base points with chance of its own; there is none of fewer than [`FEWEST`].
pub fn sobol_indices(dimensions: usize, responses: &[Option<f64>], seed: u64) -> Vec<Shares> {
    let mut whole: Vec<Vec<f64>> = responses
        .chunks_exact(dimensions + 2)
        .filter_map(|base| base.iter().copied().collect())
        .collect();
    // A large mean would drown the differences in the first estimator.
    let mean = whole.iter().flatten().sum::<f64>() / (whole.len() * (dimensions + 2)).max(1) as f64;
    for value in whole.iter_mut().flatten() {
        *value -= mean;
    }
    let count = whole.len();
    let all: Vec<usize> = (0..count).collect();
    let best = shares(dimensions, &whole, &all);
    let mut resampled = vec![Vec::with_capacity(BOOTSTRAP as usize); 2 * dimensions];
    if count >= FEWEST {
        for turn in 0..BOOTSTRAP {
            let mut draws = Chance::new(seed).at(Stream::Study, turn, u64::MAX);
            let drawn: Vec<usize> = (0..count)
                .map(|_| draws.below(count as u32) as usize)
                .collect();
            for (dimension, (first, total)) in
                shares(dimensions, &whole, &drawn).into_iter().enumerate()
            {
                resampled[2 * dimension].push(first);
                resampled[2 * dimension + 1].push(total);
            }
        }
    }
    let estimate = |value: f64, samples: &[f64]| {
        let (low, high) = interval(samples);
        Estimate { value, low, high }
    };
    best.into_iter()
        .enumerate()
        .map(|(dimension, (first, total))| Shares {
            first: estimate(first, &resampled[2 * dimension]),
            total: estimate(total, &resampled[2 * dimension + 1]),
        })
        .collect()
}

fn shares(dimensions: usize, whole: &[Vec<f64>], chosen: &[usize]) -> Vec<(f64, f64)> {
    let count = chosen.len() as f64;
    let ends = |index: &usize| [whole[*index][0], whole[*index][dimensions + 1]];
    let mean = chosen.iter().flat_map(ends).sum::<f64>() / (2.0 * count);
    let variance = chosen
        .iter()
        .flat_map(ends)
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (2.0 * count);
    (0..dimensions)
        .map(|dimension| {
            let (mut first, mut total) = (0.0, 0.0);
            for &index in chosen {
                let base = &whole[index];
                let (a, mixed, b) = (base[0], base[dimension + 1], base[dimensions + 1]);
                first += b * (mixed - a);
                total += 0.5 * (a - mixed).powi(2);
            }
            (first / count / variance, total / count / variance)
        })
        .collect()
}

/// Partial rank correlation of a response with each parameter, the others held (Marino 2008), with an
/// interval of Fisher's z whose variance is that of ranks, (1 + r^2 / 2) / (n - 3) (Bonett and Wright 2000),
/// where n is the number of points less the parameters held. There is no interval of fewer than
/// [`FEWEST`] such points, or where the ranks agree to within one exchange of neighbours: nothing is
/// left there from which an error could be judged. `rows` are points without missing values; none
/// where the ranks of the parameters are not independent or the points too few.
pub fn partial_ranks(rows: &[Vec<f64>], responses: &[f64]) -> Option<Vec<Estimate>> {
    let dimensions = rows.first()?.len();
    let count = rows.len();
    let freedom = count as f64 - dimensions as f64 - 2.0;
    if freedom < 1.0 {
        return None;
    }
    let mut columns: Vec<Vec<f64>> = (0..dimensions)
        .map(|dimension| ranks(&rows.iter().map(|row| row[dimension]).collect::<Vec<_>>()))
        .collect();
    columns.push(ranks(responses));
    let size = dimensions + 1;
    let mut correlation = DMatrix::from_fn(size, size, |i, j| correlate(&columns[i], &columns[j]));
    let last = dimensions;
    // Parameters that say the same cannot be told apart.
    factored(correlation.view((0, 0), (last, last)).into_owned())?;
    // A response whose ranks the parameters explain wholly would leave nothing to invert.
    correlation[(last, last)] += 1e-9;
    let inverse = factored(correlation)?.inverse();
    Some(
        (0..dimensions)
            .map(|i| {
                let value = -inverse[(i, last)] / (inverse[(i, i)] * inverse[(last, last)]).sqrt();
                let n = count as f64;
                let is_whole = value.abs() >= 1.0 - 12.0 / (n * n * n - n);
                if count + 1 < FEWEST + dimensions || is_whole {
                    return Estimate {
                        value,
                        low: f64::NAN,
                        high: f64::NAN,
                    };
                }
                let z = value.atanh();
                let half = 1.96 * ((1.0 + 0.5 * value * value) / freedom).sqrt();
                Estimate {
                    value,
                    low: (z - half).tanh(),
                    high: (z + half).tanh(),
                }
            })
            .collect(),
    )
}

/// Ranks from 1; equal values share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]].total_cmp(&values[order[start]]).is_eq() {
            end += 1;
        }
        for &place in &order[start..end] {
            ranks[place] = (start + end + 1) as f64 / 2.0;
        }
        start = end;
    }
    ranks
}

fn correlate(one: &[f64], other: &[f64]) -> f64 {
    let (mean_one, _) = mean_and_deviation(one);
    let (mean_other, _) = mean_and_deviation(other);
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        both += (a - mean_one) * (b - mean_other);
        first += (a - mean_one).powi(2);
        second += (b - mean_other).powi(2);
    }
    both / (first * second).sqrt()
}

/// Factors of a matrix of correlations; none where one row says nothing that others do not say.
fn factored(matrix: DMatrix<f64>) -> Option<Cholesky<f64, nalgebra::Dyn>> {
    let factors = Cholesky::new(matrix)?;
    let least = factors.l_dirty().diagonal().min();
    (least * least > 1e-12).then_some(factors)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::study::design::{Design, Levels};

    fn over(
        design: Design,
        dimensions: usize,
        f: impl Fn(&[f64]) -> f64,
    ) -> (Points, Vec<Option<f64>>) {
        let points = Points {
            design,
            seed: 1,
            levels: vec![Levels::Range(2); dimensions],
        };
        let values = (0..points.count())
            .map(|i| Some(f(&points.at(i))))
            .collect();
        (points, values)
    }

    #[test]
    fn morris_is_exact_on_a_linear_function() {
        let design = Design::Morris {
            trajectories: 5,
            levels: 4,
        };
        let (points, values) = over(design, 3, |x| 2.0 * x[0] - 7.0 * x[1] + 1.0);
        for (found, slope) in morris(&points, &values).iter().zip([2.0, -7.0, 0.0]) {
            assert!((found.mu - slope).abs() < 1e-12, "{found:?}");
            assert!((found.mu_star - slope.abs()).abs() < 1e-12);
            assert!(found.sigma < 1e-12);
            assert_eq!(found.count, 5);
        }
    }

    /// Ishigami and Homma 1990 with a = 7, b = 0.1; indices of Saltelli 2000.
    #[test]
    fn sobol_indices_of_ishigami_are_as_published() {
        let design = Design::Saltelli { points: 4096 };
        let (_, values) = over(design, 3, |u| {
            let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
            x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
        });
        let exact = [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)];
        for (found, (first, total)) in sobol_indices(3, &values, 1).iter().zip(exact) {
            assert!(
                (found.first.value - first).abs() < 0.015,
                "{found:?}, {first}"
            );
            assert!(
                (found.total.value - total).abs() < 0.015,
                "{found:?}, {total}"
            );
            assert!(found.first.low <= first && first <= found.first.high);
            assert!(found.total.low <= total && total <= found.total.high);
        }
    }

    /// Sobol's G with a = 0, 1, 4.5, 9, 99, 99: `S_i = V_i / V` with `V_i = 1 / (3 (1 + a_i)^2)`.
    #[test]
    fn sobol_indices_of_g_are_as_derived() {
        let a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0];
        let design = Design::Saltelli { points: 4096 };
        let (_, values) = over(design, 6, |u| {
            u.iter()
                .zip(a)
                .map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a))
                .product()
        });
        let parts = a.map(|a: f64| 1.0 / (3.0 * (1.0 + a).powi(2)));
        let variance = parts.iter().map(|part| 1.0 + part).product::<f64>() - 1.0;
        for (index, found) in sobol_indices(6, &values, 1).iter().enumerate() {
            let first = parts[index] / variance;
            let total = first * (variance + 1.0) / (1.0 + parts[index]);
            assert!(
                (found.first.value - first).abs() < 0.015,
                "{found:?}, {first}"
            );
            assert!(
                (found.total.value - total).abs() < 0.02,
                "{found:?}, {total}"
            );
        }
    }

    #[test]
    fn a_missing_run_takes_its_base_point_with_it_and_no_other() {
        let design = Design::Saltelli { points: 64 };
        let (_, mut values) = over(design, 2, |x| x[0] + 0.1 * x[1]);
        values[6] = None;
        let found = sobol_indices(2, &values, 1);
        assert!((found[0].first.value - 0.99).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn partial_ranks_see_through_a_monotone_law_and_past_the_other_parameters() {
        let design = Design::LatinHypercube { points: 200 };
        let (points, values) = over(design, 3, |x| (3.0 * x[0]).exp() - 4.0 * x[1]);
        let rows: Vec<Vec<f64>> = (0..200).map(|i| points.at(i)).collect();
        let values: Vec<f64> = values.into_iter().flatten().collect();
        let found = partial_ranks(&rows, &values).unwrap();
        assert!(found[0].value > 0.9 && found[1].value < -0.8, "{found:?}");
        assert!(found[2].value.abs() < 0.25, "{found:?}");
        assert!(partial_ranks(&rows[..3], &values[..3]).is_none());
        let same: Vec<Vec<f64>> = rows.iter().map(|row| vec![row[0], row[0]]).collect();
        assert!(partial_ranks(&same, &values).is_none());
    }

    #[test]
    fn the_interval_of_an_idle_parameter_holds_zero_in_95_of_100_designs() {
        let mut held = 0;
        for seed in 0..100 {
            let points = Points {
                design: Design::LatinHypercube { points: 100 },
                seed,
                levels: vec![Levels::Range(2); 3],
            };
            let rows: Vec<Vec<f64>> = (0..100).map(|i| points.at(i)).collect();
            let values: Vec<f64> = rows
                .iter()
                .map(|x| (3.0 * x[0]).exp() - 4.0 * x[1])
                .collect();
            let idle = partial_ranks(&rows, &values).unwrap()[2];
            held += u32::from(idle.low < 0.0 && idle.high > 0.0);
        }
        // 95 expected; three deviations of a binomial count are 6.5.
        assert!((88..=100).contains(&held), "{held}");
    }

    #[test]
    fn few_points_or_ranks_that_agree_wholly_give_no_interval() {
        let grid = |side: usize| -> (Vec<Vec<f64>>, Vec<f64>) {
            let rows: Vec<Vec<f64>> = (0..side * side)
                .map(|i| vec![(i / side) as f64, (i % side) as f64])
                .collect();
            // Not wholly told by the parameters: a fixed scatter of 0.8 over all.
            let scatter = |i: usize| (i * 7919 % (side * side)) as f64 / (side * side) as f64;
            let values = (rows.iter().enumerate())
                .map(|(i, x)| x[0] + 0.01 * x[1] + 0.8 * scatter(i))
                .collect();
            (rows, values)
        };
        for (side, has_interval) in [(3, false), (5, true)] {
            let (rows, values) = grid(side);
            let chief = partial_ranks(&rows, &values).unwrap()[0];
            assert!(chief.value > 0.9, "{chief:?}");
            assert_eq!(chief.low.is_finite(), has_interval, "{chief:?}");
            if has_interval {
                assert!(chief.low < chief.value && chief.value < chief.high && chief.high < 1.0);
            }
        }
        let line: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i)]).collect();
        let squares: Vec<f64> = line.iter().map(|x| x[0] * x[0]).collect();
        let found = partial_ranks(&line, &squares).unwrap()[0];
        assert!(found.value > 0.999_999 && found.low.is_nan(), "{found:?}");
        let (_, values) = over(Design::Saltelli { points: 4 }, 2, |x| x[0] + 0.1 * x[1]);
        let few = sobol_indices(2, &values, 1)[0].total;
        assert!(few.value > 0.0 && few.low.is_nan(), "{few:?}");
    }

    #[test]
    fn the_interval_of_a_strong_parameter_holds_its_correlation() {
        // Normal pairs with correlation 0.8 have rank correlation 6 / pi asin(0.4).
        let exact = 6.0 / PI * 0.4_f64.asin();
        let mut held = 0;
        for turn in 0..400 {
            let mut draws = Chance::new(11).at(Stream::Test, turn, 0);
            let mut normal = || {
                let (radius, angle) = (draws.uniform(), draws.uniform());
                (-2.0 * (1.0 - radius).ln()).sqrt() * (2.0 * PI * angle).cos()
            };
            let pairs: Vec<(f64, f64)> = (0..30)
                .map(|_| {
                    let x = normal();
                    (x, 0.8 * x + 0.6 * normal())
                })
                .collect();
            let rows: Vec<Vec<f64>> = pairs.iter().map(|pair| vec![pair.0]).collect();
            let values: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
            let found = partial_ranks(&rows, &values).unwrap()[0];
            held += u32::from((found.low..=found.high).contains(&exact));
        }
        // 380 expected; four deviations of a binomial count are 17.
        assert!((363..=397).contains(&held), "{held}");
    }

    #[test]
    fn equal_values_share_their_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
    }
}
