//! Recorded behaviour of the azurerm, helm and kubernetes providers and of a Kubernetes API, against the program and its
//! sandbox; `tests/conformance/*/README.md` say how it was recorded.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a test stops where it cannot go on")]

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ordain_tests::ratchet::Ratchet;
use ordain_tests::recorded::azure::{self, Cloud};
use ordain_tests::recorded::cluster::{self, Cluster};
use ordain_tests::recorded::{api, client::Caller};
use serde_json::Value as Json;

/// Names of the cases of a corpus, those that take long first.
fn cases(corpus: &Path) -> Vec<String> {
    let found = ordain_tests::files(&corpus.join("cases"), "case.json").into_iter();
    let mut found: Vec<(u64, String)> = found
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let case: Json = serde_json::from_str(&text).ok()?;
            let patience = case["seconds"].as_u64().unwrap_or(0);
            Some((patience, path.parent()?.file_name()?.to_string_lossy().into_owned()))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    found.into_iter().map(|(_, name)| name).collect()
}

/// Things that cases use one after the other.
struct Pool<T>(Mutex<Vec<T>>);

impl<T> Pool<T> {
    fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn with<R>(&self, make: impl FnOnce() -> T, use_it: impl FnOnce(&mut T) -> R) -> R {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut item = kept.unwrap_or_else(make);
        let done = use_it(&mut item);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        done
    }
}

/// What the recorded sequences were sent as.
const AGENT: &str = "conformance/1.0";

fn held(outcome: Result<(), String>) {
    if let Err(complaint) = outcome {
        panic!("{complaint}");
    }
}

#[test]
fn azurerm() {
    let ratchet = Ratchet::of("azurerm", "azurerm cases", "ORDAIN_AZURERM");
    ordain_tests::binary::ordain();
    let clouds: Pool<Cloud> = Pool::new();
    held(ratchet.hold(
        &cases(ratchet.directory()),
        |id| id,
        |id| clouds.with(Cloud::start, |cloud| azure::run(cloud, ratchet.directory(), id)),
    ));
}

#[test]
fn providers_of_clusters() {
    // Most of the time of these cases is spent waiting for objects to become ready.
    let ratchet = Ratchet::of("kubernetes", "helm and kubernetes cases", "ORDAIN_CLUSTER").on_threads(8);
    ordain_tests::binary::ordain();
    let sandbox = Cluster::start("cluster");
    let callers: Pool<Caller> = Pool::new();
    held(ratchet.hold(
        &cases(ratchet.directory()),
        |id| id,
        |id| {
            callers.with(
                || sandbox.access.caller("outside/1.0"),
                |caller| cluster::run(&sandbox.access, caller, ratchet.directory(), id),
            )
        },
    ));
}

#[test]
fn kubernetes_api() {
    let ratchet = Ratchet::of("kubernetes-api", "request sequences", "ORDAIN_KUBEAPI");
    let text = std::fs::read_to_string(ratchet.directory().join("cases.jsonl")).unwrap_or_default();
    let sequences: Vec<(String, String, usize)> = text
        .lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let sequence: Json = serde_json::from_str(line).ok()?;
            Some((sequence["id"].as_str()?.to_owned(), line.to_owned(), at))
        })
        .collect();
    ordain_tests::binary::ordain();
    let sandbox = Cluster::start("api");
    let access = &sandbox.access;
    let callers: Pool<(Caller, Caller)> = Pool::new();
    let start = || (access.caller(AGENT), Caller::new(&access.server, &access.authority, AGENT, None, None));
    held(ratchet.hold(
        &sequences,
        |(id, _, _)| id,
        |(_, sequence, at)| {
            callers.with(start, |(caller, anonymous)| api::run(caller, anonymous, sequence, *at))
        },
    ));
}

/// The schemas of the plugins, as `providers schema -json` printed them.
fn schemas() -> Vec<Json> {
    let read = |provider: &str| {
        let path = ordain_tests::root().join("providers").join(provider).join("data/schema.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default()
    };
    ["azurerm", "helm", "kubernetes"].map(read).into()
}

/// What a native provider wrote is what the plugin's schema describes, and a state that the plugin wrote plans as the native one does.
#[test]
fn states_move_between_native_and_plugin() {
    let schemas = schemas();
    ordain_tests::binary::ordain();
    let corpus = |name: &str| ordain_tests::root().join("tests/conformance").join(name);
    let mut complaints = Vec::new();
    let mut cloud = Cloud::start();
    for id in [
        "aks-lifecycle",
        "aks-addons",
        "aks-maintenance",
        "aks-user-identity",
        "pool-create-update",
        "rg-update-in-place",
    ] {
        let moved = azure::moves(&mut cloud, &corpus("azurerm"), id, &schemas);
        complaints.extend(moved.err().map(|why| format!("{id}: {why}")));
    }
    let sandbox = Cluster::start("moving");
    let caller = sandbox.access.caller("outside/1.0");
    let ids = [
        "h-set",
        "h-values-merge",
        "h-hooks",
        "k-deployment",
        "k-statefulset",
        "k-service-lb",
        "k-configmap-data",
        "k-manifest",
        "k-job",
        "k-pvc",
        "k-ingress",
        "k-configmap-generate",
    ];
    for id in ids {
        let moved = cluster::moves(&sandbox.access, &caller, &corpus("kubernetes"), id, &schemas);
        complaints.extend(moved.err().map(|why| format!("{id}: {why}")));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
