//! Why an operation on an object failed, and what is left of the object.

use ordain_azure::AzureError;
use ordain_diag::{Diagnostic, codes};
use serde_json::{Map, Value as Json};

/// A failed operation.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) diagnostic: Diagnostic,
    /// Set when the object exists in the cloud all the same and state must keep it: its id and whatever
    /// else is known.
    pub(crate) left: Option<Map<String, Json>>,
}

impl Failure {
    /// A failure in the original's words.
    pub(crate) fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into()
    }

    /// The object is there already.
    pub(crate) fn exists(id: &str, type_name: &str) -> Self {
        Self::new(
            format!(
                "a resource with the ID {id:?} already exists - to be managed via Terraform this resource needs to be \
                 imported into the State. Please see the resource documentation for {type_name:?} for more information"
            ),
            "",
        )
    }

    /// The same failure, with what was being done put before it.
    #[must_use]
    pub(crate) fn during(mut self, what: &str) -> Self {
        self.diagnostic.summary = format!("{what}: {}", self.diagnostic.summary);
        self
    }

    /// The same failure, with what is left of the object.
    #[must_use]
    pub(crate) fn leaving(mut self, left: Map<String, Json>) -> Self {
        self.left = Some(left);
        self
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, left: None }
    }
}

impl From<AzureError> for Failure {
    fn from(error: AzureError) -> Self {
        error.into_diagnostic().into()
    }
}
