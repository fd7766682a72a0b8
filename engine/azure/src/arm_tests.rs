//! Signing in by each way, and calls, on the sandbox's login and Resource Manager.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use ordain_http::Environment;
use ordain_sandbox::{ClusterHosts, Options, Running, Sandbox};
use serde_json::json;

use crate::{Azure, AzureError, Call, Polling, Scope, Settings, random_guid};

/// A folder that goes when its test is over.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

async fn start(name: &str) -> ((Running, Folder), Environment) {
    let folder = std::env::temp_dir().join(format!("ordain-azure-{name}-{}", std::process::id()));
    let mut options = Options::new(&folder);
    options.cluster_hosts = ClusterHosts::Absent;
    let sandbox = Sandbox::start(options).await.unwrap();
    let env = sandbox.env.iter().cloned().collect();
    ((sandbox, Folder(folder)), env)
}

async fn connect(env: &Environment) -> Result<Azure, AzureError> {
    Azure::connect(&Settings::resolve(&BTreeMap::new(), env), env, &Scope::default()).await
}

#[tokio::test]
async fn a_client_secret_signs_in() {
    let (_sandbox, env) = start("secret").await;
    let azure = connect(&env).await.unwrap();
    assert_eq!(azure.claims().client_id, env["ARM_CLIENT_ID"]);
    let path = format!("/subscriptions/{}", azure.subscription().unwrap());
    let answer = azure.call(&Call::get(&path, "2022-12-01"), &Scope::default()).await.unwrap();
    assert_eq!(answer.body["state"], json!("Enabled"));
    let missing =
        azure.call(&Call::get(&format!("{path}/resourcegroups/none"), "2020-06-01"), &Scope::default()).await;
    let error = missing.unwrap_err();
    assert!(error.is_not_found());
    assert!(
        error
            .to_string()
            .starts_with("unexpected status 404 (404 Not Found) with error: ResourceGroupNotFound")
    );
    assert!(!format!("{azure:?}").contains(&env["ARM_CLIENT_SECRET"]));
}

#[tokio::test]
async fn a_federated_token_signs_in() {
    let (_sandbox, mut env) = start("oidc").await;
    env.remove("ARM_CLIENT_SECRET");
    env.insert("ARM_USE_OIDC".into(), "true".into());
    let azure = connect(&env).await.unwrap();
    assert_eq!(azure.claims().client_id, env["ARM_CLIENT_ID"], "as in a job of a forge");
    env.retain(|name, _| !name.starts_with("ACTIONS_"));
    let error = connect(&env).await.unwrap_err();
    assert!(error.to_string().contains("id-token: write"), "{error}");
    let folder = std::env::temp_dir().join(format!("ordain-azure-token-{}", std::process::id()));
    std::fs::write(&folder, "aaaa.bbbb.cccc\n").unwrap();
    env.insert("ARM_OIDC_TOKEN_FILE_PATH".into(), folder.display().to_string());
    // The sandbox may refuse a token that nobody issued, but it must have been asked with it.
    match connect(&env).await {
        Ok(azure) => assert_eq!(azure.claims().client_id, env["ARM_CLIENT_ID"]),
        Err(error) => {
            assert!(error.to_string().contains("clientCredentialsToken: received HTTP status"), "{error}")
        }
    }
    let _ = std::fs::remove_file(folder);
}

#[tokio::test]
async fn the_azure_cli_signs_in() {
    let (_sandbox, mut env) = start("cli").await;
    let first = connect(&env).await.unwrap();
    let token = first.token(&first.cloud().audience.clone(), &Scope::default()).await.unwrap();
    let folder = std::env::temp_dir().join(format!("ordain-azure-az-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\necho '{{\"accessToken\": \"{token}\", \"subscription\": \"s-1\", \"tenant\": \"t-1\"}}'\n"
    );
    std::fs::write(folder.join("az"), script).unwrap();
    std::fs::set_permissions(folder.join("az"), std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["ARM_CLIENT_SECRET", "ARM_CLIENT_ID", "ARM_TENANT_ID", "ARM_SUBSCRIPTION_ID", "ARM_USE_CLI"]
    {
        env.remove(name);
    }
    env.insert("PATH".into(), format!("{}:/usr/bin:/bin", folder.display()));
    let azure = connect(&env).await.unwrap();
    assert_eq!(azure.subscription(), Some("s-1"));
    env.insert("PATH".into(), "/nowhere".into());
    let error = connect(&env).await.unwrap_err();
    assert!(error.to_string().contains("az login"), "{error}");
    let _ = std::fs::remove_dir_all(folder);
}

#[tokio::test]
async fn what_is_not_supported_says_so() {
    let env = Environment::from([("ARM_USE_MSI".to_owned(), "true".to_owned())]);
    assert!(connect(&env).await.unwrap_err().to_string().contains("use_msi"));
    let env = Environment::from([("ARM_USE_CLI".to_owned(), "false".to_owned())]);
    assert!(connect(&env).await.unwrap_err().to_string().contains("could not configure any authorizer"));
}

#[test]
fn operations_are_read_in_all_their_forms() {
    assert_eq!(Polling::of(&json!({"status": "InProgress"})), Polling::Running);
    assert_eq!(Polling::of(&json!({"properties": {"provisioningState": "SUCCEEDED"}})), Polling::Succeeded);
    assert_eq!(Polling::of(&json!({"name": "x"})), Polling::Succeeded);
    let failed = json!({"status": "Failed", "error": {"code": "Quota", "message": "no"}});
    assert_eq!(Polling::of(&failed), Polling::Failed("Quota".into(), "no".into()));
    let guid = random_guid();
    assert_eq!((guid.len(), guid.as_bytes()[14]), (36, b'4'));
}
