//! The loop: steps whose turn has come, with values that the evaluator fills in.
//!
//! A step that makes an object begins when the steps before it have ended well *and* the evaluator has
//! handed its instance out; one that destroys needs the first only. The loop owns the evaluator, the
//! state and the journal; only calls to providers and provisioners run side by side.

mod begin;
mod record;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use ordain_addr::{AbsResource, DeposedKey, Mode as ResourceMode, ProviderConfigAddr, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_config::blocks::When;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::{Answer, Asked, Evaluator, Progress, Wanted, WantedInstance, WantedProvider};
use ordain_plan::{Change, Event, Observer, Plan, StepKind, Work};
use ordain_provider::{ConfigureRequest, ObjectSchema, ObjectSchemas, Provider, ProviderSource, Subject};
use ordain_state::{Edit, Event as JournalEvent, JournalWriter, Object, State, StateStore, Status, Stored};
use ordain_value::Value;

use crate::ledger::Ledger;
use crate::provision::{self, Provisioners, Task};
use crate::work::Outcome;
use crate::{Counts, Gate, Host, Stop, ephemeral};

/// How many instances that can be worked on are taken from the evaluator at least before an answer is due.
const TAKEN: usize = 128;

/// What all jobs share.
pub(crate) struct Session {
    pub(crate) plan: Plan,
    pub(crate) schemas: ObjectSchemas,
    pub(crate) tree: Arc<ModuleTree>,
    pub(crate) providers: Arc<dyn ProviderSource>,
    pub(crate) provisioners: Arc<dyn Provisioners>,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) host: Host,
    pub(crate) stop: Arc<Stop>,
    pub(crate) parallelism: usize,
    pub(crate) only_reads: bool,
    pub(crate) store: StateStore,
    /// Plan and permit, for the journal's header.
    pub(crate) journal: (String, String),
}

/// What the loop leaves.
pub(crate) struct Left {
    /// The state as it ought to be.
    pub(crate) state: State,
    /// The last one that was written.
    pub(crate) snapshot: Stored,
    pub(crate) journal_begun: bool,
    /// Steps that ended and nobody knows how.
    pub(crate) doubts: Vec<JournalEvent>,
    /// Resources of which it was found out which instances they have, with their provider configurations.
    pub(crate) expanded: Vec<(AbsResource, ProviderConfigAddr)>,
}

/// What came of a job.
enum Done {
    Provider(Arc<ProviderConfigAddr>, Option<Arc<dyn Provider>>, Diagnostics),
    /// An instance that no step is about: its value as it is.
    Known(ResourceInstance, Option<Value>, Diagnostics),
    Opened(ResourceInstance, Option<(Value, ephemeral::Open)>, Diagnostics),
    Step(u32, Outcome),
    /// Provisioners of an object that a step made, and its value.
    Provisioned(u32, Value, Diagnostics),
}

type Job<'j> = BoxFuture<'j, Done>;

/// The loop's tables.
pub(crate) struct Drive<'d> {
    session: &'d Session,
    state: State,
    /// The last state that was written.
    snapshot: Stored,
    journal: Option<JournalWriter>,
    ledger: Ledger,
    /// Change of an instance's present object.
    changes: HashMap<&'d ResourceInstance, u32>,
    /// The step that makes or reads what a change is about.
    makers: HashMap<u32, u32>,
    /// Instances that were handed out before their step's turn.
    wanted: HashMap<u32, WantedInstance>,
    /// Steps that wait for a provider.
    unprovided: HashMap<ProviderConfigAddr, Vec<u32>>,
    deposed: HashMap<u32, DeposedKey>,
    providers: HashMap<Arc<ProviderConfigAddr>, Option<Arc<dyn Provider>>>,
    opened: Vec<ephemeral::Open>,
    /// Jobs that wait for a place, and what the journal is told when they begin.
    queue: VecDeque<(Option<JournalEvent>, Job<'d>)>,
    /// Whether the journal must be durable before anything else begins.
    unsaved: bool,
    /// Whether the journal cannot be written, so that nothing may begin.
    halted: bool,
    pub(crate) counts: Counts,
    pub(crate) found: Diagnostics,
    /// Steps that ended and nobody knows how; they outlive the journal of this apply.
    doubts: Vec<JournalEvent>,
    /// Check blocks that do not hold because their data source could not be read: address and why.
    pub(crate) failed_checks: HashMap<String, String>,
    /// Resources of which it was found out which instances they have, with their provider configurations.
    expanded: Vec<(AbsResource, ProviderConfigAddr)>,
    /// Those of which no trace is left without objects, because one was to be made or unmade.
    traceless: HashSet<AbsResource>,
}

impl<'d> Drive<'d> {
    pub(crate) fn new(session: &'d Session, stored: Stored) -> Self {
        let plan = &session.plan;
        let numbered = || (0u32..).zip(&plan.changes);
        let present = numbered().filter(|(_, change)| change.deposed.is_none());
        let makers = (0u32..).zip(&plan.steps).filter_map(|(at, step)| match step.kind {
            StepKind::Create(change) | StepKind::Update(change) | StepKind::Read(change) => {
                Some((change, at))
            }
            _ => None,
        });
        let imported = plan.changes.iter().filter(|change| change.importing.is_some()).count();
        Self {
            session,
            state: State { lineage: stored.state.lineage.clone(), ..plan.prior.clone() },
            snapshot: stored,
            journal: None,
            ledger: Ledger::new(&plan.steps),
            changes: present.map(|(at, change)| (&change.address, at)).collect(),
            makers: makers.collect(),
            wanted: HashMap::new(),
            unprovided: HashMap::new(),
            deposed: HashMap::new(),
            providers: HashMap::new(),
            opened: Vec::new(),
            queue: VecDeque::new(),
            unsaved: false,
            halted: false,
            counts: Counts { imported, ..Counts::default() },
            found: Diagnostics::new(),
            doubts: Vec::new(),
            failed_checks: HashMap::new(),
            expanded: Vec::new(),
            traceless: HashSet::new(),
        }
    }

    /// Address of the check block that a data source stands in.
    fn check_of(&self, change: &Change) -> Option<String> {
        let check = self.session.tree.resource(&change.address.config())?.check.clone()?;
        let module = &change.address.module;
        Some(if module.is_root() { format!("check.{check}") } else { format!("{module}.check.{check}") })
    }

    /// Whether every step ended well.
    pub(crate) fn is_complete(&self) -> bool {
        self.ledger.is_complete()
    }

    /// What is left: see [`Left`].
    pub(crate) fn into_left(mut self) -> Left {
        let traceless = std::mem::take(&mut self.traceless);
        self.expanded.retain(|(resource, _)| !traceless.contains(resource));
        Left {
            state: self.state,
            snapshot: self.snapshot,
            journal_begun: self.journal.is_some(),
            doubts: self.doubts,
            expanded: self.expanded,
        }
    }

    /// Runs until nothing is left that may begin.
    pub(crate) async fn run(&mut self, evaluator: &mut Evaluator) {
        let session = self.session;
        let mut flying: FuturesUnordered<Job<'d>> = FuturesUnordered::new();
        let mut stopping = false;
        loop {
            stopping |= session.stop.is_asked();
            let more = !stopping && self.advance(evaluator).await;
            if stopping || self.halted {
                self.queue.clear();
            }
            let room = session.parallelism.saturating_sub(flying.len()).min(self.queue.len());
            let next: Vec<_> = self.queue.drain(..room).collect();
            for intent in next.iter().filter_map(|(intent, _)| intent.as_ref()) {
                self.unsaved = true;
                self.note(intent).await;
            }
            // What has effects begins when that is durable.
            self.save().await;
            if !self.halted {
                flying.extend(next.into_iter().map(|(_, job)| job));
            }
            if flying.is_empty() {
                if more {
                    continue;
                }
                break;
            }
            tokio::select! {
                biased;
                () = session.stop.asked(), if !stopping => {
                    stopping = true;
                    for provider in self.providers.values().flatten() {
                        provider.stop().await;
                    }
                }
                done = flying.next() => {
                    if let Some(done) = done {
                        self.settle(done, evaluator).await;
                    }
                    while let Some(Some(done)) = flying.next().now_or_never() {
                        self.settle(done, evaluator).await;
                    }
                }
            }
        }
        self.found.append(ephemeral::close(&*session.observer, std::mem::take(&mut self.opened)).await);
        self.save().await;
    }

    /// Asks the evaluator and begins steps whose turn has come. Whether there may be more at once.
    async fn advance(&mut self, evaluator: &mut Evaluator) -> bool {
        // What waits for steps of others must not keep what those steps wait for from being handed out.
        let workable = self.session.parallelism.saturating_mul(2).max(TAKEN);
        evaluator.hand_out_at_most(workable.saturating_add(self.wanted.len()));
        let (progress, found) = evaluator.step();
        self.found.append(found);
        let mut more = false;
        if let Progress::Wanted(items) = progress {
            more = true;
            for item in items {
                self.take(item, evaluator);
            }
        }
        let opened = self.ledger.opened();
        more |= !opened.is_empty();
        for step in opened {
            self.begin(step, evaluator).await;
        }
        more
    }

    fn take(&mut self, item: Wanted, evaluator: &mut Evaluator) {
        let session = self.session;
        match item {
            Wanted::Module(_) => {}
            Wanted::Expanded(expansion) => {
                if expansion.resource.resource.mode != ResourceMode::Ephemeral {
                    self.expanded
                        .push((expansion.resource, std::sync::Arc::unwrap_or_clone(expansion.provider)));
                }
            }
            Wanted::Provider(wanted) => self.queue.push_back((None, configure(session, wanted).boxed())),
            Wanted::Managed(wanted) | Wanted::Data(wanted) => self.instance(wanted, evaluator),
            Wanted::Ephemeral(wanted) => match self.provider(&wanted.provider, &wanted.address) {
                Some(provider) => {
                    let job = async move {
                        let (open, found) = ephemeral::open(&*session.observer, &wanted, provider).await;
                        Done::Opened(wanted.address, open, found)
                    };
                    self.queue.push_back((None, job.boxed()));
                }
                None => self.fail(&wanted.address, evaluator),
            },
        }
    }

    fn instance(&mut self, wanted: WantedInstance, evaluator: &mut Evaluator) {
        let change = self.changes.get(&wanted.address).copied();
        let Some((number, change)) = change.and_then(|at| Some((at, self.change(at)?))) else {
            return self.known(wanted, evaluator);
        };
        if let Some(id) = change.importing.as_ref().and_then(|import| import.id.as_ref()) {
            let known = &Value::object([("id", Value::string(id))]);
            let (address, work) = (&wanted.address, Work::Adopt);
            self.session.observer.event(Event::Started { address, deposed: None, work, known });
            self.session.observer.event(Event::Ended { address, deposed: None, work, known });
        }
        if let Some(step) = self.makers.get(&number).copied() {
            self.wanted.insert(step, wanted);
            if self.ledger.is_open(step) {
                self.ledger.again(step);
            }
            return;
        }
        let value = change.after.clone();
        self.describe(&wanted, change.create_before_destroy, evaluator);
        self.answer(&wanted.address, Some(value), evaluator);
    }

    /// An object that nothing is done to takes over what the configuration says beside its values.
    fn describe(&mut self, wanted: &WantedInstance, create_before_destroy: bool, evaluator: &mut Evaluator) {
        let stored = self.state.instance(&wanted.address).and_then(|instance| instance.current.clone());
        let Some(object) = stored else { return };
        let held = self.state.resources.get(wanted.address.abs_resource());
        let same_provider = held.is_some_and(|held| {
            let instance = held.instances.get(&wanted.address.key);
            instance.is_some_and(|instance| held.provider_of(instance) == *wanted.provider)
        });
        let dependencies = evaluator.dependencies_with_stored(&wanted.address.config());
        let dependencies = dependencies.as_ref().unwrap_or_else(|| wanted.of.dependencies.all());
        if same_provider
            && *object.dependencies == **dependencies
            && object.create_before_destroy == create_before_destroy
        {
            return;
        }
        self.state.edit(Edit::Put {
            address: wanted.address.clone(),
            deposed: None,
            provider: ordain_addr::ProviderConfigAddr::clone(&wanted.provider),
            object: Arc::new(Object {
                dependencies: dependencies.to_vec(),
                create_before_destroy,
                ..(*object).clone()
            }),
        });
    }

    /// An instance that the plan says nothing about: what the state holds of it.
    fn known(&mut self, wanted: WantedInstance, evaluator: &mut Evaluator) {
        let stored = self.state.instance(&wanted.address).and_then(|instance| instance.current.clone());
        let schema = self.session.schemas.get(&wanted.provider.provider, &wanted.address.resource);
        let (Some(schema), Some(provider)) = (schema, self.provider(&wanted.provider, &wanted.address))
        else {
            return self.fail(&wanted.address, evaluator);
        };
        let Some(object) = stored else {
            let found = evaluator.resolve(&Asked::Instance(wanted.address.clone()), Answer::Absent);
            return self.found.append(found);
        };
        let fits = object.schema_version == schema.schema.version && !object.flat;
        if let (true, Ok(value)) = (fits, object.value(&schema.ty)) {
            return self.answer(&wanted.address, Some(value), evaluator);
        }
        self.queue.push_back((None, known(wanted, provider, schema, object).boxed()));
    }

    fn answer(&mut self, address: &ResourceInstance, value: Option<Value>, evaluator: &mut Evaluator) {
        self.answered_well(address, value.map_or(Answer::Failed, Answer::Value), evaluator);
    }

    /// Answers the evaluator. Whether what depends on the instance may go on: postconditions hold.
    fn answered_well(
        &mut self,
        address: &ResourceInstance,
        answer: Answer,
        evaluator: &mut Evaluator,
    ) -> bool {
        let found = evaluator.resolve(&Asked::Instance(address.clone()), answer);
        let well = !found.has_errors();
        self.found.append(found);
        well
    }

    fn fail(&mut self, address: &ResourceInstance, evaluator: &mut Evaluator) {
        self.answer(address, None, evaluator);
    }

    fn change(&self, at: u32) -> Option<&'d Change> {
        self.session.plan.changes.get(at as usize)
    }

    fn provider(
        &self,
        config: &ProviderConfigAddr,
        instance: &ResourceInstance,
    ) -> Option<Arc<dyn Provider>> {
        let provider = self.providers.get(config).cloned().flatten()?;
        Some(self.session.providers.serve(config, instance, provider))
    }

    async fn settle(&mut self, done: Done, evaluator: &mut Evaluator) {
        match done {
            Done::Provider(address, provider, found) => {
                self.found.append(found);
                let answer = match &provider {
                    Some(_) => Answer::Value(Value::null(ordain_value::Type::Dynamic)),
                    None => Answer::Failed,
                };
                self.found.append(evaluator.resolve(&Asked::Provider(address.clone()), answer));
                self.providers.insert(address.clone(), provider);
                for step in self.unprovided.remove(&address).unwrap_or_default() {
                    self.ledger.again(step);
                }
            }
            Done::Known(address, value, found) => {
                self.found.append(found);
                self.answer(&address, value, evaluator);
            }
            Done::Opened(address, open, found) => {
                self.found.append(found);
                let (value, open) = open.unzip();
                self.opened.extend(open);
                self.answer(&address, value, evaluator);
            }
            Done::Step(step, outcome) => self.settle_step(step, outcome, evaluator).await,
            Done::Provisioned(step, value, found) => {
                let failed = found.has_errors();
                let why = first_error(&found);
                self.found.append(found);
                let Some(change) = self.ledger.kind(step).and_then(|kind| self.change(kind.change())) else {
                    return;
                };
                let edits = if failed { Vec::new() } else { self.fit_for_use(change) };
                self.write_down(step, edits, why).await;
                self.count(step, !failed);
                let answer = answer_of(Some(value), !failed);
                let well = self.answered_well(&change.address, answer, evaluator);
                self.ledger.finish(step, well && !failed);
            }
        }
    }

    async fn settle_step(&mut self, step: u32, outcome: Outcome, evaluator: &mut Evaluator) {
        let Outcome { edits, value, found, unchanged, check_failure } = outcome;
        let Some(kind) = self.ledger.kind(step) else { return };
        let Some(change) = self.change(kind.change()) else { return };
        let mut why = first_error(&found);
        let doubtful =
            found.iter().any(|finding| finding.is_error() && finding.code == codes::apply::IN_DOUBT);
        self.found.append(found);
        if let Some(why) = check_failure {
            self.failed_checks.extend(self.check_of(change).map(|check| (check, why)));
        }
        let makes = matches!(kind, StepKind::Create(_) | StepKind::Update(_) | StepKind::Read(_));
        if let (StepKind::Create(_), Some(made), None) = (kind, &value, &why) {
            evaluator.made(&change.address, made);
            match self.create_tasks(change, made, evaluator) {
                Ok(tasks) if tasks.is_empty() => {}
                Ok(tasks) => return self.provision(step, change, edits, made.clone(), tasks).await,
                Err(error) => {
                    let (address, work) = (&change.address, Work::Create);
                    self.session.observer.event(Event::Failed { address, deposed: None, work });
                    why = Some(error);
                }
            }
        }
        let well = why.is_none() && value.is_some();
        if !well && why.is_none() {
            why = Some("failed".to_owned());
        }
        let mut edits = edits;
        if let (StepKind::Create(at), false, true) = (kind, well, edits.is_empty()) {
            // Nothing was made, so what was set aside for it is the present object again.
            if let Some(key) = self.deposed.get(&at).cloned() {
                edits.push(Edit::Restore { address: change.address.clone(), key });
            }
        }
        let gone = matches!(kind, StepKind::Create(_)) && !well && edits.is_empty()
            || matches!(kind, StepKind::Delete(_)) && well;
        if gone {
            // An attempt that leaves no object leaves no trace of its resource either.
            self.traceless.insert(change.address.abs_resource().clone());
        }
        self.write_down(step, edits, why).await;
        if doubtful {
            self.doubt(step, kind, change).await;
        }
        self.count(step, well && !unchanged);
        let held = !makes || self.answered_well(&change.address, answer_of(value, well), evaluator);
        self.ledger.finish(step, well && held);
    }

    fn create_tasks(
        &mut self,
        change: &Change,
        made: &Value,
        evaluator: &Evaluator,
    ) -> Result<Vec<Task>, String> {
        let Some(block) = self.session.tree.resource(&change.address.config()) else { return Ok(Vec::new()) };
        let wanted = block.provisioners.iter().filter(|provisioner| provisioner.when == When::Create);
        let (tasks, found) =
            provision::tasks(evaluator, wanted, block.connection.as_ref(), &change.address, made);
        let why = first_error(&found);
        self.found.append(found.at_address(&change.address.to_string()));
        why.map_or(Ok(tasks), Err)
    }

    /// The object is in state, not fit for use, before its provisioners run.
    async fn provision(
        &mut self,
        step: u32,
        change: &'d Change,
        edits: Vec<Edit>,
        made: Value,
        tasks: Vec<Task>,
    ) {
        for edit in &edits {
            self.state.edit(edit.clone());
        }
        let why = "its provisioners have not ended".to_owned();
        self.note(&JournalEvent::Failed { step, why, edits }).await;
        self.unsaved = true;
        let session = self.session;
        let job = async move {
            let (runner, observer) = (&*session.provisioners, &*session.observer);
            let (address, deposed, work) = (&change.address, None, Work::Create);
            let found = provision::run(runner, observer, address, &tasks).await;
            observer.event(match found.has_errors() {
                true => Event::Failed { address, deposed, work },
                false => Event::Ended { address, deposed, work, known: &made },
            });
            Done::Provisioned(step, made, found)
        };
        self.queue.push_back((None, job.boxed()));
    }

    fn fit_for_use(&self, change: &Change) -> Vec<Edit> {
        let stored = self.state.resources.get(change.address.abs_resource());
        let object = stored.and_then(|resource| {
            let instance = resource.instances.get(&change.address.key)?;
            Some((resource.provider_of(instance), instance.current.clone()?))
        });
        let put = |(provider, object): (ProviderConfigAddr, Arc<Object>)| Edit::Put {
            address: change.address.clone(),
            deposed: None,
            provider,
            object: Arc::new(Object { status: Status::Ready, ..(*object).clone() }),
        };
        object.map(put).into_iter().collect()
    }

    fn count(&mut self, step: u32, well: bool) {
        let managed = |change: &Change| change.address.resource.mode == ResourceMode::Managed;
        let Some(kind) = self.ledger.kind(step).filter(|_| well) else { return };
        match kind {
            StepKind::Create(at) if self.change(at).is_some_and(managed) => self.counts.added += 1,
            StepKind::Update(_) => self.counts.changed += 1,
            StepKind::Delete(_) | StepKind::DeleteDeposed(_) => self.counts.destroyed += 1,
            _ => {}
        }
    }
}

/// The answer for an object that was made, or not; also one that what belongs to it spoils.
fn answer_of(value: Option<Value>, well: bool) -> Answer {
    value.map_or(Answer::Failed, if well { Answer::Value } else { Answer::Broken })
}

fn first_error(found: &Diagnostics) -> Option<String> {
    found.iter().find(|finding| finding.is_error()).map(|error| error.summary.clone())
}

async fn configure(session: &Session, wanted: WantedProvider) -> Done {
    let address = wanted.address.clone();
    let mut found = Diagnostics::new();
    let provider = match session.providers.instance(&address).await {
        Ok(provider) => provider,
        Err(found) => return Done::Provider(address, None, found),
    };
    let (config, _) = wanted.config.unmark_deep();
    if config.is_wholly_known() {
        let terraform_version = session.host.terraform_version.clone();
        found.append(
            provider.configure(ConfigureRequest { config, terraform_version, deferral_allowed: false }).await,
        );
    } else {
        let detail = format!("The configuration of {address} has values that are not known even now.");
        found.push(Diagnostic::error(
            codes::provider::PROVIDER_CONFIG,
            "Invalid provider configuration",
            detail,
        ));
    }
    let found = found.at_address(&address.to_string()).map(|finding| match wanted.span {
        Some(span) if finding.span.is_none() => finding.with_span(span),
        _ => finding,
    });
    let ready = (!found.has_errors()).then_some(provider);
    Done::Provider(address, ready, found)
}

/// What the state holds of an instance, brought to the present schema.
async fn known(
    wanted: WantedInstance,
    provider: Arc<dyn Provider>,
    schema: Arc<ObjectSchema>,
    object: Arc<Object>,
) -> Done {
    let raw = match object.json() {
        Ok(raw) => raw,
        Err(error) => return Done::Known(wanted.address, None, error.into()),
    };
    let subject = Subject {
        provider: &*provider,
        source: &wanted.provider.provider,
        address: &wanted.address,
        schema: &schema,
    };
    let (value, found) = subject.upgrade(object.schema_version, raw).await;
    let value = value.map(|value| object.mark(value));
    Done::Known(wanted.address, value, found)
}
