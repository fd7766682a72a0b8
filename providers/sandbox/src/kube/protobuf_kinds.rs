//! Fields of the kinds that `kubectl create` and `kubectl auth` write in binary form. What is not in a table here makes a
//! body unknown.

use super::{Field, Form, METADATA};

/// Fields of a kind.
pub(super) fn fields(version: &str, kind: &str) -> Option<&'static [Field]> {
    Some(match (version, kind) {
        ("apps/v1", "Deployment") => DEPLOYMENT,
        ("batch/v1", "Job") => JOB,
        ("v1", "Service") => SERVICE,
        ("v1", "ServiceAccount") => SERVICE_ACCOUNT,
        ("rbac.authorization.k8s.io/v1", "Role" | "ClusterRole") => ROLE,
        ("rbac.authorization.k8s.io/v1", "RoleBinding" | "ClusterRoleBinding") => BINDING,
        ("authorization.k8s.io/v1", "SelfSubjectAccessReview") => ACCESS_REVIEW,
        ("authorization.k8s.io/v1", "SelfSubjectRulesReview") => RULES_REVIEW,
        ("authentication.k8s.io/v1", "SelfSubjectReview") => {
            &[(1, "metadata", Form::Message(METADATA)), (2, "status", Form::Skipped)]
        }
        _ => return None,
    })
}

pub(super) const SELECTOR: &[Field] = &[(1, "matchLabels", Form::Map)];
const PORT: &[Field] = &[
    (1, "name", Form::Text),
    (2, "hostPort", Form::Number),
    (3, "containerPort", Form::Number),
    (4, "protocol", Form::Text),
    (5, "hostIP", Form::Text),
];
const ENV: &[Field] = &[(1, "name", Form::Text), (2, "value", Form::Text)];
const CONTAINER: &[Field] = &[
    (1, "name", Form::Text),
    (2, "image", Form::Text),
    (3, "command", Form::Texts),
    (4, "args", Form::Texts),
    (5, "workingDir", Form::Text),
    (6, "ports", Form::Messages(PORT)),
    (7, "env", Form::Messages(ENV)),
    (8, "resources", Form::Message(&[])),
    (13, "terminationMessagePath", Form::Text),
    (14, "imagePullPolicy", Form::Text),
    (16, "stdin", Form::Bool),
    (17, "stdinOnce", Form::Bool),
    (18, "tty", Form::Bool),
    (20, "terminationMessagePolicy", Form::Text),
];
const POD_SECURITY: &[Field] = &[
    (2, "runAsUser", Form::Number),
    (3, "runAsNonRoot", Form::Bool),
    (5, "fsGroup", Form::Number),
    (6, "runAsGroup", Form::Number),
];
const POD_SPEC: &[Field] = &[
    (2, "containers", Form::Messages(CONTAINER)),
    (3, "restartPolicy", Form::Text),
    (4, "terminationGracePeriodSeconds", Form::Number),
    (5, "activeDeadlineSeconds", Form::Number),
    (6, "dnsPolicy", Form::Text),
    (7, "nodeSelector", Form::Map),
    (8, "serviceAccountName", Form::Text),
    (9, "serviceAccount", Form::Text),
    (10, "nodeName", Form::Text),
    (11, "hostNetwork", Form::Bool),
    (12, "hostPID", Form::Bool),
    (13, "hostIPC", Form::Bool),
    (14, "securityContext", Form::Message(POD_SECURITY)),
    (16, "hostname", Form::Text),
    (17, "subdomain", Form::Text),
    (19, "schedulerName", Form::Text),
    (20, "initContainers", Form::Messages(CONTAINER)),
    (24, "priorityClassName", Form::Text),
];
const TEMPLATE: &[Field] = &[(1, "metadata", Form::Message(METADATA)), (2, "spec", Form::Message(POD_SPEC))];
const ROLLING: &[Field] = &[(1, "maxUnavailable", Form::NumberOrText), (2, "maxSurge", Form::NumberOrText)];
const STRATEGY: &[Field] = &[(1, "type", Form::Text), (2, "rollingUpdate", Form::Message(ROLLING))];
const DEPLOYMENT_SPEC: &[Field] = &[
    (1, "replicas", Form::Number),
    (2, "selector", Form::Message(SELECTOR)),
    (3, "template", Form::Message(TEMPLATE)),
    (4, "strategy", Form::Message(STRATEGY)),
    (5, "minReadySeconds", Form::Number),
    (6, "revisionHistoryLimit", Form::Number),
    (7, "paused", Form::Bool),
    (9, "progressDeadlineSeconds", Form::Number),
];
const DEPLOYMENT: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(DEPLOYMENT_SPEC)),
    (3, "status", Form::Skipped),
];
pub(super) const JOB_SPEC: &[Field] = &[
    (1, "parallelism", Form::Number),
    (2, "completions", Form::Number),
    (3, "activeDeadlineSeconds", Form::Number),
    (4, "selector", Form::Message(SELECTOR)),
    (5, "manualSelector", Form::Bool),
    (6, "template", Form::Message(TEMPLATE)),
    (7, "backoffLimit", Form::Number),
    (8, "ttlSecondsAfterFinished", Form::Number),
    (9, "completionMode", Form::Text),
    (10, "suspend", Form::Bool),
];
const JOB: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(JOB_SPEC)),
    (3, "status", Form::Skipped),
];
const SERVICE_PORT: &[Field] = &[
    (1, "name", Form::Text),
    (2, "protocol", Form::Text),
    (3, "port", Form::Number),
    (4, "targetPort", Form::NumberOrText),
    (5, "nodePort", Form::Number),
    (6, "appProtocol", Form::Text),
];
const SERVICE_SPEC: &[Field] = &[
    (1, "ports", Form::Messages(SERVICE_PORT)),
    (2, "selector", Form::Map),
    (3, "clusterIP", Form::Text),
    (4, "type", Form::Text),
    (5, "externalIPs", Form::Texts),
    (7, "sessionAffinity", Form::Text),
    (8, "loadBalancerIP", Form::Text),
    (9, "loadBalancerSourceRanges", Form::Texts),
    (10, "externalName", Form::Text),
    (11, "externalTrafficPolicy", Form::Text),
    (12, "healthCheckNodePort", Form::Number),
    (13, "publishNotReadyAddresses", Form::Bool),
];
const SERVICE: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(SERVICE_SPEC)),
    (3, "status", Form::Skipped),
];
const SERVICE_ACCOUNT: &[Field] =
    &[(1, "metadata", Form::Message(METADATA)), (4, "automountServiceAccountToken", Form::Bool)];
const RULE: &[Field] = &[
    (1, "verbs", Form::Texts),
    (2, "apiGroups", Form::Texts),
    (3, "resources", Form::Texts),
    (4, "resourceNames", Form::Texts),
    (5, "nonResourceURLs", Form::Texts),
];
const ROLE: &[Field] = &[(1, "metadata", Form::Message(METADATA)), (2, "rules", Form::Messages(RULE))];
const SUBJECT: &[Field] = &[
    (1, "kind", Form::Text),
    (2, "apiGroup", Form::Text),
    (3, "name", Form::Text),
    (4, "namespace", Form::Text),
];
const ROLE_REF: &[Field] = &[(1, "apiGroup", Form::Text), (2, "kind", Form::Text), (3, "name", Form::Text)];
const BINDING: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "subjects", Form::Messages(SUBJECT)),
    (3, "roleRef", Form::Message(ROLE_REF)),
];
const RESOURCE_ATTRIBUTES: &[Field] = &[
    (1, "namespace", Form::Text),
    (2, "verb", Form::Text),
    (3, "group", Form::Text),
    (4, "version", Form::Text),
    (5, "resource", Form::Text),
    (6, "subresource", Form::Text),
    (7, "name", Form::Text),
];
const PATH_ATTRIBUTES: &[Field] = &[(1, "path", Form::Text), (2, "verb", Form::Text)];
const ACCESS: &[Field] = &[
    (1, "resourceAttributes", Form::Message(RESOURCE_ATTRIBUTES)),
    (2, "nonResourceAttributes", Form::Message(PATH_ATTRIBUTES)),
];
const ACCESS_REVIEW: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(ACCESS)),
    (3, "status", Form::Skipped),
];
const RULES_REVIEW: &[Field] = &[
    (1, "metadata", Form::Message(METADATA)),
    (2, "spec", Form::Message(&[(1, "namespace", Form::Text)])),
    (3, "status", Form::Skipped),
];
