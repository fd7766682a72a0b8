//! One blob: content, properties, conditions.

use super::error::Refusal;
use super::http_date;
use super::lease::Lease;
use crate::json::{pairs, text};
use crate::message::{Payload, Reply, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A blob. Times are milliseconds since 1970.
#[derive(Clone, Default)]
pub(crate) struct Blob {
    pub append: bool,
    pub content: Vec<u8>,
    pub etag: String,
    pub created: i64,
    pub modified: i64,
    pub content_type: String,
    pub metadata: BTreeMap<String, String>,
    pub lease: Lease,
    pub blocks: u64,
    pub snapshots: BTreeMap<String, Vec<u8>>,
}

impl Blob {
    pub fn kind(&self) -> &'static str {
        if self.append { "AppendBlob" } else { "BlockBlob" }
    }

    /// A change of content or metadata: new tag, new time.
    pub fn touch(&mut self, etag: String, now: i64) {
        self.etag = etag;
        self.modified = now.max(self.modified);
        self.lease.written();
    }

    /// The headers that describe it.
    pub fn describe(&self, mut reply: Reply) -> Reply {
        let (state, status) = self.lease.state();
        reply = reply
            .with("ETag", self.etag.clone())
            .with("Last-Modified", http_date(self.modified))
            .with("x-ms-creation-time", http_date(self.created))
            .with("x-ms-blob-type", self.kind())
            .with("x-ms-lease-state", state)
            .with("x-ms-lease-status", status)
            .with("Accept-Ranges", "bytes")
            .with("x-ms-server-encrypted", "true");
        if let Some(duration) = self.lease.duration() {
            reply = reply.with("x-ms-lease-duration", duration);
        }
        if self.append {
            reply = reply.with("x-ms-blob-committed-block-count", self.blocks.to_string());
        }
        for (k, v) in &self.metadata {
            reply = reply.with(&format!("x-ms-meta-{k}"), v.clone());
        }
        reply
    }

    /// GET and HEAD.
    pub fn read(&self, request: &Request) -> Result<Reply, Refusal> {
        let range = request.header("x-ms-range").or(request.header("range"));
        let kind = self.content_type.clone();
        let whole = self.content.len();
        let Some((from, to)) = range.and_then(|r| parse_range(r, whole)) else {
            let reply = self.describe(Reply::empty(200)).with("Content-Type", kind);
            return Ok(reply.carrying(Payload::Bytes(self.content.clone())));
        };
        let slice = self.content.get(from..=to.min(whole.saturating_sub(1)));
        let slice = slice.filter(|_| from < whole).ok_or_else(|| Refusal::of("InvalidRange"))?;
        let shown = format!("bytes {from}-{}/{whole}", from + slice.len() - 1);
        let reply = self.describe(Reply::empty(206)).with("Content-Type", kind).with("Content-Range", shown);
        Ok(reply.carrying(Payload::Bytes(slice.to_vec())))
    }

    pub fn save(&self) -> Value {
        json!({"append": self.append, "content": STANDARD.encode(&self.content), "etag": self.etag,
            "created": self.created, "modified": self.modified, "type": self.content_type, "metadata": self.metadata,
            "lease": self.lease.save(), "blocks": self.blocks})
    }

    pub fn load(kept: &Value) -> Blob {
        let metadata =
            pairs(&kept["metadata"]).map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().into()));
        Blob {
            append: kept["append"] == true,
            content: STANDARD.decode(text(kept, "content")).unwrap_or_default(),
            etag: text(kept, "etag").into(),
            created: kept["created"].as_i64().unwrap_or(0),
            modified: kept["modified"].as_i64().unwrap_or(0),
            content_type: text(kept, "type").into(),
            metadata: metadata.collect(),
            lease: Lease::load(&kept["lease"]),
            blocks: kept["blocks"].as_u64().unwrap_or(0),
            snapshots: BTreeMap::new(),
        }
    }
}

fn parse_range(range: &str, whole: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    Some((from, to.parse().unwrap_or(whole.saturating_sub(1))))
}

/// The metadata that a request carries.
pub(crate) fn metadata(request: &Request) -> Result<BTreeMap<String, String>, Refusal> {
    let own = request.headers.iter().filter_map(|(k, v)| k.strip_prefix("x-ms-meta-").map(|k| (k, v)));
    let mut out = BTreeMap::new();
    for (k, v) in own {
        let good = !k.is_empty()
            && !k.starts_with(|c: char| c.is_ascii_digit())
            && k.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            return Err(Refusal::new(
                400,
                "InvalidMetadata",
                format!("The metadata specified is invalid: {k}."),
            ));
        }
        out.insert(k.to_string(), v.clone());
    }
    Ok(out)
}

/// Refuses what a conditional header excludes. A read whose condition fails "not modified" is 304.
pub(crate) fn check_conditions(request: &Request, blob: Option<&Blob>, writes: bool) -> Result<(), Refusal> {
    let tag = |list: &str| {
        let have = blob.map(|b| b.etag.trim_matches('"').to_string());
        list.split(',').map(str::trim).any(|t| match &have {
            Some(have) => t == "*" || t.trim_matches('"') == have,
            None => false,
        })
    };
    let failed = || Refusal::of("ConditionNotMet");
    if request.header("if-match").is_some_and(|m| !tag(m)) {
        return Err(failed());
    }
    if let Some(none) = request.header("if-none-match").filter(|m| tag(m)) {
        return Err(match (writes, none.trim()) {
            (true, "*") => Refusal::of("BlobAlreadyExists"),
            (true, _) => failed(),
            (false, _) => Refusal::new(304, "ConditionNotMet", "not modified"),
        });
    }
    let time = |name: &str| {
        request.header(name).and_then(|d| DateTime::parse_from_rfc2822(d).ok()).map(|d| d.timestamp())
    };
    let modified = blob.map_or(0, |b| b.modified / 1000);
    if time("if-unmodified-since").is_some_and(|t| modified > t) {
        return Err(failed());
    }
    if time("if-modified-since").is_some_and(|t| modified <= t) {
        return Err(if writes { failed() } else { Refusal::new(304, "ConditionNotMet", "not modified") });
    }
    Ok(())
}
