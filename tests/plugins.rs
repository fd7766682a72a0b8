//! External providers: one that misbehaves, case by case, and what a user sees and keeps of it.
//!
//! The provider is `misbehaving/`, reached through `dev_overrides`. Every case is one command on one object whose
//! `mode` names what goes wrong.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::Path;

use ordain_tests::provider_place::Place;

/// A directory that the misbehaving provider serves.
fn place(name: &str, configuration: &str) -> Place {
    let program = Path::new(env!("CARGO_BIN_EXE_misbehaving-provider"));
    Place::new(name, ("misbehaving", program), configuration)
}

fn thing(mode: &str) -> String {
    format!(
        "resource \"misbehaving_thing\" \"a\" {{\n  name = \"a\"\n  mode = {mode:?}\n  part {{\n    key = \"k\"\n  }}\n}}\n"
    )
}

const PROVIDER: &str = "test/misbehaving";

#[test]
fn a_whole_life() {
    let place = place("life", &thing(""));
    place.run(&["validate", "-no-color"]).succeeds();
    place.apply().succeeds();
    let object = place.object("misbehaving_thing.a").unwrap();
    assert_eq!(object["attributes"]["id"], "id-a");
    assert_eq!(object["attributes"]["part"][0]["made"], "made");
    assert_eq!(object["identity"]["name"], "a");
    assert_eq!(object["private"], "YXBwbGllZA==");
    let again = place.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
    again.succeeds();
    place.run(&["destroy", "-auto-approve", "-input=false", "-no-color"]).succeeds();
    assert!(place.object("misbehaving_thing.a").is_none());
}

#[test]
fn what_a_plan_may_not_say() {
    let invalid = "Provider produced invalid plan";
    let cases = [
        ("plan_wrong_type", invalid),
        ("plan_changes_config", invalid),
        ("plan_write_only", invalid),
        ("plan_drops_block", invalid),
        ("plan_deferred", "Invalid deferral"),
        ("validate_error", "Unacceptable size"),
    ];
    for (mode, summary) in cases {
        let place = place(mode, &thing(mode));
        let told = place.run(&["plan", "-input=false", "-no-color"]);
        if mode == "validate_error" {
            told.fails_with(&[summary]);
        } else {
            told.fails_with(&[summary, PROVIDER]);
        }
    }
}

#[test]
fn what_an_apply_may_not_do() {
    let inconsistent = "Provider produced inconsistent result after apply";
    let cases = [
        ("plan_inconsistent", "Provider produced inconsistent final plan", None),
        ("apply_changes_planned", inconsistent, Some("tainted")),
        ("apply_unknown", "Provider returned invalid result object after apply", Some("tainted")),
        ("apply_wrong_type", "Provider produced invalid object", None),
        ("apply_null", inconsistent, None),
        ("apply_write_only", "Provider produced invalid object", Some("tainted")),
        ("apply_error", "It went wrong half way", Some("tainted")),
        ("apply_identity_unknown", "Provider produced invalid identity", Some("tainted")),
    ];
    for (mode, summary, kept) in cases {
        let place = place(mode, &thing(mode));
        place.apply().fails_with(&[summary]);
        let object = place.object("misbehaving_thing.a");
        match kept {
            Some(status) => assert_eq!(object.unwrap()["status"], status, "{mode}"),
            None => assert!(object.is_none(), "{mode}: {object:?}"),
        }
    }
}

/// A vault with a secret at every depth, some of them ephemeral.
fn vault(name: &str) -> String {
    format!(
        r#"variable "secret" {{
  ephemeral = true
  default   = "four"
}}
resource "misbehaving_vault" "a" {{
  name = {name:?}
  login = {{
    user     = "somebody"
    password = var.secret
    second = {{
      pin = "${{var.secret}}-and-more"
    }}
  }}
  keys    = [{{ name = "k1", secret = "secret-1" }}, {{ name = "k2" }}]
  by_name = {{ a = {{ name = "x", secret = var.secret }} }}
  entry {{
    secret = "abc"
    second = {{
      pin = var.secret
    }}
  }}
}}
"#
    )
}

#[test]
fn write_only_arguments_are_passed_and_not_kept_at_any_depth() {
    let place = place("vault", &vault("a"));
    place.apply().succeeds();
    let object = place.object("misbehaving_vault.a").unwrap();
    let attributes = &object["attributes"];
    // The lengths of what the provider was given, in order of names.
    assert_eq!(attributes["seen"], "4 4 3 8 4 13");
    assert_eq!(attributes["login"]["user"], "somebody");
    for at in
        ["/login/password", "/login/second/pin", "/keys/0/secret", "/by_name/a/secret", "/entry/0/secret"]
    {
        assert_eq!(attributes.pointer(at), Some(&serde_json::Value::Null), "{at}");
    }
    let again = place.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]);
    again.succeeds();
}

#[test]
fn what_is_write_only_is_not_kept_though_a_provider_gives_it_back() {
    let paths = [
        ".login.second.pin: is write-only",
        r#".by_name["a"].secret"#,
        ".keys[1].secret",
        ".entry[0].secret",
    ];
    for (name, summary) in [
        ("plan_leaks", "Provider produced invalid plan"),
        ("apply_leaks", "Provider produced invalid object"),
        ("read_leaks", "Provider produced invalid object"),
    ] {
        let place = place(name, &vault(name));
        let told = match name {
            "read_leaks" => {
                place.apply().succeeds();
                place.run(&["apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"])
            }
            _ => place.apply(),
        };
        told.fails_with(&[summary]);
        if name != "plan_leaks" {
            paths.iter().for_each(|path| told.fails_with(&[path]));
        }
        let object = place.object("misbehaving_vault.a");
        assert_eq!(object.is_some(), name != "plan_leaks");
        let status = object.as_ref().map(|object| &object["status"]);
        assert_eq!(status.and_then(serde_json::Value::as_str), (name == "apply_leaks").then_some("tainted"));
        assert!(!object.unwrap_or_default().to_string().contains("leaked"), "{name}");
    }
}

#[test]
fn providers_of_the_old_kit_may() {
    for mode in ["plan_legacy", "apply_legacy"] {
        place(mode, &thing(mode)).apply().succeeds();
    }
}

#[test]
fn what_a_read_may_not_find() {
    let invalid = "Provider produced invalid object";
    let cases = [
        ("read_unknown", invalid),
        ("read_wrong_type", invalid),
        ("read_deferred", "Invalid deferral"),
        ("read_identity_wrong", "Provider produced invalid identity"),
        ("read_identity_unknown", "Provider produced invalid identity"),
        ("upgrade_unknown", "Invalid resource state upgrade"),
    ];
    for (mode, summary) in cases {
        let place = place(mode, &thing(mode));
        place.apply().succeeds();
        place.run(&["plan", "-input=false", "-no-color"]).fails_with(&[summary, PROVIDER]);
    }
}

#[test]
fn what_a_data_source_may_not_be() {
    let cases = [("null", "Provider produced null object"), ("unknown", "Provider produced invalid object")];
    for (mode, summary) in cases {
        let configuration = format!("data \"misbehaving_answer\" \"a\" {{\n  mode = {mode:?}\n}}\n");
        let place = place(&format!("data-{mode}"), &configuration);
        place.run(&["plan", "-input=false", "-no-color"]).fails_with(&[summary, PROVIDER]);
    }
}

#[test]
fn a_process_that_is_none() {
    let cases: [(&str, &[&str]); 4] = [
        ("garbage", &["not a plugin's handshake", "Hello, I am a provider!"]),
        ("exit", &["ended before it was ready", "exit status: 7", "cannot find my configuration"]),
        ("old", &["versions 5 and 6 are supported"]),
        ("nobody", &["cannot be spoken to"]),
    ];
    for (wrong, texts) in cases {
        let place = place(wrong, &thing("")).with("MISBEHAVE", wrong);
        let told = place.run(&["validate", "-no-color"]);
        told.fails_with(texts);
        told.fails_with(&[PROVIDER]);
    }
}

#[test]
fn a_provider_that_dies_while_planning() {
    let place = place("dies", &thing("plan_crash"));
    // The runtime catches the panic of one answer; the call is left without one.
    place.run(&["plan", "-input=false", "-no-color"]).fails_with(&["PlanResourceChange"]);
}

#[test]
fn a_provider_that_dies_in_the_middle_of_apply() {
    let mut configuration = thing("apply_crash");
    configuration.push_str("resource \"misbehaving_thing\" \"first\" {\n  name = \"first\"\n}\n");
    let configuration = configuration.replace("key = \"k\"", "key = misbehaving_thing.first.id");
    let place = place("crash", &configuration);
    let told = place.apply();
    told.fails_with(&[
        "Plugin did not respond",
        "ApplyResourceChange",
        "exit status: 2",
        "panic: out of luck",
    ]);
    assert_eq!(place.object("misbehaving_thing.first").unwrap()["attributes"]["id"], "id-first");
    assert!(place.object("misbehaving_thing.a").is_none());
}

#[test]
fn a_provider_without_memory() {
    let place = place("memory", &thing("apply_killed"));
    place.apply().fails_with(&["signal: 9", "memory runs out", "fatal error: out of memory"]);
    assert!(place.object("misbehaving_thing.a").is_none());
}

#[cfg(target_os = "linux")]
#[test]
fn a_provider_with_too_much_memory() {
    let place = place("hoard", &thing("apply_hoards")).with("ORDAIN_PLUGIN_MEMORY", "200");
    place.apply().fails_with(&[
        "Plugin did not respond",
        "ApplyResourceChange",
        "more than the 200 MiB that it may; ORDAIN_PLUGIN_MEMORY sets another number of MiB",
        "collecting everything",
        PROVIDER,
    ]);
    assert!(place.object("misbehaving_thing.a").is_none());
}

#[test]
fn a_provider_that_hangs() {
    let frozen = place("frozen", &thing("plan_freeze")).with("ORDAIN_PLUGIN_PATIENCE", "2");
    frozen.run(&["plan", "-input=false", "-no-color"]).fails_with(&["PlanResourceChange", PROVIDER]);
    let silent = place("silent", &thing("")).with("ORDAIN_PLUGIN_PATIENCE", "2").with("MISBEHAVE", "silent");
    silent.run(&["validate", "-no-color"]).fails_with(&["within 2 seconds", PROVIDER]);
}

#[test]
fn no_process_and_no_socket_is_left() {
    let place = place("left", &thing(""));
    place.apply().succeeds();
    let left: Vec<_> = std::fs::read_dir(&place.directory)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("ordain-plugin-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn logs_go_where_the_environment_says() {
    let place = place("logs", &thing("")).with("TF_LOG_PROVIDER", "info").with("TF_LOG_PATH", "log");
    place.run(&["validate", "-no-color"]).succeeds();
    let log = std::fs::read_to_string(place.directory.join("log")).unwrap();
    assert!(log.contains("[INFO] provider.terraform-provider-misbehaving: ready"), "{log}");
}

#[test]
fn a_configuration_is_checked_once() {
    let configuration = format!("provider \"misbehaving\" {{\n}}\n{}", thing(""));
    let place = place("checked", &configuration).with("TF_LOG_PROVIDER", "info").with("TF_LOG_PATH", "log");
    place.run(&["plan", "-input=false", "-no-color"]).succeeds();
    let log = std::fs::read_to_string(place.directory.join("log")).unwrap();
    assert_eq!(log.matches("configuration checked").count(), 1, "{log}");
}

/// How many processes of the provider a command started.
fn starts(place: &Place, words: &[&str]) -> usize {
    let file = place.directory.join("starts");
    let _none = std::fs::remove_file(&file);
    place.run(&[words, &["-no-color"]].concat()).succeeds();
    std::fs::read_to_string(&file).unwrap_or_default().lines().count()
}

const CONFIGURATIONS: &str = r#"
variable "wanted" {
  default = 1
}
provider "misbehaving" {
  alias    = "other"
  greeting = "hello"
}
provider "misbehaving" {
  alias    = "equal"
  greeting = "hello"
}
provider "misbehaving" {
  alias    = "idle"
  greeting = "nobody uses this one"
}
resource "misbehaving_thing" "a" {
  count = var.wanted
  name  = "a-${count.index}"
}
resource "misbehaving_thing" "b" {
  count    = var.wanted
  provider = misbehaving.other
  name     = "b-${count.index}"
}
resource "misbehaving_thing" "c" {
  count    = var.wanted
  provider = misbehaving.equal
  name     = "c-${count.index}"
}
data "misbehaving_answer" "d" {
  count = var.wanted
}
"#;

#[test]
fn one_process_serves_one_configuration_from_plan_to_apply() {
    let place = place("starts", CONFIGURATIONS);
    let starts_file = place.directory.join("starts").display().to_string();
    let place = place.with("MISBEHAVE_STARTS", &starts_file);
    assert_eq!(starts(&place, &["validate"]), 1, "validate needs no configuration");
    // Two configurations that something uses; one of them stands there twice.
    assert_eq!(starts(&place, &["plan", "-input=false"]), 2);
    assert_eq!(starts(&place, &["apply", "-input=false", "-auto-approve"]), 2, "plan and apply");
    assert_eq!(starts(&place, &["apply", "-input=false", "-auto-approve", "-var=wanted=5"]), 2);
    assert_eq!(starts(&place, &["plan", "-input=false", "-out=p", "-var=wanted=6"]), 2);
    assert_eq!(starts(&place, &["apply", "-input=false", "p"]), 2);
    for words in [&["state", "list"][..], &["output"], &["show"]] {
        assert_eq!(starts(&place, words), 0, "{words:?}");
    }
    assert_eq!(starts(&place, &["destroy", "-auto-approve", "-input=false"]), 2);
}

#[test]
fn a_provider_that_nothing_asks_is_not_started() {
    let place = place("idle", "output \"x\" {\n  value = 1\n}\n");
    let starts_file = place.directory.join("starts").display().to_string();
    let place = place.with("MISBEHAVE_STARTS", &starts_file);
    // Its schemas are kept from now on.
    assert_eq!(starts(&place, &["validate"]), 1);
    for words in [&["validate"][..], &["plan", "-input=false"], &["apply", "-input=false", "-auto-approve"]] {
        assert_eq!(starts(&place, words), 0, "{words:?}");
    }
}

#[test]
fn in_the_clear_when_asked_to() {
    let place = place("clear", &thing("")).with("TF_DISABLE_PLUGIN_TLS", "1");
    place.run(&["validate", "-no-color"]).succeeds();
}

/// Processes of the provider that work in a directory.
#[cfg(target_os = "linux")]
fn processes(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let program = std::fs::read_link(entry.path().join("exe")).unwrap_or_default();
        let at = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        if program.ends_with("misbehaving-provider") && at == directory {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn a_provider_does_not_outlive_a_killed_engine() {
    let place = place("killed", &thing("apply_slow"));
    let mut running = place.command(&["apply", "-auto-approve", "-input=false"]).spawn().unwrap();
    let wait = |done: &dyn Fn() -> bool| {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !done() && std::time::Instant::now() < until {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        done()
    };
    assert!(wait(&|| !processes(&place.directory).is_empty()), "the provider was not started");
    running.kill().unwrap();
    let _killed = running.wait();
    assert!(wait(&|| processes(&place.directory).is_empty()), "the provider is still there");
}

#[test]
fn objects_of_other_types_are_taken_over() {
    let place = place("moved", "resource \"terraform_data\" \"old\" {\n  input = \"n\"\n}\n");
    place.apply().succeeds();
    let main = std::fs::read_to_string(place.directory.join("main.tf")).unwrap();
    let (required, _) = main.split_once("resource").unwrap();
    let moved = "resource \"misbehaving_thing\" \"new\" {\n  name = \"n\"\n}\nmoved {\n  from = terraform_data.old\n  to = misbehaving_thing.new\n}\n";
    std::fs::write(place.directory.join("main.tf"), format!("{required}{moved}")).unwrap();
    place.apply().succeeds();
    assert_eq!(place.object("misbehaving_thing.new").unwrap()["attributes"]["id"], "id-n");
    assert!(place.object("terraform_data.old").is_none());
}

#[test]
fn ephemeral_resources_stay_open() {
    let configuration = "ephemeral \"misbehaving_answer\" \"a\" {\n  mode = \"short\"\n}\nresource \"misbehaving_thing\" \"a\" {\n  name = \"a\"\n  mode = \"apply_slow\"\n  token = ephemeral.misbehaving_answer.a.answer\n}\n";
    let place = place("renewed", configuration).with("TF_LOG_PROVIDER", "info").with("TF_LOG_PATH", "log");
    place.apply().succeeds();
    let log = std::fs::read_to_string(place.directory.join("log")).unwrap();
    assert!(log.contains("renewed open"), "{log}");
    assert!(log.contains("closed renewed"), "{log}");
}

#[test]
fn an_ephemeral_resource_waits_for_its_configuration_and_says_so() {
    let configuration = "resource \"terraform_data\" \"m\" {\n  input = \"short\"\n}\nephemeral \"misbehaving_answer\" \"a\" {\n  mode = terraform_data.m.output\n}\n";
    let place = place("put-off", configuration);
    let line = "ephemeral.misbehaving_answer.a: Configuration unknown, deferring...\n";
    let planned = place.run(&["plan", "-input=false", "-no-color"]);
    assert!(planned.out.contains(line), "{}", planned.out);
    place.apply().succeeds();
    let planned = place.run(&["plan", "-input=false", "-no-color"]);
    assert!(!planned.out.contains("deferring") && planned.out.contains("No changes."), "{}", planned.out);
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn schemas_are_kept_by_what_a_package_holds() {
    let kept = std::env::temp_dir().join(format!("ordain-kept-{}", std::process::id()));
    for name in ["kept-one", "kept-two"] {
        // Each has a mirror, and so a program, of its own.
        let place = place(name, &thing("")).with("XDG_CACHE_HOME", &kept.to_string_lossy());
        let package = "mirror/registry.terraform.io/test/misbehaving/1.0.0/linux_amd64";
        let package = place.directory.join(package);
        std::fs::create_dir_all(&package).unwrap();
        let program = package.join("terraform-provider-misbehaving_v1.0.0");
        std::fs::copy(env!("CARGO_BIN_EXE_misbehaving-provider"), program).unwrap();
        let rc = "provider_installation {\n  filesystem_mirror {\n    path = \"mirror\"\n  }\n}\n";
        std::fs::write(place.directory.join("cli.tfrc"), rc).unwrap();
        place.run(&["init", "-input=false", "-no-color"]).succeeds();
        place.run(&["plan", "-input=false", "-no-color"]).succeeds();
    }
    let files = std::fs::read_dir(kept.join("ordain/schemas")).unwrap().count();
    std::fs::remove_dir_all(kept).unwrap();
    assert_eq!(files, 1, "the second place asked the provider again");
}

#[cfg(unix)]
#[test]
fn an_interrupt_asks_the_provider_to_stop_and_waits_for_it() {
    let place =
        place("stopped", &thing("apply_slow")).with("TF_LOG_PROVIDER", "info").with("TF_LOG_PATH", "log");
    let log = || std::fs::read_to_string(place.directory.join("log")).unwrap_or_default();
    let mut running = place.command(&["apply", "-auto-approve", "-input=false"]).spawn().unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !log().contains("at work") && std::time::Instant::now() < until {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let _ended = running.wait().unwrap();
    assert!(log().contains("asked to stop"), "{}", log());
    // What was under way when it was asked came to its end, and is kept.
    assert_eq!(place.object("misbehaving_thing.a").unwrap()["attributes"]["id"], "id-a");
}

#[test]
fn modules_tell_the_provider_about_themselves() {
    let meta = "terraform {\n  provider_meta \"misbehaving\" {\n    module = \"ours\"\n  }\n}\n";
    let place = place("meta", &[meta, &thing("")].concat());
    let place = place.with("TF_LOG_PROVIDER", "info").with("TF_LOG_PATH", "log");
    place.run(&["plan", "-input=false", "-no-color"]).succeeds();
    let log = std::fs::read_to_string(place.directory.join("log")).unwrap();
    assert!(log.contains("planned for module ours"), "{log}");
}
