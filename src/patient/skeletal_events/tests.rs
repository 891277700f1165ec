use super::*;

const LESION: SkeletalState = SkeletalState {
    strength: 0.6,
    burden_cm3: 60.0,
    resorption: 12.0,
    calcium_mm: 2.5,
    canal: Some(0.4),
    load: 1.0,
};

/// Hazards as they stand, without the fitted factor.
fn plain() -> SkeletalEvents {
    SkeletalEvents {
        scale: 1.0,
        ..SkeletalEvents::default()
    }
}

fn of(kind: Kind, hazards: [f64; 5]) -> f64 {
    let place = Kind::ALL.iter().position(|&other| other == kind).unwrap();
    hazards[place]
}

#[test]
fn intact_bone_has_the_hazard_of_fracture_alone() {
    let law = plain();
    let hazards = law.hazards(&SkeletalState::HEALTH, 0.0, None);
    assert!((hazards[0] - 0.001).abs() < 1e-15, "{}", hazards[0]);
    assert_eq!(hazards[1..], [0.0; 4]);
}

/// Half of the strength multiplies the hazard by exp(1.5), as twice the load does.
#[test]
fn fracture_rises_with_load_over_strength() {
    let law = plain();
    let at = |strength, load| {
        let state = SkeletalState {
            strength,
            load,
            ..SkeletalState::HEALTH
        };
        of(Kind::Fracture, law.hazards(&state, 0.0, None)) / 0.001
    };
    assert!((at(0.5, 1.0) - 1.5_f64.exp()).abs() < 1e-9);
    assert!((at(1.0, 2.0) - 1.5_f64.exp()).abs() < 1e-9);
    assert!((at(2.0, 1.0) - (-0.75_f64).exp()).abs() < 1e-12);
    assert!(at(0.0, 1.0).is_infinite());
}

#[test]
fn radiation_waits_for_pain_that_lasts() {
    let law = plain();
    let radiation = |days| of(Kind::Radiation, law.hazards(&LESION, days, None));
    assert!(radiation(7.0).abs() < 1e-15);
    let pain = law.pain(&LESION);
    assert!((radiation(8.0) - 0.010 * (pain - 1.0) / 9.0).abs() < 1e-12);
    let relieved = SkeletalState {
        resorption: 1.0,
        ..LESION
    };
    assert!(law.pain(&relieved) < pain);
    assert!(of(Kind::Radiation, law.hazards(&relieved, 8.0, None)) < radiation(8.0));
}

#[test]
fn each_cause_of_pain_adds_to_it_and_none_passes_ten() {
    let law = plain();
    let worst = SkeletalState {
        strength: 0.0,
        burden_cm3: 1e9,
        resorption: 1e9,
        ..LESION
    };
    assert!(law.pain(&worst) <= MOST_PAIN);
    for better in [
        SkeletalState {
            strength: 0.9,
            ..LESION
        },
        SkeletalState {
            burden_cm3: 1.0,
            ..LESION
        },
        SkeletalState {
            resorption: 6.0,
            ..LESION
        },
    ] {
        assert!(law.pain(&better) < law.pain(&LESION));
    }
}

#[test]
fn surgery_follows_the_flag_and_a_fracture() {
    let law = plain();
    let surgery = |strength, since| {
        let state = SkeletalState { strength, ..LESION };
        of(Kind::Surgery, law.hazards(&state, 0.0, since))
    };
    assert!(surgery(0.7, None).abs() < 1e-15);
    assert!((surgery(0.65, None) - 0.25 * 0.008).abs() < 1e-12);
    assert!((surgery(0.7, Some(3.0)) - 0.25 * 0.03).abs() < 1e-12);
    assert!(surgery(0.7, Some(22.0)).abs() < 1e-15);
}

#[test]
fn the_cord_suffers_from_collapse_and_from_a_full_canal() {
    let law = plain();
    let cord = |strength, canal| {
        let state = SkeletalState {
            strength,
            canal,
            ..LESION
        };
        of(Kind::CordCompression, law.hazards(&state, 0.0, None))
    };
    assert!(cord(0.9, None).abs() < 1e-15);
    assert!((cord(0.4, None) - 0.4 * 0.005).abs() < 1e-12);
    assert!((cord(0.9, Some(0.5)) - 0.4 * 0.006 / 2.0).abs() < 1e-12);
}

#[test]
fn hypercalcaemia_counts_only_where_it_is_asked_for() {
    let high = SkeletalState {
        calcium_mm: 3.0,
        ..LESION
    };
    let mut law = plain();
    let calcium =
        |law: &SkeletalEvents, state| of(Kind::Hypercalcaemia, law.hazards(state, 0.0, None));
    assert!(calcium(&law, &high).abs() < 1e-15);
    law.count_hypercalcaemia = true;
    assert!((calcium(&law, &high) - 0.2).abs() < 1e-12);
    assert!(calcium(&law, &LESION).abs() < 1e-15);
}

/// High for 100 d, usual for a day, high again: two events.
#[test]
fn an_episode_of_hypercalcaemia_is_one_event() {
    let law = SkeletalEvents {
        count_hypercalcaemia: true,
        hypercalcaemia: Rate::per_h(1.0),
        fracture: Rate::per_h(0.0),
        ..plain()
    };
    let mut course = Course::default();
    for day in 0..200 {
        let state = SkeletalState {
            calcium_mm: if day == 100 { 2.4 } else { 3.0 },
            ..SkeletalState::HEALTH
        };
        law.advance(&mut course, &state, day, Chance::new(1), 0);
    }
    let days: Vec<f64> = course
        .events
        .all
        .iter()
        .map(|one| one.day.floor())
        .collect();
    assert_eq!(days, [0.0, 101.0]);
}

/// Day 10 counts; 31.0 is 21 d later and does not; 31.1 does; 40 does not; 60 does.
#[test]
fn an_event_within_21_days_of_the_last_one_counted_is_not_counted() {
    let mut events = Events::default();
    for (day, kind) in [
        (10.0, Kind::Fracture),
        (31.0, Kind::Surgery),
        (31.1, Kind::Radiation),
        (40.0, Kind::Fracture),
        (60.0, Kind::Fracture),
    ] {
        events.add(day, kind, 21.0);
    }
    let counted: Vec<f64> = events.counted().map(|event| event.day).collect();
    assert_eq!(counted, [10.0, 31.1, 60.0]);
    assert_eq!(events.all.len(), 5);
    assert_eq!(events.first().map(|event| event.kind), Some(Kind::Fracture));
}

/// Of 4000 patients under a constant hazard 1 - exp(-h t) have had a fracture, within 4 errors.
#[test]
fn first_events_follow_their_hazard() {
    let law = SkeletalEvents {
        fracture: Rate::per_h(0.005 / 24.0),
        ..plain()
    };
    let patients = 4000_u64;
    let hit = (0..patients)
        .filter(|&patient| {
            let mut course = Course::default();
            for day in 0..200 {
                law.advance(
                    &mut course,
                    &SkeletalState::HEALTH,
                    day,
                    Chance::new(5),
                    patient,
                );
            }
            course.events.first().is_some()
        })
        .count() as f64
        / patients as f64;
    let expected = 1.0 - (-1.0_f64).exp();
    let error = (expected * (1.0 - expected) / patients as f64).sqrt();
    assert!((hit - expected).abs() < 4.0 * error, "{hit} for {expected}");
}

/// With the same random numbers, less resorption and more strength never bring the first event forward.
#[test]
fn a_lower_hazard_never_brings_an_event_forward() {
    let law = SkeletalEvents {
        scale: 3.0,
        ..SkeletalEvents::default()
    };
    let better = SkeletalState {
        strength: 0.8,
        resorption: 1.5,
        ..LESION
    };
    let first = |state: &SkeletalState, patient| {
        let mut course = Course::default();
        for day in 0..300 {
            law.advance(&mut course, state, day, Chance::new(8), patient);
        }
        course
            .events
            .first()
            .map_or(f64::INFINITY, |event| event.day)
    };
    let mut moved = 0;
    for patient in 0..300 {
        let (worse, other) = (first(&LESION, patient), first(&better, patient));
        assert!(other >= worse, "patient {patient}: {other} before {worse}");
        moved += u32::from(other > worse);
    }
    assert!(moved > 100, "{moved}");
}

#[test]
fn values_that_make_no_sense_are_named() {
    let law = SkeletalEvents {
        scale: -1.0,
        flag: 2.0,
        pain_threshold: f64::NAN,
        pain_acid: 0.0,
        pain_tumour: 0.0,
        pain_strength: 0.0,
        ..SkeletalEvents::default()
    };
    let mut problems = Problems::default();
    law.check("events", &mut problems);
    let found: Vec<&str> = problems.found.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        found,
        [
            "events.scale",
            "events.pain_acid",
            "events.pain_threshold",
            "events.flag"
        ]
    );
    let mut problems = Problems::default();
    SkeletalEvents::default().check("events", &mut problems);
    assert!(problems.found.is_empty());
}
