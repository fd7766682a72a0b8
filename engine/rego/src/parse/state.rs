//! The parser's state: where it is, which words are keywords, and what went wrong.

use super::token::{Lexeme, Token, Tokens};
use crate::ast::{Name, Span, Term};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Nested brackets, operators in parentheses and bodies: more than this is refused.
pub(crate) const DEEPEST: usize = 500;
/// Operators in one chain (`1 + 1 + …`): more than this is refused, since a chain is as deep as it is long.
pub(crate) const LONGEST_CHAIN: usize = 2000;

/// Names and texts of policies, each once.
#[derive(Default)]
pub(crate) struct Names(HashSet<Name>);

impl Names {
    pub(crate) fn of(&mut self, text: &str) -> Name {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let new = Name::from(text);
        self.0.insert(Arc::clone(&new));
        new
    }
}

/// What is wrong and where.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) at: Span,
}

/// A text could not be read on; why is among [`Parser::faults`].
#[derive(Debug)]
pub(crate) struct Stopped;

pub(crate) type Parsed<T> = Result<T, Stopped>;

/// What came of reading a term.
struct Tried {
    term: Option<Term>,
    end: usize,
    faults: Vec<Fault>,
}

/// A place to go back to.
#[derive(Clone, Copy)]
pub(crate) struct Back {
    at: usize,
    faults: usize,
    hints: usize,
    hinted: usize,
}

/// Words that are keywords here.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Words {
    pub(crate) if_: bool,
    pub(crate) contains: bool,
    pub(crate) in_: bool,
    pub(crate) every: bool,
    pub(crate) and: bool,
    pub(crate) or: bool,
    /// `not` covers all that its operand needs, and takes a body.
    pub(crate) wide_not: bool,
}

impl Words {
    pub(crate) const V1: Words =
        Words { if_: true, contains: true, in_: true, every: true, and: false, or: false, wide_not: false };

    pub(crate) fn has(self, word: &str) -> bool {
        match word {
            "package" | "import" | "as" | "default" | "else" | "not" | "some" | "with" | "null" | "true"
            | "false" => true,
            "if" => self.if_,
            "contains" => self.contains,
            "in" => self.in_,
            "every" => self.every,
            "and" => self.and,
            "or" => self.or,
            _ => false,
        }
    }
}

pub(crate) struct Parser<'t> {
    pub(crate) text: &'t str,
    pub(crate) lexemes: Tokens<'t>,
    pub(crate) at: usize,
    pub(crate) words: Words,
    /// Words that may follow a dot or start a dotted name.
    pub(crate) v1: bool,
    names: &'t mut Names,
    wildcards: usize,
    depth: usize,
    /// Whether `and` and `or` may be imported.
    pub(crate) logical: bool,
    /// The blank behind a dot, if reading stopped there; with the number of the dot's token.
    blank: Option<(usize, Span)>,
    /// The number of a token where a keyword may be a name.
    named: Option<usize>,
    /// What is wrong with the statement at hand, as OPA tells it: who was reading something that holds what could not
    /// be read adds what it was after.
    pub(crate) faults: Vec<Fault>,
    /// What the next fault may come from, and how many of these were told.
    hints: Vec<&'static str>,
    hinted: usize,
    /// Whether the text is of version 0, also where it imports all of version 1.
    pub(crate) old: bool,
    /// Statements that are none, and could be read: told where nothing could not be read.
    pub(crate) unfit: Vec<Fault>,
    /// Terms that were read while trying; by the number of their first token.
    read: HashMap<usize, Tried>,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, file: u32, words: Words, v1: bool, names: &'t mut Names) -> Self {
        let mut made = Self {
            text,
            lexemes: Tokens::new(text, file),
            at: 0,
            words,
            v1,
            names,
            wildcards: 0,
            depth: 0,
            logical: false,
            blank: None,
            named: None,
            faults: Vec::new(),
            hints: Vec::new(),
            hinted: 0,
            old: !v1,
            unfit: Vec::new(),
            read: HashMap::new(),
        };
        made.arrive();
        made
    }

    /// Tells what is wrong with the next token by itself.
    fn arrive(&mut self) {
        let next = self.peek();
        if next.token == Token::Illegal {
            for message in self.lexemes.faults(next.at.start()) {
                self.tell(next.at, message);
            }
        }
    }

    /// Here, to go back to.
    pub(crate) fn here(&self) -> Back {
        Back { at: self.at, faults: self.faults.len(), hints: self.hints.len(), hinted: self.hinted }
    }

    /// Goes back, as if nothing had been read since.
    pub(crate) fn back(&mut self, to: Back) {
        self.at = to.at;
        self.faults.truncate(to.faults);
        self.hints.truncate(to.hints);
        self.hinted = to.hinted;
    }

    /// The next token is the white space behind a dot, which is the next one until then.
    pub(crate) fn stop_at_blank(&mut self, dot: Span) {
        let broken = self.text.get(dot.end() as usize..).is_some_and(|rest| rest.starts_with('\n'));
        let (row, col) = if broken { (dot.row() + 1, 0) } else { (dot.row(), dot.col() + 1) };
        self.blank = Some((self.at, Span::new(dot.file(), (row, col), (dot.end(), dot.end()))));
    }

    /// Where the next token is.
    pub(crate) fn place(&self) -> Span {
        match self.blank {
            Some((token, at)) if token == self.at => at,
            _ => self.peek().at,
        }
    }

    /// Forgets terms that were read while trying.
    pub(crate) fn forget_tries(&mut self) {
        self.read.clear();
    }

    /// What came of reading a term here before.
    pub(crate) fn tried(&mut self) -> Option<Parsed<Term>> {
        let tried = self.read.get(&self.at)?;
        self.faults.extend(tried.faults.iter().cloned());
        self.at = tried.end;
        Some(tried.term.clone().ok_or(Stopped))
    }

    /// Keeps what came of reading a term.
    pub(crate) fn keep_try(&mut self, from: Back, outcome: &Parsed<Term>) {
        let term = outcome.as_ref().ok().cloned();
        let faults = self.faults.get(from.faults..).unwrap_or_default().to_vec();
        self.read.insert(from.at, Tried { term, end: self.at, faults });
    }

    pub(crate) fn peek(&self) -> Lexeme {
        self.nth(0)
    }

    pub(crate) fn nth(&self, ahead: usize) -> Lexeme {
        let end = Lexeme { token: Token::End, at: Span::default(), spaced: true, broken: true };
        self.lexemes.get(self.at + ahead).unwrap_or(end)
    }

    pub(crate) fn bump(&mut self) -> Lexeme {
        let next = self.peek();
        if next.token != Token::End {
            self.at += 1;
            self.arrive();
        }
        next
    }

    /// The place of the token before.
    pub(crate) fn last(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.lexemes.get(at)).map(|lexeme| lexeme.at).unwrap_or_default()
    }

    pub(crate) fn slice(&self, at: Span) -> &'t str {
        self.text.get(at.start() as usize..at.end() as usize).unwrap_or_default()
    }

    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        matches!(self.peek().token, Token::Mark(found) if found == mark)
    }

    pub(crate) fn eat(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        if found {
            self.bump();
        }
        found
    }

    pub(crate) fn at_end(&self) -> bool {
        self.peek().token == Token::End
    }

    /// The word of the next token, if it is a name or a keyword.
    pub(crate) fn word(&self) -> Option<&'t str> {
        let next = self.peek();
        (next.token == Token::Name).then(|| self.slice(next.at))
    }

    /// Whether the next token is this keyword, used as one.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word) && self.words.has(word)
    }

    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// Whether the next token is a keyword that starts a dotted name: `every.x`, `not[1]`.
    pub(crate) fn keyword_names(&self) -> bool {
        let Some(word) = self.word() else { return false };
        let next = self.nth(1);
        self.is_keyword(word) && !next.spaced && matches!(next.token, Token::Mark("." | "["))
    }

    /// The same where an expression begins: only there a keyword may be read as a name.
    pub(crate) fn begins_with_name(&mut self) -> bool {
        let named = self.keyword_names();
        if named {
            self.named = Some(self.at);
        }
        named
    }

    /// Whether the next token was found to be such a name.
    pub(crate) fn is_named(&self) -> bool {
        self.named == Some(self.at)
    }

    /// Whether the next token is this keyword after an expression: not the name that the next one begins with.
    pub(crate) fn follows(&self, word: &str) -> bool {
        self.is_word(word) && !self.keyword_names()
    }

    pub(crate) fn is_keyword(&self, word: &str) -> bool {
        self.words.has(word) || (self.v1 && Words::V1.has(word))
    }

    /// A name or a text, which others share.
    pub(crate) fn shared(&mut self, text: &str) -> Name {
        self.names.of(text)
    }

    /// A name as it is written: a `_` is another one each time.
    pub(crate) fn name_of(&mut self, word: &str) -> Name {
        if word == "_" { self.wildcard() } else { self.shared(word) }
    }

    pub(crate) fn wildcard(&mut self) -> Name {
        let made = format!("${}", self.wildcards);
        self.wildcards += 1;
        made.into()
    }

    /// Something is wrong, and what stands behind is read all the same.
    pub(crate) fn tell(&mut self, at: Span, message: impl Into<String>) {
        let mut message = message.into();
        let hints = self.hints.get(self.hinted..).unwrap_or_default();
        if !hints.is_empty() {
            let s = if hints.len() > 1 { "s" } else { "" };
            message.push_str(&format!(" (hint{s}: {})", hints.join(", ")));
            self.hinted = self.hints.len();
        }
        self.faults.push(Fault { message, at });
    }

    /// If what stands here would be read with all keywords, the next fault is told with a hint.
    pub(crate) fn hint_if(&mut self, hint: &'static str, read: impl FnOnce(&mut Self) -> bool) {
        if !self.old {
            return;
        }
        let (back, words, tried) = (self.here(), self.words, std::mem::take(&mut self.read));
        self.words = Words { and: words.and, or: words.or, ..Words::V1 };
        let found = read(self);
        self.back(back);
        (self.words, self.read) = (words, tried);
        if found {
            self.hints.push(hint);
        }
    }

    pub(crate) fn fail<T>(&mut self, at: Span, message: impl Into<String>) -> Parsed<T> {
        self.tell(at, message);
        Err(Stopped)
    }

    /// The next token does not belong here.
    pub(crate) fn illegal<T>(&mut self, note: &str) -> Parsed<T> {
        self.misplaced(note);
        Err(Stopped)
    }

    /// Tells that the next token does not belong here; what stands behind is read all the same.
    pub(crate) fn misplaced(&mut self, note: &str) {
        let next = self.peek();
        if next.token == Token::Illegal {
            return self.tell(next.at, "illegal token");
        }
        let at = self.place();
        let blank = at.start() != next.at.start();
        let (name, kind) = if blank { ("whitespace", "token") } else { self.describe(next) };
        let note = if note.is_empty() { String::new() } else { format!(": {note}") };
        self.tell(at, format!("unexpected {name} {kind}{note}"));
    }

    fn describe(&self, next: Lexeme) -> (&'t str, &'static str) {
        let name = match next.token {
            Token::Name => {
                let word = self.slice(next.at);
                return if self.words.has(word) { (word, "keyword") } else { ("identifier", "token") };
            }
            Token::Number => "number",
            Token::Text | Token::Raw => "string",
            Token::Piece { last: false } => "template-string-part",
            Token::Piece { last: true } => "template-string-end",
            Token::RawPiece { last: false } => "raw-template-string-part",
            Token::RawPiece { last: true } => "raw-template-string-end",
            Token::Illegal => "illegal",
            Token::End => "eof",
            Token::Mark(mark) => mark_name(mark),
        };
        (name, "token")
    }

    /// Goes one level down, or refuses.
    pub(crate) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return self.fail(self.peek().at, "max recursion depth reached");
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }
}

/// What messages call a mark.
pub(crate) fn mark_name(mark: &'static str) -> &'static str {
    match mark {
        ":=" => "assign",
        "==" => "equal",
        "!=" => "neq",
        "<=" => "lte",
        ">=" => "gte",
        "<" => "lt",
        ">" => "gt",
        "=" => "eq",
        "+" => "plus",
        "-" => "minus",
        "*" => "mul",
        "/" => "div",
        "%" => "rem",
        "&" => "and",
        "|" => "or",
        other => other,
    }
}
