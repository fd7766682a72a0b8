//! What stands in cells.

use serde_json::{Value, json};

/// What is at a path.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, key| &value[*key])
}

/// The text at a path, or what stands for nothing.
pub(super) fn path_text(object: &Value, path: &[&str], otherwise: &str) -> Value {
    match at(object, path) {
        Value::Null => json!(otherwise),
        Value::String(text) => json!(text),
        value => json!(value.to_string()),
    }
}

/// How many members or elements something has.
pub(super) fn count_of(value: &Value) -> usize {
    value.as_object().map(serde_json::Map::len).or_else(|| value.as_array().map(Vec::len)).unwrap_or(0)
}

/// `True` or `False`, as Go writes them into tables.
pub(super) fn bool_text(value: &Value) -> Value {
    json!(if *value == true { "True" } else { "False" })
}

fn or_none(text: String) -> Value {
    json!(if text.is_empty() { "<none>".to_owned() } else { text })
}

/// Labels or a selector: `a=b,c=d`.
pub(super) fn words(labels: &Value) -> Value {
    let labels = labels.as_object().into_iter().flatten();
    or_none(
        labels
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(","),
    )
}

/// Seconds since 1970 of a time in an object.
pub(super) fn seconds(time: &Value) -> Option<i64> {
    let parsed = chrono::DateTime::parse_from_rfc3339(time.as_str()?).ok()?;
    Some(parsed.timestamp())
}

/// How long ago a time was.
pub(super) fn age(time: &Value, now: i64) -> String {
    seconds(time).map_or_else(|| "<unknown>".to_owned(), |then| span(now - then))
}

/// A span of time in one or two units, as people read it: `45s`, `2m5s`, `10m`, `3h20m`, `2d4h`, `30d`, `2y10d`.
pub(super) fn span(seconds: i64) -> String {
    if seconds < -1 {
        return "<invalid>".to_owned();
    }
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |first: i64, unit: char, rest: i64, small: char| match rest {
        0 => format!("{first}{unit}"),
        _ => format!("{first}{unit}{rest}{small}"),
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => two(minutes, 'm', seconds % 60, 's'),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => two(hours, 'h', minutes % 60, 'm'),
        () if hours < 48 => format!("{hours}h"),
        () if hours < 192 => two(days, 'd', hours % 24, 'h'),
        () if days < 730 => format!("{days}d"),
        () if days < 2920 => two(days / 365, 'y', days % 365, 'd'),
        () => format!("{}y", days / 365),
    }
}

/// What a path such as `.spec.replicas` or `.status.conditions[?(@.type=="Ready")].status` leads to.
pub(super) fn by_json_path(object: &Value, path: &str) -> Value {
    let mut value = object;
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let Some((step, after)) = inside.split_once(']') else { return Value::Null };
            value = match step.strip_prefix("?(@.").and_then(|filter| filter.strip_suffix(')')) {
                Some(filter) => {
                    let (key, wanted) = filter.split_once("==").unwrap_or((filter, ""));
                    let wanted = wanted.trim().trim_matches(['"', '\'']);
                    let items = value.as_array().into_iter().flatten();
                    let mut fitting = items.filter(|item| item[key.trim()].as_str() == Some(wanted));
                    fitting.next().unwrap_or(&Value::Null)
                }
                None => match step.parse::<usize>() {
                    Ok(index) => value.get(index).unwrap_or(&Value::Null),
                    Err(_) => &value[step.trim_matches(['"', '\''])],
                },
            };
            rest = after.trim_start_matches('.');
            continue;
        }
        // A dot in a name is written `\.`.
        let mut end = rest.len();
        let mut escaped = false;
        for (place, letter) in rest.char_indices() {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '.' | '[' => {
                    end = place;
                    break;
                }
                _ => {}
            }
        }
        let (name, after) = rest.split_at(end);
        value = &value[name.replace('\\', "")];
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    value.clone()
}

pub(super) fn config_data(object: &Value, _: i64) -> Value {
    json!((count_of(&object["data"]) + count_of(&object["binaryData"])).to_string())
}

fn addresses(status: &Value) -> String {
    let given = status["loadBalancer"]["ingress"].as_array().into_iter().flatten();
    let one = |entry: &Value| entry["ip"].as_str().or_else(|| entry["hostname"].as_str()).map(str::to_owned);
    given.filter_map(one).collect::<Vec<_>>().join(",")
}

pub(super) fn external_ip(object: &Value, _: i64) -> Value {
    let spec = &object["spec"];
    let own: Vec<&str> =
        spec["externalIPs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match spec["type"].as_str() {
        Some("LoadBalancer") => {
            let all: Vec<String> = [addresses(&object["status"]), own.join(",")]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
            json!(if all.is_empty() { "<pending>".to_owned() } else { all.join(",") })
        }
        Some("ExternalName") => spec["externalName"].clone(),
        _ => or_none(own.join(",")),
    }
}

pub(super) fn ports(object: &Value, _: i64) -> Value {
    let one = |port: &Value| {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        match port["nodePort"].as_i64().filter(|number| *number > 0) {
            Some(node) => format!("{}:{node}/{protocol}", port["port"]),
            None => format!("{}/{protocol}", port["port"]),
        }
    };
    or_none(object["spec"]["ports"].as_array().into_iter().flatten().map(one).collect::<Vec<_>>().join(","))
}

pub(super) fn node_status(object: &Value, _: i64) -> Value {
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    let mut words: Vec<String> = conditions
        .filter(|one| one["type"] == "Ready")
        .map(|one| if one["status"] == "True" { "Ready".to_owned() } else { "NotReady".to_owned() })
        .collect();
    if words.is_empty() {
        words.push("Unknown".to_owned());
    }
    if object["spec"]["unschedulable"] == true {
        words.push("SchedulingDisabled".to_owned());
    }
    json!(words.join(","))
}

pub(super) fn node_roles(object: &Value, _: i64) -> Value {
    let labels = object["metadata"]["labels"].as_object().into_iter().flatten();
    let mut roles: Vec<&str> = labels
        .filter_map(|(key, value)| match key.as_str() {
            "kubernetes.io/role" => value.as_str(),
            _ => key.strip_prefix("node-role.kubernetes.io/"),
        })
        .filter(|role| !role.is_empty())
        .collect();
    roles.sort_unstable();
    or_none(roles.join(","))
}

pub(super) fn node_address(object: &Value, kind: &str) -> Value {
    let mut all = object["status"]["addresses"].as_array().into_iter().flatten();
    let own = all.find(|address| address["type"] == kind).map(|address| address["address"].clone());
    own.unwrap_or_else(|| json!("<none>"))
}

pub(super) fn endpoints(object: &Value, _: i64) -> Value {
    let mut all = Vec::new();
    for subset in object["subsets"].as_array().into_iter().flatten() {
        for address in subset["addresses"].as_array().into_iter().flatten() {
            let ip = address["ip"].as_str().unwrap_or_default();
            let ports = subset["ports"].as_array().into_iter().flatten();
            all.extend(ports.map(|port| format!("{ip}:{}", port["port"])));
        }
    }
    let more = all.len().saturating_sub(3);
    all.truncate(3);
    let shown = all.join(",");
    or_none(if more > 0 { format!("{shown} + {more} more...") } else { shown })
}

pub(super) fn phase(object: &Value, _: i64) -> Value {
    let going = !object["metadata"]["deletionTimestamp"].is_null();
    if going { json!("Terminating") } else { path_text(object, &["status", "phase"], "") }
}

pub(super) fn claim(object: &Value, _: i64) -> Value {
    let reference = &object["spec"]["claimRef"];
    match (reference["namespace"].as_str(), reference["name"].as_str()) {
        (Some(namespace), Some(name)) => json!(format!("{namespace}/{name}")),
        _ => json!(""),
    }
}

pub(super) fn modes(modes: &Value) -> Value {
    let short = |mode: &Value| {
        Some(match mode.as_str()? {
            "ReadWriteOnce" => "RWO",
            "ReadOnlyMany" => "ROX",
            "ReadWriteMany" => "RWX",
            "ReadWriteOncePod" => "RWOP",
            _ => return None,
        })
    };
    json!(modes.as_array().into_iter().flatten().filter_map(short).collect::<Vec<_>>().join(","))
}

pub(super) fn quota(object: &Value, limits: bool) -> Value {
    let hard = object["status"]["hard"].as_object().into_iter().flatten();
    let fitting = hard.filter(|(name, _)| name.starts_with("limits.") == limits);
    let one = |(name, hard): (&String, &Value)| {
        let used = object["status"]["used"][name].as_str().unwrap_or("0");
        format!("{name}: {used}/{}", hard.as_str().unwrap_or_default())
    };
    json!(fitting.map(one).collect::<Vec<_>>().join(", "))
}

pub(super) fn last_seen(object: &Value, now: i64) -> Value {
    let times = ["lastTimestamp", "eventTime", "firstTimestamp"].map(|key| &object[key]);
    json!(
        times
            .into_iter()
            .find(|time| time.is_string())
            .map_or_else(|| "<unknown>".to_owned(), |time| age(time, now))
    )
}

pub(super) fn involved(object: &Value, _: i64) -> Value {
    let about = &object["involvedObject"];
    let kind = about["kind"].as_str().unwrap_or_default().to_lowercase();
    json!(format!("{kind}/{}", about["name"].as_str().unwrap_or_default()))
}

pub(super) fn hosts(object: &Value, _: i64) -> Value {
    let rules = object["spec"]["rules"].as_array().into_iter().flatten();
    let hosts: Vec<&str> =
        rules.filter_map(|rule| rule["host"].as_str()).filter(|host| !host.is_empty()).collect();
    json!(if hosts.is_empty() { "*".to_owned() } else { hosts.join(",") })
}

pub(super) fn balancer(object: &Value, _: i64) -> Value {
    json!(addresses(&object["status"]))
}

pub(super) fn scaled(object: &Value, _: i64) -> Value {
    let target = &object["spec"]["scaleTargetRef"];
    let word = |key: &str| target[key].as_str().unwrap_or_default();
    json!(format!("{}/{}", word("kind"), word("name")))
}

pub(super) fn role(object: &Value, _: i64) -> Value {
    let word = |key: &str| object["roleRef"][key].as_str().unwrap_or_default();
    json!(format!("{}/{}", word("kind"), word("name")))
}

pub(super) fn subjects(object: &Value, kind: &str) -> Value {
    let all = object["subjects"].as_array().into_iter().flatten().filter(|subject| subject["kind"] == kind);
    let name = |subject: &Value| {
        let name = subject["name"].as_str().unwrap_or_default();
        match subject["namespace"].as_str().filter(|_| kind == "ServiceAccount") {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    };
    json!(all.map(name).collect::<Vec<_>>().join(", "))
}

/// How many measures of an autoscaler are shown.
const MEASURES: usize = 2;

/// What an autoscaler goes by: what is measured, which nothing here does, and what it should be.
pub(super) fn metrics(object: &Value, _: i64) -> Value {
    let all = object["spec"]["metrics"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return json!("<none>");
    }
    let shown: Vec<String> = all.iter().take(MEASURES).map(metric).collect();
    let shown = shown.join(", ");
    json!(match all.len().saturating_sub(MEASURES) {
        0 => shown,
        more => format!("{shown} + {more} more..."),
    })
}

fn metric(metric: &Value) -> String {
    let (key, named) = match metric["type"].as_str() {
        Some("Resource") => ("resource", true),
        Some("ContainerResource") => ("containerResource", true),
        Some("Pods") => ("pods", false),
        Some("Object") => ("object", false),
        Some("External") => ("external", false),
        _ => return "<unknown type>".to_owned(),
    };
    let target = &metric[key]["target"];
    let average = target["averageValue"].as_str();
    if named {
        let name = metric[key]["name"].as_str().unwrap_or_default();
        let share = target["averageUtilization"].as_i64().map(|share| format!("{share}%"));
        let wanted = average.map(str::to_owned).or(share).unwrap_or_else(|| "<auto>".to_owned());
        return format!("{name}: <unknown>/{wanted}");
    }
    match average {
        Some(average) if key == "pods" => format!("<unknown>/{average}"),
        Some(average) => format!("<unknown>/{average} (avg)"),
        None => format!("<unknown>/{}", target["value"].as_str().unwrap_or("0")),
    }
}
