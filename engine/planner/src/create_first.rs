//! Which objects are created before the old one is destroyed, and what else of the configuration the state keeps
//! beside an object's values.

use std::collections::HashSet;
use std::sync::Arc;

use ordain_addr::{ConfigResource, Mode as ResourceMode, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_eval::{Dependencies, Evaluator};
use ordain_plan::Action;
use ordain_state::{Edit, Object};

use crate::drive::Drive;

fn creates_first(tree: &ModuleTree, address: &ConfigResource) -> bool {
    tree.resource(address).is_some_and(|block| block.lifecycle.create_before_destroy == Some(true))
}

/// What blocks depend on that create first and have no instances.
pub(crate) fn first_without_instances(
    tree: &ModuleTree,
    drive: &Drive,
    evaluator: &Evaluator,
) -> Vec<Dependencies> {
    let modules = tree.modules();
    let blocks =
        modules.iter().flat_map(|module| module.resources.values().map(move |block| (module, block)));
    let first = blocks.filter(|(_, block)| block.lifecycle.create_before_destroy == Some(true));
    let mut first: HashSet<ConfigResource> = first
        .map(|(module, block)| ConfigResource {
            module: module.path.clone(),
            resource: block.resource.clone(),
        })
        .collect();
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
pub(crate) fn create_first_spreads(drive: &mut Drive) {
    let first = drive.changes.iter().filter(|change| change.create_before_destroy);
    let uses = first.filter_map(|change| drive.dependencies.get(&change.address));
    let forced = Dependencies::together(drive.first_without_instances.iter().chain(uses));
    if forced.is_empty() {
        return;
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
pub(crate) fn describe(tree: &ModuleTree, drive: &mut Drive, evaluator: &Evaluator) -> bool {
    let without = first_without_instances(tree, drive, evaluator);
    let first = drive.dependencies.iter().filter(|(address, _)| creates_first(tree, &address.config()));
    let forced = Dependencies::together(without.iter().chain(first.map(|(_, uses)| uses)));
    let edits: Vec<Edit> = drive
        .dependencies
        .iter()
        .filter(|(address, _)| address.resource.mode == ResourceMode::Managed)
        .filter_map(|(address, uses)| described(tree, drive, &forced, address, uses.all()))
        .collect();
    let any = !edits.is_empty();
    for edit in edits {
        drive.prior.edit(edit);
    }
    any
}

fn described(
    tree: &ModuleTree,
    drive: &Drive,
    forced: &HashSet<&ConfigResource>,
    address: &ResourceInstance,
    uses: &[ConfigResource],
) -> Option<Edit> {
    let held = drive.prior.resources.get(address.abs_resource())?;
    let instance = held.instances.get(&address.key)?;
    let object = instance.current.as_ref()?;
    let config = address.config();
    let create_before_destroy = creates_first(tree, &config) || forced.contains(&config);
    let as_stored = object.create_before_destroy == create_before_destroy;
    // The command `import` leaves what it brings to the next plan, and tells others only when to create.
    let imports = drive.import();
    let uses = if imports.is_some() { &[] } else { uses };
    if imports == Some(address) || (as_stored && object.dependencies == uses) {
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
