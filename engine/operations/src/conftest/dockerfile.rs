//! Instructions of a Dockerfile, as Conftest lists them.

use serde_json::{Value as Json, json};

use super::dockerfile_lines::{Escape, Line, lines};
use super::dockerfile_rules::{check, trigger};

/// An instruction, taken apart.
pub(super) struct Instruction {
    pub name: String,
    /// `--flag=value`; `None` where nothing follows the name.
    pub flags: Option<Vec<String>>,
    /// What follows; an instruction in another one stands in `inner`.
    pub values: Vec<String>,
    pub inner: Option<Box<Instruction>>,
    /// The values were written as an array of JSON.
    pub json: bool,
}

impl Instruction {
    /// The name in small letters.
    pub(super) fn kind(&self) -> String {
        self.name.to_lowercase()
    }

    /// All values, those of the inner instruction and its name among them.
    pub(super) fn arguments(&self) -> Vec<String> {
        match &self.inner {
            None => self.values.clone(),
            Some(inner) => std::iter::once(inner.name.clone()).chain(inner.arguments()).collect(),
        }
    }
}

/// The list of a list of instructions, comments among them.
///
/// # Errors
/// What is wrong with the file, and in which line.
pub(super) fn commands(text: &str) -> Result<Json, String> {
    let (mut out, mut stages) = (Vec::new(), 0_usize);
    for Line { number, comments, instruction } in lines(text)? {
        check(&instruction).map_err(|why| format!("{why}, on line {number}"))?;
        stages += usize::from(instruction.kind() == "from");
        let stage = stages.saturating_sub(1);
        for comment in comments {
            out.push(json!({
                "Cmd": "comment", "SubCmd": "", "JSON": false, "Flags": null, "Value": [comment], "Stage": stage,
            }));
        }
        let said = instruction.inner.as_deref().unwrap_or(&instruction);
        let values = if said.values.is_empty() { Json::Null } else { json!(said.values) };
        out.push(json!({
            "Cmd": instruction.kind(),
            "SubCmd": instruction.inner.as_ref().map_or("", |inner| &inner.name),
            "JSON": said.json,
            "Flags": instruction.flags,
            "Value": values,
            "Stage": stage,
        }));
    }
    Ok(json!([out]))
}

/// Takes a line apart.
///
/// # Errors
/// Its values do not have the form that the instruction wants.
pub(super) fn instruction(line: &str, escape: Escape) -> Result<Instruction, String> {
    let line = line.trim();
    let (name, rest) = match blank_split(line) {
        Some((name, rest)) => (name, Some(rest)),
        None => (line, None),
    };
    let (flags, rest) = match rest.map(|rest| flags(rest, escape)) {
        Some((flags, rest)) => (Some(flags), rest),
        None => (None, String::new()),
    };
    let mut out = Instruction { name: name.to_owned(), flags, values: Vec::new(), inner: None, json: false };
    let rest = rest.trim();
    match out.kind().as_str() {
        "onbuild" if !rest.is_empty() => {
            trigger(blank_split(rest).map_or(rest, |(name, _)| name))?;
            out.inner = Some(Box::new(instruction(rest, escape)?));
        }
        "env" | "label" => out.values = pairs(rest, &out.name.to_uppercase(), escape)?,
        "arg" => out.values = words(rest, escape),
        "from" | "expose" => out.values = blanks(rest),
        "add" | "copy" | "volume" => match array(rest)? {
            Some(values) => (out.values, out.json) = (values, true),
            None => out.values = blanks(rest),
        },
        "cmd" | "entrypoint" | "run" | "shell" => set_command(&mut out, rest)?,
        "healthcheck" => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (kind, command) = rest.split_at(end);
            set_command(&mut out, command.trim_start())?;
            if !kind.is_empty() {
                out.values.insert(0, kind.to_owned());
            }
        }
        "maintainer" | "stopsignal" | "user" | "workdir" => {
            out.values = Some(rest.to_owned()).filter(|rest| !rest.is_empty()).into_iter().collect();
        }
        "onbuild" => {}
        // An instruction that is not known has one empty value.
        _ => out.values = vec![String::new()],
    }
    Ok(out)
}

fn set_command(out: &mut Instruction, rest: &str) -> Result<(), String> {
    match array(rest)? {
        Some(values) => (out.values, out.json) = (values, true),
        None if rest.is_empty() => {}
        None => out.values = vec![rest.to_owned()],
    }
    Ok(())
}

fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

fn blank_split(text: &str) -> Option<(&str, &str)> {
    let at = text.find(is_blank)?;
    let (first, rest) = text.split_at(at);
    Some((first, rest.trim_start_matches(is_blank)))
}

fn blanks(mut rest: &str) -> Vec<String> {
    let mut out = Vec::new();
    while let Some((word, more)) = blank_split(rest) {
        out.push(word.to_owned());
        rest = more;
    }
    if !rest.is_empty() {
        out.push(rest.to_owned());
    }
    out
}

/// An array of texts; `None` where it is no array.
fn array(rest: &str) -> Result<Option<Vec<String>>, String> {
    let rest = rest.trim_start();
    if !rest.starts_with('[') {
        return Ok(None);
    }
    let Ok(values) = serde_json::from_str::<Vec<Json>>(rest) else { return Ok(None) };
    let texts = values.into_iter().map(|value| value.as_str().map(str::to_owned));
    let texts: Option<Vec<String>> = texts.collect();
    texts
        .map(Some)
        .ok_or_else(|| "when using JSON array syntax, arrays must be comprised of strings only".to_owned())
}

/// `name value`, or `name=value …`: names, values and the sign between them.
fn pairs(rest: &str, kind: &str, escape: Escape) -> Result<Vec<String>, String> {
    let words = words(rest, escape);
    let Some(first) = words.first() else { return Ok(Vec::new()) };
    if !first.contains('=') {
        let (name, value) = blank_split(rest).ok_or_else(|| format!("{kind} must have two arguments"))?;
        return Ok(vec![name.to_owned(), value.to_owned(), String::new()]);
    }
    let mut out = Vec::new();
    for word in &words {
        let (name, value) = word.split_once('=').ok_or_else(|| {
            format!("Syntax error - can't find = in {word:?}. Must be of the form: name=value")
        })?;
        out.extend([name.to_owned(), value.to_owned(), "=".to_owned()]);
    }
    Ok(out)
}

/// Words with their quotation marks.
fn words(rest: &str, escape: Escape) -> Vec<String> {
    let (mut out, mut word) = (Vec::new(), None::<String>);
    let mut quote = None;
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            out.extend(word.take());
            continue;
        }
        let text = word.get_or_insert_with(String::new);
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
        if c != escape.sign || quote == Some('\'') {
            text.push(c);
        } else if let Some(next) = chars.next() {
            text.extend([c, next]);
        } else if text.is_empty() {
            word = None;
        }
    }
    out.extend(word);
    out
}

/// The flags before what follows an instruction's name, and what follows them. Bytes become characters one by one.
fn flags(rest: &str, escape: Escape) -> (Vec<String>, String) {
    let (mut out, mut word) = (Vec::new(), None::<String>);
    let mut quote = None;
    let mut at = 0;
    let bytes = rest.as_bytes();
    let behind = |at: usize| String::from_utf8_lossy(bytes.get(at..).unwrap_or_default()).into_owned();
    while let Some(c) = bytes.get(at).copied().map(char::from) {
        if quote.is_none() && c.is_whitespace() {
            match word.take() {
                Some(end) if end == "--" => return (out, behind(at)),
                flag => out.extend(flag),
            }
            at += 1;
            continue;
        }
        if word.is_none() && !(c == '-' && bytes.get(at + 1) == Some(&b'-')) {
            return (out, behind(at));
        }
        let text = word.get_or_insert_with(String::new);
        at += 1;
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ if c == escape.sign => {
                if let Some(next) = bytes.get(at) {
                    text.push(char::from(*next));
                    at += 1;
                }
            }
            _ => text.push(c),
        }
    }
    out.extend(word.filter(|word| word != "--"));
    (out, String::new())
}

#[cfg(test)]
#[path = "dockerfile_tests.rs"]
mod tests;
