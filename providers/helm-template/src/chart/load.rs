//! A list of files to a chart (`loader.LoadFiles`).

use std::collections::BTreeMap;

use ordain_yaml::Limits;
use serde_json::Value as Json;

use super::{Chart, File, archive};
use crate::data::{Data, Table};
use crate::go_json;

/// Charts inside charts inside charts …
const MAX_DEPTH: usize = 32;

impl Chart {
    /// Reads a chart from its files, paths relative to it.
    ///
    /// # Errors
    /// Helm's words: what is missing, cannot be read or is not valid.
    pub fn from_files(files: Vec<File>) -> Result<Self, String> {
        load(files, 0)
    }
}

/// The YAML of a text as JSON, with Helm's words around a failure.
pub(crate) fn yaml(data: &[u8]) -> Result<Json, String> {
    let text = std::str::from_utf8(data)
        .map_err(|_| "error converting YAML to JSON: yaml: invalid leading UTF-8 octet".to_owned())?;
    ordain_yaml::from_str(text, &Limits::default()).map_err(|e| format!("error converting YAML to JSON: {e}"))
}

/// Reads any YAML.
///
/// # Errors
/// Broken YAML, with Helm's words.
pub fn any(data: &[u8]) -> Result<Data, String> {
    yaml(data).map(Data::from_json)
}

/// Reads a file of values; an empty document is an empty table.
///
/// # Errors
/// Broken YAML, or no table, with Helm's words.
pub fn values(data: &[u8]) -> Result<Table, String> {
    match yaml(data)? {
        Json::Null => Ok(Table::new()),
        Json::Object(map) => Ok(map.into_iter().map(|(k, v)| (k, Data::from_json(v))).collect()),
        other => {
            let kind = go_json::kind(&other);
            Err(format!(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
            ))
        }
    }
}

fn load(files: Vec<File>, depth: usize) -> Result<Chart, String> {
    if depth > MAX_DEPTH {
        return Err(format!("charts are nested more than {MAX_DEPTH} deep"));
    }
    let mut chart = Chart::default();
    let Some(main) = files.iter().find(|f| f.name == "Chart.yaml") else {
        return Err("Chart.yaml file is missing".into());
    };
    let read = yaml(&main.data).and_then(|json| chart.metadata.read(&json));
    read.map_err(|e| format!("cannot load Chart.yaml: {e}"))?;
    if chart.metadata.api_version.is_empty() {
        chart.metadata.api_version = "v1".into();
    }
    let mut below: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for file in files {
        place(&mut chart, file, &mut below)?;
    }
    chart.metadata.validate()?;
    for (name, files) in below {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let loaded = sub_chart(&chart, &name, files, depth)
            .map_err(|e| format!("error unpacking subchart {name} in {}: {e}", chart.name()))?;
        chart.dependencies.push(loaded);
    }
    Ok(chart)
}

/// Puts a file where it belongs.
fn place(chart: &mut Chart, file: File, below: &mut BTreeMap<String, Vec<File>>) -> Result<(), String> {
    let v1 = chart.metadata.api_version == "v1";
    match file.name.as_str() {
        "Chart.yaml" => {}
        "Chart.lock" => {
            let read = yaml(&file.data).map_err(|e| format!("cannot load Chart.lock: {e}"))?;
            chart.lock = read.is_object().then(|| super::metadata::lock(&read));
        }
        "values.yaml" => {
            chart.values = values(&file.data).map_err(|e| format!("cannot load values.yaml: {e}"))?;
        }
        "values.schema.json" => chart.schema = Some(file.data),
        "requirements.yaml" => {
            let read = yaml(&file.data).and_then(|json| chart.metadata.read(&json));
            read.map_err(|e| format!("cannot load requirements.yaml: {e}"))?;
            if v1 {
                chart.files.push(file);
            }
        }
        "requirements.lock" => {
            let read = yaml(&file.data).map_err(|e| format!("cannot load requirements.lock: {e}"))?;
            chart.lock = read.is_object().then(|| super::metadata::lock(&read));
            if v1 {
                chart.files.push(file);
            }
        }
        name if name.starts_with("templates/") => chart.templates.push(file),
        name => match name.strip_prefix("charts/") {
            Some(inner) if !name.ends_with(".prov") => {
                let owner = inner.split('/').next().unwrap_or(inner).to_owned();
                let name = inner.to_owned();
                below.entry(owner).or_default().push(File { name, data: file.data });
            }
            _ => chart.files.push(file),
        },
    }
    Ok(())
}

fn sub_chart(parent: &Chart, name: &str, files: Vec<File>, depth: usize) -> Result<Chart, String> {
    if name.ends_with(".tgz") {
        let first = files.first().ok_or("empty archive")?;
        if first.name != name {
            let parent = parent.name();
            return Err(format!(
                "error unpacking subchart tar in {parent}: expected {name}, got {}",
                first.name
            ));
        }
        let files = archive::files(&first.data).map_err(|e| e.to_string())?;
        return load(files, depth + 1);
    }
    let inner = files.into_iter().filter_map(|f| {
        let (_, rest) = f.name.split_once('/')?;
        Some(File { name: rest.to_owned(), data: f.data })
    });
    load(inner.collect(), depth + 1)
}
