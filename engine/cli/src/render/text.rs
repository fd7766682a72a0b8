//! Strings of several lines and strings that hold JSON, before and after.

use ordain_value::{Kind, Number, Path, Type, Value};
use similar::{ChangeTag, TextDiff};

use super::value::{Mark, Printer, pad};

/// A string worth more than one line; `None` when one line will do.
pub fn whole(printer: &Printer<'_>, content: &str, indent: usize, mark: Mark) -> Option<String> {
    if let Some(value) = json(content) {
        let body = printer.whole(&value, indent + 4, mark);
        if !body.contains('\n') {
            return Some(format!("jsonencode({body})"));
        }
        return Some(format!("jsonencode(\n{}  {body}\n{}  )", pad(indent + 4), pad(indent)));
    }
    if !content.contains('\n') || steers(content) {
        return None;
    }
    let mut out = "<<-EOT\n".to_owned();
    for line in content.trim_end_matches('\n').split('\n') {
        out.push_str(&line_at(indent + 6, line));
    }
    out.push_str(&format!("{}  EOT", pad(indent)));
    Some(out)
}

fn line_at(indent: usize, line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!("{}{line}\n", pad(indent)) }
}

/// Two strings of which at least one is worth more than one line.
pub fn changed(printer: &Printer<'_>, old: &str, new: &str, path: &Path, indent: usize) -> Option<String> {
    let forces = printer.forces(path);
    if let (Some(before), Some(after)) = (json(old), json(new)) {
        if before == after {
            return Some(format!("jsonencode( # whitespace changes\n{}  ){forces}", pad(indent)));
        }
        let body = printer.becomes(&before, &after, path, indent + 4);
        if !body.contains('\n') {
            return Some(format!("jsonencode({body}){forces}"));
        }
        let mark = Mark::Change.symbol(printer.style);
        return Some(format!("jsonencode({forces}\n{}{mark}{body}\n{}  )", pad(indent + 4), pad(indent)));
    }
    let one_line = !old.contains('\n') && !new.contains('\n');
    if one_line || [old, new].iter().any(|text| json(text).is_some() || steers(text)) {
        return None;
    }
    let mut out = format!("<<-EOT{forces}\n");
    let (old, new) = (old.trim_end_matches('\n'), new.trim_end_matches('\n'));
    for change in
        TextDiff::from_lines(format!("{old}\n").as_str(), format!("{new}\n").as_str()).iter_all_changes()
    {
        let line = change.value().trim_end_matches('\n');
        let mark = match change.tag() {
            ChangeTag::Equal => Mark::Same,
            ChangeTag::Delete => Mark::Remove,
            ChangeTag::Insert => Mark::Add,
        };
        if line.is_empty() && mark == Mark::Same {
            out.push('\n');
        } else {
            out.push_str(&format!("{}{}{line}\n", pad(indent + 4), mark.symbol(printer.style)));
        }
    }
    out.push_str(&format!("{}  EOT", pad(indent)));
    Some(out)
}

/// Whether a text would steer the terminal that it is printed on: such a text is shown quoted, with escapes, whatever
/// its length, so that nobody reads another plan than there is.
fn steers(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// The value of a string that holds a JSON object or array from its first character on.
fn json(content: &str) -> Option<Value> {
    if !content.starts_with(['{', '[']) {
        return None;
    }
    let document: serde_json::Value = serde_json::from_str(content).ok()?;
    Some(from_json(&document))
}

/// Whether a value is a text that holds a JSON object or array without members: Terraform says no more of those that go.
pub fn is_empty_json(value: &Value) -> bool {
    let held = value.as_str().and_then(json);
    held.is_some_and(|held| match held.kind() {
        Kind::Object(members) => members.is_empty(),
        Kind::Tuple(items) => items.is_empty(),
        _ => false,
    })
}

fn from_json(document: &serde_json::Value) -> Value {
    match document {
        serde_json::Value::Null => Value::null(Type::Dynamic),
        serde_json::Value::Bool(value) => Value::bool(*value),
        serde_json::Value::Number(number) => match number.to_string().parse::<Number>() {
            Ok(number) => Value::number(number),
            Err(_) => Value::string(number.to_string()),
        },
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Array(items) => Value::tuple(items.iter().map(from_json)),
        serde_json::Value::Object(members) => {
            Value::object(members.iter().map(|(name, value)| (name.as_str(), from_json(value))))
        }
    }
}
