//! The edges of a program: what names what.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{Names, ProviderAddr, Resource};
use ordain_config::blocks::{DependsOn, ResourceBlock};
use ordain_config::{Module, Reference, Subject};
use ordain_lang::ast::{Expr, Traversal};
use ordain_lang::refs::{body_references, references};
use ordain_provider::ProviderSchema;
use petgraph::graph::{EdgeIndex, NodeIndex};

use crate::Input;
use crate::compile::{Program, references_of};
use crate::core::schema_of;
use crate::graph::{Edge, ModuleId, Node};
use crate::provisioners::provisioner_schema;

impl Program {
    pub(crate) fn connect_all(&mut self, input: &Input) {
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
                if let Some(data) = check.data.as_ref().and_then(|data| self.resource_node(id, data)) {
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
        if !matches!(subject, Ok(Subject::Variable(name)) if *name == **own) {
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
        let Some(node) = self.resource_node(id, resource) else { return };
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
        if let Some(provider) = self.provider_of(node).map(|provider| provider.node) {
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
            let node = target.and_then(|id| self.resource_node(id, &import.target.resource));
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
        if let Subject::Resource(resource, key) = reference.subject {
            let module = self.modules.get_mut(id.0);
            let named = module.and_then(|module| module.resources.get_mut(&resource as &dyn Names));
            let Some(named) = named else { return };
            named.names_itself |= named.node == node;
            let needed = named.node;
            if let (Some(edge), Some(key)) = (self.connect_named(node, needed, why), key) {
                self.graph.only(edge, key);
            }
            return;
        }
        for needed in self.nodes_of(id, &reference.subject, why) {
            self.connect_named(node, needed, why);
        }
    }

    fn connect_named(&mut self, node: NodeIndex, needed: NodeIndex, why: Edge) -> Option<EdgeIndex> {
        // A postcondition names its own object, and a mistaken self-reference is reported with its
        // place when the block, or the local value, is evaluated.
        let told = || matches!(self.graph.node(node), Some(Node::Resource(..) | Node::Local(..)));
        let own = needed == node && told();
        (!own).then(|| self.graph.connect(node, needed, why))
    }

    /// Nodes beside resources that a reference names; none when it is undeclared or no object.
    fn nodes_of(&self, id: ModuleId, subject: &Subject<'_>, why: Edge) -> Vec<NodeIndex> {
        let nodes = match subject {
            Subject::Variable(name) if self.graph.validates() => {
                let name: Arc<str> = Arc::from(*name);
                vec![Node::Variable(id, name.clone()), Node::Validation(id, name)]
            }
            Subject::Variable(name) => vec![Node::Variable(id, Arc::from(*name))],
            Subject::Local(name) => vec![Node::Local(id, Arc::from(*name))],
            Subject::Module(name, _, output) => self.named_in_call(id, name, *output, why),
            Subject::Resource(..)
            | Subject::CountIndex
            | Subject::EachKey
            | Subject::EachValue
            | Subject::SelfObject
            | Subject::Path(_)
            | Subject::Terraform(_) => Vec::new(),
        };
        nodes.iter().filter_map(|node| self.graph.find(node)).collect()
    }

    fn named_in_call(&self, id: ModuleId, name: &str, output: Option<&str>, why: Edge) -> Vec<Node> {
        let Some(&child) = self.module(id).and_then(|module| module.children.get(name)) else {
            return Vec::new();
        };
        if why == Edge::DependsOn {
            return vec![Node::Close(child)];
        }
        let Some(config) = self.config(child) else { return Vec::new() };
        let mut nodes = vec![Node::Open(child)];
        match output {
            Some(output) if config.outputs.contains_key(output) => {
                nodes.push(Node::Output(child, Arc::from(output)));
            }
            // The whole module, or something that it does not have: after everything in it.
            _ => nodes.push(Node::Close(child)),
        }
        nodes
    }
}
