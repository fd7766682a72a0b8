//! Which objects are created before the old one is destroyed, and what else of the configuration the state keeps
//! beside an object's values.

use std::collections::HashSet;
use std::sync::Arc;

use ordain_addr::{ConfigResource, Mode as ResourceMode, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_eval::Evaluator;
use ordain_plan::Action;
use ordain_state::{Edit, Object};

use crate::drive::Drive;

fn creates_first(tree: &ModuleTree, address: &ConfigResource) -> bool {
    tree.resource(address).is_some_and(|block| block.lifecycle.create_before_destroy == Some(true))
}

/// What blocks depend on that create first and have no instances.
pub(crate) fn first_without_instances(
    tree: &ModuleTree,
    drive: &Drive<'_>,
    evaluator: &mut Evaluator,
) -> Vec<Arc<[ConfigResource]>> {
    let modules = tree.modules();
    let blocks = modules.iter().flat_map(|module| {
        module
            .resources
            .values()
            .map(|block| ConfigResource { module: module.path.clone(), resource: block.resource.clone() })
    });
    let mut first: HashSet<ConfigResource> = blocks.filter(|address| creates_first(tree, address)).collect();
    if first.is_empty() {
        return Vec::new();
    }
    for with in drive.dependencies.keys() {
        first.remove(&with.config());
    }
    let mut without: Vec<ConfigResource> = first.into_iter().collect();
    without.sort();
    without.iter().filter_map(|address| evaluator.dependencies_of(address)).collect()
}

/// Whatever an object that creates first depends on must create first too, or the two orders would
/// contradict each other. That holds for a block as such, even while it has no instances.
pub(crate) fn create_first_spreads(drive: &mut Drive<'_>) {
    let none = drive.first_without_instances.iter().flat_map(|uses| uses.iter());
    let mut forced: HashSet<&ConfigResource> = none.collect();
    let mut seen: HashSet<*const ConfigResource> = HashSet::new();
    for change in drive.changes.iter().filter(|change| change.create_before_destroy) {
        if let Some(uses) = drive.dependencies.get(&change.address)
            && seen.insert(uses.as_ptr())
        {
            forced.extend(uses.iter());
        }
    }
    for change in &mut drive.changes {
        let wanted = change.deposed.is_none() && change.address.resource.mode == ResourceMode::Managed;
        let made = !matches!(change.action, Action::Delete | Action::Forget);
        if wanted && made && forced.contains(&change.address.config()) {
            change.create_before_destroy = true;
            if change.action == Action::DeleteThenCreate {
                change.action = Action::CreateThenDelete;
            }
        }
    }
}

/// A look brings objects in line with the configuration in what the state keeps beside their values: whether they
/// create first, and what they depend on, now or before. Says whether anything was.
pub(crate) fn describe(tree: &ModuleTree, drive: &mut Drive<'_>, evaluator: &mut Evaluator) -> bool {
    let without = first_without_instances(tree, drive, evaluator);
    let mut forced: HashSet<ConfigResource> = without.iter().flat_map(|uses| uses.iter().cloned()).collect();
    let mut seen: HashSet<*const ConfigResource> = HashSet::new();
    for (address, uses) in &drive.dependencies {
        if seen.insert(uses.as_ptr()) && creates_first(tree, &address.config()) {
            forced.extend(uses.iter().cloned());
        }
    }
    let edits: Vec<Edit> = drive
        .dependencies
        .iter()
        .filter(|(address, _)| address.resource.mode == ResourceMode::Managed)
        .filter_map(|(address, uses)| described(tree, drive, &forced, address, uses))
        .collect();
    let any = !edits.is_empty();
    for edit in edits {
        drive.prior.edit(edit);
    }
    any
}

fn described(
    tree: &ModuleTree,
    drive: &Drive<'_>,
    forced: &HashSet<ConfigResource>,
    address: &ResourceInstance,
    uses: &[ConfigResource],
) -> Option<Edit> {
    let held = drive.prior.resources.get(&address.abs_resource())?;
    let instance = held.instances.get(&address.key)?;
    let object = instance.current.as_ref()?;
    let config = address.config();
    let create_before_destroy = creates_first(tree, &config) || forced.contains(&config);
    let as_stored = object.create_before_destroy == create_before_destroy;
    if as_stored && object.dependencies == uses {
        return None;
    }
    let mut dependencies: Vec<ConfigResource> = object.dependencies.iter().chain(uses).cloned().collect();
    dependencies.sort();
    dependencies.dedup();
    let same = as_stored && object.dependencies.len() == dependencies.len();
    (!same).then(|| Edit::Put {
        address: address.clone(),
        deposed: None,
        provider: held.provider_of(instance),
        object: Arc::new(Object { dependencies, create_before_destroy, ..Object::clone(object) }),
    })
}
