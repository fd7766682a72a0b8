//! `checks`: what conditions and check blocks say.

use ordain_addr::{Key, Target};
use ordain_diag::{CheckKind, CheckResult, CheckStatus};
use ordain_state::{CheckObject, CheckRecord};
use serde_json::{Map, Value as Json};

use super::changes::key_json;
use super::document::{CheckDocument, CheckInstance, CheckProblem};

fn kind_word(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Resource => "resource",
        CheckKind::OutputValue => "output_value",
        CheckKind::Check => "check",
        CheckKind::InputVariable => "var",
    }
}

fn status_word(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "pass",
        CheckStatus::Fail => "fail",
        CheckStatus::Error => "error",
        CheckStatus::Unknown => "unknown",
    }
}

/// `checks`, in the order of the addresses as text.
pub fn documents(results: &[CheckResult]) -> Vec<CheckDocument> {
    let mut sorted: Vec<&CheckResult> = results.iter().collect();
    sorted.sort_by(|a, b| a.address.cmp(&b.address));
    sorted.into_iter().map(document).collect()
}

fn document(result: &CheckResult) -> CheckDocument {
    let instances = result.instances.iter().map(|instance| CheckInstance {
        address: instance_address(result.kind, &instance.address),
        status: status_word(instance.status),
        problems: instance.messages.iter().map(|message| CheckProblem { message: message.clone() }).collect(),
    });
    CheckDocument {
        address: config_address(result.kind, &result.address),
        status: status_word(result.status),
        instances: instances.collect(),
    }
}

/// Module part and the rest of `module.a.module.b[0].output.x`.
fn split_module(kind: CheckKind, address: &str) -> (&str, &str) {
    let word = match kind {
        CheckKind::Resource => return ("", address),
        CheckKind::OutputValue => "output.",
        CheckKind::Check => "check.",
        CheckKind::InputVariable => "var.",
    };
    // Names have no dots, so the last such word is the one that counts.
    match address.rfind(word) {
        Some(0) | None => ("", address),
        Some(at) => (address.get(..at - 1).unwrap_or(""), address.get(at..).unwrap_or(address)),
    }
}

fn config_address(kind: CheckKind, address: &str) -> Json {
    let mut members = Map::new();
    members.insert("to_display".to_owned(), address.into());
    members.insert("kind".to_owned(), kind_word(kind).into());
    if kind == CheckKind::Resource {
        if let Ok(Target::Resource(found)) = Target::parse(address) {
            if !found.module.is_root() {
                members.insert("module".to_owned(), found.module.to_string().into());
            }
            members.insert("mode".to_owned(), found.resource.mode.word().into());
            members.insert("type".to_owned(), (*found.resource.type_name).into());
            members.insert("name".to_owned(), (*found.resource.name).into());
        }
        return Json::Object(members);
    }
    let (module, rest) = split_module(kind, address);
    if !module.is_empty() {
        members.insert("module".to_owned(), module.into());
    }
    let name = rest.split_once('.').map_or(rest, |(_, name)| name);
    members.insert("name".to_owned(), name.into());
    Json::Object(members)
}

fn instance_address(kind: CheckKind, address: &str) -> Json {
    let (module, key): (String, Option<Key>) = match kind {
        CheckKind::Resource => match Target::parse(address) {
            Ok(Target::Instance(found)) => (found.module.to_string(), found.key.clone()),
            Ok(Target::Resource(found)) => (found.module.to_string(), None),
            Ok(Target::Module(_)) | Err(_) => (String::new(), None),
        },
        _ => (split_module(kind, address).0.to_owned(), None),
    };
    let mut members = Map::new();
    members.insert("to_display".to_owned(), address.into());
    if !module.is_empty() {
        members.insert("module".to_owned(), module.into());
    }
    if let Some(key) = key {
        members.insert("instance_key".to_owned(), key_json(&key));
    }
    Json::Object(members)
}

/// The check results of a state in the form of the JSON documents; kinds that are not known are left out.
pub fn from_state(results: &[CheckRecord]) -> Vec<CheckDocument> {
    let mut sorted: Vec<&CheckRecord> = results.iter().collect();
    sorted.sort_by(|a, b| a.config_addr.cmp(&b.config_addr));
    sorted.into_iter().filter_map(stored).collect()
}

fn stored(result: &CheckRecord) -> Option<CheckDocument> {
    let kind = match result.object_kind.as_str() {
        "resource" => CheckKind::Resource,
        "output" => CheckKind::OutputValue,
        "check" => CheckKind::Check,
        "var" => CheckKind::InputVariable,
        _ => return None,
    };
    let problems = |object: &CheckObject| {
        object.failure_messages.iter().map(|message| CheckProblem { message: message.clone() }).collect()
    };
    let instances = result.objects.iter().flatten().map(|object| CheckInstance {
        address: instance_address(kind, &object.object_addr),
        status: stored_status(&object.status),
        problems: problems(object),
    });
    Some(CheckDocument {
        address: config_address(kind, &result.config_addr),
        status: stored_status(&result.status),
        instances: instances.collect(),
    })
}

fn stored_status(word: &str) -> &'static str {
    match word {
        "pass" => "pass",
        "fail" => "fail",
        "error" => "error",
        _ => "unknown",
    }
}

/// The check results of a state, from what the checks of a plan or an apply say.
pub fn to_state(results: &[CheckResult]) -> Vec<CheckRecord> {
    let kind = |kind: CheckKind| match kind {
        CheckKind::OutputValue => "output",
        other => kind_word(other),
    };
    let object = |instance: &ordain_diag::CheckInstance| CheckObject {
        object_addr: instance.address.clone(),
        status: status_word(instance.status).to_owned(),
        failure_messages: instance.messages.clone(),
    };
    let record = |result: &CheckResult| CheckRecord {
        object_kind: kind(result.kind).to_owned(),
        config_addr: result.address.clone(),
        status: status_word(result.status).to_owned(),
        objects: (!result.instances.is_empty()).then(|| result.instances.iter().map(object).collect()),
    };
    results.iter().map(record).collect()
}
