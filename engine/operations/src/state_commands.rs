//! `state list`, `show`, `mv`, `rm`, `pull`, `push`, `replace-provider`, `taint`, `untaint`.

use std::sync::Arc;

use ordain_addr::{AbsResource, ModuleInstance, ProviderAddr, ProviderConfigAddr, ResourceInstance, Target};
use ordain_diag::{Diagnostic, codes};
use ordain_state::{InstanceState, State, Status};

/// Addresses of the instances that a state holds, deposed ones left out, narrowed to targets and an id.
pub fn list(state: &State, targets: &[Target], id: Option<&str>) -> Vec<ResourceInstance> {
    let wanted = |address: &ResourceInstance| {
        targets.is_empty() || targets.iter().any(|target| target.selects(address))
    };
    let mut listed: Vec<ResourceInstance> = instances(state)
        .filter(|(address, instance)| wanted(address) && id.is_none_or(|id| has_id(instance, id)))
        .filter(|(_, instance)| instance.current.is_some())
        .map(|(address, _)| address)
        .collect();
    // Modules further down come after all those above them.
    listed.sort_by_key(|address| address.module.0.len());
    listed
}

/// The summary for an address that selects nothing of a state, in Terraform's words; `None` for one that does.
pub fn selects_nothing(state: &State, target: &Target) -> Option<&'static str> {
    if instances(state).any(|(address, _)| target.selects(&address)) {
        return None;
    }
    Some(match target {
        Target::Module(_) => "Unknown module",
        Target::Resource(_) => "Unknown resource",
        Target::Instance(_) => "Unknown resource instance",
    })
}

/// Identities of the instances that have one, narrowed as in [`list`].
pub fn identities(
    state: &State,
    targets: &[Target],
    id: Option<&str>,
) -> Vec<(ResourceInstance, serde_json::Value)> {
    let identity = |address: ResourceInstance| {
        let (_, raw) = state.instance(&address)?.current.as_ref()?.identity.as_ref()?;
        Some((address, serde_json::from_str(raw.get()).ok()?))
    };
    list(state, targets, id).into_iter().filter_map(identity).collect()
}

fn instances(state: &State) -> impl Iterator<Item = (ResourceInstance, &InstanceState)> {
    state.resources.iter().flat_map(|(resource, held)| {
        held.instances.iter().map(|(key, instance)| (resource.instance(key.clone()), instance))
    })
}

fn has_id(instance: &InstanceState, id: &str) -> bool {
    let Some(object) = &instance.current else { return false };
    let attributes: Option<serde_json::Value> = serde_json::from_str(object.attributes.get()).ok();
    attributes.and_then(|attributes| attributes.get("id")?.as_str().map(|found| found == id)).unwrap_or(false)
}

/// Removes what targets select; gives the addresses removed.
pub fn remove(state: &mut State, targets: &[Target]) -> Vec<ResourceInstance> {
    let gone: Vec<ResourceInstance> = instances(state)
        .filter(|(address, _)| targets.iter().any(|target| target.selects(address)))
        .map(|(address, _)| address)
        .collect();
    for address in &gone {
        drop_instance(state, address);
    }
    gone
}

fn drop_instance(state: &mut State, address: &ResourceInstance) -> Option<InstanceState> {
    let resource = address.abs_resource();
    let held = state.resources.get_mut(&resource)?;
    let instance = held.instances.remove(&address.key);
    if held.instances.is_empty() {
        state.resources.remove(&resource);
    }
    instance
}

/// Moves objects from one address to another; gives pairs of old and new addresses.
///
/// # Errors
/// Nothing is there to move, something is there already, or the two addresses are of different kinds.
pub fn move_objects(
    state: &mut State,
    from: &Target,
    to: &Target,
) -> Result<Vec<(ResourceInstance, ResourceInstance)>, Diagnostic> {
    let pairs: Vec<(ResourceInstance, ResourceInstance)> = instances(state)
        .filter(|(address, _)| from.selects(address))
        .map(|(address, _)| moved(&address, from, to).map(|new| (address, new)))
        .collect::<Option<_>>()
        .ok_or_else(|| mistake("Invalid target address", format!("Cannot move {from} to {to}: a module moves to a module, and a resource to a resource of the same type.")))?;
    if pairs.is_empty() {
        return Err(mistake(
            "Invalid source address",
            format!("Cannot move {from}: does not match anything in the current state."),
        ));
    }
    if let Some((_, taken)) = pairs.iter().find(|(_, new)| state.instance(new).is_some()) {
        return Err(mistake(
            "Invalid target address",
            format!(
                "Cannot move to {taken}: there is already a resource instance at that address in the current state."
            ),
        ));
    }
    for (old, new) in &pairs {
        let provider = state.resources.get(&old.abs_resource()).map(|held| held.provider.clone());
        if let (Some(instance), Some(provider)) = (drop_instance(state, old), provider) {
            place(state, new, instance, provider);
        }
    }
    Ok(pairs)
}

/// Moves objects from one state to another; gives pairs of old and new addresses.
///
/// # Errors
/// As [`move_objects`].
pub fn transfer(
    source: &mut State,
    target: &mut State,
    from: &Target,
    to: &Target,
) -> Result<Vec<(ResourceInstance, ResourceInstance)>, Diagnostic> {
    let mut moved = source.clone();
    let pairs = move_objects(&mut moved, from, to)?;
    if let Some((_, taken)) = pairs.iter().find(|(_, new)| target.instance(new).is_some()) {
        let detail =
            format!("Cannot move to {taken}: the other state has an object at that address already.");
        return Err(mistake("Invalid target address", detail));
    }
    for (old, new) in &pairs {
        drop_instance(source, old);
        let provider = moved.resources.get(&new.abs_resource()).map(|held| held.provider.clone());
        if let (Some(instance), Some(provider)) = (drop_instance(&mut moved, new), provider) {
            place(target, new, instance, provider);
        }
    }
    Ok(pairs)
}

fn place(
    state: &mut State,
    address: &ResourceInstance,
    instance: InstanceState,
    provider: ProviderConfigAddr,
) {
    let resource: AbsResource = address.abs_resource();
    let held = state.resources.entry(resource).or_insert_with(|| ordain_state::ResourceState {
        provider,
        instances: std::collections::BTreeMap::new(),
    });
    held.instances.insert(address.key.clone(), instance);
}

fn moved(address: &ResourceInstance, from: &Target, to: &Target) -> Option<ResourceInstance> {
    match (from, to) {
        (Target::Module(old), Target::Module(new)) => {
            let tail = address.module.0.get(old.0.len()..)?;
            let steps: Vec<_> = new.0.iter().chain(tail).cloned().collect();
            Some(ResourceInstance { module: ModuleInstance(steps.into()), ..address.clone() })
        }
        (Target::Resource(_), Target::Resource(new)) => {
            same_type(address, new).then(|| new.instance(address.key.clone()))
        }
        (Target::Resource(_), Target::Instance(new)) => {
            (same_type(address, &new.abs_resource()) && address.key.is_none()).then(|| new.clone())
        }
        (Target::Instance(_), Target::Instance(new)) => {
            same_type(address, &new.abs_resource()).then(|| new.clone())
        }
        (Target::Instance(_), Target::Resource(new)) => same_type(address, new).then(|| new.instance(None)),
        _ => None,
    }
}

fn same_type(address: &ResourceInstance, new: &AbsResource) -> bool {
    address.resource.mode == new.resource.mode && address.resource.type_name == new.resource.type_name
}

/// Makes all resources of one provider belong to another; gives their addresses.
pub fn replace_provider(state: &mut State, from: &ProviderAddr, to: &ProviderAddr) -> Vec<AbsResource> {
    let mut changed = Vec::new();
    for (resource, held) in &mut state.resources {
        if held.provider.provider == *from {
            held.provider.provider = to.clone();
            changed.push(resource.clone());
        }
    }
    changed
}

/// Marks an object for replacement, or takes the mark off. Says whether anything changed.
///
/// # Errors
/// No such object.
pub fn taint(state: &mut State, address: &ResourceInstance, tainted: bool) -> Result<bool, Diagnostic> {
    let missing = || {
        let detail =
            format!("There is no object for {address} in the state. Run state list to see which there are.");
        mistake("No such resource instance", detail)
    };
    let held = state.resources.get_mut(&address.abs_resource()).ok_or_else(missing)?;
    let instance = held.instances.get_mut(&address.key).ok_or_else(missing)?;
    let object = instance.current.as_mut().ok_or_else(missing)?;
    let wanted = if tainted { Status::Tainted } else { Status::Ready };
    let changed = object.status != wanted;
    Arc::make_mut(object).status = wanted;
    Ok(changed)
}

/// Whether a state may take the place of another (`state push`).
///
/// # Errors
/// Another lineage, or an older serial.
pub fn may_replace(next: &State, current: &State) -> Result<(), Diagnostic> {
    if current.is_empty() && current.lineage.is_empty() {
        return Ok(());
    }
    if next.lineage != current.lineage {
        let detail = format!(
            "The state to push has lineage {}, the stored one has {}. They are not versions of the same state; \
             -force overwrites all the same.",
            next.lineage, current.lineage
        );
        return Err(Diagnostic::error(codes::state::STATE_MISMATCH, "Failed to write state", detail));
    }
    if next.serial < current.serial {
        let detail = format!(
            "The state to push has serial {}, the stored one has {}: it is older. -force overwrites all the same.",
            next.serial, current.serial
        );
        return Err(Diagnostic::error(codes::state::STATE_MISMATCH, "Failed to write state", detail));
    }
    Ok(())
}

fn mistake(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::cli::USAGE, summary, detail)
}
