//! What `-target` and `-exclude` mean where objects are destroyed: a target takes along what uses it, and what is left out
//! keeps what it uses. What uses what is known from the state.

use std::collections::{HashMap, HashSet};

use ordain_addr::{AbsResource, ConfigResource, ModuleInstance, ResourceInstance};
use ordain_state::{ResourceState, State};

use crate::request::Options;

/// Which objects go.
pub(crate) enum Chosen {
    /// All of them.
    All,
    /// The targets, and these whole resources, which use them.
    WithUsers(HashSet<AbsResource>),
    /// All but what is left out, and but these whole resources, which that uses.
    Without(HashSet<AbsResource>),
}

impl Chosen {
    pub(crate) fn of(options: &Options, prior: &State) -> Self {
        if !options.targets.is_empty() {
            return Self::WithUsers(users(options, prior));
        }
        if !options.excludes.is_empty() {
            return Self::Without(used(options, prior));
        }
        Self::All
    }

    /// Whether an object goes.
    pub(crate) fn goes(&self, options: &Options, address: &ResourceInstance) -> bool {
        match self {
            Self::All => true,
            Self::WithUsers(users) => options.selects(address) || users.contains(address.abs_resource()),
            Self::Without(used) => options.selects(address) && !used.contains(address.abs_resource()),
        }
    }
}

/// What the present objects of a resource use. What stands in the same module is what is in its own instance of the
/// module.
fn dependencies<'s>(
    resource: &'s AbsResource,
    state: &'s ResourceState,
) -> impl Iterator<Item = (&'s ConfigResource, Option<&'s ModuleInstance>)> {
    let path = resource.module.path();
    let objects = state.instances.values().flat_map(|instance| &instance.current);
    objects
        .flat_map(|object| &object.dependencies)
        .map(move |used| (used, (used.module == path).then_some(&resource.module)))
}

/// What uses the targets, with what uses that. Instances of a target itself are chosen one by one.
fn users(options: &Options, prior: &State) -> HashSet<AbsResource> {
    let mut users: HashMap<_, Vec<&AbsResource>> = HashMap::new();
    for (resource, state) in &prior.resources {
        for used in dependencies(resource, state) {
            users.entry(used).or_default().push(resource);
        }
    }
    let targets: HashSet<AbsResource> = resources_with(prior, |instance| options.selects(instance)).collect();
    let mut chosen = targets.clone();
    let mut open: Vec<AbsResource> = targets.iter().cloned().collect();
    while let Some(resource) = open.pop() {
        let config = resource.config();
        let anywhere = users.get(&(&config, None));
        let inside = users.get(&(&config, Some(&resource.module)));
        for user in anywhere.into_iter().chain(inside).flatten() {
            if chosen.insert((*user).clone()) {
                open.push((*user).clone());
            }
        }
    }
    chosen.difference(&targets).cloned().collect()
}

/// What those use that are left out, with what that uses.
fn used(options: &Options, prior: &State) -> HashSet<AbsResource> {
    let mut of_block: HashMap<ConfigResource, Vec<&AbsResource>> = HashMap::new();
    for resource in prior.resources.keys() {
        of_block.entry(resource.config()).or_default().push(resource);
    }
    let mut kept = HashSet::new();
    let mut open: Vec<AbsResource> = resources_with(prior, |instance| !options.selects(instance)).collect();
    while let Some(resource) = open.pop() {
        let Some(state) = prior.resources.get(&resource) else { continue };
        for (block, own) in dependencies(&resource, state) {
            let same_module = |used: &&&AbsResource| own.is_none_or(|module| used.module == *module);
            for used in of_block.get(block).into_iter().flatten().filter(same_module) {
                if kept.insert((*used).clone()) {
                    open.push((*used).clone());
                }
            }
        }
    }
    kept
}

fn resources_with(
    prior: &State,
    wanted: impl Fn(&ResourceInstance) -> bool,
) -> impl Iterator<Item = AbsResource> {
    let has_one = move |(resource, state): &(&AbsResource, &ResourceState)| {
        state.instances.keys().any(|key| wanted(&resource.instance(key.clone())))
    };
    prior.resources.iter().filter(has_one).map(|(resource, _)| resource.clone())
}
