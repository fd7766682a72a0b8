//! The provider contract.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_http::{Cancel, Environment};
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, PlanReply, PlanRequest, Provider,
    ProviderSchema, ReadReply, ReadRequest, UpgradeRequest,
};
use ordain_value::{Type, Value, json as value_json};
use serde_json::{Value as Json, json};

use crate::arguments::Arguments;
use crate::cluster::{Cluster, Deadline};
use crate::failure::Failure;
use crate::install::{Unfinished, install};
use crate::release::Release;
use crate::session::Session;
use crate::sources::Sources;
use crate::{plan, state, store, template_data, uninstall, upgrade};

const RELEASE: &str = "helm_release";
const TEMPLATE: &str = "helm_template";
const SCHEMA: &str = include_str!("../data/schema.json");
const NOT_FOUND: &str = "release: not found";

/// The native provider `hashicorp/helm`.
pub struct Helm {
    env: Environment,
    directory: PathBuf,
    cancel: Cancel,
    schema: Arc<ProviderSchema>,
    release: Type,
    template: Type,
    sources: Sources,
    session: RwLock<Option<Arc<Session>>>,
}

impl std::fmt::Debug for Helm {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Helm")
    }
}

impl Helm {
    /// A provider that is not configured yet. `env` holds the environment variables it may see (`KUBE_*`, `HELM_NAMESPACE`,
    /// `HOME`, `SSL_CERT_FILE`, proxies); relative paths start at `directory`.
    ///
    /// # Errors
    /// The built-in schema is broken.
    pub fn new(env: Environment, directory: PathBuf) -> Result<Self, Diagnostic> {
        let broken = |why: String| {
            let detail =
                format!("The schema that is built into the provider cannot be read: {why}. This is a bug.");
            Diagnostic::error(codes::provider::PROVIDER_ERROR, "Broken built-in data", detail)
        };
        let document: Json = serde_json::from_str(SCHEMA).map_err(|e| broken(e.to_string()))?;
        let schema = ordain_provider::schema_json::from_json(&document).map_err(broken)?;
        let release = schema.resources.get(RELEASE).map(|s| s.block.value_type());
        let template = schema.data_sources.get(TEMPLATE).map(|s| s.block.value_type());
        let (Some(release), Some(template)) = (release, template) else {
            return Err(broken("a type is missing".into()));
        };
        let cancel = Cancel::new();
        let sources = Sources::new(env.clone(), directory.clone(), cancel.clone());
        let session = RwLock::new(None);
        Ok(Self { env, directory, cancel, schema: Arc::new(schema), release, template, sources, session })
    }

    async fn cluster(&self, namespace: &str) -> Result<Arc<Cluster>, Failure> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner).clone();
        let session = session.ok_or_else(|| {
            let detail = "A part of the provider's configuration is known only after apply, so the cluster cannot be asked \
                          yet. Apply what it depends on first.";
            Failure::new("The provider helm is not configured", detail)
        })?;
        let client = session.client(&self.env, &self.cancel).await?.for_work();
        Ok(Arc::new(Cluster::new(client, if namespace.is_empty() { "default" } else { namespace })))
    }

    fn known(&self, type_name: &str) -> Result<(), Diagnostic> {
        if type_name == RELEASE {
            return Ok(());
        }
        let detail = format!("The native provider helm has no resource type {type_name}.");
        Err(Diagnostic::error(codes::provider::PROVIDER_ERROR, "Unknown resource type", detail))
    }

    /// The last revision, if the release exists.
    async fn last(&self, namespace: &str, name: &str) -> Result<Option<Release>, Failure> {
        let cluster = self.cluster(namespace).await?;
        let history = store::history(&cluster, name).await;
        let history = history.map_err(|e| Failure::new("Error checking for release", e))?;
        Ok(history.last().cloned())
    }

    async fn make(&self, arguments: &Arguments) -> Result<Value, (Option<Failure>, Failure)> {
        let plain = |failure| (None, failure);
        let cluster = self.cluster(arguments.text("namespace")).await.map_err(plain)?;
        let chart = self.sources.chart(arguments).await.map_err(plain)?;
        let values = arguments.values().map_err(plain)?;
        let exists =
            || async { store::history(&cluster, arguments.text("name")).await.map(|h| !h.is_empty()) };
        if arguments.flag("upgrade_install") && exists().await.unwrap_or(false) {
            return self.change(arguments).await.map_err(plain);
        }
        let name = arguments.text("name");
        match install(&cluster, arguments, &chart, &values).await {
            Ok(release) => state::object(arguments, &release, &self.release).map_err(plain),
            Err(Unfinished::Nothing(why)) => Err((None, Failure::new("installation failed", why))),
            Err(Unfinished::Failed(why)) => {
                let told = format!(
                    "Helm release {name:?} was created but has a failed status. Use the `helm` command to investigate the error, correct it, then run Terraform again."
                );
                let warning = Failure::new("Helm release created with warnings", told);
                Err((Some(warning), Failure::new("Helm release error", why).through(&cluster.client)))
            }
        }
    }

    async fn change(&self, arguments: &Arguments) -> Result<Value, Failure> {
        let cluster = self.cluster(arguments.text("namespace")).await?;
        let chart = self.sources.chart(arguments).await?;
        let values = arguments.values()?;
        let release = upgrade::upgrade(&cluster, arguments, &chart, values).await;
        let release = release.map_err(|why| {
            Failure::new("Error upgrading chart", format!("Upgrade failed: {why}")).through(&cluster.client)
        })?;
        state::object(arguments, &release, &self.release)
    }

    async fn destroy(&self, prior: &Value) -> Result<(), Failure> {
        let arguments = state::arguments(prior)?;
        let cluster = self.cluster(arguments.text("namespace")).await?;
        let (hooks, wait) = (!arguments.flag("disable_webhooks"), arguments.flag("wait"));
        let deadline = Deadline::after(arguments.timeout());
        uninstall::uninstall(&cluster, arguments.text("name"), hooks, wait, deadline).await.map_err(|why| {
            Failure::new("Error uninstalling release", format!("Unable to uninstall Helm release: {why}"))
                .through(&cluster.client)
        })
    }

    async fn refreshed(&self, current: &Value) -> Result<Value, Failure> {
        let arguments = state::arguments(current)?;
        match self.last(arguments.text("namespace"), arguments.text("name")).await? {
            Some(release) => state::object(&arguments, &release, &self.release),
            None => Ok(Value::null(self.release.clone())),
        }
    }

    async fn imported(&self, id: &str) -> Result<Value, Failure> {
        let Some((namespace, name)) = id.split_once('/').filter(|(ns, n)| !ns.is_empty() && !n.is_empty())
        else {
            let detail = format!("Expected an import id of the form namespace/name, got {id:?}.");
            return Err(Failure::new("Unable to parse identifier", detail));
        };
        let Some(release) = self.last(namespace, name).await? else {
            return Err(Failure::new("Error reading release", format!("{name} in {namespace}: {NOT_FOUND}")));
        };
        let mut known = plan::defaults(&self.env);
        if let Some(members) = known.as_object_mut() {
            members.insert("chart".to_owned(), json!(release.chart_metadata("name")));
        }
        state::object(&Arguments(known), &release, &self.release)
    }
}

/// `set` entries have one of a few types.
fn check_set(config: &Value) -> Diagnostics {
    const KNOWN: [&str; 3] = ["auto", "string", "literal"];
    let mut found = Diagnostics::new();
    for attribute in ["set", "set_sensitive"] {
        let items = config.get(attribute).and_then(Value::as_items).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            let given = item.get("type").and_then(Value::as_str).unwrap_or_default();
            if !given.is_empty() && !KNOWN.contains(&given) {
                let place = format!("Attribute {attribute}[{index}].type value must be one of");
                let detail = format!("{place}: [\"auto\" \"string\" \"literal\"], got: {given:?}");
                let summary = "Invalid Attribute Value Match";
                found.push(Diagnostic::error(codes::provider::PROVIDER_ERROR, summary, detail));
            }
        }
    }
    found
}

#[async_trait]
impl Provider for Helm {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        (Some(Arc::clone(&self.schema)), Diagnostics::new())
    }

    fn gaps(&self) -> ordain_provider::Gaps {
        // Kept in step with what `plan`, `sources` and `session` refuse.
        &[
            ("provider", &["registries"]),
            (
                "helm_release",
                &["dependency_update", "disable_crd_hooks", "lint", "postrender", "recreate_pods", "verify"],
            ),
            ("data.helm_template", &["dependency_update", "postrender", "verify"]),
        ]
    }

    async fn validate_config(&self, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let (config, _) = request.config.unmark_deep();
        let opened = if config.is_wholly_known() {
            let json = if config.is_null() { Ok(Json::Null) } else { value_json::to_plain_json(&config) };
            json.map_err(|e| Failure::new("Invalid provider configuration", e.to_string()))
                .and_then(|json| Session::open(&json, &self.env, &self.directory))
                .map(|session| Some(Arc::new(session)))
        } else {
            Ok(None)
        };
        match opened {
            Ok(session) => {
                *self.session.write().unwrap_or_else(PoisonError::into_inner) = session;
                Diagnostics::new()
            }
            Err(failure) => failure.diagnostic().into(),
        }
    }

    async fn validate_resource(&self, type_name: &str, config: Value) -> Diagnostics {
        match self.known(type_name) {
            Ok(()) => check_set(&config.unmark_deep().0),
            Err(error) => error.into(),
        }
    }

    async fn validate_data(&self, _type_name: &str, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn upgrade(&self, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
        if let Err(error) = self.known(&request.type_name) {
            return (None, error.into());
        }
        let raw = if request.version < 2 { state::upgraded(request.raw) } else { request.raw };
        let raw = state::trimmed(raw, &self.release);
        match value_json::from_json(&raw, &self.release) {
            Ok(value) => (Some(value), Diagnostics::new()),
            Err(error) => {
                let summary = "Unable to upgrade resource state";
                (None, Failure::new(summary, error.to_string()).diagnostic().into())
            }
        }
    }

    async fn read(&self, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
        if let Err(error) = self.known(&request.type_name) {
            return (None, error.into());
        }
        match self.refreshed(&request.current).await {
            Ok(state) => {
                (Some(ReadReply { state, private: request.private, identity: None }), Diagnostics::new())
            }
            Err(failure) => (None, failure.diagnostic().into()),
        }
    }

    async fn plan(&self, request: PlanRequest) -> (Option<PlanReply>, Diagnostics) {
        if let Err(error) = self.known(&request.type_name) {
            return (None, error.into());
        }
        let reply = |planned, requires_replace| PlanReply {
            planned,
            requires_replace,
            planned_private: request.prior_private.clone(),
            planned_identity: None,
            legacy_type_system: false,
        };
        if request.proposed.is_null() {
            return (Some(reply(request.proposed.clone(), Vec::new())), Diagnostics::new());
        }
        match plan::plan(&self.sources, &self.env, &self.release, &request).await {
            Ok(planned) => (Some(reply(planned.object, planned.replace)), Diagnostics::new()),
            Err(failure) => (None, failure.diagnostic().into()),
        }
    }

    async fn apply(&self, request: ApplyRequest) -> (Option<ApplyReply>, Diagnostics) {
        if let Err(error) = self.known(&request.type_name) {
            return (None, error.into());
        }
        let reply = |state: Value| ApplyReply {
            state,
            private: request.planned_private.clone(),
            identity: None,
            legacy_type_system: false,
        };
        if request.planned.is_null() {
            return match self.destroy(&request.prior).await {
                Ok(()) => (Some(reply(Value::null(self.release.clone()))), Diagnostics::new()),
                Err(failure) => (Some(reply(request.prior.clone())), failure.diagnostic().into()),
            };
        }
        let done = match with_write_only(&request) {
            Err(failure) => Err((None, failure)),
            Ok(arguments) if request.prior.is_null() => self.make(&arguments).await,
            Ok(arguments) => self.change(&arguments).await.map_err(|failure| (None, failure)),
        };
        match done {
            Ok(state) => (Some(reply(state)), Diagnostics::new()),
            Err((warning, failure)) => {
                let mut found = Diagnostics::new();
                if let Some(warning) = warning {
                    let code = codes::provider::PROVIDER_ERROR;
                    found.push(Diagnostic::warning(code, warning.summary, warning.detail));
                }
                found.push(failure.diagnostic());
                (Some(reply(request.prior.clone())), found)
            }
        }
    }

    async fn import(&self, request: ImportRequest) -> (Vec<Imported>, Diagnostics) {
        if let Err(error) = self.known(&request.type_name) {
            return (Vec::new(), error.into());
        }
        match self.imported(&request.id).await {
            Ok(state) => {
                let imported =
                    Imported { type_name: request.type_name, state, private: Vec::new(), identity: None };
                (vec![imported], Diagnostics::new())
            }
            Err(failure) => (Vec::new(), failure.diagnostic().into()),
        }
    }

    async fn read_data(&self, type_name: &str, config: Value) -> (Option<Value>, Diagnostics) {
        if type_name != TEMPLATE {
            let detail = format!("The native provider helm has no data source {type_name}.");
            let error = Diagnostic::error(codes::provider::PROVIDER_ERROR, "Unknown data source", detail);
            return (None, error.into());
        }
        let done = async {
            let arguments = state::arguments(&config)?;
            let cluster = match arguments.flag("validate") {
                true => Some(self.cluster(arguments.text("namespace")).await?),
                false => None,
            };
            template_data::read(&self.sources, cluster, arguments, &self.template).await
        };
        match done.await {
            Ok(value) => (Some(value), Diagnostics::new()),
            Err(failure) => (None, failure.diagnostic().into()),
        }
    }

    async fn stop(&self) {
        self.cancel.cancel();
    }
}

/// The planned arguments, with the write-only ones that only the configuration has.
fn with_write_only(request: &ApplyRequest) -> Result<Arguments, Failure> {
    let (planned, _) = request.planned.clone().unmark_deep();
    // What the provider decides is unknown in the plan and not an argument.
    let members = planned.as_members().cloned().unwrap_or_default();
    let given = members.into_iter().filter(|(name, _)| !matches!(&**name, "id" | "metadata"));
    let mut arguments = state::arguments(&Value::object(given))?;
    if let Some(written) = request.config.get("set_wo").filter(|v| !v.is_null()) {
        let written = state::arguments(written)?;
        if let Some(members) = arguments.0.as_object_mut() {
            members.insert("set_wo".to_owned(), written.0);
        }
    }
    Ok(arguments)
}
