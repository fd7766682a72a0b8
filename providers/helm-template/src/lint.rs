//! What `helm lint` calls an error in a chart (`pkg/lint`).

use serde_json::Value as Json;

use crate::capabilities::default_capabilities;
use crate::chart::{Chart, File, Metadata, yaml};
use crate::data::{Data, Table};
use crate::go_json;
use crate::manifest::split_documents;
use crate::outside::Outside;
use crate::render::{ReleaseInfo, RenderOptions, render_lenient};
use crate::schema;
use crate::semver::Version;
use crate::tables::tables;

/// Errors of a chart with a user's values, each with the file it is in; advice and warnings are left out.
///
/// `place` is the path of the chart, which some findings name. Templates see no cluster, and `required` and `fail` pass.
#[must_use]
pub fn lint(place: &str, files: &[File], values: &Table, outside: &dyn Outside) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |path: &str, why: String| found.push(format!("{path}: {why}"));
    chart_file(files, &mut |why| note("Chart.yaml", why));
    let chart = match Chart::from_files(files.to_vec()) {
        Ok(chart) => chart,
        Err(why) => {
            note("templates/", why.clone());
            note("", format!("unable to load chart\n\t{why}"));
            return found;
        }
    };
    let mut all = values.clone();
    tables(&mut all, &chart.values, false);
    if let Some(schema) = &chart.schema
        && let Err(why) = schema::check_one(schema, &all)
    {
        note("values.yaml", why);
    }
    templates(&chart, values, outside, &mut note);
    let declared = |name: &str| chart.metadata.dependencies.iter().any(|d| d.name == name);
    let strangers: Vec<&str> =
        chart.dependencies.iter().map(Chart::name).filter(|name| !declared(name)).collect();
    if !strangers.is_empty() {
        note(place, format!("chart metadata is missing these dependencies: {}", strangers.join(",")));
    }
    found
}

fn chart_file(files: &[File], note: &mut dyn FnMut(String)) {
    let Some(file) = files.iter().find(|file| file.name == "Chart.yaml") else { return };
    let mut metadata = Metadata::default();
    let read = yaml(&file.data).and_then(|json| metadata.read(&json).map(|()| json));
    let json = match read {
        Ok(json) => json,
        Err(why) => return note(format!("unable to parse YAML\n\t{why}")),
    };
    let version = metadata.api_version.as_str();
    match version {
        "v1" | "v2" => {}
        "" => note("apiVersion is required. The value must be either \"v1\" or \"v2\"".into()),
        other => {
            note(format!("apiVersion '{other}' is not valid. The value must be either \"v1\" or \"v2\""))
        }
    }
    for key in ["version", "appVersion"] {
        if let Some(kind) = json.get(key).and_then(not_text) {
            note(format!("{key} should be of type string but it's of type {kind}"));
        }
    }
    if metadata.version == "0.0.0-0" || Version::parse(&metadata.version).is_err() {
        note(format!("version '{}' is not a valid SemVer", metadata.version));
    }
    people(&metadata, note);
    if !metadata.kind.is_empty() && version != "v2" {
        note(format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"));
    }
    if !metadata.dependencies.is_empty() && version != "v2" {
        let valid = "They are valid in apiVersion 'v2'";
        note(format!("dependencies are not valid in the Chart file with apiVersion '{version}'. {valid}"));
    }
}

/// Go's name of the type of a value that is no text.
fn not_text(value: &Json) -> Option<&'static str> {
    match value {
        Json::String(_) => None,
        Json::Null => Some("<nil>"),
        Json::Bool(_) => Some("bool"),
        Json::Number(_) => Some("float64"),
        Json::Array(_) => Some("[]interface {}"),
        Json::Object(_) => Some("map[string]interface {}"),
    }
}

fn people(metadata: &Metadata, note: &mut dyn FnMut(String)) {
    for person in &metadata.maintainers {
        let (name, email, url) = (&person.name, &person.email, &person.url);
        if name.is_empty() {
            note("each maintainer requires a name".into());
        } else if !email.is_empty() && !is_email(email) {
            note(format!("invalid email '{email}' for maintainer '{name}'"));
        } else if !url.is_empty() && !is_url(url) {
            note(format!("invalid url '{url}' for maintainer '{name}'"));
        } else {
            continue;
        }
        break;
    }
    if let Some(source) = metadata.sources.iter().find(|source| !is_address(source)) {
        note(format!("invalid source URL '{source}'"));
    }
    if !metadata.icon.is_empty() && !is_address(&metadata.icon) {
        note(format!("invalid icon URL '{}'", metadata.icon));
    }
}

fn is_email(text: &str) -> bool {
    let blank = text.chars().any(|c| c.is_whitespace() || c.is_control());
    text.rsplit_once('@').is_some_and(|(local, host)| {
        let labels = host.split('.').collect::<Vec<_>>();
        let label = |l: &&str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-');
        !blank && !local.is_empty() && !local.contains('@') && labels.len() > 1 && labels.iter().all(label)
    })
}

/// A URL, or a host with or without a path.
fn is_url(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '@' | '[' | ']');
    let odd = text.chars().any(|c| c.is_whitespace() || c.is_control());
    !odd && !host.starts_with('.') && host.chars().all(fits) && (host.contains('.') || host == "localhost")
}

/// What Go's `ParseRequestURI` takes with a scheme.
fn is_address(text: &str) -> bool {
    let scheme = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_alphabetic())
            && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let odd = text.chars().any(|c| c == ' ' || c.is_control());
    !odd && text.split_once(':').is_some_and(|(first, rest)| scheme(first) && !rest.is_empty())
}

fn templates(chart: &Chart, values: &Table, outside: &dyn Outside, note: &mut dyn FnMut(&str, String)) {
    if chart.templates.is_empty() {
        return;
    }
    let release =
        ReleaseInfo { name: "test-release".into(), namespace: String::new(), revision: 0, is_upgrade: false };
    let options = RenderOptions { lint: true, ..RenderOptions::default() };
    let files = match render_lenient(chart, values, &release, &default_capabilities(), outside, options) {
        Ok(files) => files,
        Err(why) => return note("templates/", why.0),
    };
    for template in &chart.templates {
        let name = template.name.as_str();
        let base = name.rsplit('/').next().unwrap_or(name);
        let ending = base.rfind('.').and_then(|at| base.get(at..)).unwrap_or_default();
        if ![".yaml", ".yml", ".tpl", ".txt"].contains(&ending) {
            let valid = "Valid extensions are .yaml, .yml, .tpl, or .txt";
            note(name, format!("file extension '{ending}' not valid. {valid}"));
        }
        if String::from_utf8_lossy(&template.data).contains(".Release.Time") {
            let instead = "please replace with the `now` function in your templates";
            note(name, format!(".Release.Time has been removed in v3, {instead}"));
        }
        let text = files.get(&format!("{}/{name}", chart.name())).filter(|_| ending == ".yaml");
        if let Some(text) = text.filter(|text| !text.trim().is_empty())
            && !documents(name, text, note)
        {
            return;
        }
    }
}

/// Whether all documents of a file could be read.
fn documents(name: &str, text: &str, note: &mut dyn FnMut(&str, String)) -> bool {
    for document in split_documents(text) {
        let json = match yaml(document.as_bytes()).and_then(object) {
            Ok(json) => json,
            Err(why) => {
                note(name, format!("unable to parse YAML: {why}"));
                return false;
            }
        };
        let kind = json.get("kind").and_then(Json::as_str).unwrap_or_default();
        let selects = text.contains("matchLabels") || text.contains("matchExpressions");
        if matches!(kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet") && !selects {
            let called = json.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
            let called = ordain_gostd::quote(called);
            note(
                name,
                format!("a {kind} must contain matchLabels or matchExpressions, and {called} does not"),
            );
        }
        let items = json.get("items").and_then(Json::as_array).filter(|_| kind == "List");
        let kept = "/metadata/annotations/helm.sh~1resource-policy";
        if items.into_iter().flatten().any(|item| item.pointer(kept).is_some()) {
            note(name, "Annotation 'helm.sh/resource-policy' within List objects are ignored".into());
        }
    }
    true
}

fn object(json: Json) -> Result<Json, String> {
    match json {
        Json::Object(_) | Json::Null => Ok(json),
        other => {
            let kind = go_json::kind(&Data::from_json(other).to_json());
            let what = format!("json: cannot unmarshal {kind} into Go value of type rules.K8sYamlStruct");
            Err(format!("error unmarshaling JSON: while decoding JSON: {what}"))
        }
    }
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;
