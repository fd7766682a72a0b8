//! The syntax of label selectors in requests: the same tokens, the same steps and the same refusals as the API
//! server's reader.

use super::names;
use super::status::go_quote;
use std::collections::BTreeSet;

/// What a requirement asks of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    In,
    NotIn,
    Equals,
    NotEquals,
    Greater,
    Less,
    Exists,
    Absent,
}

/// One requirement: key, operator, values in order.
pub(super) type Requirement = (String, Operator, Vec<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    End,
    Broken,
    Word,
    In,
    NotIn,
    Open,
    Close,
    Comma,
    Not,
    Equals,
    NotEquals,
    Greater,
    Less,
}

const SPECIAL: &str = "=!(),><";

fn special(text: &str) -> Option<Token> {
    Some(match text {
        ")" => Token::Close,
        "," => Token::Comma,
        "!" => Token::Not,
        "=" | "==" => Token::Equals,
        ">" => Token::Greater,
        "<" => Token::Less,
        "!=" => Token::NotEquals,
        "(" => Token::Open,
        _ => return None,
    })
}

fn scan(text: &str) -> Vec<(Token, String)> {
    let mut out = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            at += 1;
        } else if SPECIAL.contains(*c) {
            let mut seen = String::new();
            let mut last = None;
            while let Some(c) = chars.get(at).filter(|c| SPECIAL.contains(**c)) {
                seen.push(*c);
                match special(&seen) {
                    Some(token) => last = Some((token, seen.clone())),
                    None if last.is_some() => break,
                    None => {}
                }
                at += 1;
            }
            out.push(
                last.unwrap_or_else(|| (Token::Broken, format!("error expected: keyword found '{seen}'"))),
            );
        } else {
            let rest = chars.get(at..).unwrap_or_default();
            let ends = |c: &char| SPECIAL.contains(*c) || matches!(c, ' ' | '\t' | '\r' | '\n');
            let word: String = rest.iter().take_while(|c| !ends(c)).collect();
            at += word.chars().count();
            let token = match word.as_str() {
                "in" => Token::In,
                "notin" => Token::NotIn,
                _ => Token::Word,
            };
            out.push((token, word));
        }
    }
    out.push((Token::End, String::new()));
    out
}

struct Reader {
    tokens: Vec<(Token, String)>,
    at: usize,
}

/// Reads a selector.
///
/// # Errors
/// The refusal, in the server's words.
pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut reader = Reader { tokens: scan(text), at: 0 };
    let mut out = Vec::new();
    loop {
        match reader.look(true) {
            (Token::Word | Token::Not, _) => {
                let one = reader.requirement().map_err(|e| format!("unable to parse requirement: {e}"))?;
                out.push(one);
                match reader.take(true) {
                    (Token::End, _) => return Ok(out),
                    (Token::Comma, _) => {
                        let (next, shown) = reader.look(true);
                        if !matches!(next, Token::Word | Token::Not) {
                            return Err(format!("found '{shown}', expected: identifier after ','"));
                        }
                    }
                    (_, shown) => return Err(format!("found '{shown}', expected: ',' or 'end of string'")),
                }
            }
            (Token::End, _) => return Ok(out),
            (_, shown) => {
                return Err(format!("found '{shown}', expected: !, identifier, or 'end of string'"));
            }
        }
    }
}

impl Reader {
    /// The token that comes next; where a value may stand, the names of operators are words.
    fn look(&self, values: bool) -> (Token, String) {
        let (token, text) = self.tokens.get(self.at).cloned().unwrap_or((Token::End, String::new()));
        match token {
            Token::In | Token::NotIn if values => (Token::Word, text),
            token => (token, text),
        }
    }

    fn take(&mut self, values: bool) -> (Token, String) {
        let token = self.look(values);
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let (mut token, mut key) = self.take(true);
        let absent = token == Token::Not;
        if absent {
            (token, key) = self.take(true);
        }
        if token != Token::Word {
            return Err(format!("found '{key}', expected: identifier"));
        }
        let odd = names::qualified(&key);
        if !odd.is_empty() {
            return Err(format!("<nil>: Invalid value: {}: {}", go_quote(&key), odd.join("; ")));
        }
        if absent {
            return Ok((key, Operator::Absent, Vec::new()));
        }
        if matches!(self.look(true).0, Token::End | Token::Comma) {
            return Ok((key, Operator::Exists, Vec::new()));
        }
        let operator = match self.take(false) {
            (Token::In, _) => Operator::In,
            (Token::NotIn, _) => Operator::NotIn,
            (Token::Equals, _) => Operator::Equals,
            (Token::NotEquals, _) => Operator::NotEquals,
            (Token::Greater, _) => Operator::Greater,
            (Token::Less, _) => Operator::Less,
            (_, shown) => return Err(format!("found '{shown}', expected: in, notin, =, ==, !=, gt, lt")),
        };
        let values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => self.value()?,
        };
        judge(&key, operator, &values)?;
        Ok((key, operator, values))
    }

    fn value(&mut self) -> Result<Vec<String>, String> {
        if matches!(self.look(true).0, Token::End | Token::Comma) {
            return Ok(vec![String::new()]);
        }
        match self.take(true) {
            (Token::Word, text) => Ok(vec![text]),
            (_, shown) => Err(format!("found '{shown}', expected: identifier")),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let (token, shown) = self.take(true);
        if token != Token::Open {
            return Err(format!("found '{shown}' expected: '('"));
        }
        match self.look(true) {
            (Token::Word | Token::Comma, first) => {
                let values = self.words()?;
                match self.take(true) {
                    (Token::Close, _) => Ok(values.into_iter().collect()),
                    _ => Err(format!("found '{first}', expected: ')'")),
                }
            }
            (Token::Close, _) => {
                self.take(true);
                Ok(vec![String::new()])
            }
            (_, shown) => Err(format!("found '{shown}', expected: ',', ')' or identifier")),
        }
    }

    fn words(&mut self) -> Result<BTreeSet<String>, String> {
        let mut out = BTreeSet::new();
        loop {
            match self.take(true) {
                (Token::Word, text) => {
                    out.insert(text);
                    match self.look(true) {
                        (Token::Comma, _) => {}
                        (Token::Close, _) => return Ok(out),
                        (_, shown) => return Err(format!("found '{shown}', expected: ',' or ')'")),
                    }
                }
                (Token::Comma, _) => {
                    if out.is_empty() {
                        out.insert(String::new());
                    }
                    match self.look(true).0 {
                        Token::Close => {
                            out.insert(String::new());
                            return Ok(out);
                        }
                        Token::Comma => {
                            self.take(true);
                            out.insert(String::new());
                        }
                        _ => {}
                    }
                }
                (_, shown) => return Err(format!("found '{shown}', expected: ',', or identifier")),
            }
        }
    }
}

/// Whether the values of a requirement are labels' values, and numbers where they are compared.
fn judge(key: &str, operator: Operator, values: &[String]) -> Result<(), String> {
    for (i, value) in values.iter().enumerate() {
        let compared = matches!(operator, Operator::Greater | Operator::Less);
        if compared && value.parse::<i64>().is_err() {
            let why = "for 'Gt', 'Lt' operators, the value must be an integer";
            return Err(format!("values[{i}]: Invalid value: {}: {why}", go_quote(value)));
        }
        let odd = names::label_value(value);
        if !odd.is_empty() {
            let why = odd.join("; ");
            return Err(format!("values[{i}][{key}]: Invalid value: {}: {why}", go_quote(value)));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "label_syntax_tests.rs"]
mod tests;
