//! Managed objects: made, read, changed and deleted, all kinds alike.

use std::time::Duration;

use ordain_kube::{Client, Patch, PatchKind};
use ordain_provider::Schema;
use ordain_sdk::View;
use serde_json::{Map, Value as Json, json};

use crate::codec::{expand, flatten};
use crate::failure::Failure;
use crate::kinds::{Ready, Row};
use crate::metadata::{Ignored, id_of, metadata, object_of, sent};
use crate::{secret, update, wait};

/// What was read of an object, by attribute.
pub(crate) type Read = Map<String, Json>;

/// A kind and the cluster that its objects live in.
#[derive(Debug)]
pub(crate) struct Managed<'m> {
    pub(crate) row: &'static Row,
    pub(crate) schema: &'m Schema,
    pub(crate) client: &'m Client,
    pub(crate) ignored: &'m Ignored,
}

impl Managed<'_> {
    /// The object to send for a configuration.
    fn object(&self, planned: &Json, config: &Json) -> Result<Json, Failure> {
        let mut object = expand(&self.schema.block, planned, "");
        let members = object.get("metadata").cloned().unwrap_or_else(|| json!({}));
        object.insert("metadata".to_owned(), sent(members));
        object.remove("status");
        object.insert("apiVersion".to_owned(), json!(self.row.api_version));
        object.insert("kind".to_owned(), json!(self.row.kind));
        if self.row.name == "secret" {
            object.remove("binaryData");
            let data = secret::data(planned, config).map_err(|fault| Failure::new(fault, ""))?;
            object.insert("data".to_owned(), data);
            object.retain(|key, value| key != "immutable" || *value == json!(true));
        }
        Ok(Json::Object(object))
    }

    /// Makes an object and waits for it, if the configuration asks for that.
    pub(crate) async fn create(
        &self,
        view: &View,
        config: &Json,
        timeout: Duration,
    ) -> Result<Read, Failure> {
        let object = self.object(&view.planned, config)?;
        let namespace = object.pointer("/metadata/namespace").and_then(Json::as_str).unwrap_or_default();
        let made = self.client.create(&self.row.kind(), namespace, &object, &[]).await;
        let made = made.map_err(|error| Failure::api(&self.words(0, &id_of(self.row, &object)), &error))?;
        let id = id_of(self.row, &made);
        let left = || Read::from_iter([("id".to_owned(), json!(id))]);
        self.wait(&made, &id, &view.planned, timeout).await.map_err(|failure| failure.leaving(left()))?;
        // The original does not read a job that it has waited for.
        if self.row.ready == Ready::Job && self.waits(&view.planned) {
            return Ok(left());
        }
        let mut read = self.after(&id, &view.planned).await?;
        if self.row.name == "service_account" {
            // Clusters since 1.24 make no secret for an account.
            read.insert("default_secret_name".to_owned(), json!(""));
        }
        Ok(read)
    }

    /// Reads an object; `known` is what the configuration or the state says of it.
    pub(crate) async fn read(&self, id: &str, known: &Json) -> Result<Option<Read>, Failure> {
        let at = object_of(self.row, id)?;
        let found = self.client.find(&at).await.map_err(|error| Failure::api("", &error))?;
        Ok(found.map(|object| self.shown(id, object, known)))
    }

    /// Changes an object.
    pub(crate) async fn update(
        &self,
        id: &str,
        view: &View,
        config: &Json,
        timeout: Duration,
    ) -> Result<Read, Failure> {
        let at = object_of(self.row, id)?;
        // As in the original, a state after a failed change holds what was wanted; the next read mends it.
        let left = || Read::from_iter([("id".to_owned(), json!(id))]);
        let failed = |error| Failure::api(&self.words(1, id), &error).leaving(left());
        let made = if self.row.ready == Ready::Ingress {
            let object = self.object(&view.planned, config)?;
            self.client.replace(&at, &object).await.map_err(failed)?
        } else {
            let body = update::patch(self.row, &self.schema.block, view, config);
            // What is waited for is patched without operations too, as in the original.
            if body.is_empty() && !self.row.ready.after_updates() {
                return self.after(id, &view.planned).await;
            }
            let patch = Patch { kind: PatchKind::Json, body: Json::Array(body) };
            self.client.patch(&at, &patch, &[]).await.map_err(failed)?
        };
        if self.row.ready.after_updates() {
            self.wait(&made, id, &view.planned, timeout).await.map_err(|failure| failure.leaving(left()))?;
        }
        if self.row.ready == Ready::StatefulSet && self.waits(&view.planned) {
            return Ok(Read::new());
        }
        self.after(id, &view.planned).await
    }

    /// Deletes an object; one that is gone already is no error.
    pub(crate) async fn delete(&self, id: &str, timeout: Duration) -> Result<(), Failure> {
        let at = object_of(self.row, id)?;
        let propagation = (self.row.ready == Ready::Job).then_some("Foreground");
        match self.client.delete(&at, propagation).await {
            Ok(_) => {}
            Err(error) if error.is_not_found() && self.row.ready != Ready::Ingress => return Ok(()),
            Err(error) => return Err(Failure::api(&self.words(2, id), &error)),
        }
        match self.row.gone {
            Some(text) => wait::gone(self.client, &at, timeout, text).await,
            None => Ok(()),
        }
    }

    fn words(&self, at: usize, id: &str) -> String {
        self.row.words.get(at).map(|words| words.replace("{}", id)).unwrap_or_default()
    }

    fn waits(&self, planned: &Json) -> bool {
        planned.get(self.row.ready.argument()).and_then(Json::as_bool).unwrap_or(false)
    }

    async fn wait(&self, made: &Json, id: &str, planned: &Json, timeout: Duration) -> Result<(), Failure> {
        if !self.waits(planned) {
            return Ok(());
        }
        wait::ready(self.client, self.row.ready, &object_of(self.row, id)?, made, timeout).await
    }

    /// The object right after a change.
    async fn after(&self, id: &str, planned: &Json) -> Result<Read, Failure> {
        let left = || Read::from_iter([("id".to_owned(), json!(id))]);
        match self.read(id, planned).await {
            Ok(Some(read)) => Ok(read),
            Ok(None) => {
                let detail = "The object was there, and is gone again. Something in the cluster deletes it.";
                Err(Failure::new(format!("{} {id} is gone", self.row.kind), detail))
            }
            Err(failure) => Err(failure.leaving(left())),
        }
    }

    /// An object as a state holds it.
    fn shown(&self, id: &str, mut object: Json, known: &Json) -> Read {
        self.ignored.clean(&mut object, metadata(known));
        if self.row.name == "job" && known.pointer("/spec/0/manual_selector") != Some(&json!(true)) {
            without_generated(&mut object);
        }
        let mut read = flatten(&self.schema.block, &object, "");
        read.insert("id".to_owned(), json!(id));
        // What the API leaves out is empty, unless it was never set.
        for name in ["annotations", "binary_data", "data", "image_pull_secret", "rule", "secret", "subject"] {
            let (attribute, block) =
                (self.schema.block.attributes.get(name), self.schema.block.blocks.get(name));
            if attribute.is_some() && !read.contains_key(name) {
                read.insert(name.to_owned(), json!({}));
            } else if block.is_some() && !read.contains_key(name) {
                read.insert(name.to_owned(), json!([]));
            }
        }
        if self.schema.block.attributes.contains_key("immutable") {
            read.entry("immutable").or_insert(json!(false));
        }
        match self.row.name {
            "secret" => secret::shown(&object, known, &mut read),
            "service_account" => {
                read.entry("automount_service_account_token").or_insert(json!(false));
                // The secret of the account itself is not one of those that were asked for.
                let own = known.get("default_secret_name").and_then(Json::as_str).unwrap_or_default();
                if let Some(Json::Array(secrets)) = read.get_mut("secret") {
                    secrets.retain(|secret| {
                        secret.get("name").and_then(Json::as_str).unwrap_or_default() != own
                    });
                }
            }
            "stateful_set" => {
                let configured = known.pointer("/spec/0/update_strategy/0").is_some();
                let spec =
                    read.get_mut("spec").and_then(|spec| spec.get_mut(0)).and_then(Json::as_object_mut);
                if let (Some(spec), false) = (spec, configured) {
                    spec.remove("update_strategy");
                }
            }
            _ => {}
        }
        read
    }
}

/// Takes out the labels that the cluster gives jobs.
fn without_generated(object: &mut Json) {
    const LABELS: &[&str] =
        &["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];
    for pointer in ["/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        if let Some(Json::Object(labels)) = object.pointer_mut(pointer) {
            labels.retain(|key, _| !LABELS.contains(&key.as_str()));
        }
    }
}
