//! TOML as github.com/BurntSushi/toml 1.5 writes it: plain keys first, then tables, two blanks of indent a level.

use ordain_gostd::format_f;

use crate::data::value_from_json;
use crate::go_json;
use crate::value::{List, MAX_DEPTH, Value};

/// Text of a map.
///
/// # Errors
/// Values TOML cannot hold.
pub(super) fn encode(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new() };
    writer.encode(&[], value)?;
    Ok(writer.out)
}

/// Reads a document; whole numbers and floats become floats, dates text.
///
/// # Errors
/// The reader's words.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| refusal(text, &e))?;
    Ok(convert(&toml::Value::Table(table)))
}

/// What is wrong, in the words of Helm's reader where it is a key without its value.
fn refusal(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let rest = text.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or_default();
    let blank = |c: char| c == ' ' || c == '\t';
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let after = rest.trim_start_matches(blank).trim_start_matches(bare).trim_start_matches(blank);
    match after.chars().next() {
        None => format!("toml: line {line}: unexpected EOF; expected key separator '='"),
        Some(c) if !"=.\"'[#".contains(c) => {
            let shown = ordain_gostd::quote_char(c, false);
            format!("toml: line {line}: expected '.' or '=', but got {shown} instead")
        }
        Some(_) => format!("toml: {}", error.message()),
    }
}

fn convert(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(i) => Value::int64(*i),
        toml::Value::Float(f) => Value::Float(*f),
        toml::Value::Boolean(b) => Value::Bool(*b),
        toml::Value::Datetime(date) => value_from_json(serde_json::Value::String(date.to_string())),
        toml::Value::Array(items) => Value::list(items.iter().map(convert).collect()),
        toml::Value::Table(table) => Value::map(table.iter().map(|(k, v)| (k.clone(), convert(v))).collect()),
    }
}

struct Writer {
    out: String,
}

type Written = Result<(), String>;

impl Writer {
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, key: &[String]) {
        self.out.push_str(&"  ".repeat(key.len().saturating_sub(1)));
    }

    fn encode(&mut self, key: &[String], value: &Value) -> Written {
        if key.len() > MAX_DEPTH {
            return Err("toml: value is nested too deeply".into());
        }
        match value {
            Value::Nil => Ok(()),
            Value::Map(map) => {
                if key.len() == 1 {
                    self.newline();
                }
                if !key.is_empty() {
                    self.indent(key);
                    self.out.push_str(&format!("[{}]\n", dotted(key)));
                }
                self.map(key, map)
            }
            Value::List(list) if is_table_array(list)? => self.array_of_tables(key, list),
            Value::List(list) if list.is_nil => Ok(()),
            other => self.pair(key, other),
        }
    }

    fn pair(&mut self, key: &[String], value: &Value) -> Written {
        let Some(last) = key.last() else { return self.element(value, 0) };
        self.indent(key);
        self.out.push_str(&format!("{} = ", bare_or_quoted(last)));
        self.element(value, 0)?;
        self.newline();
        Ok(())
    }

    fn map(&mut self, key: &[String], map: &crate::value::Map) -> Written {
        let entries = map.snapshot();
        for tables in [false, true] {
            for (name, value) in &entries {
                if is_table(value)? == tables && !matches!(value, Value::Nil) {
                    let mut inner = key.to_vec();
                    inner.push(name.clone());
                    self.encode(&inner, value)?;
                }
            }
        }
        Ok(())
    }

    fn array_of_tables(&mut self, key: &[String], list: &List) -> Written {
        if key.is_empty() {
            return Err("toml: top-level array of tables is not supported".into());
        }
        for item in list.items.iter() {
            let Value::Map(map) = item else { continue };
            self.newline();
            self.indent(key);
            self.out.push_str(&format!("[[{}]]", dotted(key)));
            self.newline();
            self.map(key, map)?;
        }
        Ok(())
    }

    fn element(&mut self, value: &Value, depth: usize) -> Written {
        if depth > MAX_DEPTH {
            return Err("toml: value is nested too deeply".into());
        }
        match value {
            Value::Text(text) => self.out.push_str(&quoted(text)),
            Value::Bool(b) => self.out.push_str(&b.to_string()),
            Value::Int(i, _) => self.out.push_str(&i.to_string()),
            Value::Float(f) => self.out.push_str(&float(*f)),
            Value::List(list) => {
                self.out.push('[');
                for (i, item) in list.items.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    self.element(item, depth + 1)?;
                }
                self.out.push(']');
            }
            Value::Map(map) => {
                self.out.push('{');
                let entries: Vec<_> =
                    map.snapshot().into_iter().filter(|(_, v)| !matches!(v, Value::Nil)).collect();
                for (i, (name, item)) in entries.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    self.out.push_str(&format!("{} = ", bare_or_quoted(name)));
                    self.element(item, depth + 1)?;
                }
                self.out.push('}');
            }
            Value::Nil => return Err("toml: cannot encode array with nil element".into()),
            Value::Object(object) => {
                let text = go_json::marshal(&object.to_json(MAX_DEPTH)?);
                self.out.push_str(&text);
            }
        }
        Ok(())
    }
}

fn float(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f < 0.0 { "-inf" } else { "inf" }.into();
    }
    let text = format_f(f, None);
    if text.contains('.') { text } else { format!("{text}.0") }
}

fn is_table(value: &Value) -> Result<bool, String> {
    match value {
        Value::Map(_) => Ok(true),
        Value::List(list) => is_table_array(list),
        _ => Ok(false),
    }
}

fn is_table_array(list: &List) -> Result<bool, String> {
    if list.items.iter().any(|v| matches!(v, Value::Nil)) {
        return Err("toml: cannot encode array with nil element".into());
    }
    Ok(!list.items.is_empty() && list.items.iter().all(|v| matches!(v, Value::Map(_))))
}

fn dotted(key: &[String]) -> String {
    key.iter().map(|k| bare_or_quoted(k)).collect::<Vec<_>>().join(".")
}

fn bare_or_quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..' ' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
