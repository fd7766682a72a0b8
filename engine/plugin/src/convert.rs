//! Values, paths and findings to and from the messages of the protocol.

use ordain_addr::ProviderAddr;
use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_value::msgpack::{from_msgpack, to_msgpack};
use ordain_value::{Path, Step, Type, Value, json};

use crate::messages::{self as wire, AttributePath, DynamicValue, Identity, Selector};

/// A value for a provider. The error says that the value is not of its type, which is a mistake of ours.
pub(crate) fn to_wire(value: &Value, ty: &Type) -> Result<Option<DynamicValue>, Diagnostic> {
    match to_msgpack(value, ty) {
        Ok(bytes) => Ok(Some(DynamicValue { msgpack: bytes.into(), json: bytes::Bytes::new() })),
        Err(error) => {
            let detail = format!("A value for a provider is not of the type that its schema says: {error}.");
            Err(Diagnostic::error(codes::cli::INTERNAL, "Value does not fit its schema", detail))
        }
    }
}

/// An identity for a provider.
pub(crate) fn identity_to_wire(
    identity: Option<&Value>,
    ty: Option<&Type>,
) -> Result<Option<Identity>, Diagnostic> {
    match (identity, ty) {
        (Some(value), Some(ty)) if !value.is_null() => {
            Ok(Some(Identity { identity_data: to_wire(value, ty)? }))
        }
        _ => Ok(None),
    }
}

/// A provider's value of a type; null where it sent none. The error names the provider.
pub(crate) fn from_wire(
    value: Option<&DynamicValue>,
    ty: &Type,
    about: &About<'_>,
) -> Result<Value, Diagnostic> {
    let read = match value {
        Some(value) if !value.msgpack.is_empty() => {
            from_msgpack(&value.msgpack, ty).map_err(|error| error.to_string())
        }
        Some(value) if !value.json.is_empty() => match serde_json::from_slice(&value.json) {
            Ok(document) => json::from_json(&document, ty).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        },
        _ => return Ok(Value::null(ty.clone())),
    };
    read.map_err(|why| {
        let detail = format!(
            "Provider {:?} answered {} with a value that is not of the type its schema says: {why}.\n\nThis is a bug in \
             the provider; please report it to those who maintain it.",
            about.source.to_string(),
            about.what,
        );
        Diagnostic::error(codes::provider::BROKEN_LAW, about.summary, detail)
    })
}

/// An identity that a provider sent; `None` where it sent none.
pub(crate) fn identity_from_wire(
    identity: Option<&Identity>,
    ty: Option<&Type>,
    about: &About<'_>,
) -> Result<Option<Value>, Diagnostic> {
    let (Some(identity), Some(ty)) = (identity, ty) else { return Ok(None) };
    let about = About { summary: "Provider produced invalid identity", ..*about };
    let value = from_wire(identity.identity_data.as_ref(), ty, &about)?;
    Ok((!value.is_null()).then_some(value))
}

/// What a value from a provider is about, for messages.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) source: &'a ProviderAddr,
    /// The question, such as `the plan of aws_vpc`.
    pub(crate) what: &'a str,
    /// Summary of the error.
    pub(crate) summary: &'static str,
}

/// What a provider found.
pub(crate) fn findings(found: Vec<wire::Diagnostic>) -> Diagnostics {
    found.into_iter().map(finding).collect()
}

fn finding(found: wire::Diagnostic) -> Diagnostic {
    let code = codes::provider::PROVIDER_ERROR;
    // A severity that the protocol does not know is not taken lightly.
    let made = match found.severity {
        wire::WARNING => Diagnostic::warning(code, found.summary, found.detail),
        _ => Diagnostic::error(code, found.summary, found.detail),
    };
    made.with_attribute(found.attribute.iter().flat_map(|path| &path.steps).filter_map(step).collect())
}

fn step(step: &wire::PathStep) -> Option<AttributeStep> {
    Some(match step.selector.as_ref()? {
        Selector::AttributeName(name) => AttributeStep::Name(name.clone()),
        Selector::ElementKeyString(key) => AttributeStep::Key(key.clone()),
        Selector::ElementKeyInt(at) => AttributeStep::Index(u64::try_from(*at).unwrap_or(0)),
    })
}

/// A path into a value.
pub(crate) fn path(wire: AttributePath) -> Path {
    let step = |step: wire::PathStep| {
        Some(match step.selector? {
            Selector::AttributeName(name) => Step::Attr(name.into()),
            Selector::ElementKeyString(key) => Step::Index(Value::string(key)),
            Selector::ElementKeyInt(at) => Step::Index(Value::from(at)),
        })
    };
    Path(wire.steps.into_iter().filter_map(step).collect())
}
