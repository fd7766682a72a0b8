//! Arguments of the schema that the API of pods has no place for. The original shares the blocks of volumes between pods
//! and persistent volumes and drops them without a word; here they are said.

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_value::{Kind, Value};

/// What is set in a configuration and would be dropped.
pub(crate) fn placeless(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    let (plain, _) = config.clone().unmark_deep();
    walk(&plain, "", &mut Vec::new(), &mut found);
    found
}

fn walk(value: &Value, block: &str, path: &mut Vec<AttributeStep>, found: &mut Diagnostics) {
    if let Some(members) = value.as_members().filter(|_| matches!(value.kind(), Kind::Object(_))) {
        for (name, member) in members {
            path.push(AttributeStep::Name(name.to_string()));
            judge(block, name, member, path, found);
            walk(member, name, path, found);
            path.pop();
        }
    } else {
        for (at, item) in (0u64..).zip(value.as_items().unwrap_or_default()) {
            path.push(AttributeStep::Index(at));
            walk(item, block, path, found);
            path.pop();
        }
    }
}

fn is_set(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => false,
        Kind::String(text) => !text.is_empty(),
        _ => value.as_items().is_none_or(|items| !items.is_empty()),
    }
}

fn judge(block: &str, name: &str, value: &Value, path: &[AttributeStep], found: &mut Diagnostics) {
    if !is_set(value) {
        return;
    }
    let code = codes::provider::PROVIDER_ERROR;
    let finding = match (block, name) {
        ("volume", "local") => Diagnostic::error(
            code,
            "local is no volume of pods",
            "The API knows volumes of type local among persistent volumes only. Make a persistent volume of it and \
             use persistent_volume_claim here, or host_path if any node will do.",
        ),
        ("azure_file", "secret_namespace") | ("secret_ref", "namespace") => Diagnostic::warning(
            code,
            format!("{name} has no effect here"),
            "Volumes of pods take their Secret from the pod's own namespace, so that the API has no place for this \
             argument. Leave it out, and put the Secret into the namespace of the pod.",
        ),
        _ => return,
    };
    found.push(finding.with_attribute(path.to_vec()));
}

#[cfg(test)]
#[path = "placeless_tests.rs"]
mod tests;
