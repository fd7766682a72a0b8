//! Revisions of a release in the cluster's Secrets.

use std::time::SystemTime;

use ordain_gostd::time::Moment;
use ordain_kube::{Kind, name_of};

use crate::cluster::Cluster;
use crate::failure::said;
use crate::release::Release;

/// The clock of the machine, as records use it.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Moment::utc(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
}

/// All revisions of a release, oldest first.
pub(crate) async fn history(cluster: &Cluster, name: &str) -> Result<Vec<Release>, String> {
    let kind = Kind::known("v1", "Secret", "secrets", true);
    let labels = format!("name={name},owner=helm");
    let secrets = cluster.client.list(&kind, &cluster.namespace, &labels, "").await.map_err(|e| said(&e))?;
    let mut releases = Vec::new();
    for secret in secrets {
        let release = Release::from_secret(&secret)
            .map_err(|e| format!("the release record {} cannot be read: {e}", name_of(&secret)))?;
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
    let secret = release.secret("createdAt", now().seconds)?;
    let at = cluster.secret_at(&release.key());
    let made = cluster.client.create(&at.kind, &at.namespace, &secret, &[]).await;
    made.map(|_| ()).map_err(|e| format!("create: failed to create: {}", said(&e)))
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
    let secret = release.secret("modifiedAt", now().seconds)?;
    let replaced = cluster.client.replace(&cluster.secret_at(&release.key()), &secret).await;
    replaced.map(|_| ()).map_err(|e| format!("update: failed to update: {}", said(&e)))
}

/// Forgets a revision.
pub(crate) async fn remove(cluster: &Cluster, release: &Release) -> Result<(), String> {
    match cluster.client.delete(&cluster.secret_at(&release.key()), "Background").await {
        Ok(_) => Ok(()),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(said(&error)),
    }
}
