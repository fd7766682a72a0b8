//! Requests to registries and mirrors: service discovery, credentials, downloads.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use ordain_diag::Diagnostic;
use ordain_http::{Cancel, Client, ClientOptions, Request, Response, Retry, safe_url};
use serde_json::Value as Json;
use tokio::sync::Mutex;
use url::Url;

use crate::credentials::token_for;
use crate::settings::is_loopback;
use crate::transfer::{Meter, Told};
use crate::{Hash, Settings, hash};

/// Documents longer than this are refused.
const LONGEST_DOCUMENT: usize = 32 << 20;
/// Downloads longer than this are refused.
pub(crate) const LARGEST_DOWNLOAD: u64 = 2 << 30;

/// Why a request gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The service says that there is no such thing.
    NotFound,
    /// A sentence without a full stop.
    Other(String),
}

impl Failure {
    pub(crate) fn text(&self) -> String {
        match self {
            Failure::NotFound => "it does not exist there (404)".to_owned(),
            Failure::Other(why) => why.clone(),
        }
    }
}

/// Services of one host by name.
type Services = BTreeMap<String, String>;

/// What requests are made with.
pub(crate) struct Network<'n> {
    client: Client,
    settings: &'n Settings,
    env: &'n BTreeMap<String, String>,
    retry: Retry,
    services: Mutex<BTreeMap<String, Services>>,
}

/// Value of `ORDAIN_NAME`, else of `TF_NAME`, as a number.
fn number(env: &BTreeMap<String, String>, name: &str) -> Option<u32> {
    let own = env.get(&format!("ORDAIN_{name}")).or_else(|| env.get(&format!("TF_{name}")));
    own?.trim().parse().ok()
}

impl<'n> Network<'n> {
    /// Reads `TF_REGISTRY_CLIENT_TIMEOUT` (seconds) and `TF_REGISTRY_DISCOVERY_RETRY` (how often to try again).
    pub(crate) fn new(settings: &'n Settings, env: &'n BTreeMap<String, String>) -> Result<Self, Diagnostic> {
        let timeout = number(env, "REGISTRY_CLIENT_TIMEOUT").filter(|seconds| *seconds > 0).unwrap_or(10);
        let options = ClientOptions {
            connect_timeout: Some(Duration::from_secs(u64::from(timeout))),
            timeout: Some(Duration::from_secs(u64::from(timeout.max(60)))),
            user_agent: Some(format!("ordain/{}", env!("CARGO_PKG_VERSION"))),
            ..ClientOptions::default()
        };
        let retry = Retry {
            attempts: number(env, "REGISTRY_DISCOVERY_RETRY").unwrap_or(1).min(10).saturating_add(1),
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(10),
            resend: true,
        };
        let client = Client::new(&options, env).map_err(Diagnostic::from)?;
        Ok(Self { client, settings, env, retry, services: Mutex::new(BTreeMap::new()) })
    }

    /// Sends a GET; the token of `host` goes along when a host is given.
    pub(crate) async fn get(&self, url: &str, host: Option<&str>) -> Result<Response, Failure> {
        if !url.starts_with("https://") && !is_loopback(url) {
            return Err(Failure::Other(format!("{} is not reached by HTTPS", safe_url(url))));
        }
        let mut request = Request::get(url).retry(self.retry).limit(LONGEST_DOCUMENT);
        if let Some(host) = host
            && let Some(token) = token_for(self.settings, self.env, host).await.map_err(Failure::Other)?
        {
            request = request.bearer(&token);
        }
        let answer = self.client.send(&request, &Cancel::new()).await;
        let answer = answer.map_err(|error| Failure::Other(error.to_string()))?;
        match answer.status {
            status if (200..300).contains(&status) => Ok(answer),
            404 => Err(Failure::NotFound),
            401 | 403 => Err(Failure::Other(format!(
                "{} refuses the request ({}); credentials for the host come from \"ordain login\", TF_TOKEN_* or the CLI configuration",
                answer.url, answer.status
            ))),
            status => Err(Failure::Other(format!("{} answered with status {status}", answer.url))),
        }
    }

    /// Sends a request and gives whatever is answered.
    pub(crate) async fn answer(&self, request: Request) -> Result<Response, Failure> {
        if !request.url.starts_with("https://") && !is_loopback(&request.url) {
            return Err(Failure::Other(format!("{} is not reached by HTTPS", safe_url(&request.url))));
        }
        let request = request.retry(self.retry).limit(LONGEST_DOCUMENT);
        let answer = self.client.send(&request, &Cancel::new()).await;
        answer.map_err(|error| Failure::Other(error.to_string()))
    }

    /// The environment that settings of the network come from.
    pub(crate) fn env(&self) -> &BTreeMap<String, String> {
        self.env
    }

    /// Gets a JSON document.
    pub(crate) async fn document(&self, url: &str, host: Option<&str>) -> Result<Json, Failure> {
        let answer = self.get(url, host).await?;
        answer.json().map_err(|error| Failure::Other(format!("{} is no JSON document: {error}", answer.url)))
    }

    /// Base URL of a host's service, with a `/` at its end.
    pub(crate) async fn service(&self, host: &str, name: &str) -> Result<String, Failure> {
        let url = self.offered(host, name).await?;
        let url =
            url.ok_or_else(|| Failure::Other(format!("host {host} does not offer the service {name}")))?;
        Ok(format!("{}/", url.trim_end_matches('/')))
    }

    /// What a host says about a service: its URL, or the text of an object.
    pub(crate) async fn offered(&self, host: &str, name: &str) -> Result<Option<String>, Failure> {
        let mut known = self.services.lock().await;
        if !known.contains_key(host) {
            let services = match self.settings.hosts.get(host) {
                Some(services) => services.clone(),
                None => self.discover(host).await?,
            };
            known.insert(host.to_owned(), services);
        }
        Ok(known.get(host).and_then(|services| services.get(name)).cloned())
    }

    async fn discover(&self, host: &str) -> Result<Services, Failure> {
        let url = format!("https://{host}/.well-known/terraform.json");
        let answer = self.get(&url, Some(host)).await.map_err(|failure| match failure {
            Failure::NotFound => {
                Failure::Other(format!("host {host} offers no services: it has no discovery document"))
            }
            Failure::Other(why) => Failure::Other(format!(
                "could not connect to {host}: failed to request discovery document: {why}"
            )),
        })?;
        let document = answer.json().map_err(|error| {
            Failure::Other(format!("the discovery document of {host} is no JSON document: {error}"))
        })?;
        let mut services = Services::new();
        for (name, value) in document.as_object().into_iter().flatten() {
            // `login.v1` is an object; it is kept as its text.
            let text = match value {
                Json::String(text) => join(&url, text).unwrap_or_else(|| text.clone()),
                other => other.to_string(),
            };
            services.insert(name.clone(), text);
        }
        Ok(services)
    }

    /// Downloads a file, trying again from where the connection broke; gives its SHA-256 in hexadecimal.
    pub(crate) async fn download(
        &self,
        request: &Request,
        to: &Path,
        told: Told<'_>,
    ) -> Result<String, Failure> {
        let url = request.url.as_str();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(Failure::Other(format!("{} is no HTTP address", safe_url(url))));
        }
        let failed =
            |error: std::io::Error| Failure::Other(format!("{} cannot be written: {error}", to.display()));
        let mut file = File::create(to).map_err(failed)?;
        let mut have: u64 = 0;
        let mut meter = Meter::new(url, told);
        let mut attempt = 1;
        loop {
            match self.part(request, &mut file, &mut have, &mut meter).await {
                Ok(()) => break,
                Err((failure, again)) if !again || attempt >= self.retry.attempts => return Err(failure),
                Err(_) => tokio::time::sleep(self.retry.delay(attempt, None)).await,
            }
            attempt += 1;
        }
        file.sync_all().map_err(failed)?;
        drop(file);
        let path = to.to_path_buf();
        let sum = crate::place::blocking(move || hash::sha256(File::open(path)?)).await;
        sum.map_err(failed)
    }

    /// One try of a download, from what is there already; says whether another try may help.
    async fn part(
        &self,
        request: &Request,
        file: &mut File,
        have: &mut u64,
        meter: &mut Meter<'_>,
    ) -> Result<(), (Failure, bool)> {
        let url = request.url.as_str();
        let mut request = request.clone().timeout(Duration::from_secs(3600));
        if *have > 0 {
            request = request.header("range", format!("bytes={have}-"));
        }
        let lost = |error: ordain_http::HttpError| (Failure::Other(error.to_string()), true);
        let mut answer = self.client.stream(&request, &Cancel::new()).await.map_err(lost)?;
        match answer.status {
            206 if *have > 0 => {}
            200..=299 => {
                // The whole again: the server knows no ranges.
                *have = 0;
                let emptied = file.set_len(0).and_then(|()| std::io::Seek::rewind(file));
                emptied.map_err(|error| (Failure::Other(error.to_string()), false))?;
            }
            404 => return Err((Failure::NotFound, false)),
            status => {
                let why = format!("{} answered with status {status}", safe_url(url));
                return Err((Failure::Other(why), Retry::is_retryable(status)));
            }
        }
        let length =
            answer.headers.get("content-length").and_then(|text| text.to_str().ok()?.parse::<u64>().ok());
        meter.total = length.and_then(|length| length.checked_add(*have));
        while let Some(chunk) = answer.chunk().await.map_err(lost)? {
            *have = have.saturating_add(chunk.len() as u64);
            if *have > LARGEST_DOWNLOAD {
                let why = format!("{} is longer than {LARGEST_DOWNLOAD} bytes", safe_url(url));
                return Err((Failure::Other(why), false));
            }
            file.write_all(&chunk).map_err(|error| (Failure::Other(error.to_string()), false))?;
            meter.at(*have);
        }
        Ok(())
    }
}

/// A reference resolved against the URL of the document it stands in.
pub(crate) fn join(base: &str, reference: &str) -> Option<String> {
    Some(Url::parse(base).ok()?.join(reference).ok()?.to_string())
}

/// Checks a download against the checksum that a document promised.
pub(crate) fn expect_sum(found: &str, promised: &str, what: &str) -> Result<Hash, String> {
    if found.eq_ignore_ascii_case(promised) {
        Ok(Hash::of_archive(found))
    } else {
        Err(format!("{what} has the SHA-256 checksum {found}, but {promised} was promised for it"))
    }
}
