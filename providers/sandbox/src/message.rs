//! A request as read from the wire and the reply to it, free of any HTTP library.

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

/// One request, its body read to the end.
#[derive(Clone, Default)]
pub(crate) struct Request {
    /// Upper-case method.
    pub method: String,
    /// Host asked for, lower-case, without port.
    pub host: String,
    /// Path as sent, percent-encoded.
    pub raw_path: String,
    /// Path, decoded.
    pub path: String,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers: names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// A client certificate was presented and verified.
    pub certified: bool,
}

impl Request {
    /// First value of a header (name in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }

    /// First value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
}

/// What a reply carries.
pub(crate) enum Payload {
    /// Nothing.
    Empty,
    /// Bytes with a length.
    Bytes(Vec<u8>),
    /// Chunks until the sender is dropped.
    Stream(UnboundedReceiver<Vec<u8>>),
}

/// A reply.
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub payload: Payload,
}

impl Reply {
    pub fn empty(status: u16) -> Reply {
        Reply { status, headers: Vec::new(), payload: Payload::Empty }
    }

    pub fn bytes(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
        Reply::empty(status).with("Content-Type", kind).carrying(Payload::Bytes(body.into()))
    }

    pub fn json(status: u16, value: &Value) -> Reply {
        Reply::bytes(status, "application/json; charset=utf-8", value.to_string())
    }

    pub fn carrying(mut self, payload: Payload) -> Reply {
        self.payload = payload;
        self
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_string(), value.into()));
        self
    }
}

/// Something that answers requests.
pub(crate) trait Service: Send + Sync {
    /// The name in the record.
    fn name(&self) -> &'static str;
    /// Answers one request; never waits.
    fn answer(&self, request: &Request) -> Reply;
}

/// Percent-decodes; a broken escape stays as it is. `plus` turns `+` into a space (queries and forms).
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes().iter();
    while let Some(&b) = bytes.next() {
        let escaped = (b == b'%').then(|| {
            let rest = bytes.as_slice();
            let hex = rest.get(..2).and_then(|h| std::str::from_utf8(h).ok());
            hex.and_then(|h| u8::from_str_radix(h, 16).ok())
        });
        match escaped.flatten() {
            Some(value) => {
                out.push(value);
                bytes.nth(1);
            }
            None if b == b'+' && plus => out.push(b' '),
            None => out.push(b),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `a=1&b=2` as pairs.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|p| !p.is_empty());
    pairs
        .map(|p| {
            let (k, v) = p.split_once('=').unwrap_or((p, ""));
            (decode(k, true), decode(v, true))
        })
        .collect()
}
