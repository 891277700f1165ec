//! The readers under fire: what feeds them, and what they may take.

#[path = "studies.rs"]
mod studies;

use std::fs;
use std::path::{Path, PathBuf};

use howship::cohort::trial::Trial;
use howship::layers::diagnostic::Diagnostics;
use howship::layers::tree::{Layer, Tree};
use howship::numerics::random::Draws;
use howship::run::checkpoint::{most_array_bytes, open};
use howship::run::record::Record;
use howship::scenario::build::{Loaded, load, preset};
use howship::scenario::file::Scenario;
use howship::specimen::image;
use howship::tissue::grid::Grid;

/// Lattices beyond this many sites are not unpacked: they may take what a run of them takes.
const MOST_SITES: usize = 100_000;
/// Slices of a folder.
const MOST_SLICES: usize = 6;
/// Inputs grow to this many bytes at most.
const LONGEST: usize = 1 << 16;

/// A file or text with which mutation begins.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    /// What it is: the ending of a file, or the way into a reader.
    pub(crate) kind: &'static str,
    /// Name in the corpus.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) bytes: Vec<u8>,
}

/// What a reader said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The input was read.
    Read,
    /// The input was refused with an error.
    Refused,
}

type Reader = Box<dyn Fn(&str, &[u8]) -> Answer>;

/// A reader with its corpus.
pub(crate) struct Target {
    /// Name.
    pub(crate) name: &'static str,
    /// What mutation begins with.
    pub(crate) seeds: Vec<Seed>,
    /// Hands an input of a kind to the reader.
    pub(crate) reader: Reader,
    /// Words of its language.
    words: &'static [&'static str],
    /// Bytes that may be held at once: a fixed part, and bytes per byte of input.
    pub(crate) allowed: [usize; 2],
}

const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e-320",
    "2147483648",
    "4294967295",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999999",
    "1e",
    "0x7fffffff",
];
const TOML: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'''",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "[[",
    "]]",
    "\"1e999 d\"",
    "\"nan h\"",
    "\"-1 um\"",
    "\"5 parsec\"",
    "rate",
    "fold",
    "half_max",
    "raised_by",
    "\u{0}",
    "\u{feff}",
    "1979-05-27T07:32:00Z",
];
const TRIAL: [&str; 20] = [
    "[",
    "]",
    "{",
    "}",
    "\"",
    "=",
    "\n",
    "#",
    "follow_up = \"1e9 d\"",
    "patients = 18446744073709551615",
    "interval = \"1e-9 h\"",
    "doses = 4294967295",
    "growth = 1e6",
    "\"-1 d\"",
    "\"nan h\"",
    "\"5 parsec\"",
    "lognormal",
    "[arms.a.therapy.b]",
    "\u{0}",
    "\u{feff}",
];
const HEADERS: [&str; 34] = [
    ":",
    "=",
    " ",
    "\n",
    "\n\n",
    "(",
    ")",
    ",",
    "sizes: ",
    "DimSize = ",
    "byte skip: ",
    "ElementDataFile = ",
    "LOCAL",
    "encoding: gzip",
    "CompressedData = True",
    "space directions: ",
    "encoding: ascii",
    "kinds: list ",
    "none",
    "data file: LIST\n",
    "LIST 2\n",
    "data%d.raw 0 1 1",
    "%03d",
    "line skip: ",
    "units: \"um\"",
    "channels=",
    "images=",
    "spacing=",
    "unit=um\n",
    "cf=0\nc0=1\nc1=",
    "<Pixels SizeZ=\"",
    "PhysicalSizeX=\"",
    "<!--",
    "{\"shape\": [",
];

/// Folder of the corpus.
fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/corpus")
}

/// The files of a folder of the corpus, in order of their names.
pub(crate) fn files(folder: &str) -> std::io::Result<Vec<Seed>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(corpus().join(folder))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let kind = [
            "nii.gz", "nii", "mha", "mhd", "nrrd", "nhdr", "tif", "folder", "toml", "isq", "aim",
            "vti", "dcm", "tree",
        ]
        .into_iter()
        .find(|kind| name.ends_with(kind))
        .unwrap_or_default();
        let bytes = fs::read(&path)?;
        found.push(Seed { kind, name, bytes });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// All readers. Images are handed over as files in `scratch`.
pub(crate) fn targets(scratch: &Path) -> Result<Vec<Target>, String> {
    let read = |folder| files(folder).map_err(|error| format!("{folder}: {error}"));
    // Deflate packs at most 1032 bytes into one, of which each becomes a value of 4, in a list that
    // doubles while the old one is still there.
    // LZW in TIFF packs up to 2600, and a byte can hold eight voxels.
    let deflated = [4 << 20, 3 * 4 * 1032];
    let tiff = [4 << 20, 3 * 4 * 8 * 2600];
    let mut all = vec![scenario(read("scenario")?)?, trial(read("trial")?)];
    // Files that detached headers of the corpus name.
    for layer in 0..2_u8 {
        fs::write(scratch.join(format!("data{layer}.raw")), [layer; 4])
            .map_err(|error| error.to_string())?;
    }
    for name in [
        "nifti",
        "metaimage",
        "nrrd",
        "tiff",
        "folder",
        "scanco",
        "vti",
        "zarr",
        "dicom",
        "pictures",
    ] {
        let scratch = scratch.to_path_buf();
        all.push(Target {
            name,
            seeds: read(name)?,
            reader: Box::new(move |kind, bytes| image_reader(&scratch, kind, bytes)),
            words: &HEADERS,
            allowed: match name {
                "tiff" => tiff,
                // A chunk that is missing holds the fill value, and what zstd packs has no bound but ours.
                "zarr" => [64 << 20, (4 * 4) << 14],
                // Every slice holds the bytes of the input.
                "folder" => [tiff[0], MOST_SLICES * tiff[1]],
                _ => deflated,
            },
        });
    }
    all.push(checkpoint()?);
    all.extend(studies::targets(scratch)?);
    Ok(all)
}

/// Trial files: they are read and checked, and no patient is followed.
fn trial(seeds: Vec<Seed>) -> Target {
    Target {
        name: "trial",
        seeds,
        reader: Box::new(|_, bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else {
                return Answer::Refused;
            };
            match Trial::parse("fuzz.toml", text, None, None) {
                Ok(_) => Answer::Read,
                Err(found) => {
                    let _ = found.render(false);
                    Answer::Refused
                }
            }
        }),
        words: &TRIAL,
        allowed: [8 << 20, 1000],
    }
}

fn image_reader(scratch: &Path, kind: &str, bytes: &[u8]) -> Answer {
    let path = scratch.join(format!("case.{kind}"));
    let written = if kind == "folder" {
        write_folder(&path, bytes)
    } else if kind == "tree" {
        write_tree(&path, bytes)
    } else {
        fs::write(&path, bytes)
    };
    if written.is_err() {
        return Answer::Refused;
    }
    let result = image::read(&path, None);
    if matches!(result, Err(image::ImageError::MissingSpacing { .. })) {
        // What lies behind the voxel size is reached all the same.
        let _ = image::read(&path, Some([20.0; 3]));
    }
    match result {
        Ok(image) => {
            let _ = image.to_bone(None, None);
            let _ = image.to_bone(None, Some(1.7 * image.spacing_um[0]));
            let _ = image.segment(&image::Segmentation {
                threshold: None,
                labels: vec![1, 2],
            });
            Answer::Read
        }
        Err(error) => {
            let _ = error.to_string();
            Answer::Refused
        }
    }
}

/// A folder of slices: their names, a line each, an empty line, and the bytes that each of them has.
fn write_folder(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir(folder)?;
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (names, slice) = bytes.split_at(end.unwrap_or(0));
    let slice = slice.get(2..).unwrap_or_default();
    for name in String::from_utf8_lossy(names).lines().take(MOST_SLICES) {
        // A name that is none, or leads elsewhere, is no slice.
        if !name.is_empty()
            && name.len() < 200
            && !name.contains(['/', '\\', '\0'])
            && !name.starts_with('.')
        {
            fs::write(folder.join(name), slice)?;
        }
    }
    Ok(())
}

/// A folder of files: for each a line with its name and its length, then its bytes.
fn write_tree(folder: &Path, mut bytes: &[u8]) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir(folder)?;
    for _ in 0..4 * MOST_SLICES {
        let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
            break;
        };
        let line = String::from_utf8_lossy(&bytes[..end]).into_owned();
        bytes = &bytes[end + 1..];
        let (name, length) = line.split_once(' ').unwrap_or((&line, ""));
        let length = length
            .trim()
            .parse()
            .unwrap_or(bytes.len())
            .min(bytes.len());
        let (held, rest) = bytes.split_at(length);
        bytes = rest;
        let is_inside = !name.is_empty()
            && name.len() < 100
            && !name.contains(['\\', '\0'])
            && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_inside {
            continue;
        }
        let path = folder.join(name);
        // A name that is a file and a folder at once is left out.
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        if made.is_ok() && !path.is_dir() {
            fs::write(path, held)?;
        }
    }
    Ok(())
}

fn scenario(mut seeds: Vec<Seed>) -> Result<Target, String> {
    for (name, set) in [
        ("rate", "tumour.division.rate=0.5 /d"),
        ("list", "output.map_days=[1, 2, 3]"),
        ("element", "lattice.size[1]=5"),
        ("table", "specimen.slab={ thickness = \"100 um\" }"),
    ] {
        seeds.push(Seed {
            kind: "set",
            name: name.to_owned(),
            bytes: set.as_bytes().to_vec(),
        });
    }
    let parse = |text: &str, name: &str| {
        Tree::parse(Layer {
            name: name.to_owned(),
            text: text.to_owned(),
        })
    };
    let mouse = preset("mouse").ok_or("no preset")?;
    let below = parse(mouse, "preset mouse").map_err(|found| format!("{found:?}"))?;
    let small = seeds.iter().find(|seed| seed.name == "lively.toml");
    let small = small.ok_or("no lively.toml in the corpus")?;
    let text = String::from_utf8_lossy(&small.bytes).into_owned();
    let mut whole = below.clone();
    whole.overlay(parse(&text, "lively.toml").map_err(|found| format!("{found:?}"))?);
    let read = move |kind: &str, text: &str| -> Result<(), Diagnostics> {
        let mut tree;
        if kind == "set" {
            tree = whole.clone();
            tree.set(text)?;
        } else {
            tree = below.clone();
            tree.overlay(parse(text, "fuzz.toml")?);
        }
        tree.keep_uppermost_choice("specimen");
        let scenario: Scenario = tree.deserialize()?;
        let loaded = Loaded {
            scenario,
            tree,
            folder: PathBuf::new(),
        };
        loaded.check()?;
        loaded.model(Grid::cubic([4, 4, 4], 10.0))?;
        Ok(())
    };
    Ok(Target {
        name: "scenario",
        seeds,
        reader: Box::new(move |kind, bytes| {
            // What is no text is refused before it is parsed.
            let Ok(text) = std::str::from_utf8(bytes) else {
                return Answer::Refused;
            };
            match read(kind, text) {
                Ok(()) => Answer::Read,
                Err(found) => {
                    let _ = found.render(false);
                    Answer::Refused
                }
            }
        }),
        words: &TOML,
        allowed: [8 << 20, 1000],
    })
}

/// Gives bytes the checksum that belongs to them, as a forger would.
fn seal(mut content: Vec<u8>) -> Vec<u8> {
    let sum = blake3::hash(&content);
    content.extend_from_slice(sum.as_bytes());
    content
}

/// Checkpoints belong to a version, so that those of the corpus are made anew.
fn checkpoint() -> Result<Target, String> {
    let say = |found: Diagnostics| found.render(false);
    let sets = [
        "lattice.size=[10,10,4]",
        "run.burn_in=1 d",
        "inoculation.cells=20",
    ];
    let loaded = load(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lively.toml"),
        &sets.map(str::to_owned),
    )
    .map_err(say)?;
    let mut simulation = loaded.build().map_err(say)?;
    let mut record = Record::new(&loaded);
    simulation.begin().map_err(|fault| fault.to_string())?;
    while !simulation.is_done() {
        record.take(&loaded, &simulation);
        simulation.step().map_err(|fault| fault.to_string())?;
    }
    let bytes = loaded
        .checkpoint(&simulation, &record, 1.0)
        .map_err(|error| error.to_string())?;
    let content = bytes[..bytes.len() - 32].to_vec();
    let length = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) as usize;
    let head = content[..16 + length].to_vec();
    let raw = zstd::decode_all(&content[16 + length..]).map_err(|error| error.to_string())?;
    let seed = |kind: &'static str, bytes: &Vec<u8>| Seed {
        kind,
        name: kind.to_owned(),
        bytes: bytes.clone(),
    };
    // What is cheap comes more often: taking a run up again costs as much as reading its scenario.
    let mut seeds = vec![seed("whole", &content), seed("body", &raw)];
    for _ in 0..7 {
        seeds.push(seed("flip", &bytes));
        seeds.push(seed("head", &content));
    }
    Ok(Target {
        name: "checkpoint",
        seeds,
        reader: Box::new(move |kind, bytes| checkpoint_reader(kind, bytes, &head)),
        words: &NUMBERS,
        // And as much as the arrays of its lattice, which is at most MOST_SITES.
        allowed: [(64 << 20) + most_array_bytes(MOST_SITES, 8), 8],
    })
}

fn checkpoint_reader(kind: &str, bytes: &[u8], head: &[u8]) -> Answer {
    let forged = match kind {
        "flip" => bytes.to_vec(),
        "body" => {
            let Ok(body) = zstd::encode_all(bytes, 1) else {
                return Answer::Refused;
            };
            seal([head, &body].concat())
        }
        _ => seal(bytes.to_vec()),
    };
    let taken = open(&forged).and_then(|sealed| {
        let sites = sealed.heading.grid.len();
        if matches!(kind, "whole" | "body") && sites <= MOST_SITES {
            sealed.restore().map(|_| ())
        } else {
            Ok(())
        }
    });
    match taken {
        Ok(()) => Answer::Read,
        Err(error) => {
            let _ = error.to_string();
            Answer::Refused
        }
    }
}

impl Target {
    /// An input: a seed, changed in a few places.
    pub(crate) fn input(&self, draws: &mut Draws) -> Seed {
        let mut input = self.seed(draws).clone();
        for _ in 0..=draws.below(4).saturating_sub(1) {
            self.change(&mut input.bytes, draws);
        }
        input.bytes.truncate(LONGEST);
        input
    }

    fn seed(&self, draws: &mut Draws) -> &Seed {
        let mut draw = || &self.seeds[draws.below(self.seeds.len() as u32) as usize];
        let seed = draw();
        // What is hostile already is refused early, and hides what lies behind.
        if seed.name.starts_with("hostile") {
            draw()
        } else {
            seed
        }
    }

    fn change(&self, bytes: &mut Vec<u8>, draws: &mut Draws) {
        let length = bytes.len();
        // Half of all changes fall into the first bytes, where headers are.
        let reach = if draws.below(2) == 0 {
            length.min(400)
        } else {
            length
        };
        let at = draws.below(reach as u32 + 1) as usize;
        let end = (at + 1 + draws.below(24) as usize).min(length);
        match draws.below(12) {
            0 | 1 if at < length => bytes[at] ^= 1 << draws.below(8),
            2 if at < length => bytes[at] = draws.word() as u8,
            3 if at < length => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][draws.below(5) as usize],
            4 if at < end => {
                bytes.drain(at..end);
            }
            5 if at < end => {
                let piece = bytes[at..end].repeat(1 + draws.below(40) as usize);
                bytes.splice(at..at, piece);
            }
            6 => {
                let word = self.words[draws.below(self.words.len() as u32) as usize];
                bytes.splice(at..at, word.bytes());
            }
            7 => number(bytes, at, draws),
            8 => {
                let word = NUMBERS[draws.below(NUMBERS.len() as u32) as usize];
                bytes.splice(at..end.max(at), word.bytes());
            }
            9 => {
                let other = &self.seed(draws).bytes;
                let from = draws.below(other.len() as u32 + 1) as usize;
                let to = (from + draws.below(200) as usize).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            10 => bytes.truncate(at),
            _ => binary(bytes, at, draws),
        }
    }
}

/// Puts a hostile number in the place of one that is written out.
fn number(bytes: &mut Vec<u8>, from: usize, draws: &mut Draws) {
    let digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let Some(start) = bytes.iter().skip(from).position(digit).map(|at| at + from) else {
        return;
    };
    let count = bytes[start..].iter().take_while(|byte| digit(byte)).count();
    let word = NUMBERS[draws.below(NUMBERS.len() as u32) as usize];
    bytes.splice(start..start + count, word.bytes());
}

/// Puts a hostile number of 2, 4 or 8 bytes in either byte order.
fn binary(bytes: &mut [u8], at: usize, draws: &mut Draws) {
    let value: u64 = match draws.below(6) {
        0 => u64::MAX,
        1 => 1 << 63,
        2 => 0x7fff_ffff_7fff_ffff,
        3 => f64::NAN.to_bits(),
        4 => u64::from(f32::NAN.to_bits()) << 32 | u64::from(f32::INFINITY.to_bits()),
        _ => 0,
    };
    let width = [2, 4, 8][draws.below(3) as usize];
    let word = if draws.below(2) == 0 {
        value.to_le_bytes()
    } else {
        value.to_be_bytes()
    };
    for (to, from) in bytes.iter_mut().skip(at).zip(&word[..width]) {
        *to = *from;
    }
}
