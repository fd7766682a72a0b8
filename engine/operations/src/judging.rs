//! What the repository's rules and policies say of a plan.

use std::path::Path;

use ordain_approval::{AllowedSigners, Revocations, Rules};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::file::PlanFile;
use ordain_plan::json::Secrets;
use ordain_policy::{Bundle, Decisions, Input, Stage};

use crate::clock;
use crate::repository::{Repository, policy_files};

/// What `ordain.hcl` demands; the default where there is none.
pub fn rules(_repository: &Repository) -> (Rules, Diagnostics) {
    (Rules::default(), Diagnostics::new())
}

/// Keys that count, and what no longer counts.
pub fn keys(repository: &Repository) -> ((AllowedSigners, Revocations), Diagnostics) {
    let mut found = Diagnostics::new();
    let mut text = |name: &str| match repository.text(name) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            found.push(error);
            String::new()
        }
    };
    let (signers, revoked) = (text("allowed_signers"), text("revoked"));
    let signers = found.take(AllowedSigners::parse("allowed_signers", &signers));
    let revocations = found.take(Revocations::parse("revoked", &revoked));
    ((signers, revocations), found)
}

/// The policies of the repository, or those of a directory that was named. `None` without findings when the
/// repository has none.
pub fn bundle(repository: &Repository, directory: Option<&Path>) -> (Option<Bundle>, Diagnostics) {
    let own = repository.top.join("policies");
    let path = match directory {
        Some(directory) => directory,
        None if own.is_dir() => &own,
        None => return (None, Diagnostics::new()),
    };
    let (files, mut found) = policy_files(path);
    if found.has_errors() {
        return (None, found);
    }
    let bundle = found.take(Bundle::new(files));
    (bundle, found)
}

/// Lets policies judge a plan, now.
pub fn judge(
    bundle: &Bundle,
    file: &PlanFile,
    stage: Stage,
    actor: Option<&str>,
) -> (Option<Decisions>, Diagnostics) {
    let mut found = Diagnostics::new();
    let plan = found.take(file.json(Secrets::Shown));
    let contract = match ordain_plan::contract::contract(&file.plan, &file.schemas, &file.header.origin.nonce)
    {
        Ok(contract) => contract,
        Err(broken) => {
            let detail = format!("The plan cannot be put into the form that policies read: {}.", broken.0);
            found.push(Diagnostic::error(codes::policy::POLICY_LOAD, "Policies could not judge", detail));
            return (None, found);
        }
    };
    let decisions = ordain_policy::judge(
        bundle,
        &Input {
            stage,
            plan: &plan,
            contract: &contract,
            root: None,
            environment: file.header.place.environment.as_deref(),
            time_zone: "UTC",
            actor: actor.or(file.header.origin.author.as_deref()),
            commit: file.header.origin.commit.as_deref(),
            now: clock::now(),
            more: serde_json::Map::new(),
        },
    );
    let decisions = found.take(decisions);
    (decisions, found)
}
