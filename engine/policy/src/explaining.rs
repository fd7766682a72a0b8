//! Why rules say what they say of a plan: for authors and for whoever is denied.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_rego::{Open, Reached, Tried, Type, Unknown, Value, Wait, Waits};
use serde_json::{Value as Json, json};

use crate::bundle::{Bundle, Decides, error};
use crate::input::Input;
use crate::rego::{Failed, Rego};

/// How one body of a rule went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Rule, such as `data.a.deny`.
    pub rule: String,
    /// File and row of the head.
    pub place: (String, u32),
    /// What became of it.
    pub fate: Fate,
}

/// What became of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It says these things; the number of those left out.
    Says(Vec<Saying>, usize),
    /// It came to an end at this condition: `a.rego:7: x.y == 1`, when variables had these values.
    Fails(String, Vec<(String, String)>),
    /// It was not begun: what the input would have to have.
    Lacks(String),
}

/// One thing that a body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// What.
    pub value: String,
    /// Variables and their values, shortened; nothing sensitive.
    pub variables: Vec<(String, String)>,
    /// Conditions that are not decided, with what they wait for.
    pub open: Vec<(String, Vec<String>)>,
}

/// Longest text of a value.
const LONGEST: usize = 160;

/// The text of a value, without sensitive texts that reached it on a way that is not followed.
fn shortened(value: &Value, input: Option<&Input<'_>>) -> String {
    let safe = |text: String| input.map_or_else(|| text.clone(), |input| input.safe(&text));
    let text = match value.as_object().and_then(|object| object.get_str("address")) {
        Some(Value::String(address)) => return safe(address.to_string()),
        // Before it is cut: of a part nobody could tell that it is sensitive.
        _ => safe(value.shown().to_json_text()),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text,
    }
}

fn variables(reached: &Reached, input: Option<&Input<'_>>) -> Vec<(String, String)> {
    reached.variables.iter().map(|(name, value)| (name.clone(), shortened(value, input))).collect()
}

fn open(open: &Open, rego: &Rego) -> Vec<(String, Vec<String>)> {
    let wait = |wait: &Wait| format!("{}.{}", wait.of, wait.path);
    let reasons = open.reasons().into_iter();
    reasons.map(|reason| (rego.written(reason.at), reason.waits.iter().map(wait).collect())).collect()
}

fn explained(rule: &str, tried: Tried, rego: &Rego, input: Option<&Input<'_>>) -> Explained {
    let (path, row) = rego.place(tried.at);
    let place = (path.to_owned(), row);
    let fate = match (tried.missing, tried.failed) {
        (Some((path, None)), _) => Fate::Lacks(path),
        (Some((path, Some(wanted))), _) => Fate::Lacks(format!("{path} == {wanted}")),
        (None, Some(reached)) => Fate::Fails(rego.written(reached.at), variables(&reached, input)),
        (None, None) => {
            let told: Vec<Saying> = tried
                .answers
                .iter()
                .map(|reached| Saying {
                    value: reached.value.as_ref().map(|value| shortened(value, input)).unwrap_or_default(),
                    variables: variables(reached, input),
                    open: open(&reached.open, rego),
                })
                .collect();
            let left = tried.count.saturating_sub(told.len());
            Fate::Says(told, left)
        }
    };
    Explained { rule: rule.to_owned(), place, fate }
}

/// Says of every rule that decides, or of those that are named, how each of its bodies went. A rule is named by
/// its whole path, by its path without `data.`, by its package or by its last word.
pub fn explain(bundle: &Bundle, input: &Input<'_>, named: Option<&str>) -> (Vec<Explained>, Diagnostics) {
    let mut rego = match bundle.judging() {
        Ok(rego) => rego,
        Err(found) => return (Vec::new(), found.into_iter().collect()),
    };
    let failed = |Failed(why): Failed| {
        let detail = format!("The rules could not be evaluated: {}", input.safe(&why));
        Diagnostics::from(error(codes::policy::POLICY_LOAD, "Policies could not judge", detail))
    };
    rego = match rego.in_parts() {
        Ok(rego) => rego,
        Err(why) => return (Vec::new(), failed(why)),
    };
    if let Err(why) = input.give(&mut rego) {
        return (Vec::new(), failed(why));
    }
    let mut out = Vec::new();
    for (_, rule, _) in bundle.decision_rules() {
        if named.is_some_and(|named| !is_named(&rule, named)) {
            continue;
        }
        match rego.explain(&rule) {
            Ok(tried) => {
                out.extend(tried.into_iter().map(|tried| explained(&rule, tried, &rego, Some(input))));
            }
            Err(why) => return (out, failed(why)),
        }
    }
    if let (Some(named), true) = (named, out.is_empty()) {
        let detail = format!("No rule that decides is named {named:?}.");
        let found = error(codes::policy::POLICY_LOAD, "No such rule", detail);
        return (out, found.into());
    }
    (out, Diagnostics::new())
}

fn is_named(rule: &str, named: &str) -> bool {
    let bare = rule.strip_prefix("data.").unwrap_or(rule);
    let named = named.strip_prefix("data.").unwrap_or(named);
    bare == named || bare.rsplit_once('.').is_some_and(|(package, word)| package == named || word == named)
}

impl Explained {
    /// As a document for programs.
    #[must_use]
    pub fn json(&self) -> Json {
        let named = |pairs: &[(String, String)]| -> Json {
            pairs.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))).collect()
        };
        let mut out = json!({ "rule": self.rule, "file": self.place.0, "row": self.place.1 });
        let add = |name: &str, value: Json| {
            if let Some(object) = out.as_object_mut() {
                object.insert(name.to_owned(), value);
            }
        };
        let mut add = add;
        match &self.fate {
            Fate::Says(sayings, left) => {
                let row = |saying: &Saying| {
                    let open =
                        saying.open.iter().map(|(at, waits)| json!({ "condition": at, "waits": waits }));
                    json!({
                        "value": saying.value,
                        "variables": named(&saying.variables),
                        "open": open.collect::<Vec<_>>(),
                    })
                };
                add("says", sayings.iter().map(row).collect());
                add("more", json!(left));
            }
            Fate::Fails(at, variables) => {
                add("fails", json!(at));
                add("variables", named(variables));
            }
            Fate::Lacks(path) => add("lacks", json!(path)),
        }
        out
    }
}

/// Rules that can never say anything, whatever the plan and the environment: each body is tried with an input of
/// which nothing is known.
pub fn vacuous(bundle: &Bundle, now: i64) -> Diagnostics {
    let mut rego = match bundle.judging() {
        Ok(rego) => rego,
        Err(found) => return found.into_iter().collect(),
    };
    let anything = Unknown::new(Type::Any, Waits::one(Wait { of: "input".into(), path: "".into() }));
    rego.set_now(now.saturating_mul(1_000_000_000));
    rego.set_input(Value::from(anything), true);
    let mut diagnostics = crate::contradictions::contradictions(bundle);
    let rules = bundle.decision_rules().filter(|(_, _, decides)| *decides != Decides::Undetermined);
    for (_, rule, _) in rules {
        let tried = match rego.explain(&rule) {
            Ok(tried) => tried,
            Err(Failed(why)) => {
                let detail = format!("Rule {rule} could not be tried with an open input: {why}");
                let summary = "Policy could not be checked";
                diagnostics.push(Diagnostic::warning(codes::policy::POLICY_VACUOUS, summary, detail));
                continue;
            }
        };
        for tried in tried.into_iter().map(|tried| explained(&rule, tried, &rego, None)) {
            if let Fate::Fails(at, _) = tried.fate {
                let (path, row) = tried.place;
                let detail = format!(
                    "{path} line {row}: {rule} can say nothing, whatever the plan. It never gets past this \
                     condition: {at}"
                );
                diagnostics.push(error(codes::policy::POLICY_VACUOUS, "Policy can never match", detail));
            }
        }
    }
    diagnostics
}

#[cfg(test)]
#[path = "explaining_tests.rs"]
mod tests;
