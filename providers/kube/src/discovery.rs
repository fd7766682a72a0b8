//! Which kinds the server knows, and where they live.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::object::segment;
use crate::{Client, KubeError};

/// A kind that the server knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// `v1`, `apps/v1`, …
    pub api_version: String,
    /// `Deployment`
    pub kind: String,
    /// `deployments`
    pub plural: String,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
}

impl Kind {
    /// A kind whose place is known without asking.
    pub fn known(api_version: &str, kind: &str, plural: &str, namespaced: bool) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            namespaced,
        }
    }

    /// Path of the group and version.
    pub fn root(&self) -> String {
        group_path(&self.api_version)
    }

    /// Path of the collection; all namespaces when `namespace` is empty.
    pub fn collection(&self, namespace: &str) -> String {
        if self.namespaced && !namespace.is_empty() {
            format!("{}/namespaces/{}/{}", self.root(), segment(namespace), self.plural)
        } else {
            format!("{}/{}", self.root(), self.plural)
        }
    }
}

fn group_path(api_version: &str) -> String {
    let parent = if api_version.contains('/') { "/apis" } else { "/api" };
    format!("{parent}/{api_version}")
}

/// Kinds by `apiVersion`, as far as they were asked for.
#[derive(Clone, Debug, Default)]
pub struct KindNames {
    groups: BTreeMap<String, Vec<Kind>>,
}

impl KindNames {
    /// Where objects of a kind live. Asks the server once per `apiVersion`; unknown ones are asked for
    /// again, as a CRD may have come since.
    ///
    /// # Errors
    /// The server cannot be asked, or does not know the kind.
    pub async fn find(&mut self, client: &Client, api_version: &str, kind: &str) -> Result<Kind, KubeError> {
        if let Some(found) = self.cached(api_version, kind) {
            return Ok(found);
        }
        let missing = || KubeError::NoKind { api_version: api_version.to_owned(), kind: kind.to_owned() };
        let document = match client.get_path(&group_path(api_version)).await {
            Ok(document) => document,
            Err(error) if error.is_not_found() => return Err(missing()),
            Err(error) => return Err(error),
        };
        self.groups.insert(api_version.to_owned(), kinds(api_version, &document));
        self.cached(api_version, kind).ok_or_else(missing)
    }

    fn cached(&self, api_version: &str, kind: &str) -> Option<Kind> {
        self.groups.get(api_version)?.iter().find(|known| known.kind == kind).cloned()
    }
}

fn kinds(api_version: &str, document: &Value) -> Vec<Kind> {
    let entries = document.get("resources").and_then(Value::as_array).cloned().unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| {
            let plural = entry.get("name")?.as_str()?;
            // Names with a slash are subresources.
            let namespaced = entry.get("namespaced")?.as_bool()?;
            (!plural.contains('/')).then_some(())?;
            Some(Kind::known(api_version, entry.get("kind")?.as_str()?, plural, namespaced))
        })
        .collect()
}
