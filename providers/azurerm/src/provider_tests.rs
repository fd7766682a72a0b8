//! The provider through its contract, on the sandbox's Resource Manager.

use ordain_http::Environment;
use ordain_provider::{
    ApplyRequest, ConfigureRequest, ImportRequest, PlanRequest, Private, Provider, ReadRequest, laws,
};
use ordain_sandbox::{ClusterHosts, Options, Running, Sandbox};
use ordain_value::{Kind, Path, Value};
use serde_json::{Value as Json, json};

use super::AzureRm;
use ordain_sdk::{nullable, to_json};

struct World {
    provider: AzureRm,
    sandbox: Running,
    _folder: Folder,
}

/// A folder that goes when its test is over.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

/// An object with its private data.
#[derive(Clone)]
struct Object {
    type_name: &'static str,
    state: Value,
    private: Private,
}

impl World {
    async fn start(name: &str) -> World {
        let folder = std::env::temp_dir().join(format!("ordain-azurerm-{name}-{}", std::process::id()));
        let mut options = Options::new(&folder);
        options.cluster_hosts = ClusterHosts::Absent;
        let sandbox = Sandbox::start(options).await.unwrap();
        let env: Environment = sandbox.env.iter().cloned().collect();
        let provider = AzureRm::new(env).unwrap();
        let config = json!({"features": [{}], "resource_provider_registrations": "none"});
        let config = with_blocks(nullable(&provider.config.object, &with_id(config)), &provider);
        let found = provider
            .configure(ConfigureRequest {
                config,
                terraform_version: "1.11.4".into(),
                deferral_allowed: false,
            })
            .await;
        assert!(!found.has_errors(), "{found:?}");
        World { provider, sandbox, _folder: Folder(folder) }
    }

    fn empty(&self, type_name: &'static str) -> Object {
        let ty = self.provider.resources[type_name].object.clone();
        Object { type_name, state: Value::null(ty), private: Private::new() }
    }

    /// Plans; the planned value, what forces a new object, and the private data for apply.
    async fn plan(&self, object: &Object, config: &Json) -> (Value, Value, Vec<Path>, Private) {
        let tree = &self.provider.resources[object.type_name];
        let block = &self.provider.schema.resources.get(object.type_name).unwrap().block;
        let config = laws::normalize_blocks(block, &nullable(&tree.object, &with_id(config.clone())));
        let proposed = laws::proposed_new(block, &object.state, &config);
        let request = PlanRequest {
            type_name: object.type_name.into(),
            prior: object.state.clone(),
            proposed,
            config: config.clone(),
            prior_private: object.private.clone(),
            prior_identity: None,
            provider_meta: None,
        };
        let (reply, found) = self.provider.plan(request).await;
        assert!(!found.has_errors(), "{found:?}");
        let reply = reply.unwrap();
        (config, reply.planned, reply.requires_replace, reply.planned_private)
    }

    async fn apply(&self, object: &Object, config: &Json) -> Result<Object, String> {
        let (config, planned, _, planned_private) = self.plan(object, config).await;
        self.carry_out(object, config, planned, planned_private).await
    }

    async fn carry_out(
        &self,
        object: &Object,
        config: Value,
        planned: Value,
        planned_private: Private,
    ) -> Result<Object, String> {
        let request = ApplyRequest {
            type_name: object.type_name.into(),
            prior: object.state.clone(),
            planned,
            config,
            planned_private,
            planned_identity: None,
            provider_meta: None,
        };
        let (reply, found) = self.provider.apply(request).await;
        let reply = reply.unwrap();
        match found.iter().next() {
            Some(error) => Err(error.summary.clone()),
            None => Ok(Object { type_name: object.type_name, state: reply.state, private: reply.private }),
        }
    }

    async fn destroy(&self, object: &Object) -> Result<Object, String> {
        let nothing = Value::null(object.state.ty());
        self.carry_out(object, nothing.clone(), nothing, object.private.clone()).await
    }

    async fn read(&self, object: &Object) -> Object {
        let request = ReadRequest {
            type_name: object.type_name.into(),
            current: object.state.clone(),
            private: object.private.clone(),
            identity: None,
            provider_meta: None,
        };
        let (reply, found) = self.provider.read(request).await;
        assert!(!found.has_errors(), "{found:?}");
        let reply = reply.unwrap();
        Object { type_name: object.type_name, state: reply.state, private: reply.private }
    }

    /// Whether planning the configuration again changes nothing.
    async fn is_settled(&self, object: &Object, config: &Json) -> bool {
        let object = self.read(object).await;
        let (_, planned, replace, _) = self.plan(&object, config).await;
        planned == object.state && replace.is_empty()
    }

    fn writes(&self) -> Vec<String> {
        let entries = self.sandbox.record.requests();
        entries
            .iter()
            .filter(|entry| {
                entry.method != "GET" && !entry.path.contains("token") && !entry.path.contains("listCluster")
            })
            .map(|entry| format!("{} {}", entry.method, entry.path.rsplit('/').next().unwrap_or_default()))
            .collect()
    }
}

/// Marks an object as one that is there: members that are missing are null.
fn with_id(mut config: Json) -> Json {
    config.as_object_mut().unwrap().entry("id").or_insert(Json::Null);
    config
}

fn with_blocks(config: Value, provider: &AzureRm) -> Value {
    laws::normalize_blocks(&provider.schema.config.block, &config)
}

fn group() -> Json {
    json!({"name": "rg1", "location": "East US"})
}

fn cluster(nodes: i64, size: &str) -> Json {
    json!({
        "name": "aks1", "location": "eastus", "resource_group_name": "rg1", "dns_prefix": "aks1",
        "default_node_pool": [{
            "name": "default", "node_count": nodes, "vm_size": size, "upgrade_settings": [{"max_surge": "10%"}],
        }],
        "service_principal": [{"client_id": "5e5e5e5e-0000-5000-8ead-000000000001", "client_secret": "s"}],
    })
}

#[tokio::test]
async fn a_group_and_a_cluster_live_their_lives() {
    let world = World::start("life").await;
    let group_type = world.empty("azurerm_resource_group");
    let (_, planned, ..) = world.plan(&group_type, &group()).await;
    assert_eq!(planned.get("location").and_then(Value::as_str), Some("eastus"));
    assert!(matches!(planned.get("id").unwrap().kind(), Kind::Unknown(_)));
    let made = world.apply(&group_type, &group()).await.unwrap();
    assert!(world.is_settled(&made, &group()).await);

    let first = world
        .apply(&world.empty("azurerm_kubernetes_cluster"), &cluster(3, "Standard_D2s_v3"))
        .await
        .unwrap();
    let shown = to_json(&first.state);
    assert_eq!(shown["default_node_pool"][0]["node_count"], json!(3));
    assert_eq!(shown["service_principal"][0]["client_secret"], json!("s"));
    assert!(world.is_settled(&first, &cluster(3, "Standard_D2s_v3")).await);
    assert_eq!(String::from_utf8_lossy(&first.private).matches("5400000000000").count(), 3);

    let second = world.apply(&first, &cluster(4, "Standard_D2s_v3")).await.unwrap();
    assert_eq!(to_json(&second.state)["default_node_pool"][0]["node_count"], json!(4));
    let refused = world.apply(&second, &cluster(4, "Standard_D4s_v3")).await.err().unwrap();
    assert!(refused.starts_with("`temporary_name_for_rotation` must be specified"), "{refused}");

    let exists =
        world.apply(&world.empty("azurerm_kubernetes_cluster"), &cluster(3, "Standard_D2s_v3")).await;
    assert!(exists.err().unwrap().contains("needs to be imported into the State"));
    assert!(world.destroy(&second).await.unwrap().state.is_null());
    assert!(world.destroy(&made).await.unwrap().state.is_null());
    assert!(world.read(&second).await.state.is_null());
    let wanted = ["PUT rg1", "PUT aks1", "PUT default", "DELETE aks1", "DELETE rg1"];
    assert_eq!(world.writes(), wanted);
}

#[tokio::test]
async fn what_cannot_change_forces_a_new_object() {
    let world = World::start("force").await;
    let made = world.apply(&world.empty("azurerm_resource_group"), &group()).await.unwrap();
    let (_, _, replace, _) = world.plan(&made, &json!({"name": "rg1", "location": "westeurope"})).await;
    assert_eq!(replace.iter().map(ToString::to_string).collect::<Vec<_>>(), [".location"]);
    let (_, planned, replace, _) = world.plan(&made, &json!({"name": "rg1", "location": "EASTUS"})).await;
    assert!(replace.is_empty() && planned == made.state);
}

#[tokio::test]
async fn an_import_knows_the_id_and_a_read_the_rest() {
    let world = World::start("import").await;
    let made = world.apply(&world.empty("azurerm_resource_group"), &group()).await.unwrap();
    let id = made.state.get("id").and_then(Value::as_str).unwrap().to_owned();
    let request = ImportRequest { type_name: made.type_name.into(), id, identity: None };
    let (found, diagnostics) = world.provider.import(request).await;
    assert!(!diagnostics.has_errors());
    let found = Object {
        type_name: made.type_name,
        state: found[0].state.clone(),
        private: found[0].private.clone(),
    };
    assert!(String::from_utf8_lossy(&found.private).contains("\"schema_version\":\"0\""));
    let read = world.read(&found).await;
    assert_eq!(read.state.get("location").and_then(Value::as_str), Some("eastus"));
}

#[tokio::test]
async fn wrong_credentials_say_what_the_service_said() {
    let world = World::start("credentials").await;
    let mut env: Environment = world.sandbox.env.iter().cloned().collect();
    env.insert("ARM_CLIENT_SECRET".into(), "wrong".into());
    let provider = AzureRm::new(env).unwrap();
    let config = json!({"features": [{}], "resource_provider_registrations": "none"});
    let config = with_blocks(nullable(&provider.config.object, &with_id(config)), &provider);
    let found = provider
        .configure(ConfigureRequest { config, terraform_version: "1.11.4".into(), deferral_allowed: false })
        .await;
    let error = found.iter().next().unwrap();
    assert!(
        error.summary.starts_with("building account: could not acquire access token"),
        "{}",
        error.summary
    );
    assert!(!error.summary.contains("wrong"), "{}", error.summary);
}
