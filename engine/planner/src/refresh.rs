//! Prior to current: stored objects are brought to the present schema and read.

use std::sync::Arc;

use ordain_addr::DeposedKey;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::{Event, Work};
use ordain_provider::{Known, ObjectSchema, Subject};
use ordain_state::{Object, Status, encode_object};
use ordain_value::Value;
use ordain_value::json::{from_json, to_json};

use crate::request::Refresh;
use crate::session::Session;

/// An object as it is now.
pub(crate) struct Current {
    /// The object without marks; null when it is gone.
    pub(crate) known: Known,
    /// The object with the marks it was stored with.
    pub(crate) marked: Value,
    /// What the state holds of it from now on.
    pub(crate) object: Option<Arc<Object>>,
    /// The object as it was stored, with its marks, when it is another now.
    pub(crate) drifted_from: Option<Value>,
}

impl Current {
    /// Nothing.
    pub(crate) fn absent(schema: &ObjectSchema) -> Self {
        let known = Known::absent(schema.ty.clone());
        Self { marked: known.value.clone(), known, object: None, drifted_from: None }
    }

    /// Whether the object is to be replaced because its creation did not end well.
    pub(crate) fn is_tainted(&self) -> bool {
        self.object.as_ref().is_some_and(|object| object.status == Status::Tainted)
    }
}

/// The object as it is stored; nobody is asked.
pub(crate) async fn as_stored(subject: &Subject<'_>, object: &Arc<Object>) -> (Option<Current>, Diagnostics) {
    let (stored, found) = stored(subject, object).await;
    let current = stored.map(|known| {
        let marked = object.mark(known.value.clone());
        Current { known, marked, object: Some(object.clone()), drifted_from: None }
    });
    (current, found)
}

/// Brings one stored object up to date. `None` goes with errors.
pub(crate) async fn current(
    session: &Session,
    subject: &Subject<'_>,
    object: &Arc<Object>,
    deposed: Option<&DeposedKey>,
    meta: Option<Value>,
) -> (Option<Current>, Diagnostics) {
    if session.options.refresh != Refresh::All {
        return as_stored(subject, object).await;
    }
    read(session, subject, object, deposed, meta).await
}

/// As [`current`], and asks whatever the options say.
pub(crate) async fn read(
    session: &Session,
    subject: &Subject<'_>,
    object: &Arc<Object>,
    deposed: Option<&DeposedKey>,
    meta: Option<Value>,
) -> (Option<Current>, Diagnostics) {
    let (stored, mut found) = stored(subject, object).await;
    let Some(stored) = stored else { return (None, found) };
    let before = object.mark(stored.value.clone());
    let started = Event::Started { address: subject.address, deposed, work: Work::Refresh, known: &before };
    session.observer.event(started);
    let (reply, read) = subject.read(stored.clone(), meta).await;
    found.append(read);
    let Some(reply) = reply else {
        session.observer.event(Event::Failed { address: subject.address, deposed, work: Work::Refresh });
        return (None, found);
    };
    let known = Known { value: reply.state, private: reply.private, identity: reply.identity };
    let marked = object.mark(known.value.clone());
    session.observer.event(Event::Ended {
        address: subject.address,
        deposed,
        work: Work::Refresh,
        known: &marked,
    });
    let drifted_from = (known.value != stored.value).then_some(before);
    let same_identity = match (&object.identity, &subject.schema.identity) {
        (Some((version, _)), Some((present, _))) => version == present && known.identity == stored.identity,
        _ => known.identity == stored.identity,
    };
    let unchanged = drifted_from.is_none()
        && known.private == stored.private
        && same_identity
        && object.schema_version == subject.schema.schema.version
        && !object.flat;
    let object = if known.value.is_null() {
        None
    } else if unchanged {
        Some(object.clone())
    } else {
        match renewed(object, subject.schema, &known, &marked) {
            Ok(object) => Some(Arc::new(object)),
            Err(error) => {
                found.push(error);
                return (None, found);
            }
        }
    };
    (Some(Current { known, marked, object, drifted_from }), found)
}

/// The stored object at the present schema.
pub(crate) async fn stored(subject: &Subject<'_>, object: &Object) -> (Option<Known>, Diagnostics) {
    if object.flat {
        let detail = format!(
            "The object {} is stored in the form of Terraform 0.11, which this version cannot turn into the present \
             one. Run terraform apply once with any version from 0.12 on.",
            subject.address
        );
        let error = Diagnostic::error(codes::state::STATE_FORMAT, "Object in an old form", detail);
        return (None, error.into());
    }
    let raw = match object.json() {
        Ok(raw) => raw,
        Err(error) => return (None, error.into()),
    };
    let (value, mut found) = subject.upgrade(object.schema_version, raw).await;
    let identity = match (&object.identity, &subject.schema.identity) {
        (Some((version, raw)), Some((present, _))) if version != present => {
            match serde_json::from_str(raw.get()) {
                Ok(raw) => found.take(subject.upgrade_identity(*version, raw).await),
                Err(_) => None,
            }
        }
        (Some((_, raw)), Some((_, ty))) => {
            // An identity that cannot be read is asked for again by the read that follows.
            serde_json::from_str(raw.get()).ok().and_then(|json| from_json(&json, ty).ok())
        }
        _ => None,
    };
    (value.map(|value| Known { value, private: object.private.clone(), identity }), found)
}

/// The object with what was read of it.
fn renewed(
    object: &Object,
    schema: &ObjectSchema,
    known: &Known,
    marked: &Value,
) -> Result<Object, Diagnostic> {
    let marked = schema.schema.block.mark_sensitive(marked.clone());
    let (attributes, sensitive_paths) = encode_object(&marked, &schema.ty)?;
    Ok(Object {
        schema_version: schema.schema.version,
        attributes,
        flat: false,
        sensitive_paths,
        // A provider that knows no identities leaves alone what another one stored.
        identity: match &schema.identity {
            Some(_) => encode_identity(schema, known.identity.as_ref()),
            None => object.identity.clone(),
        },
        private: known.private.clone(),
        ..object.clone()
    })
}

/// An object that was not in state before.
pub(crate) fn fresh(schema: &ObjectSchema, known: &Known) -> Result<Object, Diagnostic> {
    let marked = schema.schema.block.mark_sensitive(known.value.clone());
    let (attributes, sensitive_paths) = encode_object(&marked, &schema.ty)?;
    Ok(Object {
        status: Status::Ready,
        schema_version: schema.schema.version,
        attributes,
        flat: false,
        sensitive_paths,
        identity: encode_identity(schema, known.identity.as_ref()),
        private: known.private.clone(),
        dependencies: Vec::new(),
        create_before_destroy: false,
    })
}

fn encode_identity(
    schema: &ObjectSchema,
    identity: Option<&Value>,
) -> Option<(u64, Arc<serde_json::value::RawValue>)> {
    let (version, ty) = schema.identity.as_ref()?;
    let json = to_json(identity?, ty).ok()?;
    Some((*version, serde_json::value::to_raw_value(&json).ok()?.into()))
}
