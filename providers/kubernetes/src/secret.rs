//! Secrets, whose texts travel in base64 and whose write-only data are never read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_sdk::View;
use serde_json::{Map, Value as Json};

use crate::metadata::operation;

fn entries<'j>(object: &'j Json, name: &str) -> impl Iterator<Item = (&'j String, &'j str)> {
    let members = object.get(name).and_then(Json::as_object).into_iter().flatten();
    members.map(|(key, text)| (key, text.as_str().unwrap_or_default()))
}

fn revision(object: &Json, name: &str) -> i64 {
    object.get(format!("{name}_wo_revision")).and_then(Json::as_i64).unwrap_or(0)
}

/// All data to store, in base64. `stored` is the configuration as a state has it, `config` the whole of it.
pub(crate) fn data(stored: &Json, config: &Json) -> Json {
    let mut out = Map::new();
    for name in ["binary_data", "data"] {
        let write_only = revision(stored, name) >= 1;
        let (holder, name) =
            if write_only { (config, format!("{name}_wo")) } else { (stored, name.to_owned()) };
        for (key, text) in entries(holder, &name) {
            let coded =
                if name.starts_with("binary") { text.to_owned() } else { STANDARD.encode(text.as_bytes()) };
            out.insert(key.clone(), Json::String(coded));
        }
    }
    Json::Object(out)
}

/// Operations for changed data.
pub(crate) fn patch(view: &View, config: &Json) -> Option<Json> {
    let names = ["data", "binary_data", "data_wo_revision", "binary_data_wo_revision"];
    view.any_changed(&names).then(|| operation("add", "/data", data(&view.planned, config)))
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
