//! `kill -9` at random instants of the main job's apply: nothing that was made is unknown afterwards. And one
//! Ctrl-C: what is under way ends and is kept, nothing new begins. And services that fail now and then.
//!
//! Every object that the sandbox holds is in the state, or is named as in doubt by `apply -resume`.
//! `ORDAIN_KILLS=200 cargo test -p ordain-tests --test kill` tries more instants than the usual few.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
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

/// The staging environment in a scratch directory, planned into the file `p`.
struct Planned {
    directory: PathBuf,
    at: PathBuf,
    sandbox: Sandbox,
    env: BTreeMap<String, String>,
}

impl Planned {
    fn new(name: &str, flags: &[&str]) -> Planned {
        let directory = std::env::temp_dir().join(format!("ordain-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&directory);
        let root = ordain_tests::root();
        ordain_tests::copy(&root.join("modules"), &directory.join("modules"));
        ordain_tests::copy(&root.join("environments"), &directory.join("environments"));
        let at = directory.join("environments/staging");
        let sandbox = Sandbox::start_with(&directory, flags);
        let env = sandbox.env.clone();
        let settled = ordain(&at, &env, &["init", "-input=false"]);
        assert!(settled.status.success(), "init: {}", String::from_utf8_lossy(&settled.stderr));
        let planned = ordain(&at, &env, &["plan", "-input=false", "-out=p"]);
        assert!(planned.status.success(), "plan: {}", String::from_utf8_lossy(&planned.stderr));
        Planned { directory, at, sandbox, env }
    }
}

/// One try: gives what is wrong afterwards.
fn attempt(number: u64, delay: u64) -> Option<String> {
    let Planned { directory, at, sandbox, env } = Planned::new(&format!("kill-{number}"), &[]);
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

/// The number that `seed` gives in place `at` (SplitMix64, public domain).
fn drawn(seed: u64, at: u64) -> u64 {
    let mut z = seed.wrapping_add(at.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn nothing_that_was_made_is_unknown() {
    let kills: u64 = std::env::var("ORDAIN_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    ordain_tests::binary::ordain();
    let seed = std::env::var("ORDAIN_KILL_SEED").ok().and_then(|text| text.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |now| now.as_nanos() as u64)
    });
    println!("ORDAIN_KILL_SEED={seed} draws the same instants");
    let wrong: Vec<String> =
        (0..kills).filter_map(|number| attempt(number, drawn(seed, number) % WINDOW)).collect();
    assert!(wrong.is_empty(), "seed {seed}: {} of {kills} tries:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_interrupt_keeps_every_result() {
    let Planned { directory, at, sandbox, env } = Planned::new("interrupt", &["-latency=150ms"]);
    let mut apply = prepared(&at, &env, &["apply", "-no-color", "p"]).spawn().expect("apply starts");
    let mut told = BufReader::new(apply.stdout.take().expect("its output"));
    let mut text = String::new();
    while !text.contains("azurerm_kubernetes_cluster.default: Creating...") {
        assert!(told.read_line(&mut text).expect("a line of text") > 0, "it ended too soon:\n{text}");
    }
    let sent = Command::new("kill").args(["-INT", &apply.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    told.read_to_string(&mut text).expect("the rest of its output");
    let ended = apply.wait_with_output().expect("it ends");
    let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(1), "{text}{complaint}");
    assert!(format!("{text}{complaint}").contains("Interrupt received"), "{text}{complaint}");
    let listed = ordain(&at, &env, &["state", "list"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("azurerm_kubernetes_cluster.default"), "what was under way is kept:\n{listed}");
    assert!(!listed.contains("helm_release"), "nothing new is begun:\n{listed}");
    // Going on from there needs no repair.
    let rest = ordain(&at, &env, &["plan", "-input=false", "-no-color", "-out=rest"]);
    let said = String::from_utf8_lossy(&rest.stdout).into_owned();
    assert!(said.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{said}");
    drop(sandbox);
    let _left = std::fs::remove_dir_all(&directory);
}

#[test]
fn services_that_fail_now_and_then_are_asked_again() {
    for seed in ["-seed=1", "-seed=2"] {
        let Planned { directory, at, sandbox, env } =
            Planned::new(&format!("faults{seed}"), &["-fault-rate=0.1", seed]);
        for args in [
            &["apply", "-no-color", "p"][..],
            &["plan", "-input=false", "-no-color", "-detailed-exitcode"],
            &["destroy", "-no-color", "-auto-approve"],
        ] {
            let done = ordain(&at, &env, args);
            let told =
                format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
            assert!(done.status.success(), "{seed} {args:?}: {told}");
        }
        drop(sandbox);
        let _left = std::fs::remove_dir_all(&directory);
    }
}
