//! The data source `helm_template`: a chart rendered and nothing installed.

use std::sync::Arc;

use ordain_helm_template::{Capabilities, ReleaseInfo, Rendered, default_capabilities};
use ordain_value::{Type, Value, json as value_json};
use serde_json::{Map, Value as Json, json};

use crate::arguments::Arguments;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::rendering::{self, Job};
use crate::sources::Sources;

const SUMMARY: &str = "Error running Helm template";

/// Renders. `cluster` is asked for its capabilities only with `validate`.
pub(crate) async fn read(
    sources: &Sources,
    cluster: Option<Arc<Cluster>>,
    mut arguments: Arguments,
    ty: &Type,
) -> Result<Value, Failure> {
    refuse_unbuilt(&arguments)?;
    let chart = sources.chart(&arguments).await?;
    let values = arguments.values()?;
    let namespace = Some(arguments.text("namespace")).filter(|n| !n.is_empty()).unwrap_or("default");
    let release = ReleaseInfo {
        name: arguments.text("name").to_owned(),
        namespace: namespace.to_owned(),
        revision: 1,
        is_upgrade: arguments.flag("is_upgrade"),
    };
    let given = if cluster.is_some() { None } else { Some(capabilities(&arguments)?) };
    let sub_notes = arguments.flag("render_subchart_notes");
    let version = chart.metadata.version.clone();
    let rendered = rendering::run(Job { chart, values, release, sub_notes }, cluster, given)
        .await
        .map_err(|e| Failure::new(SUMMARY, e))?;
    let documents = chosen(documents(&rendered, &arguments), &arguments)?;
    fill(&mut arguments.0, &rendered, documents, &version);
    let json = crate::state::trimmed(arguments.0, ty);
    value_json::from_json(&json, ty).map_err(|e| Failure::new(SUMMARY, e.to_string()))
}

fn refuse_unbuilt(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.0.get("postrender").is_some_and(|p| !p.is_null()) {
        let detail = "The argument postrender of helm_template is not built yet. Leave it out.";
        return Err(Failure::new("Unsupported argument", detail));
    }
    Ok(())
}

fn capabilities(arguments: &Arguments) -> Result<Capabilities, Failure> {
    let mut have = default_capabilities();
    let wanted = arguments.text("kube_version");
    if !wanted.is_empty() {
        let version = ordain_helm_template::Version::parse(wanted)
            .map_err(|e| Failure::new(SUMMARY, format!("invalid kube version '{wanted}': {e}")))?;
        have.kube_version = format!("v{version}");
    }
    let more = arguments.0.get("api_versions").and_then(Json::as_array).into_iter().flatten();
    have.api_versions.extend(more.filter_map(|v| v.as_str().map(str::to_owned)));
    Ok(have)
}

/// Path and text of every document, CRDs first if asked for, hooks last unless switched off.
fn documents(rendered: &Rendered, arguments: &Arguments) -> Vec<(String, String)> {
    let crds = rendered.crds.iter().filter(|_| arguments.flag("include_crds")).cloned();
    let own = rendered.manifests.iter().map(|m| (m.path.clone(), m.content.clone()));
    let hooks = rendered.hooks.iter().filter(|hook| {
        let test = hook.events.iter().any(|e| e == "test");
        let skipped = arguments.flag("disable_webhooks") || (test && arguments.flag("skip_tests"));
        !skipped
    });
    crds.chain(own).chain(hooks.map(|h| (h.path.clone(), h.manifest.clone()))).collect()
}

/// The path below the chart's own name.
fn inner(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, rest)| rest)
}

/// Those that `show_only` names, all without it.
fn chosen(documents: Vec<(String, String)>, arguments: &Arguments) -> Result<Vec<(String, String)>, Failure> {
    let wanted: Vec<&str> = match arguments.0.get("show_only").and_then(Json::as_array) {
        Some(list) if !list.is_empty() => list.iter().filter_map(Json::as_str).collect(),
        _ => return Ok(documents),
    };
    let mut out = Vec::new();
    for path in wanted {
        let found: Vec<_> = documents.iter().filter(|(p, _)| inner(p) == path).cloned().collect();
        if found.is_empty() {
            return Err(Failure::new(SUMMARY, format!("could not find template {path} in chart")));
        }
        out.extend(found);
    }
    Ok(out)
}

fn fill(object: &mut Json, rendered: &Rendered, documents: Vec<(String, String)>, version: &str) {
    let mut whole = String::new();
    let mut by_path = Map::new();
    for (path, content) in documents {
        let text = format!("---\n# Source: {path}\n{content}\n");
        whole.push_str(&text);
        let entry = by_path.entry(inner(&path).to_owned()).or_insert_with(|| json!(""));
        *entry = json!(format!("{}{text}", entry.as_str().unwrap_or_default()));
    }
    let crds: Vec<&String> = rendered.crds.iter().map(|(_, text)| text).collect();
    if let Some(members) = object.as_object_mut() {
        let id = members.get("name").cloned().unwrap_or(Json::Null);
        members.insert("id".to_owned(), id);
        members.insert("manifest".to_owned(), json!(whole));
        members.insert("manifests".to_owned(), Json::Object(by_path));
        members.insert("notes".to_owned(), json!(rendered.notes));
        members.insert("crds".to_owned(), json!(crds));
        members.insert("version".to_owned(), json!(version));
    }
}
