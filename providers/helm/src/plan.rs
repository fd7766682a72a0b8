//! Planning a `helm_release`: defaults, the chart's version, what becomes unknown. No cluster is asked.

use ordain_http::Environment;
use ordain_provider::PlanRequest;
use ordain_value::{Members, Path, Type, Value};
use serde_json::{Value as Json, json};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::sources::{NoChart, Sources};

const OFF: [&str; 20] = [
    "atomic",
    "cleanup_on_fail",
    "create_namespace",
    "dependency_update",
    "disable_crd_hooks",
    "disable_openapi_validation",
    "disable_webhooks",
    "force_update",
    "lint",
    "pass_credentials",
    "recreate_pods",
    "replace",
    "reset_values",
    "reuse_values",
    "skip_crds",
    "take_ownership",
    "upgrade_install",
    "verify",
    "wait_for_jobs",
    "description",
];

/// Attributes the provider decides, whatever the configuration says of them.
const DECIDED: [&str; 6] = ["id", "metadata", "manifest", "resources", "status", "set_wo"];

/// What planning gives.
pub(crate) struct Planned {
    pub(crate) object: Value,
    pub(crate) replace: Vec<Path>,
}

/// Defaults of arguments that are not set.
pub(crate) fn defaults(env: &Environment) -> Json {
    let mut out = json!({
        "wait": true, "render_subchart_notes": true, "max_history": 0, "timeout": 300,
        "namespace": env.get("HELM_NAMESPACE").filter(|n| !n.is_empty()).map_or("default", String::as_str),
    });
    if let Some(map) = out.as_object_mut() {
        map.extend(
            OFF.iter().filter(|n| **n != "description").map(|name| ((*name).to_owned(), Json::Bool(false))),
        );
    }
    out
}

/// Plans a release that is to be created or kept; for one that is to go there is nothing to plan.
pub(crate) async fn plan(
    sources: &Sources,
    env: &Environment,
    ty: &Type,
    request: &PlanRequest,
) -> Result<Planned, Failure> {
    let (proposed, _) = request.proposed.clone().unmark_deep();
    let (config, _) = request.config.clone().unmark_deep();
    let (prior, _) = request.prior.clone().unmark_deep();
    let mut planned: Members = proposed.as_members().cloned().unwrap_or_default();
    fill(&mut planned, &config, &prior, env);
    let changed = prior.is_null() || differs(&planned, &prior, &config);
    let version = version(sources, &planned, &config).await?;
    lint(sources, &planned).await?;
    let changed = changed || (version.is_known() && prior.get("version") != Some(&version));
    planned.insert("version".into(), version);
    planned.insert("status".into(), Value::string("deployed"));
    for name in ["manifest", "resources", "set_wo"] {
        planned.insert(name.into(), Value::null(attribute(ty, name)));
    }
    for name in ["id", "metadata"] {
        let known = prior.get(name).cloned().filter(|v| !changed && !v.is_null());
        planned.insert(name.into(), known.unwrap_or_else(|| Value::unknown(attribute(ty, name))));
    }
    let replaced = ["name", "namespace"].into_iter().filter(|name| {
        let (before, after) = (prior.get(name), planned.get(name));
        !prior.is_null() && before.is_some() && before != after
    });
    let replace = replaced.map(|name| Path::root().attr(name)).collect();
    Ok(Planned { object: Value::object(planned), replace })
}

fn attribute(ty: &Type, name: &str) -> Type {
    ty.attributes().and_then(|a| a.get(name)).cloned().unwrap_or(Type::Dynamic)
}

fn fill(planned: &mut Members, config: &Value, prior: &Value, env: &Environment) {
    let unset = |name: &str| config.get(name).is_none_or(Value::is_null);
    for (name, default) in defaults(env).as_object().into_iter().flatten() {
        if unset(name) {
            let value = match default {
                Json::Bool(b) => Value::bool(*b),
                Json::Number(n) => Value::number(n.as_i64().unwrap_or(0)),
                other => Value::string(other.as_str().unwrap_or_default()),
            };
            planned.insert(name.as_str().into(), value);
        }
    }
    if unset("description") {
        let before = prior.get("description").cloned();
        planned.insert("description".into(), before.unwrap_or_else(|| Value::null(Type::String)));
    }
    // The type of an entry of `set` has a default too.
    if let Some(set) = planned.get("set").cloned()
        && let Some(items) = set.as_items()
    {
        let element = set.ty().element().cloned().unwrap_or(Type::Dynamic);
        // What is proposed may have the type of the entry that stood here before.
        let given = config.get("set").and_then(Value::as_items).unwrap_or_default();
        let untyped =
            |at: usize, item: &Value| given.get(at).unwrap_or(item).get("type").is_some_and(Value::is_null);
        let filled = items.iter().enumerate().map(|(at, item)| match item.as_members() {
            Some(members) if untyped(at, item) => {
                let mut members = members.clone();
                members.insert("type".into(), Value::string(""));
                Value::object(members)
            }
            _ => item.clone(),
        });
        planned.insert("set".into(), Value::list(element, filled));
    }
}

/// Whether anything but what the provider decides has changed; a release that failed changes back to deployed.
fn differs(planned: &Members, prior: &Value, config: &Value) -> bool {
    let version_unset = config.get("version").is_none_or(Value::is_null);
    let failed = prior.get("status").and_then(Value::as_str) != Some("deployed");
    failed
        || planned.iter().any(|(name, value)| {
            let decided = DECIDED.contains(&&**name) || (&**name == "version" && version_unset);
            !decided && prior.get(name) != Some(value)
        })
}

/// The members of an object.
pub(crate) fn members(object: &Value) -> Members {
    object.as_members().cloned().unwrap_or_default()
}

/// Lints the chart with what is known, if that is asked for.
async fn lint(sources: &Sources, planned: &Members) -> Result<(), Failure> {
    if planned.get("lint").and_then(Value::as_bool) != Some(true) {
        return Ok(());
    }
    let known = planned.iter().filter(|(_, value)| value.is_wholly_known());
    let arguments = crate::state::arguments(&Value::object(known.map(|(n, v)| (n.clone(), v.clone()))))?;
    if planned.get("chart").is_none_or(|chart| !chart.is_wholly_known()) {
        return Ok(());
    }
    let values = arguments.values()?;
    sources.lint(&arguments, &values).await
}

/// The chart's own version, if everything that leads to it is known.
async fn version(sources: &Sources, planned: &Members, config: &Value) -> Result<Value, Failure> {
    let wanted = config.get("version").filter(|v| !v.is_null());
    let needed =
        ["chart", "repository", "devel", "repository_username", "repository_password", "pass_credentials"];
    let others = [
        "repository_ca_file",
        "repository_cert_file",
        "repository_key_file",
        "verify",
        "keyring",
        "dependency_update",
    ];
    let mut arguments = serde_json::Map::new();
    for name in needed.into_iter().chain(others) {
        let Some(value) = planned.get(name) else { continue };
        if !value.is_wholly_known() {
            return Ok(wanted.cloned().unwrap_or_else(|| Value::unknown(Type::String)));
        }
        let json = match (value.as_str(), value.as_bool()) {
            (Some(text), _) => Json::String(text.to_owned()),
            (_, Some(flag)) => Json::Bool(flag),
            _ => Json::Null,
        };
        arguments.insert(name.to_owned(), json);
    }
    if let Some(wanted) = wanted {
        let Some(text) = wanted.as_str() else { return Ok(wanted.clone()) };
        arguments.insert("version".to_owned(), json!(text));
    }
    let chart = sources.chart(&Arguments(Json::Object(arguments))).await.map_err(NoChart::of_release)?;
    let have = chart.metadata.version.as_str();
    if let Some(wanted) = wanted.and_then(Value::as_str) {
        let bare = |v: &str| v.strip_prefix('v').unwrap_or(v).to_owned();
        if bare(wanted) != bare(have) {
            let detail = format!(
                "The version in the configuration is {wanted:?} but the planned version is {have:?}. You should update the version in your configuration to {have:?}, or remove the version attribute from your configuration."
            );
            return Err(Failure::new("Planned version is different from configured version", detail));
        }
        return Ok(Value::string(wanted));
    }
    Ok(Value::string(have))
}
