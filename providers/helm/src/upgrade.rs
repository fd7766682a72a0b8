//! Upgrading a release, and going back when that fails (`action/upgrade.go`, `action/rollback.go`).

use std::sync::Arc;

use ordain_helm_template::{Chart, Data, Table, coalesce_tables, coalesce_values};
use serde_json::{Value as Json, json};

use crate::arguments::Arguments;
use crate::cluster::{Cluster, Deadline, Target};
use crate::install::{Plan, described, rendered};
use crate::release::{NewRelease, Release, stamp};
use crate::{hooks, ownership, store};

/// Upgrades. `Ok` is the deployed revision; a failure leaves a failed one, unless `atomic` went back.
pub(crate) async fn upgrade(cluster: &Arc<Cluster>, plan: &Plan<'_>) -> Result<Release, String> {
    let arguments = plan.arguments;
    let mut prepared = prepare(cluster, plan).await?;
    store::create(cluster, &prepared.release, arguments.number("max_history")).await?;
    let deadline = Deadline::after(arguments.timeout());
    let (created, done) = perform(cluster, arguments, &mut prepared, deadline).await;
    let Prepared { mut release, mut current, .. } = prepared;
    match done {
        Ok(()) => {
            current.supersede();
            store::update(cluster, &current).await?;
            release.set_status("deployed", described(arguments, "Upgrade complete"));
            store::update(cluster, &release).await?;
            Ok(release)
        }
        Err(why) => Err(fail(cluster, arguments, release, &created, why).await),
    }
}

/// The manifest that would be installed, or why it would not be.
pub(crate) async fn dry_run(cluster: &Arc<Cluster>, plan: &Plan<'_>) -> Result<String, String> {
    Ok(prepare(cluster, plan).await?.release.manifest().to_owned())
}

struct Prepared {
    release: Release,
    current: Release,
    original: Vec<Target>,
    wanted: Vec<Target>,
}

async fn prepare(cluster: &Arc<Cluster>, plan: &Plan<'_>) -> Result<Prepared, String> {
    let arguments = plan.arguments;
    let name = arguments.text("name");
    let history = store::history(cluster, name).await?;
    let Some(last) = history.last() else { return Err(format!("{name:?} has no deployed releases")) };
    if last.status().starts_with("pending-") {
        return Err("another operation (install/upgrade/rollback) is in progress".into());
    }
    let deployed = history.iter().rev().find(|r| r.status() == "deployed");
    let fallback = matches!(last.status(), "failed" | "superseded").then_some(last);
    let Some(current) = deployed.or(fallback) else {
        return Err(format!("{name:?} has no deployed releases"));
    };
    let (chart, config) = reused(arguments, plan.chart, plan.config.clone(), current)?;
    let revision = last.version() + 1;
    let plan = Plan { chart: &chart, config: &config, ..*plan };
    let rendered = rendered(cluster, &plan, revision, true).await?;
    let old_unbuilt = "unable to build kubernetes objects from current release manifest";
    let original = cluster.build(current.manifest()).await.map_err(|e| format!("{old_unbuilt}: {e}"))?;
    let new_unbuilt = "unable to build kubernetes objects from new release manifest";
    let mut wanted = cluster.build(&rendered.manifest).await.map_err(|e| format!("{new_unbuilt}: {e}"))?;
    ownership::claim(&mut wanted, name, &cluster.namespace);
    let new: Vec<Target> =
        wanted.iter().filter(|w| !original.iter().any(|o| o.at == w.at)).cloned().collect();
    let adopted = ownership::existing(cluster, &new, name, arguments.flag("take_ownership"))
        .await
        .map_err(|e| format!("Unable to continue with update: {e}"))?;
    let original = [original, adopted].concat();
    let now = stamp(&store::now());
    let release = Release::new(&NewRelease {
        name,
        namespace: &cluster.namespace,
        version: revision,
        chart: &chart,
        config: &config,
        rendered: &rendered,
        labels: last.labels.clone(),
        first_deployed: Some(current.first_deployed()),
        status: "pending-upgrade",
        description: "Preparing upgrade",
        now: &now,
    });
    Ok(Prepared { release, current: current.clone(), original, wanted })
}

/// Values of the old revision: all of them under the new with `reuse_values`, and when nothing new is given.
fn reused(
    arguments: &Arguments,
    chart: &Chart,
    mut config: Table,
    current: &Release,
) -> Result<(Chart, Table), String> {
    let old = current.config();
    if arguments.flag("reset_values") {
        return Ok((chart.clone(), config));
    }
    if arguments.flag("reuse_values") {
        let stored = current.record.pointer("/chart/values").cloned().unwrap_or_else(|| json!({}));
        let mut before = Chart::default();
        if let Data::Map(values) = Data::from_json(stored) {
            before.values = values;
        }
        let mut chart = chart.clone();
        chart.values = coalesce_values(&before, &old, false)
            .map_err(|e| format!("failed to rebuild old values: {e}"))?;
        coalesce_tables(&mut config, &old, false);
        return Ok((chart, config));
    }
    let config = if config.is_empty() { old } else { config };
    Ok((chart.clone(), config))
}

async fn perform(
    cluster: &Cluster,
    arguments: &Arguments,
    prepared: &mut Prepared,
    deadline: Deadline,
) -> (Vec<Target>, Result<(), String>) {
    let run_hooks = !arguments.flag("disable_webhooks");
    if run_hooks && let Err(e) = hooks::run(cluster, &mut prepared.release, "pre-upgrade", deadline).await {
        return (Vec::new(), Err(format!("pre-upgrade hooks failed: {e}")));
    }
    let force = arguments.flag("force_update");
    let (created, updated) = cluster.update(&prepared.original, &prepared.wanted, force).await;
    if updated.is_err() {
        return (created, updated);
    }
    if arguments.flag("recreate_pods") {
        let old = prepared.wanted.iter().filter(|w| !created.iter().any(|c| c.at == w.at));
        cluster.recreate_pods(&old.cloned().collect::<Vec<_>>()).await;
    }
    if arguments.flag("wait") || arguments.flag("atomic") {
        let jobs = arguments.flag("wait_for_jobs");
        if let Err(why) = cluster.wait_ready(&prepared.wanted, jobs, deadline).await {
            return (created, Err(why));
        }
    }
    if run_hooks && let Err(e) = hooks::run(cluster, &mut prepared.release, "post-upgrade", deadline).await {
        return (created, Err(format!("post-upgrade hooks failed: {e}")));
    }
    (created, Ok(()))
}

async fn fail(
    cluster: &Cluster,
    arguments: &Arguments,
    mut release: Release,
    created: &[Target],
    why: String,
) -> String {
    let name = release.name().to_owned();
    release.set_status("failed", &format!("Upgrade {name:?} failed: {why}"));
    if let Err(also) = store::update(cluster, &release).await {
        return format!("{why}; and the record could not be stored: {also}");
    }
    if arguments.flag("cleanup_on_fail")
        && let Err(also) = cluster.delete(created).await
    {
        return format!(
            "an error occurred while cleaning up resources. original upgrade error: {why}: {also}"
        );
    }
    if !arguments.flag("atomic") {
        return why;
    }
    match roll_back(cluster, arguments, &name).await {
        Ok(()) => format!("release {name} failed, and has been rolled back due to atomic being set: {why}"),
        Err(also) => {
            format!("an error occurred while rolling back the release. original upgrade error: {why}: {also}")
        }
    }
}

/// A new revision with the content of the last one that worked.
async fn roll_back(cluster: &Cluster, arguments: &Arguments, name: &str) -> Result<(), String> {
    let history = store::history(cluster, name).await?;
    let good = history.iter().rev().find(|r| matches!(r.status(), "superseded" | "deployed"));
    let (Some(last), Some(good)) = (history.last(), good) else {
        return Err("unable to find a previously successful release when attempting to rollback".into());
    };
    let mut release = good.clone();
    let (version, target) = (last.version() + 1, good.version());
    let now = stamp(&store::now());
    for (pointer, key, value) in [
        ("", "version", json!(version)),
        ("/info", "last_deployed", json!(now)),
        ("/info", "description", json!(format!("Rollback to {target}"))),
        ("/info", "status", json!("pending-rollback")),
    ] {
        if let Some(map) = release.record.pointer_mut(pointer).and_then(Json::as_object_mut) {
            map.insert(key.to_owned(), value);
        }
    }
    store::create(cluster, &release, arguments.number("max_history")).await?;
    let original = cluster.build(last.manifest()).await?;
    let mut wanted = cluster.build(release.manifest()).await?;
    ownership::claim(&mut wanted, name, &cluster.namespace);
    let deadline = Deadline::after(arguments.timeout());
    let run_hooks = !arguments.flag("disable_webhooks");
    if run_hooks {
        hooks::run(cluster, &mut release, "pre-rollback", deadline).await?;
    }
    let (created, updated) = cluster.update(&original, &wanted, arguments.flag("force_update")).await;
    updated?;
    if arguments.flag("recreate_pods") {
        let old = wanted.iter().filter(|w| !created.iter().any(|c| c.at == w.at));
        cluster.recreate_pods(&old.cloned().collect::<Vec<_>>()).await;
    }
    cluster.wait_ready(&wanted, arguments.flag("wait_for_jobs"), deadline).await?;
    if run_hooks {
        hooks::run(cluster, &mut release, "post-rollback", deadline).await?;
    }
    for old in history.iter().filter(|r| r.status() == "deployed") {
        let mut old = old.clone();
        old.supersede();
        store::update(cluster, &old).await?;
    }
    release.set_status("deployed", &format!("Rollback to {target}"));
    store::update(cluster, &release).await
}
