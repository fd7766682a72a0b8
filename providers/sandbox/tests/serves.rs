//! The sandbox over real HTTP: what a client of the main job meets.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ordain_sandbox::{Options, Running, Sandbox};
use reqwest::{Certificate, Client, Method, Proxy, Response};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// A folder that goes when its test is over.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

fn folder(name: &str) -> Folder {
    let folder = std::env::temp_dir().join(format!("ordain-sandbox-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    Folder(folder)
}

/// A client that trusts one authority and may go through the sandbox's proxy.
fn client(ca: &[u8], proxy: Option<&str>) -> Client {
    let mut builder = Client::builder().tls_certs_only([Certificate::from_pem(ca).unwrap()]).no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(Proxy::all(proxy).unwrap());
    }
    builder.build().unwrap()
}

struct World {
    running: Running,
    arm: Client,
    token: String,
}

const GROUP: &str = "/resourcegroups/rg?api-version=2020-06-01";
const CLUSTER: &str =
    "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c?api-version=2025-07-01";

impl World {
    async fn start(options: Options) -> World {
        let running = Sandbox::start(options).await.unwrap();
        let ca = std::fs::read(&running.endpoints.ca_file).unwrap();
        let arm = client(&ca, None);
        let token = sign_in(&running, &arm, "https://management.azure.com/.default").await;
        World { running, arm, token }
    }

    fn variable(&self, name: &str) -> &str {
        &self.running.env.iter().find(|(k, _)| k == name).unwrap().1
    }

    async fn arm(&self, method: Method, path: &str, body: Value) -> Response {
        let url = format!(
            "{}/subscriptions/{}{path}",
            self.running.endpoints.azure,
            self.variable("ARM_SUBSCRIPTION_ID")
        );
        let mut request = self.arm.request(method, url).bearer_auth(&self.token);
        if !body.is_null() {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        request.send().await.unwrap()
    }

    /// Makes a group and a cluster in it, waits for it, and gives its kubeconfig.
    async fn cluster(&self) -> Kube {
        assert_eq!(self.arm(Method::PUT, GROUP, json!({"location": "East US"})).await.status(), 201);
        let pool = json!({"name": "default", "count": 2, "vmSize": "Standard_D2s_v3", "mode": "System"});
        let body = json!({"location": "eastus", "properties": {"dnsPrefix": "c", "agentPoolProfiles": [pool],
            "servicePrincipalProfile": {"clientId": "x", "secret": "y"}}});
        let made = self.arm(Method::PUT, CLUSTER, body).await;
        assert_eq!(made.status(), 201);
        let poll = made.headers()["azure-asyncoperation"].to_str().unwrap().to_string();
        assert_eq!(value(made).await["properties"]["provisioningState"], "Creating");
        let mut states = Vec::new();
        while states.last().is_none_or(|s| s == "InProgress") {
            let reply = self.arm.get(&poll).bearer_auth(&self.token).send().await.unwrap();
            states.push(value(reply).await["status"].as_str().unwrap().to_string());
        }
        assert_eq!(states, ["InProgress", "Succeeded"]);
        let path = CLUSTER.replace('?', "/listClusterUserCredential?");
        let credentials = value(self.arm(Method::POST, &path, Value::Null).await).await;
        let text = STANDARD.decode(credentials["kubeconfigs"][0]["value"].as_str().unwrap()).unwrap();
        Kube::from(&String::from_utf8(text).unwrap())
    }
}

async fn value(reply: Response) -> Value {
    serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
}

async fn sign_in(running: &Running, client: &Client, scope: &str) -> String {
    let variable = |name: &str| running.env.iter().find(|(k, _)| k == name).unwrap().1.clone();
    let scope: String = scope.bytes().map(|b| format!("%{b:02X}")).collect();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
        variable("ARM_CLIENT_ID"),
        variable("ARM_CLIENT_SECRET")
    );
    let url = format!("{}/{}/oauth2/v2.0/token", running.endpoints.azure, variable("ARM_TENANT_ID"));
    let request = client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    value(request.send().await.unwrap()).await["access_token"].as_str().unwrap().to_string()
}

/// A cluster's API as its kubeconfig reaches it.
struct Kube {
    client: Client,
    server: String,
    token: String,
}

impl Kube {
    fn from(kubeconfig: &str) -> Kube {
        let field = |name: &str| {
            let line = kubeconfig.lines().find(|l| l.trim().starts_with(name)).unwrap();
            line.split_once(": ").unwrap().1.to_string()
        };
        let ca = STANDARD.decode(field("certificate-authority-data")).unwrap();
        Kube { client: client(&ca, None), server: field("server"), token: field("token") }
    }

    async fn call(&self, method: Method, path: &str, kind: &str, body: Value) -> (u16, Value) {
        let mut request =
            self.client.request(method, format!("{}{path}", self.server)).bearer_auth(&self.token);
        if !body.is_null() {
            request = request.header("Content-Type", kind).body(body.to_string());
        }
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), value(reply).await)
    }

    /// The status, if there is an answer.
    async fn try_call(&self, method: Method, path: &str, body: Value) -> Option<u16> {
        let request = self.client.request(method, format!("{}{path}", self.server)).bearer_auth(&self.token);
        let request = request.header("Content-Type", "application/json").body(body.to_string());
        request.send().await.ok().map(|reply| reply.status().as_u16())
    }

    async fn make(&self, path: &str, body: Value) {
        let (status, reply) = self.call(Method::POST, path, "application/json", body).await;
        assert_eq!(status, 201, "{reply}");
    }

    /// Reads until `good` says so.
    async fn until(&self, path: &str, good: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let (_, reply) = self.call(Method::GET, path, "", Value::Null).await;
            if good(&reply) {
                return reply;
            }
            assert!(Instant::now() < end, "never came: {reply}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

fn deployment(image: &str, replicas: u32) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": replicas,
        "strategy": {"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}},
        "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "c", "image": image}]}}}})
}

const WEB: &str = "/apis/apps/v1/namespaces/default/deployments/web";

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_rolls_without_losing_ready_pods() {
    let place = folder("rolls");
    let world = World::start(Options::new(&place.0)).await;
    let kube = world.cluster().await;
    kube.make("/apis/apps/v1/namespaces/default/deployments", deployment("app:1", 3)).await;
    kube.until(WEB, |d| d["status"]["readyReplicas"] == 3).await;
    let since = SystemTime::now();
    let patch = json!({"spec": {"replicas": 4, "template": {"spec": {"containers": [{"name": "c", "image": "app:2"}]}}}});
    let (status, _) = kube.call(Method::PATCH, WEB, "application/strategic-merge-patch+json", patch).await;
    assert_eq!(status, 200);
    let done = |d: &Value| {
        d["status"]["updatedReplicas"] == 4
            && d["status"]["replicas"] == 4
            && d["status"]["readyReplicas"] == 4
    };
    kube.until(WEB, done).await;
    assert_eq!(world.running.record.least_ready("default", "web", since), Some(3));
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    kube.make("/api/v1/namespaces/default/services", service).await;
    let path = "/api/v1/namespaces/default/services/web";
    kube.until(path, |s| s["status"]["loadBalancer"]["ingress"][0]["ip"].is_string()).await;
    let (_, nodes) = kube.call(Method::GET, "/api/v1/nodes", "", Value::Null).await;
    assert_eq!(nodes["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_nonsense_are_refused() {
    let place = folder("strict");
    let world = World::start(Options::new(&place.0)).await;
    let kube = world.cluster().await;
    let stranger = Kube { token: "wrong".into(), ..Kube::from_parts(&kube) };
    assert_eq!(stranger.call(Method::GET, "/api/v1/namespaces", "", Value::Null).await.0, 401);
    let missing = CLUSTER.split('?').next().unwrap();
    assert_eq!(world.arm(Method::GET, missing, Value::Null).await.status(), 400);
    let odd = json!({"location": "eastus", "properties": {"dnsPrefixx": "c"}});
    let reply = value(world.arm(Method::PUT, CLUSTER, odd).await).await;
    assert!(reply["message"].as_str().unwrap().contains("unknown field \"dnsPrefixx\""), "{reply}");
    let unknown = "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/ordainstate/regenerateKey?api-version=2023-01-01";
    assert_eq!(world.arm(Method::POST, unknown, json!({})).await.status(), 501);
}

impl Kube {
    fn from_parts(other: &Kube) -> Kube {
        Kube { client: other.client.clone(), server: other.server.clone(), token: String::new() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn public_names_end_at_the_proxy() {
    let place = folder("proxy");
    let world = World::start(Options::new(&place.0)).await;
    let ca = std::fs::read(&world.running.endpoints.ca_file).unwrap();
    let through = client(&ca, Some(&world.running.endpoints.proxy));
    let index =
        through.get("https://community-charts.github.io/helm-charts/index.yaml").send().await.unwrap();
    let index = index.text().await.unwrap();
    assert!(index.contains("version: 1.7.3") && index.contains("mlflow-1.7.3.tgz"), "{index}");
    let archive =
        through.get("https://community-charts.github.io/helm-charts/mlflow-1.7.3.tgz").send().await.unwrap();
    let bytes = archive.bytes().await.unwrap();
    assert_eq!(&bytes[..2], [0x1f, 0x8b]);
    assert!(through.get("https://example.com/").send().await.is_err());
    let token = sign_in(&world.running, &world.arm, "https://storage.azure.com/.default").await;
    let blob = "https://ordainstate.blob.core.windows.net/tfstate/a.tfstate";
    let call = |method: Method, comp: &str| {
        let url = if comp.is_empty() { blob.to_string() } else { format!("{blob}?comp={comp}") };
        through.request(method, url).bearer_auth(&token).header("x-ms-version", "2023-11-03")
    };
    let put = |text: &'static str| call(Method::PUT, "").header("x-ms-blob-type", "BlockBlob").body(text);
    assert_eq!(put("one").send().await.unwrap().status(), 201);
    let lease =
        call(Method::PUT, "lease").header("x-ms-lease-action", "acquire").header("x-ms-lease-duration", "-1");
    let lease = lease.send().await.unwrap();
    assert_eq!(lease.status(), 201);
    let id = lease.headers()["x-ms-lease-id"].clone();
    assert_eq!(put("two").send().await.unwrap().status(), 412);
    assert_eq!(put("two").header("x-ms-lease-id", id.clone()).send().await.unwrap().status(), 201);
    let again =
        call(Method::PUT, "lease").header("x-ms-lease-action", "acquire").header("x-ms-lease-duration", "-1");
    assert_eq!(again.send().await.unwrap().status(), 409);
    assert_eq!(call(Method::GET, "").send().await.unwrap().text().await.unwrap(), "two");
    let release =
        call(Method::PUT, "lease").header("x-ms-lease-action", "release").header("x-ms-lease-id", id);
    assert_eq!(release.send().await.unwrap().status(), 200);
    assert_eq!(put("x").header("If-None-Match", "*").send().await.unwrap().status(), 409);
    assert!(world.running.record.requests().iter().any(|r| r.service == "blobs" && r.status == 412));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_in_a_file_outlives_the_run() {
    let place = folder("world");
    let mut options = Options::new(&place.0);
    options.world_file = Some(place.0.join("world.json"));
    let world = World::start(options.clone()).await;
    let kube = world.cluster().await;
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"k": "v"}});
    kube.make("/api/v1/namespaces/default/configmaps", map).await;
    world.running.stop().await;
    // The old listener may take a moment to let its port go.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let world = World::start(options).await;
    let reply = value(world.arm(Method::GET, CLUSTER, Value::Null).await).await;
    assert_eq!(reply["properties"]["provisioningState"], "Succeeded");
    let path = CLUSTER.replace('?', "/listClusterUserCredential?");
    let credentials = value(world.arm(Method::POST, &path, Value::Null).await).await;
    let text = STANDARD.decode(credentials["kubeconfigs"][0]["value"].as_str().unwrap()).unwrap();
    let kube = Kube::from(&String::from_utf8(text).unwrap());
    let (status, map) =
        kube.call(Method::GET, "/api/v1/namespaces/default/configmaps/kept", "", Value::Null).await;
    assert_eq!((status, &map["data"]["k"]), (200, &json!("v")));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_follow_their_seed() {
    let mut outcomes = Vec::new();
    for run in 0..2 {
        let place = folder(&format!("faults{run}"));
        let mut options = Options::new(&place.0);
        options.fault_rate = 0.4;
        options.seed = 7;
        let running = Sandbox::start(options).await.unwrap();
        let ca = std::fs::read(&running.endpoints.ca_file).unwrap();
        let client = client(&ca, None);
        let url = format!("{}/index.yaml", running.endpoints.charts);
        for _ in 0..20 {
            let _ = client.get(&url).send().await;
        }
        let seen: Vec<u16> = running.record.requests().iter().map(|r| r.status).collect();
        assert!(
            seen.contains(&429) && seen.contains(&503) && seen.contains(&0) && seen.contains(&200),
            "{seen:?}"
        );
        outcomes.push(seen.into_iter().take(12).collect::<Vec<_>>());
    }
    assert_eq!(outcomes[0], outcomes[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_said() {
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let place = folder("unknown");
    let mut options = Options::new(&place.0);
    let sink = lines.clone();
    options.log = Arc::new(move |line| sink.lock().unwrap().push(line.to_owned()));
    let world = World::start(options).await;
    assert_eq!(world.arm(Method::PUT, GROUP, json!({"location": "East US"})).await.status(), 201);
    let known = lines.lock().unwrap().clone();
    assert!(known.is_empty(), "{known:?}");
    let path = "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a/blobServices?api-version=2023-01-01";
    let reply = world.arm(Method::PUT, path, json!({"properties": {}})).await;
    assert_eq!(reply.status(), 501);
    let url = format!("{}/v2/charts/mlflow/blobs/uploads/", world.running.endpoints.charts);
    assert_eq!(world.arm.post(url).send().await.unwrap().status(), 501);
    let lines = lines.lock().unwrap().clone();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("501: ") && lines[0].contains("PUT /subscriptions/"), "{lines:?}");
    assert!(lines[0].ends_with("/storageAccounts/a/blobServices"), "{lines:?}");
    assert_eq!(lines[1], "501: charts does not know POST /v2/charts/mlflow/blobs/uploads/");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_lost_after_the_effect() {
    let place = folder("lost");
    let mut options = Options::new(&place.0);
    options.lose = vec!["POST /api/v1/namespaces/default/configmaps".to_owned()];
    let world = World::start(options).await;
    let kube = Kube::from(&std::fs::read_to_string(&world.running.endpoints.kubeconfig).unwrap());
    let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    let path = "/api/v1/namespaces/default/configmaps";
    let sent = kube.try_call(Method::POST, path, body.clone()).await;
    assert!(sent.is_none(), "{sent:?}");
    let (status, _) = kube.call(Method::GET, &format!("{path}/a"), "", Value::Null).await;
    assert_eq!(status, 200);
    // Once each.
    assert_eq!(kube.try_call(Method::POST, path, body).await, Some(409));
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_follow_the_roles_that_are_bound() {
    let place = folder("reviews");
    let world = World::start(Options::new(&place.0)).await;
    let kube = world.cluster().await;
    let rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    let role = json!({"metadata": {"name": "r"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]});
    kube.make(&format!("{rbac}/roles"), role).await;
    let bound = json!({"metadata": {"name": "b"}, "subjects": [{"kind": "User", "name": "bob"}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}});
    kube.make(&format!("{rbac}/rolebindings"), bound).await;
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let ask = |spec: Value| kube.call(Method::POST, path, "application/json", json!({"spec": spec}));
    let wanted = |verb: &str| json!({"verb": verb, "resource": "pods", "namespace": "default"});
    let (status, said) = ask(json!({"user": "bob", "resourceAttributes": wanted("get")})).await;
    let reason = "RBAC: allowed by RoleBinding \"b/default\" of Role \"r\" to User \"bob\"";
    assert_eq!((status, &said["status"]), (201, &json!({"allowed": true, "reason": reason})));
    let (_, said) = ask(json!({"user": "bob", "resourceAttributes": wanted("list")})).await;
    assert_eq!(said["status"], json!({"allowed": false}));
    assert_eq!(ask(json!({"resourceAttributes": wanted("get")})).await.0, 422);
    let get = |path: &'static str| kube.call(Method::GET, path, "", Value::Null);
    assert_eq!(get("/api/v1/pods?resourceVersion=999999").await.0, 504);
    assert_eq!(get("/apis/events.k8s.io/v1/events").await.0, 501);
    assert!(get("/").await.1["paths"].as_array().unwrap().contains(&json!("/apis/apps/v1")));
}
