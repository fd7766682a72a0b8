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
mod tests {
    use super::identifier;

    #[test]
    fn an_identifier_has_two_parts_and_a_name_that_may_be() {
        assert_eq!(identifier("ns/web").unwrap(), ("ns", "web"));
        for id in ["web", "a/b/c", "ns/web/", "/web", ""] {
            let failure = identifier(id).unwrap_err();
            assert_eq!(failure.summary, "Unable to parse import identifier");
            assert_eq!(
                failure.detail,
                format!(
                    "Unable to parse identifier {id}: Unexpected ID format ({id:?}), expected namespace/name"
                )
            );
        }
        let failure = identifier("ns/We").unwrap_err();
        assert_eq!(failure.summary, "Error getting release");
        assert_eq!(
            failure.detail,
            "Unable to get Helm release We: releaseContent: Release name is invalid: We"
        );
    }
}
