//! Charts from OCI registries (https://github.com/opencontainers/distribution-spec, Helm's media types).

use ordain_helm_template::{Constraints, Version};
use ordain_http::{Cancel, Client, Request, Response};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::arguments::Arguments;
use crate::places::Login;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
/// Largest answer accepted, in bytes.
const MAX_DOWNLOAD: usize = 128 << 20;

/// Where a chart lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    host: String,
    name: String,
    tag: Option<String>,
}

impl Reference {
    /// From `repository` and `chart`, or from a `chart` that is an `oci://` address itself, perhaps with a tag.
    pub(crate) fn of(repository: &str, chart: &str) -> Option<Self> {
        let whole = match chart.strip_prefix("oci://") {
            Some(rest) => rest.to_owned(),
            None => format!("{}/{chart}", repository.strip_prefix("oci://")?.trim_end_matches('/')),
        };
        let (host, name) = whole.split_once('/')?;
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) => (name, Some(tag.to_owned())),
            None => (name, None),
        };
        (!host.is_empty() && !name.is_empty()).then(|| Self {
            host: host.to_owned(),
            name: name.to_owned(),
            tag,
        })
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    fn url(&self, rest: &str) -> String {
        format!("https://{}/v2/{}/{rest}", self.host, self.name)
    }
}

/// What a registry gave.
pub(crate) struct Pulled {
    /// The chart, packed.
    pub(crate) chart: Vec<u8>,
    /// Its provenance file, if it was asked for and is there.
    pub(crate) provenance: Option<Vec<u8>>,
    /// Name of the file that it would be kept in.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
}

/// Whether a registry takes a user name and a password.
pub(crate) async fn sign_in(
    client: &Client,
    cancel: &Cancel,
    host: &str,
    login: &Login,
) -> Result<(), String> {
    let arguments = Arguments(Json::Null);
    let mut registry = Registry {
        client: client.clone(),
        cancel,
        arguments: &arguments,
        login: Some(login.clone()),
        authorization: None,
    };
    registry.get(&format!("https://{host}/v2/"), "application/json").await.map(drop)
}

/// A registry as one operation sees it: the token is fetched when it is asked for, and kept.
pub(crate) struct Registry<'r> {
    pub(crate) client: Client,
    pub(crate) cancel: &'r Cancel,
    pub(crate) arguments: &'r Arguments,
    /// Who logged in to it before.
    pub(crate) login: Option<Login>,
    pub(crate) authorization: Option<String>,
}

impl Registry<'_> {
    /// Fetches a chart: the version that was asked for, or the newest stable one.
    pub(crate) async fn chart(&mut self, reference: &Reference, vouched: bool) -> Result<Pulled, String> {
        let tag = self.tag(reference).await?;
        let manifest = self.get(&reference.url(&format!("manifests/{tag}")), MANIFEST).await?;
        let manifest: Json =
            serde_json::from_slice(&manifest).map_err(|e| format!("the manifest is no JSON: {e}"))?;
        let chart = self.layer(reference, &manifest, CHART).await?;
        let chart = chart.ok_or("manifest does not contain a layer with a chart")?;
        let provenance = if vouched { self.layer(reference, &manifest, PROVENANCE).await? } else { None };
        let base = reference.name.rsplit('/').next().unwrap_or_default();
        let name = format!("{base}-{tag}.tgz");
        Ok(Pulled { chart, provenance, name, version: tag.replace('_', "+") })
    }

    /// The content of a layer of a kind, if there is one.
    async fn layer(
        &mut self,
        reference: &Reference,
        manifest: &Json,
        kind: &str,
    ) -> Result<Option<Vec<u8>>, String> {
        let layers = manifest.get("layers").and_then(Json::as_array).into_iter().flatten();
        let mut fitting = layers.filter(|l| l.get("mediaType").and_then(Json::as_str) == Some(kind));
        let digest = fitting.next().and_then(|l| l.get("digest")).and_then(Json::as_str);
        let Some(digest) = digest else { return Ok(None) };
        let bytes = self.get(&reference.url(&format!("blobs/{digest}")), "application/octet-stream").await?;
        verify(digest, &bytes)?;
        Ok(Some(bytes))
    }

    async fn tag(&mut self, reference: &Reference) -> Result<String, String> {
        let wanted = self.arguments.text("version");
        // Tags cannot hold a plus.
        if Version::parse(wanted).is_ok_and(|v| v.to_string() == wanted.trim_start_matches('v')) {
            return Ok(wanted.replace('+', "_"));
        }
        if let (Some(tag), "") = (&reference.tag, wanted) {
            return Ok(tag.clone());
        }
        let list = self.get(&reference.url("tags/list"), "application/json").await?;
        let list: Json =
            serde_json::from_slice(&list).map_err(|e| format!("the list of tags is no JSON: {e}"))?;
        let tags = list.get("tags").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let constraint = match (wanted, self.arguments.flag("devel")) {
            ("", true) => ">0.0.0-0",
            ("", false) => "*",
            (wanted, _) => wanted,
        };
        newest(tags, constraint).ok_or_else(|| {
            format!(
                "unable to locate any tags in provided repository: oci://{}/{}",
                reference.host, reference.name
            )
        })
    }

    async fn get(&mut self, url: &str, accept: &str) -> Result<Vec<u8>, String> {
        let mut response = self.send(url, accept).await?;
        if response.status == 401 && self.authorization.is_none() {
            self.sign_in(&response).await?;
            response = self.send(url, accept).await?;
        }
        if response.is_success() {
            Ok(response.body)
        } else {
            Err(format!("{}: status {}", response.url, response.status))
        }
    }

    async fn send(&self, url: &str, accept: &str) -> Result<Response, String> {
        let mut request = Request::get(url).header("accept", accept).limit(MAX_DOWNLOAD);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization.as_str());
        }
        self.client.send(&request, self.cancel).await.map_err(|e| e.to_string())
    }

    fn basic(&self) -> Option<String> {
        let user = self.arguments.text("repository_username").to_owned();
        let password = self.arguments.text("repository_password").to_owned();
        let given = (!user.is_empty()).then_some(Login { user, password });
        given.as_ref().or(self.login.as_ref()).map(Login::basic)
    }

    /// Follows the registry's challenge: basic credentials, or a token from where it says.
    async fn sign_in(&mut self, refused: &Response) -> Result<(), String> {
        let challenge = refused.header("www-authenticate").unwrap_or_default().to_owned();
        let Some(parameters) = challenge.strip_prefix("Bearer ") else {
            self.authorization =
                Some(self.basic().ok_or("the registry asks for a user name and a password")?);
            return Ok(());
        };
        let realm = parameter(parameters, "realm").ok_or("the registry's challenge names no realm")?;
        if !realm.starts_with("https://") {
            return Err("the registry sends credentials to an address without TLS".into());
        }
        let mut request = Request::get(realm);
        for name in ["service", "scope"] {
            if let Some(value) = parameter(parameters, name) {
                request = request.query(name, &value);
            }
        }
        if let Some(basic) = self.basic() {
            request = request.header("authorization", basic);
        }
        let response = self.client.send(&request, self.cancel).await.map_err(|e| e.to_string())?;
        let json = response.json().ok().filter(|_| response.is_success());
        let token = json
            .as_ref()
            .and_then(|j| j.get("token").or_else(|| j.get("access_token")))
            .and_then(Json::as_str);
        let token = token.ok_or_else(|| format!("the registry gave no token: status {}", response.status))?;
        self.authorization = Some(format!("Bearer {token}"));
        Ok(())
    }
}

/// The newest version among tags that fits, as a tag.
fn newest<'t>(tags: impl Iterator<Item = &'t str>, constraint: &str) -> Option<String> {
    let constraints = Constraints::parse(constraint).ok()?;
    let versions = tags.filter_map(|tag| Some((Version::parse(&tag.replace('_', "+")).ok()?, tag)));
    let fitting = versions.filter(|(version, _)| constraints.check(version));
    fitting.max_by(|a, b| a.0.precedence(&b.0)).map(|(_, tag)| tag.to_owned())
}

/// A quoted parameter of a challenge.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let start = parameters.find(&format!("{name}=\""))? + name.len() + 2;
    let rest = parameters.get(start..)?;
    rest.split('"').next().map(str::to_owned)
}

fn verify(digest: &str, bytes: &[u8]) -> Result<(), String> {
    let found: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    if digest == format!("sha256:{found}") {
        return Ok(());
    }
    Err(format!("the chart's content does not have the digest {digest} that its manifest names"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_from_either_argument() {
        let want = |tag: Option<&str>| Reference {
            host: "h:5000".into(),
            name: "charts/web".into(),
            tag: tag.map(str::to_owned),
        };
        assert_eq!(Reference::of("oci://h:5000/charts/", "web"), Some(want(None)));
        assert_eq!(Reference::of("", "oci://h:5000/charts/web:1.0.0"), Some(want(Some("1.0.0"))));
        assert_eq!(Reference::of("https://h", "web"), None);
    }

    #[test]
    fn tags_are_versions_with_underscores() {
        let tags = ["1.0.0", "1.2.0_build.1", "latest", "2.0.0-rc.1"];
        assert_eq!(newest(tags.into_iter(), "*").as_deref(), Some("1.2.0_build.1"));
        assert_eq!(newest(tags.into_iter(), "~1.0").as_deref(), Some("1.0.0"));
        assert_eq!(newest(tags.into_iter(), "9.x"), None);
    }

    #[test]
    fn content_must_have_its_digest() {
        assert!(
            verify("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", b"").is_ok()
        );
        assert!(verify("sha256:00", b"").is_err());
    }

    #[test]
    fn challenges_are_read() {
        let text = "realm=\"https://a/token\",service=\"reg\",scope=\"repository:x:pull\"";
        assert_eq!(parameter(text, "service").as_deref(), Some("reg"));
        assert_eq!(parameter(text, "error"), None);
    }
}
