//! What went wrong, in the original's words.

use ordain_diag::{Diagnostic, codes};
use ordain_http::ErrorKind;
use ordain_kube::KubeError;
use serde_json::{Map, Value as Json};

/// An error, and what is left of the object.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) diagnostic: Diagnostic,
    /// What is known of an object that was made, but not brought to its end.
    pub(crate) left: Option<Map<String, Json>>,
}

impl Failure {
    pub(crate) fn new(summary: impl Into<String>, detail: impl Into<String>) -> Failure {
        let diagnostic = Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail);
        Failure { diagnostic, left: None }
    }

    /// An error of a call, after some words.
    pub(crate) fn api(words: &str, error: &KubeError) -> Failure {
        let mut failure = Failure::new(format!("{words}{}", said(error)), "");
        failure.diagnostic.hints = error.diagnostic("").hints;
        failure
    }

    /// With what was wanted of an object that was there before, whose state holds it as in the original.
    pub(crate) fn leaving_if(self, there: bool, id: &str) -> Failure {
        if there { self.leaving(Map::from_iter([("id".to_owned(), Json::from(id))])) } else { self }
    }

    pub(crate) fn leaving(self, left: Map<String, Json>) -> Failure {
        Failure { left: Some(left), ..self }
    }
}

/// An error as the original's client words it.
pub(crate) fn said(error: &KubeError) -> String {
    let KubeError::Http(error) = error else { return error.to_string() };
    let refused = error.kind == ErrorKind::Connect && error.reason.to_lowercase().contains("refused");
    let method = error.method.to_lowercase();
    let mut letters = method.chars();
    let method: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect();
    match address(&error.url).filter(|_| refused) {
        Some(address) => {
            format!("{method} {:?}: dial tcp {address}: connect: connection refused", error.url)
        }
        None => format!("{method} {:?}: {}", error.url, error.reason),
    }
}

/// Host and port that a URL means.
fn address(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split('/').next()?;
    let host = host.replace("localhost", "127.0.0.1");
    let has_port =
        host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()) && host.contains(':');
    Some(if has_port { host } else { format!("{host}:{}", if scheme == "https" { 443 } else { 80 }) })
}
