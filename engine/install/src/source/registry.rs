//! Registries of providers: `providers.v1` of the host that a provider's address names.

use std::collections::BTreeSet;

use ordain_addr::ProviderAddr;
use ordain_config::Version;
use ordain_http::Request;
use serde_json::Value as Json;

use super::{Location, Package, Remote};
use crate::network::{Failure, Network, join};
use crate::{Hash, Platform, signature};

const SERVICE: &str = "providers.v1";

/// Seconds since 1970.
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What a registry lists.
pub(crate) struct Listing {
    /// Versions for protocols that can be spoken.
    pub(crate) versions: BTreeSet<Version>,
    /// What the registry wants users to know.
    pub(crate) warnings: Vec<String>,
}

fn texts(value: Option<&Json>) -> Vec<String> {
    let items = value.and_then(Json::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Whether a version speaks a protocol that is known here; one that says nothing may.
fn speaks(row: &Json) -> bool {
    let protocols = texts(row.get("protocols"));
    protocols.is_empty()
        || protocols.iter().any(|protocol| protocol.starts_with("5.") || protocol.starts_with("6."))
}

/// Versions of a provider in its registry.
pub(crate) async fn versions(network: &Network<'_>, address: &ProviderAddr) -> Result<Listing, Failure> {
    let base = network.service(&address.hostname, SERVICE).await?;
    let url = format!("{base}{}/{}/versions", address.namespace, address.name);
    let document = network.document(&url, Some(&address.hostname)).await?;
    let rows = document.get("versions").and_then(Json::as_array);
    let rows = rows.ok_or_else(|| Failure::Other(format!("{url} has no list \"versions\"")))?;
    let versions = rows.iter().filter(|row| speaks(row));
    let versions = versions.filter_map(|row| Version::parse(row.get("version")?.as_str()?)).collect();
    Ok(Listing { versions, warnings: texts(document.get("warnings")) })
}

/// The package of one version. Its checksums for all platforms are signed by its publisher, and the signature is
/// checked here.
pub(crate) async fn package(
    network: &Network<'_>,
    address: &ProviderAddr,
    version: &Version,
    platform: &Platform,
) -> Result<Package, Failure> {
    let base = network.service(&address.hostname, SERVICE).await?;
    let url = format!(
        "{base}{}/{}/{version}/download/{}/{}",
        address.namespace, address.name, platform.os, platform.arch
    );
    let document = network.document(&url, Some(&address.hostname)).await?;
    let word = |key: &str| document.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
    let missing = |key: &str| Failure::Other(format!("{url} has no {key:?}"));
    let link = |key: &str| word(key).and_then(|text| join(&url, text)).ok_or_else(|| missing(key));
    let (filename, shasum) = (
        word("filename").ok_or_else(|| missing("filename"))?,
        word("shasum").ok_or_else(|| missing("shasum"))?,
    );
    let archive = link("download_url")?;
    let sums = network.get(&link("shasums_url")?, None).await?;
    let signed = network.get(&link("shasums_signature_url")?, None).await?;
    let keys = document.pointer("/signing_keys/gpg_public_keys").and_then(Json::as_array);
    let keys = keys.into_iter().flatten().filter_map(|key| key.get("ascii_armor")?.as_str());
    let signer = signature::verify(&sums.body, &signed.body, keys, now()).map_err(|why| {
        Failure::Other(format!("the signature of the checksums of {address} {version} is not valid: {why}"))
    })?;
    let text = sums.text();
    let row = sum_of(&text, filename)
        .ok_or_else(|| Failure::Other(format!("checksum list has no SHA-256 hash for {filename:?}")))?;
    if !row.eq_ignore_ascii_case(shasum) {
        let why = format!(
            "the registry promises the checksum {shasum} for {filename}, but its signed list says {row}"
        );
        return Err(Failure::Other(why));
    }
    let hashes = text.lines().filter_map(|line| line.split_whitespace().next());
    let hashes = hashes.filter(|sum| is_sum(sum)).map(Hash::of_archive).collect();
    let remote =
        Remote { request: Request::get(archive), sha256: Some(shasum.to_owned()), promised: Vec::new() };
    Ok(Package { location: Location::Remote(remote), hashes, who: signer.to_string() })
}

fn is_sum(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// The checksum of a file in a list as `sha256sum` prints it.
fn sum_of<'t>(list: &'t str, filename: &str) -> Option<&'t str> {
    list.lines().find_map(|line| {
        let (sum, name) = line.split_once(char::is_whitespace)?;
        let name = name.trim_start().trim_start_matches('*').trim_end();
        (name == filename && is_sum(sum)).then_some(sum)
    })
}
