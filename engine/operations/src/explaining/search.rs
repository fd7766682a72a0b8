//! The way back from a value to where its change came from.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use ordain_addr::{AbsResource, ConfigResource, Key, ModuleInstance, ResourceInstance};
use ordain_config::{ModuleTree, Reference, Subject};
use ordain_diag::Span;
use ordain_lang::ast::{Body, BodySchema, Traversal, TraversalStep};
use ordain_lang::refs::{body_references, references};
use ordain_plan::Action;

use super::{Explainer, changed, differs, is_wholly_known};

/// A value that others are made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// An attribute or nested block of an instance.
    Attribute(ResourceInstance, Arc<str>),
    /// Which instances of a resource there are.
    Instances(ModuleInstance, ConfigResource),
    /// `replace_triggered_by` of an instance.
    Triggers(ResourceInstance),
    /// A local value.
    Local(ModuleInstance, Arc<str>),
    /// A variable.
    Variable(ModuleInstance, Arc<str>),
    /// An output of a called module.
    Output(ModuleInstance, Arc<str>),
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside =
            |module: &ModuleInstance| if module.is_root() { String::new() } else { format!("{module}.") };
        match self {
            Node::Attribute(address, name) => write!(out, "{address}.{name}"),
            Node::Instances(_, resource) => write!(out, "{resource} (count or for_each)"),
            Node::Triggers(address) => write!(out, "{address} (replace_triggered_by)"),
            Node::Local(module, name) => write!(out, "{}local.{name}", inside(module)),
            Node::Variable(module, name) => write!(out, "{}var.{name}", inside(module)),
            Node::Output(module, name) => write!(out, "{}output.{name}", inside(module)),
        }
    }
}

/// An argument or the nested blocks of a name.
pub(crate) struct Member {
    /// What it refers to.
    pub(crate) references: Vec<Traversal>,
    /// Where it is written.
    pub(crate) span: Span,
}

/// The argument or nested blocks of a name, `dynamic` ones included; `None` when there are none.
pub(crate) fn member(body: &Body, name: &str) -> Option<Member> {
    let (content, _, _) = body.partial_content(&BodySchema::new(&[(name, false)], &[]));
    if let Some(attribute) = content.attributes.first() {
        return Some(Member { references: references(&attribute.expr), span: attribute.expr.span });
    }
    let (content, _, _) = body.partial_content(&BodySchema::new(&[], &[(name, &[]), ("dynamic", &["name"])]));
    let mut found: Option<Member> = None;
    for block in &content.blocks {
        let generated = &*block.block_type.text == "dynamic";
        if generated && block.labels.first().is_none_or(|label| &*label.text != name) {
            continue;
        }
        let member =
            found.get_or_insert_with(|| Member { references: Vec::new(), span: block.block_type.span });
        member.references.extend(body_references(&block.body));
    }
    found
}

impl Node {
    /// Where it is written.
    pub(crate) fn place(&self, tree: &ModuleTree) -> Option<Span> {
        match self {
            Node::Attribute(address, name) => {
                let block = tree.resource(&address.config())?;
                Some(member(&block.body, name).map_or(block.header, |member| member.span))
            }
            Node::Instances(_, resource) => tree.resource(resource)?.repetition.expr().map(|expr| expr.span),
            Node::Triggers(address) => Some(tree.resource(&address.config())?.header),
            Node::Local(module, name) => Some(tree.module(&module.path())?.locals.get(name)?.span),
            Node::Variable(module, name) => Some(tree.module(&module.path())?.variables.get(name)?.name.span),
            Node::Output(module, name) => Some(tree.module(&module.path())?.outputs.get(name)?.name.span),
        }
    }
}

/// How telling an end of the way is; the least wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is known to have changed.
    Changed,
    /// It may have changed.
    Input,
    /// It is text of the configuration.
    Text,
}

/// One search, nearest first.
pub(crate) struct Search<'s, 'e> {
    explainer: &'s Explainer<'e>,
    /// Whether only what is unknown is looked for.
    unknown: bool,
    from: BTreeMap<Node, Option<Node>>,
}

impl<'s, 'e> Search<'s, 'e> {
    /// A search for where a change came from.
    pub(crate) fn new(explainer: &'s Explainer<'e>) -> Self {
        Self { explainer, unknown: false, from: BTreeMap::new() }
    }

    /// A search for what made a value unknown.
    pub(crate) fn unknown(explainer: &'s Explainer<'e>) -> Self {
        Self { explainer, unknown: true, from: BTreeMap::new() }
    }

    /// The shortest way to the most telling end; empty when there is nowhere to begin.
    pub(crate) fn run(mut self, start: impl IntoIterator<Item = Node>) -> Vec<Node> {
        let mut queue = VecDeque::new();
        for node in start {
            self.from.insert(node.clone(), None);
            queue.push_back(node);
        }
        let mut best: Option<(Rank, Node)> = None;
        while let Some(node) = queue.pop_front() {
            let next = self.next(&node);
            if let Some(rank) = self.rank(&node, &next)
                && best.as_ref().is_none_or(|(known, _)| rank < *known)
            {
                best = Some((rank, node.clone()));
                if rank == Rank::Changed {
                    break;
                }
            }
            for other in next {
                if !self.from.contains_key(&other) {
                    self.from.insert(other.clone(), Some(node.clone()));
                    queue.push_back(other);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = best.map(|(_, node)| node);
        while let Some(node) = at {
            at = self.from.get(&node).cloned().flatten();
            way.push(node);
        }
        way.reverse();
        way
    }

    /// What an end is worth; `None` for what only passes on.
    fn rank(&self, node: &Node, next: &[Node]) -> Option<Rank> {
        match node {
            Node::Attribute(address, name) => {
                if self.explainer.drifted(address, name) {
                    return Some(Rank::Changed);
                }
                let change = self.explainer.change(address)?;
                let written = self.explainer.is_written(change, name);
                let unknown = change.after.get(name).is_some_and(|value| !is_wholly_known(value));
                // What the provider decides is an end, unless it is where the search began.
                let began = self.from.get(node).is_some_and(Option::is_none);
                match (written, unknown) {
                    (false, true) if !began || next.is_empty() => Some(Rank::Changed),
                    _ if next.is_empty() => Some(Rank::Text),
                    _ => None,
                }
            }
            Node::Variable(module, _) if module.is_root() => Some(Rank::Input),
            _ if next.is_empty() => Some(Rank::Text),
            _ => None,
        }
    }

    /// What a value is made from, as far as it may have changed.
    fn next(&self, node: &Node) -> Vec<Node> {
        let tree = self.explainer.tree;
        let found = match node {
            Node::Attribute(address, name) => {
                let block = tree.resource(&address.config());
                let member = block.and_then(|block| member(&block.body, name));
                member.map(|member| self.named(&address.module, &member.references, Some(address)))
            }
            Node::Instances(module, resource) => {
                let expr = tree.resource(resource).and_then(|block| block.repetition.expr());
                expr.map(|expr| self.named(module, &references(expr), None))
            }
            Node::Triggers(address) => {
                let block = tree.resource(&address.config());
                let refs = block.map(|block| {
                    block.lifecycle.replace_triggered_by.iter().flat_map(references).collect::<Vec<_>>()
                });
                refs.map(|refs| self.named(&address.module, &refs, Some(address)))
            }
            Node::Local(module, name) => {
                let local = tree.module(&module.path()).and_then(|found| found.locals.get(name));
                local.map(|local| self.named(module, &references(&local.expr), None))
            }
            Node::Output(module, name) => {
                let output = tree.module(&module.path()).and_then(|found| found.outputs.get(name));
                let value = output.and_then(|output| output.value.as_ref());
                value.map(|value| self.named(module, &references(value), None))
            }
            Node::Variable(module, name) => self.argument(module, name),
        };
        found.unwrap_or_default()
    }

    /// What a call gives for a variable of the module.
    fn argument(&self, module: &ModuleInstance, name: &Arc<str>) -> Option<Vec<Node>> {
        let (caller, step) = module.parent()?;
        let call = self.explainer.tree.module(&caller.path())?.calls.get(&step.name)?.clone();
        let argument = call.arguments.get(name)?;
        Some(self.named(&caller, &references(&argument.expr), None))
    }

    /// The values that references mean. `of` is the instance that they stand in.
    fn named(
        &self,
        module: &ModuleInstance,
        references: &[Traversal],
        of: Option<&ResourceInstance>,
    ) -> Vec<Node> {
        let mut out = Vec::new();
        for traversal in references {
            let Ok(reference) = Reference::parse(traversal) else { continue };
            match reference.subject {
                Subject::Variable(name) => out.push(Node::Variable(module.clone(), name.into())),
                Subject::Local(name) => out.push(Node::Local(module.clone(), name.into())),
                Subject::Resource(resource, key) => {
                    let address = AbsResource { module: module.clone(), resource: resource.to_resource() };
                    self.attributes(
                        &address,
                        key.as_ref(),
                        attribute_of(traversal, reference.consumed),
                        &mut out,
                    );
                }
                Subject::Module(name, key, output) => {
                    let child = self.instances_of(module, &Arc::from(name), key.as_ref());
                    out.extend(output.map(|output| Node::Output(child, output.into())));
                }
                Subject::CountIndex | Subject::EachKey | Subject::EachValue => {
                    out.extend(of.map(|address| Node::Instances(address.module.clone(), address.config())));
                }
                Subject::SelfObject | Subject::Path(_) | Subject::Terraform(_) => {}
            }
        }
        if self.unknown {
            out.retain(|node| match node {
                Node::Attribute(address, name) => self.is_unknown(address, name),
                _ => true,
            });
        }
        out
    }

    fn is_unknown(&self, address: &ResourceInstance, name: &str) -> bool {
        let change = self.explainer.change(address);
        change.and_then(|change| change.after.get(name)).is_some_and(|value| !is_wholly_known(value))
    }

    /// Attributes of a resource's instance that change. A reference to whole objects means all of them.
    fn attributes(
        &self,
        address: &AbsResource,
        key: Option<&Key>,
        name: Option<Arc<str>>,
        out: &mut Vec<Node>,
    ) {
        let before = out.len();
        let changes = self.explainer.by_resource.get(address).map_or(&[][..], |list| list);
        for change in changes.iter().filter(|change| key.is_none() || change.address.key.as_ref() == key) {
            let drifted = |name: &str| self.explainer.drifted(&change.address, name);
            if change.action == Action::NoOp && !self.explainer.drift.contains_key(&change.address) {
                continue;
            }
            let names = match &name {
                Some(name) => vec![name.clone()],
                None => changed(change),
            };
            for name in names {
                if differs(change, &name) || drifted(&name) {
                    out.push(Node::Attribute(change.address.clone(), name));
                }
            }
            // One instance that changes stands for all: the ways from them differ only in their keys.
            if out.len() > before {
                break;
            }
        }
    }

    /// The instance of a called module that a reference means; without key, the first that the plan knows.
    fn instances_of(&self, module: &ModuleInstance, name: &Arc<str>, key: Option<&Key>) -> ModuleInstance {
        let plain = module.child(name.clone(), key.cloned());
        if key.is_some() {
            return plain;
        }
        let depth = module.0.len();
        let fits = |address: &&AbsResource| {
            address.module.0.len() > depth
                && module.contains(&address.module)
                && address.module.0.get(depth).is_some_and(|step| step.name == *name)
        };
        let found = self.explainer.by_resource.keys().find(fits);
        let step = found.and_then(|address| address.module.0.get(depth));
        module.child(name.clone(), step.and_then(|step| step.key.clone()))
    }
}

/// The attribute that follows the name in a reference.
fn attribute_of(traversal: &Traversal, consumed: usize) -> Option<Arc<str>> {
    traversal.steps().iter().skip(consumed).find_map(|step| match step {
        TraversalStep::Attr(name) => Some(name.text.to_arc()),
        TraversalStep::Index(_) => None,
    })
}
