//! Revisions of a release in the cluster's Secrets or ConfigMaps (`pkg/storage/driver`).

use std::sync::PoisonError;
use std::time::SystemTime;

use ordain_gostd::time::Moment;
use ordain_kube::{Kind, ObjectRef, name_of};

use crate::cluster::Cluster;
use crate::failure::said;
use crate::release::Release;

/// Where releases are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// Secrets beside the release's objects.
    Secrets,
    /// ConfigMaps beside them.
    ConfigMaps,
    /// Nowhere: each operation starts without a memory, as in Helm.
    Memory,
}

impl Driver {
    /// The kind of the objects that hold releases.
    fn kind(self) -> Kind {
        match self {
            Self::ConfigMaps => Kind::known("v1", "ConfigMap", "configmaps", true),
            Self::Secrets | Self::Memory => Kind::known("v1", "Secret", "secrets", true),
        }
    }
}

/// The clock of the machine, as records use it.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Moment::utc(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
}

fn at(cluster: &Cluster, release: &Release) -> ObjectRef {
    ObjectRef { kind: cluster.driver.kind(), namespace: cluster.namespace.clone(), name: release.key() }
}

/// All revisions of a release, oldest first.
pub(crate) async fn history(cluster: &Cluster, name: &str) -> Result<Vec<Release>, String> {
    if cluster.driver == Driver::Memory {
        let all = cluster.memory.lock().unwrap_or_else(PoisonError::into_inner);
        return Ok(all.iter().filter(|release| release.name() == name).cloned().collect());
    }
    let labels = format!("name={name},owner=helm");
    let found = cluster.client.list(&cluster.driver.kind(), &cluster.namespace, &labels, "").await;
    let mut releases = Vec::new();
    for object in found.map_err(|e| said(&e))? {
        let release = Release::from_object(&object)
            .map_err(|e| format!("the release record {} cannot be read: {e}", name_of(&object)))?;
        releases.push(release);
    }
    releases.sort_by_key(Release::version);
    Ok(releases)
}

/// Stores a new revision. With a `max_history` above 0, old ones go first, but never the deployed one.
pub(crate) async fn create(cluster: &Cluster, release: &Release, max_history: i64) -> Result<(), String> {
    if let Ok(limit) = usize::try_from(max_history.saturating_sub(1))
        && max_history > 0
    {
        prune(cluster, release.name(), limit).await?;
    }
    if cluster.driver == Driver::Memory {
        cluster.memory.lock().unwrap_or_else(PoisonError::into_inner).push(release.clone());
        return Ok(());
    }
    let object = release.object(cluster.driver, "createdAt", now().seconds)?;
    let at = at(cluster, release);
    let made = cluster.client.create(&at.kind, &at.namespace, &object, &[]).await;
    made.map(|_| ()).map_err(|e| match e.is_conflict() {
        true => "release: already exists".to_owned(),
        false => format!("create: failed to create: {}", said(&e)),
    })
}

async fn prune(cluster: &Cluster, name: &str, limit: usize) -> Result<(), String> {
    let mut all = history(cluster, name).await?;
    let mut excess = all.len().saturating_sub(limit);
    let deployed = all.iter().rposition(|r| r.status() == "deployed");
    let kept = deployed.map(|i| all.remove(i).version());
    for old in all {
        if excess == 0 {
            break;
        }
        if Some(old.version()) != kept {
            remove(cluster, &old).await?;
            excess -= 1;
        }
    }
    Ok(())
}

/// Stores a revision again.
pub(crate) async fn update(cluster: &Cluster, release: &Release) -> Result<(), String> {
    if cluster.driver == Driver::Memory {
        let mut all = cluster.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |old: &&mut Release| old.key() == release.key();
        if let Some(old) = all.iter_mut().find(same) {
            old.clone_from(release);
        }
        return Ok(());
    }
    let object = release.object(cluster.driver, "modifiedAt", now().seconds)?;
    let replaced = cluster.client.replace(&at(cluster, release), &object).await;
    replaced.map(|_| ()).map_err(|e| format!("update: failed to update: {}", said(&e)))
}

/// Forgets a revision.
pub(crate) async fn remove(cluster: &Cluster, release: &Release) -> Result<(), String> {
    if cluster.driver == Driver::Memory {
        let mut all = cluster.memory.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|old| old.key() != release.key());
        return Ok(());
    }
    match cluster.client.delete(&at(cluster, release), None).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(said(&error)),
    }
}
