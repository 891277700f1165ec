//! The tutorials can be followed: what is marked `run` in a page is run, and says what the page says.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::path::Path;

use crate::common::pages::{Page, commands_of, documents};
use crate::common::repository;

/// Slices as a scanner leaves them: grey TIFFs of the shipped specimen, a file for each layer.
fn write_slices(folder: &Path) {
    let image = howship::specimen::image::read(
        &repository("scenarios/specimens/lhdl3155/lhdl3155_seg_c128.nii.gz"),
        None,
    )
    .unwrap();
    fs::create_dir(folder).unwrap();
    let [nx, ny, nz] = image.dims;
    let value = |x: usize, y: usize, z: usize| image.values[(z * ny + y) * nx + x].min(1.0);
    for z in 0..nz {
        let mut grey = Vec::with_capacity(nx * ny);
        for y in 0..ny {
            for x in 0..nx {
                let mut sum = 0.0;
                for (ax, ay) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    for az in [0, 1] {
                        let back = |at: usize, by: usize| at.saturating_sub(by);
                        sum += value(back(x, ax), back(y, ay), back(z, az));
                    }
                }
                // Noise, without which so few values would be a map of labels.
                let noise = (x * 7_919 + y * 104_729 + z * 1_299_709) % 13;
                grey.push(30 + (20.0 * sum) as u8 + noise as u8);
            }
        }
        let file = fs::File::create(folder.join(format!("slice_{z:04}.tif"))).unwrap();
        let mut encoder = tiff::encoder::TiffEncoder::new(file).unwrap();
        encoder
            .write_image::<tiff::encoder::colortype::Gray8>(nx as u32, ny as u32, &grey)
            .unwrap();
    }
}

/// True where a line is in the text; `…` stands for anything.
fn says(text: &str, line: &str) -> bool {
    text.lines().any(|there| {
        let mut rest = Some(there.trim_end());
        for (at, piece) in line.trim_end().split('…').enumerate() {
            rest = rest.and_then(|rest| match at {
                0 => rest.strip_prefix(piece),
                _ => rest.find(piece).map(|place| &rest[place + piece.len()..]),
            });
        }
        rest.is_some_and(|rest| rest.is_empty() || line.trim_end().ends_with('…'))
    })
}

/// Does what a page says, block by block, in a folder of its own; the number of its commands.
fn follow(page: &Page) -> usize {
    let folder = tempfile::tempdir().unwrap();
    if page.file.ends_with("own_scan.md") {
        write_slices(&folder.path().join("slices"));
    }
    let program = Path::new(env!("CARGO_BIN_EXE_howship")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let (mut said, mut count) = (String::new(), 0);
    for block in &page.blocks {
        if let Some(file) = block
            .info
            .iter()
            .find_map(|word| word.strip_prefix("file="))
        {
            fs::write(folder.path().join(file), &block.text).unwrap();
        } else if block.is("run") {
            let output = std::process::Command::new("sh")
                .args(["-e", "-c", &block.text])
                .current_dir(&folder)
                .env("PATH", &path)
                .output()
                .unwrap();
            said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            let is_wrong = !block.is("fails") ^ output.status.success();
            assert!(
                !is_wrong,
                "{}:{}: {}\n{said}",
                page.file, block.line, output.status
            );
            count += commands_of(&block.text).len();
        } else if block.is("output") {
            for line in block
                .text
                .lines()
                .filter(|line| !line.trim().is_empty() && line.trim() != "…")
            {
                assert!(
                    says(&said, line),
                    "{}:{}: nothing said\n{line}\nbut\n{said}",
                    page.file,
                    block.line
                );
            }
        }
    }
    count
}

/// What is marked `run` is run, in the order of the page, in a folder where nothing else is.
#[test]
fn the_tutorials_can_be_followed() {
    let pages: Vec<Page> = documents()
        .into_iter()
        .filter(|page| page.blocks.iter().any(|block| block.is("run")))
        .collect();
    let count: usize = std::thread::scope(|scope| {
        let followed: Vec<_> = pages
            .iter()
            .map(|page| scope.spawn(|| follow(page)))
            .collect();
        followed.into_iter().map(|page| page.join().unwrap()).sum()
    });
    assert!(
        pages.len() >= 6 && count >= 30,
        "{} pages, {count} commands",
        pages.len()
    );
}
