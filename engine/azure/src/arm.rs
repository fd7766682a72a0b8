//! Requests to Azure Resource Manager.

use std::fmt;
use std::sync::Arc;

use http::Method;
use ordain_http::{Client, ClientOptions, Environment, Request, Response, Retry, retry_after};
use serde_json::Value;

use crate::credential::Credential;
use crate::tokens::Tokens;
use crate::{AzureError, Claims, Cloud, Scope, Settings, random_guid};

/// One request, relative to the resource manager.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// Method.
    pub method: Method,
    /// Path, such as `/subscriptions/…`.
    pub path: &'a str,
    /// Value of `api-version`.
    pub api_version: &'a str,
    /// Further query parameters.
    pub query: &'a [(&'a str, &'a str)],
    /// JSON body.
    pub body: Option<&'a Value>,
}

impl<'a> Call<'a> {
    /// A call without body.
    pub fn new(method: Method, path: &'a str, api_version: &'a str) -> Self {
        Self { method, path, api_version, query: &[], body: None }
    }

    /// A GET call.
    pub fn get(path: &'a str, api_version: &'a str) -> Self {
        Self::new(Method::GET, path, api_version)
    }

    /// Adds a body.
    #[must_use]
    pub fn body(mut self, body: &'a Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// A successful answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code, 2xx.
    pub status: u16,
    /// The document; null when there is none.
    pub body: Value,
    /// `Azure-AsyncOperation`, else `Location`.
    pub follow: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// What `Retry-After` asks for.
    pub retry_after: Option<std::time::Duration>,
}

/// A signed-in client of one cloud. Clones share tokens and connections.
#[derive(Clone)]
pub struct Azure {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    cloud: Cloud,
    tokens: Tokens,
    claims: Claims,
    subscription: Option<String>,
    correlation_id: String,
}

impl fmt::Debug for Azure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Azure").field("cloud", &self.shared.cloud).finish_non_exhaustive()
    }
}

impl Azure {
    /// Finds the cloud, signs in and checks the token.
    ///
    /// # Errors
    /// Settings are missing, the cloud cannot be found, or signing in failed.
    pub async fn connect(settings: &Settings, env: &Environment, scope: &Scope) -> Result<Azure, AzureError> {
        let options = ClientOptions { user_agent: Some("ordain".to_owned()), ..ClientOptions::default() };
        let client = Client::new(&options, env)?;
        let credential = Credential::choose(settings, env)?;
        let cloud = match settings.get("metadata_host") {
            Some(host) => Cloud::discover(host, &client, scope).await?,
            None => Cloud::named(settings.get("environment").unwrap_or("public"))?,
        };
        let tokens = Tokens::new(credential);
        let (mut claims, subscription, tenant) = tokens
            .first(&cloud, &client, scope)
            .await
            .map_err(|error| error.during("could not acquire access token to parse claims"))?;
        if claims.tenant_id.is_empty() {
            claims.tenant_id =
                tenant.or_else(|| settings.get("tenant_id").map(str::to_owned)).unwrap_or_default();
        }
        if claims.client_id.is_empty() {
            claims.client_id = settings.get("client_id").unwrap_or_default().to_owned();
        }
        let subscription = settings.get("subscription_id").map(str::to_owned).or(subscription);
        let correlation_id = random_guid();
        Ok(Azure { shared: Arc::new(Shared { client, cloud, tokens, claims, subscription, correlation_id }) })
    }

    /// The cloud's endpoints.
    pub fn cloud(&self) -> &Cloud {
        &self.shared.cloud
    }

    /// Who is signed in.
    pub fn claims(&self) -> &Claims {
        &self.shared.claims
    }

    /// The configured subscription, or the one that the Azure CLI is set to.
    pub fn subscription(&self) -> Option<&str> {
        self.shared.subscription.as_deref()
    }

    /// The HTTP client underneath, for services beside the resource manager.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// A token for an audience, such as `https://storage.azure.com`.
    ///
    /// # Errors
    /// Signing in failed.
    pub async fn token(&self, audience: &str, scope: &Scope) -> Result<String, AzureError> {
        self.shared.tokens.get(audience, &self.shared.cloud, &self.shared.client, scope).await
    }

    /// Makes one call and wants a 2xx answer.
    ///
    /// # Errors
    /// The service refused (after retries), did not answer, or the deadline passed.
    pub async fn call(&self, call: &Call<'_>, scope: &Scope) -> Result<Answer, AzureError> {
        let mut url = format!(
            "{}{}?api-version={}",
            self.shared.cloud.resource_manager,
            encode_path(call.path),
            call.api_version
        );
        for (name, value) in call.query {
            url.push_str(&format!("&{name}={value}"));
        }
        self.send(call.method.clone(), &url, call.body, scope).await
    }

    /// GETs the next page of a list (`nextLink`).
    ///
    /// # Errors
    /// As [`Azure::call`]; also when the address is not on the resource manager's host.
    pub async fn get_page(&self, url: &str, scope: &Scope) -> Result<Value, AzureError> {
        Ok(self.follow(url, scope).await?.body)
    }

    /// GETs a URL that the resource manager handed out. It gets a token only on the resource manager's own host.
    pub(crate) async fn follow(&self, url: &str, scope: &Scope) -> Result<Answer, AzureError> {
        let host = |url: &str| url.split('/').nth(2).map(str::to_ascii_lowercase);
        if host(url) != host(&self.shared.cloud.resource_manager) {
            return Err(AzureError::Unexpected(format!(
                "the service handed out a polling address on another host: {}",
                ordain_http::safe_url(url)
            )));
        }
        self.send(Method::GET, url, None, scope).await
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        body: Option<&Value>,
        scope: &Scope,
    ) -> Result<Answer, AzureError> {
        let shared = &self.shared;
        let mut renewed = false;
        loop {
            let token = self.token(&shared.cloud.audience, scope).await?;
            // All calls of the resource manager may be repeated: PUT and DELETE are idempotent, and its
            // POST actions set what they are given.
            let retry = Retry { attempts: 8, resend: true, ..Retry::default() };
            let mut request = Request::new(method.clone(), url)
                .retry(retry)
                .bearer(&token)
                .header("accept", "application/json")
                .correlated("x-ms-correlation-request-id", &shared.correlation_id);
            if let Some(body) = body {
                request = request.body("application/json; charset=utf-8", body.to_string().into_bytes());
            }
            let sent = tokio::time::timeout(scope.left(), shared.client.send(&request, &scope.cancel)).await;
            let answer = sent.map_err(|_| AzureError::Deadline)??;
            if answer.status == 401 && !renewed {
                shared.tokens.forget(&shared.cloud.audience, &token).await;
                renewed = true;
                continue;
            }
            return read(&answer);
        }
    }
}

fn read(answer: &Response) -> Result<Answer, AzureError> {
    if !answer.is_success() {
        return Err(AzureError::from_answer(answer));
    }
    let body = if answer.body.is_empty() {
        Value::Null
    } else {
        answer.json().map_err(|error| {
            AzureError::Unexpected(format!("the answer of {} is no JSON document: {error}", answer.url))
        })?
    };
    let location = answer.header("location").map(str::to_owned);
    Ok(Answer {
        status: answer.status,
        body,
        follow: answer.header("azure-asyncoperation").map(str::to_owned).or_else(|| location.clone()),
        location,
        retry_after: retry_after(&answer.headers),
    })
}

/// Percent-encodes what may not stand in a path; slashes stay.
fn encode_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'(' | b')' | b'!' | b'\'' | b'*' | b':' | b'@' | b'$' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
#[path = "arm_tests.rs"]
mod tests;
