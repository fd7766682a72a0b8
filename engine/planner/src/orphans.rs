//! What the state holds and nobody wants any more.

use std::sync::Arc;

use ordain_addr::{AbsResource, DeposedKey, Key, Mode, ModuleInstance, ProviderConfigAddr, ResourceInstance};
use ordain_config::ModuleTree;
use ordain_config::blocks::Repetition;
use ordain_plan::{Action, Change, Mode as PlanMode, Reason};
use ordain_provider::Provider;
use ordain_state::{Edit, InstanceState, Object};
use ordain_value::Value;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::findings::prevented;
use crate::managed::{delete_deposed, record};
use crate::refresh;
use crate::session::{Done, Session, change};

pub(crate) type Keys = Option<Arc<[Option<Key>]>>;

/// Which instances the configuration stands for, as the evaluator told.
#[derive(Default)]
pub(crate) struct Expansions {
    pub(crate) resources: FxHashMap<AbsResource, Keys>,
    pub(crate) modules: FxHashMap<(ModuleInstance, Arc<str>), Keys>,
}

impl Expansions {
    /// With room for so many resources.
    pub(crate) fn of(resources: usize) -> Self {
        let resources = FxHashMap::with_capacity_and_hasher(resources, FxBuildHasher);
        Self { resources, ..Self::default() }
    }
}

/// Why an instance in state is not wanted; `None` when it is, or when that is not known.
pub(crate) fn orphan_reason(
    tree: &ModuleTree,
    expansions: &Expansions,
    instance: &ResourceInstance,
    moved: bool,
) -> Option<Reason> {
    let gone = |reason| Some(if moved { Reason::DeleteBecauseNoMoveTarget } else { reason });
    let Some(block) = tree.resource(&instance.config()) else {
        return gone(Reason::DeleteBecauseNoResourceConfig);
    };
    let mut caller = ModuleInstance::root();
    for step in instance.module.0.iter() {
        let keys = expansions.modules.get(&(caller.clone(), step.name.clone()))?.as_ref()?;
        if !keys.contains(&step.key) {
            return Some(Reason::DeleteBecauseNoModule);
        }
        caller = caller.child(step.name.clone(), step.key.clone());
    }
    let keys = expansions.resources.get(instance.abs_resource())?.as_ref()?;
    if keys.contains(&instance.key) {
        return None;
    }
    Some(match (&block.repetition, &instance.key) {
        (Repetition::Count(_), Some(Key::Int(_))) => Reason::DeleteBecauseCountIndex,
        (Repetition::ForEach(_), Some(Key::Str(_))) => Reason::DeleteBecauseEachKey,
        (Repetition::Enabled(_), None) => Reason::DeleteBecauseNotEnabled,
        _ => Reason::DeleteBecauseWrongRepetition,
    })
}

/// An instance to destroy or to forget.
pub(crate) struct Orphan {
    pub(crate) address: ResourceInstance,
    pub(crate) previous_address: Option<Box<ResourceInstance>>,
    pub(crate) provider: Arc<ProviderConfigAddr>,
    pub(crate) prior: InstanceState,
    pub(crate) reason: Option<Reason>,
    /// Whether a `removed` block leaves the object as it is.
    pub(crate) forget: bool,
    /// Whether only objects set aside are concerned, as the instance itself is wanted but failed.
    pub(crate) only_deposed: bool,
}

/// Plans the end of one instance.
pub(crate) async fn plan(session: &Session, orphan: Orphan, provider: Option<Arc<dyn Provider>>) -> Done {
    let mut done = Done::default();
    if orphan.address.resource.mode == Mode::Data {
        done.edits.push(Edit::Remove { address: orphan.address, deposed: None });
        return done;
    }
    let schema = match session.schema(&orphan.provider, &orphan.address) {
        Ok(schema) => schema,
        Err(found) => {
            done.found.append(found);
            return done;
        }
    };
    // Without its provider nothing can be said, and why there is none was reported.
    let Some(provider) = provider else { return done };
    let subject = Session::subject(&*provider, &orphan.provider, &orphan.address, &schema);
    for (key, object) in &orphan.prior.deposed {
        match orphan.forget {
            true => forget_deposed(session, &subject, &orphan, (key, object), &mut done).await,
            false => {
                delete_deposed(session, &subject, orphan.provider.clone(), key, object, &mut done).await;
            }
        }
    }
    if !orphan.only_deposed {
        present(session, &subject, &orphan, &schema, &mut done).await;
    }
    done.found = done.found.at_address(&orphan.address.to_string());
    done.put_off_by(&*provider)
}

/// What is left over from a replacement is let go of with its instance.
async fn forget_deposed(
    session: &Session,
    subject: &ordain_provider::Subject<'_>,
    orphan: &Orphan,
    (key, object): (&DeposedKey, &Arc<Object>),
    done: &mut Done,
) {
    let (current, found) = refresh::as_stored(subject, object).await;
    done.found.append(found);
    let Some(current) = current.filter(|_| session.options.mode != PlanMode::RefreshOnly) else { return };
    let values = (current.marked, Value::null(subject.schema.ty.clone()));
    done.changes.push(Change {
        deposed: Some(key.clone()),
        create_before_destroy: object.create_before_destroy,
        planned_private: current.known.private,
        ..change(&orphan.address, &orphan.provider, Action::Forget, values)
    });
}

async fn present(
    session: &Session,
    subject: &ordain_provider::Subject<'_>,
    orphan: &Orphan,
    schema: &ordain_provider::ObjectSchema,
    done: &mut Done,
) {
    let Some(object) = &orphan.prior.current else { return };
    // What is only forgotten is not looked at: it may be out of reach already.
    let (current, found) = match orphan.forget {
        true => refresh::as_stored(subject, object).await,
        false => refresh::current(session, subject, object, None, None).await,
    };
    done.found.append(found);
    let Some(current) = current else { return };
    record(&current, &orphan.prior, &orphan.address, &orphan.provider, done);
    if let Some(before) = &current.drifted_from {
        let action = if current.known.value.is_null() { Action::Delete } else { Action::Update };
        let values = (before.clone(), current.marked.clone());
        let mut drift = change(&orphan.address, &orphan.provider, action, values);
        drift.previous_address.clone_from(&orphan.previous_address);
        done.drift.push(drift);
    }
    if current.object.is_none() || session.options.mode == PlanMode::RefreshOnly {
        return;
    }
    let block = session.tree.resource(&orphan.address.config());
    if let Some(block) = block.filter(|block| block.lifecycle.prevent_destroy && !orphan.forget) {
        // The change is planned all the same, so that it can be seen what would have happened.
        done.found.push(prevented(&orphan.address, block));
    }
    let action = if orphan.forget { Action::Forget } else { Action::Delete };
    let planned_private = if orphan.forget {
        current.known.private.clone()
    } else {
        let (reply, found) = subject.plan_destroy(&current.known).await;
        done.found.append(found);
        let Some(reply) = reply else { return };
        reply.planned_private
    };
    // What nobody wants any more is shown as it was stored; when everything is destroyed, as it is.
    let before = match current.drifted_from {
        Some(stored) if session.options.mode == PlanMode::Normal => stored,
        _ => current.marked,
    };
    let values = (before, Value::null(schema.ty.clone()));
    done.changes.push(Change {
        previous_address: orphan.previous_address.clone(),
        reason: orphan.reason,
        create_before_destroy: object.create_before_destroy,
        planned_private,
        identity: (current.known.identity.map(Box::new), None),
        ..change(&orphan.address, &orphan.provider, action, values)
    });
}
