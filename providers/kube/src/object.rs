//! Objects as JSON, and where they live.

use serde_json::Value;

use crate::Kind;

/// Names one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: Kind,
    /// Namespace; empty for kinds without.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ObjectRef {
    /// Path of the object in the API.
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.collection(&self.namespace), segment(&self.name))
    }
}

/// Escapes one path segment.
pub(crate) fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// A part of an object by JSON pointer; null when it is not there.
pub fn field<'v>(object: &'v Value, pointer: &str) -> &'v Value {
    object.pointer(pointer).unwrap_or(&Value::Null)
}

/// `metadata.name`
pub fn name_of(object: &Value) -> &str {
    field(object, "/metadata/name").as_str().unwrap_or("")
}

/// `metadata.namespace`
pub fn namespace_of(object: &Value) -> &str {
    field(object, "/metadata/namespace").as_str().unwrap_or("")
}
