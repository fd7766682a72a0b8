//! Credentials from a program, as `client.authentication.k8s.io` exchanges them.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{ExecPlugin, KubeError, Settings};

/// Longest time the program may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the program and puts what it prints into the settings.
///
/// # Errors
/// It cannot be started, fails, takes too long or prints no credentials. What it printed is not repeated,
/// as it may be a secret; its standard error is.
pub async fn with_exec(mut settings: Settings) -> Result<Settings, KubeError> {
    let Some(plugin) = settings.exec.clone() else { return Ok(settings) };
    let output = run(&plugin, &settings).await?;
    let document: Value = serde_json::from_slice(&output)
        .map_err(|_| KubeError::Settings(format!("{} printed no ExecCredential document", plugin.command)))?;
    let text = |key: &str| document.pointer(&format!("/status/{key}")).and_then(Value::as_str).unwrap_or("");
    let (token, certificate, key) = (text("token"), text("clientCertificateData"), text("clientKeyData"));
    if token.is_empty() && (certificate.is_empty() || key.is_empty()) {
        return Err(KubeError::Settings(format!(
            "{} printed an ExecCredential without token and without certificate",
            plugin.command
        )));
    }
    token.clone_into(&mut settings.token);
    if !certificate.is_empty() {
        certificate.clone_into(&mut settings.client_certificate);
        key.clone_into(&mut settings.client_key);
    }
    Ok(settings)
}

async fn run(plugin: &ExecPlugin, settings: &Settings) -> Result<Vec<u8>, KubeError> {
    let info = json!({
        "apiVersion": plugin.api_version,
        "kind": "ExecCredential",
        "spec": { "interactive": false, "cluster": { "server": settings.host } },
    });
    let fail =
        |why: String| KubeError::Settings(format!("getting credentials: exec {}: {why}", plugin.command));
    let run = tokio::process::Command::new(&plugin.command)
        .args(&plugin.args)
        .envs(&plugin.env)
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = match tokio::time::timeout(PATIENCE, run).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(fail(error.to_string())),
        Err(_) => return Err(fail(format!("no answer within {} s", PATIENCE.as_secs()))),
    };
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(fail(format!("{}: {}", output.status, stderr.trim())));
    }
    Ok(output.stdout)
}
