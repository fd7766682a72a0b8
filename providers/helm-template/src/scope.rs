//! What a template sees at the top: `.Values`, `.Chart`, `.Files`, `.Release`, `.Capabilities`, `.Subcharts`.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::chart::{Chart, Dependency, Metadata, Place};
use crate::data::{Data, Table, table_value};
use crate::objects::{Field, Files, Object, Struct};
use crate::render::{Capabilities, ReleaseInfo};
use crate::semver::Version;
use crate::value::{Entries, ListKind, Map, MapKind, Value};

/// A template and what it is rendered with.
pub(crate) struct Renderable {
    pub(crate) text: String,
    pub(crate) scope: Map,
    pub(crate) base_path: String,
}

/// All templates of a chart and its sub-charts by path.
pub(crate) fn templates(
    chart: &Chart,
    values: &Table,
    release: &ReleaseInfo,
    capabilities: &Capabilities,
) -> BTreeMap<String, Renderable> {
    let shared = [("Release", release_value(release)), ("Capabilities", capabilities_value(capabilities))];
    let mut out = BTreeMap::new();
    let values = table_value(values, MapKind::Values);
    add(chart, values, &shared, (&Place::root(chart), true), &mut out);
    out
}

fn add(
    chart: &Chart,
    values: Map,
    shared: &[(&str, Value); 2],
    (place, is_root): (&Place, bool),
    out: &mut BTreeMap<String, Renderable>,
) -> Map {
    let below = Map::new(MapKind::Any, Entries::new());
    let scope = Map::new(MapKind::Values, Entries::new());
    scope.insert("Chart", chart_value(&chart.metadata, is_root));
    let files = chart.files.iter().map(|f| (f.name.clone(), std::sync::Arc::clone(&f.data))).collect();
    scope.insert("Files", Value::object(Object::Files(Files(files))));
    for (name, value) in shared {
        scope.insert(*name, value.clone());
    }
    scope.insert("Values", Value::Map(values.clone()));
    scope.insert("Subcharts", Value::Map(below.clone()));
    for child in &chart.dependencies {
        let inner = match values.get(child.name()) {
            // The same map: a change made through the parent is seen by the child.
            Some(Value::Map(map)) => Map { kind: MapKind::Values, entries: Rc::clone(&map.entries) },
            _ => Map::new(MapKind::Values, Entries::new()),
        };
        let inner = add(child, inner, shared, (&place.of(chart, child), false), out);
        let inner = Map { kind: MapKind::Any, entries: Rc::clone(&inner.entries) };
        below.insert(child.name(), Value::Map(inner));
    }
    for file in &chart.templates {
        let base = file.name.rsplit('/').next().unwrap_or(&file.name);
        if chart.is_library() && !base.starts_with('_') {
            continue;
        }
        let text = ordain_gostd::bytes::to_text(&file.data);
        let base_path = format!("{}/templates", place.path);
        out.insert(
            format!("{}/{}", place.path, file.name),
            Renderable { text, scope: scope.clone(), base_path },
        );
    }
    scope
}

fn map_of(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::map(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

fn release_value(release: &ReleaseInfo) -> Value {
    map_of([
        ("Name", Value::from(release.name.as_str())),
        ("Namespace", Value::from(release.namespace.as_str())),
        ("IsUpgrade", Value::Bool(release.is_upgrade)),
        ("IsInstall", Value::Bool(!release.is_upgrade)),
        ("Revision", Value::int(release.revision)),
        ("Service", Value::from("Helm")),
    ])
}

fn field(name: &'static str, json: &'static str, value: Value) -> Field {
    Field { name, json, omit_empty: true, value }
}

fn text_field(name: &'static str, json: &'static str, text: &str) -> Field {
    field(name, json, Value::from(text))
}

fn structure(type_name: &'static str, text: Option<String>, fields: Vec<Field>) -> Value {
    let embedded = type_name.starts_with("struct { chart.Metadata;").then_some("chart.Metadata");
    Value::object(Object::Struct(Struct { type_name, text, embedded, fields }))
}

fn chart_value(m: &Metadata, is_root: bool) -> Value {
    let maintainers = m.maintainers.iter().map(|one| {
        let fields = vec![
            text_field("Name", "name", &one.name),
            text_field("Email", "email", &one.email),
            text_field("URL", "url", &one.url),
        ];
        structure("*chart.Maintainer", None, fields)
    });
    let annotations: Entries =
        m.annotations.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
    let fields = vec![
        text_field("Name", "name", &m.name),
        text_field("Home", "home", &m.home),
        field("Sources", "sources", Value::texts(m.sources.iter().cloned())),
        text_field("Version", "version", &m.version),
        text_field("Description", "description", &m.description),
        field("Keywords", "keywords", Value::texts(m.keywords.iter().cloned())),
        field(
            "Maintainers",
            "maintainers",
            Value::typed_list(ListKind::Objects("[]*chart.Maintainer"), maintainers.collect()),
        ),
        text_field("Icon", "icon", &m.icon),
        text_field("APIVersion", "apiVersion", &m.api_version),
        text_field("Condition", "condition", &m.condition),
        text_field("Tags", "tags", &m.tags),
        text_field("AppVersion", "appVersion", &m.app_version),
        field("Deprecated", "deprecated", Value::Bool(m.deprecated)),
        field("Annotations", "annotations", Value::Map(Map::new(MapKind::Text, annotations))),
        text_field("KubeVersion", "kubeVersion", &m.kube_version),
        field(
            "Dependencies",
            "dependencies",
            Value::typed_list(
                ListKind::Objects("[]*chart.Dependency"),
                m.dependencies.iter().map(dependency_value).collect(),
            ),
        ),
        text_field("Type", "type", &m.kind),
        Field { name: "IsRoot", json: "IsRoot", omit_empty: false, value: Value::Bool(is_root) },
    ];
    structure("struct { chart.Metadata; IsRoot bool }", None, fields)
}

fn dependency_value(d: &Dependency) -> Value {
    let imports = d.import_values.iter().map(Data::to_value).collect();
    let always = |name, json, text: &str| Field { name, json, omit_empty: false, value: Value::from(text) };
    let fields = vec![
        always("Name", "name", &d.name),
        text_field("Version", "version", &d.version),
        always("Repository", "repository", &d.repository),
        text_field("Condition", "condition", &d.condition),
        field("Tags", "tags", Value::texts(d.tags.iter().cloned())),
        field("Enabled", "enabled", Value::Bool(d.enabled)),
        field("ImportValues", "import-values", Value::list(imports)),
        text_field("Alias", "alias", &d.alias),
    ];
    structure("*chart.Dependency", None, fields)
}

fn always(name: &'static str, value: Value) -> Field {
    Field { name, json: name, omit_empty: false, value }
}

fn capabilities_value(c: &Capabilities) -> Value {
    let (major, minor) = Version::parse(&c.kube_version)
        .map_or_else(|_| (String::new(), String::new()), |v| (v.major.to_string(), v.minor.to_string()));
    let kube = structure(
        "chartutil.KubeVersion",
        Some(c.kube_version.clone()),
        vec![
            always("Version", Value::from(c.kube_version.as_str())),
            always("Major", Value::from(major)),
            always("Minor", Value::from(minor)),
        ],
    );
    let helm = structure(
        "version.BuildInfo",
        None,
        vec![
            Field { name: "Version", json: "version", omit_empty: true, value: Value::from("v3.18.4") },
            Field { name: "GitCommit", json: "git_commit", omit_empty: true, value: Value::from("") },
            Field { name: "GitTreeState", json: "git_tree_state", omit_empty: true, value: Value::from("") },
            Field { name: "GoVersion", json: "go_version", omit_empty: true, value: Value::from("go1.24.4") },
        ],
    );
    let versions = c.api_versions.iter().map(|v| Value::from(v.as_str())).collect();
    let fields = vec![
        always("KubeVersion", kube),
        always("APIVersions", Value::typed_list(ListKind::Versions, versions)),
        always("HelmVersion", helm),
    ];
    structure("*chartutil.Capabilities", None, fields)
}
