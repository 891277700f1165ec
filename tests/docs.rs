//! The documents hold: every command is one that the program takes, every listing of TOML reads, the tutorials run and say
//! what they say, no link inside is dead, and the site has every page.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

#[path = "../examples/commands/document.rs"]
mod commands;
#[path = "../examples/keys/document.rs"]
mod keys;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use howship::cli;

use crate::common::{assert_fresh, repository};

/// A fenced block: the words behind its fence, its text, and the line on which it begins.
struct Block {
    info: Vec<String>,
    text: String,
    line: usize,
}

impl Block {
    fn language(&self) -> &str {
        self.info.first().map_or("", |word| word)
    }

    fn is(&self, word: &str) -> bool {
        self.info.iter().skip(1).any(|there| there == word)
    }
}

/// A page: its blocks, and its lines outside of them.
struct Page {
    file: String,
    blocks: Vec<Block>,
    prose: Vec<(usize, String)>,
}

fn page(file: &str) -> Page {
    let text = fs::read_to_string(repository(file)).unwrap();
    let (mut blocks, mut prose) = (Vec::<Block>::new(), Vec::new());
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if let Some(info) = trimmed.strip_prefix("```") {
            inside = !inside;
            if inside {
                let info = info.split([' ', ',']).map(str::to_owned).collect();
                blocks.push(Block {
                    info,
                    text: String::new(),
                    line: at + 1,
                });
            }
        } else if inside {
            let block = blocks.last_mut().unwrap();
            block.text += line;
            block.text.push('\n');
        } else {
            prose.push((at + 1, line.to_owned()));
        }
    }
    assert!(!inside, "{file}: a block is not closed");
    Page {
        file: file.to_owned(),
        blocks,
        prose,
    }
}

/// Pages of the site, from the root of the repository on.
fn site() -> Vec<String> {
    let entries = fs::read_dir(repository("docs")).unwrap();
    let mut files: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    files.sort_unstable();
    files
}

/// All documents that a user reads.
fn documents() -> Vec<Page> {
    let others = [
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "python/README.md",
    ];
    let mut all: Vec<Page> = others.into_iter().map(page).collect();
    all.extend(site().iter().map(|file| page(file)));
    assert!(all.len() > 40, "only {} documents were found", all.len());
    all
}

/// Words of a command line as a shell parts them, comments left out; `|`, `;`, `&` and line ends part commands.
fn commands_of(text: &str) -> Vec<Vec<String>> {
    let joined = text.replace("\\\n", " ");
    let (mut all, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let mut letters = joined.chars().chain(['\n']).peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' => {
                let word = word.get_or_insert_with(String::new);
                word.extend(letters.by_ref().take_while(|&next| next != letter));
            }
            '#' if word.is_none() => while letters.next_if(|&next| next != '\n').is_some() {},
            ' ' | '\t' => words.extend(word.take()),
            '\n' | '|' | ';' | '&' | '(' | ')' => {
                words.extend(word.take());
                all.push(std::mem::take(&mut words));
            }
            letter => word.get_or_insert_with(String::new).push(letter),
        }
    }
    all.into_iter()
        .map(program)
        .filter(|words| !words.is_empty())
        .collect()
}

/// The words from `howship` on, without where its output goes.
fn program(words: Vec<String>) -> Vec<String> {
    let keywords = ["do", "then", "if", "!", "time", "exec", "--", "sudo"];
    let mut words: Vec<String> = words
        .into_iter()
        .skip_while(|word| keywords.contains(&&**word))
        .collect();
    let cargo = ["cargo", "run", "--release", "--"];
    if words.len() >= 4 && words[..4] == cargo {
        words.splice(..4, ["howship".to_owned()]);
    }
    if words.first().is_none_or(|word| word != "howship") {
        // `hq submit ... -- howship study shard ...`
        let Some(at) = words
            .windows(2)
            .position(|pair| pair[0] == "--" && pair[1] == "howship")
        else {
            return Vec::new();
        };
        words.drain(..=at);
    }
    if let Some(end) = words
        .iter()
        .position(|word| word.starts_with('>') || word.starts_with("2>"))
    {
        words.truncate(end);
    }
    words
}

#[test]
fn every_command_in_the_documents_is_one_that_the_program_takes() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in documents() {
        for block in page
            .blocks
            .iter()
            .filter(|block| ["sh", "bash", "console"].contains(&block.language()))
        {
            for words in commands_of(&block.text) {
                seen += 1;
                if let Err(error) = cli::command().try_get_matches_from(&words)
                    && !matches!(
                        error.kind(),
                        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                    )
                {
                    wrong.push(format!("{}:{}: {words:?}: {error}", page.file, block.line));
                }
                let shipped = words.iter().filter(|word| {
                    let folder = word.split('/').next().unwrap_or("");
                    ["scenarios", "studies", "trials"].contains(&folder)
                        && !word.contains(['*', '$', '<'])
                });
                for file in shipped.filter(|file| !repository(file).exists()) {
                    wrong.push(format!("{}:{}: there is no {file}", page.file, block.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "only {seen} commands were looked at");
}

#[test]
fn every_listing_of_toml_reads() {
    let mut wrong = Vec::new();
    for page in documents() {
        for block in page
            .blocks
            .iter()
            .filter(|block| block.language() == "toml")
        {
            if let Err(error) = block.text.parse::<toml::Table>() {
                wrong.push(format!("{}:{}: {error}", page.file, block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Text without what stands in backticks.
fn without_code(line: &str) -> String {
    let pieces = line.split('`').enumerate();
    pieces
        .filter(|(at, _)| at % 2 == 0)
        .map(|(_, piece)| piece)
        .collect::<Vec<_>>()
        .join("`")
}

/// Targets of links and pictures in a line.
fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let found = line.split("](").skip(1);
    found
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_owned()))
        .collect()
}

/// The anchors of a page, as mdBook and GitHub make them of headings.
fn anchors(page: &Page) -> BTreeSet<String> {
    let (mut found, mut counts) = (BTreeSet::new(), BTreeMap::<String, u32>::new());
    for (_, line) in &page.prose {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let plain = heading.trim().to_lowercase();
        let kept = plain
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let count = counts.entry(anchor.clone()).or_default();
        found.insert(if *count == 0 {
            anchor
        } else {
            format!("{anchor}-{count}")
        });
        *count += 1;
    }
    found
}

#[test]
fn no_link_inside_is_dead() {
    let all = documents();
    let known: BTreeMap<PathBuf, BTreeSet<String>> = all
        .iter()
        .map(|page| {
            (
                repository(&page.file).canonicalize().unwrap(),
                anchors(page),
            )
        })
        .collect();
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in &all {
        let own = repository(&page.file).canonicalize().unwrap();
        for (line, text) in &page.prose {
            for target in targets(text) {
                if target.contains("://") || target.starts_with("mailto:") {
                    continue;
                }
                seen += 1;
                let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
                let path = if file.is_empty() {
                    own.clone()
                } else {
                    own.parent().unwrap().join(file)
                };
                let Ok(path) = path.canonicalize() else {
                    wrong.push(format!("{}:{line}: there is no {file}", page.file));
                    continue;
                };
                if !anchor.is_empty() && !known.get(&path).is_some_and(|all| all.contains(anchor)) {
                    wrong.push(format!(
                        "{}:{line}: {target} has no such heading",
                        page.file
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "only {seen} links were looked at");
}

#[test]
fn the_site_lists_every_page_and_what_pages_take_in_is_there() {
    let summary = page("docs/SUMMARY.md");
    let mut listed: Vec<String> = summary
        .prose
        .iter()
        .flat_map(|(_, line)| targets(line))
        .collect();
    listed.push("SUMMARY.md".to_owned());
    listed.sort_unstable();
    let there: Vec<String> = site()
        .iter()
        .map(|file| file.trim_start_matches("docs/").to_owned())
        .collect();
    assert_eq!(listed, there);
    let mut taken = 0;
    for page in documents() {
        let blocks = page.blocks.iter().flat_map(|block| block.text.lines());
        for line in blocks.chain(page.prose.iter().map(|(_, line)| &**line)) {
            if let Some((_, rest)) = line.split_once("{{#include ") {
                let file = rest.split("}}").next().unwrap();
                assert!(
                    repository("docs").join(file).is_file(),
                    "{}: there is no {file}",
                    page.file
                );
                taken += 1;
            }
        }
    }
    assert!(taken >= 4, "{taken}");
}

#[test]
fn what_is_made_of_the_code_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_fresh(
        commands::FILE,
        &commands::document(root).unwrap(),
        commands::MEND,
    );
    assert_fresh(keys::FILE, &keys::document(root).unwrap(), keys::MEND);
}

#[test]
fn every_command_stands_in_a_group_of_the_help() {
    let mut grouped: Vec<&str> = cli::GROUPS
        .iter()
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    grouped.sort_unstable();
    let command = cli::command();
    let mut there: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    there.push("help");
    there.sort_unstable();
    assert_eq!(grouped, there);
}

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
                grey.push(30 + (20.0 * sum) as u8);
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
#[cfg(unix)]
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
