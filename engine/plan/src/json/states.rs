//! `planned_values`, `prior_state` and the state document.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{AbsResource, Key, Mode, ProviderAddr, ResourceInstance};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_state::{Object, ResourceState, State, Status};
use ordain_value::{Path, Value};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::document::{OutputDocument, ResourceDocument, StateDocument, ValuesDocument};
use super::shown::Shown;
use super::tree::Tree;
use super::values::Toward;
use super::{Secrets, View, changes, checks, planned_outputs, values};
use crate::schema::TypeSchema;
use crate::{Action, Change, OutputChange, Plan};

/// The document of no state.
pub fn nothing<'a>() -> StateDocument<'a> {
    StateDocument { format_version: "1.0", terraform_version: None, values: None, checks: None }
}

/// A state document, with these outputs over those of the state. An empty one has nothing but its format
/// version.
pub fn document<'a>(
    state: &'a State,
    view: &View<'a>,
    over: &[&OutputChange],
    with_checks: bool,
) -> (StateDocument<'a>, Diagnostics) {
    let empty = nothing();
    if state.is_empty() && over.is_empty() {
        return (empty, Diagnostics::new());
    }
    let mut diagnostics = Diagnostics::new();
    let mut tree = Tree::default();
    for (address, resource) in &state.resources {
        diagnostics.append(add_resource(&mut tree, address, resource, view));
    }
    let values =
        ValuesDocument { outputs: outputs(state, over, view.secrets), root_module: tree.into_root() };
    let checks =
        state.check_results.as_ref().filter(|_| with_checks).map(|records| checks::from_state(records));
    let document = StateDocument {
        terraform_version: Some(view.terraform_version),
        values: Some(values),
        checks: checks.filter(|checks| !checks.is_empty()),
        ..empty
    };
    (document, diagnostics)
}

fn outputs(state: &State, over: &[&OutputChange], secrets: Secrets) -> BTreeMap<String, OutputDocument> {
    let document = |value: &Value, sensitive: bool| OutputDocument {
        sensitive,
        ty: Some(values::type_json(&value.ty())),
        value: Some(match secrets {
            Secrets::Hidden if sensitive => Json::Null,
            _ => values::known(value).unwrap_or(Json::Null),
        }),
    };
    let stored = state.outputs.iter();
    let stored = stored.map(|(name, output)| (name.to_string(), document(&output.value, output.sensitive)));
    let mut all: BTreeMap<_, _> = stored.collect();
    for output in over {
        // A state holds no output that is null.
        if output.after.is_null() {
            all.remove(&output.name);
        } else {
            all.insert(output.name.clone(), document(&output.after, output.sensitive));
        }
    }
    all
}

/// A resource instance in the tree of modules; its document is made when it is written.
pub struct Leaf<'a> {
    pub address: String,
    pub deposed_key: Option<String>,
    /// Place among the others of its module before addresses count: data sources of a state first, then by name and
    /// key. All of a plan are in one place.
    pub rank: Option<Rank>,
    object: Present<'a>,
    schema: &'a TypeSchema,
    secrets: Secrets,
}

/// Data sources after false, then type, name and key.
pub type Rank = (bool, Arc<str>, Arc<str>, Option<Key>);

enum Present<'a> {
    Planned(&'a Change),
    Stored(ResourceInstance, &'a ProviderAddr, &'a Object),
}

impl Serialize for Leaf<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let document = match &self.object {
            Present::Planned(change) => planned_object(change, self.schema, self.secrets),
            Present::Stored(address, provider, object) => {
                let stored = stored_object(address, provider, object, self.schema, self.secrets);
                stored.map_err(|why| S::Error::custom(format!("{}: {why}", self.address)))?
            }
        };
        ResourceDocument { deposed_key: self.deposed_key.clone(), ..document }.serialize(out)
    }
}

fn add_resource<'a>(
    tree: &mut Tree<'a>,
    address: &AbsResource,
    resource: &'a ResourceState,
    view: &View<'a>,
) -> Diagnostics {
    let name = &address.resource;
    let Some(schema) = view.schemas.get(&resource.provider.provider, name.mode, &name.type_name) else {
        let detail = format!(
            "The schema of {} from provider {} is needed to read the stored attributes and is not at hand. \
             Run init, so that the provider can be asked.",
            name.type_name, resource.provider.provider
        );
        let diagnostic = Diagnostic::error(codes::plan::CANNOT_SHOW, "Missing resource schema", detail);
        return diagnostic.with_address(address.to_string()).into();
    };
    let mut diagnostics = Diagnostics::new();
    for (key, instance) in &resource.instances {
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.to_string()), object));
        for (deposed_key, object) in current.chain(deposed) {
            let instance = address.instance(key.clone());
            if object.flat {
                diagnostics.push(flat(&instance));
                continue;
            }
            let leaf = Leaf {
                address: instance.to_string(),
                deposed_key,
                rank: Some((name.mode != Mode::Data, name.type_name.clone(), name.name.clone(), key.clone())),
                object: Present::Stored(instance, &resource.provider.provider, object),
                schema,
                secrets: view.secrets,
            };
            tree.add(&address.module, leaf);
        }
    }
    diagnostics
}

fn flat(address: &ResourceInstance) -> Diagnostic {
    let detail = "The object is stored in the form of Terraform 0.11 and must be upgraded before it can be \
                  shown. A plan or refresh does that.";
    Diagnostic::error(codes::plan::CANNOT_SHOW, "Invalid resource instance data in state", detail)
        .with_address(address.to_string())
}

/// Fails where the stored attributes are no JSON document.
fn stored_object(
    address: &ResourceInstance,
    provider: &ProviderAddr,
    object: &Object,
    schema: &TypeSchema,
    secrets: Secrets,
) -> Result<ResourceDocument, serde_json::Error> {
    let stored: Json = serde_json::from_str(object.attributes.get())?;
    let values = values::unwrap_dynamic(stored, &schema.ty);
    let sensitive_values = sensitive(&values, schema, &object.sensitive_paths);
    let values = match secrets {
        Secrets::Shown => values,
        Secrets::Hidden => values::hide_stored(values, &sensitive_values),
    };
    let mut depends_on: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
    depends_on.sort();
    Ok(ResourceDocument {
        address: address.to_string(),
        name: changes::resource_name(address, provider),
        schema_version: object.schema_version,
        values: Some(values.into()),
        sensitive_values: sensitive_values.into(),
        depends_on,
        tainted: object.status == Status::Tainted,
        deposed_key: None,
    })
}

/// Hands out what is sensitive in a stored object; whether anything may be.
pub fn stored_secrets(object: &Object, schema: Option<&TypeSchema>, take: &mut dyn FnMut(&Json)) -> bool {
    if object.sensitive_paths.is_empty() && schema.is_none_or(|schema| schema.sensitive.is_empty()) {
        return false;
    }
    // Without its schema, or in a form of old, an object is not shown at all.
    if let (Ok(stored), Some(schema)) = (serde_json::from_str::<Json>(object.attributes.get()), schema) {
        let stored = values::unwrap_dynamic(stored, &schema.ty);
        values::sensitive_parts(&stored, &sensitive(&stored, schema, &object.sensitive_paths), take);
    }
    true
}

fn sensitive(values: &Json, schema: &TypeSchema, paths: &[Path]) -> Json {
    let patterns = schema.sensitive.iter().map(|steps| steps.iter().map(Toward::Pattern).collect::<Vec<_>>());
    let paths = paths.iter().map(|path| path.0.iter().map(Toward::Path).collect::<Vec<_>>());
    let all: Vec<Vec<Toward<'_>>> = patterns.chain(paths).collect();
    let all: Vec<&[Toward<'_>]> = all.iter().map(Vec::as_slice).collect();
    values::stored_sensitive_shape(values, &schema.ty, &all)
}

/// Outputs and resources as they will be after apply.
pub fn planned<'a>(plan: &'a Plan, view: &View<'a>) -> (ValuesDocument<'a>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut tree = Tree::default();
    let kept = |change: &&Change| change.action != Action::Delete && change.deposed.is_none();
    for change in plan.changes.iter().filter(kept) {
        let resource = &change.address.resource;
        match view.schemas.get(&change.provider.provider, resource.mode, &resource.type_name) {
            Some(schema) => {
                let address = change.address.to_string();
                let (object, secrets) = (Present::Planned(change), view.secrets);
                tree.add(
                    &change.address.module,
                    Leaf { address, deposed_key: None, rank: None, object, schema, secrets },
                );
            }
            None => diagnostics.push(no_schema(change)),
        }
    }
    let outputs = planned_outputs(plan, view.secrets);
    (ValuesDocument { outputs, root_module: tree.into_root() }, diagnostics)
}

fn no_schema(change: &Change) -> Diagnostic {
    let detail = format!(
        "The schema of {} from provider {} is needed to show the planned values and is not at hand.",
        change.address.resource.type_name, change.provider.provider
    );
    let found = Diagnostic::error(codes::plan::CANNOT_SHOW, "Missing resource schema", detail);
    found.with_address(change.address.to_string())
}

/// What [`planned`] would find, without making anything.
pub fn without_schema(plan: &Plan, view: &View<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut last: Option<&Change> = None;
    let kept = |change: &&Change| change.action != Action::Delete && change.deposed.is_none();
    for change in plan.changes.iter().filter(kept) {
        let of = |change: &Change| {
            let resource = &change.address.resource;
            (change.provider.provider.clone(), resource.mode, resource.type_name.clone())
        };
        // Neighbours are mostly of one type.
        if last.is_some_and(|last| {
            last.address.resource.type_name == change.address.resource.type_name && of(last) == of(change)
        }) {
            continue;
        }
        let (provider, mode, type_name) = of(change);
        match view.schemas.get(&provider, mode, &type_name) {
            Some(_) => last = Some(change),
            None => diagnostics.push(no_schema(change)),
        }
    }
    diagnostics
}

fn planned_object(change: &Change, schema: &TypeSchema, secrets: Secrets) -> ResourceDocument {
    let after = schema.mark(&change.after);
    // No values at all are left out.
    let shown = if after.is_null() { None } else { changes::shown(&after, secrets) };
    let shown =
        shown.filter(|_| after.as_members().is_none_or(|members| members.values().any(Value::is_known)));
    ResourceDocument {
        address: change.address.to_string(),
        name: changes::resource_name(&change.address, &change.provider.provider),
        schema_version: schema.version,
        values: shown,
        sensitive_values: Shown::Sensitive(after),
        depends_on: Vec::new(),
        tainted: false,
        deposed_key: None,
    }
}
