//! Pieces of a template to a tree: which `endif` ends which `if`.

use std::borrow::Cow;
use std::vec::IntoIter;

use ordain_diag::Span;

use super::parser::Parser;
use super::template::shared;
use super::token::Token;
use crate::ast::{Expr, Ident, List, TemplateFor, TemplateIf, TemplatePart};

/// A template before its directives are matched.
pub(super) enum Piece<'t> {
    Text(Cow<'t, str>, Span),
    Interpolation(Expr),
    If { condition: Expr, span: Span, open: Token },
    Else(Span),
    EndIf(Span),
    For { key: Option<Ident>, value: Ident, collection: Expr, span: Span, open: Token },
    EndFor(Span),
}

impl Piece<'_> {
    /// Keyword of a directive.
    pub(super) fn keyword(&self) -> &'static str {
        match self {
            Piece::Text(..) | Piece::Interpolation(_) => "",
            Piece::If { .. } => "if",
            Piece::Else(_) => "else",
            Piece::EndIf(_) => "endif",
            Piece::For { .. } => "for",
            Piece::EndFor(_) => "endfor",
        }
    }

    /// The same with its span drawn out to where the directive ends.
    pub(super) fn ending(mut self, end: Span) -> Self {
        match &mut self {
            Piece::Text(_, span)
            | Piece::If { span, .. }
            | Piece::Else(span)
            | Piece::EndIf(span)
            | Piece::For { span, .. }
            | Piece::EndFor(span) => *span = span.to(end),
            Piece::Interpolation(_) => {}
        }
        self
    }
}

/// How a run of parts ended.
enum Stop {
    End,
    Else(Span),
    EndIf(Span),
    EndFor(Span),
}

impl Stop {
    fn keyword(&self) -> &'static str {
        match self {
            Stop::End => "",
            Stop::Else(_) => "else",
            Stop::EndIf(_) => "endif",
            Stop::EndFor(_) => "endfor",
        }
    }

    fn span(&self, end: Span) -> Span {
        match self {
            Stop::End => end,
            Stop::Else(span) | Stop::EndIf(span) | Stop::EndFor(span) => *span,
        }
    }
}

impl Parser<'_> {
    /// Matches the directives; `end` is where the template ends.
    pub(super) fn tree(&mut self, pieces: Vec<Piece<'_>>, end: Span) -> Vec<TemplatePart> {
        let several = pieces.len() > 1;
        let mut rest = pieces.into_iter();
        let mut parts = Vec::new();
        loop {
            match self.run_of_parts(&mut rest, end, &mut parts) {
                Stop::End => {
                    // Text that trim markers left nothing of still makes the whole a text.
                    if several && matches!(&*parts, [TemplatePart::Interpolation(_)]) {
                        parts.push(TemplatePart::Literal("".into(), end));
                    }
                    return parts;
                }
                stop => {
                    let detail = "The directives of this template do not match up.";
                    self.error(stop.span(end), format!("Unexpected {} directive", stop.keyword()), detail);
                }
            }
        }
    }

    /// Parts up to a directive that belongs to something around them.
    fn run_of_parts(
        &mut self,
        rest: &mut IntoIter<Piece<'_>>,
        end: Span,
        parts: &mut Vec<TemplatePart>,
    ) -> Stop {
        let mut text: Option<(Cow<'_, str>, Span)> = None;
        let stop = loop {
            let piece = match rest.next() {
                None => break Stop::End,
                Some(Piece::Text(more, more_span)) => {
                    match &mut text {
                        Some((text, span)) => {
                            text.to_mut().push_str(&more);
                            *span = span.to(more_span);
                        }
                        None => text = Some((more, more_span)),
                    }
                    continue;
                }
                Some(piece) => piece,
            };
            flush(&mut text, parts);
            match piece {
                Piece::Text(..) => {}
                Piece::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
                Piece::Else(span) => break Stop::Else(span),
                Piece::EndIf(span) => break Stop::EndIf(span),
                Piece::EndFor(span) => break Stop::EndFor(span),
                Piece::If { condition, span, open } => {
                    parts.extend(self.if_part(rest, end, condition, span, open))
                }
                Piece::For { key, value, collection, span, open } => {
                    let first = span;
                    if let Some((body, span)) = self.for_part(rest, end, span, open) {
                        parts.push(TemplatePart::For(Box::new(TemplateFor {
                            key,
                            value,
                            collection,
                            body,
                            span,
                            open: first,
                        })));
                    }
                }
            }
        };
        flush(&mut text, parts);
        stop
    }

    fn if_part(
        &mut self,
        rest: &mut IntoIter<Piece<'_>>,
        end: Span,
        condition: Expr,
        span: Span,
        open: Token,
    ) -> Option<TemplatePart> {
        let (mut then, mut otherwise) = (Vec::new(), Vec::new());
        let deep = !self.enter();
        let mut stop = if deep { Stop::End } else { self.run_of_parts(rest, end, &mut then) };
        let mut in_else = false;
        if let Stop::Else(_) = stop {
            in_else = true;
            stop = self.run_of_parts(rest, end, &mut otherwise);
        }
        self.leave(1);
        if let Stop::EndIf(close) = stop {
            let (then, otherwise) = (then.into(), otherwise.into());
            let part = TemplateIf { condition, then, otherwise, span: span.to(close) };
            return Some(TemplatePart::If(Box::new(part)));
        }
        if deep {
            rest.by_ref().for_each(drop);
            return None;
        }
        let line = self.line_of(open);
        let detail = match &stop {
            Stop::Else(_) if in_else => format!("The if directive on line {line} has an else already."),
            _ => format!("Expected the endif directive of the if directive on line {line}."),
        };
        self.unmatched(&stop, end, "if", "endif", line, detail);
        None
    }

    fn for_part(
        &mut self,
        rest: &mut IntoIter<Piece<'_>>,
        end: Span,
        span: Span,
        open: Token,
    ) -> Option<(List<TemplatePart>, Span)> {
        let mut body = Vec::new();
        let deep = !self.enter();
        let stop = if deep { Stop::End } else { self.run_of_parts(rest, end, &mut body) };
        self.leave(1);
        if let Stop::EndFor(close) = stop {
            return Some((body.into(), span.to(close)));
        }
        if deep {
            rest.by_ref().for_each(drop);
            return None;
        }
        let line = self.line_of(open);
        let detail = format!("Expected the endfor directive of the for directive on line {line}.");
        self.unmatched(&stop, end, "for", "endfor", line, detail);
        None
    }

    fn unmatched(&mut self, stop: &Stop, end: Span, open: &str, close: &str, line: usize, detail: String) {
        if let Stop::End = stop {
            let detail = format!("The {open} directive on line {line} has no {close} directive.");
            self.error(end, "Unexpected end of template", detail);
        } else {
            self.error(stop.span(end), format!("Unexpected {} directive", stop.keyword()), detail);
        }
    }
}

fn flush(text: &mut Option<(Cow<'_, str>, Span)>, parts: &mut Vec<TemplatePart>) {
    if let Some((text, span)) = text.take()
        && !text.is_empty()
    {
        parts.push(TemplatePart::Literal(shared(&text), span));
    }
}
