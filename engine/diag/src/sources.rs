//! The table of source texts: file id to name, text and line index.

use std::sync::{Arc, OnceLock};

use crate::Span;
use crate::clusters::cluster_count;

/// Names one text of a [`Sources`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A place in a text as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in grapheme clusters (what people see as one character), from 1.
    pub column: usize,
    /// Byte offset from 0.
    pub byte: usize,
}

/// One text, its name as shown to people, and where its lines begin.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path as diagnostics show it, relative to the working directory where possible.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    /// Found out when a place is first asked for: most texts have nothing to be told of.
    line_starts: Arc<OnceLock<Vec<u32>>>,
    /// Byte ranges that must not be shown.
    hidden: Vec<(u32, u32)>,
}

impl Source {
    fn new(name: Arc<str>, text: Arc<str>) -> Self {
        Self { name, text, line_starts: Arc::default(), hidden: Vec::new() }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let starts = ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// Whether something between two byte offsets must not be shown.
    pub fn hides(&self, from: usize, to: usize) -> bool {
        self.hidden.iter().any(|(start, end)| from < *end as usize && (*start as usize) < to)
    }

    /// Line and column of a byte offset; offsets past the end give the end.
    pub fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let line = self.line_starts().partition_point(|&start| start as usize <= byte).max(1);
        let start = self.line_starts().get(line - 1).map_or(0, |&start| start as usize);
        // A mark that follows a quotation mark does not join it: the text between the marks is a piece of its own.
        let column = self.text.get(start..byte).map_or(0, |text| match text.is_ascii() {
            true => cluster_count(text),
            false => text.split_inclusive('"').map(cluster_count).sum(),
        }) + 1;
        Position { line, column, byte }
    }

    /// Text of a line counted from 1, without its line break.
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.line_starts().get(line.checked_sub(1)?)? as usize;
        let end = self.line_starts().get(line).map_or(self.text.len(), |&end| end as usize);
        Some(self.text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// Byte offset at which a line counted from 1 begins.
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.line_starts().get(line.checked_sub(1)?).map(|&start| start as usize)
    }
}

/// All texts that spans may point into.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the name that diagnostics will show.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source::new(name.into(), text.into()));
        id
    }

    /// The text that an id names.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }

    /// Keeps a range from being shown: findings there show no source.
    pub fn hide(&mut self, span: Span) {
        if let Some(source) = self.files.get_mut(span.file.0 as usize) {
            source.hidden.push((span.start, span.end));
        }
    }

    /// Text under a span; empty when the span points nowhere.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Name and start position of a span.
    pub fn locate(&self, span: Span) -> Option<(&str, Position)> {
        let source = self.get(span.file)?;
        Some((&source.name, source.position(span.start as usize)))
    }

    /// A range as messages name it: `main.tf:3,1-10`, or `main.tf:3,1-5,2` where it ends on another line.
    pub fn place(&self, span: Span) -> Option<String> {
        let source = self.get(span.file)?;
        let (start, end) = (source.position(span.start as usize), source.position(span.end as usize));
        let to = if end.line == start.line { String::new() } else { format!("{},", end.line) };
        Some(format!("{}:{},{}-{to}{}", source.name, start.line, start.column, end.column))
    }

    /// All texts in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, source)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), source))
    }
}
