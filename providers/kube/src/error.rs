//! Why the API did not do as asked.

use ordain_diag::{Diagnostic, codes};
use ordain_http::HttpError;

/// A `Status` that the API server answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// HTTP status code.
    pub code: u16,
    /// Machine-readable reason, such as `NotFound` or `Conflict`; empty when there is none.
    pub reason: String,
    /// The server's own words.
    pub message: String,
    /// Which object, and each cause by itself; null when there is none.
    pub details: serde_json::Value,
}

/// Why a call has no result.
#[derive(Clone, Debug)]
pub enum KubeError {
    /// The server refused; it says why.
    Api(Status),
    /// There was no answer.
    Http(HttpError),
    /// Credentials or settings cannot be used; a sentence for the user.
    Settings(String),
    /// An answer is not what the API promises; a sentence for the user.
    Answer(String),
    /// An object that is to be made was there before; the answer that says so was lost.
    Exists {
        /// Which one.
        at: crate::ObjectRef,
        /// Its `creationTimestamp`.
        made: String,
    },
    /// The server does not know this kind.
    NoKind {
        /// `apiVersion` asked for.
        api_version: String,
        /// `kind` asked for.
        kind: String,
    },
}

impl KubeError {
    /// HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            KubeError::Api(status) => Some(status.code),
            _ => None,
        }
    }

    /// Whether the object does not exist.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether somebody else changed the object, or it exists already.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// As a diagnostic with a summary of the caller's.
    pub fn diagnostic(&self, summary: impl Into<String>) -> Diagnostic {
        let hint = match self.status() {
            Some(401) => {
                Some("The cluster did not accept the credentials. They may have expired; fetch new ones.")
            }
            Some(403) => {
                Some("The credentials lack a permission in this cluster. Ask for the role the message names.")
            }
            _ => None,
        };
        let diagnostic = match self {
            KubeError::Http(error) => Diagnostic::error(codes::cli::NETWORK, summary, error.to_string()),
            _ => Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, self.to_string()),
        };
        match hint {
            Some(hint) => diagnostic.with_hint(hint),
            None => diagnostic,
        }
    }
}

impl std::fmt::Display for KubeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KubeError::Api(status) => out.write_str(&status.message),
            KubeError::Http(error) => error.fmt(out),
            KubeError::Settings(text) | KubeError::Answer(text) => out.write_str(text),
            KubeError::Exists { at, made } => {
                let place =
                    if at.namespace.is_empty() { String::new() } else { format!("{}/", at.namespace) };
                write!(
                    out,
                    "{} {place}{} already exists: it was made at {made}, before it was asked for here, so that it is somebody \
                     else's. To manage it with this configuration, import it",
                    at.kind.kind, at.name
                )
            }
            KubeError::NoKind { api_version, kind } => {
                write!(out, "no matches for kind \"{kind}\" in version \"{api_version}\"")
            }
        }
    }
}

impl std::error::Error for KubeError {}

impl From<HttpError> for KubeError {
    fn from(error: HttpError) -> Self {
        KubeError::Http(error)
    }
}
