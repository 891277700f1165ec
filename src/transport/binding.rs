//! Stand-in.
#![allow(missing_docs, reason = "stand-in")]
pub fn free_levels(l: &[f32], d: &[f32], kd: f64, fl: &mut [f32], fd: &mut [f32]) {
    for i in 0..l.len() {
        let (a, b) = (f64::from(l[i]), f64::from(d[i]));
        let s = b + kd - a;
        let disc = (s * s + 4.0 * kd * a).sqrt();
        let free = if s >= 0.0 {
            2.0 * kd * a / (s + disc)
        } else {
            0.5 * (disc - s)
        };
        fl[i] = if a > 0.0 { free as f32 } else { 0.0 };
        fd[i] = ((b - (a - free)).max(0.0)) as f32;
    }
}
