//! What applying a manifest would give.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_kube::{Kind, Patch, PatchKind};
use ordain_provider::{PlanReply, PlanRequest};
use ordain_value::{Path, Type, Value};

use super::catalogue::Unknown;
use super::morph::{Misfits, at, deep_unknown, fit, unknown_to_null};
use super::payload::to_json;
use super::read::is_imported;
use super::settings::Settings;
use super::shape::Shape;
use super::{Cluster, failed, no_match, place, text, with};
use crate::failure::said;

fn manifest_path(parts: &[&str]) -> Path {
    parts.iter().fold(Path::root().attr("manifest"), |path, name| path.attr(*name))
}

/// Plans an object.
pub(crate) async fn plan(cluster: Cluster<'_>, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
    let reply = |planned: Value, requires_replace: Vec<Path>, private: Vec<u8>| PlanReply {
        planned,
        requires_replace,
        planned_private: private,
        planned_identity: None,
        legacy_type_system: false,
    };
    if request.proposed.is_null() {
        return (Some(reply(request.proposed, Vec::new(), Vec::new())), Diagnostics::new());
    }
    let imported = is_imported(&request.prior_private);
    match planned(cluster, &request, imported).await {
        Ok((planned, mut replace, found)) => {
            replace.retain(|path| at(&request.prior, path) != at(&planned, path));
            let replace = if request.prior.is_null() { Vec::new() } else { replace };
            let private = if imported { request.prior_private } else { Vec::new() };
            (Some(reply(planned, replace, private)), found)
        }
        Err(found) => (None, found),
    }
}

type Planned = (Value, Vec<Path>, Diagnostics);

fn unreachable_api(error: &ordain_kube::KubeError) -> Diagnostics {
    let detail = format!(
        "The credentials configured in the provider block are not accepted by the API server. Error: {}",
        said(error)
    );
    match error.status() {
        Some(401) => failed("Invalid credentials", detail),
        _ => failed("Invalid configuration for API client", said(error)),
    }
}

async fn planned(
    cluster: Cluster<'_>,
    request: &PlanRequest,
    imported: bool,
) -> Result<Planned, Diagnostics> {
    cluster.catalogue.check(cluster.client).await.map_err(|error| unreachable_api(&error))?;
    let (settings, mut found) = Settings::of(&request.proposed);
    if found.has_errors() {
        return Err(found);
    }
    let null = Value::null(Type::Dynamic);
    let manifest = request.proposed.get("manifest").unwrap_or(&null);
    let kind = cluster.kind(manifest).await.map_err(|error| {
        failed(
            "API did not recognize GroupVersionKind from manifest (CRD may not be installed)",
            no_match(&error),
        )
    })?;
    check_namespace(&kind, manifest)?;
    let mut replace = Vec::new();
    if !imported {
        replace.extend([&["apiVersion"][..], &["kind"], &["metadata", "name"]].map(manifest_path));
        replace.extend(kind.namespaced.then(|| manifest_path(&["metadata", "namespace"])));
    }
    let shape = shape_of(cluster, &kind).await?;
    let shape = if let Shape::Object(_) = shape {
        shape
    } else {
        found.append(dry_run(cluster, &kind, manifest, &settings).await?);
        replace = vec![Path::root().attr("manifest"), Path::root().attr("object")];
        shape_of_value(manifest)
    };
    let mut misfits = Misfits::default();
    let fitted = fit(manifest, &shape, &Path::root().attr("object"), &mut misfits);
    let Some(fitted) = fitted.filter(|_| misfits.0.is_empty()) else {
        let summary = "Manifest configuration incompatible with resource schema";
        let mut found = failed(summary, "Detailed descriptions of errors will follow below.");
        misfits.0.into_iter().for_each(|misfit| found.push(misfit));
        return Err(found);
    };
    let complete = deep_unknown(&shape, Some(&fitted));
    let prior = request.proposed.get("object").filter(|object| !object.is_null());
    let object = match prior {
        None => complete.map_parts(&mut |path, part| {
            if settings.computed.contains(path) { Value::unknown(part.ty()) } else { part }
        }),
        Some(prior) => {
            let before = request.prior.get("manifest").unwrap_or(&null);
            let update = Update { settings: &settings, before, manifest, prior };
            complete.map_parts(&mut |path, part| update.part(path, part))
        }
    };
    Ok((with(&request.proposed, "object", object), replace, found))
}

pub(super) async fn shape_of(cluster: Cluster<'_>, kind: &Kind) -> Result<Shape, Diagnostics> {
    let shape = cluster.catalogue.shape(cluster.client, kind, false).await;
    shape.map_err(|error| {
        let why = match error {
            Unknown::Api(error) => said(&error),
            Unknown::Described(text) => text,
        };
        failed(format!("failed to determine resource type ID: {why}"), "")
    })
}

fn check_namespace(kind: &Kind, manifest: &Value) -> Result<(), Diagnostics> {
    let (group, version) = super::group_and_version(&kind.api_version);
    let name = format!("{group}/{version}, Kind={}", kind.kind);
    let namespace = manifest.get("metadata").and_then(|metadata| metadata.get("namespace"));
    let (summary, detail) = match (kind.namespaced, namespace) {
        (true, None) => ("Namespace required", format!("Resources of type '{name}' require a namespace")),
        (true, Some(value)) if value.is_null() => {
            ("Namespace required", format!("Namespace for resource '{name}' cannot be nil"))
        }
        (true, Some(value)) if value.as_str() == Some("") => {
            ("Namespace required", format!("Namespace for resource '{name}' cannot be empty"))
        }
        (false, Some(value)) if !value.is_null() => (
            "Cluster level resource cannot take namespace",
            format!("Resources of type '{name}' cannot have a namespace"),
        ),
        _ => return Ok(()),
    };
    Err(failed(summary, detail))
}

/// The shape that a value has by itself, for kinds that the cluster does not describe.
fn shape_of_value(value: &Value) -> Shape {
    match value.as_members() {
        Some(members) => Shape::Object(members.keys().map(|name| (name.clone(), Shape::Open)).collect()),
        None => Shape::Open,
    }
}

/// Asks the cluster whether it would take an object that it does not describe.
async fn dry_run(
    cluster: Cluster<'_>,
    kind: &Kind,
    manifest: &Value,
    settings: &Settings,
) -> Result<Diagnostics, Diagnostics> {
    let body = to_json(&unknown_to_null(manifest.clone()), &Shape::Open);
    let patch =
        Patch { kind: PatchKind::Apply { manager: settings.manager.clone(), force: settings.force }, body };
    let place = place(kind.clone(), manifest);
    cluster.client.patch(&place, &patch, &[("dryRun", "All")]).await.map_err(|error| {
        let detail =
            format!("A dry-run apply was performed for this resource but was unsuccessful: {}", said(&error));
        failed("Dry-run failed for non-structured resource", detail)
    })?;
    let detail = "We could not find an OpenAPI schema for this custom resource. Updates to this resource will cause a forced \
                  replacement.";
    let summary = "This custom resource does not have an associated OpenAPI schema.";
    Ok(Diagnostic::warning(codes::provider::PROVIDER_CONFIG, summary, detail).into())
}

/// A change of an object that is there.
struct Update<'u> {
    settings: &'u Settings,
    /// Manifest of the state.
    before: &'u Value,
    manifest: &'u Value,
    /// Object of the state.
    prior: &'u Value,
}

impl Update<'_> {
    /// A part of the new object: what is configured, else what was there, else unknown.
    fn part(&self, path: &Path, part: Value) -> Value {
        let (was, now) = (at(self.before, path), at(self.manifest, path));
        if part.is_known() {
            if !self.settings.computed.contains(path) {
                return part;
            }
            if now.is_some() && was != now {
                return Value::unknown(part.ty());
            }
            return at(self.prior, path).cloned().unwrap_or(part);
        }
        // What was configured and is no longer: the cluster may choose a default.
        if was.is_some_and(Value::is_known) {
            return part;
        }
        at(self.prior, path).cloned().unwrap_or(part)
    }
}

/// Name of an object in messages: `namespace/name`.
pub(super) fn full_name(object: &Value) -> String {
    format!("{}/{}", text(object, &["metadata", "namespace"]), text(object, &["metadata", "name"]))
}
