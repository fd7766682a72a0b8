use super::*;

#[test]
fn manifests_are_kept_by_kind_version_and_name() {
    let manifest = "---\n# Source: a\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: ns}\ndata: {k: c2VjcmV0}\n";
    let text = document(manifest, &Arguments(json!({}))).unwrap();
    assert!(text.starts_with("{\"deployment.apps/apps/v1/d\":{\"apiVersion\":\"apps/v1\""), "{text}");
    assert!(text.contains("\"ns/secret/v1/s\":"), "{text}");
    assert!(!text.contains("c2VjcmV0"), "{text}");
}

#[test]
fn secrets_are_told_apart_and_not_shown() {
    // Of the published vectors of SHAKE256: the empty text.
    assert_eq!(hidden(b""), "(sensitive value 46b9dd2b0ba88d13)");
    assert_ne!(hidden(b"a"), hidden(b"b"));
}

#[test]
fn what_the_cluster_decides_is_left_out() {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "d", "uid": "u", "resourceVersion": "1",
            "annotations": {"deployment.kubernetes.io/revision": "1", "meta.helm.sh/release-name": "r"},
            "managedFields": [
                {"manager": "helm", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
                {"manager": "kube-controller-manager", "fieldsV1": {"f:spec": {"f:list": {"k:{\"n\":1}": {"f:x": {}}}}}},
            ],
        },
        "spec": {"replicas": 1, "list": [{"n": 1, "x": 2}, {"n": 2, "x": 3}]},
        "status": {"replicas": 1},
    });
    let wanted = "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"d\"},\"spec\":{\"list\":[{\"n\":1},{\"n\":2,\"x\":3}],\"replicas\":1},\"status\":null}";
    assert_eq!(shown(object), wanted);
}
