//! The objects of a cluster and what happened to them, for watches.

use super::kinds::{Resource, built_in};
use crate::json::{self, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::sync::mpsc::UnboundedSender;

/// How many events a watch can go back.
const HISTORY: usize = 20_000;

/// Namespace and name of an object.
pub(crate) type Name = (String, String);

/// A change, as a watch tells it.
#[derive(Clone)]
pub(crate) struct Event {
    pub version: u64,
    pub kind: &'static str,
    pub key: String,
    pub object: Value,
    /// The object before, for watches with selectors.
    pub before: Option<Value>,
}

/// An open watch: it is told of every event of its resource.
pub(crate) struct Watcher {
    pub key: String,
    pub events: UnboundedSender<Event>,
}

/// All objects. Values are whole objects with apiVersion and kind.
#[derive(Default)]
pub(crate) struct Store {
    pub resources: Vec<Resource>,
    objects: BTreeMap<String, BTreeMap<Name, Value>>,
    version: u64,
    history: Vec<Event>,
    watchers: Vec<Watcher>,
    /// Something changed that controllers have not seen.
    pub stirred: bool,
}

/// Namespace and name of an object.
pub(crate) fn name_of(object: &Value) -> Name {
    let meta = &object["metadata"];
    (text(meta, "namespace").to_string(), text(meta, "name").to_string())
}

impl Store {
    pub fn new() -> Store {
        Store { resources: built_in(), version: 100, ..Store::default() }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The resource with this plural in a group; the first version if none is named.
    pub fn resource(&self, group: &str, version: Option<&str>, plural: &str) -> Option<&Resource> {
        let fits =
            |r: &&Resource| r.group == group && r.plural == plural && version.is_none_or(|v| r.version == v);
        self.resources.iter().find(fits)
    }

    pub fn get(&self, key: &str, namespace: &str, name: &str) -> Option<&Value> {
        self.objects.get(key)?.get(&(namespace.to_string(), name.to_string()))
    }

    /// All objects of a resource, in order of namespace and name.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &Value> {
        self.objects.get(key).into_iter().flat_map(|m| m.values())
    }

    /// The objects of a resource in a namespace.
    pub fn within(&self, key: &str, namespace: &str) -> impl Iterator<Item = &Value> {
        let from = (namespace.to_string(), String::new());
        let inside = self.objects.get(key).into_iter().flat_map(move |m| m.range(from.clone()..));
        let namespace = namespace.to_string();
        inside.take_while(move |((ns, _), _)| *ns == namespace).map(|(_, o)| o)
    }

    /// The keys of all resources that have objects.
    pub fn keys(&self) -> Vec<String> {
        self.objects.iter().filter(|(_, m)| !m.is_empty()).map(|(k, _)| k.clone()).collect()
    }

    /// Puts an object in place under a new resource version, and returns it.
    pub fn put(&mut self, key: &str, mut object: Value) -> Value {
        self.version += 1;
        let version = self.version;
        json::set(json::child(&mut object, "metadata"), "resourceVersion", version.to_string());
        let before =
            self.objects.entry(key.to_string()).or_default().insert(name_of(&object), object.clone());
        let kind = if before.is_some() { "MODIFIED" } else { "ADDED" };
        self.tell(Event { version, kind, key: key.to_string(), object: object.clone(), before });
        object
    }

    /// Removes an object; watches see it with the version of its removal.
    pub fn remove(&mut self, key: &str, namespace: &str, name: &str) -> Option<Value> {
        let mut object = self.objects.get_mut(key)?.remove(&(namespace.to_string(), name.to_string()))?;
        self.version += 1;
        let version = self.version;
        let before = Some(object.clone());
        json::set(json::child(&mut object, "metadata"), "resourceVersion", version.to_string());
        self.tell(Event { version, kind: "DELETED", key: key.to_string(), object: object.clone(), before });
        Some(object)
    }

    fn tell(&mut self, event: Event) {
        self.stirred = true;
        self.watchers.retain(|w| w.key != event.key || w.events.send(event.clone()).is_ok());
        self.history.push(event);
        if self.history.len() > HISTORY {
            self.history.drain(..HISTORY / 4);
        }
    }

    /// The events of a resource after a version; none when they are forgotten.
    pub fn since(&self, key: &str, version: u64) -> Option<Vec<Event>> {
        let oldest = self.history.first().map_or(self.version, |e| e.version);
        if version + 1 < oldest && version < self.version && self.history.len() >= HISTORY / 2 {
            return None;
        }
        Some(self.history.iter().filter(|e| e.key == key && e.version > version).cloned().collect())
    }

    pub fn watch(&mut self, watcher: Watcher) {
        self.watchers.retain(|w| !w.events.is_closed());
        self.watchers.push(watcher);
    }

    /// The part that outlives a run.
    pub fn save(&self) -> Value {
        let mut objects = json!({});
        for (key, map) in &self.objects {
            json::set(&mut objects, key, map.values().cloned().collect::<Vec<_>>());
        }
        json!({"version": self.version, "objects": objects})
    }

    /// Takes over what [`Store::save`] gave.
    pub fn load(&mut self, kept: &Value) {
        self.version = kept["version"].as_u64().unwrap_or(100);
        for (key, list) in json::pairs(&kept["objects"]) {
            let map = json::items(list).iter().map(|o| (name_of(o), o.clone())).collect();
            self.objects.insert(key.clone(), map);
        }
        self.stirred = true;
    }
}
