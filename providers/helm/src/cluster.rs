//! Objects of a release in a cluster: building, creating, updating, deleting, waiting (`pkg/kube`).

use std::time::{Duration, Instant};

use ordain_helm_template::{INSTALL_ORDER, UNINSTALL_ORDER, default_capabilities, kind_rank};
use ordain_kube::{
    Client, Kind, KindNames, KubeError, ObjectRef, Patch, PatchKind, Readiness, field, readiness,
};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::failure::{said, several};
use crate::merge::{Lists, three_way};
use crate::release::Release;
use crate::store::Driver;

/// Who made the fields, as the API server records it.
const MANAGER: (&str, &str) = ("fieldManager", "helm");

/// A cluster and the namespace of a release.
pub(crate) struct Cluster {
    pub(crate) client: Client,
    kinds: Mutex<KindNames>,
    pub(crate) namespace: String,
    /// Where releases are remembered.
    pub(crate) driver: Driver,
    /// Releases, when they are remembered here.
    pub(crate) memory: std::sync::Mutex<Vec<Release>>,
}

/// An object of a manifest and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) object: Json,
    pub(crate) at: ObjectRef,
}

impl Target {
    pub(crate) fn kind(&self) -> &str {
        &self.at.kind.kind
    }

    fn is_same(&self, other: &Self) -> bool {
        let group = |t: &Self| t.at.kind.api_version.split('/').next().unwrap_or_default().to_owned();
        self.kind() == other.kind()
            && group(self) == group(other)
            && self.at.name == other.at.name
            && self.at.namespace == other.at.namespace
    }

    fn policy(&self) -> Option<&str> {
        field(&self.object, "/metadata/annotations/helm.sh~1resource-policy").as_str()
    }

    /// Whether the object stays when its release goes. Helm knows the policy `keep`, and deletes objects with any other
    /// as little.
    pub(crate) fn stays(&self) -> bool {
        self.policy().is_some()
    }
}

/// Until when an operation may wait; without an instant for as long as it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    objects: Option<Instant>,
    hooks: Option<Instant>,
}

impl Deadline {
    /// So many seconds from now. With none, or less than none, time is up for objects at once; hooks with none have all the
    /// time they want, as in Helm.
    pub(crate) fn after(seconds: i64) -> Self {
        let objects = Instant::now().checked_add(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        Self { objects, hooks: objects.filter(|_| seconds != 0) }
    }

    fn of_hooks(self) -> Self {
        Self { objects: self.hooks, ..self }
    }

    fn passed(self) -> bool {
        self.objects.is_some_and(|at| Instant::now() >= at)
    }
}

/// What Go's context says when time is up.
const DEADLINE: &str = "context deadline exceeded";

impl Cluster {
    pub(crate) fn new(client: Client, namespace: &str, driver: Driver) -> Self {
        let memory = std::sync::Mutex::default();
        Self { client, kinds: Mutex::default(), namespace: namespace.to_owned(), driver, memory }
    }

    /// The objects of a manifest.
    pub(crate) async fn build(&self, manifest: &str) -> Result<Vec<Target>, String> {
        let documents = ordain_yaml::documents_to_json(manifest, &ordain_yaml::Limits::default());
        let mut objects = Vec::new();
        for document in documents.map_err(|e| format!("error parsing manifest: {e}"))? {
            flatten(document, &mut objects);
        }
        let mut targets = Vec::new();
        for object in objects {
            targets.push(self.target(object).await?);
        }
        Ok(targets)
    }

    async fn target(&self, object: Json) -> Result<Target, String> {
        let text = |pointer: &str| field(&object, pointer).as_str().unwrap_or_default().to_owned();
        let (api_version, kind, name) = (text("/apiVersion"), text("/kind"), text("/metadata/name"));
        let namespace = text("/metadata/namespace");
        if kind.is_empty() {
            return Err("error validating \"\": error validating data: kind not set".into());
        }
        if api_version.is_empty() {
            return Err("error validating \"\": error validating data: apiVersion not set".into());
        }
        let found = self.kinds.lock().await.find(&self.client, &api_version, &kind).await;
        let kind = found.map_err(|error| match error {
            KubeError::NoKind { .. } => {
                let place = format!("name: {name:?} namespace: {namespace:?} from \"\"");
                format!("resource mapping not found for {place}: {error}\nensure CRDs are installed first")
            }
            other => said(&other),
        })?;
        let namespace = match (kind.namespaced, namespace.is_empty()) {
            (false, _) => String::new(),
            (true, true) => self.namespace.clone(),
            (true, false) => namespace,
        };
        Ok(Target { at: ObjectRef { kind, namespace, name }, object })
    }

    /// Creates all, kind by kind; every object is tried.
    pub(crate) async fn create(&self, targets: &[Target]) -> Result<(), String> {
        let mut errors = Vec::new();
        for target in in_order(targets, &INSTALL_ORDER) {
            if let Err(error) = self.create_one(target).await {
                errors.push(said(&error));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(several(&errors)) }
    }

    pub(crate) async fn create_one(&self, target: &Target) -> Result<Json, KubeError> {
        self.client.create(&target.at.kind, &target.at.namespace, &target.object, &[MANAGER]).await
    }

    /// Brings objects from an old manifest to a new one. Gives back what was newly made, also when it fails. An object
    /// that cannot be changed does not keep the others from it; nothing goes then.
    pub(crate) async fn update(
        &self,
        original: &[Target],
        wanted: &[Target],
        force: bool,
    ) -> (Vec<Target>, Result<(), String>) {
        let (mut created, mut errors) = (Vec::new(), Vec::new());
        for target in wanted {
            let before = original.iter().find(|o| o.is_same(target)).map_or(&Json::Null, |o| &o.object);
            match self.client.find(&target.at).await {
                Ok(None) => match self.create_one(target).await {
                    Ok(_) => created.push(target.clone()),
                    Err(error) => {
                        return (created, Err(format!("failed to create resource: {}", said(&error))));
                    }
                },
                Ok(Some(current)) => {
                    if let Err(error) = self.change(before, target, &current, force).await {
                        let kind = target.kind();
                        let what = if force { "failed to replace object" } else { "cannot patch" };
                        let place = format!("{what} {:?} with kind {kind}", target.at.name);
                        errors.push(format!("{place}: {}", said(&error)));
                    }
                }
                Err(error) => {
                    let what = "could not get information about the resource";
                    return (created, Err(format!("{what}: {}", said(&error))));
                }
            }
        }
        if !errors.is_empty() {
            return (created, Err(errors.join(" && ")));
        }
        for target in original.iter().rev().filter(|o| !wanted.iter().any(|w| w.is_same(o))) {
            self.drop(target).await;
        }
        (created, Ok(()))
    }

    /// Deletes an object that its release no longer has, unless what stands in the cluster says that it is kept. Helm
    /// logs and goes on: an object that resists deletion does not fail the upgrade.
    async fn drop(&self, target: &Target) {
        let Ok(Some(object)) = self.client.find(&target.at).await else { return };
        let live = Target { at: target.at.clone(), object };
        if live.policy() != Some("keep") {
            let _ = self.client.delete(&target.at, Some("Background")).await;
        }
    }

    async fn change(
        &self,
        before: &Json,
        target: &Target,
        current: &Json,
        force: bool,
    ) -> Result<(), KubeError> {
        if force {
            let mut object = target.object.clone();
            let version = field(current, "/metadata/resourceVersion").clone();
            if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
                metadata.insert("resourceVersion".to_owned(), version);
            }
            return self.client.replace(&target.at, &object).await.map(|_| ());
        }
        let known = default_capabilities().api_versions.contains(&target.at.kind.api_version);
        let keyed = known && target.kind() != "CustomResourceDefinition";
        let lists = if keyed { Lists::Keyed } else { Lists::Whole };
        let body = three_way(before, &target.object, current, lists);
        if body == json!({}) {
            return Ok(());
        }
        let kind = if keyed { PatchKind::Strategic } else { PatchKind::Merge };
        self.client.patch(&target.at, &Patch { kind, body }, &[MANAGER]).await.map(|_| ())
    }

    /// Deletes all, kind by kind, but what is to be kept; absent ones are fine.
    pub(crate) async fn delete(&self, targets: &[Target]) -> Result<(), String> {
        let mut errors = Vec::new();
        for target in in_order(targets, &UNINSTALL_ORDER) {
            if target.stays() {
                continue;
            }
            match self.client.delete(&target.at, Some("Background")).await {
                Ok(_) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => errors.push(said(&error)),
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
    }

    /// Deletes the pods that objects select, so that they start anew. As in Helm, a failure here fails nothing.
    pub(crate) async fn recreate_pods(&self, targets: &[Target]) {
        let pods = Kind::known("v1", "Pod", "pods", true);
        for target in targets {
            let Some(selector) = pod_selector(&target.object) else { continue };
            let found = self.client.list(&pods, &target.at.namespace, &selector, "").await;
            for pod in found.unwrap_or_default() {
                let text = |pointer: &str| field(&pod, pointer).as_str().unwrap_or_default().to_owned();
                let at = ObjectRef {
                    kind: pods.clone(),
                    namespace: text("/metadata/namespace"),
                    name: text("/metadata/name"),
                };
                let _ = self.client.delete(&at, Some("Background")).await;
            }
        }
    }

    /// Waits until none of the objects is there any more.
    pub(crate) async fn wait_gone(&self, targets: &[Target], deadline: Deadline) -> Result<(), String> {
        let mut pause = Pause::default();
        for target in targets.iter().filter(|t| !t.stays()) {
            while self.client.find(&target.at).await.map_err(|e| said(&e))?.is_some() {
                self.pause(&mut pause, deadline).await?;
            }
        }
        Ok(())
    }

    /// Waits until all objects are ready; jobs only if asked.
    pub(crate) async fn wait_ready(
        &self,
        targets: &[Target],
        jobs: bool,
        deadline: Deadline,
    ) -> Result<(), String> {
        let mut pause = Pause::default();
        for target in targets {
            let waits = match target.kind() {
                "Job" => jobs,
                "Deployment"
                | "StatefulSet"
                | "DaemonSet"
                | "ReplicaSet"
                | "ReplicationController"
                | "Pod" => true,
                "Service" | "PersistentVolumeClaim" | "CustomResourceDefinition" => true,
                _ => false,
            };
            if !waits {
                continue;
            }
            loop {
                if deadline.passed() {
                    return Err(DEADLINE.into());
                }
                let object = self.client.find(&target.at).await.map_err(|e| said(&e))?;
                match object.as_ref().map(readiness) {
                    Some(Readiness::Ready) => break,
                    Some(Readiness::Failed(why)) if target.kind() == "Job" => {
                        return Err(format!(
                            "job is failed: {}/{}: {why}",
                            target.at.namespace, target.at.name
                        ));
                    }
                    _ => self.pause(&mut pause, deadline).await?,
                }
            }
        }
        Ok(())
    }

    /// Waits until hooks have run: jobs and pods to their end, everything else is done when it exists.
    pub(crate) async fn wait_hook(&self, targets: &[Target], deadline: Deadline) -> Result<(), String> {
        let mut errors = Vec::new();
        for target in targets {
            let mut pause = Pause::default();
            while let Some(outcome) = self.hook_outcome(target).await? {
                match outcome {
                    Outcome::Running => self.pause(&mut pause, deadline.of_hooks()).await.map_err(|why| {
                        let timed_out = "timed out waiting for the condition".to_owned();
                        several(&[if why == DEADLINE { timed_out } else { why }])
                    })?,
                    Outcome::Failed(why) => {
                        errors.push(why);
                        break;
                    }
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(several(&errors)) }
    }

    /// `None` when the object has done its work.
    async fn hook_outcome(&self, target: &Target) -> Result<Option<Outcome>, String> {
        if !matches!(target.kind(), "Job" | "Pod") {
            return Ok(None);
        }
        let Some(object) = self.client.find(&target.at).await.map_err(|e| said(&e))? else { return Ok(None) };
        let name = &target.at.name;
        if target.kind() == "Pod" {
            return Ok(match field(&object, "/status/phase").as_str() {
                Some("Succeeded") => None,
                Some("Failed") => Some(Outcome::Failed(format!("pod {name} failed"))),
                _ => Some(Outcome::Running),
            });
        }
        let conditions = field(&object, "/status/conditions").as_array().cloned().unwrap_or_default();
        for condition in conditions.iter().filter(|c| field(c, "/status") == "True") {
            match field(condition, "/type").as_str() {
                Some("Complete") => return Ok(None),
                Some("Failed") => {
                    let reason = field(condition, "/reason").as_str().unwrap_or_default();
                    return Ok(Some(Outcome::Failed(format!("job {name} failed: {reason}"))));
                }
                _ => {}
            }
        }
        Ok(Some(Outcome::Running))
    }

    async fn pause(&self, pause: &mut Pause, deadline: Deadline) -> Result<(), String> {
        if deadline.passed() {
            return Err(DEADLINE.into());
        }
        if self.client.cancel().sleep(pause.next()).await { Ok(()) } else { Err("context canceled".into()) }
    }
}

enum Outcome {
    Running,
    Failed(String),
}

/// Short waits first: what is ready at once should not cost two seconds.
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_millis(100))
    }
}

impl Pause {
    fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).min(Duration::from_secs(2));
        now
    }
}

/// The label selector of the pods of an object, for kinds that have pods.
fn pod_selector(object: &Json) -> Option<String> {
    let selector = field(object, "/spec/selector");
    let (labels, demands) = match field(object, "/kind").as_str()? {
        "Service" | "ReplicationController" => (selector, &Json::Null),
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "Job" => {
            (field(selector, "/matchLabels"), field(selector, "/matchExpressions"))
        }
        _ => return None,
    };
    let mut parts = Vec::new();
    for (key, value) in labels.as_object().into_iter().flatten() {
        parts.push(format!("{key}={}", value.as_str().unwrap_or_default()));
    }
    for demand in demands.as_array().into_iter().flatten() {
        let key = field(demand, "/key").as_str().unwrap_or_default();
        let values = field(demand, "/values").as_array().into_iter().flatten();
        let values = values.filter_map(Json::as_str).collect::<Vec<_>>().join(",");
        parts.push(match field(demand, "/operator").as_str()? {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    // Nothing selected would be everything.
    (!parts.is_empty()).then(|| parts.join(","))
}

/// Lists count as their items.
fn flatten(document: Json, out: &mut Vec<Json>) {
    let is_list = field(&document, "/kind").as_str().is_some_and(|k| k.ends_with("List"));
    match document {
        Json::Null => {}
        Json::Object(mut map) if is_list && map.get("items").is_some_and(Json::is_array) => {
            if let Some(Json::Array(items)) = map.remove("items") {
                items.into_iter().for_each(|item| flatten(item, out));
            }
        }
        other => out.push(other),
    }
}

pub(crate) fn in_order<'t>(targets: &'t [Target], order: &[&str]) -> Vec<&'t Target> {
    let mut sorted: Vec<&Target> = targets.iter().collect();
    sorted.sort_by_cached_key(|t| kind_rank(t.kind(), order));
    sorted
}

#[cfg(test)]
#[path = "cluster_tests.rs"]
mod tests;
