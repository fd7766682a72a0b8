//! Upper, lower, snake and camel (`strings.Title`, goutils, github.com/huandu/xstrings 1.5).

/// `strings.Title`: the first letter after a separator becomes upper case.
pub(super) fn title(text: &str) -> String {
    let mut before = ' ';
    let titled = text.chars().map(|c| {
        let starts = is_separator(std::mem::replace(&mut before, c));
        if starts { title_letter(c) } else { c }
    });
    titled.collect()
}

/// Go's `isSeparator`: ASCII letters, digits and underscore are none; beyond ASCII only blanks are.
fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        !(c.is_ascii_alphanumeric() || c == '_')
    } else {
        !c.is_alphanumeric() && c.is_whitespace()
    }
}

/// The first letter of each word becomes lower case.
pub(super) fn untitle(text: &str) -> String {
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            start = true;
            out.push(c);
        } else if std::mem::take(&mut start) {
            out.push(lower(c));
        } else {
            out.push(c);
        }
    }
    out
}

pub(super) fn swap(text: &str) -> String {
    let mut starts = true;
    let swapped = text.chars().map(|c| {
        if c.is_uppercase() || "ǅǈǋǲ".contains(c) {
            starts = false;
            lower(c)
        } else if c.is_lowercase() {
            if std::mem::take(&mut starts) { title_letter(c) } else { upper(c) }
        } else {
            starts = c.is_whitespace();
            c
        }
    });
    swapped.collect()
}

/// `unicode.ToTitle`: upper case, but for letters that are two in one and Georgian.
fn title_letter(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        'ა'..='ჿ' => c,
        _ => upper(c),
    }
}

pub(super) fn initials(text: &str) -> String {
    // The library takes a byte of each word and makes a character of it.
    text.split_whitespace()
        .filter_map(|word| ordain_gostd::bytes::to_bytes(word).first().copied().map(char::from))
        .collect()
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// Go maps one character to one: what would become several stays.
fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

pub(super) fn upper(c: char) -> char {
    single(c, c.to_uppercase())
}

pub(super) fn lower(c: char) -> char {
    if c == 'İ' { 'i' } else { single(c, c.to_lowercase()) }
}

/// `xstrings.ToPascalCase`.
pub(super) fn pascal(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next_if(|c| is_connector(*c)) {
        out.push(c);
    }
    let Some(first) = chars.next() else {
        // Only connectors: the last one is written twice by the original.
        out.extend(text.chars().next_back());
        return out;
    };
    let mut first_upper = first.is_uppercase();
    let mut current = upper(first);
    for c in chars {
        let before = std::mem::replace(&mut current, c);
        if is_connector(current) && is_connector(before) {
            out.push(before);
            continue;
        }
        if is_connector(before) {
            first_upper = current.is_uppercase();
            current = upper(current);
            continue;
        }
        if first_upper {
            if current.is_uppercase() {
                current = lower(current);
            } else {
                first_upper = false;
            }
        }
        out.push(before);
    }
    out.push(current);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punct,
    Other,
}

fn is_alphabet(c: char) -> bool {
    c.is_alphabetic() && (c.is_ascii() || c.is_uppercase() || c.is_lowercase())
}

fn is_punct(c: char) -> bool {
    c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c)
}

fn kind(c: char) -> Word {
    match c {
        _ if is_connector(c) => Word::Connector,
        _ if is_punct(c) => Word::Punct,
        _ if c.is_uppercase() => Word::Upper,
        _ if is_alphabet(c) => Word::Alphabet,
        _ if c.is_numeric() => Word::Number,
        _ => Word::Other,
    }
}

/// Characters cut into words; an upper-case word takes the lower case after it, a run of upper case leaves its last
/// letter to the word that follows.
struct Words<'c> {
    chars: &'c [char],
    at: usize,
}

impl<'c> Words<'c> {
    fn get(&self, index: usize) -> Option<char> {
        self.chars.get(index).copied()
    }

    fn run(&self, from: usize, fits: impl Fn(char) -> bool) -> usize {
        self.chars.get(from..).unwrap_or_default().iter().take_while(|c| fits(**c)).count()
    }

    fn done(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn next(&mut self) -> (Word, &'c [char]) {
        let start = self.at;
        let Some(first) = self.get(start) else { return (Word::None, &[]) };
        let word = kind(first);
        let small = |c: char| is_alphabet(c) && !c.is_uppercase();
        let len = match word {
            Word::Upper => match self.get(start + 1) {
                Some(c) if c.is_uppercase() => {
                    let uppers = self.run(start, char::is_uppercase);
                    uppers - usize::from(self.get(start + uppers).is_some_and(is_alphabet))
                }
                Some(c) if is_alphabet(c) => 1 + self.run(start + 1, small),
                _ => 1,
            },
            Word::Alphabet => 1 + self.run(start + 1, small),
            word => self.run(start, |c| kind(c) == word),
        };
        self.at = start + len.max(1);
        (word, self.chars.get(start..self.at).unwrap_or_default())
    }
}

fn put(out: &mut String, kind: Word, word: &[char], connector: char) {
    let lowered = matches!(kind, Word::Upper | Word::Connector);
    for c in word {
        match c {
            c if !lowered => out.push(*c),
            c if is_connector(*c) => out.push(connector),
            c => out.push(lower(*c)),
        }
    }
}

/// `xstrings.ToSnakeCase` and `ToKebabCase`.
pub(super) fn split_case(text: &str, connector: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut words = Words { chars: &chars, at: 0 };
    let mut out = String::new();
    let (mut kind, mut word) = words.next();
    while !words.done() {
        if kind != Word::Connector {
            put(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word) = words.next();
        match before {
            Word::Number => after_number(&mut out, &mut words, &mut kind, &mut word, connector),
            Word::Connector => put(&mut out, before, last, connector),
            Word::Punct => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punct) {
                    out.push(connector);
                }
            }
            _ if words.done() => {}
            _ => {
                let number = word;
                (kind, word) = words.next();
                if kind == Word::Alphabet {
                    out.push(connector);
                    put(&mut out, Word::Number, number, connector);
                    after_number(&mut out, &mut words, &mut kind, &mut word, connector);
                } else {
                    put(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punct) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    put(&mut out, kind, word, connector);
    out
}

/// A number keeps the letters and numbers that follow it.
fn after_number<'c>(
    out: &mut String,
    words: &mut Words<'c>,
    kind: &mut Word,
    word: &mut &'c [char],
    connector: char,
) {
    while matches!(*kind, Word::Alphabet | Word::Number) {
        put(out, *kind, word, connector);
        (*kind, *word) = words.next();
    }
    if !matches!(*kind, Word::None | Word::Punct | Word::Connector) {
        out.push(connector);
    }
}
