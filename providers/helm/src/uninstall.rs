//! Uninstalling a release (`action/uninstall.go`).

use ordain_helm_template::UNINSTALL_ORDER;

use crate::cluster::{Cluster, Deadline, Target, in_order};
use crate::release::{Release, stamp};
use crate::{hooks, store};

/// Removes objects and records. Namespace, CRDs, objects with a `helm.sh/resource-policy` and what hooks made stay; gives
/// what is said about objects that stay, which is empty where there are none. A release that is not there is fine.
///
/// Once the objects are deleted the records go as well; what fails after that is told at the end.
pub(crate) async fn uninstall(
    cluster: &Cluster,
    name: &str,
    run_hooks: bool,
    wait: bool,
    deadline: Deadline,
) -> Result<String, String> {
    let history = store::history(cluster, name).await?;
    let Some(mut release) = history.last().cloned() else { return Ok(String::new()) };
    if release.status() == "uninstalled" {
        purge(cluster, &history).await?;
        return Ok(String::new());
    }
    release.set_uninstalling(&stamp(&store::now()));
    if run_hooks {
        hooks::run(cluster, &mut release, "pre-delete", deadline).await?;
    }
    // As Helm does: what cannot be marked can still be deleted.
    let _ = store::update(cluster, &release).await;
    let unbuilt = "corrupted release record. You must manually delete the resources";
    let targets = cluster.build(release.manifest()).await.map_err(|e| format!("{unbuilt}: {e}"))?;
    cluster.delete(&targets).await.map_err(|e| format!("failed to delete release: {name}: {e}"))?;
    let mut errors = Vec::new();
    if wait {
        errors.extend(cluster.wait_gone(&targets, deadline).await.err());
    }
    if run_hooks {
        errors.extend(hooks::run(cluster, &mut release, "post-delete", deadline).await.err());
    }
    errors.extend(purge(cluster, &history).await.err());
    if errors.is_empty() {
        return Ok(kept(&targets));
    }
    let (count, all) = (errors.len(), errors.join("; "));
    Err(format!("uninstallation completed with {count} error(s): {all}"))
}

async fn purge(cluster: &Cluster, history: &[Release]) -> Result<(), String> {
    for old in history {
        let removed = store::remove(cluster, old).await;
        removed.map_err(|e| format!("uninstall: Failed to purge the release: {e}"))?;
    }
    Ok(())
}

/// What is said about objects that stay.
fn kept(targets: &[Target]) -> String {
    let stay: String = in_order(targets, &UNINSTALL_ORDER)
        .into_iter()
        .filter(|target| target.stays())
        .map(|target| format!("[{}] {}\n", target.kind(), target.at.name))
        .collect();
    if stay.is_empty() {
        return stay;
    }
    format!("These resources were kept due to the resource policy:\n{stay}")
}
