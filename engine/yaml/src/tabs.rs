//! Tabs as libyaml, and Go's library with it, reads them: they may separate, but nothing in block form begins after
//! one at the beginning of a line or of an item.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::tree::{Position, YamlError};

/// What the parser says where libyaml takes the tab as a space.
const AFTER_COLON: &str = "':' must be followed by a valid YAML whitespace";

/// The text with spaces in place of the tabs after a colon that the parser does not take.
pub(crate) fn spaced(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if !text.contains(":\t") {
        return text;
    }
    // Each turn replaces one tab, so there are no more turns than tabs; more than a few are no text of people.
    for _ in 0..64 {
        let Some(at) = refused(&text) else { break };
        text.to_mut().replace_range(at..=at, " ");
    }
    text
}

/// Byte offset of the first tab that is refused.
fn refused(text: &str) -> Option<usize> {
    let mut parser = Parser::new_from_str(text);
    let error = std::iter::from_fn(|| parser.next_event()).find_map(Result::err)?;
    if error.info() != AFTER_COLON {
        return None;
    }
    let end = text.char_indices().nth(error.marker().index()).map_or(text.len(), |(at, _)| at);
    let before = text.get(..end)?;
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    before.rfind('\t').filter(|at| *at >= before.len() - blanks)
}

/// Looks at what stands between tokens for tabs that are not allowed there.
pub(crate) struct TabCheck {
    text: Vec<char>,
    /// Offset after the last token in block form that has a text of its own.
    end: usize,
    /// Of each open collection, whether it is in flow form.
    open: Vec<bool>,
    /// Whether the last document is a scalar without quotes, which takes all white space after it.
    plain: bool,
}

impl TabCheck {
    /// For a text; `None` when there is no tab in it.
    pub(crate) fn new(text: &str) -> Option<TabCheck> {
        text.contains('\t').then(|| TabCheck {
            text: text.chars().collect(),
            end: 0,
            open: Vec::new(),
            plain: false,
        })
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// A tab where a token could begin.
    pub(crate) fn accept(&mut self, event: &Event<'_>, span: Span) -> Result<(), YamlError> {
        let (start, end) = (span.start.index(), span.end.index());
        let in_flow = self.open.last() == Some(&true);
        match event {
            Event::Scalar(..) | Event::Alias(_) => {
                self.check(start, in_flow, span)?;
                self.end = self.end.max(end);
                let plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
                self.plain = plain && self.open.is_empty();
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                self.check(start, in_flow, span)?;
                let flow = in_flow || matches!(self.text.get(start), Some('[' | '{'));
                self.open.push(flow);
            }
            Event::SequenceEnd | Event::MappingEnd if self.open.pop() == Some(true) => {
                self.end = self.end.max(end);
            }
            Event::StreamEnd if !self.plain => self.check(self.text.len(), false, span)?,
            _ => {}
        }
        Ok(())
    }

    fn check(&self, start: usize, in_flow: bool, span: Span) -> Result<(), YamlError> {
        let gap = self.text.get(self.end..start).unwrap_or(&[]);
        if in_flow || !gap.contains(&'\t') {
            return Ok(());
        }
        // At the beginning of a line, and after the sign of an item, only spaces may stand.
        let mut only_spaces = self.end == 0;
        let mut before = '\n';
        for (at, c) in gap.iter().enumerate() {
            match c {
                '\t' if only_spaces => {
                    let at = Position { line: span.start.line(), column: span.start.col() + 1 };
                    let what = "found character that cannot start any token";
                    let first = at.line == 1;
                    return Err(if first { YamlError::unplaced(at, what) } else { YamlError::new(at, what) });
                }
                '\n' => only_spaces = true,
                ' ' | '\t' => {}
                '-' | '?' => {
                    let alone = matches!(gap.get(at + 1), Some(' ' | '\t'));
                    only_spaces = alone && matches!(before, ' ' | '\t' | '\n');
                }
                // A comment takes the rest of its line.
                _ => only_spaces = false,
            }
            before = *c;
        }
        Ok(())
    }
}
