//! Deletion: options, preconditions, finalizers, and what happens to dependents.

use super::kinds::Resource;
use super::read::show;
use super::route::{Options, Target, number};
use super::status::{Cause, Failure, deleted, go_quote};
use super::{Answer, State, meta};
use crate::json::{self, items, set, text};
use crate::message::Request;
use serde_json::{Value, json};

/// Kinds whose deletion answers with the object.
const ANSWERED_WHOLE: &[&str] =
    &["services", "namespaces", "pods", "persistentvolumes", "persistentvolumeclaims"];

/// Kinds that leave their dependents behind unless told otherwise.
const ORPHANING: &[&str] = &["jobs", "replicationcontrollers"];

/// The grace that the API server gives pods.
fn grace(resource: &Resource, object: &Value, asked: Option<i64>) -> i64 {
    match asked.filter(|g| *g >= 0) {
        Some(given) if resource.plural == "pods" => given,
        None if resource.plural == "pods" => {
            object["spec"]["terminationGracePeriodSeconds"].as_i64().unwrap_or(30)
        }
        _ => 0,
    }
}

/// Does something besides finalizers hold a deleted object?
pub(crate) fn held(resource: &Resource, object: &Value) -> bool {
    match resource.plural.as_ref() {
        "namespaces" => !items(&object["spec"]["finalizers"]).is_empty(),
        "pods" => object["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or(0) > 0,
        _ => false,
    }
}

/// What a deletion asks for.
#[derive(Default)]
struct Wish {
    grace: Option<i64>,
    policy: Option<String>,
    uid: String,
    version: String,
    dry_run: bool,
}

fn wish(request: &Request) -> Result<Wish, Failure> {
    let mut out = Wish {
        grace: number(request, "gracePeriodSeconds")?,
        policy: request.param("propagationPolicy").filter(|p| !p.is_empty()).map(str::to_string),
        dry_run: Options::read(request, "DeleteOptions", false)?.dry_run,
        ..Wish::default()
    };
    if !request.body.is_empty() {
        let body: Value = super::protobuf::document(&request.body)
            .map_or_else(|| serde_json::from_slice(&request.body), Ok)
            .or_else(|_| super::yaml::read(&String::from_utf8_lossy(&request.body)).map(|d| d.node.value()))
            .map_err(|e| Failure::bad_request(e.to_string()))?;
        let kind = text(&body, "kind");
        if !matches!(kind, "" | "DeleteOptions") {
            let version = text(&body, "apiVersion");
            let why = format!(
                "no kind {} is registered for version {} in scheme \"pkg/runtime/scheme.go:110\"",
                go_quote(kind),
                go_quote(version)
            );
            return Err(Failure::internal(why));
        }
        out.grace = body["gracePeriodSeconds"].as_i64().or(out.grace);
        out.policy = body["propagationPolicy"].as_str().map(str::to_string).or(out.policy);
        if body["orphanDependents"] == true {
            out.policy = Some("Orphan".into());
        }
        out.uid = text(&body["preconditions"], "uid").into();
        out.version = text(&body["preconditions"], "resourceVersion").into();
        out.dry_run |= items(&body["dryRun"]).iter().any(|d| d == "All");
    }
    let known = ["Foreground", "Background", "Orphan"];
    if let Some(odd) = out.policy.as_ref().filter(|p| !known.contains(&p.as_str())) {
        let cause = Cause::unsupported(
            "propagationPolicy",
            &go_quote(odd),
            &["Foreground", "Background", "Orphan", "nil"],
        );
        return Err(Failure::options("DeleteOptions", cause));
    }
    Ok(out)
}

impl State {
    /// DELETE of an object.
    pub fn delete(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
        name: &str,
    ) -> Result<Answer, Failure> {
        let wish = wish(request)?;
        let namespace = target.namespace.clone().unwrap_or_default();
        let found = self.store.get(&resource.key(), &namespace, name).cloned();
        let object = found.ok_or_else(|| Failure::not_found(&resource.about(name)))?;
        check(resource, &object, &wish)?;
        let mut answer = self.remove(resource, object, &wish);
        let unsaid = wish.policy.is_none() && ORPHANING.contains(&resource.plural.as_ref());
        if unsaid && resource.plural == "jobs" {
            answer.warnings.push("child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning".into());
        }
        Ok(answer)
    }

    /// DELETE of a list.
    pub fn delete_all(
        &mut self,
        request: &Request,
        resource: &Resource,
        target: &Target,
    ) -> Result<Answer, Failure> {
        let wish = wish(request)?;
        let listed = self.list(request, target, resource)?;
        let super::Body::Value(list) = &listed.body else { return Ok(listed) };
        let names: Vec<(String, String)> = items(&list["items"])
            .iter()
            .map(|o| (meta(o, "namespace").to_string(), meta(o, "name").to_string()))
            .collect();
        for (namespace, name) in names {
            if let Some(object) = self.store.get(&resource.key(), &namespace, &name).cloned() {
                self.remove(resource, object, &wish);
            }
        }
        Ok(listed)
    }

    fn remove(&mut self, resource: &Resource, object: Value, wish: &Wish) -> Answer {
        let key = resource.key();
        let (namespace, name) = (meta(&object, "namespace").to_string(), meta(&object, "name").to_string());
        let mut marked = object.clone();
        let policy = wish.policy.clone().unwrap_or_else(|| {
            (if ORPHANING.contains(&resource.plural.as_ref()) { "Orphan" } else { "Background" }).to_string()
        });
        let data = json::child(&mut marked, "metadata");
        let mut finalizers = items(&data["finalizers"]).to_vec();
        let asked = wish.policy.is_some();
        let needs = match policy.as_str() {
            "Orphan" if asked || self.has_dependents(&object) => Some("orphan"),
            "Foreground" => Some("foregroundDeletion"),
            _ => None,
        };
        if let Some(own) = needs.filter(|n| !finalizers.iter().any(|f| f == n)) {
            finalizers.push(own.into());
        }
        let grace = grace(resource, &object, wish.grace);
        let lingers = !finalizers.is_empty()
            || (grace > 0 && self.pods.runs(&object))
            || resource.plural == "namespaces";
        let uid = meta(&object, "uid").to_string();
        if !lingers {
            let gone =
                if wish.dry_run { Some(object.clone()) } else { self.store.remove(&key, &namespace, &name) };
            if ANSWERED_WHOLE.contains(&resource.plural.as_ref()) {
                return Answer::new(200, show(resource, &gone.unwrap_or(object)));
            }
            return Answer::new(200, deleted(&resource.about(&name), &uid));
        }
        let data = json::child(&mut marked, "metadata");
        if !finalizers.is_empty() {
            set(data, "finalizers", finalizers);
        }
        if data.get("deletionTimestamp").is_none() {
            let when = self.clock.utc() + chrono::Duration::seconds(grace);
            set(data, "deletionTimestamp", when.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            if resource.plural != "namespaces" {
                set(data, "deletionGracePeriodSeconds", grace);
            }
            if let Some(generation) = data["generation"].as_i64() {
                set(data, "generation", generation + 1);
            }
        }
        if resource.plural == "namespaces" {
            set(json::child(&mut marked, "status"), "phase", "Terminating");
        }
        if marked != object && !wish.dry_run {
            marked = self.store.put(&key, marked);
        }
        Answer::new(200, show(resource, &marked))
    }

    fn has_dependents(&self, owner: &Value) -> bool {
        let uid = &owner["metadata"]["uid"];
        let owned = |o: &Value| items(&o["metadata"]["ownerReferences"]).iter().any(|r| r["uid"] == *uid);
        self.store.keys().iter().any(|k| self.store.all(k).any(owned))
    }
}

fn check(resource: &Resource, object: &Value, wish: &Wish) -> Result<(), Failure> {
    let about = resource.about(meta(object, "name"));
    let (uid, version) = (meta(object, "uid"), meta(object, "resourceVersion"));
    if !wish.uid.is_empty() && wish.uid != uid {
        let why = format!(
            "the UID in the precondition ({}) does not match the UID in record ({uid}). The object might have been deleted and then recreated",
            wish.uid
        );
        return Err(Failure::conflict(&about, &resource.kind, &why));
    }
    if !wish.version.is_empty() && wish.version != version {
        let why = format!(
            "the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record ({version}). The object might have been modified",
            wish.version
        );
        return Err(Failure::conflict(&about, &resource.kind, &why));
    }
    Ok(())
}

/// The body of an eviction is a deletion.
pub(crate) fn evict() -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})
}
