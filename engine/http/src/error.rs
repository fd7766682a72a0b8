//! Why there was no answer.

use std::error::Error;
use std::fmt;

use ordain_diag::{Diagnostic, codes};

use crate::safe_url;

/// What kept a request from being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The client could not be made, or the request is malformed. Trying again is of no use.
    Invalid,
    /// No connection: name not found, refused, certificate not trusted. Nothing was sent.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection ended before the answer was complete.
    Dropped,
    /// The caller asked to stop.
    Cancelled,
    /// The answer is larger than the caller allows.
    TooLarge,
}

/// A request without an answer.
#[derive(Clone, Debug)]
pub struct HttpError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Method of the request; empty when a client could not be built.
    pub method: String,
    /// URL of the request, safe to show.
    pub url: String,
    /// Why, as the layers below say it.
    pub reason: String,
    /// Correlation id that was sent, for the service's support.
    pub correlation_id: Option<String>,
    /// How many times it was tried.
    pub attempts: u32,
}

impl HttpError {
    pub(crate) fn new(kind: ErrorKind, method: &str, url: &str, reason: impl Into<String>) -> Self {
        Self {
            kind,
            method: method.to_owned(),
            url: safe_url(url),
            reason: reason.into(),
            correlation_id: None,
            attempts: 1,
        }
    }

    /// Something is wrong with what the client was built from.
    pub(crate) fn build(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, "", "", reason)
    }

    pub(crate) fn from_reqwest(error: reqwest::Error, method: &str, url: &str) -> Self {
        let kind = if error.is_connect() {
            ErrorKind::Connect
        } else if error.is_timeout() {
            ErrorKind::Timeout
        } else if error.is_builder() {
            ErrorKind::Invalid
        } else {
            ErrorKind::Dropped
        };
        let reason = match causes(&error.without_url()) {
            // The library's words lead to its own manual.
            text if kind == ErrorKind::Dropped
                && (text.contains("close_notify") || text.contains("connection closed")) =>
            {
                "the connection was closed before the answer was complete".to_owned()
            }
            text => text,
        };
        Self::new(kind, method, url, reason)
    }

    /// Whether the caller asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.kind == ErrorKind::Cancelled
    }
}

/// The chain of causes, outermost first, each once.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !texts.iter().any(|seen| seen.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts.join(": ")
}

impl fmt::Display for HttpError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.method.is_empty() {
            return out.write_str(&self.reason);
        }
        write!(out, "{} {}: {}", self.method, self.url, self.reason)?;
        if self.attempts > 1 {
            write!(out, " (tried {} times)", self.attempts)?;
        }
        if let Some(id) = &self.correlation_id {
            write!(out, " (correlation id {id})")?;
        }
        Ok(())
    }
}

impl Error for HttpError {}

impl From<HttpError> for Diagnostic {
    fn from(error: HttpError) -> Diagnostic {
        let (code, summary) = match error.kind {
            ErrorKind::Invalid => (codes::http::CLIENT, "Invalid HTTP client settings or request"),
            ErrorKind::Connect => (codes::http::CONNECT, "Could not connect"),
            ErrorKind::Timeout => (codes::http::TIMEOUT, "No answer in time"),
            ErrorKind::Dropped => (codes::http::DROPPED, "Connection lost"),
            ErrorKind::Cancelled => (codes::http::CANCELLED, "Request cancelled"),
            ErrorKind::TooLarge => (codes::http::TOO_LARGE, "Answer too large"),
        };
        Diagnostic::error(code, summary, format!("{error}."))
    }
}
