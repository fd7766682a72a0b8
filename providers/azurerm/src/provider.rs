//! The provider contract, for all types at once.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use ordain_azure::Scope;
use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_http::Environment;
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, PlanReply, PlanRequest, Provider,
    ProviderSchema, ReadReply, ReadRequest, UpgradeRequest,
};
use ordain_value::{Kind, Value};
use serde_json::Value as Json;

use crate::failure::Failure;
use crate::resources::{Read, Resource, data_source, resource};
use crate::session::Session;
use ordain_sdk::{
    Timeouts, TypeTree, View, build, copy_timeouts, normalise_nulls, nullable, plan_object, to_json,
    validate, with_removed,
};

/// The native provider `hashicorp/azurerm`.
///
/// `stop` is not acted on: an operation that was started is followed to its end, because Azure carries it on
/// anyhow and its result would be missing in the state. The caller starts no further ones.
pub struct AzureRm {
    env: Environment,
    schema: Arc<ProviderSchema>,
    config: TypeTree,
    resources: BTreeMap<String, TypeTree>,
    data: BTreeMap<String, TypeTree>,
    session: RwLock<Option<Arc<Session>>>,
}

impl std::fmt::Debug for AzureRm {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AzureRm")
    }
}

const SCHEMA: &str = include_str!("../data/schema.json");
const RULES: &str = include_str!("../data/rules.json");

fn broken(what: &str, why: impl std::fmt::Display) -> Diagnostic {
    let detail = format!("The {what} that is built into the provider cannot be read: {why}. This is a bug.");
    Diagnostic::error(codes::provider::PROVIDER_ERROR, "Broken built-in data", detail)
}

impl AzureRm {
    /// A provider that is not configured yet. `env` holds the environment variables it may see (`ARM_*`,
    /// `ACTIONS_ID_TOKEN_REQUEST_*`, `SSL_CERT_FILE`, proxies, and what the Azure CLI needs).
    ///
    /// # Errors
    /// The built-in schema is broken.
    pub fn new(env: Environment) -> Result<Self, Diagnostic> {
        let document: Json = serde_json::from_str(SCHEMA).map_err(|error| broken("schema", error))?;
        let schema =
            ordain_provider::schema_json::from_json(&document).map_err(|error| broken("schema", error))?;
        let rules: Json = serde_json::from_str(RULES).map_err(|error| broken("table of rules", error))?;
        let tree = |name: &str, schema: &ordain_provider::Schema, key: &str| {
            (name.to_owned(), TypeTree::new(name, schema, rules.get(key), &crate::named_rules::RULES))
        };
        let resources = schema.resources.iter().map(|(name, schema)| tree(name, schema, name)).collect();
        let data =
            schema.data_sources.iter().map(|(name, schema)| tree(name, schema, &format!("data.{name}")));
        Ok(Self {
            env,
            config: TypeTree::new(
                "provider",
                &schema.config,
                rules.get("provider"),
                &crate::named_rules::RULES,
            ),
            resources,
            data: data.collect(),
            schema: Arc::new(schema),
            session: RwLock::new(None),
        })
    }

    fn resource(&self, type_name: &str) -> Result<(&TypeTree, &'static dyn Resource), Diagnostic> {
        match (self.resources.get(type_name), resource(type_name)) {
            (Some(tree), Some(resource)) => Ok((tree, resource)),
            _ => Err(unknown_type("resource type", type_name)),
        }
    }

    fn session(&self) -> Result<Arc<Session>, Diagnostic> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        session.clone().ok_or_else(|| {
            let detail = "A part of the provider's configuration is known only after apply, so nothing can be read from \
                          Azure yet. Apply what it depends on first.";
            Diagnostic::error(codes::provider::PROVIDER_CONFIG, "The provider azurerm is not configured", detail)
        })
    }
}

fn unknown_type(kind: &str, name: &str) -> Diagnostic {
    let detail = format!("The native provider azurerm has no {kind} {name}.");
    Diagnostic::error(codes::provider::PROVIDER_ERROR, format!("Unknown {kind}"), detail)
}

fn id_of(value: &Value) -> String {
    value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The object after it was read: over what was stored.
fn refreshed(tree: &TypeTree, read: &Read, current: &Value) -> Value {
    copy_timeouts(normalise_nulls(build(&tree.fields, read, current), current, false), current)
}

/// The object after an apply: in agreement with the plan.
fn applied(tree: &TypeTree, read: &Read, request: &ApplyRequest) -> Value {
    let base = with_removed(&request.planned, &request.prior);
    agreeing(build(&tree.fields, read, &base), &request.planned)
}

/// An object after an apply, with what of the plan it must agree with.
fn agreeing(object: Value, planned: &Value) -> Value {
    copy_timeouts(normalise_nulls(object, planned, true), planned)
}

#[async_trait]
impl Provider for AzureRm {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        (Some(self.schema.clone()), Diagnostics::new())
    }

    fn gaps(&self) -> ordain_provider::Gaps {
        &[("provider", &["auxiliary_tenant_ids"])]
    }

    async fn validate_config(&self, config: Value) -> Diagnostics {
        crate::config::validate(&self.config, &config)
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let (config, _) = request.config.unmark_deep();
        if crate::config::is_unknown(&config) {
            *self.session.write().unwrap_or_else(PoisonError::into_inner) = None;
            return Diagnostics::new();
        }
        let mut found = crate::config::unsupported(&config);
        if found.has_errors() {
            return found;
        }
        match Session::open(&to_json(&config), &self.env).await {
            Ok(session) => {
                *self.session.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(session));
            }
            Err(error) => found.push(error.into_diagnostic()),
        }
        found
    }

    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics {
        match self.resource(type_name) {
            Ok((tree, _)) => validate(tree, &config),
            Err(error) => error.into(),
        }
    }

    async fn validate_data(&self, type_name: &str, config: Value) -> Diagnostics {
        match self.data.get(type_name) {
            Some(tree) => validate(tree, &config),
            None => unknown_type("data source", type_name).into(),
        }
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        let (tree, _) = match self.resource(&request.type_name) {
            Ok(found) => found,
            Err(error) => return (None, error.into()),
        };
        if request.version > tree.version {
            let detail = format!(
                "The object was stored with schema version {} of {}, but this provider knows only version {}.",
                request.version, tree.name, tree.version
            );
            let summary = "Resource instance managed by newer provider version";
            return (None, Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail).into());
        }
        let mut raw = request.raw;
        if request.version < tree.version
            && let Some(id) = raw.get("id").and_then(Json::as_str).map(fix_case)
            && let Some(members) = raw.as_object_mut()
        {
            members.insert("id".to_owned(), Json::String(id));
        }
        (Some(nullable(&tree.object, &raw)), Diagnostics::new())
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        let done = async {
            let (tree, resource) = self.resource(&request.type_name)?;
            let session = self.session()?;
            let timeouts = Timeouts::stored(tree, &request.private);
            let scope = Scope::within(timeouts.get("read"));
            let known = to_json(&request.current);
            let read = resource.read(&session, &id_of(&request.current), &known, &scope).await?;
            let state = match read {
                Some(read) => refreshed(tree, &read, &request.current),
                None => Value::null(tree.object.clone()),
            };
            Ok::<_, Failure>(ReadReply { state, private: request.private.clone(), identity: None })
        };
        match done.await {
            Ok(reply) => (Some(reply), Diagnostics::new()),
            Err(failure) => (None, failure.diagnostic.into()),
        }
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        let (tree, resource) = match self.resource(&request.type_name) {
            Ok(found) => found,
            Err(error) => return (None, error.into()),
        };
        plan_object(tree, &request, |planned| resource.customise(&request.prior, &request.config, planned))
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        let (tree, resource) = match self.resource(&request.type_name) {
            Ok(found) => found,
            Err(error) => return (None, error.into()),
        };
        let reply = |state: Value| ApplyReply {
            state,
            private: request.planned_private.clone(),
            identity: None,
            legacy_type_system: true,
        };
        let gone = || Value::null(tree.object.clone());
        let session = match self.session() {
            Ok(session) => session,
            Err(error) => return (Some(reply(request.prior.clone())), error.into()),
        };
        let timeouts = Timeouts::stored(tree, &request.planned_private);
        let view = View { planned: to_json(&request.planned), prior: to_json(&request.prior) };
        let id = id_of(&request.prior);
        if request.planned.is_null() {
            let scope = Scope::within(timeouts.get("delete"));
            return match resource.delete(&session, &id, &view.prior, &scope).await {
                Ok(()) => (Some(reply(gone())), Diagnostics::new()),
                Err(failure) => (Some(reply(request.prior.clone())), failure.diagnostic.into()),
            };
        }
        let creating = request.prior.is_null();
        let scope = Scope::within(timeouts.get(if creating { "create" } else { "update" }));
        let done = if creating {
            resource.create(&session, &view, &scope).await
        } else {
            resource.update(&session, &id, &view, &scope).await
        };
        match done {
            Ok(read) => (Some(reply(applied(tree, &read, &request))), Diagnostics::new()),
            Err(failure) => {
                let state = match &failure.left {
                    Some(left) => applied(tree, left, &request),
                    None if creating => request.prior.clone(),
                    // The original takes the planned sets and time-outs into the state even then.
                    None => agreeing(request.prior.clone(), &request.planned),
                };
                (Some(reply(state)), failure.diagnostic.into())
            }
        }
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        let (tree, resource) = match self.resource(&request.type_name) {
            Ok(found) => found,
            Err(error) => return (Vec::new(), error.into()),
        };
        if let Err(failure) = resource.check_id(&request.id) {
            return (Vec::new(), failure.diagnostic.into());
        }
        let empty = nullable(&tree.object, &Json::Null);
        let mut read = Read::new();
        read.insert("id".to_owned(), Json::String(request.id.clone()));
        let state = build(&tree.fields, &read, &empty);
        let private = Timeouts::of(tree, &state).store(tree, true);
        (vec![Imported { type_name: request.type_name, state, private, identity: None }], Diagnostics::new())
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        let (Some(tree), Some(source)) = (self.data.get(type_name), data_source(type_name)) else {
            return (None, unknown_type("data source", type_name).into());
        };
        let session = match self.session() {
            Ok(session) => session,
            Err(error) => return (None, error.into()),
        };
        let scope = Scope::within(std::time::Duration::from_secs(300));
        match source.read(&session, &to_json(&config), &scope).await {
            Ok(read) => (Some(refreshed(tree, &read, &config)), Diagnostics::new()),
            Err(failure) => (None, failure.diagnostic.into()),
        }
    }
}

/// Ids that early versions stored with other letter cases.
fn fix_case(id: &str) -> String {
    let names = ["subscriptions", "resourceGroups", "providers", "managedClusters", "agentPools"];
    let parts = id.split('/').map(|part| {
        let known = names.iter().find(|name| name.eq_ignore_ascii_case(part));
        known.map_or(part, |name| *name)
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Where a diagnostic of the provider block points.
pub(crate) fn at(name: &str) -> Vec<AttributeStep> {
    vec![AttributeStep::Name(name.to_owned())]
}

/// Whether a value holds nothing that was set.
pub(crate) fn is_unset(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) => true,
        Kind::String(text) => text.is_empty(),
        _ => value.as_items().is_some_and(<[Value]>::is_empty),
    }
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
