//! What the cluster knows: kinds, their places and their shapes.

use std::sync::Arc;

use ordain_kube::{Client, Kind, KindNames, KubeError};
use serde_json::Value as Json;
use tokio::sync::Mutex;

use super::shape::{Definitions, Shape};

/// Answers of the cluster about itself, each asked for once a run, as the documents are large.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    accepted: bool,
    kinds: KindNames,
    definitions: Option<Arc<Definitions>>,
    custom: Option<Arc<Vec<Json>>>,
}

/// Why a shape is not known.
#[derive(Debug)]
pub(crate) enum Unknown {
    /// The cluster did not answer.
    Api(KubeError),
    /// What it says cannot be used.
    Described(String),
}

impl From<KubeError> for Unknown {
    fn from(error: KubeError) -> Unknown {
        Unknown::Api(error)
    }
}

/// Group and version of an `apiVersion`.
pub(crate) fn group_and_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Catalogue {
    /// Asks whether the cluster takes the credentials.
    ///
    /// # Errors
    /// It does not, or does not answer.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), KubeError> {
        let mut known = self.known.lock().await;
        if !known.accepted {
            client.get_path("/apis").await?;
            known.accepted = true;
        }
        Ok(())
    }

    /// Where objects of a kind live.
    ///
    /// # Errors
    /// The cluster does not know the kind.
    pub(crate) async fn kind(
        &self,
        client: &Client,
        api_version: &str,
        kind: &str,
    ) -> Result<Kind, KubeError> {
        self.known.lock().await.kinds.find(client, api_version, kind).await
    }

    /// The shape of a kind; `status` says whether the status is part of it. Open when the cluster does not
    /// describe the kind.
    ///
    /// # Errors
    /// The cluster cannot be asked, or what it says cannot be used.
    pub(crate) async fn shape(&self, client: &Client, kind: &Kind, status: bool) -> Result<Shape, Unknown> {
        let mut known = self.known.lock().await;
        let definitions = match &known.definitions {
            Some(found) => found.clone(),
            None => {
                let mut document = client.get_path("/openapi/v2").await?;
                let found = match document.get_mut("definitions").map(Json::take) {
                    Some(Json::Object(found)) => Arc::new(found),
                    _ => return Err(Unknown::Described("spec has no type information".to_owned())),
                };
                known.definitions = Some(found.clone());
                found
            }
        };
        let custom = match &known.custom {
            Some(found) => found.clone(),
            None => {
                let crd = Kind::known(
                    "apiextensions.k8s.io/v1",
                    "CustomResourceDefinition",
                    "customresourcedefinitions",
                    false,
                );
                let found = Arc::new(client.list(&crd, "", "", "").await?);
                known.custom = Some(found.clone());
                found
            }
        };
        drop(known);
        let shape = match custom.iter().find_map(|crd| custom_schema(crd, kind)) {
            Some(None) => return Ok(Shape::Open),
            Some(Some(schema)) => Shape::of(schema, &Definitions::new()),
            None => {
                let schema = definitions.values().find(|schema| describes(schema, kind)).ok_or_else(|| {
                    let (group, version) = group_and_version(&kind.api_version);
                    let name = format!("{group}/{version}, Kind={}", kind.kind);
                    let text =
                        format!("cannot get resource type from OpenAPI ({name}): {name} resource not found in OpenAPI index");
                    Unknown::Described(text)
                })?;
                Shape::of(schema, &definitions)
            }
        };
        let shape = shape.map_err(Unknown::Described)?;
        match shape {
            Shape::Object(members) if !status => completed(members, &definitions),
            shape => Ok(shape),
        }
    }
}

/// A kind's members without its status, and with what custom kinds leave to the cluster.
fn completed(
    mut members: std::collections::BTreeMap<Arc<str>, Shape>,
    definitions: &Definitions,
) -> Result<Shape, Unknown> {
    members.remove("status");
    for name in ["apiVersion", "kind"] {
        members.entry(Arc::from(name)).or_insert(Shape::Text);
    }
    let metadata = definitions.get("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    let metadata = metadata.ok_or_else(|| Unknown::Described("v1.ObjectMeta is not described".to_owned()))?;
    members.insert(Arc::from("metadata"), Shape::of(metadata, definitions).map_err(Unknown::Described)?);
    Ok(Shape::Object(members))
}

fn describes(schema: &Json, kind: &Kind) -> bool {
    let (group, version) = group_and_version(&kind.api_version);
    let named = schema.get("x-kubernetes-group-version-kind").and_then(Json::as_array);
    named.into_iter().flatten().any(|named| {
        let is = |key: &str, value: &str| named.get(key).and_then(Json::as_str) == Some(value);
        is("group", group) && is("version", version) && is("kind", &kind.kind)
    })
}

/// The schema of a version of a custom kind, if this is its definition; none inside when it has no schema.
fn custom_schema<'j>(crd: &'j Json, kind: &Kind) -> Option<Option<&'j Json>> {
    let (group, version) = group_and_version(&kind.api_version);
    let text = |pointer: &str| crd.pointer(pointer).and_then(Json::as_str);
    if text("/spec/group") != Some(group) || text("/spec/names/kind") != Some(&kind.kind) {
        return None;
    }
    let versions = crd.pointer("/spec/versions")?.as_array()?;
    let found = versions.iter().find(|found| found.get("name").and_then(Json::as_str) == Some(version))?;
    Some(found.pointer("/schema/openAPIV3Schema"))
}
