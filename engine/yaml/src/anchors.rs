//! Names of anchors as YAML 1.1 has them: letters, digits, `_` and `-`. The parser (YAML 1.2) takes nearly everything
//! that is no white space.

use saphyr_parser::{Event, Span};

use crate::tree::{Position, YamlError};

/// A text with anchors, by characters.
pub(crate) struct Anchors(Vec<char>);

impl Anchors {
    /// `None` where a text has none.
    pub(crate) fn of(text: &str) -> Option<Anchors> {
        text.contains('&').then(|| Anchors(text.chars().collect()))
    }

    /// The name of the anchor of the node that begins at a place, or of the alias there.
    pub(crate) fn name(&self, start: usize) -> Option<&[char]> {
        let name = match self.0.get(start) {
            Some('*') => self.0.get(start + 1..)?,
            _ => self.named(start)?,
        };
        name.get(..name.iter().take_while(|c| is_name(**c)).count())
    }

    /// Refuses an anchor whose name goes on where it may not.
    pub(crate) fn accept(&self, event: &Event<'_>, span: Span) -> Result<(), YamlError> {
        let anchor = match event {
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _) => *anchor,
            _ => 0,
        };
        if anchor == 0 {
            return Ok(());
        }
        let Some(after) = self.after_name(span.start.index()) else { return Ok(()) };
        let message = match after {
            [] => return Ok(()),
            [c, ..] if is_gap(*c) || matches!(c, ',' | ']' | '}') => return Ok(()),
            ['%' | '@' | '`', ..] => "found character that cannot start any token",
            ['?', c, ..] if is_gap(*c) => "mapping keys are not allowed in this context",
            [':', c, ..] if is_gap(*c) => "mapping key cannot be null",
            ['?' | ':', ..] => return Ok(()),
            _ => "did not find expected alphabetic or numeric character",
        };
        let at = Position { line: span.start.line(), column: span.start.col() + 1 };
        Err(if at.line == 1 { YamlError::unplaced(at, message) } else { YamlError::new(at, message) })
    }

    /// What follows the name of the anchor among the properties that stand at a place.
    fn after_name(&self, start: usize) -> Option<&[char]> {
        let name = self.named(start)?;
        name.get(name.iter().take_while(|c| is_name(**c)).count()..)
    }

    /// The name of the anchor among the properties that stand at a place, and what follows it.
    fn named(&self, start: usize) -> Option<&[char]> {
        let mut rest = self.0.get(start..)?;
        loop {
            match rest {
                ['&', name @ ..] => return Some(name),
                ['!', ..] => {
                    let end = rest.iter().position(|c| is_gap(*c))?;
                    let rest_after = rest.get(end..)?;
                    rest = rest_after.get(rest_after.iter().position(|c| !is_gap(*c))?..)?;
                }
                _ => return None,
            }
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}
