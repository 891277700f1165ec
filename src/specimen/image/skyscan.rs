//! The log that `SkyScan` scanners (Bruker) write beside their slices.

use std::io::Read as _;
use std::path::Path;

use super::folder::name_of;
use super::samples;
use super::{Claim, ImageError, text};

/// Longest log that is read, bytes.
const LONGEST: u64 = 1 << 20;

/// What a log says of the voxels, um.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Log {
    /// Name of the file.
    pub(super) name: String,
    pixel_um: f64,
    /// Between two slices, pixels.
    step: f64,
}

impl Log {
    /// The sizes.
    pub(super) fn claim(&self) -> Claim {
        Claim::Um {
            plane: [self.pixel_um; 2],
            layer: Some(self.pixel_um * self.step),
        }
    }

    /// Words of a log: that of the reconstruction has the pixel size of the slices in its own section, that of
    /// the scan has it as that of the image.
    fn read(name: &str, words: &str) -> Option<Self> {
        let (mut section, mut pixel, mut image, mut step) = ("", None, None, None);
        for line in words.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            }
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let number = value
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite() && *n > 0.0);
            match key.trim().to_lowercase().as_str() {
                "pixel size (um)" if section.eq_ignore_ascii_case("[Reconstruction]") => {
                    pixel = number;
                }
                "image pixel size (um)" => image = number,
                "section to section step" => step = number,
                _ => {}
            }
        }
        Some(Self {
            name: name.to_owned(),
            pixel_um: pixel.or(image)?,
            step: step.unwrap_or(1.0),
        })
    }
}

/// The log in a folder of slices; that of the reconstruction where there are two.
///
/// # Errors
/// Two logs of one kind state different sizes.
pub(super) fn beside(folder: &Path) -> Result<Option<Log>, ImageError> {
    let mut found: Vec<Log> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|source| ImageError::io(folder, source))? {
        let path = entry
            .map_err(|source| ImageError::io(folder, source))?
            .path();
        let name = name_of(&path);
        let is_log = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("log"));
        if !is_log || name.starts_with('.') || !path.is_file() {
            continue;
        }
        let (file, _) = samples::open(&path)?;
        let mut bytes = Vec::new();
        file.take(LONGEST)
            .read_to_end(&mut bytes)
            .map_err(|source| ImageError::io(&path, source))?;
        found.extend(Log::read(&name, &text::decoded(bytes)));
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let is_rec = |log: &Log| log.name.to_lowercase().ends_with("_rec.log");
    if found.iter().any(is_rec) {
        found.retain(is_rec);
    }
    if let [first, rest @ ..] = found.as_slice()
        && let Some(other) = rest.iter().find(|log| !log.claim().agrees(&first.claim()))
    {
        return Err(ImageError::Stack {
            path: folder.into(),
            reason: format!(
                "the logs {} and {} state different voxel sizes; expected those of one scan",
                first.name, other.name
            ),
        });
    }
    Ok(found.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_scan_and_reconstruction_state_the_pixels() {
        let rec = "[System]\nScanner=SkyScan1272\n[Acquisition]\nImage Pixel Size (um)=8.00\n\
                   [Reconstruction]\nPixel Size (um)=16.0\r\nSection to Section Step=2\n";
        let log = Log::read("a_rec.log", rec).unwrap();
        assert_eq!(
            (log.pixel_um.to_string(), log.step.to_string()),
            ("16".into(), "2".into())
        );
        let scan = Log::read("a.log", "[Acquisition]\nImage Pixel Size (um)= 9.95\n").unwrap();
        assert_eq!(scan.pixel_um.to_string(), "9.95");
        assert_eq!(
            Log::read("a.log", "Image Pixel Size (um)=-3\nPixel Size (um)=4\n"),
            None
        );
    }
}
