//! The module tree as a table of modules and a graph of blocks.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ConfigResource, ModulePath, ProviderAddr, ProviderConfigAddr, Resource};
use ordain_config::blocks::{DependsOn, ModuleCall, ProviderBlock, ResourceBlock};
use ordain_config::{Module, ModuleTree, ProviderChoice, Reference, Subject};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::{Body, Expr, Traversal};
use ordain_lang::refs::{body_references, known_references, references};
use ordain_provider::{Block, ProviderSchema};
use petgraph::graph::NodeIndex;

use crate::Input;
use crate::core::schema_of;
use crate::deprecated::Deprecated;
use crate::graph::{Edge, Graph, ModuleId, Node};
use crate::provider_keys::ProviderKey;
use crate::provisioners::provisioner_schema;
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
    pub(crate) resources: QuickMap<Resource, Arc<ResourceBlock>>,
    pub(crate) locals: QuickMap<Arc<str>, Expr>,
    /// Nodes of what is declared in it, until they are connected.
    content: Vec<NodeIndex>,
}

/// A provider configuration that is used.
pub(crate) struct CompiledProvider {
    pub(crate) address: Arc<ProviderConfigAddr>,
    /// The block; `None` for an implied empty configuration.
    pub(crate) block: Option<Arc<ProviderBlock>>,
}

/// Everything that does not change while evaluating.
#[derive(Default)]
pub(crate) struct Program {
    pub(crate) modules: Vec<CompiledModule>,
    pub(crate) providers: Vec<CompiledProvider>,
    /// Provider configuration of each resource, by its node.
    provider_of: QuickMap<NodeIndex, usize>,
    /// What chooses an instance of the provider configuration, for resources whose configuration has several.
    pub(crate) provider_keys: QuickMap<ConfigResource, ProviderKey>,
    pub(crate) graph: Graph,
    provider_index: BTreeMap<ProviderConfigAddr, usize>,
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
    pub(crate) fn resource(&self, id: ModuleId, resource: &Resource) -> Option<&Arc<ResourceBlock>> {
        self.module(id)?.resources.get(resource)
    }

    /// Address of a resource's block.
    pub(crate) fn address(&self, id: ModuleId, resource: &Resource) -> ConfigResource {
        let module = self.config(id).map(|module| module.path.clone()).unwrap_or_default();
        ConfigResource { module, resource: resource.clone() }
    }

    /// The provider configuration of a resource's node.
    pub(crate) fn provider_of(&self, at: NodeIndex) -> Option<&CompiledProvider> {
        self.providers.get(*self.provider_of.get(&at)?)
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
        let resources = config.resources.iter().map(|(name, block)| (name.clone(), block.clone())).collect();
        let locals = config.locals.iter().map(|(name, local)| (name.clone(), local.expr.clone())).collect();
        let content = Vec::new();
        self.modules.push(CompiledModule {
            config: config.clone(),
            caller,
            children,
            deprecated,
            resources,
            locals,
            content,
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

    fn ids(&self) -> impl Iterator<Item = (ModuleId, Arc<Module>)> + use<> {
        let all: Vec<_> = self.modules.iter().map(|module| module.config.clone()).collect();
        all.into_iter().enumerate().map(|(at, config)| (ModuleId(at), config))
    }

    fn add_nodes(&mut self) {
        for (id, config) in self.ids() {
            self.graph.reserve(config.locals.len() + config.resources.len());
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
            let resources = all(&mut config.resources.keys().map(|name| Node::Resource(id, name.clone())));
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
            for (resource, block) in &config.resources {
                match provider_of(&input.tree, &config.path, block) {
                    Ok(choice) => {
                        let provider = self.add_provider(&input.tree, choice.address.clone());
                        let node = self.graph.find(&Node::Resource(id, resource.clone()));
                        self.provider_of.extend(node.map(|node| (node, provider)));
                        self.add_provider_key((id, resource), block, &choice, found);
                    }
                    // What was passed and is not there was told at the call.
                    Err(missing) if unknown.contains(&missing) => {}
                    Err(missing) => {
                        found.push(not_present(&self.address(id, resource).to_string(), &missing))
                    }
                }
            }
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
        self.graph.add(Node::Provider(at));
        self.provider_index.insert(address.clone(), at);
        self.providers.push(CompiledProvider { address: address.into(), block });
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

/// Edges.
impl Program {
    fn connect_all(&mut self, input: &Input) {
        for (id, config) in self.ids() {
            self.connect_module(id);
            self.connect_values(id, &config);
            for (resource, block) in &config.resources {
                self.connect_resource(id, resource, block, &input.schemas);
            }
            for (name, check) in &config.checks {
                let Some(node) = self.graph.find(&Node::Check(id, name.clone())) else { continue };
                for assert in &check.asserts {
                    self.connect_expr(node, id, &assert.condition);
                    self.connect_expr(node, id, &assert.error_message);
                }
                if let Some(data) =
                    check.data.as_ref().and_then(|data| self.graph.find(&Node::Resource(id, data.clone())))
                {
                    self.graph.connect(node, data, Edge::Needs);
                }
            }
        }
        self.connect_providers(input);
        self.connect_imports();
    }

    /// Order of a module against its content, and the call's own references.
    fn connect_module(&mut self, id: ModuleId) {
        let (Some(open), Some(close)) = (self.graph.find(&Node::Open(id)), self.graph.find(&Node::Close(id)))
        else {
            return;
        };
        self.graph.connect(close, open, Edge::Needs);
        let content = self.modules.get_mut(id.0).map(|module| std::mem::take(&mut module.content));
        for node in content.unwrap_or_default() {
            self.graph.connect(node, open, Edge::Needs);
            self.graph.connect(close, node, Edge::Needs);
        }
        let Some((caller, call)) = self.module(id).and_then(|module| module.caller.clone()) else { return };
        for (from, to) in [(open, Node::Open(caller)), (close, Node::Close(caller))] {
            let Some(to) = self.graph.find(&to) else { continue };
            match self.graph.node(from) {
                Some(Node::Open(_)) => self.graph.connect(from, to, Edge::Needs),
                _ => self.graph.connect(to, from, Edge::Needs),
            };
        }
        if let Some(expr) = call.repetition.expr() {
            self.connect_expr(open, caller, expr);
        }
        self.connect_depends_on(open, caller, &call.depends_on);
        for (name, argument) in &call.arguments {
            if let Some(variable) = self.graph.find(&Node::Variable(id, name.clone())) {
                self.connect_expr(variable, caller, &argument.expr);
            }
        }
    }

    fn connect_values(&mut self, id: ModuleId, config: &Module) {
        for (name, variable) in &config.variables {
            if variable.validations.is_empty() {
                continue;
            }
            let Some(validation) = self.graph.find(&Node::Validation(id, name.clone())) else { continue };
            if let Some(value) = self.graph.find(&Node::Variable(id, name.clone())) {
                self.graph.connect(validation, value, Edge::Needs);
            }
            for rule in &variable.validations {
                for traversal in
                    references(&rule.condition).into_iter().chain(references(&rule.error_message))
                {
                    self.connect_validation(validation, id, name, &traversal);
                }
            }
        }
        for (name, local) in &config.locals {
            if let Some(node) = self.graph.find(&Node::Local(id, name.clone())) {
                self.connect_expr(node, id, &local.expr);
            }
        }
        for (name, output) in &config.outputs {
            let Some(node) = self.graph.find(&Node::Output(id, name.clone())) else { continue };
            output.value.iter().for_each(|value| self.connect_expr(node, id, value));
            for condition in &output.preconditions {
                self.connect_expr(node, id, &condition.condition);
                self.connect_expr(node, id, &condition.error_message);
            }
            self.connect_depends_on(node, id, &output.depends_on);
        }
    }

    /// A validation needs the value of its own variable. Whatever else it names was checked before, other
    /// variables too: as in Terraform, two variables cannot be checked against each other in both directions.
    fn connect_validation(&mut self, node: NodeIndex, id: ModuleId, own: &Arc<str>, traversal: &Traversal) {
        let subject = Reference::parse(traversal).map(|reference| reference.subject);
        if !matches!(subject, Ok(Subject::Variable(name)) if name == *own) {
            self.connect_reference(node, id, traversal, Edge::Needs);
        }
    }

    fn connect_resource(
        &mut self,
        id: ModuleId,
        resource: &Resource,
        block: &ResourceBlock,
        schemas: &BTreeMap<ProviderAddr, Arc<ProviderSchema>>,
    ) {
        let Some(node) = self.graph.find(&Node::Resource(id, resource.clone())) else { return };
        if let Some(expr) = block.repetition.expr() {
            self.connect_expr(node, id, expr);
        }
        let provider = schemas.get(&block.provider_addr);
        let schema = provider.and_then(|provider| schema_of(provider, resource.mode, &resource.type_name));
        // What the type does not have is told when the block is read, and needs nothing.
        for traversal in references_of(&block.body, schema.map(|schema| &schema.block)) {
            self.connect_reference(node, id, &traversal, Edge::Needs);
        }
        self.connect_lifecycle(node, id, block);
        self.connect_depends_on(node, id, &block.depends_on);
        if let Some(provider) =
            self.provider_of.get(&node).and_then(|at| self.graph.find(&Node::Provider(*at)))
        {
            self.graph.connect(node, provider, Edge::Needs);
        }
        let keys = &self.provider_keys;
        let key =
            (!keys.is_empty()).then(|| self.address(id, resource)).and_then(|address| keys.get(&address));
        if let Some(key) = key.cloned() {
            self.connect_expr(node, key.evaluated_in, &key.expr);
        }
    }

    /// References beside those of the arguments: of conditions, triggers, provisioners and connections.
    fn connect_lifecycle(&mut self, node: NodeIndex, id: ModuleId, block: &ResourceBlock) {
        let lifecycle = &block.lifecycle;
        for condition in lifecycle.preconditions.iter().chain(&lifecycle.postconditions) {
            self.connect_expr(node, id, &condition.condition);
            self.connect_expr(node, id, &condition.error_message);
        }
        lifecycle.replace_triggered_by.iter().for_each(|expr| self.connect_expr(node, id, expr));
        let connections = block.provisioners.iter().map(|one| one.connection.as_ref());
        let connections = connections.chain([block.connection.as_ref()]).flatten().flat_map(body_references);
        let bodies = block.provisioners.iter();
        let bodies = bodies.flat_map(|one| references_of(&one.body, provisioner_schema(&one.kind).as_ref()));
        for traversal in connections.chain(bodies) {
            self.connect_reference(node, id, &traversal, Edge::Needs);
        }
    }

    fn connect_providers(&mut self, input: &Input) {
        for at in 0..self.providers.len() {
            let Some(provider) = self.providers.get(at) else { continue };
            let Some(node) = self.graph.find(&Node::Provider(at)) else { continue };
            let Some(id) = self.find_module(&provider.address.module) else { continue };
            let body = provider.block.as_ref().map(|block| block.body.clone());
            let for_each = provider.block.as_ref().and_then(|block| block.for_each.clone());
            if let Some(open) = self.graph.find(&Node::Open(id)) {
                self.graph.connect(node, open, Edge::Needs);
            }
            let schema = input.schemas.get(&provider.address.provider).map(|schema| &schema.config.block);
            for traversal in body.iter().flat_map(|body| references_of(body, schema)) {
                self.connect_reference(node, id, &traversal, Edge::Needs);
            }
            if let Some(for_each) = for_each {
                self.connect_expr(node, id, &for_each);
            }
        }
    }

    fn connect_imports(&mut self) {
        let Some(root) = self.config(ModuleId(0)).cloned() else { return };
        for import in &root.refactoring.imports {
            let target = self.find_module(&import.target.module);
            let node =
                target.and_then(|id| self.graph.find(&Node::Resource(id, import.target.resource.clone())));
            let Some(node) = node else { continue };
            for expr in [&import.id, &import.identity, &import.for_each].into_iter().flatten() {
                for traversal in references(expr) {
                    self.connect_reference(node, ModuleId(0), &traversal, Edge::Import);
                }
            }
        }
    }

    fn connect_depends_on(&mut self, node: NodeIndex, id: ModuleId, items: &[DependsOn]) {
        for item in items {
            self.connect_reference(node, id, &item.traversal, Edge::DependsOn);
        }
    }

    fn connect_expr(&mut self, node: NodeIndex, id: ModuleId, expr: &Expr) {
        for traversal in references(expr) {
            self.connect_reference(node, id, &traversal, Edge::Needs);
        }
    }

    fn connect_reference(&mut self, node: NodeIndex, id: ModuleId, traversal: &Traversal, why: Edge) {
        let Ok(reference) = Reference::parse(traversal) else { return };
        let key = match &reference.subject {
            Subject::Resource(_, key) => key.clone(),
            _ => None,
        };
        for needed in self.nodes_of(id, reference.subject, why) {
            // A postcondition names its own object, and a mistaken self-reference is reported with its
            // place when the block, or the local value, is evaluated.
            let told = matches!(self.graph.node(node), Some(Node::Resource(..) | Node::Local(..)));
            let own = needed == node && told;
            if own {
                continue;
            }
            let edge = self.graph.connect(node, needed, why);
            if let Some(key) = &key {
                self.graph.only(edge, key.clone());
            }
        }
    }

    /// Nodes that a reference names; none when it is undeclared or no object.
    fn nodes_of(&self, id: ModuleId, subject: Subject, why: Edge) -> Vec<NodeIndex> {
        let nodes = match subject {
            Subject::Variable(name) if self.graph.validates() => {
                vec![Node::Variable(id, name.clone()), Node::Validation(id, name)]
            }
            Subject::Variable(name) => vec![Node::Variable(id, name)],
            Subject::Local(name) => vec![Node::Local(id, name)],
            Subject::Resource(resource, _) => vec![Node::Resource(id, resource)],
            Subject::Module(name, _, output) => self.named_in_call(id, &name, output, why),
            Subject::CountIndex
            | Subject::EachKey
            | Subject::EachValue
            | Subject::SelfObject
            | Subject::Path(_)
            | Subject::Terraform(_) => Vec::new(),
        };
        nodes.iter().filter_map(|node| self.graph.find(node)).collect()
    }

    fn named_in_call(&self, id: ModuleId, name: &str, output: Option<Arc<str>>, why: Edge) -> Vec<Node> {
        let Some(&child) = self.module(id).and_then(|module| module.children.get(name)) else {
            return Vec::new();
        };
        if why == Edge::DependsOn {
            return vec![Node::Close(child)];
        }
        let Some(config) = self.config(child) else { return Vec::new() };
        let mut nodes = vec![Node::Open(child)];
        match output {
            Some(output) if config.outputs.contains_key(&output) => nodes.push(Node::Output(child, output)),
            // The whole module, or something that it does not have: after everything in it.
            _ => nodes.push(Node::Close(child)),
        }
        nodes
    }
}
