//! Conditions that no plan can meet, seen in the text alone: one value that is to be two things at once, and
//! members that the document of a plan never has.

use std::collections::BTreeMap;

use ordain_diag::{Diagnostics, codes};

use crate::bundle::{Bundle, error};
use crate::scan::{Module, Rule, reference};
use crate::tokens::{Kind, Token};

/// Members of the JSON plan (format 1.2), and of `input` beside them.
const MEMBERS: [&str; 18] = [
    "applyable",
    "checks",
    "complete",
    "configuration",
    "deferred_changes",
    "errored",
    "format_version",
    "output_changes",
    "plan",
    "planned_values",
    "prior_state",
    "relevant_attributes",
    "resource_changes",
    "resource_drift",
    "terraform_version",
    "timestamp",
    "v1",
    "variables",
];

/// What the texts of rules say that cannot be.
pub(crate) fn contradictions(bundle: &Bundle) -> Diagnostics {
    let mut found = Diagnostics::new();
    for module in bundle.modules.iter().filter(|module| !module.is_test()) {
        for rule in module.rules.iter().filter(|rule| !rule.function) {
            for why in two_values(rule).into_iter().chain(no_member(rule)) {
                found.push(error(
                    codes::policy::POLICY_VACUOUS,
                    "Policy can never match",
                    told(module, &why),
                ));
            }
        }
    }
    found
}

fn told(module: &Module, (line, why): &(usize, String)) -> String {
    format!("{} line {line}: {why}, so this body can say nothing, whatever the plan.", module.path)
}

/// `x.type == "a"` and `x.type == "b"` as two conditions of one body.
fn two_values(rule: &Rule) -> Option<(usize, String)> {
    let tokens = &rule.tokens;
    // With `else` and further bodies, conditions beside each other need not hold together.
    let open = tokens.iter().filter(|token| token.depth == 0 && token.is("{")).count();
    if open != 1 || tokens.iter().any(|token| token.name() == Some("else")) {
        return None;
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.depth == 1) {
        let starts = at.checked_sub(1).and_then(|before| tokens.get(before));
        let starts = token.first || starts.is_some_and(|before| before.is(";") || before.is("{"));
        if !starts {
            continue;
        }
        let Some((path, text, end)) = equality(tokens.get(at..).unwrap_or(&[])) else { continue };
        if !ends(tokens.get(at + end)) {
            continue;
        }
        match seen.get(&path) {
            Some(other) if *other != text => {
                return Some((token.line, format!("{path} cannot be {other:?} and {text:?}")));
            }
            _ => {
                seen.insert(path, text);
            }
        }
    }
    None
}

/// `a.b == "text"`, or the other way round, and how many tokens it takes.
fn equality(tokens: &[Token]) -> Option<(String, &str, usize)> {
    let first = tokens.first()?;
    if let Some(text) = first.text() {
        let (path, taken) = reference(tokens.get(2..)?);
        return (tokens.get(1)?.is("==") && path.contains('.')).then_some((path, text, 2 + taken));
    }
    let (path, taken) = reference(tokens);
    let text = tokens.get(taken + 1)?.text()?;
    (tokens.get(taken)?.is("==") && path.contains('.')).then_some((path, text, taken + 2))
}

/// Whether a condition ends before this token.
fn ends(next: Option<&Token>) -> bool {
    next.is_none_or(|next| {
        next.is(";") || next.is("}") || (next.first && !matches!(next.kind, Kind::Mark(_)))
    })
}

/// `input.plan.nonsense`, or `input.nonsense`.
fn no_member(rule: &Rule) -> Option<(usize, String)> {
    let tokens = &rule.tokens;
    let before = |at: usize, back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.name() == Some("input")) {
        let inside = before(at, 1).is_some_and(|before| before.is("."));
        let replaced =
            before(at, 1).is_some_and(|before| matches!(before.name(), Some("with" | "not" | "as")));
        if inside || replaced || rule_replaces_input(tokens) {
            continue;
        }
        let (path, taken) = reference(tokens.get(at..).unwrap_or(&[]));
        let whole = path.strip_prefix("input.plan").unwrap_or(path.strip_prefix("input").unwrap_or_default());
        let Some(member) = whole.strip_prefix('.').and_then(|rest| rest.split('.').next()) else { continue };
        // What stands in a larger expression may be asked about without needing it.
        let alone = token.depth == 1 && tokens.get(at + taken).is_some_and(|next| next.is("=="));
        if alone && !MEMBERS.contains(&member) && condition(before(at, 1), token) {
            return Some((token.line, format!("plans have no {member:?}")));
        }
    }
    None
}

fn condition(before: Option<&Token>, token: &Token) -> bool {
    token.first || before.is_some_and(|before| before.is(";") || before.is("{"))
}

fn rule_replaces_input(tokens: &[Token]) -> bool {
    tokens.windows(2).any(
        |pair| matches!(pair, [with, input] if with.name() == Some("with") && input.name() == Some("input")),
    )
}

#[cfg(test)]
#[path = "contradictions_tests.rs"]
mod tests;
