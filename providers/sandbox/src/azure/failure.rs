//! Error replies of Resource Manager and of the container service.

use serde_json::{Value, json};

/// An error reply. The container service puts its fields at the top level, Resource Manager under `error`.
#[derive(Debug)]
pub(crate) struct Failure {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Failure {
    /// Resource Manager's form.
    pub fn arm(status: u16, code: &str, message: impl Into<String>) -> Failure {
        let body = json!({"error": {"code": code, "message": message.into()}});
        Failure { status, headers: Vec::new(), body }
    }

    /// The container service's form.
    pub fn service(status: u16, code: &str, message: impl Into<String>) -> Failure {
        Failure::aimed(status, code, message, "")
    }

    /// The container service's form, naming the property it is about.
    pub fn aimed(status: u16, code: &str, message: impl Into<String>, target: &str) -> Failure {
        let body = json!({"code": code, "message": message.into(), "target": target, "details": null, "subcode": ""});
        Failure { status, headers: Vec::new(), body }
    }

    /// `Changing property '…' is not allowed.`
    pub fn immutable(property: &str) -> Failure {
        let message = format!("Changing property '{property}' is not allowed.");
        Failure::aimed(400, "PropertyChangeNotAllowed", message, property)
    }

    /// A wrong value of a parameter.
    pub fn parameter(target: &str, message: impl Into<String>) -> Failure {
        Failure::aimed(400, "InvalidParameter", message, target)
    }
}
