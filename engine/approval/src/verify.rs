//! Whether one approval counts: statement, signature, key, time.

use ordain_plan::file::Digests;
use ssh_key::{HashAlg, PublicKey, SshSig};

use crate::approval::{Approval, NAMESPACE, Proof, Statement};
use crate::rules::Environment;
use crate::signers::{AllowedSigners, Revocations};
use crate::times;

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who approved.
    pub principal: String,
    /// Fingerprint of the key, or how the yes was given.
    pub by: String,
    /// When it stops counting, in seconds since 1970.
    pub expires: Option<i64>,
}

/// What an approval is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// The plan.
    pub digests: Digests,
    /// The environment; `None` where no rules are declared.
    pub environment: Option<&'a Environment>,
    /// Keys that count.
    pub signers: &'a AllowedSigners,
    /// What no longer counts.
    pub revocations: &'a Revocations,
    /// Seconds since 1970.
    pub now: i64,
}

/// Checks one approval.
///
/// # Errors
/// A sentence that says why it does not count, without full stop.
pub fn verify(approval: &Approval, against: &Against<'_>) -> Result<Verified, String> {
    let statement = Statement::parse(&approval.statement)
        .ok_or("an approval's statement is not in the form that is signed; it was altered")?;
    let who = &statement.principal;
    if statement.verdict != "approve" {
        return Err(format!("the statement of {who} is {:?}, not an approval", statement.verdict));
    }
    let by = match &approval.proof {
        Proof::Ssh(armoured) => signature(armoured, &approval.statement, &statement, against)?,
        Proof::Prompt => unsigned(&statement, "yes at the prompt", against)?,
        Proof::AutoApprove => unsigned(&statement, "-auto-approve", against)?,
    };
    plan(&statement, against)?;
    let expires = lifetime(&statement, against)?;
    Ok(Verified { principal: statement.principal, by, expires })
}

fn unsigned(statement: &Statement, how: &str, against: &Against<'_>) -> Result<String, String> {
    match against.environment {
        Some(environment) if environment.quorum > 0 => Err(format!(
            "{} by {} does not count: {} demands signatures (ordain approve)",
            how, statement.principal, environment.name
        )),
        _ => Ok(how.to_owned()),
    }
}

fn signature(
    armoured: &str,
    text: &str,
    statement: &Statement,
    against: &Against<'_>,
) -> Result<String, String> {
    let who = &statement.principal;
    let signature = SshSig::from_pem(armoured)
        .map_err(|error| format!("the signature of {who} cannot be read ({error})"))?;
    if signature.namespace() != NAMESPACE {
        return Err(format!(
            "the signature of {who} was made for {:?}, not for approvals of plans",
            signature.namespace()
        ));
    }
    let key = PublicKey::from(signature.public_key().clone());
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    key.verify(NAMESPACE, text.as_bytes(), &signature)
        .map_err(|_| format!("the signature of {who} is not over this statement; one of them was altered"))?;
    if against.revocations.has_key(signature.public_key()) {
        return Err(format!("the key {fingerprint} of {who} is revoked"));
    }
    let mut lines = against.signers.of_key(signature.public_key()).peekable();
    if lines.peek().is_none() {
        return Err(format!(
            "the key {fingerprint}, which signed as {who}, is not among the allowed signers"
        ));
    }
    let mut why = format!("the key {fingerprint} does not speak for {who}");
    for line in lines.filter(|line| line.speaks_for(who)) {
        if !line.may_sign_in(NAMESPACE) {
            why = format!("the key {fingerprint} of {who} may not sign in the namespace {NAMESPACE}");
        } else if !line.counts_at(statement.at) || !line.counts_at(against.now) {
            why = format!(
                "the key {fingerprint} of {who} does not count at this time (valid-after, valid-before)"
            );
        } else {
            return Ok(fingerprint);
        }
    }
    Err(why)
}

/// It must be this plan, or one with the same effects where the environment allows that, and this place.
fn plan(statement: &Statement, against: &Against<'_>) -> Result<(), String> {
    let who = &statement.principal;
    let wanted = against.environment.map(|environment| environment.name.as_str());
    if statement.environment.as_deref() != wanted {
        let name = |name: Option<&str>| name.unwrap_or("no environment").to_owned();
        return Err(format!(
            "{who} approved it for {}, not for {}",
            name(statement.environment.as_deref()),
            name(wanted)
        ));
    }
    if against.revocations.has_principal(who) {
        return Err(format!("{who} is revoked"));
    }
    let same_effects = against.environment.is_some_and(|environment| environment.same_effects)
        && statement.effects == against.digests.effects;
    if statement.root != against.digests.root && !same_effects {
        return Err(format!("{who} approved another plan ({})", statement.root));
    }
    Ok(())
}

fn lifetime(statement: &Statement, against: &Against<'_>) -> Result<Option<i64>, String> {
    /// How far the clocks of two machines may be apart.
    const CLOCK_SKEW: i64 = 300;
    let who = &statement.principal;
    if statement.at > against.now.saturating_add(CLOCK_SKEW) {
        return Err(format!("the approval of {who} is from the future ({})", times::show(statement.at)));
    }
    let by_rule = against.environment.and_then(|environment| environment.approval_lifetime);
    let by_rule = by_rule.map(|seconds| statement.at.saturating_add(seconds));
    let expires = [statement.expires, by_rule].into_iter().flatten().min();
    match expires {
        Some(end) if against.now >= end => {
            Err(format!("the approval of {who} counted until {}", times::show(end)))
        }
        _ => Ok(expires),
    }
}
