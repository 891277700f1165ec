//! A plan as a file: its head, a line per run, and their digests.

use std::io::{BufRead, Write};
use std::path::Path;

use serde::Deserialize;

use super::{FORMAT, Header, Line, Study};
use crate::layers::diagnostic::{Diagnostic, Diagnostics};
use crate::numerics::files::read_bytes;
use crate::output::{OutputError, write_new};
use crate::study::seal::seal;

/// Bytes of a line of a plan at most.
const LONGEST_LINE: u64 = 64 << 20;
/// Behind what a line of a plan says stands its digest.
const DIGEST: &str = ",\"digest\":\"";

impl Study {
    /// Reads a plan; `name` stands in messages.
    ///
    /// # Errors
    /// What is wrong; a plan of another version of howship, or one that was cut or edited.
    pub fn read_plan(mut plan: impl BufRead, name: &str) -> Result<Self, Diagnostics> {
        let wrong = |line: u64, message: &str| {
            let title = format!("line {line} of the plan: {message}");
            Diagnostics::from(
                Diagnostic::new(title)
                    .in_file(name)
                    .with_help("write it anew with `howship study plan`"),
            )
        };
        let mut text = String::new();
        let mut next = |text: &mut String| {
            text.clear();
            let read = std::io::Read::take(&mut plan, LONGEST_LINE).read_line(text);
            read.map_err(|error| error.to_string())
        };
        next(&mut text).map_err(|error| wrong(1, &error))?;
        let (content, digest) = split_digest(&text).unwrap_or((&text, ""));
        // Without a digest it may still say of which version it is.
        let said: Said = serde_json::from_str(&format!("{content}}}"))
            .or_else(|_| serde_json::from_str(&text))
            .map_err(|error| wrong(1, &format!("it is no head of a plan: {error}")))?;
        let here = env!("CARGO_PKG_VERSION");
        if said.howship != here || said.format != FORMAT {
            let of = format!(
                "the plan is of howship {:?}, form {}; this is {here}, form {FORMAT}",
                said.howship, said.format
            );
            return Err(wrong(1, &of));
        }
        if digest != seal(&["head", content]) {
            return Err(wrong(1, UNFIT));
        }
        let header: Header = serde_json::from_str(&format!("{content}}}"))
            .map_err(|error| wrong(1, &format!("it is no head of a plan: {error}")))?;
        header.check().map_err(|message| wrong(1, &message))?;
        let head = digest.to_owned();
        let mut study = Self::new(header)?;
        let mut written = 0;
        loop {
            let number = written + 2;
            if next(&mut text).map_err(|error| wrong(number, &error))? == 0 {
                break;
            }
            let is_whole = split_digest(&text)
                .is_some_and(|(content, digest)| digest == seal(&["run", &head, content]));
            if !is_whole {
                return Err(wrong(number, UNFIT));
            }
            if !text.starts_with(&format!("{{\"run\":{written},")) {
                return Err(wrong(number, &format!("it is not that of run {written}")));
            }
            written += 1;
        }
        let runs = study.header.runs;
        if written != 0 && written != runs {
            let message = format!("the plan ends here, with {written} of {runs} runs");
            return Err(wrong(written + 1, &message));
        }
        study.written = Some(written);
        Ok(study)
    }

    /// Writes the plan: the header, then one line per run.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, out: impl Write) -> std::io::Result<()> {
        self.write_some(out, (0..self.header.runs).map(|run| Ok(self.run(run).line)))
    }

    /// Writes the plan into a file of its own; one that holds the same is left.
    ///
    /// # Errors
    /// [`OutputError::Refused`]: what is there holds something else or is no regular file.
    pub fn write_file(&self, path: &Path) -> Result<(), OutputError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes).map_err(|source| OutputError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        let taken = |what: String| {
            Err(OutputError::Refused {
                path: path.to_path_buf(),
                reason: format!("{what}; choose another file with --out"),
            })
        };
        // A device or a pipe would be replaced by a file of its name, and a link leads to what is somebody's.
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => write_new(path, &bytes),
            Err(error) => taken(format!("cannot be looked at: {error}")),
            Ok(found) if !found.is_file() => taken("exists and is no regular file".to_owned()),
            Ok(_) => match read_bytes(path) {
                Ok(there) if there == bytes => Ok(()),
                Ok(_) => taken("exists and holds something else".to_owned()),
                Err(error) => taken(format!("exists and does not read: {error}")),
            },
        }
    }

    /// Writes the head of the plan and some of its lines.
    ///
    /// # Errors
    /// What the writer or a line says.
    pub(crate) fn write_some<E: From<std::io::Error>>(
        &self,
        mut out: impl Write,
        lines: impl Iterator<Item = Result<Line, E>>,
    ) -> Result<(), E> {
        let json = |error: serde_json::Error| E::from(error.into());
        let text = serde_json::to_string(&self.header).map_err(json)?;
        // The digest goes before the bracket that closes the object.
        let content = &text[..text.len() - 1];
        let head = seal(&["head", content]);
        writeln!(out, "{content}{DIGEST}{head}\"}}")?;
        for line in lines {
            let text = serde_json::to_string(&line?).map_err(json)?;
            let content = &text[..text.len() - 1];
            let digest = seal(&["run", &head, content]);
            writeln!(out, "{content}{DIGEST}{digest}\"}}")?;
        }
        Ok(out.flush()?)
    }
}

const UNFIT: &str = "it does not fit its digest: it was edited or cut";

/// What every version of a head says.
#[derive(Deserialize)]
struct Said {
    howship: String,
    format: u32,
}

/// What a line of a plan says, without its closing bracket, and its digest.
fn split_digest(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_suffix('\n')?.strip_suffix("\"}")?;
    line.rsplit_once(DIGEST)
}
