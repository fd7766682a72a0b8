//! Files to modules and base documents, as OPA loads a directory: a document stands at the path of its directory.

use crate::value::Value;
use std::sync::Arc;

/// A file of policies or data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as messages show it.
    pub path: String,
    /// Directories between the place that was loaded and the file.
    pub below: Vec<String>,
    /// The text.
    pub text: String,
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A module.
    Rego,
    /// A document.
    Json,
    /// A document.
    Yaml,
}

impl FileKind {
    /// The kind of a path; `None` for files that are not loaded.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "rego" => Some(Self::Rego),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// Reads a document.
///
/// # Errors
///
/// Why the text is none.
pub fn document(text: &str, kind: FileKind) -> Result<Value, String> {
    match kind {
        FileKind::Json => Value::parse_json(text).map_err(|error| error.to_string()),
        FileKind::Yaml => {
            let found = ordain_yaml::from_str(text, &ordain_yaml::Limits::default());
            found.map(|json| Value::from_json(&json)).map_err(|error| error.to_string())
        }
        FileKind::Rego => Err("a module is no document".to_owned()),
    }
}

/// Reads a document as Go reads one into floats: numbers lose digits that a float has no room for, and are written
/// the way Go writes floats (`1e+08`).
///
/// # Errors
///
/// Why the text is none, and numbers that are too large for a float.
pub fn float_document(text: &str, kind: FileKind) -> Result<Value, String> {
    floats(&document(text, kind)?)
}

fn floats(value: &Value) -> Result<Value, String> {
    Ok(match value {
        Value::Number(number) => {
            let float = number.to_f64();
            if !float.is_finite() {
                return Err(format!("no float has room for the number {}", number.text()));
            }
            let text = ordain_gostd::format_g(float);
            Value::Number(crate::number::Number::parse(&text).unwrap_or_else(|| number.clone()))
        }
        Value::Array(items) => Value::array(items.iter().map(floats).collect::<Result<_, _>>()?),
        Value::Object(object) => {
            let pair = |(key, value): &(Value, Value)| Ok((key.clone(), floats(value)?));
            Value::object(object.iter().map(pair).collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

/// Puts the documents among `files` together.
///
/// # Errors
///
/// Each file that cannot be read, or gives a second value to a place, as `path: why`.
pub fn base_documents(files: &[SourceFile]) -> Result<Value, Vec<String>> {
    let mut data = Value::object(Vec::new());
    let mut faults = Vec::new();
    for file in files {
        let Some(kind) = FileKind::of(&file.path).filter(|kind| *kind != FileKind::Rego) else { continue };
        match document(&file.text, kind) {
            Err(why) => faults.push(format!("{}: {why}", file.path)),
            Ok(value) => {
                let nested = file
                    .below
                    .iter()
                    .rev()
                    .fold(value, |inner, name| Value::object(vec![(Value::from(name.as_str()), inner)]));
                match joined(&data, &nested) {
                    Some(whole) => data = whole,
                    None => faults.push(format!("{}: merge error", file.path)),
                }
            }
        }
    }
    if faults.is_empty() { Ok(data) } else { Err(faults) }
}

/// Two objects in one; `None` if both have a value that is no object at one place.
fn joined(left: &Value, right: &Value) -> Option<Value> {
    let (Value::Object(a), Value::Object(b)) = (left, right) else { return None };
    let mut pairs: Vec<(Value, Value)> = a.pairs().to_vec();
    for (key, value) in b.iter() {
        let value = match a.get(key) {
            Some(before) => joined(before, value)?,
            None => value.clone(),
        };
        pairs.push((key.clone(), value));
    }
    Some(Value::Object(Arc::new(pairs.into_iter().collect())))
}
