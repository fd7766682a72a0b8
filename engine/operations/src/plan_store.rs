//! Where stored plans are: files, and blobs of a container, keyed by environment, commit and digest.

use ordain_diag::{Diagnostic, codes};
use ordain_plan::file::{Digests, PlanFile};
use ordain_state::Expect;

use crate::{Workdir, files};

fn is_url(place: &str) -> bool {
    place.starts_with("https://") || place.starts_with("http://")
}

/// Bytes of a stored plan.
///
/// # Errors
/// Nothing is there, or it cannot be read.
pub async fn read(workdir: &Workdir, place: &str) -> Result<Vec<u8>, Diagnostic> {
    let summary = format!("Failed to load {place:?} as a plan file");
    if !is_url(place) {
        return std::fs::read(workdir.path(place)).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
                _ => error.to_string(),
            };
            Diagnostic::error(codes::plan::PLAN_FILE, summary, format!("stat {place}: {why}"))
        });
    }
    let (blobs, name) = ordain_backends::azurerm::open_url(place, &workdir.env)?;
    match blobs.get(&name).await {
        Ok(Some((bytes, _))) => Ok(bytes),
        Ok(None) => Err(Diagnostic::error(codes::plan::PLAN_FILE, summary, "There is no such blob.")),
        Err(error) => Err(Diagnostic::error(codes::plan::PLAN_FILE, summary, format!("{error}."))),
    }
}

/// Bytes of a stored plan, and the version of the blob that they are.
///
/// # Errors
/// Nothing is there, or it cannot be read.
pub async fn read_version(workdir: &Workdir, place: &str) -> Result<(Vec<u8>, Expect), Diagnostic> {
    if !is_url(place) {
        return read(workdir, place).await.map(|bytes| (bytes, Expect::Anything));
    }
    let summary = format!("Failed to load {place:?} as a plan file");
    let failed = |why: String| Diagnostic::error(codes::plan::PLAN_FILE, summary, why);
    let (blobs, name) = ordain_backends::azurerm::open_url(place, &workdir.env)?;
    match blobs.get(&name).await {
        Ok(Some((bytes, version))) => Ok((bytes, Expect::Version(version))),
        Ok(None) => Err(failed("There is no such blob.".to_owned())),
        Err(error) => Err(failed(format!("{error}."))),
    }
}

/// Puts other bytes in the place of a stored plan, if it is still the one that was read.
///
/// # Errors
/// It was changed in between, or the place cannot be written.
pub async fn replace(
    workdir: &Workdir,
    place: &str,
    bytes: Vec<u8>,
    expect: Expect,
) -> Result<(), Diagnostic> {
    let failed = |why: String| {
        let detail = format!("{place} could not be written: {why}. Nothing was changed; try again.");
        Diagnostic::error(codes::cli::IO, "Failed to write plan file", detail)
    };
    if !is_url(place) {
        return files::write_private(&workdir.path(place), &bytes).map_err(|error| failed(error.to_string()));
    }
    let (blobs, name) = ordain_backends::azurerm::open_url(place, &workdir.env)?;
    blobs.put(&name, bytes, expect).await.map(|_| ()).map_err(|error| failed(error.to_string()))
}

/// Stores a plan and gives the place where it can be found again. A URL that ends in `/` is a container or
/// folder: the plan's name there is made of its environment, commit and digest, so that no plan takes the
/// place of another.
///
/// # Errors
/// The place cannot be written.
pub async fn write(
    workdir: &Workdir,
    place: &str,
    bytes: &[u8],
    file: &PlanFile,
    digests: &Digests,
) -> Result<String, Diagnostic> {
    let failed = |place: &str, why: String| {
        let detail =
            format!("The plan was made but could not be stored at {place}: {why}. Nothing was changed.");
        Diagnostic::error(codes::cli::IO, "Failed to write plan file", detail)
    };
    if !is_url(place) {
        // A digest covers all of it, so that a plan which a power cut leaves in part is refused.
        let written = files::write_private_unsynced(&workdir.path(place), bytes);
        return written.map(|()| place.to_owned()).map_err(|error| failed(place, error.to_string()));
    }
    let (base, query) = place.split_once('?').map_or((place, None), |(base, query)| (base, Some(query)));
    let base = if base.ends_with('/') { format!("{base}{}", key(file, digests)) } else { base.to_owned() };
    let full = query.map_or_else(|| base.clone(), |query| format!("{base}?{query}"));
    let (blobs, name) = ordain_backends::azurerm::open_url(&full, &workdir.env)?;
    let put = blobs.put(&name, bytes.to_vec(), Expect::Anything).await;
    put.map(|_| base.clone()).map_err(|error| failed(&base, error.to_string()))
}

/// `environment/commit/digest.plan`
fn key(file: &PlanFile, digests: &Digests) -> String {
    let environment = file.header.place.environment.as_deref().unwrap_or("default");
    let commit = file.header.origin.commit.as_deref().unwrap_or("none");
    format!("{environment}/{commit}/{}.plan", digests.root.hex())
}
