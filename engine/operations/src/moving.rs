//! `state mv`: objects of a state get other addresses. An address is taken word for word: without a key it is not
//! about instances that have one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::{ConfigResource, Mode, ModuleInstance, ProviderConfigAddr, ResourceInstance, Target};
use ordain_diag::{Diagnostic, Diagnostics};
use ordain_state::{InstanceState, ResourceState, State};

use crate::state_commands::{drop_instance, instances, mistake};

type Pairs = Vec<(ResourceInstance, ResourceInstance)>;
type Taken = Vec<(ResourceInstance, InstanceState, ProviderConfigAddr)>;

/// Moves objects from one address to another.
///
/// # Errors
/// Nothing is there to move, something is there already, or the two addresses are of different kinds.
pub fn move_objects(state: &mut State, from: &Target, to: &Target) -> Result<(), Diagnostics> {
    let pairs = pairs(state, from, to)?;
    refuse_taken(state, to, &pairs)?;
    let taken = take(state, &pairs);
    put(state, taken);
    forget_dependencies(state, from, &pairs);
    Ok(())
}

/// Moves objects from one state to another.
///
/// # Errors
/// As [`move_objects`]; what is there already is looked for in the other state.
pub fn transfer(
    source: &mut State,
    target: &mut State,
    from: &Target,
    to: &Target,
) -> Result<(), Diagnostics> {
    let pairs = pairs(source, from, to)?;
    refuse_taken(target, to, &pairs)?;
    put(target, take(source, &pairs));
    if matches!(from, Target::Module(_)) {
        forget_dependencies(target, from, &pairs);
    }
    Ok(())
}

/// What is moved, and where to.
fn pairs(state: &State, from: &Target, to: &Target) -> Result<Pairs, Diagnostics> {
    // The name of a resource alone is its instance without a key, where it has one.
    let alone = match from {
        Target::Resource(resource) => {
            Some(resource.instance(None)).filter(|one| state.instance(one).is_some())
        }
        _ => None,
    };
    let alone = alone.map(Target::Instance);
    let from = alone.as_ref().unwrap_or(from);
    let cannot = |why: &str| {
        Err(mistake("Invalid target address", format!("Cannot move {from} to {to}: {why}.")).into())
    };
    let there: Vec<ResourceInstance> =
        instances(state).map(|(address, _)| address).filter(|address| is_meant(address, from)).collect();
    if there.is_empty() {
        let detail = format!("Cannot move {from}: does not match anything in the current state.");
        return Err(mistake("Invalid source address", detail).into());
    }
    let new: Box<dyn Fn(&ResourceInstance) -> ResourceInstance> = match (from, to) {
        (Target::Module(old), Target::Module(new)) => Box::new(|address| {
            let tail = address.module.0.get(old.0.len()..).unwrap_or_default();
            let steps: Vec<_> = new.0.iter().chain(tail).cloned().collect();
            address.moved_into(ModuleInstance(steps.into()))
        }),
        (Target::Module(_), _) => return cannot("the target must also be a module"),
        (_, Target::Module(_)) => return cannot("the target must also be a resource instance"),
        (Target::Resource(_), Target::Resource(new)) => Box::new(|address| new.instance(address.key.clone())),
        (Target::Instance(_), Target::Resource(new)) => Box::new(|_| new.instance(None)),
        (Target::Instance(_), Target::Instance(new)) => Box::new(|_| new.clone()),
        (Target::Resource(_), Target::Instance(_)) => {
            return cannot(
                "the source is a whole resource (not a resource instance) so the target must also be a whole resource",
            );
        }
    };
    let pairs: Pairs = there.iter().map(|address| (address.clone(), new(address))).collect();
    unlike(from, to, &pairs)?;
    Ok(pairs)
}

/// Refuses moves to another mode or another type, and says both.
fn unlike(
    from: &Target,
    to: &Target,
    pairs: &[(ResourceInstance, ResourceInstance)],
) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    let mut say = |why: &str| {
        found.push(mistake("Invalid state move request", format!("Cannot move {from} to {to}: {why}.")));
    };
    if let Some((old, _)) = pairs.iter().find(|(old, new)| old.resource.mode != new.resource.mode) {
        say(match old.resource.mode {
            Mode::Data => "a data resource can be moved only to another data resource address",
            Mode::Managed | Mode::Ephemeral => {
                "a managed resource can be moved only to another managed resource address"
            }
        });
    }
    if pairs.iter().any(|(old, new)| old.resource.type_name != new.resource.type_name) {
        say("resource types don't match");
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

fn is_meant(address: &ResourceInstance, from: &Target) -> bool {
    match from {
        Target::Module(module) => address.module.0.starts_with(&module.0),
        Target::Resource(resource) => *address.abs_resource() == *resource,
        Target::Instance(instance) => address == instance,
    }
}

/// Whole modules and resources do not mix with what is there.
fn refuse_taken(state: &State, to: &Target, pairs: &Pairs) -> Result<(), Diagnostic> {
    let taken = |what: &str| {
        let detail =
            format!("Cannot move to {to}: there is already a {what} at that address in the current state.");
        Err(mistake("Invalid target address", detail))
    };
    match to {
        Target::Module(module) if state.resources.keys().any(|held| held.module == *module) => {
            taken("module")
        }
        _ if pairs.iter().any(|(_, new)| state.instance(new).is_some()) => taken("resource instance"),
        Target::Resource(resource)
            if state.resources.contains_key(resource) && pairs.iter().any(|(_, new)| new.key.is_some()) =>
        {
            taken("resource")
        }
        _ => Ok(()),
    }
}

/// What an object depends on is told by addresses. Where one of them is another now, the whole list goes, and the
/// next apply notes it anew. Other instances keep the addresses of a module of which one is moved, as in Terraform.
fn forget_dependencies(state: &mut State, from: &Target, pairs: &Pairs) {
    if matches!(from, Target::Module(module) if module.0.iter().any(|step| step.key.is_some())) {
        return;
    }
    let moved: BTreeSet<ConfigResource> = pairs.iter().map(|(old, _)| old.config()).collect();
    for held in state.resources.values_mut() {
        for instance in held.instances.values_mut() {
            for object in instance.current.iter_mut().chain(instance.deposed.values_mut()) {
                if object.dependencies.iter().any(|used| moved.contains(used)) {
                    Arc::make_mut(object).dependencies.clear();
                }
            }
        }
    }
}

/// Takes objects out of a state, each with its new address and its provider.
fn take(state: &mut State, pairs: &Pairs) -> Taken {
    let mut taken = Vec::new();
    for (old, new) in pairs {
        let provider = state.resources.get(old.abs_resource()).map(|held| held.provider.clone());
        if let (Some(instance), Some(provider)) = (drop_instance(state, old), provider) {
            taken.push((new.clone(), instance, provider));
        }
    }
    taken
}

fn put(state: &mut State, taken: Taken) {
    for (address, instance, provider) in taken {
        let held = state
            .resources
            .entry(address.abs_resource().clone())
            .or_insert_with(|| ResourceState { provider, instances: BTreeMap::new() });
        held.instances.insert(address.key.clone(), instance);
    }
}
