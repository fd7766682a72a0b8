//! Ways to sign in.

use std::time::Duration;

use ordain_http::{Client, Environment, Request, Retry};
use serde_json::Value;
use tokio::process::Command;

use crate::{AzureError, Cloud, Scope, Settings};

/// A token and how long it holds.
pub(crate) struct Fresh {
    pub(crate) token: String,
    pub(crate) lifetime: Duration,
    /// Subscription and tenant that the Azure CLI is set to.
    pub(crate) subscription: Option<String>,
    pub(crate) tenant: Option<String>,
}

/// How to sign in. Secrets stay in here: there is no `Debug`.
pub(crate) enum Credential {
    Secret { tenant: String, client: String, secret: String },
    Federated { tenant: String, client: String, source: Assertion },
    Cli { tenant: Option<String>, env: Environment },
}

/// Where a federated token comes from.
pub(crate) enum Assertion {
    Given(String),
    File(String),
    GitHub { url: String, token: String },
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Credential {
    /// Chooses as the original does: client secret, federated token, Azure CLI.
    pub(crate) fn choose(settings: &Settings, env: &Environment) -> Result<Self, AzureError> {
        if settings.get("client_certificate").or(settings.get("client_certificate_path")).is_some() {
            return Err(AzureError::Settings(
                "client_certificate and client_certificate_path are not supported by this provider yet: use \
                 client_secret, OIDC or the Azure CLI"
                    .to_owned(),
            ));
        }
        if settings.flag("use_msi", false) {
            return Err(AzureError::Settings(
                "use_msi is not supported by this provider: use client_secret, OIDC or the Azure CLI"
                    .to_owned(),
            ));
        }
        let tenant = settings.get("tenant_id").map(str::to_owned);
        let client = from_value_or_file(settings, "client_id")?;
        if let Some(secret) = from_value_or_file(settings, "client_secret")? {
            return match (tenant, client) {
                (Some(tenant), Some(client)) => Ok(Credential::Secret { tenant, client, secret }),
                _ => Err(missing("client_secret")),
            };
        }
        if settings.flag("use_oidc", false) {
            let (Some(tenant), Some(client)) = (tenant, client) else { return Err(missing("use_oidc")) };
            return Ok(Credential::Federated { tenant, client, source: Assertion::choose(settings)? });
        }
        if settings.flag("use_cli", true) {
            return Ok(Credential::Cli { tenant, env: env.clone() });
        }
        Err(AzureError::Settings(
            "unable to build authorizer for Resource Manager API: could not configure any authorizer: set \
             client_id, tenant_id and client_secret, or use_oidc, or use_cli (ARM_* variables work too)"
                .to_owned(),
        ))
    }

    pub(crate) async fn fetch(
        &self,
        audience: &str,
        cloud: &Cloud,
        client: &Client,
        scope: &Scope,
    ) -> Result<Fresh, AzureError> {
        let wanted = format!("{}/.default", audience.trim_end_matches('/'));
        match self {
            Credential::Secret { tenant, client: id, secret } => {
                let form = [
                    ("client_id", id.as_str()),
                    ("client_secret", secret),
                    ("grant_type", "client_credentials"),
                    ("scope", &wanted),
                ];
                ask(&form, tenant, cloud, client, scope).await
            }
            Credential::Federated { tenant, client: id, source } => {
                let assertion = source.read(client, scope).await?;
                let form = [
                    ("client_assertion", assertion.as_str()),
                    ("client_assertion_type", ASSERTION_TYPE),
                    ("client_id", id),
                    ("grant_type", "client_credentials"),
                    ("scope", &wanted),
                ];
                ask(&form, tenant, cloud, client, scope).await
            }
            Credential::Cli { tenant, env } => cli(audience, tenant.as_deref(), env, scope).await,
        }
    }
}

impl Assertion {
    fn choose(settings: &Settings) -> Result<Self, AzureError> {
        if let Some(token) = settings.get("oidc_token") {
            return Ok(Assertion::Given(token.to_owned()));
        }
        if let Some(path) = settings.get("oidc_token_file_path") {
            return Ok(Assertion::File(path.to_owned()));
        }
        if settings.get("ado_pipeline_service_connection_id").is_some() {
            return Err(AzureError::Settings(
                "ado_pipeline_service_connection_id is not supported by this provider yet: pass the token by \
                 oidc_token or oidc_token_file_path"
                    .to_owned(),
            ));
        }
        match (settings.get("oidc_request_url"), settings.get("oidc_request_token")) {
            (Some(url), Some(token)) if !url.contains("169.254.") => {
                Ok(Assertion::GitHub { url: url.to_owned(), token: token.to_owned() })
            }
            _ => Err(AzureError::Settings(
                "use_oidc needs oidc_token, oidc_token_file_path, or oidc_request_url with oidc_request_token \
                 (a GitHub job sets the last two when it has the permission id-token: write)"
                    .to_owned(),
            )),
        }
    }

    async fn read(&self, client: &Client, scope: &Scope) -> Result<String, AzureError> {
        match self {
            Assertion::Given(token) => Ok(token.clone()),
            Assertion::File(path) => read_secret(path),
            Assertion::GitHub { url, token } => {
                let request = Request::get(url.as_str())
                    .query("audience", "api://AzureADTokenExchange")
                    .bearer(token)
                    .header("accept", "application/json");
                let answer = client.send(&request, &scope.cancel).await?;
                let body = answer.json().unwrap_or(Value::Null);
                match body.get("value").and_then(Value::as_str) {
                    Some(assertion) if answer.is_success() => Ok(assertion.to_owned()),
                    _ => Err(AzureError::Auth(format!(
                        "githubAssertion: the token service answered with HTTP status {}",
                        answer.status
                    ))),
                }
            }
        }
    }
}

fn missing(name: &str) -> AzureError {
    AzureError::Settings(format!(
        "unable to build authorizer for Resource Manager API: {name} is set, so tenant_id and client_id must \
         be set too"
    ))
}

fn from_value_or_file(settings: &Settings, name: &str) -> Result<Option<String>, AzureError> {
    if let Some(value) = settings.get(name) {
        return Ok(Some(value.to_owned()));
    }
    settings.get(&format!("{name}_file_path")).map(read_secret).transpose()
}

fn read_secret(path: &str) -> Result<String, AzureError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => Err(AzureError::Settings(format!("{path} cannot be read: {error}"))),
    }
}

async fn ask(
    form: &[(&str, &str)],
    tenant: &str,
    cloud: &Cloud,
    client: &Client,
    scope: &Scope,
) -> Result<Fresh, AzureError> {
    let url = format!("{}/{tenant}/oauth2/v2.0/token", cloud.login);
    let retry = Retry { resend: true, ..Retry::default() };
    let request = Request::post(url).form(form).header("accept", "application/json").retry(retry);
    let answer = client.send(&request, &scope.cancel).await?;
    let body = answer.json().unwrap_or(Value::Null);
    let token = body.get("access_token").and_then(Value::as_str);
    let Some(token) = token.filter(|_| answer.is_success()) else {
        return Err(AzureError::Auth(format!(
            "clientCredentialsToken: received HTTP status {} with response: {}",
            answer.status,
            answer.text()
        )));
    };
    let seconds = match body.get("expires_in") {
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_u64(),
        None => None,
    };
    Ok(Fresh {
        token: token.to_owned(),
        lifetime: Duration::from_secs(seconds.unwrap_or(3600)),
        subscription: None,
        tenant: None,
    })
}

async fn cli(
    audience: &str,
    tenant: Option<&str>,
    env: &Environment,
    scope: &Scope,
) -> Result<Fresh, AzureError> {
    let mut command = Command::new("az");
    command.args(["account", "get-access-token", "--output", "json", "--resource", audience]);
    if let Some(tenant) = tenant {
        command.args(["--tenant", tenant]);
    }
    command.env_clear().envs(env).kill_on_drop(true);
    let output = tokio::select! {
        () = scope.cancel.cancelled() => return Err(AzureError::Cancelled),
        output = tokio::time::timeout(Duration::from_secs(90), command.output()) => output,
    };
    let failed = |reason: String| AzureError::Auth(format!("running Azure CLI: {reason}"));
    let output = match output {
        Err(_) => return Err(failed("az account get-access-token did not end within 90 s".to_owned())),
        Ok(Err(error)) => {
            return Err(failed(format!(
                "{error}: set client_id, tenant_id and client_secret, use OIDC, or install the Azure CLI and run \
                 az login"
            )));
        }
        Ok(Ok(output)) => output,
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(failed(format!("az account get-access-token failed: {said}")));
    }
    let body: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(token) = text("accessToken") else {
        return Err(failed("the answer holds no accessToken".to_owned()));
    };
    // The CLI names local or absolute times; asking again every five minutes is cheap and always right.
    Ok(Fresh {
        token,
        lifetime: Duration::from_secs(600),
        subscription: text("subscription"),
        tenant: text("tenant"),
    })
}
