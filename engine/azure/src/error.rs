//! What Azure, or the way to it, answered instead of a result.

use std::fmt;

use ordain_diag::{Diagnostic, codes};
use ordain_http::{HttpError, Response};

/// Why a call failed. The texts are those that users of `hashicorp/azurerm` know.
#[derive(Clone, Debug)]
pub enum AzureError {
    /// There was no answer.
    Http(HttpError),
    /// The service refused.
    Status {
        /// Status code.
        status: u16,
        /// The service's own code, such as `ResourceGroupNotFound`.
        code: String,
        /// The service's own message.
        message: String,
        /// Body as received, when it does not follow the usual form.
        raw: Option<String>,
        /// Id to give to the service's support.
        correlation_id: String,
    },
    /// A long-running operation ended badly.
    Operation {
        /// The operation's code.
        code: String,
        /// The operation's message.
        message: String,
        /// The operation as received.
        raw: String,
        /// It was cancelled, not failed.
        cancelled: bool,
    },
    /// Signing in failed.
    Auth(String),
    /// Settings contradict each other or are missing.
    Settings(String),
    /// The deadline passed.
    Deadline,
    /// The run was asked to stop.
    Cancelled,
    /// The service answered with something that makes no sense.
    Unexpected(String),
    /// One of the above, with what was being done.
    During(String, Box<AzureError>),
    /// The same, joined by a space.
    DuringPlain(String, Box<AzureError>),
    /// The service had taken a request, and how it ended was not seen.
    Unseen(Box<AzureError>),
}

impl AzureError {
    /// A refusal, from the service's answer. Both error forms of Azure are read: `{"error": {…}}` and flat.
    pub fn from_answer(answer: &Response) -> Self {
        let body = answer.json().unwrap_or(serde_json::Value::Null);
        let text = |value: &serde_json::Value, name: &str| {
            value.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        let wrapped = body.get("error");
        let source = wrapped.unwrap_or(&body);
        let code = text(source, "code");
        let known = wrapped.is_some() && !code.is_empty();
        AzureError::Status {
            status: answer.status,
            message: text(source, "message"),
            raw: (!known).then(|| answer.text()),
            correlation_id: answer.header("x-ms-correlation-request-id").unwrap_or_default().to_owned(),
            code,
        }
    }

    /// The same error, saying what was being done.
    #[must_use]
    pub fn during(self, what: impl Into<String>) -> Self {
        AzureError::During(what.into(), Box::new(self))
    }

    /// As [`AzureError::during`], with a space instead of a colon between the two.
    #[must_use]
    pub fn during_plain(self, what: &str) -> Self {
        AzureError::DuringPlain(what.to_owned(), Box::new(self))
    }

    /// The error itself, without what was being done.
    pub fn root(&self) -> &AzureError {
        match self {
            AzureError::During(_, inner) | AzureError::DuringPlain(_, inner) | AzureError::Unseen(inner) => {
                inner.root()
            }
            other => other,
        }
    }

    /// Status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self.root() {
            AzureError::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the service says that the object is not there.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// The same error, met while following what the service had taken. Where it says nothing of the operation itself
    /// (the network, credentials that ended), nobody knows how that ended.
    #[must_use]
    pub(crate) fn while_following(self) -> Self {
        match self.root() {
            AzureError::Http(_) | AzureError::Auth(_) | AzureError::Status { status: 401, .. } => {
                AzureError::Unseen(Box::new(self))
            }
            _ => self,
        }
    }

    /// Whether the service had taken a request and nobody knows how it ended.
    pub fn is_in_doubt(&self) -> bool {
        match self {
            AzureError::Unseen(_) => true,
            AzureError::During(_, inner) | AzureError::DuringPlain(_, inner) => inner.is_in_doubt(),
            _ => false,
        }
    }

    /// Advice that fits the service's code.
    fn hint(&self) -> Option<String> {
        match self.root() {
            AzureError::Status { code, message, .. } | AzureError::Operation { code, message, .. } => {
                // Quota is refused under many codes.
                let code = if message.to_lowercase().contains("quota") { "QuotaExceeded" } else { code };
                advice(code).map(str::to_owned)
            }
            _ => None,
        }
    }

    /// The finding to show.
    pub fn into_diagnostic(self) -> Diagnostic {
        let code = match self.root() {
            _ if self.is_in_doubt() => codes::apply::IN_DOUBT,
            AzureError::Http(error) => Diagnostic::from(error.clone()).code,
            AzureError::Auth(_) | AzureError::Settings(_) => codes::azure::SIGN_IN,
            AzureError::Operation { .. } => codes::azure::OPERATION,
            AzureError::Deadline => codes::azure::DEADLINE,
            AzureError::Cancelled => codes::http::CANCELLED,
            _ => codes::azure::REFUSED,
        };
        // As with the original, the whole message is the summary; its first line is what people search.
        let mut shown = Diagnostic::error(code, self.to_string(), String::new());
        if let AzureError::Http(error) = self.root() {
            shown.hints = Diagnostic::from(error.clone()).hints;
        }
        shown.hints.extend(self.hint());
        if self.is_in_doubt() {
            shown.hints.push(
                "The service had taken the request, and its end was not seen. Once you can sign in again, run apply with \
                 -resume, which says what to look for."
                    .into(),
            );
        }
        if let AzureError::Status { correlation_id, .. } = self.root()
            && !correlation_id.is_empty()
        {
            shown.hints.push(format!("Correlation id of the request: {correlation_id}."));
        }
        shown
    }
}

/// What to do about a code of the service.
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "AuthorizationFailed" | "LinkedAuthorizationFailed" => {
            "The identity lacks a permission: give it a role on the scope that the message names."
        }
        "MissingSubscriptionRegistration" | "SubscriptionNotRegistered" => {
            "Register the resource provider for the subscription (az provider register), or let \
             resource_provider_registrations do it."
        }
        "ExpiredAuthenticationToken" | "InvalidAuthenticationToken" | "InvalidAuthenticationTokenTenant" => {
            "Sign in again, or check the clock of this machine."
        }
        "QuotaExceeded" => "Ask for more quota in this region, or choose another size or region.",
        "SkuNotAvailable"
        | "VMSizeNotSupported"
        | "InvalidVMSize"
        | "VMSizeDoesNotExist"
        | "NotAvailableForSubscription" => {
            "This region does not offer that VM size to this subscription: choose another size or region \
             (az vm list-skus --location REGION shows what there is)."
        }
        "LocationNotAvailableForResourceType" | "InvalidLocation" => {
            "Choose one of the regions that the message names."
        }
        "NameNotAvailable" | "DnsRecordInUse" | "StorageAccountAlreadyTaken" | "ResourceNameAlreadyInUse" => {
            "Somebody has this name already: choose another one."
        }
        "RequestDisallowedByPolicy" => {
            "A policy of the organisation forbids this: the message names its assignment, whose owner can grant an exemption."
        }
        "ScopeLocked" => "A lock on the scope forbids this: its owner can remove it.",
        "TooManyRequests" | "SubscriptionRequestsThrottled" => {
            "The service asks for fewer requests: wait, or lower -parallelism."
        }
        "K8sVersionNotSupported" | "AgentPoolK8sVersionNotSupported" => {
            "Choose a version that the region offers (az aks get-versions --location REGION)."
        }
        "ServicePrincipalNotFound" | "ServicePrincipalValidationClientError" => {
            "Check client_id and client_secret of the service principal, and whether its secret has expired."
        }
        "ResourceGroupNotFound" => "Create the resource group first, or mend its name.",
        "AnotherOperationInProgress" | "OperationPreempted" => {
            "Something else changes this object at the moment: wait for it, then apply again."
        }
        _ => return None,
    })
}

impl From<HttpError> for AzureError {
    fn from(error: HttpError) -> Self {
        if error.is_cancelled() { AzureError::Cancelled } else { AzureError::Http(error) }
    }
}

impl fmt::Display for AzureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AzureError::Http(error) => write!(out, "{error}"),
            AzureError::Status { status, code, message, raw, .. } => {
                let reason =
                    http::StatusCode::from_u16(*status).ok().and_then(|code| code.canonical_reason());
                write!(out, "unexpected status {status} ({status} {})", reason.unwrap_or("Unknown"))?;
                match raw {
                    None => write!(out, " with error: {code}: {message}"),
                    Some(raw) if raw.is_empty() => Ok(()),
                    Some(raw) => write!(out, " with response: {raw}"),
                }
            }
            AzureError::Operation { code, message, raw, cancelled } => write!(
                out,
                "polling {}: the Azure API returned the following error:\n\nStatus: {code:?}\nCode: \"\"\n\
                 Message: {message:?}\nActivity Id: \"\"\n\n---\n\nAPI Response:\n\n----[start]----\n{raw}\n\
                 -----[end]-----\n",
                if *cancelled { "was cancelled" } else { "failed" }
            ),
            AzureError::Auth(text) | AzureError::Settings(text) | AzureError::Unexpected(text) => {
                out.write_str(text)
            }
            AzureError::Deadline => out.write_str("context deadline exceeded"),
            AzureError::Cancelled => out.write_str("the run was asked to stop"),
            AzureError::During(what, inner) => write!(out, "{what}: {inner}"),
            AzureError::DuringPlain(what, inner) => write!(out, "{what} {inner}"),
            AzureError::Unseen(inner) => write!(out, "{inner}"),
        }
    }
}

impl std::error::Error for AzureError {}
