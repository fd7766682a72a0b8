//! `import`: takes an object that is there into the state, by its id.

use std::sync::Arc;

use ordain_addr::{Mode, ResourceInstance};
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_plan::Observer;
use ordain_state::Stored;

use crate::planning::{self, Options};
use crate::providers::Providers;
use crate::stores::{Stores, new_id};
use crate::variables::{Inputs, collect};
use crate::{Project, Workdir, clock};

/// Imports one object. `options.planner.import` says which; nothing else of the state is touched. Texts that
/// findings point into are added to `sources`.
pub async fn import(
    workdir: &Workdir,
    project: &Project,
    options: &Options,
    observer: Arc<dyn Observer>,
    sources: &mut Sources,
) -> Diagnostics {
    let Some((address, _)) = &options.planner.import else { return Diagnostics::new() };
    let mut found = ordain_config::validate(&project.tree);
    found.extend(undeclared(project, address));
    let inputs = found.take(collect(workdir, &project.tree.root, &options.given, sources));
    if found.has_errors() {
        return found;
    }
    let stores = match Stores::open(workdir, project) {
        Ok(stores) => stores,
        Err(errors) => return errors,
    };
    let held = match options.locking.acquire(&stores.state).await {
        Ok(held) => held,
        Err(error) => return error.into(),
    };
    match planning::read_settled(&stores).await {
        Ok(stored) => {
            let work = Work { workdir, project, stores: &stores, options };
            found.append(work.import(stored, inputs, observer).await);
        }
        Err(error) => found.push(error),
    }
    found.append(held.release().await);
    found
}

/// Whether objects of this kind are imported at all, whatever the configuration says.
///
/// # Errors
/// The address is not that of a managed resource.
pub fn importable(address: &ResourceInstance) -> Result<(), Diagnostic> {
    if address.resource.mode == Mode::Managed {
        return Ok(());
    }
    let summary = "A managed resource address is required. Importing into a data resource is not allowed.";
    let detail =
        "Data sources and ephemeral resources are read whenever they are needed; there is nothing to import.";
    Err(Diagnostic::error(codes::cli::USAGE, summary, detail).with_address(address.to_string()))
}

/// Why an address cannot be imported to, whatever its instances are.
fn undeclared(project: &Project, address: &ResourceInstance) -> Option<Diagnostic> {
    let error = |summary: String, detail: String| {
        Some(Diagnostic::error(codes::cli::USAGE, summary, detail).with_address(address.to_string()))
    };
    let path = address.module.path();
    if !project.tree.modules().iter().any(|module| module.path == path) {
        let detail =
            format!("The configuration calls no module {path}. Add the call before importing into it.");
        return error("Import to non-existent module".to_owned(), detail);
    }
    if project.tree.resource(&address.config()).is_none() {
        let place = if path.is_root() { "the root module".to_owned() } else { path.to_string() };
        let detail = format!(
            "Before importing this resource, please create its configuration in {place}. For example:\n\nresource {:?} \
             {:?} {{\n  # (resource arguments)\n}}",
            &*address.resource.type_name, &*address.resource.name
        );
        let named = address.to_string();
        return error(format!("resource address {named:?} does not exist in the configuration."), detail);
    }
    None
}

struct Work<'w> {
    workdir: &'w Workdir,
    project: &'w Project,
    stores: &'w Stores,
    options: &'w Options,
}

impl Work<'_> {
    async fn import(&self, stored: Stored, inputs: Inputs, observer: Arc<dyn Observer>) -> Diagnostics {
        let mut found = Diagnostics::new();
        let providers = Providers::new(self.workdir.clone());
        let schemas = found.take(providers.schemas(&self.project.tree, &stored.state).await);
        if found.has_errors() {
            return found;
        }
        let request = ordain_planner::Request {
            evaluation: planning::evaluation(
                self.workdir,
                self.project,
                &schemas,
                inputs,
                &self.stores.workspace,
                clock::now(),
            ),
            base: stored.state.clone(),
            providers: Arc::new(providers),
            observer,
            options: self.options.planner.clone(),
            known: Diagnostics::new(),
            beside: crate::beside::beside(),
        };
        let plan = found.take(ordain_planner::plan(request).await).plan;
        if !found.has_errors() {
            let lineage = new_id(self.workdir);
            found.extend(self.stores.state.write(&stored, plan.prior, &lineage).await.err());
        }
        found
    }
}
