//! The garbage collector: dependents follow their owners, or are set free.

use super::super::{State, meta};
use super::{dying, save, stop_pod};
use crate::json::{self, items, set, text};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn run(state: &mut State) {
    let keys = state.store.keys();
    let mut uids: BTreeSet<String> = BTreeSet::new();
    for key in &keys {
        uids.extend(state.store.all(key).map(|o| meta(o, "uid").to_string()));
    }
    for key in &keys {
        let all: Vec<Value> = state.store.all(key).cloned().collect();
        for object in all {
            if dying(&object) {
                finalize(state, &keys, key, &object);
            } else {
                follow(state, key, &object, &uids);
            }
        }
    }
}

/// Deletes an object whose owners are all gone.
fn follow(state: &mut State, key: &str, object: &Value, uids: &BTreeSet<String>) {
    let owners = items(&object["metadata"]["ownerReferences"]);
    if owners.is_empty() || owners.iter().any(|o| uids.contains(text(o, "uid"))) {
        return;
    }
    end(state, key, object);
}

fn end(state: &mut State, key: &str, object: &Value) {
    if key == "/pods" {
        return stop_pod(state, object);
    }
    let (namespace, name) = super::super::store::name_of(object);
    if items(&object["metadata"]["finalizers"]).is_empty() {
        state.store.remove(key, &namespace, &name);
        return;
    }
    let mut marked = object.clone();
    let now = state.clock.rfc3339();
    let data = json::child(&mut marked, "metadata");
    set(data, "deletionTimestamp", now);
    set(data, "deletionGracePeriodSeconds", 0);
    save(state, key, marked);
}

/// Does the work of the collector's own finalizers.
fn finalize(state: &mut State, keys: &[String], key: &str, object: &Value) {
    let finalizers: Vec<&str> =
        items(&object["metadata"]["finalizers"]).iter().filter_map(Value::as_str).collect();
    let uid = meta(object, "uid");
    let owned = |o: &Value| items(&o["metadata"]["ownerReferences"]).iter().any(|r| text(r, "uid") == uid);
    let done = if finalizers.contains(&"orphan") {
        for other in keys {
            let mine: Vec<Value> = state.store.all(other).filter(|o| owned(o)).cloned().collect();
            for mut child in mine {
                let left: Vec<Value> = items(&child["metadata"]["ownerReferences"])
                    .iter()
                    .filter(|r| text(r, "uid") != uid)
                    .cloned()
                    .collect();
                let data = json::child(&mut child, "metadata");
                if left.is_empty() {
                    json::remove(data, "ownerReferences");
                } else {
                    set(data, "ownerReferences", left);
                }
                save(state, other, child);
            }
        }
        Some("orphan")
    } else if finalizers.contains(&"foregroundDeletion") {
        let mut left = 0;
        for other in keys {
            let mine: Vec<Value> = state.store.all(other).filter(|o| owned(o)).cloned().collect();
            left += mine.len();
            mine.iter().filter(|c| !dying(c)).for_each(|c| end(state, other, c));
        }
        (left == 0).then_some("foregroundDeletion")
    } else {
        None
    };
    let Some(done) = done else { return };
    let rest: Vec<Value> =
        items(&object["metadata"]["finalizers"]).iter().filter(|f| *f != done).cloned().collect();
    let (namespace, name) = super::super::store::name_of(object);
    if rest.is_empty() {
        state.store.remove(key, &namespace, &name);
    } else {
        let mut new = object.clone();
        set(json::child(&mut new, "metadata"), "finalizers", rest);
        save(state, key, new);
    }
}
