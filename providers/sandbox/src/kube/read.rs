//! get, list and watch.

use super::kinds::Resource;
use super::route::{Target, number, on};
use super::selectors::{Fields, Labels};
use super::status::{Cause, Failure};
use super::store::{Event, Name, Watcher, name_of};
use super::table::Tables;
use super::{Answer, Body, State};
use crate::json;
use crate::message::Request;
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc;

/// An object as a version of its resource shows it.
pub(crate) fn show(resource: &Resource, object: &Value) -> Value {
    let mut out = object.clone();
    super::special::convert(resource, &mut out);
    json::set(&mut out, "apiVersion", resource.api_version());
    json::set(&mut out, "kind", resource.kind.to_string());
    out
}

/// Objects without anything but their metadata, for clients that ask for no more.
pub(crate) fn only_metadata(value: Value) -> Value {
    let one = |o: &Value| json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": o["metadata"]});
    match value.get("items").and_then(Value::as_array) {
        Some(items) => json!({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
            "metadata": value["metadata"], "items": items.iter().map(one).collect::<Vec<_>>()}),
        None if json::text(&value, "kind") == "Status" => value,
        None => one(&value),
    }
}

/// The selectors of a list or watch.
#[derive(Clone)]
struct Filter {
    namespace: Option<String>,
    labels: Labels,
    fields: Fields,
}

impl Filter {
    fn read(request: &Request, target: &Target, resource: &Resource) -> Result<Filter, Failure> {
        let labels = Labels::parse(request.param("labelSelector").unwrap_or_default())?;
        let mut fields = request.param("fieldSelector").unwrap_or_default().to_string();
        if let Some(name) = &target.name {
            fields = format!("metadata.name={name}");
        }
        let fields = Fields::parse(&fields, &resource.plural, &resource.kind)?;
        Ok(Filter { namespace: target.namespace.clone(), labels, fields })
    }

    fn fits(&self, object: &Value) -> bool {
        let here = self.namespace.as_deref().is_none_or(|ns| super::meta(object, "namespace") == ns);
        here && self.labels.fits(object) && self.fields.fits(object)
    }
}

/// How a list asks for its version, if it may.
fn match_is_allowed(request: &Request) -> Result<(), Failure> {
    const FIELD: &str = "resourceVersionMatch";
    let given = |name: &str| request.param(name).filter(|value| !value.is_empty());
    let Some(kind) = given(FIELD) else { return Ok(()) };
    let refuse = |cause: Cause| Err(Failure::options("ListOptions", cause));
    let forbidden = |why: &str| refuse(Cause::forbidden(FIELD, format!("{FIELD} is forbidden {why}")));
    if given("continue").is_some() {
        return forbidden("when continue is provided");
    }
    let Some(version) = given("resourceVersion") else {
        return forbidden("unless resourceVersion is provided");
    };
    match kind {
        "Exact" if version == "0" => refuse(Cause::forbidden(
            FIELD,
            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        )),
        "Exact" | "NotOlderThan" => Ok(()),
        odd => {
            let shown = super::status::go_quote(odd);
            refuse(Cause::unsupported(FIELD, &shown, &["Exact", "NotOlderThan", ""]))
        }
    }
}

impl State {
    /// One object.
    pub fn get(
        &self,
        request: &Request,
        target: &Target,
        resource: &Resource,
        name: &str,
    ) -> Result<Answer, Failure> {
        self.version_asked(request)?;
        let namespace = target.namespace.as_deref().unwrap_or_default();
        let found = self.store.get(&resource.key(), namespace, name);
        let object = found.ok_or_else(|| Failure::not_found(&resource.about(name)))?;
        Ok(Answer::new(200, show(resource, object)))
    }

    /// A list, page by page.
    pub fn list(&self, request: &Request, target: &Target, resource: &Resource) -> Result<Answer, Failure> {
        let filter = Filter::read(request, target, resource)?;
        match_is_allowed(request)?;
        let limit = usize::try_from(number(request, "limit")?.unwrap_or(0)).unwrap_or(0);
        let after = match request.param("continue").filter(|c| !c.is_empty()) {
            None => None,
            Some(token) => {
                if request.param("resourceVersion").is_some_and(|v| !v.is_empty() && v != "0") {
                    let message = "specifying resource version is not allowed when using continue";
                    return Err(Failure::bad_request(message));
                }
                Some(read_token(token)?)
            }
        };
        let key = resource.key();
        let exact = match self.version_asked(request)? {
            // A page of a version is a page of just that version.
            Some(version) if limit > 0 && request.param("resourceVersionMatch").is_none() => Some(version),
            Some(version) if request.param("resourceVersionMatch") == Some("Exact") => Some(version),
            _ => None,
        };
        if let Some(version) = exact {
            self.is_unchanged_since(&key, version)?;
        }
        let fitting: Vec<&Value> = match &target.namespace {
            Some(ns) => self.store.within(&key, ns).filter(|o| filter.fits(o)).collect(),
            None => self.store.all(&key).filter(|o| filter.fits(o)).collect(),
        };
        let rest: Vec<&Value> =
            fitting.into_iter().filter(|o| after.as_ref().is_none_or(|a| name_of(o) > *a)).collect();
        let shown = if limit == 0 { rest.len() } else { limit.min(rest.len()) };
        let mut meta = json!({"resourceVersion": exact.unwrap_or(self.store.version()).to_string()});
        if shown < rest.len() {
            let last = rest.get(shown.saturating_sub(1)).map(|o| name_of(o)).unwrap_or_default();
            json::set(&mut meta, "continue", write_token(&last, self.store.version()));
            let selected = ["labelSelector", "fieldSelector"]
                .iter()
                .any(|s| request.param(s).is_some_and(|v| !v.is_empty()));
            if !selected {
                json::set(&mut meta, "remainingItemCount", rest.len() - shown);
            }
        }
        let items = rest.into_iter().take(shown).map(|o| {
            let mut one = show(resource, o);
            // Items of built-in lists do not repeat their type.
            if resource.custom.is_none() {
                json::remove(&mut one, "apiVersion");
                json::remove(&mut one, "kind");
            }
            one
        });
        let body = json!({"kind": resource.list_kind, "apiVersion": resource.api_version(), "metadata": meta,
            "items": items.collect::<Vec<_>>()});
        Ok(Answer::new(200, body))
    }

    /// The version that a reader asks for, if it is one; a version that is still to come is refused.
    fn version_asked(&self, request: &Request) -> Result<Option<u64>, Failure> {
        let Some(given) = request.param("resourceVersion").filter(|v| !v.is_empty() && *v != "0") else {
            return Ok(None);
        };
        let version: u64 = given.parse().map_err(|_| bad_version(given))?;
        let current = self.store.version();
        if version <= current {
            return Ok(Some(version));
        }
        let message = format!("Timeout: Too large resource version: {version}, current: {current}");
        let mut failure = Failure::new(504, "Timeout", message);
        let cause = json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
        let details = [("causes", json!([cause])), ("retryAfterSeconds", json!(1))];
        failure.details = Some(details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        Err(failure)
    }

    /// A list of an earlier version can be given while nothing in it has changed.
    fn is_unchanged_since(&self, key: &str, version: u64) -> Result<(), Failure> {
        match self.store.since(key, version) {
            Some(changes) if changes.is_empty() => Ok(()),
            Some(_) => Err(Failure::unknown("lists as they were in an earlier version")),
            None => {
                let message = "The resourceVersion for the provided list is too old.";
                Err(Failure::new(410, "Expired", message))
            }
        }
    }

    /// A stream of changes.
    pub fn watch(
        &mut self,
        request: &Request,
        target: &Target,
        resource: &Resource,
    ) -> Result<Answer, Failure> {
        let filter = Filter::read(request, target, resource)?;
        let tables = super::special::tables(request, resource, &self.clock)?;
        let shown = Shown { resource: resource.clone(), tables };
        let key = resource.key();
        let given = request.param("resourceVersion").unwrap_or_default();
        let seconds = number(request, "timeoutSeconds")?.filter(|s| *s > 0).unwrap_or(1800);
        let (events, incoming) = mpsc::unbounded_channel::<Event>();
        let (chunks, body) = mpsc::unbounded_channel::<Vec<u8>>();
        if matches!(given, "" | "0") {
            for object in self.store.all(&key).filter(|o| filter.fits(o)) {
                let _ = chunks.send(line("ADDED", &shown.of(object)));
            }
            if on(request, "sendInitialEvents") {
                let _ = chunks.send(bookmark(resource, self.store.version(), true));
            }
        } else {
            let version: u64 = given.parse().map_err(|_| {
                let shown = super::status::go_quote(given);
                let why = format!("resourceVersion: Invalid value: {shown}: strconv.ParseUint: parsing {shown}: invalid syntax");
                Failure::internal(why)
            })?;
            match self.store.since(&key, version) {
                Some(past) => past.into_iter().for_each(|e| drop(events.send(e))),
                None => {
                    let message = format!("too old resource version: {version} ({})", self.store.version());
                    let _ = chunks.send(line("ERROR", &Failure::new(410, "Expired", message).body()));
                    return Ok(Answer {
                        status: 200,
                        body: Body::Stream(body),
                        warnings: Vec::new(),
                        media_type: None,
                    });
                }
            }
        }
        self.store.watch(Watcher { key, events });
        tokio::spawn(tell(incoming, chunks, filter, shown, Duration::from_secs(seconds.unsigned_abs())));
        Ok(Answer { status: 200, body: Body::Stream(body), warnings: Vec::new(), media_type: None })
    }
}

/// How the objects of a watch are shown.
struct Shown {
    resource: Resource,
    tables: Option<Tables>,
}

impl Shown {
    fn of(&self, object: &Value) -> Value {
        let object = show(&self.resource, object);
        match &self.tables {
            Some(tables) => tables.of(object),
            None => object,
        }
    }
}

/// Passes events on until the time is over or the client is gone.
async fn tell(
    mut events: mpsc::UnboundedReceiver<Event>,
    chunks: mpsc::UnboundedSender<Vec<u8>>,
    filter: Filter,
    shown: Shown,
    time: Duration,
) {
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    loop {
        let event = tokio::select! {
            e = events.recv() => e,
            _ = chunks.closed() => return,
            _ = &mut end => return,
        };
        let Some(event) = event else { return };
        let (now, before) =
            (filter.fits(&event.object), event.before.as_ref().is_some_and(|b| filter.fits(b)));
        let kind = match (event.kind, now, before) {
            ("DELETED", _, true) => "DELETED",
            ("DELETED", _, false) => continue,
            (_, true, true) => "MODIFIED",
            (_, true, false) => "ADDED",
            (_, false, true) => "DELETED",
            (_, false, false) => continue,
        };
        if chunks.send(line(kind, &shown.of(&event.object))).is_err() {
            return;
        }
    }
}

fn line(kind: &str, object: &Value) -> Vec<u8> {
    format!("{}\n", json!({"type": kind, "object": object})).into_bytes()
}

fn bookmark(resource: &Resource, version: u64, initial: bool) -> Vec<u8> {
    let mut meta = json!({"resourceVersion": version.to_string(), "creationTimestamp": null});
    if initial {
        json::set(&mut meta, "annotations", json!({"k8s.io/initial-events-end": "true"}));
    }
    line("BOOKMARK", &json!({"kind": resource.kind, "apiVersion": resource.api_version(), "metadata": meta}))
}

fn bad_version(given: &str) -> Failure {
    let shown = super::status::go_quote(given);
    Failure::bad_request(format!(
        "resourceVersion: Invalid value: {shown}: strconv.ParseUint: parsing {shown}: invalid syntax"
    ))
}

fn write_token(last: &Name, version: u64) -> String {
    let start =
        if last.0.is_empty() { format!("{}\u{0}", last.1) } else { format!("{}/{}\u{0}", last.0, last.1) };
    URL_SAFE_NO_PAD.encode(json!({"v": "meta.k8s.io/v1", "rv": version, "start": start}).to_string())
}

fn read_token(token: &str) -> Result<Name, Failure> {
    let refused = |why: String| {
        Failure::bad_request(format!("invalid continue token: continue key is not valid: {why}"))
    };
    // Left-over bits are no error.
    let rules = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let rules = rules.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&URL_SAFE, rules).decode(token).map_err(|e| refused(e.to_string()))?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| {
        let first = bytes.first().copied().unwrap_or(b' ');
        let shown = if first.is_ascii_graphic() {
            format!("'{}'", char::from(first))
        } else {
            format!("'\\u{first:04x}'")
        };
        refused(format!("invalid character {shown} looking for beginning of value"))
    })?;
    let start = json::text(&value, "start").trim_end_matches('\u{0}');
    let (namespace, name) = start.split_once('/').unwrap_or(("", start));
    Ok((namespace.to_string(), name.to_string()))
}
