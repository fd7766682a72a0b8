//! The workflows as a team uses them: the plan of a pull request, its approval, the apply after the merge.
//!
//! Every `run:` step of `workflows/` runs in order, in fresh checkouts, against the sandbox and a stand-in for
//! GitHub's API. Two things differ from a runner: `cargo` puts the program under test where a build would, and no
//! day is frozen, so that the test does not depend on the day.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;
use hmac::{Hmac, Mac};
use ordain_tests::github::Github;
use ordain_tests::sandbox::Sandbox;
use ordain_tests::workflow::Job;
use serde_json::Value;
use sha2::Sha256;

const HEAD: &str = "1111111111111111111111111111111111111111";
const MERGED: &str = "2222222222222222222222222222222222222222";
const TOKEN: &str = "token-of-the-runner";

fn yaml(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a workflow");
    ordain_yaml::from_str(&text, &ordain_yaml::Limits::default()).expect("YAML")
}

/// The repository as checked out at one commit.
fn checkout(top: &Path, name: &str) -> PathBuf {
    let at = top.join(name);
    for folder in ["environments", "modules", "policies"] {
        ordain_tests::copy(&ordain_tests::root().join(folder), &at.join(folder));
    }
    for environment in ["default", "dev", "staging", "production"] {
        let path = at.join(format!("policies/environments/{environment}.json"));
        let text = std::fs::read_to_string(&path).expect("settings of an environment");
        assert!(text.contains(r#"["Friday"]"#), "{environment} freezes Fridays");
        std::fs::write(&path, text.replace(r#"["Friday"]"#, "[]")).expect("a file");
    }
    for file in ["ordain.hcl", "revocations"] {
        std::fs::copy(ordain_tests::root().join(file), at.join(file)).expect("a file");
    }
    std::fs::copy(top.join("signers"), at.join("allowed_signers")).expect("a file");
    at
}

/// A directory for `PATH` in which `cargo` puts the program where `cargo build --release` would.
fn cargo(top: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let bin = top.join("bin");
    std::fs::create_dir_all(&bin).expect("a directory");
    let program = ordain_tests::binary::ordain().display();
    let script = format!(
        "#!/bin/sh\ntest \"$*\" = 'build --release --locked --bin ordain' || exit 1\nmkdir -p target/release && ln -sf '{program}' target/release/ordain\n"
    );
    std::fs::write(bin.join("cargo"), script).expect("a file");
    std::fs::set_permissions(bin.join("cargo"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default())
}

fn output(program: &str, args: &[&str], env: &BTreeMap<String, String>, at: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(args).current_dir(at).envs(env).stdin(Stdio::null()).output().expect("a program runs")
}

/// Key of the storage account, as its owner reads it.
fn storage_key(env: &BTreeMap<String, String>, at: &Path) -> String {
    let script = r#"
        base="https://$ARM_METADATA_HOSTNAME"
        token=$(curl -sSf --cacert "$SSL_CERT_FILE" "$base/$ARM_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials \
          -d "client_id=$ARM_CLIENT_ID" -d "client_secret=$ARM_CLIENT_SECRET" -d scope=https://management.azure.com/.default | jq -r .access_token)
        account="subscriptions/$ARM_SUBSCRIPTION_ID/resourceGroups/terraform-state/providers/Microsoft.Storage/storageAccounts/ordainstate"
        curl -sSf --cacert "$SSL_CERT_FILE" -X POST -H "Authorization: Bearer $token" -H "Content-Length: 0" \
          "$base/$account/listKeys?api-version=2023-01-01" | jq -r '.keys[0].value'
    "#;
    let output = output("bash", &["-eo", "pipefail", "-c", script], env, at);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A token for reading, creating and writing blobs of the container of plans.
fn sas(key: &str) -> String {
    let (permissions, end, version) = ("rcw", "2199-01-01T00:00:00Z", "2022-11-02");
    let text = [
        permissions,
        "",
        end,
        "/blob/ordainstate/terraform-plans",
        "",
        "",
        "https",
        version,
        "c",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ]
    .join("\n");
    let key = base64::engine::general_purpose::STANDARD.decode(key).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
    mac.update(text.as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("sp={permissions}&se={end}&spr=https&sv={version}&sr=c&sig={signature}").replace(':', "%3A")
}

/// What the expressions of a workflow stand for, for the environment of `caller`.
fn expressions(caller: &Value, env: &BTreeMap<String, String>, sas: &str) -> BTreeMap<String, String> {
    let inputs = caller["jobs"]["ordain"]["with"].as_object().expect("inputs");
    let mut all: BTreeMap<String, String> = inputs
        .iter()
        .map(|(name, value)| (format!("inputs.{name}"), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    let store = format!("{}/ordainstate/terraform-plans", env["SANDBOX_BLOBS"]);
    for (name, value) in [
        ("secrets.ARM_CLIENT_ID", env["ARM_CLIENT_ID"].as_str()),
        ("secrets.ARM_TENANT_ID", &env["ARM_TENANT_ID"]),
        ("secrets.ARM_SUBSCRIPTION_ID", &env["ARM_SUBSCRIPTION_ID"]),
        ("secrets.APP_ID", &env["TF_VAR_appId"]),
        ("secrets.APP_PASSWORD", &env["TF_VAR_password"]),
        ("secrets.PLAN_STORE", &store),
        ("secrets.PLAN_STORE_SAS", sas),
        ("github.token", TOKEN),
        ("github.sha", MERGED),
        ("github.event.pull_request.head.sha", HEAD),
        ("github.event.pull_request.number", "7"),
    ] {
        all.insert(name.to_owned(), value.to_owned());
    }
    all
}

/// What a runner gives to steps: the services, and no secret that the workflow does not name.
fn runner(services: &BTreeMap<String, String>, github: &Github, top: &Path) -> BTreeMap<String, String> {
    let mut env = services.clone();
    env.retain(|name, _| !name.starts_with("ARM_CLIENT") && !name.starts_with("TF_VAR_"));
    env.insert("PATH".to_owned(), cargo(top));
    env.insert("CURL_CA_BUNDLE".to_owned(), services["SSL_CERT_FILE"].clone());
    env.insert("GITHUB_API_URL".to_owned(), github.url.clone());
    env.insert("GITHUB_REPOSITORY".to_owned(), "acme/platform".to_owned());
    env.insert("GITHUB_ACTOR".to_owned(), "author".to_owned());
    env.insert("HOME".to_owned(), top.display().to_string());
    env
}

fn missing() -> Option<&'static str> {
    ["bash", "curl", "jq", "unzip", "ssh-keygen"].into_iter().find(|program| {
        !Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .output()
            .is_ok_and(|o| o.status.success())
    })
}

#[test]
fn a_pull_request_is_planned_approved_and_applied_after_the_merge() {
    if let Some(program) = missing() {
        ordain_tests::skipped(&format!("the steps of the workflows need {program}, which is not on PATH"));
        return;
    }
    let top = std::env::temp_dir().join(format!("ordain-workflows-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&top);
    std::fs::create_dir_all(&top).expect("a directory");
    let sandbox = Sandbox::start(&top);
    let services = &sandbox.env;
    let key = top.join("reviewer").display().to_string();
    let made = output("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &key], services, &top);
    assert!(made.status.success(), "a key is made");
    let public = std::fs::read_to_string(format!("{key}.pub")).expect("a key");
    std::fs::write(top.join("signers"), format!("reviewer@example.com {public}")).expect("a file");

    let folder = ordain_tests::root().join("workflows");
    let (caller, workflow) =
        (yaml(&folder.join("staging.yaml")), yaml(&folder.join("ordain-reuse-workflow.yaml")));
    let used = caller["jobs"]["ordain"]["uses"].as_str().unwrap_or_default();
    assert!(used.ends_with("/ordain-reuse-workflow.yaml"), "the caller uses {used}");
    let github = Github::start(TOKEN, "staging", MERGED, HEAD).expect("a port");
    let expressions = expressions(&caller, services, &sas(&storage_key(services, &top)));
    let env = runner(services, &github, &top);
    let job = |name, checkout: &Path| {
        let job = Job { workflow: &workflow, name, expressions: &expressions, env: &env, checkout };
        job.run()
    };

    let planned = job("plan", &checkout(&top, "pull-request")).unwrap_or_else(|stopped| {
        panic!("the plan job stopped at {:?}:\n{}", stopped.step, stopped.output);
    });
    assert!(planned.contains("Plan: 3 to add, 0 to change, 0 to destroy."), "{planned}");
    let (number, comment) =
        github.told.lock().expect("no panic").comments.first().cloned().expect("a comment");
    assert_eq!(number, "7");
    for text in [
        "### Plan for staging",
        "module.mlflow.helm_release.mlflow",
        "Plan: 3 to add",
        "ordain approve https://",
    ] {
        assert!(comment.contains(text), "the comment lacks {text:?}:\n{comment}");
    }
    let secret = &services["TF_VAR_password"];
    assert!(!comment.contains(secret.as_str()) && !planned.contains(secret.as_str()), "a secret was shown");

    // Merged, but nobody approved.
    let stopped = job("apply", &checkout(&top, "too-early")).expect_err("an unapproved plan is not applied");
    assert_eq!(stopped.step, "Apply");
    assert!(stopped.output.contains("Plan is not approved"), "{}", stopped.output);

    let url = github.told.lock().expect("no panic").statuses[0].1["target_url"]
        .as_str()
        .map(str::to_owned)
        .expect("a URL");
    let reviewer = checkout(&top, "reviewer-s").join("environments/staging");
    let program = ordain_tests::binary::ordain().display().to_string();
    let approved = output(
        &program,
        &["approve", "-key", &key, "-as", "reviewer@example.com", &url],
        services,
        &reviewer,
    );
    assert!(approved.status.success(), "{}", String::from_utf8_lossy(&approved.stderr));

    let applied = job("apply", &checkout(&top, "merged")).unwrap_or_else(|stopped| {
        panic!("the apply job stopped at {:?}:\n{}", stopped.step, stopped.output);
    });
    assert!(applied.contains("Apply complete! Resources: 3 added, 0 changed, 0 destroyed."), "{applied}");
    assert!(applied.contains("MLflow in staging: http://"), "{applied}");

    // The same plan a second time, as when a job is run again.
    let again = job("apply", &checkout(&top, "again")).expect_err("a plan is used once");
    assert_eq!(again.step, "Apply");
    let refused = github.told.lock().expect("no panic").refused.clone();
    assert!(refused.is_empty(), "requests that GitHub would not understand: {refused:?}");
    drop(sandbox);
    let _left = std::fs::remove_dir_all(&top);
}

#[test]
fn the_callers_differ_in_the_environment_only() {
    let folder = ordain_tests::root().join("workflows");
    let text = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.yaml"))).expect("a workflow");
    let title = |name: &str| name[..1].to_uppercase() + &name[1..];
    for name in ["dev", "production"] {
        let wanted = text("staging").replace("staging", name).replace("Staging", &title(name));

        assert_eq!(text(name), wanted, "{name}.yaml");
    }
}
