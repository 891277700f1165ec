use super::*;

fn transformed(n: usize, arch: pulp::Arch) -> Vec<[f64; 2]> {
    let plan = Fourier::<f64>::new(n);
    let mut data = vec![Line::ZERO; 2 * n];
    for t in 0..n {
        for lane in 0..16 {
            data[2 * plan.place[t]].0[lane] = ((t * 7 + lane) as f64).sin();
            data[2 * plan.place[t] + 1].0[lane] = ((t * t + 3 * lane) as f64).cos();
        }
    }
    arch.dispatch(Alone {
        plan: &plan,
        data: &mut data,
    });
    (0..n)
        .map(|k| [data[2 * k].0[5], data[2 * k + 1].0[5]])
        .collect()
}

#[test]
fn every_length_is_the_plain_sum() {
    for n in (1..70).chain([96, 100, 128, 200, 256, 243]) {
        let found = transformed(n, pulp::Arch::new());
        assert_eq!(found, transformed(n, pulp::Arch::Scalar));
        for (k, found) in found.iter().enumerate() {
            let mut sum = [0.0; 2];
            for t in 0..n {
                let (re, im) = (((t * 7 + 5) as f64).sin(), ((t * t + 15) as f64).cos());
                let angle = -std::f64::consts::TAU * ((t * k) % n) as f64 / n as f64;
                sum[0] += re * angle.cos() - im * angle.sin();
                sum[1] += re * angle.sin() + im * angle.cos();
            }
            for part in 0..2 {
                let error = (found[part] - sum[part]).abs();
                assert!(error < 1e-12 * n as f64, "n {n} k {k}: {error}");
            }
        }
    }
}
