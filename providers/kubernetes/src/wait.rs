//! Waiting until the cluster has done what it was asked for.

use std::time::{Duration, Instant};

use ordain_kube::{Client, Kind, KubeError, ObjectRef, field};
use serde_json::Value as Json;

use crate::failure::{Failure, said};
use crate::kinds::Ready;

/// What an object says about its progress.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Done,
    /// Not yet, in the original's words.
    Waiting(String),
    /// Never.
    Failed(String),
}

fn waiting(text: impl Into<String>) -> Progress {
    Progress::Waiting(text.into())
}

fn count(object: &Json, pointer: &str) -> i64 {
    field(object, pointer).as_i64().unwrap_or(0)
}

/// Asks for an object until `look` is content with it. Objects that are absent are handed over as null.
pub(crate) async fn until(
    client: &Client,
    at: &ObjectRef,
    timeout: Duration,
    look: &(dyn Fn(&Json) -> Progress + Sync),
) -> Result<(), String> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(250);
    loop {
        let object = client.find(at).await.map_err(|error| said(&error))?;
        let text = match look(&object.unwrap_or(Json::Null)) {
            Progress::Done => return Ok(()),
            Progress::Failed(text) => return Err(text),
            Progress::Waiting(text) => text,
        };
        let left = timeout.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Err(text);
        }
        if !client.cancel().sleep(pause.min(left)).await {
            return Err(format!("interrupted: {text}"));
        }
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Waits until a made or changed object is ready.
pub(crate) async fn ready(
    client: &Client,
    ready: Ready,
    at: &ObjectRef,
    object: &Json,
    timeout: Duration,
) -> Result<(), Failure> {
    let id = if at.namespace.is_empty() { at.name.clone() } else { format!("{}/{}", at.namespace, at.name) };
    let place = match ready {
        Ready::AtOnce => return Ok(()),
        Ready::Service if field(object, "/spec/type") != "LoadBalancer" => return Ok(()),
        Ready::Token if field(object, "/type") != "kubernetes.io/service-account-token" => return Ok(()),
        Ready::DefaultAccount => ObjectRef {
            kind: Kind::known("v1", "ServiceAccount", "serviceaccounts", true),
            namespace: at.name.clone(),
            name: "default".to_owned(),
        },
        _ => at.clone(),
    };
    let look = |object: &Json| progress(ready, object, &id, timeout);
    let Err(text) = until(client, &place, timeout, &look).await else { return Ok(()) };
    let events = match ready {
        Ready::Bound | Ready::Service | Ready::Token => warnings(client, at).await.unwrap_or_default(),
        _ => String::new(),
    };
    Err(Failure::new(format!("{text}{events}"), ""))
}

fn progress(ready: Ready, object: &Json, id: &str, timeout: Duration) -> Progress {
    let listed = |pointer: &str| field(object, pointer).as_array().is_some_and(|list| !list.is_empty());
    match ready {
        Ready::Deployment => deployment(object),
        Ready::StatefulSet => stateful_set(object, id),
        Ready::Job => job(object, id),
        Ready::Bound => match field(object, "/status/phase").as_str() {
            Some("Bound") => Progress::Done,
            Some("Pending") | None => waiting(format!(
                "timeout while waiting for state to become 'Bound' (last state: 'Pending', timeout: {})",
                go_duration(timeout)
            )),
            Some(other) => Progress::Failed(format!(
                "unexpected state '{other}', wanted target 'Bound'. last error: %!s(<nil>)"
            )),
        },
        Ready::Service if listed("/status/loadBalancer/ingress") => Progress::Done,
        Ready::Service => {
            waiting(format!("Waiting for service {id:?} to assign IP/hostname for a load balancer"))
        }
        Ready::Ingress if listed("/status/loadBalancer/ingress") => Progress::Done,
        Ready::Ingress => waiting("Load Balancer is not ready yet"),
        Ready::Token if field(object, "/data/token").is_string() => Progress::Done,
        Ready::Token => waiting(format!("Waiting for secret {id:?} to create service account token")),
        Ready::DefaultAccount if object.is_null() => waiting("serviceaccounts \"default\" not found"),
        Ready::DefaultAccount | Ready::AtOnce => Progress::Done,
    }
}

fn condition<'j>(object: &'j Json, kind: &str) -> Option<&'j Json> {
    field(object, "/status/conditions").as_array()?.iter().find(|condition| field(condition, "/type") == kind)
}

fn deployment(object: &Json) -> Progress {
    let wanted = field(object, "/spec/replicas").as_i64().unwrap_or(1);
    let status = |name: &str| count(object, &format!("/status/{name}"));
    let (all, updated, ready) = (status("replicas"), status("updatedReplicas"), status("readyReplicas"));
    if count(object, "/metadata/generation") > status("observedGeneration") {
        return waiting("Waiting for rollout to start");
    }
    let late = condition(object, "Progressing");
    if late.is_some_and(|found| field(found, "/reason") == "ProgressDeadlineExceeded") {
        return Progress::Failed("Deployment exceeded its progress deadline".to_owned());
    }
    let finish = "Waiting for rollout to finish:";
    if updated < wanted {
        return waiting(format!("{finish} {updated} out of {wanted} new replicas have been updated..."));
    }
    if all > updated {
        return waiting(format!("{finish} {} old replicas are pending termination...", all - updated));
    }
    if all > ready {
        return waiting(format!("{finish} {all} replicas wanted; {ready} replicas Ready"));
    }
    let available = status("availableReplicas");
    if available < updated {
        return waiting(format!("{finish} {available} of {updated} updated replicas are available..."));
    }
    Progress::Done
}

fn stateful_set(object: &Json, id: &str) -> Progress {
    let status = |name: &str| count(object, &format!("/status/{name}"));
    let wanted = field(object, "/spec/replicas").as_i64().unwrap_or(1);
    let observed = status("observedGeneration") >= count(object, "/metadata/generation");
    let rolling = field(object, "/spec/updateStrategy/type") == "RollingUpdate";
    let partition = count(object, "/spec/updateStrategy/rollingUpdate/partition");
    let ready = status("readyReplicas") == wanted;
    if ready && !rolling {
        return Progress::Failed(
            "rollout status is only available for RollingUpdate strategy type".to_owned(),
        );
    }
    if ready && observed && status("updatedReplicas") >= wanted - partition {
        return Progress::Done;
    }
    waiting(format!("StatefulSet {id} is not finished rolling out"))
}

fn job(object: &Json, id: &str) -> Progress {
    let holds = |kind: &str| condition(object, kind).is_some_and(|found| field(found, "/status") == "True");
    // A job may remove itself when it is done.
    if object.is_null() || holds("Complete") {
        return Progress::Done;
    }
    if holds("Failed") {
        return Progress::Failed(format!("job: {id} is in failed state"));
    }
    waiting(format!("job: {id} is not in complete state"))
}

/// Waits until an object is gone; `text` says what is wrong with one that is not.
pub(crate) async fn gone(
    client: &Client,
    at: &ObjectRef,
    timeout: Duration,
    text: &str,
) -> Result<(), Failure> {
    let id = if at.namespace.is_empty() { at.name.clone() } else { format!("{}/{}", at.namespace, at.name) };
    let look = |object: &Json| {
        if object.is_null() {
            return Progress::Done;
        }
        let held = field(object, "/metadata/finalizers").as_array().into_iter().flatten();
        let held: Vec<&str> = held.filter_map(Json::as_str).collect();
        let text = text.replace("{}", &id).replace("{name}", &at.name);
        let text = text.replace("{timeout}", &go_duration(timeout));
        waiting(text.replace("{finalizers}", &format!("[{}]", held.join(" "))))
    };
    until(client, at, timeout, &look).await.map_err(|text| Failure::new(text, ""))
}

/// A duration as Go writes it: `5m0s`.
fn go_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    }
}

/// The last warnings about an object, which say why it does not get ready.
async fn warnings(client: &Client, at: &ObjectRef) -> Result<String, KubeError> {
    let events = Kind::known("v1", "Event", "events", true);
    let mut selector = format!("involvedObject.kind={},involvedObject.name={}", at.kind.kind, at.name);
    if !at.namespace.is_empty() {
        selector.push_str(&format!(",involvedObject.namespace={}", at.namespace));
    }
    let mut found = client.list(&events, &at.namespace, "", &selector).await?;
    found.sort_by_key(|event| {
        std::cmp::Reverse(field(event, "/lastTimestamp").as_str().unwrap_or_default().to_owned())
    });
    let mut lines: Vec<String> = Vec::new();
    for event in found.iter().filter(|event| field(event, "/type") == "Warning") {
        let text = |pointer: &str| field(event, pointer).as_str().unwrap_or_default().to_owned();
        let line = format!(
            "\n   * {} ({}): {}: {}",
            text("/involvedObject/name"),
            text("/involvedObject/kind"),
            text("/reason"),
            text("/message")
        );
        if !lines.contains(&line) && lines.len() < 3 {
            lines.push(line);
        }
    }
    Ok(lines.concat())
}
