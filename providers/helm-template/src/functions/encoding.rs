//! Base 64 and 32, JSON, YAML, TOML.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_gostd::bytes::{replaced, to_bytes, to_text};
use ordain_gostd::format_g;
use ordain_yaml::Limits as YamlLimits;
use serde_json::{Map as JsonMap, Value as Json};

use super::args::Args;
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
    let json = without_bytes(value_to_json(args.value(0))?);
    // The plain form is made by reading JSON as YAML, which does not have all characters.
    if !indented && !all_texts(&json, &|text| !text.chars().any(unreadable)) {
        return Err("control characters are not allowed".into());
    }
    let text = if indented {
        ordain_yaml::to_yaml_indented(&go_floats(json, args.value(0)))
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

/// The indented form is written without a detour through JSON, so floats keep Go's general form (`1e+06`).
fn go_floats(json: Json, value: &Value) -> Json {
    match (json, value) {
        (Json::Number(_), Value::Float(f)) => format_g(*f).parse().map_or(Json::Null, Json::Number),
        (Json::Array(items), Value::List(list)) => {
            Json::Array(items.into_iter().zip(list.items.iter()).map(|(j, v)| go_floats(j, v)).collect())
        }
        (Json::Object(map), Value::Map(values)) => {
            let redo = |(k, j): (String, Json)| {
                let value = values.get(&k).unwrap_or(Value::Nil);
                (k, go_floats(j, &value))
            };
            Json::Object(map.into_iter().map(redo).collect::<JsonMap<_, _>>())
        }
        (json, _) => json,
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

/// `base64.StdEncoding.DecodeString`; line breaks are skipped, the error names the first bad byte.
fn base64_decode(text: &str) -> Result<String, String> {
    base64_bytes(text).map(|bytes| to_text(&bytes))
}

/// As [`base64_decode`], before the bytes become text.
///
/// # Errors
/// Go's words.
pub(super) fn base64_bytes(text: &str) -> Result<Vec<u8>, String> {
    let clean: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(&clean).map_err(|_| {
        let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
        let at =
            text.char_indices().find(|(_, c)| !alphabet(*c) && !matches!(c, '\r' | '\n')).map(|(i, _)| i);
        let at = at.unwrap_or(clean.len() / 4 * 4);
        format!("illegal base64 data at input byte {at}")
    })
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32_encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let mut block = [0_u8; 8];
        for (slot, byte) in block.iter_mut().skip(3).zip(chunk) {
            *slot = *byte;
        }
        let number = u64::from_be_bytes(block);
        let used = (chunk.len() * 8).div_ceil(5);
        for i in 0..8_usize {
            let index = usize::try_from(number >> (35 - 5 * i) & 31).unwrap_or(0);
            let c = BASE32.get(index).map_or('A', |b| char::from(*b));
            out.push(if i < used { c } else { '=' });
        }
    }
    out
}

fn base32_decode(text: &str) -> Result<String, String> {
    let clean: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let data_len = clean.iter().rposition(|b| *b != b'=').map_or(0, |i| i + 1);
    let illegal = |at: usize| format!("illegal base32 data at input byte {at}");
    let known = |byte: &u8| BASE32.contains(byte);
    if let Some(at) = clean.iter().take(data_len).position(|byte| !known(byte)) {
        return Err(illegal(at));
    }
    if !clean.len().is_multiple_of(8) {
        return Err(illegal(clean.len()));
    }
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for (i, byte) in clean.iter().take(data_len).enumerate() {
        let value = BASE32.iter().position(|b| b == byte).ok_or_else(|| illegal(i))?;
        buffer = buffer << 5 | u32::try_from(value).unwrap_or(0);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.extend(u8::try_from(buffer >> bits & 0xff));
        }
    }
    Ok(to_text(&bytes))
}
