//! Packages in registries of container images (OCI distribution 1.1): manifests, tags and blobs.
//!
//! What is in such a repository follows the forms that OpenTofu documents: a module package is an image manifest of
//! type `application/vnd.opentofu.modulepkg`, a provider an index of type `application/vnd.opentofu.provider` with
//! one manifest a platform; each holds one layer of type `archive/zip`. Credentials are those that Docker keeps.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ordain_http::{Request, Response};
use serde_json::Value as Json;
use tokio::sync::Mutex;

use crate::network::{Failure, Network, join};
use crate::settings::{home, is_loopback};

/// Type of the layer that is a package.
const LAYER: &str = "archive/zip";
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
/// Most pages of a list of tags.
const MOST_PAGES: usize = 100;

/// A repository of a registry.
pub(crate) struct Repository<'r> {
    network: &'r Network<'r>,
    host: String,
    name: String,
    /// Value of the header `Authorization` that the registry accepts, once it is known.
    authorization: Mutex<Option<String>>,
}

/// A blob: its digest and its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    /// SHA-256 in hexadecimal.
    pub(crate) sha256: String,
}

fn other(why: impl Into<String>) -> Failure {
    Failure::Other(why.into())
}

impl<'r> Repository<'r> {
    /// The repository `host[:port]/name`.
    ///
    /// # Errors
    /// It has no such form; a sentence without a full stop.
    pub(crate) fn parse(network: &'r Network<'r>, text: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
        match text.split_once('/') {
            Some((host, name)) if !host.is_empty() && !name.is_empty() && name.chars().all(allowed) => {
                let (host, name) = (host.to_lowercase(), name.trim_end_matches('/').to_owned());
                Ok(Self { network, host, name, authorization: Mutex::default() })
            }
            _ => Err(format!(
                "{text:?} is no repository of an OCI registry: it must be a host and a name in lower case"
            )),
        }
    }

    fn url(&self, path: &str) -> String {
        let secure = format!("https://{}/v2/{}/{path}", self.host, self.name);
        let plain = format!("http://{}/v2/{}/{path}", self.host, self.name);
        if is_loopback(&plain) { plain } else { secure }
    }

    /// All tags.
    pub(crate) async fn tags(&self) -> Result<Vec<String>, Failure> {
        let mut url = self.url("tags/list");
        let mut tags = Vec::new();
        for _ in 0..MOST_PAGES {
            let answer = self.get(&url, "application/json").await?;
            let document = answer.json().map_err(|error| other(format!("the list of tags: {error}")))?;
            let rows = document.get("tags").and_then(Json::as_array).into_iter().flatten();
            tags.extend(rows.filter_map(|tag| tag.as_str().map(str::to_owned)));
            let next = answer.header("link").and_then(next_page).and_then(|text| join(&url, text));
            match next {
                Some(next) => url = next,
                None => return Ok(tags),
            }
        }
        Err(other(format!("the list of tags of {}/{} has too many pages", self.host, self.name)))
    }

    /// The manifest or index of a tag or digest, of one artifact type.
    pub(crate) async fn manifest(&self, reference: &str, artifact: &str) -> Result<Json, Failure> {
        let answer = self.get(&self.url(&format!("manifests/{reference}")), MANIFESTS).await?;
        if let Some(promised) = reference.strip_prefix("sha256:") {
            let found =
                crate::hash::sha256(answer.body.as_slice()).map_err(|error| other(error.to_string()))?;
            crate::network::expect_sum(&found, promised, "the manifest").map_err(Failure::Other)?;
        }
        let document =
            answer.json().map_err(|error| other(format!("the manifest of {reference}: {error}")))?;
        match document.get("artifactType").and_then(Json::as_str) {
            Some(found) if found == artifact => Ok(document),
            found => Err(other(format!(
                "{}/{} holds under {reference:?} an artifact of type {:?}, not {artifact:?}",
                self.host,
                self.name,
                found.unwrap_or("")
            ))),
        }
    }

    /// The package of a manifest.
    pub(crate) fn package(&self, manifest: &Json) -> Result<Blob, Failure> {
        let layers = manifest.get("layers").and_then(Json::as_array).into_iter().flatten();
        let mut packages =
            layers.filter(|layer| layer.get("mediaType").and_then(Json::as_str) == Some(LAYER));
        let (Some(package), None) = (packages.next(), packages.next()) else {
            return Err(other(format!("its manifest does not name exactly one layer of type {LAYER:?}")));
        };
        let digest = package.get("digest").and_then(Json::as_str).unwrap_or("");
        match digest.strip_prefix("sha256:").filter(|digits| digits.len() == 64) {
            Some(digits) => Ok(Blob { sha256: digits.to_owned() }),
            None => Err(other(format!("its layer has the digest {digest:?}, which is no SHA-256"))),
        }
    }

    /// How a blob is asked for.
    pub(crate) async fn request(&self, blob: &Blob) -> Request {
        let request = Request::get(self.url(&format!("blobs/sha256:{}", blob.sha256)));
        match &*self.authorization.lock().await {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    }

    /// Asks; where the registry wants to know who asks, finds that out first.
    async fn get(&self, url: &str, accept: &str) -> Result<Response, Failure> {
        let mut known = self.authorization.lock().await;
        let request = Request::get(url).header("accept", accept);
        let first = match &*known {
            Some(value) => request.clone().header("authorization", value),
            None => request.clone(),
        };
        let answer = self.network.answer(first).await?;
        if answer.status != 401 {
            return checked(answer);
        }
        let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
        let value = self.authorize(&challenge).await?;
        let answer = self.network.answer(request.header("authorization", &value)).await?;
        *known = Some(value);
        checked(answer)
    }

    /// Answers a challenge.
    async fn authorize(&self, challenge: &str) -> Result<String, Failure> {
        let basic = stored(self.network.env(), &self.host).map_err(Failure::Other)?;
        let basic = basic.map(|text| format!("Basic {text}"));
        let (kind, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
        if kind.eq_ignore_ascii_case("basic") {
            return basic.ok_or_else(|| {
                other(format!("the registry {} wants credentials; \"docker login\" stores them", self.host))
            });
        }
        let parameters = parameters_of(parameters);
        let realm = parameters.get("realm").filter(|_| kind.eq_ignore_ascii_case("bearer"));
        let realm = realm.filter(|url| url.starts_with("https://") || is_loopback(url));
        let realm = realm.ok_or_else(|| {
            other(format!(
                "the registry {} wants to know who asks in a way that is not known here",
                self.host
            ))
        })?;
        let mut request = Request::get(realm);
        if let Some(service) = parameters.get("service") {
            request = request.query("service", service);
        }
        request = request.query("scope", &format!("repository:{}:pull", self.name));
        if let Some(basic) = basic {
            request = request.header("authorization", basic);
        }
        let document = checked(self.network.answer(request).await?)?.json();
        let document =
            document.map_err(|_| other(format!("{realm} gives no token: it answers with no JSON")))?;
        let token = ["token", "access_token"].iter().find_map(|name| document.get(*name)?.as_str());
        let token = token.ok_or_else(|| other(format!("{realm} gives no token")))?;
        Ok(format!("Bearer {token}"))
    }
}

fn checked(answer: Response) -> Result<Response, Failure> {
    match answer.status {
        200..=299 => Ok(answer),
        404 => Err(Failure::NotFound),
        401 | 403 => Err(other(format!(
            "{} refuses the request ({}); credentials come from what \"docker login\" stores",
            answer.url, answer.status
        ))),
        status => Err(other(format!("{} answered with status {status}", answer.url))),
    }
}

/// The reference in `<…>; rel="next"`.
fn next_page(link: &str) -> Option<&str> {
    let (reference, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then_some(reference)
}

/// `name="value"` pairs.
fn parameters_of(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        found.insert(name.trim_matches([',', ' ']).to_lowercase(), value.to_owned());
        rest = after;
    }
    found
}

/// What Docker keeps for a host: name and password in base64.
fn stored(env: &BTreeMap<String, String>, host: &str) -> Result<Option<String>, String> {
    let directory = env.get("DOCKER_CONFIG").filter(|text| !text.is_empty()).map(Into::into);
    let Some(directory) = directory.or_else(|| Some(home(env)?.join(".docker"))) else { return Ok(None) };
    let Ok(text) = std::fs::read_to_string(directory.join("config.json")) else { return Ok(None) };
    let document: Json = serde_json::from_str(&text)
        .map_err(|_| format!("{} is no JSON document", directory.join("config.json").display()))?;
    let helper = document.pointer(&format!("/credHelpers/{}", host.replace('/', "~1")));
    let row = document.get("auths").and_then(|rows| rows.get(host));
    if let Some(auth) = row.and_then(|row| row.get("auth")).and_then(Json::as_str) {
        return Ok(Some(auth.to_owned()).filter(|text| STANDARD.decode(text).is_ok()));
    }
    match helper.or_else(|| document.get("credsStore").filter(|_| row.is_some())).and_then(Json::as_str) {
        Some(name) => Err(format!(
            "credentials for {host} are kept by docker-credential-{name}, which is not asked by this build; a row of \"auths\" with \"auth\" is read"
        )),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let found = parameters_of(r#"realm="https://auth.example.com/token",service="registry",scope="a:b""#);
        assert_eq!(found["realm"], "https://auth.example.com/token");
        assert_eq!(found["service"], "registry");
        assert_eq!(next_page("</v2/a/tags/list?last=b>; rel=\"next\""), Some("/v2/a/tags/list?last=b"));
    }
}
