//! One managed resource instance: from what it is and what is wanted to its change.

use std::sync::Arc;

use ordain_addr::{DeposedKey, ProviderAddr, ResourceInstance};
use ordain_config::blocks::IgnoreChanges;
use ordain_config::ignore_changes;
use ordain_diag::{Diagnostic, codes};
use ordain_eval::{Answer, Asked, WantedInstance};
use ordain_plan::{Action, Change, Event, Importing, Mode, Reason, Work};
use ordain_provider::{Known, MoveRequest, ObjectSchema, PlanReply, Provider, Subject};
use ordain_state::{Edit, InstanceState, Object};
use ordain_value::{Marks, Path, Value};

use crate::classify::{Forced, classify, replace, replace_paths};
use crate::findings::prevented;
use crate::importing;
use crate::refresh::{self, Current};
use crate::request::Refresh;
use crate::session::{Done, Session, change};

/// What the loop knows about an instance beside what is wanted.
pub(crate) struct Situation {
    /// What the state holds of it.
    pub(crate) prior: InstanceState,
    /// Address it had, when it was moved.
    pub(crate) previous_address: Option<Box<ResourceInstance>>,
    /// Provider that it belonged to and type that it had, when a move changed either.
    pub(crate) taken_from: Option<(ProviderAddr, String)>,
    /// Whether it is replaced whatever its values say.
    pub(crate) forced: Option<Forced>,
}

/// Plans one instance.
pub(crate) async fn plan(
    session: &Session,
    wanted: WantedInstance,
    provider: Arc<dyn Provider>,
    situation: Situation,
) -> Done {
    let asked = Asked::Instance(wanted.address.clone());
    let schema = match session.schema(&wanted.provider, &wanted.address) {
        Ok(schema) => schema,
        Err(found) => return Done::failed(asked, wanted.of.block.place(found, &wanted.address)),
    };
    let job = Job {
        session,
        subject: Session::subject(&*provider, &wanted.provider, &wanted.address, &schema),
        schema: &schema,
        wanted: &wanted,
        situation: &situation,
    };
    let mut done = Done::default();
    let answer = job.run(&mut done).await;
    done.found = wanted.of.block.place(done.found, &wanted.address);
    done.answer = Some((asked, answer.unwrap_or(Answer::Failed)));
    done.put_off_by(&*provider)
}

struct Job<'j> {
    session: &'j Session,
    subject: Subject<'j>,
    schema: &'j ObjectSchema,
    wanted: &'j WantedInstance,
    situation: &'j Situation,
}

impl Job<'_> {
    /// `None` after errors.
    async fn run(&self, done: &mut Done) -> Option<Answer> {
        for (key, object) in &self.situation.prior.deposed {
            self.deposed(key, object, done).await;
        }
        if let Some(unchanged) = self.unchanged_as_stored(done).await {
            let after = unchanged.after.clone();
            done.changes.push(unchanged);
            return Some(Answer::Value(after));
        }
        let current = self.current(done).await?;
        if self.session.options.mode == Mode::RefreshOnly {
            return Some(self.seen(current.marked));
        }
        let planned = self.plan(&current, done).await?;
        let after = planned.after.clone();
        if matches!(planned.action, Action::DeleteThenCreate | Action::CreateThenDelete)
            && self.wanted.of.block.lifecycle.prevent_destroy
        {
            done.found.push(prevented(&self.wanted.address, &self.wanted.of.block));
            done.changes.push(planned);
            return None;
        }
        done.changes.push(planned);
        Some(Answer::Value(after))
    }

    /// What others see of an object that is only looked at. Where one object is imported, what has none yet but is
    /// the only instance of its block is as its schema says.
    fn seen(&self, object: Value) -> Answer {
        let imports = self.session.options.import.is_some();
        match self.wanted.address.key {
            _ if !object.is_null() => Answer::Value(object),
            None if imports => Answer::Value(Value::unknown_not_null(self.schema.ty.clone())),
            Some(_) if imports => Answer::Unmade,
            _ => Answer::Absent,
        }
    }

    /// With `-minimal-refresh`: the plan of the object as it is stored, when it stays as it is. An object of
    /// another version of its schema is looked at.
    async fn unchanged_as_stored(&self, done: &mut Done) -> Option<Change> {
        let options = &self.session.options;
        let object = self.situation.prior.current.as_ref()?;
        let at_once = options.refresh == Refresh::Changing
            && options.mode != Mode::RefreshOnly
            && self.situation.taken_from.is_none()
            && object.schema_version == self.schema.schema.version;
        if !at_once {
            return None;
        }
        let (current, found) = refresh::as_stored(&self.subject, object).await;
        let mut trial = Done { found, ..Done::default() };
        let planned = self.plan(&current?, &mut trial).await?;
        if planned.action != Action::NoOp {
            return None;
        }
        done.found.append(trial.found);
        Some(planned)
    }

    async fn deposed(&self, key: &DeposedKey, object: &Arc<Object>, done: &mut Done) {
        delete_deposed(self.session, &self.subject, self.wanted.provider.clone(), key, object, done).await;
    }

    /// The object as it is, or as it was imported.
    async fn current(&self, done: &mut Done) -> Option<Current> {
        let meta = self.wanted.provider_meta.clone();
        let current = match (&self.situation.prior.current, &self.wanted.import) {
            (Some(object), _) => {
                let object = &match &self.situation.taken_from {
                    Some(from) => self.take_over(object, from, done).await?,
                    None => object.clone(),
                };
                let (current, found) = match self.session.options.refresh {
                    Refresh::Nothing => refresh::as_stored(&self.subject, object).await,
                    _ => refresh::read(self.session, &self.subject, object, None, meta).await,
                };
                done.found.append(found);
                current?
            }
            (None, Some(_)) => self.import(done).await?,
            (None, None) => Current::absent(self.schema),
        };
        record(&current, &self.situation.prior, &self.wanted.address, &self.wanted.provider, done);
        if let Some(before) = &current.drifted_from {
            let action = if current.known.value.is_null() { Action::Delete } else { Action::Update };
            let values = (before.clone(), current.marked.clone());
            let mut drift = change(&self.wanted.address, &self.wanted.provider, action, values);
            drift.previous_address.clone_from(&self.situation.previous_address);
            done.drift.push(drift);
        } else if self.session.options.mode == Mode::RefreshOnly
            && self.situation.previous_address.is_some()
            && !current.known.value.is_null()
        {
            // All that a look does is to store the new address.
            let values = (current.marked.clone(), current.marked.clone());
            let mut moved = change(&self.wanted.address, &self.wanted.provider, Action::NoOp, values);
            moved.previous_address.clone_from(&self.situation.previous_address);
            done.drift.push(moved);
        }
        Some(current)
    }

    /// The object as one of the type that it was moved to.
    async fn take_over(
        &self,
        object: &Object,
        (provider, type_name): &(ProviderAddr, String),
        done: &mut Done,
    ) -> Option<Arc<Object>> {
        let source_state = object.json().map_err(|error| done.found.push(error)).ok()?;
        let request = MoveRequest {
            source_type: type_name.clone(),
            source_version: object.schema_version,
            source_provider: provider.to_string(),
            source_state,
            source_private: object.private.clone(),
            target_type: self.wanted.address.resource.type_name.to_string(),
        };
        let (known, found) = self.subject.take_over(request).await;
        done.found.append(found);
        let fresh = refresh::fresh(self.schema, &known?).map_err(|error| done.found.push(error)).ok()?;
        Some(Arc::new(Object {
            status: object.status,
            dependencies: object.dependencies.clone(),
            create_before_destroy: object.create_before_destroy,
            ..fresh
        }))
    }

    async fn import(&self, done: &mut Done) -> Option<Current> {
        let import = self.wanted.import.as_ref()?;
        let id = import.id.as_ref().and_then(|id| id.as_str().map(str::to_owned));
        if importing::is_open(import) && self.session.options.allow_deferral {
            // Nobody knows yet what is to be looked for: it is planned as if it were not there, and waits.
            done.deferred = Some(("resource_config_unknown", false));
            return Some(Current::absent(self.schema));
        }
        if id.is_none() && import.identity.is_none() {
            let detail = "The id of an import block must be known while planning: it cannot depend on what apply makes.";
            let error = Diagnostic::error(codes::plan::CANNOT_PLAN, "Invalid import id argument", detail);
            done.found.push(error.with_span(import.span));
            return None;
        }
        let (id, address) = (id.unwrap_or_default(), &self.wanted.address);
        let identity = importing::identity(import, self.schema, address);
        let identity = identity.map_err(|error| done.found.push(error)).ok()?;
        let observe = |event: Event<'_>| self.session.observer.event(event);
        let known = &Value::object([("id", Value::string(&id))]);
        observe(Event::Started { address, deposed: None, work: Work::Import, known });
        let (imported, found) = self.subject.import(&id, identity).await;
        done.found.append(found);
        let Some(imported) = imported else {
            observe(Event::Failed { address, deposed: None, work: Work::Import });
            // What cannot be looked for yet is planned as if it were not there, and waits.
            return self.subject.provider.put_off().map(|_| Current::absent(self.schema));
        };
        observe(Event::Ended { address, deposed: None, work: Work::Import, known: &imported.state });
        observe(Event::Started { address, deposed: None, work: Work::Refresh, known: &imported.state });
        let known = Known { value: imported.state, private: imported.private, identity: imported.identity };
        let (reply, found) = self.subject.read(known, self.wanted.provider_meta.clone()).await;
        done.found.append(found);
        let Some(reply) = reply else {
            observe(Event::Failed { address, deposed: None, work: Work::Refresh });
            return None;
        };
        observe(Event::Ended { address, deposed: None, work: Work::Refresh, known: &reply.state });
        if reply.state.is_null() {
            done.found.push(self.subject.missing_import(&id).with_span(import.span));
            return None;
        }
        let known = Known { value: reply.state, private: reply.private, identity: reply.identity };
        match refresh::fresh(self.schema, &known) {
            Ok(object) => {
                let marked = known.value.clone();
                Some(Current { known, marked, object: Some(Arc::new(object)), drifted_from: None })
            }
            Err(error) => {
                done.found.push(error);
                None
            }
        }
    }

    async fn plan(&self, current: &Current, done: &mut Done) -> Option<Change> {
        let (config, marks) = self.wanted.config.clone().unmark_with_paths();
        let type_name = &self.wanted.address.resource.type_name;
        done.found.append(self.subject.provider.validate_resource(type_name, config.clone()).await);
        if done.found.has_errors() {
            return None;
        }
        let absent = Known::absent(self.schema.ty.clone());
        let tainted = current.is_tainted();
        let prior = if tainted { &absent } else { &current.known };
        let ignore = &self.wanted.of.block.lifecycle.ignore_changes;
        let wanted = ignore_changes(ignore, &prior.value, &config);
        // What is ignored keeps the marks of the object, too; a new object has nothing to keep.
        let kept = match ignore {
            IgnoreChanges::Nothing => None,
            _ if prior.value.is_null() => None,
            _ => Some(ignore_changes(ignore, &current.marked, &self.wanted.config).unmark_with_paths().1),
        };
        let kept = kept.as_ref().unwrap_or(&marks);
        let first = self.call(prior, &wanted, done).await?;
        let create_first = self.wanted.of.block.lifecycle.create_before_destroy == Some(true);
        if prior.value.is_null() {
            let (action, reason) = match tainted {
                true => (replace(create_first), Some(Reason::ReplaceBecauseTainted)),
                false => (Action::Create, None),
            };
            let triggered = self.situation.forced == Some(Forced::Trigger);
            let reason = if triggered { Some(Reason::ReplaceByTriggers) } else { reason };
            return Some(self.change(current, first, &marks, action, reason, Vec::new()));
        }
        let planned = if first.legacy_type_system {
            // Providers made with the old plugin kit may have planned what is to be ignored.
            PlanReply { planned: ignore_changes(ignore, &prior.value, &first.planned), ..first }
        } else {
            first
        };
        let block = &self.schema.schema.block;
        let paths = replace_paths(block, planned.requires_replace.clone(), &prior.value, &planned.planned);
        let equal = planned.planned == prior.value && self.same_marks(current, &planned.planned, kept);
        let (action, reason) = classify(equal, !paths.is_empty(), self.situation.forced, create_first);
        if !action.is_replace() {
            return Some(self.change(current, planned, kept, action, reason, Vec::new()));
        }
        // A second plan says what the new object will be; it has nothing that could be kept from the old.
        let second = self.call(&absent, &config, done).await?;
        Some(self.change(current, second, &marks, action, reason, paths))
    }

    async fn call(&self, prior: &Known, config: &Value, done: &mut Done) -> Option<PlanReply> {
        let (reply, found) = self.subject.plan(prior, config, self.wanted.provider_meta.clone()).await;
        done.found.append(found);
        reply
    }

    /// Whether the object is stored with the marks that it would get.
    fn same_marks(&self, current: &Current, planned: &Value, marks: &[(Path, Marks)]) -> bool {
        let Some(object) = &current.object else { return true };
        if object.sensitive_paths.is_empty() && marks.is_empty() {
            return true;
        }
        let block = &self.schema.schema.block;
        let stored = block.mark_sensitive(current.marked.clone());
        stored == block.mark_sensitive(with_marks(planned.clone(), marks))
    }

    fn change(
        &self,
        current: &Current,
        reply: PlanReply,
        marks: &[(Path, Marks)],
        action: Action,
        reason: Option<Reason>,
        replace_paths: Vec<Path>,
    ) -> Change {
        let wanted = self.wanted;
        let after = with_marks(reply.planned, marks);
        let after = if action == Action::NoOp { current.marked.clone() } else { after };
        let values = (current.marked.clone(), after);
        let importing = wanted.import.as_ref().filter(|_| self.situation.prior.current.is_none());
        Change {
            previous_address: self.situation.previous_address.clone(),
            reason,
            create_before_destroy: wanted.of.block.lifecycle.create_before_destroy == Some(true),
            replace_paths,
            importing: importing.map(|import| {
                let id = import.id.as_ref().and_then(|id| id.as_str().map(str::to_owned));
                let unknown = importing::is_open(import);
                Box::new(Importing { id, unknown, identity: import.identity.clone() })
            }),
            planned_private: reply.planned_private,
            identity: (current.known.identity.clone().map(Box::new), reply.planned_identity.map(Box::new)),
            ..change(&wanted.address, &wanted.provider, action, values)
        }
    }
}

/// A value with the marks of its configuration; only what may be shown differs, not what may be stored.
fn with_marks(value: Value, marks: &[(Path, Marks)]) -> Value {
    value.with_marks_at(marks.iter().map(|(path, marks)| (path, marks.without(Marks::EPHEMERAL))))
}

/// Plans the end of an object that was set aside.
pub(crate) async fn delete_deposed(
    session: &Session,
    subject: &Subject<'_>,
    provider: Arc<ordain_addr::ProviderConfigAddr>,
    key: &DeposedKey,
    object: &Arc<Object>,
    done: &mut Done,
) {
    let (current, found) = refresh::current(session, subject, object, Some(key), None).await;
    done.found.append(found);
    let Some(current) = current else { return };
    let address = subject.address;
    match current.object {
        None => done.edits.push(Edit::Remove { address: address.clone(), deposed: Some(key.clone()) }),
        Some(object) => {
            let cbd = object.create_before_destroy;
            done.edits.push(Edit::Put {
                address: address.clone(),
                deposed: Some(key.clone()),
                provider: ordain_addr::ProviderConfigAddr::clone(&provider),
                object,
            });
            if session.options.mode != Mode::RefreshOnly {
                let (reply, found) = subject.plan_destroy(&current.known).await;
                done.found.append(found);
                let Some(reply) = reply else { return };
                let after = Value::null(subject.schema.ty.clone());
                let values = (current.marked, after);
                done.changes.push(Change {
                    deposed: Some(key.clone()),
                    create_before_destroy: cbd,
                    planned_private: reply.planned_private,
                    ..change(address, &provider, Action::Delete, values)
                });
            }
        }
    }
}

/// Notes in the prior state what a refresh or an import found.
pub(crate) fn record(
    current: &Current,
    prior: &InstanceState,
    address: &ResourceInstance,
    provider: &ordain_addr::ProviderConfigAddr,
    done: &mut Done,
) {
    match (&current.object, &prior.current) {
        (Some(object), Some(stored)) if Arc::ptr_eq(object, stored) => {}
        (Some(object), _) => done.edits.push(Edit::Put {
            address: address.clone(),
            deposed: None,
            provider: provider.clone(),
            object: object.clone(),
        }),
        (None, Some(_)) => done.edits.push(Edit::Remove { address: address.clone(), deposed: None }),
        (None, None) => {}
    }
}
