//! Planning with `experiments { manifest = true }`: the release is rendered, and the cluster is asked what it would make
//! of it.

use std::sync::Arc;

use ordain_value::{Type, Value};

use crate::arguments::Arguments;
use crate::cluster::Cluster;
use crate::failure::Failure;
use crate::install::{self, Plan};
use crate::manifests::{self, Kept};
use crate::plan::{Planned, members};
use crate::sources::{NoChart, Sources};
use crate::{post_render::PostRender, state, store, upgrade};

/// Values that must be known before anything can be rendered.
const VALUES: [&str; 4] = ["values", "set", "set_list", "set_sensitive"];

/// Whether there is nothing to render as yet.
pub(crate) fn is_unknown(planned: &Value) -> bool {
    VALUES.iter().any(|name| planned.get(name).is_some_and(|value| !value.is_wholly_known()))
}

/// The plan of a release whose manifest is known only after apply.
pub(crate) fn later(planned: &mut Planned, unset_version: bool) {
    let mut object = members(&planned.object);
    object.insert("manifest".into(), Value::unknown(Type::String));
    object.insert("resources".into(), Value::unknown(Type::Map(Type::String.into())));
    if unset_version {
        object.insert("version".into(), Value::unknown(Type::String));
    }
    planned.object = Value::object(object);
}

/// Puts the manifest and the objects that a release would have into its plan.
pub(crate) async fn fill(
    sources: &Sources,
    cluster: &Arc<Cluster>,
    post: Option<PostRender>,
    prior: &Value,
    planned: &mut Planned,
) -> Result<(), Failure> {
    let given = members(&planned.object).into_iter();
    let given = given.filter(|(_, value)| value.is_wholly_known());
    let arguments: Arguments = state::arguments(&Value::object(given))?;
    let chart = sources.chart(&arguments).await.map_err(NoChart::of_release)?;
    let config = arguments.values()?;
    let plan = Plan { arguments: &arguments, chart: &chart, config: &config, post: post.as_ref(), dry: true };
    let manifest = if prior.is_null() {
        install::dry_run(cluster, &plan).await.map_err(|why| {
            let away = "cluster was unreachable at create time, marking manifest as computed";
            let summary = if why.starts_with("Kubernetes cluster unreachable") {
                away
            } else {
                "Error performing dry run install"
            };
            Failure::new(summary, why)
        })?
    } else {
        let history = store::history(cluster, arguments.text("name")).await;
        let history = history.map_err(|e| Failure::new("Error retrieving old release for a diff", e))?;
        if history.is_empty() {
            return Ok(());
        }
        upgrade::dry_run(cluster, &plan)
            .await
            .map_err(|why| Failure::new("Error running dry run for a diff", why))?
    };
    let kept: Kept = manifests::proposed(cluster, &arguments, &manifest).await?;
    let mut object = members(&manifests::with(&planned.object, &kept));
    if !prior.is_null() && prior.get("resources") != object.get("resources") {
        let ty = object.get("metadata").map_or(Type::Dynamic, Value::ty);
        object.insert("metadata".into(), Value::unknown(ty));
    }
    planned.object = Value::object(object);
    Ok(())
}
