//! Files of scanners and of VTK, Zarr and DICOM, against what their own readers say of them.
//!
//! `tests/data/formats` holds one crop in every format; ITK (`IOScanco` 1.0.1), aimio-py 0.4.1, VTK, zarr-python
//! and pydicom read the same values from them. The files of `tests/data/readers` are read by aimio-py 0.4.1 with
//! the sums that stand here.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

use howship::specimen::image::{Image, ReadOptions, read, read_with};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn sum(image: &Image) -> f64 {
    image.values.iter().map(|&value| f64::from(value)).sum()
}

fn at(image: &Image, [x, y, z]: [usize; 3]) -> f64 {
    f64::from(image.values[(z * image.dims[1] + y) * image.dims[0] + x])
}

fn error(path: &Path) -> String {
    read(path, None).unwrap_err().to_string()
}

/// The crop, whose values are `slope` x the plain ones + `intercept`.
fn check_crop(name: &str, slope: f64, intercept: f64) -> Image {
    let image = read(&data(&format!("formats/{name}")), None).unwrap();
    assert_eq!(image.dims, [40, 32, 24], "{name}");
    assert!(
        image.spacing_um.iter().all(|um| (um - 19.5).abs() < 1e-9),
        "{name}"
    );
    let expected = slope * 3_291_250.0 + intercept * 30_720.0;
    assert!(
        (sum(&image) - expected).abs() < 1e-3,
        "{name}: {}",
        sum(&image)
    );
    for (place, plain) in [
        ([3, 5, 7], 48.0),
        ([39, 0, 0], 39.0),
        ([0, 31, 0], 52.0),
        ([0, 0, 23], 145.0),
    ] {
        let expected = slope * plain + intercept;
        assert!(
            (at(&image, place) - expected).abs() < 1e-6,
            "{name}: {place:?}"
        );
    }
    image
}

#[test]
fn every_sample_has_the_values_of_its_own_reader() {
    check_crop("crop_i16.isq", 20.0, -1000.0);
    check_crop("crop_i16.aim", 20.0, -1000.0);
    for name in ["crop_u8_appended.vti", "crop_u8_binary.vti"] {
        check_crop(name, 1.0, 0.0);
    }
    for name in ["crop_i16_appended_zlib.vti", "crop_i16_binary_zlib.vti"] {
        check_crop(name, 20.0, -1000.0);
    }
    for name in ["crop_i16_v0.4.ome.zarr", "crop_i16_v0.5.ome.zarr"] {
        check_crop(name, 20.0, -1000.0);
    }
    // Names are shuffled, and rescaled: 0.5 x stored + 100.
    let series = check_crop("dicom", 10.0, -400.0);
    assert_eq!(series.orientation.frame, "LPS");
    for name in [
        "dicom",
        "crop_u8_appended.vti",
        "crop_i16_v0.4.ome.zarr",
        "crop_i16_v0.5.ome.zarr",
    ] {
        let image = read(&data(&format!("formats/{name}")), None).unwrap();
        for (found, expected) in image.orientation.origin_mm.iter().zip([1.5, -2.0, 10.0]) {
            assert!((found - expected).abs() < 1e-9, "{name}: {found}");
        }
    }
    // Runs of two values: 0 and 127, whose sum aimio-py gives.
    let mask = read(&data("formats/crop_seg_i8.aim"), None).unwrap();
    assert!((sum(&mask) - 2_405_888.0).abs() < 0.5);
    assert!(
        mask.values
            .iter()
            .all(|&v| v.abs() < 0.5 || (v - 127.0).abs() < 0.5)
    );
}

/// AIM v020 with VAX floats and every packing, an ISQ with a calibration: 9 x 7 x 6 voxels of 20 x 20 x 40 um.
#[test]
fn scanco_files_of_both_versions_are_read_and_calibrated() {
    for (name, total, probes) in [
        ("aim_v020_i16.aim", 868_380.0, [2780.0, 1220.0]),
        ("aim_v020_runs.aim", 787.0, [3.0, 1.0]),
        ("aim_v020_bits.aim", 28_829.0, [127.0, 0.0]),
        ("aim_v020_margin.aim", 10_033.0, [127.0, 0.0]),
        ("aim_v030_mask.aim", 28_829.0, [127.0, 0.0]),
        ("calibrated.isq", 868_380.0, [2780.0, 1220.0]),
    ] {
        let image = read(&data(&format!("readers/{name}")), None).unwrap();
        assert_eq!(image.dims, [9, 7, 6], "{name}");
        for (um, expected) in image.spacing_um.iter().zip([20.0, 20.0, 40.0]) {
            assert!((um - expected).abs() < 1e-6, "{name}: {um}");
        }
        assert!((sum(&image) - total).abs() < 0.5, "{name}: {}", sum(&image));
        let found = [at(&image, [4, 2, 3]), at(&image, [8, 6, 5])];
        assert!(
            found.iter().zip(probes).all(|(a, b)| (a - b).abs() < 0.5),
            "{name}: {found:?}"
        );
        let density = image
            .density
            .unwrap_or_else(|| unreachable!("{name} is calibrated"));
        if name.contains("i16") || name.contains("isq") {
            // aimio-py's density of the AIM has this mean.
            let mean = density.at(sum(&image) / 378.0);
            assert!(
                (mean - 58.469_553_830_605_12).abs() < 1e-6,
                "{name}: {mean}"
            );
            assert!((density.stored(density.at(1234.0)) - 1234.0).abs() < 1e-6);
        }
    }
    let plain = read(&data("formats/crop_i16.aim"), None).unwrap();
    assert_eq!(plain.density, None);
}

/// A field of an ISQ or AIM with another number in four bytes.
fn changed(name: &str, at: usize, new: &[u8]) -> String {
    let path = data(name);
    let mut bytes = fs::read(&path).unwrap();
    if new.is_empty() {
        bytes.truncate(at);
    } else {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(path.file_name().unwrap());
    fs::write(&copy, bytes).unwrap();
    match read(&copy, None) {
        Ok(image) => format!("read, {:?} of {:?} um", image.dims, image.spacing_um),
        Err(error) => error.to_string(),
    }
}

#[test]
fn wrong_fields_of_scanco_files_are_named() {
    let four = |n: i32| n.to_le_bytes();
    for (name, at, new, words) in [
        (
            "readers/calibrated.isq",
            0,
            &b"XTDATA"[..],
            "CTDATA-HEADER_V1",
        ),
        (
            "readers/calibrated.isq",
            16,
            &four(9),
            "data_type (byte 16) is 9",
        ),
        ("readers/calibrated.isq", 44, &four(-9), "dimx_p"),
        (
            "readers/calibrated.isq",
            44,
            &four(i32::MAX),
            "2147483647 x 7 x 6",
        ),
        ("readers/calibrated.isq", 56, &four(0), "dimx_um"),
        (
            "readers/calibrated.isq",
            56,
            &four(1_800_000_000),
            "states voxels of 200000000",
        ),
        ("readers/calibrated.isq", 508, &four(-1), "[0, 0, 0]"),
        (
            "readers/calibrated.isq",
            508,
            &four(i32::MAX),
            "data_offset (byte 508) is 2147483647",
        ),
        ("readers/calibrated.isq", 3200, &[], "end early"),
        ("readers/calibrated.isq", 100, &[], "end early"),
        (
            "readers/aim_v020_i16.aim",
            0,
            &four(24),
            "the list of blocks",
        ),
        (
            "readers/aim_v020_i16.aim",
            40,
            &four(77),
            "type is 0x0000004d",
        ),
        ("readers/aim_v020_i16.aim", 56, &four(0), "dim is 0"),
        (
            "readers/aim_v020_i16.aim",
            56,
            &four(1_000_000),
            "end early",
        ),
        (
            "readers/aim_v020_margin.aim",
            68,
            &four(7),
            "off is [7, 1, 1]",
        ),
        ("readers/aim_v020_i16.aim", 128, &four(0), "el_size"),
        ("readers/aim_v020_i16.aim", 1000, &[], "end early"),
        (
            "readers/aim_v020_runs.aim",
            56,
            &four(8),
            "runs do not fill",
        ),
        (
            "readers/aim_v030_mask.aim",
            0x60,
            &four(1_000_000),
            "cannot hold so many",
        ),
    ] {
        let found = changed(name, at, new);
        if at == 508 && words.starts_with('[') {
            // -1 would put the data at byte 0.
            assert!(found.contains("data_offset"), "{found}");
        } else {
            assert!(found.contains(words), "{name} at {at}: {found}");
        }
    }
}

/// The series with one file changed, added or taken away.
fn series(change: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data("formats/dicom")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    change(folder.path());
    match read(folder.path(), None) {
        Ok(image) => format!(
            "read {:?}, {:?}, {:?}",
            image.dims, image.assumed, image.warnings
        ),
        Err(error) => error.to_string(),
    }
}

/// A file with every place of some bytes filled with others of the same length.
fn reworded(path: &Path, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).unwrap();
    let places: Vec<usize> = (0..bytes.len() - from.len())
        .filter(|&at| bytes[at..].starts_with(from))
        .collect();
    assert!(!places.is_empty(), "{} is not there", from.escape_ascii());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    fs::write(path, bytes).unwrap();
}

/// Where the value of an element of explicit type begins, and its bytes.
fn element(bytes: &[u8], tag: [u8; 4]) -> (usize, Vec<u8>) {
    let at = bytes.windows(4).position(|four| four == tag).unwrap();
    let length = usize::from(u16::from_le_bytes([bytes[at + 6], bytes[at + 7]]));
    (at + 8, bytes[at + 8..at + 8 + length].to_vec())
}

#[test]
fn series_that_are_not_whole_or_not_one_are_refused() {
    let name = |folder: &Path, n: usize| folder.join(format!("IM{n:04}.dcm"));
    let found = series(|_| ());
    assert!(found.starts_with("read [40, 32, 24]"), "{found}");
    let found = series(|folder| fs::write(folder.join("notes.txt"), "by hand").unwrap());
    assert!(
        found.starts_with("read") && found.contains("notes.txt"),
        "{found}"
    );

    // Some file in the middle of the stack: the first and the last would leave a whole series.
    let gaps = (0..24)
        .map(|n| series(|folder| fs::remove_file(name(folder, n)).unwrap()))
        .filter(|found| found.contains("a slice is missing"))
        .count();
    assert_eq!(gaps, 22);
    let found = series(|folder| {
        fs::copy(name(folder, 3), folder.join("again")).unwrap();
    });
    assert!(found.contains("same position"), "{found}");

    let tag = |group: u16, number: u16| {
        let [a, b] = group.to_le_bytes();
        let [c, d] = number.to_le_bytes();
        [a, b, c, d]
    };
    let other = |n: usize, of: [u8; 4], by: &dyn Fn(&[u8]) -> Vec<u8>| {
        series(|folder| {
            let path = name(folder, n);
            let mut bytes = fs::read(&path).unwrap();
            let (at, value) = element(&bytes, of);
            let new = by(&value);
            assert_eq!(new.len(), value.len());
            bytes[at..at + new.len()].copy_from_slice(&new);
            fs::write(&path, bytes).unwrap();
        })
    };
    let last_digit = |value: &[u8]| {
        let mut new = value.to_vec();
        let at = new.iter().rposition(u8::is_ascii_digit).unwrap();
        new[at] = if new[at] == b'7' { b'8' } else { b'7' };
        new
    };
    let found = other(5, tag(0x0020, 0x000e), &last_digit);
    assert!(found.contains("2 series"), "{found}");
    let found = other(5, tag(0x0028, 0x0010), &|_| vec![31, 0]);
    assert!(found.contains("Columns, Rows"), "{found}");
    let found = other(5, tag(0x0028, 0x0002), &|_| vec![3, 0]);
    assert!(found.contains("SamplesPerPixel is 3"), "{found}");
    let found = other(5, tag(0x0028, 0x0100), &|_| vec![12, 0]);
    assert!(found.contains("BitsAllocated is 12"), "{found}");
    // Positions aslant to the slices: x moves with every slice of which the first letter is changed.
    let found = other(5, tag(0x0020, 0x0032), &|value| {
        let mut new = value.to_vec();
        new[0] = if new[0] == b'9' { b'8' } else { b'9' };
        new
    });
    assert!(found.contains("shifted aside"), "{found}");
    let packed = series(|folder| {
        reworded(
            &name(folder, 7),
            b"1.2.840.10008.1.2.1\0",
            b"1.2.840.10008.1.2.5\0",
        );
    });
    assert!(packed.contains("run lengths"), "{packed}");
    let short = series(|folder| {
        let path = name(folder, 7);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    });
    assert!(
        short.contains("IM0007.dcm") && short.contains("beyond the file"),
        "{short}"
    );
}

#[test]
fn slices_of_skyscan_and_png_have_the_size_of_their_log() {
    for (folder, slope) in [("skyscan_bmp", 1.0), ("skyscan_png16", 20.0)] {
        let image = read(&data(&format!("readers/{folder}")), None).unwrap();
        assert_eq!(image.dims, [9, 7, 6], "{folder}");
        assert_eq!(image.spacing_from, "the SkyScan log");
        for (um, expected) in image.spacing_um.iter().zip([20.0, 20.0, 40.0]) {
            assert!((um - expected).abs() < 1e-9, "{folder}: {um}");
        }
        assert!((sum(&image) - slope * 43_419.0).abs() < 0.5, "{folder}");
        assert!(
            (at(&image, [4, 2, 3]) - slope * 139.0).abs() < 0.5,
            "{folder}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data("readers/skyscan_bmp")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "bmp") {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    assert!(
        error(folder.path()).contains("no SkyScan log"),
        "{}",
        error(folder.path())
    );
    let options = ReadOptions {
        spacing_um: Some([20.0; 3]),
        ..ReadOptions::default()
    };
    assert!(read_with(folder.path(), &options).unwrap().assumed[0].contains("spr"));
    let first = folder.path().join("bone_rec0000.bmp");
    let mut bytes = fs::read(&first).unwrap();
    bytes[28] = 4;
    fs::write(&first, &bytes).unwrap();
    assert!(error(folder.path()).contains("biBitCount is 4"));
    bytes[28] = 8;
    bytes[19] = 1;
    fs::write(&first, &bytes).unwrap();
    assert!(error(folder.path()).contains("end early"));
    fs::write(folder.path().join("x0.png"), "").unwrap();
    assert!(error(folder.path()).contains("several kinds"));
}

/// A file of VTK with some words changed.
fn vti(from: &str, to: &str) -> String {
    let bytes = fs::read(data("formats/crop_i16_appended_zlib.vti")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("a.vti");
    fs::write(&copy, text.replacen(from, to, 1)).unwrap();
    error(&copy)
}

#[test]
fn wrong_fields_of_vti_are_named() {
    for (from, to, words) in [
        (
            "type=\"ImageData\"",
            "type=\"PolyData\"",
            "VTKFile type is \"PolyData\"",
        ),
        (
            "vtkZLibDataCompressor",
            "vtkLZMADataCompressor",
            "compressor is \"vtkLZMADataCompressor\", expected vtkZLibDataCompressor or vtkLZ4DataCompressor",
        ),
        ("UInt32", "UInt16", "header_type is \"UInt16\""),
        ("WholeExtent=\"0 39", "WholeExtent=\"0 38", "Piece Extent"),
        ("WholeExtent=\"0 39", "WholeExtent=\"9 3", "6 whole numbers"),
        ("Int16", "String", "DataArray type"),
        (
            "format=\"appended\"",
            "format=\"other\"",
            "DataArray format",
        ),
        ("offset=\"0\"", "offset=\"99999999\"", "offset is 99999999"),
        ("Spacing=\"0.0195", "Spacing=\"0", "Spacing"),
        (
            "Spacing=\"0.0195",
            "Spacing=\"19.5",
            "states voxels of 19500",
        ),
        ("Direction=\"1 0 0 0", "Direction=\"1 0 0 1", "Direction"),
        (
            "_AgAAAACAAAAAcAAA",
            "_AgAAAACAAAAAcAAB",
            "the size of the array",
        ),
        ("eF5FnS1c", "eF5FnS1d", "crop"),
    ] {
        let found = vti(from, to);
        assert!(found.contains(words) || words == "crop", "{from}: {found}");
        assert!(found.contains("a.vti"), "{found}");
    }
}

#[test]
fn arrays_of_text_and_of_cells_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vti");
    let file = |data: &str| {
        format!(
            "<?xml version=\"1.0\"?><VTKFile type='ImageData' byte_order=\"LittleEndian\"><!-- a > b -->\
             <ImageData WholeExtent=\"0 2 0 1 0 2\" Origin=\"1 2 3\" Spacing=\"0.02 0.02 0.04\">\
             <Piece Extent=\"0 2 0 1 0 2\"><PointData/><CellData>{data}</CellData></Piece></ImageData></VTKFile>"
        )
    };
    let array = |name: &str, text: &str| {
        format!("<DataArray type=\"Float32\" Name=\"{name}\" format=\"ascii\">{text}</DataArray>")
    };
    fs::write(&path, file(&array("grey", "1 2\n3.5 -4e1"))).unwrap();
    let image = read(&path, None).unwrap();
    assert_eq!(
        (image.dims, image.values.as_slice()),
        ([2, 1, 2], &[1.0, 2.0, 3.5, -40.0][..])
    );
    // The centre of the first cell lies half a voxel from the corner.
    let origin = image.orientation.origin_mm;
    assert!(
        (origin[0] - 1.01).abs() < 1e-12 && (origin[2] - 3.02).abs() < 1e-12,
        "{origin:?}"
    );
    for (text, words) in [
        ("1 2 3", "expected 4 numbers, found 3"),
        ("1 2 3 4 5", "follow after the last number"),
        ("1 2 x 4", "value 3 is \"x\""),
    ] {
        fs::write(&path, file(&array("grey", text))).unwrap();
        assert!(error(&path).contains(words), "{}", error(&path));
    }
    let two = [array("bone", "1 0 0 1"), array("tumour", "0 1 0 0")].concat();
    fs::write(&path, file(&two)).unwrap();
    let image = read(&path, None).unwrap();
    assert!(
        image
            .assumed
            .iter()
            .any(|line| line.contains("bone, tumour")),
        "{:?}",
        image.assumed
    );
    assert!((sum(&image) - 2.0).abs() < 1e-9);
    // The word of howship's own files: lengths are um.
    let own = file(&two)
        .replace("<!-- a > b -->", "<?howship lengths in um?>")
        .replace("0.02 0.02 0.04", "20 20 40");
    fs::write(&path, own).unwrap();
    let image = read(&path, None).unwrap();
    assert!((image.spacing_um[2] - 40.0).abs() < 1e-9, "{image:?}");
    assert!(
        !image.assumed.iter().any(|line| line.contains("mm")),
        "{image:?}"
    );
    fs::write(&path, file(&two.replace("bone", "other"))).unwrap();
    assert!(
        error(&path).contains("the arrays other, tumour"),
        "{}",
        error(&path)
    );
}

/// A Zarr of version 2 with words of its metadata changed.
fn zarr(file: &str, from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("a.zarr");
    for name in [
        ".zattrs",
        ".zgroup",
        "0/.zarray",
        "0/0/0/0",
        "0/0/0/1",
        "0/0/1/0",
        "0/0/1/1",
    ] {
        let (from, to) = (
            data("formats/crop_i16_v0.4.ome.zarr").join(name),
            copy.join(name),
        );
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    let path = copy.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}: {text}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    match read(&copy, None) {
        Ok(image) => format!("read {:?}, the last {}", image.dims, image.values[30_719]),
        Err(error) => error.to_string(),
    }
}

#[test]
fn wrong_fields_of_zarr_are_named() {
    let array = "0/.zarray";
    for (file, from, to, words) in [
        // Half of the chunks are missing: they hold the fill value.
        (
            array,
            "\"fill_value\": 0",
            "\"fill_value\": 7",
            "read [40, 32, 24], the last 7",
        ),
        (array, "\"lz4\"", "\"lz4hc\"", "read"),
        (array, "\"blosc\"", "\"lzma\"", "compressor is"),
        (array, "<i2", "<c8", "dtype is"),
        (array, "\"C\"", "\"F\"", "order is"),
        (array, "    24,", "    4294967296,", "shape"),
        (array, "    24,", "    4000000,", "shape"),
        (array, "    12,", "    0,", "chunks"),
        (array, "    12,", "    13,", "expected"),
        (
            array,
            "\"filters\": null",
            "\"filters\": [{\"id\": \"delta\"}]",
            "filters",
        ),
        (
            array,
            "\"dimension_separator\": \"/\"",
            "\"dimension_separator\": \"..\"",
            "dimension_separator",
        ),
        (
            ".zattrs",
            "\"path\": \"0\"",
            "\"path\": \"../x\"",
            "a folder below",
        ),
        (
            ".zattrs",
            "\"name\": \"z\"",
            "\"name\": \"c\"",
            "more than one time or channel",
        ),
        (".zattrs", "\"millimeter\"", "\"parsec\"", "no voxel size"),
        (".zattrs", "0.0195", "-0.0195", "scale"),
        (
            ".zattrs",
            "\"multiscales\"",
            "\"plate\"",
            "multiscales is 0 images",
        ),
        (".zattrs", "\"version\"", "\"version", "no JSON"),
    ] {
        let found = zarr(file, from, to);
        assert!(found.contains(words), "{from} {to}: {found}");
    }
}
