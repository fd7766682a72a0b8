//! Spaces between two tokens of one cell.

use super::Word;
use crate::parse::token::TokenKind as Kind;

/// Sets the spaces before all tokens of a cell but the first.
pub(super) fn set(cell: &mut [Word<'_>]) {
    let mut before: Option<Kind> = None;
    for at in 1..cell.len() {
        let (Some(subject), Some(after)) = (cell.get(at - 1), cell.get(at)) else { continue };
        let space = space_between(before, subject, after.kind);
        before = Some(subject.kind);
        if let Some(after) = cell.get_mut(at) {
            after.spaces = usize::from(space);
        }
    }
}

/// Whether a space stands between `subject` and what comes after it.
fn space_between(before: Option<Kind>, subject: &Word<'_>, after: Kind) -> bool {
    let kind = subject.kind;
    match (kind, after) {
        (_, Kind::Newline) => false,
        (Kind::Ident, Kind::OpenParen | Kind::DoubleColon) | (Kind::DoubleColon, Kind::Ident) => false,
        (Kind::Dot, _) | (_, Kind::Dot) => false,
        (_, Kind::Comma | Kind::Ellipsis) => false,
        (Kind::Comma, _) => true,
        (Kind::QuotedText | Kind::PlainText | Kind::OpenQuote | Kind::OpenHeredoc, _) => false,
        (_, Kind::QuotedText | Kind::PlainText | Kind::CloseQuote | Kind::CloseHeredoc) => false,
        (Kind::Ident, _) if subject.text == "in" && before == Some(Kind::Ident) => true,
        (Kind::Ident | Kind::Number, Kind::OpenBracket) => false,
        (_, Kind::OpenBracket) if subject.brackets() < 0 => false,
        (Kind::Bang, _) => false,
        (Kind::Minus, _) => before.is_some_and(ends_operand),
        (Kind::OpenBrace, Kind::CloseBrace) => false,
        (Kind::OpenBrace, _) | (_, Kind::CloseBrace) => true,
        (Kind::OpenInterpolation | Kind::OpenDirective, Kind::OpenBrace) => true,
        (Kind::CloseBrace, Kind::CloseSequence) => true,
        (Kind::CloseSequence, Kind::OpenInterpolation | Kind::OpenDirective) => false,
        (Kind::OpenBracket | Kind::OpenParen | Kind::OpenInterpolation | Kind::OpenDirective, _) => false,
        (_, Kind::CloseBracket | Kind::CloseParen | Kind::CloseSequence) => false,
        _ => true,
    }
}

/// Whether a minus after such a token subtracts.
fn ends_operand(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::OpenParen
            | Kind::OpenBrace
            | Kind::OpenBracket
            | Kind::Equal
            | Kind::Colon
            | Kind::Comma
            | Kind::Question
            | Kind::Plus
            | Kind::Star
            | Kind::Slash
            | Kind::Percent
            | Kind::Minus
            | Kind::EqualEqual
            | Kind::NotEqual
            | Kind::Greater
            | Kind::GreaterEqual
            | Kind::Less
            | Kind::LessEqual
            | Kind::AndAnd
            | Kind::OrOr
            | Kind::Bang
    )
}
