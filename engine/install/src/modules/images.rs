//! Module packages in OCI registries: `oci://host/name`, with `?tag=` or `?digest=`.

use std::path::Path;

use super::PackageAddress;
use super::archives::{Kind, download};
use crate::network::{Failure, Network};
use crate::oci::Repository;
use crate::transfer::Told;

const MODULE: &str = "application/vnd.opentofu.modulepkg";

/// Fetches what an address names into an empty directory.
///
/// # Errors
/// A sentence without a full stop.
pub(crate) async fn fetch(
    network: &Network<'_>,
    address: &PackageAddress,
    directory: &Path,
    told: Told<'_>,
) -> Result<(), String> {
    let text = address.url.strip_prefix("oci://").unwrap_or(&address.url);
    let repository = Repository::parse(network, text)?;
    if let Some((name, _)) = address.query.iter().find(|(name, _)| !["tag", "digest"].contains(&&**name)) {
        return Err(format!("{name:?} is no parameter of an OCI address: it may have \"tag\" or \"digest\""));
    }
    let reference = match (address.parameter("tag"), address.parameter("digest")) {
        (Some(_), Some(_)) => return Err("an OCI address has a tag or a digest, not both".to_owned()),
        (Some(reference), None) | (None, Some(reference)) => reference,
        (None, None) => "latest",
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-:".contains(c);
    if reference.is_empty() || !reference.chars().all(fits) {
        return Err(format!("{reference:?} is neither a tag nor a digest"));
    }
    let failed = |failure: Failure| match failure {
        Failure::NotFound => format!("there is nothing under {reference:?} in {text}"),
        Failure::Other(why) => why,
    };
    let manifest = repository.manifest(reference, MODULE).await.map_err(failed)?;
    let blob = repository.package(&manifest).map_err(failed)?;
    let request = repository.request(&blob).await;
    download(network, &request, (Kind::Zip, Some(&format!("sha256:{}", blob.sha256))), directory, told).await
}
