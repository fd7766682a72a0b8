//! YAML bodies, read as the API server reads them (YAML 1.1: `y`, `yes`, `on` are booleans).

use super::node::Node;
use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Number, Value};

/// A document and what was wrong with it though it can be read (doubled keys).
pub(crate) struct Document {
    pub node: Node,
    pub warnings: Vec<String>,
}

enum Open {
    List(Vec<Node>),
    Map { members: Vec<(String, Node)>, key: Option<String> },
}

/// Reads the first document of a text.
pub(crate) fn read(text: &str) -> Result<Document, String> {
    let mut stack: Vec<Open> = Vec::new();
    let mut warnings = Vec::new();
    let mut result = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| format!("error converting YAML to JSON: yaml: {e}"))?;
        let done = match event {
            Event::Scalar(value, style, _, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                Some(Node::Scalar(if plain { resolve(&value) } else { Value::from(value.as_ref()) }))
            }
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                stack.push(Open::Map { members: Vec::new(), key: None });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => stack.pop().map(|open| match open {
                Open::List(items) => Node::List(items),
                Open::Map { members, .. } => Node::Object(members),
            }),
            Event::Alias(_) => {
                return Err("error converting YAML to JSON: yaml: aliases are not read here".into());
            }
            Event::DocumentEnd => break,
            _ => None,
        };
        let Some(node) = done else { continue };
        match stack.last_mut() {
            None => result = Some(node),
            Some(Open::List(items)) => items.push(node),
            Some(Open::Map { members, key }) => match key.take() {
                Some(name) => members.push((name, node)),
                None => {
                    let name = key_text(&node);
                    if members.iter().any(|(k, _)| *k == name) {
                        let line = span.start.line();
                        warnings.push(format!("line {line}: key \"{name}\" already set in map"));
                    }
                    *key = Some(name);
                }
            },
        }
    }
    Ok(Document { node: result.unwrap_or(Node::Scalar(Value::Null)), warnings })
}

fn key_text(node: &Node) -> String {
    match node.value() {
        Value::String(s) => s,
        other => other.to_string(),
    }
}

/// A plain scalar by YAML 1.1's rules.
fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            return true.into();
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            return false.into();
        }
        _ => {}
    }
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return text.into();
    }
    let whole = if let Some(hex) = digits.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()
    } else if let Some(octal) =
        digits.strip_prefix("0o").or_else(|| digits.strip_prefix('0').filter(|d| !d.is_empty()))
    {
        i64::from_str_radix(octal, 8).ok()
    } else {
        digits.parse().ok()
    };
    if let Some(n) = whole {
        return (if negative { -n } else { n }).into();
    }
    let number = plain.parse::<f64>().ok().and_then(Number::from_f64);
    number.map_or_else(|| text.into(), Value::Number)
}

/// An object as YAML, for clients that ask for it.
pub(crate) fn write(value: &Value) -> String {
    // JSON is YAML.
    value.to_string()
}
