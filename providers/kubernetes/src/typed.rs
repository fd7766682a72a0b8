//! Calls about objects of built-in types.

use std::borrow::Cow;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_kube::Client;
use ordain_provider::{
    ApplyReply, ApplyRequest, ImportRequest, Imported, PlanReply, PlanRequest, ReadReply, ReadRequest,
    UpgradeRequest, laws,
};
use ordain_sdk::{
    NodeKind, Planned, Timeouts, TypeTree, View, build, copy_timeouts, normalise_nulls, nullable, of_type,
    plan_object, to_json, with_removed, zero,
};
use ordain_value::{Path, Value};
use serde_json::{Value as Json, json};

use crate::config_map_data;
use crate::failure::Failure;
use crate::kinds::Row;
use crate::managed::{Managed, Read};
use crate::metadata::{Ignored, metadata};
use crate::provider::not_built;
use crate::quantity::{self, Quantity};
use crate::rules::Tables;
use crate::secret;
use crate::session::Session;
use crate::upgrade as versions;

/// A type that is served: its tree, schema and row. What has no row is a part of an object.
struct Served<'t> {
    tree: &'t TypeTree,
    schema: &'t ordain_provider::Schema,
    row: Option<&'static Row>,
}

fn served<'t>(tables: &'t Tables, type_name: &str) -> Result<Served<'t>, Diagnostic> {
    let found = (tables.resources.get(type_name), tables.schema.resources.get(type_name), Row::of(type_name));
    match found {
        (Some(tree), Some(schema), row) if row.is_some() || type_name == config_map_data::TYPE => {
            Ok(Served { tree, schema, row })
        }
        _ => Err(not_built(type_name)),
    }
}

fn id_of(value: &Value) -> String {
    value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The object after it was read (`apply` is false) or made: over what was known of it.
fn merged(tree: &TypeTree, read: &Read, (known, prior): (&Value, &Value), apply: bool) -> Value {
    let base = if apply { filled(tree, &with_removed(known, prior)) } else { known.clone() };
    copy_timeouts(normalise_nulls(build(&tree.fields, read, &base), known, apply), known)
}

/// A planned object as the original keeps it where it reads nothing back: what is unset in a block is zero.
fn filled(tree: &TypeTree, planned: &Value) -> Value {
    let members = tree.fields.iter().filter_map(|(name, node)| {
        let value = planned.get(name)?;
        let fill = matches!(node.kind, NodeKind::Blocks { .. }) && value.is_known() && !value.is_null();
        Some((name.clone(), if fill { of_type(&node.ty(), &to_json(value)) } else { value.clone() }))
    });
    Value::object(members)
}

/// Brings a stored object to the present schema.
pub(crate) fn upgrade(tables: &Tables, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
    let found = (tables.resources.get(&request.type_name), tables.schema.resources.get(&request.type_name));
    let (Some(tree), Some(schema)) = found else {
        return (None, not_built(&request.type_name).into());
    };
    let mut raw = request.raw;
    if request.version < tree.version {
        versions::upgrade(&request.type_name, request.version, &mut raw);
    }
    (Some(laws::normalize_blocks(&schema.block, &nullable(&tree.object, &raw))), Diagnostics::new())
}

/// Reads what an object is now.
pub(crate) async fn read(
    tables: &Tables,
    session: &Session,
    request: ReadRequest,
) -> (Option<ReadReply>, Diagnostics) {
    let done = async {
        let served = served(tables, &request.type_name)?;
        let (client, ignored) = session.client().await?;
        let known = to_json(&request.current);
        let mut found = Diagnostics::new();
        let read = match served.row {
            Some(row) => {
                let managed = Managed { row, schema: served.schema, client: &client, ignored: &ignored };
                managed.read(&id_of(&request.current), &known).await?
            }
            None => {
                let read = config_map_data::read(&client, &known).await?;
                if read.is_none() {
                    found.push(config_map_gone(&known));
                }
                Some(read.unwrap_or_default())
            }
        };
        let state = match read {
            Some(read) => merged(served.tree, &read, (&request.current, &request.current), false),
            None => Value::null(served.tree.object.clone()),
        };
        Ok::<_, Failure>((ReadReply { state, private: request.private.clone(), identity: None }, found))
    };
    match done.await {
        Ok((reply, found)) => (Some(reply), found),
        Err(failure) => (None, failure.diagnostic.into()),
    }
}

fn config_map_gone(known: &Json) -> Diagnostic {
    let name = metadata(known).get("name").and_then(Json::as_str).unwrap_or_default();
    let detail = format!(
        "The config map {name:?} that the keys belong to does not exist any more. Make it again, or take this resource out \
         of the configuration."
    );
    Diagnostic::warning(codes::provider::PROVIDER_ERROR, "ConfigMap deleted", detail)
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure { diagnostic, left: None }
    }
}

/// Says what applying would give.
pub(crate) fn plan(tables: &Tables, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
    let served = match served(tables, &request.type_name) {
        Ok(served) => served,
        Err(error) => return (None, error.into()),
    };
    let mut request = request;
    let mut tree = Cow::Borrowed(served.tree);
    if served.row.is_some_and(|row| row.name == "secret")
        && let Some(proposed) = secret::without_data(&request.prior, &request.proposed)
    {
        request.proposed = proposed;
        if let (false, Some(data)) = (request.prior.is_null(), tree.to_mut().fields.get_mut("data")) {
            data.flags.computed = false;
        }
    }
    plan_object(&tree, &request, |planned| {
        if let (Some(row), false) = (served.row, request.prior.is_null()) {
            customise(row, &request.prior, planned);
        }
        Diagnostics::new()
    })
}

/// What else needs a new object.
fn customise(row: &Row, prior: &Value, planned: &mut Planned) {
    let view = View { planned: to_json(&planned.object), prior: to_json(prior) };
    let mut force = |path: &[&str]| {
        let path = path.iter().fold(Path::root(), |path, name| match name.parse::<i64>() {
            Ok(at) => path.index(at),
            Err(_) => path.attr(*name),
        });
        if !planned.replace.contains(&path) {
            planned.replace.push(path);
        }
    };
    match row.name {
        "config_map" | "secret" if view.prior.get("immutable") == Some(&json!(true)) => {
            for name in ["data", "binary_data", "immutable"] {
                if view.changed(name) {
                    force(&[name]);
                }
            }
        }
        "job" if planned.changed => planned.object = with_selector(&planned.object),
        "persistent_volume_claim" => {
            if planned.changed {
                planned.object = with_selector(&planned.object);
            }
            if view.changed("spec.0.resources.0.limits") {
                force(&["spec", "0", "resources", "0", "limits"]);
            } else if view.changed("spec.0.resources.0.requests") {
                let storage = |object: &Json| {
                    let text = object.pointer("/spec/0/resources/0/requests/storage")?.as_str()?;
                    Quantity::parse(text)
                };
                // A claim can grow, not shrink.
                if storage(&view.planned) < storage(&view.prior) {
                    force(&["spec", "0", "resources", "0", "requests"]);
                }
            }
        }
        _ => {}
    }
}

/// What has a selector and of which anything changes has an empty map where the selector has none.
fn with_selector(planned: &Value) -> Value {
    fn first(value: &Value, path: &[&str]) -> Option<Value> {
        let Some((name, rest)) = path.split_first() else {
            return value.is_null().then(|| zero(&value.ty()));
        };
        let part = value.get(name)?;
        let replaced = match part.as_items() {
            Some(items) => {
                let item = first(items.first()?, rest)?;
                Value::list(item.ty(), std::iter::once(item).chain(items.iter().skip(1).cloned()))
            }
            None => first(part, rest)?,
        };
        let mut members = value.as_members()?.clone();
        members.insert((*name).into(), replaced);
        Some(Value::object(members))
    }
    first(planned, &["spec", "selector", "match_labels"]).unwrap_or_else(|| planned.clone())
}

/// Makes it so.
pub(crate) async fn apply(
    tables: &Tables,
    session: &Session,
    request: ApplyRequest,
) -> (Option<ApplyReply>, Diagnostics) {
    let served = match served(tables, &request.type_name) {
        Ok(served) => served,
        Err(error) => return (None, error.into()),
    };
    let reply = |state: Value| {
        let private = request.planned_private.clone();
        Some(ApplyReply { state, private, identity: None, legacy_type_system: true })
    };
    let (client, ignored) = match session.client().await {
        Ok(found) => found,
        Err(error) => return (reply(request.prior.clone()), error.into()),
    };
    let done = change(&served, &client, &ignored, &request).await;
    match done {
        Ok(None) => (reply(Value::null(served.tree.object.clone())), Diagnostics::new()),
        Ok(Some(read)) => {
            (reply(merged(served.tree, &read, (&request.planned, &request.prior), true)), Diagnostics::new())
        }
        Err(failure) => {
            let state = match &failure.left {
                Some(left) => merged(served.tree, left, (&request.planned, &request.prior), true),
                None => request.prior.clone(),
            };
            (reply(state), failure.diagnostic.into())
        }
    }
}

/// Carries out a change; none when the object is deleted.
async fn change(
    served: &Served<'_>,
    client: &Client,
    ignored: &Ignored,
    request: &ApplyRequest,
) -> Result<Option<Read>, Failure> {
    let view = View { planned: to_json(&request.planned), prior: to_json(&request.prior) };
    let Some(row) = served.row else {
        return match request.planned.is_null() {
            true => config_map_data::remove(client, &view.prior).await.map(|()| None),
            false => config_map_data::put(client, &view.planned).await.map(Some),
        };
    };
    let managed = Managed { row, schema: served.schema, client, ignored };
    let timeouts = Timeouts::stored(served.tree, &request.planned_private);
    let (config, id) = (to_json(&request.config), id_of(&request.prior));
    if request.planned.is_null() {
        managed.delete(&id, timeouts.get("delete")).await.map(|()| None)
    } else if let Some(fault) = quantity::faults(&view.planned) {
        Err(Failure::new(fault, "").leaving_if(!request.prior.is_null(), &id))
    } else if request.prior.is_null() {
        managed.create(&view, &config, timeouts.get("create")).await.map(Some)
    } else {
        managed.update(&id, &view, &config, timeouts.get("update")).await.map(Some)
    }
}

/// Finds existing objects.
pub(crate) fn import(tables: &Tables, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
    let served = match served(tables, &request.type_name) {
        Ok(served) => served,
        Err(error) => return (Vec::new(), error.into()),
    };
    let mut read = Read::new();
    read.insert("id".to_owned(), json!(request.id));
    match served.row.map(|row| row.name) {
        Some("service_account") => {
            read.insert("default_secret_name".to_owned(), json!(""));
        }
        // An imported claim counts as waited for.
        Some("persistent_volume_claim") => {
            read.insert("wait_until_bound".to_owned(), json!(true));
        }
        _ => {}
    }
    let state = build(&served.tree.fields, &read, &nullable(&served.tree.object, &Json::Null));
    let private = Timeouts::of(served.tree, &state).store(served.tree, true);
    (vec![Imported { type_name: request.type_name, state, private, identity: None }], Diagnostics::new())
}
