//! The provider contract.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_http::{Cancel, Client, ClientOptions, Environment};
use ordain_provider::{
    ApplyReply, ApplyRequest, ConfigureRequest, ImportRequest, Imported, PlanReply, PlanRequest, Provider,
    ProviderSchema, ReadReply, ReadRequest, UpgradeRequest,
};
use ordain_value::{Type, Value, json as value_json};
use serde_json::{Value as Json, json};

use crate::arguments::Arguments;
use crate::cluster::{Cluster, Deadline};
use crate::failure::Failure;
use crate::install::{Plan, Unfinished, install};
use crate::places::Places;
use crate::plan::{self, Planned};
use crate::post_render::PostRender;
use crate::release::Release;
use crate::session::{self, Session};
use crate::sources::{NoChart, Sources};
use crate::{dry_run, import, manifests, oci, state, store, template_data, uninstall, upgrade, validate};

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
    /// Whether manifests are kept in the state.
    manifests: AtomicBool,
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
        let (session, manifests) = (RwLock::new(None), AtomicBool::new(false));
        let schema = Arc::new(schema);
        Ok(Self { env, directory, cancel, schema, release, template, sources, session, manifests })
    }

    /// A session, unless a part of the configuration is unknown as yet. Registries are asked whether they let the user in.
    async fn opened(&self, config: &Value) -> Result<Option<Arc<Session>>, Failure> {
        if !config.is_wholly_known() {
            return Ok(None);
        }
        let json = if config.is_null() { Ok(Json::Null) } else { value_json::to_plain_json(config) };
        let json = json.map_err(|e| Failure::new("Invalid provider configuration", e.to_string()))?;
        let session = Session::open(&json, &self.env, &self.directory)?;
        let mut places = Places::of(&json, &self.env, &self.directory);
        for (host, login) in session::logins(&json)? {
            let failed = |why: String| {
                let detail = format!("could not login to OCI registry {host:?}: {why}");
                Failure::new("OCI Registry login failed", detail)
            };
            let client = Client::new(&ClientOptions::default(), &self.env);
            let client = client.map_err(|e| failed(e.to_string()))?;
            oci::sign_in(&client, &self.cancel, &host, &login).await.map_err(failed)?;
            places.logins.insert(host, login);
        }
        self.sources.know(places);
        Ok(Some(Arc::new(session)))
    }

    fn post_render(&self, arguments: &Arguments) -> Result<Option<PostRender>, Failure> {
        PostRender::of(arguments, &self.env, &self.directory)
            .map_err(|why| Failure::new("Error creating post-renderer", why))
    }

    async fn cluster(&self, namespace: &str) -> Result<Arc<Cluster>, Failure> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner).clone();
        let session = session.ok_or_else(|| {
            let detail = "A part of the provider's configuration is known only after apply, so the cluster cannot be asked \
                          yet. Apply what it depends on first.";
            Failure::new("The provider helm is not configured", detail)
        })?;
        let client = session.client(&self.env, &self.cancel).await?.for_work();
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        Ok(Arc::new(Cluster::new(client, namespace, session.driver)))
    }

    fn known(&self, type_name: &str) -> Result<(), Diagnostic> {
        if type_name == RELEASE {
            return Ok(());
        }
        let detail = format!("The native provider helm has no resource type {type_name}.");
        Err(Diagnostic::error(codes::provider::PROVIDER_ERROR, "Unknown resource type", detail))
    }

    async fn make(&self, arguments: &Arguments) -> Result<Value, (Option<Failure>, Failure)> {
        let plain = |failure| (None, failure);
        let cluster = self.cluster(arguments.text("namespace")).await.map_err(plain)?;
        let chart = self.sources.chart(arguments).await.map_err(|e| plain(e.of_release()))?;
        let values = arguments.values().map_err(plain)?;
        if chart.is_library() {
            let detail = "Chart is not installable: library charts are not installable";
            return Err(plain(Failure::new("Error checking if chart is installable", detail)));
        }
        let exists =
            || async { store::history(&cluster, arguments.text("name")).await.map(|h| !h.is_empty()) };
        if arguments.flag("upgrade_install") && exists().await.unwrap_or(false) {
            return self.change(arguments).await.map_err(plain);
        }
        let name = arguments.text("name");
        let post = self.post_render(arguments).map_err(plain)?;
        let plan = Plan { arguments, chart: &chart, config: &values, post: post.as_ref(), dry: false };
        match install(&cluster, &plan).await {
            Ok(release) => self.applied(&cluster, arguments, &release).await.map_err(plain),
            Err(Unfinished::Nothing(why)) => Err((None, Failure::new("installation failed", why))),
            Err(Unfinished::Failed(why)) if is_gone(&cluster, name).await => {
                Err((None, Failure::new("installation failed", why)))
            }
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
        let chart = self.sources.chart(arguments).await.map_err(NoChart::of_release)?;
        let values = arguments.values()?;
        let post = self.post_render(arguments)?;
        let plan = Plan { arguments, chart: &chart, config: &values, post: post.as_ref(), dry: false };
        let release = upgrade::upgrade(&cluster, &plan).await;
        let release = release.map_err(|why| {
            Failure::new("Error upgrading chart", format!("Upgrade failed: {why}")).through(&cluster.client)
        })?;
        self.applied(&cluster, arguments, &release).await
    }

    /// The object of a release that was just applied. What the cluster decided otherwise than it promised to, such as a
    /// port, stays as it was planned; the next refresh shows it.
    async fn applied(
        &self,
        cluster: &Arc<Cluster>,
        arguments: &Arguments,
        release: &Release,
    ) -> Result<Value, Failure> {
        let object = self.state(cluster, arguments, release).await?;
        Ok(manifests::as_planned(object, arguments))
    }

    /// The object of a release, with what the cluster holds of it where that is kept.
    async fn state(
        &self,
        cluster: &Arc<Cluster>,
        arguments: &Arguments,
        release: &Release,
    ) -> Result<Value, Failure> {
        let object = state::object(arguments, release, &self.release)?;
        if !self.manifests.load(Ordering::Relaxed) {
            return Ok(object);
        }
        Ok(manifests::with(&object, &manifests::stored(cluster, arguments, release).await?))
    }

    /// Gives what is to be said about objects that stay.
    async fn destroy(&self, prior: &Value) -> Result<String, Failure> {
        let arguments = state::arguments(prior)?;
        let cluster = self.cluster(arguments.text("namespace")).await?;
        let (hooks, wait) = (!arguments.flag("disable_webhooks"), arguments.flag("wait"));
        let deadline = Deadline::after(arguments.timeout());
        let name = arguments.text("name");
        uninstall::uninstall(&cluster, name, hooks, wait, deadline).await.map_err(|why| {
            let detail = format!("Unable to uninstall Helm release {name}: {why}");
            Failure::new("Error uninstalling release", detail).through(&cluster.client)
        })
    }

    async fn refreshed(&self, current: &Value) -> Result<Value, Failure> {
        let arguments = state::arguments(current)?;
        let cluster = self.cluster(arguments.text("namespace")).await?;
        match last(&cluster, arguments.text("name")).await? {
            Some(release) => self.state(&cluster, &arguments, &release).await,
            None => Ok(Value::null(self.release.clone())),
        }
    }

    async fn imported(&self, id: &str) -> Result<Value, Failure> {
        let (namespace, name) = import::identifier(id)?;
        let cluster = self.cluster(namespace).await?;
        let found = store::history(&cluster, name).await;
        let found = found.and_then(|all| all.last().cloned().ok_or_else(|| NOT_FOUND.to_owned()));
        let release = found.map_err(|why| import::missing(name, &why))?;
        let mut known = plan::defaults(&self.env);
        if let Some(members) = known.as_object_mut() {
            members.insert("chart".to_owned(), json!(release.chart_metadata("name")));
            members.insert("description".to_owned(), json!(release.description()));
        }
        self.state(&cluster, &Arguments(known), &release).await
    }

    async fn planned(&self, request: &PlanRequest) -> Result<Planned, Failure> {
        let mut planned = plan::plan(&self.sources, &self.env, &self.release, request).await?;
        if !self.manifests.load(Ordering::Relaxed) {
            return Ok(planned);
        }
        let (prior, _) = request.prior.clone().unmark_deep();
        let configured = self.session.read().unwrap_or_else(PoisonError::into_inner).is_some();
        if !configured || dry_run::is_unknown(&planned.object) {
            let unset = request.config.get("version").is_none_or(Value::is_null);
            dry_run::later(&mut planned, unset && !prior.is_null());
            return Ok(planned);
        }
        let text = |name: &str| planned.object.get(name).and_then(Value::as_str).unwrap_or_default();
        let cluster = self.cluster(text("namespace")).await?;
        let post = match planned.object.get("postrender").filter(|v| !v.is_null()) {
            Some(block) => {
                let block = state::arguments(block)?.0;
                self.post_render(&Arguments(json!({"postrender": block})))?
            }
            None => None,
        };
        dry_run::fill(&self.sources, &cluster, post, &prior, &mut planned).await?;
        Ok(planned)
    }
}

/// Whether there is no release, as far as the cluster tells.
async fn is_gone(cluster: &Cluster, name: &str) -> bool {
    !cluster.client.is_in_doubt() && store::history(cluster, name).await.is_ok_and(|found| found.is_empty())
}

/// The last revision, if the release exists.
async fn last(cluster: &Cluster, name: &str) -> Result<Option<Release>, Failure> {
    let history = store::history(cluster, name).await;
    let history = history.map_err(|e| Failure::new("Error checking for release", e))?;
    Ok(history.last().cloned())
}

#[async_trait]
impl Provider for Helm {
    async fn schema(&self) -> (Option<Arc<ProviderSchema>>, Diagnostics) {
        (Some(Arc::clone(&self.schema)), Diagnostics::new())
    }

    async fn validate_config(&self, config: Value) -> Diagnostics {
        validate::provider(&config.unmark_deep().0)
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let (config, _) = request.config.unmark_deep();
        let experiment = config.get("experiments").and_then(|all| all.get("manifest"));
        self.manifests.store(experiment.and_then(Value::as_bool) == Some(true), Ordering::Relaxed);
        let opened = self.opened(&config).await;
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
            Ok(()) => validate::release(&config.unmark_deep().0),
            Err(error) => error.into(),
        }
    }

    async fn validate_data(&self, _type_name: &str, config: Value) -> Diagnostics {
        validate::entries(&config.unmark_deep().0)
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
        match self.planned(&request).await {
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
                Ok(kept) => (Some(reply(Value::null(self.release.clone()))), told(kept)),
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
            let arguments = template_data::with_defaults(state::arguments(&config)?, &self.env);
            let cluster = match arguments.flag("validate") {
                true => Some(self.cluster(arguments.text("namespace")).await?),
                false => None,
            };
            let idle = arguments.0.get("postrender").is_some_and(|block| !block.is_null());
            let value = template_data::read(&self.sources, cluster, arguments, &self.template).await?;
            Ok::<_, Failure>((value, idle))
        };
        match done.await {
            Ok((value, idle)) => (Some(value), unrendered(idle)),
            Err(failure) => (None, failure.diagnostic().into()),
        }
    }

    async fn stop(&self) {
        self.cancel.cancel();
    }
}

/// A warning about an argument that the real provider has and does not look at.
fn unrendered(idle: bool) -> Diagnostics {
    if !idle {
        return Diagnostics::new();
    }
    let detail = "The data source helm_template of hashicorp/helm 3.1.0 has the argument postrender and does not run the program. \
                  Nor does this provider: the manifests are those of the chart.";
    let code = codes::provider::PROVIDER_ERROR;
    Diagnostic::warning(code, "The argument postrender has no effect", detail).into()
}

/// The warning about objects that a release leaves behind.
fn told(kept: String) -> Diagnostics {
    if kept.is_empty() {
        return Diagnostics::new();
    }
    let summary = "Helm uninstall returned an information message";
    Diagnostic::warning(codes::provider::PROVIDER_ERROR, summary, kept).into()
}

/// The planned arguments, with the write-only ones that only the configuration has.
fn with_write_only(request: &ApplyRequest) -> Result<Arguments, Failure> {
    let (planned, _) = request.planned.clone().unmark_deep();
    // What the provider decides is unknown in the plan and not an argument.
    let members = planned.as_members().cloned().unwrap_or_default();
    let later = |name: &str, value: &Value| match name {
        "id" | "metadata" => true,
        "version" | "manifest" | "resources" => !value.is_wholly_known(),
        _ => false,
    };
    let given = members.into_iter().filter(|(name, value)| !later(name, value));
    let mut arguments = state::arguments(&Value::object(given))?;
    if let Some(written) = request.config.get("set_wo").filter(|v| !v.is_null()) {
        let written = state::arguments(written)?;
        if let Some(members) = arguments.0.as_object_mut() {
            members.insert("set_wo".to_owned(), written.0);
        }
    }
    Ok(arguments)
}
