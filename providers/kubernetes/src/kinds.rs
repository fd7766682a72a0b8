//! Which kind of the API stands behind each type.

use ordain_kube::Kind;

/// Rows: name of the type without `kubernetes_` and version suffix, `apiVersion`, kind, plural, whether its
/// objects live in namespaces.
const KINDS: &[(&str, &str, &str, &str, bool)] = &[
    ("cluster_role", "rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
    (
        "cluster_role_binding",
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        false,
    ),
    ("config_map", "v1", "ConfigMap", "configmaps", true),
    ("deployment", "apps/v1", "Deployment", "deployments", true),
    ("ingress", "networking.k8s.io/v1", "Ingress", "ingresses", true),
    ("job", "batch/v1", "Job", "jobs", true),
    ("namespace", "v1", "Namespace", "namespaces", false),
    ("persistent_volume_claim", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
    ("role", "rbac.authorization.k8s.io/v1", "Role", "roles", true),
    ("role_binding", "rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true),
    ("secret", "v1", "Secret", "secrets", true),
    ("service", "v1", "Service", "services", true),
    ("service_account", "v1", "ServiceAccount", "serviceaccounts", true),
    ("stateful_set", "apps/v1", "StatefulSet", "statefulsets", true),
];

/// The kind behind a type, such as `kubernetes_service_v1`.
pub(crate) fn kind_of(type_name: &str) -> Option<Kind> {
    let name = type_name.strip_prefix("kubernetes_")?;
    let name = name.strip_suffix("_v1").unwrap_or(name);
    let row = KINDS.iter().find(|(own, ..)| *own == name)?;
    Some(Kind::known(row.1, row.2, row.3, row.4))
}
