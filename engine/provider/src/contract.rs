//! The one trait of all providers.

use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_value::Value;

use crate::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, MoveRequest, OpenReply, OpenRequest,
    PlanReply, PlanRequest, Private, ProviderSchema, ReadReply, ReadRequest, UpgradeRequest,
};

/// Arguments that a schema has and that are not served: the type (with `data.` before it for a data source,
/// `provider` for the provider block), and names at the top of its block.
pub type Gaps = &'static [(&'static str, &'static [&'static str])];

/// One provider, native or external. Methods mirror the plugin protocol's calls.
///
/// A reply of `None` goes with at least one error. All methods may be called concurrently after
/// `configure`. A method that is dropped half way must leave nothing locked.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What it offers. Called once and kept by the caller.
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics);

    /// What its schema has and it does not serve. An external provider serves all of its schema.
    fn gaps(&self) -> Gaps {
        &[]
    }

    /// Checks a `provider` block; parts may be unknown.
    async fn validate_config(&self, config: Value) -> Diagnostics;

    /// Gets ready for calls that reach the service. While planning, parts may be unknown.
    async fn configure(&self, request: ConfigureRequest) -> Diagnostics;

    /// Checks the configuration of a managed resource; parts may be unknown.
    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics;

    /// Checks the configuration of a data source; parts may be unknown.
    async fn validate_data(&self, type_name: &str, config: Value) -> Diagnostics;

    /// Checks the configuration of an ephemeral resource; parts may be unknown.
    async fn validate_ephemeral(&self, _type_name: &str, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// A view of it that may put off what it is asked about one object; `None` when it never does.
    fn deferring(&self) -> Option<Arc<dyn Provider>> {
        None
    }

    /// Why this view put an answer off. A reply of `None` goes with no error then.
    fn put_off(&self) -> Option<&'static str> {
        None
    }

    /// Brings a stored object to the present schema. Called for every stored object.
    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics);

    /// Brings a stored identity to the present identity schema. Called when its version differs.
    async fn upgrade_identity(&self, _request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        (None, Diagnostics::new())
    }

    /// Reads what an object is now.
    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics);

    /// Says what applying would give. Must not change anything.
    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics);

    /// Whether `plan` is to be asked about objects that are destroyed too, with a null configuration.
    async fn plans_destroy(&self) -> bool {
        false
    }

    /// Makes it so. On errors the reply says what is left of the object.
    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics);

    /// Finds existing objects.
    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics);

    /// Reads a data source; the configuration is wholly known.
    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics);

    /// Reads a data source of a module that has a `provider_meta` block for this provider.
    async fn read_data_with(
        &self,
        type_name: &str,
        config: Value,
        _provider_meta: Option<Value>,
    ) -> (Option<Value>, Diagnostics) {
        self.read_data(type_name, config).await
    }

    /// Takes over an object of another type or provider.
    async fn move_state(&self, request: MoveRequest) -> (Option<ReadReply>, Diagnostics) {
        let summary = "Move across resource types is not supported";
        let detail = format!(
            "The provider cannot turn an object of type {} into one of type {}.",
            request.source_type, request.target_type
        );
        (None, Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into())
    }

    /// Opens an ephemeral resource.
    async fn open(&self, request: OpenRequest) -> (Option<OpenReply>, Diagnostics) {
        let detail = format!("The provider has no ephemeral resource type {}.", request.type_name);
        (
            None,
            Diagnostic::error(codes::provider::PROVIDER_ERROR, "No such ephemeral resource", detail).into(),
        )
    }

    /// Keeps an ephemeral resource open. Providers whose resources must be renewed see to it themselves while they
    /// are open; nobody else calls this.
    async fn renew(&self, _type_name: &str, private: Private) -> (Option<OpenReply>, Diagnostics) {
        (
            Some(OpenReply { result: Value::null(ordain_value::Type::Dynamic), private, renew_at: None }),
            Diagnostics::new(),
        )
    }

    /// Closes an ephemeral resource.
    async fn close(&self, _type_name: &str, _private: Private) -> Diagnostics {
        Diagnostics::new()
    }

    /// Calls a function. Arguments are of the parameters' types.
    async fn call_function(&self, name: &str, _arguments: Vec<Value>) -> Result<Value, Diagnostic> {
        let detail = format!("The provider has no function {name}.");
        Err(Diagnostic::error(codes::lang::UNKNOWN_FUNCTION, "No such function", detail))
    }

    /// Whether `apply` changes anything outside the state. Where it does not, nothing is in doubt after a
    /// crash, and the journal need not be durable before each call.
    fn has_effects(&self) -> bool {
        true
    }

    /// Asks running calls to end soon and to report what they did.
    async fn stop(&self) {}
}
