//! Designs, outputs and indices of functions that are known, for a second opinion by another program
//! (`python/tests/test_salib.py`, which holds them against `SALib`).
//!
//! ```sh
//! cargo run --example oracle -- FOLDER
//! ```
//!
//! For each function and design there is `NAME_points.csv` (coordinates from 0 to 1, then the output)
//! and `NAME_indices.csv`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a report is what this program is for"
)]

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use howship::study::design::{Design, Levels, Points};
use howship::study::sensitivity::{morris, sobol_indices};

type Function = fn(&[f64]) -> f64;

/// Ishigami and Homma 1990, a = 7, b = 0.1.
fn ishigami(u: &[f64]) -> f64 {
    let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
    x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
}

/// Sobol's G.
fn sobol_g(u: &[f64]) -> f64 {
    const A: [f64; 6] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0];
    let parts = u.iter().zip(A);
    parts
        .map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a))
        .product()
}

fn linear(u: &[f64]) -> f64 {
    2.0 * u[0] - 7.0 * u[1] + 1.0 + 0.25 * u[2]
}

const MORRIS: Design = Design::Morris {
    trajectories: 40,
    levels: 4,
};
const SALTELLI: Design = Design::Saltelli { points: 4096 };

const CASES: [(&str, Design, usize, Function); 5] = [
    ("saltelli_ishigami", SALTELLI, 3, ishigami),
    ("saltelli_g", SALTELLI, 6, sobol_g),
    ("morris_linear", MORRIS, 3, linear),
    ("morris_ishigami", MORRIS, 3, ishigami),
    ("morris_g", MORRIS, 6, sobol_g),
];

fn write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, design, dimensions, function) in CASES {
        let points = Points {
            design,
            seed: 1,
            levels: vec![Levels::Range(2); dimensions],
        };
        let heads: Vec<String> = (0..dimensions).map(|i| format!("x{i}")).collect();
        let mut table = format!("{},output\n", heads.join(","));
        let mut outputs = Vec::new();
        for index in 0..points.count() {
            let at = points.at(index);
            let output = function(&at);
            outputs.push(Some(output));
            let cells: Vec<String> = at.iter().map(f64::to_string).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{},{output}", cells.join(","));
        }
        std::fs::write(folder.join(format!("{name}_points.csv")), table)?;
        let mut indices;
        if matches!(design, Design::Morris { .. }) {
            indices = "mu,mu_star,sigma\n".to_owned();
            for found in morris(&points, &outputs) {
                let _ = writeln!(indices, "{},{},{}", found.mu, found.mu_star, found.sigma);
            }
        } else {
            indices = "first,total\n".to_owned();
            for found in sobol_indices(dimensions, &outputs, 1) {
                let _ = writeln!(indices, "{},{}", found.first.value, found.total.value);
            }
        }
        std::fs::write(folder.join(format!("{name}_indices.csv")), indices)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("error: give the folder to write to");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(()) => {
            println!("wrote {} functions to {folder}", CASES.len());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {folder}: {problem}");
            ExitCode::FAILURE
        }
    }
}
