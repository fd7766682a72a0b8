//! What the command `import` asks of a plan that only looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ResourceInstance;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::{Outcome, WantedImport};
use ordain_provider::ObjectSchema;
use ordain_state::{OutputState, State};
use ordain_value::Value;
use ordain_value::convert::convert;

use crate::drive::Drive;

/// Only what is declared and not in state can be imported.
pub(crate) fn cannot_import(drive: &Drive, base: &State, address: &ResourceInstance) -> Option<Diagnostic> {
    let error = |summary: &str, detail: String| {
        Some(Diagnostic::error(codes::plan::CANNOT_PLAN, summary, detail).with_address(address.to_string()))
    };
    if base.instance(address).is_some_and(|instance| instance.current.is_some()) {
        let detail = format!(
            "The state holds an object for {address} already. To import to this address, remove it from the state \
             first."
        );
        return error("Resource already managed by Terraform", detail);
    }
    if drive.found.has_errors() || drive.has_handled(address) {
        return None;
    }
    let detail = format!(
        "The configuration declares {} but no instance {address}: its count or for_each does not give one. Change it, then import again.",
        address.config()
    );
    error("Configuration for import target does not exist", detail)
}

/// What the state keeps of an import beside the object, and what is said of it.
pub(crate) fn settle(
    prior: &mut State,
    outcome: &Outcome,
    address: &ResourceInstance,
    found: &mut Diagnostics,
) {
    prior.outputs = outputs(outcome);
    without_conditions(found, address);
}

/// The object is taken over as it is: what its block demands of it is for the next plan to say.
fn without_conditions(found: &mut Diagnostics, address: &ResourceInstance) {
    let (place, code) = (address.to_string(), codes::eval::CHECK_FAILED);
    let own =
        |finding: &Diagnostic| finding.code == code && finding.address.as_deref() == Some(place.as_str());
    *found = std::mem::take(found).into_iter().filter(|finding| !own(finding)).collect();
}

/// Root outputs as the state keeps them after an import: what is not known, because it has no object yet, is null.
fn outputs(outcome: &Outcome) -> BTreeMap<Arc<str>, OutputState> {
    let stored = outcome.outputs.iter().filter(|(_, output)| !output.ephemeral && !output.value.is_null());
    stored
        .map(|(name, output)| {
            let value = output.value.clone().unmark_deep().0.unknown_as_null();
            (name.clone(), OutputState { value, sensitive: output.sensitive })
        })
        .collect()
}

/// Whether it is not known yet which object is to be imported.
pub(crate) fn is_open(import: &WantedImport) -> bool {
    [&import.id, &import.identity].into_iter().flatten().any(|named| !named.is_wholly_known())
}

/// The identity by which an object is imported, as its schema has it: what is left out is null.
pub(crate) fn identity(
    import: &WantedImport,
    schema: &ObjectSchema,
    address: &ResourceInstance,
) -> Result<Option<Value>, Diagnostic> {
    let Some(given) = &import.identity else { return Ok(None) };
    let wrong = |why: String| {
        let detail = format!("{address} cannot be imported by this identity: {why}.");
        let error = Diagnostic::error(codes::plan::CANNOT_PLAN, "Invalid import identity argument", detail);
        error.with_span(import.span)
    };
    let Some((_, ty)) = &schema.identity else {
        let kind = &address.resource.type_name;
        return Err(wrong(format!("objects of type {kind} have none; name the object by its \"id\"")));
    };
    if !given.is_wholly_known() {
        return Err(wrong(
            "it must be known while planning, so it cannot depend on what apply makes".to_owned(),
        ));
    }
    let (Some(members), Some(attributes)) = (given.as_members(), ty.attributes()) else {
        return Err(wrong("an object is required".to_owned()));
    };
    if let Some(name) = members.keys().find(|name| !attributes.contains_key(name)) {
        let names: Vec<_> = attributes.keys().map(|name| format!("{name:?}")).collect();
        return Err(wrong(format!("it has no attribute {name:?}, only {}", names.join(", "))));
    }
    let mut identity = std::collections::BTreeMap::new();
    for (name, ty) in attributes {
        let value = match members.get(name) {
            Some(value) => convert(value.clone(), ty).map_err(|why| wrong(format!("{name:?}: {why}")))?,
            None => Value::null(ty.clone()),
        };
        identity.insert(name.clone(), value);
    }
    Ok(Some(Value::object(identity)))
}
