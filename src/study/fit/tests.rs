use super::smc::chi_square_95;
use super::*;
use crate::numerics::random::{Chance, Stream};

/// Mean m of normal data of deviation 1 with a prior that is uniform on -5 to 5: the posterior of m
/// is normal, around the mean of the data, with deviation 1 / sqrt(n).
#[test]
fn a_conjugate_posterior_is_recovered() {
    const DATA: f64 = 1.3;
    const COUNT: f64 = 16.0;
    let smc = Smc {
        particles: 400,
        populations: 7,
        keep: 0.5,
        most_runs: 100_000,
        kernel: Kernel::Uniform,
        seed: 5,
    };
    let mut turn = 0_u32;
    let mut distances = |batch: &[Vec<f64>], _: f64| {
        turn += 1;
        let one = |(place, at): (usize, &Vec<f64>)| {
            let mut draws = Chance::new(11).at(Stream::Test, turn, place as u64);
            // The mean of 16 draws is a sufficient statistic, and can be drawn at once.
            let mean = 10.0 * at[0] - 5.0 + normal(&mut draws) / COUNT.sqrt();
            Reach::At((mean - DATA).abs())
        };
        Ok(batch
            .iter()
            .enumerate()
            .map(|(place, at)| one((place, at)))
            .collect())
    };
    let populations = smc.search(1, &mut distances).unwrap();
    let last = populations.last().unwrap();
    assert!(last.tolerance < 0.1, "{}", last.tolerance);
    let (mean, variance) = last.moments(0);
    let (mean, deviation) = (10.0 * mean - 5.0, 10.0 * variance.sqrt());
    assert!((mean - DATA).abs() < 0.05, "{mean}");
    assert!((deviation / 0.25 - 1.0).abs() < 0.15, "{deviation}");
    let low = 10.0 * last.quantile(0, 0.025) - 5.0;
    assert!((low - (DATA - 1.96 * 0.25)).abs() < 0.12, "{low}");
    for pair in populations.windows(2) {
        assert!(pair[1].tolerance <= pair[0].tolerance);
    }
}

/// Four data of error 1 around an unknown level, under a flat prior: the posterior is normal around
/// their mean with deviation 1/2, however well or badly they agree with each other.
#[test]
fn errors_of_the_data_decide_the_width_of_a_posterior() {
    for data in [[1.2, 0.7, 1.9, 1.0], [3.9, -1.6, 2.8, -0.3]] {
        let smc = Smc {
            particles: 400,
            populations: 20,
            keep: 0.5,
            most_runs: 100_000,
            kernel: Kernel::Normal { data: 4 },
            seed: 3,
        };
        let one = |at: &Vec<f64>| {
            let level = 20.0 * at[0] - 10.0;
            let squares: f64 = data.iter().map(|y| (level - y).powi(2)).sum();
            Reach::At((squares / 4.0).sqrt())
        };
        let populations = smc
            .search(1, &mut |batch, _| Ok(batch.iter().map(one).collect()))
            .unwrap();
        assert!(populations.len() < 12, "{}", populations.len());
        let last = populations.last().unwrap();
        assert!(last.is_weighed);
        assert!(
            last.effective_particles() > 100.0,
            "{}",
            last.effective_particles()
        );
        let mean = data.iter().sum::<f64>() / 4.0;
        for (share, z) in [(0.025, -1.96), (0.5, 0.0), (0.975, 1.96)] {
            let found = 20.0 * last.quantile(0, share) - 10.0;
            assert!((found - (mean + 0.5 * z)).abs() < 0.15, "{share}: {found}");
        }
    }
}

#[test]
fn a_search_ends_with_its_runs_and_with_failures() {
    let smc = Smc {
        particles: 10,
        populations: 50,
        keep: 0.5,
        most_runs: 35,
        kernel: Kernel::Uniform,
        seed: 5,
    };
    let found = smc
        .search(1, &mut |batch, _| {
            Ok(batch.iter().map(|at| Reach::At(at[0])).collect())
        })
        .unwrap();
    assert!(!found.is_empty() && found.iter().map(|p| p.runs).sum::<usize>() <= 35);
    let none = smc.search(1, &mut |batch, _| Ok(vec![Reach::Nowhere; batch.len()]));
    assert_eq!(none, Err(FitError::NoResult(10)));
}

#[test]
fn points_of_the_chi_square_distribution_are_those_of_the_tables() {
    for (freedom, table, slip) in [
        (1, 3.841, 0.03),
        (3, 7.815, 1e-2),
        (8, 15.507, 2e-3),
        (30, 43.773, 1e-3),
    ] {
        assert!(
            (chi_square_95(freedom) / table - 1.0).abs() < slip,
            "{freedom}"
        );
    }
}

#[test]
fn what_was_given_up_early_changes_no_particle() {
    for kernel in [Kernel::Uniform, Kernel::Normal { data: 2 }] {
        let smc = Smc {
            particles: 50,
            populations: 6,
            keep: 0.4,
            most_runs: 4000,
            kernel,
            seed: 8,
        };
        let distance = |at: &[f64]| 9.0 * (at[0] - 0.3).hypot(at[1] - 0.6);
        let search = |is_early: bool| {
            let one = |at: &Vec<f64>, tolerance: f64| match distance(at) {
                far if is_early && far > tolerance => Reach::Beyond { ticks_saved: 7 },
                near => Reach::At(near),
            };
            smc.search(2, &mut |batch, tolerance| {
                Ok(batch.iter().map(|at| one(at, tolerance)).collect())
            })
            .unwrap()
        };
        let (with, without) = (search(true), search(false));
        assert_eq!(with.len(), without.len());
        for (with, without) in with.iter().zip(&without) {
            assert_eq!(with.particles, without.particles);
            assert_eq!(with.runs, without.runs);
            assert_eq!(with.ticks_saved, 7 * with.rejected_early as u64);
        }
        assert!(with.iter().any(|population| population.rejected_early > 0));
    }
}

#[test]
fn a_turned_and_stretched_valley_is_searched_to_its_bottom() {
    let cma = Cma {
        most_runs: 4000,
        tolerance: 1e-9,
        seed: 2,
    };
    let goal = [0.2, 0.9, 0.5, 0.31, 0.77];
    let best = cma
        .search(5, &mut |batch, _| {
            let one = |at: &Vec<f64>| {
                let d: Vec<f64> = at.iter().zip(goal).map(|(x, g)| x - g).collect();
                let along: f64 = d.iter().sum();
                Reach::At(d.iter().map(|d| d * d).sum::<f64>() + 100.0 * along * along)
            };
            Ok(batch.iter().map(one).collect())
        })
        .unwrap();
    assert!(best.distance < 1e-10, "{best:?}");
    assert!(best.history.windows(2).all(|pair| pair[1] <= pair[0]));
}

#[test]
fn a_minimum_on_the_border_is_found() {
    let cma = Cma {
        most_runs: 2000,
        tolerance: 1e-7,
        seed: 3,
    };
    let best = cma
        .search(2, &mut |batch, _| {
            Ok(batch
                .iter()
                .map(|at| Reach::At((at[0] + 0.5).powi(2) + (at[1] - 0.3).powi(2)))
                .collect())
        })
        .unwrap();
    assert!(
        best.at[0] < 1e-6 && (best.at[1] - 0.3).abs() < 1e-3,
        "{best:?}"
    );
}
