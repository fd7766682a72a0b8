//! Templates: quoted strings, heredocs and whole files.

use std::sync::Arc;

use ordain_diag::Span;
use ordain_value::{Kind, Value};

use super::heredoc::strip_indent;
use super::parser::Parser;
use super::template_tree::Piece;
use super::token::{Token, TokenKind};
use crate::ast::{Expr, ExprKind, TemplatePart};

const CONTROL: &str = "Invalid template directive";
const FOR: &str = "Invalid 'for' directive";

impl Parser<'_> {
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
        let mut pieces = self.pieces(end);
        if open.kind == TokenKind::OpenHeredoc && open.trim {
            strip_indent(&mut pieces);
        }
        let span = self.span(open).to(self.previous_span());
        self.assemble(pieces, span)
    }

    /// A text that is a template as a whole.
    pub(super) fn whole_template(&mut self) -> Expr {
        let start = self.peek_span().at_start();
        let pieces = self.pieces(TokenKind::Eof);
        let span = start.to(self.previous_span());
        self.assemble(pieces, span)
    }

    /// The rest of a quoted string, if there is no text in it at all; the usual long way otherwise.
    fn plain_string(&mut self) -> Option<Arc<str>> {
        self.accept(TokenKind::CloseQuote).map(|_| Arc::from(""))
    }

    fn assemble(&mut self, pieces: Vec<Piece>, span: Span) -> Expr {
        let parts = self.tree(pieces, self.previous_span());
        let kind = match parts.as_slice() {
            [] => ExprKind::String("".into()),
            [TemplatePart::Literal(text, _)] => ExprKind::String(text.clone()),
            _ => ExprKind::Template(parts.into()),
        };
        Expr { span, kind }
    }

    /// The pieces up to `end`, which is taken.
    fn pieces(&mut self, end: TokenKind) -> Vec<Piece> {
        let mut pieces = Vec::new();
        // Whether the text that follows loses its leading white space.
        let mut trim = false;
        loop {
            let token = self.read();
            if token.kind == end {
                return pieces;
            }
            let trim_this = std::mem::take(&mut trim);
            match token.kind {
                TokenKind::QuotedText | TokenKind::PlainText => {
                    pieces.push(self.text_piece(token, trim_this));
                }
                TokenKind::OpenInterpolation => {
                    trim_end(token, &mut pieces);
                    pieces.push(self.interpolation(token, end, &mut trim));
                }
                TokenKind::OpenDirective => {
                    trim_end(token, &mut pieces);
                    pieces.extend(self.directive(token, &mut trim));
                }
                _ => {
                    let span = self.span(token);
                    let detail = "The text ends before the closing marker of this string.";
                    self.unexpected(span, "Unterminated template string", detail);
                    if token.kind != TokenKind::Eof {
                        self.recover(end);
                    }
                    self.recovery = true;
                    return pieces;
                }
            }
        }
    }

    fn text_piece(&mut self, token: Token, trim: bool) -> Piece {
        let span = self.span(token);
        let raw = self.text(token);
        let text = match token.kind {
            TokenKind::QuotedText => self.unescape_quoted(raw, span),
            _ => super::escapes::unescape_plain(raw),
        };
        let text = if trim { text.trim_start().to_owned() } else { text.into_owned() };
        Piece::Text(text, span)
    }

    /// After `${`: the expression and the brace.
    fn interpolation(&mut self, open: Token, end: TokenKind, trim: &mut bool) -> Piece {
        let newlines = self.set_newlines(false);
        let expr = self.expression();
        let close = self.peek();
        if close.kind == TokenKind::CloseSequence {
            self.read();
            *trim = close.trim;
        } else {
            let (open, span) = (self.span(open), self.span(close));
            let unclosed = "Unclosed template interpolation sequence";
            let extra = "Extra characters after interpolation expression";
            let hint = "If it is meant for another language, write \"$${\" instead of \"${\".";
            match close.kind {
                TokenKind::Eof => {
                    let detail = "The text ends before the closing brace of this interpolation.";
                    self.unexpected(open, unclosed, detail);
                }
                TokenKind::OpenQuote | TokenKind::CloseQuote if end == TokenKind::CloseQuote => {
                    let detail = "The string ends before the closing brace of this interpolation.";
                    self.unexpected(open, unclosed, detail);
                }
                TokenKind::Colon => {
                    self.unexpected(
                        span,
                        extra,
                        format!("A colon is not expected in an interpolation. {hint}"),
                    );
                }
                _ => {
                    let detail = format!("A closing brace should end the interpolation here. {hint}");
                    self.unexpected(span, extra, detail);
                }
            }
            self.recover(TokenKind::CloseSequence);
        }
        self.set_newlines(newlines);
        Piece::Interpolation(expr)
    }

    /// After `%{`: the directive and the brace; `None` where it was not understood.
    fn directive(&mut self, open: Token, trim: &mut bool) -> Option<Piece> {
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

    fn directive_inside(&mut self, open: Token) -> Option<Piece> {
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
fn trim_end(token: Token, pieces: &mut [Piece]) {
    if token.trim
        && let Some(Piece::Text(text, _)) = pieces.last_mut()
    {
        text.truncate(text.trim_end().len());
    }
}

/// Text as the language keeps it: NFC.
pub(super) fn shared(text: &str) -> Arc<str> {
    if text.is_ascii() {
        return text.into();
    }
    match Value::string(text).into_kind() {
        Kind::String(text) => text,
        _ => text.into(),
    }
}
