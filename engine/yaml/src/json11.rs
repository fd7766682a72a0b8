//! A tree as the JSON that `sigs.k8s.io/yaml` makes of it.
//!
//! Numbers keep the text Go's `encoding/json` would write; merges are applied where they stand; a repeated key
//! takes its last value; keys of any scalar type become text.

use ordain_gostd::{format_g, format_json};
use serde_json::{Map, Number, Value};

use crate::parse::{parse_documents, parse_one};
use crate::resolve11::{Plain, resolve_plain};
use crate::tree::{Kind, Limits, Node, Position, Style, YamlError};

const CORE: &str = "tag:yaml.org,2002:";

/// The first document of a text as JSON; an empty text is `null`.
///
/// # Errors
/// Broken YAML, or a tree that has no JSON form (null or composite keys, infinities, wrong explicit tags).
pub fn from_str(text: &str, limits: &Limits) -> Result<Value, YamlError> {
    printable(text)?;
    let node = parse_one(text, limits).map_err(|e| alias_named(text, e).placed_as_in_go())?;
    node.map_or(Ok(Value::Null), |node| node_to_json(&node))
}

/// Every document of a text as JSON.
///
/// # Errors
/// As [`from_str`].
pub fn documents_to_json(text: &str, limits: &Limits) -> Result<Vec<Value>, YamlError> {
    printable(text)?;
    let nodes = parse_documents(text, limits).map_err(|e| alias_named(text, e).placed_as_in_go())?;
    nodes.iter().map(node_to_json).collect()
}

/// One tree as JSON.
///
/// # Errors
/// As [`from_str`], broken text excepted.
pub fn node_to_json(node: &Node) -> Result<Value, YamlError> {
    value_of(node).map_err(YamlError::placed_as_in_go)
}

fn value_of(node: &Node) -> Result<Value, YamlError> {
    match &node.kind {
        Kind::Scalar { text, style } => scalar_to_json(node, text, *style),
        Kind::Sequence(items) => items.iter().map(value_of).collect::<Result<_, _>>().map(Value::Array),
        Kind::Mapping(pairs) => {
            let mut out = Map::new();
            fill(pairs, &mut out)?;
            Ok(Value::Object(out))
        }
    }
}

fn fill(pairs: &[(Node, Node)], out: &mut Map<String, Value>) -> Result<(), YamlError> {
    for (key, value) in pairs {
        if is_merge(key) {
            merge(value, out)?;
            continue;
        }
        out.insert(key_text(key, value)?, value_of(value)?);
    }
    Ok(())
}

/// `<<`, unquoted or tagged `!!merge`.
fn is_merge(key: &Node) -> bool {
    let Kind::Scalar { text, style } = &key.kind else { return false };
    text == "<<"
        && match key.tag.as_deref() {
            None => *style == Style::Plain,
            Some(tag) => tag == "tag:yaml.org,2002:merge",
        }
}

fn merge(value: &Node, out: &mut Map<String, Value>) -> Result<(), YamlError> {
    let refuse =
        |node: &Node| YamlError::unplaced(node.at, "map merge requires map or sequence of maps as the value");
    match &value.kind {
        Kind::Mapping(pairs) => fill(pairs, out),
        Kind::Sequence(items) => {
            for item in items.iter().rev() {
                let Kind::Mapping(pairs) = &item.kind else { return Err(refuse(item)) };
                fill(pairs, out)?;
            }
            Ok(())
        }
        Kind::Scalar { .. } => Err(refuse(value)),
    }
}

fn key_text(key: &Node, value: &Node) -> Result<String, YamlError> {
    let Kind::Scalar { text, style } = &key.kind else {
        return Err(YamlError::unplaced(key.at, format!("invalid map key: {}", go_syntax(key))));
    };
    Ok(match resolve_scalar(key, text, *style)? {
        Plain::Null => {
            let shown = go_syntax(value);
            let message = format!("unsupported map key of type: %!s(<nil>), key: <nil>, value: {shown}");
            return Err(YamlError::unplaced(key.at, message));
        }
        Plain::Bool(b) => b.to_string(),
        Plain::Int(i) => i.to_string(),
        Plain::Float(f) => match f {
            f64::INFINITY => ".inf".into(),
            f64::NEG_INFINITY => "-.inf".into(),
            _ if f.is_nan() => ".nan".into(),
            _ => format_g(f),
        },
        Plain::Timestamp | Plain::Text if is_binary(key) => decode_binary(key, text)?,
        Plain::Timestamp | Plain::Text => text.clone(),
    })
}

/// Refuses characters that YAML 1.1 does not allow anywhere.
fn printable(text: &str) -> Result<(), YamlError> {
    let fits = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            || c >= '\u{10000}'
    };
    if text.chars().all(fits) {
        return begins(text);
    }
    Err(YamlError::unplaced(Position::default(), "control characters are not allowed"))
}

/// Refuses an end of a document where none has begun.
fn begins(text: &str) -> Result<(), YamlError> {
    let content = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let Some((line, first)) = text.lines().enumerate().find(|(_, line)| content(line)) else { return Ok(()) };
    if first.split_whitespace().next() != Some("...") || !first.starts_with('.') {
        return Ok(());
    }
    Err(YamlError::new(Position { line, column: 0 }, "did not find expected node content"))
}

/// The name of an alias that nothing stands for, which the parser does not tell.
fn alias_named(text: &str, error: YamlError) -> YamlError {
    if !error.message.ends_with("found unknown anchor") {
        return error;
    }
    // A parser's line is told one up, so that it counts from zero here.
    let line = text.lines().nth(error.at.line).unwrap_or_default();
    let rest: String = line.chars().skip(error.at.column.saturating_sub(1)).collect();
    let Some((_, name)) = rest.split_once('*').or_else(|| line.split_once('*')) else { return error };
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(name.len());
    let name = name.get(..end).unwrap_or(name);
    YamlError::unplaced(error.at, format!("unknown anchor '{name}' referenced"))
}

/// A node as Go's `%#v` shows what the decoder makes of it.
fn go_syntax(node: &Node) -> String {
    match &node.kind {
        Kind::Sequence(items) => {
            let items: Vec<String> = items.iter().map(inner_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Kind::Mapping(pairs) => {
            let mut pairs: Vec<String> =
                pairs.iter().map(|(k, v)| format!("{}:{}", inner_syntax(k), inner_syntax(v))).collect();
            pairs.sort();
            format!("map[interface {{}}]interface {{}}{{{}}}", pairs.join(", "))
        }
        Kind::Scalar { text, style } => match resolve_scalar(node, text, *style) {
            Ok(Plain::Null) => "<nil>".into(),
            Ok(Plain::Bool(b)) => b.to_string(),
            Ok(Plain::Int(i)) => i.to_string(),
            Ok(Plain::Float(f)) => format_g(f),
            _ => ordain_gostd::quote(text),
        },
    }
}

fn inner_syntax(node: &Node) -> String {
    let shown = go_syntax(node);
    if shown == "<nil>" { "interface {}(nil)".into() } else { shown }
}

/// Applies the explicit tag, if any, to what the text says.
fn resolve_scalar(node: &Node, text: &str, style: Style) -> Result<Plain, YamlError> {
    let Some(tag) = node.tag.as_deref() else {
        return Ok(if style == Style::Plain { resolve_plain(text) } else { Plain::Text });
    };
    let Some(short) = tag.strip_prefix(CORE) else { return Ok(Plain::Text) };
    let found = resolve_plain(text);
    let fits = match (short, &found) {
        ("str" | "binary", _) => return Ok(Plain::Text),
        ("float", Plain::Int(i)) => {
            #[allow(clippy::cast_precision_loss, reason = "the tag asks for exactly this conversion")]
            let float = *i as f64;
            return Ok(Plain::Float(float));
        }
        ("null", Plain::Null) | ("bool", Plain::Bool(_)) | ("int", Plain::Int(_)) => true,
        ("float", Plain::Float(_)) | ("timestamp", Plain::Timestamp) => true,
        ("null" | "bool" | "int" | "float" | "timestamp", _) => false,
        _ => return Ok(Plain::Text),
    };
    if fits {
        return Ok(found);
    }
    let kind = match found {
        Plain::Null => "null",
        Plain::Bool(_) => "bool",
        Plain::Int(_) => "int",
        Plain::Float(_) => "float",
        Plain::Timestamp => "timestamp",
        Plain::Text => "str",
    };
    Err(YamlError::unplaced(node.at, format!("cannot decode !!{kind} `{text}` as a !!{short}")))
}

fn scalar_to_json(node: &Node, text: &str, style: Style) -> Result<Value, YamlError> {
    Ok(match resolve_scalar(node, text, style)? {
        Plain::Null => Value::Null,
        Plain::Bool(b) => Value::Bool(b),
        Plain::Int(i) => Value::Number(number(&i.to_string(), node)?),
        Plain::Float(f) => {
            let digits = format_json(f).ok_or_else(|| {
                YamlError::unplaced(node.at, format!("json: unsupported value: {}", format_g(f)))
            })?;
            Value::Number(number(&digits, node)?)
        }
        Plain::Timestamp | Plain::Text if is_binary(node) => Value::String(decode_binary(node, text)?),
        Plain::Timestamp | Plain::Text => Value::String(text.to_owned()),
    })
}

fn is_binary(node: &Node) -> bool {
    node.tag.as_deref() == Some("tag:yaml.org,2002:binary")
}

/// `!!binary` holds base 64; the bytes travel as text.
fn decode_binary(node: &Node, text: &str) -> Result<String, YamlError> {
    use base64::Engine as _;
    let clean: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(clean);
    let bytes =
        bytes.map_err(|_| YamlError::unplaced(node.at, "!!binary value contains invalid base64 data"))?;
    Ok(ordain_gostd::bytes::to_text(&bytes))
}

fn number(digits: &str, node: &Node) -> Result<Number, YamlError> {
    digits.parse().map_err(|_| YamlError::unplaced(node.at, format!("{digits} is not a JSON number")))
}

#[cfg(test)]
#[path = "json11_tests.rs"]
mod tests;
