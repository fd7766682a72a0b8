//! Resources: expansion, handing out of instances, and their answers.

use std::sync::Arc;

use ordain_addr::{AbsResource, ConfigResource, Key, Mode as ResourceMode, Resource, ResourceInstance};
use ordain_config::Reference;
use ordain_config::Subject;
use ordain_config::blocks::{DependsOn, Repetition, ResourceBlock};
use ordain_diag::{CheckKind, Diagnostics, codes};
use ordain_lang::ast::Body;
use ordain_lang::refs::for_each_references;
use ordain_lang::suggest::{did_you_mean, nearest};
use ordain_value::{Marks, Type, Value};
use petgraph::graph::NodeIndex;

use crate::core::{Core, TypeInfo, error};
use crate::decode::check_names;
use crate::evaluator::{Evaluator, NodeState};
use crate::expand::Expansion;
use crate::graph::{ModuleId, Node};
use crate::itself::Itself;
use crate::provider_keys::ProviderKey;
use crate::scope::InstanceScope;
use crate::sensitive::mark_sensitive;
use crate::values::{InstanceId, KeyData, ResourceSet};
use crate::{Answer, Asked, Mode, Wanted, WantedExpansion, WantedResource};

/// How many are handed out in one step, and how many may be in flight unless the caller has more workers:
/// enough to keep them busy, little enough that instances do not stand in memory waiting for their turn.
const BATCH: usize = 128;
pub(crate) const IN_FLIGHT: usize = 128;

/// A resource whose instances are being handed out.
pub(crate) struct Active {
    pub(crate) node: NodeIndex,
    /// What its instances share.
    pub(crate) of: Arc<WantedResource>,
    pub(crate) info: Arc<TypeInfo>,
    /// Its provider configuration, and what chooses one of several instances.
    pub(crate) provider: Arc<ordain_addr::ProviderConfigAddr>,
    pub(crate) provider_key: Option<ProviderKey>,
    pub(crate) imports: crate::imports::Imports,
    /// What the block says of the resource itself.
    pub(crate) itself: Itself,
    /// Module instances with the number of instances there, and how far handing out is.
    instances: Vec<(InstanceId, usize)>,
    next: (usize, usize),
    in_flight: usize,
    failed: bool,
}

/// What an answer is awaited for.
pub(crate) enum Outstanding {
    Provider(NodeIndex),
    /// A resource's node, the module instance, and the index of the instance there.
    Instance(NodeIndex, InstanceId, usize),
}

/// How many instances there are of a resource cannot depend on the resource.
fn counts_itself(block: &ResourceBlock) -> Option<ordain_diag::Diagnostic> {
    let expr = block.repetition.expr()?;
    let itself = ordain_lang::refs::references(expr).into_iter().find_map(|traversal| {
        let reference = Reference::parse(&traversal).ok()?;
        matches!(&reference.subject, Subject::Resource(named, _) if *named == block.resource)
            .then_some(reference.span)
    })?;
    let detail = format!("Configuration for {} may not refer to itself.", block.resource);
    Some(error(codes::eval::CYCLE, "Self-referential block", detail, itself))
}

impl Active {
    fn advance(&mut self) -> Option<(InstanceId, usize)> {
        loop {
            let (instance, count) = *self.instances.get(self.next.0)?;
            if self.next.1 < count {
                self.next.1 += 1;
                return Some((instance, self.next.1 - 1));
            }
            self.next = (self.next.0 + 1, 0);
        }
    }

    fn is_handed_out(&self) -> bool {
        self.instances.iter().skip(self.next.0).enumerate().all(|(at, (_, count))| {
            let done = if at == 0 { self.next.1 } else { 0 };
            done >= *count
        })
    }

    /// Whether all of it was handed out and answered.
    fn is_done(&self) -> bool {
        self.in_flight == 0 && self.is_handed_out()
    }
}

impl Evaluator {
    /// Expands a resource whose turn it is, in all instances of its module. How far its node is, where there is nothing
    /// to hand out.
    fn open_resource(&mut self, at: NodeIndex, found: &mut Diagnostics) -> Result<Box<Active>, NodeState> {
        let program = self.core.program.clone();
        let Some(Node::Resource(id, resource)) = program.graph.node(at) else {
            return Err(NodeState::Failed);
        };
        let Some(compiled) = program.compiled_resource(*id, resource) else { return Err(NodeState::Failed) };
        let Some(info) = self.core.type_at(compiled.kind).cloned() else {
            found.push(self.core.unknown_type(&compiled.block));
            return Err(NodeState::Failed);
        };
        if matches!(self.core.input.mode, Mode::Destroy | Mode::Console) {
            self.core.take_presets(*id, &compiled.block, &info);
            return Err(NodeState::Done);
        }
        let Some(provider) = program.provider_of(at) else { return Err(NodeState::Failed) };
        let address = program.address(*id, resource);
        let mut active = Box::new(Active {
            node: at,
            imports: crate::imports::Imports::default(),
            provider: provider.address.clone(),
            provider_key: program.provider_keys.get(&address).cloned(),
            itself: Itself::in_mode(self.core.input.mode, compiled),
            of: Arc::new(WantedResource {
                block: compiled.block.clone(),
                schema: info.schema.clone(),
                dependencies: self.dependencies.of(at),
                depends_on: self.awaited(at, *id, resource),
            }),
            info,
            instances: Vec::with_capacity(self.core.values.count(*id)),
            next: (0, 0),
            in_flight: 0,
            failed: false,
        });
        for number in 0..self.core.values.count(*id) {
            let Some(instance) = self.core.values.nth(*id, number) else { continue };
            let before = found.error_count();
            let expansion = self.expand_resource(instance, &active, found);
            active.failed |= expansion.is_none() || found.error_count() > before;
            active.instances.extend(expansion.map(|size| (instance, size)));
        }
        if !active.failed {
            self.core.checks.reach(CheckKind::Resource, &address);
        }
        self.count_early(at, *id);
        self.take_imports(&address, &mut active, found);
        if matches!(self.core.input.mode, Mode::Validate | Mode::Plan) {
            found.append(crate::ignored::check(&active.of.block, &active.info.schema.block));
        }
        match (active.is_handed_out(), active.failed) {
            (false, _) => Ok(active),
            (true, false) => Err(NodeState::Done),
            (true, true) => Err(NodeState::Failed),
        }
    }

    /// What the reading of a data source waits for; nothing where nothing is done.
    fn awaited(&self, at: NodeIndex, id: ModuleId, resource: &Resource) -> Arc<[ConfigResource]> {
        if self.core.input.mode == Mode::Validate || resource.mode != ResourceMode::Data {
            return Arc::default();
        }
        self.dependencies.awaited(&self.core.program, at, id)
    }

    fn take_imports(&self, address: &ConfigResource, active: &mut Active, found: &mut Diagnostics) {
        let Some(imports) = self.core.imports_of(address, found) else {
            active.failed = true;
            return;
        };
        if !active.failed {
            found.extend(self.core.without_instance(&imports));
        }
        active.imports = imports;
    }

    /// Expands a resource in one instance of its module, and says how many instances of it there are. `None` after
    /// errors.
    fn expand_resource(
        &mut self,
        instance: InstanceId,
        active: &Active,
        found: &mut Diagnostics,
    ) -> Option<usize> {
        let block = &active.of.block;
        let before = found.error_count();
        let scope = self.core.scope(instance, &KeyData::None);
        found.append(self.core.check_depends_on(&scope, &block.depends_on));
        if self.core.input.mode != Mode::Validate {
            found.extend(counts_itself(block));
            if found.error_count() > before {
                return None;
            }
        }
        let scope = self.core.scope(instance, &KeyData::None);
        let expansion = match self.core.expand(&scope, &block.repetition, found) {
            // Validation goes on with what the block says of any instance.
            None if self.core.input.mode == Mode::Validate => Expansion::unknown(&block.repetition),
            expansion => expansion?,
        };
        let before = if self.core.input.mode == Mode::Validate { found.error_count() } else { before };
        let named = self.check_names(instance, active, &expansion);
        let fails = found.error_count() > before || named.has_errors();
        found.append(named);
        if self.core.input.mode == Mode::Validate && expansion.len() > 0 {
            found.append(self.core.validate_conditions(active, instance, &expansion.key_data(0)));
        }
        if fails {
            return None;
        }
        let module = self.core.values.module(instance)?.address.clone();
        let resource = AbsResource { module, resource: block.resource.clone() };
        if let Some(circle) = active.itself.circle(&resource, &expansion) {
            found.push(circle.with_span(block.header));
            return None;
        }
        self.core.expect_checks(&resource, block, &expansion);
        self.wanted.push(Wanted::Expanded(WantedExpansion {
            resource: resource.clone(),
            keys: expansion.keys(),
            block: block.clone(),
            provider: active.provider.clone(),
        }));
        let size = expansion.len();
        let set = ResourceSet::new(resource, expansion, active.info.ty.clone());
        self.core.values.module_mut(instance)?.resources.insert(block.resource.clone(), Box::new(set));
        Some(size)
    }

    /// Whether everything that the block names is there; all instances name the same.
    fn check_names(&self, instance: InstanceId, active: &Active, expansion: &Expansion) -> Diagnostics {
        if expansion.len() == 0 || self.core.names_were_checked(&active.of.block.body) {
            return Diagnostics::new();
        }
        let keys = expansion.key_data(0);
        let scope = self.core.scope(instance, &keys);
        check_names(&active.of.block.body, &active.info.schema.block, &scope)
    }

    /// Hands out instances of resources whose turn it is, in order, as many as may be in flight.
    pub(crate) fn hand_out(&mut self, found: &mut Diagnostics) {
        let mut handed = 0;
        loop {
            self.run_ready(found);
            let Some(node) = self.queue.front().copied().filter(|_| self.has_room(handed)) else { return };
            let opened = match self.active.remove(&node) {
                Some(active) => Ok(active),
                None => self.open_resource(node, found),
            };
            let mut active = match opened {
                Ok(active) => active,
                Err(state) => {
                    self.queue.pop_front();
                    self.complete(node, state);
                    continue;
                }
            };
            handed += self.hand_out_some(&mut active, handed, found);
            if active.is_handed_out() {
                self.queue.pop_front();
            }
            if active.is_done() {
                self.complete_resource(&active);
            } else {
                self.active.insert(node, active);
            }
        }
    }

    fn complete_resource(&mut self, active: &Active) {
        let state = if active.failed { NodeState::Failed } else { NodeState::Done };
        self.complete(active.node, state);
    }

    /// Whether more may be handed out in a step in which so many instances were.
    fn has_room(&self, handed: usize) -> bool {
        handed < BATCH && self.outstanding.len() < self.in_flight_limit
    }

    /// Hands out as many instances as there is room for beside those of this step, and says how many.
    fn hand_out_some(&mut self, active: &mut Active, before: usize, found: &mut Diagnostics) -> usize {
        let mut handed = 0;
        while self.has_room(before + handed) {
            let Some((instance, index)) = active.advance() else { break };
            let Some(module) = self.core.values.module(instance) else { continue };
            let Some(set) = module.resources.get(&active.of.block.resource) else {
                active.failed = true;
                continue;
            };
            let address = ResourceInstance::of(&set.address, set.expansion.key(index));
            let keys = set.expansion.key_data(index);
            if !self.selection.selects(active.node, &address) {
                self.core.leave_out(instance, index, &address);
                continue;
            }
            let (wanted, problems) = self.core.prepare(active, (instance, &keys), &address);
            if !problems.is_empty() {
                found.append(problems.at_address(&address.to_string()));
            }
            let Some(wanted) = wanted else {
                active.failed = true;
                continue;
            };
            handed += 1;
            active.in_flight += 1;
            self.outstanding
                .insert(Asked::Instance(address), Outstanding::Instance(active.node, instance, index));
            self.wanted.push(match active.of.block.resource.mode {
                ResourceMode::Managed => Wanted::Managed(wanted),
                ResourceMode::Data => Wanted::Data(wanted),
                ResourceMode::Ephemeral => Wanted::Ephemeral(wanted),
            });
        }
        handed
    }

    /// The key of an instance, where somebody waits for one of its resource.
    fn awaited_key(&self, node: NodeIndex, instance: InstanceId, index: usize) -> Option<Key> {
        if !self.early.contains_key(&node) {
            return None;
        }
        let Node::Resource(_, resource) = self.core.program.graph.node(node)? else { return None };
        let set = self.core.values.module(instance)?.resources.get(resource)?;
        set.expansion.key(index)
    }

    pub(crate) fn answer(&mut self, asked: &Asked, answer: Answer) -> Diagnostics {
        let mut found = Diagnostics::new();
        match self.outstanding.remove(asked) {
            None => {}
            Some(Outstanding::Provider(at)) => {
                self.provider_answered(at, matches!(answer, Answer::Failed | Answer::Broken(_)));
            }
            Some(Outstanding::Instance(node, instance, index)) => {
                let Some(active) = self.active.get_mut(&node) else { return found };
                active.in_flight = active.in_flight.saturating_sub(1);
                let goes_on = self.core.settle(active, instance, index, answer, &mut found);
                active.failed |= !goes_on;
                let done = active.is_done();
                if goes_on && let Some(key) = self.awaited_key(node, instance, index) {
                    self.instance_there(node, &key);
                }
                if done && let Some(active) = self.active.remove(&node) {
                    self.complete_resource(&active);
                }
            }
        }
        found
    }
}

impl Core {
    /// Takes an answer for an instance. False when what depends on it must not go on.
    fn settle(
        &mut self,
        active: &Active,
        instance: InstanceId,
        index: usize,
        answer: Answer,
        found: &mut Diagnostics,
    ) -> bool {
        let absent = matches!(answer, Answer::Absent | Answer::Unmade);
        let open = matches!(answer, Answer::Unmade);
        let broken = matches!(answer, Answer::Broken(_));
        let value = match answer {
            Answer::Value(value) | Answer::Broken(value) => value,
            // A plan that looks knows not even the type, as in Terraform; applying it does.
            Answer::Absent if self.input.mode == Mode::Plan => Value::unknown(Type::Dynamic),
            Answer::Absent | Answer::Unmade => Value::unknown(active.info.ty.clone()),
            Answer::Failed => return false,
        };
        let resource = &active.of.block.resource;
        let value = match self.input.mode {
            Mode::Validate => Value::unknown(active.info.ty.clone()),
            _ => mark_sensitive(value, &active.info.sensitive),
        };
        let value = match resource.mode {
            ResourceMode::Ephemeral => value.with_marks(Marks::EPHEMERAL),
            ResourceMode::Managed | ResourceMode::Data => value,
        };
        let Some(module) = self.values.module_mut(instance) else { return false };
        let Some(set) = module.resources.get_mut(resource) else { return false };
        set.set(index, value.clone());
        if absent {
            set.leave_out(index);
            set.open |= open;
        }
        let conditions = &active.of.block.lifecycle.postconditions;
        if conditions.is_empty() || self.input.mode == Mode::Validate {
            return !broken;
        }
        let keys = set.expansion.key_data(index);
        let address = ResourceInstance::of(&set.address, set.expansion.key(index));
        let scope = self.scope(instance, &keys).with_self(&value);
        let (verdicts, problems) = self.check_all(&scope, conditions, CheckKind::Resource);
        found.append(problems.at_address(&address.to_string()));
        let failed = self.stops(&verdicts);
        self.checks.record(
            CheckKind::Resource,
            &address.config().to_string(),
            address.to_string(),
            &verdicts,
        );
        !failed && !broken
    }

    /// An instance that targets leave out keeps the object that is stored. Without one it is as if it were not there,
    /// as in Terraform.
    fn leave_out(&mut self, instance: InstanceId, index: usize, address: &ResourceInstance) {
        let preset = self.presets.get(address.abs_resource()).and_then(|objects| objects.get(&address.key));
        let preset = preset.cloned();
        let module = self.values.module_mut(instance);
        let set = module.and_then(|module| module.resources.get_mut(&address.resource));
        match (set, preset) {
            (Some(set), Some(value)) => set.set(index, value),
            (Some(set), None) if address.key.is_some() => set.leave_out(index),
            _ => {}
        }
    }

    /// Objects given up front stand for the resource: no instances are handed out.
    fn take_presets(&mut self, id: ModuleId, block: &ResourceBlock, info: &TypeInfo) {
        for instance in self.values.instances(id) {
            let Some(module) = self.values.module(instance) else { continue };
            let address = AbsResource { module: module.address.clone(), resource: block.resource.clone() };
            let objects = self.presets.get(&address).cloned();
            // On the console, what nothing was given for is unknown, even how many there are of it.
            let all = self.presets_are_all && block.resource.mode != ordain_addr::Mode::Ephemeral;
            if objects.is_some() || all || self.input.mode != Mode::Console {
                self.set_stored(instance, address, &block.repetition, info, objects.unwrap_or_default());
            }
        }
    }

    fn set_stored(
        &mut self,
        instance: InstanceId,
        address: AbsResource,
        repetition: &Repetition,
        info: &TypeInfo,
        objects: crate::Objects,
    ) {
        let resource = address.resource.clone();
        let expansion = Expansion::of_stored(repetition, objects.keys());
        let mut set = ResourceSet::new(address, expansion, info.ty.clone());
        for (key, value) in objects {
            if let Some(index) = set.expansion.index_of(key.as_ref()) {
                set.set(index, mark_sensitive(value, &info.sensitive));
            }
        }
        if let Some(module) = self.values.module_mut(instance) {
            module.resources.insert(resource, Box::new(set));
        }
    }

    fn expect_checks(&mut self, resource: &AbsResource, block: &ResourceBlock, expansion: &Expansion) {
        if block.lifecycle.preconditions.is_empty() && block.lifecycle.postconditions.is_empty() {
            return;
        }
        let address = resource.config().to_string();
        for index in 0..expansion.len() {
            let instance = resource.instance(expansion.key(index)).to_string();
            self.checks.expect(CheckKind::Resource, &address, instance);
        }
    }

    /// Whether what a body names was found good by a validation. Only `dynamic` blocks name by their values, and only
    /// a validation lets pass what `import` blocks alone name.
    fn names_were_checked(&self, body: &Body) -> bool {
        self.validated
            && self.input.tree.root.refactoring.imports.is_empty()
            && for_each_references(body).is_none()
    }

    fn unknown_type(&self, block: &ResourceBlock) -> ordain_diag::Diagnostic {
        let resource = &block.resource;
        let provider = block.provider_addr.for_display();
        let Some(schema) = self.input.schemas.get(&block.provider_addr) else {
            let detail =
                format!("No schema is known for provider {provider}. Run \"ordain init\" to install it.");
            return error(codes::provider::PROVIDER_CONFIG, "Missing provider schema", detail, block.header);
        };
        let (summary, word, names): (_, _, Vec<&Arc<str>>) = match resource.mode {
            ResourceMode::Managed => {
                ("Invalid resource type", "resource type", schema.resources.keys().collect())
            }
            ResourceMode::Data => {
                ("Invalid data source", "data source", schema.data_sources.keys().collect())
            }
            ResourceMode::Ephemeral => {
                ("Invalid ephemeral resource", "ephemeral resource type", schema.ephemeral.keys().collect())
            }
        };
        let meant = did_you_mean(nearest(&resource.type_name, names.iter().map(|name| &***name)));
        let detail =
            format!("The provider {provider} does not support {word} {:?}.{meant}", resource.type_name);
        error(codes::eval::UNDECLARED, summary, detail, block.type_span)
    }

    /// References of `depends_on` must be to whole objects that exist. As Terraform does, which looks for what is
    /// named until the first mistake.
    pub(crate) fn check_depends_on(&self, scope: &InstanceScope<'_>, items: &[DependsOn]) -> Diagnostics {
        let mut found = Diagnostics::new();
        for item in items {
            let reference = match Reference::parse(&item.traversal) {
                Ok(reference) => reference,
                Err(problem) => {
                    found.push(*problem);
                    continue;
                }
            };
            // What has no meaning here is told as everywhere.
            let meaningless = match reference.subject {
                Subject::EachKey if !matches!(scope.keys, KeyData::Each(..)) => true,
                Subject::CountIndex if !matches!(scope.keys, KeyData::Count(_)) => true,
                _ => false,
            };
            if meaningless {
                found.append(crate::references::check_one(scope, &reference, &[]));
                continue;
            }
            found.extend(in_part(&reference, item));
            if !found.has_errors() {
                found.append(crate::references::check_one(scope, &reference, &[]));
            }
        }
        found
    }
}

/// What is depended on is an object, not a part of one.
fn in_part(reference: &Reference<'_>, item: &DependsOn) -> Option<ordain_diag::Diagnostic> {
    let rest = item.traversal.steps().get(reference.consumed..).unwrap_or_default();
    let no_object = matches!(
        reference.subject,
        Subject::CountIndex | Subject::EachKey | Subject::EachValue | Subject::SelfObject
    );
    if rest.is_empty() && !no_object {
        return None;
    }
    let detail = "References in depends_on must be to a whole object (resource, etc), not to an attribute of an object.";
    let span = match (rest.first(), rest.last()) {
        (Some(first), Some(last)) => first.span().to(last.span()),
        _ => item.span,
    };
    Some(error(codes::eval::UNDECLARED, "Invalid depends_on reference", detail, span))
}
