//! Lists of what a folder holds, with a seal that shows whether they are byte by byte what was written.

use std::path::Path;

use crate::output::OutputError;

/// The list of a run folder.
pub(crate) const RUN_LIST: &str = "run.json";
/// Folder of the pictures.
pub(crate) const PLOTS: &str = "plots";
/// What describes a folder for an archive, as the specification of RO-Crate calls it.
pub(crate) const METADATA: &str = "ro-crate-metadata.json";
/// What its own digest begins with.
pub(crate) const DIGEST: &str = "blake3:";
/// Where its own digest stands: in the first identifier, which is that of the description, as `serde_json` writes it with keys
/// in their order and a space behind the colon.
const DESCRIBED: &str = "\"identifier\": \"blake3:";
/// Bytes of a list at most.
const MOST_LIST: u64 = 64 << 20;
/// A seal before it is put on.
const UNSEALED: &str = "\"seal\": \"\"";
const SEAL: &str = "\"seal\": \"";

/// Puts the seal on a list: the digest of its text without one, in its first empty field `seal`.
pub(super) fn sealed(text: &str) -> String {
    let seal = blake3::hash(text.as_bytes()).to_hex();
    text.replacen(UNSEALED, &format!("{SEAL}{seal}\""), 1)
}

/// True where a list is, byte by byte, what was sealed.
pub(crate) fn is_sealed(text: &str) -> bool {
    let Some((before, rest)) = text.split_once(SEAL) else {
        return false;
    };
    let Some((seal, after)) = rest.split_once('"') else {
        return false;
    };
    let unsealed = format!("{before}{UNSEALED}{after}");
    blake3::hash(unsealed.as_bytes()).to_hex().as_str() == seal
}

/// True where the description of a folder for an archive is, byte by byte, what was written.
pub(super) fn is_description(path: &Path) -> bool {
    let Ok(text) = read_list(path) else {
        return false;
    };
    let Some((before, rest)) = text.split_once(DESCRIBED) else {
        return false;
    };
    let Some((digest, after)) = rest.split_once('"') else {
        return false;
    };
    let without = format!("{before}{DESCRIBED}\"{after}");
    blake3::hash(without.as_bytes()).to_hex().as_str() == digest
}

/// Text of a list.
pub(super) fn read_list(path: &Path) -> Result<String, OutputError> {
    let io = |source| OutputError::Io {
        path: path.to_path_buf(),
        source,
    };
    if !std::fs::symlink_metadata(path).map_err(io)?.is_file() {
        return Err(io(std::io::Error::other("is no regular file")));
    }
    let file = std::fs::File::open(path).map_err(io)?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut std::io::Read::take(file, MOST_LIST), &mut text)
        .map_err(io)?;
    Ok(text)
}

/// True for the name of a file that was to get its own when it is whole.
pub(crate) fn is_half_written(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.strip_prefix(".tmp")
        .is_some_and(|rest| rest.len() == 6 && rest.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_breaks_with_any_byte() {
        let text = "{\n  \"seal\": \"\",\n  \"outputs\": {\n    \"seal\": \"\"\n  }\n}\n";
        let list = sealed(text);
        assert!(is_sealed(&list) && !is_sealed(text));
        for at in 0..list.len() {
            let mut bytes = list.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(other) = String::from_utf8(bytes) {
                assert!(!is_sealed(&other), "byte {at}");
            }
        }
    }
}
