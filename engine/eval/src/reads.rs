//! Which attributes of resources the blocks behind some changes read: through local values, variables and outputs, and
//! through the arguments of the resources that are read.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use ordain_addr::{AbsResource, Key, ModuleInstance, Resource, ResourceInstance};
use ordain_config::blocks::ResourceBlock;
use ordain_config::{Reference, Subject};
use ordain_lang::ast::{Body, BodySchema, Expr, Traversal, TraversalStep};
use ordain_lang::refs::{body_references, references};
use ordain_provider::{Block, Nesting};
use ordain_value::{Kind, Path, Step};
use petgraph::graph::NodeIndex;

use crate::core::{Core, schema_of};
use crate::graph::ModuleId;
use crate::quick_hash::QuickSet;
use crate::values::InstanceId;

/// An attribute that the configuration reads of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelevantAttribute {
    /// The resource. Modules on the way have no key where they are named without one.
    pub resource: AbsResource,
    /// The instance, where the reference names one.
    pub key: Option<Key>,
    /// Steps from an instance's object. Empty for the whole object.
    pub path: Path,
}

/// What blocks read of resources, when everything was answered.
#[derive(Default)]
pub struct Reads(Option<Box<Core>>);

impl fmt::Debug for Reads {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Reads")
    }
}

impl Reads {
    pub(crate) fn of(mut core: Core) -> Reads {
        // Only the outputs of modules are asked for their values; objects are many.
        core.values.keep_outputs();
        Reads(Some(Box::new(core)))
    }

    /// What these resources and root outputs read, in order; each once. `inner` adds the outputs of called modules that
    /// have a value: no state holds them, so each plan makes them anew.
    ///
    /// Linear in the number of references, of every module instance once. Instances are given in order, so that those
    /// of one resource stand side by side.
    pub fn behind<'a>(
        self,
        resources: impl IntoIterator<Item = &'a ResourceInstance>,
        outputs: impl IntoIterator<Item = &'a str>,
        inner: bool,
    ) -> Vec<RelevantAttribute> {
        let Some(core) = self.0 else { return Vec::new() };
        let mut whole: Vec<&ResourceInstance> = resources.into_iter().collect();
        whole.dedup_by_key(|instance| of_block(instance));
        let known = whole.iter().map(|instance| of_block(instance)).collect();
        let (seen, found) = (HashSet::new(), Vec::new());
        let mut walk = Walk { core: &core, whole: known, seen, open: Vec::new(), found };
        for AbsResource { module, resource } in whole.iter().map(|instance| instance.abs_resource()) {
            if let Some(id) = core.program.find_module(&module.path()) {
                walk.go(id, module, Name::Arguments(resource.clone(), Vec::new()));
                walk.finish();
            }
        }
        for output in outputs {
            walk.visit(ModuleId(0), &ModuleInstance::root(), Name::Output(output.into()));
        }
        if inner {
            walk.inner_outputs();
        }
        walk.finish();
        in_order(walk.found)
    }
}

/// Something that is nothing but what its expressions read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    Local(Arc<str>),
    Variable(Arc<str>),
    Output(Arc<str>),
    /// What is configured of a resource, at and under some names: all of it without any.
    Arguments(Resource, Vec<Arc<str>>),
    /// `count` or `for_each` of a resource.
    Repetition(Resource),
}

/// References of what stands under names in a body: of an argument, of a block that there is once, else of all. Blocks of
/// which there may be many are not gone into: their name leads to all of the body, and what follows it to nothing.
/// Source: the analysis of OpenTofu 1.11, and what Terraform 1.11 lists of the AWS provider's types.
fn configured(body: &Body, block: &Block, names: &[Arc<str>]) -> Vec<Traversal> {
    let Some((first, rest)) = names.split_first() else { return body_references(body) };
    let schema = BodySchema::new(&[(&**first, false)], &[(&**first, &[]), ("dynamic", &["name"])]);
    let content = || body.partial_content(&schema).0;
    if block.attributes.contains_key(first) {
        return content().attributes.iter().flat_map(|attribute| references(&attribute.expr)).collect();
    }
    let Some(nested) = block.blocks.get(first) else { return Vec::new() };
    if !matches!(nested.nesting, Nesting::Single | Nesting::Group) {
        return configured(body, block, rest);
    }
    let content = content();
    let made = content.blocks_of("dynamic");
    let made = made.filter(|block| block.labels.first().is_some_and(|label| *label.text == **first));
    let made = made.flat_map(|block| body_references(&block.body));
    let written = content.blocks_of(first).flat_map(|one| configured(&one.body, &nested.block, rest));
    written.chain(made).collect()
}

/// The name that a step leads to: keys of indexes are names too.
fn name_of(step: &TraversalStep) -> Option<Arc<str>> {
    match step {
        TraversalStep::Attr(name) => Some(name.text.to_arc()),
        TraversalStep::Index(step) => match step.key.kind() {
            Kind::String(text) => Some(Arc::from(&**text)),
            Kind::Number(number) => Some(number.to_string().into()),
            _ => None,
        },
    }
}

/// What is read of the resources of nodes, in order, each once. In a module the nodes of resources are in their order,
/// and numbers are compared faster than names.
fn in_order(mut found: Vec<(NodeIndex, RelevantAttribute)>) -> Vec<RelevantAttribute> {
    fn key((node, read): &(NodeIndex, RelevantAttribute)) -> impl Ord + '_ {
        (&read.resource.module, *node, &read.key, &read.path)
    }
    found.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
    found.dedup_by(|one, other| key(one) == key(other));
    found.into_iter().map(|(_, read)| read).collect()
}

fn of_block(instance: &ResourceInstance) -> (&ModuleInstance, &Resource) {
    (&instance.module, &instance.resource)
}

struct Walk<'c> {
    core: &'c Core,
    /// Resources of which all is read anyway.
    whole: QuickSet<(&'c ModuleInstance, &'c Resource)>,
    seen: HashSet<(ModuleInstance, Name)>,
    /// References still to be read, and the resource they stand in.
    open: Vec<(ModuleId, ModuleInstance, Option<Resource>, Traversal)>,
    found: Vec<(NodeIndex, RelevantAttribute)>,
}

impl Walk<'_> {
    fn finish(&mut self) {
        while let Some((id, module, owner, traversal)) = self.open.pop() {
            self.read(id, &module, owner.as_ref(), &traversal);
        }
    }

    fn inner_outputs(&mut self) {
        for at in 1.. {
            let Some(module) = self.core.values.module(InstanceId(at)) else { return };
            let made = module.outputs.iter().filter(|(_, value)| !value.is_null());
            let names: Vec<_> = made.map(|(name, _)| name.clone()).collect();
            let (id, address) = (module.id, module.address.clone());
            names.into_iter().for_each(|name| self.visit(id, &address, Name::Output(name)));
        }
    }

    fn visit(&mut self, id: ModuleId, module: &ModuleInstance, name: Name) {
        if self.seen.insert((module.clone(), name.clone())) {
            self.go(id, module, name);
        }
    }

    fn go(&mut self, id: ModuleId, module: &ModuleInstance, name: Name) {
        let Some(compiled) = self.core.program.module(id) else { return };
        let config = &compiled.config;
        let found = |expr: Option<&Expr>| expr.map(references).unwrap_or_default();
        let (id, module, owner, behind) = match name {
            Name::Local(name) => {
                (id, module.clone(), None, found(config.locals.get(&name).map(|local| &local.expr)))
            }
            Name::Output(name) => {
                let value = config.outputs.get(&name).and_then(|output| output.value.as_ref());
                (id, module.clone(), None, found(value))
            }
            Name::Variable(name) => {
                let (Some((caller, call)), Some((outer, _))) = (&compiled.caller, module.parent()) else {
                    return;
                };
                (*caller, outer, None, found(call.arguments.get(&name).map(|argument| &argument.expr)))
            }
            Name::Arguments(resource, names) => {
                let block = self.core.program.resource(id, &resource);
                let read = block.map(|block| self.arguments(block, &names)).unwrap_or_default();
                (id, module.clone(), Some(resource), read)
            }
            Name::Repetition(resource) => {
                let block = self.core.program.resource(id, &resource);
                (id, module.clone(), None, found(block.and_then(|block| block.repetition.expr())))
            }
        };
        let open = |traversal| (id, module.clone(), owner.clone(), traversal);
        self.open.extend(behind.into_iter().map(open));
    }

    /// References of what is configured of a resource, at and under some names.
    fn arguments(&self, block: &ResourceBlock, names: &[Arc<str>]) -> Vec<Traversal> {
        let provider = self.core.input.schemas.get(&block.provider_addr);
        let resource = &block.resource;
        match provider.and_then(|provider| schema_of(provider, resource.mode, &resource.type_name)) {
            Some(schema) => configured(&block.body, &schema.block, names),
            None => body_references(&block.body),
        }
    }

    fn read(
        &mut self,
        id: ModuleId,
        module: &ModuleInstance,
        owner: Option<&Resource>,
        traversal: &Traversal,
    ) {
        let Ok(reference) = Reference::parse(traversal) else { return };
        match reference.subject {
            Subject::Variable(name) => self.visit(id, module, Name::Variable(name.into())),
            Subject::Local(name) => self.visit(id, module, Name::Local(name.into())),
            Subject::Module(name, key, output) => {
                let Some(called) = self.core.program.module(id) else { return };
                let Some(&child) = called.children.get(name) else { return };
                let inner = module.child(name, key);
                let all = || self.core.program.config(child).map(|config| config.outputs.keys().cloned());
                let names: Vec<_> = match output {
                    Some(output) => vec![output.into()],
                    None => all().into_iter().flatten().collect(),
                };
                names.into_iter().for_each(|name| self.visit(child, &inner, Name::Output(name)));
            }
            // What else has two names, such as the iterator of a dynamic block, is no resource.
            Subject::Resource(resource, key) => {
                let core = self.core;
                let Some(compiled) = core.program.compiled_resource(id, &resource) else { return };
                let resource = &compiled.block.resource;
                let rest = traversal.steps().get(reference.consumed..).unwrap_or_default();
                if !self.whole.contains(&(module, resource)) {
                    let names = rest.iter().filter_map(name_of).collect();
                    self.visit(id, module, Name::Arguments(resource.clone(), names));
                }
                let step = |step: &TraversalStep| match step {
                    TraversalStep::Attr(name) => Step::Attr(name.text.to_arc()),
                    TraversalStep::Index(step) => Step::Index(step.key.clone()),
                };
                let path = Path(rest.iter().map(step).collect());
                let resource = AbsResource { module: module.clone(), resource: resource.clone() };
                self.found.push((compiled.node, RelevantAttribute { resource, key, path }));
            }
            Subject::CountIndex | Subject::EachKey | Subject::EachValue => {
                if let Some(owner) = owner {
                    self.visit(id, module, Name::Repetition(owner.clone()));
                }
            }
            Subject::SelfObject | Subject::Path(_) | Subject::Terraform(_) => {}
        }
    }
}

#[cfg(test)]
#[path = "reads_tests.rs"]
mod tests;
