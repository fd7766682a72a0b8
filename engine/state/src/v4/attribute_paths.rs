//! Paths to sensitive attributes, as the document writes them.

use ordain_value::{Kind, Path, Step, Value};
use serde_json::json;

use super::document::PathStep;

/// The document's form of a path; `None` for paths that the format cannot hold (into sets).
pub(super) fn to_document(path: &Path) -> Option<Vec<PathStep>> {
    path.0.iter().map(step_to_document).collect()
}

fn step_to_document(step: &Step) -> Option<PathStep> {
    match step {
        Step::Attr(name) => {
            Some(PathStep { kind: "get_attr".to_owned(), value: serde_json::Value::from(&**name) })
        }
        Step::Index(key) => {
            let value = match key.kind() {
                Kind::String(text) => json!({ "value": &**text, "type": "string" }),
                Kind::Number(number) => {
                    let number: serde_json::Number = number.to_string().parse().ok()?;
                    json!({ "value": number, "type": "number" })
                }
                _ => return None,
            };
            Some(PathStep { kind: "index".to_owned(), value })
        }
    }
}

/// Reads the document's form; `None` when a step is of an unknown kind.
pub(super) fn from_document(steps: &[PathStep]) -> Option<Path> {
    steps.iter().map(step_from_document).collect::<Option<Vec<Step>>>().map(Path)
}

fn step_from_document(step: &PathStep) -> Option<Step> {
    match step.kind.as_str() {
        "get_attr" => Some(Step::Attr(step.value.as_str()?.into())),
        "index" => {
            let key = step.value.get("value").unwrap_or(&step.value);
            match key {
                serde_json::Value::String(text) => Some(Step::Index(Value::string(text))),
                serde_json::Value::Number(number) => {
                    Some(Step::Index(Value::number(number.to_string().parse::<ordain_value::Number>().ok()?)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
