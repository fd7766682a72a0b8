//! Patterns of file names: `*`, `?`, `[…]`, `{a,b}` and, as a part of its own, `**`.

/// A pattern, taken apart at its slashes.
pub(super) struct Glob {
    parts: Vec<Part>,
    rooted: bool,
}

enum Part {
    /// `**`: any number of directories, or everything below when it is last.
    Deep,
    /// Alternatives for one name.
    Name(Vec<Vec<Token>>),
}

enum Token {
    Char(char),
    /// `?`
    Any,
    /// `*`
    Run,
    /// `[a-z]`, `[^a]`
    Class(bool, Vec<(char, char)>),
}

impl Glob {
    /// `None` when the pattern is malformed.
    pub(super) fn parse(pattern: &str) -> Option<Glob> {
        let rooted = pattern.starts_with('/');
        let mut parts = Vec::new();
        for part in split(pattern)? {
            match part.as_str() {
                "" => {}
                "**" => parts.push(Part::Deep),
                part => parts.push(Part::Name(
                    alternatives(part)?.iter().map(|name| tokens(name)).collect::<Option<Vec<_>>>()?,
                )),
            }
        }
        Some(Glob { parts, rooted })
    }

    /// The directory that all matches are below: the parts before the first one with a wildcard.
    pub(super) fn root(&self) -> String {
        let fixed = self.parts.iter().take(self.parts.len().saturating_sub(1)).map_while(|part| match part {
            Part::Name(names) => match names.as_slice() {
                [name] => name
                    .iter()
                    .map(|token| if let Token::Char(c) = token { Some(*c) } else { None })
                    .collect::<Option<String>>(),
                _ => None,
            },
            Part::Deep => None,
        });
        let joined = fixed.collect::<Vec<_>>().join("/");
        match (self.rooted, joined.as_str()) {
            (true, joined) => format!("/{joined}"),
            (false, "") => ".".to_owned(),
            (false, joined) => joined.to_owned(),
        }
    }

    /// Whether a path matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        matches_parts(&self.parts, &names)
    }
}

/// Linear per part: a later `**` may take over what an earlier one left.
fn matches_parts(parts: &[Part], names: &[&str]) -> bool {
    // reach[n]: the parts so far can stand for the first n names.
    let mut reach = vec![false; names.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    for part in parts {
        let mut next = vec![false; names.len() + 1];
        match part {
            Part::Deep => {
                let mut open = false;
                for (slot, from) in next.iter_mut().zip(&reach) {
                    open = open || *from;
                    *slot = open;
                }
            }
            Part::Name(patterns) => {
                for ((slot, from), name) in next.iter_mut().skip(1).zip(&reach).zip(names) {
                    *slot = *from && patterns.iter().any(|tokens| matches_name(tokens, name));
                }
            }
        }
        reach = next;
    }
    reach.last() == Some(&true)
}

/// Splits at slashes that are in neither brackets nor braces.
fn split(pattern: &str) -> Option<Vec<String>> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut braces, mut brackets) = (0usize, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                part.push(c);
                part.push(chars.next()?);
                continue;
            }
            '[' if !brackets => brackets = true,
            ']' if brackets => brackets = false,
            '{' if !brackets => braces += 1,
            '}' if !brackets && braces > 0 => braces -= 1,
            '/' if braces == 0 && !brackets => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part);
    Some(parts)
}

/// Spells out `{a,b}`; braces within braces are malformed.
fn alternatives(part: &str) -> Option<Vec<String>> {
    /// Most names that one part may stand for.
    const MOST: usize = 10_000;
    let mut found = vec![String::new()];
    let mut chars = part.chars();
    let mut brackets = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let next = chars.next()?;
                found.iter_mut().for_each(|name| name.extend([c, next]));
            }
            '{' if !brackets => {
                let mut choices = vec![String::new()];
                loop {
                    match chars.next()? {
                        '}' => break,
                        '{' => return None,
                        ',' => choices.push(String::new()),
                        c => {
                            let choice = choices.last_mut()?;
                            choice.push(c);
                            if c == '\\' {
                                choice.push(chars.next()?);
                            }
                        }
                    }
                }
                found = found
                    .iter()
                    .flat_map(|name| choices.iter().map(move |choice| format!("{name}{choice}")))
                    .collect();
                if found.len() > MOST {
                    return None;
                }
            }
            c => {
                brackets = if brackets { c != ']' } else { c == '[' };
                found.iter_mut().for_each(|name| name.push(c));
            }
        }
    }
    Some(found)
}

fn tokens(name: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '\\' => Token::Char(chars.next()?),
            '?' => Token::Any,
            '*' => Token::Run,
            '[' => {
                let negated = chars.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                let one = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| match chars.next()? {
                    '\\' => chars.next(),
                    '-' | ']' => None,
                    c => Some(c),
                };
                while ranges.is_empty() || chars.next_if_eq(&']').is_none() {
                    let low = one(&mut chars)?;
                    let high = if chars.next_if_eq(&'-').is_some() { one(&mut chars)? } else { low };
                    ranges.push((low, high));
                }
                Token::Class(negated, ranges)
            }
            c => Token::Char(c),
        });
    }
    Some(tokens)
}

fn matches_name(tokens: &[Token], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut token) = (0, 0);
    // Where to go on when what follows the last `*` does not fit: one character further.
    let mut back: Option<(usize, usize)> = None;
    while at < name.len() {
        let fits = match (tokens.get(token), name.get(at)) {
            (Some(Token::Run), _) => {
                back = Some((token, at));
                token += 1;
                continue;
            }
            (Some(Token::Any), Some(_)) => true,
            (Some(Token::Char(want)), Some(c)) => want == c,
            (Some(Token::Class(negated, ranges)), Some(c)) => {
                ranges.iter().any(|(low, high)| low <= c && c <= high) != *negated
            }
            _ => false,
        };
        if fits {
            at += 1;
            token += 1;
        } else if let Some((run, from)) = back {
            back = Some((run, from + 1));
            token = run + 1;
            at = from + 1;
        } else {
            return false;
        }
    }
    tokens.iter().skip(token).all(|token| matches!(token, Token::Run))
}
