//! When an object counts as ready, as Helm's `wait` and the kubernetes provider see it.

use serde_json::Value;

use crate::object::field;

/// Whether an object is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is.
    Ready,
    /// Not yet; the text says what is missing.
    Waiting(String),
    /// It will not become ready by waiting; the text says why.
    Failed(String),
}

/// Readiness by the object's own status. Kinds without a status count as ready.
pub fn readiness(object: &Value) -> Readiness {
    match field(object, "/kind").as_str().unwrap_or("") {
        "Deployment" => deployment(object),
        "StatefulSet" => stateful_set(object),
        "DaemonSet" => daemon_set(object),
        "ReplicaSet" | "ReplicationController" => replicas(object),
        "Pod" => pod(object),
        "Job" => job(object),
        "Service" => service(object),
        "PersistentVolumeClaim" => claim(object),
        "CustomResourceDefinition" => definition(object),
        _ => Readiness::Ready,
    }
}

fn number(object: &Value, pointer: &str) -> i64 {
    field(object, pointer).as_i64().unwrap_or(0)
}

fn wait_if(waiting: bool, text: impl FnOnce() -> String) -> Option<Readiness> {
    waiting.then(|| Readiness::Waiting(text()))
}

fn observed(object: &Value) -> Option<Readiness> {
    let (seen, wanted) =
        (number(object, "/status/observedGeneration"), number(object, "/metadata/generation"));
    wait_if(seen < wanted, || format!("its controller has seen generation {seen} of {wanted}"))
}

fn condition<'v>(object: &'v Value, kind: &str) -> Option<&'v Value> {
    let conditions = field(object, "/status/conditions").as_array()?;
    conditions.iter().find(|condition| field(condition, "/type") == kind)
}

fn deployment(object: &Value) -> Readiness {
    let wanted = field(object, "/spec/replicas").as_i64().unwrap_or(1);
    let progressing = condition(object, "Progressing");
    if progressing.is_some_and(|it| field(it, "/reason") == "ProgressDeadlineExceeded") {
        return Readiness::Failed("its rollout exceeded the progress deadline".to_owned());
    }
    let updated = number(object, "/status/updatedReplicas");
    let available = number(object, "/status/availableReplicas");
    let all = number(object, "/status/replicas");
    observed(object)
        .or_else(|| wait_if(updated < wanted, || format!("{updated} of {wanted} replicas are updated")))
        .or_else(|| wait_if(all > updated, || format!("{} old replicas are still there", all - updated)))
        .or_else(|| wait_if(available < wanted, || format!("{available} of {wanted} replicas are available")))
        .unwrap_or(Readiness::Ready)
}

fn stateful_set(object: &Value) -> Readiness {
    let wanted = field(object, "/spec/replicas").as_i64().unwrap_or(1);
    let ready = number(object, "/status/readyReplicas");
    let updated = number(object, "/status/updatedReplicas");
    let rolling = field(object, "/spec/updateStrategy/type") != "OnDelete";
    observed(object)
        .or_else(|| {
            wait_if(rolling && updated < wanted, || format!("{updated} of {wanted} replicas are updated"))
        })
        .or_else(|| wait_if(ready < wanted, || format!("{ready} of {wanted} replicas are ready")))
        .unwrap_or(Readiness::Ready)
}

fn daemon_set(object: &Value) -> Readiness {
    let wanted = number(object, "/status/desiredNumberScheduled");
    let updated = number(object, "/status/updatedNumberScheduled");
    let ready = number(object, "/status/numberReady");
    observed(object)
        .or_else(|| wait_if(updated < wanted, || format!("{updated} of {wanted} pods are updated")))
        .or_else(|| wait_if(ready < wanted, || format!("{ready} of {wanted} pods are ready")))
        .unwrap_or(Readiness::Ready)
}

fn replicas(object: &Value) -> Readiness {
    let wanted = field(object, "/spec/replicas").as_i64().unwrap_or(1);
    let ready = number(object, "/status/readyReplicas");
    observed(object)
        .or_else(|| wait_if(ready < wanted, || format!("{ready} of {wanted} replicas are ready")))
        .unwrap_or(Readiness::Ready)
}

fn pod(object: &Value) -> Readiness {
    match field(object, "/status/phase").as_str() {
        Some("Succeeded") => return Readiness::Ready,
        Some("Failed") => return Readiness::Failed("the pod failed".to_owned()),
        _ => {}
    }
    let ready = condition(object, "Ready").is_some_and(|it| field(it, "/status") == "True");
    wait_if(!ready, || "the pod is not ready".to_owned()).unwrap_or(Readiness::Ready)
}

fn job(object: &Value) -> Readiness {
    if let Some(failed) = condition(object, "Failed").filter(|it| field(it, "/status") == "True") {
        let message = field(failed, "/message").as_str().unwrap_or("");
        return Readiness::Failed(format!("the job failed: {message}"));
    }
    let wanted = field(object, "/spec/completions").as_i64().unwrap_or(1);
    let done = number(object, "/status/succeeded");
    wait_if(done < wanted, || format!("{done} of {wanted} completions are done")).unwrap_or(Readiness::Ready)
}

fn service(object: &Value) -> Readiness {
    if field(object, "/spec/type") == "ExternalName" {
        return Readiness::Ready;
    }
    let address = field(object, "/spec/clusterIP").as_str().unwrap_or("");
    if address.is_empty() {
        return Readiness::Waiting("it has no cluster address".to_owned());
    }
    let external = field(object, "/spec/externalIPs").as_array().is_some_and(|ips| !ips.is_empty());
    let balanced =
        field(object, "/status/loadBalancer/ingress").as_array().is_some_and(|list| !list.is_empty());
    let waits = field(object, "/spec/type") == "LoadBalancer" && !external && !balanced;
    wait_if(waits, || "its load balancer has no address".to_owned()).unwrap_or(Readiness::Ready)
}

fn claim(object: &Value) -> Readiness {
    let bound = field(object, "/status/phase") == "Bound";
    wait_if(!bound, || "the claim is not bound".to_owned()).unwrap_or(Readiness::Ready)
}

fn definition(object: &Value) -> Readiness {
    let established = condition(object, "Established").is_some_and(|it| field(it, "/status") == "True");
    wait_if(!established, || "the definition is not established".to_owned()).unwrap_or(Readiness::Ready)
}

#[cfg(test)]
#[path = "ready_tests.rs"]
mod tests;
