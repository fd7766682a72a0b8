//! Canonical white space, as `fmt` writes it.
//!
//! Only white space changes, and three ways of writing that have a plainer form: a whole value that is
//! one interpolation loses quotes and braces, labels of blocks get quotes, and the quoted types of old
//! `variable` blocks lose theirs. A broken text stays as it is.

mod lines;
mod quote;
mod rewrite;
mod spaces;

use std::borrow::Cow;

use ordain_diag::{Diagnostics, FileId};

use crate::ast::Body;
use crate::parse::lexer::{Lexer, Origin};
use crate::parse::parse_native;
use crate::parse::token::TokenKind;

pub use quote::quoted;

/// The text of a file in native syntax with canonical white space; the text itself when it is broken,
/// which the findings say.
pub fn format_native(file: FileId, text: &str) -> (String, Diagnostics) {
    let (body, found) = parse_native(file, text);
    let Body::Native(body) = body else { return (text.to_owned(), found) };
    if found.has_errors() {
        return (text.to_owned(), found);
    }
    let tokens = rewrite::plainer(read(text), &body);
    let mut lines = lines::split(tokens);
    lines::indent(&mut lines);
    for line in &mut lines {
        spaces::set(&mut line.lead);
        spaces::set(&mut line.assign);
    }
    lines::align(&mut lines);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for token in lines.iter().flat_map(|line| line.lead.iter().chain(&line.assign).chain(&line.comment)) {
        out.extend(std::iter::repeat_n(' ', token.spaces));
        out.push_str(&token.text);
    }
    // What stands on a last line without a line break is kept, as it always was; a comment there holds it already.
    let last =
        lines.iter().rev().find_map(|line| line.comment.last().or(line.assign.last()).or(line.lead.last()));
    let open_comment = last.is_some_and(|word| {
        word.kind == TokenKind::Comment && !word.text.starts_with("/*") && !word.ends_line()
    });
    let kept = text.trim_end_matches([' ', '\t']);
    // A byte order mark with nothing behind it is as many spaces.
    let kept = if kept == "\u{feff}" { "" } else { kept };
    let tail = if open_comment { 0 } else { text.len() - kept.len() };
    out.extend(std::iter::repeat_n(' ', tail));
    (out, found)
}

/// A token with the spaces before it.
#[derive(Clone, Debug)]
struct Word<'t> {
    kind: TokenKind,
    text: Cow<'t, str>,
    /// Offset in the source.
    start: u32,
    spaces: usize,
}

impl Word<'_> {
    /// Whether a line ends with it: a line break, or a comment that runs up to one.
    fn ends_line(&self) -> bool {
        match self.kind {
            TokenKind::Newline => true,
            TokenKind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }

    /// By how much it changes the number of open brackets.
    fn brackets(&self) -> i64 {
        match self.kind {
            TokenKind::OpenBrace
            | TokenKind::OpenBracket
            | TokenKind::OpenParen
            | TokenKind::OpenInterpolation
            | TokenKind::OpenDirective => 1,
            TokenKind::CloseBrace
            | TokenKind::CloseBracket
            | TokenKind::CloseParen
            | TokenKind::CloseSequence => -1,
            _ => 0,
        }
    }

    /// Columns that it takes with the spaces before it.
    fn columns(&self) -> usize {
        let width =
            if self.text.is_ascii() { self.text.len() } else { ordain_diag::cluster_count(&self.text) };
        self.spaces + width
    }
}

/// All tokens of a text; a comment to the end of a line includes the line break.
fn read(text: &str) -> Vec<Word<'_>> {
    let mut lexer = Lexer::code(Origin::At(FileId(0), 0), text);
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut end = if text.starts_with('\u{feff}') { 3 } else { 0 };
    loop {
        let token = lexer.next();
        let (start, after) = (token.start as usize, token.end as usize);
        if token.kind == TokenKind::Eof {
            return words;
        }
        if token.kind == TokenKind::Newline
            && let Some(last) = words.last_mut()
            && last.kind == TokenKind::Comment
            && !last.text.starts_with("/*")
            && !last.ends_line()
        {
            last.text = Cow::Borrowed(text.get(last.start as usize..after).unwrap_or(""));
        } else {
            let text = Cow::Borrowed(lexer.text(token));
            words.push(Word { kind: token.kind, text, start: token.start, spaces: start - end });
        }
        end = after;
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
