//! Providers of a run: real ones, mocked ones, and stand-ins for single objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::{Mode, ProviderConfigAddr, ResourceInstance};
use ordain_config::testing::{MockAnswers, Override, OverrideKind};
use ordain_diag::{Diagnostic, Diagnostics};
use ordain_lang::World;
use ordain_provider::{
    ApplyReply, ApplyRequest, Block, ConfigureRequest, ImportRequest, Imported, MoveRequest, OpenReply,
    OpenRequest, PlanReply, PlanRequest, Provider, ProviderSchema, ProviderSource, ReadReply, ReadRequest,
    UpgradeRequest,
};
use ordain_value::Value;

use super::mocking::{Decide, Filler, empty_object};
use crate::plan_configuration::SchemasByAddress;
use crate::providers::Providers;

/// Where a run has its providers from.
pub(super) struct RunProviders {
    pub(super) real: Providers,
    pub(super) mocks: BTreeMap<ProviderConfigAddr, Arc<MockAnswers>>,
    pub(super) overrides: Vec<Override>,
    pub(super) schemas: SchemasByAddress,
    pub(super) world: Arc<dyn World>,
}

impl RunProviders {
    /// Schemas as the evaluation sees them: mocked providers demand no configuration.
    pub(super) fn adapted_schemas(&self) -> SchemasByAddress {
        let mut schemas = self.schemas.clone();
        for config in self.mocks.keys() {
            if let Some(schema) = schemas.get_mut(&config.provider) {
                let mut relaxed = (**schema).clone();
                relax(&mut relaxed.config.block);
                *schema = Arc::new(relaxed);
            }
        }
        schemas
    }
}

fn relax(block: &mut Block) {
    for attribute in block.attributes.values_mut() {
        attribute.flags.optional |= attribute.flags.required;
        attribute.flags.required = false;
    }
    block.blocks.values_mut().for_each(|nested| nested.min_items = 0);
}

#[async_trait]
impl ProviderSource for RunProviders {
    async fn instance(&self, address: &ProviderConfigAddr) -> Result<Arc<dyn Provider>, Diagnostics> {
        let real = self.real.make(&address.provider).map_err(Diagnostics::from)?;
        let (Some(mock), Some(schema)) =
            (self.mocks.get(&address.block()), self.schemas.get(&address.provider))
        else {
            return Ok(real);
        };
        let answers = Answers::Types(mock.clone());
        Ok(Arc::new(StandIn { real, schema: schema.clone(), answers, world: self.world.clone() }))
    }

    fn serve(
        &self,
        config: &ProviderConfigAddr,
        instance: &ResourceInstance,
        provider: Arc<dyn Provider>,
    ) -> Arc<dyn Provider> {
        let kind = match instance.resource.mode {
            Mode::Managed => OverrideKind::Resource,
            Mode::Data => OverrideKind::Data,
            Mode::Ephemeral => return provider,
        };
        let over = self.overrides.iter().find(|over| over.kind == kind && over.target.selects(instance));
        let (Some(over), Some(schema)) = (over, self.schemas.get(&config.provider)) else { return provider };
        let by_provider = self.mocks.get(config).is_some_and(|mock| mock.at_plan);
        let answers = Answers::One(over.values.clone(), over.at_plan.unwrap_or(by_provider));
        Arc::new(StandIn { real: provider, schema: schema.clone(), answers, world: self.world.clone() })
    }
}

/// What a stand-in answers with.
enum Answers {
    /// By type.
    Types(Arc<MockAnswers>),
    /// The same whatever is asked, and whether while planning already.
    One(Value, bool),
}

/// A provider that reaches nothing: what it would compute is given or made up. Whether a configuration is
/// valid is still for the real provider to say.
struct StandIn {
    real: Arc<dyn Provider>,
    schema: Arc<ProviderSchema>,
    answers: Answers,
    world: Arc<dyn World>,
}

impl StandIn {
    /// Values for a type, and whether they are decided while planning.
    fn values(&self, mode: Mode, name: &str) -> (Value, bool) {
        match &self.answers {
            Answers::One(values, at_plan) => (values.clone(), *at_plan),
            Answers::Types(mock) => match mock.types.get(&(mode, name.into())) {
                Some(given) => (given.defaults.clone(), given.at_plan.unwrap_or(mock.at_plan)),
                None => (Value::object(Vec::<(&str, Value)>::new()), mock.at_plan),
            },
        }
    }

    fn block(&self, mode: Mode, name: &str) -> Option<&Block> {
        let table = match mode {
            Mode::Managed => &self.schema.resources,
            Mode::Data => &self.schema.data_sources,
            Mode::Ephemeral => &self.schema.ephemeral,
        };
        table.get(name).map(|schema| &schema.block)
    }

    fn fill(&self, mode: Mode, name: &str, object: &Value, now: bool) -> (Value, Diagnostics) {
        let Some(block) = self.block(mode, name) else { return (object.clone(), Diagnostics::new()) };
        let mut filler = Filler { world: &*self.world, found: Diagnostics::new() };
        let (values, at_plan) = self.values(mode, name);
        let decide = if now || at_plan { Decide::Now(&values) } else { Decide::Later };
        let value = filler.fill(block, object, decide);
        (value, filler.found)
    }
}

#[async_trait]
impl Provider for StandIn {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        self.real.schema().await
    }

    async fn validate_config(&self, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn configure(&self, _request: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics {
        self.real.validate_resource(type_name, config).await
    }

    async fn validate_data(&self, type_name: &str, config: Value) -> Diagnostics {
        self.real.validate_data(type_name, config).await
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        self.real.upgrade(request).await
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        let ReadRequest { current, private, identity, .. } = request;
        (Some(ReadReply { state: current, private, identity }), Diagnostics::new())
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        let (planned, found) = if request.proposed.is_null() || !request.prior.is_null() {
            // What it was stays what it is: nobody outside changes anything.
            (request.proposed, Diagnostics::new())
        } else {
            self.fill(Mode::Managed, &request.type_name, &request.proposed, false)
        };
        let reply = PlanReply {
            planned,
            requires_replace: Vec::new(),
            planned_private: request.prior_private,
            planned_identity: request.prior_identity,
            legacy_type_system: true,
        };
        (Some(reply).filter(|_| !found.has_errors()), found)
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        let (state, found) = if request.planned.is_null() {
            (request.planned, Diagnostics::new())
        } else {
            self.fill(Mode::Managed, &request.type_name, &request.planned, true)
        };
        let reply = ApplyReply {
            state,
            private: request.planned_private,
            identity: request.planned_identity,
            legacy_type_system: true,
        };
        (Some(reply).filter(|_| !found.has_errors()), found)
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        let Some(block) = self.block(Mode::Managed, &request.type_name) else {
            return (Vec::new(), Diagnostics::new());
        };
        let empty = empty_object(block);
        let (state, found) = self.fill(Mode::Managed, &request.type_name, &empty, true);
        let imported =
            Imported { type_name: request.type_name, state, private: Vec::new(), identity: request.identity };
        (vec![imported], found)
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        let (value, found) = self.fill(Mode::Data, type_name, &config, true);
        (Some(value).filter(|_| !found.has_errors()), found)
    }

    async fn move_state(&self, request: MoveRequest) -> (Option<ReadReply>, Diagnostics) {
        self.real.move_state(request).await
    }

    async fn open(&self, request: OpenRequest) -> (Option<OpenReply>, Diagnostics) {
        let (result, found) = self.fill(Mode::Ephemeral, &request.type_name, &request.config, true);
        let reply = OpenReply { result, private: Vec::new(), renew_at: None };
        (Some(reply).filter(|_| !found.has_errors()), found)
    }

    async fn call_function(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Diagnostic> {
        self.real.call_function(name, arguments).await
    }

    fn has_effects(&self) -> bool {
        false
    }
}
