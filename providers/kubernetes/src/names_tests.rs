use super::api_name;

#[test]
fn names_follow_the_rule_or_the_exceptions() {
    for (name, many, wanted) in [
        ("load_balancer", true, "loadBalancer"),
        ("cluster_ip", false, "clusterIP"),
        ("cluster_ips", true, "clusterIPs"),
        ("port", true, "ports"),
        ("port", false, "port"),
        ("container", true, "containers"),
        ("ip", false, "ip"),
        ("external_traffic_policy", false, "externalTrafficPolicy"),
    ] {
        assert_eq!(api_name(name, many), wanted);
    }
}
