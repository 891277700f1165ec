//! The gallery shows what its command draws, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn names(file: &str, before: &str, after: char) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join(file)).unwrap();
    let found = text.split(before).skip(1);
    found
        .map(|rest| rest.split(after).next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_gallery_has_a_place_for_every_picture_that_is_drawn_and_each_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures/gallery");
    let shown = names("docs/gallery.md", "(pictures/gallery/", ')');
    let there: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(shown, there);
    assert!(shown.len() > 20, "{shown:?}");
    for name in names("README.md", "(docs/pictures/gallery/", ')') {
        assert!(there.contains(&name), "{name}");
    }
}
