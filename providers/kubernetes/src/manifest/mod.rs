//! `kubernetes_manifest`: any object, by server-side apply, in the shape that the cluster describes.

mod apply;
mod catalogue;
mod data;
mod morph;
mod payload;
mod plan;
mod read;
mod settings;
mod shape;
mod wait;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_kube::{Client, Kind, KubeError, ObjectRef};
use ordain_value::Value;

pub(crate) use apply::apply;
pub(crate) use catalogue::Catalogue;
pub(crate) use data::{is_generic, read_data};
pub(crate) use plan::plan;
pub(crate) use read::{import, read, upgrade};
pub(crate) use settings::validate;

use crate::failure::said;
use catalogue::group_and_version;

/// The type.
pub(crate) const TYPE: &str = "kubernetes_manifest";

/// The cluster and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cluster<'c> {
    pub(crate) client: &'c Client,
    pub(crate) catalogue: &'c Catalogue,
}

fn failed(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostics {
    Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into()
}

fn text<'v>(object: &'v Value, path: &[&str]) -> &'v str {
    let found = path.iter().try_fold(object, |here, name| here.get(name));
    found.and_then(Value::as_str).unwrap_or_default()
}

impl Cluster<'_> {
    /// The kind of an object (a manifest, or an object of a state).
    async fn kind(&self, object: &Value) -> Result<Kind, KubeError> {
        let (api_version, kind) = (text(object, &["apiVersion"]), text(object, &["kind"]));
        self.catalogue.kind(self.client, api_version, kind).await
    }
}

/// Why a kind is not known, in the words of the original's library.
fn no_match(error: &KubeError) -> String {
    match error {
        KubeError::NoKind { api_version, kind } => match group_and_version(api_version) {
            ("", _) => format!("no matches for kind {kind:?} in group \"\""),
            (group, _) => format!("no matches for kind {kind:?} in group {group:?}"),
        },
        error => said(error),
    }
}

/// Where an object is.
fn place(kind: Kind, object: &Value) -> ObjectRef {
    let namespace = if kind.namespaced { text(object, &["metadata", "namespace"]) } else { "" };
    ObjectRef { namespace: namespace.to_owned(), name: text(object, &["metadata", "name"]).to_owned(), kind }
}

/// A member of an object replaced.
fn with(object: &Value, name: &str, part: Value) -> Value {
    let mut members = object.as_members().cloned().unwrap_or_default();
    members.insert(name.into(), part);
    Value::object(members)
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
