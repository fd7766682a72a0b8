//! Objects between their value and the text that the state keeps.

use std::sync::Arc;

use ordain_diag::{Diagnostic, codes};
use ordain_value::json::{from_json, to_json};
use ordain_value::{Marks, Path, Type, Value};
use serde_json::value::{RawValue, to_raw_value};

use crate::Object;

/// A wholly known value as the state keeps it, and the paths of its sensitive parts.
pub fn encode_object(value: &Value, ty: &Type) -> Result<(Arc<RawValue>, Vec<Path>), Diagnostic> {
    let (value, marks) = value.clone().unmark_with_paths();
    let failed = |why: String| {
        let detail = format!("An object cannot be kept in state: {why}.");
        Diagnostic::error(codes::state::STATE_FORMAT, "Object cannot be stored", detail)
    };
    let json = to_json(&value, ty).map_err(|error| failed(error.to_string()))?;
    let raw = to_raw_value(&json).map_err(|error| failed(error.to_string()))?;
    let sensitive =
        marks.into_iter().filter(|(_, marks)| marks.is_sensitive()).map(|(path, _)| path).collect();
    Ok((raw.into(), sensitive))
}

impl Object {
    /// The stored attributes as JSON, for the provider that brings them to the present schema.
    pub fn json(&self) -> Result<serde_json::Value, Diagnostic> {
        serde_json::from_str(self.attributes.get()).map_err(|error| self.broken(&error.to_string()))
    }

    /// The object as a value of the type that it was stored with; sensitive parts are marked.
    pub fn value(&self, ty: &Type) -> Result<Value, Diagnostic> {
        let value = from_json(&self.json()?, ty).map_err(|error| self.broken(&error.to_string()))?;
        Ok(self.mark(value))
    }

    /// Marks what configuration had marked sensitive when the object was stored.
    #[must_use]
    pub fn mark(&self, value: Value) -> Value {
        value.with_marks_at(self.sensitive_paths.iter().map(|path| (path, Marks::SENSITIVE)))
    }

    fn broken(&self, why: &str) -> Diagnostic {
        let detail = format!("Attributes of an object in state cannot be read: {why}.");
        Diagnostic::error(codes::state::STATE_FORMAT, "Invalid object in state", detail)
    }
}
