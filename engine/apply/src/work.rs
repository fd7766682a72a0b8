//! What each kind of step does: one function a kind, no tables, no choices.

use std::sync::Arc;

use ordain_config::ignore_changes;
use ordain_diag::{Diagnostic, Diagnostics, Severity, codes};
use ordain_eval::WantedInstance;
use ordain_plan::{Action, Change, Event, Observer, Work};
use ordain_provider::laws::object_compatible;
use ordain_provider::{ApplyRequest, Known, ObjectSchema, PlanReply, Provider, Subject};
use ordain_state::{Edit, Object, Status};
use ordain_value::Value;
use ordain_value::json::from_json;

use crate::Gate;
use crate::made::{About, Made};
use crate::provision::{self, Provisioners, Task};

/// What came of a step.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What it left in state.
    pub(crate) edits: Vec<Edit>,
    /// The object as the evaluator shall know it; `None` when the step failed.
    pub(crate) value: Option<Value>,
    /// Findings; errors mean that it failed.
    pub(crate) found: Diagnostics,
    /// Whether there turned out to be nothing to do.
    pub(crate) unchanged: bool,
    /// What keeps the check block around a data source from holding.
    pub(crate) check_failure: Option<String>,
}

/// What the second plan says, with everything known.
struct Replanned {
    planned: Value,
    planned_private: Vec<u8>,
    planned_identity: Option<Value>,
    /// The configuration without what is ignored.
    config: Value,
}

/// A step that makes or changes an object.
pub(crate) struct Making<'m> {
    pub(crate) observer: &'m dyn Observer,
    pub(crate) gate: &'m dyn Gate,
    pub(crate) change: &'m Change,
    pub(crate) wanted: WantedInstance,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) schema: Arc<ObjectSchema>,
    /// The present object, when one is changed in place.
    pub(crate) present: Option<Arc<Object>>,
    /// Whether provisioners follow, so that the object is not fit for use yet.
    pub(crate) unfinished: bool,
}

impl Making<'_> {
    fn subject(&self) -> Subject<'_> {
        Subject {
            provider: &*self.provider,
            source: &self.wanted.provider.provider,
            address: &self.wanted.address,
            schema: &self.schema,
        }
    }

    /// Whether the object keeps the marks that it had.
    fn same_marks(&self, about: &About) -> bool {
        let block = &self.schema.schema.block;
        let (value, _) = self.change.before.clone().unmark_deep();
        block.mark_sensitive(self.change.before.clone()) == block.mark_sensitive(about.mark(value))
    }

    fn event(&self, event: Event<'_>) {
        self.observer.event(event);
    }

    /// Plans again with everything known, compares with the plan, and carries it out.
    pub(crate) async fn run(self, work: Work) -> Outcome {
        let address = self.wanted.address.clone();
        let mut outcome = Outcome::default();
        let (config, marks) = self.wanted.config.clone().unmark_with_paths();
        let about = About {
            marks,
            dependencies: self.wanted.of.dependencies.all().clone(),
            create_before_destroy: self.change.create_before_destroy,
        };
        let prior = self.prior();
        let planned = self.plan_again(&prior, config.clone(), &mut outcome.found).await;
        if let Some(planned) = planned.filter(|reply| self.passes(reply, &about, &mut outcome.found)) {
            if let Some(present) = &self.present
                && planned.planned == prior.value
                && self.same_marks(&about)
            {
                // With everything known there is nothing left to change, and what it used to depend on stays noted.
                outcome.unchanged = true;
                let about = About { dependencies: about.with_stored(&present.dependencies), ..about };
                let private = planned.planned_private;
                let made =
                    Made { value: prior.value, private, identity: prior.identity, status: Status::Ready };
                self.keep(made, &about, &mut outcome);
                return outcome;
            }
            self.event(Event::Started { address: &address, deposed: None, work, known: &self.change.before });
            self.carry_out(prior, planned, &about, &mut outcome).await;
        }
        outcome.found = self.wanted.of.block.place(std::mem::take(&mut outcome.found), &address);
        match &outcome.value {
            // It is complete when its provisioners have ended.
            Some(_) if self.unfinished => {}
            Some(value) => self.event(Event::Ended { address: &address, deposed: None, work, known: value }),
            None => self.event(Event::Failed { address: &address, deposed: None, work }),
        }
        outcome
    }

    /// What was left open because values were not known is judged now, before anything is touched.
    fn passes(&self, reply: &Replanned, about: &About, found: &mut Diagnostics) -> bool {
        let change = Change { after: about.mark(reply.planned.clone()), ..self.change.clone() };
        let findings = self.gate.judge(&change);
        let passes = !findings.has_errors();
        found.append(findings);
        passes
    }

    fn prior(&self) -> Known {
        match &self.present {
            Some(object) => Known {
                value: self.change.before.clone().unmark_deep().0,
                private: object.private.clone(),
                identity: stored_identity(object, &self.schema),
            },
            None => Known::absent(self.schema.ty.clone()),
        }
    }

    async fn plan_again(&self, prior: &Known, config: Value, found: &mut Diagnostics) -> Option<Replanned> {
        if !config.is_wholly_known() {
            let detail = format!("The configuration of {} still has unknown values.", self.wanted.address);
            found.push(Diagnostic::error(
                codes::cli::INTERNAL,
                "Configuration contains unknown value",
                detail,
            ));
            return None;
        }
        let subject = self.subject();
        // What was not known when it was planned is checked now: the configuration as it is written, without what
        // the object has of its own.
        let type_name = &self.wanted.address.resource.type_name;
        found.append(subject.provider.validate_resource(type_name, config.clone()).await);
        if found.has_errors() {
            return None;
        }
        let ignore = &self.wanted.of.block.lifecycle.ignore_changes;
        let config = ignore_changes(ignore, &prior.value, &config);
        let (reply, problems) = subject.plan(prior, &config, self.wanted.provider_meta.clone()).await;
        found.append(problems);
        let mut reply = reply?;
        if reply.legacy_type_system && !prior.value.is_null() {
            reply.planned = ignore_changes(ignore, &prior.value, &reply.planned);
        }
        let (expected, _) = self.change.after.clone().unmark_deep();
        let violations = object_compatible(&self.schema.schema.block, &expected, &reply.planned);
        if violations.is_empty() {
            let PlanReply { planned, planned_private, planned_identity, .. } = reply;
            return Some(Replanned { planned, planned_private, planned_identity, config });
        }
        found.append(subject.broken("Provider produced inconsistent final plan", &violations));
        None
    }

    async fn carry_out(&self, prior: Known, planned: Replanned, about: &About, outcome: &mut Outcome) {
        let creates = prior.value.is_null();
        let request = ApplyRequest {
            type_name: self.wanted.address.resource.type_name.to_string(),
            prior: prior.value.clone(),
            planned: planned.planned,
            config: planned.config,
            planned_private: planned.planned_private,
            planned_identity: planned.planned_identity,
            provider_meta: self.wanted.provider_meta.clone(),
        };
        let (reply, found) = self.subject().apply(request).await;
        let failed = found.has_errors();
        outcome.found.append(found);
        let Some(reply) = reply else { return };
        if reply.state.is_null() {
            if !failed {
                let detail = "The provider says that it did what was planned, but there is no object.";
                let error = "Provider produced inconsistent result after apply";
                outcome.found.push(Diagnostic::error(codes::provider::BROKEN_LAW, error, detail));
            }
            return;
        }
        let status = match (failed, creates) {
            (true, true) => Status::Tainted,
            (true, false) => self.present.as_ref().map_or(Status::Ready, |object| object.status),
            (false, _) => Status::Ready,
        };
        let made = Made { value: reply.state, private: reply.private, identity: reply.identity, status };
        self.keep(made, about, outcome);
    }

    fn keep(&self, made: Made, about: &About, outcome: &mut Outcome) {
        match made.object(&self.schema, about) {
            Ok(mut object) => {
                if self.unfinished {
                    object.status = Status::Tainted;
                }
                if let (None, Some(present)) = (&self.schema.identity, &self.present) {
                    // A provider that knows no identities leaves alone what another one stored.
                    object.identity = present.identity.clone();
                }
                outcome.edits.push(put(&self.wanted, object));
                if !outcome.found.has_errors() {
                    let value = about.mark(made.value);
                    self.gate.learned(&Change { after: value.clone(), ..self.change.clone() });
                    outcome.value = Some(value);
                }
            }
            Err(error) => outcome.found.push(error),
        }
    }
}

fn put(wanted: &WantedInstance, object: Object) -> Edit {
    Edit::Put {
        address: wanted.address.clone(),
        deposed: None,
        provider: ordain_addr::ProviderConfigAddr::clone(&wanted.provider),
        object: Arc::new(object),
    }
}

fn stored_identity(object: &Object, schema: &ObjectSchema) -> Option<Value> {
    let (_, raw) = object.identity.as_ref()?;
    let (_, ty) = schema.identity.as_ref()?;
    from_json(&serde_json::from_str(raw.get()).ok()?, ty).ok()
}

/// A step that destroys an object.
pub(crate) struct Ending<'e> {
    pub(crate) observer: &'e dyn Observer,
    pub(crate) change: &'e Change,
    /// The object set aside, when it is not the present one.
    pub(crate) deposed: Option<ordain_addr::DeposedKey>,
    pub(crate) object: Arc<Object>,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) schema: Arc<ObjectSchema>,
    pub(crate) provisioners: &'e dyn Provisioners,
    /// What runs before.
    pub(crate) tasks: Vec<Task>,
}

impl Ending<'_> {
    /// Runs destroy-time provisioners, then destroys.
    pub(crate) async fn run(self) -> Outcome {
        let (address, deposed) = (&self.change.address, self.deposed.as_ref());
        let mut outcome = Outcome::default();
        let event = |event: Event<'_>| self.observer.event(event);
        let work = Work::Delete;
        event(Event::Started { address, deposed, work, known: &self.change.before });
        outcome.found = provision::run(self.provisioners, self.observer, address, &self.tasks).await;
        if !outcome.found.has_errors() {
            self.destroy(&mut outcome).await;
        }
        outcome.found = std::mem::take(&mut outcome.found).at_address(&address.to_string());
        let null = Value::null(self.schema.ty.clone());
        if outcome.found.has_errors() {
            event(Event::Failed { address, deposed, work });
        } else {
            event(Event::Ended { address, deposed, work, known: &null });
            outcome.value = Some(null);
        }
        outcome
    }

    async fn destroy(&self, outcome: &mut Outcome) {
        let null = Value::null(self.schema.ty.clone());
        let subject = Subject {
            provider: &*self.provider,
            source: &self.change.provider.provider,
            address: &self.change.address,
            schema: &self.schema,
        };
        let request = ApplyRequest {
            type_name: self.change.address.resource.type_name.to_string(),
            prior: self.change.before.clone().unmark_deep().0,
            planned: null.clone(),
            config: null,
            planned_private: match self.change.action {
                // What the plan of a replacement holds is about the new object.
                Action::Delete => self.change.planned_private.clone(),
                _ => self.object.private.clone(),
            },
            planned_identity: stored_identity(&self.object, &self.schema),
            provider_meta: None,
        };
        let (reply, found) = subject.apply(request).await;
        outcome.found.append(found);
        let gone = reply.as_ref().is_some_and(|reply| reply.state.is_null());
        if gone {
            let (address, deposed) = (self.change.address.clone(), self.deposed.clone());
            outcome.edits.push(Edit::Remove { address, deposed });
            return;
        }
        let Some(reply) = reply else { return };
        let about = About {
            marks: self.change.before.marked_paths(),
            dependencies: self.object.dependencies.clone().into(),
            create_before_destroy: self.object.create_before_destroy,
        };
        let made = Made {
            value: reply.state,
            private: reply.private,
            identity: reply.identity,
            status: self.object.status,
        };
        match made.object(&self.schema, &about) {
            Ok(object) => outcome.edits.push(Edit::Put {
                address: self.change.address.clone(),
                deposed: self.deposed.clone(),
                provider: ordain_addr::ProviderConfigAddr::clone(&self.change.provider),
                object: Arc::new(object),
            }),
            Err(error) => outcome.found.push(error),
        }
    }
}

/// Reads a data source that had to wait.
pub(crate) async fn read(
    observer: &dyn Observer,
    wanted: WantedInstance,
    provider: Arc<dyn Provider>,
    schema: Arc<ObjectSchema>,
) -> Outcome {
    let address = &wanted.address;
    let (config, marks) = wanted.config.clone().unmark_with_paths();
    let about = About { marks, dependencies: Arc::from([]), create_before_destroy: false };
    let mut outcome = Outcome::default();
    let null = Value::null(schema.ty.clone());
    let work = Work::Read;
    // What was not known when it was planned is checked now.
    let mut found = provider.validate_data(&address.resource.type_name, config.clone()).await;
    let mut value = None;
    if !found.has_errors() {
        observer.event(Event::Started { address, deposed: None, work, known: &null });
        let subject =
            Subject { provider: &*provider, source: &wanted.provider.provider, address, schema: &schema };
        value = found.take(subject.read_data(&config, wanted.provider_meta.clone()).await);
    }
    outcome.found = wanted.of.block.place(found, address);
    if let Some(value) = value {
        let made = Made { value: value.clone(), private: Vec::new(), identity: None, status: Status::Ready };
        match made.object(&schema, &about) {
            Ok(object) => {
                outcome.edits.push(put(&wanted, object));
                outcome.value = Some(about.mark(value));
            }
            Err(error) => outcome.found.push(error),
        }
    }
    match &outcome.value {
        Some(known) => observer.event(Event::Ended { address, deposed: None, work, known }),
        None => observer.event(Event::Failed { address, deposed: None, work }),
    }
    if wanted.of.block.check.is_some() {
        unread_in_check(&wanted, &schema, config, &about, &mut outcome);
    }
    outcome
}

/// What stands in a check block only ever warns: a data source there that cannot be read has its
/// configuration and nothing else, and the check does not hold.
fn unread_in_check(
    wanted: &WantedInstance,
    schema: &ObjectSchema,
    config: Value,
    about: &About,
    outcome: &mut Outcome,
) {
    let error = outcome.found.iter().find(|finding| finding.is_error());
    outcome.check_failure = error.map(|error| format!("{}: {}", error.summary, error.detail));
    outcome.found = std::mem::take(&mut outcome.found).map(|mut finding| {
        finding.severity = Severity::Warning;
        finding
    });
    if outcome.check_failure.is_some() {
        outcome.value = Some(Value::unknown(schema.ty.clone()));
        let made = Made { value: config, private: Vec::new(), identity: None, status: Status::Ready };
        outcome.edits.extend(made.object(schema, about).ok().map(|object| put(wanted, object)));
    }
}
