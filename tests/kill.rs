//! `kill -9` at random instants of the main job's apply: nothing that was made is unknown afterwards.
//!
//! Every object that the sandbox holds is in the state, or is named as in doubt by `apply -resume`.
//! `ORDAIN_KILLS=200 cargo test -p ordain-tests --test kill` tries more instants than the usual few.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use ordain_tests::sandbox::Sandbox;

/// Longest time after which an apply is killed; the whole apply takes about this long.
const WINDOW: u64 = 1500;

fn ordain(at: &Path, env: &BTreeMap<String, String>, args: &[&str]) -> Output {
    prepared(at, env, args).output().expect("the program runs")
}

fn prepared(at: &Path, env: &BTreeMap<String, String>, args: &[&str]) -> Command {
    let mut command = Command::new(ordain_tests::binary::ordain());
    command
        .args(args)
        .current_dir(at)
        .envs(env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The id of the lock that kept a command out.
fn lock_id(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line =
        text.lines().find_map(|line| line.trim().strip_prefix("ID:").map(str::trim).map(str::to_owned));
    line.filter(|id| !id.is_empty())
}

/// One try: gives what is wrong afterwards.
fn attempt(number: u64, delay: u64) -> Option<String> {
    let directory = std::env::temp_dir().join(format!("ordain-kill-{number}-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&directory);
    let root = ordain_tests::root();
    ordain_tests::copy(&root.join("modules"), &directory.join("modules"));
    ordain_tests::copy(&root.join("environments"), &directory.join("environments"));
    let at = directory.join("environments/staging");
    let sandbox = Sandbox::start(&directory);
    let env = sandbox.env.clone();
    let settled = ordain(&at, &env, &["init", "-input=false"]);
    assert!(settled.status.success(), "init: {}", String::from_utf8_lossy(&settled.stderr));
    let planned = ordain(&at, &env, &["plan", "-input=false", "-out=p"]);
    assert!(planned.status.success(), "plan: {}", String::from_utf8_lossy(&planned.stderr));
    let mut apply = prepared(&at, &env, &["apply", "p"]).spawn().expect("apply starts");
    std::thread::sleep(Duration::from_millis(delay));
    let _ended_before = apply.kill();
    let _status = apply.wait();
    // The killed process may have left its lock behind; who is on call takes it away by the id it names.
    let mut resumed = ordain(&at, &env, &["apply", "-resume", "-no-color"]);
    if let Some(id) = lock_id(&resumed) {
        let unlocked = ordain(&at, &env, &["force-unlock", "-force", &id]);
        assert!(unlocked.status.success(), "force-unlock: {}", String::from_utf8_lossy(&unlocked.stderr));
        resumed = ordain(&at, &env, &["apply", "-resume", "-no-color"]);
    }
    let told =
        format!("{}{}", String::from_utf8_lossy(&resumed.stdout), String::from_utf8_lossy(&resumed.stderr));
    let state = ordain(&at, &env, &["state", "pull"]);
    let state = String::from_utf8_lossy(&state.stdout).into_owned();
    let world = sandbox.end();
    let _left = std::fs::remove_dir_all(&directory);
    if !resumed.status.success() {
        return Some(format!("after {delay} ms: resume failed:\n{told}"));
    }
    let objects = [
        ("mlflow-staging-rg", "azurerm_resource_group.default"),
        ("mlflow-staging-cluster", "azurerm_kubernetes_cluster.default"),
        ("sh.helm.release.v1.mlflow.v1", "helm_release.mlflow"),
    ];
    for (made, address) in objects {
        let type_name = address.split('.').next().unwrap_or_default();
        let known = state.contains(&format!("\"{type_name}\"")) || told.contains(address);
        if world.contains(made) && !known {
            return Some(format!("after {delay} ms: {made} exists and nobody knows of it\n{told}"));
        }
    }
    None
}

#[test]
fn nothing_that_was_made_is_unknown() {
    let kills: u64 = std::env::var("ORDAIN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    ordain_tests::binary::ordain();
    // Instants spread evenly, each shifted by a step that has nothing to do with the program's own pace.
    let delays = (0..kills).map(|number| (number * WINDOW / kills + number * 37 % 53).min(WINDOW));
    let wrong: Vec<String> =
        delays.enumerate().filter_map(|(number, delay)| attempt(number as u64, delay)).collect();
    assert!(wrong.is_empty(), "{} of {kills} tries:\n{}", wrong.len(), wrong.join("\n"));
}
