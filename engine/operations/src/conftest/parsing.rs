//! `conftest parse`: what rules will see of configurations.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{ConftestFlags, configuration};
use crate::Workdir;

/// The content of configurations as JSON: of one alone, of more under their paths, or combined.
///
/// # Errors
/// What keeps one from being read.
pub fn parse(workdir: &Workdir, flags: &ConftestFlags) -> Result<String, String> {
    if flags.files.is_empty() {
        return Err("must supply path to at least one file".to_owned());
    }
    let mut found: BTreeMap<&str, Json> = BTreeMap::new();
    for path in &flags.files {
        let read =
            configuration(workdir, flags, path).map_err(|why| format!("parse configurations: {why}"))?;
        found.insert(path, plain(read.content.to_json()));
    }
    if flags.combine {
        let mut rows = Vec::new();
        for (path, content) in found {
            match content {
                Json::Array(parts) => {
                    rows.extend(parts.into_iter().map(|part| json!({ "path": path, "contents": part })));
                }
                whole => rows.push(json!({ "path": path, "contents": whole })),
            }
        }
        return Ok(pretty(&json!(rows), b"\t") + "\n\n");
    }
    let document = match found.len() {
        1 => found.into_values().next().unwrap_or_default(),
        _ => json!(found),
    };
    Ok(pretty(&document, b"  ") + "\n")
}

/// Numbers as JSON is written, not as rules print them.
fn plain(value: Json) -> Json {
    match value {
        Json::Number(number) => {
            let text = number.to_string();
            let float = number.as_f64().filter(|_| text.contains(['.', 'e', 'E']));
            let written = float.and_then(ordain_gostd::format_json);
            written.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Json::Number(number))
        }
        Json::Array(items) => items.into_iter().map(plain).collect(),
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (name, plain(value))).collect())
        }
        other => other,
    }
}

fn pretty(document: &Json, indent: &[u8]) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let mut writer = serde_json::Serializer::with_formatter(&mut out, formatter);
    // A document of JSON always has a text.
    let _ = document.serialize(&mut writer);
    ordain_gostd::escape::json_text(&String::from_utf8_lossy(&out))
}
