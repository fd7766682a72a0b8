//! JSON, YAML, TOML; the rows of base 64 and 32.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_gostd::bytes::{replaced, to_bytes};
use ordain_gostd::format_g;
use ordain_yaml::Limits as YamlLimits;
use serde_json::{Map as JsonMap, Value as Json};

use super::args::Args;
use super::bases::{base32_decode, base32_encode, base64_decode};
use super::{fixed, toml};
use crate::data::{InOrder, value_from_json, value_to_json};
use crate::go_json;
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{Entries, Value};

const T: &[Param] = &[Param::Text];
const ANY: &[Param] = &[Param::Any];

pub(super) const TABLE: &[Function] = &[
    fixed("b64enc", T, |_, a| Ok(Value::from(STANDARD.encode(to_bytes(a.text(0)))))),
    fixed("b64dec", T, |_, a| Ok(Value::from(base64_decode(a.text(0)).unwrap_or_else(|e| e)))),
    fixed("b32enc", T, |_, a| Ok(Value::from(base32_encode(&to_bytes(a.text(0)))))),
    fixed("b32dec", T, |_, a| Ok(Value::from(base32_decode(a.text(0)).unwrap_or_else(|e| e)))),
    fixed("toJson", ANY, |engine, a| json_text(engine, a, |v| go_json::marshal(v)).or_else(|_| empty())),
    fixed("mustToJson", ANY, |engine, a| json_text(engine, a, |v| go_json::marshal(v))),
    fixed("toPrettyJson", ANY, |engine, a| {
        json_text(engine, a, |v| go_json::marshal_pretty(v)).or_else(|_| empty())
    }),
    fixed("mustToPrettyJson", ANY, |engine, a| json_text(engine, a, |v| go_json::marshal_pretty(v))),
    fixed("toRawJson", ANY, |engine, a| json_text(engine, a, |v| go_json::marshal_raw(v))),
    fixed("mustToRawJson", ANY, |engine, a| json_text(engine, a, |v| go_json::marshal_raw(v))),
    fixed("fromJson", T, |_, a| Ok(json_table(a.text(0)))),
    fixed("fromJsonArray", T, |_, a| Ok(list_or_error(json_array(a.text(0))))),
    fixed("mustFromJson", T, |_, a| go_json::parse(a.text(0)).map(value_from_json)),
    fixed("toYaml", ANY, |engine, a| yaml_text(engine, a, false).or_else(|_| empty())),
    fixed("toYamlPretty", ANY, |engine, a| yaml_text(engine, a, true).or_else(|_| empty())),
    fixed("fromYaml", T, |_, a| Ok(table_or_error(yaml_object(a.text(0))))),
    fixed("fromYamlArray", T, |_, a| Ok(list_or_error(yaml_array(a.text(0))))),
    fixed("toToml", ANY, |engine, a| {
        if matches!(a.value(0), Value::Nil) {
            return Err(NO_TYPE.to_owned());
        }
        let text = toml::encode(a.value(0)).unwrap_or_else(|e| e);
        engine.limits.produce(text.len())?;
        Ok(Value::from(text))
    }),
    fixed("fromToml", T, |_, a| Ok(table_or_error(toml::decode(a.text(0))))),
];

/// Go's words for asking nil what it is.
pub(super) const NO_TYPE: &str = "reflect: call of reflect.Value.Type on zero Value";

fn empty() -> Returns {
    Ok(Value::from(""))
}

fn json_text(engine: &mut Engine<'_>, args: &[Slot], write: impl Fn(&InOrder<'_>) -> String) -> Returns {
    value_to_json(args.value(0))?;
    let text = write(&InOrder(args.value(0)));
    engine.limits.produce(text.len())?;
    Ok(Value::from(text))
}

fn yaml_text(engine: &mut Engine<'_>, args: &[Slot], indented: bool) -> Returns {
    let mut json = without_bytes(value_to_json(args.value(0))?);
    // The plain form is made by reading JSON as YAML, which does not have all characters.
    if !indented && !all_texts(&json, &|text| !text.chars().any(unreadable)) {
        return Err("control characters are not allowed".into());
    }
    // There "next line", which JSON shows as it is, breaks the line: a text is folded, a key cannot be.
    if !indented && !all_texts(&json, &|text| !text.contains('\u{85}')) {
        if !all_keys(&json, &|key| !key.contains('\u{85}')) {
            return Err("mapping values are not allowed in this context".into());
        }
        json = ordain_yaml::from_str(&go_json::marshal(&json), &YamlLimits::default())
            .map_err(|e| e.to_string())?;
    }
    let text = if indented {
        ordain_yaml::to_yaml_indented(&go_values(json, args.value(0)))
    } else {
        ordain_yaml::to_yaml(&json)
    };
    engine.limits.produce(text.len())?;
    Ok(Value::from(text.strip_suffix('\n').unwrap_or(&text)))
}

/// A character that JSON shows as it is and YAML refuses.
fn unreadable(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

fn all_texts(json: &Json, fits: &dyn Fn(&str) -> bool) -> bool {
    match json {
        Json::String(text) => fits(text),
        Json::Array(items) => items.iter().all(|item| all_texts(item, fits)),
        Json::Object(map) => map.iter().all(|(key, item)| fits(key) && all_texts(item, fits)),
        _ => true,
    }
}

fn all_keys(json: &Json, fits: &dyn Fn(&str) -> bool) -> bool {
    match json {
        Json::Array(items) => items.iter().all(|item| all_keys(item, fits)),
        Json::Object(map) => map.iter().all(|(key, item)| fits(key) && all_keys(item, fits)),
        _ => true,
    }
}

/// A document whose texts hold no single bytes: in JSON, which YAML is made from, they are replaced.
fn without_bytes(json: Json) -> Json {
    match json {
        Json::String(text) => Json::String(replaced(text)),
        Json::Array(items) => Json::Array(items.into_iter().map(without_bytes).collect()),
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(k, v)| (replaced(k), without_bytes(v))).collect())
        }
        other => other,
    }
}

/// The indented form is written without a detour through JSON: floats keep Go's general form (`1e+06`), bytes are
/// lists of numbers.
fn go_values(json: Json, value: &Value) -> Json {
    match (json, value) {
        (Json::Number(_), Value::Float(f)) => format_g(*f).parse().map_or(Json::Null, Json::Number),
        (Json::String(_), Value::List(list)) => list.items.iter().map(number_of).collect(),
        (Json::Object(map), Value::Object(object)) if let Some(files) = object.range() => {
            let redo = |((k, j), (_, bytes)): ((String, Json), (Value, Value))| (k, go_values(j, &bytes));
            Json::Object(map.into_iter().zip(files).map(redo).collect::<JsonMap<_, _>>())
        }
        (Json::Array(items), Value::List(list)) => {
            Json::Array(items.into_iter().zip(list.items.iter()).map(|(j, v)| go_values(j, v)).collect())
        }
        (Json::Object(map), Value::Map(values)) => {
            let redo = |(k, j): (String, Json)| {
                let value = values.get(&k).unwrap_or(Value::Nil);
                (k, go_values(j, &value))
            };
            Json::Object(map.into_iter().map(redo).collect::<JsonMap<_, _>>())
        }
        (json, _) => json,
    }
}

fn number_of(byte: &Value) -> Json {
    match byte {
        Value::Int(i, _) => Json::from(*i),
        _ => Json::Null,
    }
}

fn table_or_error(table: Result<Value, String>) -> Value {
    table.unwrap_or_else(|e| Value::map(Entries::from([("Error".to_owned(), Value::from(e))])))
}

fn list_or_error(list: Result<Value, String>) -> Value {
    list.unwrap_or_else(|e| Value::list(vec![Value::from(e)]))
}

fn wrong(json: &Json, wanted: &str) -> String {
    format!("json: cannot unmarshal {} into Go value of type {wanted}", go_json::kind(json))
}

fn as_object(json: Json) -> Result<Value, String> {
    match json {
        Json::Object(_) => Ok(value_from_json(json)),
        Json::Null => Ok(Value::map(Entries::new())),
        other => Err(wrong(&other, "map[string]interface {}")),
    }
}

fn as_array(json: Json) -> Result<Value, String> {
    match json {
        Json::Array(_) => Ok(value_from_json(json)),
        Json::Null => Ok(Value::list(Vec::new())),
        other => Err(wrong(&other, "[]interface {}")),
    }
}

/// A table; with what went wrong beside what could be read.
fn json_table(text: &str) -> Value {
    let (json, overflow) = match go_json::parse_partly(text) {
        Ok(read) => read,
        Err(message) => return table_or_error(Err(message)),
    };
    let table = table_or_error(as_object(json));
    if let (Value::Map(map), Some(message)) = (&table, overflow) {
        map.insert("Error", Value::from(message));
    }
    table
}

fn json_array(text: &str) -> Result<Value, String> {
    go_json::parse(text).and_then(as_array)
}

fn yaml(text: &str) -> Result<Json, String> {
    ordain_yaml::from_str(text, &YamlLimits::default())
        .map_err(|e| format!("error converting YAML to JSON: {e}"))
}

fn decoding(message: String) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {message}")
}

fn yaml_object(text: &str) -> Result<Value, String> {
    as_object(yaml(text)?).map_err(decoding)
}

fn yaml_array(text: &str) -> Result<Value, String> {
    as_array(yaml(text)?).map_err(decoding)
}
