//! Uninstalling a release (`action/uninstall.go`).

use crate::cluster::{Cluster, Deadline};
use crate::{hooks, store};

/// Removes objects and records. Namespace, CRDs, objects with `helm.sh/resource-policy: keep` and what hooks made stay.
/// A release that is not there is fine.
pub(crate) async fn uninstall(
    cluster: &Cluster,
    name: &str,
    run_hooks: bool,
    wait: bool,
    deadline: Deadline,
) -> Result<(), String> {
    let history = store::history(cluster, name).await?;
    let Some(mut release) = history.last().cloned() else { return Ok(()) };
    if run_hooks {
        hooks::run(cluster, &mut release, "pre-delete", deadline).await?;
    }
    release.set_status("uninstalling", "Deletion in progress (or silently failed)");
    // As Helm does: what cannot be marked can still be deleted.
    let _ = store::update(cluster, &release).await;
    let unbuilt = "corrupted release record. You must manually delete the resources";
    let targets = cluster.build(release.manifest()).await.map_err(|e| format!("{unbuilt}: {e}"))?;
    cluster.delete(&targets).await.map_err(|e| format!("failed to delete release: {name}: {e}"))?;
    if wait {
        cluster.wait_gone(&targets, deadline).await?;
    }
    if run_hooks {
        hooks::run(cluster, &mut release, "post-delete", deadline).await?;
    }
    for old in &history {
        store::remove(cluster, old).await?;
    }
    Ok(())
}
