//! Planning 200 Helm releases and 200 node pools that exist: CPU time of our process, and requests per object.
//!
//! `cargo bench -p ordain-tests --bench providers`; `ORDAIN_BENCH=50` plans fewer. The sandbox stands in the place of the services, so that
//! CPU time is that of `ordain` alone (from the shell's `time`). The recorded transcript of the original says how many requests it makes for
//! one pool (`tests/conformance/azurerm/cases/pool-create-update`).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement stops where it cannot go on"
)]

use std::process::Command;

use ordain_tests::recorded::azure::Cloud;
use ordain_tests::recorded::cluster::Cluster;
use ordain_tests::recorded::engine::Engine;
use serde_json::Value as Json;

const PROVIDERS: &str = "terraform {\n  required_providers {\n    azurerm = { source = \"hashicorp/azurerm\", version = \"4.50.0\" }\n    helm = { source = \"hashicorp/helm\", version = \"3.1.0\" }\n  }\n}\n";

fn write(engine: &Engine, name: &str, text: &str) {
    let path = engine.work.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    std::fs::write(path, text).expect("a file");
}

fn run(engine: &Engine, line: &str) {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let outcome = engine.run(&words, &Json::Null);
    assert_eq!(outcome.exit, 0, "{line}\n{}{}", outcome.out, outcome.err);
}

/// CPU seconds of a command, those of the system counted.
fn cpu(engine: &Engine, line: &str) -> f64 {
    let script = "TIMEFORMAT='%U %S'; time \"$@\" >out.txt 2>err.txt";
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash"]).arg(ordain_tests::binary::ordain()).args(line.split(' '));
    let output = command.current_dir(&engine.work).env_clear().envs(&engine.env).output().expect("bash");
    assert!(
        output.status.success(),
        "{line}: {}",
        std::fs::read_to_string(engine.work.join("err.txt")).unwrap_or_default()
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.split_whitespace().filter_map(|word| word.parse::<f64>().ok()).sum()
}

fn pools(count: usize) {
    let cloud = Cloud::start();
    let mut engine = Engine::new("bench", "pools");
    cloud.variables(&mut engine);
    let text = format!(
        r#"{PROVIDERS}
provider "azurerm" {{
  features {{}}
  resource_provider_registrations = "none"
}}
resource "azurerm_resource_group" "g" {{
  name     = "g"
  location = "eastus"
}}
resource "azurerm_kubernetes_cluster" "c" {{
  name                = "c"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  dns_prefix          = "c"
  default_node_pool {{
    name       = "system"
    node_count = 1
    vm_size    = "Standard_D2s_v3"
    upgrade_settings {{
      max_surge = "10%"
    }}
  }}
  identity {{
    type = "SystemAssigned"
  }}
}}
resource "azurerm_kubernetes_cluster_node_pool" "p" {{
  count                 = {count}
  name                  = "p${{count.index}}"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id
  vm_size               = "Standard_D2s_v3"
  node_count            = 1
  upgrade_settings {{
    max_surge = "10%"
  }}
}}
"#
    );
    write(&engine, "main.tf", &text);
    run(&engine, "init -input=false -no-color");
    run(&engine, "apply -input=false -no-color -auto-approve");
    let of_pools = |log: &[Json]| {
        log.iter()
            .filter(|entry| entry["path"].as_str().is_some_and(|path| path.contains("/agentPools/p")))
            .count()
    };
    let before = cloud.transcript();
    let seconds = cpu(&engine, "plan -input=false -no-color -detailed-exitcode");
    let after = cloud.transcript();
    let (own, all) = (of_pools(&after) - of_pools(&before), after.len() - before.len());
    println!(
        "azurerm_kubernetes_cluster_node_pool: {count} planned, {seconds:.2} s CPU, {:.2} requests per pool ({all} in all); the original: {} for one pool",
        own as f64 / count as f64,
        recorded(),
    );
}

/// Requests about its pool in the first plan of the recorded case that finds a pool.
fn recorded() -> usize {
    let path = ordain_tests::root().join("tests/conformance/azurerm/cases/pool-create-update/case.json");
    let case: Json = serde_json::from_str(&std::fs::read_to_string(path).expect("a case")).expect("JSON");
    let steps = case["steps"].as_array().cloned().unwrap_or_default();
    let about = |step: &Json| {
        let reads = step["expect"]["http"]["reads"].as_array().cloned().unwrap_or_default();
        reads.iter().filter(|read| read.as_str().is_some_and(|read| read.contains("/agentPools/"))).count()
    };
    steps.iter().filter(|step| step["cmd"] == "plan").map(about).find(|count| *count > 0).unwrap_or(0)
}

fn releases(count: usize) {
    let cluster = Cluster::start("bench");
    let engine = Engine::new("bench", "releases");
    write(&engine, "chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
    write(
        &engine,
        "chart/templates/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  tag: {{ .Values.tag | quote }}\n",
    );
    let text = format!(
        "{PROVIDERS}provider \"helm\" {{\n  kubernetes = {{ config_path = {:?} }}\n}}\nresource \"helm_release\" \"r\" {{\n  count = {count}\n  name = \"r${{count.index}}\"\n  chart = \"./chart\"\n  values = [\"tag: '1'\"]\n}}\n",
        cluster.access.path
    );
    write(&engine, "main.tf", &text);
    run(&engine, "init -input=false -no-color");
    let first = cpu(&engine, "plan -input=false -no-color");
    run(&engine, "apply -input=false -no-color -auto-approve");
    let again = cpu(&engine, "plan -input=false -no-color -detailed-exitcode");
    println!(
        "helm_release: {count} planned, {first:.2} s CPU when they are new, {again:.2} s CPU when they exist"
    );
}

fn main() {
    let count: usize = std::env::var("ORDAIN_BENCH").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    pools(count);
    releases(count);
}
