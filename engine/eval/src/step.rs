//! Going through the graph: which nodes are ready, and what running one does.

use std::collections::HashMap;
use std::sync::Arc;

use ordain_config::blocks::{Repetition, Variable};
use ordain_config::{Reference, Subject};
use ordain_diag::{CheckKind, Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::Traversal;
use ordain_lang::refs::references;
use ordain_value::{Kind, Value};
use petgraph::graph::NodeIndex;

use crate::checks::refused_at;
use crate::core::Core;
use crate::evaluator::{Evaluator, NodeState};
use crate::expand::{Expansion, by_count, by_enabled, by_for_each};
use crate::graph::{ModuleId, Node};
use crate::scope::InstanceScope;
use crate::values::{CallSet, InstanceId, KeyData};
use crate::{Mode, VariableSource, Wanted, WantedModule};

impl Evaluator {
    /// Counts what each node waits for.
    pub(crate) fn start(&mut self) {
        for at in self.core.program.graph.indices() {
            let kept = self.kept.get(at.index()).copied().unwrap_or(false);
            let needs = self
                .core
                .program
                .graph
                .needs(at)
                .filter(|(needed, _)| self.kept.get(needed.index()) == Some(&true))
                .count();
            if let Some(slot) = self.waiting.get_mut(at.index()) {
                slot.0 = u32::try_from(needs).unwrap_or(u32::MAX);
            }
            if kept && needs == 0 {
                self.ready.insert(at);
            }
        }
    }

    /// Runs all nodes that wait for nothing, and those that become ready by that. Resources wait for their turn: what is
    /// known of one that is being handed out takes room, and many can be ready at once.
    pub(crate) fn run_ready(&mut self, found: &mut Diagnostics) {
        while let Some(at) = self.ready.pop_first() {
            let failed = self.waiting.get(at.index()).is_some_and(|(_, failed)| *failed);
            let state = if failed { NodeState::Failed } else { self.run(at, found) };
            match state {
                NodeState::Done | NodeState::Failed => self.complete(at, state),
                NodeState::Running | NodeState::Waiting => self.set_state(at, state),
            }
        }
    }

    pub(crate) fn set_state(&mut self, at: NodeIndex, state: NodeState) {
        if let Some(slot) = self.states.get_mut(at.index()) {
            *slot = state;
        }
    }

    /// Notes that a node is complete, and tells what waits for it.
    pub(crate) fn complete(&mut self, at: NodeIndex, state: NodeState) {
        self.set_state(at, state);
        let failed = state == NodeState::Failed;
        let program = self.core.program.clone();
        let early = if self.early.is_empty() { None } else { self.early.remove(&at) }.unwrap_or_default();
        let mut skipped: HashMap<NodeIndex, u32> = HashMap::new();
        for user in program.graph.users(at) {
            if self.kept.get(user.index()) != Some(&true) {
                continue;
            }
            let told = early.told(user);
            if told > 0 {
                let skipped = skipped.entry(user).or_default();
                *skipped += 1;
                if *skipped <= told {
                    continue;
                }
            }
            let Some((count, any_failed)) = self.waiting.get_mut(user.index()) else { continue };
            *count = count.saturating_sub(1);
            *any_failed |= failed;
            if *count == 0 {
                self.ready.insert(user);
            }
        }
    }

    fn run(&mut self, at: NodeIndex, found: &mut Diagnostics) -> NodeState {
        let program = self.core.program.clone();
        let Some(node) = program.graph.node(at) else { return NodeState::Failed };
        let before = found.error_count();
        match node {
            Node::Open(id) => self.open(*id, found),
            Node::Close(_) => {}
            Node::Variable(id, name) => self.core.run_variable(*id, name, found),
            Node::Validation(id, name) => self.core.run_validation(*id, name, found),
            Node::Local(id, name) => self.core.run_local(*id, name, found),
            Node::Output(id, name) => self.core.run_output(*id, name, found),
            Node::Check(id, name) => self.core.run_check(*id, name, found),
            Node::Provider(index) => return self.run_provider(at, *index, found),
            Node::Resource(..) => {
                self.queue.push_back(at);
                return NodeState::Waiting;
            }
        }
        if found.error_count() > before { NodeState::Failed } else { NodeState::Done }
    }

    /// Expands a module call in every instance of its caller.
    fn open(&mut self, id: ModuleId, found: &mut Diagnostics) {
        let caller = self.core.program.module(id).and_then(|module| module.caller.clone());
        let Some((caller, call)) = caller else {
            self.core.add_module(id, ordain_addr::ModuleInstance::root(), None, KeyData::None);
            return;
        };
        for instance in self.core.values.instances(caller) {
            let scope = self.core.scope(instance, &KeyData::None);
            let expansion = self.core.expand(&scope, &call.repetition, found);
            found.append(self.core.check_depends_on(&scope, &call.depends_on));
            let Some(expansion) = expansion else { continue };
            let address =
                self.core.values.module(instance).map(|module| module.address.clone()).unwrap_or_default();
            self.wanted.push(Wanted::Module(WantedModule {
                caller: address.clone(),
                name: call.name.text.to_arc(),
                keys: expansion.keys(),
            }));
            let add = |index: usize, core: &mut Core| {
                let address = address.child(call.name.text.clone(), expansion.key(index));
                core.add_module(id, address, Some(instance), expansion.key_data(index))
            };
            let instances: Vec<InstanceId> =
                (0..expansion.len()).map(|index| add(index, &mut self.core)).collect();
            if let Some(module) = self.core.values.module_mut(instance) {
                module.calls.insert(call.name.text.to_arc(), CallSet { expansion, instances });
            }
        }
    }
}

/// Whether a local value refers to itself. The graph leaves such references out, so that all else is still judged.
fn names_itself(own: &str, names: &[Traversal]) -> bool {
    names.iter().any(|traversal| {
        let subject = Reference::parse(traversal).map(|reference| reference.subject);
        matches!(subject, Ok(Subject::Local(name)) if name == own)
    })
}

/// Whether a `count` or `for_each` says which instances there are.
fn decides(value: &Value) -> bool {
    let (value, _) = value.clone().unmark();
    match value.kind() {
        Kind::Unknown(_) => false,
        Kind::Set(_, items) => items.iter().all(Value::is_known),
        _ => true,
    }
}

impl Core {
    /// Adds an instance of a module, with room for what is declared in it.
    fn add_module(
        &mut self,
        id: ModuleId,
        address: ordain_addr::ModuleInstance,
        caller: Option<InstanceId>,
        keys: KeyData,
    ) -> InstanceId {
        let instance = self.values.add_module(id, address, caller, keys);
        let (config, module) = (self.program.config(id), self.values.module_mut(instance));
        if let (Some(config), Some(module)) = (config, module) {
            module.resources.reserve(config.resources.len());
            module.locals.reserve(config.locals.len());
        }
        instance
    }

    /// Instances that a repetition gives. `None` after errors.
    pub(crate) fn expand(
        &self,
        scope: &InstanceScope<'_>,
        repetition: &Repetition,
        found: &mut Diagnostics,
    ) -> Option<Expansion> {
        let Some(expr) = repetition.expr() else { return Some(Expansion::Single) };
        let (value, problems) = self.evaluate(scope, expr);
        found.append(problems);
        let value = value?;
        let open = self.input.mode == Mode::Validate || (self.input.defer && !decides(&value));
        let hidden = value.marks_deep().is_sensitive();
        let expansion = match repetition {
            // What is deferred has unknown keys; here there are none.
            Repetition::Enabled(_) => by_enabled(value, self.input.mode == Mode::Validate, expr.span),
            Repetition::Count(_) => by_count(value, open, expr.span),
            Repetition::Single | Repetition::ForEach(_) => by_for_each(value, open, expr.span),
        };
        match expansion {
            Ok(expansion) => Some(expansion),
            Err(problem) => {
                let cause = if hidden {
                    ordain_lang::eval::Cause::Sensitive
                } else {
                    ordain_lang::eval::Cause::Unknown
                };
                found.push(ordain_lang::eval::explain(expr, scope, *problem, cause));
                None
            }
        }
    }

    fn run_variable(&mut self, id: ModuleId, name: &Arc<str>, found: &mut Diagnostics) {
        let Some(module) = self.program.module(id) else { return };
        let Some(variable) = module.config.variables.get(name).cloned() else { return };
        let call = module.caller.as_ref().map(|(_, call)| call.clone());
        for instance in self.values.instances(id) {
            let value = match &call {
                None => found.take(self.root_variable(&variable)),
                Some(call) => found.take(self.module_variable(&variable, call, instance)),
            };
            // Validation holds for whatever value there will be.
            let validating = self.input.mode == Mode::Validate && call.is_some();
            let open = validating.then(|| self.open(&variable));
            let (Some(value), Some(module)) = (value, self.values.module_mut(instance)) else { continue };
            if let Some(open) = open {
                module.arguments.insert(name.clone(), value);
                module.variables.insert(name.clone(), open);
            } else {
                module.variables.insert(name.clone(), value);
            }
        }
    }

    fn run_validation(&mut self, id: ModuleId, name: &Arc<str>, found: &mut Diagnostics) {
        let Some(config) = self.program.config(id).cloned() else { return };
        let Some(variable) = config.variables.get(name) else { return };
        let address = self.object_address(id, &format!("var.{name}"));
        self.checks.reach(CheckKind::InputVariable, &address);
        for instance in self.values.instances(id) {
            self.swap_argument(instance, name);
            let scope = self.scope(instance, &KeyData::None);
            let (verdicts, problems) =
                self.check_all(&scope, &variable.validations, CheckKind::InputVariable);
            let given = self.given_at(id, variable);
            found.extend(
                problems.into_iter().map(|problem| refused_at(problem, given, &variable.validations)),
            );
            self.swap_argument(instance, name);
            let own = self.instance_address(instance, &format!("var.{name}"));
            self.checks.record(CheckKind::InputVariable, &address, own, &verdicts);
        }
    }

    /// Where the value of a variable comes from, as far as a configuration says it.
    fn given_at(&self, id: ModuleId, variable: &Variable) -> Span {
        let name = &*variable.name.text;
        let call = self.program.module(id).and_then(|module| module.caller.as_ref()).map(|(_, call)| call);
        let given = self.input.variables.get(name).map(|given| &given.source);
        match (call, given) {
            (Some(call), _) => call.arguments.get(name).map_or(call.header, |argument| argument.expr.span),
            (None, Some(VariableSource::File(span))) => *span,
            (None, _) => variable.header,
        }
    }

    /// Puts the argument in the place of the variable's value, and back. Does nothing but while validating.
    fn swap_argument(&mut self, instance: InstanceId, name: &Arc<str>) {
        let Some(module) = self.values.module_mut(instance) else { return };
        if let (Some(argument), Some(value)) =
            (module.arguments.get_mut(name), module.variables.get_mut(name))
        {
            std::mem::swap(argument, value);
        }
    }

    fn run_local(&mut self, id: ModuleId, name: &Arc<str>, found: &mut Diagnostics) {
        let local = self.program.module(id).and_then(|module| module.locals.get(name));
        let Some(expr) = local.cloned() else { return };
        let names = references(&expr);
        if names_itself(name, &names) {
            let detail =
                format!("Local value local.{name} cannot use its own result as part of its expression.");
            let error = Diagnostic::error(codes::eval::CYCLE, "Self-referencing local value", detail);
            found.push(error.with_span(expr.span));
            return;
        }
        for instance in self.values.instances(id) {
            let scope = self.scope(instance, &KeyData::None);
            let value = found.take(self.evaluate_with(&scope, &expr, &names));
            if let (Some(value), Some(module)) = (value, self.values.module_mut(instance)) {
                module.locals.insert(name.clone(), value);
            }
        }
    }

    fn run_check(&mut self, id: ModuleId, name: &Arc<str>, found: &mut Diagnostics) {
        // Who looks at values on the console asks for no opinion on them.
        if self.input.mode == Mode::Console {
            return;
        }
        let Some(config) = self.program.config(id).cloned() else { return };
        let Some(check) = config.checks.get(name) else { return };
        let address = self.object_address(id, &format!("check.{name}"));
        self.checks.reach(CheckKind::Check, &address);
        for instance in self.values.instances(id) {
            let scope = self.scope(instance, &KeyData::None);
            let (verdicts, problems) = self.check_all(&scope, &check.asserts, CheckKind::Check);
            let own = self.instance_address(instance, &format!("check.{name}"));
            found.append(problems.at_address(&own));
            self.checks.record(CheckKind::Check, &address, own, &verdicts);
        }
    }

    /// Address of a declared object without keys.
    pub(crate) fn object_address(&self, id: ModuleId, what: &str) -> String {
        let path = self.program.config(id).map(|config| config.path.clone()).unwrap_or_default();
        if path.is_root() { what.to_owned() } else { format!("{path}.{what}") }
    }

    /// Address of an object in a module instance.
    pub(crate) fn instance_address(&self, instance: InstanceId, what: &str) -> String {
        let address = self.values.module(instance).map(|module| module.address.clone()).unwrap_or_default();
        if address.is_root() { what.to_owned() } else { format!("{address}.{what}") }
    }

    /// Lists everything that has conditions, so that it is there even when it is never reached.
    pub(crate) fn declare_checks(&mut self) {
        let partial = !self.input.targets.is_empty() || !self.input.excludes.is_empty();
        let all_go = self.input.mode == Mode::Destroy && !partial;
        for at in 0..self.program.modules.len() {
            let id = ModuleId(at);
            let Some(config) = self.program.config(id).cloned() else { continue };
            let variables = config.variables.values().filter(|variable| !variable.validations.is_empty());
            let variables =
                variables.map(|variable| (CheckKind::InputVariable, format!("var.{}", variable.name.text)));
            let outputs = config.outputs.values().filter(|output| !output.preconditions.is_empty());
            let outputs =
                outputs.map(|output| (CheckKind::OutputValue, format!("output.{}", output.name.text)));
            let checks = config.checks.keys().map(|name| (CheckKind::Check, format!("check.{name}")));
            let resources = config.resources.values().filter(|block| {
                !block.lifecycle.preconditions.is_empty() || !block.lifecycle.postconditions.is_empty()
            });
            let resources = resources.map(|block| (CheckKind::Resource, block.resource.to_string()));
            for (kind, what) in variables.chain(outputs).chain(checks).chain(resources) {
                let address = self.object_address(id, &what);
                // What is destroyed takes the outputs of the root module with it: each is there to be taken.
                if all_go && kind == CheckKind::OutputValue && id == ModuleId(0) {
                    self.checks.expect(kind, &address, address.clone());
                }
                self.checks.declare(kind, address);
            }
        }
    }
}
