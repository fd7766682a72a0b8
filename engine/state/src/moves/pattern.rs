//! One statement as a pattern on instances.

use std::sync::Arc;

use ordain_addr::{
    AbsResource, ConfigResource, Key, ModuleInstance, ModulePath, ModuleStep, Resource, ResourceInstance,
    Target,
};

use super::{Move, module_matches};

/// A statement with its two ends made comparable.
pub(super) struct Pattern<'m> {
    statement: &'m Move,
    /// Whether the ends mean single instances because one of them has a key.
    single: bool,
}

/// What a statement is about.
pub(super) enum Subject {
    /// Resources of one block.
    Resource(ConfigResource),
    /// Whole modules.
    Module,
}

/// A target taken apart: steps of modules, then a resource with key unless a module is meant.
pub(super) fn parts(target: &Target) -> (&ModuleInstance, Option<(&Resource, Option<&Key>)>) {
    match target {
        Target::Module(module) => (module, None),
        Target::Resource(resource) => (&resource.module, Some((&resource.resource, None))),
        Target::Instance(instance) => (&instance.module, Some((&instance.resource, instance.key.as_ref()))),
    }
}

/// The key at the end of a target.
pub(super) fn last_key(target: &Target) -> Option<&Key> {
    match parts(target) {
        (_, Some((_, key))) => key,
        (module, None) => module.0.last().and_then(|step| step.key.as_ref()),
    }
}

impl<'m> Pattern<'m> {
    pub(super) fn of(statement: &'m Move) -> Self {
        let single = last_key(&statement.from).is_some() || last_key(&statement.to).is_some();
        Self { statement, single }
    }

    pub(super) fn subject(&self) -> Subject {
        match self.config_of(&self.statement.from) {
            Some(config) => Subject::Resource(config),
            None => Subject::Module,
        }
    }

    /// What the statement moves in one piece, as it is called at its new place; nothing where it is about single
    /// instances of a resource.
    pub(super) fn whole(&self) -> Option<Subject> {
        match self.target_config() {
            Some(_) if self.single => None,
            Some(config) => Some(Subject::Resource(config)),
            None => Some(Subject::Module),
        }
    }

    /// The block that objects move to, when the statement is about resources.
    pub(super) fn target_config(&self) -> Option<ConfigResource> {
        self.config_of(&self.statement.to)
    }

    fn config_of(&self, target: &Target) -> Option<ConfigResource> {
        let (module, resource) = parts(target);
        let (resource, _) = resource?;
        let mut path: ModulePath = self.statement.module.clone();
        path.0.extend(module.0.iter().map(|step| step.name.clone()));
        Some(ConfigResource { module: path, resource: resource.clone() })
    }

    /// Where instances of a resource may end up.
    pub(super) fn resource_target(&self, resource: &AbsResource) -> Option<AbsResource> {
        let (prefix, rest) = self.split(&resource.module)?;
        let (from_module, from) = parts(&self.statement.from);
        let (to_module, to) = parts(&self.statement.to);
        let (from, to) = (from?.0, to?.0);
        (rest == &*from_module.0 && *from == resource.resource)
            .then(|| AbsResource { module: join(prefix, &to_module.0, &[]), resource: to.clone() })
    }

    /// The new address of an instance that the statement is about.
    pub(super) fn apply(&self, instance: &ResourceInstance) -> Option<ResourceInstance> {
        let (prefix, rest) = self.split(&instance.module)?;
        let (from_module, from) = parts(&self.statement.from);
        let (to_module, to) = parts(&self.statement.to);
        match (from, to) {
            (Some((from, from_key)), Some((to, to_key))) => {
                let same_place = rest == &*from_module.0 && *from == instance.resource;
                let key = if self.single {
                    (from_key == instance.key.as_ref()).then(|| to_key.cloned())?
                } else {
                    instance.key.clone()
                };
                same_place.then(|| ResourceInstance::new(join(prefix, &to_module.0, &[]), to.clone(), key))
            }
            (None, None) => {
                let module = self.apply_module(prefix, rest, &from_module.0, &to_module.0)?;
                Some(instance.moved_into(module))
            }
            _ => None,
        }
    }

    fn apply_module(
        &self,
        prefix: &[ModuleStep],
        rest: &[ModuleStep],
        from: &[ModuleStep],
        to: &[ModuleStep],
    ) -> Option<ModuleInstance> {
        if self.single {
            let tail = rest.strip_prefix(from)?;
            return Some(join(prefix, to, tail));
        }
        // The whole call: the key of its last step is kept.
        let (from_last, from_init) = from.split_last()?;
        let (to_last, to_init) = to.split_last()?;
        let (step, tail) = rest.strip_prefix(from_init)?.split_first()?;
        if step.name != from_last.name {
            return None;
        }
        let kept = ModuleStep { name: Arc::clone(&to_last.name), key: step.key.clone() };
        let middle: Vec<ModuleStep> = to_init.iter().cloned().chain([kept]).collect();
        Some(join(prefix, &middle, tail))
    }

    /// Splits a module instance into an instance of the declaring module and the steps from there.
    fn split<'i>(&self, module: &'i ModuleInstance) -> Option<(&'i [ModuleStep], &'i [ModuleStep])> {
        module_matches(&self.statement.module, module)
            .then(|| module.0.split_at_checked(self.statement.module.0.len()))
            .flatten()
    }
}

fn join(prefix: &[ModuleStep], middle: &[ModuleStep], tail: &[ModuleStep]) -> ModuleInstance {
    ModuleInstance(prefix.iter().chain(middle).chain(tail).cloned().collect())
}
