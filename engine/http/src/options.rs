//! What a client is built from.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Certificate, Identity, NoProxy, Proxy};

use crate::HttpError;

/// Environment variables, as a value: who calls decides what a client sees.
pub type Environment = BTreeMap<String, String>;

/// Settings of a client; `default()` is right for public services.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// Certificates (PEM, one or many) trusted beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// Trust `extra_roots` only.
    pub only_extra_roots: bool,
    /// Client certificate chain and private key (PEM, in one text).
    pub identity: Option<Vec<u8>>,
    /// Do not check the server's certificate. For `insecure` arguments only.
    pub insecure: bool,
    /// Proxy URL that wins over the environment's.
    pub proxy: Option<String>,
    /// Longest time to connect; 30 s when not set.
    pub connect_timeout: Option<Duration>,
    /// Longest time for one request, answer included; 5 min when not set.
    pub timeout: Option<Duration>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// Names that resolve to given addresses (a certificate's name may differ from the host's).
    pub resolve: Vec<(String, SocketAddr)>,
    /// Follow no redirects (services that hand out polling URLs want to see them).
    pub no_redirects: bool,
}

/// Shows no certificates, keys or proxy passwords.
impl fmt::Debug for ClientOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ClientOptions")
            .field("extra_roots", &self.extra_roots.len())
            .field("identity", &self.identity.is_some())
            .field("insecure", &self.insecure)
            .finish_non_exhaustive()
    }
}

impl ClientOptions {
    /// The client underneath.
    ///
    /// Environment read: `SSL_CERT_FILE` (replaces the system's roots, as it does for Go programs),
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and their lower-case forms. Loopback addresses are never
    /// proxied.
    pub(crate) fn build(&self, env: &Environment) -> Result<reqwest::Client, HttpError> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout.unwrap_or(Duration::from_secs(30)))
            .timeout(self.timeout.unwrap_or(Duration::from_secs(300)))
            .user_agent(self.user_agent.as_deref().unwrap_or("ordain"))
            .no_proxy();
        if self.no_redirects {
            builder = builder.redirect(reqwest::redirect::Policy::none());
        }
        builder = self.trust(builder, env)?;
        if let Some(pem) = &self.identity {
            let identity = Identity::from_pem(pem)
                .map_err(|_| HttpError::build("the client certificate and key are not usable PEM"))?;
            builder = builder.identity(identity);
        }
        for proxy in self.proxies(env)? {
            builder = builder.proxy(proxy);
        }
        for (name, address) in &self.resolve {
            builder = builder.resolve(name, *address);
        }
        builder.build().map_err(|error| HttpError::from_reqwest(error, "", ""))
    }

    fn trust(
        &self,
        builder: reqwest::ClientBuilder,
        env: &Environment,
    ) -> Result<reqwest::ClientBuilder, HttpError> {
        if self.insecure {
            return Ok(builder.tls_danger_accept_invalid_certs(true));
        }
        let mut certificates = Vec::new();
        for pem in &self.extra_roots {
            certificates.extend(parse_roots(pem, "a certificate of the configuration")?);
        }
        if self.only_extra_roots {
            return Ok(builder.tls_certs_only(certificates));
        }
        match env.get("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
            None if certificates.is_empty() => Ok(builder),
            None => Ok(builder.tls_certs_merge(certificates)),
            Some(path) => {
                let pem = std::fs::read(path).map_err(|error| {
                    HttpError::build(format!("SSL_CERT_FILE names {path}, which cannot be read: {error}"))
                })?;
                certificates.extend(parse_roots(&pem, path)?);
                Ok(builder.tls_certs_only(certificates))
            }
        }
    }

    fn proxies(&self, env: &Environment) -> Result<Vec<Proxy>, HttpError> {
        let variable = |name: &str| {
            let lower = name.to_ascii_lowercase();
            env.get(name).or_else(|| env.get(&lower)).filter(|text| !text.is_empty()).map(String::as_str)
        };
        let exempt = format!("{},localhost,127.0.0.0/8,::1", variable("NO_PROXY").unwrap_or_default());
        let exempt = NoProxy::from_string(&exempt);
        if let Some(url) = &self.proxy {
            let proxy = Proxy::all(with_scheme(url)).map_err(|_| bad_proxy("the configuration"))?;
            return Ok(vec![proxy.no_proxy(exempt)]);
        }
        let mut proxies = Vec::new();
        if let Some(url) = variable("HTTPS_PROXY") {
            let proxy = Proxy::https(with_scheme(url)).map_err(|_| bad_proxy("HTTPS_PROXY"))?;
            proxies.push(proxy.no_proxy(exempt.clone()));
        }
        if let Some(url) = variable("HTTP_PROXY") {
            let proxy = Proxy::http(with_scheme(url)).map_err(|_| bad_proxy("HTTP_PROXY"))?;
            proxies.push(proxy.no_proxy(exempt));
        }
        Ok(proxies)
    }
}

fn with_scheme(url: &str) -> String {
    if url.contains("://") { url.to_owned() } else { format!("http://{url}") }
}

fn bad_proxy(source: &str) -> HttpError {
    HttpError::build(format!("the proxy URL of {source} cannot be used"))
}

fn parse_roots(pem: &[u8], source: &str) -> Result<Vec<Certificate>, HttpError> {
    match Certificate::from_pem_bundle(pem) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(HttpError::build(format!("{source} holds no usable PEM certificate"))),
    }
}
