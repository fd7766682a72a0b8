//! Running hooks (`action/hooks.go`).

use ordain_gostd::time::Moment;
use serde_json::{Value as Json, json};

use crate::cluster::{Cluster, Deadline};
use crate::release::{Release, stamp};
use crate::store;

/// What a hook without a policy does.
const BEFORE: &str = "before-hook-creation";

fn texts(hook: &Json, key: &str) -> Vec<String> {
    let list = hook.get(key).and_then(Json::as_array).into_iter().flatten();
    list.filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Runs the hooks of an event, lightest first; the record is stored before each.
pub(crate) async fn run(
    cluster: &Cluster,
    release: &mut Release,
    event: &str,
    deadline: Deadline,
) -> Result<(), String> {
    let mut due: Vec<(i64, String, usize)> = Vec::new();
    for (index, hook) in release.hooks().iter().enumerate() {
        if texts(hook, "events").iter().any(|e| e == event) {
            let weight = hook.get("weight").and_then(Json::as_i64).unwrap_or(0);
            let name = hook.get("name").and_then(Json::as_str).unwrap_or_default();
            due.push((weight, name.to_owned(), index));
        }
    }
    due.sort();
    for (_, _, index) in &due {
        run_one(cluster, release, *index, event, deadline).await?;
    }
    for (_, _, index) in due.iter().rev() {
        delete_by_policy(cluster, release, *index, "hook-succeeded", deadline).await?;
    }
    Ok(())
}

fn part<'r>(release: &'r Release, index: usize, key: &str) -> &'r str {
    release.hooks().get(index).and_then(|h| h.get(key)).and_then(Json::as_str).unwrap_or_default()
}

fn mark(release: &mut Release, index: usize, key: &str, value: Json) {
    if let Some(run) =
        release.hook_mut(index).and_then(|h| h.get_mut("last_run")).and_then(Json::as_object_mut)
    {
        run.insert(key.to_owned(), value);
    }
}

fn time() -> Json {
    let now: Moment = store::now();
    json!(stamp(&now))
}

async fn run_one(
    cluster: &Cluster,
    release: &mut Release,
    index: usize,
    event: &str,
    deadline: Deadline,
) -> Result<(), String> {
    delete_by_policy(cluster, release, index, BEFORE, deadline).await?;
    let (manifest, path) =
        (part(release, index, "manifest").to_owned(), part(release, index, "path").to_owned());
    let targets = cluster
        .build(&manifest)
        .await
        .map_err(|e| format!("unable to build kubernetes object for {event} hook {path}: {e}"))?;
    mark(release, index, "started_at", time());
    mark(release, index, "phase", json!("Running"));
    // Like Helm: a record that cannot be written now will fail again, and louder, when the outcome is stored.
    let _ = store::update(cluster, release).await;
    mark(release, index, "phase", json!("Unknown"));
    let made = cluster.create(&targets).await;
    let done = match made {
        Err(e) => Err(format!("warning: Hook {event} {path} failed: {e}")),
        Ok(()) => cluster.wait_hook(&targets, deadline).await,
    };
    mark(release, index, "completed_at", time());
    mark(release, index, "phase", json!(if done.is_ok() { "Succeeded" } else { "Failed" }));
    if done.is_err() {
        let _ = delete_by_policy(cluster, release, index, "hook-failed", deadline).await;
    }
    done
}

async fn delete_by_policy(
    cluster: &Cluster,
    release: &Release,
    index: usize,
    policy: &str,
    deadline: Deadline,
) -> Result<(), String> {
    let Some(hook) = release.hooks().get(index) else { return Ok(()) };
    let mut policies = texts(hook, "delete_policies");
    if policies.is_empty() {
        policies.push(BEFORE.into());
    }
    let is_crd = hook.get("kind").and_then(Json::as_str) == Some("CustomResourceDefinition");
    if is_crd || !policies.iter().any(|p| p == policy) {
        return Ok(());
    }
    let targets = cluster.build(part(release, index, "manifest")).await.map_err(|e| {
        let path = part(release, index, "path");
        format!("unable to build kubernetes object for deleting hook {path}: {e}")
    })?;
    cluster.delete(&targets).await?;
    cluster.wait_gone(&targets, deadline).await
}
