//! What signing in needs, from a configuration and the environment.

use std::collections::BTreeMap;
use std::fmt;

use ordain_http::Environment;

/// One setting: its name in a `provider` or `backend` block, and the variables that stand in for it, first found wins.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name of the argument.
    pub name: &'static str,
    /// Environment variables.
    pub variables: &'static [&'static str],
}

const fn row(name: &'static str, variables: &'static [&'static str]) -> Setting {
    Setting { name, variables }
}

/// All settings. Source: the argument reference of the azurerm provider and backend.
pub const SETTINGS: &[Setting] = &[
    row(
        "ado_pipeline_service_connection_id",
        &["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"],
    ),
    row("client_certificate", &["ARM_CLIENT_CERTIFICATE"]),
    row("client_certificate_password", &["ARM_CLIENT_CERTIFICATE_PASSWORD"]),
    row("client_certificate_path", &["ARM_CLIENT_CERTIFICATE_PATH"]),
    row("client_id", &["ARM_CLIENT_ID"]),
    row("client_id_file_path", &["ARM_CLIENT_ID_FILE_PATH"]),
    row("client_secret", &["ARM_CLIENT_SECRET"]),
    row("client_secret_file_path", &["ARM_CLIENT_SECRET_FILE_PATH"]),
    row("environment", &["ARM_ENVIRONMENT"]),
    row("metadata_host", &["ARM_METADATA_HOSTNAME", "ARM_METADATA_HOST"]),
    row(
        "oidc_request_token",
        &["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"],
    ),
    row(
        "oidc_request_url",
        &["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"],
    ),
    row("oidc_token", &["ARM_OIDC_TOKEN"]),
    row("oidc_token_file_path", &["ARM_OIDC_TOKEN_FILE_PATH"]),
    row("subscription_id", &["ARM_SUBSCRIPTION_ID"]),
    row("tenant_id", &["ARM_TENANT_ID"]),
    row("use_aks_workload_identity", &["ARM_USE_AKS_WORKLOAD_IDENTITY"]),
    row("use_cli", &["ARM_USE_CLI"]),
    row("use_msi", &["ARM_USE_MSI"]),
    row("use_oidc", &["ARM_USE_OIDC"]),
];

/// Values by the names of [`SETTINGS`]. Holds secrets: `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

impl Settings {
    /// What is configured (bools as `true`/`false`), completed from the environment. Empty texts count as
    /// not set.
    pub fn resolve(configured: &BTreeMap<String, String>, env: &Environment) -> Self {
        let mut values = BTreeMap::new();
        for setting in SETTINGS {
            let given = configured.get(setting.name);
            let fallback = || setting.variables.iter().find_map(|name| env.get(*name));
            if let Some(value) = given.filter(|text| !text.is_empty()).or_else(fallback)
                && !value.is_empty()
            {
                values.insert(setting.name.to_owned(), value.clone());
            }
        }
        if values.get("use_aks_workload_identity").is_some_and(|text| is_true(text)) {
            let injected = [
                ("tenant_id", "AZURE_TENANT_ID"),
                ("client_id", "AZURE_CLIENT_ID"),
                ("oidc_token_file_path", "AZURE_FEDERATED_TOKEN_FILE"),
            ];
            for (name, variable) in injected {
                if let Some(value) = env.get(variable) {
                    values.entry(name.to_owned()).or_insert_with(|| value.clone());
                }
            }
            values.insert("use_oidc".to_owned(), "true".to_owned());
        }
        Self { values }
    }

    /// A value by its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether a flag is on; `default` when it is not set.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.get(name).map_or(default, is_true)
    }

    /// Sets a value that was found out later.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
    }
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.values.keys()).finish()
    }
}
