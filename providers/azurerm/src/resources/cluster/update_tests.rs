use super::*;

/// Properties of the cluster that is sent, after a change of arguments.
fn sent(prior: Json, planned: Json, service: Json) -> Json {
    let mut existing = json!({"sku": {"name": "Automatic", "tier": "Free"}, "properties": service});
    assert!(change(&View { planned, prior }, &mut existing));
    existing["properties"].clone()
}

#[test]
fn an_autoscaler_that_goes_off_is_sent_as_off() {
    let block = |keda: bool| json!({"workload_autoscaler_profile": [{"keda_enabled": keda}]});
    let properties = sent(block(true), block(false), json!({}));
    assert_eq!(properties["workloadAutoScalerProfile"], json!({"keda": {"enabled": false}}));
    let properties = sent(block(true), json!({"workload_autoscaler_profile": []}), json!({}));
    assert_eq!(properties["workloadAutoScalerProfile"], json!({"keda": {"enabled": false}}));
    let properties = sent(json!({}), block(true), json!({}));
    assert_eq!(properties["workloadAutoScalerProfile"], json!({"keda": {"enabled": true}}));
}

#[test]
fn a_mesh_goes_off_only_where_it_runs() {
    let mesh = json!({"service_mesh_profile": [{"mode": "Istio", "revisions": ["asm-1-24"]}]});
    let none = json!({"service_mesh_profile": []});
    let runs = json!({"serviceMeshProfile": {"mode": "Istio", "istio": {}}});
    assert_eq!(sent(mesh.clone(), none.clone(), runs)["serviceMeshProfile"], json!({"mode": "Disabled"}));
    assert_eq!(sent(mesh, none, json!({}))["serviceMeshProfile"], Json::Null);
}

#[test]
fn a_load_balancer_keeps_what_is_not_changed_and_has_one_kind_of_address() {
    let block = |balancer: Json| json!({"network_profile": [{"outbound_type": "loadBalancer", "load_balancer_profile": [balancer]}]});
    let service = json!({"networkProfile": {"loadBalancerProfile": {
        "allocatedOutboundPorts": 8,
        "managedOutboundIPs": {"count": 1},
        "effectiveOutboundIPs": [{"id": "e"}],
    }}});
    let prior = block(json!({"managed_outbound_ip_count": 1, "outbound_ports_allocated": 8}));
    let ids = json!({"outbound_ports_allocated": 8, "managed_outbound_ip_count": 1, "outbound_ip_address_ids": ["a"]});
    let balancer =
        &sent(prior.clone(), block(ids.clone()), service.clone())["networkProfile"]["loadBalancerProfile"];
    assert_eq!(
        *balancer,
        json!({
            "allocatedOutboundPorts": 8,
            "outboundIPs": {"publicIPs": [{"id": "a"}]},
            "effectiveOutboundIPs": [{"id": "e"}],
        })
    );
    let properties = sent(block(ids), prior, service);
    assert_eq!(
        properties["networkProfile"]["loadBalancerProfile"]["managedOutboundIPs"],
        json!({"count": 1})
    );
}

#[test]
fn what_an_outbound_type_does_not_use_goes() {
    let block = |kind: &str| json!({"network_profile": [{"outbound_type": kind}]});
    let service = json!({"networkProfile": {"loadBalancerProfile": {}, "natGatewayProfile": {}}});
    let profile = &sent(block("loadBalancer"), block("userDefinedRouting"), service)["networkProfile"];
    assert_eq!(*profile, json!({"outboundType": "userDefinedRouting"}));
}

#[test]
fn defender_is_not_mentioned_where_it_is_not_wanted() {
    let service = json!({"securityProfile": {"defender": {"securityMonitoring": {"enabled": false}}}});
    let properties = sent(json!({}), json!({"tags": {"a": "b"}}), service.clone());
    assert_eq!(properties["securityProfile"], json!({}));
    let wanted = json!({"microsoft_defender": [{"log_analytics_workspace_id": "w"}], "tags": {"a": "b"}});
    let properties =
        sent(json!({"microsoft_defender": wanted["microsoft_defender"]}), wanted, service.clone());
    assert_eq!(properties["securityProfile"], service["securityProfile"]);
}

#[test]
fn upgrade_channels_change_one_by_one_and_defaults_are_said_aloud() {
    let service = json!({"autoUpgradeProfile": {"upgradeChannel": "stable", "nodeOSUpgradeChannel": "None"}});
    let prior = json!({
        "automatic_upgrade_channel": "stable",
        "node_os_upgrade_channel": "NodeImage",
        "bootstrap_profile": [{"artifact_source": "Cache"}],
    });
    let planned = json!({"automatic_upgrade_channel": "", "node_os_upgrade_channel": "NodeImage"});
    let properties = sent(prior, planned, service);
    let channels = json!({"upgradeChannel": "none", "nodeOSUpgradeChannel": "None"});
    assert_eq!(properties["autoUpgradeProfile"], channels);
    assert_eq!(properties["bootstrapProfile"], json!({"artifactSource": "Direct"}));
}

#[test]
fn add_ons_that_are_switches_are_sent_when_turned() {
    let block = |routing: bool, agent: &str| {
        let agent = json!([{"log_analytics_workspace_id": agent}]);
        json!({"http_application_routing_enabled": routing, "oms_agent": agent})
    };
    let addons = |prior, planned| sent(prior, planned, json!({}))["addonProfiles"].clone();
    assert_eq!(addons(block(true, "a"), block(true, "b"))["httpApplicationRouting"], Json::Null);
    let off = addons(block(true, "a"), block(false, "a"));
    assert_eq!(off["httpApplicationRouting"], json!({"enabled": false}));
}
