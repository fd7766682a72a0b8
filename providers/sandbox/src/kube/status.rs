//! Status replies, worded as the API server words them.

use crate::message::Reply;
use serde_json::{Map, Value, json};

/// One reason why an object is refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cause {
    pub field: String,
    pub reason: &'static str,
    pub message: String,
}

impl Cause {
    fn new(field: impl Into<String>, reason: &'static str, message: String) -> Cause {
        Cause { field: field.into(), reason, message }
    }

    /// `Invalid value: "x": why`
    pub fn invalid(field: impl Into<String>, value: &str, why: impl std::fmt::Display) -> Cause {
        Cause::raw(field, &go_quote(value), why)
    }

    /// `Invalid value: x: why`, the value as it is.
    pub fn raw(field: impl Into<String>, value: &str, why: impl std::fmt::Display) -> Cause {
        Cause::new(field, "FieldValueInvalid", format!("Invalid value: {value}: {why}"))
    }

    pub fn required(field: impl Into<String>, why: &str) -> Cause {
        let message =
            if why.is_empty() { "Required value".to_string() } else { format!("Required value: {why}") };
        Cause::new(field, "FieldValueRequired", message)
    }

    pub fn forbidden(field: impl Into<String>, why: impl std::fmt::Display) -> Cause {
        Cause::new(field, "FieldValueForbidden", format!("Forbidden: {why}"))
    }

    /// `value` as it is to be shown.
    pub fn unsupported(field: impl Into<String>, value: &str, known: &[&str]) -> Cause {
        let list: Vec<String> = known.iter().map(|k| go_quote(k)).collect();
        let message = format!("Unsupported value: {value}: supported values: {}", list.join(", "));
        Cause::new(field, "FieldValueNotSupported", message)
    }

    pub fn duplicate(field: impl Into<String>, value: &str) -> Cause {
        Cause::new(field, "FieldValueDuplicate", format!("Duplicate value: {value}"))
    }

    pub fn not_found(field: impl Into<String>, value: &str) -> Cause {
        Cause::new(field, "FieldValueNotFound", format!("Not found: {}", go_quote(value)))
    }

    pub fn too_long(field: impl Into<String>, limit: usize) -> Cause {
        Cause::new(field, "FieldValueTooLong", format!("Too long: may not be more than {limit} bytes"))
    }

    pub fn wrong_type(field: impl Into<String>, message: String) -> Cause {
        Cause::new(field, "FieldValueTypeInvalid", format!("Invalid value: {message}"))
    }

    pub fn conflict(field: impl Into<String>, message: String) -> Cause {
        Cause::new(field, "FieldManagerConflict", message)
    }
}

/// Text as Go's `%q` shows it.
pub(crate) fn go_quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The group, kind or resource, and name that a failure is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    pub group: String,
    /// Plural resource name (`configmaps`).
    pub resource: String,
    pub kind: String,
    pub name: String,
}

impl About {
    fn qualified(&self, what: &str) -> String {
        if self.group.is_empty() { what.to_string() } else { format!("{what}.{}", self.group) }
    }

    fn details(&self, kind: &str) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in [("name", self.name.as_str()), ("group", &self.group), ("kind", kind)] {
            if !value.is_empty() {
                out.insert(key.into(), value.into());
            }
        }
        out
    }
}

/// A refused request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    /// None: no details member at all.
    pub details: Option<Map<String, Value>>,
    /// Plain text instead of a Status.
    pub plain: bool,
}

impl Failure {
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, reason, message: message.into(), details: None, plain: false }
    }

    fn detailed(mut self, details: Map<String, Value>) -> Failure {
        self.details = Some(details);
        self
    }

    pub fn bad_request(message: impl Into<String>) -> Failure {
        Failure::new(400, "BadRequest", message)
    }

    /// 500 without a reason, as for errors that the server did not expect.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure::new(500, "", message)
    }

    pub fn not_found(about: &About) -> Failure {
        let message = format!("{} \"{}\" not found", about.qualified(&about.resource), about.name);
        Failure::new(404, "NotFound", message).detailed(about.details(&about.resource))
    }

    pub fn exists(about: &About) -> Failure {
        let message = format!("{} \"{}\" already exists", about.qualified(&about.resource), about.name);
        Failure::new(409, "AlreadyExists", message).detailed(about.details(&about.resource))
    }

    /// `Operation cannot be fulfilled on <what> "<name>": why`
    pub fn conflict(about: &About, what: &str, why: &str) -> Failure {
        let message =
            format!("Operation cannot be fulfilled on {} \"{}\": {why}", about.qualified(what), about.name);
        Failure::new(409, "Conflict", message).detailed(about.details(what))
    }

    pub fn modified(about: &About) -> Failure {
        let why =
            "the object has been modified; please apply your changes to the latest version and try again";
        Failure::conflict(about, &about.resource, why)
    }

    pub fn forbidden(about: &About, why: &str) -> Failure {
        let message = format!("{} \"{}\" is forbidden: {why}", about.qualified(&about.resource), about.name);
        Failure::new(403, "Forbidden", message).detailed(about.details(&about.resource))
    }

    pub fn no_resource() -> Failure {
        let message = "the server could not find the requested resource";
        Failure::new(404, "NotFound", message).detailed(Map::new())
    }

    pub fn no_path() -> Failure {
        Failure { plain: true, ..Failure::new(404, "", "404 page not found\n") }
    }

    pub fn no_method() -> Failure {
        let message = "the server does not allow this method on the requested resource";
        Failure::new(405, "MethodNotAllowed", message).detailed(Map::new())
    }

    pub fn media_type() -> Failure {
        Failure::new(415, "UnsupportedMediaType", "415: Unsupported Media Type").detailed(Map::new())
    }

    /// A request outside of what is emulated here.
    pub fn unknown(what: impl std::fmt::Display) -> Failure {
        Failure::new(501, "NotImplemented", format!("the sandbox does not know {what}"))
    }

    /// 422 with its causes, in order.
    pub fn invalid(about: &About, causes: &[Cause]) -> Failure {
        let shown: Vec<String> = causes.iter().map(|c| format!("{}: {}", c.field, c.message)).collect();
        let mut distinct: Vec<&String> = Vec::new();
        for one in &shown {
            if !distinct.contains(&one) {
                distinct.push(one);
            }
        }
        let list = match distinct.as_slice() {
            [one] => one.to_string(),
            many => format!("[{}]", many.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ")),
        };
        let message = format!("{} \"{}\" is invalid: {list}", about.qualified(&about.kind), about.name);
        let mut details = about.details(&about.kind);
        let list: Vec<Value> = causes
            .iter()
            .map(|c| json!({"reason": c.reason, "message": c.message, "field": c.field}))
            .collect();
        details.insert("causes".into(), list.into());
        Failure::new(422, "Invalid", message).detailed(details)
    }

    /// 422 about options (`CreateOptions.meta.k8s.io "" is invalid: …`).
    pub fn options(kind: &str, cause: Cause) -> Failure {
        let about = About { group: "meta.k8s.io".into(), kind: kind.into(), ..About::default() };
        Failure::invalid(&about, &[cause])
    }

    /// 422 about a patch that cannot be decoded after it was applied.
    pub fn patch(shown: &str, why: &str) -> Failure {
        Failure::invalid(&About::default(), &[Cause::raw("patch", shown, why)])
    }

    pub fn with_causes(mut self, causes: &[Cause]) -> Failure {
        let list: Vec<Value> = causes
            .iter()
            .map(|c| json!({"reason": c.reason, "message": c.message, "field": c.field}))
            .collect();
        self.details.get_or_insert_default().insert("causes".into(), list.into());
        self
    }

    pub fn body(&self) -> Value {
        let mut out = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code});
        if !self.reason.is_empty() {
            out["reason"] = self.reason.into();
        }
        if let Some(details) = &self.details {
            out["details"] = Value::Object(details.clone());
        }
        out
    }

    pub fn reply(&self) -> Reply {
        if self.plain {
            return Reply::bytes(self.code, "text/plain; charset=utf-8", self.message.clone());
        }
        Reply::bytes(self.code, "application/json", self.body().to_string())
    }
}

/// The Status of a deletion that is done.
pub(crate) fn deleted(about: &About, uid: &str) -> Value {
    let mut details = about.details(&about.resource);
    details.insert("uid".into(), uid.into());
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
