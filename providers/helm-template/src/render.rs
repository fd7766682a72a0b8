//! A chart and values to what would be installed.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use crate::chart::{Chart, Metadata, Place};
use crate::data::Table;
use crate::dependencies;
use crate::functions::{self, MARK_END, MARK_START};
use crate::limits::Limits;
use crate::manifest::{self, Hook, Manifest};
use crate::outside::Outside;
use crate::schema;
use crate::scope::{self, Renderable};
use crate::semver::is_compatible;
use crate::tables::coalesce;
use crate::template::{Engine, TemplateSet, execute, parse};
use crate::value::{Entries, MapKind, Value};

/// What a release is called and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseInfo {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// 1 for the first installation.
    pub revision: i64,
    /// Whether an older revision is being replaced.
    pub is_upgrade: bool,
}

/// What the cluster can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Such as `v1.33.1`.
    pub kube_version: String,
    /// Group versions (`apps/v1`), and, from a real cluster, `apps/v1/Deployment`.
    pub api_versions: Vec<String>,
}

/// Choices of one rendering.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RenderOptions {
    /// Also give the notes of sub-charts.
    pub sub_notes: bool,
    /// Leave `values.schema.json` aside.
    pub skip_schema: bool,
    /// `required` and `fail` let everything pass, as `helm lint` has them.
    pub lint: bool,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rendered {
    /// `Chart.yaml` after its dependencies were processed.
    pub metadata: Metadata,
    /// The values of the chart, with those that it imports.
    pub values: Table,
    /// Documents of the release, in the order of creation.
    pub manifests: Vec<Manifest>,
    /// Hooks, in the order of kinds.
    pub hooks: Vec<Hook>,
    /// Text for the user.
    pub notes: String,
    /// Files below `crds/`: path from the chart's name on, and content.
    pub crds: Vec<(String, String)>,
}

impl Rendered {
    /// The documents as one text, the way Helm stores and prints it; with the CRDs in front if asked.
    #[must_use]
    pub fn manifest(&self, include_crds: bool) -> String {
        let crds = self.crds.iter().filter(|_| include_crds).map(|(path, text)| (path, text));
        let documents = self.manifests.iter().map(|m| (&m.path, &m.content));
        crds.chain(documents).map(|(path, text)| format!("---\n# Source: {path}\n{text}\n")).collect()
    }
}

/// Why a chart does not render, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderError(pub String);

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

/// Stack of the thread that renders: enough for the deepest templates the limits allow.
const STACK: usize = 256 << 20;

/// Renders a chart.
///
/// `values` are the user's, over the chart's own. Work, memory and recursion are bounded, and nothing outside the chart
/// is read but through `outside`.
///
/// # Errors
/// Helm's words, with template, line, column and expression where there are some.
pub fn render(
    chart: &Chart,
    values: &Table,
    release: &ReleaseInfo,
    capabilities: &Capabilities,
    outside: &dyn Outside,
    options: RenderOptions,
) -> Result<Rendered, RenderError> {
    on_a_thread(|| {
        let (chart, mut files) = texts(chart, values, release, capabilities, outside, options)?;
        let notes = take_notes(&mut files, chart.name(), options.sub_notes);
        let (hooks, manifests) = manifest::sort(&files)?;
        let mut crds = Vec::new();
        collect_crds(&chart, &Place::root(&chart), &mut crds);
        Ok(Rendered { metadata: chart.metadata, values: chart.values, manifests, hooks, notes, crds })
    })
}

/// The texts of all templates, whatever they are, by their paths from the chart's name on. Nothing comes out where
/// sub-charts cannot be switched on and off.
pub(crate) fn render_lenient(
    chart: &Chart,
    values: &Table,
    release: &ReleaseInfo,
    capabilities: &Capabilities,
    outside: &dyn Outside,
    options: RenderOptions,
) -> Result<BTreeMap<String, String>, RenderError> {
    let mut chart = chart.clone();
    let have = |d: &crate::chart::Dependency| chart.dependencies.iter().any(|c| c.name() == d.name);
    let kept = chart.metadata.dependencies.iter().filter(|d| have(d)).cloned().collect();
    chart.metadata.dependencies = kept;
    chart.metadata.kube_version.clear();
    on_a_thread(|| texts(&chart, values, release, capabilities, outside, options).map(|(_, files)| files))
}

fn on_a_thread<T: Send>(run: impl FnOnce() -> Result<T, String> + Send) -> Result<T, RenderError> {
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().name("render".into()).stack_size(STACK).spawn_scoped(scope, run);
        let joined = thread.map_err(|e| format!("cannot start rendering: {e}")).and_then(|thread| {
            thread.join().unwrap_or_else(|_| Err("rendering template failed: internal error".into()))
        });
        joined.map_err(RenderError)
    })
}

/// The chart as it is after sub-charts were switched on and off, and the texts of its templates.
fn texts(
    chart: &Chart,
    values: &Table,
    release: &ReleaseInfo,
    capabilities: &Capabilities,
    outside: &dyn Outside,
    options: RenderOptions,
) -> Result<(Chart, BTreeMap<String, String>), String> {
    let missing = dependencies::missing(chart);
    if !missing.is_empty() {
        let missing = missing.join(", ");
        return Err(format!(
            "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: {missing}"
        ));
    }
    let chart = chart.processed(values)?;
    let merged = coalesce(&chart, values, false)?;
    if !options.skip_schema {
        schema::check(&chart, &merged)?;
    }
    let wanted = &chart.metadata.kube_version;
    if !wanted.is_empty() && !is_compatible(wanted, &capabilities.kube_version) {
        let have = &capabilities.kube_version;
        return Err(format!(
            "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {have}"
        ));
    }
    let templates = scope::templates(&chart, &merged, release, capabilities);
    let files = run_templates(templates, outside, options.lint)?;
    Ok((chart, files))
}

/// Deepest paths first, within one depth in falling order: both for parsing, where the last definition of a name wins,
/// and for running.
fn run_order(templates: &BTreeMap<String, Renderable>) -> Vec<&String> {
    let mut order: Vec<&String> = templates.keys().collect();
    order.sort_by(|a, b| {
        let depth = |p: &str| p.matches('/').count();
        depth(b).cmp(&depth(a)).then_with(|| b.cmp(a))
    });
    order
}

fn run_templates(
    templates: BTreeMap<String, Renderable>,
    outside: &dyn Outside,
    lint: bool,
) -> Result<BTreeMap<String, String>, String> {
    let order = run_order(&templates);
    let set = Rc::new(TemplateSet::default());
    let known = |name: &str| functions::find(name).is_some();
    for path in &order {
        let Some(renderable) = templates.get(*path) else { continue };
        let parsed = parse(path, &renderable.text, &known).map_err(|e| clean_parse_error(&e))?;
        parsed.into_iter().for_each(|template| set.add(template));
    }
    let (included, limits) = (HashMap::new(), Limits::default());
    let mut engine = Engine { set, outside, included, limits, depth: 0, lint };
    let mut out = BTreeMap::new();
    for path in order {
        let base = path.rsplit('/').next().unwrap_or(path);
        let Some(renderable) = templates.get(path).filter(|_| !base.starts_with('_')) else { continue };
        let template_value = Entries::from([
            ("Name".to_owned(), Value::from(path.as_str())),
            ("BasePath".to_owned(), Value::from(renderable.base_path.as_str())),
        ]);
        let values = crate::value::Map::new(MapKind::Values, template_value);
        renderable.scope.insert("Template", Value::Map(values));
        let Some(template) = engine.set.get(path) else { continue };
        let text = execute(&mut engine, &template, Value::Map(renderable.scope.clone()))
            .map_err(|e| clean_exec_error(&e.0))?;
        let text = ordain_gostd::bytes::replaced(text.replace("<no value>", ""));
        out.insert(path.clone(), text);
    }
    Ok(out)
}

/// Helm shows the place and the last part of a parse error.
fn clean_parse_error(error: &str) -> String {
    let tokens: Vec<&str> = error.split(": ").collect();
    match (tokens.get(1), tokens.last()) {
        (Some(location), Some(message)) => format!("parse error at ({location}): {message}"),
        _ => format!("parse error in: {error}"),
    }
}

/// Messages of `required` and `fail` are shown alone.
fn clean_exec_error(error: &str) -> String {
    let mut tokens = error.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in: {error}");
    };
    let start = rest.find(MARK_START).map(|i| i + MARK_START.len());
    let message = start.and_then(|s| rest.get(s..rest.rfind(MARK_END)?));
    match message {
        Some(message) => format!("execution error at ({location}): {message}"),
        None => error.to_owned(),
    }
}

fn take_notes(files: &mut BTreeMap<String, String>, chart: &str, sub_notes: bool) -> String {
    const NOTES: &str = "NOTES.txt";
    let own = format!("{chart}/templates/{NOTES}");
    let mut notes = String::new();
    let paths: Vec<String> = files.keys().filter(|path| path.ends_with(NOTES)).cloned().collect();
    for path in paths {
        let Some(text) = files.remove(&path) else { continue };
        if sub_notes || path == own {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(&text);
        }
    }
    notes
}

fn collect_crds(chart: &Chart, place: &Place, out: &mut Vec<(String, String)>) {
    for file in &chart.files {
        let lower = file.name.to_ascii_lowercase();
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|ext| lower.ends_with(ext));
        if file.name.starts_with("crds/") && is_manifest {
            out.push((format!("{}/{}", place.path, file.name), ordain_gostd::bytes::to_text(&file.data)));
        }
    }
    for child in &chart.dependencies {
        collect_crds(child, &place.of(chart, child), out);
    }
}
