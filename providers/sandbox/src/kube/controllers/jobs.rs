//! Jobs.

use super::super::{State, meta};
use super::{dying, make_pod, pods_of, ready, save_status, stop_pod};
use crate::json::{items, set, text};
use serde_json::{Value, json};
use std::time::Duration;

const JOBS: &str = "batch/jobs";

pub(super) fn run(state: &mut State) {
    let all: Vec<Value> = state.store.all(JOBS).filter(|j| !dying(j)).cloned().collect();
    all.iter().for_each(|j| step(state, j));
}

fn has(job: &Value, kind: &str) -> bool {
    items(&job["status"]["conditions"]).iter().any(|c| text(c, "type") == kind && text(c, "status") == "True")
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn step(state: &mut State, job: &Value) {
    if has(job, "Complete") || has(job, "Failed") {
        return;
    }
    let (namespace, uid) = (meta(job, "namespace").to_string(), meta(job, "uid").to_string());
    let now = state.clock.rfc3339();
    let mut status = job["status"].clone();
    if job["spec"]["suspend"] == true {
        return suspend(state, job, status);
    }
    let pods: Vec<Value> = pods_of(state, &namespace, &uid);
    let phase = |p: &&Value, name: &str| text(&p["status"], "phase") == name;
    let succeeded = count(pods.iter().filter(|p| phase(p, "Succeeded")).count());
    let failed = count(pods.iter().filter(|p| phase(p, "Failed")).count());
    let active: Vec<&Value> = pods.iter().filter(|p| !dying(p) && !super::finished(p)).collect();
    let wanted = job["spec"]["completions"].as_i64().unwrap_or(1);
    let parallel = job["spec"]["parallelism"].as_i64().unwrap_or(1);
    let limit = job["spec"]["backoffLimit"].as_i64().unwrap_or(6);
    set(&mut status, "uncountedTerminatedPods", json!({}));
    if status.get("startTime").is_none() {
        set(&mut status, "startTime", now.as_str());
    }
    for (key, number) in [("succeeded", succeeded), ("failed", failed)] {
        if number > 0 {
            set(&mut status, key, number);
        }
    }
    let overdue = job["spec"]["activeDeadlineSeconds"]
        .as_u64()
        .is_some_and(|s| state.pods.due(format!("job deadline {uid}"), Duration::from_secs(s)));
    set(&mut status, "terminating", 0);
    if succeeded >= wanted {
        let message = "Reached expected number of succeeded pods";
        end(&mut status, ["SuccessCriteriaMet", "Complete"], "CompletionsReached", message, &now);
        set(&mut status, "completionTime", now.as_str());
    } else if failed > limit || overdue {
        let (reason, message) = match overdue {
            true => ("DeadlineExceeded", "Job was active longer than specified deadline"),
            false => ("BackoffLimitExceeded", "Job has reached the specified backoff limit"),
        };
        active.iter().for_each(|p| stop_pod(state, p));
        end(&mut status, ["FailureTarget", "Failed"], reason, message, &now);
    } else {
        let missing = parallel.min(wanted - succeeded) - count(active.len());
        let is_ready = active.iter().filter(|p| ready(p)).count();
        set(&mut status, "ready", is_ready);
        work(state, job, missing, failed, &mut status);
    }
    save_status(state, JOBS, job, status);
}

/// Writes how a job ended.
fn end(status: &mut Value, kinds: [&str; 2], reason: &str, message: &str, now: &str) {
    let one = |kind: &str| {
        json!({"type": kind, "status": "True", "reason": reason, "message": message, "lastProbeTime": now,
            "lastTransitionTime": now})
    };
    set(status, "conditions", json!(kinds.map(one)));
    set(status, "ready", 0);
    crate::json::remove(status, "active");
}

/// Stops the pods of a job that is to wait.
fn suspend(state: &mut State, job: &Value, mut status: Value) {
    let (namespace, uid) = (meta(job, "namespace").to_string(), meta(job, "uid").to_string());
    let now = state.clock.rfc3339();
    pods_of(state, &namespace, &uid).iter().for_each(|p| stop_pod(state, p));
    let one = json!({"type": "Suspended", "status": "True", "reason": "JobSuspended", "message": "Job suspended",
        "lastProbeTime": now, "lastTransitionTime": now});
    set(&mut status, "conditions", json!([one]));
    if !has(job, "Suspended") {
        save_status(state, JOBS, job, status);
    }
}

/// Makes the pods that are missing; after a failure the next try waits.
fn work(state: &mut State, job: &Value, missing: i64, failed: i64, status: &mut Value) {
    let (namespace, uid) = (meta(job, "namespace").to_string(), meta(job, "uid").to_string());
    let wait = Duration::from_secs(u64::try_from(failed).unwrap_or(0).min(6));
    if missing > 0 && (failed == 0 || state.pods.due(format!("job {uid} {failed}"), wait)) {
        (0..missing).for_each(|_| make_pod(state, job, "batch/v1", "Job", None, &Value::Null));
    }
    let running =
        pods_of(state, &namespace, &uid).iter().filter(|p| !dying(p) && !super::finished(p)).count();
    if running > 0 {
        set(status, "active", running);
    } else {
        crate::json::remove(status, "active");
    }
}
