//! `terraform_data`: an object that exists in state only.

use std::sync::Arc;

use ordain_provider::laws::same;
use ordain_provider::{Attribute, AttributeType, Block, Flags, PlanReply, PlanRequest, Schema};
use ordain_value::{Path, Type, Value};

/// Attributes: `id` and `output` computed, `input` and `triggers_replace` of any type.
pub(crate) fn schema() -> Arc<Schema> {
    let computed = Flags { computed: true, ..Flags::default() };
    let optional = Flags { optional: true, ..Flags::default() };
    let rows = [
        ("id", Type::String, computed),
        ("input", Type::Dynamic, optional),
        ("output", Type::Dynamic, computed),
        ("triggers_replace", Type::Dynamic, optional),
    ];
    let attribute = |ty, flags| Attribute {
        ty: AttributeType::Plain(ty),
        flags,
        description: String::new(),
        markdown: false,
    };
    let attributes = rows.map(|(name, ty, flags)| (Arc::from(name), attribute(ty, flags)));
    Arc::new(Schema { version: 0, block: Block { attributes: attributes.into(), ..Block::default() } })
}

fn part<'o>(object: &'o Value, name: &str) -> &'o Value {
    const NONE: &Value = &Value::null(Type::Dynamic);
    object.get(name).unwrap_or(NONE)
}

/// A new object gets an id, and an output where there is an input. A changed input makes the output
/// unknown, a changed trigger asks for a new object.
pub(crate) fn plan(request: PlanRequest) -> PlanReply {
    let PlanRequest { prior, proposed, prior_private, .. } = request;
    let mut requires_replace = Vec::new();
    let planned = if proposed.is_null() {
        proposed
    } else {
        let input = part(&proposed, "input");
        let output = || Value::unknown(input.ty());
        let triggered = !same(part(&prior, "triggers_replace"), part(&proposed, "triggers_replace"));
        if prior.is_null() || triggered {
            if !prior.is_null() {
                requires_replace.push(Path::root().attr("triggers_replace"));
            }
            let output = if input.is_null() { input.clone() } else { output() };
            let made = proposed.with_member("id", Value::unknown_not_null(Type::String));
            made.with_member("output", output)
        } else if same(part(&prior, "input"), input) {
            proposed
        } else {
            let output = output();
            proposed.with_member("output", output)
        }
    };
    PlanReply {
        planned,
        requires_replace,
        planned_private: prior_private,
        planned_identity: None,
        legacy_type_system: false,
    }
}

/// Fills in what the plan left open.
pub(crate) fn apply(planned: &Value, new_id: impl FnOnce() -> String) -> Value {
    if planned.is_null() {
        return planned.clone();
    }
    let mut state = planned.clone();
    if !part(planned, "id").is_known() {
        state = state.with_member("id", Value::string(new_id()));
    }
    if !part(planned, "output").is_known() {
        state = state.with_member("output", part(planned, "input").clone());
    }
    state
}

/// What becomes of a `null_resource`: its id stays, its triggers are those of a replacement.
pub(crate) fn taken_over(stored: &serde_json::Value) -> Value {
    let null = || Value::null(Type::Dynamic);
    let triggers = stored.get("triggers").and_then(serde_json::Value::as_object);
    let text =
        |value: &serde_json::Value| value.as_str().map_or_else(|| Value::null(Type::String), Value::string);
    let triggers = triggers
        .map(|rows| Value::map(Type::String, rows.iter().map(|(name, value)| (name.as_str(), text(value)))));
    let id = stored.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
    Value::object([
        ("id", Value::string(id)),
        ("input", null()),
        ("output", null()),
        ("triggers_replace", triggers.unwrap_or_else(null)),
    ])
}

/// What an import knows: the id.
pub(crate) fn imported(id: &str) -> Value {
    let null = || Value::null(Type::Dynamic);
    Value::object([
        ("id", Value::string(id)),
        ("input", null()),
        ("output", null()),
        ("triggers_replace", null()),
    ])
}
