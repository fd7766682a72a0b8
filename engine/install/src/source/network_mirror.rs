//! Network mirrors: `HOST/NAMESPACE/TYPE/index.json` and `VERSION.json` below a base URL.

use std::collections::BTreeSet;

use ordain_addr::ProviderAddr;
use ordain_config::Version;
use ordain_http::Request;
use serde_json::Value as Json;

use super::{Location, Package, Remote};
use crate::network::{Failure, Network, join};
use crate::{Hash, Platform};

fn base(mirror: &str, address: &ProviderAddr) -> String {
    format!("{mirror}{}/{}/{}/", address.hostname, address.namespace, address.name)
}

/// Host of a mirror's URL, whose token goes along.
fn host(mirror: &str) -> Option<String> {
    let url = url::Url::parse(mirror).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}", url.host_str()?))
}

/// Versions that the mirror has.
pub(crate) async fn versions(
    network: &Network<'_>,
    mirror: &str,
    address: &ProviderAddr,
) -> Result<BTreeSet<Version>, Failure> {
    let url = format!("{}index.json", base(mirror, address));
    let document = network.document(&url, host(mirror).as_deref()).await?;
    let rows = document.get("versions").and_then(Json::as_object);
    let rows = rows.ok_or_else(|| Failure::Other(format!("{url} has no object \"versions\"")))?;
    Ok(rows.keys().filter_map(|text| Version::parse(text)).collect())
}

/// The package of one version, or the platforms that there are packages for.
pub(crate) async fn package(
    network: &Network<'_>,
    mirror: &str,
    address: &ProviderAddr,
    version: &Version,
    platform: &Platform,
) -> Result<Result<Package, Vec<String>>, Failure> {
    let url = format!("{}{version}.json", base(mirror, address));
    let document = network.document(&url, host(mirror).as_deref()).await?;
    let archives = document.get("archives").and_then(Json::as_object);
    let archives = archives.ok_or_else(|| Failure::Other(format!("{url} has no object \"archives\"")))?;
    let Some(row) = archives.get(&platform.to_string()) else {
        return Ok(Err(archives.keys().cloned().collect()));
    };
    let reference = row.get("url").and_then(Json::as_str).unwrap_or_default();
    let archive = join(&url, reference).filter(|_| !reference.is_empty());
    let archive =
        archive.ok_or_else(|| Failure::Other(format!("{url} names no usable URL for {platform}")))?;
    let hashes = row.get("hashes").and_then(Json::as_array).into_iter().flatten();
    let hashes: Vec<Hash> = hashes.filter_map(|hash| Hash::parse(hash.as_str()?)).collect();
    let remote = Remote { request: Request::get(archive), sha256: None, promised: hashes.clone() };
    let who = if hashes.is_empty() { "unauthenticated" } else { "verified checksum" };
    Ok(Ok(Package { location: Location::Remote(remote), hashes: Vec::new(), who: who.to_owned() }))
}
