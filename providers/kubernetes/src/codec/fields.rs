//! What a schema does not say about the fields of the API.

use ordain_provider::{NestedBlock, Nesting};

/// Any block.
const ANY: &str = "*";

/// Names that the rule does not give: block that the field stands in, name in configuration, name in the
/// API. The object itself is the block without a name.
const RENAMED: &[(&str, &str, &str)] = &[
    ("", "image_pull_secret", "imagePullSecrets"),
    ("", "rule", "rules"),
    ("", "secret", "secrets"),
    ("", "subject", "subjects"),
    (ANY, "ceph_fs", "cephfs"),
    (ANY, "ceph_monitors", "monitors"),
    (ANY, "client_ip", "clientIP"),
    (ANY, "cluster_ip", "clusterIP"),
    (ANY, "cluster_ips", "clusterIPs"),
    (ANY, "container", "containers"),
    (ANY, "data_disk_uri", "diskURI"),
    (ANY, "dataset_uuid", "datasetUUID"),
    (ANY, "downward_api", "downwardAPI"),
    (ANY, "endpoints_name", "endpoints"),
    (ANY, "external_ips", "externalIPs"),
    (ANY, "host_ip", "hostIP"),
    (ANY, "host_ipc", "hostIPC"),
    (ANY, "host_pid", "hostPID"),
    (ANY, "http_header", "httpHeaders"),
    (ANY, "init_container", "initContainers"),
    (ANY, "load_balancer_ip", "loadBalancerIP"),
    (ANY, "node_selector_term", "nodeSelectorTerms"),
    (ANY, "non_resource_urls", "nonResourceURLs"),
    (ANY, "on_pod_condition", "onPodConditions"),
    (ANY, "option", "options"),
    (ANY, "pd_id", "pdID"),
    (ANY, "rados_user", "user"),
    (ANY, "rbd_image", "image"),
    (ANY, "rbd_pool", "pool"),
    (ANY, "readiness_gate", "readinessGates"),
    (ANY, "run_as_username", "runAsUserName"),
    (ANY, "sysctl", "sysctls"),
    (ANY, "target_ww_ns", "targetWWNs"),
    (ANY, "toleration", "tolerations"),
    (ANY, "topology_spread_constraint", "topologySpreadConstraints"),
    (ANY, "volume_device", "volumeDevices"),
    (ANY, "volume_id", "volumeID"),
    (ANY, "volume_mount", "volumeMounts"),
    ("container", "port", "ports"),
    ("http", "path", "paths"),
    ("init_container", "port", "ports"),
    ("pod_failure_policy", "rule", "rules"),
    ("spec", "port", "ports"),
    ("spec", "rule", "rules"),
    ("spec", "volume", "volumes"),
    ("spec", "volume_claim_template", "volumeClaimTemplates"),
];

/// Fields that the API does not have, or that stay with the provider.
const OURS: &[(&str, &str)] = &[
    ("", "binary_data_wo"),
    ("", "binary_data_wo_revision"),
    ("", "data_wo"),
    ("", "data_wo_revision"),
    ("", "default_secret_name"),
    ("", "id"),
    ("", "timeouts"),
    ("", "wait_for_completion"),
    ("", "wait_for_default_service_account"),
    ("", "wait_for_load_balancer"),
    ("", "wait_for_rollout"),
    ("", "wait_for_service_account_token"),
    ("", "wait_until_bound"),
    ("azure_file", "secret_namespace"),
    ("secret_ref", "namespace"),
    ("volume", "local"),
];

/// Structures of the API whose blocks the schema does not limit to one.
const SINGLE: &[(&str, &str)] = &[
    (ANY, "grpc"),
    (ANY, "label_selector"),
    (ANY, "namespace_selector"),
    (ANY, "persistent_volume_claim_retention_policy"),
    (ANY, "post_start"),
    (ANY, "pre_stop"),
    (ANY, "projected"),
    (ANY, "rolling_update"),
    (ANY, "tcp_socket"),
    (ANY, "update_strategy"),
    ("sources", "config_map"),
    ("sources", "downward_api"),
    ("sources", "secret"),
    ("sources", "service_account_token"),
];

/// Fields that are sent although they have the zero value: the API tells unset from zero there.
const ZERO: &[(&str, &str)] = &[
    ("", "automount_service_account_token"),
    ("", "immutable"),
    (ANY, "allocate_load_balancer_node_ports"),
    (ANY, "allow_privilege_escalation"),
    (ANY, "backoff_limit"),
    (ANY, "backoff_limit_per_index"),
    (ANY, "enable_service_links"),
    (ANY, "expiration_seconds"),
    (ANY, "gmsa_credential_spec"),
    (ANY, "gmsa_credential_spec_name"),
    (ANY, "host_process"),
    (ANY, "localhost_profile"),
    (ANY, "lun"),
    (ANY, "manual_selector"),
    (ANY, "max_failed_indexes"),
    (ANY, "optional"),
    (ANY, "parallelism"),
    (ANY, "privileged"),
    (ANY, "progress_deadline_seconds"),
    (ANY, "read_only_root_filesystem"),
    (ANY, "revision_history_limit"),
    (ANY, "run_as_non_root"),
    (ANY, "run_as_username"),
    (ANY, "share_process_namespace"),
    (ANY, "termination_grace_period_seconds"),
    ("azure_disk", "caching_mode"),
    ("azure_disk", "fs_type"),
    ("azure_disk", "read_only"),
    ("client_ip", "timeout_seconds"),
    ("csi", "fs_type"),
    ("csi", "read_only"),
    ("grpc", "service"),
    ("host_path", "type"),
    ("option", "value"),
    ("resource", "api_group"),
    ("rolling_update", "partition"),
    ("spec", "automount_service_account_token"),
];

/// Fields that count only beside another one: block, field, the other field, its value.
const ONLY_WITH: &[(&str, &str, &str, &str)] = &[
    ("seccomp_profile", "localhost_profile", "type", "Localhost"),
    ("spec", "allocate_load_balancer_node_ports", "type", "LoadBalancer"),
    ("spec", "backoff_limit_per_index", "completion_mode", "Indexed"),
    ("spec", "load_balancer_class", "type", "LoadBalancer"),
    ("spec", "max_failed_indexes", "completion_mode", "Indexed"),
];

/// What is shown where the API has nothing.
const SHOWN: &[(&str, &str, &str)] = &[
    ("empty_dir", "medium", "\"\""),
    ("load_balancer", "ingress", "[]"),
    ("metadata", "annotations", "{}"),
    ("metadata", "labels", "{}"),
    ("resources", "limits", "{}"),
    ("resources", "requests", "{}"),
    ("spec", "allocate_load_balancer_node_ports", "true"),
    ("volume_mount", "mount_propagation", "\"None\""),
];

/// Fields that are never shown as they are in the cluster, as the original does not read them.
const NOT_SHOWN: &[(&str, &str)] = &[("spec", "paused")];

/// Structures that are shown as absent when nothing is in them.
const HIDDEN_WHEN_EMPTY: &[(&str, &str)] = &[
    ("affinity", "node_affinity"),
    ("affinity", "pod_affinity"),
    ("affinity", "pod_anti_affinity"),
    ("node_affinity", "required_during_scheduling_ignored_during_execution"),
    ("spec", "affinity"),
    ("spec", "dns_config"),
    ("spec", "security_context"),
];

/// How a text of the configuration stands in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// An integer.
    Integer,
    /// An integer if it is one, else a text.
    IntegerOrText,
    /// An integer, written in octal with a zero before.
    Octal,
}

/// Texts that are something else in the API.
const FORMS: &[(&str, Form)] = &[
    ("default_mode", Form::Octal),
    ("fs_group", Form::Integer),
    ("max_surge", Form::IntegerOrText),
    ("max_unavailable", Form::IntegerOrText),
    ("mode", Form::Octal),
    ("port", Form::IntegerOrText),
    ("replicas", Form::Integer),
    ("run_as_group", Form::Integer),
    ("run_as_user", Form::Integer),
    ("target_port", Form::IntegerOrText),
    ("toleration_seconds", Form::Integer),
    ("ttl_seconds_after_finished", Form::Integer),
];

fn listed(table: &[(&str, &str)], block: &str, name: &str) -> bool {
    table.iter().any(|(own, field)| (*own == block || *own == ANY) && *field == name)
}

/// The API's name of a field; none for what stays with the provider.
pub(super) fn api_name(block: &str, name: &str) -> Option<String> {
    if listed(OURS, block, name) {
        return None;
    }
    let renamed = RENAMED.iter().find(|(own, field, _)| (*own == block || *own == ANY) && *field == name);
    Some(renamed.map_or_else(|| camel(name), |(_, _, api)| (*api).to_owned()))
}

/// `snake_case` as `camelCase`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether blocks of this name are one structure of the API.
pub(super) fn is_single(block: &str, name: &str, nested: &NestedBlock) -> bool {
    nested.max_items == 1 || (nested.nesting == Nesting::List && listed(SINGLE, block, name))
}

/// Whether a field is sent although it is zero.
pub(super) fn sends_zero(block: &str, name: &str) -> bool {
    listed(ZERO, block, name)
}

/// Whether a field counts, given what `sibling` says of the others.
pub(super) fn counts<'j>(block: &str, name: &str, sibling: &dyn Fn(&str) -> Option<&'j str>) -> bool {
    let rules = ONLY_WITH.iter().filter(|(own, field, ..)| *own == block && *field == name);
    rules.into_iter().all(|(_, _, other, value)| sibling(other) == Some(*value))
}

/// What is shown for a field that the API leaves out, as JSON.
pub(super) fn shown(block: &str, name: &str) -> Option<&'static str> {
    SHOWN.iter().find(|(own, field, _)| *own == block && *field == name).map(|(_, _, json)| *json)
}

/// Whether a field is never read.
pub(super) fn is_not_shown(block: &str, name: &str) -> bool {
    listed(NOT_SHOWN, block, name)
}

/// Whether an empty structure is shown as absent.
pub(super) fn is_hidden_when_empty(block: &str, name: &str) -> bool {
    listed(HIDDEN_WHEN_EMPTY, block, name)
}

/// How a text stands in the API.
pub(super) fn form(name: &str) -> Form {
    FORMS.iter().find(|(own, _)| *own == name).map_or(Form::Plain, |(_, form)| *form)
}
