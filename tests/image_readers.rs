//! Images as people have them: display tags, metadata of known writers, folders of slices, damage that
//! a checksum shows, data files elsewhere.
//!
//! The files in `tests/data/readers` hold 9 x 7 x 6 voxels of (5 x + 11 y + 29 z) mod 200 + 10.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use howship::numerics::random::{Chance, Stream};
use howship::specimen::image::{Image, ImageError, ReadOptions, read, read_with};
use tiff::tags::Tag;

const DIMS: [usize; 3] = [9, 7, 6];

fn data(folder: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(folder)
        .join(name)
}

/// The value of a voxel before it was scaled.
fn plain(x: usize, y: usize, z: usize) -> f64 {
    ((5 * x + 11 * y + 29 * z) % 200 + 10) as f64
}

/// Every voxel is `law` of the plain value.
fn check(image: &Image, dims: [usize; 3], um: [f64; 3], law: impl Fn(f64) -> f64) {
    let name = image.source.display();
    assert_eq!(image.dims, dims, "{name}");
    for (found, expected) in image.spacing_um.iter().zip(um) {
        assert!(
            (found - expected).abs() < 1e-6 * expected,
            "{name}: {found} um"
        );
    }
    for z in 0..dims[2] {
        for y in 0..dims[1] {
            for x in 0..dims[0] {
                let found = f64::from(image.values[(z * dims[1] + y) * dims[0] + x]);
                let expected = law(plain(x, y, z));
                assert!(
                    (found - expected).abs() < 1e-4,
                    "{name}: {x} {y} {z} is {found}"
                );
            }
        }
    }
}

fn says(lines: &[String], part: &str) -> bool {
    lines.iter().any(|line| line.contains(part))
}

#[test]
fn files_of_common_writers_hold_what_was_written() {
    type Law = fn(f64) -> f64;
    let same: Law = |v| v;
    let hundred: Law = |v| 100.0 * v;
    let mask: Law = |v| f64::from(u8::from(v > 100.0));
    let cubes = [20.0; 3];
    let long = [20.0, 20.0, 40.0];
    for (name, um, law, said) in [
        ("imagej_z40.tif", long, same, ""),
        (
            "imagej_depth_of_one_unit.tif",
            [20.0, 20.0, 1000.0],
            same,
            "one unit (1000 um) apart",
        ),
        (
            "imagej_hu.tif",
            cubes,
            (|v| 0.5 * (v + 1000.0) - 1000.0) as Law,
            "-1000 + 0.5 x stored, in HU",
        ),
        ("imagej_truncated.tif", cubes, hundred, ""),
        ("imagej_signed.tif", cubes, same, "-32768 + 1 x stored"),
        ("imagej_latin1_white.tif", cubes, same, "MinIsWhite, a"),
        ("shaped_truncated.tif", cubes, same, "no voxel size along z"),
        ("bool_mask.tif", cubes, mask, "MinIsWhite"),
        (
            "bool_mask_deflate.tif",
            cubes,
            mask,
            "MinIsWhite, a display hint",
        ),
        ("miniswhite_u8.tif", cubes, same, "MinIsWhite"),
        ("miniswhite_u16.tif", cubes, hundred, "MinIsWhite"),
        (
            "miniswhite_i16.tif",
            cubes,
            (|v| 100.0 * v - 9000.0) as Law,
            "MinIsWhite",
        ),
        (
            "miniswhite_f32.tif",
            cubes,
            (|v| 0.3 * v - 20.0) as Law,
            "MinIsWhite",
        ),
        ("big_deflate_predictor.tif", cubes, hundred, ""),
        ("ome_z40.ome.tif", long, same, ""),
        (
            "reduced_pages.tif",
            cubes,
            same,
            "(NewSubfileType) are left out: 1",
        ),
        ("sub_ifds.ome.tif", cubes, same, "SubIFDs"),
        ("second.nii.gz", long, same, ""),
        ("second_big_endian.nii", long, same, ""),
        ("one_volume.nii", long, same, ""),
        ("negative_pixdim.nii", long, same, "without their sign"),
        ("ascii.nrrd", long, same, ""),
        ("list_of_one.nrrd", long, same, "axis 0 (list) has size 1"),
        ("space_units.nrrd", long, same, ""),
    ] {
        let image = read(&data("readers", name), None).unwrap();
        check(&image, DIMS, um, law);
        assert!(
            says(&image.assumed, said) || said.is_empty(),
            "{name}: {:?}",
            image.assumed
        );
        assert_eq!(image.warnings, Vec::<String>::new(), "{name}");
    }
    for (name, z_said) in [("plane.nii", true), ("palette.tif", true)] {
        let image = read(&data("readers", name), None).unwrap();
        check(&image, [9, 7, 1], cubes, same);
        assert_eq!(
            says(&image.assumed, "no voxel size along z"),
            z_said,
            "{name}"
        );
    }
    let palette = read(&data("readers", "palette.tif"), None).unwrap();
    assert!(says(&palette.assumed, "a palette, a display hint"));
}

#[test]
fn what_is_not_one_image_is_refused_by_name() {
    for (name, part) in [
        ("imagej_default_axes.tif", "channels=6"),
        ("imagej_frames.tif", "frames=6"),
        ("shaped_4d.tif", "[2, 6, 7, 9]"),
        ("ome_two_channels.ome.tif", "SizeC 2"),
        ("two_volumes.nii", "2 volumes"),
        ("colour.nii", "datatype is 128 (colour)"),
        ("list_of_two.nrrd", "list along axis 0, of size 2"),
    ] {
        let error = read(&data("readers", name), Some([20.0; 3]))
            .unwrap_err()
            .to_string();
        assert!(error.contains(part) && error.contains(name), "{error}");
    }
}

fn write_slice(path: &Path, per_cm: Option<u32>, value: u8) {
    let file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    let mut encoder = tiff::encoder::TiffEncoder::new(file).unwrap();
    let mut image = encoder
        .new_image::<tiff::encoder::colortype::Gray8>(3, 2)
        .unwrap();
    if let Some(per_cm) = per_cm {
        image.resolution(
            tiff::tags::ResolutionUnit::Centimeter,
            tiff::encoder::Rational { n: per_cm, d: 1 },
        );
    }
    image.write_data(&[value; 6]).unwrap();
}

#[test]
fn slices_that_state_different_voxel_sizes_are_refused_or_warned_of() {
    for (second, part) in [
        (Some(1000), "20 x 20 um, b1.tif states 10 x 10 um"),
        (None, "no voxel size"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write_slice(&folder.path().join("b0.tif"), Some(500), 0);
        write_slice(&folder.path().join("b1.tif"), second, 1);
        let error = read(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        let image = read(folder.path(), Some([20.0; 3])).unwrap();
        assert_eq!(image.dims, [3, 2, 2]);
        assert!(says(&image.warnings, part), "{:?}", image.warnings);
        fs::remove_file(folder.path().join("b1.tif")).unwrap();
        write_slice(&folder.path().join("b1.tif"), Some(500), 1);
        let image = read(folder.path(), None).unwrap();
        assert_eq!((image.spacing_um, image.warnings.len()), ([20.0; 3], 0));
        write_slice(&folder.path().join("b3.tif"), Some(500), 1);
        let error = read(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("missing 2"), "{error}");
    }
}

#[test]
fn slices_that_are_shown_in_different_ways_keep_their_values_and_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    for layer in 0..3_u8 {
        let path = folder.path().join(format!("b{layer}.tif"));
        write_slice(&path, Some(500), layer);
        if layer == 1 {
            // PhotometricInterpretation, a short: 1 becomes 0.
            let mut bytes = fs::read(&path).unwrap();
            let entry = [6, 1, 3, 0, 1, 0, 0, 0, 1, 0];
            let at = bytes.windows(10).position(|window| window == entry);
            bytes[at.unwrap() + 8] = 0;
            fs::write(&path, bytes).unwrap();
        }
    }
    write_slice(&folder.path().join("b_spr.tif"), None, 9);
    let image = read(folder.path(), Some([20.0; 3])).unwrap();
    assert!(says(&image.assumed, "left out: b_spr.tif"));
    let layers: Vec<f32> = image.values.iter().step_by(6).copied().collect();
    assert_eq!(layers, [0.0, 1.0, 2.0]);
    assert!(says(&image.assumed, "MinIsWhite in 1 of 3 pages"));
    assert!(says(&image.warnings, "1 of 3 pages are MinIsWhite"));
}

#[test]
fn stacks_of_which_layers_are_missing_or_of_another_type_are_refused() {
    let patched = |name: &str, from: &[u8], to: &[u8]| {
        let mut bytes = fs::read(data("readers", name)).unwrap();
        let at = bytes.windows(from.len()).position(|window| window == from);
        bytes[at.unwrap()..][..to.len()].copy_from_slice(to);
        bytes
    };
    for (name, bytes, part) in [
        (
            "a.ome.tif",
            patched("ome_z40.ome.tif", b"SizeZ=\"6\"", b"SizeZ=\"1\""),
            "PlaneCount 6 in the element 1 after 0 planes, expected each of the 1 planes",
        ),
        (
            "a.ome.tif",
            tiff_of([2, 2], &[LAYERS[0]; 3], &ome_words(""), (1, 1), &[]),
            "announces 2 images, found 3 pages",
        ),
        (
            "a.ome.tif",
            patched("ome_z40.ome.tif", b"SizeX=\"9\"", b"SizeX=\"8\""),
            "SizeX, SizeY is 8 x 7",
        ),
        (
            "b.tif",
            patched(
                "imagej_z40.tif",
                b"images=6\nslices=6",
                b"images=9\nslices=9",
            ),
            "announces 9 images, found 6 pages",
        ),
        (
            "c.tif",
            patched(
                "imagej_latin1_white.tif",
                b"images=6\nslices=6",
                b"images=9\nslices=9",
            ),
            "expected 567 bytes, found 378",
        ),
    ] {
        let error = written(name, &bytes, given([20.0; 3]))
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    write_slice(&folder.path().join("b0.tif"), Some(500), 0);
    let path = folder.path().join("b1.tif");
    write_slice(&path, Some(500), 1);
    // SampleFormat, a short: 1 (unsigned) becomes 2 (signed).
    let mut bytes = fs::read(&path).unwrap();
    let entry = [0x53, 1, 3, 0, 1, 0, 0, 0, 1, 0];
    let at = bytes.windows(10).position(|window| window == entry);
    bytes[at.unwrap() + 8] = 2;
    fs::write(&path, bytes).unwrap();
    let error = read(folder.path(), None).unwrap_err().to_string();
    assert!(error.contains("SampleFormat"), "{error}");
}

/// Header and data under a name in a folder of its own, read.
fn written(name: &str, bytes: &[u8], options: ReadOptions) -> Result<Image, ImageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_with(&path, &options)
}

fn given(um: [f64; 3]) -> ReadOptions {
    ReadOptions {
        spacing_um: Some(um),
        ..ReadOptions::default()
    }
}

fn meta(fields: &str, bytes: &[u8]) -> Vec<u8> {
    let header = format!("ObjectType = Image\n{fields}\nElementDataFile = LOCAL\n");
    [header.as_bytes(), bytes].concat()
}

fn nrrd(fields: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("NRRD0004\n{fields}\n\n").as_bytes(), bytes].concat()
}

const EIGHT: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
const META: &str = "NDims = 3\nDimSize = 2 2 2\nElementType = MET_UCHAR";
const NRRD: &str = "type: uchar\ndimension: 3\nsizes: 2 2 2";

/// A file whose values are 1 to 8, times `slope`, is read with voxels of these sizes.
fn reads(name: &str, bytes: &[u8], um: [f64; 3], law: impl Fn(f32) -> f32) {
    let words = String::from_utf8_lossy(bytes).into_owned();
    let image = match written(name, bytes, ReadOptions::default()) {
        Ok(image) => image,
        Err(error) => unreachable!("{error}: {words}"),
    };
    for (found, expected) in image.spacing_um.iter().zip(um) {
        assert!((found - expected).abs() < 1e-9, "{found}: {words}");
    }
    assert_eq!(image.values, EIGHT.map(f32::from).map(law), "{words}");
    assert_eq!(image.warnings, Vec::<String>::new(), "{words}");
}

const LONG: [f64; 3] = [20.0, 20.0, 40.0];

#[test]
fn metaimages_of_other_writers_are_read_right() {
    let same = |v: f32| v;
    for fields in [
        "ElementSpacing = 20 20 40\nDistanceUnits = um",
        "ElementSpacing = 20 20 40\nDistanceUnits = micrometers",
        "ElementSize = .02 .02 .04",
        "ElementSpacing = .02 .02 .04\nElementSize = 1 1 1",
    ] {
        let bytes = meta(&format!("{META}\n{fields}"), &EIGHT);
        reads("a.mha", &bytes, LONG, same);
    }
    let spaced = format!("{META}\nElementSpacing = .02 .02 .04");
    let text = meta(
        &format!("{spaced}\nBinaryData = False"),
        b"1 2 3 4\n5 6 7 8\n",
    );
    reads("a.mha", &text, LONG, same);
    let line = "ElementToIntensityFunctionSlope = 2\nElementToIntensityFunctionOffset = -1";
    let bytes = meta(&format!("{spaced}\n{line}"), &EIGHT);
    reads("a.mha", &bytes, LONG, |v| 2.0 * v - 1.0);
    let axes = "ElementType = MET_UCHAR\nElementSpacing = .02 .02";
    let two = format!("NDims = 2\nDimSize = 4 2\n{axes}\nOffset = 1 2\nTransformMatrix = 1 0 0 1");
    reads("a.mha", &meta(&two, &EIGHT), [20.0; 3], same);
    let four = format!("NDims = 4\nDimSize = 2 2 2 1\n{axes} .02 1");
    reads("a.mha", &meta(&four, &EIGHT), [20.0; 3], same);
}

#[test]
fn nrrds_of_other_writers_are_read_right() {
    let same = |v: f32| v;
    for units in [
        "\"micrometers\" \"micrometers\" \"micrometers\"",
        "\"\u{b5}m\" \"um\" \"microns\"",
        "micron micron micron",
    ] {
        let fields = format!("{NRRD}\nencoding: raw\nspacings: 20 20 40\nunits: {units}");
        reads("a.nrrd", &nrrd(&fields, &EIGHT), LONG, same);
    }
    // The micro sign in Latin-1.
    let fields = format!("{NRRD}\nencoding: raw\nspacings: 20 20 40\nunits:");
    let latin = [
        b"NRRD0004\n",
        fields.as_bytes(),
        b" \xb5m \xb5m \xb5m\n\n",
        &EIGHT,
    ]
    .concat();
    reads("a.nrrd", &latin, LONG, same);
    let spaced = format!("{NRRD}\nspacings: .02 .02 .04\nunits: mm mm mm");
    for (fields, data) in [
        ("encoding: txt", b"1 2 3\n4,5,6 7 8".as_slice()),
        (
            "encoding: raw\nline skip: 2\nbyte skip: 1",
            b"ab\nc\nd\x01\x02\x03\x04\x05\x06\x07\x08",
        ),
        (
            "encoding: raw\nbyte skip: -1",
            b"header\x01\x02\x03\x04\x05\x06\x07\x08",
        ),
    ] {
        reads(
            "a.nrrd",
            &nrrd(&format!("{spaced}\n{fields}"), data),
            LONG,
            same,
        );
    }
    let two = "type: uchar\ndimension: 2\nsizes: 4 2\nencoding: raw\nspacings: 20 20\nunits: um um";
    reads("a.nrrd", &nrrd(two, &EIGHT), [20.0; 3], same);
    let four = "type: uchar\ndimension: 4\nsizes: 2 2 2 1\nkinds: space space space vector\n\
                encoding: raw\nspacings: 20 20 40 nan\nunits: um um um none";
    reads("a.nrrd", &nrrd(four, &EIGHT), LONG, same);
}

#[test]
fn text_headers_of_what_is_no_image_of_lengths_are_refused() {
    let axes = "ElementType = MET_UCHAR\nElementSpacing = 1 1 1";
    let spaced = format!("{META}\nElementSpacing = .02 .02 .02");
    for (fields, data, part) in [
        (
            format!("{META}\nElementNumberOfChannels = 3\nElementSpacing = 1 1 1"),
            [0; 24].as_slice(),
            "ElementNumberOfChannels is 3",
        ),
        (
            format!("NDims = 4\nDimSize = 2 2 2 2\n{axes} 1"),
            &[0; 16],
            "2 volumes",
        ),
        (
            format!("{spaced}\nDistanceUnits = px"),
            &EIGHT,
            "DistanceUnits is px",
        ),
        (
            format!("{spaced}\nBinaryData = False"),
            b"1 2 3 4 5 6 7 300",
            "\"300\"",
        ),
        (
            format!("{spaced}\nBinaryData = False"),
            b"1 2 3 4 5 6 7     ",
            "found 7",
        ),
    ] {
        let error = written("a.mha", &meta(&fields, data), ReadOptions::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let colour = "type: uchar\ndimension: 4\nsizes: 2 2 2 1\nkinds: RGB-color space space space";
    for (fields, part) in [
        (
            format!("{NRRD}\nencoding: hex\nspacings: 1 1 1"),
            "encoding is hex",
        ),
        (
            format!("{NRRD}\nencoding: raw\nspacings: 20 20 20\nunits: px px px"),
            "unit \"px\"",
        ),
        (
            format!("{NRRD}\nencoding: raw\nspacings: 20 20 nan\nunits: um um um"),
            "no voxel size",
        ),
        (format!("{colour}\nencoding: raw"), "rgb-color along axis 0"),
        (
            format!("{NRRD}\nencoding: raw\nline skip: 9\nspacings: 1 1 1"),
            "end early",
        ),
    ] {
        let error = written("a.nrrd", &nrrd(&fields, &EIGHT), ReadOptions::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

/// A plain header of NIfTI-1 with 2 x 2 x 2 voxels of 8 bits, and its data.
fn nifti(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = vec![0; 352];
    let mut set = |at: usize, new: &[u8]| bytes[at..at + new.len()].copy_from_slice(new);
    set(0, &348_i32.to_le_bytes());
    set(40, &[3_i16, 2, 2, 2].map(i16::to_le_bytes).concat());
    set(70, &[2, 0, 8, 0]);
    set(
        76,
        &[1_f32, 0.02, 0.02, 0.04].map(f32::to_le_bytes).concat(),
    );
    set(108, &352_f32.to_le_bytes());
    set(123, &[2]);
    set(344, b"n+1\0");
    bytes.extend(EIGHT);
    change(&mut bytes);
    bytes
}

fn put(bytes: &mut [u8], at: usize, value: f32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn a_slope_that_is_no_number_leaves_the_stored_values() {
    for (slope, said) in [(0.0, false), (f32::NAN, true), (f32::INFINITY, true)] {
        let bytes = nifti(|bytes| {
            put(bytes, 112, slope);
            put(bytes, 116, 5.0);
        });
        let image = written("a.nii", &bytes, ReadOptions::default()).unwrap();
        assert_eq!(image.values, EIGHT.map(f32::from), "{slope}");
        assert_eq!(says(&image.assumed, "stored values"), said, "{slope}");
    }
    let bytes = nifti(|bytes| {
        put(bytes, 112, 2.0);
        put(bytes, 116, f32::NAN);
    });
    let error = written("a.nii", &bytes, ReadOptions::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("scl_inter is NaN"), "{error}");
}

#[test]
fn a_size_of_values_that_contradicts_their_type_is_refused() {
    let read = |bits: u8| {
        let bytes = nifti(|bytes| bytes[72] = bits);
        written("bits.nii", &bytes, ReadOptions::default())
    };
    let error = read(16).unwrap_err().to_string();
    assert!(
        error.contains("bitpix is 16") && error.contains("8, as datatype 2 has"),
        "{error}"
    );
    // None says nothing.
    assert!(read(0).is_ok() && read(8).is_ok());
}

#[test]
fn lengths_are_those_of_scans_in_every_format() {
    let nifti_of = |size: f32, unit: u8| {
        nifti(|bytes| {
            for axis in 0..3 {
                put(bytes, 80 + 4 * axis, size);
            }
            bytes[123] = unit;
        })
    };
    for (name, bytes, part) in [
        (
            "a.nii",
            nifti_of(20.0, 2),
            "micrometres written as millimetres",
        ),
        (
            "a.nii",
            nifti_of(0.02, 3),
            "millimetres written as micrometres",
        ),
        ("a.nii", nifti_of(0.02, 1), "expected 0.05 to 5000 um"),
        (
            "a.mha",
            meta(&format!("{META}\nElementSpacing = 20 20 20"), &EIGHT),
            "ElementSpacing states voxels of 20000",
        ),
        (
            "a.nrrd",
            nrrd(
                &format!(
                    "{NRRD}\nencoding: raw\nspace: LPS\nspace directions: (20,0,0) (0,20,0) (0,0,20)"
                ),
                &EIGHT,
            ),
            "space directions or spacings states voxels of 20000",
        ),
    ] {
        let error = written(name, &bytes, ReadOptions::default()).unwrap_err();
        assert!(
            matches!(error, ImageError::ImplausibleSize { .. }),
            "{error}"
        );
        assert!(error.to_string().contains(part), "{error}");
    }
    for wrong in [0.02, 20_000.0, f64::NAN] {
        let error = written("a.nii", &nifti(|_| ()), given([20.0, 20.0, wrong])).unwrap_err();
        assert!(matches!(error, ImageError::BadSpacing { .. }), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    write_slice(&folder.path().join("b0.tif"), Some(500_000), 0);
    let error = read(folder.path(), None).unwrap_err().to_string();
    assert!(
        error.contains("resolution tags states voxels of 0.02"),
        "{error}"
    );
}

#[test]
fn a_size_given_against_the_header_is_used_and_warned_of() {
    let tiff = fs::read(data("readers", "imagej_z40.tif")).unwrap();
    let ome = fs::read(data("readers", "ome_z40.ome.tif")).unwrap();
    let lists = fs::read(data("readers", "ascii.nrrd")).unwrap();
    let mha = meta(&format!("{META}\nElementSpacing = .02 .02 .04"), &EIGHT);
    let unitless = nifti(|bytes| bytes[123] = 0);
    for (name, bytes) in [
        ("a.nii", nifti(|_| ())),
        ("b.nii", unitless),
        ("a.tif", tiff),
        ("a.ome.tif", ome),
        ("a.nrrd", lists),
        ("a.mha", mha),
    ] {
        let image = written(name, &bytes, given([20.0; 3])).unwrap();
        assert_eq!(
            (image.spacing_um, image.spacing_from),
            ([20.0; 3], "the user")
        );
        assert_eq!(image.warnings.len(), 1, "{name}: {:?}", image.warnings);
        assert!(
            says(&image.warnings, "20 x 20 x 20 um was given and is used"),
            "{:?}",
            image.warnings
        );
        let image = written(name, &bytes, given([20.0, 20.01, 40.0])).unwrap();
        assert_eq!(image.warnings, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn data_after_what_the_header_asks_for_are_said() {
    let longer = |mut bytes: Vec<u8>| {
        bytes.extend([9; 5]);
        bytes
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&longer(nifti(|_| ()))).unwrap();
    for (name, bytes) in [
        ("a.nii", longer(nifti(|_| ()))),
        ("a.nii.gz", packed.finish().unwrap()),
        (
            "a.mha",
            longer(meta(
                &format!("{META}\nElementSpacing = .02 .02 .04"),
                &EIGHT,
            )),
        ),
        (
            "a.nrrd",
            longer(nrrd(
                &format!("{NRRD}\nencoding: raw\nspacings: 20 20 40\nunits: um um um"),
                &EIGHT,
            )),
        ),
    ] {
        let image = written(name, &bytes, ReadOptions::default()).unwrap();
        assert_eq!(image.values, EIGHT.map(f32::from));
        assert!(
            says(&image.warnings, "go on for 5 bytes"),
            "{name}: {:?}",
            image.warnings
        );
    }
}

/// Start and length of each packed stream of a file.
fn packed_streams(name: &str, bytes: &[u8]) -> Vec<(usize, usize)> {
    let after = |mark: &[u8]| {
        let at = bytes.windows(mark.len()).position(|window| window == mark);
        let start = at.unwrap() + mark.len();
        vec![(start, bytes.len() - start)]
    };
    match name.rsplit('.').next() {
        Some("nrrd") => after(b"\n\n"),
        Some("mha") => after(b"LOCAL\n"),
        Some("tif") => strips(bytes),
        _ => vec![(0, bytes.len())],
    }
}

/// Start and length of each strip or tile of a TIFF.
fn strips(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut decoder = tiff::decoder::Decoder::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    loop {
        let mut tag = |places, lengths| {
            let places = decoder.find_tag_unsigned_vec::<usize>(places).unwrap()?;
            Some((places, decoder.find_tag_unsigned_vec(lengths).unwrap()?))
        };
        let (places, lengths) = tag(Tag::StripOffsets, Tag::StripByteCounts)
            .or_else(|| tag(Tag::TileOffsets, Tag::TileByteCounts))
            .unwrap();
        all.extend(places.into_iter().zip(lengths));
        if !decoder.more_images() {
            return all;
        }
        decoder.next_image().unwrap();
    }
}

/// One bit that is flipped inside a packed stream gives an error, or (in a field of the packing that
/// says nothing of the data, such as a time) the same image.
#[test]
fn no_flipped_bit_in_a_packed_stream_gives_another_image() {
    for (folder, name) in [
        ("formats", "crop_u8.nii.gz"),
        ("readers", "second.nii.gz"),
        ("formats", "crop_u8_gzip.nrrd"),
        ("readers", "list_of_one.nrrd"),
        ("formats", "crop_u8_zlib.mha"),
        ("formats", "crop_u8_z.zraw"),
        ("formats", "crop_u8_zlib.tif"),
        ("readers", "big_deflate_predictor.tif"),
        ("readers", "float_predictor_tiles.tif"),
        ("readers", "bool_mask_deflate.tif"),
    ] {
        let whole = fs::read(data(folder, name)).unwrap();
        let opened = name.replace(".zraw", ".mhd");
        let place = tempfile::tempdir().unwrap();
        if opened != name {
            fs::copy(data(folder, &opened), place.path().join(&opened)).unwrap();
        }
        let attempt = |bytes: &[u8]| {
            fs::write(place.path().join(name), bytes).unwrap();
            read(&place.path().join(&opened), Some([20.0; 3]))
        };
        let right = attempt(&whole).unwrap();
        let streams = packed_streams(name, &whole);
        let length: usize = streams.iter().map(|(_, length)| length).sum();
        let mut refused = 0;
        for round in 0..500 {
            let mut draws = Chance::new(17).at(Stream::Test, round, length as u64);
            let mut at = draws.below(length as u32) as usize;
            let mut ranges = streams.iter();
            let mut range = ranges.next().unwrap();
            while at >= range.1 {
                at -= range.1;
                range = ranges.next().unwrap();
            }
            let mut bytes = whole.clone();
            bytes[range.0 + at] ^= 1 << draws.below(8);
            match attempt(&bytes) {
                Err(_) => refused += 1,
                Ok(image) => {
                    assert_eq!(image.dims, right.dims, "{name} {round}");
                    assert_eq!(image.values, right.values, "{name} {round}");
                }
            }
        }
        assert!(refused > 400, "{name}: {refused} of 500");
        // Bytes behind the stream are no part of it.
        if !opened.contains(".tif") {
            let error = attempt(&[&whole[..], b"more"].concat()).unwrap_err();
            assert!(
                matches!(error, ImageError::Damaged { .. }),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn lists_and_patterns_of_data_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for layer in 0..2_u8 {
        let name = folder.path().join(format!("layer{layer:02}.raw"));
        fs::write(name, &EIGHT[4 * usize::from(layer)..][..4]).unwrap();
    }
    let spaced = format!("{META}\nElementSpacing = .02 .02 .02");
    let units = format!("{NRRD}\nencoding: raw\nspacings: 20 20 20\nunits: um um um");
    for (name, header) in [
        (
            "a.mhd",
            format!("{spaced}\nElementDataFile = LIST\nlayer00.raw\nlayer01.raw\n"),
        ),
        (
            "b.mhd",
            format!("{spaced}\nElementDataFile = LIST 2\nlayer00.raw\nlayer01.raw"),
        ),
        (
            "c.mhd",
            format!("{spaced}\nElementDataFile = layer%02d.raw 0 1 1\n"),
        ),
        (
            "a.nhdr",
            format!("NRRD0004\n{units}\ndata file: LIST\nlayer00.raw\nlayer01.raw\n"),
        ),
        (
            "b.nhdr",
            format!("NRRD0004\n{units}\ndata file: layer%02d.raw 0 1 1\n"),
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, header).unwrap();
        let image = read(&path, None).unwrap();
        assert_eq!(image.values, EIGHT.map(f32::from), "{name}");
    }
    for (name, header, part) in [
        (
            "d.mhd",
            format!("{spaced}\nElementDataFile = LIST\nlayer00.raw\nlayer01.raw\nlayer01.raw\n"),
            "3 files",
        ),
        (
            "e.mhd",
            format!("{spaced}\nElementDataFile = layer%02d.raw 0 99999999999 1\n"),
            "at most 2 files",
        ),
        (
            "g.mhd",
            format!("{spaced}\nElementDataFile = layer%d.raw 0 {} 1\n", u64::MAX),
            "at most 2 files",
        ),
        (
            "f.mhd",
            format!("{spaced}\nElementDataFile = layer%s.raw 0 1 1\n"),
            "one %d",
        ),
        (
            "d.nhdr",
            format!("NRRD0004\n{units}\ndata file: LIST 1\nlayer00.raw\n"),
            "LIST of files",
        ),
        (
            "e.nhdr",
            format!("NRRD0004\n{units}\ndata file: layer%02d.raw 0 2 2\n"),
            "layer02.raw, which does not exist",
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, header).unwrap();
        let error = read(&path, None).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn data_outside_of_the_headers_folder_are_refused_unless_allowed() {
    let place = tempfile::tempdir().unwrap();
    let inside = place.path().join("scan");
    fs::create_dir_all(inside.join("sub")).unwrap();
    let secret = place.path().join("secret.raw");
    fs::write(&secret, EIGHT).unwrap();
    fs::write(inside.join("sub/near.raw"), EIGHT).unwrap();
    let mut names = vec![
        "../secret.raw".to_owned(),
        "sub/../../secret.raw".to_owned(),
        secret.to_string_lossy().into_owned(),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, inside.join("link.raw")).unwrap();
        std::os::unix::fs::symlink(place.path(), inside.join("up")).unwrap();
        names.extend(["link.raw".to_owned(), "up/secret.raw".to_owned()]);
    }
    let headers = |name: &str| {
        [
            (
                "a.mhd",
                format!("{META}\nElementSpacing = .02 .02 .02\nElementDataFile = {name}\n"),
            ),
            (
                "b.mhd",
                format!("{META}\nElementSpacing = .02 .02 .02\nElementDataFile = LIST\n{name}\n"),
            ),
            (
                "a.nhdr",
                format!(
                    "NRRD0004\n{NRRD}\nencoding: raw\nspacings: 20 20 20\nunits: um um um\ndata file: {name}\n"
                ),
            ),
        ]
    };
    let anywhere = ReadOptions {
        data_anywhere: true,
        ..ReadOptions::default()
    };
    for name in &names {
        for (header, text) in headers(name) {
            let path = inside.join(header);
            fs::write(&path, text).unwrap();
            let error = read(&path, None).unwrap_err();
            assert!(
                matches!(error, ImageError::OutsideFolder { .. }),
                "{name}: {error}"
            );
            let error = error.to_string();
            assert!(
                error.contains("--data-anywhere") && error.contains("data_anywhere"),
                "{error}"
            );
            let image = read_with(&path, &anywhere).unwrap();
            assert_eq!(image.values, EIGHT.map(f32::from), "{name}");
        }
    }
    for name in ["sub/near.raw", "./sub/near.raw", "sub/../sub/near.raw"] {
        for (header, text) in headers(name) {
            let path = inside.join(header);
            fs::write(&path, text).unwrap();
            assert_eq!(
                read(&path, None).unwrap().values,
                EIGHT.map(f32::from),
                "{name}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_wherever_a_file_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = |name: &str| {
        let path = folder.path().join(name);
        let made = std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap();
        assert!(made.success());
        path
    };
    let refused = |result: Result<Image, ImageError>, name: &str| {
        let error = result.unwrap_err();
        assert!(
            matches!(error, ImageError::NotAFile { .. }),
            "{name}: {error}"
        );
    };
    for name in [
        "a.nii", "a.nii.gz", "a.mha", "a.mhd", "a.nrrd", "a.nhdr", "a.tif",
    ] {
        refused(read(&pipe(name), None), name);
        let device = folder.path().join(format!("device_{name}"));
        std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
        refused(read(&device, None), name);
    }
    let socket = folder.path().join("socket.nii");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    refused(read(&socket, None), "socket.nii");
    pipe("data.raw");
    for (name, text) in [
        (
            "c.mhd",
            format!("{META}\nElementSpacing = .02 .02 .02\nElementDataFile = data.raw\n"),
        ),
        (
            "d.mhd",
            format!(
                "{META}\nElementSpacing = .02 .02 .02\nHeaderSize = -1\nElementDataFile = data.raw\n"
            ),
        ),
        (
            "c.nhdr",
            format!(
                "NRRD0004\n{NRRD}\nencoding: raw\nspacings: 20 20 20\nunits: um um um\nbyte skip: -1\ndata file: data.raw\n"
            ),
        ),
        (
            "d.nhdr",
            format!(
                "NRRD0004\n{NRRD}\nencoding: raw\nspacings: 20 20 20\nunits: um um um\nline skip: 1\ndata file: data.raw\n"
            ),
        ),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        refused(read(&path, None), name);
    }
    let slices = folder.path().join("slices");
    fs::create_dir(&slices).unwrap();
    write_slice(&slices.join("s0.tif"), Some(500), 0);
    let last = slices.join("s1.tif");
    let made = std::process::Command::new("mkfifo")
        .arg(&last)
        .status()
        .unwrap();
    assert!(made.success());
    refused(read(&slices, None), "slices");
}

/// A little-endian TIFF of 8 bits with a page per part of `layers`; `more` are entries of the first page
/// (tag, type, count, value), `unit` and `per_unit` the resolution.
fn tiff_of(
    [width, height]: [u32; 2],
    layers: &[&[u8]],
    description: &str,
    (unit, per_unit): (u32, u32),
    more: &[[u32; 4]],
) -> Vec<u8> {
    let mut bytes = b"II*\0".to_vec();
    let text = [description.as_bytes(), b"\0\0\0\0\0"].concat();
    let data_at = 8_u32;
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(per_unit.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    let text_at = bytes.len() as u32;
    bytes.extend(&text);
    let mut link = 4;
    for (number, layer) in layers.iter().enumerate() {
        let strip_at = bytes.len() as u32;
        bytes.extend(*layer);
        let mut entries = vec![
            [256, 4, 1, width],
            [257, 4, 1, height],
            [258, 3, 1, 8],
            [259, 3, 1, 1],
            [262, 3, 1, 1],
            [270, 2, text.len() as u32, text_at],
            [273, 4, 1, strip_at],
            [278, 4, 1, height],
            [279, 4, 1, layer.len() as u32],
            [282, 5, 1, data_at],
            [283, 5, 1, data_at],
            [296, 3, 1, unit],
        ];
        if number == 0 {
            entries.extend(more);
        } else {
            entries.retain(|entry| entry[0] != 270);
        }
        let at = (bytes.len() as u32).to_le_bytes();
        bytes[link..link + 4].copy_from_slice(&at);
        bytes.extend((entries.len() as u16).to_le_bytes());
        for [tag, kind, count, value] in entries {
            bytes.extend((tag as u16).to_le_bytes());
            bytes.extend((kind as u16).to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        link = bytes.len();
        bytes.extend(0_u32.to_le_bytes());
    }
    bytes
}

const LAYERS: [&[u8]; 2] = [&[1, 2, 3, 4], &[5, 6, 7, 8]];

#[test]
fn what_tifffile_says_of_spacing_and_axes_counts() {
    let of = |description: &str, resolution| tiff_of([2, 2], &LAYERS, description, resolution, &[]);
    for (words, resolution) in [
        (r#""spacing": 40.0, "unit": "um", "axes": "ZYX""#, (3, 500)),
        (r#""spacing": 0.04, "unit": "mm", "axes": "IYX""#, (1, 50)),
        (r#""spacing": 40, "unit": "\u00b5m""#, (3, 500)),
    ] {
        let bytes = of(&format!(r#"{{"shape": [2, 2, 2], {words}}}"#), resolution);
        reads("a.tif", &bytes, LONG, |v| v);
    }
    // A length without a unit, or with one that is none, is no length.
    for (words, resolution, part) in [
        (
            r#""spacing": 40.0"#,
            (3, 500),
            "spacing 40.0, without a unit",
        ),
        (
            r#""spacing": 40.0, "unit": "pixel""#,
            (3, 500),
            "unit \"pixel\"",
        ),
        (r#""spacing": [40], "unit": "um""#, (3, 500), "spacing [40]"),
        (r#""spacing": 40, "unit": "um""#, (1, 1), "without a unit"),
        (r#""PhysicalSizeZ": 40"#, (3, 500), "PhysicalSizeZ 40"),
        (r#""spacing": 0, "unit": "um""#, (3, 500), "20 x 20 x 0 um"),
        (r#""axes": "XYZ""#, (3, 500), "axes is XYZ"),
        (r#""axes": "YXZ""#, (3, 500), "axes is YXZ"),
        (r#""axes": "ZXY""#, (3, 500), "axes is ZXY"),
        (r#""axes": "VYX""#, (3, 500), "axes is VYX"),
        (r#""axes": "YX""#, (3, 500), "axes is YX"),
        (r#""axes": "TYX""#, (3, 500), "with the axes TYX"),
    ] {
        let bytes = of(&format!(r#"{{"shape": [2, 2, 2], {words}}}"#), resolution);
        let error = written("a.tif", &bytes, ReadOptions::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{words}: {error}");
    }
}

#[test]
fn volumes_in_one_directory_are_refused_by_their_tag() {
    for (entry, part) in [
        ([32_997, 4, 1, 2], "ImageDepth (tag 32997) is 2"),
        ([32_998, 3, 1, 2], "TileDepth (tag 32998) is 2"),
        ([33_628, 4, 2, 8], "tag 33628"),
        ([33_629, 4, 2, 8], "tag 33629"),
        ([33_630, 4, 2, 8], "tag 33630"),
        ([33_631, 4, 2, 8], "tag 33631"),
        ([34_361, 1, 4, 8], "tag 34361"),
        ([34_412, 1, 4, 8], "tag 34412"),
    ] {
        let bytes = tiff_of([2, 2], &LAYERS[..1], "", (3, 500), &[entry]);
        let error = written("a.tif", &bytes, given([20.0; 3])).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    let flat = tiff_of([2, 2], &LAYERS, "", (3, 500), &[[32_997, 4, 1, 1]]);
    reads("a.tif", &flat, [20.0; 3], |v| v);
}

/// OME-XML of two layers of 20 x 20 x 40 um, with what stands in the element `Pixels`.
fn ome_words(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><OME><Image><Pixels SizeX=\"2\" SizeY=\"2\" SizeZ=\"2\" SizeC=\"1\" \
         SizeT=\"1\" PhysicalSizeX=\"20\" PhysicalSizeY=\"20\" PhysicalSizeZ=\"40\">{inside}\
         </Pixels></Image></OME>"
    )
}

fn ome(inside: &str) -> Vec<u8> {
    tiff_of([2, 2], &LAYERS, &ome_words(inside), (1, 1), &[])
}

#[test]
fn planes_of_ome_files_are_in_the_order_of_pages_or_refused() {
    for plain in [
        "",
        "<TiffData/>",
        "<TiffData IFD='0' PlaneCount='2'></TiffData>",
        "<TiffData IFD='0'/><TiffData IFD='1' FirstZ='1' FirstC='0' FirstT='0' PlaneCount='1'/>",
    ] {
        reads("a.ome.tif", &ome(plain), LONG, |v| v);
    }
    for (odd, part) in [
        (
            "<TiffData IFD='0' FirstZ='1'/><TiffData IFD='1' FirstZ='0'/>",
            "IFD 0, FirstZ 1 in the element 1 after 0 planes",
        ),
        ("<TiffData IFD='1'/><TiffData IFD='0' FirstZ='1'/>", "IFD 1"),
        (
            "<TiffData IFD='0'/><TiffData IFD='0'/>",
            "IFD 0 in the element 2",
        ),
        (
            "<TiffData IFD='0'/><TiffData IFD='0' FirstZ='1'/>",
            "FirstZ 1",
        ),
        ("<TiffData IFD='0'/>", "1 of 2 planes"),
        ("<TiffData FirstZ='1'/>", "FirstZ 1"),
        ("<TiffData FirstC='1'/>", "FirstC 1"),
        ("<TiffData FirstT='1'/>", "FirstT 1"),
        ("<TiffData IFD='0' PlaneCount='12'/>", "PlaneCount 12"),
        ("<TiffData IFD='-1'/>", "IFD -1"),
        ("<TiffData IFD='0' PlaneCount='0'/>", "PlaneCount 0"),
    ] {
        let error = written("a.ome.tif", &ome(odd), given([20.0; 3])).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("TiffData") && error.contains(part),
            "{error}"
        );
    }
}

#[test]
fn positions_of_ome_planes_that_contradict_the_size_along_z_leave_no_size() {
    let planes = |second: &str, unit: &str| {
        format!(
            "<Plane TheZ='0' PositionZ='5' {unit}/><Plane TheZ='1' PositionZ='{second}' {unit}/>"
        )
    };
    let um = "PositionZUnit='&#181;m'";
    for (second, unit) in [
        ("45", um),
        ("-35", um),
        ("5", um),
        ("25", "PositionZUnit='reference frame'"),
    ] {
        reads("a.ome.tif", &ome(&planes(second, unit)), LONG, |v| v);
    }
    for (second, unit, part) in [
        (
            "25",
            um,
            "PositionZ steps by 20 um up to plane 1, against PhysicalSizeZ of 40 um",
        ),
        ("5.02", "PositionZUnit='mm'", "PositionZ steps by 20 um"),
    ] {
        let bytes = ome(&planes(second, unit));
        let error = written("a.ome.tif", &bytes, ReadOptions::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert!(written("a.ome.tif", &bytes, given(LONG)).is_ok());
    }
}

/// A header of NIfTI-1 whose sform has these columns, times the voxel size.
fn with_rows(columns: [[f32; 3]; 3]) -> Vec<u8> {
    nifti(|bytes| {
        bytes[254] = 1;
        for (axis, (column, size)) in columns.into_iter().zip([0.02, 0.02, 0.04]).enumerate() {
            for (row, part) in column.into_iter().enumerate() {
                put(bytes, 280 + 16 * row + 4 * axis, part * size);
            }
        }
    })
}

#[test]
fn axes_that_are_not_at_right_angles_are_refused_and_turned_ones_are_read() {
    let of = |columns: [[f32; 3]; 3]| {
        let words = |scale: [f32; 3]| {
            columns
                .into_iter()
                .zip(scale)
                .map(|(column, size)| column.map(|part| (part * size).to_string()))
        };
        let vectors: Vec<String> = words([0.02, 0.02, 0.04])
            .map(|parts| format!("({})", parts.join(",")))
            .collect();
        let matrix: Vec<String> = words([1.0; 3]).map(|parts| parts.join(" ")).collect();
        [
            ("a.nii", "srow_x", with_rows(columns)),
            (
                "a.nrrd",
                "space directions",
                nrrd(
                    &format!(
                        "{NRRD}\nencoding: raw\nspace: LPS\nspace directions: {}",
                        vectors.join(" ")
                    ),
                    &EIGHT,
                ),
            ),
            (
                "a.mha",
                "TransformMatrix",
                meta(
                    &format!(
                        "{META}\nElementSpacing = .02 .02 .04\nTransformMatrix = {}",
                        matrix.join(" ")
                    ),
                    &EIGHT,
                ),
            ),
        ]
    };
    let half = 0.5_f32.sqrt();
    for turned in [
        [[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]],
        [[half, half, 0.0], [-half, half, 0.0], [0.0, 0.0, 1.0]],
        // Rounded to three decimals.
        [[0.5, 0.866, 0.0], [-0.866, 0.5, 0.0], [0.0, 0.0, 1.0]],
    ] {
        for (name, _, bytes) in of(turned) {
            let image = written(name, &bytes, ReadOptions::default()).unwrap();
            assert_eq!(image.values, EIGHT.map(f32::from), "{name}");
        }
    }
    for (odd, part) in [
        (
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.6, 0.0, 0.8]],
            "axes x and z at a cosine of 0.6",
        ),
        (
            [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
            "axes x and y at a cosine of 1",
        ),
        (
            [[1.0, 0.0, 0.0], [0.01, 0.99995, 0.0], [0.0, 0.0, 1.0]],
            "axes x and y at a cosine of 0.01",
        ),
    ] {
        for (name, field, bytes) in of(odd) {
            let error = written(name, &bytes, given([20.0; 3])).unwrap_err();
            let error = error.to_string();
            assert!(error.contains(field) && error.contains(part), "{error}");
        }
    }
    // A direction of another length would be another voxel size.
    let scaled = meta(
        &format!("{META}\nElementSpacing = 1 1 1\nTransformMatrix = 2 0 0 0 2 0 0 0 2"),
        &EIGHT,
    );
    let error = written("a.mha", &scaled, given([20.0; 3])).unwrap_err();
    assert!(error.to_string().contains("of the length 2"), "{error}");
}

#[test]
fn fields_that_contradict_each_other_are_refused() {
    let units = format!("{NRRD}\nencoding: raw\nunits: um um um");
    let directions = "space: LPS\nspace directions: (0.02,0,0) (0,0.02,0) (0,0,0.04)";
    let spaced = format!("{META}\nElementSpacing = .02 .02 .04");
    for (name, bytes, part) in [
        (
            "a.nrrd",
            nrrd(
                &format!("{units}\nspacings: 20 20 40\nspacings: 10 10 10"),
                &EIGHT,
            ),
            "the field \"spacings\" twice",
        ),
        (
            "a.nrrd",
            nrrd(
                &format!("{units}\nspacings: 20 20 40\nbyte skip: 0\nbyteskip: 1"),
                &EIGHT,
            ),
            "the field \"byte skip\" twice",
        ),
        (
            "a.nrrd",
            nrrd(
                &format!("{units}\nspacings: 10 10 10\n{directions}\nspace units: mm mm mm"),
                &EIGHT,
            ),
            "spacings is [10.0, 10.0, 10.0] beside space directions",
        ),
        (
            "a.mha",
            meta(&format!("{spaced}\nElementSpacing = .01 .01 .01"), &EIGHT),
            "the field \"ElementSpacing\" twice",
        ),
        (
            "a.mha",
            meta(
                &format!("{spaced}\nOffset = 0 0 0\nPosition = 1 0 0"),
                &EIGHT,
            ),
            "Position is [1.0, 0.0, 0.0] beside Offset",
        ),
        (
            "a.mha",
            meta(
                &format!("{spaced}\nElementByteOrderMSB = True\nBinaryDataByteOrderMSB = False"),
                &EIGHT,
            ),
            "BinaryDataByteOrderMSB is false",
        ),
    ] {
        let error = written(name, &bytes, ReadOptions::default()).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    // What is said twice alike is no contradiction.
    for fields in [
        format!("{units}\nspacings: 20 20 40\nspacings: 20  20 40"),
        format!("{units}\nspacings: 20 20 40\n{directions}\nspace units: mm mm mm"),
        format!("{units}\nspacings: 20 20 40\nspace units: mm mm mm"),
    ] {
        reads("a.nrrd", &nrrd(&fields, &EIGHT), LONG, |v| v);
    }
    let twice = format!("{spaced}\nElementSpacing = .02 .02 .04\nOffset = 0 0 0\nOrigin = 0 0 0");
    reads("a.mha", &meta(&twice, &EIGHT), LONG, |v| v);
}

#[test]
fn data_files_are_in_the_folder_however_they_are_named_and_each_is_listed_once() {
    let place = tempfile::tempdir().unwrap();
    let inside = place.path().join("scan");
    fs::create_dir_all(inside.join("sub")).unwrap();
    fs::write(inside.join("in.raw"), EIGHT).unwrap();
    let path = inside.join("a.mhd");
    let write = |data: &str| {
        let text = format!("{META}\nElementSpacing = .02 .02 .02\nElementDataFile = {data}\n");
        fs::write(&path, text).unwrap();
        read(&path, None)
    };
    let whole = inside.join("in.raw");
    for name in [
        "../scan/in.raw",
        "sub/../../scan/in.raw",
        &*whole.to_string_lossy(),
    ] {
        assert_eq!(write(name).unwrap().values, EIGHT.map(f32::from), "{name}");
    }
    let missing = write("../scan/no.raw").unwrap_err();
    assert!(
        matches!(missing, ImageError::MissingDataFile { .. }),
        "{missing}"
    );
    for name in ["../no.raw", "../no/no.raw", "/no/no.raw"] {
        let error = write(name).unwrap_err();
        assert!(matches!(error, ImageError::OutsideFolder { .. }), "{error}");
    }
    for second in ["in.raw", "./in.raw", "../scan/in.raw"] {
        let error = write(&format!("LIST\nin.raw\n{second}"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("ElementDataFile") && error.contains("twice"),
            "{error}"
        );
    }
}

#[test]
fn whole_numbers_that_values_cannot_hold_are_warned_of() {
    let first: i32 = 1 << 24;
    let ints = |values: [i32; 8]| values.map(i32::to_le_bytes).concat();
    let low = ints([0, 1, 2, 3, 4, 5, 6, first - 1]);
    let high = ints([0, 1, 2, 3, 4, 5, first, first + 1]);
    let meta_of = |kind: &str, more: &str, bytes: &[u8]| {
        let header = META.replace("MET_UCHAR", kind);
        meta(
            &format!("{header}\nElementSpacing = .02 .02 .02{more}"),
            bytes,
        )
    };
    let nrrd_of = |bytes: &[u8]| {
        let header = NRRD.replace("uchar", "int");
        let fields =
            format!("{header}\nencoding: raw\nendian: little\nspacings: 20 20 20\nunits: um um um");
        nrrd(&fields, bytes)
    };
    let nifti_of = |bytes: &[u8]| {
        nifti(|all| {
            all.truncate(352);
            all[70..74].copy_from_slice(&[8, 0, 32, 0]);
            all.extend(bytes);
        })
    };
    let tiff_with = |bytes: &[u8]| {
        let mut file = tiff_of([2, 4], &[bytes], "", (3, 500), &[[339, 3, 1, 2]]);
        // BitsPerSample, a short: 8 becomes 32.
        let entry = [2, 1, 3, 0, 1, 0, 0, 0, 8];
        let at = file.windows(9).position(|window| window == entry);
        file[at.unwrap() + 8] = 32;
        file
    };
    let long = |last: i64| [1, 2, 3, 4, 5, 6, 7, last].map(i64::to_le_bytes).concat();
    let offset = "\nElementToIntensityFunctionOffset = 1e9";
    let small = "\nElementToIntensityFunctionSlope = 1e-6";
    for (name, bytes, count) in [
        ("a.mha", meta_of("MET_INT", "", &low), None),
        (
            "a.mha",
            meta_of("MET_INT", "", &high),
            Some((2, "(up to 16777216)")),
        ),
        ("a.mha", meta_of("MET_INT", small, &low), None),
        ("a.mha", meta_of("MET_UCHAR", "", &EIGHT), None),
        (
            "a.mha",
            meta_of("MET_UCHAR", offset, &EIGHT),
            Some((8, "1000000000")),
        ),
        (
            "a.mha",
            meta_of("MET_LONG_LONG", "", &long(-(1 << 40))),
            Some((1, "(up to 1099511627776)")),
        ),
        (
            "a.mha",
            meta_of(
                "MET_FLOAT",
                "",
                &[1e9_f32; 8].map(f32::to_le_bytes).concat(),
            ),
            None,
        ),
        ("a.nrrd", nrrd_of(&low), None),
        ("a.nrrd", nrrd_of(&high), Some((2, "16777216"))),
        ("a.nii", nifti_of(&low), None),
        ("a.nii", nifti_of(&high), Some((2, "16777216"))),
        ("a.tif", tiff_with(&low), None),
        ("a.tif", tiff_with(&high), Some((2, "16777216"))),
    ] {
        let image = written(name, &bytes, given([20.0; 3])).unwrap();
        let rounded: Vec<&String> = image
            .warnings
            .iter()
            .filter(|warning| warning.contains("they are rounded"))
            .collect();
        match count {
            None => assert_eq!(rounded, Vec::<&String>::new(), "{name}"),
            Some((count, part)) => {
                assert_eq!(rounded.len(), 1, "{name}: {:?}", image.warnings);
                let start = format!("{count} of 8 values");
                assert!(
                    rounded[0].starts_with(&start) && rounded[0].contains(part),
                    "{rounded:?}"
                );
            }
        }
    }
}
