//! Names of fields: `snake_case` in configuration, `camelCase` in the API, with the API's own exceptions.

/// Names that the rule does not give: configuration, API.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("api_group", "apiGroup"),
    ("api_groups", "apiGroups"),
    ("cluster_ip", "clusterIP"),
    ("cluster_ips", "clusterIPs"),
    ("client_ip", "clientIP"),
    ("container", "containers"),
    ("csi_driver", "driver"),
    ("downward_api", "downwardAPI"),
    ("external_ips", "externalIPs"),
    ("host_ip", "hostIP"),
    ("host_ipc", "hostIPC"),
    ("host_pid", "hostPID"),
    ("image_pull_secret", "imagePullSecrets"),
    ("init_container", "initContainers"),
    ("load_balancer_ip", "loadBalancerIP"),
    ("non_resource_urls", "nonResourceURLs"),
    ("option", "options"),
    ("port", "ports"),
    ("readiness_gate", "readinessGates"),
    ("rule", "rules"),
    ("subject", "subjects"),
    ("toleration", "tolerations"),
    ("topology_spread_constraint", "topologySpreadConstraints"),
    ("volume", "volumes"),
    ("volume_claim_template", "volumeClaimTemplates"),
    ("volume_device", "volumeDevices"),
    ("volume_mount", "volumeMounts"),
];

/// The API's name of a field. `many` says that the field holds a list of blocks: only then is a singular
/// name made plural.
pub(crate) fn api_name(name: &str, many: bool) -> String {
    let exception = EXCEPTIONS
        .iter()
        .find(|(own, api)| *own == name && (many || !api.ends_with('s') || own.ends_with('s')));
    if let Some((_, api)) = exception {
        return (*api).to_owned();
    }
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

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
