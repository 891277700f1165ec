use super::*;

fn patient(lattice: Sample) -> Patient {
    Patient {
        lattice,
        lesions: (lattice == Sample::Lesion).then(|| BodyVolume::cm3(20.0)),
        turnover: turnover(),
        health_window: Time::h(240.0),
        calcium: Calcium::default(),
        markers: Markers::default(),
        neutrophils: Neutrophils::default(),
        skeleton: Skeleton::default(),
        toxicity: Toxicity::default(),
        skeletal_events: None,
        breaks_by: BreaksBy::default(),
    }
}

const LATTICE: LatticeBone = LatticeBone {
    volume_um3: 1e9,
    mature_mmol_per_cm3: 11.23,
};

/// A lattice of 1 mm3 that turns over 0.012 mm3 a day in health, and resorbs `times` that from day
/// 0 on.
fn run(patient: &Patient, times: f64, days: u32) -> Result<Body, PatientError> {
    let mut now = Reading {
        calcium_fmol: 1e11,
        osteoclasts: 4.0,
        osteoblasts: 20.0,
        ..Reading::default()
    };
    let mut body = patient.at_rest(now);
    for day in -10..days as i32 {
        let factor = if day < 0 { 1.0 } else { times };
        now.resorbed_um3 += 12e6 * factor;
        now.formed_um3 += 12e6;
        now.calcium_fmol -= 12e6 * (factor - 1.0) * 11.23;
        now.osteoclasts = 4.0 * factor;
        let time_h = f64::from(day + 1) * 24.0;
        patient.advance(&mut body, time_h, LATTICE, now, 1.0)?;
    }
    Ok(body)
}

#[test]
fn a_skeleton_in_health_keeps_every_level_and_a_busy_one_lifts_markers() {
    let patient = patient(Sample::Skeleton);
    let body = run(&patient, 1.0, 30).unwrap();
    let at = body.levels;
    for level in [at.ctx, at.ntx, at.trap5b, at.bsap, at.p1np, at.cea, at.bsp] {
        assert!((level - 1.0).abs() < 1e-12, "{at:?}");
    }
    let calcium_mm = patient.calcium.level_mm(&body.pools);
    assert!((calcium_mm - 2.35).abs() < 1e-9, "{calcium_mm} mM");
    let body = run(&patient, 2.0, 30).unwrap();
    // The background of CTX stays as it is.
    assert!((body.levels.ctx - 1.915).abs() < 1e-6 && (body.levels.p1np - 1.0).abs() < 1e-9);
    assert!((body.levels.trap5b - 2.0).abs() < 1e-3);
    // 0.48 cm3 a day above formation, 5.4 mmol.
    assert!((body.pools.from_bone_mmol / (30.0 * 0.48 * 11.23) - 1.0).abs() < 1e-9);
    assert!(patient.calcium.residual(&body.pools) < 1e-9);
}

#[test]
fn lesions_count_by_their_volume_and_too_large_ones_are_refused() {
    let patient = patient(Sample::Lesion);
    // 20 cm3 of lattices of 1 mm3: 20 000 times 0.012 mm3 a day, half of the turnover.
    let body = run(&patient, 3.0, 30).unwrap();
    assert!(
        (body.levels.ctx - 1.915).abs() < 1e-6,
        "{}",
        body.levels.ctx
    );
    let larger = Patient {
        lesions: Some(BodyVolume::cm3(50.0)),
        ..patient
    };
    let said = run(&larger, 1.0, 1).unwrap_err().to_string();
    assert!(said.contains("1.25"), "{said}");
}
