//! The nodes: they run pods by the name of their image.
//!
//! `broken` cannot be pulled, `crash` and `stuck` never get ready, `fail` fails where pods come to an end; every
//! other image gets ready, or succeeds where pods come to an end.

use super::super::{State, meta};
use super::dying;
use crate::json::{self, items, set, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a pod takes to start, and to stop.
const START: Duration = Duration::from_millis(250);
const STOP: Duration = Duration::from_millis(120);

/// Timers: what moves at which moment.
pub(crate) struct Pods {
    latency: Duration,
    timers: BTreeMap<String, Instant>,
}

impl Pods {
    pub fn new(latency: Duration) -> Pods {
        Pods { latency, timers: BTreeMap::new() }
    }

    /// Does a node run this pod?
    pub fn runs(&self, pod: &Value) -> bool {
        !text(&pod["spec"], "nodeName").is_empty() && !super::finished(pod)
    }

    /// Has the time since the first call with this key come? Forgets the key then.
    pub fn due(&mut self, key: String, after: Duration) -> bool {
        let now = Instant::now();
        let at = *self.timers.entry(key.clone()).or_insert(now + after + self.latency);
        if at <= now {
            self.timers.remove(&key);
        }
        at <= now
    }

    pub fn forget(&mut self, key: &str) {
        self.timers.remove(key);
    }

    /// How long until the next timer.
    pub fn next(&self) -> Duration {
        let now = Instant::now();
        let next = self.timers.values().min().map(|t| t.saturating_duration_since(now));
        next.unwrap_or(Duration::from_secs(3600)).max(Duration::from_millis(5))
    }
}

pub(super) fn run(state: &mut State) {
    let pods: Vec<Value> = state.store.all("/pods").cloned().collect();
    for pod in pods {
        if dying(&pod) {
            stop(state, &pod);
        } else if text(&pod["spec"], "nodeName").is_empty() {
            schedule(state, pod);
        } else if text(&pod["status"], "phase") == "Pending" && !waits(&pod) {
            start(state, pod);
        }
    }
}

/// Is it known that this pod never starts?
fn waits(pod: &Value) -> bool {
    items(&pod["status"]["containerStatuses"])
        .iter()
        .any(|c| text(&c["state"]["waiting"], "reason") == "ImagePullBackOff")
}

fn stop(state: &mut State, pod: &Value) {
    let (namespace, name) = super::super::store::name_of(pod);
    let held = !items(&pod["metadata"]["finalizers"]).is_empty();
    if !state.pods.due(format!("stop {}", meta(pod, "uid")), STOP) || held {
        return;
    }
    state.pods.forget(&format!("start {}", meta(pod, "uid")));
    state.store.remove("/pods", &namespace, &name);
}

fn schedule(state: &mut State, mut pod: Value) {
    let selector = &pod["spec"]["nodeSelector"];
    let fits = |n: &&Value| json::pairs(selector).all(|(k, v)| n["metadata"]["labels"].get(k) == Some(v));
    let nodes: Vec<String> =
        state.store.all("/nodes").filter(fits).map(|n| meta(n, "name").to_string()).collect();
    let pinned = items(&pod["spec"]["affinity"]["nodeAffinity"]["pinned"]).first().and_then(Value::as_str);
    let now = state.clock.rfc3339();
    let status = pod["status"].clone();
    let Some(node) = pinned.map(str::to_string).or_else(|| pick(state, &nodes)) else {
        let why = format!(
            "0/{} nodes are available: {} node(s) didn't match Pod's node affinity/selector.",
            state.nodes, state.nodes
        );
        let one = super::condition(&status, "PodScheduled", "False", "Unschedulable", &why, &now, false);
        set(json::child(&mut pod, "status"), "conditions", json!([one]));
        return super::save(state, "/pods", pod);
    };
    set(json::child(&mut pod, "spec"), "nodeName", node);
    let conditions: Vec<Value> = [("PodScheduled", "True"), ("Initialized", "True"), ("ContainersReady", "False"), ("Ready", "False")]
        .iter()
        .map(|(kind, value)| json!({"type": kind, "status": value, "lastProbeTime": null, "lastTransitionTime": now}))
        .collect();
    let status = json::child(&mut pod, "status");
    set(status, "conditions", conditions);
    set(status, "startTime", now);
    set(status, "hostIP", "10.224.0.4");
    super::save(state, "/pods", pod);
}

/// The node with the fewest pods.
fn pick(state: &State, nodes: &[String]) -> Option<String> {
    let load =
        |node: &String| state.store.all("/pods").filter(|p| text(&p["spec"], "nodeName") == node).count();
    nodes.iter().min_by_key(|n| load(n)).cloned()
}

fn start(state: &mut State, mut pod: Value) {
    if !state.pods.due(format!("start {}", meta(&pod, "uid")), START) {
        return;
    }
    let now = state.clock.rfc3339();
    let (phase, is_ready, made) = outcome(&pod, &now);
    let statuses: Vec<Value> = items(&pod["spec"]["containers"])
        .iter()
        .map(|c| json!({"name": c["name"], "image": c["image"], "imageID": "", "ready": is_ready, "started": is_ready, "restartCount": 0, "state": made, "lastState": {}}))
        .collect();
    state.next_ip += 1;
    let ip = format!("10.244.{}.{}", (state.next_ip / 250) % 250, state.next_ip % 250 + 2);
    let status = json::child(&mut pod, "status");
    set(status, "phase", phase);
    set(status, "podIP", ip.as_str());
    set(status, "podIPs", json!([{"ip": ip}]));
    set(status, "containerStatuses", statuses);
    let conditions =
        status.get_mut("conditions").and_then(Value::as_array_mut).map(Vec::as_mut_slice).unwrap_or_default();
    for one in conditions {
        if matches!(text(one, "type"), "Ready" | "ContainersReady") {
            set(one, "status", if is_ready { "True" } else { "False" });
            set(one, "lastTransitionTime", now.as_str());
            if !is_ready {
                let why = if phase == "Succeeded" { "PodCompleted" } else { "ContainersNotReady" };
                set(one, "reason", why);
            }
        }
    }
    super::save(state, "/pods", pod);
}

/// What becomes of a pod: its phase, whether it is ready, the state of its containers.
fn outcome(pod: &Value, now: &str) -> (&'static str, bool, Value) {
    let images: Vec<String> = ["initContainers", "containers"]
        .iter()
        .flat_map(|k| items(&pod["spec"][*k]))
        .map(|c| text(c, "image").to_string())
        .collect();
    let has = |word: &str| images.iter().any(|i| i.contains(word));
    let ends = text(&pod["spec"], "restartPolicy") != "Always";
    if has("broken") {
        (
            "Pending",
            false,
            json!({"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}),
        )
    } else if ends && has("fail") {
        (
            "Failed",
            false,
            json!({"terminated": {"exitCode": 1, "reason": "Error", "startedAt": now, "finishedAt": now}}),
        )
    } else if has("crash") {
        (
            "Running",
            false,
            json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off restarting failed container"}}),
        )
    } else if has("stuck") {
        ("Running", false, json!({"running": {"startedAt": now}}))
    } else if ends {
        (
            "Succeeded",
            false,
            json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now, "finishedAt": now}}),
        )
    } else {
        ("Running", true, json!({"running": {"startedAt": now}}))
    }
}
