//! What the configuration and the environment say about a store.

use std::collections::BTreeMap;

use ordain_azure::SETTINGS;
use ordain_diag::{Diagnostic, codes};
use ordain_http::Environment;

use crate::table::Settings;

/// How requests are allowed in.
pub(super) enum Access {
    /// The account's key.
    Key(String),
    /// A shared access signature: query without `?`.
    Sas(String),
    /// A token of the signed-in identity.
    Identity,
    /// The account's key, asked for from Resource Manager in this resource group.
    ListKeys(String),
}

/// A store, not contacted yet. Holds secrets: there is no `Debug`.
pub(super) struct Chosen {
    pub(super) account: String,
    pub(super) container: String,
    pub(super) key: String,
    pub(super) snapshot: bool,
    pub(super) access: Access,
    /// Base URL of the account; found out from the cloud's suffix when not set.
    pub(super) endpoint: Option<String>,
    /// Ask Resource Manager for the account's URL.
    pub(super) look_up_endpoint: bool,
    /// Settings for signing in, as configured.
    pub(super) sign_in: BTreeMap<String, String>,
}

/// Arguments of the block beside those for signing in, and their variables.
const OWN: &[(&str, &str)] = &[
    ("access_key", "ARM_ACCESS_KEY"),
    ("container_name", ""),
    ("key", ""),
    ("lookup_blob_endpoint", "ARM_USE_DNS_ZONE_ENDPOINT"),
    ("resource_group_name", ""),
    ("sas_token", "ARM_SAS_TOKEN"),
    ("snapshot", "ARM_SNAPSHOT"),
    ("storage_account_name", ""),
    ("use_azuread_auth", "ARM_USE_AZUREAD"),
];

/// Known to Terraform's backend, not built here.
const UNSUPPORTED: &[&str] = &["msi_endpoint"];

fn error(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail)
}

/// Whether the backend has an argument of this name.
pub fn has(name: &str) -> bool {
    let all = OWN.iter().map(|(own, _)| *own).chain(SETTINGS.iter().map(|row| row.name));
    all.chain(UNSUPPORTED.iter().copied()).any(|known| known == name)
}

/// Reads the settings of a backend block.
pub(super) fn read(settings: &Settings, env: &Environment) -> Result<Chosen, Diagnostic> {
    for name in settings.keys() {
        if UNSUPPORTED.contains(&name.as_str()) {
            let detail = format!("The backend \"azurerm\" does not support {name} yet.");
            return Err(error("Unsupported argument", detail));
        }
        if !has(name) {
            let names: Vec<&str> = OWN.iter().map(|(own, _)| *own).collect();
            let detail = format!(
                "The backend \"azurerm\" has no argument {name:?}; beside those for signing in it has {}.",
                names.join(", ")
            );
            return Err(error("Unsupported argument", detail));
        }
    }
    let get = |name: &str| {
        let variable = OWN.iter().find(|(own, _)| *own == name).map(|(_, variable)| *variable);
        let given = settings.get(name).filter(|text| !text.is_empty());
        given.or_else(|| env.get(variable?)).filter(|text| !text.is_empty()).cloned()
    };
    let required = |name: &str| {
        get(name).ok_or_else(|| {
            let detail = format!("The attribute {name:?} is required by the backend, but it is not set.");
            error("Missing required argument", detail)
        })
    };
    let truth =
        |name: &str| get(name).is_some_and(|text| matches!(text.as_str(), "true" | "1" | "t" | "T" | "TRUE"));
    let access = if truth("use_azuread_auth") {
        Access::Identity
    } else if let Some(key) = get("access_key") {
        Access::Key(key)
    } else if let Some(token) = get("sas_token") {
        Access::Sas(token.trim_start_matches('?').to_owned())
    } else if let Some(group) = get("resource_group_name") {
        Access::ListKeys(group)
    } else {
        let detail = "Either an Access Key / SAS Token or the Resource Group for the Storage Account must be specified - \
                      or Azure AD Authentication must be enabled";
        return Err(error("Invalid backend configuration", detail.to_owned()));
    };
    Ok(Chosen {
        account: required("storage_account_name")?,
        container: required("container_name")?,
        key: required("key")?,
        snapshot: truth("snapshot"),
        access,
        endpoint: None,
        look_up_endpoint: truth("lookup_blob_endpoint"),
        sign_in: settings.clone(),
    })
}

/// Reads a blob's URL: the store, and the blob's name in it.
pub(super) fn of_url(url: &str, env: &Environment) -> Result<(Chosen, String), Diagnostic> {
    let wrong = || {
        let detail = format!(
            "{} is no blob's address. Expected https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME.",
            ordain_http::safe_url(url)
        );
        error("Invalid address of a blob", detail)
    };
    let (bare, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = bare.split_once("://").ok_or_else(wrong)?;
    let mut parts = rest.splitn(2, '/');
    let (host, path) = (parts.next().unwrap_or_default(), parts.next().ok_or_else(wrong)?);
    let name_of_host = host.split(':').next().unwrap_or_default();
    let is_address = name_of_host == "localhost" || name_of_host.parse::<std::net::IpAddr>().is_ok();
    let (account, path, endpoint) = if is_address {
        let (account, path) = path.split_once('/').ok_or_else(wrong)?;
        (account, path, format!("{scheme}://{host}/{account}"))
    } else {
        (host.split('.').next().unwrap_or_default(), path, format!("{scheme}://{host}"))
    };
    let (container, name) = path.split_once('/').ok_or_else(wrong)?;
    if scheme == "http" && !is_address || account.is_empty() || container.is_empty() || name.is_empty() {
        return Err(wrong());
    }
    let variable = |name: &str| env.get(name).filter(|text| !text.is_empty()).cloned();
    let access = if query.contains("sig=") {
        Access::Sas(query.to_owned())
    } else if let Some(token) = variable("ARM_SAS_TOKEN") {
        Access::Sas(token.trim_start_matches('?').to_owned())
    } else if let Some(key) = variable("ARM_ACCESS_KEY") {
        Access::Key(key)
    } else {
        Access::Identity
    };
    let chosen = Chosen {
        account: account.to_owned(),
        container: container.to_owned(),
        key: String::new(),
        snapshot: false,
        access,
        endpoint: Some(endpoint),
        look_up_endpoint: false,
        sign_in: BTreeMap::new(),
    };
    Ok((chosen, name.to_owned()))
}
