//! Somebody who changes things by hand, past every plan.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use ordain_azure::{Azure, Call, Scope, Settings};
use ordain_diag::Diagnostic;
use serde_json::json;

const API: &str = "2020-06-01";

/// Gives every resource group another tag, through the service's own API.
pub async fn retag_groups(env: &BTreeMap<String, String>, tag: &str) -> Result<(), Diagnostic> {
    let scope = Scope::within(Duration::from_secs(30));
    let settings = Settings::resolve(&BTreeMap::new(), env);
    let azure = Azure::connect(&settings, env, &scope).await.map_err(|error| error.into_diagnostic())?;
    let groups = format!("/subscriptions/{}/resourcegroups", azure.subscription().unwrap_or_default());
    let listed =
        azure.call(&Call::get(&groups, API), &scope).await.map_err(|error| error.into_diagnostic())?;
    let found = listed.body.get("value").and_then(|value| value.as_array()).cloned().unwrap_or_default();
    for group in found {
        let text = |key: &str| group.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let path = format!("{groups}/{}", text("name"));
        let body = json!({ "location": text("location"), "tags": { "environment": tag } });
        let put = Call::new(Method::PUT, &path, API).body(&body);
        azure.call(&put, &scope).await.map_err(|error| error.into_diagnostic())?;
    }
    Ok(())
}
