//! Blob storage (service version 2023-11-03 and near it): containers, block and append blobs, leases, conditions.

mod auth;
mod blob;
mod calls;
mod error;
mod lease;
mod list;

use crate::clock::Clock;
use crate::json::{self, text};
use crate::message::{Reply, Request, Service};
use crate::options::Options;
use crate::sandbox::{SandboxError, StorageAccount};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blob::Blob;
use chrono::DateTime;
use error::Refusal;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// The resource group that accounts are listed under.
const RESOURCE_GROUP: &str = "tfstate";

/// The containers of a fresh account.
const CONTAINERS: &[&str] = &["tfstate", "terraform-plans"];

/// A container. Times are milliseconds since 1970.
#[derive(Default)]
pub(crate) struct Container {
    pub etag: String,
    pub modified: i64,
    pub metadata: BTreeMap<String, String>,
    pub blobs: BTreeMap<String, Blob>,
    /// Blocks that no block list has committed yet, by blob and block identifier.
    pub pending: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
}

struct Account {
    keys: Vec<String>,
    containers: BTreeMap<String, Container>,
}

#[derive(Default)]
struct Store {
    accounts: BTreeMap<String, Account>,
    /// Bearer tokens for storage, with the second they end.
    tokens: BTreeMap<String, i64>,
    seq: u64,
}

impl Store {
    fn etag(&mut self, now: i64) -> String {
        self.seq += 1;
        format!("\"0x8D{:011X}{:04X}\"", now, self.seq & 0xFFFF)
    }
}

/// What a request is about.
pub(crate) struct Place<'a> {
    pub account: &'a str,
    pub container: &'a str,
    pub blob: &'a str,
}

/// The service.
pub(crate) struct Blobs {
    store: Mutex<Store>,
    clock: Clock,
    first: String,
}

/// `Sat, 21 Nov 2026 12:00:00 GMT` of milliseconds since 1970.
pub(crate) fn http_date(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Access keys that depend on the account's name and the sandbox's seed alone.
fn keys(name: &str, seed: u64) -> Vec<String> {
    (1..=2).map(|n| STANDARD.encode(Sha512::digest(format!("sandbox key {n} of {name} {seed}")))).collect()
}

impl Blobs {
    pub fn new(options: &Options, kept: Value) -> Result<Blobs, SandboxError> {
        let now = options.clock.millis();
        let mut store = Store { seq: kept["seq"].as_u64().unwrap_or(0), ..Store::default() };
        for name in &options.storage_accounts {
            let plain = (3..=24).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            if !plain {
                let message = format!(
                    "storage account name '{name}': 3 to 24 lower-case letters and digits are allowed"
                );
                return Err(SandboxError::new(message));
            }
            let mut account = Account { keys: keys(name, options.seed), containers: BTreeMap::new() };
            for container in CONTAINERS {
                let fresh = Container { etag: store.etag(now), modified: now, ..Container::default() };
                account.containers.insert(container.to_string(), fresh);
            }
            store.accounts.insert(name.clone(), account);
        }
        for (name, kept) in json::pairs(&kept["accounts"]) {
            store.accounts.insert(name.clone(), load_account(kept));
        }
        let first = options.storage_accounts.first().cloned().unwrap_or_default();
        Ok(Blobs { store: Mutex::new(store), clock: options.clock.clone(), first })
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// The account that a demonstration uses.
    pub fn first(&self) -> StorageAccount {
        let key = self.keys(&self.first).and_then(|k| k.into_iter().next()).unwrap_or_default();
        StorageAccount {
            account: self.first.clone(),
            resource_group: RESOURCE_GROUP.into(),
            key,
            containers: CONTAINERS.iter().map(|c| c.to_string()).collect(),
        }
    }

    /// The access keys of an account.
    pub fn keys(&self, account: &str) -> Option<Vec<String>> {
        self.lock().accounts.get(&account.to_lowercase()).map(|a| a.keys.clone())
    }

    /// The names of all accounts.
    pub fn names(&self) -> Vec<String> {
        self.lock().accounts.keys().cloned().collect()
    }

    /// Lets a bearer token in until a second.
    pub fn admit(&self, token: &str, until: i64) {
        self.lock().tokens.insert(token.to_string(), until);
    }

    /// The part of the world that outlives a run.
    pub fn save(&self) -> Value {
        let store = self.lock();
        let mut accounts = json!({});
        for (name, account) in &store.accounts {
            let mut containers = json!({});
            for (name, c) in &account.containers {
                let blobs: Value = c.blobs.iter().map(|(n, b)| (n.clone(), b.save())).collect();
                json::set(
                    &mut containers,
                    name,
                    json!({"etag": c.etag, "modified": c.modified, "metadata": c.metadata, "blobs": blobs}),
                );
            }
            json::set(&mut accounts, name, json!({"keys": account.keys, "containers": containers}));
        }
        json!({"seq": store.seq, "accounts": accounts})
    }

    fn respond(&self, request: &Request) -> Result<Reply, Refusal> {
        let mut store = self.lock();
        let path_style = !request.host.contains(".blob.");
        let path = request.path.trim_start_matches('/');
        let (account, path) = match path_style {
            true => path.split_once('/').unwrap_or((path, "")),
            false => (request.host.split('.').next().unwrap_or_default(), path),
        };
        let (container, blob) = path.split_once('/').unwrap_or((path, ""));
        let place = Place { account, container, blob };
        let unknown = || {
            Refusal::new(
                400,
                "InvalidUri",
                "The requested URI does not represent any resource on the server.",
            )
        };
        let keys = store.accounts.get(account).map(|a| a.keys.clone()).ok_or_else(unknown)?;
        let (unix, now) = (self.clock.unix(), self.clock.rfc3339());
        let admitted = |t: &str| store.tokens.get(t).is_some_and(|until| *until > unix);
        auth::check(request, &place, &keys, admitted, &now)?;
        let etag = store.etag(self.clock.millis());
        let account = store.accounts.get_mut(place.account).ok_or_else(unknown)?;
        let endpoint = format!("https://{}.blob.core.windows.net/", place.account);
        let call = calls::Call { request, place: &place, etag, now: self.clock.millis(), endpoint };
        calls::answer(&mut account.containers, &call)
    }
}

fn load_account(kept: &Value) -> Account {
    let keys = json::items(&kept["keys"]).iter().filter_map(Value::as_str).map(str::to_string).collect();
    let mut containers = BTreeMap::new();
    for (name, c) in json::pairs(&kept["containers"]) {
        let blobs = json::pairs(&c["blobs"]).map(|(n, b)| (n.clone(), Blob::load(b))).collect();
        let metadata =
            json::pairs(&c["metadata"]).map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().into()));
        let one = Container {
            etag: text(c, "etag").into(),
            modified: c["modified"].as_i64().unwrap_or(0),
            metadata: metadata.collect(),
            blobs,
            pending: BTreeMap::new(),
        };
        containers.insert(name.clone(), one);
    }
    Account { keys, containers }
}

impl Service for Blobs {
    fn name(&self) -> &'static str {
        "blobs"
    }

    fn answer(&self, request: &Request) -> Reply {
        let reply = match self.respond(request) {
            Ok(reply) => reply.with("x-ms-request-id", crate::ids::random_uuid()),
            Err(refusal) if refusal.status == 304 => Reply::empty(304),
            Err(refusal) => refusal.reply(),
        };
        let version = request.header("x-ms-version").unwrap_or("2023-11-03").to_string();
        let echo = request.header("x-ms-client-request-id").map(str::to_string);
        let reply = reply.with("x-ms-version", version).with("Date", self.clock.http_date());
        match echo {
            Some(id) => reply.with("x-ms-client-request-id", id),
            None => reply,
        }
    }
}
