//! One data source instance: read while planning, or left for apply.

use std::sync::Arc;

use ordain_diag::Severity;
use ordain_eval::{Answer, Asked, WantedInstance};
use ordain_plan::{Action, Change, Event, Mode, Reason, Work};
use ordain_provider::{AttributeType, Block, Nesting, Provider};
use ordain_state::{Edit, InstanceState};
use ordain_value::{Kind, Marks, Value};

use crate::refresh;
use crate::session::{Changes, Done, Session, change};

/// A data source that can only be read when it is known which instances of what it depends on there are.
pub(crate) fn deferred(session: &Session, wanted: &WantedInstance) -> Done {
    let asked = Asked::Instance(wanted.address.clone());
    let schema = match session.schema(&wanted.provider, &wanted.address) {
        Ok(schema) => schema,
        Err(found) => return Done::failed(asked, wanted.of.block.place(found, &wanted.address)),
    };
    let values = (Value::null(schema.ty.clone()), Value::unknown(schema.ty.clone()));
    let read = change(&wanted.address, &wanted.provider, Action::Read, values);
    let answer = Answer::Value(Value::unknown(schema.ty.clone()));
    Done { answer: Some((asked, answer)), changes: Changes::from_iter([read]), ..Done::default() }
}

/// Plans one instance. `pending` says whether something that it waits for has changes.
pub(crate) async fn plan(
    session: &Session,
    wanted: WantedInstance,
    provider: Arc<dyn Provider>,
    prior: InstanceState,
    pending: bool,
) -> Done {
    let asked = Asked::Instance(wanted.address.clone());
    let mut done = Done::default();
    let mut answer = run(session, &wanted, &*provider, &prior, pending, &mut done).await;
    done.found = wanted.of.block.place(done.found, &wanted.address);
    if wanted.of.block.check.is_some() {
        answer = in_check(session, &wanted, &prior, answer, &mut done);
    }
    done.answer = Some((asked, answer.unwrap_or(Answer::Failed)));
    done.put_off_by(&*provider)
}

/// What stands in a check block only ever warns. A data source there that cannot be read is read again
/// while applying, and the check does not hold.
fn in_check(
    session: &Session,
    wanted: &WantedInstance,
    prior: &InstanceState,
    answer: Option<Answer>,
    done: &mut Done,
) -> Option<Answer> {
    let error = done.found.iter().find(|finding| finding.is_error());
    let why = error.map(|error| format!("{}: {}", error.summary, error.detail));
    done.found = std::mem::take(&mut done.found).map(|mut finding| {
        finding.severity = Severity::Warning;
        finding
    });
    let (None, Some(why)) = (&answer, why) else { return answer };
    let schema = session.schema(&wanted.provider, &wanted.address).ok()?;
    let (name, module) = (wanted.of.block.check.as_deref()?, &wanted.address.module);
    let dot = if module.is_root() { "" } else { "." };
    done.failed_check = Some(Box::new((format!("{module}{dot}check.{name}"), why)));
    let after = planned(&schema.schema.block, &wanted.config);
    if session.options.mode == Mode::Normal {
        let null = Value::null(schema.ty.clone());
        let read = change(&wanted.address, &wanted.provider, Action::Read, (null, after.clone()));
        done.changes.push(Change { reason: Some(Reason::ReadBecauseCheckNested), ..read });
    }
    // As in Terraform, the prior state says what was asked for, without an answer.
    keep(wanted, prior, &schema, after.clone().unknown_as_null(), done);
    Some(Answer::Value(after))
}

async fn run(
    session: &Session,
    wanted: &WantedInstance,
    provider: &dyn Provider,
    prior: &InstanceState,
    pending: bool,
    done: &mut Done,
) -> Option<Answer> {
    let (address, type_name) = (&wanted.address, &wanted.address.resource.type_name);
    let schema = match session.schema(&wanted.provider, address) {
        Ok(schema) => schema,
        Err(found) => {
            done.found.append(found);
            return None;
        }
    };
    let (config, marks) = wanted.config.clone().unmark_with_paths();
    let mark = |value: Value| {
        value.with_marks_at(marks.iter().map(|(path, marks)| (path, marks.without(Marks::EPHEMERAL))))
    };
    let null = Value::null(schema.ty.clone());
    if let Some(reason) = read_later(&config, pending) {
        let after = mark(planned(&schema.schema.block, &config));
        if session.options.mode != Mode::RefreshOnly {
            forget(wanted, prior, done);
            let read = change(address, &wanted.provider, Action::Read, (null, after.clone()));
            done.changes.push(Change { reason: Some(reason), ..read });
        }
        return Some(Answer::Value(after));
    }
    // What is read later is validated then: pending changes may still decide what is in it.
    done.found.append(provider.validate_data(type_name, config.clone()).await);
    if done.found.has_errors() {
        return None;
    }
    let subject = Session::subject(provider, &wanted.provider, address, &schema);
    session.observer.event(Event::Started { address, deposed: None, work: Work::Read, known: &null });
    let (read, found) = subject.read_data(&config, wanted.provider_meta.clone()).await;
    done.found.append(found);
    let Some(read) = read else {
        session.observer.event(Event::Failed { address, deposed: None, work: Work::Read });
        let waits = provider.put_off().is_some() && !done.found.has_errors();
        return waits.then(|| {
            let after = mark(planned(&schema.schema.block, &config));
            forget(wanted, prior, done);
            done.changes.push(change(address, &wanted.provider, Action::Read, (null, after.clone())));
            Answer::Value(after)
        });
    };
    let value = mark(read);
    session.observer.event(Event::Ended { address, deposed: None, work: Work::Read, known: &value });
    if wanted.of.block.check.is_some() && session.options.mode == Mode::Normal {
        let read = change(address, &wanted.provider, Action::Read, (null, value.clone()));
        done.changes.push(Change { reason: Some(Reason::ReadBecauseCheckNested), ..read });
    }
    keep(wanted, prior, &schema, value, done)
}

/// What is read while applying is not in the state until then.
fn forget(wanted: &WantedInstance, prior: &InstanceState, done: &mut Done) {
    if prior.current.is_some() {
        done.edits.push(Edit::Remove { address: wanted.address.clone(), deposed: None });
    }
}

/// Why a data source is only read while applying, if so.
fn read_later(config: &Value, pending: bool) -> Option<Reason> {
    match config.is_wholly_known() {
        false => Some(Reason::ReadBecauseConfigUnknown),
        true => pending.then_some(Reason::ReadBecauseDependencyPending),
    }
}

/// Records what was read in the prior state, unless it is there already.
fn keep(
    wanted: &WantedInstance,
    prior: &InstanceState,
    schema: &ordain_provider::ObjectSchema,
    value: Value,
    done: &mut Done,
) -> Option<Answer> {
    let known = ordain_provider::Known { value: value.clone(), private: Vec::new(), identity: None };
    let object = match refresh::fresh(schema, &known) {
        Ok(object) => object,
        Err(error) => {
            done.found.push(error);
            return None;
        }
    };
    let same = prior.current.as_ref().is_some_and(|stored| {
        stored.attributes.get() == object.attributes.get() && stored.sensitive_paths == object.sensitive_paths
    });
    if !same {
        done.edits.push(Edit::Put {
            address: wanted.address.clone(),
            deposed: None,
            provider: ordain_addr::ProviderConfigAddr::clone(&wanted.provider),
            object: Arc::new(object),
        });
    }
    Some(Answer::Value(value))
}

/// The configuration with everything unknown that the provider will decide.
fn planned(block: &Block, config: &Value) -> Value {
    let Kind::Object(members) = config.kind() else { return config.clone() };
    let mut members = (**members).clone();
    for (name, attribute) in &block.attributes {
        let Some(part) = members.get_mut(name) else { continue };
        if attribute.flags.computed && part.is_null() {
            *part = Value::unknown(attribute.value_type());
        } else if let AttributeType::Nested(nested) = &attribute.ty {
            let inner = Block { attributes: nested.attributes.clone(), ..Block::default() };
            *part = each(nested.nesting, part, &inner);
        }
    }
    for (name, nested) in &block.blocks {
        if let Some(part) = members.get_mut(name) {
            *part = each(nested.nesting, part, &nested.block);
        }
    }
    Value::object(members)
}

fn each(nesting: Nesting, value: &Value, block: &Block) -> Value {
    if matches!(nesting, Nesting::Single | Nesting::Group) {
        return planned(block, value);
    }
    match value.kind() {
        Kind::List(ty, items) => Value::list((**ty).clone(), items.iter().map(|item| planned(block, item))),
        Kind::Set(ty, items) => Value::set((**ty).clone(), items.iter().map(|item| planned(block, item))),
        Kind::Tuple(items) => Value::tuple(items.iter().map(|item| planned(block, item))),
        Kind::Map(ty, items) => {
            Value::map((**ty).clone(), items.iter().map(|(key, item)| (key.clone(), planned(block, item))))
        }
        Kind::Object(items) => {
            Value::object(items.iter().map(|(key, item)| (key.clone(), planned(block, item))))
        }
        _ => value.clone(),
    }
}
