//! Lines of a Dockerfile: parser directives, comments, lines that go on, and documents that follow a line.

use super::dockerfile::{Instruction, instruction};

/// Longest line, in bytes, with the sign that ends it.
const LONGEST: usize = 65_535;

/// What makes a sign plain, or a line go on.
#[derive(Clone, Copy)]
pub(super) struct Escape {
    pub sign: char,
}

/// A line with an instruction.
pub(super) struct Line {
    pub number: usize,
    /// Comments right before it.
    pub comments: Vec<String>,
    pub instruction: Instruction,
}

/// The instructions of a file.
///
/// # Errors
/// What is wrong with it, and in which line.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut all = text.split_inclusive('\n').enumerate();
    let mut directives = Directives { seen: Vec::new(), done: false, escape: Escape { sign: '\\' } };
    let (mut out, mut comments) = (Vec::new(), Vec::new());
    if let Some((at, _)) = text.split_inclusive('\n').enumerate().find(|(_, line)| line.len() > LONGEST) {
        return Err(format!(
            "dockerfile line greater than max allowed size of {LONGEST}, on line {}",
            at + 1
        ));
    }
    while let Some((at, raw)) = all.next() {
        let placed = |why: String| format!("{why}, on line {}", at + 1);
        let line = raw.trim_end_matches(['\r', '\n']).trim_start();
        if directives.take(line).map_err(placed)? {
            continue;
        }
        if line.starts_with('#') {
            // The first sign of the line is left out, blank or not.
            let comment = raw.get(1..).unwrap_or_default().trim();
            match comment {
                "" => comments.clear(),
                comment => comments.push(comment.to_owned()),
            }
            continue;
        }
        let (begun, mut goes_on) = directives.escape.continued(line);
        if begun.is_empty() && !goes_on {
            continue;
        }
        let mut whole = begun.to_owned();
        while goes_on && let Some((_, raw)) = all.next() {
            let line = raw.trim_end_matches(['\r', '\n']);
            if line.trim_start().starts_with('#') || line.trim_start().is_empty() {
                continue;
            }
            let (part, more) = directives.escape.continued(line);
            whole.push_str(part);
            goes_on = more;
        }
        let instruction = instruction(&whole, directives.escape).map_err(placed)?;
        for (end, tabs) in documents(&instruction, &whole) {
            let ends = |line: &str| {
                let line = line.trim_end_matches(['\r', '\n']);
                if tabs { line.trim_start_matches('\t') == end } else { line == end }
            };
            if !all.by_ref().any(|(_, line)| ends(line)) {
                return Err(placed("unterminated heredoc".to_owned()));
            }
        }
        out.push(Line { number: at + 1, comments: std::mem::take(&mut comments), instruction });
    }
    if out.is_empty() { Err("file with no instructions".to_owned()) } else { Ok(out) }
}

impl Escape {
    /// A line without the sign that lets it go on, and whether it has one.
    fn continued(self, line: &str) -> (&str, bool) {
        let found = line.trim_end_matches([' ', '\t']).strip_suffix(self.sign);
        match found.filter(|before| !before.ends_with(self.sign)) {
            Some(before) => (before, true),
            None => (line, false),
        }
    }
}

/// `# escape=…` and its like, which stand before all else.
struct Directives {
    seen: Vec<String>,
    done: bool,
    escape: Escape,
}

impl Directives {
    /// Whether a line is a directive.
    fn take(&mut self, line: &str) -> Result<bool, String> {
        let said = line.strip_prefix('#').filter(|_| !self.done).and_then(|said| said.split_once('='));
        let named = |(name, value): (&str, &str)| (name.trim().to_ascii_lowercase(), value.trim().to_owned());
        let known = |(name, value): &(String, String)| {
            matches!(name.as_str(), "syntax" | "escape" | "check") && !value.is_empty()
        };
        let Some((name, value)) = said.map(named).filter(known) else {
            self.done = true;
            return Ok(false);
        };
        if self.seen.contains(&name) {
            return Err(format!("only one {name} parser directive can be used"));
        }
        if name == "escape" {
            self.escape = match value.as_str() {
                "\\" => Escape { sign: '\\' },
                "`" => Escape { sign: '`' },
                other => return Err(format!("invalid escape token '{other}' does not match ` or \\")),
            };
        }
        self.seen.push(name);
        Ok(true)
    }
}

/// What ends the documents that follow a line, and whether tabs before that count for nothing.
fn documents(instruction: &Instruction, line: &str) -> Vec<(String, bool)> {
    let said = match &instruction.inner {
        Some(inner) if instruction.kind() == "onbuild" => inner,
        _ => instruction,
    };
    if !line.contains("<<") || said.json || !matches!(said.kind().as_str(), "add" | "copy" | "run") {
        return Vec::new();
    }
    shell_words(line, true).unwrap_or_default().iter().filter_map(|word| document(word)).collect()
}

/// The end that a word such as `<<EOF` names.
pub(super) fn document(word: &str) -> Option<(String, bool)> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let tabs = rest.starts_with('-');
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start();
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let [name] = <[String; 1]>::try_from(shell_words(rest, false)?).ok()?;
    Some((name, tabs))
}

/// Words as a shell finds them, with quotation marks and escapes or without; `None` where a mark is not closed.
fn shell_words(text: &str, raw: bool) -> Option<Vec<String>> {
    let (mut out, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            out.extend(word.take());
            continue;
        }
        let text = word.get_or_insert_with(String::new);
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (Some('\''), _) => {
                text.push(c);
                continue;
            }
            (_, '\\') => {
                if raw {
                    text.push(c);
                }
                text.extend(chars.next());
                continue;
            }
            _ => {
                text.push(c);
                continue;
            }
        }
        if raw {
            text.push(c);
        }
    }
    out.extend(word);
    quote.is_none().then_some(out)
}
