//! Templates: quoted strings, heredocs and whole files.

use std::borrow::Cow;

use ordain_diag::Span;
use ordain_value::{Kind, Value};

use super::heredoc::strip_indent;
use super::parser::Parser;
use super::template_tree::Piece;
use super::token::{Token, TokenKind};
use crate::ast::{Expr, ExprKind, List, TemplatePart, Text};

const CONTROL: &str = "Invalid template directive";
const FOR: &str = "Invalid 'for' directive";

impl<'t> Parser<'t> {
    /// A quoted string or heredoc.
    pub(super) fn string_template(&mut self) -> Expr {
        let open = self.read();
        let end =
            if open.kind == TokenKind::OpenQuote { TokenKind::CloseQuote } else { TokenKind::CloseHeredoc };
        if end == TokenKind::CloseQuote
            && let Some(text) = self.plain_string()
        {
            let span = self.span(open).to(self.previous_span());
            return Expr { span, kind: ExprKind::String(text) };
        }
        let first = self.pieces(end);
        if open.kind == TokenKind::OpenHeredoc && open.trim {
            strip_indent(self.open.pieces.get_mut(first..).unwrap_or_default());
        }
        let span = self.span(open).to(self.previous_span());
        self.assemble(first, span)
    }

    /// A text that is a template as a whole.
    pub(super) fn whole_template(&mut self) -> Expr {
        let start = self.peek_span().at_start();
        let first = self.pieces(TokenKind::Eof);
        let span = start.to(self.previous_span());
        self.assemble(first, span)
    }

    /// The rest of a quoted string in which everything stands for itself; the usual long way otherwise.
    fn plain_string(&mut self) -> Option<Text> {
        if self.accept(TokenKind::CloseQuote).is_some() {
            return Some("".into());
        }
        if !self.next_is_plain_text() {
            return None;
        }
        let text = self.read();
        self.read();
        Some(shared(self.text(text)))
    }

    /// The expression that the pieces from `first` on are.
    fn assemble(&mut self, first: usize, span: Span) -> Expr {
        let parts: List<TemplatePart> = if is_plain(self.open.pieces.get(first..).unwrap_or(&[])) {
            self.open.pieces.drain(first..).map(|piece| plain_part(piece, span)).collect()
        } else {
            let pieces = self.open.pieces.split_off(first);
            self.tree(pieces, self.previous_span()).into()
        };
        let kind = match &*parts {
            [] => ExprKind::String("".into()),
            [TemplatePart::Literal(text, _)] => ExprKind::String(text.clone()),
            _ => ExprKind::Template(parts),
        };
        Expr { span, kind }
    }

    /// Reads the pieces up to `end`, which is taken; they are those from the result on.
    fn pieces(&mut self, end: TokenKind) -> usize {
        let first = self.open.pieces.len();
        // What is not closed is told where the text begins.
        let start = self.peek_span();
        // Whether the text that follows loses its leading white space.
        let mut trim = false;
        loop {
            let token = self.read();
            if token.kind == end {
                return first;
            }
            let trim_this = std::mem::take(&mut trim);
            match token.kind {
                TokenKind::QuotedText | TokenKind::PlainText => {
                    let piece = self.text_piece(token, trim_this);
                    self.open.pieces.push(piece);
                }
                TokenKind::OpenInterpolation => {
                    trim_end(token, self.open.pieces.get_mut(first..).unwrap_or_default());
                    let piece = self.interpolation(start, end, &mut trim);
                    self.open.pieces.push(piece);
                }
                TokenKind::OpenDirective => {
                    trim_end(token, self.open.pieces.get_mut(first..).unwrap_or_default());
                    let piece = self.directive(token, &mut trim);
                    self.open.pieces.extend(piece);
                }
                _ => {
                    let span = self.span(token);
                    let detail = "The text ends before the closing marker of this string.";
                    self.unexpected(span, "Unterminated template string", detail);
                    if token.kind != TokenKind::Eof {
                        self.recover(end);
                    }
                    self.recovery = true;
                    return first;
                }
            }
        }
    }

    fn text_piece(&mut self, token: Token, trim: bool) -> Piece<'t> {
        let span = self.span(token);
        let raw = self.text(token);
        let text = match token.kind {
            TokenKind::QuotedText => self.unescape_quoted(raw, span),
            _ => super::escapes::unescape_plain(raw),
        };
        let text = match text {
            Cow::Borrowed(text) if trim => Cow::Borrowed(text.trim_start()),
            Cow::Owned(text) if trim => Cow::Owned(text.trim_start().to_owned()),
            text => text,
        };
        Piece::Text(text, span)
    }

    /// After `${`: the expression and the brace.
    fn interpolation(&mut self, start: Span, end: TokenKind, trim: &mut bool) -> Piece<'t> {
        let newlines = self.set_newlines(false);
        let expr = self.expression();
        let close = self.peek();
        if close.kind == TokenKind::CloseSequence {
            self.read();
            *trim = close.trim;
        } else {
            let span = self.span(close);
            let unclosed = "Unclosed template interpolation sequence";
            let extra = "Extra characters after interpolation expression";
            let hint = "If it is meant for another language, write \"$${\" instead of \"${\".";
            match close.kind {
                TokenKind::Eof => {
                    let detail = "The text ends before the closing brace of this interpolation.";
                    self.unexpected(start, unclosed, detail);
                }
                TokenKind::OpenQuote | TokenKind::CloseQuote if end == TokenKind::CloseQuote => {
                    let detail = "The string ends before the closing brace of this interpolation.";
                    self.unexpected(start, unclosed, detail);
                }
                TokenKind::Colon => {
                    let detail = format!("A colon is not expected in an interpolation. {hint}");
                    self.unexpected_after(start, span, extra, detail);
                }
                _ => {
                    let detail = format!("A closing brace should end the interpolation here. {hint}");
                    self.unexpected_after(start, span, extra, detail);
                }
            }
            self.recover(TokenKind::CloseSequence);
        }
        self.set_newlines(newlines);
        Piece::Interpolation(expr)
    }

    /// After `%{`: the directive and the brace; `None` where it was not understood.
    fn directive(&mut self, open: Token, trim: &mut bool) -> Option<Piece<'t>> {
        let newlines = self.set_newlines(false);
        let piece = self.directive_inside(open);
        if piece.is_none() {
            self.recover(TokenKind::CloseSequence);
        } else {
            let close = self.peek();
            if close.kind == TokenKind::CloseSequence {
                self.read();
                *trim = close.trim;
            } else {
                let keyword = piece.as_ref().map_or("", Piece::keyword);
                let span = self.span(close);
                let detail = "A closing brace should end the directive here.";
                self.unexpected(span, format!("Extra characters in {keyword} marker"), detail);
                self.recover(TokenKind::CloseSequence);
            }
        }
        self.set_newlines(newlines);
        piece.map(|piece| piece.ending(self.previous_span()))
    }

    fn directive_inside(&mut self, open: Token) -> Option<Piece<'t>> {
        let start = self.span(open);
        let word = self.peek();
        if word.kind != TokenKind::Ident {
            let span = self.span(word);
            self.unexpected(span, CONTROL, "After \"%{\" comes a keyword such as \"if\" or \"for\".");
            return None;
        }
        self.read();
        Some(match self.text(word) {
            "if" => Piece::If { condition: self.expression(), span: start, open },
            "else" => Piece::Else(start),
            "endif" => Piece::EndIf(start),
            "for" => {
                let (key, value) = self.for_names(FOR)?;
                let collection = self.expression();
                Piece::For { key, value, collection, span: start, open }
            }
            "endfor" => Piece::EndFor(start),
            given => {
                let known = ["if", "for", "else", "endif", "endfor"];
                let meant = crate::suggest::nearest(given, known);
                let detail =
                    format!("\"{given}\" is no keyword of templates.{}", crate::suggest::did_you_mean(meant));
                let span = self.span(word);
                self.unexpected(span, "Invalid template control keyword", detail);
                return None;
            }
        })
    }
}

/// `${~` and `%{~` cut the white space before them.
fn trim_end(token: Token, pieces: &mut [Piece<'_>]) {
    if token.trim
        && let Some(Piece::Text(text, _)) = pieces.last_mut()
    {
        let length = text.trim_end().len();
        match text {
            Cow::Borrowed(text) => *text = text.get(..length).unwrap_or(""),
            Cow::Owned(text) => text.truncate(length),
        }
    }
}

/// Whether pieces are the parts as they stand: no directives, no text that is empty or falls into two.
fn is_plain(pieces: &[Piece<'_>]) -> bool {
    let mut text_before = false;
    pieces.iter().all(|piece| {
        let is_text = matches!(piece, Piece::Text(..));
        let apart = !(is_text && std::mem::replace(&mut text_before, is_text));
        text_before = is_text;
        match piece {
            Piece::Text(text, _) => apart && !text.is_empty(),
            Piece::Interpolation(_) => true,
            _ => false,
        }
    })
}

/// A piece that is a part as it stands; directives, which are none, are nothing at `span`.
fn plain_part(piece: Piece<'_>, span: Span) -> TemplatePart {
    match piece {
        Piece::Text(text, span) => TemplatePart::Literal(shared(&text), span),
        Piece::Interpolation(expr) => TemplatePart::Interpolation(expr),
        _ => TemplatePart::Literal("".into(), span),
    }
}

/// Text as the language keeps it: NFC.
pub(super) fn shared(text: &str) -> Text {
    if text.is_ascii() {
        return text.into();
    }
    match Value::string(text).into_kind() {
        Kind::String(text) => text.into(),
        _ => text.into(),
    }
}
