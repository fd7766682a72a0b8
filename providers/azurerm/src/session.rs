//! A configured provider: who is signed in, for which subscription, with which features.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use ordain_azure::{Azure, AzureError, Call, Scope, Settings};
use ordain_http::Environment;
use serde_json::{Value as Json, json};

use crate::registrations;
use ordain_sdk::{first, flag, strings};

/// What resources need to do their work.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) azure: Azure,
    pub(crate) subscription: String,
    /// Refuse to delete a resource group that still holds something.
    pub(crate) keep_filled_groups: bool,
    subnets: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

const PROVIDERS_API: &str = "2022-09-01";

impl Session {
    /// Signs in and registers resource providers. `config` is the `provider` block.
    pub(crate) async fn open(config: &Json, env: &Environment) -> Result<Session, AzureError> {
        let scope = Scope::within(std::time::Duration::from_secs(1800));
        let settings = Settings::resolve(&configured(config), env);
        let building = |error: AzureError| error.during("building account");
        let azure = Azure::connect(&settings, env, &scope).await.map_err(building)?;
        let Some(subscription) = azure.subscription().map(str::to_owned) else {
            let text = "subscription ID could not be determined and was not specified";
            return Err(building(
                AzureError::Settings(text.to_owned()).during("unable to configure ResourceManagerAccount"),
            ));
        };
        let group = first(config, "features").and_then(|features| first(features, "resource_group"));
        let keep = group.and_then(|block| block.get("prevent_deletion_if_contains_resources"));
        let keep_filled_groups = keep.and_then(Json::as_bool).unwrap_or(true);
        let session = Session { azure, subscription, keep_filled_groups, subnets: Mutex::default() };
        session.register(config, env, &scope).await?;
        Ok(session)
    }

    /// The lock of all subnets of a name: the service does not stand two changes of a subnet at once.
    pub(crate) fn subnet(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut subnets = self.subnets.lock().unwrap_or_else(PoisonError::into_inner);
        subnets.entry(name.to_owned()).or_default().clone()
    }

    async fn register(&self, config: &Json, env: &Environment, scope: &Scope) -> Result<(), AzureError> {
        let path = format!("/subscriptions/{}/providers", self.subscription);
        let known = self.list(&path, scope).await?;
        let set = config.get("resource_provider_registrations").and_then(Json::as_str);
        let set = set.or(env.get("ARM_RESOURCE_PROVIDER_REGISTRATIONS").map(String::as_str));
        let skip = flag(config, "skip_provider_registration")
            || env.get("ARM_SKIP_PROVIDER_REGISTRATION").is_some_and(|text| text == "true" || text == "1");
        let set = if skip { "none" } else { set.filter(|set| !set.is_empty()).unwrap_or("legacy") };
        let mut wanted: Vec<String> = registrations::of_set(set).into_iter().map(str::to_owned).collect();
        wanted.extend(strings(config, "resource_providers_to_register"));
        for name in wanted {
            let unregistered = |state: &String| !state.eq_ignore_ascii_case("Registered");
            if known.get(&name.to_ascii_lowercase()).is_some_and(unregistered) {
                let what = format!("registering Resource Provider {name:?}");
                self.register_one(&format!("{path}/{name}"), scope)
                    .await
                    .map_err(|error| error.during(what))?;
            }
        }
        Ok(())
    }

    async fn list(&self, path: &str, scope: &Scope) -> Result<BTreeMap<String, String>, AzureError> {
        let what = "populating Resource Provider cache: listing Resource Providers: loading results";
        let answer = self.azure.call(&Call::get(path, PROVIDERS_API), scope).await;
        let mut page = answer.map_err(|error| error.during(what))?.body;
        let mut known = BTreeMap::new();
        // The service pages long lists; a list of providers is short enough for a bound to be safe.
        for _ in 0..50 {
            for entry in page.get("value").and_then(Json::as_array).into_iter().flatten() {
                let text = |name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default();
                known.insert(text("namespace").to_ascii_lowercase(), text("registrationState").to_owned());
            }
            let Some(next) = page.get("nextLink").and_then(Json::as_str).map(str::to_owned) else { break };
            page = self.azure.get_page(&next, scope).await.map_err(|error| error.during(what))?;
        }
        Ok(known)
    }

    async fn register_one(&self, path: &str, scope: &Scope) -> Result<(), AzureError> {
        let body = json!({});
        let register = format!("{path}/register");
        self.azure.call(&Call::new(Method::POST, &register, PROVIDERS_API).body(&body), scope).await?;
        loop {
            let answer = self.azure.call(&Call::get(path, PROVIDERS_API), scope).await?;
            let state = answer.body.get("registrationState").and_then(Json::as_str).unwrap_or_default();
            if state.eq_ignore_ascii_case("Registered") {
                return Ok(());
            }
            if !scope.pause(std::time::Duration::from_secs(10)).await {
                return Err(AzureError::Deadline);
            }
        }
    }
}

/// Plain arguments of the block as texts.
fn configured(config: &Json) -> BTreeMap<String, String> {
    let members = config.as_object().into_iter().flatten();
    members
        .filter_map(|(name, value)| match value {
            Json::String(text) => Some((name.clone(), text.clone())),
            Json::Bool(value) => Some((name.clone(), value.to_string())),
            _ => None,
        })
        .collect()
}
