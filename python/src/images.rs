//! Bone images, read and measured.

use std::path::PathBuf;

use howship::observe::scanned::Scanned;
use howship::specimen::image::{BoneOptions, ReadOptions, Segmentation, read_with};
use numpy::IntoPyArray;
use pyo3::prelude::*;

use crate::errors::refused;
use crate::heard::{Signal, heard};

/// What an image holds, as JSON, and its bone, x fastest.
#[pyfunction]
pub fn specimen(
    py: Python<'_>,
    path: PathBuf,
    threshold: Option<f32>,
    labels: Vec<u32>,
    edge_um: Option<f64>,
    spacing_um: Option<[f64; 3]>,
) -> PyResult<(String, Bound<'_, PyAny>)> {
    let scanned = heard(py, Signal::AtOnce, move |_| {
        let read = ReadOptions {
            spacing_um,
            ..ReadOptions::default()
        };
        let options = BoneOptions {
            by: Segmentation { threshold, labels },
            part: None,
            edge_um,
            prepare: howship::specimen::prepare::Preparation::default(),
        };
        let bone = read_with(&path, &read).and_then(|image| image.to_bone_with(&options))?;
        Ok::<_, howship::specimen::image::ImageError>(Scanned::of(path, bone))
    })?;
    let scanned = scanned.map_err(refused)?;
    let said = scanned.json().to_string();
    Ok((said, scanned.bone.bone.into_pyarray(py).into_any()))
}
