//! The state of this Azure, and the small steps that everything else is made of.

use super::facts::{CLIENT_SECRET, NAMESPACES, SUBSCRIPTION};
use super::failure::Failure;
use super::operations::Operation;
use crate::clock::Clock;
use crate::json::{self, text};
use regex::RegexBuilder;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An answer that is no error: status, headers, body.
pub(crate) struct Done {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
}

impl Done {
    pub fn new(status: u16, body: Value) -> Done {
        Done { status, headers: Vec::new(), body: Some(body) }
    }

    pub fn empty(status: u16) -> Done {
        Done { status, headers: Vec::new(), body: None }
    }
}

/// What a call answers.
pub(crate) type Answer = Result<Done, Failure>;

/// Objects are kept under their identifier in lower case. Members that begin with `_` are never shown.
pub(crate) struct Cloud {
    pub base: String,
    pub clock: Clock,
    pub groups: BTreeMap<String, Value>,
    pub objects: BTreeMap<String, Value>,
    pub ops: BTreeMap<String, Operation>,
    /// Tokens that were handed out, with the second they end.
    pub tokens: BTreeMap<String, i64>,
    /// Errors to answer with, set by a test.
    pub fails: Vec<Value>,
    /// Operations to end badly, set by a test.
    pub outcomes: Vec<Value>,
    pub log: Vec<Value>,
    pub seq: u64,
    pub secret: String,
    pub registered: BTreeMap<String, String>,
    /// How many times an operation answers InProgress.
    pub polls: u64,
    /// Seconds of Retry-After.
    pub retry: u64,
    /// How many reads a deleted object still answers.
    pub linger: u64,
    start: (u64, u64),
}

impl Cloud {
    pub fn new(base: String, clock: Clock, polls: u64, retry: u64) -> Cloud {
        let registered =
            NAMESPACES.split(' ').map(|n| (n.to_lowercase(), "Registered".to_string())).collect();
        Cloud {
            base,
            clock,
            groups: BTreeMap::new(),
            objects: BTreeMap::new(),
            ops: BTreeMap::new(),
            tokens: BTreeMap::new(),
            fails: Vec::new(),
            outcomes: Vec::new(),
            log: Vec::new(),
            seq: 0,
            secret: CLIENT_SECRET.to_string(),
            registered,
            polls,
            retry,
            linger: 0,
            start: (polls, retry),
        }
    }

    /// Back to the empty state.
    pub fn reset(&mut self) {
        let fresh = Cloud::new(self.base.clone(), self.clock.clone(), self.start.0, self.start.1);
        *self = fresh;
    }

    pub fn get(&self, id: &str) -> Option<&Value> {
        self.objects.get(&id.to_lowercase())
    }

    pub fn put(&mut self, object: Value) {
        self.objects.insert(text(&object, "id").to_lowercase(), object);
    }

    /// Removes an object with everything below it.
    pub fn drop_tree(&mut self, id: &str) {
        let (id, below) = (id.to_lowercase(), format!("{}/", id.to_lowercase()));
        self.objects.retain(|k, _| *k != id && !k.starts_with(&below));
    }

    pub fn group(&self, name: &str) -> Option<&Value> {
        self.groups.get(&name.to_lowercase())
    }

    /// The group, or the error that it is missing.
    pub fn need_group(&self, name: &str) -> Result<&Value, Failure> {
        let missing = || {
            Failure::arm(404, "ResourceGroupNotFound", format!("Resource group '{name}' could not be found."))
        };
        self.group(name).ok_or_else(missing)
    }

    /// The top objects of a group, in order of their identifiers.
    pub fn in_group(&self, name: &str) -> Vec<&Value> {
        let prefix =
            format!("/subscriptions/{SUBSCRIPTION}/resourcegroups/{}/providers/", name.to_lowercase());
        let inside =
            self.objects.iter().filter(|(k, o)| k.starts_with(&prefix) && o.get("_parent").is_none());
        inside.map(|(_, o)| o).collect()
    }

    /// Takes the next planned outcome that matches, if any.
    pub fn outcome(&mut self, path: &str) -> Option<Value> {
        let matching = |x: &&mut Value| x["count"].as_i64() > Some(0) && matches(text(x, "match"), path);
        let found = self.outcomes.iter_mut().find(matching)?;
        let left = found["count"].as_i64().unwrap_or(1) - 1;
        json::set(found, "count", left);
        Some(found.clone())
    }

    /// Takes the next planned error that matches a request, if any.
    pub fn failure(&mut self, method: &str, path: &str) -> Option<Failure> {
        self.failure_naming("", method, path)
    }

    /// The same for those whose pattern holds a word.
    pub fn failure_naming(&mut self, word: &str, method: &str, path: &str) -> Option<Failure> {
        for f in self.fails.iter_mut().filter(|f| text(f, "path").contains(word)) {
            let wanted = f["method"].as_str().unwrap_or(method).to_uppercase();
            let hit = f["count"].as_i64() > Some(0) && (wanted == method || wanted == "*");
            if !hit || !matches(text(f, "path"), path) {
                continue;
            }
            let skip = f["skip"].as_i64().unwrap_or(0);
            if skip > 0 {
                json::set(f, "skip", skip - 1);
                continue;
            }
            let left = f["count"].as_i64().unwrap_or(1) - 1;
            json::set(f, "count", left);
            return Some(planned_failure(f));
        }
        None
    }

    /// An object as a client sees it.
    pub fn show(&self, object: &Value) -> Value {
        let mut out = json::filtered(object, |k, _| !k.starts_with('_'));
        if text(object, "type") == "Microsoft.ContainerService/ManagedClusters" {
            let pools = self.pools(object).into_iter().map(|p| {
                let mut shown = p["properties"].clone();
                json::set(&mut shown, "name", p["name"].clone());
                shown
            });
            let pools: Vec<Value> = pools.collect();
            json::set(json::child(&mut out, "properties"), "agentPoolProfiles", pools);
        }
        out
    }

    /// The part that outlives a run.
    pub fn save(&self) -> Value {
        json!({"groups": self.groups, "objects": self.objects, "registered": self.registered, "seq": self.seq})
    }

    /// Takes over what [`Cloud::save`] gave. Operations that were under way have ended meanwhile.
    pub fn load(&mut self, kept: &Value) {
        let map = |v: &Value| json::pairs(v).map(|(k, v)| (k.clone(), v.clone())).collect::<BTreeMap<_, _>>();
        self.groups = map(&kept["groups"]);
        self.objects = map(&kept["objects"]);
        self.seq = kept["seq"].as_u64().unwrap_or(0);
        for object in self.objects.values_mut().chain(self.groups.values_mut()) {
            let state = text(&object["properties"], "provisioningState");
            if !matches!(state, "Succeeded" | "Failed" | "Canceled" | "") {
                json::set(json::child(object, "properties"), "provisioningState", "Succeeded");
            }
        }
    }
}

/// Does a pattern occur in a path, without regard to case? A pattern that does not compile never does.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let built = RegexBuilder::new(pattern).case_insensitive(true).build();
    built.is_ok_and(|r| r.is_match(path))
}

fn planned_failure(f: &Value) -> Failure {
    let status = f["status"].as_u64().and_then(|s| u16::try_from(s).ok()).unwrap_or(500);
    let code = match status {
        429 => "TooManyRequests",
        500 => "InternalServerError",
        503 => "ServiceUnavailable",
        403 => "AuthorizationFailed",
        409 => "Conflict",
        400 => "BadRequest",
        _ => "Error",
    };
    let message = match status {
        429 => "The request is being throttled.",
        500 => "The server encountered an internal error. Please retry the request.",
        503 => "The service is unavailable.",
        _ => "Injected failure.",
    };
    let code = f["code"].as_str().unwrap_or(code);
    let mut failure = Failure::arm(status, code, f["message"].as_str().unwrap_or(message));
    if let Some(seconds) = f.get("retry_after") {
        failure.headers.push(("Retry-After".into(), seconds.to_string()));
    }
    failure
}
