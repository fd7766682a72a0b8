//! One way to make HTTP requests: trust roots, proxies, retries with back-off, cancellation.
//!
//! A [`Client`] is built once from [`ClientOptions`] and the environment (a plain map, never read here)
//! and makes [`Request`]s. Any status is an answer ([`Response`]); an [`HttpError`] means that there was
//! no answer, and turns into a [`Diagnostic`](ordain_diag::Diagnostic) that names method and URL. Query
//! values that are not known to be harmless, user names and passwords in URLs, headers and bodies never
//! appear in `Debug` output or messages.

mod cancel;
mod client;
mod error;
mod options;
mod redact;
mod request;
mod retry;
mod streaming;

pub use cancel::Cancel;
pub use client::Client;
pub use error::{ErrorKind, HttpError};
pub use options::{ClientOptions, Environment};
pub use redact::safe_url;
pub use request::{Request, Response};
pub use retry::{Retry, retry_after};
pub use streaming::Streaming;
