//! Line and paragraph separators: YAML 1.1 counts them as line breaks that stay what they are where a line feed becomes a
//! space. The parser sees line feeds; scalars that span a separator are folded again from the original text.

use saphyr_parser::{ScalarStyle, Span};

use crate::characters::SEPARATORS;

/// A text with separators, by characters.
pub(crate) struct Separators(Vec<char>);

impl Separators {
    /// `None` where a text has none.
    pub(crate) fn of(text: &str) -> Option<Separators> {
        text.contains(SEPARATORS).then(|| Separators(text.chars().collect()))
    }

    /// What a scalar at this place is, where that is not what the parser made of it.
    pub(crate) fn scalar(&self, span: Span, style: ScalarStyle, parsed: &str) -> Option<String> {
        let start = span.start.index();
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            return crate::blocks::block(&self.0, start, parsed);
        }
        let source = without_properties(self.0.get(start..span.end.index())?);
        let source = source.get(..=source.iter().rposition(|c| !is_gap(*c)).unwrap_or(0))?;
        match style {
            _ if !source.iter().any(|c| SEPARATORS.contains(c)) => None,
            ScalarStyle::Plain => Some(folded(source)),
            ScalarStyle::SingleQuoted => Some(folded(inside(source)?).replace("''", "'")),
            ScalarStyle::DoubleQuoted if !source.contains(&'\\') => Some(folded(inside(source)?)),
            ScalarStyle::DoubleQuoted | ScalarStyle::Literal | ScalarStyle::Folded => None,
        }
    }
}

/// A scalar without the anchor and the tag before it.
fn without_properties(mut source: &[char]) -> &[char] {
    while let Some('&' | '!') = source.first() {
        let end = source.iter().position(|c| is_gap(*c)).unwrap_or(source.len());
        let rest = source.get(end..).unwrap_or_default();
        let text = rest.iter().position(|c| !is_gap(*c)).unwrap_or(rest.len());
        source = rest.get(text..).unwrap_or_default();
    }
    source
}

fn inside(quoted: &[char]) -> Option<&[char]> {
    quoted.get(1..quoted.len().checked_sub(1)?)
}

pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

pub(crate) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}') || SEPARATORS.contains(&c)
}

/// Line breaks, each as it is kept: separators as they are, all others as line feeds.
fn breaks(source: &[char]) -> impl Iterator<Item = char> {
    let before = std::iter::once(&' ').chain(source);
    source.iter().zip(before).filter(|(c, before)| is_break(**c) && (**c, **before) != ('\n', '\r')).map(
        |(c, _)| match c {
            c if SEPARATORS.contains(c) => *c,
            _ => '\n',
        },
    )
}

/// The line break that stands first, as it is kept, and how many characters it takes.
pub(crate) fn read_break(source: &[char]) -> Option<(char, usize)> {
    match source {
        ['\r', '\n', ..] => Some(('\n', 2)),
        [c, ..] if SEPARATORS.contains(c) => Some((*c, 1)),
        [c, ..] if is_break(*c) => Some(('\n', 1)),
        _ => None,
    }
}

/// Lines of a plain or quoted scalar as one text.
fn folded(source: &[char]) -> String {
    let mut out = String::with_capacity(source.len());
    for run in source.chunk_by(|a, b| is_gap(*a) == is_gap(*b)) {
        let mut all = breaks(run).peekable();
        match all.next() {
            None => out.extend(run),
            Some('\n') if all.peek().is_none() => out.push(' '),
            Some('\n') => out.extend(all),
            Some(separator) => {
                out.push(separator);
                out.extend(all);
            }
        }
    }
    out
}

fn is_gap(c: char) -> bool {
    is_blank(c) || is_break(c)
}
