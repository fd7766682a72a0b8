//! What the repository's rules and policies say of a plan.

use std::path::Path;
use std::sync::Arc;

use ordain_approval::{AllowedSigners, Environment, Revocations, Rules};
use ordain_config::{PolicyLimits, ProjectEnvironment, ProjectFile};
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_plan::file::PlanFile;
use ordain_policy::{Bounds, Bundle, Decisions, Explained, Input, Limits, Objects, RegoValue, Stage};

use crate::clock;
use crate::repository::{Repository, policy_files};

/// What `ordain.hcl` says; the default where there is none. With errors in it no environment claims any
/// directory, so that nothing is applied by rules that were not meant.
pub fn project(repository: &Repository) -> (Option<ProjectFile>, Diagnostics) {
    match repository.text("ordain.hcl") {
        Ok(None) => (None, Diagnostics::new()),
        Err(error) => (Some(ProjectFile::default()), error.into()),
        Ok(Some(text)) => {
            let (project, found) = ProjectFile::read("ordain.hcl", &text, &mut Sources::new());
            (Some(if found.has_errors() { ProjectFile::default() } else { project }), found)
        }
    }
}

/// What `ordain.hcl` demands of approvals; the default where there is none.
pub fn rules(repository: &Repository) -> (Rules, Diagnostics) {
    let (project, found) = project(repository);
    let Some(project) = project else { return (Rules::default(), found) };
    let environments = project.environments.iter().map(environment).collect();
    (Rules { environments, declared: true }, found)
}

fn environment(written: &ProjectEnvironment) -> Environment {
    let texts = |texts: &[Arc<str>]| texts.iter().map(ToString::to_string).collect();
    let usual = Environment::new(&*written.name);
    Environment {
        paths: texts(&written.paths),
        approvers: texts(&written.approvers),
        quorum: written.approvals.unwrap_or(usual.quorum),
        author_may_approve: written.author_may_approve.unwrap_or(usual.author_may_approve),
        plan_lifetime: written.plan_lifetime.or(usual.plan_lifetime),
        approval_lifetime: written.approval_lifetime.or(usual.approval_lifetime),
        same_effects: written.same_effects.unwrap_or(usual.same_effects),
        sealed_to: texts(&written.sealed_to),
        ..usual
    }
}

/// Keys that count, and what no longer counts: the files that `ordain.hcl` names, else `allowed_signers` and
/// `revocations` at the top.
pub fn keys(repository: &Repository) -> ((AllowedSigners, Revocations), Diagnostics) {
    let (project, mut found) = project(repository);
    let project = project.unwrap_or_default();
    let mut text = |named: &Option<Arc<str>>, usual: &str| {
        let name = named.as_deref().unwrap_or(usual).to_owned();
        match repository.text(&name) {
            Ok(Some(text)) => (name, text),
            Ok(None) => {
                if named.is_some() {
                    let detail = format!("ordain.hcl names the file {name:?}, and there is no such file.");
                    found.push(Diagnostic::error(codes::approval::SIGNERS, "Failed to read file", detail));
                }
                (name, String::new())
            }
            Err(error) => {
                found.push(error);
                (name, String::new())
            }
        }
    };
    let (signers, revoked) =
        (text(&project.allowed_signers, "allowed_signers"), text(&project.revocations, "revocations"));
    let signers = found.take(AllowedSigners::parse(&signers.0, &signers.1));
    let revocations = found.take(Revocations::parse(&revoked.0, &revoked.1));
    ((signers, revocations), found)
}

/// Time zone that an environment of `ordain.hcl` names.
pub(crate) fn time_zone(repository: &Repository, environment: Option<&str>) -> String {
    let project = project(repository).0.unwrap_or_default();
    let named = project.environments.iter().find(|written| Some(&*written.name) == environment);
    named.and_then(|written| written.time_zone.as_deref()).unwrap_or("UTC").to_owned()
}

/// The policies of the repository, or those of a directory that was named. `None` without findings when the
/// repository has none.
pub fn bundle(repository: &Repository, directory: Option<&Path>) -> (Option<Bundle>, Diagnostics) {
    let (project, mut found) = project(repository);
    let project = project.unwrap_or_default();
    let bounds = bounds_of(&project.policy_limits);
    let named = project.policies;
    let own = repository.top.join(named.as_deref().unwrap_or("policies"));
    let path = match directory {
        Some(directory) => directory,
        // A directory that is named and missing is an error, not "no policies".
        None if own.is_dir() || named.is_some() => &own,
        None => return (None, found),
    };
    let files = found.take(policy_files(path));
    if found.has_errors() {
        return (None, found);
    }
    let bundle = found.take(Bundle::new(files)).map(|bundle| bundle.within(bounds));
    (bundle, found)
}

/// How much an evaluation of policies may take, by `ordain.hcl`.
pub fn bounds(repository: &Repository) -> (Bounds, Diagnostics) {
    let (project, found) = project(repository);
    (bounds_of(&project.unwrap_or_default().policy_limits), found)
}

/// What is written in place of the usual; the stack has room for the usual depth and no more.
fn bounds_of(written: &PolicyLimits) -> Bounds {
    let usual = Bounds::default();
    let depth = written.depth.map(|depth| usize::try_from(depth).unwrap_or(usize::MAX));
    Bounds {
        limits: Limits {
            steps: written.steps.unwrap_or(usual.limits.steps),
            depth: depth.unwrap_or(usual.limits.depth).min(usual.limits.depth),
            items: written.items.unwrap_or(usual.limits.items),
        },
        seconds: written.seconds.unwrap_or(usual.seconds),
    }
}

/// Lets policies judge a plan, now.
pub fn judge(
    repository: &Repository,
    bundle: &Bundle,
    file: &Arc<PlanFile>,
    stage: Stage,
    actor: Option<&str>,
) -> (Option<Decisions>, Diagnostics) {
    let decisions = with_input(repository, file, stage, actor, |input| ordain_policy::judge(bundle, input));
    match decisions {
        (Some((decisions, more)), mut found) => {
            found.append(more);
            (decisions, found)
        }
        (None, found) => (None, found),
    }
}

/// Why the policies say what they say of a plan; of one rule, if one is named.
pub fn explain(
    repository: &Repository,
    bundle: &Bundle,
    file: &Arc<PlanFile>,
    rule: Option<&str>,
) -> (Vec<Explained>, Diagnostics) {
    let explained =
        with_input(repository, file, Stage::Plan, None, |input| ordain_policy::explain(bundle, input, rule));
    match explained {
        (Some((explained, more)), mut found) => {
            found.append(more);
            (explained, found)
        }
        (None, found) => (Vec::new(), found),
    }
}

/// The JSON plan as policies read it.
pub(crate) fn document(file: &Arc<PlanFile>) -> (Option<RegoValue>, Diagnostics) {
    let (plan, mut found) = ordain_policy::plan_document(file);
    match plan {
        Ok(plan) => (Some(plan), found),
        Err(error) => {
            let detail = format!("The plan cannot be put into the form that policies read: {error}.");
            found.push(Diagnostic::error(codes::policy::POLICY_LOAD, "Policies could not judge", detail));
            (None, found)
        }
    }
}

/// Does something with a plan in the form that policies read.
fn with_input<T>(
    repository: &Repository,
    file: &Arc<PlanFile>,
    stage: Stage,
    actor: Option<&str>,
    work: impl FnOnce(&Input<'_>) -> T,
) -> (Option<T>, Diagnostics) {
    let mut found = Diagnostics::new();
    let plan = match document(file) {
        (Some(plan), more) => {
            found.append(more);
            plan
        }
        (None, more) => {
            found.append(more);
            return (None, found);
        }
    };
    let contract = match ordain_plan::contract::contract(&file.plan, &file.schemas, &file.header.origin.nonce)
    {
        Ok(contract) => contract,
        Err(broken) => {
            let detail = format!("The plan cannot be put into the form that policies read: {}.", broken.0);
            found.push(Diagnostic::error(codes::policy::POLICY_LOAD, "Policies could not judge", detail));
            return (None, found);
        }
    };
    let input = Input {
        stage,
        plan: &plan,
        contract: &contract,
        objects: Some(&Arc::new(Objects::of(Arc::clone(file)))),
        root: None,
        environment: file.header.place.environment.as_deref(),
        time_zone: &time_zone(repository, file.header.place.environment.as_deref()),
        actor: actor.or(file.header.origin.author.as_deref()),
        commit: file.header.origin.commit.as_deref(),
        object: None,
        now: clock::now(),
        more: serde_json::Map::new(),
    };
    (Some(work(&input)), found)
}
