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

/// What follows.
const NOTHING: &str = ", so this body can say nothing, whatever the plan.";

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
    format!("{} line {line}: {why}", module.path)
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
                return Some((token.line, format!("{path} cannot be {other:?} and {text:?}{NOTHING}")));
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

/// `input.plan.nonsense`, or `input.nonsense`, in a condition that needs it.
fn no_member(rule: &Rule) -> Option<(usize, String)> {
    let tokens = &rule.tokens;
    if rule_replaces_input(tokens) {
        return None;
    }
    for (at, token) in tokens.iter().enumerate() {
        // What stands in a larger expression may be asked about without needing it.
        if token.name() != Some("input") || token.depth != 1 || !needed(tokens, at) {
            continue;
        }
        let (path, _) = reference(tokens.get(at..).unwrap_or(&[]));
        let whole = path.strip_prefix("input.plan").unwrap_or(path.strip_prefix("input").unwrap_or_default());
        let member = whole.strip_prefix('.').and_then(|rest| rest.split(['.', '[']).next());
        let Some(member) = member.filter(|member| !MEMBERS.contains(member)) else { continue };
        let meant = crate::check::suggestion(member, MEMBERS.into_iter());
        return Some((token.line, format!("plans have no {member:?}{NOTHING}{meant}")));
    }
    None
}

/// Whether the condition at whose token `at` something stands fails without it.
fn needed(tokens: &[Token], at: usize) -> bool {
    let before = |at: usize| at.checked_sub(1).and_then(|before| tokens.get(before));
    if before(at).is_some_and(|before| before.is(".") || matches!(before.name(), Some("with" | "as"))) {
        return false;
    }
    // Brackets of a head may be those of a comprehension.
    let opened = tokens
        .get(..at)
        .and_then(|before| before.iter().rposition(|token| token.depth == 0 && is_open(token)));
    let body =
        opened.and_then(|opened| Some(tokens.get(opened)?.is("{") && before(opened)?.name() == Some("if")));
    if body != Some(true) {
        return false;
    }
    let mut start = at;
    while let Some(last) = before(start).filter(|last| !last.is(";") && !last.is("{")) {
        // A line that goes on where the one before it ended with an operator is of the same condition.
        let goes_on = matches!(last.kind, Kind::Mark(_)) && ![")", "]", "}"].iter().any(|mark| last.is(mark));
        if tokens.get(start).is_some_and(|token| token.first) && !goes_on {
            break;
        }
        start -= 1;
    }
    let condition = tokens.get(start..at).unwrap_or(&[]);
    !condition.iter().any(|token| matches!(token.name(), Some("not" | "or" | "every")))
}

fn is_open(token: &Token) -> bool {
    ["{", "[", "("].iter().any(|mark| token.is(mark))
}

fn rule_replaces_input(tokens: &[Token]) -> bool {
    tokens.windows(2).any(
        |pair| matches!(pair, [with, input] if with.name() == Some("with") && input.name() == Some("input")),
    )
}

#[cfg(test)]
#[path = "contradictions_tests.rs"]
mod tests;
