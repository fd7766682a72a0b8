//! The body of a request that makes a cluster.

use ordain_azure::Scope;
use serde_json::{Map, Value as Json, json};

use super::{addons, default_pool, identity, network, profiles};
use crate::failure::Failure;
use crate::resources::fields::set;
use crate::resources::vaults;
use crate::session::Session;
use ordain_sdk::{View, first, flag, strings, text};

/// The body for a new cluster.
pub(crate) fn cluster(block: &Json) -> Result<Json, Failure> {
    let mut body = Map::new();
    body.insert("location".to_owned(), json!(text(block, "location")));
    if !text(block, "edge_zone").is_empty() {
        body.insert(
            "extendedLocation".to_owned(),
            json!({"name": text(block, "edge_zone"), "type": "EdgeZone"}),
        );
    }
    if let Some(identity) = identity::expand(block) {
        body.insert("identity".to_owned(), identity);
    }
    body.insert("sku".to_owned(), sku(block));
    body.insert("tags".to_owned(), tags(block));
    body.insert("properties".to_owned(), Json::Object(properties(block)?));
    Ok(Json::Object(body))
}

/// `sku`.
pub(crate) fn sku(block: &Json) -> Json {
    json!({"name": "Base", "tier": text(block, "sku_tier")})
}

/// `tags`.
pub(crate) fn tags(block: &Json) -> Json {
    block.get("tags").filter(|tags| tags.is_object()).cloned().unwrap_or_else(|| json!({}))
}

/// The id of a private vault, which stands beside the address of its key in what is sent. The original looks it up
/// among all vaults of the subscription.
pub(crate) async fn add_vault(
    session: &Session,
    block: &Json,
    body: &mut Json,
    scope: &Scope,
) -> Result<(), Failure> {
    let Some(kms) = first(block, "key_management_service") else { return Ok(()) };
    if text(kms, "key_vault_network_access") != "Private" {
        return Ok(());
    }
    let id = vaults::id_of(session, text(kms, "key_vault_key_id"), scope).await?;
    if let (Some(id), Some(kms)) = (id, body.pointer_mut("/properties/securityProfile/azureKeyVaultKms")) {
        set(kms, "keyVaultResourceId", json!(id));
    }
    Ok(())
}

fn properties(block: &Json) -> Result<Map<String, Json>, Failure> {
    let mut out = Map::new();
    let view = View { planned: block.clone(), prior: Json::Null };
    let pool = first(block, "default_node_pool").unwrap_or(&Json::Null);
    let mut pool_body = default_pool::expand(pool)?;
    pool_body.insert("name".to_owned(), json!(text(pool, "name")));
    let always = [
        ("addonProfiles", Json::Object(addons::expand(&view))),
        ("agentPoolProfiles", json!([pool_body])),
        ("apiServerAccessProfile", profiles::new_api_server(block)),
        ("autoUpgradeProfile", profiles::auto_upgrade(block)),
        ("azureMonitorProfile", profiles::monitor(block)),
        ("disableLocalAccounts", json!(flag(block, "local_account_disabled"))),
        ("enableRBAC", json!(flag(block, "role_based_access_control_enabled"))),
        ("kubernetesVersion", json!(text(block, "kubernetes_version"))),
        ("metricsProfile", json!({"costAnalysis": {"enabled": flag(block, "cost_analysis_enabled")}})),
        ("nodeResourceGroup", json!(text(block, "node_resource_group"))),
        ("securityProfile", security(block)),
        ("dnsPrefix", json!(text(block, "dns_prefix"))),
        ("servicePrincipalProfile", service_principal(block)),
    ];
    out.extend(always.map(|(name, value)| (name.to_owned(), value)));
    let optional = [
        ("aadProfile", profiles::aad(block)),
        ("autoScalerProfile", profiles::auto_scaler(block)),
        ("bootstrapProfile", profiles::bootstrap(block)),
        ("httpProxyConfig", profiles::http_proxy(block)),
        ("identityProfile", identity::expand_kubelet(block)),
        ("linuxProfile", profiles::linux(block)),
        ("networkProfile", network::expand_profile(block)),
        ("storageProfile", profiles::storage(block)),
        ("upgradeSettings", profiles::upgrade_override(block)),
        ("windowsProfile", profiles::windows(block)),
        ("workloadAutoScalerProfile", profiles::workload_scaler(&view)),
        ("ingressProfile", first(block, "web_app_routing").map(|_| profiles::ingress(block))),
        ("serviceMeshProfile", profiles::service_mesh(block)),
        ("oidcIssuerProfile", flag(block, "oidc_issuer_enabled").then(|| json!({"enabled": true}))),
        (
            "aiToolchainOperatorProfile",
            flag(block, "ai_toolchain_operator_enabled").then(|| json!({"enabled": true})),
        ),
    ];
    out.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let texts = [
        ("fqdnSubdomain", "dns_prefix_private_cluster"),
        ("diskEncryptionSetID", "disk_encryption_set_id"),
        ("supportPlan", "support_plan"),
    ];
    for (property, argument) in texts {
        if !text(block, argument).is_empty() {
            out.insert(property.to_owned(), json!(text(block, argument)));
        }
    }
    Ok(out)
}

/// `servicePrincipalProfile`: the principal, or the word that stands for an identity.
pub(crate) fn service_principal(block: &Json) -> Json {
    match first(block, "service_principal") {
        Some(principal) => {
            json!({"clientId": text(principal, "client_id"), "secret": text(principal, "client_secret")})
        }
        None => json!({"clientId": "msi"}),
    }
}

fn security(block: &Json) -> Json {
    let mut out = Map::new();
    if flag(block, "workload_identity_enabled") {
        out.insert("workloadIdentity".to_owned(), json!({"enabled": true}));
    }
    if first(block, "microsoft_defender").is_some() {
        out.insert("defender".to_owned(), profiles::defender(block));
    }
    if first(block, "key_management_service").is_some() {
        out.insert("azureKeyVaultKms".to_owned(), profiles::key_service(block));
    }
    if flag(block, "image_cleaner_enabled") {
        out.insert("imageCleaner".to_owned(), profiles::image_cleaner(block));
    }
    let certificates = strings(block, "custom_ca_trust_certificates_base64");
    if !certificates.is_empty() {
        out.insert("customCATrustCertificates".to_owned(), json!(certificates));
    }
    Json::Object(out)
}
