//! Applying a manifest.

use std::time::Duration;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_kube::{KubeError, ObjectRef, Patch, PatchKind};
use ordain_provider::{ApplyReply, ApplyRequest};
use ordain_value::{Kind, Path, Type, Value};
use serde_json::Value as Json;

use super::morph::{Misfits, at, deep_unknown, fit, unknown_to_null};
use super::payload::{from_json, to_json, without_server_fields};
use super::plan::{full_name, shape_of};
use super::settings::{Settings, timeout};
use super::shape::Shape;
use super::wait::{Ended, wait};
use super::{Cluster, failed, no_match, place, text, with};
use crate::failure::said;

/// Carries out a planned change.
pub(crate) async fn apply(cluster: Cluster<'_>, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
    let reply = |state: Value, private: Vec<u8>| {
        Some(ApplyReply { state, private, identity: None, legacy_type_system: false })
    };
    let kept = || request.prior.clone();
    if request.planned.is_null() {
        return match delete(cluster, &request.prior).await {
            Ok(found) => (reply(Value::null(request.prior.ty()), Vec::new()), found),
            Err(found) => (reply(kept(), request.planned_private.clone()), found),
        };
    }
    match put(cluster, &request).await {
        // What was imported is from now on what was applied.
        Ok((state, found)) => (reply(state, Vec::new()), found),
        Err(found) => (reply(kept(), request.planned_private.clone()), found),
    }
}

/// The object to send: planned values, and for what the cluster may decide, what the manifest says.
fn sent(planned: &Value, shape: &Shape, settings: &Settings, config: &Value) -> Result<Value, Diagnostics> {
    let null = Value::null(Type::Dynamic);
    let object = planned.get("object").unwrap_or(&null).clone();
    let manifest = planned.get("manifest").unwrap_or(&null);
    let mut misfits = Misfits::default();
    let object = object.map_parts(&mut |path, part| {
        if part.is_known() || !settings.computed.contains(path) {
            return part;
        }
        let configured = super::morph::at(manifest, path);
        let shape = inner(shape, path);
        match (configured, shape) {
            (Some(configured), Some(shape)) => {
                fit(configured, shape, &Path::root(), &mut misfits).unwrap_or(part)
            }
            _ => part,
        }
    });
    if !misfits.0.is_empty() {
        let summary = "Manifest configuration is incompatible with resource schema";
        let mut found = failed(summary, "Detailed descriptions of errors will follow below.");
        misfits.0.into_iter().for_each(|misfit| found.push(misfit));
        return Err(found);
    }
    let written = config.get("manifest").unwrap_or(&null);
    // Structures that only planning needed are not sent, unless the user wrote them.
    Ok(unknown_to_null(object).map_parts(&mut |path, part| match part.kind() {
        Kind::Object(members) | Kind::Map(_, members)
            if members.values().all(Value::is_null) && at(written, path).is_none() =>
        {
            Value::null(part.ty())
        }
        _ => part,
    }))
}

/// The shape at a path.
fn inner<'s>(shape: &'s Shape, path: &Path) -> Option<&'s Shape> {
    path.0.iter().try_fold(shape, |here, step| match (here, step) {
        (Shape::Object(members), ordain_value::Step::Attr(name)) => members.get(name),
        (
            Shape::Map(element) | Shape::List(element) | Shape::Mixed(element),
            ordain_value::Step::Index(_),
        ) => Some(&**element),
        _ => None,
    })
}

async fn put(cluster: Cluster<'_>, request: &ApplyRequest) -> Result<(Value, Diagnostics), Diagnostics> {
    let null = Value::null(Type::Dynamic);
    let planned = request.planned.get("object").unwrap_or(&null);
    let kind = cluster.kind(planned).await.map_err(|error| {
        let detail = format!(
            "This can happen when the \"apiVersion\" or \"kind\" fields are not present in the manifest, or when the \
             corresponding \"kind\" or \"apiVersion\" could not be found on the Kubernetes cluster.\nError: {}",
            no_match(&error)
        );
        failed("Failed to determine the type of the resource", detail)
    })?;
    let shape = shape_of(cluster, &kind).await?;
    let (settings, found) = Settings::of(&request.planned);
    if found.has_errors() {
        return Err(found);
    }
    let object = sent(&request.planned, &shape, &settings, &request.config)?;
    let (place, name) = (place(kind, &object), full_name(&object));
    if request.prior.is_null() {
        match cluster.client.find(&place).await {
            Ok(None) => {}
            Ok(Some(_)) => {
                let detail = format!("resource {name:?} already exists");
                let found = Diagnostic::error(
                    codes::provider::PROVIDER_ERROR,
                    "Cannot create resource that already exists",
                    detail,
                );
                let hint = "Import the object, or take it out of the configuration.";
                return Err(found.with_hint(hint).into());
            }
            Err(error) => {
                return Err(failed(format!("Failed to determine if resource {name:?} exists"), said(&error)));
            }
        }
    }
    let body = to_json(&object, &shape);
    let kind = PatchKind::Apply { manager: settings.manager.clone(), force: settings.force };
    let applied = cluster.client.patch(&place, &Patch { kind, body }, &[]).await;
    let applied = applied.map_err(|error| refused(&error, &name))?;
    let operation = if request.prior.is_null() { "create" } else { "update" };
    let limit = timeout(&request.planned, operation);
    let (applied, found) = waited(cluster, &place, &request.planned, applied, limit).await?;
    let state = shown(applied, &shape)
        .map_err(|why| failed("Conversion from Unstructured to tftypes.Value failed", why))?;
    Ok((with(&request.planned, "object", state), found))
}

/// The object after waiting as the configuration asks, and what went wrong meanwhile.
async fn waited(
    cluster: Cluster<'_>,
    place: &ObjectRef,
    planned: &Value,
    applied: Json,
    limit: Duration,
) -> Result<(Json, Diagnostics), Diagnostics> {
    let whole = cluster.catalogue.shape(cluster.client, &place.kind, true).await.unwrap_or(Shape::Open);
    let found = match wait(cluster.client, place, planned, &whole, limit).await {
        Ok(false) => return Ok((applied, Diagnostics::new())),
        Ok(true) => Diagnostics::new(),
        Err(Ended::Late(what)) => failed("Operation timed out", format!("timed out waiting on {what}")),
        Err(Ended::Failed(why)) => return Err(failed("Error waiting for operation to complete", why)),
    };
    match cluster.client.get(place).await {
        Ok(object) => Ok((object, found)),
        Err(error) => {
            let summary = format!("Failed to read resource {:?} after wait conditions", place.name);
            Err(failed(summary, said(&error)))
        }
    }
}

/// An object of the API as a state holds it.
pub(super) fn shown(mut object: Json, shape: &Shape) -> Result<Value, String> {
    without_server_fields(&mut object);
    let value = from_json(&object, shape)?;
    Ok(unknown_to_null(deep_unknown(shape, Some(&value))))
}

/// What the API says against an object.
fn refused(error: &KubeError, name: &str) -> Diagnostics {
    if error.is_conflict() {
        let detail = format!(
            "The API returned the following conflict: {:?}\n\nYou can override this conflict by setting \"force_conflicts\" to \
             true in the \"field_manager\" block.",
            said(error)
        );
        let summary =
            format!("There was a field manager conflict when trying to apply the manifest for {name:?}");
        return failed(summary, detail);
    }
    let KubeError::Api(status) = error else {
        return failed(format!("PATCH for resource \"{name}\" failed to apply"), said(error));
    };
    let mut found = failed("API response status: Failure", status.message.clone());
    let details = &status.details;
    if !details.is_object() {
        return found;
    }
    let text =
        |holder: &Json, key: &str| holder.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (group, kind) = (text(details, "group"), text(details, "kind"));
    let kind = if group.is_empty() { kind } else { format!("{kind}.{group}") };
    let summary = format!("Kubernetes API Error: {} {kind} [{}]", status.reason, text(details, "name"));
    found.append(failed(summary, ""));
    for cause in details.get("causes").and_then(Json::as_array).into_iter().flatten() {
        found.append(failed(text(cause, "field"), text(cause, "message")));
    }
    found
}

async fn delete(cluster: Cluster<'_>, prior: &Value) -> Result<Diagnostics, Diagnostics> {
    let null = Value::null(Type::Dynamic);
    let object = prior.get("object").unwrap_or(&null);
    let kind = cluster
        .kind(object)
        .await
        .map_err(|error| failed(format!("failed to determine resource GVK: {}", no_match(&error)), ""))?;
    let (place, name) = (place(kind, object), text(object, &["metadata", "name"]));
    match cluster.client.delete(&place, None).await {
        Ok(_) => {}
        Err(error) if error.is_not_found() => {
            let detail = format!(
                "The resource {name:?} was not found in the Kubernetes API. This may be due to the resource being already \
                 deleted."
            );
            let summary = format!("Resource {name:?} was already deleted");
            return Ok(Diagnostic::warning(codes::provider::PROVIDER_ERROR, summary, detail).into());
        }
        Err(error) => {
            let why = said(&error);
            return Err(failed(format!("Error deleting resource {name}: {why}"), why));
        }
    }
    let limit = timeout(prior, "delete");
    let look = |object: &Json| {
        if object.is_null() {
            crate::wait::Progress::Done
        } else {
            crate::wait::Progress::Waiting(String::new())
        }
    };
    match crate::wait::until(cluster.client, &place, limit, &look).await {
        Ok(()) => Ok(Diagnostics::new()),
        Err(why) if why.is_empty() => Err(failed(
            format!("Timed out when waiting for resource {name:?} to be deleted"),
            "Deletion timed out. This can happen when there is a finalizer on a resource. You may need to delete this \
             resource manually with kubectl.",
        )),
        Err(why) => Err(failed(
            "Error waiting for deletion.",
            format!("Error when waiting for resource {name:?} to be deleted: {why}"),
        )),
    }
}
