//! Denials that could not be decided, as obligations: what they wait for, and what is left to decide.

use std::collections::{BTreeMap, BTreeSet};

use ordain_rego::{Open, Value, Wait};
use serde_json::Value as Json;

use crate::decisions::{Decision, Obligation};
use crate::input::Input;
use crate::rego::Rego;

/// A denial that may hold.
pub(crate) struct Rest<'r> {
    /// The rule.
    pub(crate) rule: &'r str,
    /// What it would say; nothing where even that is not known.
    pub(crate) item: Option<&'r Value>,
    /// Under what it holds.
    pub(crate) open: &'r Open,
}

/// One obligation for each object before which it must be decided: those that the denial names, else those whose
/// values it waits for.
pub(crate) fn obligations(rest: &Rest<'_>, input: &Input<'_>, rego: &Rego) -> Vec<Obligation> {
    let reasons = rest.open.reasons();
    let waits: BTreeSet<&Wait> = reasons.iter().flat_map(|reason| &reason.waits).collect();
    let named = rest.item.map(addresses).unwrap_or_default();
    let mut by_object: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for wait in &waits {
        by_object.entry(&*wait.of).or_default().push(wait.path.to_string());
    }
    let objects: BTreeMap<String, Vec<String>> = if named.is_empty() {
        by_object.into_iter().map(|(object, paths)| (object.to_owned(), paths)).collect()
    } else {
        named.into_iter().map(|address| (paths_for(&address, &waits), address)).map(|(p, a)| (a, p)).collect()
    };
    let conditions: Vec<String> =
        reasons.iter().filter(|reason| reason.at.row() > 0).map(|reason| rego.written(reason.at)).collect();
    let message = rest.item.map(|item| input.safe(&message(item))).unwrap_or_default();
    objects
        .into_iter()
        .map(|(address, paths)| Obligation {
            rule: rest.rule.to_owned(),
            address,
            paths,
            message: message.clone(),
            conditions: conditions.clone(),
        })
        .collect()
}

/// Takes out what nothing is held up for: values of data sources and outputs are not made by a change that could wait
/// for a judgement. It is told as a warning, so that nobody takes it for judged.
pub(crate) fn without_gate(open: &mut Vec<Obligation>) -> Vec<Decision> {
    let (held, lost): (Vec<Obligation>, Vec<Obligation>) =
        std::mem::take(open).into_iter().partition(|open| has_gate(&open.address));
    *open = held;
    let told = lost.into_iter().map(|open| {
        let paths = open.paths.join(", ");
        let mut message = format!(
            "not judged: it depends on {paths} of {}, which is known only while applying, when no change waits for it",
            open.address
        );
        if !open.message.is_empty() {
            message.push_str(&format!("; it would say: {}", open.message));
        }
        Decision { rule: open.rule, message, addresses: vec![open.address] }
    });
    told.collect()
}

/// Whether an object is changed by something that can wait.
fn has_gate(address: &str) -> bool {
    let data = address.starts_with("data.") || address.contains(".data.");
    !(data || address.starts_with("output.") || address.starts_with("var."))
}

/// Paths as they are told of one object: its own, and those of others with their addresses.
fn paths_for(address: &str, waits: &BTreeSet<&Wait>) -> Vec<String> {
    let path = |wait: &&Wait| match (&*wait.of == address, wait.path.is_empty()) {
        (true, _) => wait.path.to_string(),
        (false, true) => wait.of.to_string(),
        (false, false) => format!("{}.{}", wait.of, wait.path),
    };
    waits.iter().map(path).collect()
}

/// Addresses that a denial names, if they are known.
fn addresses(item: &Value) -> Vec<String> {
    let Some(object) = item.as_object() else { return Vec::new() };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    };
    match (object.get_str("address"), object.get_str("addresses")) {
        (Some(one), _) => text(one).into_iter().collect(),
        (None, Some(Value::Array(all))) => all.iter().map(text).collect::<Option<_>>().unwrap_or_default(),
        (None, Some(Value::Set(all))) => all.iter().map(text).collect::<Option<_>>().unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn message(item: &Value) -> String {
    let json = item.to_json();
    match json.get("msg").unwrap_or(&json) {
        Json::String(text) => text.clone(),
        _ => String::new(),
    }
}
