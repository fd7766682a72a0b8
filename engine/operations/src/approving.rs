//! `approve`: somebody signs exactly one stored plan, and the signature is kept with it.

use std::path::PathBuf;
use std::sync::Arc;

use ordain_approval::{Against, Approval, Environment, Proof, Statement, sign, verify};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::file::{Digests, PlanFile};
use ordain_policy::Stage;

use crate::repository::Repository;
use crate::{Workdir, clock, judging, plan_store};

/// How a statement is proven.
#[derive(Clone, Debug)]
pub enum Signing {
    /// With a private key in OpenSSH's form; `None` for the usual places.
    Key(Option<PathBuf>),
    /// By a signature that `ssh-keygen -Y sign` put beside a statement: `FILE` and `FILE.sig`.
    Attached(PathBuf),
}

/// What the command line of `approve` asks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How it is signed.
    pub signing: Signing,
    /// Who signs, as `allowed_signers` names them; `None` for whom git or the environment name.
    pub principal: Option<String>,
    /// Directory of policies, when not the repository's own.
    pub policies: Option<PathBuf>,
}

/// An approval that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Who approved.
    pub principal: String,
    /// Fingerprint of the key.
    pub key: String,
    /// Number of approvals that the plan now carries.
    pub approvals: usize,
}

/// What somebody would sign about a plan.
///
/// # Errors
/// It is not known who they are.
pub fn statement(
    workdir: &Workdir,
    file: &PlanFile,
    digests: Digests,
    principal: Option<&str>,
) -> Result<Statement, Diagnostic> {
    let actor = Repository::around(workdir).actor;
    let Some(principal) = principal.map(str::to_owned).or(actor) else {
        let detail = "Nobody is named: give -as, set ORDAIN_ACTOR, or set user.email in git.";
        return Err(Diagnostic::error(
            codes::approval::APPROVAL_INVALID,
            "Who approves is not known",
            detail,
        ));
    };
    Ok(Statement {
        verdict: "approve".to_owned(),
        root: digests.root,
        effects: digests.effects,
        environment: file.header.place.environment.clone(),
        principal,
        at: clock::now(),
        expires: None,
    })
}

/// Signs a stored plan and stores the signature with it. Nothing is stored unless the approval counts.
/// `passphrase` is asked for an encrypted key.
pub async fn approve(
    workdir: &Workdir,
    place: &str,
    options: &Options,
    passphrase: impl FnOnce() -> Result<String, String>,
) -> (Option<Approved>, Diagnostics) {
    let mut found = Diagnostics::new();
    let approved = async {
        let (bytes, version) = plan_store::read_version(workdir, place).await?;
        let (file, digests) = crate::sealing::read(workdir, place, &bytes)?;
        let repository = Repository::around(workdir);
        let file = Arc::new(file);
        judged(&repository, &file, options, &mut found)?;
        let approval = signed(workdir, &file, digests, options, passphrase)?;
        let verified = counts(&repository, &file, digests, &approval, &mut found)?;
        let mut approvals = file.approvals.clone();
        approvals.push(approval.to_json());
        let bytes = ordain_plan::file::with_approvals(place, &bytes, &approvals).map_err(|error| *error)?;
        plan_store::replace(workdir, place, bytes, version).await?;
        Ok::<_, Diagnostic>(Approved {
            principal: verified.principal,
            key: verified.by,
            approvals: approvals.len(),
        })
    };
    match approved.await {
        Ok(approved) => (Some(approved), found),
        Err(error) => {
            found.push(error);
            (None, found)
        }
    }
}

/// Approving what policies deny would help nobody.
fn judged(
    repository: &Repository,
    file: &Arc<PlanFile>,
    options: &Options,
    found: &mut Diagnostics,
) -> Result<(), Diagnostic> {
    let Some(bundle) = found.take(judging::bundle(repository, options.policies.as_deref())) else {
        return if found.has_errors() { Err(not_approved("policies could not be loaded")) } else { Ok(()) };
    };
    let actor = options.principal.as_deref();
    let decisions = found.take(judging::judge(repository, &bundle, file, Stage::Approve, actor));
    let Some(decisions) = decisions else { return Err(not_approved("policies could not judge it")) };
    found.append(ordain_policy::report(&decisions));
    if decisions.is_denied() {
        Err(not_approved("policies deny it, and approvals do not change that"))
    } else {
        Ok(())
    }
}

fn not_approved(why: &str) -> Diagnostic {
    let detail = format!("The plan was not approved: {why}.");
    Diagnostic::error(codes::approval::APPROVAL_INVALID, "Plan cannot be approved", detail)
}

fn signed(
    workdir: &Workdir,
    file: &PlanFile,
    digests: Digests,
    options: &Options,
    passphrase: impl FnOnce() -> Result<String, String>,
) -> Result<Approval, Diagnostic> {
    match &options.signing {
        Signing::Key(path) => {
            let (path, key) = private_key(workdir, path.as_ref())?;
            let statement = statement(workdir, file, digests, options.principal.as_deref())?;
            sign(&statement, &key, passphrase)
                .map_err(|error| not_approved(&format!("{}: {error}", path.display())))
        }
        Signing::Attached(path) => {
            let text = |path: PathBuf| {
                std::fs::read_to_string(workdir.dir.join(&path))
                    .map_err(|error| not_approved(&format!("{} cannot be read: {error}", path.display())))
            };
            let mut name = path.clone().into_os_string();
            name.push(".sig");
            Ok(Approval { statement: text(path.clone())?, proof: Proof::Ssh(text(name.into())?) })
        }
    }
}

/// The key that was named, else the first of the usual ones that is there.
fn private_key(workdir: &Workdir, named: Option<&PathBuf>) -> Result<(PathBuf, String), Diagnostic> {
    let home = workdir.env.get("HOME").map(PathBuf::from);
    let usual = ["id_ed25519", "id_ecdsa"];
    let candidates: Vec<PathBuf> =
        match named.cloned().or_else(|| workdir.env.get("ORDAIN_SSH_KEY").map(PathBuf::from)) {
            Some(path) => vec![workdir.dir.join(path)],
            None => home.iter().flat_map(|home| usual.map(|name| home.join(".ssh").join(name))).collect(),
        };
    let Some(path) = candidates.iter().find(|path| path.is_file()) else {
        let places: Vec<String> = candidates.iter().map(|path| path.display().to_string()).collect();
        let why = format!("there is no private key at {}; give one with -key", places.join(" or "));
        return Err(not_approved(&why));
    };
    match std::fs::read_to_string(path) {
        Ok(key) => Ok((path.clone(), key)),
        Err(error) => Err(not_approved(&format!("{} cannot be read: {error}", path.display()))),
    }
}

/// The approval, if `apply` would let it count now.
fn counts(
    repository: &Repository,
    file: &PlanFile,
    digests: Digests,
    approval: &Approval,
    found: &mut Diagnostics,
) -> Result<ordain_approval::Verified, Diagnostic> {
    let rules = found.take(judging::rules(repository));
    let (signers, revocations) = found.take(judging::keys(repository));
    if found.has_errors() {
        return Err(not_approved("the rules of the repository could not be read"));
    }
    let environment: Option<&Environment> = match &file.header.place.environment {
        None => None,
        Some(name) => Some(rules.named(name).ok_or_else(|| {
            not_approved(&format!("ordain.hcl here has no environment {name}, which the plan is for"))
        })?),
    };
    let against =
        Against { digests, environment, signers: &signers, revocations: &revocations, now: clock::now() };
    let verified = verify(approval, &against)
        .map_err(|why| not_approved(&format!("the approval would not count: {why}")))?;
    if let Some(environment) = environment {
        let author = file.header.origin.author.as_deref();
        environment
            .admits(&verified.principal, author)
            .map_err(|why| not_approved(&format!("the approval would not count: {why}")))?;
    }
    Ok(verified)
}

/// A fresh key for demonstrations: the private part in OpenSSH's form, and the public line.
///
/// # Errors
/// The key cannot be written down.
pub fn new_key(comment: &str) -> Result<(String, String), String> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| error.to_string())?;
    ordain_approval::new_key(&seed, comment)
}
