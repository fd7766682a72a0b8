//! Values to JSON: sets become arrays in order, keys that are no text become their JSON text.

use super::Value;
use ordain_gostd::bytes;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

impl Value {
    /// A parsed JSON document as a value; numbers keep their digits.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(bool) => Self::Bool(*bool),
            serde_json::Value::Number(number) => {
                crate::Number::parse(number.as_str()).map_or(Self::Null, Self::Number)
            }
            serde_json::Value::String(text) => Self::string(text.as_str()),
            serde_json::Value::Array(items) => Self::array(items.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(pairs) => Self::object(
                pairs.iter().map(|(k, v)| (Self::string(k.as_str()), Self::from_json(v))).collect(),
            ),
        }
    }

    /// The value as a JSON document, as `opa eval` prints it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(bool) => serde_json::Value::Bool(*bool),
            // As it is written: `1e309` stays.
            Self::Number(number) => {
                serde_json::Value::Number(serde_json::Number::from_string_unchecked(number.text()))
            }
            Self::String(text) => serde_json::Value::String(printable(text).into_owned()),
            Self::Array(items) => serde_json::Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Set(members) => serde_json::Value::Array(members.iter().map(Self::to_json).collect()),
            Self::Object(pairs) => {
                serde_json::Value::Object(pairs.iter().map(|(k, v)| (k.json_key(), v.to_json())).collect())
            }
            Self::Unknown(unknown) => serde_json::Value::String(unknown.text().to_owned()),
            Self::Secret(secret) => serde_json::Value::String(secret.text().to_owned()),
        }
    }

    /// The text `encoding/json` of Go writes: no blanks, keys sorted as text, `<`, `>`, `&` and line separators escaped.
    #[must_use]
    pub fn to_json_text(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    /// The text that this value has as a key of a JSON object: a string is itself, all else its JSON text.
    #[must_use]
    pub fn json_key(&self) -> String {
        match self {
            Self::String(text) => printable(text).into_owned(),
            Self::Unknown(unknown) => unknown.text().to_owned(),
            Self::Secret(secret) => secret.text().to_owned(),
            other => other.to_json_text(),
        }
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
            Self::Number(number) => {
                let _ = write!(out, "{number}");
            }
            Self::String(text) => write_json_string(out, text),
            Self::Unknown(unknown) => write_json_string(out, unknown.text()),
            Self::Secret(secret) => write_json_string(out, secret.text()),
            Self::Array(items) => write_items(out, items),
            Self::Set(members) => write_items(out, members.members()),
            Self::Object(object) => {
                let sorted: BTreeMap<String, &Value> =
                    object.iter().map(|(k, v)| (k.json_key(), v)).collect();
                out.push('{');
                for (i, (key, value)) in sorted.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_json_string(out, key);
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_items(out: &mut String, items: &[Value]) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        item.write_json(out);
    }
    out.push(']');
}

/// Escaped bytes that are no UTF-8 print as U+FFFD.
fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| (0x0010_fe00..0x0010_ff00).contains(&u32::from(c))) {
        // Each byte for itself, as Go decodes.
        let bytes = bytes::to_bytes(text);
        let mut out = String::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(valid) => (valid, 0),
                Err(error) => {
                    let (valid, _) = rest.split_at(error.valid_up_to());
                    (std::str::from_utf8(valid).unwrap_or_default(), 1)
                }
            };
            out.push_str(valid);
            out.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, bad));
            rest = rest.get(valid.len() + bad..).unwrap_or_default();
        }
        out.into()
    } else {
        text.into()
    }
}

pub(crate) fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in printable(text).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
