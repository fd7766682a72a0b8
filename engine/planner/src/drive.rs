//! The loop: the evaluator hands out what is wanted, a crew plans it, answers go back.
//!
//! The loop owns the evaluator and all tables; only tasks of the crew run side by side, and of calls to providers at
//! most `parallelism`. Results are put in order by address at the end, so that no output depends on
//! who answered first.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures_util::stream::StreamExt;
use ordain_addr::{
    AbsResource, ConfigResource, Key, Mode, ModuleInstance, ProviderAddr, ProviderConfigAddr, Resource,
    ResourceInstance,
};
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::{
    Answer, Asked, Dependencies, Evaluator, Progress, ReplaceTrigger, Triggering, Wanted, WantedInstance,
};
use ordain_plan::{Action, Change, Deferred};
use ordain_provider::{Provider, ProviderSource};
use ordain_state::{InstanceState, State};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::classify::Forced;
use crate::crew::{Beside, Broken, Crew};
use crate::managed::Situation;
use crate::orphans::{Expansions, Orphan, orphan_reason};
use crate::session::{Changes, Done, Session};
use crate::task::{Kind, OneInstance, Task};
use crate::{ephemeral, orphans};

/// How many instances may be handed out and not answered: enough for one bundle to be worked on while another waits and
/// a third is evaluated.
const IN_FLIGHT: usize = 384;

/// Everything that the loop learns.
pub(crate) struct Drive {
    session: Arc<Session>,
    source: Arc<dyn ProviderSource>,
    beside: Option<Beside>,
    /// Addresses that objects had, by their present ones.
    moved: BTreeMap<ResourceInstance, ResourceInstance>,
    /// The state as it becomes known.
    pub(crate) prior: State,
    pub(crate) changes: Vec<Change>,
    pub(crate) drift: Vec<Change>,
    /// Changes that have to wait for another plan.
    pub(crate) deferred: Vec<Deferred>,
    /// Resources that they belong to.
    waiting: HashSet<ConfigResource>,
    /// What instances depend on by the configuration: all those that were handed out.
    pub(crate) dependencies: FxHashMap<ResourceInstance, Dependencies>,
    /// Whether a look brought objects in line with the configuration in what is kept beside their values.
    pub(crate) described: bool,
    /// What blocks depend on that create first and have no instances.
    pub(crate) first_without_instances: Vec<Dependencies>,
    pub(crate) found: Diagnostics,
    /// Check blocks that do not hold because their data source cannot be read: address and why.
    pub(crate) failed_checks: HashMap<String, String>,
    pub(crate) expansions: Expansions,
    /// Whether anything may ask for the tables that follow: most configurations have nothing that does.
    asks: Asks,
    /// Resources that something is done to, where data sources may wait for them.
    pending: HashSet<ConfigResource>,
    /// What the state held at first, by block.
    held: OnceCell<HashMap<ConfigResource, Vec<ResourceInstance>>>,
    /// Changes by resource, as numbers, where they may trigger others.
    by_resource: HashMap<AbsResource, Vec<usize>>,
    pub(crate) providers: FxHashMap<Arc<ProviderConfigAddr>, Option<Arc<dyn Provider>>>,
    opened: Vec<ephemeral::Open>,
}

/// What blocks of a configuration may ask for while it is planned.
struct Asks {
    /// Data sources ask whether anything is done to what they wait for.
    for_pending: bool,
    /// `replace_triggered_by` asks what is done to an object.
    for_triggers: bool,
    /// How many blocks there are: as many instances at least, mostly.
    blocks: usize,
}

impl Asks {
    fn of(tree: &ModuleTree) -> Self {
        let mut asks = Self { for_pending: false, for_triggers: false, blocks: 0 };
        for block in tree.modules().into_iter().flat_map(|module| module.resources.values()) {
            asks.for_pending |= block.resource.mode == Mode::Data;
            asks.for_triggers |= !block.lifecycle.replace_triggered_by.is_empty();
            asks.blocks += 1;
        }
        asks
    }
}

fn held(prior: &State) -> HashMap<ConfigResource, Vec<ResourceInstance>> {
    let mut held: HashMap<ConfigResource, Vec<ResourceInstance>> = HashMap::new();
    for (address, resource) in &prior.resources {
        let present = resource.instances.iter().filter(|(_, instance)| instance.current.is_some());
        held.entry(address.config())
            .or_default()
            .extend(present.map(|(key, _)| address.instance(key.clone())));
    }
    held
}

impl Drive {
    pub(crate) fn new(
        session: Arc<Session>,
        (source, beside): (Arc<dyn ProviderSource>, Option<Beside>),
        prior: State,
        moved: BTreeMap<ResourceInstance, ResourceInstance>,
    ) -> Self {
        let asks = Asks::of(&session.tree);
        Self {
            // Tables that have their final size from the start are not copied while they grow.
            changes: Vec::with_capacity(asks.blocks),
            dependencies: FxHashMap::with_capacity_and_hasher(asks.blocks, FxBuildHasher),
            expansions: Expansions::of(asks.blocks),
            asks,
            session,
            source,
            beside,
            moved,
            prior,
            drift: Vec::new(),
            deferred: Vec::new(),
            waiting: HashSet::new(),
            described: false,
            first_without_instances: Vec::new(),
            found: Diagnostics::new(),
            failed_checks: HashMap::new(),
            pending: HashSet::new(),
            held: OnceCell::new(),
            by_resource: HashMap::new(),
            providers: FxHashMap::default(),
            opened: Vec::new(),
        }
    }

    /// Runs the evaluator to its end.
    pub(crate) async fn run(&mut self, evaluator: &mut Evaluator) {
        let mut crew = Crew::new(&self.session, self.beside.as_ref());
        let limit = self.session.options.parallelism.max(1);
        evaluator.hand_out_at_most(limit.saturating_mul(2).max(IN_FLIGHT));
        loop {
            let (progress, found) = evaluator.step();
            self.found.append(found);
            let more = matches!(progress, Progress::Wanted(_));
            if let Progress::Wanted(items) = progress {
                let mut tasks = Vec::with_capacity(items.len());
                tasks.extend(items.into_iter().filter_map(|item| self.task(item)));
                crew.take(tasks);
            }
            // While there is more to evaluate, nobody waits for what is not done.
            let done = if more { crew.done_by_now() } else { crew.done().await };
            match done {
                Ok(done) if done.is_empty() && !more => break,
                Ok(done) => done.into_iter().for_each(|done| self.settle(done, evaluator)),
                Err(Broken) => {
                    self.found.push(broken());
                    break;
                }
            }
        }
        self.found.append(ephemeral::close(&*self.session.observer, std::mem::take(&mut self.opened)).await);
    }

    /// What is to be done. What asks for no work is taken note of.
    fn task(&mut self, item: Wanted) -> Option<Task> {
        match item {
            Wanted::Module(module) => {
                self.expansions.modules.insert((module.caller, module.name), module.keys);
                None
            }
            Wanted::Expanded(expansion) => {
                if let Some(keys) = expansion.keys.as_ref().filter(|keys| keys.len() > 1) {
                    self.changes.reserve(keys.len());
                    self.dependencies.reserve(keys.len());
                }
                self.expansions.resources.insert(expansion.resource, expansion.keys);
                None
            }
            // While the objects were refreshed before all of them are destroyed, it was made ready.
            Wanted::Provider(wanted) if matches!(self.providers.get(&wanted.address), Some(Some(_))) => {
                let answer = (Asked::Provider(wanted.address), Answer::Value(wanted.config));
                Some(Task::settled(Done { answer: Some(answer), ..Done::default() }))
            }
            Wanted::Provider(wanted) => Some(Task::Provider(Arc::clone(&self.source), Box::new(wanted))),
            Wanted::Managed(wanted) => Some(self.instance(wanted, Mode::Managed)),
            Wanted::Data(wanted) => Some(self.instance(wanted, Mode::Data)),
            Wanted::Ephemeral(wanted) => Some(self.instance(wanted, Mode::Ephemeral)),
        }
    }

    fn instance(&mut self, mut wanted: WantedInstance, mode: Mode) -> Task {
        let address = wanted.address.clone();
        let options = &self.session.options;
        let imports = options.mode == ordain_plan::Mode::Normal && !self.session.before_destroy;
        if !imports && !options.look_at_imports {
            // Only what changes things imports; a look at them does not.
            wanted.import = None;
        }
        if let Some((_, id)) = self.session.options.import.as_ref().filter(|(to, _)| *to == address) {
            wanted.import = Some(Box::new(ordain_eval::WantedImport {
                id: Some(ordain_value::Value::string(id)),
                identity: None,
                provider: None,
                span: wanted.of.block.header,
            }));
        }
        self.dependencies.insert(address.clone(), wanted.of.dependencies.clone());
        let provider = match self.provider(&wanted.provider, &address) {
            Ok(provider) => self.session.asked(provider),
            Err(found) => return Task::settled(Done::failed(Asked::Instance(address), found)),
        };
        let prior = self.prior.instance(&address).cloned().unwrap_or_default();
        let deferral = self.deferral(&wanted);
        if deferral.is_some() {
            self.waiting.insert(address.config());
        }
        let kind = match mode {
            Mode::Data => Kind::Data(prior, deferral.is_none() && self.awaits_changes(&wanted)),
            Mode::Managed => match self.situation(prior, &wanted, deferral.is_some()) {
                Ok(situation) => Kind::Managed(situation),
                Err(problem) => {
                    return Task::settled(Done::failed(Asked::Instance(address), problem.into()));
                }
            },
            Mode::Ephemeral => Kind::Ephemeral,
        };
        Task::Instance(OneInstance { wanted, provider, deferral, kind })
    }

    fn situation(
        &self,
        prior: InstanceState,
        wanted: &WantedInstance,
        deferred: bool,
    ) -> Result<Situation, Diagnostic> {
        if deferred {
            return Ok(Situation { prior, previous_address: None, taken_from: None, forced: None });
        }
        let previous_address = self.previous_address(&wanted.address);
        let forced = self.forced(wanted)?;
        let taken_from = self.taken_from(previous_address.as_deref(), wanted);
        Ok(Situation { prior, previous_address, taken_from, forced })
    }

    /// Whether something is done to what an instance depends on by `depends_on`.
    fn awaits_changes(&self, wanted: &WantedInstance) -> bool {
        let changes = |resource| self.pending.contains(resource) || self.loses_instances(resource);
        wanted.of.depends_on.iter().any(changes)
    }

    /// Whether the state holds instances of a declared resource that are no longer wanted: their end is planned last.
    fn loses_instances(&self, resource: &ConfigResource) -> bool {
        let options = &self.session.options;
        let plans = options.mode == ordain_plan::Mode::Normal && options.import.is_none();
        if !plans || resource.resource.mode != Mode::Managed {
            return false;
        }
        let held = self.held.get_or_init(|| held(&self.prior)).get(resource);
        held.into_iter().flatten().any(|instance| {
            let moved = self.moved.contains_key(instance);
            options.selects(instance)
                && orphan_reason(&self.session.tree, &self.expansions, instance, moved).is_some()
        })
    }

    /// Why an instance cannot be planned for good yet: which instances there are is not known, or it depends
    /// on one of which that is not known.
    fn deferral(&self, wanted: &WantedInstance) -> Option<(&'static str, bool)> {
        if !self.session.options.allow_deferral {
            return None;
        }
        let mut caller = ModuleInstance::root();
        for step in wanted.address.module.0.iter() {
            if let Some(None) = self.expansions.modules.get(&(caller.clone(), step.name.clone())) {
                return Some(("instance_count_unknown", false));
            }
            caller = caller.child(step.name.clone(), step.key.clone());
        }
        if let Some(None) = self.expansions.resources.get(wanted.address.abs_resource()) {
            return Some(("instance_count_unknown", true));
        }
        let waits = wanted.of.dependencies.all().iter().any(|needed| self.waiting.contains(needed));
        waits.then_some(("deferred_prereq", false))
    }

    fn provider(
        &self,
        of: &ProviderConfigAddr,
        address: &ResourceInstance,
    ) -> Result<Arc<dyn Provider>, Diagnostics> {
        match self.providers.get(of) {
            Some(Some(provider)) => Ok(self.source.serve(of, address, Arc::clone(provider))),
            // Why it is not there was reported.
            Some(None) => Err(Diagnostics::new()),
            None => Err(absent(of, address).into()),
        }
    }

    /// Provider and type that an object had before a move that changed either.
    fn taken_from(
        &self,
        previous: Option<&ResourceInstance>,
        wanted: &WantedInstance,
    ) -> Option<(ProviderAddr, String)> {
        let (previous, resource) = (previous?, &wanted.address.resource);
        // A move keeps the provider that the state names.
        let held = self.prior.resources.get(wanted.address.abs_resource())?;
        let stored = &held.provider.provider;
        let other = previous.resource.type_name != resource.type_name || *stored != wanted.provider.provider;
        other.then(|| (stored.clone(), previous.resource.type_name.to_string()))
    }

    /// Whether `replace_triggered_by` or `-replace` asks for a new object. What is to trigger it has to be there.
    fn forced(&self, wanted: &WantedInstance) -> Result<Option<Forced>, Diagnostic> {
        let plans = self.session.options.mode == ordain_plan::Mode::Normal;
        for trigger in wanted.replace_triggers.iter().filter(|_| plans) {
            if self.fires(trigger).map_err(|problem| problem.with_address(wanted.address.to_string()))? {
                return Ok(Some(Forced::Trigger));
            }
        }
        Ok(self.session.options.replace.contains(&wanted.address).then_some(Forced::Request))
    }

    fn fires(&self, trigger: &ReplaceTrigger) -> Result<bool, Diagnostic> {
        let named = |key: &Option<Key>| trigger.instances.names(key);
        let changes = self.by_resource.get(&trigger.resource).map_or(&[][..], |list| list);
        let changes: Vec<&Change> = changes
            .iter()
            .filter_map(|at| self.changes.get(*at))
            .filter(|change| named(&change.address.key))
            .collect();
        let stored = || self.prior.resources.get(&trigger.resource);
        if changes.is_empty() && !stored().is_some_and(|stored| stored.instances.keys().any(named)) {
            return Err(nothing_to_trigger(trigger));
        }
        Ok(changes.iter().any(|change| {
            if trigger.path.0.is_empty() {
                return change.action == Action::Update || change.action.is_replace();
            }
            change.action != Action::NoOp
                && !change.before.is_null()
                && trigger.path.get(&change.before) != trigger.path.get(&change.after)
        }))
    }

    fn settle(&mut self, done: Done, evaluator: &mut Evaluator) {
        let Done { answer, provider, changes, drift, edits, opened, found, deferred, failed_check } = done;
        self.failed_checks.extend(failed_check.map(|failed| *failed));
        self.found.append(found);
        if let Some((address, provider)) = provider {
            self.providers.insert(address, provider);
        }
        self.opened.extend(opened.map(|open| *open));
        self.drift.extend(drift);
        for edit in edits {
            self.prior.edit(edit);
        }
        if let (Some(_), Some((Asked::Instance(address), _))) = (deferred, &answer) {
            self.waiting.insert(address.config());
        }
        let changes = self.put_off(deferred, changes);
        for change in changes {
            if self.asks.for_pending && change.action != Action::NoOp {
                self.pending.insert(change.address.config());
            }
            if self.asks.for_triggers && change.deposed.is_none() {
                self.by_resource
                    .entry(change.address.abs_resource().clone())
                    .or_default()
                    .push(self.changes.len());
            }
            self.changes.push(change);
        }
        if let Some((asked, answer)) = answer {
            self.found.append(evaluator.resolve(&asked, answer));
        }
    }

    /// Changes that are carried out, without those that have to wait.
    fn put_off(&mut self, why: Option<(&'static str, bool)>, changes: Changes) -> Changes {
        let Some((reason, index_unknown)) = why else { return changes };
        self.deferred.extend(changes.into_iter().map(|change| Deferred { reason, index_unknown, change }));
        Changes::new()
    }

    /// Plans the end of everything in state that `select` gives a reason for.
    pub(crate) async fn end(&mut self, orphans: Vec<Orphan>) {
        let session = Arc::clone(&self.session);
        let mut jobs = Vec::with_capacity(orphans.len());
        for orphan in orphans {
            let provider = match self.provider(&orphan.provider, &orphan.address) {
                Ok(provider) => Some(session.asked(provider)),
                Err(found) => {
                    if orphan.address.resource.mode == Mode::Managed {
                        self.found.append(found);
                    }
                    None
                }
            };
            jobs.push(orphans::plan(&session, orphan, provider));
        }
        let limit = session.options.parallelism.max(1);
        let mut results = futures_util::stream::iter(jobs).buffered(limit);
        while let Some(done) = results.next().await {
            self.found.append(done.found);
            self.drift.extend(done.drift);
            for edit in done.edits {
                self.prior.edit(edit);
            }
            let changes = self.put_off(done.deferred, done.changes);
            self.changes.extend(changes);
        }
    }

    /// What a plan needs at the end: the state, whether a look described objects, and checks that do not hold. All
    /// else goes.
    pub(crate) fn learnt(self) -> (State, bool, HashMap<String, String>) {
        (self.prior, self.described, self.failed_checks)
    }

    /// What the command `import` takes over.
    pub(crate) fn import(&self) -> Option<&ResourceInstance> {
        self.session.options.import.as_ref().map(|(to, _)| to)
    }

    /// Whether an instance was handed out.
    pub(crate) fn has_handled(&self, address: &ResourceInstance) -> bool {
        self.dependencies.contains_key(address)
    }

    /// Instances in state that no job has dealt with, and what is known of them.
    pub(crate) fn left_over(&self) -> Vec<(ResourceInstance, ProviderConfigAddr, InstanceState)> {
        let mut left = Vec::new();
        for (resource, state) in &self.prior.resources {
            for (key, instance) in &state.instances {
                let address = resource.instance(key.clone());
                if !self.dependencies.contains_key(&address) {
                    left.push((address, state.provider_of(instance), instance.clone()));
                }
            }
        }
        left
    }

    /// The address that an object had in the stored state.
    pub(crate) fn previous_address(&self, address: &ResourceInstance) -> Option<Box<ResourceInstance>> {
        self.moved.get(address).cloned().map(Box::new)
    }
}

/// Whoever worked on tasks went away in the middle of them. What happened to them was told where it happened.
fn broken() -> Diagnostic {
    let detail = "The program stopped working on a part of the plan, for a reason that it told before this. That is a \
                  defect of the program, not of the configuration; nothing was changed. Plan again; where it \
                  ends like this again, report it with all that was printed.";
    Diagnostic::error(codes::plan::CANNOT_PLAN, "Planning ended early", detail)
}

/// What is to trigger a replacement has no instance, or not the one that is named.
fn nothing_to_trigger(trigger: &ReplaceTrigger) -> Diagnostic {
    let resource = Resource::clone(&trigger.resource.resource);
    let key = match &trigger.instances {
        Triggering::One(Some(key)) => key.to_string(),
        Triggering::All | Triggering::One(None) => String::new(),
    };
    let module = &trigger.resource.module;
    let place = if module.is_root() { "the root module".to_owned() } else { module.to_string() };
    let detail = format!(
        "The argument \"replace_triggered_by\" waits for a change of {resource}{key}, but there is no such instance: \
         its \"count\" or \"for_each\" does not give one now. Name an instance that exists, or refer to something \
         that is always there, such as a terraform_data resource."
    );
    let summary = format!("no change found for {resource}{key} in {place}");
    Diagnostic::error(codes::plan::CANNOT_PLAN, summary, detail).with_span(trigger.span)
}

fn absent(of: &ProviderConfigAddr, address: &ResourceInstance) -> Diagnostic {
    if let Some(key) = &of.key {
        let detail = format!(
            "To work with {address}, the instance of its provider configuration at {of} is required, but {key:?} is \
             no key of the provider's \"for_each\" any more. Leave the key there until what it serves is destroyed: \
             give the provider a collection of its own, put the key back, apply, and then remove it."
        );
        return Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Provider instance not present", detail)
            .with_address(address.to_string());
    }
    let detail = format!(
        "To work with {address}, its original provider configuration at {of} is required, but it has been removed. \
         This happens when a provider block is removed while objects that it made are still in state. Put the \
         provider block back, destroy {address}, and then remove it again."
    );
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Provider configuration not present", detail)
        .with_address(address.to_string())
}
