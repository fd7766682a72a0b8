//! One approval: a statement about one plan, and what proves who made it.

use ordain_plan::Digest;
use serde::{Deserialize, Serialize};
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// Namespace of the signatures, so that a signature made for something else never counts as an approval.
/// `ssh-keygen -Y sign -n ordain-approval` makes the same signatures over [`Statement::text`].
pub const NAMESPACE: &str = "ordain-approval";

/// What somebody says about one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it means: `approve`.
    pub verdict: String,
    /// Root of the plan.
    pub root: Digest,
    /// Digest of the plan's effects.
    pub effects: Digest,
    /// Environment that the plan may be applied to.
    pub environment: Option<String>,
    /// Who says so, as `allowed_signers` names them.
    pub principal: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// When it stops counting, in seconds since 1970.
    pub expires: Option<i64>,
}

impl Statement {
    /// The one form that is signed: a line of JSON.
    pub fn text(&self) -> String {
        // A structure of texts and numbers always serialises.
        let mut text = serde_json::to_string(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads the one form; any other writing of the same content is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let statement: Self = serde_json::from_str(text).ok()?;
        (statement.text() == text).then_some(statement)
    }
}

/// What proves an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// An armoured SSH signature over the statement's text.
    Ssh(String),
    /// Somebody typed yes at the prompt of this process. Counts only where no signatures are demanded.
    Prompt,
    /// `-auto-approve` was given. Counts only where no signatures are demanded.
    AutoApprove,
}

/// One approval, as it is stored with the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// [`Statement::text`].
    pub statement: String,
    /// What proves it.
    pub proof: Proof,
}

impl Approval {
    /// An approval without signature, by the person or option at the terminal.
    pub fn unsigned(statement: &Statement, proof: Proof) -> Self {
        Self { statement: statement.text(), proof }
    }

    /// Reads what a plan file holds.
    ///
    /// # Errors
    /// The reason, when it is no approval.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, String> {
        Self::deserialize(json).map_err(|error| error.to_string())
    }

    /// What a plan file holds.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Why a statement could not be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignError {
    /// The text is no private key in OpenSSH's form.
    NotAKey(String),
    /// The key is encrypted, and the passphrase is missing or wrong.
    Passphrase(String),
    /// The key's algorithm cannot sign here.
    Unsupported(String),
}

impl std::fmt::Display for SignError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SignError::NotAKey(why) => {
                write!(out, "the key file is not a private key in OpenSSH's form ({why})")
            }
            SignError::Passphrase(why) => write!(out, "the key is encrypted and could not be opened ({why})"),
            SignError::Unsupported(why) => {
                write!(out, "the key cannot sign ({why}); use an ed25519 or ecdsa P-256 key")
            }
        }
    }
}

impl std::error::Error for SignError {}

/// Signs a statement with a private key in OpenSSH's form. `passphrase` is asked only for an encrypted key.
///
/// ```text
/// let approval = sign(&statement, &key_file_text, || prompt("Passphrase: "))?;
/// let bytes = file::with_approvals(name, &bytes, &[approval.to_json()])?;
/// ```
///
/// # Errors
/// When the key cannot be read, opened or used.
pub fn sign(
    statement: &Statement,
    key: &str,
    passphrase: impl FnOnce() -> Result<String, String>,
) -> Result<Approval, SignError> {
    let key = PrivateKey::from_openssh(key).map_err(|error| SignError::NotAKey(error.to_string()))?;
    let key = if key.is_encrypted() {
        let passphrase = passphrase().map_err(SignError::Passphrase)?;
        key.decrypt(passphrase.as_bytes())
            .map_err(|_| SignError::Passphrase("wrong passphrase".to_owned()))?
    } else {
        key
    };
    let text = statement.text();
    let unsupported = |error: ssh_key::Error| SignError::Unsupported(error.to_string());
    let signature = key.sign(NAMESPACE, HashAlg::Sha512, text.as_bytes()).map_err(unsupported)?;
    let armoured = signature.to_pem(LineEnding::LF).map_err(unsupported)?;
    Ok(Approval { statement: text, proof: Proof::Ssh(armoured) })
}

/// A fresh key without passphrase: the private part in OpenSSH's form, and the public line. For demonstrations
/// and tests; people bring their own. `seed` must be random.
///
/// # Errors
/// The key cannot be written down.
pub fn new_key(seed: &[u8; 32], comment: &str) -> Result<(String, String), String> {
    let mut key = PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(seed));
    key.set_comment(comment);
    let private = key.to_openssh(LineEnding::LF).map_err(|error| error.to_string())?;
    let public = key.public_key().to_openssh().map_err(|error| error.to_string())?;
    Ok((private.to_string(), public))
}
