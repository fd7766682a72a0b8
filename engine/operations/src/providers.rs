//! Providers for one operation, made when they are asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::{ProviderAddr, ProviderConfigAddr};
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_http::Cancel;
use ordain_plugin::Program;
use ordain_provider::{Provider, ProviderSource};
use ordain_provider_azurerm::AzureRm;
use ordain_provider_helm::Helm;
use ordain_provider_kubernetes::Kubernetes;
use ordain_provider_terraform::TerraformProvider;
use ordain_state::State;

use crate::Workdir;
use crate::host::Surroundings;
use crate::natives::{self, Native};
use crate::plan_configuration::SchemasByAddress;
use crate::serving::{Server, Serving};

/// Makes providers for a working directory.
pub struct Providers {
    workdir: Workdir,
    serving: Serving,
}

impl Providers {
    /// Providers that see the working directory's environment.
    pub fn new(workdir: Workdir) -> Self {
        Self { serving: Serving::new(workdir.clone()), workdir }
    }

    /// A provider, not configured yet.
    ///
    /// # Errors
    /// Nothing serves the address, or what does cannot be started.
    pub fn make(&self, address: &ProviderAddr) -> Result<Arc<dyn Provider>, Diagnostic> {
        match self.serving.of(address)? {
            Server::Builtin => {
                Ok(Arc::new(TerraformProvider::new(Arc::new(Surroundings::new(self.workdir.clone())))))
            }
            Server::Native(native) => self.native(native),
            Server::Running(running) => self.plugin(address, Program::Running(running), None),
            Server::Plugin(package) => {
                let digest = package.digest.map(|digest| digest.as_str().to_owned());
                self.plugin(address, Program::File(package.executable), digest)
            }
        }
    }

    /// A native provider.
    ///
    /// # Errors
    /// What it needs of its surroundings is not there.
    pub fn native(&self, native: &Native) -> Result<Arc<dyn Provider>, Diagnostic> {
        let env = self.workdir.env.clone();
        match native.name {
            "azurerm" => Ok(Arc::new(AzureRm::new(env)?)),
            "kubernetes" => Ok(Arc::new(Kubernetes::new(env, Cancel::new())?)),
            "helm" => Ok(Arc::new(Helm::new(env, self.workdir.dir.clone())?)),
            name => {
                let detail = format!("No crate serves the row {name:?} of the table of native providers.");
                Err(Diagnostic::error(codes::cli::INTERNAL, "Missing required provider", detail))
            }
        }
    }

    fn plugin(
        &self,
        address: &ProviderAddr,
        program: Program,
        digest: Option<String>,
    ) -> Result<Arc<dyn Provider>, Diagnostic> {
        Ok(Arc::new(self.workdir.plugins.get(&self.workdir, address, program, digest).provider()))
    }

    /// What serves the providers.
    pub fn serving(&self) -> &Serving {
        &self.serving
    }

    /// Schemas of all providers that a configuration and a state name.
    pub async fn schemas(&self, tree: &ModuleTree, state: &State) -> (SchemasByAddress, Diagnostics) {
        self.more_schemas(BTreeMap::new(), tree, state).await
    }

    /// The same, where some are known.
    pub async fn more_schemas(
        &self,
        mut schemas: SchemasByAddress,
        tree: &ModuleTree,
        state: &State,
    ) -> (SchemasByAddress, Diagnostics) {
        let mut found = Diagnostics::new();
        let configured = tree.modules().into_iter().flat_map(|module| natives::addresses(module));
        let stored = state.resources.values().map(|held| held.provider.provider.clone());
        let mut addresses: Vec<ProviderAddr> = configured.chain(stored).collect();
        addresses.sort();
        addresses.dedup();
        addresses.retain(|address| !schemas.contains_key(address));
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

#[async_trait]
impl ProviderSource for Providers {
    async fn instance(&self, address: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics> {
        self.make(&address.provider).map_err(Diagnostics::from)
    }
}
