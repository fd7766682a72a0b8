//! Registries of modules: `modules.v1`.

use ordain_config::Version;
use serde_json::Value as Json;

use super::address::inner_directory;
use crate::network::{Failure, Network, join};

const SERVICE: &str = "modules.v1";

/// A module in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryModule {
    pub(crate) host: String,
    /// `namespace/name/system`
    pub(crate) path: String,
    /// Directory in the package; empty for its top.
    pub(crate) subdir: String,
}

impl RegistryModule {
    /// Reads `[host/]namespace/name/system[//directory]`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (package, subdir) = text.split_once("//").unwrap_or((text, ""));
        let parts: Vec<&str> = package.split('/').collect();
        let (host, path) = match parts.as_slice() {
            [_, _, _] => (ordain_addr::DEFAULT_HOST.to_owned(), package.to_owned()),
            [host, rest @ ..] if rest.len() == 3 => (host.to_lowercase(), rest.join("/")),
            _ => return Err(format!("{text:?} is no address of a module in a registry")),
        };
        Ok(Self { host, path, subdir: inner_directory(subdir)? })
    }

    /// As messages name it.
    pub(crate) fn for_display(&self) -> String {
        if self.host == ordain_addr::DEFAULT_HOST {
            self.path.clone()
        } else {
            format!("{}/{}", self.host, self.path)
        }
    }

    /// As manifests keep it.
    pub(crate) fn source(&self) -> String {
        let end = if self.subdir.is_empty() { String::new() } else { format!("//{}", self.subdir) };
        format!("{}/{}{end}", self.host, self.path)
    }
}

/// All versions, sorted.
pub(crate) async fn versions(
    network: &Network<'_>,
    module: &RegistryModule,
) -> Result<Vec<Version>, Failure> {
    let base = network.service(&module.host, SERVICE).await?;
    let url = format!("{base}{}/versions", module.path);
    let document = network.document(&url, Some(&module.host)).await?;
    let rows = document.pointer("/modules/0/versions").and_then(Json::as_array);
    let rows = rows.ok_or_else(|| Failure::Other(format!("{url} has no list of versions")))?;
    let mut versions: Vec<Version> =
        rows.iter().filter_map(|row| Version::parse(row.get("version")?.as_str()?)).collect();
    versions.sort();
    Ok(versions)
}

/// The source address of the package of one version.
pub(crate) async fn location(
    network: &Network<'_>,
    module: &RegistryModule,
    version: &Version,
) -> Result<String, Failure> {
    let base = network.service(&module.host, SERVICE).await?;
    let url = format!("{base}{}/{version}/download", module.path);
    let answer = network.get(&url, Some(&module.host)).await?;
    let header = answer.header("x-terraform-get").map(str::to_owned);
    let body = || answer.json().ok()?.get("location")?.as_str().map(str::to_owned);
    let location = header.or_else(body).filter(|text| !text.is_empty());
    let location =
        location.ok_or_else(|| Failure::Other(format!("{url} does not say where the package is")))?;
    let relative = ["./", "../", "/"].iter().any(|start| location.starts_with(start));
    Ok(if relative { join(&url, &location).unwrap_or(location) } else { location })
}
