//! Requests and answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::DateTime;
use ordain_http::{Cancel, Client as Http, Environment, ErrorKind, HttpError, Request, Retry};
use serde_json::Value;
use tokio::sync::RwLock;

use crate::credentials::Renamed;
use crate::exec::with_exec;
use crate::{Kind, KubeError, ObjectRef, Settings, Status};

/// How a patch is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 6902.
    Json,
    /// RFC 7386.
    Merge,
    /// Lists are merged by key, as the kind says.
    Strategic,
    /// Server-side apply.
    Apply {
        /// Who applies.
        manager: String,
        /// Take over fields that others own.
        force: bool,
    },
}

/// A patch of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// How it is meant.
    pub kind: PatchKind,
    /// What it says.
    pub body: Value,
}

/// A client for one cluster. Cheap to clone; clones share their credentials.
#[derive(Clone)]
pub struct Client {
    base: String,
    settings: Arc<Settings>,
    env: Arc<Environment>,
    access: Arc<RwLock<Access>>,
    seen: Arc<Seen>,
    cancel: Cancel,
}

/// What became of the requests so far.
#[derive(Debug, Default)]
struct Seen {
    /// Something was written.
    wrote: AtomicBool,
    /// The cluster went out of reach: no answer, or credentials that it does not take any more.
    lost: AtomicBool,
}

/// Shows where, never who.
impl std::fmt::Debug for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}

/// What requests are sent with at the moment.
#[derive(Clone)]
struct Access {
    transport: Http,
    authorization: Option<String>,
    /// The host's own name, where requests go by another.
    host: Option<String>,
    /// How often credentials were fetched: two requests that are refused at once fetch new ones once.
    fetched: u64,
}

impl Access {
    async fn fetch(settings: &Settings, env: &Environment, fetched: u64) -> Result<Access, KubeError> {
        let settings = with_exec(settings.clone()).await?;
        let mut options = settings.client_options();
        let mut env = env.clone();
        let renamed = settings.renamed()?;
        if let Some(Renamed { name, host, port, .. }) = &renamed {
            let mut found = tokio::net::lookup_host((host.as_str(), *port))
                .await
                .map_err(|error| KubeError::Settings(format!("the host {host} cannot be found: {error}")))?;
            let address =
                found.next().ok_or_else(|| KubeError::Settings(format!("the host {host} has no address")))?;
            options.resolve.push((name.clone(), address));
            // A proxy would resolve the name itself.
            env.retain(|name, _| !name.to_ascii_lowercase().ends_with("_proxy"));
        }
        let transport =
            Http::new(&options, &env).map_err(|error| KubeError::Settings(error.reason.clone()))?;
        let host = renamed.map(|renamed| renamed.authority);
        Ok(Access { transport, authorization: settings.authorization(), host, fetched })
    }
}

impl Client {
    /// A client for these settings. Runs the exec plugin, if one is set; sends nothing to the cluster.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub async fn connect(settings: Settings, env: &Environment, cancel: Cancel) -> Result<Self, KubeError> {
        let access = Arc::new(RwLock::new(Access::fetch(&settings, env, 0).await?));
        let base = settings.renamed()?.map_or_else(|| settings.base_url(), |renamed| Ok(renamed.base))?;
        Ok(Self {
            base,
            settings: Arc::new(settings),
            env: Arc::new(env.clone()),
            access,
            seen: Arc::default(),
            cancel,
        })
    }

    /// The same client for one piece of work, of which [`Client::is_in_doubt`] can be asked.
    #[must_use]
    pub fn for_work(&self) -> Self {
        Self { seen: Arc::default(), ..self.clone() }
    }

    /// Whether something was written, and then the cluster went out of reach, so that nobody knows how the work ended.
    pub fn is_in_doubt(&self) -> bool {
        self.seen.wrote.load(Ordering::Relaxed) && self.seen.lost.load(Ordering::Relaxed)
    }

    /// What ends waiting requests when the user asks to stop.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The document at a path.
    ///
    /// # Errors
    /// As every call: the server refuses, or does not answer.
    pub async fn get_path(&self, path: &str) -> Result<Value, KubeError> {
        self.send(Request::get(self.url(path))).await
    }

    /// The cluster's version document.
    pub async fn version(&self) -> Result<Value, KubeError> {
        self.get_path("/version").await
    }

    /// An object.
    pub async fn get(&self, at: &ObjectRef) -> Result<Value, KubeError> {
        self.get_path(&at.path()).await
    }

    /// An object, or nothing.
    pub async fn find(&self, at: &ObjectRef) -> Result<Option<Value>, KubeError> {
        match self.get(at).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Objects of a kind; selectors may be empty. Reads page by page.
    pub async fn list(
        &self,
        kind: &Kind,
        namespace: &str,
        labels: &str,
        fields: &str,
    ) -> Result<Vec<Value>, KubeError> {
        let mut items = Vec::new();
        let mut token = String::new();
        loop {
            let mut request = Request::get(self.url(&kind.collection(namespace))).query("limit", "500");
            for (name, value) in [("labelSelector", labels), ("fieldSelector", fields), ("continue", &token)]
            {
                if !value.is_empty() {
                    request = request.query(name, value);
                }
            }
            let mut page = self.send(request).await?;
            if let Some(Value::Array(found)) = page.get_mut("items").map(Value::take) {
                items.extend(found);
            }
            match page.pointer("/metadata/continue").and_then(Value::as_str) {
                Some(next) if !next.is_empty() => next.clone_into(&mut token),
                _ => return Ok(items),
            }
        }
    }

    /// Makes an object in a namespace (empty for kinds without).
    pub async fn create(
        &self,
        kind: &Kind,
        namespace: &str,
        object: &Value,
        query: &[(&str, &str)],
    ) -> Result<Value, KubeError> {
        let mut request = Request::post(self.url(&kind.collection(namespace))).json(object);
        for (name, value) in query {
            request = request.query(name, value);
        }
        let at = ObjectRef {
            kind: kind.clone(),
            namespace: namespace.to_owned(),
            name: crate::name_of(object).to_owned(),
        };
        let asked = Instant::now();
        for _ in 1..CREATIONS {
            let lost = match self.send(request.clone()).await {
                Err(KubeError::Http(error)) if is_lost(&error) && !at.name.is_empty() => error,
                answer => return answer,
            };
            // The object may have been made all the same: then what is there tells. One that differs, or that was there
            // before anybody asked for it, is never taken over.
            let (answer, now) = self.send_dated(Request::get(self.url(&at.path()))).await;
            match answer {
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
                Ok(live) => match made_before(&live, now, asked.elapsed()) {
                    Some(made) => return Err(KubeError::Exists { at, made }),
                    None if holds(&live, object) => return Ok(live),
                    None => return Err(KubeError::Http(lost)),
                },
            }
        }
        self.send(request).await
    }

    /// Puts an object in the place of the stored one.
    pub async fn replace(&self, at: &ObjectRef, object: &Value) -> Result<Value, KubeError> {
        self.send(Request::put(self.url(&at.path())).json(object)).await
    }

    /// Changes an object.
    pub async fn patch(
        &self,
        at: &ObjectRef,
        patch: &Patch,
        query: &[(&str, &str)],
    ) -> Result<Value, KubeError> {
        let media = match &patch.kind {
            PatchKind::Json => "application/json-patch+json",
            PatchKind::Merge => "application/merge-patch+json",
            PatchKind::Strategic => "application/strategic-merge-patch+json",
            PatchKind::Apply { .. } => "application/apply-patch+yaml",
        };
        let mut request = Request::new(http::Method::PATCH, self.url(&at.path()));
        if let PatchKind::Apply { manager, force } = &patch.kind {
            request =
                request.query("fieldManager", manager).query("force", if *force { "true" } else { "false" });
        }
        for (name, value) in query {
            request = request.query(name, value);
        }
        self.send(request.body(media, patch.body.to_string().into_bytes())).await
    }

    /// Deletes an object. `propagation` is `Background`, `Foreground` or `Orphan`; none leaves it to the kind. Absent
    /// ones are an error.
    pub async fn delete(&self, at: &ObjectRef, propagation: Option<&str>) -> Result<Value, KubeError> {
        let mut options = serde_json::json!({ "kind": "DeleteOptions", "apiVersion": "v1" });
        if let (Some(propagation), Some(members)) = (propagation, options.as_object_mut()) {
            members.insert("propagationPolicy".to_owned(), propagation.into());
        }
        self.send(Request::delete(self.url(&at.path())).json(&options)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn send(&self, request: Request) -> Result<Value, KubeError> {
        self.send_dated(request).await.0
    }

    /// The answer, and what time it is for the server, in seconds since 1970.
    async fn send_dated(&self, request: Request) -> (Result<Value, KubeError>, Option<i64>) {
        let writes = request.method != http::Method::GET;
        let (answer, now) = match self.send_anew(request).await {
            Ok((value, now)) => (Ok(value), now),
            Err(error) => (Err(error), None),
        };
        match &answer {
            Ok(_) => {
                self.seen.lost.store(false, Ordering::Relaxed);
                self.seen.wrote.fetch_or(writes, Ordering::Relaxed);
            }
            Err(KubeError::Http(_)) => self.seen.lost.store(true, Ordering::Relaxed),
            Err(error) if error.status() == Some(401) => self.seen.lost.store(true, Ordering::Relaxed),
            _ => {}
        }
        (answer, now)
    }

    /// Sends a request. Credentials of a program that the cluster does not take any more are fetched anew, once.
    async fn send_anew(&self, request: Request) -> Result<Dated, KubeError> {
        // Patches say what is wanted, so they may arrive twice; of creations `create` takes care.
        let resend = request.retry.resend || request.method == http::Method::PATCH;
        let request = request.header("Accept", "application/json").retry(Retry {
            attempts: 4,
            first_delay: std::time::Duration::from_millis(250),
            resend,
            ..Retry::default()
        });
        let access = self.access.read().await.clone();
        let refused = match self.send_with(&access, request.clone()).await {
            Err(KubeError::Api(status)) if status.code == 401 && self.settings.exec.is_some() => status,
            answer => return answer,
        };
        let renewed = self.renewed(&access).await.map_err(|error| {
            let words = "the cluster refused the credentials, and new ones could not be fetched";
            let message = format!("{}: {words}: {error}", refused.message);
            KubeError::Api(Status { message, ..refused })
        })?;
        self.send_with(&renewed, request).await
    }

    /// Access with credentials that are younger than those of `old`.
    async fn renewed(&self, old: &Access) -> Result<Access, KubeError> {
        let mut access = self.access.write().await;
        if access.fetched == old.fetched {
            *access = Access::fetch(&self.settings, &self.env, old.fetched + 1).await?;
        }
        Ok(access.clone())
    }

    async fn send_with(&self, access: &Access, mut request: Request) -> Result<Dated, KubeError> {
        if let Some(authorization) = &access.authorization {
            request = request.header("Authorization", authorization.clone());
        }
        if let Some(host) = &access.host {
            request = request.header("Host", host.clone());
        }
        let response = access.transport.send(&request, &self.cancel).await?;
        let body = response.json();
        if response.is_success() {
            let now = response.header("date").and_then(|text| DateTime::parse_from_rfc2822(text).ok());
            let value = body.map_err(|_| {
                KubeError::Answer(format!("{} answered with something that is not JSON", response.url))
            })?;
            return Ok((value, now.map(|now| now.timestamp())));
        }
        Err(KubeError::Api(refusal(response.status, body.ok(), &response.text())))
    }
}

/// A document and the server's time with it, in seconds since 1970.
type Dated = (Value, Option<i64>);

/// When an object was made, if that was before somebody asked for it `ago`. Clocks tell whole seconds, so that two are
/// allowed for; where a time is missing nobody can tell.
fn made_before(live: &Value, now: Option<i64>, ago: Duration) -> Option<String> {
    let text = live.pointer("/metadata/creationTimestamp").and_then(Value::as_str)?;
    let made = DateTime::parse_from_rfc3339(text).ok()?.timestamp();
    let ago = i64::try_from(ago.as_secs()).ok()?;
    (made.saturating_add(2) < now?.saturating_sub(ago)).then(|| text.to_owned())
}

/// How often an object is made at most, when connections are lost on the way.
const CREATIONS: u32 = 4;

/// Whether the request may have arrived, though no answer did.
fn is_lost(error: &HttpError) -> bool {
    matches!(error.kind, ErrorKind::Dropped | ErrorKind::Timeout)
}

/// Whether an object has everything that was asked for; what the server added does not matter.
fn holds(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| wanted.is_null() || live.get(name).is_some_and(|live| holds(live, wanted))),
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| holds(live, wanted))
        }
        (live, wanted) => live == wanted,
    }
}

fn refusal(code: u16, body: Option<Value>, text: &str) -> Status {
    let word = |key: &str| {
        body.as_ref().and_then(|body| body.get(key)).and_then(Value::as_str).unwrap_or("").to_owned()
    };
    let (reason, mut message) = (word("reason"), word("message"));
    if message.is_empty() {
        let start: String = text.trim().chars().take(200).collect();
        message = if start.is_empty() { format!("HTTP status {code}") } else { start };
    }
    let details = body.and_then(|mut body| body.get_mut("details").map(Value::take)).unwrap_or(Value::Null);
    Status { code, reason, message, details }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
