//! What a host says about logging in: the service `login.v1` of its discovery document.

use std::collections::BTreeMap;

use ordain_http::safe_url;
use serde_json::Value as Json;

use crate::network::{Network, join};
use crate::settings::is_loopback;
use crate::{Settings, network::Failure};

/// How to log in to a host with a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginService {
    /// What this program is called there.
    pub(crate) client: String,
    /// Where the browser is sent.
    pub(crate) authz: String,
    /// Where a code becomes a token.
    pub(crate) token: String,
    /// First and last port that the browser may be sent back to.
    pub(crate) ports: (u16, u16),
    /// What the token is to be good for, where the host wants that told.
    pub(crate) scopes: Vec<String>,
}

/// What a host offers to those who want to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginOffer {
    /// A browser can be used.
    Browser(LoginService),
    /// A browser cannot be used, and why not; a sentence without a full stop.
    Paste(String),
}

/// Asks a host how to log in.
pub async fn login_offer(settings: &Settings, env: &BTreeMap<String, String>, host: &str) -> LoginOffer {
    let network = match Network::new(settings, env) {
        Ok(network) => network,
        Err(error) => return LoginOffer::Paste(error.detail.trim_end_matches('.').to_owned()),
    };
    let text = match network.offered(host, "login.v1").await {
        Ok(Some(text)) => text,
        Ok(None) => return LoginOffer::Paste(format!("{host} does not offer to log in with a browser")),
        Err(Failure::NotFound) => return LoginOffer::Paste(format!("{host} offers no services")),
        Err(Failure::Other(why)) => return LoginOffer::Paste(why),
    };
    match LoginService::parse(&text, &format!("https://{host}/.well-known/terraform.json")) {
        Ok(service) => LoginOffer::Browser(service),
        Err(why) => LoginOffer::Paste(format!("what {host} says about logging in cannot be used: {why}")),
    }
}

impl LoginService {
    /// Reads the service; addresses in it are relative to `base`.
    pub(crate) fn parse(text: &str, base: &str) -> Result<Self, String> {
        let document: Json = serde_json::from_str(text).map_err(|_| "it is no object".to_owned())?;
        let words = |name: &str| texts(document.get(name));
        let grants = words("grant_types").unwrap_or_else(|| vec!["authz_code".to_owned()]);
        if !grants.iter().any(|grant| grant == "authz_code") {
            return Err(format!(
                "of the ways to log in only \"authz_code\" is known here, and it allows {grants:?}"
            ));
        }
        let address = |name: &str| {
            let found = document.get(name).and_then(Json::as_str).and_then(|text| join(base, text));
            let found = found.ok_or_else(|| format!("it has no address {name:?}"))?;
            match found.starts_with("https://") || is_loopback(&found) {
                true => Ok(found),
                false => Err(format!("{} is not reached by HTTPS", safe_url(&found))),
            }
        };
        let client = document.get("client").and_then(Json::as_str).filter(|client| !client.is_empty());
        Ok(Self {
            client: client.ok_or("it does not say what a client is called (\"client\")")?.to_owned(),
            authz: address("authz")?,
            token: address("token")?,
            ports: ports(document.get("ports"))?,
            scopes: words("scopes").unwrap_or_default(),
        })
    }
}

/// The texts of a list; numbers count as text, as old configuration files have them.
fn texts(value: Option<&Json>) -> Option<Vec<String>> {
    let plain = |item: &Json| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    Some(value?.as_array()?.iter().map(plain).collect())
}

fn ports(value: Option<&Json>) -> Result<(u16, u16), String> {
    let Some(value) = value else { return Ok((1024, 65535)) };
    let wrong = || {
        format!("its ports are {value} where the first and the last one are wanted, both from 1024 to 65535")
    };
    let numbers: Option<Vec<u16>> =
        texts(Some(value)).map(|all| all.iter().filter_map(|text| text.parse().ok()).collect());
    match numbers.as_deref() {
        Some([first, last]) if *first >= 1024 && first <= last => Ok((*first, *last)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
