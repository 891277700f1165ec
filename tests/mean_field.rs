//! The mean-field twins reproduce the steady states and responses of their sources, and refuse what
//! makes no sense.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use howship::mean_field::MeanFieldError;
use howship::mean_field::ayati::{Ayati, AyatiState, Myeloma};
use howship::mean_field::cells::CellsPm;
use howship::mean_field::komarova::{Komarova, KomarovaState};
use howship::mean_field::lemaire::Lemaire;
use howship::mean_field::pivonka::Pivonka;

const TOLERANCE: f64 = 1e-8;

#[track_caller]
fn within(found: f64, expected: f64, relative: f64) {
    assert!(
        (found / expected - 1.0).abs() <= relative,
        "found {found}, expected {expected} within {relative}"
    );
}

/// An event of remodelling: ten osteoclasts more than at rest.
fn event(rest: KomarovaState) -> KomarovaState {
    KomarovaState {
        osteoclasts: rest.osteoclasts + 10.0,
        bone_percent: 100.0,
        ..rest
    }
}

/// Days and heights of the peaks of osteoclasts.
fn peaks(days: &[f64], osteoclasts: &[f64]) -> Vec<(f64, f64)> {
    osteoclasts
        .windows(3)
        .zip(&days[1..])
        .filter(|(of, _)| of[1] > of[0] && of[1] >= of[2])
        .map(|(of, day)| (*day, of[1]))
        .collect()
}

#[test]
fn published_steady_states_are_met_within_half_a_percent() {
    let komarova = Komarova::published().steady_state().unwrap();
    within(komarova.osteoclasts, 1.06, 0.005);
    within(komarova.osteoblasts, 212.1, 0.005);

    let ayati = Ayati::healthy().steady_state().unwrap().unit;
    within(ayati.osteoclasts, 1.159, 0.005);
    within(ayati.osteoblasts, 231.7, 0.005);

    // The initial state of BioModels 278.
    let lemaire = Lemaire::published().steady_state().unwrap();
    within(lemaire.precursors_pm, 7.734e-4, 0.005);
    within(lemaire.osteoblasts_pm, 7.282e-4, 0.005);
    within(lemaire.osteoclasts_pm, 9.127e-4, 0.005);

    let pivonka = Pivonka::published();
    within(pivonka.pth_pm(), 2.9, 0.005);
    let pivonka = pivonka.steady_state().unwrap();
    within(pivonka.precursors_pm, 6.20e-4, 0.005);
    within(pivonka.osteoblasts_pm, 5.58e-4, 0.005);
    within(pivonka.osteoclasts_pm, 8.07e-4, 0.005);
}

#[test]
fn komarova_comes_to_rest_where_the_closed_form_says() {
    let model = Komarova::published();
    let rest = model.steady_state().unwrap();
    let series = model.run(event(rest), 1000.0, TOLERANCE).unwrap();
    let end = series.last().unwrap();
    within(end.osteoclasts, rest.osteoclasts, 1e-7);
    within(end.osteoblasts, rest.osteoblasts, 1e-7);
    // Resorption comes first, then formation gives the bone back.
    let deepest = series
        .iter()
        .map(|(_, state)| state.bone_percent)
        .fold(f64::INFINITY, f64::min);
    assert!((85.0..95.0).contains(&deepest), "{deepest}");
    within(end.bone_percent, 100.0, 0.005);
}

#[test]
fn a_healthy_unit_of_ayati_cycles_on() {
    let model = Ayati::healthy();
    let rest = model.steady_state().unwrap();
    let start = AyatiState {
        unit: event(rest.unit),
        ..rest
    };
    let series = model.run(start, 8000.0, TOLERANCE).unwrap();
    let osteoclasts: Vec<f64> = series.iter().map(|(_, at)| at.unit.osteoclasts).collect();
    let peaks = peaks(&series.days, &osteoclasts);
    assert!(peaks.len() >= 25, "{} cycles", peaks.len());
    for pair in peaks.windows(2) {
        within(pair[1].0 - pair[0].0, 273.5, 0.01);
        within(pair[1].1, peaks[0].1, 0.01);
    }
    assert!(
        series
            .iter()
            .all(|(_, at)| (90.0..110.0).contains(&at.unit.bone_percent))
    );
}

#[test]
fn a_myeloma_of_ayati_ends_the_cycle_and_takes_the_bone() {
    let model = Ayati::myeloma();
    let rest = model.steady_state().unwrap();
    let start = AyatiState {
        unit: event(rest.unit),
        tumour_percent: 1.0,
    };
    let series = model.run(start, 6000.0, TOLERANCE).unwrap();
    let osteoclasts: Vec<f64> = series.iter().map(|(_, at)| at.unit.osteoclasts).collect();
    let late: Vec<f64> = peaks(&series.days, &osteoclasts)
        .into_iter()
        .filter(|(day, _)| *day > 600.0)
        .map(|(_, height)| height)
        .collect();
    assert!(late.windows(2).all(|pair| pair[1] < pair[0]), "{late:?}");
    let end = series.last().unwrap();
    within(end.unit.osteoclasts, rest.unit.osteoclasts, 0.01);
    within(end.tumour_percent, 100.0, 1e-6);
    let bone = |day: usize| series.states[day].unit.bone_percent;
    assert!(bone(900) < 60.0 && bone(1200) < bone(900), "{}", bone(1200));

    // The drug from day 600: the tumour goes, and bone comes back instead of falling.
    let treated = Ayati {
        tumour: Some(Myeloma::published().treated()),
        ..model
    };
    let after = treated.run(series.states[600], 1700.0, TOLERANCE).unwrap();
    let end = after.last().unwrap();
    assert!(end.tumour_percent < 1e-6, "{}", end.tumour_percent);
    assert!(end.unit.bone_percent > after.states[500].unit.bone_percent);
    assert!(end.unit.bone_percent > bone(2300) + 50.0);
}

#[test]
fn sustained_pth_costs_bone_in_pivonka() {
    let health = Pivonka::published();
    let rest = health.steady_state().unwrap();
    // PTH, osteoclasts, osteoblasts, OPG, RANKL: folds of health.
    for [fold, osteoclasts, osteoblasts, opg, rankl] in
        [[5.0, 1.93, 1.69, 0.36, 3.6], [21.0, 2.9, 2.26, 0.115, 8.6]]
    {
        let high = health.with_pth_fold(fold);
        within(high.pth_pm() / health.pth_pm(), fold, 1e-12);
        let cells = high.steady_state().unwrap();
        within(
            cells.osteoclasts_pm / rest.osteoclasts_pm,
            osteoclasts,
            0.01,
        );
        within(
            cells.osteoblasts_pm / rest.osteoblasts_pm,
            osteoblasts,
            0.01,
        );
        within(high.opg_pm(&cells) / health.opg_pm(&rest), opg, 0.01);
        within(high.rankl_pm(&cells) / health.rankl_pm(&rest), rankl, 0.01);
        assert!(cells.bone_balance(&rest) < -0.2);
    }
    let course = health
        .with_pth_fold(5.0)
        .run(rest, 400.0, TOLERANCE)
        .unwrap();
    let end = course.last().unwrap();
    within(end.osteoclasts_pm / rest.osteoclasts_pm, 1.93, 0.01);
}

#[test]
fn a_sink_of_rankl_lowers_osteoclasts_less_than_rankl() {
    let health = Pivonka::published();
    let rest = health.steady_state().unwrap();
    let osteoclasts = |sink: f64| {
        let cells = health.with_rankl_sink(sink).steady_state().unwrap();
        cells.osteoclasts_pm / rest.osteoclasts_pm
    };
    // A sink of 20 halves free RANKL beside the cells of health, one of 90 leaves 18 %.
    within(osteoclasts(20.0), 0.68, 0.01);
    within(osteoclasts(90.0), 0.31, 0.01);
    let halved = health.with_rankl_sink(20.0).rankl_pm(&rest) / health.rankl_pm(&rest);
    within(halved, 0.5, 0.01);
    let falling: Vec<f64> = [0.0, 1.0, 5.0, 20.0, 90.0, 500.0, 1e4]
        .map(osteoclasts)
        .to_vec();
    assert!(
        falling.windows(2).all(|pair| pair[1] < pair[0]),
        "{falling:?}"
    );
    assert!(falling[6] > 0.0);
}

#[test]
fn lemaire_answers_pth_opg_and_rankl_as_its_source_says() {
    let health = Lemaire::published();
    let rest = health.steady_state().unwrap();
    let against_rest = |model: Lemaire| {
        let cells = model.steady_state().unwrap();
        (
            cells.osteoclasts_pm / rest.osteoclasts_pm,
            cells.bone_balance(&rest),
        )
    };
    // Continuous PTH is catabolic; OPG spares bone; RANKL costs it.
    let (osteoclasts, balance) = against_rest(Lemaire {
        pth_added_pm_per_d: 1e3,
        ..health
    });
    assert!(
        osteoclasts > 1.0 && balance < 0.0,
        "{osteoclasts} {balance}"
    );
    let (osteoclasts, balance) = against_rest(Lemaire {
        opg_added_pm_per_d: 2e5,
        ..health
    });
    assert!(
        osteoclasts < 1.0 && balance > 0.0,
        "{osteoclasts} {balance}"
    );
    let (osteoclasts, balance) = against_rest(Lemaire {
        rankl_added_pm_per_d: 10.0,
        ..health
    });
    assert!(
        osteoclasts > 1.0 && balance < 0.0,
        "{osteoclasts} {balance}"
    );
    // At rest nothing moves.
    let still = health.run(rest, 100.0, TOLERANCE).unwrap();
    within(
        still.last().unwrap().osteoclasts_pm,
        rest.osteoclasts_pm,
        1e-9,
    );
}

#[test]
fn a_series_has_the_start_every_day_and_the_end() {
    let model = Lemaire::published();
    let rest = model.steady_state().unwrap();
    let series = model.run(rest, 2.5, TOLERANCE).unwrap();
    assert_eq!(series.days, [0.0, 1.0, 2.0, 2.5]);
    assert_eq!(series.states.len(), 4);
}

#[test]
fn parameters_that_make_no_sense_are_refused_by_name() {
    let refused = |result: Result<(), MeanFieldError>, expected: &str| match result {
        Err(MeanFieldError::Parameter { name, .. }) => assert_eq!(name, expected),
        other => unreachable!("{expected}: {other:?}"),
    };
    for bad in [-1.0, 0.0, f64::NAN, f64::INFINITY] {
        let model = Komarova {
            osteoclast_removal_per_d: bad,
            ..Komarova::published()
        };
        refused(model.check(), "osteoclast_removal_per_d");
        let model = Lemaire {
            rank_pm: bad,
            ..Lemaire::published()
        };
        refused(model.steady_state().map(|_| ()), "rank_pm");
        let model = Pivonka {
            opg_loss_per_d: bad,
            ..Pivonka::published()
        };
        refused(model.steady_state().map(|_| ()), "opg_loss_per_d");
    }
    refused(
        Pivonka::published().with_pth_fold(0.5).check(),
        "pth_added_pm_per_d",
    );
    refused(
        Pivonka::published().with_rankl_sink(-1.0).check(),
        "rankl_sink",
    );
    let model = Ayati {
        tumour: Some(Myeloma {
            growth_per_d: -0.1,
            ..Myeloma::published()
        }),
        ..Ayati::healthy()
    };
    refused(model.check(), "growth_per_d");
    let model = Komarova {
        osteoblasts_on_osteoclasts: f64::NAN,
        ..Komarova::published()
    };
    refused(model.check(), "osteoblasts_on_osteoclasts");
}

#[test]
fn times_tolerances_and_starts_that_make_no_sense_are_refused() {
    let model = Pivonka::published();
    let rest = model.steady_state().unwrap();
    for until_d in [f64::NAN, f64::INFINITY, 0.0, -1.0, 1e9] {
        assert!(matches!(
            model.run(rest, until_d, TOLERANCE),
            Err(MeanFieldError::Until { .. })
        ));
    }
    for tolerance in [f64::NAN, 0.0, -1e-6, 1.0] {
        assert!(matches!(
            model.run(rest, 10.0, tolerance),
            Err(MeanFieldError::Tolerance { .. })
        ));
    }
    let start = CellsPm {
        osteoclasts_pm: -1e-4,
        ..rest
    };
    assert!(matches!(
        model.run(start, 10.0, TOLERANCE),
        Err(MeanFieldError::Initial {
            name: "osteoclasts_pm",
            ..
        })
    ));
    let ayati = Ayati::myeloma();
    let start = AyatiState {
        tumour_percent: 0.0,
        ..ayati.steady_state().unwrap()
    };
    assert!(matches!(
        ayati.run(start, 10.0, TOLERANCE),
        Err(MeanFieldError::Initial {
            name: "tumour_percent",
            ..
        })
    ));
}

#[test]
fn exponents_without_a_steady_state_are_told_so() {
    // Without any feedback the powers cancel, and every level or none is at rest.
    let model = Komarova {
        osteoclasts_on_osteoclasts: 1.0,
        osteoblasts_on_osteoclasts: 0.0,
        ..Komarova::published()
    };
    assert!(matches!(
        model.steady_state(),
        Err(MeanFieldError::NoSteadyState { .. })
    ));
}
