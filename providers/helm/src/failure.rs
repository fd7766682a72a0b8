//! What went wrong, on its way to a diagnostic.

use ordain_diag::{Diagnostic, codes};
use ordain_kube::KubeError;

/// A summary as the real provider words it, and what happened.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) summary: String,
    pub(crate) detail: String,
}

impl Failure {
    pub(crate) fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { summary: summary.into(), detail: detail.into() }
    }

    pub(crate) fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error(codes::provider::PROVIDER_ERROR, self.summary.clone(), self.detail.clone())
    }
}

/// Several refusals as Helm lists them.
pub(crate) fn several(errors: &[String]) -> String {
    let count = match errors.len() {
        1 => "1 error occurred:".to_owned(),
        n => format!("{n} errors occurred:"),
    };
    let lines: String = errors.iter().map(|e| format!("\n\t* {e}")).collect();
    format!("{count}{lines}\n\n")
}

/// A refusal of the API as text.
pub(crate) fn said(error: &KubeError) -> String {
    error.to_string()
}
