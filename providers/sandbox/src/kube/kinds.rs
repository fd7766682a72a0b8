//! The resources that are served: a table for the built-in ones, definitions for the custom ones.

use super::schema::{Struct, named};
use super::status::About;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// A resource of one group and version.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub group: Cow<'static, str>,
    pub version: Cow<'static, str>,
    pub plural: Cow<'static, str>,
    pub singular: Cow<'static, str>,
    pub kind: Cow<'static, str>,
    pub list_kind: Cow<'static, str>,
    pub namespaced: bool,
    pub short: Vec<String>,
    pub categories: Vec<String>,
    /// `status`, `scale`, …
    pub subresources: Vec<String>,
    /// Has spec and generation.
    pub counted: bool,
    /// The structure of a built-in kind.
    pub structure: Option<&'static str>,
    /// The structure of a custom kind, with the version's schema.
    pub custom: Option<Arc<Custom>>,
}

/// What a custom resource definition says of one version.
#[derive(Debug)]
pub(crate) struct Custom {
    pub structure: Struct,
    pub schema: Value,
    pub deprecation: Option<String>,
    /// What tables show of its objects.
    pub columns: Value,
}

/// group, version, plural, kind, namespaced, short names, subresources, structure
type Row =
    (&'static str, &'static str, &'static str, &'static str, bool, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("", "v1", "bindings", "Binding", true, "", "", ""),
    ("", "v1", "configmaps", "ConfigMap", true, "cm", "", "core.ConfigMap"),
    ("", "v1", "endpoints", "Endpoints", true, "ep", "", "core.Endpoints"),
    ("", "v1", "events", "Event", true, "ev", "", "core.Event"),
    ("", "v1", "limitranges", "LimitRange", true, "limits", "", "core.LimitRange"),
    ("", "v1", "namespaces", "Namespace", false, "ns", "finalize status", "core.Namespace"),
    ("", "v1", "nodes", "Node", false, "no", "proxy status", "core.Node"),
    ("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc", "status", "core.PersistentVolumeClaim"),
    ("", "v1", "persistentvolumes", "PersistentVolume", false, "pv", "status", "core.PersistentVolume"),
    ("", "v1", "pods", "Pod", true, "po", "attach binding ephemeralcontainers eviction exec log portforward proxy resize status", "core.Pod"),
    ("", "v1", "podtemplates", "PodTemplate", true, "", "", "core.PodTemplate"),
    ("", "v1", "replicationcontrollers", "ReplicationController", true, "rc", "scale status", "core.ReplicationController"),
    ("", "v1", "resourcequotas", "ResourceQuota", true, "quota", "status", "core.ResourceQuota"),
    ("", "v1", "secrets", "Secret", true, "", "", "core.Secret"),
    ("", "v1", "serviceaccounts", "ServiceAccount", true, "sa", "token", "core.ServiceAccount"),
    ("", "v1", "services", "Service", true, "svc", "proxy status", "core.Service"),
    ("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false, "", "", "admission.MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false, "", "", "admission.ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, "crd crds", "status", "apiextensions.CustomResourceDefinition"),
    ("apps", "v1", "controllerrevisions", "ControllerRevision", true, "", "", "apps.ControllerRevision"),
    ("apps", "v1", "daemonsets", "DaemonSet", true, "ds", "status", "apps.DaemonSet"),
    ("apps", "v1", "deployments", "Deployment", true, "deploy", "scale status", "apps.Deployment"),
    ("apps", "v1", "replicasets", "ReplicaSet", true, "rs", "scale status", "apps.ReplicaSet"),
    ("apps", "v1", "statefulsets", "StatefulSet", true, "sts", "scale status", "apps.StatefulSet"),
    ("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false, "", "", ""),
    ("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false, "", "", ""),
    ("authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", true, "", "", ""),
    ("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, "", "", ""),
    ("authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false, "", "", ""),
    ("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false, "", "", ""),
    ("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, "hpa", "status", "autoscaling.HorizontalPodAutoscaler"),
    ("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, "hpa", "status", "autoscalingv1.HorizontalPodAutoscaler"),
    ("batch", "v1", "cronjobs", "CronJob", true, "cj", "status", "batch.CronJob"),
    ("batch", "v1", "jobs", "Job", true, "", "status", "batch.Job"),
    ("coordination.k8s.io", "v1", "leases", "Lease", true, "", "", "coordination.Lease"),
    ("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, "", "", "discovery.EndpointSlice"),
    ("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false, "", "", "networking.IngressClass"),
    ("networking.k8s.io", "v1", "ingresses", "Ingress", true, "ing", "status", "networking.Ingress"),
    ("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, "netpol", "", "networking.NetworkPolicy"),
    ("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb", "status", "policy.PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false, "", "", "rbac.ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false, "", "", "rbac.ClusterRole"),
    ("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, "", "", "rbac.RoleBinding"),
    ("rbac.authorization.k8s.io", "v1", "roles", "Role", true, "", "", "rbac.Role"),
    ("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false, "pc", "", "scheduling.PriorityClass"),
    ("storage.k8s.io", "v1", "csidrivers", "CSIDriver", false, "", "", "storage.CSIDriver"),
    ("storage.k8s.io", "v1", "storageclasses", "StorageClass", false, "sc", "", "storage.StorageClass"),
];

/// Kinds that `kubectl get all` shows.
const IN_ALL: &[&str] = &[
    "pods",
    "replicationcontrollers",
    "services",
    "daemonsets",
    "deployments",
    "replicasets",
    "statefulsets",
    "horizontalpodautoscalers",
    "cronjobs",
    "jobs",
];

/// Kinds whose generation is counted.
const COUNTED: &[&str] = &[
    "deployments",
    "replicasets",
    "statefulsets",
    "daemonsets",
    "ingresses",
    "networkpolicies",
    "poddisruptionbudgets",
    "jobs",
    "cronjobs",
    "replicationcontrollers",
    "customresourcedefinitions",
    "ingressclasses",
    "pods",
    "priorityclasses",
    "mutatingwebhookconfigurations",
    "validatingwebhookconfigurations",
    "csidrivers",
    "endpointslices",
];

/// The built-in resources.
pub(crate) fn built_in() -> Vec<Resource> {
    TABLE.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Resource {
    let &(group, version, plural, kind, namespaced, short, sub, structure) = row;
    let words =
        |text: &str| text.split(' ').filter(|w| !w.is_empty()).map(str::to_string).collect::<Vec<_>>();
    let categories = match plural {
        "customresourcedefinitions" | "mutatingwebhookconfigurations" | "validatingwebhookconfigurations" => {
            vec!["api-extensions".to_string()]
        }
        p if IN_ALL.contains(&p) => vec!["all".to_string()],
        _ => Vec::new(),
    };
    Resource {
        group: group.into(),
        version: version.into(),
        plural: plural.into(),
        singular: kind.to_lowercase().into(),
        kind: kind.into(),
        list_kind: format!("{kind}List").into(),
        namespaced,
        short: words(short),
        categories,
        subresources: words(sub),
        // Pods and a few others show no generation at creation.
        counted: COUNTED.contains(&plural) && !matches!(plural, "pods" | "endpointslices"),
        structure: Some(structure).filter(|s| !s.is_empty()),
        custom: None,
    }
}

impl Resource {
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The identity of the stored objects: versions of a group share them.
    pub fn key(&self) -> String {
        format!("{}/{}", self.group, self.plural)
    }

    pub fn about(&self, name: &str) -> About {
        About {
            group: self.group.to_string(),
            resource: self.plural.to_string(),
            kind: self.kind.to_string(),
            name: name.to_string(),
        }
    }

    /// The type of its objects.
    pub fn shape(&self) -> Option<&Struct> {
        match &self.custom {
            Some(custom) => Some(&custom.structure),
            None => named(self.structure?),
        }
    }

    pub fn has(&self, subresource: &str) -> bool {
        self.subresources.iter().any(|s| s == subresource)
    }

    /// Can it be only posted (reviews, bindings)?
    pub fn only_create(&self) -> bool {
        self.structure.is_none() && self.custom.is_none()
    }
}
