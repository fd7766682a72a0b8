//! TOML as github.com/BurntSushi/toml 1.5 writes it: plain keys first, then tables, two blanks of indent a level.

use ordain_gostd::format_f;
use ordain_gostd::time::{self, Moment};

use super::toml_refusal;
use crate::go_json;
use crate::objects::Object;
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

/// Reads a document.
///
/// # Errors
/// The reader's words.
pub(super) fn decode(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| toml_refusal::refusal(text, &e))?;
    Ok(convert(&toml::Value::Table(table)))
}

/// A date, a time or both. Without an offset the reader makes one of UTC and marks it by the name of its zone.
fn moment(date: &toml::value::Datetime) -> Value {
    use toml::value::Offset;
    let (year, month, day) =
        date.date.map_or((0, 1, 1), |d| (i64::from(d.year), u32::from(d.month), u32::from(d.day)));
    let clock =
        date.time.map_or(0, |t| i64::from(t.hour) * 3600 + i64::from(t.minute) * 60 + i64::from(t.second));
    let (offset, zone) = match (date.date.is_some(), date.time.is_some(), date.offset) {
        (_, _, Some(Offset::Z)) => (0, "UTC"),
        (_, _, Some(Offset::Custom { minutes: 0 })) => (0, "UTC"),
        (_, _, Some(Offset::Custom { minutes })) => (i32::from(minutes) * 60, ""),
        (true, true, None) => (0, "datetime-local"),
        (true, false, None) => (0, "date-local"),
        _ => (0, "time-local"),
    };
    let seconds = time::days_from_civil(year, month, day) * 86_400 + clock - i64::from(offset);
    let nanos = date.time.map_or(0, |t| t.nanosecond);
    Value::object(Object::Time(Moment { seconds, nanos, offset, zone: zone.to_owned() }))
}

/// A time as the writer shows it, which knows those without an offset by their zones.
fn shown(moment: &Moment) -> String {
    let layout = match moment.zone.as_str() {
        "datetime-local" => "2006-01-02T15:04:05.999999999",
        "date-local" => "2006-01-02",
        "time-local" => "15:04:05.999999999",
        _ => "2006-01-02T15:04:05.999999999Z07:00",
    };
    time::format(moment, layout)
}

fn convert(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(i) => Value::int64(*i),
        toml::Value::Float(f) => Value::Float(*f),
        toml::Value::Boolean(b) => Value::Bool(*b),
        toml::Value::Datetime(date) => moment(date),
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
                self.header(key);
                self.fields(key, map.snapshot())
            }
            Value::Object(object) if let Some(files) = object.range() => {
                self.header(key);
                self.fields(key, files.into_iter().map(|(path, bytes)| (path.show(), bytes)).collect())
            }
            Value::Object(object) if object.is_struct() => {
                self.header(key);
                self.fields(key, object.named_fields())
            }
            Value::List(list) if is_table_array(list)? => self.array_of_tables(key, list),
            Value::List(list) if list.is_nil => Ok(()),
            other => self.pair(key, other),
        }
    }

    fn header(&mut self, key: &[String]) {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.indent(key);
            self.out.push_str(&format!("[{}]\n", dotted(key)));
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

    fn fields(&mut self, key: &[String], entries: Vec<(String, Value)>) -> Written {
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
            return Err("toml: top-level values must be Go maps or structs".into());
        }
        for item in list.items.iter() {
            let fields = match item {
                Value::Map(map) => map.snapshot(),
                Value::Object(object) => object.named_fields(),
                _ => continue,
            };
            self.newline();
            self.indent(key);
            self.out.push_str(&format!("[[{}]]", dotted(key)));
            self.newline();
            self.fields(key, fields)?;
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
            Value::Object(object) if let Object::Time(moment) = &**object => {
                self.out.push_str(&shown(moment))
            }
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
        Value::Object(object) => Ok(object.is_struct() || object.range().is_some()),
        Value::List(list) => is_table_array(list),
        _ => Ok(false),
    }
}

fn is_table_array(list: &List) -> Result<bool, String> {
    if list.items.iter().any(|v| matches!(v, Value::Nil)) {
        return Err("toml: cannot encode array with nil element".into());
    }
    let table = |v: &Value| matches!(v, Value::Map(_)) || matches!(v, Value::Object(o) if o.is_struct());
    Ok(!list.items.is_empty() && list.items.iter().all(table))
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
