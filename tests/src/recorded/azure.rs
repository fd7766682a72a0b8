//! Recorded azurerm cases, with the sandbox in the place of Azure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value as Json, json};

use super::client::Caller;
use super::commands::{Run, first_paragraph};
use super::compare::differences;
use super::engine::Engine;
use super::mask::{Dialect, Masker};
use super::{moving, traffic};
use crate::sandbox::Sandbox;

/// Changes things in the cloud of a sandbox that these variables point at; `ops` is a list of operations as JSON.
///
/// # Errors
/// They are none, or the sandbox refuses them.
pub fn change(env: &BTreeMap<String, String>, ops: &str) -> Result<(), String> {
    let of = |name: &str| env.get(name).cloned().unwrap_or_default();
    let authority = std::fs::read_to_string(of("SSL_CERT_FILE")).map_err(|error| error.to_string())?;
    let caller = Caller::new(
        &format!("https://{}", of("ARM_METADATA_HOSTNAME")),
        &authority,
        "outside/1.0",
        None,
        None,
    );
    let ops: Json = serde_json::from_str(ops).map_err(|error| format!("{ops}: {error}"))?;
    let answer = caller.json("POST", "/_sandbox/do", Some(&ops));
    if answer.status == 200 { Ok(()) } else { Err(format!("{ops}: {}", answer.text)) }
}

/// A sandbox without clusters behind its cloud, and a way to change things there.
#[derive(Debug)]
pub struct Cloud {
    sandbox: Sandbox,
    caller: Caller,
    directory: PathBuf,
}

impl Cloud {
    /// Starts one.
    ///
    /// # Panics
    /// It does not start.
    #[allow(clippy::expect_used, reason = "a test without its services must stop")]
    pub fn start() -> Cloud {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("ordain-azure-{number}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory).expect("a directory for the sandbox");
        let sandbox = Sandbox::start_with(&directory, &["-clusters", "absent"]);
        let env = &sandbox.env;
        let authority =
            std::fs::read_to_string(&env["SSL_CERT_FILE"]).expect("the certificate of the sandbox");
        let caller = Caller::new(
            &format!("https://{}", env["ARM_METADATA_HOSTNAME"]),
            &authority,
            "outside/1.0",
            None,
            None,
        );
        Cloud { sandbox, caller, directory }
    }

    /// Sets the variables that point the program at this cloud.
    pub fn variables(&self, engine: &mut Engine) {
        let own = [
            "ARM_METADATA_HOSTNAME",
            "SSL_CERT_FILE",
            "ARM_TENANT_ID",
            "ARM_SUBSCRIPTION_ID",
            "ARM_CLIENT_ID",
            "ARM_CLIENT_SECRET",
        ];
        for name in own {
            engine.env.insert(name.to_owned(), self.sandbox.env.get(name).cloned().unwrap_or_default());
        }
        for name in ["ARM_USE_MSI", "ARM_USE_CLI", "ARM_USE_OIDC", "ARM_USE_AKS_WORKLOAD_IDENTITY"] {
            engine.env.insert(name.to_owned(), "false".to_owned());
        }
    }

    /// Every request so far.
    pub fn transcript(&self) -> Vec<Json> {
        let log = self.control("transcript", None).unwrap_or_default();
        log.as_array().cloned().unwrap_or_default()
    }

    fn control(&self, what: &str, body: Option<&Json>) -> Result<Json, String> {
        let method = if body.is_some() { "POST" } else { "GET" };
        let answer = self.caller.json(method, &format!("/_sandbox/{what}"), body);
        if answer.status == 200 { Ok(answer.json()) } else { Err(format!("{what}: {}", answer.text)) }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.directory);
    }
}

/// Runs a case of the corpus at `corpus`.
///
/// # Errors
/// What is not as it was recorded.
pub fn run(cloud: &mut Cloud, corpus: &Path, id: &str) -> Result<(), String> {
    replay(cloud, corpus, id, None)
}

/// Runs a case up to its first apply, and moves the state to the plugin and back.
///
/// # Errors
/// As [`moving::moved`]; a case in which nothing is applied.
pub fn moves(cloud: &mut Cloud, corpus: &Path, id: &str, schemas: &[Json]) -> Result<(), String> {
    replay(cloud, corpus, id, Some(schemas))
}

fn replay(cloud: &mut Cloud, corpus: &Path, id: &str, schemas: Option<&[Json]>) -> Result<(), String> {
    let directory = corpus.join("cases").join(id);
    let text = std::fs::read_to_string(directory.join("case.json")).map_err(|error| error.to_string())?;
    let case: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    cloud.control("reset", Some(&json!({})))?;
    let mut engine = Engine::new("azurerm", id);
    cloud.variables(&mut engine);
    let host = cloud.sandbox.env["ARM_METADATA_HOSTNAME"].clone();
    let mut masker = Masker::new(Dialect::Azure, &engine.work, Vec::new());
    masker.swaps.push((format!("https://{host}"), "<url>".to_owned()));
    masker.swaps.push((host, "<host>".to_owned()));
    let mut run = Run { engine, masker, dialect: Dialect::Azure };
    let mut begun = false;
    let mut found = Vec::new();
    for (number, step) in case["steps"].as_array().into_iter().flatten().enumerate() {
        if let Some(ops) = step.get("arm") {
            cloud.control("do", Some(&named(ops, cloud)))?;
        } else if let Some(overlay) = step["write"].as_str() {
            run.engine.write(&directory.join(overlay));
            if case["own_provider"] != json!(true) {
                run.engine.write(&corpus.join("common"));
            }
            if !std::mem::replace(&mut begun, true) && case["no_init"] != json!(true) {
                let done =
                    run.engine.run(&["init", "-input=false", "-no-color"].map(str::to_owned), &Json::Null);
                if done.exit != 0 {
                    return Err(format!("init: {} {}", done.out, done.err));
                }
            }
        } else if let Some(names) = step["delete"].as_array() {
            run.engine.delete(names);
        } else if let Some(names) = step["files"].as_array() {
            let found_now = files(&mut run, names);
            found.extend(
                differences(&step["expect"], &found_now)
                    .into_iter()
                    .map(|one| format!("step {number}: {one}")),
            );
        } else if !compared(cloud, &case, &mut run, number, step, &mut found) {
            break;
        }
        if let Some(schemas) = schemas.filter(|_| moving::is_movable(step)) {
            return moving::moved(&run.engine, &step["expect"]["state"], schemas);
        }
    }
    if schemas.is_some() {
        found.push("nothing was applied".to_owned());
    }
    if found.is_empty() { Ok(()) } else { Err(found.join("\n    ")) }
}

fn files(run: &mut Run, names: &[Json]) -> Json {
    let one = |name: &str| {
        let text = std::fs::read_to_string(run.engine.work.join(name)).ok();
        (name.to_owned(), text.map_or(Json::Null, |text| json!(run.masker.text(&text))))
    };
    Json::Object(names.iter().filter_map(Json::as_str).map(one).collect())
}

/// Operations with the identifiers of the sandbox.
fn named(ops: &Json, cloud: &Cloud) -> Json {
    let mut text = ops.to_string();
    for (word, variable) in
        [("subscription", "ARM_SUBSCRIPTION_ID"), ("tenant", "ARM_TENANT_ID"), ("client", "ARM_CLIENT_ID")]
    {
        text = text.replace(&format!("{{{word}}}"), &cloud.sandbox.env[variable]);
    }
    let mut ops: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
    if let Some(ops) = ops.as_array_mut()
        && ops.iter().any(|op| op.get("polls").is_some())
    {
        // Operations that take many polls were recorded at one a second; elsewhere nobody waits.
        ops.push(json!({"retry_after": 1}));
    }
    ops
}

/// Runs a command and compares; false when the rest makes no sense any more.
fn compared(
    cloud: &Cloud,
    case: &Json,
    run: &mut Run,
    number: usize,
    step: &Json,
    found: &mut Vec<String>,
) -> bool {
    let before = cloud.transcript().len();
    let (mut got, said) = run.command(step);
    let log = cloud.transcript();
    let log = log.get(before..).unwrap_or_default();
    let unordered = case["http_unordered"] == json!(true);
    let traffic = traffic::requests(log, &mut run.masker, unordered);
    let mut wanted = step["expect"].as_object().cloned().unwrap_or_default();
    wanted.remove("diags");
    let label = format!("step {number} ({})", step["cmd"].as_str().unwrap_or_default());
    let mut tell = |one: String| found.push(format!("{label}: {one}"));
    if wanted.get("exit") != got.get("exit") {
        tell(format!("exit: want {:?}, got {:?} [{said}]", wanted.get("exit"), got.get("exit")));
        return false;
    }
    let failed = !matches!(wanted.get("exit").and_then(Json::as_i64), Some(0 | 2));
    if failed && got.contains_key("errors") && !wanted.contains_key("errors") {
        got.remove("errors");
    }
    paragraphs(&mut wanted);
    let requests = wanted.remove("http").unwrap_or_default();
    differences(&Json::Object(wanted), &Json::Object(got)).into_iter().for_each(&mut tell);
    let recorded = traffic::recorded(&requests["writes"], unordered);
    let writes = traffic::recorded(&traffic["writes"], unordered);
    differences(&recorded, &writes).into_iter().for_each(|one| tell(format!("http.writes{one}")));
    true
}

fn paragraphs(wanted: &mut Map<String, Json>) {
    for key in ["errors", "warnings"] {
        for summary in wanted.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten() {
            *summary = json!(first_paragraph(summary.as_str().unwrap_or_default()));
        }
    }
}
