//! Finite elements of voxels: `cargo bench --bench elements [-- FILE [AXIS [LOCKED]]]`.
//!
//! Prints iterations, seconds on one thread and on two, their ratio, and bytes held at most per voxel of bone (image
//! and bricks), for a mask of 0 and 1 along an axis (z without it); a gyroid of 128^3 without a file.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    missing_docs,
    reason = "a bench reports, and stops where it cannot go on"
)]

use std::path::Path;
use std::time::Instant;

use howship::mechanics::elements::{Body, Load, Moduli, Precision};
use howship::mechanics::rigidity::{Axis, Voxels};
use howship::numerics::parallel::on_threads;
use howship::specimen::image::read;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let gyroid = "tests/data/synthetic/gyroid_p32_t0.6.nii.gz";
    let path = words.first().map_or(gyroid, String::as_str);
    let axis: Axis = words
        .get(1)
        .map_or("z", String::as_str)
        .parse()
        .expect("x, y or z");
    let locked = words
        .get(2)
        .map_or(Ok(0), |word| word.parse())
        .expect("slices");
    let image = read(Path::new(path), None).expect("an image");
    let voxels = Voxels {
        dims: image.dims,
        spacing_mm: image.spacing_um.map(|um| um * 1e-3),
    };
    let bone: Vec<bool> = image.values.iter().map(|&value| value > 0.5).collect();
    drop(image);
    let count = bone.iter().filter(|&&bone| bone).count();
    let load = Load {
        axis,
        locked,
        ..Load::default()
    };
    let mut seconds = Vec::new();
    for threads in [1, 2] {
        MEMORY.reset_peak_usage();
        let clock = Instant::now();
        let answer = on_threads(Some(threads), || {
            let body = Body {
                voxels,
                moduli: Moduli::One {
                    bone: &bone,
                    modulus_mpa: 18_000.0,
                },
                poisson: 0.3,
            };
            body.under(&load, &Precision::default())
        });
        let answer = answer.expect("threads").expect("an answer");
        seconds.push(clock.elapsed().as_secs_f64());
        println!(
            "{threads} threads: {} iterations, {:.2} s, E {:.4} MPa, {:.0} bytes per voxel of bone",
            answer.iterations(),
            clock.elapsed().as_secs_f64(),
            answer.apparent_modulus_mpa().unwrap_or(f64::NAN),
            MEMORY.peak_usage() as f64 / count as f64
        );
    }
    println!(
        "{count} voxels of bone: {:.2} times faster on two threads",
        seconds[0] / seconds[1]
    );
}
