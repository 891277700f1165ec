use super::*;

/// Known answers published with Random123 (`kat_vectors`).
#[test]
fn philox_gives_the_published_answers() {
    assert_eq!(
        philox4x32_10([0; 4], [0; 2]),
        [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    );
    assert_eq!(
        philox4x32_10([u32::MAX; 4], [u32::MAX; 2]),
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    );
    assert_eq!(
        philox4x32_10(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0]
        ),
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    );
}

#[test]
fn the_same_address_gives_the_same_draws_and_another_gives_others() {
    let chance = Chance::new(7);
    let draw = |stream, when, who| chance.at(stream, when, who).word();
    let here = draw(Stream::Fusion, 3, 11);
    assert_eq!(here, draw(Stream::Fusion, 3, 11));
    assert_ne!(here, draw(Stream::Activation, 3, 11));
    assert_ne!(here, draw(Stream::Fusion, 4, 11));
    assert_ne!(here, draw(Stream::Fusion, 3, 12));
    assert_ne!(here, Chance::new(8).at(Stream::Fusion, 3, 11).word());
}

/// Mean and variance of 100 000 uniforms lie within five standard errors of 1/2 and 1/12.
#[test]
fn uniforms_are_uniform() {
    let count = 100_000;
    let values: Vec<f64> = (0..count)
        .map(|who| Chance::new(1).at(Stream::Test, 0, who).uniform())
        .collect();
    let mean = values.iter().sum::<f64>() / count as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count as f64;
    assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0_f64).sqrt() / (count as f64).sqrt());
    assert!((variance - 1.0 / 12.0).abs() < 5.0 * 0.0745 / (count as f64).sqrt());
}

#[test]
fn distributions_of_rand_distr_accept_an_address() {
    use rand_distr::{Distribution, StandardNormal};
    let sample =
        |who| -> f64 { StandardNormal.sample(&mut Chance::new(3).at(Stream::Test, 0, who)) };
    assert_eq!(sample(5).to_bits(), sample(5).to_bits());
    let mean = (0..10_000).map(sample).sum::<f64>() / 1e4;
    assert!(mean.abs() < 0.05);
}

/// Mean and variance of a Poisson number are its expectation; within five standard errors.
#[test]
fn poisson_numbers_have_their_mean_as_variance() {
    for (when, expected) in [(2, 0.05), (3, 0.9), (4, 12.0)] {
        let count = 20_000;
        let drawn: Vec<f64> = (0..count)
            .map(|who| {
                let mut draws = Chance::new(9).at(Stream::Test, when, who);
                f64::from(draws.poisson(expected))
            })
            .collect();
        let mean = drawn.iter().sum::<f64>() / count as f64;
        let variance = drawn.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / count as f64;
        let error = (expected / count as f64).sqrt();
        assert!(
            (mean - expected).abs() < 5.0 * error,
            "{mean} of {expected}"
        );
        let spread = (expected * (1.0 + 2.0 * expected) / count as f64).sqrt();
        assert!(
            (variance - expected).abs() < 5.0 * spread,
            "{variance} of {expected}"
        );
    }
    assert_eq!(Chance::new(9).at(Stream::Test, 5, 0).poisson(0.0), 0);
}

#[test]
fn rounding_keeps_the_mean() {
    let total: u32 = (0..10_000)
        .map(|who| Chance::new(9).at(Stream::Test, 1, who).round(2.3))
        .sum();
    assert!((f64::from(total) / 1e4 - 2.3).abs() < 5.0 * 0.46 / 100.0);
}

/// On the instruction set of this machine; 37 fills no whole number of lanes.
#[test]
fn many_first_words_are_those_of_one_after_another() {
    let chance = Chance::new(0x1234_5678_9abc_def0);
    let who: Vec<u64> = (0..37).map(|at| at * 0x1_0000_0007 + 3).collect();
    let mut words = vec![0; who.len()];
    chance.first_words(Stream::Test, 9, &who, &mut words);
    let expected: Vec<u32> = who
        .iter()
        .map(|&who| chance.at(Stream::Test, 9, who).word())
        .collect();
    assert_eq!(words, expected);
}
