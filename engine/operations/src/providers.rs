//! Providers for one operation: native ones, made when they are asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::{ProviderAddr, ProviderConfigAddr};
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_http::Cancel;
use ordain_provider::{Provider, ProviderSource};
use ordain_provider_azurerm::AzureRm;
use ordain_provider_helm::Helm;
use ordain_provider_kubernetes::Kubernetes;
use ordain_provider_terraform::TerraformProvider;
use ordain_state::State;

use crate::host::Surroundings;
use crate::plan_configuration::SchemasByAddress;
use crate::{Workdir, natives};

/// Makes providers for a working directory.
pub struct Providers {
    workdir: Workdir,
}

impl Providers {
    /// Providers that see the working directory's environment.
    pub fn new(workdir: Workdir) -> Self {
        Self { workdir }
    }

    /// A provider, not configured yet.
    ///
    /// # Errors
    /// No native provider serves the address.
    pub fn make(&self, address: &ProviderAddr) -> Result<Arc<dyn Provider>, Diagnostic> {
        if address.is_builtin() {
            return Ok(Arc::new(TerraformProvider::new(Arc::new(Surroundings::new(self.workdir.clone())))));
        }
        match natives::native(address).map(|native| native.name) {
            Some("azurerm") => Ok(Arc::new(AzureRm::new(self.workdir.env.clone())?)),
            Some("kubernetes") => Ok(Arc::new(Kubernetes::new(self.workdir.env.clone(), Cancel::new())?)),
            Some("helm") => Ok(Arc::new(Helm::new(self.workdir.env.clone(), self.workdir.dir.clone())?)),
            _ => Err(missing(address)),
        }
    }

    /// Schemas of all providers that a configuration and a state name.
    pub async fn schemas(&self, tree: &ModuleTree, state: &State) -> (SchemasByAddress, Diagnostics) {
        let mut found = Diagnostics::new();
        let mut schemas = BTreeMap::new();
        let configured = tree.modules().into_iter().flat_map(|module| natives::addresses(module));
        let stored = state.resources.values().map(|held| held.provider.provider.clone());
        let mut addresses: Vec<ProviderAddr> = configured.chain(stored).collect();
        addresses.sort();
        addresses.dedup();
        for address in addresses {
            match self.make(&address) {
                Ok(provider) => {
                    if let Some(schema) = found.take(provider.schema().await) {
                        schemas.insert(address, schema);
                    }
                }
                Err(error) => found.push(error),
            }
        }
        (schemas, found)
    }
}

fn missing(address: &ProviderAddr) -> Diagnostic {
    let names: Vec<String> =
        natives::NATIVES.iter().map(|native| format!("hashicorp/{}", native.name)).collect();
    let detail = format!(
        "This configuration or its state requires provider {address}, but that provider isn't available. This build \
         serves {} natively.",
        names.join(", ")
    );
    Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Missing required provider", detail)
}

#[async_trait]
impl ProviderSource for Providers {
    async fn instance(&self, address: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics> {
        self.make(&address.provider).map_err(Diagnostics::from)
    }
}
