//! Azure: Resource Manager, the login endpoints, and the clusters behind it.

mod accounts;
mod cloud;
mod clusters;
mod control;
mod credentials;
mod facts;
mod failure;
mod fields;
mod groups;
mod login;
mod maintenance;
mod operations;
mod pools;
mod profile;
mod routes;

use crate::clock::Clock;
use crate::clusters::Clusters;
use crate::ids::guid;
use crate::json::{self, text};
use crate::message::{Reply, Request, Service, form};
use crate::options::Options;
use crate::storage::Blobs;
use cloud::{Answer, Cloud, Done};
use failure::Failure;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};

/// Test credentials of this emulation.
pub(crate) struct Credentials {
    pub tenant: String,
    pub subscription: String,
    pub client: String,
    pub secret: String,
    pub runner_token: String,
}

/// The service.
pub(crate) struct Azure {
    cloud: Mutex<Cloud>,
    clusters: Arc<Clusters>,
    blobs: Arc<Blobs>,
    clock: Clock,
}

impl Azure {
    pub fn new(
        options: &Options,
        base: String,
        clusters: Arc<Clusters>,
        blobs: Arc<Blobs>,
        kept: Value,
    ) -> Azure {
        let slow = !options.latency.is_zero();
        let retry = options.latency.as_secs().max(u64::from(slow));
        let mut cloud = Cloud::new(base, options.clock.clone(), if slow { 2 } else { 1 }, retry);
        if !kept.is_null() {
            cloud.load(&kept);
        }
        let azure = Azure { cloud: Mutex::new(cloud), clusters, blobs, clock: options.clock.clone() };
        azure.align(&mut azure.lock());
        azure
    }

    fn lock(&self) -> MutexGuard<'_, Cloud> {
        self.cloud.lock().unwrap_or_else(|e| e.into_inner())
    }

    pub fn credentials(&self) -> Credentials {
        Credentials {
            tenant: facts::TENANT.into(),
            subscription: facts::SUBSCRIPTION.into(),
            client: facts::CLIENT.into(),
            secret: self.lock().secret.clone(),
            runner_token: login::RUNNER_TOKEN.into(),
        }
    }

    /// The part of the world that outlives a run.
    pub fn save(&self) -> Value {
        self.lock().save()
    }

    /// Opens an API for each managed cluster that has none, closes those whose cluster is gone.
    fn align(&self, cloud: &mut Cloud) {
        let is_cluster = |o: &Value| text(o, "type") == "Microsoft.ContainerService/ManagedClusters";
        let ids: Vec<String> =
            cloud.objects.iter().filter(|(_, o)| is_cluster(o)).map(|(k, _)| k.clone()).collect();
        self.clusters.keep_only(&ids);
        for id in ids {
            let Some(cluster) = cloud.objects.get(&id) else { continue };
            let properties = &cluster["properties"];
            let names = [text(properties, "fqdn"), text(properties, "privateFQDN")];
            let name = names.into_iter().find(|n| !n.is_empty()).unwrap_or_default();
            let nodes =
                cloud.pools(cluster).iter().map(|p| p["properties"]["count"].as_u64().unwrap_or(0)).sum();
            let access = self.clusters.open(&id, name, text(properties, "currentKubernetesVersion"), nodes);
            if let Some(access) = access.filter(|a| cluster.get("_access") != Some(a))
                && let Some(cluster) = cloud.objects.get_mut(&id)
            {
                json::set(cluster, "_access", access);
            }
        }
    }

    fn control(&self, what: &str, request: &Request) -> Reply {
        let mut cloud = self.lock();
        match what {
            "reset" => cloud.reset(),
            "do" => {
                let ops = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
                if let Err(f) = cloud.control(&ops) {
                    return Reply::json(400, &f.body);
                }
            }
            "state" => return Reply::json(200, &json!({"groups": cloud.groups, "objects": cloud.objects})),
            "transcript" => return Reply::json(200, &Value::from(cloud.log.clone())),
            _ => return Reply::json(404, &json!({})),
        }
        self.align(&mut cloud);
        Reply::json(200, &json!({}))
    }

    fn respond(&self, cloud: &mut Cloud, request: &Request, body: &Value) -> Answer {
        let path = request.path.as_str();
        let authorization = request.header("authorization");
        if path == "/metadata/endpoints" {
            return Ok(Done::new(200, login::metadata(&cloud.base)));
        }
        if let Some(tenant) = path.strip_suffix("/oauth2/v2.0/token").and_then(|p| p.strip_prefix('/'))
            && request.method == "POST"
        {
            // Only what names the endpoint fails it: a pattern for everything is about the services behind it.
            if let Some(failure) = cloud.failure_naming("token", &request.method, path) {
                return Err(failure);
            }
            let done = cloud.token(tenant, &form(&String::from_utf8_lossy(&request.body)));
            let token = done.body.as_ref().map(|b| text(b, "access_token")).filter(|t| !t.is_empty());
            if let Some(token) = token.filter(|_| text(body, "scope").contains("storage.azure.com")) {
                self.blobs.admit(token, self.clock.unix() + 3599);
            }
            return Ok(done);
        }
        if path == "/_github/idtoken" {
            return cloud.workflow_token(authorization, request.param("audience"));
        }
        if let Some(failure) = cloud.failure(&request.method, path) {
            return Err(failure);
        }
        cloud.authorize(authorization)?;
        let kind = request.header("content-type").unwrap_or_default();
        let writes = matches!(request.method.as_str(), "PUT" | "POST" | "PATCH");
        if writes && !request.body.is_empty() && !kind.to_lowercase().starts_with("application/json") {
            let message = format!(
                "The content media type '{kind}' is not supported. Only 'application/json' is supported."
            );
            return Err(Failure::arm(415, "UnsupportedMediaType", message));
        }
        cloud.end_overdue();
        cloud.call(&routes::Call { method: &request.method, path, request, body, blobs: &self.blobs })
    }

    fn reply(&self, request: &Request, seq: usize, answer: Answer) -> Reply {
        let (status, headers, body) = match answer {
            Ok(done) => (done.status, done.headers, done.body),
            Err(f) => (f.status, f.headers, Some(f.body)),
        };
        let id = guid(&["request", &seq.to_string()]);
        let correlation = request.header("x-ms-correlation-request-id").unwrap_or(&id).to_string();
        let mut reply = match &body {
            Some(body) => Reply::bytes(status, "application/json; charset=utf-8", wire(body)),
            None => Reply::empty(status),
        };
        reply.headers.extend(headers);
        reply.with("x-ms-request-id", id).with("x-ms-correlation-request-id", correlation)
    }
}

/// A body as text. Clients show the text of errors, so their members come in the services' order.
fn wire(body: &Value) -> String {
    let order: &[&str] = if body.get("error_codes").is_some() {
        &["error", "error_description", "error_codes"]
    } else if body.get("subcode").is_some() && text(body, "target").is_empty() {
        &["code", "message", "details", "subcode", "target"]
    } else if body.get("subcode").is_some() {
        &["code", "message", "target", "details", "subcode"]
    } else {
        return json::spaced(body);
    };
    let member = |k: &&str| body.get(*k).map(|v| format!("\"{k}\": {}", json::spaced(v)));
    format!("{{{}}}", order.iter().filter_map(member).collect::<Vec<_>>().join(", "))
}

impl Service for Azure {
    fn name(&self) -> &'static str {
        "azure"
    }

    fn answer(&self, request: &Request) -> Reply {
        let control =
            request.path.strip_prefix("/_sandbox/").or_else(|| request.path.strip_prefix("/_emulator/"));
        if let Some(what) = control {
            return self.control(what, request);
        }
        let is_form = request.header("content-type").is_some_and(|c| c.contains("x-www-form-urlencoded"));
        let body = match request.body.as_slice() {
            [] => Value::Null,
            _ if is_form => {
                let fields = form(&String::from_utf8_lossy(&request.body));
                Value::Object(fields.into_iter().map(|(k, v)| (k, Value::from(v))).collect())
            }
            bytes => match serde_json::from_slice(bytes) {
                Ok(body) => body,
                Err(_) => {
                    let message = "The request content was invalid and could not be deserialized.";
                    return Reply::json(400, &Failure::arm(400, "InvalidRequestContent", message).body);
                }
            },
        };
        let mut cloud = self.lock();
        let at = cloud.log.len();
        let query: Value = request.query.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
        cloud.log.push(json!({"method": request.method, "path": request.path, "query": query, "body": body,
            "status": null, "cid": request.header("x-ms-correlation-request-id"),
            "ua": request.header("user-agent"), "at": self.clock.rfc3339()}));
        let answer = self.respond(&mut cloud, request, &body);
        let reply = self.reply(request, at + 1, answer);
        if let Some(entry) = cloud.log.get_mut(at) {
            json::set(entry, "status", reply.status);
        }
        self.align(&mut cloud);
        reply
    }
}
