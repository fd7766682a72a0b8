//! What was asked and how many pods were ready, for tests and demonstrations to read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// One request and its answer, without bodies and headers (they may hold secrets).
#[derive(Clone, Debug)]
pub struct RequestEntry {
    /// When it arrived.
    pub at: SystemTime,
    /// `azure`, `blobs`, `charts`, `kubernetes` or `oidc`.
    pub service: &'static str,
    /// Upper-case method.
    pub method: String,
    /// Host asked for, without port.
    pub host: String,
    /// Decoded path.
    pub path: String,
    /// Names of the query parameters (values may hold signatures).
    pub query: Vec<String>,
    /// HTTP status; 0 when the connection was cut.
    pub status: u16,
}

/// How many pods of a workload were ready from a moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadySample {
    /// From when on.
    pub at: SystemTime,
    /// Pods that are Ready and not being deleted.
    pub ready: u32,
}

type Workloads = BTreeMap<(String, String), Vec<ReadySample>>;

/// A shared, growing record; clones see the same one.
#[derive(Clone, Default)]
pub struct Record {
    requests: Arc<Mutex<Vec<RequestEntry>>>,
    ready: Arc<Mutex<Workloads>>,
}

impl Record {
    /// All requests so far, in order of arrival.
    pub fn requests(&self) -> Vec<RequestEntry> {
        self.requests.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// How many requests came so far (cheaper than [`Record::requests`]).
    pub fn request_count(&self) -> usize {
        self.requests.lock().unwrap_or_else(|e| e.into_inner()).len()
    }

    /// The ready pods of a Deployment or StatefulSet, one sample at each change, in order of time.
    pub fn ready_pods(&self, namespace: &str, workload: &str) -> Vec<ReadySample> {
        let ready = self.ready.lock().unwrap_or_else(|e| e.into_inner());
        ready.get(&(namespace.to_string(), workload.to_string())).cloned().unwrap_or_default()
    }

    /// The least number of ready pods at any moment from `since` on; none when the workload is unknown.
    pub fn least_ready(&self, namespace: &str, workload: &str, since: SystemTime) -> Option<u32> {
        let samples = self.ready_pods(namespace, workload);
        let before = samples.iter().rev().find(|s| s.at <= since).map(|s| s.ready);
        let after = samples.iter().filter(|s| s.at > since).map(|s| s.ready).min();
        before.into_iter().chain(after).min()
    }

    pub(crate) fn add(&self, entry: RequestEntry) {
        self.requests.lock().unwrap_or_else(|e| e.into_inner()).push(entry);
    }

    pub(crate) fn sample(&self, namespace: &str, workload: &str, at: SystemTime, count: u32) {
        let mut ready = self.ready.lock().unwrap_or_else(|e| e.into_inner());
        let samples = ready.entry((namespace.to_string(), workload.to_string())).or_default();
        if samples.last().is_none_or(|s| s.ready != count) {
            samples.push(ReadySample { at, ready: count });
        }
    }
}
