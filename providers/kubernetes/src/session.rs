//! The cluster that a provider block names.

use std::sync::{Arc, PoisonError, RwLock};

use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_http::{Cancel, Environment};
use ordain_kube::{Client, Settings};
use ordain_value::Value;
use regex::Regex;

use crate::config::settings;
use crate::metadata::Ignored;

/// How the cluster is reached, and what is to be ignored there.
#[derive(Debug)]
pub(crate) struct Session {
    env: Environment,
    cancel: Cancel,
    access: RwLock<Access>,
}

#[derive(Clone, Debug, Default)]
struct Access {
    /// None before the provider is configured.
    settings: Option<Box<Settings>>,
    /// The client, once somebody needed it.
    client: Option<Client>,
    ignored: Arc<Ignored>,
}

impl Session {
    pub(crate) fn new(env: Environment, cancel: Cancel) -> Session {
        Session { env, cancel, access: RwLock::new(Access::default()) }
    }

    /// Takes an evaluated provider block. Parts that are not known yet count as not set, as in the original,
    /// which then looks for a cluster on this machine.
    pub(crate) fn configure(&self, config: &Value) -> Diagnostics {
        let mut found = Diagnostics::new();
        let ignored = Ignored {
            annotations: patterns(config, "ignore_annotations", &mut found),
            labels: patterns(config, "ignore_labels", &mut found),
        };
        match settings(config, &self.env) {
            Ok(settings) => {
                let mut access = self.access.write().unwrap_or_else(PoisonError::into_inner);
                *access =
                    Access { settings: Some(Box::new(settings)), client: None, ignored: Arc::new(ignored) };
            }
            Err(error) => {
                found.push(error.diagnostic("Provider configuration: cannot load Kubernetes client config"));
            }
        }
        found
    }

    /// A client for the cluster, and what is to be ignored there.
    pub(crate) async fn client(&self) -> Result<(Client, Arc<Ignored>), Diagnostic> {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(client) = access.client {
            return Ok((client, access.ignored));
        }
        let Some(settings) = access.settings else {
            let detail =
                "The provider kubernetes was asked for an object before it was configured. This is a bug.";
            let summary = "The provider kubernetes is not configured";
            return Err(Diagnostic::error(codes::provider::PROVIDER_CONFIG, summary, detail));
        };
        let client = Client::connect(*settings, &self.env, self.cancel.clone()).await;
        let client = client.map_err(|error| error.diagnostic("Failed to connect to the cluster"))?;
        let mut access = self.access.write().unwrap_or_else(PoisonError::into_inner);
        access.client = Some(client.clone());
        Ok((client, access.ignored.clone()))
    }

    /// Ends all waiting.
    pub(crate) fn stop(&self) {
        self.cancel.cancel();
    }
}

fn patterns(config: &Value, name: &str, found: &mut Diagnostics) -> Vec<Regex> {
    let texts = config.get(name).and_then(Value::as_items).unwrap_or_default();
    let mut out = Vec::new();
    for text in texts.iter().filter_map(Value::as_str) {
        match Regex::new(text) {
            Ok(pattern) => out.push(pattern),
            Err(error) => {
                let detail = format!("{text:?} in {name} is not a regular expression: {error}");
                let error =
                    Diagnostic::error(codes::provider::PROVIDER_CONFIG, "Invalid regular expression", detail);
                found.push(error.with_attribute(vec![AttributeStep::Name(name.to_owned())]));
            }
        }
    }
    out
}
