//! The lines of a source text that a finding shows.

use ordain_diag::{Diagnostic, Source, Span};

/// Lines of a text, and what is marked in them.
pub(super) struct Snippet<'s> {
    /// The lines without line breaks. Blank ones in between are left out.
    pub(super) lines: Vec<&'s str>,
    /// Number of the first line, from 1.
    pub(super) first: usize,
    /// Where the mark begins, in bytes from the beginning of the lines joined by line breaks.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// The lines that a finding touches with its span and with what is around that.
pub(super) fn snippet<'s>(item: &Diagnostic, span: Span, source: &'s Source) -> Snippet<'s> {
    let span = if span.end > span.start { span } else { Span { end: span.start.saturating_add(1), ..span } };
    let whole = match item.around {
        Some(around) if around.file == span.file => span.to(around),
        _ => span,
    };
    let (from, to) = (whole.start as usize, whole.end as usize);
    let mut lines = Vec::new();
    let mut first = None;
    let mut number = source.position(from).line.saturating_sub(1).max(1);
    while let (Some(text), Some(begin)) = (source.line(number), source.line_start(number)) {
        let end = begin + text.len();
        if begin > to {
            break;
        }
        // A range that ends with a line break touches the line after it.
        if end > begin && begin <= to && from <= end {
            lines.push(text);
            first.get_or_insert((number, begin));
        }
        number += 1;
    }
    let at = source.position(span.start as usize);
    let shown = lines.iter().map(|line| line.len() + 1).sum::<usize>();
    if first.is_some_and(|(_, begin)| source.hides(begin, begin + shown)) {
        let (first, _) = first.unwrap_or((at.line, at.byte));
        return Snippet { lines: vec!["(sensitive value)"], first, start: 0, end: 0 };
    }
    let (first, begin) = first.unwrap_or((at.line, at.byte));
    let length = lines.iter().map(|line| line.len() + 1).sum::<usize>().saturating_sub(1);
    let offset = |byte: u32| (byte as usize).saturating_sub(begin).min(length);
    Snippet { first, start: offset(span.start), end: offset(span.end), lines }
}
