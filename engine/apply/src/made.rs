//! What a provider left, as the state keeps it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_addr::ConfigResource;
use ordain_diag::Diagnostic;
use ordain_provider::ObjectSchema;
use ordain_state::{Object, Status, encode_object};
use ordain_value::json::to_json;
use ordain_value::{Marks, Path, Value};

/// An object without marks, and what belongs to it.
pub(crate) struct Made {
    pub(crate) value: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) identity: Option<Value>,
    pub(crate) status: Status,
}

/// What the configuration says about an object beside its values.
#[derive(Clone)]
pub(crate) struct About {
    /// Where its configuration is marked.
    pub(crate) marks: Vec<(Path, Marks)>,
    pub(crate) dependencies: Arc<[ConfigResource]>,
    pub(crate) create_before_destroy: bool,
}

impl About {
    /// What the object depends on, and what it was stored with.
    pub(crate) fn with_stored(&self, stored: &[ConfigResource]) -> Arc<[ConfigResource]> {
        let all: BTreeSet<&ConfigResource> = self.dependencies.iter().chain(stored).collect();
        all.into_iter().cloned().collect()
    }

    /// A value with the marks of its configuration.
    pub(crate) fn mark(&self, value: Value) -> Value {
        value.with_marks_at(self.marks.iter().map(|(path, marks)| (path, marks.without(Marks::EPHEMERAL))))
    }
}

impl Made {
    /// The object as the state keeps it.
    pub(crate) fn object(&self, schema: &ObjectSchema, about: &About) -> Result<Object, Diagnostic> {
        let marked = schema.schema.block.mark_sensitive(about.mark(self.value.clone()));
        let (attributes, sensitive_paths) = encode_object(&marked, &schema.ty)?;
        let identity =
            schema.identity.as_ref().zip(self.identity.as_ref()).and_then(|((version, ty), value)| {
                let raw = serde_json::value::to_raw_value(&to_json(value, ty).ok()?).ok()?;
                Some((*version, raw.into()))
            });
        Ok(Object {
            status: self.status,
            schema_version: schema.schema.version,
            attributes,
            flat: false,
            sensitive_paths,
            identity,
            private: self.private.clone(),
            dependencies: about.dependencies.to_vec(),
            create_before_destroy: about.create_before_destroy,
        })
    }
}
