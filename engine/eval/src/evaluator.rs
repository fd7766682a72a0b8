//! The state machine as its callers see it.

use std::collections::{BTreeSet, HashMap, VecDeque};

use ordain_addr::{AbsResource, ConfigResource, ModuleInstance, ProviderConfigAddr, ResourceInstance};
use ordain_diag::Diagnostics;
use ordain_lang::ast::{Body, Expr};
use ordain_provider::Block;
use ordain_value::{Type, Value};
use petgraph::graph::NodeIndex;

use crate::compiled::Compiled;
use crate::core::Core;
use crate::decode::decode;
use crate::dependencies::DependencyTable;
use crate::providers::ProviderAsks;
use crate::quick_hash::QuickMap;
use crate::references;
use crate::resources::{Active, Outstanding};
use crate::sensitive::mark_sensitive;
use crate::values::KeyData;
use crate::{Answer, Asked, Input, Mode, Objects, Outcome, Outline, Progress, Wanted, selection, variables};

/// How far a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeState {
    /// Waits for others.
    Waiting,
    /// Instances of it were handed out.
    Running,
    /// Evaluated.
    Done,
    /// It, or what it needs, failed.
    Failed,
}

/// The one evaluator.
///
/// ```text
/// let (mut evaluator, diagnostics) = Evaluator::new(input);   // references, cycles: no I/O was done yet
/// loop {
///     let (progress, found) = evaluator.step();
///     match progress {
///         Progress::Wanted(items) => for each: do it, then evaluator.resolve(asked, answer),
///         Progress::Waiting => wait for something in flight, resolve it,
///         Progress::Done => break,
///     }
/// }
/// let outcome = evaluator.finish();
/// ```
pub struct Evaluator {
    pub(crate) core: Core,
    pub(crate) states: Vec<NodeState>,
    /// Number of needed nodes that are not complete, and whether one of the others failed.
    pub(crate) waiting: Vec<(u32, bool)>,
    pub(crate) ready: BTreeSet<NodeIndex>,
    /// Nodes that take part; others are left alone.
    pub(crate) kept: Vec<bool>,
    /// Resources with instances that are not answered, and among them those not all handed out.
    pub(crate) active: QuickMap<NodeIndex, Box<Active>>,
    pub(crate) queue: VecDeque<NodeIndex>,
    pub(crate) outstanding: QuickMap<Asked, Outstanding>,
    pub(crate) provider_asks: QuickMap<NodeIndex, ProviderAsks>,
    pub(crate) wanted: Vec<Wanted>,
    /// How many instances may be handed out and not answered.
    pub(crate) in_flight_limit: usize,
    pub(crate) selection: selection::Selection,
    pub(crate) dependencies: DependencyTable,
    /// Users of single instances, by the resource's node.
    pub(crate) early: HashMap<NodeIndex, crate::early::Early>,
    /// Nothing is handed out after errors in [`Evaluator::new`].
    pub(crate) blocked: bool,
    /// Whether compiling found nothing.
    clean: bool,
}

impl Evaluator {
    /// Compiles the configuration. With errors, no step hands anything out.
    pub fn new(input: Input) -> (Evaluator, Diagnostics) {
        let mut input = crate::moment::at_its_moment(input);
        let mut found = variables::check_given(&input);
        let (program, validated, problems) = Compiled::program_of(&mut input);
        let clean = problems.is_empty();
        found.append(problems);
        let core = Core::new(input, program, validated);
        let size = core.program.graph.len();
        // A validation asks for no order of changes.
        let dependencies = match core.input.mode {
            Mode::Validate => DependencyTable::default(),
            _ => DependencyTable::new(&core.program),
        };
        let mut evaluator = Evaluator {
            selection: selection::Selection::new(&core),
            states: vec![NodeState::Waiting; size],
            waiting: vec![(0, false); size],
            ready: BTreeSet::new(),
            kept: vec![true; size],
            active: QuickMap::default(),
            queue: VecDeque::new(),
            outstanding: QuickMap::default(),
            provider_asks: QuickMap::default(),
            wanted: Vec::new(),
            in_flight_limit: crate::resources::IN_FLIGHT,
            dependencies,
            early: HashMap::new(),
            blocked: found.has_errors(),
            clean,
            core,
        };
        evaluator.kept = evaluator.selection.kept_nodes(&evaluator.core);
        evaluator.early = crate::early::Early::table(&evaluator.core, &evaluator.kept);
        evaluator.core.declare_checks();
        evaluator.start();
        (evaluator, found)
    }

    /// The compiled configuration, for another evaluation of the same one once this one has validated it without an
    /// error; `None` if compiling found anything.
    pub fn compiled(&self) -> Option<Compiled> {
        self.clean.then(|| Compiled::of(&self.core.program, &self.core.input))
    }

    /// The static graph by name.
    pub fn outline(&self) -> Outline {
        Outline::of(&self.core.program)
    }

    /// Gives objects that are known up front, before the first step: stored ones in destroy and console
    /// mode, and stored ones of instances that targets leave out. Values are of the schemas' types.
    pub fn preset(&mut self, resource: AbsResource, objects: Objects) {
        self.core.presets.insert(resource, objects);
    }

    /// Tells which resources the state has, for [`Evaluator::dependencies_with_stored`].
    pub fn stored_resources(&mut self, resources: &BTreeSet<ConfigResource>) {
        self.dependencies.note_undeclared(&self.core.program, resources);
    }

    /// What the state stores as the dependencies of an object that nothing is done to: also what `import` blocks name
    /// the objects by, and what waits for all of a module depends on those too that are stored there and no longer
    /// declared. `None` where there are none of those.
    pub fn dependencies_with_stored(
        &mut self,
        resource: &ConfigResource,
    ) -> Option<std::sync::Arc<[ConfigResource]>> {
        let id = self.core.program.find_module(&resource.module)?;
        let at = self.core.program.resource_node(id, &resource.resource)?;
        self.dependencies.all_with_stored(at)
    }

    /// What a declared resource depends on; `None` when it is not declared or takes no part.
    pub fn dependencies_of(&self, resource: &ConfigResource) -> Option<crate::Dependencies> {
        let id = self.core.program.find_module(&resource.module)?;
        let at = self.core.program.resource_node(id, &resource.resource)?;
        let kept = self.kept.get(at.index()).copied().unwrap_or(false);
        kept.then(|| self.dependencies.of(at))
    }

    /// Says that all objects there are were given: a resource of which none was given has no instances. Only
    /// console mode asks.
    pub fn presets_are_all(&mut self) {
        self.core.presets_are_all = true;
    }

    /// Says how many instances a caller with many workers takes at a time; a number below the default changes
    /// nothing.
    pub fn hand_out_at_most(&mut self, instances: usize) {
        self.in_flight_limit = self.in_flight_limit.max(instances);
    }

    /// Evaluates what can be evaluated, and hands out what can be worked on. Diagnostics name the objects
    /// concerned; an object with errors counts as failed and is not handed out.
    pub fn step(&mut self) -> (Progress, Diagnostics) {
        let mut found = Diagnostics::new();
        if self.blocked {
            return (Progress::Done, found);
        }
        self.hand_out(&mut found);
        // Next time there may be as many.
        let room = Vec::with_capacity(self.wanted.len());
        let wanted = std::mem::replace(&mut self.wanted, room);
        let progress = match (wanted.is_empty(), self.outstanding.is_empty()) {
            (false, _) => Progress::Wanted(wanted),
            (true, false) => Progress::Waiting,
            (true, true) => Progress::Done,
        };
        (progress, found)
    }

    /// Answers something that was handed out. Evaluates postconditions, whose findings are returned; when
    /// one fails, what depends on the object is not handed out.
    pub fn resolve(&mut self, asked: &Asked, answer: Answer) -> Diagnostics {
        self.answer(asked, answer)
    }

    /// The provider configuration that the configuration gives a resource.
    pub fn provider_of(&self, resource: &ConfigResource) -> Option<&ProviderConfigAddr> {
        let program = &self.core.program;
        let id = program.find_module(&resource.module)?;
        let node = program.resource_node(id, &resource.resource)?;
        program.provider_of(node).map(|found| &*found.address)
    }

    /// Whether an instance of a resource that is declared takes part: targets name it, or something that they
    /// name needs its resource. `None` when the resource is not declared.
    pub fn takes_part(&self, instance: &ordain_addr::ResourceInstance) -> Option<bool> {
        let id = self.core.program.find_module(&instance.module.path())?;
        let at = self.core.program.resource_node(id, &instance.resource)?;
        let kept = self.kept.get(at.index()).copied().unwrap_or(false);
        Some(kept && self.selection.selects(at, instance))
    }

    /// What is wrong with imports of resources that are not declared.
    pub fn undeclared(&self) -> Diagnostics {
        self.core.undeclared_imports()
    }

    /// Takes stock: outputs, findings of all conditions, attributes that were read.
    pub fn finish(self) -> Outcome {
        self.outcome()
    }

    /// Evaluates an expression as if it stood in a module instance. For the console.
    pub fn evaluate(&self, module: &ModuleInstance, expr: &Expr) -> (Value, Diagnostics) {
        let unknown = || Value::unknown(Type::Dynamic);
        let Some(instance) = self.core.values.find(module) else { return (unknown(), Diagnostics::new()) };
        let keys = KeyData::None;
        let (value, found) = self.core.evaluate(&self.core.scope(instance, &keys), expr);
        (value.unwrap_or_else(unknown), found)
    }

    /// Lends the names that an expression in a module instance can see, and the check of its references.
    /// `None` when there is no such instance.
    pub fn with_scope<T>(
        &self,
        module: &ModuleInstance,
        look: impl FnOnce(&dyn ordain_lang::Scope, &dyn Fn(&Expr) -> Diagnostics) -> T,
    ) -> Option<T> {
        let instance = self.core.values.find(module)?;
        let keys = KeyData::None;
        let scope = self.core.scope(instance, &keys);
        let check = |expr: &Expr| scope.check_references(&ordain_lang::refs::references(expr));
        Some(look(&scope, &check))
    }

    /// [`Evaluator::with_scope`] with the words of the console for what is wrong.
    pub fn on_console<T>(
        &self,
        module: &ModuleInstance,
        look: impl FnOnce(&dyn ordain_lang::Scope, &dyn Fn(&Expr) -> Diagnostics) -> T,
    ) -> Option<T> {
        let instance = self.core.values.find(module)?;
        let keys = KeyData::None;
        let scope = self.core.scope(instance, &keys);
        let check = |expr: &Expr| references::check_on_console(&scope, &ordain_lang::refs::references(expr));
        Some(look(&scope, &check))
    }

    /// Tells what an object is before it is answered: its provisioners may name it by its address. `value` is of the
    /// schema's type.
    pub fn made(&mut self, instance: &ResourceInstance, value: &Value) {
        let Some(module) = self.core.values.find(&instance.module) else { return };
        let id = self.core.values.module(module).map(|module| module.id);
        let info = id.and_then(|id| self.core.type_of(id, &instance.resource));
        let module = self.core.values.module_mut(module);
        let set = module.and_then(|module| module.resources.get_mut(&instance.resource));
        let (Some(set), Some(info)) = (set, info) else { return };
        if let Some(index) = set.expansion.index_of(instance.key.as_ref()) {
            set.set(index, mark_sensitive(value.clone(), &info.sensitive));
        }
    }

    /// Evaluates a body as if it stood in the block of an instance, with `self` for that instance: bodies
    /// of provisioners and connections. The instance need not be declared any more (`removed` blocks).
    pub fn evaluate_body(
        &self,
        instance: &ResourceInstance,
        self_value: Value,
        body: &Body,
        schema: &Block,
    ) -> (Value, Diagnostics) {
        let keys = self.key_data(instance);
        let found_module = self.core.values.find(&instance.module);
        // Where the module is gone, so are all names but those of the object itself.
        let Some(module) = found_module.or_else(|| self.core.values.find(&ModuleInstance::root())) else {
            return (Value::unknown(schema.value_type()), Diagnostics::new());
        };
        let scope = self.core.scope(module, &keys).with_self(&self_value);
        let found = scope.check_references(&ordain_lang::refs::body_references(body));
        if found.has_errors() {
            return (Value::unknown(schema.value_type()), found);
        }
        decode(body, schema, &scope)
    }

    /// What `count` and `each` are in an instance: as expanded, or by its key alone.
    fn key_data(&self, instance: &ResourceInstance) -> KeyData {
        let module = self.core.values.find(&instance.module).and_then(|id| self.core.values.module(id));
        let set = module.and_then(|module| module.resources.get(&instance.resource));
        let expanded = set.and_then(|set| {
            let index = set.expansion.index_of(instance.key.as_ref())?;
            Some(set.expansion.key_data(index))
        });
        expanded.unwrap_or_else(|| match &instance.key {
            None => KeyData::None,
            Some(ordain_addr::Key::Int(number)) => {
                KeyData::Count(Value::number(i64::try_from(*number).unwrap_or(i64::MAX)))
            }
            Some(ordain_addr::Key::Str(text)) => {
                KeyData::Each(Value::string(text), Value::null(Type::Dynamic))
            }
        })
    }
}

#[cfg(test)]
#[path = "evaluator_tests.rs"]
mod tests;
