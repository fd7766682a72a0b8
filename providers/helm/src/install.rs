//! Installing a release (`action/install.go`).

use std::sync::Arc;

use ordain_helm_template::{Chart, ReleaseInfo, Table, check_release_name};
use ordain_kube::{Kind, ObjectRef};
use serde_json::json;

use crate::arguments::Arguments;
use crate::cluster::{Cluster, Deadline, Target};
use crate::failure::said;
use crate::post_render::PostRender;
use crate::release::{NewRelease, Release, stamp};
use crate::rendering::{self, Job, Output};
use crate::{hooks, ownership, store};

/// Why there is no working release.
pub(crate) enum Unfinished {
    /// It was refused before there was a release.
    Nothing(String),
    /// There was one: a revision may be stored, also one that somebody else stored meanwhile.
    Failed(String),
}

/// Installs. `Ok` is the deployed revision.
pub(crate) async fn install(cluster: &Arc<Cluster>, plan: &Plan<'_>) -> Result<Release, Unfinished> {
    let arguments = plan.arguments;
    let name = arguments.text("name");
    let (mut release, targets, adopted) = prepare(cluster, plan).await.map_err(Unfinished::Nothing)?;
    let stored = store::create(cluster, &release, arguments.number("max_history")).await;
    stored.map_err(Unfinished::Failed)?;
    let deadline = Deadline::after(arguments.timeout());
    let done = perform(cluster, arguments, &mut release, &targets, &adopted, deadline).await;
    match done {
        Ok(()) => {
            release.set_status("deployed", described(arguments, "Install complete"));
            store::update(cluster, &release).await.map_err(Unfinished::Failed)?;
            Ok(release)
        }
        Err(why) => {
            release.set_status("failed", &format!("Release {name:?} failed: {why}"));
            let stored = store::update(cluster, &release).await;
            if arguments.flag("atomic") {
                return Err(undo(cluster, arguments, &release, &why).await);
            }
            let why = stored
                .err()
                .map_or(why.clone(), |e| format!("{why}; and the record could not be stored: {e}"));
            Err(Unfinished::Failed(why))
        }
    }
}

pub(crate) fn described<'a>(arguments: &'a Arguments, default: &'a str) -> &'a str {
    match arguments.text("description") {
        "" => default,
        text => text,
    }
}

async fn undo(cluster: &Cluster, arguments: &Arguments, release: &Release, why: &str) -> Unfinished {
    let name = release.name();
    let hooks = !arguments.flag("disable_webhooks");
    let gone =
        crate::uninstall::uninstall(cluster, name, hooks, false, Deadline::after(arguments.timeout())).await;
    match gone {
        Ok(_) => Unfinished::Nothing(format!(
            "release {name} failed, and has been uninstalled due to atomic being set: {why}"
        )),
        Err(also) => Unfinished::Failed(format!(
            "an error occurred while uninstalling the release. original install error: {why}: {also}"
        )),
    }
}

/// Everything up to the record that is to be stored: checks, CRDs, rendering, ownership, namespace.
async fn prepare(
    cluster: &Arc<Cluster>,
    plan: &Plan<'_>,
) -> Result<(Release, Vec<Target>, Vec<Target>), String> {
    let Plan { arguments, chart, config, .. } = plan;
    let name = arguments.text("name");
    cluster.client.version().await.map_err(|e| format!("Kubernetes cluster unreachable: {}", said(&e)))?;
    check_release_name(name)?;
    let history = store::history(cluster, name).await?;
    if let Some(last) = history.last() {
        let reusable = arguments.flag("replace") && matches!(last.status(), "uninstalled" | "failed");
        if !reusable {
            return Err("cannot re-use a name that is still in use".into());
        }
    }
    if !arguments.flag("skip_crds") {
        install_crds(cluster, &chart.processed(config)?).await?;
    }
    let version = history.last().map_or(1, |last| last.version() + 1);
    // Templates see a first revision, also where the name had others before.
    let rendered = rendered(cluster, plan, 1, false).await?;
    let (targets, adopted) = claimed(cluster, name, &rendered.manifest, arguments).await?;
    if arguments.flag("create_namespace") {
        create_namespace(cluster).await?;
    }
    if let Some(mut last) = history.last().filter(|last| last.status() != "failed").cloned() {
        last.set_status("superseded", "superseded by new release");
        store::update(cluster, &last).await?;
    }
    let now = stamp(&store::now());
    let release = Release::new(&NewRelease {
        name,
        namespace: &cluster.namespace,
        version,
        chart,
        config,
        rendered: &rendered,
        labels: serde_json::Map::new(),
        first_deployed: None,
        status: "pending-install",
        description: "Initial install underway",
        now: &now,
    });
    Ok((release, targets, adopted))
}

/// What a release is rendered from.
pub(crate) struct Plan<'p> {
    pub(crate) arguments: &'p Arguments,
    pub(crate) chart: &'p Chart,
    pub(crate) config: &'p Table,
    pub(crate) post: Option<&'p PostRender>,
    /// Nothing will be installed: templates see no objects of the cluster.
    pub(crate) dry: bool,
}

/// Renders for a cluster.
pub(crate) async fn rendered(
    cluster: &Arc<Cluster>,
    plan: &Plan<'_>,
    revision: i64,
    is_upgrade: bool,
) -> Result<Output, String> {
    let release = ReleaseInfo {
        name: plan.arguments.text("name").to_owned(),
        namespace: cluster.namespace.clone(),
        revision,
        is_upgrade,
    };
    let job = Job {
        chart: plan.chart.clone(),
        values: plan.config.clone(),
        release,
        sub_notes: plan.arguments.flag("render_subchart_notes"),
        crds: false,
        lookups: !plan.dry,
        post: plan.post.cloned(),
    };
    rendering::run(job, Some(Arc::clone(cluster)), None).await
}

/// The manifest that would be installed, or why it would not be.
pub(crate) async fn dry_run(cluster: &Arc<Cluster>, plan: &Plan<'_>) -> Result<String, String> {
    let name = plan.arguments.text("name");
    cluster.client.version().await.map_err(|e| format!("Kubernetes cluster unreachable: {}", said(&e)))?;
    check_release_name(name)?;
    let output = rendered(cluster, plan, 1, false).await?;
    claimed(cluster, name, &output.manifest, plan.arguments).await?;
    Ok(output.manifest)
}

/// The objects of a manifest, marked as the release's, and those of them that are there already.
pub(crate) async fn claimed(
    cluster: &Cluster,
    name: &str,
    manifest: &str,
    arguments: &Arguments,
) -> Result<(Vec<Target>, Vec<Target>), String> {
    let unbuilt = "unable to build kubernetes objects from release manifest";
    let mut targets = cluster.build(manifest).await.map_err(|e| format!("{unbuilt}: {e}"))?;
    ownership::claim(&mut targets, name, &cluster.namespace);
    let adopted = ownership::existing(cluster, &targets, name, arguments.flag("take_ownership"))
        .await
        .map_err(|e| format!("Unable to continue with install: {e}"))?;
    Ok((targets, adopted))
}

async fn perform(
    cluster: &Cluster,
    arguments: &Arguments,
    release: &mut Release,
    targets: &[Target],
    adopted: &[Target],
    deadline: Deadline,
) -> Result<(), String> {
    let run_hooks = !arguments.flag("disable_webhooks");
    if run_hooks {
        hooks::run(cluster, release, "pre-install", deadline)
            .await
            .map_err(|e| format!("failed pre-install: {e}"))?;
    }
    if adopted.is_empty() {
        cluster.create(targets).await?;
    } else {
        cluster.update(adopted, targets, arguments.flag("force_update")).await.1?;
    }
    if arguments.flag("wait") || arguments.flag("atomic") {
        cluster.wait_ready(targets, arguments.flag("wait_for_jobs"), deadline).await?;
    }
    if run_hooks {
        hooks::run(cluster, release, "post-install", deadline)
            .await
            .map_err(|e| format!("failed post-install: {e}"))?;
    }
    Ok(())
}

async fn create_namespace(cluster: &Cluster) -> Result<(), String> {
    let kind = Kind::known("v1", "Namespace", "namespaces", false);
    let name = &cluster.namespace;
    let object = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"name": name}},
    });
    match cluster.client.create(&kind, "", &object, &[]).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_conflict() => Ok(()),
        // Without the right to create it may still be there.
        Err(error) => {
            let at = ObjectRef { kind, namespace: String::new(), name: name.clone() };
            match cluster.client.find(&at).await {
                Ok(Some(_)) => Ok(()),
                _ => Err(said(&error)),
            }
        }
    }
}

/// Creates the chart's CRDs that are not there, and waits until they serve.
async fn install_crds(cluster: &Cluster, chart: &Chart) -> Result<(), String> {
    let mut made = Vec::new();
    for (path, text) in crds(chart) {
        let targets = cluster.build(&text).await.map_err(|e| format!("failed to install CRD {path}: {e}"))?;
        if targets.is_empty() {
            return Err(format!("failed to install CRD {path}: no objects visited"));
        }
        for target in targets {
            match cluster.create_one(&target).await {
                Ok(_) => made.push(target),
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(format!("failed to install CRD {path}: {}", said(&error))),
            }
        }
    }
    cluster.wait_ready(&made, false, Deadline::after(60)).await
}

fn crds(chart: &Chart) -> Vec<(String, String)> {
    let is_manifest = |name: &str| {
        let lower = name.to_ascii_lowercase();
        name.starts_with("crds/") && [".yaml", ".yml", ".json"].iter().any(|ext| lower.ends_with(ext))
    };
    let own = chart.files.iter().filter(|f| is_manifest(&f.name));
    let own = own.map(|f| (f.name.clone(), String::from_utf8_lossy(&f.data).into_owned()));
    own.chain(chart.dependencies.iter().flat_map(crds)).collect()
}
