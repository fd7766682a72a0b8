//! The laws, as the testkit checks them on the life of an object: every native provider against the sandbox, and external
//! ones as their own processes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ordain_addr::ProviderAddr;
use ordain_operations::providers::Providers;
use ordain_operations::{LANGUAGE_VERSION, Workdir, natives};
use ordain_plugin::{Launch, Patience, Plugin, Program, Silent};
use ordain_provider::testkit::check_resource;
use ordain_provider::{Block, ConfigureRequest, Nesting, Provider};
use ordain_tests::provider_peer::{example, notes, shelf};
use ordain_tests::sandbox::Sandbox;
use ordain_value::Value;
use serde_json::{Map, Value as Json, json};

/// A configuration as a block of it would be evaluated: what is not written is null or empty.
fn configuration(block: &Block, written: &Json) -> Value {
    ordain_value::json::from_json(&complete(block, written), &block.value_type()).unwrap()
}

fn complete(block: &Block, written: &Json) -> Json {
    let mut out = Map::new();
    for name in block.attributes.keys() {
        out.insert(name.to_string(), written[&**name].clone());
    }
    for (name, nested) in &block.blocks {
        let given = &written[&**name];
        let value = match nested.nesting {
            Nesting::Single if given.is_null() => Json::Null,
            Nesting::Single | Nesting::Group => complete(&nested.block, given),
            Nesting::Map => json!({}),
            Nesting::List | Nesting::Set => {
                given.as_array().into_iter().flatten().map(|item| complete(&nested.block, item)).collect()
            }
        };
        out.insert(name.to_string(), value);
    }
    Json::Object(out)
}

/// One for all: a provider's process is spoken with as long as the runtime lives in which it was started.
static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap());

/// The life of an object, with the provider configured as `own` says.
fn lives(provider: &dyn Provider, own: &Json, type_name: &str, first: &Json, second: &Json) {
    RUNTIME.block_on(async {
        let (schema, found) = provider.schema().await;
        let schema = schema.unwrap_or_else(|| panic!("{found:?}"));
        let config = configuration(&schema.config.block, own);
        let terraform_version = LANGUAGE_VERSION.to_owned();
        let found =
            provider.configure(ConfigureRequest { config, terraform_version, deferral_allowed: false }).await;
        assert!(!found.has_errors(), "{found:?}");
        let block = &schema.resources.get(type_name).unwrap().block;
        let (first, second) = (configuration(block, first), configuration(block, second));
        check_resource(provider, type_name, &first, &second).await.unwrap();
    });
}

/// A directory of its own, gone with this.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let directory = std::env::temp_dir().join(format!("ordain-testkit-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        Scratch(directory)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// A native provider that sees the sandbox.
fn native(name: &str, directory: &Path, env: &BTreeMap<String, String>) -> Arc<dyn Provider> {
    let row = natives::NATIVES.iter().find(|row| row.name == name).unwrap();
    Providers::new(Workdir::new(directory.to_owned(), env.clone())).native(row).unwrap()
}

#[test]
fn azurerm_keeps_the_laws() {
    let scratch = Scratch::new("azurerm");
    let sandbox = Sandbox::start_with(&scratch.0, &["-clusters", "absent"]);
    let provider = native("azurerm", &scratch.0, &sandbox.env);
    let group = |tag: &str| json!({ "name": "kit", "location": "westeurope", "tags": { "a": tag } });
    let own = json!({ "features": [{}] });
    lives(&*provider, &own, "azurerm_resource_group", &group("one"), &group("two"));
}

#[test]
fn kubernetes_keeps_the_laws() {
    let scratch = Scratch::new("kubernetes");
    let sandbox = Sandbox::start(&scratch.0);
    let provider = native("kubernetes", &scratch.0, &sandbox.env);
    let metadata = json!([{ "name": "kit", "namespace": "default", "labels": { "a": "b" } }]);
    let map = |text: &str| json!({ "metadata": metadata, "data": { "text": text } });
    lives(&*provider, &json!({}), "kubernetes_config_map", &map("one"), &map("two"));
    let service = |port: u16| json!({ "metadata": metadata, "spec": [{ "selector": { "app": "x" }, "port": [{ "port": port, "target_port": "80" }] }] });
    lives(&*provider, &json!({}), "kubernetes_service", &service(80), &service(81));
}

#[test]
fn helm_keeps_the_laws() {
    let scratch = Scratch::new("helm");
    let sandbox = Sandbox::start(&scratch.0);
    let chart = scratch.0.join("chart/templates");
    std::fs::create_dir_all(&chart).unwrap();
    let about = "apiVersion: v2\nname: kit\nversion: 0.1.0\n";
    std::fs::write(scratch.0.join("chart/Chart.yaml"), about).unwrap();
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  text: {{ .Values.text | quote }}\n";
    std::fs::write(chart.join("map.yaml"), map).unwrap();
    let provider = native("helm", &scratch.0, &sandbox.env);
    let release = |text: &str| json!({ "name": "kit", "chart": scratch.0.join("chart"), "values": [format!("text: {text}")] });
    lives(&*provider, &json!({}), "helm_release", &release("one"), &release("two"));
}

/// An external provider: a program, started as the engine starts it.
fn external(name: &str, program: &Path, directory: &Path) -> Arc<dyn Provider> {
    let keep = |name: &str| std::env::var(name).ok().map(|value| (name.to_owned(), value));
    let mut env: BTreeMap<String, String> = ["PATH", "HOME"].into_iter().filter_map(keep).collect();
    env.insert("TMPDIR".to_owned(), directory.display().to_string());
    let plugin = Plugin::new(Launch {
        source: ProviderAddr::parse(&format!("test/{name}")).unwrap(),
        program: Program::File(program.to_owned()),
        digest: None,
        env,
        dir: directory.to_owned(),
        cache: None,
        guard: None,
        log: Arc::new(Silent),
        patience: Patience::default(),
        memory: None,
    });
    Arc::new(plugin.provider())
}

#[test]
fn a_provider_in_python_keeps_the_laws() {
    let Some(program) = notes("testkit") else { return };
    let scratch = Scratch::new("notes");
    let provider = external("notes", &program, &scratch.0);
    let note = |name: &str, text: &str| json!({ "name": name, "text": text });
    let own = json!({ "directory": scratch.0.join("notes") });
    lives(&*provider, &own, "notes_note", &note("a", "hello"), &note("a", "longer"));
    // Another name asks for a replacement.
    lives(&*provider, &own, "notes_note", &note("b", "hello"), &note("c", "hello"));
    let _gone = std::fs::remove_file(program);
}

#[test]
fn a_provider_in_rust_keeps_the_laws() {
    let Some(program) = example("terraform-provider-null") else { return };
    let scratch = Scratch::new("null");
    let provider = external("null", &program, &scratch.0);
    let object = |of: &str| json!({ "triggers": { "of": of } });
    lives(&*provider, &json!({}), "null_resource", &object("one"), &object("one"));
    lives(&*provider, &json!({}), "null_resource", &object("one"), &object("two"));
}

#[test]
fn a_provider_in_rust_that_updates_keeps_the_laws() {
    let Some(program) = shelf() else { return };
    let scratch = Scratch::new("shelf");
    let provider = external("shelf", &program, &scratch.0);
    let book = |title: &str, pages: u8| json!({ "title": title, "pages": pages });
    let own = json!({ "directory": scratch.0.join("books") });
    lives(&*provider, &own, "shelf_book", &book("one", 1), &book("one", 2));
    lives(&*provider, &own, "shelf_book", &book("one", 1), &book("two", 1));
}

#[test]
fn a_provider_of_our_own_keeps_the_laws() {
    let scratch = Scratch::new("own");
    let program = Path::new(env!("CARGO_BIN_EXE_misbehaving-provider"));
    let provider = external("misbehaving", program, &scratch.0);
    let thing = |size: u8| json!({ "name": "a", "size": size, "part": [{ "key": "k" }] });
    lives(&*provider, &json!({}), "misbehaving_thing", &thing(1), &thing(2));
}

#[test]
fn who_breaks_them_is_found_out() {
    let scratch = Scratch::new("broken");
    let program = Path::new(env!("CARGO_BIN_EXE_misbehaving-provider"));
    let provider = external("misbehaving", program, &scratch.0);
    let thing = |mode: &str| json!({ "name": "a", "mode": mode });
    for mode in ["plan_changes_config", "apply_changes_planned", "apply_unknown"] {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            lives(&*provider, &json!({}), "misbehaving_thing", &thing(mode), &thing(mode));
        }));
        assert!(outcome.is_err(), "{mode} was not found out");
    }
}
