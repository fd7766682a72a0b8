//! Messages about a plan and about what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{Key, ResourceInstance};
use ordain_plan::{Action, Change, Mode, OutputChange, Plan, Reason};
use ordain_policy::Decisions;
use ordain_state::OutputState;
use ordain_value::json as value_json;
use serde_json::{Map, Value, json};

use super::Machine;
use crate::render::plan::Counts;

impl Machine {
    /// All that is said about a plan: drift, changes, their number, outputs.
    pub fn plan(&self, plan: &Plan) {
        self.changes(plan, true);
        let counts = Counts::of(plan);
        let summary = summary_json(counts.add, counts.change, counts.destroy, counts.import, "plan");
        self.tell(&format!("Plan: {}", counts.line()), "change_summary", [("changes", summary)]);
        if !plan.outputs.is_empty() {
            let rows: Map<String, Value> = plan.outputs.iter().map(output_json).collect();
            self.tell(&outputs_message(rows.len()), "outputs", [("outputs", rows.into())]);
        }
    }

    /// Drift and changes of a plan, one message each. Without `whole`, objects that only move or are only imported
    /// are left out: of a stored plan, what is going to be done is told.
    pub fn changes(&self, plan: &Plan, whole: bool) {
        for change in &plan.drift {
            // Moves are told with the planned changes, where there are any.
            if change.action != Action::NoOp || plan.mode == Mode::RefreshOnly {
                let message = format!("{}: Drift detected ({})", change.address, action(change));
                self.tell(&message, "resource_drift", [("change", change_json(change))]);
            }
        }
        for change in &plan.changes {
            let word = action(change);
            if word != "noop" && (whole || change.action != Action::NoOp) {
                let message = format!("{}: Plan to {word}", change.address);
                self.tell(&message, "planned_change", [("change", change_json(change))]);
            }
        }
        for deferred in &plan.deferred {
            let address = &deferred.change.address;
            let message = format!("{address}: Deferred ({})", deferred.reason);
            let payload = [("reason", deferred.reason.into()), ("change", change_json(&deferred.change))];
            self.tell(&message, "deferred_change", payload);
        }
    }

    /// What policies say of a plan: one message a decision.
    pub fn decisions(&self, decisions: &Decisions) {
        let denied = decisions.deny.iter().map(|decision| ("deny", decision));
        let required = decisions.require.iter().map(|needed| ("require", &needed.decision));
        let warned = decisions.warn.iter().map(|decision| ("warn", decision));
        for (verdict, decision) in denied.chain(required).chain(warned) {
            let result = json!({
                "verdict": verdict,
                "rule": decision.rule,
                "message": decision.message,
                "addresses": decision.addresses,
            });
            self.tell(&format!("{verdict}: {}", decision.message), "policy_result", [("policy", result)]);
        }
    }

    /// What an apply did. `message` is the line that people read.
    pub fn applied(&self, message: &str, counts: &ordain_apply::Counts, destroying: bool) {
        let operation = if destroying { "destroy" } else { "apply" };
        let summary =
            summary_json(counts.added, counts.changed, counts.destroyed, counts.imported, operation);
        self.tell(message, "change_summary", [("changes", summary)]);
    }

    /// Values of outputs after an apply. Sensitive ones are named without value.
    pub fn outputs(&self, outputs: &BTreeMap<Arc<str>, OutputState>) {
        let rows: Map<String, Value> = outputs
            .iter()
            .map(|(name, output)| {
                let ty = output.value.ty();
                let mut row = Map::new();
                row.insert("sensitive".into(), output.sensitive.into());
                row.insert("type".into(), value_json::type_to_json(&ty));
                if !output.sensitive {
                    let value = value_json::to_json(&output.value, &ty).unwrap_or_default();
                    row.insert("value".into(), value);
                }
                (name.to_string(), Value::Object(row))
            })
            .collect();
        self.tell(&outputs_message(rows.len()), "outputs", [("outputs", rows.into())]);
    }
}

fn outputs_message(number: usize) -> String {
    format!("Outputs: {number}")
}

fn summary_json(add: usize, change: usize, remove: usize, import: usize, operation: &str) -> Value {
    json!({ "add": add, "change": change, "import": import, "remove": remove, "operation": operation })
}

fn output_json(output: &OutputChange) -> (String, Value) {
    let action = match output.action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
        _ => "noop",
    };
    (output.name.clone(), json!({ "sensitive": output.sensitive, "action": action }))
}

/// The word for what is done to an object; a move and an import are what is done when nothing else is.
fn action(change: &Change) -> &'static str {
    match change.action {
        Action::NoOp if change.previous_address.is_some() => "move",
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete | Action::CreateThenForget => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    }
}

fn change_json(change: &Change) -> Value {
    let mut out = Map::new();
    out.insert("resource".into(), resource_json(&change.address));
    if let Some(previous) = &change.previous_address {
        out.insert("previous_resource".into(), resource_json(previous));
    }
    out.insert("action".into(), action(change).into());
    if let Some(reason) = change.reason {
        out.insert("reason".into(), reason_word(reason).into());
    }
    if let Some(importing) = &change.importing {
        let mut from = Map::new();
        if let Some(id) = &importing.id {
            from.insert("id".into(), id.clone().into());
        }
        if importing.unknown {
            from.insert("unknown".into(), true.into());
        }
        out.insert("importing".into(), from.into());
    }
    if let Some(config) = &change.generated_config {
        out.insert("generated_config".into(), config.clone().into());
    }
    out.into()
}

fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::ReplaceBecauseCannotUpdate => "cannot_update",
        Reason::ReplaceBecauseTainted => "tainted",
        Reason::ReplaceByRequest => "requested",
        Reason::ReplaceByTriggers => "replace_triggered_by",
        other => other.word(),
    }
}

/// What names an instance.
pub fn resource_json(address: &ResourceInstance) -> Value {
    let key = match &address.key {
        None => Value::Null,
        Some(Key::Int(number)) => Value::from(*number),
        Some(Key::Str(text)) => Value::from(&**text),
    };
    let local = address.moved_into(ordain_addr::ModuleInstance::root());
    json!({
        "addr": address.to_string(),
        "module": address.module.to_string(),
        "resource": local.to_string(),
        "implied_provider": address.resource.implied_provider(),
        "resource_type": &*address.resource.type_name,
        "resource_name": &*address.resource.name,
        "resource_key": key,
    })
}
