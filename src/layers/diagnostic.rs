//! What is wrong with a scenario, shown on its line.

use std::fmt;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use super::path::{self, Segment};
use super::source::Source;

/// Letters of foreign text that a message repeats at most.
const LONGEST_QUOTE: usize = 400;

/// One thing that is wrong: what was found, where, and what to do about it.
///
/// Its `Display` shows the line of the file with the place marked, without colours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostic {
    details: Box<Details>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Details {
    title: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    key_path: Option<String>,
    source_line: Option<String>,
    span: Range<usize>,
    notes: Vec<String>,
    help: Option<String>,
}

impl Diagnostic {
    /// A fault that stands in no file.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            details: Box::new(Details {
                title: clip(&title.into(), LONGEST_QUOTE),
                ..Details::default()
            }),
        }
    }

    /// Names the file; for faults of the file as a whole.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.details.file = Some(file.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.details.help = Some(help.into()).filter(|help: &String| !help.is_empty());
        self
    }

    /// Adds a circumstance.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.details.notes.push(note.into());
        self
    }

    /// Names the key.
    pub(crate) fn with_path(mut self, segments: &[Segment]) -> Self {
        self.details.key_path = Some(path::write(segments)).filter(|path| !path.is_empty());
        self
    }

    /// Points at bytes of a text; at the first line of them where they run over several.
    pub(crate) fn at(mut self, source: &Source, bytes: &Range<usize>) -> Self {
        let line = source.line(bytes.start);
        let text = source.line_text(line);
        let start = floor_boundary(text, bytes.start.saturating_sub(source.line_start(line)));
        let end = floor_boundary(text, bytes.end.saturating_sub(source.line_start(line)));
        self.details.file = Some(source.name.clone());
        self.details.line = Some(line);
        self.details.column = Some(text[..start].chars().count() + 1);
        self.details.span = start..end.max(start);
        self.details.source_line = Some(text.to_owned());
        self
    }

    /// What is wrong, in one sentence.
    pub fn title(&self) -> &str {
        &self.details.title
    }

    /// Name of the layer: a file path as typed, "preset human", or "--set".
    pub fn file(&self) -> Option<&str> {
        self.details.file.as_deref()
    }

    /// Line in that layer, counted from 1.
    pub fn line(&self) -> Option<usize> {
        self.details.line
    }

    /// Column in that line, counted in letters from 1.
    pub fn column(&self) -> Option<usize> {
        self.details.column
    }

    /// Dotted path of the key, such as `lesion[1].cells`.
    pub fn key_path(&self) -> Option<&str> {
        self.details.key_path.as_deref()
    }

    /// Text of the line.
    pub fn source_line(&self) -> Option<&str> {
        self.details.source_line.as_deref()
    }

    /// Bytes of [`Self::source_line`] that are at fault.
    pub fn span(&self) -> Range<usize> {
        self.details.span.clone()
    }

    /// Circumstances.
    pub fn notes(&self) -> &[String] {
        &self.details.notes
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.details.help.as_deref()
    }

    /// The fault as text of several lines, in the manner of the Rust compiler.
    pub fn render(&self, color: bool) -> String {
        let details = &*self.details;
        let mut group = Group::with_title(Level::ERROR.primary_title(tame(&details.title)));
        let file = details.file.as_deref().map(tame);
        match (&details.source_line, &file) {
            (Some(text), Some(file)) => {
                let (text, span) = window(text, &details.span);
                group = group.element(
                    Snippet::source(text)
                        .path(file.as_str())
                        .line_start(details.line.unwrap_or(1))
                        .annotation(AnnotationKind::Primary.span(span)),
                );
            }
            (None, Some(file)) => group = group.element(Origin::path(file.as_str())),
            (_, None) => {}
        }
        if let Some(key) = &details.key_path
            && !details.title.contains(&format!("`{key}`"))
        {
            group = group.element(
                Level::NOTE.message(format!("the key is `{}`", tame(&clip(key, LONGEST_QUOTE)))),
            );
        }
        for note in &details.notes {
            group = group.element(Level::NOTE.message(tame(&clip(note, LONGEST_QUOTE))));
        }
        if let Some(help) = &details.help {
            group = group.element(Level::HELP.message(tame(help)));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

/// Several faults, shown one below the other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// `Ok` where nothing is wrong.
    ///
    /// # Errors
    /// Itself, where it holds a fault.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// All faults as text, with a blank line between them.
    pub fn render(&self, color: bool) -> String {
        let texts: Vec<String> = self.0.iter().map(|one| one.render(color)).collect();
        texts.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl crate::numerics::refusal::Refusal for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// "did you mean `tumour`? allowed: ..." for a word that is not among those allowed.
pub(crate) fn suggestion(word: &str, allowed: &[&str]) -> String {
    let list = allowed.join(", ");
    match nearest(word, allowed) {
        Some(near) => format!("did you mean `{near}`? allowed: {list}"),
        None if allowed.is_empty() => "no key is allowed here".to_owned(),
        None => format!("allowed: {list}"),
    }
}

/// The allowed word that a misspelt one most likely means.
pub(crate) fn nearest<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let word = plain(word);
    if word.chars().count() > 100 {
        return None;
    }
    let close = allowed
        .iter()
        .map(|known| {
            let limit = (known.chars().count().max(word.chars().count()) / 3).max(1);
            (
                strsim::damerau_levenshtein(&word, &plain(known)),
                limit,
                *known,
            )
        })
        .filter(|(distance, limit, _)| distance <= limit)
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, known)| known);
    close.or_else(|| {
        allowed
            .iter()
            .map(|known| (strsim::jaro_winkler(&word, &plain(known)), *known))
            .filter(|(likeness, _)| *likeness > 0.85)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, known)| known)
    })
}

/// The first `longest` letters, with an ellipsis where there are more.
pub(crate) fn clip(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Foreign text without control characters, which could rewrite a terminal.
fn tame(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(text).replace('\n', " ")
}

/// A line of ordinary length as it is; of a very long one, the part around the fault.
fn window<'a>(text: &'a str, span: &Range<usize>) -> (&'a str, Range<usize>) {
    const WIDEST: usize = 2000;
    if text.len() <= WIDEST {
        return (text, span.clone());
    }
    let from = floor_boundary(text, span.start.saturating_sub(WIDEST / 2));
    let to = floor_boundary(text, from + WIDEST);
    (&text[from..to], span.start - from..span.end.min(to) - from)
}

fn floor_boundary(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

#[cfg(test)]
mod tests;
