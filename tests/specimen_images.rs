//! Images of bone in every format, whole and broken.
//!
//! The files in `tests/data/formats` hold one crop; `expected.json` beside them says what is in it.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use howship::numerics::random::{Chance, Stream};
use howship::specimen::image::{Binarisation, Image, ImageError, otsu, read};

const DIMS: [usize; 3] = [40, 32, 24];
const SPACING_UM: f64 = 19.5;
const ORIGIN_MM: [f64; 3] = [1.5, -2.0, 10.0];

/// Files that state a voxel size and an origin, without their `crop_u8` or `crop_i16`.
const PLACED: [&str; 9] = [
    ".nii",
    ".nii.gz",
    "_raw.mha",
    "_zlib.mha",
    ".mhd",
    "_z.mhd",
    "_raw.nrrd",
    "_gzip.nrrd",
    ".nhdr",
];
const TIFFS: [&str; 4] = ["_raw.tif", "_zlib.tif", "_lzw.tif", "_packbits.tif"];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/formats")
        .join(name)
}

fn at(image: &Image, x: usize, y: usize, z: usize) -> f64 {
    f64::from(image.values[(z * image.dims[1] + y) * image.dims[0] + x])
}

/// Dimensions, voxel size, sum and probes, where value = `slope` x uint8 + `intercept`.
fn check_voxels(image: &Image, slope: f64, intercept: f64) {
    let name = image.source.display();
    assert_eq!(image.dims, DIMS, "{name}");
    assert_eq!(image.values.len(), 40 * 32 * 24, "{name}");
    for size in image.spacing_um {
        assert!((size - SPACING_UM).abs() < 1e-9, "{name}: {size}");
    }
    let expected: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(data("expected.json")).unwrap()).unwrap();
    let plain = &expected["u8"];
    let sum: f64 = image.values.iter().map(|&v| f64::from(v)).sum();
    let count = image.values.len() as f64;
    let expected_sum = slope * plain["sum"].as_f64().unwrap() + intercept * count;
    assert!((sum - expected_sum).abs() < 1e-3, "{name}: {sum}");
    for (key, [x, y, z]) in [
        ("x3_y5_z7", [3, 5, 7]),
        ("x39_y0_z0", [39, 0, 0]),
        ("x0_y31_z0", [0, 31, 0]),
        ("x0_y0_z23", [0, 0, 23]),
    ] {
        let probe = slope * plain["probe"][key].as_f64().unwrap() + intercept;
        let found = at(image, x, y, z);
        assert!((found - probe).abs() < 1e-6, "{name}: {key} is {found}");
    }
}

fn check_place(image: &Image, frame: &str) {
    let name = image.source.display();
    assert_eq!(image.orientation.frame, frame, "{name}");
    for (found, expected) in image.orientation.origin_mm.iter().zip(ORIGIN_MM) {
        assert!((found - expected).abs() < 1e-6, "{name}: origin {found}");
    }
    for (row, parts) in image.orientation.direction.iter().enumerate() {
        for (axis, part) in parts.iter().enumerate() {
            let expected = f64::from(u8::from(row == axis));
            assert!((part - expected).abs() < 1e-6, "{name}: direction {part}");
        }
    }
}

#[test]
fn every_format_holds_the_same_voxels_in_the_same_place() {
    for ending in PLACED {
        for (kind, slope, intercept) in [("u8", 1.0, 0.0), ("i16", 20.0, -1000.0)] {
            let image = read(&data(&format!("crop_{kind}{ending}")), None).unwrap();
            check_voxels(&image, slope, intercept);
            check_place(&image, "LPS");
        }
    }
}

#[test]
fn other_byte_orders_units_and_slopes_are_read() {
    let micron = read(&data("crop_i16_bigendian_micron.nii"), None).unwrap();
    check_voxels(&micron, 20.0, -1000.0);
    let scaled = read(&data("crop_i16_slope0.5_inter100.nii"), None).unwrap();
    check_voxels(&scaled, 10.0, -400.0);
    // These two lie at the origin, with the axes of RAS.
    for image in [micron, scaled] {
        let place = image.orientation;
        assert!(place.origin_mm.iter().all(|part| part.abs() < 1e-12));
        for (row, sign) in [-1.0, -1.0, 1.0].into_iter().enumerate() {
            assert!((place.direction[row][row] - sign).abs() < 1e-6, "{place:?}");
        }
    }
    let nrrd = read(&data("crop_i16_big_endian.nrrd"), None).unwrap();
    check_voxels(&nrrd, 20.0, -1000.0);
    // It names no anatomical space.
    check_place(&nrrd, "file");
    let imagej = read(&data("crop_i16_bigendian_imagej.tif"), None).unwrap();
    check_voxels(&imagej, 20.0, -1000.0);
}

#[test]
fn tiffs_are_read_whatever_packs_them_and_ask_for_a_voxel_size_they_lack() {
    for ending in TIFFS {
        for (kind, slope, intercept) in [("u8", 1.0, 0.0), ("i16", 20.0, -1000.0)] {
            let path = data(&format!("crop_{kind}{ending}"));
            let given = read(&path, Some([SPACING_UM; 3])).unwrap();
            check_voxels(&given, slope, intercept);
            assert_eq!(given.spacing_from, "the user");
            let alone = read(&path, None);
            if ending == "_raw.tif" {
                check_voxels(&alone.unwrap(), slope, intercept);
            } else {
                let error = alone.unwrap_err();
                assert!(
                    matches!(error, ImageError::MissingSpacing { .. }),
                    "{error}"
                );
                assert!(error.to_string().contains(ending), "{error}");
            }
        }
    }
}

#[test]
fn the_voxel_size_given_takes_the_place_of_that_in_the_file() {
    let image = read(&data("crop_u8.nii"), Some([10.0; 3])).unwrap();
    assert!(
        image
            .spacing_um
            .iter()
            .all(|size| (size - 10.0).abs() < 1e-12)
    );
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = read(&data("crop_u8.nii"), Some([wrong; 3])).unwrap_err();
        assert!(matches!(error, ImageError::BadSpacing { .. }), "{error}");
    }
}

/// The threshold of `skimage.filters.threshold_otsu` (0.26): 106 and 1120 on the integers as they are
/// stored, 106.38086 on values of `uint8` as `float32`, which are no whole numbers here when halved.
#[test]
fn the_threshold_is_that_of_scikit_image() {
    let image = read(&data("crop_u8.nii"), None).unwrap();
    let threshold = otsu(&image.values).unwrap();
    assert!((threshold - 106.0).abs() < 1e-9, "{threshold}");
    let halves: Vec<f32> = image.values.iter().map(|value| value / 2.0).collect();
    let half = otsu(&halves).unwrap();
    assert!((half - 106.380_86 / 2.0).abs() < 1e-4, "{half}");
    let wide = read(&data("crop_i16.nii"), None).unwrap();
    assert_eq!(wide.to_bone(None, None).unwrap().bone_voxels(), 15_478);
    assert_eq!(otsu(&wide.values), Some(1120.0));
    let bone = image.to_bone(None, None).unwrap();
    assert_eq!(bone.binarisation, Binarisation::Otsu(threshold));
    let above = image.values.iter().filter(|&&v| v > threshold).count();
    assert_eq!(bone.bone_voxels(), above);
}

#[test]
fn specimens_are_what_their_readme_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/specimens");
    for (name, dims, size, bone_voxels) in [
        ("lhdl3155/lhdl3155_seg_c128.nii.gz", [128; 3], 19.5, 552_355),
        ("shrew/shrew_seg.nii.gz", [114, 114, 115], 4.1, 438_636),
    ] {
        let image = read(&root.join(name), None).unwrap();
        assert!(image.is_isotropic());
        let bone = image.to_bone(None, None).unwrap();
        assert_eq!(bone.dims, dims);
        assert!((bone.spacing_um - size).abs() < 1e-9);
        assert_eq!(bone.bone_voxels(), bone_voxels);
        assert_eq!(bone.binarisation, Binarisation::Mask { larger: 1.0 });
    }
}

fn write_tiff(path: &Path, pages: &[Vec<u8>], width: u32) {
    let file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let mut encoder = tiff::encoder::TiffEncoder::new(file).unwrap();
    for page in pages {
        encoder
            .write_image::<tiff::encoder::colortype::Gray8>(width, page.len() as u32 / width, page)
            .unwrap();
    }
}

#[test]
fn a_folder_of_tiffs_is_a_stack_in_natural_order() {
    let folder = tempfile::tempdir().unwrap();
    for layer in 0..12_u8 {
        let name = folder.path().join(format!("slice_{layer}.TIF"));
        write_tiff(&name, &[vec![layer, 1, 2, 3, 4, 5]], 3);
    }
    fs::write(folder.path().join("scan.log"), "not an image").unwrap();
    let image = read(folder.path(), Some([7.0; 3])).unwrap();
    assert_eq!(image.dims, [3, 2, 12]);
    let first: Vec<u8> = (0..12).map(|z| at(&image, 0, 0, z) as u8).collect();
    assert_eq!(first, (0..12).collect::<Vec<u8>>());
    assert!(matches!(
        read(folder.path(), None),
        Err(ImageError::MissingSpacing { .. })
    ));

    write_tiff(&folder.path().join("slice_12.tif"), &[vec![0; 8]], 4);
    let error = read(folder.path(), Some([7.0; 3])).unwrap_err().to_string();
    assert!(
        error.contains("slice_12") && error.contains("4 x 2"),
        "{error}"
    );
    write_tiff(
        &folder.path().join("slice_12.tif"),
        &[vec![0; 6], vec![0; 6]],
        3,
    );
    let error = read(folder.path(), Some([7.0; 3])).unwrap_err().to_string();
    assert!(
        error.contains("slice_12") && error.contains("2 pages"),
        "{error}"
    );

    let empty = tempfile::tempdir().unwrap();
    let error = read(empty.path(), Some([7.0; 3])).unwrap_err().to_string();
    assert!(error.contains("no .tif"), "{error}");
}

#[test]
fn what_is_no_image_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = folder.path().join("scan.gobj");
    fs::write(&unknown, "x").unwrap();
    let error = read(&unknown, None).unwrap_err().to_string();
    for part in ["scan.gobj", "\"gobj\"", ".nii.gz", ".nhdr", "folder"] {
        assert!(error.contains(part), "{error}");
    }
    let missing = read(&folder.path().join("no.nii"), None).unwrap_err();
    assert!(matches!(missing, ImageError::Io { .. }), "{missing}");
    for (name, field) in [
        ("crop_u8.mhd", "ElementDataFile"),
        ("crop_u8.nhdr", "data file"),
    ] {
        let header = folder.path().join(name);
        fs::copy(data(name), &header).unwrap();
        let error = read(&header, None).unwrap_err();
        assert!(
            matches!(error, ImageError::MissingDataFile { .. }),
            "{error}"
        );
        let error = error.to_string();
        assert!(
            error.contains(field) && error.contains("crop_u8.raw"),
            "{error}"
        );
    }
}

/// A changed copy of a file, read.
fn changed(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Result<Image, ImageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let mut bytes = fs::read(data(name)).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    read(&path, None)
}

fn set(bytes: &mut [u8], at: usize, new: &[u8]) {
    bytes[at..at + new.len()].copy_from_slice(new);
}

/// Replaces text in the header of a file.
fn reworded(name: &str, from: &str, to: &str) -> Result<Image, ImageError> {
    changed(name, |bytes| {
        let at = bytes
            .windows(from.len())
            .position(|window| window == from.as_bytes())
            .unwrap();
        bytes.splice(at..at + from.len(), to.bytes());
    })
}

#[test]
fn wrong_fields_of_nifti_are_named() {
    let shorts = |sizes: [i16; 4]| sizes.map(i16::to_le_bytes).concat();
    let dims = |sizes| changed("crop_u8.nii", |b| set(b, 40, &shorts(sizes)));
    for (result, part) in [
        (dims([1, 40, 32, 24]), "dim is"),
        (dims([3, 40, 0, 24]), "dim is"),
        (dims([3, 40, -2, 24]), "dim is"),
        (dims([3, i16::MAX, i16::MAX, i16::MAX]), "at most"),
        (dims([3, 40, 32, 25]), "expected 32000 bytes, found 30720"),
        (
            changed("crop_u8.nii", |b| set(b, 70, &[128, 0])),
            "datatype is 128",
        ),
        (
            changed("crop_u8.nii", |b| set(b, 123, &[0])),
            "xyzt_units is 0",
        ),
        (
            changed("crop_u8.nii", |b| set(b, 123, &[7])),
            "xyzt_units is 7",
        ),
        // The size of NIfTI-2, without its magic.
        (
            changed("crop_u8.nii", |b| set(b, 0, &[0x1c, 2])),
            "magic is",
        ),
        (changed("crop_u8.nii", |b| set(b, 0, &[0x1d, 2])), "NIfTI-2"),
        (changed("crop_u8.nii", |b| set(b, 344, b"ni1")), "magic"),
        (
            changed("crop_u8.nii", |b| set(b, 108, &f32::NAN.to_le_bytes())),
            "vox_offset is NaN",
        ),
        (
            changed("crop_u8.nii", |b| set(b, 80, &1.0_f32.to_le_bytes())),
            "pixdim is",
        ),
        (
            changed("crop_u8.nii", |b| set(b, 80, &0.0_f32.to_le_bytes())),
            "no voxel size",
        ),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(
            error.contains(part) && error.contains("crop_u8.nii"),
            "{error}"
        );
    }
}

#[test]
fn wrong_fields_of_text_headers_are_named() {
    for (name, from, to, part) in [
        ("crop_u8_raw.mha", "NDims = 3", "NDims = 5", "NDims is 5"),
        ("crop_u8_raw.mha", "40 32 24", "40 32", "DimSize is 40 32"),
        ("crop_u8_raw.mha", "40 32 24", "40 0 24", "at least 1 voxel"),
        (
            "crop_u8_raw.mha",
            "40 32 24",
            "18446744073709551615 32 24",
            "at most",
        ),
        (
            "crop_u8_raw.mha",
            "40 32 24",
            "2000 2000 2000",
            "expected 8000000000",
        ),
        (
            "crop_u8_zlib.mha",
            "40 32 24",
            "2000 2000 2000",
            "cannot hold",
        ),
        (
            "crop_u8_raw.mha",
            "MET_UCHAR",
            "MET_BLOB",
            "ElementType is MET_BLOB",
        ),
        (
            "crop_u8_raw.mha",
            "ElementSpacing",
            "Spaciousness",
            "no voxel size",
        ),
        (
            "crop_u8_raw.mha",
            "0.0195 0.0195 0.0195",
            "0 0 0",
            "ElementSpacing is 0",
        ),
        ("crop_u8_raw.mha", "= LOCAL", "= a%b", "ElementDataFile is"),
        (
            "crop_u8_zlib.mha",
            "= True\nC",
            "= Maybe\nC",
            "CompressedData is Maybe",
        ),
        (
            "crop_u8_raw.nrrd",
            "dimension: 3",
            "dimension: 17",
            "dimension is 17",
        ),
        (
            "crop_u8_raw.nrrd",
            "40 32 24",
            "40 32 x",
            "sizes is 40 32 x",
        ),
        (
            "crop_u8_gzip.nrrd",
            "40 32 24",
            "2000 2000 2000",
            "cannot hold",
        ),
        (
            "crop_u8_raw.nrrd",
            "unsigned char",
            "block",
            "type is block",
        ),
        (
            "crop_u8_raw.nrrd",
            "encoding: raw",
            "encoding: hex",
            "encoding is hex",
        ),
        (
            "crop_i16_raw.nrrd",
            "endian: little",
            "endian: middle",
            "endian is middle",
        ),
        ("crop_u8_raw.nrrd", "space directions", "#", "no voxel size"),
        (
            "crop_u8_raw.nrrd",
            "domain domain domain",
            "domain domain vector",
            "kinds is vector along axis 2",
        ),
        (
            "crop_u8_raw.nrrd",
            "(0.0195,0,0)",
            "(0,0,0)",
            "space directions is",
        ),
        (
            "crop_u8_raw.nrrd",
            "space: left-posterior-superior",
            "space dimension: 3",
            "no voxel size",
        ),
    ] {
        let error = reworded(name, from, to).unwrap_err().to_string();
        assert!(
            error.contains(part) && error.contains(name),
            "{to}: {error}"
        );
    }
}

/// A transform that turns and mirrors: image x runs to the back, y to the right, z down.
#[test]
fn directions_are_the_same_in_every_format() {
    let expected = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]];
    let floats = |parts: [f32; 12]| parts.map(f32::to_le_bytes).concat();
    // RAS rows: x (right) grows with image y, y (front) falls with image x.
    let nifti = changed("crop_u8.nii", |b| {
        let s = 0.0195;
        let rows = [0.0, s, 0.0, -1.5, -s, 0.0, 0.0, 2.0, 0.0, 0.0, -s, 10.0];
        set(b, 280, &floats(rows));
    });
    let meta = reworded(
        "crop_u8_raw.mha",
        "1 0 0 0 1 0 0 0 1",
        "0 1 0 -1 0 0 0 0 -1",
    );
    let nrrd = reworded(
        "crop_u8_raw.nrrd",
        "(0.0195,0,0) (0,0.0195,0) (0,0,0.0195)",
        "(0,0.0195,0) (-0.0195,0,0) (0,0,-0.0195)",
    );
    // The same by a quaternion: half a turn about the line (1, -1, 0).
    let quaternion = changed("crop_u8.nii", |b| {
        set(b, 252, &[1, 0, 0, 0]);
        let half = 0.5_f32.sqrt();
        for (i, part) in [half, -half, 0.0, -1.5, 2.0, 10.0].into_iter().enumerate() {
            set(b, 256 + 4 * i, &part.to_le_bytes());
        }
    });
    for (i, image) in [nifti, meta, nrrd].into_iter().enumerate() {
        let image = image.unwrap();
        for (row, parts) in expected.iter().enumerate() {
            for (axis, part) in parts.iter().enumerate() {
                let found = image.orientation.direction[row][axis];
                assert!((found - part).abs() < 1e-6, "{i}: {row} {axis} is {found}");
            }
        }
        for (found, part) in image.orientation.origin_mm.iter().zip(ORIGIN_MM) {
            assert!((found - part).abs() < 1e-6, "{i}: origin {found}");
        }
    }
    // In RAS that half turn maps x to -y, y to -x, z to -z; in LPS likewise.
    let turned = quaternion.unwrap().orientation.direction;
    for (row, parts) in [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
        .iter()
        .enumerate()
    {
        for (axis, part) in parts.iter().enumerate() {
            let sign = if row == 2 { -1.0 } else { 1.0 };
            assert!((turned[row][axis] - sign * part).abs() < 1e-6, "{turned:?}");
        }
    }
}

#[test]
fn values_that_are_not_finite_are_refused_in_their_place() {
    let mut file = tempfile::Builder::new().suffix(".mha").tempfile().unwrap();
    let header = "NDims = 3\nDimSize = 3 2 2\nElementSpacing = 1 1 1\nElementType = MET_FLOAT\n\
                  ElementDataFile = LOCAL\n";
    file.write_all(header.as_bytes()).unwrap();
    for i in 0..12_u8 {
        let value = if i == 10 { f32::NAN } else { f32::from(i) };
        file.write_all(&value.to_le_bytes()).unwrap();
    }
    let error = read(file.path(), None).unwrap_err().to_string();
    assert!(error.contains("x 1, y 1, z 1 is NaN"), "{error}");
}

fn samples() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(data(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("crop_u8") || name.contains("endian"))
        .collect();
    names.sort();
    assert!(names.len() > 15);
    names
}

/// Writes `bytes` under `name` beside the data files of detached headers, and reads it (or the
/// header that names it).
fn attempt(folder: &Path, name: &str, bytes: &[u8]) -> Result<Image, ImageError> {
    fs::write(folder.join(name), bytes).unwrap();
    let opened = name.replace("_z.zraw", "_z.mhd").replace(".raw", ".mhd");
    read(&folder.join(opened), Some([20.0; 3]))
}

fn folder_of_samples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in samples() {
        fs::copy(data(&name), folder.path().join(name)).unwrap();
    }
    folder
}

/// Whatever is cut off, there is an answer; and less than the voxels is an error.
#[test]
fn truncated_files_are_errors() {
    for name in samples() {
        let folder = folder_of_samples();
        let whole = fs::read(data(&name)).unwrap();
        let lengths = (0..whole.len().min(700))
            .step_by(7)
            .chain((0..20).map(|part| whole.len() * part / 20));
        for length in lengths {
            let result = attempt(folder.path(), &name, &whole[..length]);
            // The data of a detached header are in another file.
            let detached = [".mhd", ".nhdr"]
                .iter()
                .any(|ending| name.ends_with(ending));
            if !detached {
                assert!(result.is_err(), "{name} cut to {length} of {}", whole.len());
            }
        }
        assert!(attempt(folder.path(), &name, &whole).is_ok(), "{name}");
    }
}

/// Flipped bytes, most of them in the header, give an image or an error, and no panic.
#[test]
fn damaged_files_have_an_answer() {
    let chance = Chance::new(11);
    for (which, name) in samples().into_iter().enumerate() {
        let folder = folder_of_samples();
        let whole = fs::read(data(&name)).unwrap();
        for round in 0..150 {
            let mut draws = chance.at(Stream::Test, round, which as u64);
            let mut bytes = whole.clone();
            for _ in 0..=draws.below(4) {
                let reach = if draws.happens(0.7) { 420 } else { whole.len() };
                let at = draws.below(reach.min(whole.len()) as u32) as usize;
                bytes[at] = draws.below(256) as u8;
            }
            let result = attempt(folder.path(), &name, &bytes);
            if let Ok(image) = result {
                assert_eq!(image.values.len(), image.dims.iter().product::<usize>());
            }
        }
    }
}

/// Bytes without meaning are an error under every ending.
#[test]
fn noise_is_no_image() {
    let folder = tempfile::tempdir().unwrap();
    for (which, ending) in ["nii", "nii.gz", "mha", "mhd", "nrrd", "nhdr", "tif"]
        .into_iter()
        .enumerate()
    {
        let path = folder.path().join(format!("noise.{ending}"));
        for round in 0..20 {
            let mut draws = Chance::new(12).at(Stream::Test, round, which as u64);
            let bytes: Vec<u8> = (0..1000).map(|_| draws.below(256) as u8).collect();
            fs::write(&path, bytes).unwrap();
            assert!(read(&path, Some([20.0; 3])).is_err(), "{ending}");
        }
        fs::write(&path, []).unwrap();
        assert!(read(&path, Some([20.0; 3])).is_err(), "{ending}");
    }
}
