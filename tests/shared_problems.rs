//! The shared test problems of `docs/shared_problems.md` give what their laws ask for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::print_stdout,
    reason = "the example that is included prints its report"
)]

#[path = "../examples/shared_problems.rs"]
mod example;

use example::solve;

#[test]
fn sinks_empty_their_boxes_as_fine_explicit_steps_say() {
    // Backward Euler with a tick t errs by about r t / 2 of the change, r the fastest rate of the mean:
    // 20 /min times 1/27, or times 1000/1728, and t = 0.01 min.
    for (number, share) in [(1, 1.0 / 27.0), (2, 1000.0 / 1728.0)] {
        let solved = solve(number).unwrap();
        let bound = 20.0 * share * 0.01 / 2.0;
        assert!(
            solved.error < bound,
            "{number}: {} above {bound}",
            solved.error
        );
        assert!(
            solved
                .mean_um
                .windows(2)
                .all(|pair| pair[1] <= pair[0] * (1.0 + 1e-6))
        );
    }
}

#[test]
fn the_gradient_is_linear_between_source_and_sink_and_leads_the_walker() {
    let solved = solve(3).unwrap();
    // At the end all that is made in a layer is taken up in the other: 10 uM/min = 20 /min x level, and
    // the flux 10 uM/min x 20 um over 100 um between their middles raises the level by
    // flux x distance / diffusivity.
    let sink_um = 10.0 / 20.0;
    let source_um = sink_um + 10.0 * 20.0 * 100.0 / 2000.0;
    let found = solved.at_site_um.last().unwrap();
    assert!(
        (found / source_um - 1.0).abs() < 0.01,
        "{found} for {source_um}"
    );
    let walked = solved.walker_um.last().unwrap() - solved.walker_um[0];
    assert!((walked - 60.0).abs() < 0.5, "{walked} um");
}
