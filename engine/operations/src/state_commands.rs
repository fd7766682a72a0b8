//! `state list`, `show`, `mv`, `rm`, `pull`, `push`, `replace-provider`, `taint`, `untaint`.

use std::sync::Arc;

use ordain_addr::{AbsResource, Mode, ProviderAddr, ResourceInstance, Target};
use ordain_diag::{Diagnostic, codes};
use ordain_state::{InstanceState, State, Status};

/// Addresses of the instances that a state holds, deposed ones left out, narrowed to targets and an id.
pub fn list(state: &State, targets: &[Target], id: Option<&str>) -> Vec<ResourceInstance> {
    let listed = |target: Option<&Target>| {
        let wanted = |address: &ResourceInstance| target.is_none_or(|target| means(target, address));
        let mut listed: Vec<ResourceInstance> = instances(state)
            .filter(|(address, instance)| wanted(address) && id.is_none_or(|id| has_id(instance, id)))
            .filter(|(_, instance)| instance.current.is_some())
            .map(|(address, _)| address)
            .collect();
        // Modules further down come after all those above them, and data sources of a module before what it manages.
        listed.sort_by(|a, b| {
            let depths = a.module.0.len().cmp(&b.module.0.len());
            let modes = (a.resource.mode != Mode::Data).cmp(&(b.resource.mode != Mode::Data));
            depths.then_with(|| a.module.cmp(&b.module)).then(modes)
        });
        listed
    };
    if targets.is_empty() {
        return listed(None);
    }
    targets.iter().flat_map(|target| listed(Some(target))).collect()
}

/// The summary for an address that selects nothing of a state, in Terraform's words; `None` for one that does.
pub fn selects_nothing(state: &State, target: &Target) -> Option<&'static str> {
    if instances(state).any(|(address, _)| means(target, &address)) {
        return None;
    }
    Some(match target {
        Target::Module(_) => "Unknown module",
        Target::Resource(_) => "Unknown resource",
        Target::Instance(_) => "Unknown resource instance",
    })
}

/// Whether an address on the command line means an instance. A module or a resource stands for all its instances,
/// but the name of a resource in a module is not about modules that have keys.
fn means(target: &Target, address: &ResourceInstance) -> bool {
    let in_place = match target {
        Target::Module(_) => true,
        Target::Resource(resource) => resource.module == address.module,
        Target::Instance(instance) => instance.module == address.module,
    };
    in_place && target.selects(address)
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

pub(crate) fn instances(state: &State) -> impl Iterator<Item = (ResourceInstance, &InstanceState)> {
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
        .filter(|(address, _)| targets.iter().any(|target| means(target, address)))
        .map(|(address, _)| address)
        .collect();
    for address in &gone {
        drop_instance(state, address);
    }
    gone
}

pub(crate) fn drop_instance(state: &mut State, address: &ResourceInstance) -> Option<InstanceState> {
    let resource = address.abs_resource();
    let held = state.resources.get_mut(resource)?;
    let instance = held.instances.remove(&address.key);
    if held.instances.is_empty() {
        state.resources.remove(resource);
    }
    instance
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
    let held = state.resources.get_mut(address.abs_resource()).ok_or_else(missing)?;
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
/// Another lineage, an older serial, or the same serial of another state. A state that holds nothing is replaced by any.
pub fn may_replace(next: &State, current: &State) -> Result<(), Diagnostic> {
    if current.is_empty() {
        return Ok(());
    }
    let refused = |why: String| {
        let detail = format!("{why} -force overwrites all the same.");
        Err(Diagnostic::error(codes::state::STATE_MISMATCH, "Failed to write state", detail))
    };
    let named = !next.lineage.is_empty() && !current.lineage.is_empty();
    if named && next.lineage != current.lineage {
        return refused(format!(
            "The state to push has lineage {}, the stored one has {}. They are not versions of the same state;",
            next.lineage, current.lineage
        ));
    }
    if next.serial < current.serial {
        return refused(format!(
            "The state to push has serial {}, the stored one has {}: it is older.",
            next.serial, current.serial
        ));
    }
    if next.serial == current.serial && content(next)? != content(current)? {
        return refused(format!(
            "The state to push has the serial of the stored one, {}, and is another state: one of the two was made \
             without knowing of the other.",
            current.serial
        ));
    }
    Ok(())
}

/// What a state says, whoever wrote it.
fn content(state: &State) -> Result<Vec<u8>, Diagnostic> {
    let mut state = state.clone();
    state.terraform_version = String::new();
    state.lineage = "".into();
    ordain_state::v4::write(&state)
}

/// The error of commands that change a state where there is none.
///
/// # Errors
/// The state was never written.
pub fn refuse_absent(state: &State) -> Result<(), Diagnostic> {
    if !state.is_empty() || !state.lineage.is_empty() {
        return Ok(());
    }
    let detail = "State management commands require a state file. Run this command in a directory where Ordain has been run, or use the -state flag to point the command to a specific state location.";
    Err(mistake("No state file was found!", detail.to_owned()))
}

pub(crate) fn mistake(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::cli::USAGE, summary, detail)
}
