//! Requests and answers.

use ordain_http::{Cancel, Client as Http, Environment, ErrorKind, HttpError, Request, Retry};
use serde_json::Value;

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

/// A client for one cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Http,
    base: String,
    authorization: Option<String>,
    cancel: Cancel,
}

impl Client {
    /// A client for these settings. Runs the exec plugin, if one is set; sends nothing to the cluster.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub async fn connect(settings: Settings, env: &Environment, cancel: Cancel) -> Result<Self, KubeError> {
        let settings = with_exec(settings).await?;
        let transport = Http::new(&settings.client_options(), env)
            .map_err(|error| KubeError::Settings(error.reason.clone()))?;
        Ok(Self { transport, base: settings.base_url()?, authorization: settings.authorization(), cancel })
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
        for _ in 1..CREATIONS {
            let lost = match self.send(request.clone()).await {
                Err(KubeError::Http(error)) if is_lost(&error) && !at.name.is_empty() => error,
                answer => return answer,
            };
            // The object may have been made all the same: then what is there tells.
            match self.find(&at).await? {
                None => {}
                Some(live) if holds(&live, object) => return Ok(live),
                Some(_) => return Err(KubeError::Http(lost)),
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

    /// Deletes an object. `propagation` is `Background`, `Foreground` or `Orphan`. Absent ones are an error.
    pub async fn delete(&self, at: &ObjectRef, propagation: &str) -> Result<Value, KubeError> {
        let options = serde_json::json!({
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation,
        });
        self.send(Request::delete(self.url(&at.path())).json(&options)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn send(&self, request: Request) -> Result<Value, KubeError> {
        // Patches say what is wanted, so they may arrive twice; of creations `create` takes care.
        let resend = request.retry.resend || request.method == http::Method::PATCH;
        let mut request = request.header("Accept", "application/json").retry(Retry {
            attempts: 4,
            first_delay: std::time::Duration::from_millis(250),
            resend,
            ..Retry::default()
        });
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization.clone());
        }
        let response = self.transport.send(&request, &self.cancel).await?;
        let body = response.json();
        if response.is_success() {
            return body.map_err(|_| {
                KubeError::Answer(format!("{} answered with something that is not JSON", response.url))
            });
        }
        Err(KubeError::Api(refusal(response.status, body.ok(), &response.text())))
    }
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
