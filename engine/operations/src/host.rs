//! What the built-in provider needs from its surroundings: ids, stored states of others, functions.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_diag::{AttributeStep, Diagnostic, Diagnostics, codes};
use ordain_provider_terraform::Host;
use ordain_value::{Kind, Value};

use crate::backend::{self, Choice};
use crate::{Workdir, stores};

/// The surroundings of a working directory.
pub struct Surroundings {
    workdir: Workdir,
}

impl Surroundings {
    /// Surroundings of a working directory.
    pub fn new(workdir: Workdir) -> Self {
        Self { workdir }
    }
}

/// A backend's settings from the `config` argument of `terraform_remote_state`.
fn choice(kind: &str, config: &Value) -> Choice {
    let mut choice = Choice { kind: kind.to_owned(), settings: BTreeMap::new() };
    for (name, value) in config.as_members().into_iter().flatten() {
        let text = match value.kind() {
            Kind::String(text) => text.to_string(),
            Kind::Bool(value) => value.to_string(),
            Kind::Number(number) => number.to_string(),
            _ => continue,
        };
        choice.settings.insert(name.to_string(), text);
    }
    choice
}

/// What keeps a value from being the arguments of a backend, which are texts, numbers and truth values by name.
fn misfit(backend: &str, config: &Value) -> Option<String> {
    if config.is_null() {
        return None;
    }
    if !matches!(config.kind(), Kind::Object(_) | Kind::Map(..)) {
        let found = config.ty();
        return Some(format!(
            "The arguments of backend {backend:?} are given as an object; this is a {}.",
            found.friendly()
        ));
    }
    let bad = config.as_members()?.iter().find(|(_, value)| {
        !matches!(value.kind(), Kind::String(_) | Kind::Bool(_) | Kind::Number(_) | Kind::Null(_))
    });
    bad.map(|(name, value)| {
        format!("The argument {name:?} of backend {backend:?} cannot be a {}.", value.ty().friendly())
    })
}

#[async_trait]
impl Host for Surroundings {
    fn new_id(&self) -> String {
        stores::new_id(&self.workdir)
    }

    fn validate_backend(&self, backend: &str, config: &Value) -> Diagnostics {
        if !ordain_backends::table::NAMES.contains(&backend) {
            let detail = format!(
                "There is no backend type named {backend:?}. Known ones: {}.",
                ordain_backends::table::NAMES.join(", ")
            );
            let error = Diagnostic::error(codes::state::STATE_STORE, "Invalid backend configuration", detail);
            return error.with_attribute(vec![AttributeStep::Name("backend".to_owned())]).into();
        }
        if !config.is_wholly_known() {
            return Diagnostics::new();
        }
        if let Some(detail) = misfit(backend, config) {
            let error = Diagnostic::error(codes::state::STATE_STORE, "Invalid backend configuration", detail);
            return error.with_attribute(vec![AttributeStep::Name("config".to_owned())]).into();
        }
        match backend::connect(&self.workdir, &choice(backend, config)) {
            Ok(_) => Diagnostics::new(),
            Err(mut error) => {
                // What is wrong is a value of this data source, whatever it is in a backend block.
                if error.code == codes::config::INVALID_ARGUMENT {
                    error.summary = "Invalid backend configuration".to_owned();
                }
                error.with_attribute(vec![AttributeStep::Name("config".to_owned())]).into()
            }
        }
    }

    async fn outputs(
        &self,
        backend: &str,
        config: &Value,
        workspace: &str,
    ) -> Result<Option<BTreeMap<Arc<str>, Value>>, Diagnostic> {
        let opened = backend::connect(&self.workdir, &choice(backend, config))?;
        let stored = opened.state(workspace).read().await?;
        if stored.version.is_none() {
            return Ok(None);
        }
        Ok(Some(stored.state.outputs.into_iter().map(|(name, output)| (name, output.value)).collect()))
    }

    fn call_function(&self, name: &str, _argument: Value) -> Result<Value, Diagnostic> {
        let detail = format!("The function provider::terraform::{name} is not part of this build.");
        Err(Diagnostic::error(codes::lang::UNKNOWN_FUNCTION, "Call to unknown function", detail))
    }
}
