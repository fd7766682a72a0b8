//! `planned_values`, `prior_state` and the state document.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ordain_addr::{AbsResource, DeposedKey, Key, Mode, ProviderAddr, ResourceInstance};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_state::{Object, ResourceState, State, Status};
use ordain_value::{Path, Value};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::document::{AddressDocument, OutputDocument, ResourceDocument, StateDocument, ValuesDocument};
use super::shown::Shown;
use super::tree::Tree;
use super::values::Toward;
use super::{Secrets, View, changes, checks, planned_outputs, values};
use crate::schema::TypeSchema;
use crate::serial::Text;
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
    object: Present<'a>,
    schema: &'a TypeSchema,
    secrets: Secrets,
}

enum Present<'a> {
    Planned(&'a Change),
    /// Apart, so that the many of a plan are small.
    Stored(Box<Stored<'a>>),
}

#[derive(Clone, Copy)]
struct Stored<'a> {
    resource: &'a AbsResource,
    key: Option<&'a Key>,
    deposed: Option<&'a DeposedKey>,
    provider: &'a ProviderAddr,
    object: &'a Object,
}

impl Stored<'_> {
    fn address(&self) -> ResourceInstance {
        self.resource.instance(self.key.cloned())
    }

    fn compare(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.resource.resource, &other.resource.resource);
        ((a.mode != Mode::Data).cmp(&(b.mode != Mode::Data)))
            .then_with(|| a.type_name.cmp(&b.type_name))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| self.key.cmp(&other.key))
            .then_with(|| self.deposed.cmp(&other.deposed))
    }
}

/// Those of one module instance in the order in which they are listed. In a state data sources come first, then counts
/// what they are called. In a plan it is the address as text, so `a[10]` comes before `a[1]`: Terraform's order.
pub fn sort(leaves: &mut [Leaf<'_>]) {
    leaves.sort_by(|a, b| match (&a.object, &b.object) {
        (Present::Stored(a), Present::Stored(b)) => a.compare(b),
        _ => Ordering::Equal,
    });
    if leaves.iter().any(|leaf| matches!(leaf.object, Present::Planned(_))) {
        leaves.sort_by_cached_key(|leaf| match &leaf.object {
            Present::Planned(change) => change.address.to_string(),
            Present::Stored(stored) => stored.address().to_string(),
        });
    }
}

impl Serialize for Leaf<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match &self.object {
            Present::Planned(change) => planned_object(change, self.schema, self.secrets).serialize(out),
            Present::Stored(stored) => {
                let address = stored.address();
                match stored_object(&address, stored, self.schema, self.secrets) {
                    Ok(document) => document.serialize(out),
                    Err(why) => Err(S::Error::custom(format!("{address}: {why}"))),
                }
            }
        }
    }
}

fn add_resource<'a>(
    tree: &mut Tree<'a>,
    address: &'a AbsResource,
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
    let place = tree.at(&address.module);
    for (key, instance) in &resource.instances {
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key), object));
        for (deposed, object) in current.chain(deposed) {
            let stored = Stored {
                resource: address,
                key: key.as_ref(),
                deposed,
                provider: &resource.provider.provider,
                object,
            };
            if object.flat {
                diagnostics.push(flat(&stored.address()));
                continue;
            }
            let object = Present::Stored(Box::new(stored));
            place.push(Leaf { object, schema, secrets: view.secrets });
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
fn stored_object<'a>(
    address: &'a ResourceInstance,
    stored: &Stored<'a>,
    schema: &TypeSchema,
    secrets: Secrets,
) -> Result<ResourceDocument<'a>, serde_json::Error> {
    let object = stored.object;
    let attributes: Json = serde_json::from_str(object.attributes.get())?;
    let values = values::unwrap_dynamic(attributes, &schema.ty);
    let sensitive_values = sensitive(&values, schema, &object.sensitive_paths);
    let values = match secrets {
        Secrets::Shown => values,
        Secrets::Hidden => values::hide_stored(values, &sensitive_values),
    };
    let mut depends_on: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
    depends_on.sort();
    Ok(ResourceDocument {
        address: AddressDocument { instance: address, any: false },
        name: changes::resource_name(address, stored.provider),
        schema_version: object.schema_version,
        values: Some(values.into()),
        sensitive_values: sensitive_values.into(),
        depends_on,
        tainted: object.status == Status::Tainted,
        deposed_key: stored.deposed.map(Text),
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
    // Those of one module instance stand together.
    for changes in plan.changes.chunk_by(|a, b| a.address.module == b.address.module) {
        let Some(first) = changes.iter().find(|change| is_kept(change)) else { continue };
        let place = tree.at(&first.address.module);
        for change in changes.iter().filter(|change| is_kept(change)) {
            let resource = &change.address.resource;
            match view.schemas.get(&change.provider.provider, resource.mode, &resource.type_name) {
                Some(schema) => {
                    place.push(Leaf { object: Present::Planned(change), schema, secrets: view.secrets });
                }
                None => diagnostics.push(no_schema(change)),
            }
        }
    }
    let outputs = planned_outputs(plan, view.secrets);
    (ValuesDocument { outputs, root_module: tree.into_root() }, diagnostics)
}

/// Whether the object of a change is there after apply.
fn is_kept(change: &Change) -> bool {
    change.action != Action::Delete && change.deposed.is_none()
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
    for change in plan.changes.iter().filter(|change| is_kept(change)) {
        let resource = &change.address.resource;
        if view.schemas.get(&change.provider.provider, resource.mode, &resource.type_name).is_none() {
            diagnostics.push(no_schema(change));
        }
    }
    diagnostics
}

fn planned_object<'a>(change: &'a Change, schema: &TypeSchema, secrets: Secrets) -> ResourceDocument<'a> {
    let after = schema.marked(&change.after);
    // No values at all are left out.
    let shown = if after.is_null() { None } else { changes::shown(after.clone(), secrets) };
    let shown =
        shown.filter(|_| after.as_members().is_none_or(|members| members.values().any(Value::is_known)));
    ResourceDocument {
        address: AddressDocument { instance: &change.address, any: false },
        name: changes::resource_name(&change.address, &change.provider.provider),
        schema_version: schema.version,
        values: shown,
        sensitive_values: Shown::Sensitive(after),
        depends_on: Vec::new(),
        tainted: false,
        deposed_key: None,
    }
}
