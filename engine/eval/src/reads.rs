//! Which attributes of resources the blocks behind some changes read: through local values, variables and outputs, and
//! through the arguments of the resources that are read.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use ordain_addr::{AbsResource, Key, ModuleInstance, ResourceInstance};
use ordain_config::{Reference, Subject};
use ordain_lang::ast::{Body, BodySchema, Expr, Traversal, TraversalStep};
use ordain_lang::refs::{body_references, references};
use ordain_provider::{Block, Nesting};
use ordain_value::{Kind, Path, Step, Value};
use petgraph::graph::NodeIndex;

use crate::compile::CompiledResource;
use crate::core::Core;
use crate::graph::{ModuleId, Node};
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
        let mut instances: Vec<&ResourceInstance> = resources.into_iter().collect();
        instances.dedup_by_key(|instance| (&instance.module, &instance.resource));
        let declared = |instance: &&'a ResourceInstance| {
            let id = core.program.find_module(&instance.module.path())?;
            Some((id, &instance.module, core.program.compiled_resource(id, &instance.resource)?))
        };
        let blocks: Vec<_> = instances.iter().filter_map(declared).collect();
        let whole = blocks.iter().map(|(_, module, block)| (*module, block.node)).collect();
        let mut walk =
            Walk { core: &core, whole, seen: QuickSet::default(), open: Vec::new(), found: Vec::new() };
        for (id, module, block) in &blocks {
            walk.arguments(*id, module, block, &[]);
            walk.finish();
        }
        for output in outputs {
            walk.visit(ModuleId(0), &ModuleInstance::root(), Name::Output(output.into()));
        }
        if inner {
            walk.inner_outputs();
        }
        walk.finish();
        walk.attributes()
    }
}

/// Something that is nothing but what its expressions read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    Local(Arc<str>),
    Variable(Arc<str>),
    Output(Arc<str>),
    /// What is configured of a resource, at and under some names.
    Arguments(NodeIndex, Vec<Arc<str>>),
    /// `count` or `for_each` of a resource.
    Repetition(NodeIndex),
}

/// A reference to a resource. Most read what another does, so names are not copied before all are known.
struct Read {
    module: ModuleInstance,
    node: NodeIndex,
    key: Option<Key>,
    named: Traversal,
    /// How many steps of what is named lead to the object.
    consumed: usize,
}

/// A step in the words of a reference: in the same order as [`Step`].
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Word<'r> {
    Attr(&'r str),
    Index(&'r Value),
}

impl Read {
    fn words(&self) -> impl Iterator<Item = Word<'_>> {
        let steps = self.named.steps().get(self.consumed..).unwrap_or_default();
        steps.iter().map(|step| match step {
            TraversalStep::Attr(name) => Word::Attr(&name.text),
            TraversalStep::Index(step) => Word::Index(&step.key),
        })
    }

    /// In a module the nodes of resources are in their order, and numbers are compared faster than names.
    fn order(&self, other: &Read) -> Ordering {
        let by_place = || self.node.cmp(&other.node).then_with(|| self.key.cmp(&other.key));
        // Most modules have one instance, and few configurations have many modules.
        let by_module = match Arc::ptr_eq(&self.module.0, &other.module.0) {
            true => Ordering::Equal,
            false => self.module.cmp(&other.module),
        };
        by_module.then_with(by_place).then_with(|| self.words().cmp(other.words()))
    }

    fn attribute(self, core: &Core) -> Option<RelevantAttribute> {
        let Node::Resource(_, resource) = core.program.graph.node(self.node)? else { return None };
        let step = |word: Word<'_>| match word {
            Word::Attr(name) => Step::Attr(name.into()),
            Word::Index(key) => Step::Index(key.clone()),
        };
        let path = Path(self.words().map(step).collect());
        let resource = AbsResource { module: self.module, resource: resource.clone() };
        Some(RelevantAttribute { resource, key: self.key, path })
    }
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

struct Walk<'c> {
    core: &'c Core,
    /// Resources that are looked at as a whole, by the instances of their modules.
    whole: QuickSet<(&'c ModuleInstance, NodeIndex)>,
    seen: QuickSet<(ModuleInstance, Name)>,
    /// References that are to be followed, with the module that they stand in and the resource whose keys they see.
    open: Vec<(ModuleId, ModuleInstance, Option<&'c CompiledResource>, Traversal)>,
    found: Vec<Read>,
}

impl<'c> Walk<'c> {
    fn finish(&mut self) {
        while let Some((id, module, block, named)) = self.open.pop() {
            self.read(id, &module, block, named);
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

    /// Goes on with what stands behind a name, unless that was done.
    fn visit(&mut self, id: ModuleId, module: &ModuleInstance, name: Name) {
        if !self.seen.insert((module.clone(), name.clone())) {
            return;
        }
        let Some(compiled) = self.core.program.module(id) else { return };
        let config = &compiled.config;
        match name {
            Name::Local(name) => {
                self.open(id, module, config.locals.get(&name).map(|local| &local.expr));
            }
            Name::Output(name) => {
                let output = config.outputs.get(&name);
                self.open(id, module, output.and_then(|output| output.value.as_ref()));
            }
            Name::Variable(name) => {
                if let (Some((caller, call)), Some((outer, _))) = (&compiled.caller, module.parent()) {
                    self.open(*caller, &outer, call.arguments.get(&name).map(|argument| &argument.expr));
                }
            }
            Name::Arguments(node, names) => {
                if let Some(block) = self.core.program.resource_at(node) {
                    self.arguments(id, module, block, &names);
                }
            }
            Name::Repetition(node) => {
                let block = self.core.program.resource_at(node);
                self.open(id, module, block.and_then(|block| block.block.repetition.expr()));
            }
        }
    }

    fn open(&mut self, id: ModuleId, module: &ModuleInstance, expr: Option<&Expr>) {
        let named = expr.map(references).unwrap_or_default();
        self.open.extend(named.into_iter().map(|named| (id, module.clone(), None, named)));
    }

    /// Goes on with what is configured of a resource, at and under some names.
    fn arguments(
        &mut self,
        id: ModuleId,
        module: &ModuleInstance,
        block: &'c CompiledResource,
        names: &[Arc<str>],
    ) {
        let body = &block.block.body;
        let named = match self.core.type_at(block.kind) {
            Some(info) => configured(body, &info.schema.block, names),
            None => body_references(body),
        };
        self.open.extend(named.into_iter().map(|named| (id, module.clone(), Some(block), named)));
    }

    fn read(
        &mut self,
        id: ModuleId,
        module: &ModuleInstance,
        block: Option<&CompiledResource>,
        named: Traversal,
    ) {
        let Ok(reference) = Reference::parse(&named) else { return };
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
                let Some(compiled) = self.core.program.compiled_resource(id, &resource) else { return };
                let (node, consumed) = (compiled.node, reference.consumed);
                if !self.whole.contains(&(module, node)) {
                    let rest = named.steps().get(consumed..).unwrap_or_default();
                    let names = rest.iter().filter_map(name_of).collect();
                    self.visit(id, module, Name::Arguments(node, names));
                }
                self.found.push(Read { module: module.clone(), node, key, named, consumed });
            }
            Subject::CountIndex | Subject::EachKey | Subject::EachValue => {
                if let Some(block) = block {
                    self.visit(id, module, Name::Repetition(block.node));
                }
            }
            Subject::SelfObject | Subject::Path(_) | Subject::Terraform(_) => {}
        }
    }

    /// All that was read, in order, each once.
    fn attributes(mut self) -> Vec<RelevantAttribute> {
        self.found.sort_unstable_by(Read::order);
        self.found.dedup_by(|one, other| one.order(other) == Ordering::Equal);
        self.found.into_iter().filter_map(|read| read.attribute(self.core)).collect()
    }
}

#[cfg(test)]
#[path = "reads_tests.rs"]
mod tests;
