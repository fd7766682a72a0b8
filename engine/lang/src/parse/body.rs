//! Bodies: arguments and blocks.

use std::collections::{HashMap, HashSet};

use ordain_diag::{Diagnostic, Span, codes};

use super::parser::Parser;
use super::token::{Token, TokenKind};
use crate::ast::{Attribute, Block, Body, Label, List, NativeBody};

const BODY_ITEM: &str = "Argument or block definition required";
const SINGLE: &str = "Invalid single-argument block definition";

enum Item {
    Attribute(Attribute),
    Block(Block),
}

impl Parser<'_> {
    /// A whole file.
    pub(super) fn file(&mut self) -> NativeBody {
        let start = self.peek_span().at_start();
        let body = self.body(TokenKind::Eof, start);
        NativeBody { span: Span { start: 0, ..body.span }, ..body }
    }

    /// Items up to `end`, which is taken.
    fn body(&mut self, end: TokenKind, open: Span) -> NativeBody {
        let (first_attribute, first_block) = (self.open.attributes.len(), self.open.blocks.len());
        loop {
            let next = self.peek();
            if next.kind == end {
                self.read();
                break;
            }
            match next.kind {
                TokenKind::Newline => {
                    self.read();
                }
                TokenKind::Ident => match self.item() {
                    Some(Item::Attribute(attribute)) => self.open.attributes.push(attribute),
                    Some(Item::Block(block)) => self.open.blocks.push(block),
                    None => {}
                },
                _ => {
                    self.misplaced(end, open);
                    break;
                }
            }
        }
        let span = open.to(self.previous_span());
        let attributes = if has_repeated(self.open.attributes.get(first_attribute..).unwrap_or(&[])) {
            let mut attributes = self.open.attributes.split_off(first_attribute);
            self.drop_repeated(&mut attributes);
            attributes.into()
        } else {
            List::of(self.open.attributes.drain(first_attribute..))
        };
        let blocks = List::of(self.open.blocks.drain(first_block..));
        NativeBody { attributes, blocks, span }
    }

    /// Reports a token that begins no item and skips the rest of the body.
    fn misplaced(&mut self, end: TokenKind, open: Span) {
        let bad = self.read();
        let span = self.span(bad);
        match bad.kind {
            TokenKind::OpenQuote => {
                self.unexpected(
                    span,
                    "Invalid argument name",
                    "Names of arguments are written without quotes.",
                );
            }
            TokenKind::Eof => {
                let detail = "The text ends before this block is closed with a brace. Perhaps braces do not match further down.";
                self.unexpected(open, "Unclosed configuration block", detail);
            }
            _ => self.unexpected(span, BODY_ITEM, "An argument or a block is expected here."),
        }
        self.recover(end);
    }

    /// Keeps the first of several arguments of the same name.
    fn drop_repeated(&mut self, attributes: &mut Vec<Attribute>) {
        let mut seen: HashMap<_, Span> = HashMap::with_capacity(attributes.len());
        let (kept, again): (Vec<_>, Vec<_>) = std::mem::take(attributes).into_iter().partition(|attribute| {
            let first = *seen.entry(attribute.name.text.clone()).or_insert(attribute.name.span);
            first == attribute.name.span
        });
        for attribute in again {
            let name = &attribute.name;
            let detail = format!("The argument \"{}\" is set already. Set it once.", name.text);
            let finding = Diagnostic::error(codes::lang::SYNTAX, "Attribute redefined", detail);
            let first = seen.get(&name.text).copied().unwrap_or(name.span);
            self.push(finding.with_span(name.span).with_related("It was set at", first));
        }
        *attributes = kept;
    }

    fn item(&mut self) -> Option<Item> {
        let name = self.read();
        match self.peek().kind {
            TokenKind::Equal => Some(Item::Attribute(self.attribute(name, false))),
            TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Ident => {
                Some(Item::Block(self.block(name)))
            }
            _ => {
                self.no_item(name);
                None
            }
        }
    }

    fn no_item(&mut self, name: Token) {
        let detail = "An argument or a block is expected here. An argument is its name, an equals sign \"=\" and its value.";
        let span = self.span(name);
        self.error(span, BODY_ITEM, detail);
        self.recover_item();
    }

    fn attribute(&mut self, name: Token, single_line: bool) -> Attribute {
        let name = self.name(name);
        self.read();
        let before = self.errors();
        let expr = self.expression();
        if self.astray(before) {
            self.recover_item();
            return Attribute { name, expr };
        }
        if !single_line {
            match self.peek().kind {
                TokenKind::Newline | TokenKind::Eof => {
                    self.read();
                }
                other => {
                    let span = self.peek_span();
                    if other == TokenKind::Comma {
                        let detail = "Arguments are separated by line breaks, not by commas.";
                        self.unexpected_after(name.span, span, "Unexpected comma after argument", detail);
                    } else {
                        let detail =
                            "An argument ends with its line; the next one begins on a line of its own.";
                        self.unexpected_after(name.span, span, "Missing newline after argument", detail);
                    }
                    self.recover_item();
                }
            }
        }
        Attribute { name, expr }
    }

    fn block(&mut self, block_type: Token) -> Block {
        let start = self.span(block_type);
        let block_type = self.name(block_type);
        let first_label = self.open.labels.len();
        let mut header = start;
        loop {
            let next = self.peek();
            match next.kind {
                TokenKind::OpenBrace => break,
                TokenKind::OpenQuote => {
                    let label = self.quoted_label(self.open.labels.len() == first_label);
                    self.open.labels.push(label);
                }
                TokenKind::Ident => {
                    self.read();
                    let name = self.name(next);
                    self.open.labels.push(Label { text: name.text, span: name.span });
                }
                _ => {
                    self.bad_header(start, next);
                    let body =
                        NativeBody { attributes: List::default(), blocks: List::default(), span: header };
                    let labels = List::of(self.open.labels.drain(first_label..));
                    return Block { block_type, labels, body: Body::Native(body), header, span: start };
                }
            }
            header = start.to(self.previous_span());
        }
        let labels = List::of(self.open.labels.drain(first_label..));
        let open = self.read();
        let body = self.block_body(open);
        let span = start.to(self.previous_span());
        match self.peek().kind {
            TokenKind::Newline | TokenKind::Eof => {
                self.read();
            }
            _ => {
                let next = self.peek_span();
                let detail = "A block ends with its line; what follows begins on a line of its own.";
                self.unexpected_after(start, next, "Missing newline after block definition", detail);
                self.recover_item();
            }
        }
        Block { block_type, labels, body: Body::Native(body), header, span }
    }

    fn bad_header(&mut self, start: Span, token: Token) {
        let span = self.span(token);
        let summary = "Invalid block definition";
        match token.kind {
            TokenKind::Equal => {
                let detail = "The equals sign \"=\" belongs to arguments; a block has none before its brace.";
                self.error(span, summary, detail);
            }
            TokenKind::Newline => {
                let detail = "The \"{\" that opens the content of a block stands on the same line as its type and labels.";
                self.error(span, summary, detail);
            }
            _ => {
                let detail = "Expected a label in quotes, or the \"{\" that opens the content of the block.";
                self.unexpected_after(start, span, summary, detail);
            }
        }
        self.recover_item();
    }

    fn block_body(&mut self, open: Token) -> NativeBody {
        let open = self.span(open);
        let body = if !self.enter() {
            self.recover(TokenKind::CloseBrace);
            NativeBody { attributes: List::default(), blocks: List::default(), span: open }
        } else {
            match self.peek().kind {
                TokenKind::Newline | TokenKind::Eof | TokenKind::CloseBrace => {
                    self.body(TokenKind::CloseBrace, open)
                }
                _ => self.single_line_body(open),
            }
        };
        self.leave(1);
        body
    }

    /// `{ name = value }` on one line.
    fn single_line_body(&mut self, open: Span) -> NativeBody {
        let empty = |span: Span| NativeBody { attributes: List::default(), blocks: List::default(), span };
        let name = self.read();
        if name.kind != TokenKind::Ident {
            let span = self.span(name);
            self.error(span, BODY_ITEM, "An argument or a block is expected here.");
            self.recover_single_line();
            return empty(open.to(self.previous_span()));
        }
        match self.peek().kind {
            TokenKind::Equal => {}
            TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Ident => {
                let detail = format!(
                    "A block on a single line holds one argument and no blocks. For an argument \"{}\" write an equals sign after its name; a nested block goes on a line of its own.",
                    self.text(name)
                );
                let span = self.span(name).to(self.peek_span());
                self.error(span, "Argument definition required", detail);
                self.recover_single_line();
                return empty(open.to(self.previous_span()));
            }
            _ => {
                let detail = "An argument or a block is expected here. An argument is its name, an equals sign \"=\" and its value.";
                let span = self.span(name);
                self.error(span, BODY_ITEM, detail);
                self.recover_single_line();
                return empty(open.to(self.previous_span()));
            }
        }
        let attribute = self.attribute(name, true);
        self.blank_line_instead_of_brace();
        let next = self.peek();
        if next.kind == TokenKind::CloseBrace {
            self.read();
        } else if !(self.recovery && next.kind == TokenKind::Eof) {
            let detail = match next.kind {
                TokenKind::Comma => {
                    "A block on a single line holds only one argument. Write the others, and the braces, on lines of their own."
                }
                TokenKind::Newline => {
                    "An argument on the line of the opening brace makes this a block of a single line, so the closing brace must follow on the same line."
                }
                _ => "A block on a single line ends with a closing brace right after its one argument.",
            };
            let span = self.span(next);
            if matches!(next.kind, TokenKind::Comma | TokenKind::Newline) {
                self.error(span, SINGLE, detail);
            } else {
                self.unexpected(span, SINGLE, detail);
            }
            self.recover(TokenKind::CloseBrace);
        }
        // What is missing in such a body is missed where its argument stands.
        let span = attribute.name.span.to(self.previous_span());
        NativeBody { attributes: [attribute].into(), blocks: List::default(), span }
    }

    /// Skips the rest of the line and, unless a brace closes the block there, everything up to one that does.
    fn recover_single_line(&mut self) {
        self.recover_item();
        self.blank_line_instead_of_brace();
        if self.accept(TokenKind::CloseBrace).is_none() {
            self.recover(TokenKind::CloseBrace);
        }
    }

    /// What follows the line that was skipped should be the brace; a blank line is no brace, and told to be none.
    fn blank_line_instead_of_brace(&mut self) {
        if let Some(blank) = self.blank_line() {
            let detail = "A block of a single line is closed by a brace on the same line.";
            self.error(blank, SINGLE, detail);
        }
    }

    /// A label in quotes; interpolations are errors. The first one is most often a type that others have too.
    fn quoted_label(&mut self, of_type: bool) -> Label {
        let open = self.read();
        if self.next_is_plain_text() {
            let token = self.read();
            let text = if of_type { self.shared(token) } else { self.text(token).into() };
            let close = self.read();
            return Label { text, span: self.span(open).to(self.span(close)) };
        }
        let mut text = String::new();
        loop {
            let token = self.read();
            let span = self.span(token);
            match token.kind {
                TokenKind::CloseQuote => break,
                TokenKind::QuotedText => {
                    let piece = self.text(token);
                    text.push_str(&self.unescape_quoted(piece, span));
                }
                TokenKind::OpenInterpolation | TokenKind::OpenDirective => {
                    let sign = if token.kind == TokenKind::OpenInterpolation { "$" } else { "%" };
                    let detail = format!(
                        "This string is taken as it stands, so it cannot hold template sequences. Write \"{sign}{sign}\" for a \"{sign}\" before a brace."
                    );
                    self.error(span, "Invalid string literal", detail);
                    text.push_str(sign);
                    text.push_str("{ ... }");
                    self.recover(TokenKind::CloseSequence);
                }
                TokenKind::Eof => {
                    self.error(
                        span,
                        "Unterminated string literal",
                        "The text ends before the closing quotation mark.",
                    );
                    break;
                }
                _ => {
                    self.error(span, "Invalid string literal", "This cannot stand in a string.");
                    self.recover(TokenKind::CloseQuote);
                    return Label { text: text.into(), span: self.span(open).to(span) };
                }
            }
        }
        let span = self.span(open).to(self.previous_span());
        Label { text: text.into(), span }
    }
}

/// Whether two arguments have one name.
fn has_repeated(attributes: &[Attribute]) -> bool {
    if attributes.len() <= 16 {
        return attributes.iter().enumerate().any(|(at, attribute)| {
            attributes.iter().take(at).any(|earlier| earlier.name.text == attribute.name.text)
        });
    }
    let mut seen = HashSet::with_capacity(attributes.len());
    !attributes.iter().all(|attribute| seen.insert(&*attribute.name.text))
}
