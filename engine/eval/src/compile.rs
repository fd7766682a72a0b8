//! The module tree as a table of modules and a graph of blocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ConfigResource, Mode, ModulePath, Names, ProviderAddr, ProviderConfigAddr, Resource};
use ordain_config::blocks::{ModuleCall, ProviderBlock, ResourceBlock};
use ordain_config::{Module, ModuleTree, ProviderChoice};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::{Body, Expr, Traversal};
use ordain_lang::refs::{body_references, known_references};
use ordain_provider::Block;
use petgraph::graph::NodeIndex;

use crate::Input;
use crate::deprecated::Deprecated;
use crate::graph::{Graph, ModuleId, Node};
use crate::provider_keys::ProviderKey;
use crate::quick_hash::QuickMap;

/// A module, compiled.
pub(crate) struct CompiledModule {
    /// The configuration.
    pub(crate) config: Arc<Module>,
    /// Who calls it, and the call.
    pub(crate) caller: Option<(ModuleId, Arc<ModuleCall>)>,
    /// Modules that it calls.
    pub(crate) children: BTreeMap<Arc<str>, ModuleId>,
    /// Outputs of those that it is asked not to use.
    pub(crate) deprecated: Vec<Deprecated>,
    /// Its resources and the expressions of its local values again, as they are asked for most often.
    pub(crate) resources: QuickMap<Resource, CompiledResource>,
    pub(crate) locals: QuickMap<Arc<str>, Expr>,
    /// Nodes of what is declared in it, until they are connected.
    pub(crate) content: Vec<NodeIndex>,
}

/// A resource of a module.
pub(crate) struct CompiledResource {
    pub(crate) block: Arc<ResourceBlock>,
    pub(crate) node: NodeIndex,
    /// Its type, as an index in the compiled table.
    pub(crate) kind: usize,
    /// Whether its block names it.
    pub(crate) names_itself: bool,
}

/// A type of resources: its provider, how it is declared, and its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ResourceKind {
    pub(crate) provider: ProviderAddr,
    pub(crate) mode: Mode,
    pub(crate) name: Arc<str>,
}

impl ResourceKind {
    fn is_of(&self, block: &ResourceBlock) -> bool {
        let Resource { mode, type_name, .. } = &block.resource;
        (self.mode, &self.name, &self.provider) == (*mode, type_name, &block.provider_addr)
    }
}

/// A provider configuration that is used.
pub(crate) struct CompiledProvider {
    pub(crate) node: NodeIndex,
    pub(crate) address: Arc<ProviderConfigAddr>,
    /// The block; `None` for an implied empty configuration.
    pub(crate) block: Option<Arc<ProviderBlock>>,
}

/// Everything that does not change while evaluating.
#[derive(Default)]
pub(crate) struct Program {
    pub(crate) modules: Vec<CompiledModule>,
    pub(crate) providers: Vec<CompiledProvider>,
    /// Types of the resources.
    pub(crate) kinds: Vec<ResourceKind>,
    /// Provider configuration of each resource, by its node.
    provider_of: Vec<Option<usize>>,
    /// What chooses an instance of the provider configuration, for resources whose configuration has several.
    pub(crate) provider_keys: QuickMap<ConfigResource, ProviderKey>,
    pub(crate) graph: Graph,
    provider_index: BTreeMap<ProviderConfigAddr, usize>,
    kind_index: BTreeMap<ResourceKind, usize>,
}

impl Program {
    /// Compiles. Errors are those that forbid any evaluation.
    pub(crate) fn compile(input: &Input) -> (Program, Diagnostics) {
        let mut program = Program::default();
        let mut found = Diagnostics::new();
        program.add_module(&input.tree.root, None);
        program.add_nodes();
        program.add_providers(input, &mut found);
        program.connect_all(input);
        program.report_circles(&mut found);
        (program, found)
    }

    /// The compiled module.
    pub(crate) fn module(&self, id: ModuleId) -> Option<&CompiledModule> {
        self.modules.get(id.0)
    }

    /// The module's configuration.
    pub(crate) fn config(&self, id: ModuleId) -> Option<&Arc<Module>> {
        self.module(id).map(|module| &module.config)
    }

    /// The block of a resource.
    pub(crate) fn resource(&self, id: ModuleId, resource: &dyn Names) -> Option<&Arc<ResourceBlock>> {
        self.compiled_resource(id, resource).map(|found| &found.block)
    }

    /// The same with what is known of it.
    pub(crate) fn compiled_resource(&self, id: ModuleId, resource: &dyn Names) -> Option<&CompiledResource> {
        self.module(id)?.resources.get(resource)
    }

    /// The resource of a node.
    pub(crate) fn resource_at(&self, at: NodeIndex) -> Option<&CompiledResource> {
        match self.graph.node(at)? {
            Node::Resource(id, resource) => self.compiled_resource(*id, resource),
            _ => None,
        }
    }

    /// The node of a resource.
    pub(crate) fn resource_node(&self, id: ModuleId, resource: &dyn Names) -> Option<NodeIndex> {
        self.compiled_resource(id, resource).map(|found| found.node)
    }

    /// Address of a resource's block.
    pub(crate) fn address(&self, id: ModuleId, resource: &Resource) -> ConfigResource {
        let module = self.config(id).map(|module| module.path.clone()).unwrap_or_default();
        ConfigResource { module, resource: resource.clone() }
    }

    /// The provider configuration of a resource's node.
    pub(crate) fn provider_of(&self, at: NodeIndex) -> Option<&CompiledProvider> {
        self.providers.get((*self.provider_of.get(at.index())?)?)
    }

    /// The module at a path.
    pub(crate) fn find_module(&self, path: &ModulePath) -> Option<ModuleId> {
        path.0.iter().try_fold(ModuleId(0), |id, name| self.module(id)?.children.get(name).copied())
    }

    /// Whether a module came from elsewhere, or was called by one that did.
    fn is_remote(&self, caller: Option<&(ModuleId, Arc<ModuleCall>)>) -> bool {
        caller.is_some_and(|(id, call)| {
            call.is_remote() || self.is_remote(self.module(*id).and_then(|module| module.caller.as_ref()))
        })
    }

    fn add_module(&mut self, config: &Arc<Module>, caller: Option<(ModuleId, Arc<ModuleCall>)>) -> ModuleId {
        let id = ModuleId(self.modules.len());
        let remote = self.is_remote(caller.as_ref());
        let (children, deprecated) = (BTreeMap::new(), Deprecated::of_calls(config, remote));
        let locals = config.locals.iter().map(|(name, local)| (name.clone(), local.expr.clone())).collect();
        self.modules.push(CompiledModule {
            config: config.clone(),
            caller,
            children,
            deprecated,
            resources: QuickMap::default(),
            locals,
            content: Vec::new(),
        });
        for (name, call) in &config.calls {
            let Some(child) = &call.child else { continue };
            let child = self.add_module(child, Some((id, call.clone())));
            if let Some(module) = self.modules.get_mut(id.0) {
                module.children.insert(name.clone(), child);
            }
        }
        id
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = (ModuleId, Arc<Module>)> + use<> {
        let all: Vec<_> = self.modules.iter().map(|module| module.config.clone()).collect();
        all.into_iter().enumerate().map(|(at, config)| (ModuleId(at), config))
    }

    fn add_nodes(&mut self) {
        for (id, config) in self.ids() {
            self.graph.reserve(config.resources.len(), config.locals.len());
            self.graph.add(Node::Open(id));
            let (mut variables, mut validations) = (Vec::new(), Vec::new());
            for (name, variable) in &config.variables {
                variables.push(self.graph.add(Node::Variable(id, name.clone())));
                if !variable.validations.is_empty() {
                    validations.push(self.graph.add(Node::Validation(id, name.clone())));
                }
            }
            let mut all = |nodes: &mut dyn Iterator<Item = Node>| -> Vec<NodeIndex> {
                nodes.map(|node| self.graph.add(node)).collect()
            };
            let locals = all(&mut config.locals.keys().map(|name| Node::Local(id, name.clone())));
            let resources = self.add_resources(id, &config);
            let mut all = |nodes: &mut dyn Iterator<Item = Node>| -> Vec<NodeIndex> {
                nodes.map(|node| self.graph.add(node)).collect()
            };
            let checks = all(&mut config.checks.keys().map(|name| Node::Check(id, name.clone())));
            let outputs = all(&mut config.outputs.keys().map(|name| Node::Output(id, name.clone())));
            if let Some(module) = self.modules.get_mut(id.0) {
                module.content = [variables, validations, locals, outputs, resources, checks].concat();
            }
        }
        // Inner modules are complete before those around them.
        for at in (0..self.modules.len()).rev() {
            self.graph.add(Node::Close(ModuleId(at)));
        }
    }

    fn add_resources(&mut self, id: ModuleId, config: &Module) -> Vec<NodeIndex> {
        let mut resources = QuickMap::with_capacity_and_hasher(config.resources.len(), Default::default());
        let mut nodes = Vec::with_capacity(config.resources.len());
        let mut kind = 0;
        for (name, block) in &config.resources {
            let node = self.graph.add_resource(id, name);
            nodes.push(node);
            kind = self.kind_of(block, kind);
            resources.insert(
                name.clone(),
                CompiledResource { block: block.clone(), node, kind, names_itself: false },
            );
        }
        if let Some(module) = self.modules.get_mut(id.0) {
            module.resources = resources;
        }
        nodes
    }

    /// The index of a resource's type. Those of one type mostly stand together.
    fn kind_of(&mut self, block: &ResourceBlock, last: usize) -> usize {
        if self.kinds.get(last).is_some_and(|kind| kind.is_of(block)) {
            return last;
        }
        let Resource { mode, type_name, .. } = block.resource.clone();
        let kind = ResourceKind { provider: block.provider_addr.clone(), mode, name: type_name };
        let kinds = &mut self.kinds;
        *self.kind_index.entry(kind).or_insert_with_key(|kind| {
            kinds.push(kind.clone());
            kinds.len() - 1
        })
    }

    fn add_providers(&mut self, input: &Input, found: &mut Diagnostics) {
        let mut unknown: Vec<ProviderConfigAddr> = Vec::new();
        for (id, config) in self.ids() {
            let passed = self.missing_passed(&input.tree, &config);
            for missing in &passed {
                let code = codes::provider::PROVIDER_CONFIG;
                let detail = "The configuration that is passed to the module is declared nowhere.";
                found.push(Diagnostic::error(code, format!("missing provider {missing}"), detail));
            }
            unknown.extend(passed);
            self.choose_providers(input, (id, &config), &unknown, found);
        }
        for stored in &input.stored_providers {
            let default_root = stored.module.is_root() && stored.alias.is_none();
            if default_root || block_of(&input.tree, stored).is_some() {
                self.add_provider(&input.tree, stored.block());
            } else {
                found.push(not_present("an object in the state", stored));
            }
        }
    }

    /// The provider configurations of a module's resources. `unknown` are those that are passed and do not exist.
    fn choose_providers(
        &mut self,
        input: &Input,
        (id, config): (ModuleId, &Module),
        unknown: &[ProviderConfigAddr],
        found: &mut Diagnostics,
    ) {
        self.provider_of.resize(self.graph.len(), None);
        let mut plain: Option<(&ResourceBlock, usize)> = None;
        for (resource, block) in &config.resources {
            // Where nothing says otherwise, all of a type have the same.
            let same = plain.filter(|(other, _)| {
                block.provider.is_none() && other.resource.type_name == block.resource.type_name
            });
            let chosen = match same {
                Some((_, provider)) => Ok(provider),
                None => provider_of(&input.tree, &config.path, block).map(|choice| {
                    let provider = self.add_provider(&input.tree, choice.address.clone());
                    let before = (found.len(), self.provider_keys.len());
                    self.add_provider_key((id, resource), block, &choice, found);
                    let said = before != (found.len(), self.provider_keys.len());
                    plain = (block.provider.is_none() && !said).then_some((&**block, provider));
                    provider
                }),
            };
            match chosen {
                Ok(provider) => {
                    let node = self.resource_node(id, resource);
                    let slot = node.and_then(|node| self.provider_of.get_mut(node.index()));
                    slot.into_iter().for_each(|slot| *slot = Some(provider));
                }
                // What was passed and is not there was told at the call.
                Err(missing) if unknown.contains(&missing) => {}
                Err(missing) => found.push(not_present(&self.address(id, resource).to_string(), &missing)),
            }
        }
    }

    /// Configurations that calls pass and that do not exist.
    fn missing_passed(&self, tree: &ModuleTree, config: &Module) -> Vec<ProviderConfigAddr> {
        let passed = config.calls.values().flat_map(|call| call.providers.iter().flatten());
        let missing = passed.filter_map(|passed| {
            let addr = config.provider_addr(&passed.outer.name.text);
            let alias = passed.outer.alias.as_ref().map(|alias| &*alias.text);
            tree.provider_config(&config.path, &passed.outer.name.text, alias, &addr).err()
        });
        missing.collect()
    }

    fn add_provider(&mut self, tree: &ModuleTree, address: ProviderConfigAddr) -> usize {
        if let Some(&at) = self.provider_index.get(&address) {
            return at;
        }
        let at = self.providers.len();
        let block = block_of(tree, &address);
        let node = self.graph.add(Node::Provider(at));
        self.provider_index.insert(address.clone(), at);
        self.providers.push(CompiledProvider { node, address: address.into(), block });
        at
    }

    fn report_circles(&self, found: &mut Diagnostics) {
        for circle in self.graph.circles() {
            let nodes: Vec<&Node> = circle.iter().filter_map(|at| self.graph.node(*at)).collect();
            found.push(self.circle(&nodes));
        }
    }

    fn circle(&self, nodes: &[&Node]) -> Diagnostic {
        let mut names: Vec<String> = nodes.iter().map(|node| self.name(node)).collect();
        names.sort();
        let detail = "These objects refer to each other in a circle, so that none of them can come first. Take one of the references out.";
        Diagnostic::error(codes::eval::CYCLE, format!("Cycle: {}", names.join(", ")), detail)
    }

    /// A node as messages name it.
    pub(crate) fn name(&self, node: &Node) -> String {
        let inside = |id: &ModuleId, what: String| {
            let path = self.config(*id).map(|config| config.path.clone()).unwrap_or_default();
            if path.is_root() { what } else { format!("{path}.{what}") }
        };
        let path = |id: &ModuleId| self.config(*id).map(|config| config.path.to_string()).unwrap_or_default();
        match node {
            Node::Open(id) => format!("{} (expand)", path(id)),
            Node::Close(id) => format!("{} (close)", path(id)),
            Node::Variable(ModuleId(0), name) => format!("var.{name}"),
            Node::Variable(id, name) => inside(id, format!("var.{name} (expand)")),
            Node::Validation(id, name) => inside(id, format!("var.{name} (validation)")),
            Node::Local(id, name) => inside(id, format!("local.{name} (expand)")),
            Node::Output(id, name) => inside(id, format!("output.{name} (expand)")),
            Node::Resource(id, resource) => inside(id, resource.to_string()),
            Node::Check(id, name) => inside(id, format!("check.{name}")),
            Node::Provider(at) => {
                self.providers.get(*at).map(|provider| provider.address.to_string()).unwrap_or_default()
            }
        }
    }
}

fn provider_of(
    tree: &ModuleTree,
    path: &ModulePath,
    block: &ResourceBlock,
) -> Result<ProviderChoice, ProviderConfigAddr> {
    let alias = block.provider.as_ref().and_then(|provider| provider.alias.as_ref());
    tree.provider_config(path, block.provider_name(), alias.map(|alias| &*alias.text), &block.provider_addr)
}

fn block_of(tree: &ModuleTree, address: &ProviderConfigAddr) -> Option<Arc<ProviderBlock>> {
    let module = tree.module(&address.module)?;
    let fits = |block: &&Arc<ProviderBlock>| {
        block.addr == address.provider
            && block.alias.as_ref().map(|alias| &*alias.text) == address.alias.as_deref()
    };
    module.providers.values().find(fits).cloned()
}

/// References of a body of which the schema is known, or not.
pub(crate) fn references_of(body: &Body, schema: Option<&Block>) -> Vec<Traversal> {
    let Some(schema) = schema else { return body_references(body) };
    known_references(body, &|name| schema.attributes.contains_key(name) || schema.blocks.contains_key(name))
}

fn not_present(what: &str, missing: &ProviderConfigAddr) -> Diagnostic {
    let detail = format!(
        "To work with {what} its original provider configuration at {missing} is required, but it has been removed. This occurs when a provider configuration is removed while objects created by that provider still exist in the state. Re-add the provider configuration to destroy {what}, after which you can remove the provider configuration again."
    );
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Provider configuration not present", detail)
}
