//! One provider of an operation: what it offers, and its processes.
//!
//! There is one process for each configuration. It is started when something is first asked of it, and used
//! again for the same configuration, so that planning and applying in one command share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_provider::{ConfigureRequest, ProviderSchema};
use ordain_value::{Type, Value};
use tokio::sync::OnceCell;

use crate::convert::{findings, to_wire};
use crate::deferral::abilities;
use crate::external::External;
use crate::launch::Launch;
use crate::messages::{Configure, Empty, Findings, ServerCapabilities};
use crate::method::Method;
use crate::offer::Offer;
use crate::process::Process;
use crate::schema_cache;

/// One provider of an operation, for all its configurations.
pub struct Plugin {
    pub(crate) launch: Launch,
    offered: OnceCell<Offered>,
    processes: tokio::sync::Mutex<Processes>,
    types: Mutex<TypeTable>,
    /// Configurations that it found nothing wrong with.
    accepted: Mutex<Vec<Value>>,
}

/// Types that were asked for; `None` for names that the provider does not have.
type TypeTable = HashMap<(Kind, Arc<str>), Option<Arc<Types>>>;

/// What a provider offers, and what it remarked on it.
#[derive(Clone)]
pub(crate) struct Offered {
    pub(crate) schema: Arc<ProviderSchema>,
    pub(crate) capabilities: ServerCapabilities,
    pub(crate) remarks: Diagnostics,
}

#[derive(Default)]
struct Processes {
    /// One that is not configured yet.
    free: Option<Arc<Process>>,
    /// Those that are, with their configuration.
    configured: Vec<(Value, Arc<Process>)>,
}

/// Kinds of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Resource,
    Data,
    Ephemeral,
}

/// Types of the values of a resource type.
pub(crate) struct Types {
    pub(crate) object: Type,
    pub(crate) identity: Option<Type>,
}

impl Plugin {
    /// A provider that nothing was asked of yet. Nothing is started.
    pub fn new(launch: Launch) -> Arc<Plugin> {
        Arc::new(Plugin {
            launch,
            offered: OnceCell::new(),
            processes: tokio::sync::Mutex::default(),
            types: Mutex::default(),
            accepted: Mutex::default(),
        })
    }

    /// The provider, not configured yet.
    pub fn provider(self: &Arc<Self>) -> External {
        External::new(Arc::clone(self))
    }

    pub(crate) fn source(&self) -> &ProviderAddr {
        &self.launch.source
    }

    /// What it offers; asked for once.
    pub(crate) async fn offered(&self) -> Result<&Offered, Diagnostics> {
        self.offered.get_or_try_init(|| self.find_offer()).await
    }

    async fn find_offer(&self) -> Result<Offered, Diagnostics> {
        if let Some(offer) = schema_cache::load(&self.launch).await {
            return self.taken(offer);
        }
        let process = self.unconfigured().await?;
        let schemas = process.call_if_known(Method::Schema, &Empty {}).await?;
        let Some(schemas) = schemas else {
            return Err(self.unusable("it does not know the call for its schemas").into());
        };
        let identities = process.call_if_known(Method::IdentitySchemas, &Empty {}).await?.unwrap_or_default();
        let offer = Offer::index(schemas.clone(), identities.clone(), process.protocol());
        let offer =
            offer.and_then(|offer| offer.check().map(|()| offer)).map_err(|why| self.unusable(&why))?;
        let offered = self.taken(offer)?;
        schema_cache::store(&self.launch, &schemas, &identities, process.protocol()).await;
        Ok(offered)
    }

    fn taken(&self, offer: Offer) -> Result<Offered, Diagnostics> {
        let (remarks, capabilities) = (findings(offer.diagnostics.clone()), offer.capabilities);
        if remarks.has_errors() {
            return Err(remarks);
        }
        let schema = Arc::new(offer).provider_schema().map_err(|why| self.unusable(&why))?;
        Ok(Offered { schema: Arc::new(schema), capabilities, remarks })
    }

    fn unusable(&self, why: &str) -> Diagnostic {
        let detail = format!("The schemas of provider {} cannot be used: {why}.", self.source());
        Diagnostic::error(codes::provider::PLUGIN, "Failed to load plugin schemas", detail)
    }

    /// Whether it was asked about this configuration before, and had nothing to say. A plan asks twice, when all is
    /// validated and before it configures; some providers take seconds for the answer.
    pub(crate) fn has_accepted(&self, config: &Value) -> bool {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).contains(config)
    }

    pub(crate) fn accept(&self, config: Value) {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).push(config);
    }

    /// A process for calls that need no configuration.
    pub(crate) async fn unconfigured(&self) -> Result<Arc<Process>, Diagnostic> {
        let mut processes = self.processes.lock().await;
        let configured = processes.configured.iter().map(|(_, process)| process);
        if let Some(process) = processes.free.iter().chain(configured).find(|process| process.is_alive()) {
            return Ok(Arc::clone(process));
        }
        let process = self.start().await?;
        processes.free = Some(Arc::clone(&process));
        Ok(process)
    }

    /// A process with this configuration.
    pub(crate) async fn configured(
        &self,
        request: ConfigureRequest,
    ) -> Result<(Arc<Process>, Diagnostics), Diagnostics> {
        let offered = self.offered().await?;
        let ty = offered.schema.config.block.value_type();
        let mut processes = self.processes.lock().await;
        processes.configured.retain(|(_, process)| process.is_alive());
        if let Some((_, process)) = processes.configured.iter().find(|(config, _)| *config == request.config)
        {
            return Ok((Arc::clone(process), Diagnostics::new()));
        }
        let process = match processes.free.take().filter(|process| process.is_alive()) {
            Some(process) => process,
            None => self.start().await?,
        };
        let message = Configure {
            terraform_version: request.terraform_version,
            config: to_wire(&request.config, &ty)?,
            client_capabilities: Some(abilities(request.deferral_allowed)),
        };
        let reply: Findings = process.call(Method::Configure, &message).await?;
        let found = findings(reply.diagnostics);
        if !found.has_errors() {
            processes.configured.push((request.config, Arc::clone(&process)));
        }
        Ok((process, found))
    }

    async fn start(&self) -> Result<Arc<Process>, Diagnostic> {
        let process = Process::start(&self.launch).await?;
        if let Some(offered) = self.offered.get()
            && !offered.capabilities.get_provider_schema_optional
        {
            // Some providers get themselves ready when they are asked for their schemas.
            process.call_if_known(Method::Schema, &Empty {}).await?;
        }
        Ok(Arc::new(process))
    }

    /// Types of a resource type's values.
    pub(crate) async fn types(&self, kind: Kind, name: &str) -> Result<Arc<Types>, Diagnostics> {
        let schema = &self.offered().await?.schema;
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = types.entry((kind, Arc::from(name))).or_insert_with(|| {
            let table = match kind {
                Kind::Resource => &schema.resources,
                Kind::Data => &schema.data_sources,
                Kind::Ephemeral => &schema.ephemeral,
            };
            let object = table.get(name)?.block.value_type();
            let identity = schema.identities.get(name).filter(|_| kind == Kind::Resource);
            let identity = identity.map(|identity| identity.block.value_type());
            Some(Arc::new(Types { object, identity }))
        });
        entry.clone().ok_or_else(|| {
            let detail = format!("Provider {} has no type named {name:?} of that kind.", self.source());
            Diagnostic::error(codes::provider::PROVIDER_ERROR, "Invalid resource type", detail).into()
        })
    }
}
