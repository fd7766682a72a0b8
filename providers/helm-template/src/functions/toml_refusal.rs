//! What is wrong with a TOML document, in the words of github.com/BurntSushi/toml 1.5 where a mistake is a usual one.

use ordain_gostd::{quote, quote_char};

const BLANKS: [char; 2] = [' ', '\t'];

/// The reader's message about a text that it refused, as Helm's reader would put it.
pub(super) fn refusal(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let rest = text.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or_default();
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let key = rest.trim_start_matches(BLANKS);
    let after = key.trim_start_matches(bare).trim_start_matches(BLANKS);
    let first = key.lines().next().unwrap_or_default();
    let what = match (key.chars().next(), after.chars().next()) {
        (Some('='), _) => "unexpected '=': key name appears blank".to_owned(),
        (Some('.'), _) => "unexpected '.': keys cannot start with a '.'".to_owned(),
        (Some('['), _) => table(first, rest.contains('\n'), error.message()),
        (_, None) => "unexpected EOF; expected key separator '='".to_owned(),
        (_, Some(c)) if !"=.\"'[#".contains(c) => {
            format!("expected '.' or '=', but got {} instead", quote_char(c, false))
        }
        _ => return at_value(before, rest, error.message(), line),
    };
    format!("toml: line {line}: {what}")
}

fn header(text: &str) -> String {
    text.trim().trim_matches(['[', ']', ' ', '\t']).to_owned()
}

fn table(first: &str, more: bool, message: &str) -> String {
    match first.trim_end() {
        _ if message == "duplicate key" => format!("Key '{}' has already been defined.", header(first)),
        "[]" | "[[]]" => "unexpected end of table name (table names cannot be empty)".to_owned(),
        open if !open.contains(']') && !more => {
            "expected '.' or ']' to end table name, but got '\\x00' instead".to_owned()
        }
        _ => message.to_owned(),
    }
}

/// What is wrong at a key with its value: a key that is there already, a value that is none.
fn at_value(before: &str, rest: &str, message: &str, line: usize) -> String {
    let first = rest.lines().next().unwrap_or_default();
    let Some((name, value)) = first.split_once('=') else { return format!("toml: {message}") };
    let name = name.trim().trim_matches(['"', '\'']);
    let table = before.lines().rev().find(|l| l.trim().starts_with('[')).map_or(String::new(), header);
    let key = if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") };
    let value = value.trim();
    let word = value.split(|c: char| c.is_whitespace() || ",]}#".contains(c)).next().unwrap_or_default();
    let next = value.get(word.len()..).and_then(|r| r.trim_start().chars().next());
    if let (Some(c), true) = (next, message.starts_with("unexpected key or value")) {
        let shown = quote_char(c, false);
        let wanted = "expected a top-level item to end with a newline, comment, or EOF";
        return format!("toml: line {line}: {wanted}, but got {shown} instead");
    }
    let what = value_fault(&key, value, word, message, rest.contains('\n'));
    format!("toml: line {line} (last key {}): {what}", quote(&key))
}

fn value_fault(key: &str, value: &str, word: &str, message: &str, more: bool) -> String {
    let shown = quote(word);
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    match value.chars().next() {
        _ if message == "duplicate key" => format!("Key '{key}' has already been defined."),
        None if more => "expected value but found '\\n' instead".to_owned(),
        None => "unexpected EOF; expected value".to_owned(),
        Some('"') if message.contains("expected `\"`") && more => {
            "strings cannot contain newlines".to_owned()
        }
        Some('"') if message.contains("expected `\"`") => "unexpected EOF; expected '\"'".to_owned(),
        Some('\'') if message.contains("expected `'`") && more => {
            "strings cannot contain newlines".to_owned()
        }
        Some('\'') if message.contains("expected `'`") => "unexpected EOF; expected \"'\"".to_owned(),
        Some('[') if message.contains("unclosed array") => {
            "expected a comma (',') or array terminator (']'), but got end of file".to_owned()
        }
        Some(c) if c.is_ascii_alphabetic() => format!("expected value but found {shown} instead"),
        Some('.') => "floats must start with a digit, not '.'".to_owned(),
        _ if message.contains("leading zero") => {
            format!("Invalid integer {shown}: cannot have leading zeroes")
        }
        _ if message.contains("may only go between digits") => {
            format!("Invalid integer {shown}: underscores must be surrounded by digits")
        }
        _ if message.contains("as i128") || message.contains("too large") => {
            format!("{word} is out of range for int64")
        }
        _ if message.starts_with("invalid date") || message.starts_with("invalid time") => {
            format!("invalid datetime: {shown}")
        }
        _ if message.contains("invalid fraction") && digits.contains('.') => {
            format!("Invalid float {shown}: '.' must be followed by one or more digits")
        }
        _ => message.to_owned(),
    }
}
