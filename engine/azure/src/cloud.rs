//! Where a cloud's services are.

use ordain_http::{Client, Request};
use serde_json::Value;

use crate::{AzureError, Scope};

/// Endpoints of one Azure cloud, without trailing slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// Name, such as `AzureCloud`.
    pub name: String,
    /// Where tokens are asked for.
    pub login: String,
    /// Azure Resource Manager.
    pub resource_manager: String,
    /// What a token for Azure Resource Manager is asked for.
    pub audience: String,
    /// Suffix of storage hosts: `core.windows.net`.
    pub storage_suffix: String,
}

impl Cloud {
    /// The cloud that `environment` names: `public`, `usgovernment` or `china`.
    ///
    /// # Errors
    /// There is no such cloud.
    pub fn named(environment: &str) -> Result<Cloud, AzureError> {
        let row = match environment.to_ascii_lowercase().as_str() {
            "public" | "global" | "canary" | "" => (
                "AzureCloud",
                "https://login.microsoftonline.com",
                "https://management.azure.com",
                "core.windows.net",
            ),
            "usgovernment" | "usgovernmentl4" | "usgovernmentl5" => (
                "AzureUSGovernment",
                "https://login.microsoftonline.us",
                "https://management.usgovcloudapi.net",
                "core.usgovcloudapi.net",
            ),
            "china" => (
                "AzureChinaCloud",
                "https://login.chinacloudapi.cn",
                "https://management.chinacloudapi.cn",
                "core.chinacloudapi.cn",
            ),
            other => {
                return Err(AzureError::Settings(format!(
                    "unable to find environment {other:?}: environment must be public, usgovernment or china, \
                     unless metadata_host names another cloud"
                )));
            }
        };
        let (name, login, resource_manager, storage) = row;
        Ok(Cloud {
            name: name.to_owned(),
            login: login.to_owned(),
            resource_manager: resource_manager.to_owned(),
            audience: resource_manager.to_owned(),
            storage_suffix: storage.to_owned(),
        })
    }

    /// The cloud that a metadata host describes.
    ///
    /// # Errors
    /// The host does not answer, or not with a usable document.
    pub async fn discover(host: &str, client: &Client, scope: &Scope) -> Result<Cloud, AzureError> {
        let host = host.trim_start_matches("https://").trim_end_matches('/');
        let url = format!("https://{host}/metadata/endpoints?api-version=2022-09-01");
        let answer =
            client.send(&Request::get(url).header("accept", "application/json"), &scope.cancel).await?;
        if !answer.is_success() {
            return Err(AzureError::from_answer(&answer).during(format!("reading the endpoints of {host}")));
        }
        let document = answer.json().unwrap_or(Value::Null);
        // Newer hosts answer with one document, older ones with a list of clouds.
        let document = document.as_array().and_then(|all| all.first()).unwrap_or(&document);
        let text = |pointer: &str| {
            document
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(|text| text.trim_end_matches('/').to_owned())
        };
        let (login, manager) = (text("/authentication/loginEndpoint"), text("/resourceManager"));
        let (Some(login), Some(resource_manager)) = (login, manager) else {
            return Err(AzureError::Unexpected(format!(
                "the metadata document of {host} names no login endpoint or no resource manager"
            )));
        };
        Ok(Cloud {
            name: text("/name").unwrap_or_default(),
            login,
            audience: text("/authentication/audiences/0").unwrap_or_else(|| resource_manager.clone()),
            resource_manager,
            storage_suffix: text("/suffixes/storage").unwrap_or_else(|| "core.windows.net".to_owned()),
        })
    }
}
