//! Block scalars whose lines end with separators of YAML 1.1: read again from the original text, because the parser
//! counts lines where `libyaml` keeps breaks. Only a line feed becomes a space where lines are folded.

use crate::separators::{is_blank, is_break, read_break};

/// What the line above a block says.
struct Header {
    folded: bool,
    /// `-` takes all breaks at the end away, `+` leaves them all there.
    chomp: Option<char>,
    /// Where the first line begins.
    content: usize,
}

/// The text of the block whose place in `all` is `start`: its properties, or its first line that is not empty. `parsed` is
/// what the parser made of it, from which its indentation is known. `None` where none of its breaks is a separator.
pub(crate) fn block(all: &[char], start: usize, parsed: &str) -> Option<String> {
    let header = header(all, start)?;
    let rest = all.get(header.content..)?;
    let indent = indentation(rest, parsed);
    let text = lines(rest, &header, indent);
    text.contains(crate::characters::SEPARATORS).then_some(text)
}

/// Goes from a block's place to its header: forward over properties, or back over what is empty.
fn header(all: &[char], start: usize) -> Option<Header> {
    let at = match all.get(start) {
        Some('&' | '!') => past_properties(all, start),
        _ => {
            let before = all.get(..start)?;
            let end = before.iter().rposition(|c| !is_blank(*c) && !is_break(*c))? + 1;
            let line = before.get(..end)?.iter().rposition(|c| is_break(*c)).map_or(0, |at| at + 1);
            indicator(all.get(line..end)?)? + line
        }
    };
    let mut rest = all.get(at..)?.iter().enumerate();
    let folded = match rest.next()? {
        (_, '|') => false,
        (_, '>') => true,
        _ => return None,
    };
    let line = || all.get(at..).unwrap_or_default().iter();
    let chomp = line().skip(1).take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    let chomp = chomp.copied().find(|c| !c.is_ascii_digit());
    let end = at + line().position(|c| is_break(*c))?;
    let content = end + read_break(all.get(end..)?)?.1;
    Some(Header { folded, chomp, content })
}

/// Where in a line the indicator of the block stands that begins at its end; a comment may follow it.
fn indicator(line: &[char]) -> Option<usize> {
    let is_end = |at: usize| {
        let rest = line.get(at + 1..).unwrap_or_default();
        let marks = rest.iter().take_while(|c| c.is_ascii_digit() || matches!(c, '+' | '-')).count();
        let mut rest = rest.iter().skip(marks).peekable();
        match rest.peek() {
            None => true,
            Some(c) if is_blank(**c) => rest.find(|c| !is_blank(**c)).is_none_or(|c| *c == '#'),
            Some(_) => false,
        }
    };
    let starts = line.iter().enumerate().filter(|(_, c)| matches!(c, '|' | '>'));
    starts.map(|(at, _)| at).find(|at| is_end(*at))
}

fn past_properties(all: &[char], mut at: usize) -> usize {
    while let Some('&' | '!') = all.get(at) {
        at += all.iter().skip(at).take_while(|c| !is_blank(**c) && !is_break(**c)).count();
        at += all.iter().skip(at).take_while(|c| is_blank(**c) || is_break(**c)).count();
    }
    at
}

/// Blanks before the first line that is not empty, without those that are its text. Where there is no such line, all
/// are blanks before one.
fn indentation(rest: &[char], parsed: &str) -> usize {
    let blanks = |line: &[char]| line.iter().take_while(|c| **c == ' ').count();
    let mut lines = rest.split(|c| is_break(*c));
    let first = lines.find(|line| !line.iter().all(|c| *c == ' ')).unwrap_or_default();
    let Some(own) = parsed.split('\n').find(|line| !line.trim_matches(' ').is_empty()) else {
        return usize::MAX;
    };
    blanks(first).saturating_sub(own.chars().take_while(|c| *c == ' ').count())
}

fn lines(mut rest: &[char], header: &Header, indent: usize) -> String {
    let mut text = String::new();
    let (mut last, mut empty) = (None, String::new());
    let mut was_blank = false;
    loop {
        // Empty lines, of which each counts as its break.
        let blanks = rest.iter().take(indent).take_while(|c| **c == ' ').count();
        let line = rest.get(blanks..).unwrap_or_default();
        if let Some((c, length)) = read_break(line) {
            empty.push(c);
            rest = line.get(length..).unwrap_or_default();
            continue;
        }
        if blanks < indent || line.is_empty() {
            break;
        }
        let is_blank = line.first().is_some_and(|c| is_blank(*c));
        match last.take() {
            Some('\n') if header.folded && !was_blank && !is_blank => {
                text.extend(empty.is_empty().then_some(' '));
            }
            other => text.extend(other),
        }
        text.push_str(&std::mem::take(&mut empty));
        was_blank = is_blank;
        let length = line.iter().position(|c| is_break(*c)).unwrap_or(line.len());
        let (own, after) = line.split_at_checked(length).unwrap_or_default();
        text.extend(own);
        let ended = read_break(after);
        last = ended.map(|(c, _)| c);
        rest = after.get(ended.map_or(0, |(_, length)| length)..).unwrap_or_default();
    }
    if header.chomp != Some('-') {
        text.extend(last);
    }
    if header.chomp == Some('+') {
        text.push_str(&empty);
    }
    text
}
