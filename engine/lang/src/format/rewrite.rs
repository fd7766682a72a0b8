//! The three things that are written in a plainer way.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use ordain_diag::Span;

use super::Word;
use super::quote::escaped;
use crate::ast::{Block, Body, NativeBody};
use crate::parse::normal_text;
use crate::parse::token::TokenKind;

/// What takes the place of some tokens.
type Edits<'t> = BTreeMap<usize, (usize, Vec<Word<'t>>)>;

/// The tokens of a file with the plainer forms in place.
pub(super) fn plainer<'t>(words: Vec<Word<'t>>, body: &NativeBody) -> Vec<Word<'t>> {
    let mut edits = Edits::new();
    collect(&words, body, Place::File, &mut edits);
    if edits.is_empty() {
        return words;
    }
    let mut out = Vec::with_capacity(words.len());
    let mut skip = 0;
    for (at, word) in words.into_iter().enumerate() {
        if let Some((end, replacement)) = edits.remove(&at) {
            out.extend(replacement);
            skip = end;
        }
        if at >= skip {
            out.push(word);
        }
    }
    out
}

fn range(words: &[Word<'_>], span: Span) -> Range<usize> {
    let at = |offset: u32| words.partition_point(|word| word.start < offset);
    at(span.start)..at(span.end)
}

/// What a body belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    File,
    /// A `variable` block that stands in no other block.
    Variable,
    Block,
}

fn collect<'t>(words: &[Word<'t>], body: &NativeBody, place: Place, edits: &mut Edits<'t>) {
    for attribute in body.attributes.iter() {
        let taken = range(words, attribute.expr.span);
        let value = words.get(taken.clone()).unwrap_or(&[]);
        let plain = if place == Place::Variable && &*attribute.name.text == "type" {
            plain_type(value)
        } else {
            plain_value(value)
        };
        if let Some(plain) = plain {
            edits.insert(taken.start, (taken.end, plain));
        }
    }
    for block in body.blocks.iter() {
        quote_labels(words, block, edits);
        if let Body::Native(inner) = &block.body {
            let variable = place == Place::File && &*block.block_type.text == "variable";
            collect(words, inner, if variable { Place::Variable } else { Place::Block }, edits);
        }
    }
}

fn made<'t>(kind: TokenKind, text: impl Into<Cow<'t, str>>) -> Word<'t> {
    Word { kind, text: text.into(), start: 0, spaces: 0 }
}

/// The labels of a block in quotes, with nothing but spaces between them and with no escape that is not needed.
///
/// A label that holds `$` or `%` stays as it is, where Terraform's formatter loses the whole label.
fn quote_labels<'t>(words: &[Word<'t>], block: &Block, edits: &mut Edits<'t>) {
    let first = range(words, block.block_type.span).end;
    let Some(last) = block.labels.last() else { return };
    let end = range(words, last.span).end;
    let given = words.get(first..end).unwrap_or(&[]);
    let is_plain = |word: &Word<'_>| {
        matches!(word.kind, TokenKind::OpenQuote | TokenKind::CloseQuote | TokenKind::QuotedText)
    };
    let quoted_text = |word: &&Word<'_>| word.kind == TokenKind::QuotedText;
    let mut texts = given.iter().filter(quoted_text);
    let wanted: Vec<String> = block.labels.iter().map(|label| escaped(&normal_text(&label.text))).collect();
    let canonical =
        |word: &Word<'_>| word.text.contains(['$', '%']) || wanted.iter().any(|text| *text == word.text);
    if given.iter().all(is_plain) && texts.all(canonical) {
        return;
    }
    let mut quoted = Vec::new();
    for text in wanted {
        quoted.push(made(TokenKind::OpenQuote, "\""));
        quoted.push(made(TokenKind::QuotedText, text));
        quoted.push(made(TokenKind::CloseQuote, "\""));
    }
    edits.insert(first, (end, quoted));
}

/// `"${x}"` as `x`; `None` when it is anything else.
fn plain_value<'t>(value: &[Word<'t>]) -> Option<Vec<Word<'t>>> {
    let [open, sequence, inside @ .., close_sequence, close] = value else { return None };
    let kinds = [open.kind, sequence.kind, close_sequence.kind, close.kind];
    let wanted =
        [TokenKind::OpenQuote, TokenKind::OpenInterpolation, TokenKind::CloseSequence, TokenKind::CloseQuote];
    if kinds != wanted || inside.is_empty() {
        return None;
    }
    let mut quotes = 0;
    for word in inside {
        match word.kind {
            TokenKind::OpenQuote => quotes += 1,
            TokenKind::CloseQuote => quotes -= 1,
            TokenKind::OpenInterpolation | TokenKind::CloseSequence | TokenKind::QuotedText
                if quotes == 0 =>
            {
                return None;
            }
            _ => {}
        }
    }
    let is_break = |word: &&Word<'_>| word.kind == TokenKind::Newline;
    let leading = inside.iter().take_while(is_break).count();
    let trailing = inside.iter().rev().take_while(is_break).count();
    let inside = inside.get(leading..inside.len().saturating_sub(trailing))?;
    let (first, last) = (inside.first()?, inside.last()?);
    let several_lines = inside.iter().any(|word| word.kind == TokenKind::Newline);
    let in_parens = first.kind == TokenKind::OpenParen && last.kind == TokenKind::CloseParen;
    let mut plain = inside.to_vec();
    if several_lines && !in_parens {
        plain.insert(0, made(TokenKind::OpenParen, "("));
        plain.push(made(TokenKind::CloseParen, ")"));
    }
    Some(plain)
}

/// The old ways of writing the type of a variable; `None` when it is none of them.
fn plain_type<'t>(value: &[Word<'t>]) -> Option<Vec<Word<'t>>> {
    let of = |name: &'static str, element: &'static str| {
        vec![
            made(TokenKind::Ident, name),
            made(TokenKind::OpenParen, "("),
            made(TokenKind::Ident, element),
            made(TokenKind::CloseParen, ")"),
        ]
    };
    match value {
        [word] if word.kind == TokenKind::Ident => match &*word.text {
            "list" => Some(of("list", "any")),
            "map" => Some(of("map", "any")),
            _ => None,
        },
        [open, text, _] if open.kind == TokenKind::OpenQuote && text.kind == TokenKind::QuotedText => {
            match &*text.text {
                "string" => Some(vec![made(TokenKind::Ident, "string")]),
                "list" => Some(of("list", "string")),
                "map" => Some(of("map", "string")),
                _ => None,
            }
        }
        _ => None,
    }
}
