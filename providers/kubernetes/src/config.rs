//! The `provider` block and the environment: how the cluster is reached.

use std::io::ErrorKind;
use std::path::PathBuf;

use ordain_http::Environment;
use ordain_kube::{ExecPlugin, KubeError, Selection, Settings, from_kubeconfig, merged_kubeconfigs};
use ordain_value::Value;

fn text(config: &Value, name: &str) -> String {
    config.get(name).and_then(Value::as_str).unwrap_or("").to_owned()
}

/// An argument, else the variable that stands in for it.
fn text_or(config: &Value, name: &str, env: &Environment, variable: &str) -> String {
    let own = text(config, name);
    if own.is_empty() { env.get(variable).cloned().unwrap_or_default() } else { own }
}

fn flag_or(config: &Value, name: &str, env: &Environment, variable: &str) -> bool {
    let own = config.get(name).and_then(Value::as_bool);
    own.unwrap_or_else(|| env.get(variable).is_some_and(|text| text == "true" || text == "1"))
}

/// Settings from the evaluated block. What the block says wins over what a kubeconfig says.
///
/// # Errors
/// A kubeconfig cannot be read or lacks what was asked for.
pub(crate) fn settings(config: &Value, env: &Environment) -> Result<Settings, KubeError> {
    let mut settings = kubeconfig(config, env)?.unwrap_or_default();
    let mut take = |target: fn(&mut Settings) -> &mut String, name: &str, variable: &str| {
        let own = text_or(config, name, env, variable);
        if !own.is_empty() {
            *target(&mut settings) = own;
        }
    };
    take(|settings| &mut settings.host, "host", "KUBE_HOST");
    take(|settings| &mut settings.ca, "cluster_ca_certificate", "KUBE_CLUSTER_CA_CERT_DATA");
    take(|settings| &mut settings.client_certificate, "client_certificate", "KUBE_CLIENT_CERT_DATA");
    take(|settings| &mut settings.client_key, "client_key", "KUBE_CLIENT_KEY_DATA");
    take(|settings| &mut settings.token, "token", "KUBE_TOKEN");
    take(|settings| &mut settings.username, "username", "KUBE_USER");
    take(|settings| &mut settings.password, "password", "KUBE_PASSWORD");
    take(|settings| &mut settings.proxy_url, "proxy_url", "KUBE_PROXY_URL");
    take(|settings| &mut settings.tls_server_name, "tls_server_name", "KUBE_TLS_SERVER_NAME");
    settings.insecure |= flag_or(config, "insecure", env, "KUBE_INSECURE");
    if let Some(plugin) = config.get("exec").and_then(Value::as_items).and_then(<[Value]>::first) {
        settings.exec = Some(exec(plugin));
    }
    if settings.host.is_empty() {
        // As client-go has it: without any configuration the API is looked for here.
        settings.host = "http://localhost".to_owned();
    }
    Ok(settings)
}

fn exec(block: &Value) -> ExecPlugin {
    let args = block.get("args").and_then(Value::as_items).unwrap_or(&[]);
    let env = block.get("env").and_then(Value::as_members).into_iter().flatten();
    ExecPlugin {
        api_version: text(block, "api_version"),
        command: text(block, "command"),
        args: args.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        env: env.filter_map(|(name, value)| Some((name.to_string(), value.as_str()?.to_owned()))).collect(),
    }
}

/// Settings from the kubeconfigs that are named, if any is.
fn kubeconfig(config: &Value, env: &Environment) -> Result<Option<Settings>, KubeError> {
    let mut paths: Vec<String> = Vec::new();
    paths.extend(
        Some(text_or(config, "config_path", env, "KUBE_CONFIG_PATH")).filter(|path| !path.is_empty()),
    );
    let listed = config.get("config_paths").and_then(Value::as_items).unwrap_or(&[]);
    paths.extend(listed.iter().filter_map(Value::as_str).map(str::to_owned));
    if paths.is_empty()
        && let Some(list) = env.get("KUBE_CONFIG_PATHS")
    {
        paths.extend(list.split(':').filter(|path| !path.is_empty()).map(str::to_owned));
    }
    if paths.is_empty() {
        return Ok(None);
    }
    let mut documents = Vec::new();
    for path in &paths {
        let path = expand_home(path, env);
        let broken = |why: String| KubeError::Settings(format!("kubeconfig {}: {why}", path.display()));
        let text = match std::fs::read_to_string(&path) {
            // Of several kubeconfigs those count that are there, as for kubectl.
            Err(error) if error.kind() == ErrorKind::NotFound && paths.len() > 1 => continue,
            text => text.map_err(|error| broken(error.to_string()))?,
        };
        let document = ordain_yaml::from_str(&text, &ordain_yaml::Limits::default())
            .map_err(|error| broken(error.to_string()))?;
        documents.push((path.parent().map(PathBuf::from).unwrap_or_default(), document));
    }
    let document = merged_kubeconfigs(documents);
    let selection = Selection {
        context: text_or(config, "config_context", env, "KUBE_CTX"),
        user: text_or(config, "config_context_auth_info", env, "KUBE_CTX_AUTH_INFO"),
        cluster: text_or(config, "config_context_cluster", env, "KUBE_CTX_CLUSTER"),
    };
    let read = |name: &str| std::fs::read_to_string(name).map_err(|error| format!("{name}: {error}"));
    from_kubeconfig(&document, &selection, &read).map(Some)
}

fn expand_home(path: &str, env: &Environment) -> PathBuf {
    match (path.strip_prefix("~/"), env.get("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}
