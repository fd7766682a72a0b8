//! Address rebinding: `moved` statements carried out on a state, without looking at configuration.
//!
//! A statement is written in a module and holds in every instance of it. Ends without key mean the whole
//! resource or module call, all keys kept; as soon as one end has a key, both mean one instance.

mod order;
mod pattern;

use std::collections::{BTreeMap, HashMap, HashSet};

use ordain_addr::{AbsResource, ConfigResource, ModuleInstance, ModulePath, ResourceInstance, Target};

use crate::{ResourceState, State};
pub use order::{MoveCycles, order_moves};
use pattern::{Pattern, Subject};

/// One `moved` statement: the module that declares it, and both ends relative to that module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Module that declares it.
    pub module: ModulePath,
    /// Where objects are now.
    pub from: Target,
    /// Where they shall be.
    pub to: Target,
}

/// What the statements did.
#[derive(Clone, Debug, Default)]
pub struct Rebound {
    /// New address to the address in the state as it was stored.
    pub moved: BTreeMap<ResourceInstance, ResourceInstance>,
    /// Instances that could not move (first), because another object is at the new address (second).
    pub blocked: Vec<(ResourceInstance, ResourceInstance)>,
}

/// Carries out statements that [`order_moves`] put in order.
pub fn rebind(state: &mut State, moves: &[Move]) -> Rebound {
    let mut rebound = Rebound::default();
    if moves.is_empty() || state.resources.is_empty() {
        return rebound;
    }
    let mut index = index_of(state);
    for statement in moves {
        let pattern = Pattern::of(statement);
        let candidates: Vec<AbsResource> = match pattern.subject() {
            Subject::Resource(config) => index.get(&config).cloned().unwrap_or_default(),
            // A module move may concern any resource; such statements are few.
            Subject::Module => state.resources.keys().cloned().collect(),
        };
        let mut changed = false;
        let taken = Taken::before(state, &pattern);
        for resource in candidates {
            changed |= move_resource(state, (&pattern, &taken), &resource, &mut rebound);
        }
        if changed {
            index = reindex(index, state, &pattern);
        }
    }
    rebound.moved.retain(|new, old| new != old);
    rebound
}

/// Carries out one move of one instance that no statement asks for: between no key and `[0]`, after
/// `count` was added or removed. Does nothing when the new place is taken.
pub fn rebind_instance(
    state: &mut State,
    rebound: &mut Rebound,
    from: &ResourceInstance,
    to: &ResourceInstance,
) {
    if state.instance(to).is_none() && state.instance(from).is_some() {
        put_at(state, rebound, from, to);
    }
}

type Index = HashMap<ConfigResource, Vec<AbsResource>>;

fn index_of(state: &State) -> Index {
    let mut index = Index::new();
    for resource in state.resources.keys() {
        index.entry(resource.config()).or_default().push(resource.clone());
    }
    index
}

/// Only the two blocks concerned change when a resource moves; a module move changes many.
fn reindex(mut index: Index, state: &State, pattern: &Pattern<'_>) -> Index {
    let (Subject::Resource(from), Some(to)) = (pattern.subject(), pattern.target_config()) else {
        return index_of(state);
    };
    let mut all: Vec<AbsResource> = index.remove(&from).unwrap_or_default();
    all.extend(index.remove(&to).unwrap_or_default());
    let moved: Vec<AbsResource> = all.iter().filter_map(|old| pattern.resource_target(old)).collect();
    all.extend(moved);
    all.sort();
    all.dedup();
    for resource in all.into_iter().filter(|resource| state.resources.contains_key(resource)) {
        index.entry(resource.config()).or_default().push(resource);
    }
    index
}

/// Places that a statement finds taken: what moves as a whole does not mix with what is there.
#[derive(Default)]
struct Taken {
    modules: HashSet<ModuleInstance>,
    resources: HashSet<AbsResource>,
}

impl Taken {
    fn before(state: &State, pattern: &Pattern<'_>) -> Taken {
        let mut taken = Taken::default();
        match pattern.whole() {
            Some(Subject::Module) => {
                taken.modules = state.resources.keys().map(|resource| resource.module.clone()).collect();
            }
            Some(Subject::Resource(config)) => {
                let there = state.resources.keys().filter(|resource| resource.config() == config);
                taken.resources = there.cloned().collect();
            }
            None => {}
        }
        taken
    }

    fn holds(&self, state: &State, to: &ResourceInstance) -> bool {
        self.modules.contains(&to.module)
            || self.resources.contains(to.abs_resource())
            || state.instance(to).is_some()
    }
}

fn move_resource(
    state: &mut State,
    (pattern, taken): (&Pattern<'_>, &Taken),
    resource: &AbsResource,
    rebound: &mut Rebound,
) -> bool {
    let Some(entry) = state.resources.get(resource) else { return false };
    let pairs: Vec<(ResourceInstance, ResourceInstance)> = entry
        .instances
        .keys()
        .filter_map(|key| {
            let from = resource.instance(key.clone());
            pattern.apply(&from).map(|to| (from, to))
        })
        .collect();
    let mut changed = false;
    for (from, to) in pairs {
        if taken.holds(state, &to) {
            rebound.blocked.push((from, to));
        } else {
            put_at(state, rebound, &from, &to);
            changed = true;
        }
    }
    changed
}

fn put_at(state: &mut State, rebound: &mut Rebound, from: &ResourceInstance, to: &ResourceInstance) {
    let source = from.abs_resource();
    let Some(resource) = state.resources.get_mut(source) else { return };
    let Some(instance) = resource.instances.remove(&from.key) else { return };
    let provider = resource.provider.clone();
    if resource.instances.is_empty() {
        state.resources.remove(source);
    }
    state
        .resources
        .entry(to.abs_resource().clone())
        .or_insert_with(|| ResourceState { provider, instances: BTreeMap::new() })
        .instances
        .insert(to.key.clone(), instance);
    let origin = rebound.moved.remove(from).unwrap_or_else(|| from.clone());
    rebound.moved.insert(to.clone(), origin);
}

/// Whether `inner` is `outer` or lies in it, keys of `outer` that are left out meaning any.
pub(crate) fn module_matches(path: &ModulePath, module: &ModuleInstance) -> bool {
    path.0.len() <= module.0.len()
        && path.0.iter().zip(module.0.iter()).all(|(want, have)| *want == have.name)
}

#[cfg(test)]
#[path = "moves_tests.rs"]
mod tests;
