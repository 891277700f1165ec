use super::*;

/// The slices of a folder with files of these names.
fn slices_of(names: &[&str]) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"));
    for name in names {
        assert!(std::fs::write(folder.path().join(name), "").is_ok());
    }
    match slices(folder.path(), &["tif", "tiff"]) {
        Ok((files, _)) => Ok(files.iter().map(|path| name_of(path)).collect()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn slices_come_in_the_order_of_their_numbers() {
    for (names, sorted) in [
        (
            ["s10.tif", "s9.tif", "S11.TIF", "s08.tiff", "scan.log"].as_slice(),
            ["s08.tiff", "s9.tif", "s10.tif", "S11.TIF"].as_slice(),
        ),
        (
            &[
                "a2024_3_rec0001.tif",
                "a2024_3_rec0000.tif",
                "a2024_3_rec_spr.tif",
            ],
            &["a2024_3_rec0000.tif", "a2024_3_rec0001.tif"],
        ),
        (
            &["z1_n001.tif", "z2_n002.tif", "z0_n000.tif"],
            &["z0_n000.tif", "z1_n001.tif", "z2_n002.tif"],
        ),
        (
            &["slice (2).tif", "slice (1).tif"],
            &["slice (1).tif", "slice (2).tif"],
        ),
        (&["alone.tif"], &["alone.tif"]),
        (&["rec0001.tif", "rec0000_spr.tif"], &["rec0001.tif"]),
    ] {
        assert_eq!(
            slices_of(names).as_deref(),
            Ok(sorted.map_to_strings().as_slice())
        );
    }
}

trait Owned {
    fn map_to_strings(&self) -> Vec<String>;
}

impl Owned for [&str] {
    fn map_to_strings(&self) -> Vec<String> {
        self.iter().map(|name| (*name).to_owned()).collect()
    }
}

#[test]
fn folders_that_are_not_one_whole_series_are_refused() {
    for (names, part) in [
        (["r0.tif", "r1.tif", "r4.tif"].as_slice(), "missing 2, 3"),
        (
            &["r10.tif", "r20.tif", "r30.tif"],
            "missing 11, 12, 13, 14, 15 and 13 more",
        ),
        (
            &["a1.tif", "a2.tif", "b1.tif", "b2.tif"],
            "b1.tif (2 files)",
        ),
        (
            &["s1.tif", "s2.tif", "s1 copy.tif"],
            "s1 copy.tif (1 files)",
        ),
        (&["s1.tif", "s2.tif", "s1 (1).tif"], "s1 (1).tif"),
        (&["s1.tif", "s2.tif", "s2.tiff"], "the same number"),
        (&["s1.tif", "s01.tif", "s2.tif"], "the same number"),
        (&["s1.tif", "s01.tif"], "the same number"),
        (
            &["a1_1.tif", "a1_2.tif", "a2_1.tif", "a2_2.tif"],
            "2 numbers",
        ),
        (&["one.tif", "two.tif"], "differ in more than a number"),
        (
            &["s0.tif", "s18446744073709551615.tif"],
            "missing 1, 2, 3, 4, 5 and",
        ),
    ] {
        let error = slices_of(names).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(slices_of(&["rec_spr.tif", "scan.log"]), Ok(Vec::new()));
}
