//! The verdict: may this plan be applied here and now?

use std::collections::BTreeSet;

use ordain_diag::{Code, Diagnostic, codes};
use ordain_plan::file::{Digests, Header};
use ordain_policy::Decisions;

use crate::approval::Approval;
use crate::permit::Permit;
use crate::rules::{Environment, Rules, matches};
use crate::signers::{AllowedSigners, Revocations};
use crate::times;
use crate::verify::{Against, Verified, verify};

/// Everything that decides whether a plan may be applied.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What the plan says of itself.
    pub header: &'a Header,
    /// What names the plan. The file's bytes have been checked against them.
    pub digests: Digests,
    /// Lineage and serial of the state that was planned against.
    pub base: (&'a str, u64),
    /// Whether planning ended with errors.
    pub errored: bool,
    /// Approvals that came with the plan.
    pub approvals: &'a [Approval],
    /// What the repository demands.
    pub rules: &'a Rules,
    /// Keys that count, and what no longer counts.
    pub keys: (&'a AllowedSigners, &'a Revocations),
    /// What policies say now.
    pub decisions: &'a Decisions,
    /// Where it is about to be applied.
    pub current: Current<'a>,
    /// Seconds since 1970.
    pub now: i64,
}

/// Where a plan is about to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Current<'a> {
    /// Working directory, relative to the top of the repository.
    pub directory: &'a str,
    /// Workspace.
    pub workspace: &'a str,
    /// Backend, written as in [`ordain_plan::file::Place`].
    pub backend: &'a str,
    /// Lineage of the state as it is now; empty when there is none.
    pub lineage: &'a str,
    /// Serial of the state as it is now; 0 when there is none.
    pub serial: u64,
    /// When the plan's nonce was used, in seconds since 1970, if the record beside the state has it.
    pub used: Option<i64>,
}

/// What came of it. Every diagnostic names a reason and the way out.
#[derive(Debug)]
pub enum Verdict {
    /// It may be applied, once.
    Permit(Permit),
    /// Approvals are missing; nothing else is in the way.
    Pending(Vec<Diagnostic>),
    /// It must not be applied; approvals would not help.
    Denied(Vec<Diagnostic>),
}

/// Judges a plan.
///
/// Without declared rules one approval of any kind is enough, so the interactive yes goes the same way as a
/// signature:
///
/// ```text
/// let yes = Approval::unsigned(&statement, Proof::Prompt);
/// match judge(&Case { approvals: &[yes], rules: &Rules::default(), .. }) {
///     Verdict::Permit(permit) => apply(plan, permit),
///     Verdict::Pending(why) | Verdict::Denied(why) => refuse(why),
/// }
/// ```
pub fn judge(case: &Case<'_>) -> Verdict {
    let environment = case.rules.environment_of(case.current.directory);
    let mut denials = Vec::new();
    place(case, environment, &mut denials);
    state(case, &mut denials);
    let expires = lifetime(case, environment, &mut denials);
    policies(case, &mut denials);
    if !denials.is_empty() {
        return Verdict::Denied(denials);
    }
    match approvals(case, environment) {
        Ok(approved) => {
            let state = (case.base.0.to_owned(), case.base.1);
            let nonce = case.header.origin.nonce.clone();
            Verdict::Permit(Permit::new(case.digests.root, state, nonce, expires, approved))
        }
        Err(missing) => Verdict::Pending(missing),
    }
}

fn deny(denials: &mut Vec<Diagnostic>, code: Code, summary: &str, detail: String) {
    denials.push(Diagnostic::error(code, summary, detail));
}

fn place(case: &Case<'_>, environment: Option<&Environment>, denials: &mut Vec<Diagnostic>) {
    const SUMMARY: &str = "Plan is for another place";
    let code = codes::approval::WRONG_PLACE;
    let (place, current) = (&case.header.place, &case.current);
    if case.rules.declared && environment.is_none() {
        let detail = format!(
            "No environment in ordain.hcl claims the directory {:?}, so nobody can approve it. Add the \
             directory to the paths of an environment; one with approvals = 0 is content with a yes.",
            current.directory
        );
        return deny(denials, code, "No environment claims this directory", detail);
    }
    let name = environment.map(|environment| environment.name.as_str());
    if place.environment.as_deref() != name {
        let show = |name: Option<&str>| name.unwrap_or("no environment").to_owned();
        let detail = format!(
            "The plan was made for {}, and this is {}. Apply it where it was made for, or plan again here.",
            show(place.environment.as_deref()),
            show(name)
        );
        deny(denials, code, SUMMARY, detail);
    }
    for (what, planned, here) in [
        ("workspace", place.workspace.as_str(), current.workspace),
        ("backend", place.backend.as_str(), current.backend),
    ] {
        if planned != here {
            let detail = format!(
                "The plan was made for the {what} {planned:?}, and this is {here:?}. Select that {what}, or plan \
                 again here."
            );
            deny(denials, code, SUMMARY, detail);
        }
    }
    if case.keys.1.has_root(&case.digests.root) {
        let detail = format!("The plan {} is revoked. Plan again.", case.digests.root);
        deny(denials, codes::approval::APPROVAL_INVALID, "Plan is revoked", detail);
    }
}

/// The diagnostic for a state that is not the one planned against.
pub(crate) fn stale(base: (&str, u64), now: (&str, u64)) -> Diagnostic {
    let code = codes::approval::STALE;
    if base.0 != now.0 && !base.0.is_empty() {
        let detail = format!(
            "The plan was made against the state of lineage {}, and the state here is of lineage {}. Apply it \
             where that state is, or plan again here.",
            base.0,
            if now.0.is_empty() { "none" } else { now.0 }
        );
        return Diagnostic::error(code, "Saved plan does not match the given state", detail);
    }
    let detail = format!(
        "The state was changed by another operation after the plan was made: serial {} then, {} now. Plan again.",
        base.1, now.1
    );
    Diagnostic::error(code, "Saved plan is stale", detail)
}

fn state(case: &Case<'_>, denials: &mut Vec<Diagnostic>) {
    let current = &case.current;
    if case.errored {
        let detail =
            "Planning ended with errors, so the plan is not whole. Correct them and plan again.".to_owned();
        deny(denials, codes::approval::NOT_APPROVED, "Cannot apply incomplete plan", detail);
    }
    if case.base != (current.lineage, current.serial) {
        denials.push(stale(case.base, (current.lineage, current.serial)));
    } else if let Some(used) = current.used {
        let detail =
            format!("The plan was applied on {}. A plan is applied once; plan again.", times::show(used));
        deny(denials, codes::approval::USED, "Plan was already applied", detail);
    }
}

fn lifetime(
    case: &Case<'_>,
    environment: Option<&Environment>,
    denials: &mut Vec<Diagnostic>,
) -> Option<i64> {
    let origin = &case.header.origin;
    let by_rule = environment
        .and_then(|environment| environment.plan_lifetime)
        .map(|seconds| origin.created.saturating_add(seconds));
    let expires = [origin.expires, by_rule].into_iter().flatten().min();
    if let Some(end) = expires.filter(|end| case.now >= *end) {
        let detail = format!(
            "The plan of {} could be applied until {}. Plan again and have it approved.",
            times::show(origin.created),
            times::show(end)
        );
        deny(denials, codes::approval::EXPIRED, "Plan has expired", detail);
    }
    expires
}

fn policies(case: &Case<'_>, denials: &mut Vec<Diagnostic>) {
    for decision in &case.decisions.deny {
        let at = match decision.addresses.as_slice() {
            [] => String::new(),
            addresses => format!(" Concerned: {}.", addresses.join(", ")),
        };
        let detail = format!(
            "{} ({}).{at} Change the configuration so that the rule is met, or have its owner change the rule or \
             its data.",
            decision.message.trim_end_matches('.'),
            decision.rule
        );
        let mut diagnostic =
            Diagnostic::error(codes::policy::POLICY_DENIED, "Policy denies this plan", detail);
        if let [address] = decision.addresses.as_slice() {
            diagnostic = diagnostic.with_address(address.clone());
        }
        denials.push(diagnostic);
    }
}

/// Who approved; or what is missing.
fn approvals(case: &Case<'_>, environment: Option<&Environment>) -> Result<Vec<String>, Vec<Diagnostic>> {
    let against = Against {
        digests: case.digests,
        environment,
        signers: case.keys.0,
        revocations: case.keys.1,
        now: case.now,
    };
    let mut counted: Vec<Verified> = Vec::new();
    let mut refused = Vec::new();
    let mut seen = BTreeSet::new();
    for approval in case.approvals {
        let verified = verify(approval, &against).and_then(|found| eligible(case, environment, found));
        match verified {
            // One person with two keys, or one key under two names, is one approval.
            Ok(found) if seen.contains(&found.principal) || seen.contains(&found.by) => {}
            Ok(found) => {
                seen.insert(found.principal.clone());
                seen.insert(found.by.clone());
                counted.push(found);
            }
            Err(reason) => refused.push(reason),
        }
    }
    let names: Vec<String> =
        counted.iter().map(|found| format!("{} ({})", found.principal, found.by)).collect();
    let missing = missing(case, environment, &counted);
    if missing.is_empty() {
        return Ok(names);
    }
    let diagnostic = |what: String| {
        let detail = format!("{what} {}", way_out(case, environment, &refused));
        Diagnostic::error(codes::approval::NOT_APPROVED, "Plan is not approved", detail)
    };
    Err(missing.into_iter().map(diagnostic).collect())
}

/// Whether the environment lets this person approve this plan.
fn eligible(case: &Case<'_>, environment: Option<&Environment>, found: Verified) -> Result<Verified, String> {
    match environment {
        Some(environment) => {
            environment.admits(&found.principal, case.header.origin.author.as_deref()).map(|()| found)
        }
        None => Ok(found),
    }
}

fn missing(case: &Case<'_>, environment: Option<&Environment>, counted: &[Verified]) -> Vec<String> {
    let base = environment.map_or(1, |environment| environment.quorum.max(1));
    let mut missing = Vec::new();
    if counted.len() < base as usize {
        missing.push(match environment {
            Some(environment) => format!(
                "{} demands {base} approval(s) of this plan, and {} count(s).",
                environment.name,
                counted.len()
            ),
            None => "Nobody has said yes to this plan.".to_owned(),
        });
    }
    for requirement in &case.decisions.require {
        let decision = &requirement.decision;
        if counted.len() < requirement.approvals as usize {
            missing.push(format!(
                "The rule {} demands {} approval(s), and {} count(s): {}.",
                decision.rule,
                requirement.approvals,
                counted.len(),
                decision.message.trim_end_matches('.')
            ));
        }
        let among =
            |found: &Verified| requirement.from.iter().any(|pattern| matches(pattern, &found.principal));
        if !requirement.from.is_empty() && !counted.iter().any(among) {
            missing.push(format!(
                "The rule {} demands an approval by {}: {}.",
                decision.rule,
                requirement.from.join(" or "),
                decision.message.trim_end_matches('.')
            ));
        }
    }
    missing
}

fn way_out(case: &Case<'_>, environment: Option<&Environment>, refused: &[String]) -> String {
    let mut text = match environment {
        Some(environment) if environment.quorum > 0 => format!(
            "Have it approved with ordain approve by {}.",
            if environment.approvers.is_empty() {
                "somebody (ordain.hcl names no approvers for it)".to_owned()
            } else {
                environment.approvers.join(" or ")
            }
        ),
        _ => "Answer yes at the prompt, or sign it with ordain approve.".to_owned(),
    };
    if case.approvals.is_empty() {
        text.push_str(" The plan carries no approvals.");
    } else if !refused.is_empty() {
        text.push_str(" These do not count: ");
        text.push_str(&refused.join("; "));
        text.push('.');
    }
    text
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
