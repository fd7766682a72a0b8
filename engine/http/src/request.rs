//! A request and its answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};

use crate::{Retry, safe_url};

/// One request. Cheap to clone: the body is shared.
#[derive(Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header names and values; a name may occur more than once.
    pub headers: Vec<(String, String)>,
    /// Body; `None` sends none.
    pub body: Option<Arc<[u8]>>,
    /// When to try again.
    pub retry: Retry,
    /// Longest time for one try, the body of the answer included; `None` takes the client's.
    pub timeout: Option<Duration>,
    /// Longest answer in bytes.
    pub limit: usize,
    /// Id shown in errors, so that the service's support can find the request.
    pub correlation_id: Option<String>,
}

impl Request {
    /// Longest answer that is accepted when a request does not say otherwise.
    pub const DEFAULT_LIMIT: usize = 256 << 20;

    /// A request without headers and body. All methods but POST and PATCH may be sent again.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let resend = method != Method::POST && method != Method::PATCH;
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: None,
            retry: Retry { resend, ..Retry::default() },
            timeout: None,
            limit: Self::DEFAULT_LIMIT,
            correlation_id: None,
        }
    }

    /// A GET request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    /// A PUT request.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new(Method::PUT, url)
    }

    /// A POST request.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::POST, url)
    }

    /// A DELETE request.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Sends these bytes.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Arc<[u8]>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }

    /// Sends a JSON document.
    #[must_use]
    pub fn json(self, body: &serde_json::Value) -> Self {
        self.body("application/json", body.to_string().into_bytes())
    }

    /// Sends `application/x-www-form-urlencoded` pairs.
    #[must_use]
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let text = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let text = text.collect::<Vec<_>>().join("&");
        self.body("application/x-www-form-urlencoded", text.into_bytes())
    }

    /// Adds a query parameter; name and value are encoded.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        self.url.push_str(&encode(name));
        self.url.push('=');
        self.url.push_str(&encode(value));
        self
    }

    /// Sets when to try again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the longest time for one try.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the longest answer in bytes.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Names the request for support: sent in header `name`, shown in errors.
    #[must_use]
    pub fn correlated(mut self, name: &str, id: &str) -> Self {
        self.correlation_id = Some(id.to_owned());
        self.header(name, id)
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Shows method, safe URL and header names only.
impl fmt::Debug for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &safe_url(&self.url))
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body_bytes", &self.body.as_ref().map(|body| body.len()))
            .finish_non_exhaustive()
    }
}

/// An answer of any status.
#[derive(Clone)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Whole body.
    pub body: Vec<u8>,
    /// URL that answered, redirects followed, safe to show.
    pub url: String,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Text of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text; broken UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// The body is no JSON document.
    pub fn json(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Shows status, URL and size only.
impl fmt::Debug for Response {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Response")
            .field("status", &self.status)
            .field("url", &self.url)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
