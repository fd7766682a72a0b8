//! The Kubernetes API of one cluster, with the controllers and nodes behind it.
//!
//! Kinds, fields and how lists merge are tables (`kinds`, `schema/types.txt`); decoding, patches, server-side apply,
//! selectors and watches work on those for every kind alike. What is particular to a kind is in `defaults`,
//! `validate`, `admit` and `controllers`.

mod admit;
mod controllers;
mod custom;
mod decode;
mod defaults;
mod delete;
mod discovery;
mod fieldset;
mod kinds;
mod label_syntax;
mod managed;
mod names;
mod node;
mod patch;
mod patching;
mod protobuf;
mod quantity;
mod quota;
mod read;
mod reviews;
mod route;
mod schema;
mod selectors;
mod special;
mod status;
mod store;
mod table;
mod typed;
mod validate;
mod write;
mod yaml;

use crate::clock::Clock;
use crate::json;
use crate::message::{Reply, Request, Service};
use crate::record::Record;
use crate::serve::Hub;
use serde_json::Value;
use status::Failure;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use store::Store;
use tokio::sync::{Notify, watch};

/// The largest body that the API server reads.
const BODY_LIMIT: usize = 3 << 20;

/// A cluster's objects and what belongs to them.
pub(crate) struct State {
    pub store: Store,
    pub clock: Clock,
    pub record: Record,
    pub version: String,
    pub nodes: u64,
    pub ca: String,
    /// The loopback address of the next service and of the next pod.
    pub next_ip: u32,
    /// Where pods stand, for those under way.
    pub pods: controllers::Pods,
    /// The newest version of a definition that is served.
    pub definitions: u64,
}

/// One cluster.
pub(crate) struct Api {
    token: String,
    state: Mutex<State>,
    stirred: Arc<Notify>,
}

impl Api {
    pub fn new(hub: &Arc<Hub>, token: &str, version: &str, ca: &str, kept: &Value) -> Api {
        let mut store = Store::new();
        if kept.is_object() {
            store.load(kept);
        }
        let mut state = State {
            store,
            clock: hub.clock.clone(),
            record: hub.record.clone(),
            version: version.to_string(),
            nodes: 0,
            ca: ca.to_string(),
            next_ip: 0,
            pods: controllers::Pods::new(hub.latency),
            definitions: 0,
        };
        custom::refresh(&mut state.store);
        special::furnish(&mut state);
        Api { token: token.to_string(), state: Mutex::new(state), stirred: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// How many nodes the cluster has.
    pub fn set_nodes(&self, nodes: u64) {
        let mut state = self.lock();
        if state.nodes != nodes {
            state.nodes = nodes;
            special::align_nodes(&mut state);
            self.stirred.notify_one();
        }
    }

    pub fn set_version(&self, version: &str) {
        let mut state = self.lock();
        if state.version != version {
            state.version = version.to_string();
        }
    }

    pub fn save(&self) -> Value {
        self.lock().store.save()
    }

    fn authenticated(&self, request: &Request) -> Result<bool, Failure> {
        if request.certified {
            return Ok(true);
        }
        match request.header("authorization") {
            None => Ok(false),
            Some(given) if given.strip_prefix("Bearer ") == Some(self.token.as_str()) => Ok(true),
            Some(_) => Err(Failure::new(401, "Unauthorized", "Unauthorized")),
        }
    }

    fn respond(&self, request: &Request) -> Result<Reply, Failure> {
        let known = self.authenticated(request)?;
        if request.body.len() > BODY_LIMIT {
            let message = format!("Request entity too large: limit is {BODY_LIMIT}");
            return Err(Failure::new(413, "RequestEntityTooLarge", message));
        }
        let call = route::read(request);
        if !known {
            route::allow_anonymous(&call, request)?;
        }
        let accept = route::negotiate(request)?;
        let mut state = self.lock();
        state.allow_impersonated(&call, request)?;
        let reply = match call {
            route::Call::Path(path) => discovery::answer(&state, request, &path),
            route::Call::Object(target) => state.call(request, &target),
        };
        let stirred = std::mem::take(&mut state.store.stirred);
        drop(state);
        if stirred {
            self.stirred.notify_one();
        }
        reply.map(|r| r.render(accept, request))
    }
}

impl Service for Api {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn answer(&self, request: &Request) -> Reply {
        let reply = self.respond(request).unwrap_or_else(|f| f.reply());
        let reply = reply.with("Audit-Id", crate::ids::random_uuid());
        reply.with("Cache-Control", "no-cache, private")
    }
}

/// Plays controllers and nodes until the cluster is gone.
pub(crate) async fn run_controllers(hub: Arc<Hub>, api: Arc<Api>, mut quit: watch::Receiver<bool>) {
    let mut stop = hub.stop.subscribe();
    loop {
        let wait = {
            let mut state = api.lock();
            let wait = controllers::run(&mut state);
            if std::mem::take(&mut state.store.stirred) {
                hub.dirty.store(true, Ordering::Relaxed);
            }
            wait.min(Duration::from_secs(5))
        };
        tokio::select! {
            _ = tokio::time::sleep(wait) => {}
            _ = api.stirred.notified() => {}
            _ = stop.changed() => return,
            _ = quit.changed() => return,
        }
    }
}

/// A successful answer before its form is chosen.
pub(crate) struct Answer {
    pub status: u16,
    pub body: Body,
    pub warnings: Vec<String>,
    /// Instead of application/json.
    pub media_type: Option<String>,
}

/// What an answer carries.
pub(crate) enum Body {
    Value(Value),
    Text(String),
    Stream(tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>),
}

impl Answer {
    pub fn new(status: u16, value: Value) -> Answer {
        Answer { status, body: Body::Value(value), warnings: Vec::new(), media_type: None }
    }

    fn render(self, accept: route::Accept, request: &Request) -> Reply {
        let mut reply = match self.body {
            Body::Value(value) if accept == route::Accept::Yaml => {
                Reply::bytes(self.status, "application/yaml", yaml::write(&value))
            }
            Body::Value(value) => {
                let value =
                    if accept == route::Accept::Metadata { read::only_metadata(value) } else { value };
                let kind = self.media_type.as_deref().unwrap_or("application/json");
                let pretty = request.param("pretty").is_some_and(|p| p != "false" && p != "0");
                let text = if pretty { format!("{value:#}\n") } else { format!("{value}\n") };
                Reply::bytes(self.status, kind, text)
            }
            Body::Text(text) => {
                Reply::bytes(self.status, self.media_type.as_deref().unwrap_or("text/plain"), text)
            }
            Body::Stream(chunks) => Reply::empty(self.status)
                .with("Content-Type", "application/json")
                .carrying(crate::message::Payload::Stream(chunks)),
        };
        for warning in self.warnings {
            let quoted = warning.replace('\\', "\\\\").replace('"', "\\\"");
            reply = reply.with("Warning", format!("299 - \"{quoted}\""));
        }
        reply
    }
}

/// The text of a member of metadata.
pub(crate) fn meta<'a>(object: &'a Value, key: &str) -> &'a str {
    json::text(&object["metadata"], key)
}
