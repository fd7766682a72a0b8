//! Where the API is and who asks.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_http::ClientOptions;

use crate::KubeError;

/// A program that prints credentials (`client.authentication.k8s.io` ExecCredential).
#[derive(Clone, PartialEq, Eq)]
pub struct ExecPlugin {
    /// `apiVersion` of the exchange.
    pub api_version: String,
    /// Program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables added to its environment.
    pub env: BTreeMap<String, String>,
}

/// Where the API is and who asks. Empty texts count as not set.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `https://host[:port][/path]`
    pub host: String,
    /// CA certificates (PEM).
    pub ca: String,
    /// Client certificate (PEM).
    pub client_certificate: String,
    /// Client key (PEM).
    pub client_key: String,
    /// Bearer token.
    pub token: String,
    /// User of basic authentication.
    pub username: String,
    /// Password of basic authentication.
    pub password: String,
    /// Do not check the server's certificate.
    pub insecure: bool,
    /// Proxy for this API only.
    pub proxy_url: String,
    /// Name that the server's certificate is checked against, and that is asked for in the handshake, in place of the
    /// host's.
    pub tls_server_name: String,
    /// Program that prints credentials.
    pub exec: Option<ExecPlugin>,
}

/// A cluster that is called by another name than its host's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renamed {
    pub(crate) base: String,
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Host and port as they are configured.
    pub(crate) authority: String,
}

/// Shows where, never who.
impl std::fmt::Debug for Settings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Settings").field("host", &self.host).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ExecPlugin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ExecPlugin").field("command", &self.command).finish_non_exhaustive()
    }
}

impl Settings {
    /// The base URL under the name that the certificate has, and where that name leads: host and port, and the host as
    /// requests name it. `None` when the host's own name does.
    ///
    /// # Errors
    /// The host cannot be read, or a proxy is to resolve names.
    pub(crate) fn renamed(&self) -> Result<Option<Renamed>, KubeError> {
        let base = self.base_url()?;
        let Some(rest) = base.strip_prefix("https://").filter(|_| !self.tls_server_name.is_empty()) else {
            return Ok(None);
        };
        if !self.proxy_url.is_empty() {
            let why = "tls_server_name cannot be used together with proxy_url";
            return Err(KubeError::Settings(why.to_owned()));
        }
        let (authority, path) =
            rest.split_once('/').map_or((rest, String::new()), |(a, p)| (a, format!("/{p}")));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (authority, Some(443)),
        };
        let port =
            port.ok_or_else(|| KubeError::Settings(format!("the host {authority} has no usable port")))?;
        Ok(Some(Renamed {
            base: format!("https://{}:{port}{path}", self.tls_server_name),
            name: self.tls_server_name.clone(),
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_owned(),
        }))
    }

    /// Base URL without a slash at the end. Hosts without a scheme get `https://`, or `http://` for
    /// `localhost` without certificates, as client-go decides.
    pub fn base_url(&self) -> Result<String, KubeError> {
        let host = self.host.trim_end_matches('/');
        if host.is_empty() {
            return Err(KubeError::Settings(
                "no cluster is configured: set host, config_path or config_paths of the provider".to_owned(),
            ));
        }
        if host.starts_with("https://") || host.starts_with("http://") {
            return Ok(host.to_owned());
        }
        let tls = !self.ca.is_empty() || !self.client_certificate.is_empty() || self.insecure;
        Ok(format!("{}://{host}", if tls || !host.starts_with("localhost") { "https" } else { "http" }))
    }

    /// Options for the HTTP client.
    pub fn client_options(&self) -> ClientOptions {
        let identity = (!self.client_certificate.is_empty() && !self.client_key.is_empty()).then(|| {
            format!("{}\n{}\n", self.client_certificate.trim(), self.client_key.trim()).into_bytes()
        });
        let extra_roots = if self.ca.is_empty() { Vec::new() } else { vec![self.ca.clone().into_bytes()] };
        ClientOptions {
            only_extra_roots: !extra_roots.is_empty(),
            extra_roots,
            identity,
            insecure: self.insecure,
            proxy: (!self.proxy_url.is_empty()).then(|| self.proxy_url.clone()),
            ..ClientOptions::default()
        }
    }

    /// `Authorization` header, if a token or password is set.
    pub fn authorization(&self) -> Option<String> {
        if !self.token.is_empty() {
            return Some(format!("Bearer {}", self.token));
        }
        (!self.username.is_empty())
            .then(|| format!("Basic {}", STANDARD.encode(format!("{}:{}", self.username, self.password))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_name_takes_the_hosts_place() {
        let settings = |host: &str| Settings {
            host: host.into(),
            tls_server_name: "api.example.com".into(),
            ..Settings::default()
        };
        let renamed = settings("https://[::1]:6443/k/").renamed().unwrap().unwrap();
        assert_eq!((renamed.base.as_str(), renamed.host.as_str()), ("https://api.example.com:6443/k", "::1"));
        assert_eq!(settings("https://10.0.0.1").renamed().unwrap().unwrap().port, 443);
        assert!(settings("http://localhost:80").renamed().unwrap().is_none());
        assert!(Settings { proxy_url: "http://p".into(), ..settings("https://h") }.renamed().is_err());
    }
}
