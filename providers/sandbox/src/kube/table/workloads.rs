//! What stands in the cells of pods and of what makes them.

use super::cells::{age, at, seconds, span, words};
use serde_json::{Value, json};

fn list<'v>(value: &'v Value, path: &[&str]) -> impl Iterator<Item = &'v Value> {
    at(value, path).as_array().into_iter().flatten()
}

fn specs(object: &Value) -> &Value {
    let template = at(object, &["spec", "jobTemplate", "spec", "template", "spec"]);
    if template.is_null() { at(object, &["spec", "template", "spec"]) } else { template }
}

fn of_containers(object: &Value, key: &str) -> Value {
    let all = list(specs(object), &["containers"]).filter_map(|container| container[key].as_str());
    json!(all.collect::<Vec<_>>().join(","))
}

pub(super) fn containers(object: &Value, _: i64) -> Value {
    of_containers(object, "name")
}

pub(super) fn images(object: &Value, _: i64) -> Value {
    of_containers(object, "image")
}

pub(super) fn selector(object: &Value, _: i64) -> Value {
    words(at(object, &["spec", "selector", "matchLabels"]))
}

fn number(object: &Value, path: &[&str]) -> i64 {
    at(object, path).as_i64().unwrap_or(0)
}

pub(super) fn ready(object: &Value, _: i64) -> Value {
    let wanted = at(object, &["spec", "replicas"]).as_i64().unwrap_or(1);
    json!(format!("{}/{wanted}", number(object, &["status", "readyReplicas"])))
}

pub(super) fn pod_ready(object: &Value, _: i64) -> Value {
    let all = list(object, &["spec", "containers"]).count();
    let ready = list(object, &["status", "containerStatuses"]).filter(|one| one["ready"] == true).count();
    json!(format!("{ready}/{all}"))
}

pub(super) fn restarts(object: &Value, now: i64) -> Value {
    let mut count = 0;
    let mut last: Option<i64> = None;
    for status in list(object, &["status", "containerStatuses"]) {
        count += status["restartCount"].as_i64().unwrap_or(0);
        last = last.max(seconds(at(status, &["lastState", "terminated", "finishedAt"])));
    }
    match last.filter(|_| count > 0) {
        Some(last) => json!(format!("{count} ({} ago)", span(now - last))),
        None => json!(count.to_string()),
    }
}

/// The phase, or what keeps a pod from it.
pub(super) fn pod_status(object: &Value, _: i64) -> Value {
    let word = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let status = &object["status"];
    let mut reason = word(&status["reason"]).or_else(|| word(&status["phase"])).unwrap_or_default();
    let total = list(object, &["spec", "initContainers"]).count();
    let mut starting = false;
    for (place, container) in list(object, &["status", "initContainerStatuses"]).enumerate() {
        let state = &container["state"];
        if state["terminated"]["exitCode"] == 0 {
            continue;
        }
        let told = word(&state["terminated"]["reason"]).or_else(|| word(&state["waiting"]["reason"]));
        reason = match told.filter(|told| told != "PodInitializing") {
            Some(told) => format!("Init:{told}"),
            None => format!("Init:{place}/{total}"),
        };
        starting = true;
        break;
    }
    if !starting {
        let mut running = false;
        let all: Vec<&Value> = list(object, &["status", "containerStatuses"]).collect();
        for container in all.iter().rev() {
            let state = &container["state"];
            if let Some(told) =
                word(&state["waiting"]["reason"]).or_else(|| word(&state["terminated"]["reason"]))
            {
                reason = told;
            } else if let Some(code) = state["terminated"]["exitCode"].as_i64() {
                reason = format!("ExitCode:{code}");
            } else if container["ready"] == true && !state["running"].is_null() {
                running = true;
            }
        }
        if reason == "Completed" && running {
            reason = "Running".to_owned();
        }
    }
    if !object["metadata"]["deletionTimestamp"].is_null() {
        reason = "Terminating".to_owned();
    }
    json!(reason)
}

pub(super) fn job_status(object: &Value, _: i64) -> Value {
    let holds = |kind: &str| {
        list(object, &["status", "conditions"]).any(|one| one["type"] == kind && one["status"] == "True")
    };
    let known = [
        ("Complete", "Complete"),
        ("Failed", "Failed"),
        ("Suspended", "Suspended"),
        ("FailureTarget", "FailureTarget"),
    ];
    let word = known.into_iter().find(|(kind, _)| holds(kind)).map_or("Running", |(_, word)| word);
    let going = !object["metadata"]["deletionTimestamp"].is_null() && word == "Running";
    json!(if going { "Terminating" } else { word })
}

pub(super) fn completions(object: &Value, _: i64) -> Value {
    let done = number(object, &["status", "succeeded"]);
    match (at(object, &["spec", "completions"]).as_i64(), at(object, &["spec", "parallelism"]).as_i64()) {
        (Some(wanted), _) => json!(format!("{done}/{wanted}")),
        (None, Some(several)) if several > 1 => json!(format!("{done}/1 of {several}")),
        _ => json!(format!("{done}/1")),
    }
}

pub(super) fn duration(object: &Value, now: i64) -> Value {
    let Some(start) = seconds(at(object, &["status", "startTime"])) else { return json!("") };
    let end = seconds(at(object, &["status", "completionTime"])).unwrap_or(now);
    json!(span(end - start))
}

pub(super) fn last_schedule(object: &Value, now: i64) -> Value {
    match at(object, &["status", "lastScheduleTime"]) {
        Value::Null => json!("<none>"),
        time => json!(age(time, now)),
    }
}
