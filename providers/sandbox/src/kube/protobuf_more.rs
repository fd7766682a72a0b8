//! Kinds that `kubectl create` and `kubectl autoscale` write in binary form, beside those of workloads and rights.

use super::kinds::{JOB_SPEC, SELECTOR};
use super::{Field, Form, METADATA};

/// The fields of a kind; nothing for those that are not known.
pub(super) fn fields(version: &str, kind: &str) -> Option<&'static [Field]> {
    Some(match (version, kind) {
        ("batch/v1", "CronJob") => CRON_JOB,
        ("autoscaling/v1", "HorizontalPodAutoscaler") => AUTOSCALER_OF_CPU,
        ("autoscaling/v2", "HorizontalPodAutoscaler") => AUTOSCALER,
        ("v1", "ResourceQuota") => QUOTA,
        ("networking.k8s.io/v1", "Ingress") => INGRESS,
        ("policy/v1", "PodDisruptionBudget") => DISRUPTION_BUDGET,
        ("scheduling.k8s.io/v1", "PriorityClass") => PRIORITY_CLASS,
        // The server is asked for a token at a path of one version only.
        ("authentication.k8s.io/v1", "TokenRequest") => TOKEN_REQUEST,
        _ => return None,
    })
}

const JOB_TEMPLATE: &[Field] =
    &[(1, "metadata", Form::Message(METADATA)), (2, "spec", Form::Message(JOB_SPEC))];
const CRON_JOB_SPEC: &[Field] = &[
    (1, "schedule", Form::Text),
    (2, "startingDeadlineSeconds", Form::Number),
    (3, "concurrencyPolicy", Form::Text),
    (4, "suspend", Form::Bool),
    (5, "jobTemplate", Form::Message(JOB_TEMPLATE)),
    (6, "successfulJobsHistoryLimit", Form::Number),
    (7, "failedJobsHistoryLimit", Form::Number),
    (8, "timeZone", Form::Text),
];
const CRON_JOB: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(CRON_JOB_SPEC)),
    (3, "status", Form::Skipped),
];
const SCALED: &[Field] = &[(1, "kind", Form::Text), (2, "name", Form::Text), (3, "apiVersion", Form::Text)];
const AUTOSCALER_OF_CPU_SPEC: &[Field] = &[
    (1, "scaleTargetRef", Form::Message(SCALED)),
    (2, "minReplicas", Form::Number),
    (3, "maxReplicas", Form::Number),
    (4, "targetCPUUtilizationPercentage", Form::Number),
];
const AUTOSCALER_OF_CPU: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(AUTOSCALER_OF_CPU_SPEC)),
    (3, "status", Form::Skipped),
];
const METRIC_TARGET: &[Field] = &[
    (1, "type", Form::Text),
    (2, "value", Form::Quantity),
    (3, "averageValue", Form::Quantity),
    (4, "averageUtilization", Form::Number),
];
const RESOURCE_METRIC: &[Field] = &[(1, "name", Form::Text), (2, "target", Form::Message(METRIC_TARGET))];
const METRIC: &[Field] = &[(1, "type", Form::Text), (4, "resource", Form::Message(RESOURCE_METRIC))];
const AUTOSCALER_SPEC: &[Field] = &[
    (1, "scaleTargetRef", Form::Message(SCALED)),
    (2, "minReplicas", Form::Number),
    (3, "maxReplicas", Form::Number),
    (4, "metrics", Form::Messages(METRIC)),
];
const AUTOSCALER: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(AUTOSCALER_SPEC)),
    (3, "status", Form::Skipped),
];
const QUOTA_SPEC: &[Field] = &[(1, "hard", Form::QuantityMap), (2, "scopes", Form::Texts)];
const QUOTA: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(QUOTA_SPEC)),
    (3, "status", Form::Skipped),
];
const SERVICE_PORT: &[Field] = &[(1, "name", Form::Text), (2, "number", Form::Number)];
const INGRESS_SERVICE: &[Field] = &[(1, "name", Form::Text), (2, "port", Form::Message(SERVICE_PORT))];
const REFERENCE: &[Field] = &[(1, "apiGroup", Form::Text), (2, "kind", Form::Text), (3, "name", Form::Text)];
const INGRESS_BACKEND: &[Field] =
    &[(3, "resource", Form::Message(REFERENCE)), (4, "service", Form::Message(INGRESS_SERVICE))];
const INGRESS_PATH: &[Field] =
    &[(1, "path", Form::Text), (2, "backend", Form::Message(INGRESS_BACKEND)), (3, "pathType", Form::Text)];
const INGRESS_PATHS: &[Field] = &[(1, "paths", Form::Messages(INGRESS_PATH))];
const INGRESS_VALUE: &[Field] = &[(1, "http", Form::Message(INGRESS_PATHS))];
const INGRESS_RULE: &[Field] = &[(1, "host", Form::Text), (2, "", Form::Inline(INGRESS_VALUE))];
const INGRESS_TLS: &[Field] = &[(1, "hosts", Form::Texts), (2, "secretName", Form::Text)];
const INGRESS_SPEC: &[Field] = &[
    (1, "defaultBackend", Form::Message(INGRESS_BACKEND)),
    (2, "tls", Form::Messages(INGRESS_TLS)),
    (3, "rules", Form::Messages(INGRESS_RULE)),
    (4, "ingressClassName", Form::Text),
];
const INGRESS: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(INGRESS_SPEC)),
    (3, "status", Form::Skipped),
];
const DISRUPTION_BUDGET_SPEC: &[Field] = &[
    (1, "minAvailable", Form::NumberOrText),
    (2, "selector", Form::Message(SELECTOR)),
    (3, "maxUnavailable", Form::NumberOrText),
    (4, "unhealthyPodEvictionPolicy", Form::Text),
];
const DISRUPTION_BUDGET: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(DISRUPTION_BUDGET_SPEC)),
    (3, "status", Form::Skipped),
];
const PRIORITY_CLASS: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "value", Form::Number),
    (3, "globalDefault", Form::Bool),
    (4, "description", Form::Text),
    (5, "preemptionPolicy", Form::Text),
];
const BOUND: &[Field] = &[
    (1, "kind", Form::Text),
    (2, "apiVersion", Form::Text),
    (3, "name", Form::Text),
    (4, "uid", Form::Text),
];
const TOKEN_SPEC: &[Field] = &[
    (1, "audiences", Form::Texts),
    (3, "boundObjectRef", Form::Message(BOUND)),
    (4, "expirationSeconds", Form::Number),
];
const TOKEN_REQUEST: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(TOKEN_SPEC)),
    (3, "status", Form::Skipped),
];
