//! A tree as the JSON that `sigs.k8s.io/yaml` makes of it.
//!
//! Numbers keep the text Go's `encoding/json` would write; merges are applied where they stand; a repeated key
//! takes its last value; keys of any scalar type become text.

use ordain_gostd::{format_g, format_json};
use serde_json::{Map, Number, Value};

use crate::parse::{parse_documents, parse_one};
use crate::resolve11::{Plain, resolve_plain};
use crate::tree::{Kind, Limits, Node, Style, YamlError};

const CORE: &str = "tag:yaml.org,2002:";

/// The first document of a text as JSON; an empty text is `null`.
///
/// # Errors
/// Broken YAML, or a tree that has no JSON form (null or composite keys, infinities, wrong explicit tags).
pub fn from_str(text: &str, limits: &Limits) -> Result<Value, YamlError> {
    parse_one(text, limits)?.map_or(Ok(Value::Null), |node| node_to_json(&node))
}

/// Every document of a text as JSON.
///
/// # Errors
/// As [`from_str`].
pub fn documents_to_json(text: &str, limits: &Limits) -> Result<Vec<Value>, YamlError> {
    parse_documents(text, limits)?.iter().map(node_to_json).collect()
}

/// One tree as JSON.
///
/// # Errors
/// As [`from_str`], broken text excepted.
pub fn node_to_json(node: &Node) -> Result<Value, YamlError> {
    match &node.kind {
        Kind::Scalar { text, style } => scalar_to_json(node, text, *style),
        Kind::Sequence(items) => items.iter().map(node_to_json).collect::<Result<_, _>>().map(Value::Array),
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
        out.insert(key_text(key, value)?, node_to_json(value)?);
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
        |node: &Node| YamlError::new(node.at, "map merge requires map or sequence of maps as the value");
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
        return Err(YamlError::new(key.at, "invalid map key: a map or a list cannot be a key"));
    };
    Ok(match resolve_scalar(key, text, *style)? {
        Plain::Null => {
            let message =
                format!("unsupported map key of type: null (the value starts at line {})", value.at.line);
            return Err(YamlError::new(key.at, message));
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
    Err(YamlError::new(node.at, format!("cannot decode !!{kind} `{text}` as a !!{short}")))
}

fn scalar_to_json(node: &Node, text: &str, style: Style) -> Result<Value, YamlError> {
    Ok(match resolve_scalar(node, text, style)? {
        Plain::Null => Value::Null,
        Plain::Bool(b) => Value::Bool(b),
        Plain::Int(i) => Value::Number(number(&i.to_string(), node)?),
        Plain::Float(f) => {
            let digits = format_json(f).ok_or_else(|| {
                YamlError::new(node.at, format!("json: unsupported value: {}", format_g(f)))
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
    let bytes = bytes.map_err(|_| YamlError::new(node.at, "!!binary value contains invalid base64 data"))?;
    Ok(ordain_gostd::bytes::to_text(&bytes))
}

fn number(digits: &str, node: &Node) -> Result<Number, YamlError> {
    digits.parse().map_err(|_| YamlError::new(node.at, format!("{digits} is not a JSON number")))
}

#[cfg(test)]
#[path = "json11_tests.rs"]
mod tests;
