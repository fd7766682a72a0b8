use serde_json::json;

use super::*;

fn found(name: &str, value: Json) -> Vec<String> {
    named(name, "", "k", &value)
}

#[test]
fn names_and_labels_follow_kubernetes() {
    for right in ["a", "a-b.c", "0"] {
        assert!(found("name", json!(right)).is_empty(), "{right}");
    }
    for wrong in ["", "Bad_Name", "-a", "a..b"] {
        assert_eq!(found("name", json!(wrong)).len(), 1, "{wrong}");
    }
    assert!(found("generate_name", json!("gen-")).is_empty());
    assert!(found("labels", json!({ "app.kubernetes.io/name": "A_b.c", "x": "" })).is_empty());
    assert!(
        found("labels", json!({ "bad key!": "x" }))[0].starts_with("k (\"bad key!\") name part must consist")
    );
    assert_eq!(found("labels", json!({ "a": "-" })).len(), 1);
    assert!(found("annotations", json!({ "Example.com/Name": "anything at all" })).is_empty());
}

#[test]
fn quantities_ports_and_modes() {
    let faults = |amount: &str| {
        quantity::faults(&json!({ "spec": [{ "resources": [{ "limits": { "cpu": amount } }] }] }))
    };
    assert_eq!(faults("500m"), None);
    assert!(faults("much").is_some_and(|fault| fault.starts_with("quantities must match")));
    assert_eq!(faults("1Q").map(|f| &f[..10]), Some("quantities"));
    assert_eq!(faults("1mm"), Some("unable to parse quantity's suffix"));
    assert!(found("path_segment", json!("system:Node_x")).is_empty());
    assert_eq!(found("path_segment", json!("a/b")), ["k may not contain '/'"]);
    assert!(found("port_number_or_zero", json!(0)).is_empty());
    assert_eq!(found("port_number", json!(0)), ["expected \"k\" to be a valid port number, got: 0"]);
    assert!(found("cidr", json!("10.0.0.0/8")).is_empty() && found("cidr", json!("10.0.0.0/33")).len() == 1);
    assert!(suppressed("quantity", "1Gi", "1024Mi") && suppressed("quantity", "0.5", "500m"));
    assert!(!suppressed("quantity", "1G", "1Gi"));
    assert!(found("port_or_name", json!("http")).is_empty() && found("port_or_name", json!("80")).is_empty());
    assert_eq!(found("port_or_name", json!("0")), ["k must be between 1 and 65535, inclusive"]);
    assert!(found("mode", json!("0644")).is_empty());
    assert_eq!(found("mode", json!("-1"))[1], "k (-01) expects octal notation (a value between 0 and 0777)");
    assert_eq!(found("mode", json!("644")), ["k: value 644 should start with '0' (octal numeral)"]);
}
