//! The stored plan: one zip that holds all that `show`, `approve` and `apply` need.
//!
//! | part | what it is | covered by the root |
//! |---|---|---|
//! | `manifest.json` | header, digests of all parts, the root itself | the header is |
//! | `plan.json` | the JSON plan 1.2 with null for everything sensitive; a courtesy to readers, never read back | yes |
//! | `changes.json`, `steps.json` | the plan in the exact form ([`crate::serial`]), and the execution graph | yes |
//! | `sealed.bin` | the three parts with secrets, where they are sealed | yes |
//! | `prior.json`, `base.json` | state as refreshed, and as stored (left out where it is the same) | yes |
//! | `schemas.json` | trimmed schemas | yes |
//! | `configuration.json`, `snapshot.json` | the JSON plan's `configuration`, and the source texts by logical path | yes |
//! | `decisions.json`, `obligations.json` | what policies say, in their own form | yes |
//! | `approvals.json` | signed approvals, in their own form | no: they sign the root |
//!
//! The same inputs give the same bytes: parts are sorted, times in the archive are fixed, and time, nonce
//! and author come in as values. The archive's comment ends with a digest of every byte before it, so a
//! damaged file is refused wherever the damage is; against people there is the root, which approvals sign.
//!
//! **Secrets.** `changes.json`, `prior.json` and `base.json` hold sensitive values in clear, the other parts do not
//! (literals in the configuration stay literals). Where plans are stored for others to read, those three are
//! sealed to whoever applies ([`Seal`]): they become the one part `sealed.bin`, [`Header::sealing`] names the method,
//! the root covers the sealed bytes, and `changes.json` holds the plan with stand-ins instead of secrets. Without
//! the key such a file still shows and can be approved ([`PlanFile::closed`]); only apply needs what is sealed.

mod archive;
mod making;
mod packing;
mod parts;
mod sealing;

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::json::{Configuration, Secrets, View};
use crate::schema::Schemas;
use crate::{Digest, Plan, json};

pub use making::Making;
pub use sealing::{Closed, Open, Seal};

/// Version of the format. A file of another version is refused.
pub const FORMAT: u32 = 1;

/// Everything that a stored plan holds.
#[derive(Clone, Debug)]
pub struct PlanFile {
    /// Where it may be applied, who made it, and from what.
    pub header: Header,
    /// The plan itself, with both states.
    pub plan: Plan,
    /// Schemas of every resource type in plan and states.
    pub schemas: Schemas,
    /// The `configuration` part of the JSON plan, as text.
    pub configuration: Configuration,
    /// Source texts by logical path. Values of variables do not belong here.
    pub snapshot: BTreeMap<String, Arc<str>>,
    /// What policies decided, in the policy crate's form.
    pub decisions: Json,
    /// What policies could not decide yet, in the policy crate's form.
    pub obligations: Json,
    /// Approvals, in the approval crate's form. Not covered by the root.
    pub approvals: Vec<Json>,
    /// Set when the secrets could not be opened: `plan` then has stand-ins for them and empty states.
    pub closed: Option<Closed>,
}

/// Where a plan may be applied, who made it, and from what. Everything here may be read by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of the program that made the plan.
    pub engine: String,
    /// Version of the language that documents made from the plan claim, such as `1.11.4`.
    pub terraform_version: String,
    /// How the parts with secrets are sealed: `none`, or the name of a method. Set by [`write`].
    pub sealing: String,
    /// Where it may be applied.
    pub place: Place,
    /// Who made it and when.
    pub origin: Origin,
    /// What it was made from, beside the texts of the snapshot.
    pub inputs: Inputs,
}

/// Where a plan may be applied. Lineage and serial are those of [`Plan::base`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Environment of `ordain.hcl`, when one claims the working directory.
    pub environment: Option<String>,
    /// Workspace.
    pub workspace: String,
    /// Backend type and where in it the state is, without credentials, such as `azurerm:account/container/key`.
    pub backend: String,
    /// Working directory, relative to the top of the repository.
    pub directory: String,
}

/// Who made a plan and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Commit of the configuration.
    pub commit: Option<String>,
    /// Who planned, as `allowed_signers` would name them.
    pub author: Option<String>,
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970 from which on it must not be applied.
    pub expires: Option<i64>,
    /// Random text that no other plan has; applying uses it up.
    pub nonce: String,
}

/// What a plan was made from, beside the texts of the snapshot: names and versions or digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Provider source addresses, and version or digest of what serves them.
    pub providers: BTreeMap<String, String>,
    /// Module call paths, and version or digest.
    pub modules: BTreeMap<String, String>,
    /// Digest of the policy bundle, when there is one.
    pub policies: Option<Digest>,
    /// Digest of the dependency lock file, when there is one.
    pub lock: Option<Digest>,
}

/// What names a stored plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// Binds everything that decides what an apply does; what approvals sign.
    pub root: Digest,
    /// The same for plans that do the same.
    pub effects: Digest,
}

impl PlanFile {
    /// Terraform's JSON plan, as `show -json` prints it: nothing is redacted unless asked for. Of a plan that
    /// could not be opened there is only the redacted one.
    pub fn json(&self, secrets: Secrets) -> (String, Diagnostics) {
        self.json_explained(secrets, &|_| None)
    }

    /// The same, with the causes that are known of changes.
    pub fn json_explained(
        &self,
        secrets: Secrets,
        cause: &dyn Fn(&crate::Change) -> Option<serde_json::Value>,
    ) -> (String, Diagnostics) {
        if let Some(closed) = &self.closed {
            return (closed.readable.clone(), Diagnostics::new());
        }
        json::plan_explained(&self.plan, &self.view(secrets), cause)
    }

    /// The same handed to a serializer, without a text in between where there need be none.
    pub fn json_to<S: serde::Serializer>(
        &self,
        secrets: Secrets,
        serializer: S,
    ) -> (Result<S::Ok, S::Error>, Diagnostics) {
        if let Some(closed) = &self.closed {
            let text = serde_json::value::RawValue::from_string(closed.readable.clone());
            let done = match text {
                Ok(text) => serde::Serialize::serialize(&text, serializer),
                Err(error) => Err(serde::ser::Error::custom(error)),
            };
            return (done, Diagnostics::new());
        }
        json::plan_to(&self.plan, &self.view(secrets), serializer)
    }

    /// The same written as it is made.
    fn write_json(&self, secrets: Secrets, out: &mut dyn std::io::Write) -> Diagnostics {
        json::plan_written(&self.plan, &self.view(secrets), out)
    }

    /// What documents of its plan need beside it.
    pub fn view(&self, secrets: Secrets) -> View<'_> {
        View {
            schemas: &self.schemas,
            configuration: &self.configuration,
            terraform_version: &self.header.terraform_version,
            secrets,
        }
    }

    /// Whether the plan's lifetime is over at `now`, in seconds since 1970.
    pub fn is_expired(&self, now: i64) -> bool {
        self.header.origin.expires.is_some_and(|expires| now >= expires)
    }
}

/// The file's bytes and what names it. With `seal`, what holds secrets is sealed.
///
/// # Errors
/// When a value may not be stored (ephemeral values), the JSON view cannot be made (a missing schema), or what
/// must be sealed cannot be.
pub fn write(file: &PlanFile, seal: Option<&(dyn Seal + Sync)>) -> (Option<(Vec<u8>, Digests)>, Diagnostics) {
    let making = Making::new(file, seal);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| making.work());
        making.work();
        // What it did not bring to an end is missing.
        _ = other.join();
    });
    making.done()
}

/// Reads a stored plan and checks every byte of it. `name` is what messages call the file. What `open` cannot
/// open stays closed, which is no error.
///
/// # Errors
/// When the file is damaged, altered, of another version or of another program.
pub fn read(name: &str, bytes: &[u8], open: &dyn Open) -> Result<(PlanFile, Digests), Box<Diagnostic>> {
    let parts = archive::unpack(bytes).map_err(|refused| refusal(name, &refused))?;
    parts::into_file(parts, open).map_err(|refused| refusal(name, &refused))
}

/// The same file with these approvals and nothing else changed; the root stays.
///
/// # Errors
/// When the file is damaged.
pub fn with_approvals(name: &str, bytes: &[u8], approvals: &[Json]) -> Result<Vec<u8>, Box<Diagnostic>> {
    let refused = |reason: Refused| refusal(name, &reason);
    let mut parts = archive::unpack(bytes).map_err(refused)?;
    let text = serde_json::to_vec(approvals).map_err(|error| refused(Refused::Broken(error.to_string())))?;
    parts.insert(parts::APPROVALS.to_owned(), text);
    archive::pack(&parts).map_err(|error| refused(Refused::Broken(error)))
}

/// Whether bytes look like an archive at all, as `show` needs to know before it tries to read a state.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Why bytes are no plan of ours.
enum Refused {
    /// No archive.
    NotAnArchive,
    /// An archive that Terraform or OpenTofu wrote.
    Foreign,
    /// Another version of the format.
    Version(String),
    /// Damaged or altered; the text says where.
    Altered(String),
    /// A part does not read; the text says why.
    Broken(String),
}

fn refusal(name: &str, refused: &Refused) -> Box<Diagnostic> {
    let (code, detail) = match refused {
        Refused::NotAnArchive => (
            codes::plan::PLAN_FILE,
            "The file is no plan: it is not a valid zip file. Plans are written by plan -out=FILE."
                .to_owned(),
        ),
        Refused::Foreign => (
            codes::plan::PLAN_VERSION,
            "The file is a plan that another program wrote; such plans are not exchanged between programs. \
             Plan again with this one."
                .to_owned(),
        ),
        Refused::Version(version) => (
            codes::plan::PLAN_VERSION,
            format!(
                "The file is a plan in format {version}, this program reads format {FORMAT}. Apply it with the \
                 program that made it, or plan again."
            ),
        ),
        Refused::Altered(what) => (
            codes::plan::PLAN_ALTERED,
            format!(
                "The plan is not what was written: {what}. It was damaged or changed after it was made and must \
                 not be applied. Fetch it again from where it was stored, or plan again."
            ),
        ),
        Refused::Broken(what) => {
            (codes::plan::PLAN_FILE, format!("The plan cannot be read: {what}. Plan again."))
        }
    };
    Box::new(Diagnostic::error(code, format!("Failed to load \"{name}\" as a plan file"), detail))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
