//! Studies, plans and stores under fire.

use std::fs;
use std::path::{Path, PathBuf};

use howship::study::file::{read_calibration, read_study};
use howship::study::plan::Study;
use howship::study::seal::{seal, sealed};
use howship::study::store::{Outcome, Store, read_attempts};
use howship::study::travel::Emitted;

use super::{Answer, Reader, Seed, TOML, Target, files};

const BASE: &str = "name = \"base\"\npreset = \"mouse\"\n[run]\nduration = \"1 d\"\nburn_in = \"1 d\"\n\
                    [lattice]\nsize = [12, 12, 1]\nsite = \"10 um\"\nsection_thickness = \"50 um\"\n\
                    [specimen.slab]\nthickness = \"40 um\"\n[inoculation]\ncells = 3\n";
const WORDS: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "\n",
    "null",
    "../../../evil",
    "\"digest\":\"\"",
    "# blake3 ",
    ",done,",
    "time_d",
    "NaN",
    "-0",
    "1e309",
    "\\u0000",
    "\"log\":true",
    "\"levels\":0",
    "\"sobol\":{\"points\":0}",
];

/// The readers of studies, each over files in `scratch`.
pub(super) fn targets(scratch: &Path) -> Result<Vec<Target>, String> {
    let folder = scratch.join("study");
    let said = |error: std::io::Error| error.to_string();
    fs::create_dir_all(&folder).map_err(said)?;
    fs::write(folder.join("base.toml"), BASE).map_err(said)?;
    let seeds = files("study").map_err(said)?;
    let small = seeds.iter().find(|seed| seed.name == "doses.toml");
    let small = small.ok_or("no doses.toml in the corpus")?;
    let path = folder.join("doses.toml");
    fs::write(&path, &small.bytes).map_err(said)?;
    let target = |name, seeds, reader: Reader, words| Target {
        name,
        seeds,
        reader,
        words,
        allowed: [64 << 20, 1000],
    };
    Ok(vec![
        target("study", seeds, study_reader(folder.clone()), &TOML),
        target("plan", plan_seeds(&path)?, Box::new(plan), &WORDS),
        {
            let (seeds, reader) = store(&path, &folder)?;
            target("store", seeds, reader, &WORDS)
        },
    ])
}

fn told(is_read: bool) -> Answer {
    if is_read {
        Answer::Read
    } else {
        Answer::Refused
    }
}

fn study_reader(folder: PathBuf) -> Reader {
    Box::new(move |_, bytes| {
        let path = folder.join("case.toml");
        if fs::write(&path, bytes).is_err() {
            return Answer::Refused;
        }
        let read = read_study(&path).or_else(|_| read_calibration(&path).map(|(study, _)| study));
        match read {
            Ok(study) => {
                look_at(&study);
                Answer::Read
            }
            Err(found) => {
                let _ = found.render(false);
                Answer::Refused
            }
        }
    })
}

/// What any command does with a study.
fn look_at(study: &Study) {
    let last = study.header.runs.saturating_sub(1);
    for run in [0, last / 2, last] {
        let line = study.run(run).line;
        for (factor, value) in study.header.factors.iter().zip(&line.values) {
            let _ = factor.cell(value);
        }
    }
    let _ = study.columns();
}

fn seed(kind: &'static str, bytes: impl Into<Vec<u8>>) -> Seed {
    Seed {
        kind,
        name: kind.to_owned(),
        bytes: bytes.into(),
    }
}

fn plan_seeds(path: &Path) -> Result<Vec<Seed>, String> {
    let study = read_study(path).map_err(|found| found.render(false))?;
    let mut whole = Vec::new();
    study.write(&mut whole).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&whole).into_owned();
    let head = text.lines().next().unwrap_or_default();
    let (content, _) = head.rsplit_once(",\"digest\"").unwrap_or((head, ""));
    let alone = format!("{head}\n");
    Ok(vec![
        seed("raw", whole),
        seed("raw", alone),
        seed("head", content),
        seed("head", content),
        seed("head", content),
    ])
}

fn plan(kind: &str, bytes: &[u8]) -> Answer {
    let forged = if kind == "head" {
        // With the digest that belongs to it, as a forger would.
        let content = String::from_utf8_lossy(bytes).replace('\n', " ");
        let digest = seal(&["head", &content]);
        format!("{content},\"digest\":\"{digest}\"}}\n").into_bytes()
    } else {
        bytes.to_vec()
    };
    match Study::read_plan(forged.as_slice(), "case.jsonl") {
        Ok(study) => {
            look_at(&study);
            Answer::Read
        }
        Err(found) => {
            let _ = found.render(false);
            Answer::Refused
        }
    }
}

fn store(path: &Path, scratch: &Path) -> Result<(Vec<Seed>, Reader), String> {
    let study = read_study(path).map_err(|found| found.render(false))?;
    let emitted = study.emit(0, 1, &|| false).ok_or("the run was stopped")?;
    let line = serde_json::to_string(&emitted).map_err(|error| error.to_string())?;
    let series = emitted.series.clone().ok_or("the run failed")?;
    let key = emitted.key;
    let telemetry = format!("{key},done,1.5,1,20.5,host,77,1700000000.5\n").repeat(4);
    let seeds = vec![
        seed("results", sealed("results", &key, &series)),
        seed("series", series),
        seed("failed", sealed("failed", &key, "no room\n")),
        seed("telemetry", telemetry),
        seed("line", line.clone()),
        seed("sealed line", line),
    ];
    let folder = scratch.join("store");
    let kept = Store::open(&folder).map_err(|error| error.to_string())?;
    let reader = move |kind: &str, bytes: &[u8]| {
        let place = |part: &str, ending: &str| {
            let shelf = folder.join(part).join(&key[..2]);
            let _ = fs::create_dir_all(&shelf);
            shelf.join(format!("{key}.{ending}"))
        };
        let [result, failure] = [place("results", "csv"), place("failed", "txt")];
        let _ = fs::remove_file(&result);
        let _ = fs::remove_file(&failure);
        let text = String::from_utf8_lossy(bytes);
        let written = match kind {
            "telemetry" => return told(read_attempts(bytes).1 == 0),
            "line" | "sealed line" => {
                let line = match serde_json::from_str::<Emitted>(&text) {
                    Ok(line) if kind == "sealed line" => {
                        serde_json::to_string(&line.sealed()).unwrap_or_default()
                    }
                    _ => text.into_owned(),
                };
                return told(study.take_in(&kept, &line, Path::new("case"), 1).is_ok());
            }
            "failed" => fs::write(&failure, bytes),
            "series" => fs::write(&result, sealed("results", &key, &text)),
            _ => fs::write(&result, bytes),
        };
        let Ok(()) = written else {
            return Answer::Refused;
        };
        let _ = study.row(&kept, 0);
        told(matches!(
            kept.outcome(&key),
            Ok(Outcome::Done(_) | Outcome::Failed(_))
        ))
    };
    Ok((seeds, Box::new(reader)))
}
