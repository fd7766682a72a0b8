//! `regex.globs_match`: whether two expressions of `. * + [ ] \` have a text in common that is not empty.

use super::{BuiltinEnv, BuiltinError, BuiltinResult, args};
use crate::value::Value;
use std::collections::HashMap;

pub(super) fn matches(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (a, b) = (args::text(args, 1)?, args::text(args, 2)?);
    let (a, b) = (parse(a)?, parse(b)?);
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
    Ok(simplified(tokens))
}

/// Repetitions of one token after another are one.
fn simplified(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens {
        match out.last_mut() {
            Some(last) if last.many && token.many && last.ranges == token.ranges => {
                last.may_be_absent &= token.may_be_absent;
            }
            _ => out.push(token),
        }
    }
    out
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

/// Whether the two have a text in common, as OPA's library finds it: it takes what follows a repeated token for its end
/// where it can, so that some pairs that do meet (`b.*` and `b`) count as apart.
fn meet(a: &[Token], b: &[Token]) -> bool {
    let Some((a, b)) = trimmed(a, b) else { return false };
    Meeting { sides: [a, b], known: HashMap::new() }.level([0, 0])
}

/// Without equal beginnings and ends, of which one token stays; `None` if they differ.
fn trimmed<'t>(a: &'t [Token], b: &'t [Token]) -> Option<(&'t [Token], &'t [Token])> {
    let plain = |a: &[Token], b: &[Token]| {
        let pairs = a.iter().zip(b).take_while(|(a, b)| !a.many && !b.many);
        pairs.map(|(a, b)| a.meets(b)).collect::<Vec<_>>()
    };
    let front = plain(a, b);
    let start = front.len().saturating_sub(1);
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let mut back: usize = 0;
    for (left, right) in a.iter().rev().zip(b.iter().rev()) {
        if left.many || right.many {
            break;
        }
        if !left.meets(right) {
            return None;
        }
        back += 1;
    }
    let cut = back.saturating_sub(1);
    let ends = (a.len().saturating_sub(cut), b.len().saturating_sub(cut));
    if front.iter().all(|meets| *meets) { Some((a.get(..ends.0)?, b.get(..ends.1)?)) } else { None }
}

/// What is being compared, and what was found about places in both, by the side that repeats there.
struct Meeting<'t> {
    sides: [&'t [Token]; 2],
    known: HashMap<([usize; 2], Option<usize>), bool>,
}

impl Meeting<'_> {
    fn token(&self, side: usize, at: usize) -> Option<&Token> {
        self.sides.get(side)?.get(at)
    }

    fn meets(&self, at: [usize; 2]) -> bool {
        let [i, j] = at;
        self.token(0, i).zip(self.token(1, j)).is_some_and(|(a, b)| a.meets(b))
    }

    /// From two places on, neither of which is inside a repetition.
    fn level(&mut self, start: [usize; 2]) -> bool {
        if let Some(known) = self.known.get(&(start, None)) {
            return *known;
        }
        let mut at = start;
        let found = loop {
            let [i, j] = at;
            let (a, b) = (self.token(0, i), self.token(1, j));
            let (Some(left), Some(right)) = (a, b) else { break a.is_none() && b.is_none() };
            if left.many || right.many {
                let side = usize::from(!left.many);
                let repeated = if left.many { left } else { right };
                break if repeated.may_be_absent { self.repeated(side, at) } else { self.once(side, at) };
            }
            if !left.meets(right) {
                break false;
            }
            at = [i + 1, j + 1];
        };
        self.known.insert((start, None), found);
        found
    }

    /// `x+` on one side: the other has to give at least one token to it.
    fn once(&mut self, side: usize, at: [usize; 2]) -> bool {
        if !self.meets(at) {
            return false;
        }
        if self.repeated(side, moved(at, 1 - side, 1)) {
            return true;
        }
        let [i, j] = at;
        let other = if side == 0 { self.token(1, j) } else { self.token(0, i) };
        other.is_some_and(|token| token.many) && self.level(moved(at, side, 1))
    }

    /// `x*` on one side: takes tokens of the other until what follows it meets the rest.
    fn repeated(&mut self, side: usize, at: [usize; 2]) -> bool {
        if let Some(known) = self.known.get(&(at, Some(side))) {
            return *known;
        }
        let [i, j] = at;
        let follows = self.token(side, if side == 0 { i } else { j } + 1).is_some();
        let mut here = at;
        let found = loop {
            let [i, j] = here;
            let other = if side == 0 { self.token(1, j) } else { self.token(0, i) };
            if other.is_none() {
                break !follows;
            }
            let next = moved(here, side, 1);
            if follows && self.meets(next) && self.level(next) {
                break true;
            }
            if !self.meets(here) {
                break false;
            }
            here = moved(here, 1 - side, 1);
        };
        self.known.insert((at, Some(side)), found);
        found
    }
}

fn moved([i, j]: [usize; 2], side: usize, by: usize) -> [usize; 2] {
    if side == 0 { [i + by, j] } else { [i, j + by] }
}
