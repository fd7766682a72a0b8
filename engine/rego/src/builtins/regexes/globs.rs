//! `regex.globs_match`: whether two expressions of `. * + [ ] \` have a text in common that is not empty.

use super::{BuiltinEnv, BuiltinError, BuiltinResult, args};
use crate::value::Value;
use std::collections::HashSet;

pub(super) fn matches(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (a, b) = (parse(args::text(args, 1)?)?, parse(args::text(args, 2)?)?);
    Ok(Some(meet(&a, &b).into()))
}

/// One character class; `many` may repeat, `may_be_absent` may occur not at all.
#[derive(Debug)]
struct Token {
    /// Ranges of characters; `None` is any character.
    ranges: Option<Vec<(char, char)>>,
    many: bool,
    may_be_absent: bool,
}

impl Token {
    fn meets(&self, other: &Self) -> bool {
        match (&self.ranges, &other.ranges) {
            (Some(a), Some(b)) => {
                a.iter().any(|(low, high)| b.iter().any(|(from, to)| low <= to && from <= high))
            }
            (Some(ranges), None) | (None, Some(ranges)) => !ranges.is_empty(),
            (None, None) => true,
        }
    }
}

fn parse(glob: &str) -> Result<Vec<Token>, BuiltinError> {
    let wrong = |what: &str| {
        BuiltinError::failed(format!("input:{}, invalid input: {what}", ordain_gostd::quote(glob)))
    };
    let mut tokens: Vec<Token> = Vec::new();
    let mut chars = glob.chars();
    let mut flagged = true;
    while let Some(c) = chars.next() {
        if matches!(c, '*' | '+') {
            let token =
                tokens.last_mut().filter(|_| !flagged).ok_or_else(|| wrong("flag without a symbol"))?;
            token.many = true;
            token.may_be_absent = c == '*';
            flagged = true;
            continue;
        }
        let ranges = match c {
            '.' => None,
            '[' => Some(class(&mut chars).ok_or_else(|| wrong("set is not well formed"))?),
            ']' => return Err(wrong("unexpected symbol")),
            '\\' => {
                let c = chars.next().ok_or_else(|| wrong("nothing is escaped"))?;
                Some(vec![(c, c)])
            }
            c => Some(vec![(c, c)]),
        };
        tokens.push(Token { ranges, many: false, may_be_absent: false });
        flagged = false;
    }
    Ok(tokens)
}

fn class(chars: &mut std::str::Chars<'_>) -> Option<Vec<(char, char)>> {
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        let c = match chars.next()? {
            ']' => return Some(ranges),
            '-' => {
                let last = ranges.last_mut()?;
                let high = match chars.next()? {
                    ']' => return None,
                    '\\' => chars.next()?,
                    c => c,
                };
                if last.0 != last.1 || high < last.0 {
                    return None;
                }
                last.1 = high;
                continue;
            }
            '\\' => chars.next()?,
            c => c,
        };
        ranges.push((c, c));
    }
}

/// Walks both expressions side by side; a state is a place in each, and whether a character was read.
fn meet(a: &[Token], b: &[Token]) -> bool {
    if a.is_empty() && b.is_empty() {
        return true;
    }
    let mut seen = HashSet::new();
    let mut open = vec![(0_usize, 0_usize, false)];
    while let Some(state) = open.pop() {
        if !seen.insert(state) {
            continue;
        }
        let (i, j, read) = state;
        let (left, right) = (a.get(i), b.get(j));
        if left.is_none() && right.is_none() && read {
            return true;
        }
        if left.is_some_and(|token| token.may_be_absent) {
            open.push((i + 1, j, read));
        }
        if right.is_some_and(|token| token.may_be_absent) {
            open.push((i, j + 1, read));
        }
        if let (Some(left), Some(right)) = (left, right)
            && left.meets(right)
        {
            let stays = |token: &Token, at: usize| if token.many { vec![at, at + 1] } else { vec![at + 1] };
            for next_i in stays(left, i) {
                for next_j in stays(right, j) {
                    open.push((next_i, next_j, true));
                }
            }
        }
    }
    false
}
