//! Requests to the blob service.

use std::time::SystemTime;

use http::Method;
use ordain_azure::{Azure, Call as ArmCall, Scope, Settings as SignIn};
use ordain_diag::Diagnostic;
use ordain_http::{ClientOptions, Environment, Request, Response, Retry};
use ordain_state::BlobError;
use serde_json::Value as Json;
use tokio::sync::OnceCell;

use super::settings::{Access, Chosen};
use super::sign;

const API: &str = "2023-11-03";
const STORAGE_API: &str = "2023-01-01";
/// What tokens for the blob service are asked for, in every cloud.
const AUDIENCE: &str = "https://storage.azure.com";

/// One request, before it is signed.
pub(super) struct Call {
    method: Method,
    /// Blob; `None` for the container.
    name: Option<String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub(super) fn new(method: Method, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::container(method) }
    }

    pub(super) fn container(method: Method) -> Self {
        // PUT wants a length even where nothing is sent.
        let body = (method == Method::PUT).then(Vec::new);
        Self { method, name: None, query: Vec::new(), headers: Vec::new(), body }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A write whose answer was lost is settled by reading, not by writing again. But deletions, metadata, and a
    /// lease that is taken by its own id may be asked for twice.
    fn may_arrive_twice(&self) -> bool {
        let reads = self.method == Method::GET || self.method == Method::HEAD;
        let component = self.query.iter().find(|(name, _)| name == "comp").map(|(_, value)| value.as_str());
        let acquires =
            self.headers.iter().any(|(name, value)| name == "x-ms-lease-action" && value == "acquire");
        reads
            || self.method == Method::DELETE
            || component == Some("metadata")
            || component == Some("lease") && acquires
    }

    pub(super) fn body(mut self, content_type: &str, bytes: Vec<u8>) -> Self {
        self.headers.push(("content-type".to_owned(), content_type.to_owned()));
        self.body = Some(bytes);
        self
    }
}

/// How requests are signed, once it is known.
enum Key {
    Shared(String),
    Sas(String),
    Identity,
}

/// A store that was found and can be signed for.
struct Opened {
    endpoint: String,
    key: Key,
    azure: Option<Azure>,
}

/// A client of one container; signs in at its first request.
pub(super) struct Client {
    http: ordain_http::Client,
    chosen: Chosen,
    env: Environment,
    opened: OnceCell<Opened>,
}

impl Client {
    pub(super) fn for_account(chosen: Chosen, env: &Environment) -> Result<Self, Diagnostic> {
        let options = ClientOptions { user_agent: Some("ordain".to_owned()), ..ClientOptions::default() };
        let http = ordain_http::Client::new(&options, env)?;
        Ok(Self { http, chosen, env: env.clone(), opened: OnceCell::new() })
    }

    async fn open(&self) -> Result<Opened, BlobError> {
        let failed = |error: ordain_azure::AzureError| BlobError::Failed(error.to_string());
        let settings = SignIn::resolve(&self.chosen.sign_in, &self.env);
        let wants_azure = matches!(self.chosen.access, Access::Identity | Access::ListKeys(_))
            || (self.chosen.endpoint.is_none() && settings.get("metadata_host").is_some())
            || self.chosen.look_up_endpoint;
        let scope = Scope::within(std::time::Duration::from_secs(300));
        let azure = match wants_azure {
            true => Some(Azure::connect(&settings, &self.env, &scope).await.map_err(failed)?),
            false => None,
        };
        let key = match (&self.chosen.access, &azure) {
            (Access::Key(key), _) => Key::Shared(key.clone()),
            (Access::Sas(token), _) => Key::Sas(token.clone()),
            (Access::ListKeys(group), Some(azure)) => {
                Key::Shared(self.list_keys(azure, group, &scope).await?)
            }
            _ => Key::Identity,
        };
        let suffix = match &azure {
            Some(azure) => azure.cloud().storage_suffix.clone(),
            None => {
                let cloud = ordain_azure::Cloud::named(settings.get("environment").unwrap_or("public"));
                cloud.map_err(failed)?.storage_suffix
            }
        };
        let endpoint = match (&self.chosen.endpoint, &azure) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Some(azure)) if self.chosen.look_up_endpoint => self.look_up(azure, &scope).await?,
            _ => format!("https://{}.blob.{suffix}", self.chosen.account),
        };
        Ok(Opened { endpoint: endpoint.trim_end_matches('/').to_owned(), key, azure })
    }

    fn account_path(&self, azure: &Azure, group: &str) -> Result<String, BlobError> {
        let Some(subscription) = azure.subscription() else {
            return Err(BlobError::Failed(
                "subscription ID could not be determined and was not specified".to_owned(),
            ));
        };
        Ok(format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{}",
            self.chosen.account
        ))
    }

    async fn list_keys(&self, azure: &Azure, group: &str, scope: &Scope) -> Result<String, BlobError> {
        let path = format!("{}/listKeys", self.account_path(azure, group)?);
        let call = ArmCall::new(Method::POST, &path, STORAGE_API);
        let answer = azure.call(&call, scope).await;
        let answer = answer.map_err(|error| {
            BlobError::Failed(format!(
                "retrieving keys for Storage Account {:?}: {error}",
                self.chosen.account
            ))
        })?;
        let key = answer.body.pointer("/keys/0/value").and_then(Json::as_str);
        key.map(str::to_owned).ok_or_else(|| {
            BlobError::Failed(format!("Storage Account {:?} has no keys", self.chosen.account))
        })
    }

    async fn look_up(&self, azure: &Azure, scope: &Scope) -> Result<String, BlobError> {
        let group = match &self.chosen.access {
            Access::ListKeys(group) => Some(group),
            _ => self.chosen.sign_in.get("resource_group_name"),
        };
        let Some(group) = group else {
            return Err(BlobError::Failed("lookup_blob_endpoint needs resource_group_name".to_owned()));
        };
        let path = self.account_path(azure, group)?;
        let answer = azure.call(&ArmCall::get(&path, STORAGE_API), scope).await;
        let answer = answer.map_err(|error| BlobError::Failed(error.to_string()))?;
        let found = answer.body.pointer("/properties/primaryEndpoints/blob").and_then(Json::as_str);
        found.map(str::to_owned).ok_or_else(|| {
            BlobError::Failed(format!("Storage Account {:?} names no blob endpoint", self.chosen.account))
        })
    }

    /// Sends a request and gives the answer, whatever its status.
    pub(super) async fn send(&self, call: &Call) -> Result<Response, BlobError> {
        let opened = self.opened.get_or_try_init(|| self.open()).await?;
        let scope = Scope::default();
        let mut url = format!("{}/{}", opened.endpoint, encode(&self.chosen.container, false));
        if let Some(name) = &call.name {
            url.push('/');
            url.push_str(&encode(name, true));
        }
        let path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let mut headers = call.headers.clone();
        headers.push(("x-ms-version".to_owned(), API.to_owned()));
        headers.push(("x-ms-date".to_owned(), now()));
        let mut request = Request::new(call.method.clone(), url);
        request.retry = Retry { resend: call.may_arrive_twice(), ..Retry::default() };
        for (name, value) in &call.query {
            request = request.query(name, value);
        }
        match &opened.key {
            Key::Shared(key) => {
                let length = call.body.as_ref().map_or(0, Vec::len);
                let signed = sign::Signed {
                    method: call.method.as_str(),
                    path: &path,
                    query: &call.query,
                    headers: &headers,
                    length,
                };
                let value = sign::authorization(&self.chosen.account, key, &signed)
                    .ok_or_else(|| BlobError::Denied("the access key is not base64".to_owned()))?;
                headers.push(("authorization".to_owned(), value));
            }
            Key::Sas(token) => {
                request.url.push(if request.url.contains('?') { '&' } else { '?' });
                request.url.push_str(token);
            }
            Key::Identity => {
                let Some(azure) = &opened.azure else {
                    return Err(BlobError::Denied("nobody is signed in".to_owned()));
                };
                let token = azure.token(AUDIENCE, &scope).await;
                let token = token.map_err(|error| BlobError::Denied(error.to_string()))?;
                headers.push(("authorization".to_owned(), format!("Bearer {token}")));
            }
        }
        request.headers = headers;
        request.body = call.body.as_ref().map(|body| body.clone().into());
        self.http.send(&request, &scope.cancel).await.map_err(|error| BlobError::Failed(error.to_string()))
    }

    /// Whether there is a blob.
    pub(super) async fn exists(&self, name: &str) -> Result<bool, BlobError> {
        let answer = self.send(&Call::new(Method::HEAD, name)).await?;
        match answer.status {
            200 => Ok(true),
            404 if super::code(&answer) != "ContainerNotFound" => Ok(false),
            _ => Err(self.failed("look for", name, &answer)),
        }
    }

    /// What a refusal means.
    pub(super) fn failed(&self, verb: &str, name: &str, answer: &Response) -> BlobError {
        let code = super::code(answer);
        let message = super::listing::element(&answer.text(), "Message").unwrap_or_default();
        let message = message.lines().next().unwrap_or_default();
        let id = answer.header("x-ms-request-id").unwrap_or_default();
        let text = format!(
            "could not {verb} {name:?} in container {:?} of storage account {:?}: HTTP status {}, {code}: {message} \
             (request id {id})",
            self.chosen.container, self.chosen.account, answer.status
        );
        match answer.status {
            401 | 403 => BlobError::Denied(text),
            412 if code.starts_with("Lease") => {
                BlobError::Denied(format!("{text}. The blob is locked by somebody else"))
            }
            _ => BlobError::Failed(text),
        }
    }
}

/// The time as HTTP writes it.
fn now() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or_default();
    let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Percent-encodes all but unreserved characters, and slashes in names.
fn encode(text: &str, slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            b'/' if slashes => out.push('/'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
