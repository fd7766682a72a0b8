//! The data source `helm_template`: a chart rendered and nothing installed.

use std::path::Path;
use std::sync::Arc;

use ordain_helm_template::{Capabilities, ReleaseInfo, default_capabilities, match_path, split_documents};
use ordain_http::Environment;
use ordain_value::{Type, Value, json as value_json};
use serde_json::{Map, Value as Json, json};

use crate::arguments::Arguments;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::install::claimed;
use crate::rendering::{self, Job, Output};
use crate::sources::{NoChart, Sources};

const SUMMARY: &str = "Error running Helm install";

/// Arguments that are off unless they are set.
const OFF: [&str; 16] = [
    "atomic",
    "create_namespace",
    "dependency_update",
    "disable_openapi_validation",
    "disable_webhooks",
    "include_crds",
    "is_upgrade",
    "render_subchart_notes",
    "replace",
    "reset_values",
    "reuse_values",
    "skip_crds",
    "skip_tests",
    "validate",
    "verify",
    "wait",
];

/// Renders. `cluster` is asked for its capabilities, and whether it would take the objects, only with `validate`.
///
/// As for the real provider, `is_upgrade` changes nothing: templates always see an installation.
pub(crate) async fn read(
    sources: &Sources,
    cluster: Option<Arc<Cluster>>,
    mut arguments: Arguments,
    ty: &Type,
) -> Result<Value, Failure> {
    let chart = sources.chart(&arguments).await.map_err(NoChart::of_template)?;
    let values = arguments.template_values()?;
    if chart.is_library() {
        let detail = "Chart is not installable: library charts are not installable";
        return Err(Failure::new("Error checking if chart is installable", detail));
    }
    let failed = |why: String| Failure::new(SUMMARY, format!("{SUMMARY}: {why}"));
    let release = ReleaseInfo {
        name: arguments.text("name").to_owned(),
        namespace: arguments.text("namespace").to_owned(),
        revision: 1,
        is_upgrade: false,
    };
    let given = if cluster.is_some() { None } else { Some(capabilities(&arguments)?) };
    let job = Job {
        chart,
        values,
        release,
        sub_notes: arguments.flag("render_subchart_notes"),
        crds: arguments.flag("include_crds"),
        lookups: false,
        post: None,
    };
    let output = rendering::run(job, cluster.clone(), given).await.map_err(failed)?;
    if let Some(cluster) = &cluster {
        claimed(cluster, arguments.text("name"), &output.manifest, &arguments).await.map_err(failed)?;
    }
    let documents = chosen(documents(&output, &arguments), &arguments)?;
    fill(&mut arguments.0, &output, &documents);
    let json = crate::state::trimmed(arguments.0, ty);
    value_json::from_json(&json, ty).map_err(|e| Failure::new(SUMMARY, e.to_string()))
}

/// The arguments with what stands in for those that are not set, which the state shows.
pub(crate) fn with_defaults(mut arguments: Arguments, env: &Environment) -> Arguments {
    let variable = |name: &str| env.get(name).filter(|text| !text.is_empty()).cloned();
    let keyring = if arguments.flag("verify") {
        Path::new(&variable("HOME").unwrap_or_default()).join(".gnupg/pubring.gpg").display().to_string()
    } else {
        String::new()
    };
    let namespace = variable("HELM_NAMESPACE").unwrap_or_else(|| "default".to_owned());
    let versioned = !arguments.text("version").is_empty();
    let Some(members) = arguments.0.as_object_mut() else { return arguments };
    let mut unset = |name: &str, value: Json| {
        if members.get(name).is_none_or(Json::is_null) {
            members.insert(name.to_owned(), value);
        }
    };
    OFF.iter().for_each(|name| unset(name, json!(false)));
    unset("description", json!(""));
    unset("keyring", json!(keyring));
    unset("namespace", json!(namespace));
    unset("timeout", json!(300));
    if versioned {
        unset("devel", json!(false));
    }
    arguments
}

fn capabilities(arguments: &Arguments) -> Result<Capabilities, Failure> {
    let mut have = default_capabilities();
    let wanted = arguments.text("kube_version");
    if !wanted.is_empty() {
        let version = ordain_helm_template::Version::parse(wanted).map_err(|e| {
            let detail = format!("couldn't parse string {wanted:?} into kube-version: {e}");
            Failure::new("Failed to parse Kubernetes version", detail)
        })?;
        have.kube_version = format!("v{version}");
    }
    let more = arguments.0.get("api_versions").and_then(Json::as_array).into_iter().flatten();
    have.api_versions.extend(more.filter_map(|v| v.as_str().map(str::to_owned)));
    Ok(have)
}

/// A document, and its path below the chart's own name.
type Document = (String, String);

/// The manifest and the hooks, cut into documents. They are in the order of the names `manifest-0`, `manifest-1`,
/// `manifest-10`, `manifest-2` and so on, in which the real provider sorts them.
fn documents(output: &Output, arguments: &Arguments) -> Vec<Document> {
    let mut text = format!("{}\n", output.manifest.trim());
    if !arguments.flag("disable_webhooks") {
        let test = |events: &[String]| events.iter().any(|event| event == "test");
        for hook in &output.rendered.hooks {
            if !(arguments.flag("skip_tests") && test(&hook.events)) {
                text.push_str(&format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest));
            }
        }
    }
    let documents = split_documents(&text).into_iter().map(|document| (source(&document), document));
    let mut numbered: Vec<(String, Document)> =
        documents.enumerate().map(|(number, document)| (number.to_string(), document)).collect();
    numbered.sort_by(|a, b| a.0.cmp(&b.0));
    numbered.into_iter().map(|(_, document)| document).collect()
}

/// The path below the chart's name that a document says it comes from; empty where it says nothing.
fn source(document: &str) -> String {
    let paths = document.lines().filter_map(|line| line.split_once("# Source: ").map(|(_, path)| path));
    let mut inner = paths
        .filter_map(|path| path.split_once('/'))
        .filter(|(chart, rest)| !chart.is_empty() && !rest.is_empty());
    inner.next().map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

/// Those that `show_only` names, all without it.
fn chosen(documents: Vec<Document>, arguments: &Arguments) -> Result<Vec<Document>, Failure> {
    let list = arguments.0.get("show_only").and_then(Json::as_array).into_iter().flatten();
    let wanted: Vec<&str> = list.filter_map(Json::as_str).filter(|path| !path.is_empty()).collect();
    if wanted.is_empty() {
        return Ok(documents);
    }
    let fits = |pattern: &str, path: &str| !path.is_empty() && match_path(pattern, path);
    for pattern in &wanted {
        if !documents.iter().any(|(path, _)| fits(pattern, path)) {
            let detail = format!("Could not find template {pattern:?} in chart");
            return Err(Failure::new("Template Not Found", detail));
        }
    }
    let times = |path: &str| wanted.iter().filter(|pattern| fits(pattern, path)).count();
    let repeated = documents.into_iter().flat_map(|document| {
        let count = times(&document.0);
        std::iter::repeat_n(document, count)
    });
    Ok(repeated.collect())
}

fn fill(object: &mut Json, output: &Output, documents: &[Document]) {
    let mut whole = String::new();
    let mut by_path: Map<String, Json> = Map::new();
    for (path, content) in documents {
        let text = format!("---\n{content}\n");
        whole.push_str(&text);
        let before = by_path.get(path).and_then(Json::as_str).unwrap_or_default();
        by_path.insert(path.clone(), json!(format!("{before}{text}")));
    }
    let crds: Vec<&String> = output.rendered.crds.iter().map(|(_, text)| text).collect();
    if let Some(members) = object.as_object_mut() {
        let id = members.get("name").cloned().unwrap_or(Json::Null);
        members.insert("id".to_owned(), id);
        members.insert("manifest".to_owned(), json!(whole));
        members.insert("manifests".to_owned(), Json::Object(by_path));
        members.insert("notes".to_owned(), json!(output.rendered.notes));
        members.insert("crds".to_owned(), json!(crds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_name_their_sources() {
        assert_eq!(source("# Source: web/templates/a.yaml\na: 1"), "templates/a.yaml");
        assert_eq!(source("# Source: web/charts/sub/templates/a.yaml\na: 1"), "charts/sub/templates/a.yaml");
        assert_eq!(source("a: 1"), "");
    }
}
