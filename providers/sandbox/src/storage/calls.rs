//! The calls of the blob service.

use super::blob::{Blob, check_conditions, metadata};
use super::error::Refusal;
use super::lease;
use super::list::{self, Query};
use super::{Container, Place, http_date};
use crate::message::{Payload, Reply, Request};
use std::collections::BTreeMap;

/// One authorized call.
pub(crate) struct Call<'a> {
    pub request: &'a Request,
    pub place: &'a Place<'a>,
    /// The tag that a change gives.
    pub etag: String,
    pub now: i64,
    pub endpoint: String,
}

type Containers = BTreeMap<String, Container>;
type Answer = Result<Reply, Refusal>;

fn unknown(call: &Call<'_>) -> Refusal {
    let message = format!(
        "the sandbox does not know {} {} with comp={}",
        call.request.method,
        call.request.path,
        call.request.param("comp").unwrap_or_default()
    );
    Refusal::new(501, "NotImplemented", message)
}

/// Answers a call.
pub(crate) fn answer(containers: &mut Containers, call: &Call<'_>) -> Answer {
    let comp = call.request.param("comp").unwrap_or_default();
    if call.place.container.is_empty() {
        return match (call.request.method.as_str(), comp) {
            ("GET", "list") => {
                let prefix = call.request.param("prefix").unwrap_or_default();
                let body = list::containers(&call.endpoint, containers, prefix);
                Ok(Reply::bytes(200, "application/xml", body))
            }
            _ => Err(unknown(call)),
        };
    }
    if call.place.blob.is_empty() {
        return on_container(containers, call, comp);
    }
    let container =
        containers.get_mut(call.place.container).ok_or_else(|| Refusal::of("ContainerNotFound"))?;
    on_blob(container, call, comp)
}

fn on_container(containers: &mut Containers, call: &Call<'_>, comp: &str) -> Answer {
    let name = call.place.container;
    if call.request.param("restype") != Some("container") {
        return Err(unknown(call));
    }
    let method = call.request.method.as_str();
    if (method, comp) == ("PUT", "") {
        return make_container(containers, call);
    }
    let container = containers.get_mut(name).ok_or_else(|| Refusal::of("ContainerNotFound"))?;
    match (method, comp) {
        ("GET", "list") => {
            container.blobs.values_mut().for_each(|b| b.lease.settle(call.now));
            Ok(Reply::bytes(
                200,
                "application/xml",
                list::blobs(&call.endpoint, name, container, &query(call.request)?),
            ))
        }
        ("GET" | "HEAD", "" | "metadata") => {
            let mut reply = Reply::empty(200)
                .with("ETag", container.etag.clone())
                .with("Last-Modified", http_date(container.modified))
                .with("x-ms-lease-state", "available")
                .with("x-ms-lease-status", "unlocked");
            for (k, v) in &container.metadata {
                reply = reply.with(&format!("x-ms-meta-{k}"), v.clone());
            }
            Ok(reply)
        }
        ("PUT", "metadata") => {
            container.metadata = metadata(call.request)?;
            container.etag = call.etag.clone();
            container.modified = call.now;
            Ok(Reply::empty(200).with("ETag", call.etag.clone()))
        }
        ("DELETE", "") => {
            containers.remove(name);
            Ok(Reply::empty(202))
        }
        _ => Err(unknown(call)),
    }
}

fn make_container(containers: &mut Containers, call: &Call<'_>) -> Answer {
    let name = call.place.container;
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !letters
        || !(3..=63).contains(&name.len())
        || name.starts_with('-')
        || name.ends_with('-')
        || name.contains("--")
    {
        return Err(Refusal::of("InvalidResourceName"));
    }
    if containers.contains_key(name) {
        return Err(Refusal::of("ContainerAlreadyExists"));
    }
    let fresh = Container {
        etag: call.etag.clone(),
        modified: call.now,
        metadata: metadata(call.request)?,
        ..Container::default()
    };
    containers.insert(name.to_string(), fresh);
    Ok(Reply::empty(201).with("ETag", call.etag.clone()).with("Last-Modified", http_date(call.now)))
}

fn query(request: &Request) -> Result<Query, Refusal> {
    let p = |name: &str| request.param(name).unwrap_or_default().to_string();
    let max = match request.param("maxresults") {
        None => 5000,
        Some(text) => match text.parse::<usize>() {
            Ok(n) if n > 0 => n.min(5000),
            _ => {
                return Err(Refusal::new(
                    400,
                    "OutOfRangeQueryParameterValue",
                    "One of the query parameters specified in the request URI is outside the permissible range.",
                ));
            }
        },
    };
    let include = p("include");
    Ok(Query {
        prefix: p("prefix"),
        delimiter: p("delimiter"),
        marker: p("marker"),
        max,
        metadata: include.split(',').any(|i| i == "metadata"),
    })
}

fn on_blob(container: &mut Container, call: &Call<'_>, comp: &str) -> Answer {
    let request = call.request;
    let method = request.method.as_str();
    let writes = !matches!(method, "GET" | "HEAD");
    let name = call.place.blob;
    if let Some(blob) = container.blobs.get_mut(name) {
        blob.lease.settle(call.now);
    }
    let found = container.blobs.get(name);
    check_conditions(request, found, writes)?;
    if let Some(blob) = found.filter(|_| comp != "lease") {
        blob.lease.check(request, writes)?;
    }
    match (method, comp) {
        ("PUT", "") => return put(container, call),
        ("PUT", "block") => return put_block(container, call),
        ("PUT", "blocklist") => return put_block_list(container, call),
        _ => {}
    }
    let blob = container.blobs.get_mut(name).ok_or_else(|| Refusal::of("BlobNotFound"))?;
    match (method, comp) {
        ("GET" | "HEAD", "") => match request.param("snapshot") {
            Some(at) => {
                let content = blob.snapshots.get(at).ok_or_else(|| Refusal::of("BlobNotFound"))?;
                Blob { content: content.clone(), ..blob.clone() }.read(request)
            }
            None => blob.read(request),
        },
        ("GET" | "HEAD", "metadata") => Ok(blob.describe(Reply::empty(200))),
        ("PUT", "metadata") => {
            blob.metadata = metadata(request)?;
            blob.touch(call.etag.clone(), call.now);
            Ok(written(blob, 200))
        }
        ("PUT", "properties") => {
            blob.content_type =
                request.header("x-ms-blob-content-type").unwrap_or("application/octet-stream").into();
            blob.touch(call.etag.clone(), call.now);
            Ok(written(blob, 200))
        }
        ("PUT", "lease") => {
            let reply = lease::act(&mut blob.lease, request, call.now)?;
            Ok(reply.with("ETag", blob.etag.clone()).with("Last-Modified", http_date(blob.modified)))
        }
        ("PUT", "appendblock") => append(blob, call),
        ("PUT", "snapshot") => Ok(snapshot(blob, call)),
        ("DELETE", "") => {
            let wanted = request.header("x-ms-delete-snapshots").unwrap_or_default();
            match (blob.snapshots.is_empty(), wanted) {
                (false, "only") => blob.snapshots.clear(),
                (false, "include") | (true, _) => drop(container.blobs.remove(name)),
                (false, _) => return Err(Refusal::of("SnapshotsPresent")),
            }
            Ok(Reply::empty(202))
        }
        _ => Err(unknown(call)),
    }
}

fn snapshot(blob: &mut Blob, call: &Call<'_>) -> Reply {
    let at = chrono::DateTime::from_timestamp_millis(call.now).unwrap_or_default();
    let at = at.format("%Y-%m-%dT%H:%M:%S%.7fZ").to_string();
    blob.snapshots.insert(at.clone(), blob.content.clone());
    written(blob, 201).with("x-ms-snapshot", at)
}

fn written(blob: &Blob, status: u16) -> Reply {
    Reply::empty(status)
        .with("ETag", blob.etag.clone())
        .with("Last-Modified", http_date(blob.modified))
        .with("x-ms-request-server-encrypted", "true")
}

fn content_type(request: &Request) -> String {
    let own = request.header("x-ms-blob-content-type").or(request.header("content-type"));
    own.filter(|t| !t.is_empty()).unwrap_or("application/octet-stream").to_string()
}

/// Puts new content in place; a lease stays.
fn replace(container: &mut Container, call: &Call<'_>, append: bool, content: Vec<u8>) -> Answer {
    let meta = metadata(call.request)?;
    let blob = container.blobs.entry(call.place.blob.to_string()).or_default();
    if blob.created == 0 {
        blob.created = call.now;
    }
    blob.append = append;
    blob.blocks = 0;
    blob.content = content;
    blob.content_type = content_type(call.request);
    blob.metadata = meta;
    blob.touch(call.etag.clone(), call.now);
    Ok(written(blob, 201))
}

fn put(container: &mut Container, call: &Call<'_>) -> Answer {
    if call.request.header("x-ms-copy-source").is_some() {
        return Err(Refusal::new(501, "NotImplemented", "the sandbox does not copy blobs"));
    }
    match call.request.header("x-ms-blob-type") {
        Some("BlockBlob") => {
            container.pending.remove(call.place.blob);
            replace(container, call, false, call.request.body.clone())
        }
        Some("AppendBlob") if !call.request.body.is_empty() => {
            Err(Refusal::header("Content-Length", Some("not 0")))
        }
        Some("AppendBlob") => replace(container, call, true, Vec::new()),
        other => Err(Refusal::header("x-ms-blob-type", other)),
    }
}

fn put_block(container: &mut Container, call: &Call<'_>) -> Answer {
    let id = call.request.param("blockid").unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::new(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid: blockid.",
        ));
    }
    let blocks = container.pending.entry(call.place.blob.to_string()).or_default();
    if blocks.keys().next().is_some_and(|k| k.len() != id.len()) {
        return Err(Refusal::new(
            400,
            "InvalidBlobOrBlock",
            "The specified blob or block content is invalid.",
        ));
    }
    blocks.insert(id.to_string(), call.request.body.clone());
    Ok(Reply::empty(201).with("x-ms-request-server-encrypted", "true"))
}

fn put_block_list(container: &mut Container, call: &Call<'_>) -> Answer {
    let text = String::from_utf8_lossy(&call.request.body);
    let ids = list::block_ids(&text).ok_or_else(|| Refusal::of("InvalidXmlDocument"))?;
    let pending = container.pending.get(call.place.blob);
    let mut content = Vec::new();
    for id in ids {
        let block = pending.and_then(|p| p.get(&id)).ok_or_else(|| Refusal::of("InvalidBlockList"))?;
        content.extend_from_slice(block);
    }
    container.pending.remove(call.place.blob);
    let mut inner = call.request.clone();
    // The list's own type says nothing about the content.
    inner.headers.retain(|(k, _)| k != "content-type");
    let call = Call {
        request: &inner,
        place: call.place,
        etag: call.etag.clone(),
        now: call.now,
        endpoint: String::new(),
    };
    replace(container, &call, false, content)
}

fn append(blob: &mut Blob, call: &Call<'_>) -> Answer {
    if !blob.append {
        return Err(Refusal::of("InvalidBlobType"));
    }
    let offset = blob.content.len();
    if let Some(wanted) = call.request.header("x-ms-blob-condition-appendpos") {
        let wanted: usize =
            wanted.parse().map_err(|_| Refusal::header("x-ms-blob-condition-appendpos", Some(wanted)))?;
        if wanted != offset {
            return Err(Refusal::of("AppendPositionConditionNotMet"));
        }
    }
    if let Some(max) =
        call.request.header("x-ms-blob-condition-maxsize").and_then(|m| m.parse::<usize>().ok())
        && offset + call.request.body.len() > max
    {
        return Err(Refusal::new(
            412,
            "MaxBlobSizeConditionNotMet",
            "The max blob size condition specified was not met.",
        ));
    }
    blob.content.extend_from_slice(&call.request.body);
    blob.blocks += 1;
    blob.touch(call.etag.clone(), call.now);
    let reply = written(blob, 201).with("x-ms-blob-append-offset", offset.to_string());
    Ok(reply.with("x-ms-blob-committed-block-count", blob.blocks.to_string()).carrying(Payload::Empty))
}
