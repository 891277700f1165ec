//! Documents as a reader finds them: blocks, prose, and the commands in them.

use std::fs;

use super::repository;

/// A fenced block: the words behind its fence, its text, and the line on which it begins.
pub(crate) struct Block {
    pub(crate) info: Vec<String>,
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Block {
    pub(crate) fn language(&self) -> &str {
        self.info.first().map_or("", |word| word)
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.info.iter().skip(1).any(|there| there == word)
    }
}

/// A page: its blocks, and its lines outside of them.
pub(crate) struct Page {
    pub(crate) file: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) prose: Vec<(usize, String)>,
}

pub(crate) fn page(file: &str) -> Page {
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
pub(crate) fn site() -> Vec<String> {
    let entries = fs::read_dir(repository("docs")).unwrap();
    let mut files: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.rsplit('.').next() == Some("md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    files.sort_unstable();
    files
}

/// All documents that a user reads.
pub(crate) fn documents() -> Vec<Page> {
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
pub(crate) fn commands_of(text: &str) -> Vec<Vec<String>> {
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
    // A variable of a loop stands for a number.
    let words = words.into_iter().map(|word| match word.strip_prefix('$') {
        Some(_) => "1".to_owned(),
        None => word,
    });
    let mut words: Vec<String> = words
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
