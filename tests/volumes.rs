//! Volumes, cells and surfaces, read back by small readers of their formats that share nothing with what
//! writes them, and held against the arrays of the simulation; and where they lie in a run folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::float_cmp,
    reason = "what is read back is what was written, to the last bit"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{Bench, all, ended, load_file};
use howship::run::error::RunError;
use howship::run::export::{ExportError, Exported, Wish, export};
use howship::run::host::{Event, Host};
use howship::run::simulation::Simulation;
use howship::run::start::begin;
use howship::run::view::Values;
use howship::scenario::volumes::VolumeFormat;
use howship::specimen::image::read;
use serde_json::Value;

/// Axes of different lengths, one of more than a chunk; a tumour, and units that remodel.
const SMALL: &str = r#"name = "small"
preset = "mouse"
seed = 3
[run]
duration = "1 d"
burn_in = "4 d"
tick = "6 h"
[lattice]
size = [70, 16, 13]
site = "10 um"
[specimen.slab]
thickness = "80 um"
[inoculation]
cells = 200
[lining.activation]
events = { rate = "20000 /mm2/yr" }
"#;
const DIMS: [usize; 3] = [70, 16, 13];

/// The end of it, once for all tests.
fn simulation() -> &'static Simulation {
    static ENDED: LazyLock<Simulation> = LazyLock::new(|| ended(SMALL, &[]));
    &ENDED
}

fn exported(simulation: &Simulation, format: VolumeFormat, fields: &[&str]) -> Exported {
    let fields: Vec<String> = fields.iter().map(|&name| name.to_owned()).collect();
    let wish = Wish {
        format,
        fields: &fields,
    };
    export("small", simulation, wish).unwrap()
}

fn file(simulation: &Simulation, format: VolumeFormat, fields: &[&str]) -> Vec<u8> {
    match exported(simulation, format, fields) {
        Exported::File(bytes) => bytes,
        Exported::Folder(files) => unreachable!("{} files", files.len()),
    }
}

fn folder(simulation: &Simulation, fields: &[&str]) -> BTreeMap<String, Vec<u8>> {
    match exported(simulation, VolumeFormat::Zarr, fields) {
        Exported::Folder(files) => files.into_iter().collect(),
        Exported::File(bytes) => unreachable!("{} bytes", bytes.len()),
    }
}

/// A field of the engine as numbers.
fn truth(simulation: &Simulation, name: &str) -> Vec<f64> {
    match simulation.view().field(name).unwrap().values {
        Values::F32(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Values::U16(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Values::U8(values) => values.iter().map(|&value| f64::from(value)).collect(),
        Values::Bool(values) => values
            .iter()
            .map(|&value| f64::from(u8::from(value)))
            .collect(),
        other => unreachable!("{other:?}"),
    }
}

/// Fields with the types that VTK is told.
const TYPES: [(&str, &str, usize); 5] = [
    ("bone_solid", "UInt8", 1),
    ("bone_matrix", "Float32", 4),
    ("bone_mineral", "Float32", 4),
    ("tumour_cells", "UInt16", 2),
    ("rankl", "Float32", 4),
];

fn names() -> [&'static str; 5] {
    TYPES.map(|(name, _, _)| name)
}

fn number(bytes: &[u8], width: usize) -> f64 {
    match width {
        1 => f64::from(bytes[0]),
        2 => f64::from(u16::from_le_bytes(bytes.try_into().unwrap())),
        4 => f64::from(f32::from_le_bytes(bytes.try_into().unwrap())),
        other => unreachable!("{other}"),
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// Tags of XML in their order; every one that is opened is closed, in turn.
fn tags(text: &str) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for part in text.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{text}");
        } else if !tag.starts_with('?') {
            found.push(tag.to_owned());
            if !tag.ends_with('/') {
                open.push(tag.split(' ').next().unwrap().to_owned());
            }
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
    found
}

/// The XML of a VTK file without what is appended, and that.
fn parted(bytes: &[u8]) -> (String, &[u8]) {
    let mark = b"<AppendedData encoding=\"raw\">\n_";
    let end = b"\n  </AppendedData>\n</VTKFile>\n";
    let at = bytes
        .windows(mark.len())
        .position(|part| part == mark)
        .unwrap();
    assert!(bytes.ends_with(end));
    let (head, rest) = bytes.split_at(at + mark.len());
    let (appended, tail) = rest.split_at(rest.len() - end.len());
    let text = [head, tail].map(|part| String::from_utf8(part.to_vec()).unwrap());
    (text.concat(), appended)
}

/// A block of LZ4 (`lz4_Block_format.md`): a token, letters as they are, and from where how many are repeated.
fn unpacked(block: &[u8]) -> Vec<u8> {
    let (mut found, mut at) = (Vec::new(), 0);
    let byte = |at: &mut usize| {
        *at += 1;
        usize::from(block[*at - 1])
    };
    let length = |short: usize, at: &mut usize| {
        let mut all = short;
        let mut goes_on = short == 15;
        while goes_on {
            let more = byte(at);
            all += more;
            goes_on = more == 255;
        }
        all
    };
    while at < block.len() {
        let token = byte(&mut at);
        let literals = length(token >> 4, &mut at);
        found.extend_from_slice(&block[at..at + literals]);
        at += literals;
        if at == block.len() {
            break;
        }
        let back = byte(&mut at) + 256 * byte(&mut at);
        let from = found.len() - back;
        for place in from..from + 4 + length(token & 15, &mut at) {
            found.push(found[place]);
        }
    }
    found
}

/// An appended array, and where it ends.
fn inflated(appended: &[u8], offset: usize) -> (Vec<u8>, usize) {
    let at = |place: usize| {
        let from = offset + 8 * place;
        u64::from_le_bytes(appended[from..from + 8].try_into().unwrap()) as usize
    };
    let (blocks, block, last) = (at(0), at(1), at(2));
    let mut found = Vec::new();
    let mut place = offset + 8 * (3 + blocks);
    for number in 0..blocks {
        let packed = &appended[place..place + at(3 + number)];
        let out = unpacked(packed);
        let is_last = number + 1 == blocks;
        assert_eq!(out.len(), if is_last && last > 0 { last } else { block });
        found.extend(out);
        place += packed.len();
    }
    (found, place)
}

#[test]
fn image_data_inflates_to_the_arrays_of_the_simulation() {
    let simulation = simulation();
    let bytes = file(simulation, VolumeFormat::Vti, &names());
    let (text, appended) = parted(&bytes);
    let tags = tags(&text);
    let of = |name: &str| -> Vec<&String> {
        let mut tags: Vec<&String> = tags.iter().filter(|tag| tag.starts_with(name)).collect();
        tags.dedup();
        tags
    };
    let image = of("ImageData")[0];
    assert_eq!(attribute(image, "WholeExtent"), Some("0 70 0 16 0 13"));
    assert_eq!(attribute(image, "Spacing"), Some("10 10 10"));
    assert!(text.contains(">1</DataArray>"), "the day: {text}");
    let arrays = of("DataArray");
    // The day is an array too.
    assert_eq!(arrays.len(), 1 + TYPES.len());
    let mut end = 0;
    for ((name, kind, width), tag) in TYPES.into_iter().zip(&arrays[1..]) {
        assert_eq!(attribute(tag, "Name"), Some(name));
        assert_eq!(attribute(tag, "type"), Some(kind));
        let offset: usize = attribute(tag, "offset").unwrap().parse().unwrap();
        assert_eq!(offset, end, "{name} begins where the array before it ends");
        let (raw, behind) = inflated(appended, offset);
        end = behind;
        let found: Vec<f64> = raw
            .chunks(width)
            .map(|bytes| number(bytes, width))
            .collect();
        let expected = truth(simulation, name);
        assert!(
            expected.iter().any(|&value| value != 0.0),
            "{name} is not empty"
        );
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(end, appended.len());
}

#[test]
fn an_array_of_several_blocks_inflates_to_itself() {
    // 262,144 bytes make a block: this lattice has one and a part of one of four-byte numbers.
    let text = SMALL
        .replace("[70, 16, 13]", "[70, 70, 20]")
        .replace("\"1 d\"", "\"6 h\"")
        .replace("\"4 d\"", "\"0 d\"");
    let simulation = ended(&text, &[]);
    let bytes = file(&simulation, VolumeFormat::Vti, &["bone_matrix"]);
    let (_, appended) = parted(&bytes);
    let (raw, end) = inflated(appended, 0);
    assert_eq!(end, appended.len());
    assert_eq!(appended[0], 2, "blocks");
    let found: Vec<f64> = raw.chunks(4).map(|bytes| number(bytes, 4)).collect();
    assert_eq!(found, truth(&simulation, "bone_matrix"));
}

#[test]
fn cells_are_points_with_their_attributes() {
    let simulation = simulation();
    let bytes = file(simulation, VolumeFormat::Vtp, &[]);
    let (text, appended) = parted(&bytes);
    let column = |name: &str| {
        let tags = tags(&text);
        let tag = tags.iter().find(|tag| attribute(tag, "Name") == Some(name));
        let tag = tag.unwrap().clone();
        inflated(
            appended,
            attribute(&tag, "offset").unwrap().parse().unwrap(),
        )
        .0
    };
    let view = simulation.view();
    let ids: Vec<u64> = view
        .cells()
        .iter()
        .flat_map(|cells| cells.id.to_vec())
        .collect();
    assert!(view.tumour().len() > 100 && !view.osteoclasts().is_empty());
    let found: Vec<u64> = column("id")
        .chunks(8)
        .map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    assert_eq!(found, ids);
    let kinds = column("kind");
    let of_kind = |kind: u8| kinds.iter().filter(move |&&found| found == kind);
    let count = |kind: u8| of_kind(kind).collect::<Vec<_>>().len();
    assert_eq!(count(0), view.tumour().len());
    assert_eq!(count(1), view.osteoclasts().len());
    assert_eq!(count(2) + count(3), view.osteoblasts().len());
    let sites = view.cells().map(|cells| cells.site.to_vec()).concat();
    let places: Vec<f64> = column("Points")
        .chunks(4)
        .map(|bytes| number(bytes, 4))
        .collect();
    for (site, place) in sites.into_iter().zip(places.chunks(3)) {
        let expected = view
            .grid()
            .place(site as usize)
            .map(|at| 10.0 * at as f64 + 5.0);
        assert_eq!(place, expected);
    }
    let offsets = column("offsets");
    assert_eq!(offsets.len(), 8 * ids.len());
    assert_eq!(
        offsets[..16],
        [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    );
}

#[test]
fn nifti_is_read_by_the_reader_of_scans() {
    let simulation = simulation();
    let folder = tempfile::tempdir().unwrap();
    for (name, _, _) in TYPES {
        let path = folder.path().join(format!("{name}.nii.gz"));
        fs::write(&path, file(simulation, VolumeFormat::Nifti, &[name])).unwrap();
        let image = read(&path, None).unwrap();
        assert_eq!(image.dims, DIMS);
        for step in image.spacing_um {
            // The format has steps of 32 bits.
            assert!((step - 10.0).abs() < 1e-6, "{step}");
        }
        assert_eq!(image.assumed, Vec::<String>::new());
        assert_eq!(image.warnings, Vec::<String>::new());
        let found: Vec<f64> = image.values.iter().map(|&value| f64::from(value)).collect();
        assert_eq!(found, truth(simulation, name), "{name}");
    }
}

#[test]
fn a_section_keeps_its_thickness() {
    let text = SMALL.replace(
        "size = [70, 16, 13]",
        "size = [70, 16, 1]\nsection_thickness = \"50 um\"",
    );
    let simulation = ended(&text, &[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("section.nii.gz");
    fs::write(
        &path,
        file(&simulation, VolumeFormat::Nifti, &["bone_matrix"]),
    )
    .unwrap();
    let image = read(&path, None).unwrap();
    assert_eq!(image.dims, [70, 16, 1]);
    assert!((image.spacing_um[2] - 50.0).abs() < 1e-5);
    let (text, _) = parted(&file(&simulation, VolumeFormat::Vti, &["bone_matrix"]));
    assert!(text.contains("Spacing=\"10 10 50\""), "{text}");
}

/// Corners of the triangles of a binary STL, with the normals that stand beside them.
fn triangles(stl: &[u8]) -> Vec<[[f32; 3]; 4]> {
    let count = u32::from_le_bytes(stl[80..84].try_into().unwrap()) as usize;
    assert_eq!(stl.len(), 84 + 50 * count);
    stl[84..]
        .chunks(50)
        .map(|bytes| {
            let at = |place: usize| {
                let from = 4 * place;
                f32::from_le_bytes(bytes[from..from + 4].try_into().unwrap())
            };
            [0, 3, 6, 9].map(|from| [at(from), at(from + 1), at(from + 2)])
        })
        .collect()
}

#[test]
fn the_surface_is_closed_and_holds_the_solid_sites() {
    let simulation = simulation();
    let triangles = triangles(&file(simulation, VolumeFormat::Stl, &[]));
    let key = |corner: [f32; 3]| corner.map(f32::to_bits);
    let mut sides: BTreeMap<[[u32; 3]; 2], i64> = BTreeMap::new();
    let mut six_volumes = 0.0;
    for [normal, a, b, c] in &triangles {
        for (from, to) in [(a, b), (b, c), (c, a)] {
            let (from, to) = (key(*from), key(*to));
            if from < to {
                *sides.entry([from, to]).or_default() += 1;
            } else {
                *sides.entry([to, from]).or_default() -= 1;
            }
        }
        let [a, b, c] = [a, b, c].map(|corner| corner.map(f64::from));
        let cross = |u: [f64; 3], v: [f64; 3]| {
            [
                u[1] * v[2] - u[2] * v[1],
                u[2] * v[0] - u[0] * v[2],
                u[0] * v[1] - u[1] * v[0],
            ]
        };
        let dot = |u: [f64; 3], v: [f64; 3]| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
        six_volumes += dot(cross(a, b), c);
        let along = |to: [f64; 3]| [to[0] - a[0], to[1] - a[1], to[2] - a[2]];
        // Half a face of 10 um by 10 um, in the sense of its corners.
        assert_eq!(
            cross(along(b), along(c)),
            normal.map(|part| 100.0 * f64::from(part))
        );
    }
    assert!(
        sides.values().all(|&sum| sum == 0),
        "as many sides in one sense as in the other"
    );
    let solid: f64 = truth(simulation, "bone_solid").iter().sum();
    let volume = six_volumes / 6.0;
    assert!(
        (volume - 1000.0 * solid).abs() < 1e-6 * volume,
        "{volume} um3 of {solid} sites"
    );

    let ply = file(simulation, VolumeFormat::Ply, &[]);
    let mark = b"end_header\n";
    let at = ply
        .windows(mark.len())
        .position(|part| part == mark)
        .unwrap()
        + mark.len();
    let head = String::from_utf8(ply[..at].to_vec()).unwrap();
    let count = |element: &str| -> usize {
        let (_, rest) = head.split_once(element).unwrap();
        rest.lines().next().unwrap().trim().parse().unwrap()
    };
    let (vertices, faces) = (count("element vertex"), count("element face"));
    assert_eq!(faces, triangles.len());
    assert_eq!(ply.len(), at + 12 * vertices + 13 * faces);
    let word = |from: usize| -> [u8; 4] { ply[from..from + 4].try_into().unwrap() };
    for (face, [_, corners @ ..]) in triangles.iter().enumerate() {
        let from = at + 12 * vertices + 13 * face;
        assert_eq!(ply[from], 3);
        for (place, corner) in corners.iter().enumerate() {
            let vertex = u32::from_le_bytes(word(from + 1 + 4 * place)) as usize;
            let found = [0, 1, 2].map(|axis| f32::from_le_bytes(word(at + 12 * vertex + 4 * axis)));
            assert_eq!(found, *corner);
        }
    }
}

fn json(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    serde_json::from_slice(&files[name]).unwrap()
}

/// A volume of a store, from its chunks; `lead` are the places on the axes before z.
fn stored(
    files: &BTreeMap<String, Vec<u8>>,
    array: &str,
    lead: &[usize],
) -> (Vec<f64>, [usize; 3]) {
    let about = json(files, &format!("{array}/zarr.json"));
    let sizes = |value: &Value| -> Vec<usize> {
        let all = value.as_array().unwrap().iter();
        all.map(|size| size.as_u64().unwrap() as usize).collect()
    };
    let shape = sizes(&about["shape"]);
    let chunk = sizes(&about["chunk_grid"]["configuration"]["chunk_shape"]);
    let (shape, chunk) = (&shape[lead.len()..], &chunk[lead.len()..]);
    let width = match about["data_type"].as_str().unwrap() {
        "float32" => 4,
        "uint8" => 1,
        other => unreachable!("{other}"),
    };
    let places: Vec<String> = lead.iter().map(ToString::to_string).collect();
    let lead = places.join("/");
    let mut found = vec![0.0; shape.iter().product()];
    let counts = [0, 1, 2].map(|axis| shape[axis].div_ceil(chunk[axis]));
    for number_of_chunk in 0..counts.iter().product() {
        let at = [
            number_of_chunk / counts[2] / counts[1],
            number_of_chunk / counts[2] % counts[1],
            number_of_chunk % counts[2],
        ];
        let name = format!("{array}/c/{lead}/{}/{}/{}", at[0], at[1], at[2]);
        let Some(packed) = files.get(&name) else {
            continue;
        };
        let raw = zstd::stream::decode_all(&packed[..]).unwrap();
        assert_eq!(raw.len(), width * chunk.iter().product::<usize>(), "{name}");
        assert!(raw.iter().any(|&byte| byte != 0), "{name} is all fill");
        for (place, bytes) in raw.chunks(width).enumerate() {
            let inner = [
                place / chunk[2] / chunk[1],
                place / chunk[2] % chunk[1],
                place % chunk[2],
            ];
            let site = [0, 1, 2].map(|axis| at[axis] * chunk[axis] + inner[axis]);
            if (0..3).all(|axis| site[axis] < shape[axis]) {
                let to = (site[0] * shape[1] + site[1]) * shape[2] + site[2];
                found[to] = number(bytes, width);
            }
        }
    }
    (found, [shape[2], shape[1], shape[0]])
}

#[test]
fn a_store_holds_the_arrays_and_means_of_them() {
    let simulation = simulation();
    let mut fields = names().to_vec();
    fields.push("tissue");
    let files = folder(simulation, &fields);
    for (channel, name) in names().into_iter().enumerate() {
        let (found, dims) = stored(&files, "0", &[0, channel]);
        assert_eq!(dims, DIMS);
        assert_eq!(found, truth(simulation, name), "{name}");
    }
    // 70 x 16 x 13 is more than a chunk along x alone.
    assert!(files.contains_key("0/c/0/1/0/0/1") && !files.contains_key("0/c/0/1/0/1/0"));
    let matrix = truth(simulation, "bone_matrix");
    let (half, dims) = stored(&files, "1", &[0, 1]);
    assert_eq!(dims, [35, 8, 7]);
    for (place, &found) in half.iter().enumerate() {
        let [x, y, z] = [place % 35, place / 35 % 8, place / 35 / 8];
        let (mut sum, mut count) = (0.0, 0.0);
        for c in 2 * z..(2 * z + 2).min(13) {
            for b in 2 * y..2 * y + 2 {
                for a in 2 * x..2 * x + 2 {
                    sum += matrix[(c * 16 + b) * 70 + a];
                    count += 1.0;
                }
            }
        }
        assert!((found - sum / count).abs() < 1e-6, "{place}");
    }
    let (tissue, _) = stored(&files, "labels/tissue/0", &[0]);
    let solid = truth(simulation, "bone_solid");
    let tumour = truth(simulation, "tumour_cells");
    for site in 0..tissue.len() {
        let is_bone = tissue[site] == 1.0 || tissue[site] == 2.0;
        assert_eq!(is_bone, solid[site] == 1.0);
        assert!(tissue[site] != 3.0 || tumour[site] > 0.0);
    }
    let ome = &json(&files, "zarr.json")["attributes"]["ome"];
    assert_eq!(ome["version"], "0.5");
    let axes = ome["multiscales"][0]["axes"].as_array().unwrap();
    let units: Vec<&Value> = axes.iter().map(|axis| &axis["unit"]).collect();
    assert_eq!(units[0], "day");
    assert!(units[2..].iter().all(|&unit| unit == "micrometer"));
    let one = &ome["multiscales"][0]["datasets"][1]["coordinateTransformations"];
    assert_eq!(
        one[0]["scale"],
        serde_json::json!([1.0, 1.0, 20.0, 20.0, 20.0])
    );
    assert_eq!(
        one[1]["translation"],
        serde_json::json!([1.0, 0.0, 10.0, 10.0, 10.0])
    );
}

#[test]
fn what_no_format_can_hold_is_refused_by_name() {
    let simulation = simulation();
    let refused = |format, fields: &[&str]| -> ExportError {
        let fields: Vec<String> = fields.iter().map(|&name| name.to_owned()).collect();
        let wish = Wish {
            format,
            fields: &fields,
        };
        export("small", simulation, wish).unwrap_err()
    };
    let said = refused(VolumeFormat::Vti, &["rank"]).to_string();
    assert!(said.contains("\"rank\"") && said.contains("bone_matrix") && said.contains("rankl"));
    let said = refused(VolumeFormat::Zarr, &["rankl", "rankl"]).to_string();
    assert!(said.contains("second time"), "{said}");
    let said = refused(VolumeFormat::Nifti, &["rankl", "opg"]).to_string();
    assert!(said.contains("found 2 fields"), "{said}");
    let said = refused(VolumeFormat::Stl, &["rankl"]).to_string();
    assert!(
        said.contains("for stl") && said.contains("vti, zarr or nifti"),
        "{said}"
    );
}

/// A run that leaves volumes twice a day, and checkpoints as often.
fn with_volumes() -> String {
    format!(
        "{}[output]\nfilm = \"none\"\n[output.volumes]\nevery = \"12 h\"\nformats = [\"vti\", \"zarr\", \"nifti\"]\nfields = [\"tissue\", \
         \"bone_matrix\"]\n[checkpoint]\nevery = \"6 h\"\nkeep = 9\n",
        SMALL.replace("\"4 d\"", "\"1 d\"")
    )
}

/// A program that stops its run when so many ticks are done.
struct Stopping(u32, AtomicBool);

impl Host for Stopping {
    fn hear(&self, event: &Event<'_>) {
        if let Event::Tick(view) = event
            && view.tick() == self.0
        {
            self.1.store(true, Ordering::SeqCst);
        }
    }

    fn stop(&self) -> &AtomicBool {
        &self.1
    }
}

#[test]
fn a_run_that_was_stopped_leaves_the_same_volumes_when_it_is_resumed() {
    let bench = Bench::small(&with_volumes());
    bench.done("run small.toml --out straight --quiet");
    let straight = bench.path("straight/volumes");
    let left: BTreeMap<PathBuf, Vec<u8>> = all(&straight);
    for name in [
        "d0.vti",
        "d0.5.vti",
        "d1.vti",
        "d1_tissue.nii.gz",
        "fields.pvd",
        "volumes.zarr/0/c/2/0/0/0/0",
    ] {
        assert!(left.contains_key(&straight.join(name)), "{name}");
    }
    assert!(bench.done("verify straight").contains("equal"));

    // After day 0.5, and before day 1.
    let loaded = load_file(&bench.path("small.toml"), &[]).unwrap();
    let host = Stopping(7, AtomicBool::new(false));
    let stopped = begin(loaded, &bench.path("run"), false, &host).unwrap_err();
    assert!(matches!(stopped, RunError::Stopped(_)), "{stopped}");
    let volumes = bench.path("run/volumes");
    assert!(volumes.join("d0.5.vti").exists() && !volumes.join("d1.vti").exists());
    // What was written behind the checkpoint is written again.
    fs::write(volumes.join("d1_tissue.nii.gz"), "torn").unwrap();
    bench.done("resume run --quiet");
    let relative = |base: &Path, found: BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<PathBuf, Vec<u8>> {
        let inside = |path: &Path| path.strip_prefix(base).unwrap().to_path_buf();
        found
            .into_iter()
            .map(|(path, bytes)| (inside(&path), bytes))
            .collect()
    };
    assert!(relative(&volumes, all(&volumes)) == relative(&straight, left));
    assert!(bench.done("verify run").contains("equal"));
}

#[test]
fn a_run_that_was_stopped_is_replaced_with_its_volumes() {
    let bench = Bench::small(&with_volumes());
    let loaded = load_file(&bench.path("small.toml"), &[]).unwrap();
    let host = Stopping(7, AtomicBool::new(false));
    begin(loaded, &bench.path("run"), false, &host).unwrap_err();
    let stranger = bench.path("run/volumes/mine.txt");
    fs::write(&stranger, "mine").unwrap();
    bench.refused(
        "run small.toml --out run --quiet --force",
        &["volumes/mine.txt"],
    );
    fs::remove_file(stranger).unwrap();
    bench.done("run small.toml --out run --quiet --force");
    assert!(bench.done("verify run").contains("equal"));
}

#[test]
fn a_stranger_among_volumes_is_not_replaced() {
    let bench = Bench::small(&with_volumes());
    bench.done("run small.toml --out run --quiet");
    let stranger = bench.path("run/volumes/volumes.zarr/0/notes.txt");
    fs::write(&stranger, "mine").unwrap();
    bench.refused(
        "run small.toml --out run --quiet --force",
        &["volumes/volumes.zarr/0/notes.txt"],
    );
    fs::remove_file(&stranger).unwrap();
    let changed = bench.path("run/volumes/d1.vti");
    let before = fs::read(&changed).unwrap();
    fs::write(&changed, "other").unwrap();
    bench.refused(
        "run small.toml --out run --quiet --force",
        &["d1.vti (changed"],
    );
    fs::write(&changed, before).unwrap();
    bench.done("run small.toml --out run --quiet --force");
}

#[test]
fn an_export_is_what_the_run_left_and_refuses_what_is_there() {
    let bench = Bench::small(&with_volumes());
    bench.done("run small.toml --out run --quiet");
    bench.done(
        "export run --day 0.5 --format vti --field tissue --field bone_matrix --out half.vti",
    );
    let left = fs::read(bench.path("run/volumes/d0.5.vti")).unwrap();
    assert_eq!(fs::read(bench.path("half.vti")).unwrap(), left);
    let again = "export run --format vti --out half.vti";
    bench.refused(again, &["half.vti exists already", "--force"]);
    bench.done(&format!("{again} --force"));
    assert!(fs::read(bench.path("half.vti")).unwrap() != left);
    bench.done("export run --format zarr --out all.zarr");
    bench.refused(
        "export run --format zarr --out all.zarr --force",
        &["all.zarr exists already", "a folder is not replaced"],
    );
    bench.refused(
        "export run --format nifti --out a.nii",
        &["\"nii\"", ".nii.gz"],
    );
    bench.refused(
        "export run --format vti --out run/a.vti",
        &["howship wrote"],
    );
    bench.refused(
        "export run --format vti --day 2 --out a.vti",
        &["day 0 to day 1"],
    );
    bench.refused(
        "export run --format vti --day 0.3 --out a.vti",
        &["between ticks"],
    );
    bench.refused(
        "export run --format vti --field rank --out a.vti",
        &["rank", "bone_matrix"],
    );
    bench.refused("export run --format obj --out a.obj", &["vti, vtp, zarr"]);
    // Without a format that of the name.
    bench.refused("export run --out a.obj", &["\"obj\"", ".vti", ".parquet"]);
    bench.refused(
        "export run --out run.nii.gz --field rank",
        &["rank", "bone_matrix"],
    );
    bench.refused(
        "export none --format vti --out a.vti",
        &["none", "run.json"],
    );
}

#[test]
fn volumes_change_no_value_of_a_run() {
    let bench = Bench::new(&[
        ("with.toml", &with_volumes()),
        ("without.toml", &SMALL.replace("\"4 d\"", "\"1 d\"")),
    ]);
    bench.done("run with.toml --out with --quiet");
    bench.done("run without.toml --out without --quiet");
    for table in ["series.csv", "ledger.csv", "digests.csv"] {
        assert_eq!(
            bench.read(&format!("with/{table}")),
            bench.read(&format!("without/{table}")),
            "{table}"
        );
    }
    assert!(!bench.path("without/volumes").exists());
}

/// The control has all days, an arm those behind its turn; what both have before they part is the control's.
#[test]
fn each_arm_leaves_the_volumes_of_its_own_days() {
    let arms = "[arms.cut]\nat = \"12 h\"\nset = [\"tumour.secretion.pthrp.rate = 0 amol/h\"]\n";
    let bench = Bench::small(&format!("{}{arms}", with_volumes()));
    bench.done("run small.toml --out run --quiet");
    let days = |arm: &str| -> Vec<String> {
        let folder = bench.path(&format!("run/{arm}/volumes"));
        let found = all(&folder).into_keys();
        let names = found.filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let is_image =
                path.parent() == Some(&folder) && path.extension().is_some_and(|end| end == "vti");
            is_image.then(|| name.to_owned())
        });
        names.collect()
    };
    assert_eq!(days("control"), ["d0.5.vti", "d0.vti", "d1.vti"]);
    assert_eq!(days("cut"), ["d1.vti"]);
    let of = |arm: &str| fs::read(bench.path(&format!("run/{arm}/volumes/d1.vti"))).unwrap();
    assert_ne!(of("control"), of("cut"));
    assert!(bench.done("verify run").contains("equal"));
}
