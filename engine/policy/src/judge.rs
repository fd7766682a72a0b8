//! What the rules of a bundle say of a plan.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_rego::{Given, Open};
use serde_json::Value as Json;

use crate::bundle::{Bundle, Decides, error};
use crate::decisions::{Decision, Decisions, Obligation, Requirement, Stage};
use crate::input::Input;
use crate::open::{Rest, obligations, without_gate};
use crate::rego::{Failed, Rego};

/// Judges a plan by every rule that decides (see [`Bundle`]).
///
/// `deny`, `violation` and `warn` are sets of texts or of objects with `msg` and, if they like, `address` or
/// `addresses`. `require` is a set of objects with `msg` and `approvals` (how many people, 1 if left out) or
/// `from` (principals, wildcards allowed). `undetermined` is a set of objects with `address`, and `path` or
/// `paths`: the rule cannot be decided before these are known; it becomes an obligation, and right before the
/// object is touched (stage `resource`) a denial if it is still there.
///
/// A denial that depends on values that are not known yet becomes an obligation by itself; a demand for approvals
/// that may hold is one.
///
/// With errors there are no decisions: the plan counts as not judged, never as passed.
pub fn judge(bundle: &Bundle, input: &Input<'_>) -> (Option<Decisions>, Diagnostics) {
    let mut rego = match bundle.judging() {
        Ok(rego) => rego,
        Err(found) => return (None, found.into_iter().collect()),
    };
    let mut diagnostics = Diagnostics::new();
    if let Err(failed) = input.give(&mut rego) {
        let detail = format!("The plan was not taken by the evaluator: {}", input.safe(&failed.0));
        return (None, error(codes::policy::POLICY_LOAD, "Policies could not judge", detail).into());
    }
    let mut decisions =
        Decisions { stage: input.stage, bundle: bundle.digest().to_string(), ..Decisions::default() };
    let asked: Vec<_> = bundle
        .decision_rules()
        .filter(|(module, ..)| module.stages.as_ref().is_none_or(|stages| stages.contains(&input.stage)))
        .collect();
    let names: Vec<&str> = asked.iter().map(|(_, rule, _)| rule.as_str()).collect();
    let answers = match rego.values(&names) {
        Ok(answers) => answers,
        Err(failed) => {
            let detail = format!("The rules could not be evaluated: {}", input.safe(&failed.0));
            return (None, error(codes::policy::POLICY_LOAD, "Policies could not judge", detail).into());
        }
    };
    for ((module, rule, decides), answer) in asked.iter().zip(answers) {
        let answer = answer.map_err(|Failed(why)| format!("It could not be evaluated:\n{why}"));
        let taken = answer.and_then(|given| take(&mut decisions, (rule, *decides), given, input, &rego));
        if let Err(why) = taken {
            let detail = format!("Rule {rule} in {}. {}", module.path, input.safe(&why));
            diagnostics.push(error(codes::policy::POLICY_LOAD, "Policy gives no decision", detail));
        }
    }
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    settle(&mut decisions, input.object);
    (Some(decisions), diagnostics)
}

/// Canonical order; at the last stage what is said of other objects is theirs, and what is still open about the
/// object is a denial.
fn settle(decisions: &mut Decisions, object: Option<&str>) {
    decisions.warn.extend(without_gate(&mut decisions.obligations));
    merge_alike(&mut decisions.obligations);
    drop_said_twice(&mut decisions.obligations);
    if decisions.stage == Stage::Resource {
        if let Some(object) = object {
            let about = |decision: &Decision| {
                decision.addresses.is_empty() || decision.addresses.iter().any(|address| address == object)
            };
            decisions.deny.retain(about);
        }
        let open = std::mem::take(&mut decisions.obligations).into_iter();
        for obligation in open.filter(|open| object.is_none_or(|object| object == open.address)) {
            decisions.deny.push(still_open(obligation));
        }
    }
    for list in [&mut decisions.deny, &mut decisions.warn] {
        list.sort();
        list.dedup();
    }
    decisions.require.sort();
    decisions.require.dedup();
    decisions.obligations.sort();
    decisions.obligations.dedup();
}

/// What a rule would say of an object for several reasons is one obligation with all of them.
fn merge_alike(obligations: &mut Vec<Obligation>) {
    let mut merged: BTreeMap<(String, String, String), Obligation> = BTreeMap::new();
    for open in std::mem::take(obligations) {
        match merged.entry((open.rule.clone(), open.address.clone(), open.message.clone())) {
            Entry::Vacant(entry) => {
                entry.insert(open);
            }
            Entry::Occupied(mut entry) => {
                let into = entry.get_mut();
                into.paths.extend(open.paths);
                into.conditions.extend(open.conditions);
                for list in [&mut into.paths, &mut into.conditions] {
                    list.sort();
                    list.dedup();
                }
            }
        }
    }
    obligations.extend(merged.into_values());
}

/// What a rule says by hand is left out where a denial of its package waits for the same.
fn drop_said_twice(obligations: &mut Vec<Obligation>) {
    let package = |open: &Obligation| open.rule.rsplit_once('.').map(|(package, _)| package.to_owned());
    let by_itself: Vec<(Option<String>, String, Vec<String>)> = obligations
        .iter()
        .filter(|open| !open.conditions.is_empty())
        .map(|open| (package(open), open.address.clone(), open.paths.clone()))
        .collect();
    obligations.retain(|open| {
        let said = |(of, address, paths): &(Option<String>, String, Vec<String>)| {
            *of == package(open)
                && *address == open.address
                && open.paths.iter().all(|path| paths.contains(path))
        };
        !open.conditions.is_empty() || !by_itself.iter().any(said)
    });
}

fn still_open(obligation: Obligation) -> Decision {
    let paths = obligation.paths.join(", ");
    let mut message = format!("cannot be decided: {paths} of {} is still not known", obligation.address);
    if !obligation.message.is_empty() {
        message.push_str(&format!("; it would say: {}", obligation.message));
    }
    for condition in &obligation.conditions {
        message.push_str(&format!("; left open: {condition}"));
    }
    Decision { rule: obligation.rule, message, addresses: vec![obligation.address] }
}

/// Takes what a rule gives to the decisions.
fn take(
    decisions: &mut Decisions,
    (rule, decides): (&str, Decides),
    given: Option<Given>,
    input: &Input<'_>,
    rego: &Rego,
) -> Result<(), String> {
    let Some(given) = given else { return Ok(()) };
    let Some(members) = given.value.members() else {
        return Err(format!(
            "Its value is {}, not a set of messages; write `deny contains msg if …`.",
            kind(&given.value.to_json())
        ));
    };
    for (item, open) in members.listed {
        let mut under: Open = open;
        under.join(&given.open);
        let rest = Rest { rule, item: Some(&item), open: &under };
        let item = item.to_json();
        match (decides, under.is_certain()) {
            (Decides::Deny, true) => decisions.deny.push(decision(rule, &item, input)?),
            (Decides::Deny, false) => decisions.obligations.extend(obligations(&rest, input, rego)),
            (Decides::Warn, true) => decisions.warn.push(decision(rule, &item, input)?),
            (Decides::Warn, false) => {}
            // What may be demanded is.
            (Decides::Require, _) => decisions.require.push(requirement(rule, &item, input)?),
            (Decides::Undetermined, _) => decisions.obligations.push(obligation(rule, &item)?),
        }
    }
    if let (Decides::Deny | Decides::Require, Some(waits)) = (decides, members.more) {
        let mut under = given.open;
        under.join(&Open::waiting(waits));
        let rest = Rest { rule, item: None, open: &under };
        decisions.obligations.extend(obligations(&rest, input, rego));
    }
    Ok(())
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// One text, or several, under one of two names.
fn texts(item: &Json, one: &str, many: &str) -> Result<Vec<String>, String> {
    let text = |json: &Json, name: &str| {
        json.as_str().map(str::to_owned).ok_or_else(|| format!("Its {name} is {}, not a text.", kind(json)))
    };
    match (item.get(one), item.get(many)) {
        (None, None) => Ok(Vec::new()),
        (Some(value), _) => Ok(vec![text(value, one)?]),
        (None, Some(Json::Array(values))) => values.iter().map(|value| text(value, many)).collect(),
        (None, Some(other)) => Err(format!("Its {many} is {}, not a list of texts.", kind(other))),
    }
}

fn decision(rule: &str, item: &Json, input: &Input<'_>) -> Result<Decision, String> {
    let message = match item {
        Json::String(message) => message,
        Json::Object(members) => match members.get("msg") {
            Some(Json::String(message)) => message,
            Some(other) => return Err(format!("Its msg is {}, not a text.", kind(other))),
            None => return Err("One of its objects has no msg.".to_owned()),
        },
        other => return Err(format!("One of its items is {}, not a message.", kind(other))),
    };
    let addresses = texts(item, "address", "addresses")?;
    Ok(Decision { rule: rule.to_owned(), message: input.safe(message), addresses })
}

fn requirement(rule: &str, item: &Json, input: &Input<'_>) -> Result<Requirement, String> {
    let from = texts(item, "principal", "from")?;
    let approvals = match item.get("approvals") {
        None => 1,
        Some(count) => count
            .as_u64()
            .and_then(|count| u32::try_from(count).ok())
            .ok_or_else(|| format!("Its approvals is {}, not a whole number.", kind(count)))?,
    };
    Ok(Requirement { decision: decision(rule, item, input)?, approvals, from })
}

fn obligation(rule: &str, item: &Json) -> Result<Obligation, String> {
    let paths = texts(item, "path", "paths")?;
    let address = item.get("address").and_then(Json::as_str);
    let (Some(address), false) = (address, paths.is_empty()) else {
        return Err("Each of its items must be an object with address, and path or paths.".to_owned());
    };
    Ok(Obligation {
        rule: rule.to_owned(),
        address: address.to_owned(),
        paths,
        message: String::new(),
        conditions: Vec::new(),
    })
}

/// The decisions as diagnostics, for whoever shows them: denials as errors where they block, else as
/// warnings that they will.
pub fn report(decisions: &Decisions) -> Diagnostics {
    let at = |decision: &Decision, diagnostic: Diagnostic| match decision.addresses.as_slice() {
        [address] => diagnostic.with_address(address.clone()),
        _ => diagnostic,
    };
    let code = codes::policy::POLICY_DENIED;
    let denials = decisions.deny.iter().map(|decision| {
        let detail = format!("{} ({})", decision.message, decision.rule);
        at(decision, Diagnostic::error(code, "Policy denies this plan", detail))
    });
    let warnings = decisions.warn.iter().map(|decision| {
        let detail = format!("{} ({})", decision.message, decision.rule);
        at(decision, Diagnostic::warning(code, "Policy warning", detail))
    });
    denials.chain(warnings).collect()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
