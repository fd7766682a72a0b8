//! A provider process as the provider that the engine knows.

use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, MoveRequest, OpenReply, OpenRequest,
    PlanReply, PlanRequest, Private, Provider, ProviderSchema, ReadReply, ReadRequest, UpgradeRequest,
};
use ordain_value::{Type, Value};
use tokio::sync::OnceCell;

use crate::convert::{About, findings, from_wire, identity_from_wire, identity_to_wire, path, to_wire};
use crate::deferral::Deferral;
use crate::messages::{self as wire, Deferred, DynamicValue, Findings, RawState};
use crate::method::Method;
use crate::plugin::{Kind, Plugin};
use crate::process::Process;
use crate::renewal::Renewals;

/// An external provider, in one configuration.
pub struct External {
    plugin: Arc<Plugin>,
    /// The process that has this configuration.
    process: Arc<OnceCell<Arc<Process>>>,
    /// Ephemeral resources that are open.
    renewals: Arc<Renewals>,
    /// Whether what is asked here may be put off.
    deferral: Deferral,
}

/// A reply beside findings; errors say why there is none.
type Answer<T> = Result<(Option<T>, Diagnostics), Diagnostics>;

impl External {
    pub(crate) fn new(plugin: Arc<Plugin>) -> Self {
        let (process, renewals) = (Arc::default(), Arc::default());
        Self { plugin, process, renewals, deferral: Deferral::default() }
    }

    async fn process(&self) -> Result<Arc<Process>, Diagnostics> {
        match self.process.get() {
            Some(process) => Ok(Arc::clone(process)),
            None => Ok(self.plugin.unconfigured().await?),
        }
    }

    fn about<'a>(&'a self, what: &'a str, summary: &'static str) -> About<'a> {
        About { source: self.plugin.source(), what, summary }
    }

    async fn validate(
        &self,
        method: Method,
        kind: Kind,
        name: &str,
        config: &Value,
    ) -> Result<Diagnostics, Diagnostics> {
        let types = self.plugin.types(kind, name).await?;
        let request = wire::ValidateType {
            type_name: name.to_owned(),
            config: to_wire(config, &types.object)?,
            client_capabilities: (method == Method::ValidateResource).then_some(self.deferral.abilities()),
        };
        let reply: Findings = self.process().await?.call(method, &request).await?;
        Ok(findings(reply.diagnostics))
    }

    async fn validate_provider(&self, config: &Value) -> Result<Diagnostics, Diagnostics> {
        if self.plugin.has_accepted(config) {
            return Ok(Diagnostics::new());
        }
        let ty = self.plugin.offered().await?.schema.config.block.value_type();
        let request = wire::ValidateProvider { config: to_wire(config, &ty)? };
        let reply: wire::ProviderFindings =
            self.process().await?.call(Method::ValidateProvider, &request).await?;
        let found = findings(reply.diagnostics);
        if found.is_empty() {
            self.plugin.accept(config.clone());
        }
        Ok(found)
    }

    async fn try_upgrade(&self, request: UpgradeRequest) -> Answer<Value> {
        let types = self.plugin.types(Kind::Resource, &request.type_name).await?;
        let message = wire::UpgradeState {
            type_name: request.type_name.clone(),
            version: i64::try_from(request.version).unwrap_or(i64::MAX),
            raw_state: Some(raw(&request.raw)),
        };
        let reply: wire::UpgradeStateReply =
            self.process().await?.call(Method::UpgradeState, &message).await?;
        let found = findings(reply.diagnostics);
        if found.has_errors() {
            return Ok((None, found));
        }
        let what = format!("the upgrade of {}", request.type_name);
        let about = self.about(&what, "Invalid resource state upgrade");
        let value = from_wire(reply.upgraded_state.as_ref(), &types.object, &about)?;
        Ok((Some(value), found))
    }

    async fn try_upgrade_identity(&self, request: UpgradeRequest) -> Answer<Value> {
        let types = self.plugin.types(Kind::Resource, &request.type_name).await?;
        let message = wire::UpgradeState {
            type_name: request.type_name.clone(),
            version: i64::try_from(request.version).unwrap_or(i64::MAX),
            raw_state: Some(raw(&request.raw)),
        };
        let reply: wire::UpgradeIdentityReply =
            self.process().await?.call(Method::UpgradeIdentity, &message).await?;
        let found = findings(reply.diagnostics);
        if found.has_errors() {
            return Ok((None, found));
        }
        let what = format!("the upgrade of an identity of {}", request.type_name);
        let about = self.about(&what, "Provider produced invalid identity");
        let value = identity_from_wire(reply.upgraded_identity.as_ref(), types.identity.as_ref(), &about)?;
        Ok((value, found))
    }

    async fn try_read(&self, request: ReadRequest) -> Answer<ReadReply> {
        let types = self.plugin.types(Kind::Resource, &request.type_name).await?;
        let message = wire::Read {
            type_name: request.type_name.clone(),
            current_state: to_wire(&request.current, &types.object)?,
            private: request.private.clone(),
            provider_meta: self.meta(request.provider_meta.as_ref()).await?,
            client_capabilities: Some(self.deferral.abilities()),
            current_identity: identity_to_wire(request.identity.as_ref(), types.identity.as_ref())?,
        };
        let reply: wire::ReadReply = self.process().await?.call(Method::Read, &message).await?;
        let found = self.settled(reply.diagnostics, reply.deferred);
        if found.has_errors() {
            return Ok((None, found));
        }
        if reply.deferred.is_some() {
            // Nothing new is known of it.
            let ReadRequest { current: state, private, identity, .. } = request;
            return Ok((Some(ReadReply { state, private, identity }), found));
        }
        let what = format!("the read of {}", request.type_name);
        let about = self.about(&what, "Provider produced invalid object");
        let state = from_wire(reply.new_state.as_ref(), &types.object, &about)?;
        let identity = identity_from_wire(reply.new_identity.as_ref(), types.identity.as_ref(), &about)?;
        Ok((Some(ReadReply { state, private: reply.private, identity }), found))
    }

    async fn try_plan(&self, request: PlanRequest) -> Answer<PlanReply> {
        let types = self.plugin.types(Kind::Resource, &request.type_name).await?;
        let object = &types.object;
        let message = wire::Plan {
            type_name: request.type_name.clone(),
            prior_state: to_wire(&request.prior, object)?,
            proposed_new_state: to_wire(&request.proposed, object)?,
            config: to_wire(&request.config, object)?,
            prior_private: request.prior_private,
            provider_meta: self.meta(request.provider_meta.as_ref()).await?,
            client_capabilities: Some(self.deferral.abilities()),
            prior_identity: identity_to_wire(request.prior_identity.as_ref(), types.identity.as_ref())?,
        };
        let reply: wire::PlanReply = self.process().await?.call(Method::Plan, &message).await?;
        let found = self.settled(reply.diagnostics, reply.deferred);
        if found.has_errors() {
            return Ok((None, found));
        }
        let what = format!("the plan of {}", request.type_name);
        let about = self.about(&what, "Provider produced invalid plan");
        let planned = match (&reply.planned_state, reply.deferred) {
            (None, Some(_)) => request.proposed,
            (state, _) => from_wire(state.as_ref(), object, &about)?,
        };
        let planned_identity =
            identity_from_wire(reply.planned_identity.as_ref(), types.identity.as_ref(), &about)?;
        let reply = PlanReply {
            planned,
            requires_replace: reply.requires_replace.into_iter().map(path).collect(),
            planned_private: reply.planned_private,
            planned_identity,
            legacy_type_system: reply.legacy_type_system,
        };
        Ok((Some(reply), found))
    }

    async fn try_apply(&self, request: ApplyRequest) -> Answer<ApplyReply> {
        let types = self.plugin.types(Kind::Resource, &request.type_name).await?;
        let object = &types.object;
        let message = wire::Apply {
            type_name: request.type_name.clone(),
            prior_state: to_wire(&request.prior, object)?,
            planned_state: to_wire(&request.planned, object)?,
            config: to_wire(&request.config, object)?,
            planned_private: request.planned_private,
            provider_meta: self.meta(request.provider_meta.as_ref()).await?,
            planned_identity: identity_to_wire(request.planned_identity.as_ref(), types.identity.as_ref())?,
        };
        let reply: wire::ApplyReply = self.process().await?.call(Method::Apply, &message).await?;
        let mut found = findings(reply.diagnostics);
        let what = format!("the apply of {}", request.type_name);
        let about = self.about(&what, "Provider produced invalid object");
        // What came of it is kept as far as it can be read, whatever else is wrong.
        let state = match from_wire(reply.new_state.as_ref(), object, &about) {
            Ok(state) => state,
            Err(error) => {
                found.push(error);
                return Ok((None, found));
            }
        };
        let identity = identity_from_wire(reply.new_identity.as_ref(), types.identity.as_ref(), &about);
        let identity = identity.unwrap_or_else(|error| {
            found.push(error);
            None
        });
        let reply = ApplyReply {
            state,
            private: reply.private,
            identity,
            legacy_type_system: reply.legacy_type_system,
        };
        Ok((Some(reply), found))
    }

    async fn try_import(&self, request: ImportRequest) -> Answer<Vec<Imported>> {
        let types = self.plugin.types(Kind::Resource, &request.type_name).await?;
        let message = wire::Import {
            type_name: request.type_name.clone(),
            id: request.id,
            client_capabilities: Some(self.deferral.abilities()),
            identity: identity_to_wire(request.identity.as_ref(), types.identity.as_ref())?,
        };
        let reply: wire::ImportReply = self.process().await?.call(Method::Import, &message).await?;
        let found = self.settled(reply.diagnostics, reply.deferred);
        if found.has_errors() {
            return Ok((None, found));
        }
        let mut objects = Vec::with_capacity(reply.imported_resources.len());
        for imported in reply.imported_resources {
            objects.push(self.imported(imported).await?);
        }
        Ok((Some(objects), found))
    }

    async fn imported(&self, imported: wire::ImportedResource) -> Result<Imported, Diagnostics> {
        // One import may find objects of several types.
        let types = self.plugin.types(Kind::Resource, &imported.type_name).await?;
        let what = format!("the import of {}", imported.type_name);
        let about = self.about(&what, "Provider produced invalid object");
        Ok(Imported {
            state: from_wire(imported.state.as_ref(), &types.object, &about)?,
            private: imported.private,
            identity: identity_from_wire(imported.identity.as_ref(), types.identity.as_ref(), &about)?,
            type_name: imported.type_name,
        })
    }

    async fn try_read_data(&self, name: &str, config: &Value, meta: Option<&Value>) -> Answer<Value> {
        let types = self.plugin.types(Kind::Data, name).await?;
        let message = wire::ReadData {
            type_name: name.to_owned(),
            config: to_wire(config, &types.object)?,
            provider_meta: self.meta(meta).await?,
            client_capabilities: Some(self.deferral.abilities()),
        };
        let reply: wire::ReadDataReply = self.process().await?.call(Method::ReadData, &message).await?;
        let found = self.settled(reply.diagnostics, reply.deferred);
        if found.has_errors() {
            return Ok((None, found));
        }
        if reply.deferred.is_some() {
            return Ok((None, found));
        }
        let what = format!("the read of data source {name}");
        let about = self.about(&what, "Provider produced invalid object");
        let value = from_wire(reply.state.as_ref(), &types.object, &about)?;
        Ok((Some(value), found))
    }

    async fn try_move(&self, request: MoveRequest) -> Answer<ReadReply> {
        let offered = self.plugin.offered().await?;
        if !offered.capabilities.move_resource_state {
            let detail = format!(
                "Provider {} cannot turn an object of type {} into one of type {}.",
                self.plugin.source(),
                request.source_type,
                request.target_type
            );
            let summary = "Move across resource types is not supported";
            return Err(Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into());
        }
        let types = self.plugin.types(Kind::Resource, &request.target_type).await?;
        let message = wire::Move {
            source_provider_address: request.source_provider,
            source_type_name: request.source_type,
            source_schema_version: i64::try_from(request.source_version).unwrap_or(i64::MAX),
            source_state: Some(raw(&request.source_state)),
            target_type_name: request.target_type.clone(),
            source_private: request.source_private,
        };
        let reply: wire::MoveReply = self.process().await?.call(Method::Move, &message).await?;
        let found = findings(reply.diagnostics);
        if found.has_errors() {
            return Ok((None, found));
        }
        let what = format!("the move to {}", request.target_type);
        let about = self.about(&what, "Provider produced invalid object");
        let state = from_wire(reply.target_state.as_ref(), &types.object, &about)?;
        let identity = identity_from_wire(reply.target_identity.as_ref(), types.identity.as_ref(), &about)?;
        Ok((Some(ReadReply { state, private: reply.target_private, identity }), found))
    }

    async fn try_open(&self, request: OpenRequest) -> Answer<OpenReply> {
        let types = self.plugin.types(Kind::Ephemeral, &request.type_name).await?;
        let message = wire::ValidateType {
            type_name: request.type_name.clone(),
            config: to_wire(&request.config, &types.object)?,
            client_capabilities: Some(self.deferral.abilities()),
        };
        let process = self.process().await?;
        let reply: wire::OpenReply = process.call(Method::Open, &message).await?;
        let found = self.settled(reply.diagnostics, reply.deferred);
        if found.has_errors() {
            return Ok((None, found));
        }
        if reply.deferred.is_some() {
            return Ok((None, found));
        }
        let what = format!("the opening of {}", request.type_name);
        let about = self.about(&what, "Provider produced invalid object");
        let result = from_wire(reply.result.as_ref(), &types.object, &about)?;
        let private = reply.private.unwrap_or_default();
        if let Some(at) = reply.renew_at {
            self.renewals.begin(process, &request.type_name, &private, at);
        }
        Ok((Some(OpenReply { result, private, renew_at: reply.renew_at.map(millis) }), found))
    }

    async fn try_renew(&self, name: &str, private: Private) -> Answer<OpenReply> {
        let message = wire::Held { type_name: name.to_owned(), private: Some(private) };
        let reply: wire::RenewReply = self.process().await?.call(Method::Renew, &message).await?;
        let found = findings(reply.diagnostics);
        let reply = OpenReply {
            result: Value::null(Type::Dynamic),
            private: reply.private.unwrap_or_default(),
            renew_at: reply.renew_at.map(millis),
        };
        Ok(((!found.has_errors()).then_some(reply), found))
    }

    async fn try_close(&self, name: &str, private: Private) -> Result<Diagnostics, Diagnostics> {
        let (private, mut found) = self.renewals.end(name, private);
        let message = wire::Held { type_name: name.to_owned(), private: Some(private) };
        let reply: Findings = self.process().await?.call(Method::Close, &message).await?;
        found.append(findings(reply.diagnostics));
        Ok(found)
    }

    async fn try_call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Diagnostics> {
        let function = self.plugin.offered().await?.schema.functions.get(name).cloned();
        let function = function.ok_or_else(|| {
            let detail = format!("Provider {} has no function {name}.", self.plugin.source());
            Diagnostic::error(codes::lang::UNKNOWN_FUNCTION, "No such function", detail)
        })?;
        let mut sent = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let parameter = function.parameters.get(at).or(function.variadic.as_ref());
            let ty = parameter.map_or(Type::Dynamic, |parameter| parameter.ty.clone());
            sent.extend(to_wire(argument, &ty)?);
        }
        let message = wire::CallFunction { name: name.to_owned(), arguments: sent };
        let reply: wire::CallFunctionReply =
            self.process().await?.call(Method::CallFunction, &message).await?;
        if let Some(error) = reply.error {
            let error_at = error.function_argument.and_then(|at| u64::try_from(at).ok());
            let diagnostic =
                Diagnostic::error(codes::provider::PROVIDER_ERROR, "Error in function call", error.text);
            return Err(diagnostic
                .with_attribute(error_at.map(AttributeStep::Index).into_iter().collect())
                .into());
        }
        let what = format!("function {name}");
        let about = self.about(&what, "Provider produced invalid object");
        Ok(from_wire(reply.result.as_ref(), &function.result, &about)?)
    }

    /// A `provider_meta` block's value. Providers that have such a block are always sent one.
    async fn meta(&self, value: Option<&Value>) -> Result<Option<DynamicValue>, Diagnostics> {
        let Some(schema) = &self.plugin.offered().await?.schema.meta else { return Ok(None) };
        let ty = schema.block.value_type();
        let absent = Value::null(ty.clone());
        Ok(to_wire(value.unwrap_or(&absent), &ty)?)
    }

    /// What was found, with an error where an answer is put off although nobody allowed it.
    fn settled(&self, found: Vec<wire::Diagnostic>, deferred: Option<Deferred>) -> Diagnostics {
        self.deferral.note(deferred, findings(found), self.plugin.source())
    }
}

fn raw(stored: &serde_json::Value) -> RawState {
    RawState { json: stored.to_string().into_bytes().into(), flatmap: Default::default() }
}

fn millis(time: wire::Timestamp) -> i64 {
    time.seconds.saturating_mul(1000).saturating_add(i64::from(time.nanos / 1_000_000))
}

fn answered<T>(answer: Answer<T>) -> (Option<T>, Diagnostics) {
    answer.unwrap_or_else(|errors| (None, errors))
}

fn found(result: Result<Diagnostics, Diagnostics>) -> Diagnostics {
    result.unwrap_or_else(|errors| errors)
}

#[async_trait]
impl Provider for External {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        match self.plugin.offered().await {
            Ok(offered) => (Some(Arc::clone(&offered.schema)), offered.remarks.clone()),
            Err(errors) => (None, errors),
        }
    }

    async fn validate_config(&self, config: Value) -> Diagnostics {
        found(self.validate_provider(&config).await)
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        match self.plugin.configured(request).await {
            Ok((process, found)) => {
                let _ = self.process.set(process);
                found
            }
            Err(errors) => errors,
        }
    }

    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics {
        found(self.validate(Method::ValidateResource, Kind::Resource, type_name, &config).await)
    }

    async fn validate_data(&self, type_name: &str, config: Value) -> Diagnostics {
        found(self.validate(Method::ValidateData, Kind::Data, type_name, &config).await)
    }

    async fn validate_ephemeral(&self, type_name: &str, config: Value) -> Diagnostics {
        found(self.validate(Method::ValidateEphemeral, Kind::Ephemeral, type_name, &config).await)
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        answered(self.try_upgrade(request).await)
    }

    async fn upgrade_identity(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        answered(self.try_upgrade_identity(request).await)
    }

    fn deferring(&self) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(External {
            plugin: Arc::clone(&self.plugin),
            process: Arc::clone(&self.process),
            renewals: Arc::clone(&self.renewals),
            deferral: Deferral::allowed(),
        }))
    }

    fn put_off(&self) -> Option<&'static str> {
        self.deferral.why()
    }

    async fn plans_destroy(&self) -> bool {
        match self.plugin.offered().await {
            Ok(offered) => offered.capabilities.plan_destroy,
            Err(_) => false,
        }
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        answered(self.try_read(request).await)
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        answered(self.try_plan(request).await)
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        answered(self.try_apply(request).await)
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        let (objects, found) = answered(self.try_import(request).await);
        (objects.unwrap_or_default(), found)
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        answered(self.try_read_data(type_name, &config, None).await)
    }

    async fn read_data_with(
        &self,
        type_name: &str,
        config: Value,
        provider_meta: Option<Value>,
    ) -> (Option<Value>, Diagnostics) {
        answered(self.try_read_data(type_name, &config, provider_meta.as_ref()).await)
    }

    async fn move_state(&self, request: MoveRequest) -> (Option<ReadReply>, Diagnostics) {
        answered(self.try_move(request).await)
    }

    async fn open(&self, request: OpenRequest) -> (Option<OpenReply>, Diagnostics) {
        answered(self.try_open(request).await)
    }

    async fn renew(&self, type_name: &str, private: Private) -> (Option<OpenReply>, Diagnostics) {
        answered(self.try_renew(type_name, private).await)
    }

    async fn close(&self, type_name: &str, private: Private) -> Diagnostics {
        found(self.try_close(type_name, private).await)
    }

    async fn call_function(&self, name: &str, arguments: Vec<Value>) -> Result<Value, Diagnostic> {
        self.try_call(name, arguments).await.map_err(|errors| {
            let mut errors = errors.into_iter();
            errors.next().unwrap_or_else(|| {
                Diagnostic::error(codes::provider::PROVIDER_ERROR, "Error in function call", "It failed.")
            })
        })
    }

    async fn stop(&self) {
        if let Some(process) = self.process.get() {
            process.stop().await;
        }
    }
}
