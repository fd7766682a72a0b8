//! Secrets, whose texts travel in base64 and whose write-only data are never read.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use ordain_gostd::base64;
use ordain_sdk::{View, to_json};
use ordain_value::Value;
use serde_json::{Map, Value as Json};

use crate::metadata::operation;

fn entries<'j>(object: &'j Json, name: &str) -> impl Iterator<Item = (&'j String, &'j str)> {
    let members = object.get(name).and_then(Json::as_object).into_iter().flatten();
    members.map(|(key, text)| (key, text.as_str().unwrap_or_default()))
}

fn revision(object: &Json, name: &str) -> i64 {
    object.get(format!("{name}_wo_revision")).and_then(Json::as_i64).unwrap_or(0)
}

/// All data of a new secret, in base64. `stored` is the configuration as a state has it, `config` the whole of it.
///
/// # Errors
/// Binary data that are no base64; write-only ones are left out, as in the original.
pub(crate) fn data(stored: &Json, config: &Json) -> Result<Json, String> {
    let mut out = Map::new();
    match revision(stored, "binary_data") >= 1 {
        true => out.extend(binary_write_only(config)),
        false => {
            for (key, text) in entries(stored, "binary_data") {
                let bytes = base64::decode(text.as_bytes());
                let bytes = bytes.map_err(|at| format!("illegal base64 data at input byte {at}"))?;
                out.insert(key.clone(), Json::String(STANDARD.encode(bytes)));
            }
        }
    }
    match revision(stored, "data") >= 1 {
        true => out.extend(coded(config, "data_wo")),
        false => out.extend(coded(stored, "data")),
    }
    Ok(Json::Object(out))
}

fn coded(object: &Json, name: &str) -> Map<String, Json> {
    entries(object, name).map(|(key, text)| (key.clone(), Json::String(STANDARD.encode(text)))).collect()
}

fn binary_write_only(config: &Json) -> Map<String, Json> {
    let good = entries(config, "binary_data_wo").filter_map(|(key, text)| {
        let bytes = base64::decode(text.as_bytes()).ok()?;
        Some((key.clone(), Json::String(STANDARD.encode(bytes))))
    });
    good.collect()
}

/// Operations for changed data. What is write-only is given again whatever the reason of the change is.
pub(crate) fn patch(view: &View, config: &Json) -> Option<Json> {
    let names = ["data", "binary_data", "data_wo_revision", "binary_data_wo_revision"];
    if !view.any_changed(&names) {
        return None;
    }
    let write_only =
        |name: &str| revision(&view.planned, name) >= 1 || view.changed(&format!("{name}_wo_revision"));
    let mut out = match write_only("data") {
        true => coded(config, "data_wo"),
        false => coded(&view.planned, "data"),
    };
    // The API checks what a change sends.
    match write_only("binary_data") {
        true => out.extend(binary_write_only(config)),
        false => {
            out.extend(entries(&view.planned, "binary_data").map(|(key, text)| (key.clone(), text.into())))
        }
    }
    Some(operation("add", "/data", Json::Object(out)))
}

/// What is asked for, where `data` beside write-only data count for nothing: they stay what they were. A revision that is
/// no longer asked for still counts for this once.
pub(crate) fn without_data(prior: &Value, proposed: &Value) -> Option<Value> {
    let number = |object: &Value, name: &str| {
        let value = object.get(name).filter(|value| value.is_known() && !value.is_null())?;
        to_json(value).as_i64()
    };
    let asked = ["data_wo_revision", "binary_data_wo_revision"];
    let asked = asked.iter().any(|name| number(proposed, name).or_else(|| number(prior, name)) > Some(0));
    let mut members = proposed.as_members().filter(|_| asked)?.clone();
    let data = members.get_mut("data")?;
    *data = prior.get("data").cloned().unwrap_or_else(|| Value::null(data.ty()));
    Some(Value::object(members))
}

/// What a state shows of a secret's data: texts, but for the keys that are known as binary. Nothing where
/// write-only data are in use.
pub(crate) fn shown(object: &Json, known: &Json, out: &mut Map<String, Json>) {
    out.remove("data");
    out.remove("binary_data");
    if revision(known, "data") > 0 || revision(known, "binary_data") > 0 {
        return;
    }
    let text = |key: &str| object.pointer("/data")?.get(key)?.as_str();
    let binary: Map<String, Json> = entries(known, "binary_data")
        .map(|(key, _)| (key.clone(), text(key).unwrap_or_default().into()))
        .collect();
    let decode =
        |text: &str| String::from_utf8_lossy(&STANDARD.decode(text).unwrap_or_default()).into_owned();
    let texts = entries(object, "data").filter(|(key, _)| !binary.contains_key(*key));
    let texts = texts.map(|(key, text)| (key.clone(), Json::String(decode(text)))).collect();
    if !binary.is_empty() {
        out.insert("binary_data".to_owned(), Json::Object(binary));
    }
    out.insert("data".to_owned(), Json::Object(texts));
}
