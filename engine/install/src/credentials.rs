//! Tokens for hosts: environment variables, CLI configuration, credentials helpers.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::Settings;
use crate::settings::home;

/// The host that a variable `TF_TOKEN_…` is for: `_` stands for `.`, `__` for `-`.
fn host_of(variable: &str) -> Option<String> {
    let name = variable.strip_prefix("ORDAIN_TOKEN_").or_else(|| variable.strip_prefix("TF_TOKEN_"))?;
    Some(name.replace("__", "-").replace('_', ".").to_lowercase())
}

/// The token for a host, `None` when there is none. The first counts: environment, CLI configuration, helper.
///
/// # Errors
/// A helper is configured and fails; a sentence without a full stop, free of secrets.
pub(crate) async fn token_for(
    settings: &Settings,
    env: &BTreeMap<String, String>,
    host: &str,
) -> Result<Option<String>, String> {
    let from_env = env.iter().find(|(name, value)| {
        !value.is_empty() && host_of(name).is_some_and(|found| found == host.to_lowercase())
    });
    if let Some((_, token)) = from_env {
        return Ok(Some(token.clone()));
    }
    if let Some(token) = settings.tokens.get(&host.to_lowercase()) {
        return Ok(Some(token.clone()));
    }
    match &settings.credentials_helper {
        Some((name, args)) => ask_helper(env, name, args, host).await,
        None => Ok(None),
    }
}

async fn ask_helper(
    env: &BTreeMap<String, String>,
    name: &str,
    args: &[String],
    host: &str,
) -> Result<Option<String>, String> {
    let program = format!("terraform-credentials-{name}");
    let placed =
        home(env).map(|home| home.join(".terraform.d/plugins").join(&program)).filter(|path| path.is_file());
    let path = placed.unwrap_or_else(|| program.clone().into());
    let output = tokio::process::Command::new(path)
        .args(args)
        .args(["get", host])
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .map_err(|error| format!("the credentials helper {program} cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("the credentials helper {program} failed for {host} ({})", output.status));
    }
    let document: Json = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("the credentials helper {program} did not answer with a JSON document"))?;
    Ok(document.get("token").and_then(Json::as_str).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_hosts() {
        assert_eq!(host_of("TF_TOKEN_app_terraform_io").as_deref(), Some("app.terraform.io"));
        assert_eq!(host_of("TF_TOKEN_my__host_example_com").as_deref(), Some("my-host.example.com"));
        assert_eq!(host_of("TF_VAR_x"), None);
    }
}
