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

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

/// A directory with a configuration, and everything kept out of the user's own places.
struct Place {
    directory: PathBuf,
    env: Vec<(String, String)>,
}

impl Place {
    fn new(name: &str, configuration: &str) -> Place {
        let directory = std::env::temp_dir().join(format!("ordain-plugins-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_misbehaving-provider"));
        let package = directory.join("package");
        std::fs::create_dir_all(&package).unwrap();
        std::os::unix::fs::symlink(program, package.join("terraform-provider-misbehaving")).unwrap();
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"test/misbehaving\" = {package:?}\n  }}\n  direct {{}}\n}}\n"
        );
        std::fs::write(directory.join("cli.tfrc"), overrides).unwrap();
        let required = "terraform {\n  required_providers {\n    misbehaving = {\n      source = \"test/misbehaving\"\n    }\n  }\n}\n";
        std::fs::write(directory.join("main.tf"), format!("{required}{configuration}")).unwrap();
        let set = |name: &str, value: PathBuf| (name.to_owned(), value.display().to_string());
        let env = vec![
            set("TF_CLI_CONFIG_FILE", directory.join("cli.tfrc")),
            set("XDG_CACHE_HOME", directory.join("cache")),
            set("HOME", directory.clone()),
            set("TMPDIR", directory.clone()),
        ];
        Place { directory, env }
    }

    fn with(mut self, name: &str, value: &str) -> Place {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn run(&self, args: &[&str]) -> Told {
        let output = Command::new(ordain_tests::binary::ordain())
            .args(args)
            .current_dir(&self.directory)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .stdin(Stdio::null())
            .output()
            .expect("the program runs");
        Told::of(&output)
    }

    fn apply(&self) -> Told {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"])
    }

    /// Attributes of an object in state.
    fn object(&self, address: &str) -> Option<Json> {
        let state = self.run(&["state", "pull"]);
        let state: Json = serde_json::from_str(&state.out).ok()?;
        let (kind, name) = address.split_once('.')?;
        let held = state["resources"]
            .as_array()?
            .iter()
            .find(|held| held["type"] == kind && held["name"] == name)?;
        Some(held["instances"][0].clone())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.directory);
    }
}

struct Told {
    well: bool,
    out: String,
    /// Both streams, lines joined so that wrapped sentences can be searched.
    all: String,
}

impl Told {
    fn of(output: &Output) -> Told {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let all = format!("{out}\n{err}").split_whitespace().collect::<Vec<_>>().join(" ");
        Told { well: output.status.success(), out: out.into_owned(), all }
    }

    #[track_caller]
    fn fails_with(&self, texts: &[&str]) {
        assert!(!self.well, "no failure: {}", self.all);
        for text in texts {
            assert!(self.all.contains(text), "{text:?} is not in: {}", self.all);
        }
    }

    #[track_caller]
    fn succeeds(&self) {
        assert!(self.well, "{}", self.all);
    }
}

fn thing(mode: &str) -> String {
    format!(
        "resource \"misbehaving_thing\" \"a\" {{\n  name = \"a\"\n  mode = {mode:?}\n  part {{\n    key = \"k\"\n  }}\n}}\n"
    )
}

const PROVIDER: &str = "test/misbehaving";

#[test]
fn a_whole_life() {
    let place = Place::new("life", &thing(""));
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
        let place = Place::new(mode, &thing(mode));
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
        ("apply_write_only", "Write-only attribute set", Some("tainted")),
        ("apply_error", "It went wrong half way", Some("tainted")),
    ];
    for (mode, summary, kept) in cases {
        let place = Place::new(mode, &thing(mode));
        place.apply().fails_with(&[summary]);
        let object = place.object("misbehaving_thing.a");
        match kept {
            Some(status) => assert_eq!(object.unwrap()["status"], status, "{mode}"),
            None => assert!(object.is_none(), "{mode}: {object:?}"),
        }
    }
}

#[test]
fn providers_of_the_old_kit_may() {
    for mode in ["plan_legacy", "apply_legacy"] {
        Place::new(mode, &thing(mode)).apply().succeeds();
    }
}

#[test]
fn what_a_read_may_not_find() {
    let invalid = "Provider produced invalid object";
    let cases = [
        ("read_unknown", invalid),
        ("read_wrong_type", invalid),
        ("read_deferred", "Invalid deferral"),
        ("upgrade_unknown", "Invalid resource state upgrade"),
    ];
    for (mode, summary) in cases {
        let place = Place::new(mode, &thing(mode));
        place.apply().succeeds();
        place.run(&["plan", "-input=false", "-no-color"]).fails_with(&[summary, PROVIDER]);
    }
}

#[test]
fn what_a_data_source_may_not_be() {
    let cases = [("null", "Provider produced null object"), ("unknown", "Provider produced invalid object")];
    for (mode, summary) in cases {
        let configuration = format!("data \"misbehaving_answer\" \"a\" {{\n  mode = {mode:?}\n}}\n");
        let place = Place::new(&format!("data-{mode}"), &configuration);
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
        let place = Place::new(wrong, &thing("")).with("MISBEHAVE", wrong);
        let told = place.run(&["validate", "-no-color"]);
        told.fails_with(texts);
        told.fails_with(&[PROVIDER]);
    }
}

#[test]
fn a_provider_that_dies_while_planning() {
    let place = Place::new("dies", &thing("plan_crash"));
    // The runtime catches the panic of one answer; the call is left without one.
    place.run(&["plan", "-input=false", "-no-color"]).fails_with(&["PlanResourceChange"]);
}

#[test]
fn a_provider_that_dies_in_the_middle_of_apply() {
    let mut configuration = thing("apply_crash");
    configuration.push_str("resource \"misbehaving_thing\" \"first\" {\n  name = \"first\"\n}\n");
    let configuration = configuration.replace("key = \"k\"", "key = misbehaving_thing.first.id");
    let place = Place::new("crash", &configuration);
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
fn no_process_and_no_socket_is_left() {
    let place = Place::new("left", &thing(""));
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
    let place = Place::new("logs", &thing("")).with("TF_LOG_PROVIDER", "info").with("TF_LOG_PATH", "log");
    place.run(&["validate", "-no-color"]).succeeds();
    let log = std::fs::read_to_string(place.directory.join("log")).unwrap();
    assert!(log.contains("[INFO] provider.terraform-provider-misbehaving: ready"), "{log}");
}

#[test]
fn in_the_clear_when_asked_to() {
    let place = Place::new("clear", &thing("")).with("TF_DISABLE_PLUGIN_TLS", "1");
    place.run(&["validate", "-no-color"]).succeeds();
}
