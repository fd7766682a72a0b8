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
    assert_eq!(failure.detail, "Unable to get Helm release We: releaseContent: Release name is invalid: We");
}
