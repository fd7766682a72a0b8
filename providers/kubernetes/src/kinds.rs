//! Which kind of the API stands behind each type, and how its life differs from that of the others.

use ordain_kube::Kind;

/// When an object counts as made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// At once.
    AtOnce,
    /// Once its claim is bound (`wait_until_bound`).
    Bound,
    /// Once the namespace has its default service account (`wait_for_default_service_account`).
    DefaultAccount,
    /// Once its rollout is done (`wait_for_rollout`).
    Deployment,
    /// Once its load balancer has an address (`wait_for_load_balancer`).
    Ingress,
    /// Once it is complete (`wait_for_completion`).
    Job,
    /// The same for services of type LoadBalancer.
    Service,
    /// Once its rollout is done (`wait_for_rollout`).
    StatefulSet,
    /// Once a service account's token is in it (`wait_for_service_account_token`).
    Token,
}

impl Ready {
    /// Argument that asks for waiting.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Ready::AtOnce => "",
            Ready::Bound => "wait_until_bound",
            Ready::DefaultAccount => "wait_for_default_service_account",
            Ready::Deployment | Ready::StatefulSet => "wait_for_rollout",
            Ready::Ingress | Ready::Service => "wait_for_load_balancer",
            Ready::Job => "wait_for_completion",
            Ready::Token => "wait_for_service_account_token",
        }
    }

    /// Whether changes are waited for too.
    pub(crate) fn after_updates(self) -> bool {
        matches!(self, Ready::Deployment | Ready::Job | Ready::StatefulSet)
    }
}

/// One kind.
#[derive(Debug)]
pub(crate) struct Row {
    /// Name of the type without `kubernetes_` and version suffix.
    pub(crate) name: &'static str,
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) namespaced: bool,
    /// When it counts as made.
    pub(crate) ready: Ready,
    /// Whether a deletion is waited for: what is said of an object that is still there, `{}` for its id.
    pub(crate) gone: Option<&'static str>,
    /// What stands before the API's words when creating, changing and deleting fails.
    pub(crate) words: [&'static str; 3],
}

const RBAC: &str = "rbac.authorization.k8s.io/v1";

type Names = (&'static str, &'static str, &'static str, &'static str, bool);

const fn row(names: Names, ready: Ready, gone: Option<&'static str>, words: [&'static str; 3]) -> Row {
    let (name, api_version, kind, plural, namespaced) = names;
    Row { name, api_version, kind, plural, namespaced, ready, gone, words }
}

const ROWS: &[Row] = &[
    row(
        ("cluster_role", RBAC, "ClusterRole", "clusterroles", false),
        Ready::AtOnce,
        None,
        ["", "Failed to update ClusterRole: ", ""],
    ),
    row(
        ("cluster_role_binding", RBAC, "ClusterRoleBinding", "clusterrolebindings", false),
        Ready::AtOnce,
        None,
        ["", "Failed to update ClusterRoleBinding: ", ""],
    ),
    row(
        ("config_map", "v1", "ConfigMap", "configmaps", true),
        Ready::AtOnce,
        None,
        ["", "Failed to update Config Map: ", ""],
    ),
    row(
        ("deployment", "apps/v1", "Deployment", "deployments", true),
        Ready::Deployment,
        Some("Deployment ({}) still exists"),
        ["Failed to create deployment: ", "Failed to update deployment: ", ""],
    ),
    row(
        ("ingress", "networking.k8s.io/v1", "Ingress", "ingresses", true),
        Ready::Ingress,
        Some("Ingress ({}) still exists"),
        [
            "Failed to create Ingress '{}' because: ",
            "Failed to update Ingress {} because: ",
            "Failed to delete Ingress {} because: ",
        ],
    ),
    row(
        ("job", "batch/v1", "Job", "jobs", true),
        Ready::Job,
        Some("Job {name} still exists"),
        [
            "Failed to create Job! API error: ",
            "Failed to update Job! API error: ",
            "Failed to delete Job! API error: ",
        ],
    ),
    row(
        ("namespace", "v1", "Namespace", "namespaces", false),
        Ready::DefaultAccount,
        Some("timeout while waiting for resource to be gone (last state: 'Terminating', timeout: {timeout})"),
        ["", "", ""],
    ),
    row(
        ("persistent_volume_claim", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
        Ready::Bound,
        Some("Persistent volume claim {name} still exists with finalizers: {finalizers}"),
        ["", "", ""],
    ),
    row(("role", RBAC, "Role", "roles", true), Ready::AtOnce, None, ["", "Failed to update role: ", ""]),
    row(
        ("role_binding", RBAC, "RoleBinding", "rolebindings", true),
        Ready::AtOnce,
        None,
        ["", "Failed to update RoleBinding: ", ""],
    ),
    row(
        ("secret", "v1", "Secret", "secrets", true),
        Ready::Token,
        None,
        ["", "Failed to update secret: ", ""],
    ),
    row(
        ("service", "v1", "Service", "services", true),
        Ready::Service,
        Some("Service ({}) still exists"),
        ["", "Failed to update service: ", ""],
    ),
    row(
        ("service_account", "v1", "ServiceAccount", "serviceaccounts", true),
        Ready::AtOnce,
        None,
        ["", "Failed to update service account: ", ""],
    ),
    row(
        ("stateful_set", "apps/v1", "StatefulSet", "statefulsets", true),
        Ready::StatefulSet,
        Some("StatefulSet {name} still exists []"),
        ["", "Failed to update StatefulSet: ", ""],
    ),
];

impl Row {
    /// The row of a type such as `kubernetes_service_v1`.
    pub(crate) fn of(type_name: &str) -> Option<&'static Row> {
        let name = type_name.strip_prefix("kubernetes_")?;
        let name = name.strip_suffix("_v1").unwrap_or(name);
        ROWS.iter().find(|row| row.name == name)
    }

    /// The kind.
    pub(crate) fn kind(&self) -> Kind {
        Kind::known(self.api_version, self.kind, self.plural, self.namespaced)
    }
}
