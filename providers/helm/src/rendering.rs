//! Rendering against a cluster: its version and kinds, and `lookup`.

use std::sync::Arc;

use ordain_gostd::time::Moment;
use ordain_helm_template::{
    Capabilities, Chart, Outside, ReleaseInfo, RenderOptions, Rendered, Table, default_capabilities, render,
};
use ordain_kube::{KindNames, ObjectRef, field};
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use crate::cluster::Cluster;
use crate::failure::said;
use crate::post_render::PostRender;
use crate::store;

/// What a template asks of the world, answered by the cluster.
struct Live {
    cluster: Option<Arc<Cluster>>,
    runtime: Handle,
    now: Moment,
}

impl Outside for Live {
    fn now(&self) -> Moment {
        self.now.clone()
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), String> {
        ordain_helm_template::Detached::default().random(buffer)
    }

    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Json, String> {
        let Some(cluster) = &self.cluster else { return Ok(json!({})) };
        self.runtime.block_on(lookup(cluster, api_version, kind, namespace, name))
    }
}

async fn lookup(
    cluster: &Cluster,
    api_version: &str,
    kind: &str,
    namespace: &str,
    name: &str,
) -> Result<Json, String> {
    let found = KindNames::default().find(&cluster.client, api_version, kind).await;
    let kind = found.map_err(|e| format!("unable to get apiresource from unstructured: {}", said(&e)))?;
    if !name.is_empty() {
        let at = ObjectRef { kind, namespace: namespace.to_owned(), name: name.to_owned() };
        return Ok(cluster.client.find(&at).await.map_err(|e| said(&e))?.unwrap_or_else(|| json!({})));
    }
    let items = cluster.client.list(&kind, namespace, "", "").await.map_err(|e| said(&e))?;
    Ok(json!({"apiVersion": api_version, "kind": format!("{}List", kind.kind), "items": items}))
}

/// Version and API versions of a cluster. Kinds cost a request per group, so they are asked for only when a template
/// speaks of API versions at all.
async fn capabilities(cluster: &Cluster, chart: &Chart) -> Result<Capabilities, String> {
    let version =
        cluster.client.version().await.map_err(|e| format!("could not get server version: {}", said(&e)))?;
    let kube_version = field(&version, "/gitVersion").as_str().unwrap_or_default().to_owned();
    let mut api_versions = Vec::new();
    if asks_for_versions(chart) {
        let what = "could not get apiVersions from Kubernetes";
        api_versions = groups(cluster).await.map_err(|e| format!("{what}: {e}"))?;
    }
    Ok(Capabilities { kube_version, api_versions })
}

fn asks_for_versions(chart: &Chart) -> bool {
    let word: &[u8] = b"APIVersions";
    let found = |data: &[u8]| data.windows(word.len()).any(|w| w == word);
    chart.templates.iter().any(|f| found(&f.data))
        || found(ordain_helm_template::Data::Map(chart.values.clone()).to_json().to_string().as_bytes())
        || chart.dependencies.iter().any(asks_for_versions)
}

async fn groups(cluster: &Cluster) -> Result<Vec<String>, String> {
    let get = |path: String| async move { cluster.client.get_path(&path).await.map_err(|e| said(&e)) };
    let mut versions = vec!["v1".to_owned()];
    let document = get("/apis".into()).await?;
    for group in field(&document, "/groups").as_array().into_iter().flatten() {
        for version in field(group, "/versions").as_array().into_iter().flatten() {
            versions.extend(field(version, "/groupVersion").as_str().map(str::to_owned));
        }
    }
    let mut out = versions.clone();
    for version in versions {
        let path = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        // A group whose server is away must not keep a chart from rendering.
        let Ok(document) = get(path).await else { continue };
        for resource in field(&document, "/resources").as_array().into_iter().flatten() {
            let name = field(resource, "/name").as_str().unwrap_or_default();
            if let Some(kind) = field(resource, "/kind").as_str().filter(|_| !name.contains('/')) {
                out.push(format!("{version}/{kind}"));
            }
        }
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// What to render, owned: rendering runs on a thread of its own.
pub(crate) struct Job {
    pub(crate) chart: Chart,
    pub(crate) values: Table,
    pub(crate) release: ReleaseInfo,
    pub(crate) sub_notes: bool,
    /// CRDs are part of the manifest.
    pub(crate) crds: bool,
    /// Templates may ask the cluster for objects.
    pub(crate) lookups: bool,
    pub(crate) post: Option<PostRender>,
}

/// What came out, and the manifest as it is stored and installed.
pub(crate) struct Output {
    pub(crate) rendered: Rendered,
    pub(crate) manifest: String,
}

/// Renders with a cluster's capabilities, or, without a cluster, with given or assumed ones.
pub(crate) async fn run(
    job: Job,
    cluster: Option<Arc<Cluster>>,
    given: Option<Capabilities>,
) -> Result<Output, String> {
    let capabilities = match (&cluster, given) {
        (_, Some(given)) => given,
        (Some(cluster), None) => capabilities(cluster, &job.chart).await?,
        (None, None) => default_capabilities(),
    };
    let cluster = cluster.filter(|_| job.lookups);
    let live = Live { cluster, runtime: Handle::current(), now: store::now() };
    let options = RenderOptions { sub_notes: job.sub_notes, ..RenderOptions::default() };
    let (crds, post) = (job.crds, job.post.clone());
    let rendering = tokio::task::spawn_blocking(move || {
        render(&job.chart, &job.values, &job.release, &capabilities, &live, options)
            .map_err(|e| e.to_string())
    });
    let rendered =
        rendering.await.unwrap_or_else(|_| Err("rendering template failed: internal error".into()))?;
    let mut manifest = rendered.manifest(crds);
    if let Some(post) = post {
        manifest = post.run(&manifest).await?;
    }
    Ok(Output { rendered, manifest })
}
