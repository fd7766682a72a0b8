//! Mirrors in OCI registries: a repository for each provider, a tag for each version, a manifest for each platform.

use std::collections::BTreeSet;

use ordain_addr::ProviderAddr;
use ordain_config::Version;
use serde_json::Value as Json;

use super::{Location, Package, Remote};
use crate::network::{Failure, Network};
use crate::oci::Repository;
use crate::{Hash, Platform};

const PROVIDER: &str = "application/vnd.opentofu.provider";
const TARGET: &str = "application/vnd.opentofu.provider-target";

/// The repository of a provider: the template with the parts of the address put in.
pub(crate) fn repository(template: &str, address: &ProviderAddr) -> String {
    let parts = [("hostname", &address.hostname), ("namespace", &address.namespace), ("type", &address.name)];
    parts.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

fn open<'n>(
    network: &'n Network<'n>,
    template: &str,
    address: &ProviderAddr,
) -> Result<Repository<'n>, Failure> {
    Repository::parse(network, &repository(template, address)).map_err(Failure::Other)
}

/// Versions that the mirror has. Tags cannot hold `+`, which stands as `_`.
pub(crate) async fn versions(
    network: &Network<'_>,
    template: &str,
    address: &ProviderAddr,
) -> Result<BTreeSet<Version>, Failure> {
    let tags = open(network, template, address)?.tags().await?;
    Ok(tags.iter().filter_map(|tag| Version::parse(&tag.replace('_', "+"))).collect())
}

/// The package of one version, or the platforms that there are packages for.
pub(crate) async fn package(
    network: &Network<'_>,
    template: &str,
    address: &ProviderAddr,
    version: &Version,
    platform: &Platform,
) -> Result<Result<Package, Vec<String>>, Failure> {
    let repository = open(network, template, address)?;
    let index = repository.manifest(&version.to_string().replace('+', "_"), PROVIDER).await?;
    let rows: Vec<&Json> = index.get("manifests").and_then(Json::as_array).into_iter().flatten().collect();
    let system = |row: &Json| {
        let word = |key: &str| row.pointer(&format!("/platform/{key}")).and_then(Json::as_str);
        Some(format!("{}_{}", word("os")?, word("architecture")?))
    };
    let wanted = platform.to_string();
    let Some(row) = rows.iter().find(|row| system(row).as_ref() == Some(&wanted)) else {
        return Ok(Err(rows.iter().filter_map(|row| system(row)).collect()));
    };
    let digest = row.get("digest").and_then(Json::as_str).unwrap_or_default();
    let manifest = repository.manifest(digest, TARGET).await?;
    let blob = repository.package(&manifest)?;
    let request = repository.request(&blob).await;
    let hashes = vec![Hash::of_archive(&blob.sha256)];
    let remote = Remote { request, sha256: Some(blob.sha256), promised: Vec::new() };
    Ok(Ok(Package { location: Location::Remote(remote), hashes, who: "verified checksum".to_owned() }))
}
