//! Recorded cases of the helm and kubernetes providers, against the cluster of the sandbox.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::charts::Repository;
use super::client::Caller;
use super::commands::Run;
use super::compare::differences;
use super::engine::Engine;
use super::mask::{Dialect, Masker};
use super::moving;
use crate::sandbox::Sandbox;

/// What a kubeconfig says.
#[derive(Clone, Debug)]
pub struct Access {
    /// Its path.
    pub path: PathBuf,
    /// URL of the API.
    pub server: String,
    /// Certificate of its authority (PEM).
    pub authority: String,
    /// Certificate and key of the user (PEM).
    pub identity: String,
    /// Bearer token.
    pub token: String,
}

impl Access {
    /// Reads a kubeconfig with one context.
    ///
    /// # Panics
    /// It is none.
    #[allow(clippy::expect_used, reason = "a test without its services must stop")]
    pub fn read(path: &Path) -> Access {
        let text = std::fs::read_to_string(path).expect("the kubeconfig of the sandbox");
        let document = ordain_yaml::from_str(&text, &ordain_yaml::Limits::default()).expect("YAML");
        let (cluster, user) = (&document["clusters"][0]["cluster"], &document["users"][0]["user"]);
        let pem = |value: &Json| {
            let bytes = STANDARD.decode(value.as_str().unwrap_or_default()).unwrap_or_default();
            String::from_utf8(bytes).unwrap_or_default()
        };
        let identity =
            format!("{}\n{}", pem(&user["client-certificate-data"]), pem(&user["client-key-data"]));
        Access {
            path: path.to_owned(),
            server: cluster["server"].as_str().unwrap_or_default().to_owned(),
            authority: pem(&cluster["certificate-authority-data"]),
            identity,
            token: user["token"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// A client with the rights of the user, that calls itself `agent`.
    pub fn caller(&self, agent: &str) -> Caller {
        Caller::new(&self.server, &self.authority, agent, Some(self.identity.clone()), Some(&self.token))
    }
}

/// A sandbox, for all cases of a run: each has a namespace of its own.
#[derive(Debug)]
pub struct Cluster {
    /// How it is reached.
    pub access: Access,
    directory: PathBuf,
    _sandbox: Sandbox,
}

impl Cluster {
    /// Starts one; `name` tells it from others.
    ///
    /// # Panics
    /// It does not start.
    #[allow(clippy::expect_used, reason = "a test without its services must stop")]
    pub fn start(name: &str) -> Cluster {
        let directory = std::env::temp_dir().join(format!("ordain-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("a directory for the sandbox");
        let sandbox = Sandbox::start(&directory);
        let access = Access::read(Path::new(&sandbox.env["KUBE_CONFIG_PATH"]));
        Cluster { access, directory, _sandbox: sandbox }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.directory);
    }
}

/// What a step gives to compare, and what it said.
type Seen = (Map<String, Json>, String);

/// A case under way.
struct Case<'c> {
    caller: &'c Caller,
    directory: PathBuf,
    namespace: String,
    run: Run,
}

/// Runs a case of the corpus at `corpus`.
///
/// # Errors
/// What is not as it was recorded.
pub fn run(access: &Access, caller: &Caller, corpus: &Path, id: &str) -> Result<(), String> {
    replay(access, caller, corpus, id, None)
}

/// Runs a case up to its first apply, and moves the state to the plugin and back.
///
/// # Errors
/// As [`moving::moved`]; a case in which nothing is applied.
pub fn moves(
    access: &Access,
    caller: &Caller,
    corpus: &Path,
    id: &str,
    schemas: &[Json],
) -> Result<(), String> {
    replay(access, caller, corpus, id, Some(schemas))
}

fn replay(
    access: &Access,
    caller: &Caller,
    corpus: &Path,
    id: &str,
    schemas: Option<&[Json]>,
) -> Result<(), String> {
    let directory = corpus.join("cases").join(id);
    let text = std::fs::read_to_string(directory.join("case.json")).map_err(|error| error.to_string())?;
    let document: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    // Every case has a namespace of its own; a name in it must not be part of any other text.
    let namespace = format!("k{:08x}", fnv(id) ^ u32::from(schemas.is_some()));
    let repository = directory.join("repo").is_dir().then(|| Repository::serve(&directory.join("repo")));
    let mut engine = Engine::new("cluster", id);
    let url = repository.as_ref().map(|repository| repository.url.clone());
    let kubeconfig = access.path.display().to_string();
    let variables = [
        ("TF_VAR_ns", Some(namespace.clone())),
        ("TF_VAR_kubeconfig", Some(kubeconfig.clone())),
        ("TF_VAR_host", Some(access.server.clone())),
        ("TF_VAR_ca", Some(access.authority.clone())),
        ("TF_VAR_token", Some(access.token.clone())),
        ("TF_VAR_repo", url.clone()),
    ];
    engine.env.extend(variables.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let ignored = strings(&document["ignore_attrs"]);
    let mut masker = Masker::new(Dialect::Cluster, &engine.work, ignored);
    let host = access.server.trim_start_matches("https://").to_owned();
    let swaps = [
        (namespace.clone(), "<ns>"),
        (kubeconfig, "<kubeconfig>"),
        (access.server.clone(), "<url>"),
        (host, "<host>"),
        (access.authority.clone(), "<ca>"),
        (access.token.clone(), "<auth>"),
    ];
    let mut swaps: Vec<(String, String)> = swaps.map(|(from, to)| (from, to.to_owned())).into();
    swaps.extend(url.map(|url| (url, "<repo>".to_owned())));
    masker.swaps.splice(0..0, swaps);
    let run = Run { engine, masker, dialect: Dialect::Cluster };
    let mut case = Case { caller, directory, namespace, run };
    let done = case.go(&document, schemas);
    case.clean(&document);
    done
}

/// A short number for a name.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn strings(value: &Json) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

impl Case<'_> {
    fn named(&self, value: &Json) -> Json {
        serde_json::from_str(&value.to_string().replace("${ns}", &self.namespace)).unwrap_or(Json::Null)
    }

    fn go(&mut self, document: &Json, schemas: Option<&[Json]>) -> Result<(), String> {
        if document["namespace"] != json!(false) {
            let object =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}});
            self.caller.json("POST", "/api/v1/namespaces", Some(&object));
        }
        let mut found = Vec::new();
        for (number, step) in document["steps"].as_array().into_iter().flatten().enumerate() {
            let Some((got, said)) = self.step(step)? else { continue };
            let mut wanted = step["expect"].as_object().cloned().unwrap_or_default();
            wanted.remove("details");
            let what = step["cmd"].as_str().unwrap_or("objects");
            if wanted.get("exit") != got.get("exit") {
                let (want, have) = (wanted.get("exit"), got.get("exit"));
                found.push(format!("step {number} ({what}): exit: want {want:?}, got {have:?} [{said}]"));
                break;
            }
            let all = differences(&Json::Object(wanted), &Json::Object(got));
            found.extend(all.into_iter().map(|one| format!("step {number} ({what}): {one}")));
            if let Some(schemas) = schemas.filter(|_| moving::is_movable(step)) {
                return moving::moved(&self.run.engine, &step["expect"]["state"], schemas);
            }
        }
        if schemas.is_some() {
            found.push("nothing was applied".to_owned());
        }
        if found.is_empty() { Ok(()) } else { Err(found.join("\n    ")) }
    }

    fn clean(&self, document: &Json) {
        let more = strings(&document["extra_namespaces"]).into_iter();
        let more = more.map(|suffix| format!("{}{suffix}", self.namespace));
        for name in more.chain([self.namespace.clone()]) {
            self.caller.json("DELETE", &format!("/api/v1/namespaces/{name}"), None);
        }
        for path in strings(&self.named(&document["cleanup"])) {
            self.caller.json("DELETE", &path, None);
        }
    }

    /// What a step gives to compare, and what it said.
    fn step(&mut self, step: &Json) -> Result<Option<Seen>, String> {
        if let Some(overlay) = step["write"].as_str() {
            self.run.engine.write(&self.directory.join(overlay));
        } else if let Some(names) = step["delete"].as_array() {
            self.run.engine.delete(names);
        } else if let Some(calls) = self.named(&step["kube"]).as_array() {
            calls.iter().try_for_each(|call| self.behind(call))?;
        } else if step.get("await").is_some() {
            self.wait(&self.named(&step["await"]))?;
        } else if step.get("objects").is_some() {
            let objects = self.objects(step);
            let objects = self.run.masker.document(&objects);
            return Ok(Some((Map::from_iter([("objects".to_owned(), objects)]), String::new())));
        } else {
            let step = self.named(step);
            return Ok(Some(self.run.command(&step)));
        }
        Ok(None)
    }

    /// A request behind the program's back.
    fn behind(&self, call: &Json) -> Result<(), String> {
        let text = |key: &str| call[key].as_str().unwrap_or_default();
        let kind = call["type"].as_str().unwrap_or("application/json");
        let body = call.get("body").map(|body| (kind, body.to_string()));
        let answer = self.caller.call(text("method"), text("path"), body, &[]);
        if answer.status >= 300 && call["may_fail"] != json!(true) {
            return Err(format!("{} {}: {} {}", text("method"), text("path"), answer.status, answer.text));
        }
        Ok(())
    }

    fn wait(&self, wanted: &Json) -> Result<(), String> {
        let patience = Duration::from_secs(wanted["timeout"].as_u64().unwrap_or(40));
        let path = wanted["path"].as_str().unwrap_or_default();
        let at = wanted["at"].as_str().unwrap_or_default();
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let answer = self.caller.json("GET", path, None);
            let have = match at {
                "#status" => Some(json!(answer.status)),
                at => answer.json().pointer(&format!("/{}", at.replace('.', "/"))).cloned(),
            };
            if have.as_ref() == Some(&wanted["equals"]) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(format!("never came: {wanted}"))
    }

    /// What a namespace holds.
    fn objects(&self, step: &Json) -> Json {
        let mut out = Map::new();
        let namespace = step["in"].as_str().unwrap_or("${ns}").replace("${ns}", &self.namespace);
        for kind in strings(&step["objects"]) {
            let answer =
                self.caller.json("GET", &format!("{}/namespaces/{namespace}/{kind}", group(&kind)), None);
            for mut object in answer.json()["items"].as_array().cloned().unwrap_or_default() {
                let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                let own = matches!(kind.as_str(), "configmaps" | "serviceaccounts")
                    && matches!(name.as_str(), "kube-root-ca.crt" | "default");
                if own || object["metadata"].get("deletionTimestamp").is_some() {
                    continue;
                }
                if object["type"] == "helm.sh/release.v1" {
                    out.extend(release(&object));
                } else if matches!(kind.as_str(), "pods" | "replicasets") {
                    let count = out.get(&kind).and_then(|known| known["count"].as_u64()).unwrap_or(0) + 1;
                    out.insert(kind.clone(), json!({"count": count}));
                } else {
                    bare(&mut object);
                    out.insert(format!("{kind}/{name}"), object);
                }
            }
        }
        for path in strings(&step["missing"]) {
            let status = self.caller.json("GET", &path.replace("${ns}", &self.namespace), None).status;
            out.insert(format!("HTTP {path}"), json!(status));
        }
        Json::Object(out)
    }
}

fn group(kind: &str) -> &'static str {
    match kind {
        "deployments" | "statefulsets" | "replicasets" => "/apis/apps/v1",
        "jobs" => "/apis/batch/v1",
        "ingresses" => "/apis/networking.k8s.io/v1",
        "roles" | "rolebindings" => "/apis/rbac.authorization.k8s.io/v1",
        _ => "/api/v1",
    }
}

/// Takes out what a cluster writes.
fn bare(object: &mut Json) {
    let Some(members) = object.as_object_mut() else { return };
    members.remove("status");
    let Some(metadata) = members.get_mut("metadata").and_then(Json::as_object_mut) else { return };
    metadata.retain(|key, _| {
        let noise =
            ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink"];
        !noise.contains(&key.as_str())
    });
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    if metadata.get("annotations").and_then(Json::as_object).is_none_or(Map::is_empty) {
        metadata.remove("annotations");
    }
}

/// A release record, unpacked: its name and what is compared of it.
pub fn release(secret: &Json) -> Option<(String, Json)> {
    let outer = STANDARD.decode(secret["data"]["release"].as_str()?).ok()?;
    let packed = STANDARD.decode(outer).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).ok()?;
    let release: Json = serde_json::from_str(&text).ok()?;
    let mut labels = secret["metadata"]["labels"].clone();
    labels.as_object_mut()?.remove("modifiedAt");
    let hooks: Vec<Json> = release["hooks"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|hook| json!([hook["name"], hook["kind"], hook["last_run"]["phase"]]))
        .collect();
    let (info, chart) = (&release["info"], &release["chart"]["metadata"]);
    let chart = format!("{}-{}", chart["name"].as_str()?, chart["version"].as_str()?);
    let shown = json!({
        "labels": labels, "status": info["status"], "description": info["description"], "config": release["config"],
        "chart": chart, "hooks": hooks, "notes": info["notes"], "manifest": release["manifest"],
    });
    Some((format!("release/{}.v{}", release["name"].as_str()?, release["version"]), shown))
}
