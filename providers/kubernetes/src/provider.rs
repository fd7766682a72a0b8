//! The provider as the engine sees it.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_http::{Cancel, Environment};
use ordain_kube::{Client, Settings};
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, PlanReply, PlanRequest, Provider,
    ProviderSchema, ReadReply, ReadRequest, UpgradeRequest, schema_json,
};
use ordain_value::Value;

use crate::config::settings;
use crate::data::{self, not_built};

const SCHEMA: &str = include_str!("../data/schema.json");

/// The native provider for Kubernetes objects.
pub struct Kubernetes {
    env: Environment,
    cancel: Cancel,
    schema: Arc<ProviderSchema>,
    access: RwLock<Access>,
}

/// How the cluster is reached, as far as it is known.
#[derive(Clone)]
enum Access {
    /// Not configured, or parts of the configuration are not known yet.
    Unknown,
    /// Settings, and the client once somebody needed it.
    Known(Box<Settings>, Option<Client>),
}

impl std::fmt::Debug for Kubernetes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Kubernetes")
    }
}

impl Kubernetes {
    /// A provider that is not configured yet. `env` holds the environment variables it may see (`KUBE_*`,
    /// `HOME`, proxies); `cancel` ends waiting when the user asks to stop.
    ///
    /// # Errors
    /// The built-in schema is broken.
    pub fn new(env: Environment, cancel: Cancel) -> Result<Self, Diagnostic> {
        let broken = |why: String| {
            let detail =
                format!("The schema that is built into the provider cannot be read: {why}. This is a bug.");
            Diagnostic::error(codes::provider::PROVIDER_ERROR, "Broken built-in data", detail)
        };
        let document = serde_json::from_str(SCHEMA).map_err(|error| broken(error.to_string()))?;
        let schema = schema_json::from_json(&document).map_err(broken)?;
        Ok(Self { env, cancel, schema: Arc::new(schema), access: RwLock::new(Access::Unknown) })
    }

    async fn client(&self) -> Result<Client, Diagnostic> {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner).clone();
        let settings = match access {
            Access::Known(_, Some(client)) => return Ok(client),
            Access::Known(settings, None) => settings,
            Access::Unknown => {
                let detail = "A part of the provider's configuration is known only after apply, so the cluster cannot be \
                              reached yet. Apply what it depends on first.";
                let summary = "The provider kubernetes is not configured";
                return Err(Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail));
            }
        };
        let client = Client::connect((*settings).clone(), &self.env, self.cancel.clone()).await;
        let client = client.map_err(|error| error.diagnostic("Failed to connect to the cluster"))?;
        let mut access = self.access.write().unwrap_or_else(PoisonError::into_inner);
        *access = Access::Known(settings, Some(client.clone()));
        Ok(client)
    }
}

#[async_trait]
impl Provider for Kubernetes {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        (Some(self.schema.clone()), Diagnostics::new())
    }

    async fn validate_config(&self, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        if !request.config.is_wholly_known() {
            return Diagnostics::new();
        }
        match settings(&request.config, &self.env) {
            Ok(settings) => {
                let mut access = self.access.write().unwrap_or_else(PoisonError::into_inner);
                *access = Access::Known(Box::new(settings), None);
                Diagnostics::new()
            }
            Err(error) => {
                error.diagnostic("Provider configuration: cannot load Kubernetes client config").into()
            }
        }
    }

    async fn validate_resource(&self, type_name: &str, _config: Value) -> Diagnostics {
        not_built(type_name).into()
    }

    async fn validate_data(&self, type_name: &str, _config: Value) -> Diagnostics {
        match crate::kinds::kind_of(type_name) {
            Some(_) => Diagnostics::new(),
            None => not_built(type_name).into(),
        }
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        (None, not_built(&request.type_name).into())
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        (None, not_built(&request.type_name).into())
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        (None, not_built(&request.type_name).into())
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        (None, not_built(&request.type_name).into())
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        (Vec::new(), not_built(&request.type_name).into())
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        let Some(schema) = self.schema.data_sources.get(type_name) else {
            return (None, not_built(type_name).into());
        };
        match self.client().await {
            Ok(client) => data::read(&client, type_name, schema, &config).await,
            Err(error) => (None, error.into()),
        }
    }

    async fn stop(&self) {
        self.cancel.cancel();
    }
}
