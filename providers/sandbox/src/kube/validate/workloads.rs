//! Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs.

use super::super::selectors::selects;
use super::super::status::{Cause, go_quote};
use super::{go_map, not_negative, one_of, pods, schedule, selector};
use crate::json::{self, items, text, truthy};
use serde_json::Value;

/// Selector and template of a workload; `at_labels` is where a mismatch is reported.
fn selected_template(spec: &Value, out: &mut Vec<Cause>) {
    let before = out.len();
    if spec["selector"].is_null() {
        out.push(Cause::required("spec.selector", ""));
    } else {
        selector(&spec["selector"], "spec.selector", out);
        let bare = !truthy(&spec["selector"]["matchLabels"])
            && items(&spec["selector"]["matchExpressions"]).is_empty();
        if bare {
            out.push(Cause::raw(
                "spec.selector",
                "v1.LabelSelector{}",
                "empty selector is invalid for deployment",
            ));
        }
    }
    if out.len() > before {
        if spec["selector"].is_object() && truthy(&spec["selector"]) {
            out.push(Cause::raw("spec.selector", "v1.LabelSelector{}", "invalid label selector"));
        }
        return;
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if !selects(&spec["selector"], labels) {
        mismatch(labels, out);
    }
    pods::template(&spec["template"], "spec.template", out);
}

fn mismatch(labels: &Value, out: &mut Vec<Cause>) {
    let why = "`selector` does not match template `labels`";
    out.push(Cause::raw("spec.template.metadata.labels", &go_map(labels), why));
}

fn always_restarts(spec: &Value, out: &mut Vec<Cause>) {
    let policy = text(&spec["template"]["spec"], "restartPolicy");
    one_of(policy, &["Always"], "spec.template.spec.restartPolicy", out);
}

fn same_selector(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    if old.is_some_and(|o| o["spec"]["selector"] != object["spec"]["selector"]) {
        out.push(Cause::raw("spec.selector", "v1.LabelSelector{}", "field is immutable"));
    }
}

/// Zero, as a number or as a percentage.
fn is_zero(value: &Value) -> bool {
    value.as_i64() == Some(0) || value.as_str() == Some("0%")
}

pub(super) fn deployment(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    not_negative(&spec["replicas"], "spec.replicas", out);
    selected_template(spec, out);
    let labelled = out.iter().any(|c| c.message.contains("invalid label selector"));
    if !labelled {
        always_restarts(spec, out);
    }
    strategy(&spec["strategy"], out);
    not_negative(&spec["minReadySeconds"], "spec.minReadySeconds", out);
    not_negative(&spec["revisionHistoryLimit"], "spec.revisionHistoryLimit", out);
    if let Some(deadline) = spec["progressDeadlineSeconds"].as_i64() {
        not_negative(&spec["progressDeadlineSeconds"], "spec.progressDeadlineSeconds", out);
        if deadline <= spec["minReadySeconds"].as_i64().unwrap_or(0) {
            let why = "must be greater than minReadySeconds";
            out.push(Cause::raw("spec.progressDeadlineSeconds", &deadline.to_string(), why));
        }
    }
    same_selector(object, old, out);
}

fn strategy(value: &Value, out: &mut Vec<Cause>) {
    let rolling = &value["rollingUpdate"];
    match text(value, "type") {
        "Recreate" if rolling.is_object() => {
            let why = "may not be specified when strategy `type` is 'Recreate'";
            out.push(Cause::forbidden("spec.strategy.rollingUpdate", why));
        }
        "Recreate" => {}
        "RollingUpdate" => {
            if is_zero(&rolling["maxUnavailable"]) && is_zero(&rolling["maxSurge"]) {
                let shown = "intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}";
                let why = "may not be 0 when `maxSurge` is 0";
                out.push(Cause::raw("spec.strategy.rollingUpdate.maxUnavailable", shown, why));
            }
        }
        odd => {
            let shown = format!(
                "apps.DeploymentStrategy{{Type:{}, RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}}",
                go_quote(odd)
            );
            out.push(Cause::unsupported("spec.strategy", &shown, &["Recreate", "RollingUpdate"]));
        }
    }
}

pub(super) fn replica_set(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    not_negative(&object["spec"]["replicas"], "spec.replicas", out);
    selected_template(&object["spec"], out);
    always_restarts(&object["spec"], out);
    same_selector(object, old, out);
}

pub(super) fn replication_controller(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    not_negative(&spec["minReadySeconds"], "spec.minReadySeconds", out);
    not_negative(&spec["replicas"], "spec.replicas", out);
    if !truthy(&spec["selector"]) {
        out.push(Cause::required("spec.selector", ""));
    }
    if !spec["template"].is_object() {
        out.push(Cause::required("spec.template", ""));
        return;
    }
    let labels = &spec["template"]["metadata"]["labels"];
    let fits = json::pairs(&spec["selector"]).all(|(key, value)| labels.get(key) == Some(value));
    if truthy(&spec["selector"]) && !fits {
        mismatch(labels, out);
    }
    pods::template(&spec["template"], "spec.template", out);
    always_restarts(spec, out);
}

pub(super) fn stateful_set(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    match text(spec, "podManagementPolicy") {
        "OrderedReady" | "Parallel" => {}
        odd => {
            out.push(Cause::invalid("spec.podManagementPolicy", odd, "must be 'OrderedReady' or 'Parallel'"))
        }
    }
    not_negative(&spec["replicas"], "spec.replicas", out);
    selected_template(spec, out);
    always_restarts(spec, out);
    let Some(old) = old else { return };
    let free = [
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    let frozen = |o: &Value| json::filtered(&o["spec"], |k, _| !free.contains(&k));
    if frozen(old) != frozen(object) {
        let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        out.push(Cause::forbidden("spec", why));
    }
}

pub(super) fn daemon_set(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    selected_template(spec, out);
    always_restarts(spec, out);
    if old.is_some() && !selects(&spec["selector"], &spec["template"]["metadata"]["labels"]) {
        // An update is checked once more.
        mismatch(&spec["template"]["metadata"]["labels"], out);
    }
    same_selector(object, old, out);
}

pub(super) fn job(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    job_spec(spec, "spec", out);
    let Some(old) = old else { return };
    for key in ["completions", "selector", "template", "completionMode"] {
        let suspended = key == "template" && old["spec"]["suspend"] == true;
        if old["spec"][key] != spec[key] && !suspended {
            let shown = if key == "completions" { spec[key].to_string() } else { "core.Value{}".into() };
            out.push(Cause::raw(format!("spec.{key}"), &shown, "field is immutable"));
        }
    }
}

fn job_spec(spec: &Value, at: &str, out: &mut Vec<Cause>) {
    for key in
        ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"]
    {
        not_negative(&spec[key], &format!("{at}.{key}"), out);
    }
    pods::template(&spec["template"], &format!("{at}.template"), out);
    let policy = text(&spec["template"]["spec"], "restartPolicy");
    if policy == "Always" {
        let at = format!("{at}.template.spec.restartPolicy");
        out.push(Cause { field: at, ..Cause::unsupported("", &go_quote("Always"), &["OnFailure", "Never"]) });
    } else {
        one_of(policy, &["OnFailure", "Never"], &format!("{at}.template.spec.restartPolicy"), out);
    }
}

pub(super) fn cron_job(object: &Value, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let given = text(spec, "schedule");
    if given.is_empty() {
        out.push(Cause::required("spec.schedule", ""));
    } else if let Some(why) = schedule::problem(given) {
        out.push(Cause::invalid("spec.schedule", given, why));
    }
    one_of(text(spec, "concurrencyPolicy"), &["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy", out);
    if let Some(zone) = spec["timeZone"].as_str() {
        let known = !zone.is_empty()
            && !zone.contains("..")
            && std::path::Path::new("/usr/share/zoneinfo").join(zone).is_file();
        let plain = ["UTC", "Etc/UTC", "GMT"].contains(&zone);
        if !known && !plain {
            out.push(Cause::invalid("spec.timeZone", zone, format!("unknown time zone {zone}")));
        }
    }
    not_negative(&spec["successfulJobsHistoryLimit"], "spec.successfulJobsHistoryLimit", out);
    not_negative(&spec["failedJobsHistoryLimit"], "spec.failedJobsHistoryLimit", out);
    job_spec(&spec["jobTemplate"]["spec"], "spec.jobTemplate.spec", out);
}
