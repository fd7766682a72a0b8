//! The identifier a release is imported by.

use ordain_helm_template::check_release_name;

use crate::failure::Failure;

/// The namespace and the name of `namespace/name`.
pub(crate) fn identifier(id: &str) -> Result<(&str, &str), Failure> {
    let parts = id.split_once('/').filter(|(namespace, name)| !namespace.is_empty() && !name.contains('/'));
    let Some((namespace, name)) = parts else {
        let why = format!("Unexpected ID format ({id:?}), expected namespace/name");
        let detail = format!("Unable to parse identifier {id}: {why}");
        return Err(Failure::new("Unable to parse import identifier", detail));
    };
    if check_release_name(name).is_err() {
        return Err(missing(name, &format!("releaseContent: Release name is invalid: {name}")));
    }
    Ok((namespace, name))
}

/// The release cannot be had.
pub(crate) fn missing(name: &str, why: &str) -> Failure {
    Failure::new("Error getting release", format!("Unable to get Helm release {name}: {why}"))
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
