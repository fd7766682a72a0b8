//! Release records: what Helm stores of each revision (`pkg/release`, `pkg/storage/driver`).
//!
//! A record is kept as the JSON it was read from, so that fields of other clients survive a change of status.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ordain_gostd::time::{self, Moment};
use ordain_helm_template::{Chart, Data, Dependency, Hook, Maintainer, Metadata, Rendered, Table};
use serde_json::{Map, Value as Json, json};

use crate::rendering::Output;
use crate::store::Driver;

/// Longest record read, unpacked.
const MAX_RECORD: u64 = 256 << 20;

/// One revision of a release.
#[derive(Clone, PartialEq)]
pub(crate) struct Release {
    /// What is packed.
    pub(crate) record: Json,
    /// Labels that somebody gave it, beside those that say what it is.
    pub(crate) labels: Map<String, Json>,
}

/// Labels that say what a record is.
const OWN_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// Values may be secret.
impl std::fmt::Debug for Release {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Release({} v{})", self.name(), self.version())
    }
}

/// What a new revision is made of.
pub(crate) struct NewRelease<'r> {
    pub(crate) name: &'r str,
    pub(crate) namespace: &'r str,
    pub(crate) version: i64,
    pub(crate) chart: &'r Chart,
    pub(crate) config: &'r Table,
    pub(crate) rendered: &'r Output,
    /// Labels of the revision before.
    pub(crate) labels: Map<String, Json>,
    /// When the first revision was deployed, if this is not the first.
    pub(crate) first_deployed: Option<&'r str>,
    pub(crate) status: &'r str,
    pub(crate) description: &'r str,
    pub(crate) now: &'r str,
}

impl Release {
    pub(crate) fn new(new: &NewRelease<'_>) -> Self {
        let mut info = Map::from_iter([
            ("first_deployed".to_owned(), json!(new.first_deployed.unwrap_or(new.now))),
            ("last_deployed".to_owned(), json!(new.now)),
            ("deleted".to_owned(), json!("")),
            ("description".to_owned(), json!(new.description)),
            ("status".to_owned(), json!(new.status)),
        ]);
        if !new.rendered.rendered.notes.is_empty() {
            info.insert("notes".to_owned(), json!(new.rendered.rendered.notes));
        }
        let mut record = json!({
            "name": new.name, "namespace": new.namespace, "version": new.version, "info": info,
            "chart": chart_json(new.chart, &new.rendered.rendered), "manifest": new.rendered.manifest,
        });
        let hooks: Vec<Json> = new.rendered.rendered.hooks.iter().map(hook_json).collect();
        if !hooks.is_empty() {
            put(&mut record, "hooks", Json::Array(hooks));
        }
        if !new.config.is_empty() {
            put(&mut record, "config", Data::Map(new.config.clone()).to_json());
        }
        Self { record, labels: new.labels.clone() }
    }

    fn at(&self, pointer: &str) -> &str {
        self.record.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
    }

    pub(crate) fn name(&self) -> &str {
        self.at("/name")
    }

    pub(crate) fn namespace(&self) -> &str {
        self.at("/namespace")
    }

    pub(crate) fn version(&self) -> i64 {
        self.record.pointer("/version").and_then(Json::as_i64).unwrap_or(0)
    }

    pub(crate) fn status(&self) -> &str {
        self.at("/info/status")
    }

    pub(crate) fn description(&self) -> &str {
        self.at("/info/description")
    }

    pub(crate) fn notes(&self) -> &str {
        self.at("/info/notes")
    }

    pub(crate) fn manifest(&self) -> &str {
        self.at("/manifest")
    }

    pub(crate) fn first_deployed(&self) -> &str {
        self.at("/info/first_deployed")
    }

    pub(crate) fn last_deployed(&self) -> &str {
        self.at("/info/last_deployed")
    }

    pub(crate) fn chart_metadata(&self, key: &str) -> &str {
        self.record
            .pointer("/chart/metadata")
            .and_then(|m| m.get(key))
            .and_then(Json::as_str)
            .unwrap_or_default()
    }

    /// The user's values of this revision.
    pub(crate) fn config(&self) -> Table {
        match self.record.get("config").cloned().map(Data::from_json) {
            Some(Data::Map(table)) => table,
            _ => Table::new(),
        }
    }

    pub(crate) fn set_status(&mut self, status: &str, description: &str) {
        if let Some(info) = self.record.get_mut("info") {
            put(info, "status", json!(status));
            put(info, "description", json!(description));
        }
    }

    /// From now on the release goes.
    pub(crate) fn set_uninstalling(&mut self, now: &str) {
        self.set_status("uninstalling", "Deletion in progress (or silently failed)");
        if let Some(info) = self.record.get_mut("info") {
            put(info, "deleted", json!(now));
        }
    }

    /// The status alone, as a revision that another one replaces.
    pub(crate) fn supersede(&mut self) {
        if let Some(info) = self.record.get_mut("info") {
            put(info, "status", json!("superseded"));
        }
    }

    pub(crate) fn hooks(&self) -> &[Json] {
        self.record.get("hooks").and_then(Json::as_array).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn hook_mut(&mut self, index: usize) -> Option<&mut Json> {
        self.record.get_mut("hooks")?.as_array_mut()?.get_mut(index)
    }

    /// Name of its Secret.
    pub(crate) fn key(&self) -> String {
        format!("sh.helm.release.v1.{}.v{}", self.name(), self.version())
    }

    /// The object that holds it; `label` is `createdAt` or `modifiedAt`.
    pub(crate) fn object(&self, driver: Driver, label: &str, seconds: i64) -> Result<Json, String> {
        let failed = |e: std::io::Error| format!("cannot pack the release record: {e}");
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(self.record.to_string().as_bytes()).map_err(failed)?;
        let packed = STANDARD.encode(packer.finish().map_err(failed)?);
        let mut labels = self.labels.clone();
        labels.extend([
            ("name".to_owned(), json!(self.name())),
            ("owner".to_owned(), json!("helm")),
            ("status".to_owned(), json!(self.status())),
            ("version".to_owned(), json!(self.version().to_string())),
            (label.to_owned(), json!(seconds.to_string())),
        ]);
        let metadata = json!({"name": self.key(), "namespace": self.namespace(), "labels": labels});
        Ok(match driver {
            Driver::ConfigMaps => {
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"release": packed}})
            }
            Driver::Secrets | Driver::Memory => json!({
                "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1", "metadata": metadata,
                "data": {"release": STANDARD.encode(packed)},
            }),
        })
    }

    /// Reads such an object back.
    pub(crate) fn from_object(object: &Json) -> Result<Self, String> {
        let data = object.pointer("/data/release").and_then(Json::as_str);
        let data = data.ok_or("the object holds no release")?;
        let mut packed = STANDARD.decode(data).map_err(|e| e.to_string())?;
        // Secrets are in base64 once more. Objects of a list do not say their kind.
        if !packed.starts_with(GZIP) {
            packed = STANDARD.decode(&packed).unwrap_or(packed);
        }
        let mut text = Vec::new();
        if packed.starts_with(GZIP) {
            let mut reader = GzDecoder::new(packed.as_slice()).take(MAX_RECORD);
            reader.read_to_end(&mut text).map_err(|e| e.to_string())?;
        } else {
            text = packed;
        }
        let record = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
        let labels =
            object.pointer("/metadata/labels").and_then(Json::as_object).cloned().unwrap_or_default();
        let labels = labels.into_iter().filter(|(name, _)| !OWN_LABELS.contains(&name.as_str())).collect();
        Ok(Self { record, labels })
    }
}

/// How packed records start.
const GZIP: &[u8] = &[0x1f, 0x8b];

fn put(object: &mut Json, key: &str, value: Json) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// A moment as records have it.
pub(crate) fn stamp(moment: &Moment) -> String {
    time::format(moment, time::RFC3339_NANO)
}

/// Seconds since 1970 of a record's time.
pub(crate) fn unix(text: &str) -> i64 {
    time::parse(time::RFC3339, text).map_or(0, |m| m.seconds)
}

fn hook_json(hook: &Hook) -> Json {
    let mut out = json!({
        "name": hook.name, "kind": hook.kind, "path": hook.path, "manifest": hook.manifest, "events": hook.events,
        "last_run": {"started_at": "", "completed_at": "", "phase": ""},
    });
    if hook.weight != 0 {
        put(&mut out, "weight", json!(hook.weight));
    }
    for (key, list) in
        [("delete_policies", &hook.delete_policies), ("output_log_policies", &hook.output_log_policies)]
    {
        if !list.is_empty() {
            put(&mut out, key, json!(list));
        }
    }
    out
}

/// The chart with what rendering made of its dependencies: a later upgrade that reuses values reads them from here.
fn chart_json(chart: &Chart, rendered: &Rendered) -> Json {
    let files = |files: &[ordain_helm_template::File]| {
        let one = |f: &ordain_helm_template::File| json!({"name": f.name, "data": STANDARD.encode(&f.data)});
        if files.is_empty() { Json::Null } else { files.iter().map(one).collect() }
    };
    json!({
        "metadata": metadata_json(&rendered.metadata), "lock": chart.lock, "templates": files(&chart.templates),
        "values": Data::Map(rendered.values.clone()).to_json(),
        "schema": chart.schema.as_ref().map(|s| STANDARD.encode(s)), "files": files(&chart.files),
    })
}

fn metadata_json(m: &Metadata) -> Json {
    let mut out = json!({});
    let texts = [
        ("name", &m.name),
        ("home", &m.home),
        ("version", &m.version),
        ("description", &m.description),
        ("icon", &m.icon),
        ("apiVersion", &m.api_version),
        ("condition", &m.condition),
        ("tags", &m.tags),
        ("appVersion", &m.app_version),
        ("kubeVersion", &m.kube_version),
        ("type", &m.kind),
    ];
    for (key, text) in texts.into_iter().filter(|(_, t)| !t.is_empty()) {
        put(&mut out, key, json!(text));
    }
    for (key, list) in [("sources", &m.sources), ("keywords", &m.keywords)] {
        if !list.is_empty() {
            put(&mut out, key, json!(list));
        }
    }
    if m.deprecated {
        put(&mut out, "deprecated", json!(true));
    }
    if !m.annotations.is_empty() {
        put(&mut out, "annotations", m.annotations.iter().map(|(k, v)| (k.clone(), json!(v))).collect());
    }
    let maintainer = |one: &Maintainer| {
        let fields = [("name", &one.name), ("email", &one.email), ("url", &one.url)];
        fields.into_iter().filter(|(_, t)| !t.is_empty()).map(|(k, t)| (k.to_owned(), json!(t))).collect()
    };
    let maintainers: Vec<Json> = m.maintainers.iter().map(maintainer).collect();
    if !maintainers.is_empty() {
        put(&mut out, "maintainers", Json::Array(maintainers));
    }
    let needs: Vec<Json> = m.dependencies.iter().map(Dependency::to_json).collect();
    if !needs.is_empty() {
        put(&mut out, "dependencies", Json::Array(needs));
    }
    out
}

#[cfg(test)]
#[path = "release_tests.rs"]
mod tests;
