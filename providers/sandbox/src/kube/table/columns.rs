//! Which columns the objects of a kind have.

use super::cells::{age, at, count_of, path_text, words};
use super::{cells, workloads};
use serde_json::{Value, json};

/// What stands in a column.
#[derive(Clone)]
enum Cell {
    /// The text or number at a path, nothing where there is none.
    At(&'static [&'static str]),
    /// The same, and what stands for nothing.
    Or(&'static [&'static str], &'static str),
    /// How long ago the time at a path was.
    Since(&'static [&'static str]),
    /// Worked out.
    By(fn(&Value, i64) -> Value),
    /// A path that a definition gives, and the type of what it leads to.
    Given(String, String),
}

/// A column.
#[derive(Clone)]
pub(super) struct Column {
    name: String,
    kind: String,
    format: String,
    description: String,
    priority: i64,
    cell: Cell,
}

impl Column {
    /// As the head of a table says it.
    pub(super) fn definition(&self) -> Value {
        json!({"name": self.name, "type": self.kind, "format": self.format, "description": self.description,
            "priority": self.priority})
    }

    /// The cell of an object.
    pub(super) fn value(&self, object: &Value, now: i64) -> Value {
        match &self.cell {
            Cell::At(path) => match at(object, path) {
                Value::Null => json!(if self.kind == "integer" { json!(0) } else { json!("") }),
                value => value.clone(),
            },
            Cell::Or(path, otherwise) => match at(object, path) {
                Value::Null => json!(otherwise),
                Value::String(text) if text.is_empty() => json!(otherwise),
                value => value.clone(),
            },
            Cell::Since(path) => json!(age(at(object, path), now)),
            Cell::By(work_out) => work_out(object, now),
            Cell::Given(path, kind) => match (cells::by_json_path(object, path), kind.as_str()) {
                (Value::String(time), "date") => json!(age(&json!(time), now)),
                (value, _) => value,
            },
        }
    }
}

const CREATED: &[&str] = &["metadata", "creationTimestamp"];

fn column(name: &str, kind: &str, priority: i64, cell: Cell) -> Column {
    let format = if name == "Name" { "name" } else { "" };
    Column {
        name: name.into(),
        kind: kind.into(),
        format: format.into(),
        description: String::new(),
        priority,
        cell,
    }
}

fn text(name: &str, cell: Cell) -> Column {
    column(name, "string", 0, cell)
}

fn number(name: &str, path: &'static [&'static str]) -> Column {
    column(name, "integer", 0, Cell::At(path))
}

fn wide(name: &str, cell: Cell) -> Column {
    column(name, "string", 1, cell)
}

/// Columns that a definition declares; without any, only the age stands beside the name.
pub(super) fn declared(columns: &Value) -> Vec<Column> {
    let mut all = vec![text("Name", Cell::At(&["metadata", "name"]))];
    let declared = columns.as_array().cloned().unwrap_or_default();
    if declared.is_empty() {
        let created = column("Age", "date", 0, Cell::Since(CREATED));
        all.push(created);
    }
    for one in &declared {
        let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let cell = Cell::Given(word("jsonPath"), word("type"));
        let (format, description) = (word("format"), word("description"));
        let priority = one["priority"].as_i64().unwrap_or(0);
        all.push(Column { format, description, ..column(&word("name"), &word("type"), priority, cell) });
    }
    all
}

/// Columns of a built-in kind.
pub(super) fn columns(group: &str, kind: &str) -> Vec<Column> {
    let mut all = vec![text("Name", Cell::At(&["metadata", "name"]))];
    let own = match group {
        "apps" => work(kind),
        "batch" => batch(kind),
        "" => core(kind).or_else(|| volumes(kind)),
        _ => other(group, kind).or_else(|| others(group, kind)),
    };
    let Some(own) = own else {
        all.push(column("Created At", "date", 0, Cell::At(CREATED)));
        return all;
    };
    if kind == "Event" {
        all.clear();
    }
    let (shown, more): (Vec<_>, Vec<_>) = own.into_iter().partition(|column| column.priority == 0);
    all.extend(shown);
    if !matches!(kind, "Event" | "Node") {
        all.push(text("Age", Cell::Since(CREATED)));
    }
    all.extend(more);
    all
}

fn work(kind: &str) -> Option<Vec<Column>> {
    let containers = || wide("Containers", Cell::By(workloads::containers));
    let images = || wide("Images", Cell::By(workloads::images));
    let selector = || wide("Selector", Cell::By(workloads::selector));
    Some(match kind {
        "Deployment" => vec![
            text("Ready", Cell::By(workloads::ready)),
            number("Up-to-date", &["status", "updatedReplicas"]),
            number("Available", &["status", "availableReplicas"]),
            containers(),
            images(),
            selector(),
        ],
        "ReplicaSet" => vec![
            number("Desired", &["spec", "replicas"]),
            number("Current", &["status", "replicas"]),
            number("Ready", &["status", "readyReplicas"]),
            containers(),
            images(),
            selector(),
        ],
        "StatefulSet" => vec![text("Ready", Cell::By(workloads::ready)), containers(), images()],
        "DaemonSet" => vec![
            number("Desired", &["status", "desiredNumberScheduled"]),
            number("Current", &["status", "currentNumberScheduled"]),
            number("Ready", &["status", "numberReady"]),
            number("Up-to-date", &["status", "updatedNumberScheduled"]),
            number("Available", &["status", "numberAvailable"]),
            text(
                "Node Selector",
                Cell::By(|object, _| words(at(object, &["spec", "template", "spec", "nodeSelector"]))),
            ),
            containers(),
            images(),
            selector(),
        ],
        _ => return None,
    })
}

fn batch(kind: &str) -> Option<Vec<Column>> {
    let made = || {
        [
            wide("Containers", Cell::By(workloads::containers)),
            wide("Images", Cell::By(workloads::images)),
            wide("Selector", Cell::By(workloads::selector)),
        ]
    };
    let own = match kind {
        "Job" => vec![
            text("Status", Cell::By(workloads::job_status)),
            text("Completions", Cell::By(workloads::completions)),
            text("Duration", Cell::By(workloads::duration)),
        ],
        "CronJob" => vec![
            text("Schedule", Cell::At(&["spec", "schedule"])),
            text("Timezone", Cell::Or(&["spec", "timeZone"], "<none>")),
            text("Suspend", Cell::By(|object, _| cells::bool_text(at(object, &["spec", "suspend"])))),
            column(
                "Active",
                "integer",
                0,
                Cell::By(|object, _| json!(count_of(at(object, &["status", "active"])))),
            ),
            text("Last Schedule", Cell::By(workloads::last_schedule)),
        ],
        _ => return None,
    };
    Some(own.into_iter().chain(made()).collect())
}

fn core(kind: &str) -> Option<Vec<Column>> {
    Some(match kind {
        "Pod" => vec![
            text("Ready", Cell::By(workloads::pod_ready)),
            text("Status", Cell::By(workloads::pod_status)),
            text("Restarts", Cell::By(workloads::restarts)),
            wide("IP", Cell::Or(&["status", "podIP"], "<none>")),
            wide("Node", Cell::Or(&["spec", "nodeName"], "<none>")),
            wide("Nominated Node", Cell::Or(&["status", "nominatedNodeName"], "<none>")),
            wide("Readiness Gates", Cell::By(|_, _| json!("<none>"))),
        ],
        "Service" => vec![
            text("Type", Cell::At(&["spec", "type"])),
            text("Cluster-IP", Cell::Or(&["spec", "clusterIP"], "<none>")),
            text("External-IP", Cell::By(cells::external_ip)),
            text("Port(s)", Cell::By(cells::ports)),
            wide("Selector", Cell::By(|object, _| words(at(object, &["spec", "selector"])))),
        ],
        "Node" => vec![
            text("Status", Cell::By(cells::node_status)),
            text("Roles", Cell::By(cells::node_roles)),
            text("Age", Cell::Since(CREATED)),
            text("Version", Cell::At(&["status", "nodeInfo", "kubeletVersion"])),
            wide("Internal-IP", Cell::By(|object, _| cells::node_address(object, "InternalIP"))),
            wide("External-IP", Cell::By(|object, _| cells::node_address(object, "ExternalIP"))),
            wide("OS-Image", Cell::Or(&["status", "nodeInfo", "osImage"], "<unknown>")),
            wide("Kernel-Version", Cell::Or(&["status", "nodeInfo", "kernelVersion"], "<unknown>")),
            wide(
                "Container-Runtime",
                Cell::Or(&["status", "nodeInfo", "containerRuntimeVersion"], "<unknown>"),
            ),
        ],
        "Namespace" => vec![text("Status", Cell::At(&["status", "phase"]))],
        "ConfigMap" => vec![text("Data", Cell::By(cells::config_data))],
        "Secret" => vec![
            text("Type", Cell::At(&["type"])),
            column("Data", "integer", 0, Cell::By(|object, _| json!(count_of(&object["data"])))),
        ],
        "ServiceAccount" => {
            vec![column("Secrets", "string", 0, Cell::By(|object, _| json!(count_of(&object["secrets"]))))]
        }
        "Endpoints" => vec![text("Endpoints", Cell::By(cells::endpoints))],
        "Event" => vec![
            text("Last Seen", Cell::By(cells::last_seen)),
            text("Type", Cell::At(&["type"])),
            text("Reason", Cell::At(&["reason"])),
            text("Object", Cell::By(cells::involved)),
            text("Message", Cell::At(&["message"])),
            wide("Count", Cell::At(&["count"])),
            wide("Name", Cell::At(&["metadata", "name"])),
        ],
        _ => return None,
    })
}

fn volumes(kind: &str) -> Option<Vec<Column>> {
    Some(match kind {
        "PersistentVolumeClaim" => vec![
            text("Status", Cell::By(cells::phase)),
            text("Volume", Cell::At(&["spec", "volumeName"])),
            text("Capacity", Cell::At(&["status", "capacity", "storage"])),
            text("Access Modes", Cell::By(|object, _| cells::modes(at(object, &["status", "accessModes"])))),
            text("StorageClass", Cell::At(&["spec", "storageClassName"])),
            text("VolumeAttributesClass", Cell::Or(&["spec", "volumeAttributesClassName"], "<unset>")),
            wide("VolumeMode", Cell::Or(&["spec", "volumeMode"], "<unset>")),
        ],
        "PersistentVolume" => vec![
            text("Capacity", Cell::At(&["spec", "capacity", "storage"])),
            text("Access Modes", Cell::By(|object, _| cells::modes(at(object, &["spec", "accessModes"])))),
            text("Reclaim Policy", Cell::At(&["spec", "persistentVolumeReclaimPolicy"])),
            text("Status", Cell::By(cells::phase)),
            text("Claim", Cell::By(cells::claim)),
            text("StorageClass", Cell::At(&["spec", "storageClassName"])),
            text("VolumeAttributesClass", Cell::Or(&["spec", "volumeAttributesClassName"], "<unset>")),
            text("Reason", Cell::At(&["status", "reason"])),
            wide("VolumeMode", Cell::Or(&["spec", "volumeMode"], "<unset>")),
        ],
        "ReplicationController" => vec![
            number("Desired", &["spec", "replicas"]),
            number("Current", &["status", "replicas"]),
            number("Ready", &["status", "readyReplicas"]),
            wide("Containers", Cell::By(workloads::containers)),
            wide("Images", Cell::By(workloads::images)),
            wide("Selector", Cell::By(|object, _| words(at(object, &["spec", "selector"])))),
        ],
        "ResourceQuota" => vec![
            text("Request", Cell::By(|object, _| cells::quota(object, false))),
            text("Limit", Cell::By(|object, _| cells::quota(object, true))),
        ],
        _ => return None,
    })
}

fn other(group: &str, kind: &str) -> Option<Vec<Column>> {
    Some(match (group, kind) {
        ("networking.k8s.io", "Ingress") => vec![
            text("Class", Cell::Or(&["spec", "ingressClassName"], "<none>")),
            text("Hosts", Cell::By(cells::hosts)),
            text("Address", Cell::By(cells::balancer)),
            text(
                "Ports",
                Cell::By(|object, _| {
                    json!(if count_of(&object["spec"]["tls"]) > 0 { "80, 443" } else { "80" })
                }),
            ),
        ],
        ("networking.k8s.io", "NetworkPolicy") => {
            vec![text(
                "Pod-Selector",
                Cell::By(|object, _| words(at(object, &["spec", "podSelector", "matchLabels"]))),
            )]
        }
        ("networking.k8s.io", "IngressClass") => vec![
            text("Controller", Cell::At(&["spec", "controller"])),
            text("Parameters", Cell::Or(&["spec", "parameters", "name"], "<none>")),
        ],
        ("autoscaling", "HorizontalPodAutoscaler") => vec![
            text("Reference", Cell::By(cells::scaled)),
            text("Targets", Cell::By(cells::metrics)),
            text("MinPods", Cell::By(|object, _| path_text(object, &["spec", "minReplicas"], "<unset>"))),
            number("MaxPods", &["spec", "maxReplicas"]),
            number("Replicas", &["status", "currentReplicas"]),
        ],
        ("policy", "PodDisruptionBudget") => vec![
            text("Min Available", Cell::By(|object, _| path_text(object, &["spec", "minAvailable"], "N/A"))),
            text(
                "Max Unavailable",
                Cell::By(|object, _| path_text(object, &["spec", "maxUnavailable"], "N/A")),
            ),
            number("Allowed Disruptions", &["status", "disruptionsAllowed"]),
        ],
        ("coordination.k8s.io", "Lease") => vec![text("Holder", Cell::At(&["spec", "holderIdentity"]))],
        ("scheduling.k8s.io", "PriorityClass") => vec![
            number("Value", &["value"]),
            column(
                "Global-Default",
                "boolean",
                0,
                Cell::By(|object, _| json!(object["globalDefault"] == true)),
            ),
        ],
        _ => return None,
    })
}

fn others(group: &str, kind: &str) -> Option<Vec<Column>> {
    Some(match (group, kind) {
        ("storage.k8s.io", "StorageClass") => vec![
            text("Provisioner", Cell::At(&["provisioner"])),
            text("ReclaimPolicy", Cell::Or(&["reclaimPolicy"], "Delete")),
            text("VolumeBindingMode", Cell::Or(&["volumeBindingMode"], "<unset>")),
            column(
                "AllowVolumeExpansion",
                "boolean",
                0,
                Cell::By(|object, _| json!(object["allowVolumeExpansion"] == true)),
            ),
        ],
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => vec![
            text("Role", Cell::By(cells::role)),
            wide("Users", Cell::By(|object, _| cells::subjects(object, "User"))),
            wide("Groups", Cell::By(|object, _| cells::subjects(object, "Group"))),
            wide("ServiceAccounts", Cell::By(|object, _| cells::subjects(object, "ServiceAccount"))),
        ],
        _ => return None,
    })
}
