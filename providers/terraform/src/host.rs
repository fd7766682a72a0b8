//! What the provider needs from whoever runs it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics};
use ordain_value::Value;

/// Ids, stored states and functions.
#[async_trait]
pub trait Host: Send + Sync {
    /// A fresh id: a UUID in its usual form.
    fn new_id(&self) -> String;

    /// Checks the configuration of a backend: its name and its arguments as an object, or null. Findings
    /// name the attribute `backend` or `config`.
    fn validate_backend(&self, backend: &str, config: &Value) -> Diagnostics;

    /// Root outputs of a state; `None` when there is no such state.
    async fn outputs(
        &self,
        backend: &str,
        config: &Value,
        workspace: &str,
    ) -> Result<Option<BTreeMap<Arc<str>, Value>>, Diagnostic>;

    /// Calls `encode_tfvars`, `decode_tfvars` or `encode_expr` on one argument.
    fn call_function(&self, name: &str, argument: Value) -> Result<Value, Diagnostic>;
}
