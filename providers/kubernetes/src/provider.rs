//! The provider as the engine sees it.

use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_http::{Cancel, Environment};
use ordain_kube::Client;
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, PlanReply, PlanRequest, Provider,
    ProviderSchema, ReadReply, ReadRequest, UpgradeRequest,
};
use ordain_sdk::validate;
use ordain_value::Value;

use crate::manifest::{Catalogue, Cluster};
use crate::placeless::placeless;
use crate::rules::{Tables, tables};
use crate::session::Session;
use crate::{data, manifest, typed};

/// The native provider for Kubernetes objects.
#[derive(Debug)]
pub struct Kubernetes {
    tables: Tables,
    session: Session,
    catalogue: Catalogue,
}

impl Kubernetes {
    /// A provider that is not configured yet. `env` holds the environment variables it may see (`KUBE_*`,
    /// `HOME`, proxies); `cancel` ends waiting when the user asks to stop.
    ///
    /// # Errors
    /// The built-in schema is broken.
    pub fn new(env: Environment, cancel: Cancel) -> Result<Self, Diagnostic> {
        Ok(Self { tables: tables()?, session: Session::new(env, cancel), catalogue: Catalogue::default() })
    }

    fn cluster<'c>(&'c self, client: &'c Client) -> Cluster<'c> {
        Cluster { client, catalogue: &self.catalogue }
    }
}

/// The error for a type that the original has and this provider does not.
pub(crate) fn not_built(type_name: &str) -> Diagnostic {
    let detail = format!(
        "The native provider for kubernetes does not serve {type_name}. Use kubernetes_manifest with an object of that \
         kind, or a type that is served."
    );
    Diagnostic::error(codes::provider::PROVIDER_ERROR, format!("{type_name} is not built yet"), detail)
}

#[async_trait]
impl Provider for Kubernetes {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        (Some(self.tables.schema.clone()), Diagnostics::new())
    }

    async fn validate_config(&self, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        self.session.configure(&request.config)
    }

    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics {
        match self.tables.resources.get(type_name) {
            Some(_) if type_name == manifest::TYPE => manifest::validate(&config),
            Some(tree) => {
                let mut found = validate(tree, &config);
                found.append(placeless(&config));
                found
            }
            None => not_built(type_name).into(),
        }
    }

    async fn validate_data(&self, type_name: &str, config: Value) -> Diagnostics {
        match self.tables.data.get(type_name) {
            Some(tree) => validate(tree, &config),
            None => not_built(type_name).into(),
        }
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        match self.tables.schema.resources.get(manifest::TYPE) {
            Some(schema) if request.type_name == manifest::TYPE => manifest::upgrade(schema, request),
            _ => typed::upgrade(&self.tables, request),
        }
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        if request.type_name != manifest::TYPE {
            return typed::read(&self.tables, &self.session, request).await;
        }
        match self.session.client().await {
            Ok((client, _)) => manifest::read(self.cluster(&client), request).await,
            Err(error) => (None, error.into()),
        }
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        if request.type_name != manifest::TYPE {
            return typed::plan(&self.tables, request);
        }
        match self.session.client().await {
            Ok((client, _)) => manifest::plan(self.cluster(&client), request).await,
            Err(error) => (None, error.into()),
        }
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        if request.type_name != manifest::TYPE {
            return typed::apply(&self.tables, &self.session, request).await;
        }
        match self.session.client().await {
            Ok((client, _)) => manifest::apply(self.cluster(&client), request).await,
            Err(error) => (None, error.into()),
        }
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        match self.tables.schema.resources.get(manifest::TYPE) {
            Some(schema) if request.type_name == manifest::TYPE => match self.session.client().await {
                Ok((client, _)) => manifest::import(self.cluster(&client), schema, request).await,
                Err(error) => (Vec::new(), error.into()),
            },
            _ => typed::import(&self.tables, request),
        }
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        let Some(schema) = self.tables.schema.data_sources.get(type_name) else {
            return (None, not_built(type_name).into());
        };
        match self.session.client().await {
            Ok((client, _)) if manifest::is_generic(type_name) => {
                manifest::read_data(self.cluster(&client), type_name, schema, &config).await
            }
            Ok((client, _)) => data::read(&client, type_name, schema, &config).await,
            Err(error) => (None, error.into()),
        }
    }

    async fn stop(&self) {
        self.session.stop();
    }
}
