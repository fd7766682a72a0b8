//! The XML bodies: lists of containers and blobs, and the block list that a client sends.

use super::blob::Blob;
use super::{Container, http_date};
use std::collections::BTreeMap;

/// Text as XML character data.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// What a list is asked for.
#[derive(Default)]
pub(crate) struct Query {
    pub prefix: String,
    pub delimiter: String,
    pub marker: String,
    pub max: usize,
    pub metadata: bool,
}

const HEAD: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// The blobs of a container, or the containers' names, page by page.
pub(crate) fn blobs(endpoint: &str, container: &str, content: &Container, query: &Query) -> String {
    let mut body = String::new();
    let (mut count, mut next, mut last_prefix) = (0, String::new(), None::<String>);
    for (name, blob) in content.blobs.range(query.marker.clone()..) {
        let Some(tail) = name.strip_prefix(&query.prefix) else {
            if name.as_str() > query.prefix.as_str() {
                break;
            }
            continue;
        };
        let cut = (!query.delimiter.is_empty()).then(|| tail.find(&query.delimiter)).flatten();
        let folder = cut.map(|at| {
            let end = at + query.delimiter.len();
            format!("{}{}", query.prefix, tail.get(..end).unwrap_or_default())
        });
        if folder.is_some() && folder == last_prefix {
            continue;
        }
        if count == query.max {
            next = name.clone();
            break;
        }
        count += 1;
        match folder {
            Some(folder) => {
                body.push_str(&format!("<BlobPrefix><Name>{}</Name></BlobPrefix>", escape(&folder)));
                last_prefix = Some(folder);
            }
            None => body.push_str(&entry(name, blob, query.metadata)),
        }
    }
    let mut asked = String::new();
    for (tag, value) in
        [("Prefix", &query.prefix), ("Marker", &query.marker), ("Delimiter", &query.delimiter)]
    {
        if !value.is_empty() {
            asked.push_str(&format!("<{tag}>{}</{tag}>", escape(value)));
        }
    }
    format!(
        "{HEAD}<EnumerationResults ServiceEndpoint=\"{endpoint}\" ContainerName=\"{container}\">{asked}<Blobs>{body}</Blobs><NextMarker>{}</NextMarker></EnumerationResults>",
        escape(&next)
    )
}

fn entry(name: &str, blob: &Blob, metadata: bool) -> String {
    let (state, status) = blob.lease.state();
    let duration =
        blob.lease.duration().map_or(String::new(), |d| format!("<LeaseDuration>{d}</LeaseDuration>"));
    let mut meta = String::new();
    if metadata {
        let pairs: String = blob.metadata.iter().map(|(k, v)| format!("<{k}>{}</{k}>", escape(v))).collect();
        meta = format!("<Metadata>{pairs}</Metadata>");
    }
    format!(
        "<Blob><Name>{}</Name><Properties><Creation-Time>{}</Creation-Time><Last-Modified>{}</Last-Modified><Etag>{}</Etag><Content-Length>{}</Content-Length><Content-Type>{}</Content-Type><BlobType>{}</BlobType><LeaseStatus>{status}</LeaseStatus><LeaseState>{state}</LeaseState>{duration}<ServerEncrypted>true</ServerEncrypted></Properties>{meta}</Blob>",
        escape(name),
        http_date(blob.created),
        http_date(blob.modified),
        blob.etag.trim_matches('"'),
        blob.content.len(),
        escape(&blob.content_type),
        blob.kind(),
    )
}

/// The containers of an account.
pub(crate) fn containers(endpoint: &str, all: &BTreeMap<String, Container>, prefix: &str) -> String {
    let one = |(name, c): (&String, &Container)| {
        format!(
            "<Container><Name>{name}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>{}</Etag><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState></Properties></Container>",
            http_date(c.modified),
            c.etag
        )
    };
    let list: String = all.iter().filter(|(n, _)| n.starts_with(prefix)).map(one).collect();
    format!(
        "{HEAD}<EnumerationResults ServiceEndpoint=\"{endpoint}\"><Containers>{list}</Containers><NextMarker /></EnumerationResults>"
    )
}

/// The identifiers in a block list, in order; none when the text is no block list.
pub(crate) fn block_ids(text: &str) -> Option<Vec<String>> {
    let inner = text.split_once("<BlockList>")?.1.rsplit_once("</BlockList>")?.0;
    let mut out = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let tag = ["Latest", "Committed", "Uncommitted"]
            .into_iter()
            .find(|t| rest.starts_with(&format!("<{t}>")))?;
        let (id, after) = rest.get(tag.len() + 2..)?.split_once(&format!("</{tag}>"))?;
        out.push(unescape(id.trim()));
        rest = after.trim_start();
    }
    Some(out)
}
