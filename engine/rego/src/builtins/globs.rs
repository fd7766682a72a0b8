//! `glob.match` and `glob.quote_meta`: the globs of github.com/gobwas/glob.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    ("glob.match", "(string, any<null, array[string]>, string) -> boolean", matches),
    ("glob.quote_meta", "(string) -> string", quote_meta),
];

fn quote_meta(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut out = String::new();
    for c in args::text(args, 1)?.chars() {
        if "*?\\[]{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Some(out.into()))
}

/// Characters that `*` and `?` do not cross: `.` unless others are given, none when they are null.
fn delimiters(args: &[Value]) -> Result<String, BuiltinError> {
    let whole = args::any(args, 2)?;
    if *whole == Value::Null {
        return Ok(String::new());
    }
    let items = args::array(args, 2).map_err(|_| BuiltinError::operand(2, "array", whole))?;
    if items.is_empty() {
        return Ok(".".into());
    }
    let mut out = String::new();
    for item in items {
        let text = item.as_str().ok_or_else(|| args::element(2, whole, item, "string"))?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => out.push(only),
            _ => return Err(args::element(2, whole, item, "rune")),
        }
    }
    Ok(out)
}

fn matches(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let pattern = args::text(args, 1)?;
    let separators = delimiters(args)?;
    let text = args::text(args, 3)?;
    let tokens = Lexer { chars: pattern.chars().collect(), at: 0, depth: 0 }.tokens()?;
    // The library compares the two ends alone, and lets them overlap.
    if let [Token::Text(prefix), middle, Token::Text(suffix)] = tokens.as_slice()
        && (*middle == Token::Super || (*middle == Token::Any && separators.is_empty()))
    {
        return Ok(Some((text.starts_with(prefix) && text.ends_with(suffix)).into()));
    }
    // A single character that may be several is compared with the first one of the text, if there is one.
    if text.is_empty()
        && let [Token::Single | Token::List(true, _) | Token::Range(true, ..)] = tokens.as_slice()
    {
        return Ok(Some(true.into()));
    }
    let regex = env.pattern(&translate(&tokens, &separators)?)?;
    Ok(Some(regex.is_match(text).into()))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(String),
    /// `*`
    Any,
    /// `**`
    Super,
    /// `?`
    Single,
    /// `[...]`: whether it is negated, and the characters or the range.
    List(bool, String),
    Range(bool, char, char),
    /// `{`, `,`, `}`
    Open,
    Comma,
    Close,
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Lexer {
    fn tokens(mut self) -> Result<Vec<Token>, BuiltinError> {
        let mut tokens = Vec::new();
        while let Some(c) = self.next() {
            let token = match c {
                '*' if self.take('*') => Token::Super,
                '*' => Token::Any,
                '?' => Token::Single,
                '[' => self.class()?,
                '{' => {
                    self.depth += 1;
                    Token::Open
                }
                '}' if self.depth > 0 => {
                    self.depth -= 1;
                    Token::Close
                }
                ',' if self.depth > 0 => Token::Comma,
                // At the end it escapes nothing.
                '\\' => Token::Text(self.next().map(String::from).unwrap_or_default()),
                c => Token::Text(c.to_string()),
            };
            match (tokens.last_mut(), token) {
                (Some(Token::Text(before)), Token::Text(text)) => before.push_str(&text),
                (_, token) => tokens.push(token),
            }
        }
        // What is open at the end ends there.
        tokens.extend(std::iter::repeat_n(Token::Close, self.depth));
        Ok(tokens)
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.chars.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn class(&mut self) -> Result<Token, BuiltinError> {
        let negated = self.take('!');
        if self.chars.get(self.at + 1) == Some(&'-') {
            let low = self.next().ok_or_else(end)?;
            self.at += 1;
            let high = self.next().ok_or_else(end)?;
            if high < low {
                let message = format!("hi character '{high}' should be greater than lo '{low}'");
                return Err(BuiltinError::failed(message));
            }
            return if self.take(']') { Ok(Token::Range(negated, low, high)) } else { Err(unclosed()) };
        }
        let mut list = String::new();
        loop {
            match self.next().ok_or_else(end)? {
                ']' if list.is_empty() => return Err(unclosed()),
                ']' => return Ok(Token::List(negated, list)),
                '\\' => list.push(self.next().ok_or_else(end)?),
                c => list.push(c),
            }
        }
    }
}

fn end() -> BuiltinError {
    BuiltinError::failed("unexpected end of input")
}

fn unclosed() -> BuiltinError {
    BuiltinError::failed("expected close range character")
}

/// The glob as a regular expression over the whole text, in the syntax of Go's.
fn translate(tokens: &[Token], separators: &str) -> Result<String, BuiltinError> {
    let hex = |c: char| format!("\\x{{{:x}}}", u32::from(c));
    let class = |list: &str| list.chars().map(hex).collect::<String>();
    let single =
        if separators.is_empty() { "(?s:.)".to_owned() } else { format!("[^{}]", class(separators)) };
    let mut out = String::from("^(?:");
    for token in tokens {
        let part = match token {
            Token::Text(text) => ordain_gostd::regexp::quote_meta(text),
            Token::Any => format!("{single}*"),
            Token::Super => "(?s:.)*".into(),
            Token::Single => single.clone(),
            Token::List(negated, list) => format!("[{}{}]", if *negated { "^" } else { "" }, class(list)),
            Token::Range(negated, low, high) => {
                format!("[{}{}-{}]", if *negated { "^" } else { "" }, hex(*low), hex(*high))
            }
            Token::Open => "(?:".into(),
            Token::Comma => "|".into(),
            Token::Close => ")".into(),
        };
        out.push_str(&part);
    }
    out.push_str(")$");
    Ok(out)
}
