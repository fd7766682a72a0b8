//! Objects of a plan or a state as values, and the scope in which assertions look at them.

use std::collections::BTreeMap;

use ordain_addr::{AbsResource, ModuleInstance};
use ordain_diag::Diagnostics;
use ordain_eval::{Answer, Asked, Evaluator, Input, Mode, Objects, Progress, Wanted};
use ordain_plan::{Action, Plan};
use ordain_provider::ObjectSchemas;
use ordain_state::State;
use ordain_value::{Marks, Type, Value};

use super::names::Values;
use crate::plan_configuration::SchemasByAddress;

type ByResource = BTreeMap<AbsResource, Objects>;

/// Objects of a state. What does not fit its schema is left out.
pub(super) fn of_state(state: &State, schemas: &SchemasByAddress) -> ByResource {
    let schemas = ObjectSchemas::new(schemas.clone());
    let mut objects = ByResource::new();
    for (resource, held) in &state.resources {
        let Some(schema) = schemas.get(&held.provider.provider, &resource.resource) else { continue };
        for (key, instance) in &held.instances {
            let Some(object) = &instance.current else { continue };
            if let Ok(value) = object.value(&schema.ty) {
                objects.entry(resource.clone()).or_default().insert(key.clone(), value);
            }
        }
    }
    objects
}

/// Objects as they will be when a plan is applied.
pub(super) fn of_plan(plan: &Plan, schemas: &SchemasByAddress) -> ByResource {
    let mut objects = of_state(&plan.prior, schemas);
    for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
        let instances = objects.entry(change.address.abs_resource().clone()).or_default();
        if matches!(change.action, Action::Delete | Action::Forget) {
            instances.remove(&change.address.key);
        } else {
            instances.insert(change.address.key.clone(), change.after.clone());
        }
    }
    objects
}

/// An evaluator that knows all objects, and the values of root outputs. `whole` says whether a resource
/// without objects has no instances; otherwise they are unknown.
pub(super) fn evaluator(mut input: Input, objects: ByResource, whole: bool) -> (Evaluator, Values) {
    input.mode = Mode::Console;
    let tree = input.tree.clone();
    let (mut evaluator, _) = Evaluator::new(input);
    for (resource, objects) in objects {
        evaluator.preset(resource, objects);
    }
    if whole {
        evaluator.presets_are_all();
    }
    loop {
        // What is wrong was reported when it was planned.
        let Progress::Wanted(items) = evaluator.step().0 else { break };
        for item in items {
            if let Wanted::Provider(provider) = item {
                let nothing = Answer::Value(Value::null(Type::Dynamic));
                let _known: Diagnostics = evaluator.resolve(&Asked::Provider(provider.address), nothing);
            }
        }
    }
    let root = ModuleInstance::root();
    let outputs = tree.root.outputs.iter().filter_map(|(name, output)| {
        let (value, _) = evaluator.evaluate(&root, output.value.as_ref()?);
        let marks = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
        // A plan tells of an output that it does not know not even the type.
        let value =
            if value.is_known() { value } else { Value::unknown(Type::Dynamic).with_marks(value.marks()) };
        Some((name.clone(), value.with_marks(marks)))
    });
    let outputs = outputs.collect();
    (evaluator, outputs)
}
