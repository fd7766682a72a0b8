//! `terraform_remote_state`: root outputs of another state.

use std::sync::Arc;

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_provider::{Attribute, AttributeType, Block, Flags, Schema};
use ordain_value::{Kind, Type, Value};

use crate::Host;

/// Workspace that is read when none is named.
const DEFAULT_WORKSPACE: &str = "default";

/// Attributes `backend`, `config`, `defaults`, `workspace`, and `outputs` computed.
pub(crate) fn schema() -> Arc<Schema> {
    let required = Flags { required: true, ..Flags::default() };
    let optional = Flags { optional: true, ..Flags::default() };
    let computed = Flags { computed: true, ..Flags::default() };
    let rows = [
        ("backend", Type::String, required, "Name of the backend that holds the state."),
        ("config", Type::Dynamic, optional, "Arguments of the backend."),
        ("defaults", Type::Dynamic, optional, "Outputs for those that the state lacks."),
        ("outputs", Type::Dynamic, computed, "Root outputs of the state."),
        ("workspace", Type::String, optional, "Workspace whose state is read."),
    ];
    let attributes = rows.map(|(name, ty, flags, text)| {
        (
            Arc::from(name),
            Attribute { ty: AttributeType::Plain(ty), flags, description: text.to_owned(), markdown: false },
        )
    });
    Arc::new(Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } })
}

fn error(attribute: &str, summary: &str, detail: &str) -> Diagnostic {
    Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail)
        .with_attribute(vec![AttributeStep::Name(attribute.to_owned())])
}

/// Checks what is known of a configuration.
pub(crate) fn validate(host: &dyn Host, config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let null = Value::null(Type::Dynamic);
    let arguments = config.get("config").unwrap_or(&null);
    match config.get("backend").map(|backend| (backend.as_str(), backend.is_known())) {
        Some((Some(backend), _)) if arguments.is_wholly_known() => {
            found.append(host.validate_backend(backend, arguments));
        }
        // Whichever backend it will be, its arguments are an object.
        Some((_, false))
            if !matches!(
                arguments.kind(),
                Kind::Object(_) | Kind::Map(..) | Kind::Null(_) | Kind::Unknown(_)
            ) =>
        {
            let detail = "The arguments of a backend are given as an object.";
            found.push(error("config", "Invalid backend configuration", detail));
        }
        _ => {}
    }
    let defaults = config.get("defaults").unwrap_or(&null);
    if !defaults.is_null() && defaults.is_known() && !matches!(defaults.kind(), Kind::Object(_)) {
        let detail = "Defaults must be given in an object value.";
        found.push(error("defaults", "Invalid default values", detail));
    }
    found
}

/// Reads the outputs.
pub(crate) async fn read(host: &dyn Host, config: Value) -> (Option<Value>, Diagnostics) {
    let found = validate(host, &config);
    if found.has_errors() {
        return (None, found);
    }
    let null = Value::null(Type::Dynamic);
    let backend = config.get("backend").and_then(Value::as_str).unwrap_or_default();
    let arguments = config.get("config").unwrap_or(&null);
    let workspace = config.get("workspace").and_then(Value::as_str).unwrap_or(DEFAULT_WORKSPACE);
    let stored = match host.outputs(backend, arguments, workspace).await {
        Ok(Some(outputs)) => outputs,
        Ok(None) => {
            let detail = "No stored state was found for the given workspace in the given backend.";
            let error =
                Diagnostic::error(codes::provider::PROVIDER_ERROR, "Unable to find remote state", detail);
            return (None, error.into());
        }
        Err(error) => return (None, error.into()),
    };
    let mut outputs = config.get("defaults").and_then(Value::as_members).cloned().unwrap_or_default();
    outputs.extend(stored);
    let mut members = config.as_members().cloned().unwrap_or_default();
    members.insert("outputs".into(), Value::object(outputs));
    (Some(Value::object(members)), found)
}
