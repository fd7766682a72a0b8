//! The command line: Terraform's flag spellings brought to what the argument parser reads.
//!
//! Users write `-var`, `--var` and `-input=false`; the parser knows long flags with two dashes. Extra
//! words come from `ORDAIN_CLI_ARGS`, `TF_CLI_ARGS` and their per-command forms.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A command line ready for the parser.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// `-chdir=DIR`, which stands before the command.
    pub chdir: Option<PathBuf>,
    /// Program name, command words and flags with two dashes.
    pub words: Vec<String>,
}

/// Commands that have commands of their own.
const NESTED: [&str; 8] =
    ["state", "workspace", "providers", "policy", "dev", "metadata", "plans", "approvals"];

/// Brings raw words (program name first) into the parser's form.
///
/// # Errors
/// Words of the environment that cannot be told apart; the text names the variable.
pub fn prepare(raw: Vec<String>, env: &BTreeMap<String, String>) -> Result<CommandLine, String> {
    let mut words = raw.into_iter();
    let program = words.next().unwrap_or_else(|| "ordain".to_owned());
    let mut chdir = None;
    let mut rest: Vec<String> = Vec::new();
    for word in words {
        match chdir_of(&word) {
            Some(directory) if rest.is_empty() => chdir = Some(PathBuf::from(directory)),
            _ => rest.push(word),
        }
    }
    let command_end = command_words(&rest);
    let extra = extra_words(&rest, command_end, env)?;
    if let Some(first) = rest.first_mut().filter(|first| *first == "-v") {
        "-version".clone_into(first);
    }
    let tail = rest.split_off(command_end.min(rest.len()));
    let mut out = vec![program];
    out.extend(rest.into_iter().map(command_word));
    out.extend(extra.into_iter().chain(tail).map(two_dashes));
    Ok(CommandLine { chdir, words: out })
}

fn chdir_of(word: &str) -> Option<&str> {
    word.strip_prefix("-chdir=").or_else(|| word.strip_prefix("--chdir="))
}

/// Number of leading words that name the command.
fn command_words(words: &[String]) -> usize {
    match words.first() {
        Some(first) if first.starts_with('-') => 0,
        Some(first) if NESTED.contains(&first.as_str()) => match words.get(1) {
            Some(second) if !second.starts_with('-') => 2,
            _ => 1,
        },
        Some(_) => 1,
        None => 0,
    }
}

fn extra_words(
    words: &[String],
    command_end: usize,
    env: &BTreeMap<String, String>,
) -> Result<Vec<String>, String> {
    let command = words.iter().take(command_end).cloned().collect::<Vec<_>>().join("_");
    let named = |name: &str| {
        let names = [format!("ORDAIN_{name}"), format!("TF_{name}")];
        let Some((name, text)) = names.into_iter().find_map(|name| env.get(&name).map(|text| (name, text)))
        else {
            return Ok(Vec::new());
        };
        let broken = || {
            format!(
                "Error parsing extra CLI args from {name}: invalid command line string: a quote is not closed"
            )
        };
        split(text).ok_or_else(broken)
    };
    let mut extra = named("CLI_ARGS")?;
    if !command.is_empty() {
        extra.extend(named(&format!("CLI_ARGS_{command}"))?);
    }
    Ok(extra)
}

/// Splits as a shell does, with quotes and backslashes. `None` where a quote is not closed.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut begun = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                begun = true;
            }
            (None | Some('"'), '\\') => {
                word.extend(chars.next());
                begun = true;
            }
            (None, c) if c.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (_, c) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    quote.is_none().then_some(words)
}

fn command_word(word: String) -> String {
    match word.as_str() {
        "-version" | "-v" => "--version".to_owned(),
        "-help" | "-h" => "--help".to_owned(),
        _ => two_dashes(word),
    }
}

/// `-flag` becomes `--flag`; a lone `-`, `--` and negative numbers stay.
fn two_dashes(word: String) -> String {
    match word.strip_prefix('-') {
        Some(rest) if rest.len() > 1 && rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("--{rest}")
        }
        _ => word,
    }
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
