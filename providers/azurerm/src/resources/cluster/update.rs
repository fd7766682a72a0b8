//! Changing a cluster. One update may take several requests, in this order: service principal, the cluster
//! without its version, the version alone, the default pool, maintenance windows.

use http::Method;
use ordain_azure::{Call, Scope};
use serde_json::{Map, Value as Json, json};

use super::{addons, default_pool, describe, expand, identity, maintenance, network_update, profiles, rules};
use crate::failure::Failure;
use crate::resources::fields::{at, drop_property, set, set_property};
use crate::resources::known::known;
use crate::resources::pool::{self, API};
use crate::resources::rotation::{self, Rotation};
use crate::session::Session;
use ordain_sdk::{View, first, flag, strings, text};

/// Arguments of the default pool whose change replaces its nodes.
const ROTATING: &[&str] = &[
    "name",
    "host_encryption_enabled",
    "node_public_ip_enabled",
    "fips_enabled",
    "kubelet_config",
    "kubelet_disk_type",
    "linux_os_config",
    "max_pods",
    "only_critical_addons_enabled",
    "os_disk_size_gb",
    "os_disk_type",
    "pod_subnet_id",
    "snapshot_id",
    "ultra_ssd_enabled",
    "vnet_subnet_id",
    "vm_size",
    "zones",
];

/// Carries an update out.
pub(crate) async fn update(session: &Session, id: &str, view: &View, scope: &Scope) -> Result<(), Failure> {
    let mut existing = get(session, id, scope).await?;
    rules::check(&view.planned)?;
    if view.changed("service_principal") && !view.changed("identity") {
        let body = expand::service_principal(&view.planned);
        let path = format!("{id}/resetServicePrincipalProfile");
        let call = Call::new(Method::POST, &path, API).body(&body);
        let written = session.azure.write("ResetServicePrincipalProfile", &call, scope).await;
        written.map_err(|error| error.during(format!("updating Service Principal for {}", describe(id))))?;
        existing = get(session, id, scope).await?;
    }
    rules::check_change(view)?;
    if change(view, &mut existing) {
        if view.changed("key_management_service") {
            expand::add_vault(session, &view.planned, &mut existing, scope).await?;
        }
        put(session, id, &existing, "updating", scope).await?;
    }
    if view.changed("kubernetes_version") {
        let mut existing = get(session, id, scope).await?;
        set_property(&mut existing, "kubernetesVersion", json!(text(&view.planned, "kubernetes_version")));
        put(session, id, &existing, "updating Kubernetes Version for", scope).await?;
    }
    if view.changed("default_node_pool") {
        update_pool(session, id, view, scope).await?;
    }
    maintenance::write(session, id, view, false, scope).await
}

async fn get(session: &Session, id: &str, scope: &Scope) -> Result<Json, Failure> {
    let answer = session.azure.call(&Call::get(id, API), scope).await;
    let answer = answer.map_err(|error| error.during(format!("retrieving existing {}", describe(id))))?;
    let mut cluster = known("managedclusters", "ManagedCluster", &answer.body);
    set(&mut cluster, "systemData", Json::Null);
    if let Some(identity) = cluster.get("identity").filter(|identity| identity.is_object()) {
        // Only names of identities may be sent, not what the service knows about them.
        let ids = at(identity, "/userAssignedIdentities").as_object();
        let ids: Option<Map<String, Json>> =
            ids.map(|ids| ids.keys().map(|id| (id.clone(), json!({}))).collect());
        let identity = json!({"type": text(identity, "type"), "userAssignedIdentities": ids});
        set(&mut cluster, "identity", identity);
    }
    Ok(cluster)
}

async fn put(session: &Session, id: &str, body: &Json, what: &str, scope: &Scope) -> Result<(), Failure> {
    let call = Call::new(Method::PUT, id, API).body(body);
    let written = session.azure.write("CreateOrUpdate", &call, scope).await;
    written.map_err(|error| error.during(format!("{what} {}", describe(id))))?;
    Ok(())
}

/// A profile and the arguments that it is made from.
type Change = (&'static [&'static str], &'static str, fn(&Json) -> Option<Json>);

/// Profiles that are sent as a whole when one of their arguments changes.
const CHANGES: &[Change] = &[
    (&["auto_scaler_profile"], "autoScalerProfile", profiles::auto_scaler),
    (&["azure_active_directory_role_based_access_control"], "aadProfile", profiles::aad),
    (
        &["api_server_access_profile", "private_cluster_public_fqdn_enabled", "run_command_enabled"],
        "apiServerAccessProfile",
        |block| Some(profiles::api_server(block)),
    ),
    (&["monitor_metrics"], "azureMonitorProfile", |block| Some(profiles::monitor(block))),
    // The service's own default is said aloud: what is left out would stay.
    (&["bootstrap_profile"], "bootstrapProfile", |block| {
        Some(profiles::bootstrap(block).unwrap_or_else(|| json!({"artifactSource": "Direct"})))
    }),
    (&["local_account_disabled"], "disableLocalAccounts", |block| {
        Some(json!(flag(block, "local_account_disabled")))
    }),
    (&["http_proxy_config"], "httpProxyConfig", profiles::http_proxy),
    (&["kubelet_identity"], "identityProfile", identity::expand_kubelet),
    (&["linux_profile"], "linuxProfile", profiles::linux),
    (&["cost_analysis_enabled"], "metricsProfile", |block| {
        Some(json!({"costAnalysis": {"enabled": flag(block, "cost_analysis_enabled")}}))
    }),
    (&["oidc_issuer_enabled"], "oidcIssuerProfile", |block| {
        Some(json!({"enabled": flag(block, "oidc_issuer_enabled")}))
    }),
    (&["storage_profile"], "storageProfile", profiles::storage),
    (&["support_plan"], "supportPlan", |block| Some(json!(text(block, "support_plan")))),
    (&["upgrade_override"], "upgradeSettings", profiles::upgrade_override),
    (&["windows_profile"], "windowsProfile", profiles::windows),
    (&["web_app_routing"], "ingressProfile", |block| Some(profiles::ingress(block))),
    (&["ai_toolchain_operator_enabled"], "aiToolchainOperatorProfile", |block| {
        Some(json!({"enabled": flag(block, "ai_toolchain_operator_enabled")}))
    }),
];

/// Parts of `securityProfile`.
const SECURITY: &[Change] = &[
    (&["workload_identity_enabled"], "workloadIdentity", |block| {
        Some(json!({"enabled": flag(block, "workload_identity_enabled")}))
    }),
    (&["microsoft_defender"], "defender", |block| Some(profiles::defender(block))),
    (&["key_management_service"], "azureKeyVaultKms", |block| Some(profiles::key_service(block))),
    (&["image_cleaner_enabled", "image_cleaner_interval_hours"], "imageCleaner", |block| {
        Some(profiles::image_cleaner(block))
    }),
    (&["custom_ca_trust_certificates_base64"], "customCATrustCertificates", |block| {
        Some(json!(strings(block, "custom_ca_trust_certificates_base64")))
    }),
];

/// Puts what changed into the object as read; whether anything did.
fn change(view: &View, existing: &mut Json) -> bool {
    let mut changed = false;
    for (arguments, property, make) in CHANGES {
        if view.any_changed(arguments) {
            changed = true;
            match make(&view.planned) {
                Some(value) => set_property(existing, property, value),
                None => drop_property(existing, property),
            }
        }
    }
    let mut security = at(existing, "/properties/securityProfile").as_object().cloned().unwrap_or_default();
    for (arguments, property, make) in SECURITY {
        if view.any_changed(arguments)
            && let Some(value) = make(&view.planned)
        {
            changed = true;
            security.insert((*property).to_owned(), value);
        }
    }
    set_property(existing, "securityProfile", Json::Object(security));
    if view.any_changed(addons::ARGUMENTS) {
        changed = true;
        set_property(existing, "addonProfiles", Json::Object(addons::expand(view)));
    }
    if view.changed("network_profile") {
        changed = true;
        network_update::change(view, existing);
    }
    if view.changed("identity") {
        changed = true;
        if let Some(identity) = identity::expand(&view.planned) {
            set(existing, "identity", identity);
        }
    }
    if view.changed("sku_tier") {
        changed = true;
        let mut sku = at(existing, "/sku").clone();
        match sku.is_object() {
            true => set(&mut sku, "tier", json!(text(&view.planned, "sku_tier"))),
            false => sku = expand::sku(&view.planned),
        }
        set(existing, "sku", sku);
    }
    if view.changed("tags") {
        changed = true;
        set(existing, "tags", expand::tags(&view.planned));
    }
    changed |= change_kept(view, existing);
    if changed && !view.changed("microsoft_defender") && view.block("microsoft_defender").is_none() {
        // Where Defender is off for the whole subscription, the service refuses to hear of it.
        drop_defender(existing);
    }
    changed
}

/// Profiles of which parts stay as the service has them.
fn change_kept(view: &View, existing: &mut Json) -> bool {
    let mut changed = false;
    for (argument, property, value) in [
        ("automatic_upgrade_channel", "upgradeChannel", profiles::upgrade_channel(&view.planned)),
        ("node_os_upgrade_channel", "nodeOSUpgradeChannel", text(&view.planned, "node_os_upgrade_channel")),
    ] {
        if view.changed(argument) {
            changed = true;
            let mut profile = at(existing, "/properties/autoUpgradeProfile").clone();
            if !profile.is_object() {
                profile = json!({});
            }
            set(&mut profile, property, json!(value));
            set_property(existing, "autoUpgradeProfile", profile);
        }
    }
    if view.changed("workload_autoscaler_profile") {
        changed = true;
        let scaler = profiles::workload_scaler(view).unwrap_or_else(|| json!({"keda": {"enabled": false}}));
        set_property(existing, "workloadAutoScalerProfile", scaler);
    }
    if view.changed("service_mesh_profile") {
        changed = true;
        let runs = text(at(existing, "/properties/serviceMeshProfile"), "mode") == "Istio";
        let off = || runs.then(|| json!({"mode": "Disabled"}));
        if let Some(mesh) = profiles::service_mesh(&view.planned).or_else(off) {
            set_property(existing, "serviceMeshProfile", mesh);
        }
    }
    changed
}

fn drop_defender(existing: &mut Json) {
    let mut security = at(existing, "/properties/securityProfile").clone();
    if let Some(members) = security.as_object_mut() {
        members.remove("defender");
    }
    set_property(existing, "securityProfile", security);
}

async fn update_pool(session: &Session, id: &str, view: &View, scope: &Scope) -> Result<(), Failure> {
    let Some(block) = first(&view.planned, "default_node_pool") else { return Ok(()) };
    let name = text(block, "name");
    let path = format!("{id}/agentPools/{name}");
    let pool_view = View {
        planned: block.clone(),
        prior: first(&view.prior, "default_node_pool").cloned().unwrap_or(Json::Null),
    };
    let properties = default_pool::expand_change(&pool_view)
        .map_err(|failure| failure.during("expanding `default_node_pool`"))?;
    let mut body = json!({"name": name, "properties": properties});
    if pool_view.any_changed(ROTATING) || rotation::replaces_image(&pool_view) {
        let names: Vec<String> =
            ROTATING.iter().map(|name| format!("\"default_node_pool.0.{name}\"")).collect();
        let rotation =
            Rotation { id: &path, temporary: text(block, "temporary_name_for_rotation"), old: "default" };
        return rotation.run(session, &names, &mut body, scope).await;
    }
    let call = Call::new(Method::PUT, &path, API).body(&body);
    let written = session.azure.write("CreateOrUpdate", &call, scope).await;
    // Word for word: the original has no colon here.
    let what = format!("updating Default Node Pool {}", pool::describe(&path));
    written.map_err(|error| Failure::from(error.during_plain(&what)))?;
    Ok(())
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
