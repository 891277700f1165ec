//! ISQ: a header of 512 bytes, more headers, then 16-bit numbers.

use std::path::Path;

use super::{bytes, int, vax_double};
use crate::specimen::image::density::Density;
use crate::specimen::image::samples::{self, Layout, Sample};
use crate::specimen::image::{
    Claim, Image, ImageError, ReadOptions, Stated, UNORIENTED, assembled,
};

/// What an ISQ begins with.
const MAGIC: &[u8] = b"CTDATA-HEADER_V1";
/// Headers and data begin at multiples of this.
const BLOCK: u64 = 512;
/// Most blocks of headers that are read.
const MOST_BLOCKS: u64 = 1 << 12;

/// Reads an ISQ file.
pub(in super::super) fn read(path: &Path, options: &ReadOptions) -> Result<Image, ImageError> {
    let (mut file, length) = samples::open(path)?;
    let mut header = vec![0_u8; BLOCK.min(length) as usize];
    let found = samples::fill(path, &mut file, &mut header)?;
    if !header.starts_with(MAGIC) {
        return Err(ImageError::header(
            path,
            "the first 16 bytes",
            format!("\"{}\"", header[..found.min(16)].escape_ascii()),
            "\"CTDATA-HEADER_V1\", with which an ISQ begins",
        ));
    }
    let number = |at: usize| {
        int(&header, at).ok_or_else(|| ImageError::Truncated {
            path: path.into(),
            expected: BLOCK,
            found: length,
        })
    };
    match number(16)? {
        3 => {}
        kind => {
            return Err(ImageError::header(
                path,
                "data_type (byte 16)",
                kind.to_string(),
                "3, a reconstructed volume (9 is a radiograph)",
            ));
        }
    }
    let sizes = [number(44)?, number(48)?, number(52)?];
    let whole_um = [number(56)?, number(60)?, number(64)?];
    let unsigned = sizes.map(|n| u64::try_from(n).unwrap_or(0));
    let dims = samples::checked_dims(path, "dimx_p, dimy_p, dimz_p", unsigned)?;
    if whole_um.iter().any(|&um| um <= 0) {
        return Err(ImageError::header(
            path,
            "dimx_um, dimy_um, dimz_um",
            format!("{whole_um:?}"),
            "the size of the volume in um, above 0",
        ));
    }
    let um = [0, 1, 2].map(|axis| f64::from(whole_um[axis]) / dims[axis] as f64);
    let scaling = number(88)?;
    let blocks = number(508)?;
    let offset = u64::try_from(blocks)
        .ok()
        .filter(|&blocks| blocks < MOST_BLOCKS)
        .map(|blocks| (blocks + 1) * BLOCK)
        .ok_or_else(|| {
            ImageError::header(
                path,
                "data_offset (byte 508)",
                blocks.to_string(),
                format!("blocks of 512 bytes before the data, less one, below {MOST_BLOCKS}"),
            )
        })?;
    let mut more = vec![0_u8; offset.min(length).saturating_sub(BLOCK) as usize];
    let count = samples::fill(path, &mut file, &mut more)?;
    header.extend_from_slice(&more[..count]);
    let layout = Layout {
        file_offset: offset,
        ..Layout::plain(dims, Sample::I16)
    };
    let stated = Stated {
        format: "Scanco ISQ",
        claim: Claim::Um {
            plane: [um[0], um[1]],
            layer: Some(um[2]),
        },
        spacing_from: "dimx_um / dimx_p",
        orientation: UNORIENTED,
        assumed: Vec::new(),
        warnings: Vec::new(),
    };
    let mut image = assembled(path, &[path.to_path_buf()], &layout, stated, options)?;
    image.density = calibration(&header, scaling);
    Ok(image)
}

/// The calibration to density of the headers behind the first; its places are those that ITK's reader found
/// (`IOScanco`): a directory of four entries of 128 bytes, each with a name and a number of blocks.
fn calibration(header: &[u8], scaling: i32) -> Option<Density> {
    let title = header
        .get(512..)?
        .windows(11)
        .position(|name| name == b"Calibration")?
        + 512;
    let start = title.checked_sub(8)?;
    let unit = bytes::<16>(header, start + 1160)?;
    let unit = String::from_utf8_lossy(&unit);
    let unit = unit.trim_matches(['\0', ' ']);
    let slope = vax_double(bytes(header, start + 1176)?);
    let intercept = vax_double(bytes(header, start + 1184)?);
    Density::of_scanco(unit, slope, intercept, f64::from(scaling))
}
