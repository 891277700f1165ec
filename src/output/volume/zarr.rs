//! OME-Zarr 0.5 on Zarr 3: fields as the channels of one image over time, with levels of half, a quarter of
//! its size and so on, and labels beside them.
//!
//! Zarr core specification 3.1 (zarr-specs.readthedocs.io); OME-NGFF 0.5 (ngff.openmicroscopy.org). Axes are
//! t, c, z, y, x; lengths in um, the corner of the lattice at 0, places those of the centres of sites. Chunks
//! are compressed by zstd, and one that is 0 everywhere is no file.

use serde_json::{Value, json};

use crate::numerics::parallel::prelude::*;
use crate::observe::sites::{Array, Frame, TISSUES};

/// A file by its path in the store.
pub(crate) type File = (String, Vec<u8>);

/// Sites along each edge of a chunk.
const CHUNK: usize = 64;
/// Sites along the longest edge of the last level, where that takes more than two levels.
const SMALL: usize = 64;
/// The field that becomes an image of labels.
const LABELS: &str = "tissue";
/// Colours of channels in turn.
const COLOURS: [&str; 6] = ["FFFFFF", "FF8000", "00C0FF", "C0FF00", "FF40C0", "FFE000"];
/// Colours of [`TISSUES`].
const RGBA: [[u8; 4]; 6] = [
    [0, 0, 0, 0],
    [230, 220, 190, 255],
    [200, 150, 90, 255],
    [200, 60, 60, 255],
    [60, 120, 200, 255],
    [150, 60, 180, 255],
];

/// When the moments of a store are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moments {
    /// Days, rising; at least one.
    pub days: Vec<f64>,
    /// The place of the present one.
    pub now: usize,
}

/// The files of one moment of a store: its chunks, and what describes the store, which is the same at every
/// moment but for the window in which channels are shown, from 0 to their greatest value now.
pub(crate) fn moment(
    name: &str,
    frame: &Frame,
    moments: &Moments,
    fields: &[Array<'_>],
) -> Vec<File> {
    let labels = fields.iter().find(|field| field.name == LABELS);
    let mut channels: Vec<&Array<'_>> =
        fields.iter().filter(|field| field.name != LABELS).collect();
    if channels.is_empty() {
        channels.extend(labels);
    }
    let levels = levels(frame.dims);
    let mut files = Vec::new();
    let mut most = Vec::new();
    for (channel, field) in channels.iter().enumerate() {
        let values: Vec<f32> = (0..field.values.len())
            .map(|at| field.values.at(at))
            .collect();
        most.push(values.iter().copied().fold(0.0, f32::max));
        let place = [moments.now, channel];
        files.extend(pyramid(
            values,
            &levels,
            f32::to_le_bytes,
            mean,
            |level, at| format!("{level}/c/{}/{}/{at}", place[0], place[1]),
        ));
    }
    files.push(group(
        &json!({
            "version": "0.5",
            "multiscales": [multiscale(name, frame, moments, levels.len(), true)],
            "omero": { "channels": shown(&channels, &most) },
        }),
        Some(&about(moments, &channels)),
        "",
    ));
    for (level, dims) in levels.iter().enumerate() {
        let lead = [moments.days.len(), channels.len()];
        files.push(array(&format!("{level}/"), &lead, *dims, "float32"));
    }
    if let Some(field) = labels {
        let values: Vec<u8> = field.values.bytes().into_owned();
        files.extend(pyramid(
            values,
            &levels,
            |value| [value],
            first,
            |level, at| format!("labels/{LABELS}/{level}/c/{}/{at}", moments.now),
        ));
        files.push(group(
            &json!({ "version": "0.5", "labels": [LABELS] }),
            None,
            "labels/",
        ));
        files.push(label_group(name, frame, moments, levels.len()));
        for (level, dims) in levels.iter().enumerate() {
            let at = format!("labels/{LABELS}/{level}/");
            files.push(array(&at, &[moments.days.len()], *dims, "uint8"));
        }
    }
    files
}

/// Sites along x, y, z at each level: at least two.
fn levels(dims: [usize; 3]) -> Vec<[usize; 3]> {
    let mut levels = vec![dims];
    let mut last = dims;
    while levels.len() < 2 || last.iter().any(|&sites| sites > SMALL) {
        last = last.map(|sites| sites.div_ceil(2));
        levels.push(last);
    }
    levels
}

/// The chunks of all levels of one array over the lattice. `name` has the path of a chunk from its level and
/// its place, as in `0/1/0`.
fn pyramid<T: Copy + Default + PartialEq + Send + Sync, const N: usize>(
    values: Vec<T>,
    levels: &[[usize; 3]],
    bytes: impl Fn(T) -> [u8; N] + Sync,
    merged: impl Fn(&[T]) -> T,
    name: impl Fn(usize, &str) -> String,
) -> Vec<File> {
    let mut files = Vec::new();
    let mut values = values;
    for (level, &dims) in levels.iter().enumerate() {
        if level > 0 {
            values = halved(&values, levels[level - 1], dims, &merged);
        }
        let edges = dims.map(|sites| sites.min(CHUNK));
        let [across, along, up] = [0, 1, 2].map(|axis| dims[axis].div_ceil(edges[axis]));
        let count = across * along * up;
        let place = |chunk: usize| {
            [
                chunk % across,
                chunk / across % along,
                chunk / across / along,
            ]
        };
        let chunks: Vec<Option<Vec<u8>>> = (0..count)
            .into_par_iter()
            .map(|chunk| packed(&values, dims, edges, place(chunk), &bytes))
            .collect();
        for (chunk, packed) in chunks.into_iter().enumerate() {
            let [x, y, z] = place(chunk);
            files.extend(packed.map(|packed| (name(level, &format!("{z}/{y}/{x}")), packed)));
        }
    }
    files
}

/// A chunk, filled up with 0 beyond the lattice; none that is 0 everywhere.
fn packed<T: Copy + Default + PartialEq, const N: usize>(
    values: &[T],
    dims: [usize; 3],
    edges: [usize; 3],
    chunk: [usize; 3],
    bytes: &impl Fn(T) -> [u8; N],
) -> Option<Vec<u8>> {
    let zero = bytes(T::default());
    let mut raw = Vec::with_capacity(N * edges.iter().product::<usize>());
    let mut is_fill = true;
    for c in 0..edges[2] {
        for b in 0..edges[1] {
            for a in 0..edges[0] {
                let at = [0, 1, 2].map(|axis| chunk[axis] * edges[axis] + [a, b, c][axis]);
                let is_inside = (0..3).all(|axis| at[axis] < dims[axis]);
                let value = if is_inside {
                    bytes(values[(at[2] * dims[1] + at[1]) * dims[0] + at[0]])
                } else {
                    zero
                };
                is_fill &= value == zero;
                raw.extend(value);
            }
        }
    }
    // Compressing in memory does not fail.
    (!is_fill).then(|| zstd::bulk::compress(&raw, 1).unwrap_or_default())
}

/// A level of half the size, of eight sites each, or fewer at a border.
fn halved<T: Copy>(
    values: &[T],
    from: [usize; 3],
    to: [usize; 3],
    merged: &impl Fn(&[T]) -> T,
) -> Vec<T> {
    let mut found = Vec::with_capacity(to.iter().product());
    let mut eight = Vec::with_capacity(8);
    for z in 0..to[2] {
        for y in 0..to[1] {
            for x in 0..to[0] {
                eight.clear();
                for corner in 0..8 {
                    let at = [
                        2 * x + (corner & 1),
                        2 * y + (corner >> 1 & 1),
                        2 * z + (corner >> 2),
                    ];
                    if (0..3).all(|axis| at[axis] < from[axis]) {
                        eight.push(values[(at[2] * from[1] + at[1]) * from[0] + at[0]]);
                    }
                }
                found.push(merged(&eight));
            }
        }
    }
    found
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

/// Labels have no mean.
fn first(values: &[u8]) -> u8 {
    values[0]
}

fn file(at: &str, value: &Value) -> File {
    (
        format!("{at}zarr.json"),
        format!("{value:#}\n").into_bytes(),
    )
}

fn group(ome: &Value, howship: Option<&Value>, at: &str) -> File {
    let mut attributes = json!({ "ome": ome });
    if let Some(about) = howship {
        attributes["howship"] = about.clone();
    }
    file(
        at,
        &json!({ "zarr_format": 3, "node_type": "group", "attributes": attributes }),
    )
}

fn label_group(name: &str, frame: &Frame, moments: &Moments, levels: usize) -> File {
    let colours: Vec<Value> = RGBA
        .iter()
        .enumerate()
        .map(|(label, rgba)| json!({ "label-value": label, "rgba": rgba }))
        .collect();
    let names: Vec<Value> = TISSUES
        .iter()
        .enumerate()
        .map(|(label, name)| json!({ "label-value": label, "name": name }))
        .collect();
    group(
        &json!({
            "version": "0.5",
            "multiscales": [multiscale(name, frame, moments, levels, false)],
            "image-label": { "colors": colours, "properties": names, "source": { "image": "../../" } },
        }),
        None,
        &format!("labels/{LABELS}/"),
    )
}

/// Interval and first day of the moments; none where they are not evenly apart.
fn even(days: &[f64]) -> Option<(f64, f64)> {
    let [first, second, ..] = *days else {
        return Some((1.0, days.first().copied().unwrap_or_default()));
    };
    let each = second - first;
    let is_even = |(at, day): (usize, &f64)| (first + each * at as f64 - day).abs() < 1e-6;
    days.iter()
        .enumerate()
        .all(is_even)
        .then_some((each, first))
}

fn multiscale(
    name: &str,
    frame: &Frame,
    moments: &Moments,
    levels: usize,
    channels: bool,
) -> Value {
    let even = even(&moments.days);
    let time = match even {
        Some(_) => json!({ "name": "t", "type": "time", "unit": "day" }),
        // Places in the list of days.
        None => json!({ "name": "t", "type": "time" }),
    };
    let mut axes = vec![time];
    if channels {
        axes.push(json!({ "name": "c", "type": "channel" }));
    }
    let space = ["z", "y", "x"];
    axes.extend(space.map(|axis| json!({ "name": axis, "type": "space", "unit": "micrometer" })));
    let (each, start) = even.unwrap_or((1.0, 0.0));
    let datasets: Vec<Value> = (0..levels)
        .map(|level| {
            let of_level = |axis: usize| {
                // An axis of one site is not halved.
                let by = if frame.dims[axis] == 1 { 0 } else { level };
                frame.spacing_um[axis] * f64::powi(2.0, by as i32)
            };
            let steps = [of_level(2), of_level(1), of_level(0)];
            let (mut scale, mut translation) = (vec![each], vec![start]);
            if channels {
                scale.push(1.0);
                translation.push(0.0);
            }
            scale.extend(steps);
            translation.extend(steps.map(|step| 0.5 * step));
            json!({
                "path": level.to_string(),
                "coordinateTransformations": [
                    { "type": "scale", "scale": scale },
                    { "type": "translation", "translation": translation },
                ],
            })
        })
        .collect();
    json!({ "name": name, "axes": axes, "datasets": datasets, "type": if channels { "mean" } else { "nearest" } })
}

fn shown(channels: &[&Array<'_>], most: &[f32]) -> Vec<Value> {
    channels
        .iter()
        .zip(most)
        .enumerate()
        .map(|(at, (field, &most))| {
            let end = if most > 0.0 { most } else { 1.0 };
            json!({
                "label": field.name,
                "color": COLOURS[at % COLOURS.len()],
                "active": true,
                "window": { "min": 0.0, "max": end, "start": 0.0, "end": end },
            })
        })
        .collect()
}

/// What OME-Zarr has no place for.
fn about(moments: &Moments, channels: &[&Array<'_>]) -> Value {
    let units: Vec<Value> = channels
        .iter()
        .map(|field| json!({ "name": field.name, "unit": field.unit }))
        .collect();
    json!({ "version": env!("CARGO_PKG_VERSION"), "days": moments.days, "channels": units })
}

/// The description of an array.
fn array(at: &str, lead: &[usize], dims: [usize; 3], data_type: &str) -> File {
    let space = [dims[2], dims[1], dims[0]];
    let shape: Vec<usize> = lead.iter().copied().chain(space).collect();
    let ones = lead.iter().map(|_| 1);
    let chunk: Vec<usize> = ones.chain(space.map(|sites| sites.min(CHUNK))).collect();
    let names: &[&str] = if lead.len() == 2 {
        &["t", "c", "z", "y", "x"]
    } else {
        &["t", "z", "y", "x"]
    };
    let is_byte = data_type == "uint8";
    let bytes = if is_byte {
        json!({ "name": "bytes" })
    } else {
        json!({ "name": "bytes", "configuration": { "endian": "little" } })
    };
    file(
        at,
        &json!({
            "zarr_format": 3,
            "node_type": "array",
            "shape": shape,
            "data_type": data_type,
            "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": chunk } },
            "chunk_key_encoding": { "name": "default", "configuration": { "separator": "/" } },
            "fill_value": if is_byte { json!(0) } else { json!(0.0) },
            "codecs": [
                bytes,
                { "name": "zstd", "configuration": { "level": 1, "checksum": false } },
            ],
            "dimension_names": names,
            "attributes": {},
        }),
    )
}
