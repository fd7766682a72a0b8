//! What a stored plan and the JSON views keep of provider schemas.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr};
use ordain_plan::{PatternStep, Plan, Schemas, TypeSchema};
use ordain_provider::{Attribute, AttributeType, Block, Nesting, Schema};
use ordain_state::State;

use crate::plan_configuration::SchemasByAddress;

type Wanted<'w> = BTreeSet<(&'w ProviderAddr, Mode, &'w Arc<str>)>;

/// Schemas of every type that a plan and its states talk about.
pub fn of_plan(plan: &Plan, schemas: &SchemasByAddress) -> Schemas {
    let mut wanted = Wanted::new();
    for change in
        plan.changes.iter().chain(&plan.drift).chain(plan.deferred.iter().map(|deferred| &deferred.change))
    {
        let resource = &change.address.resource;
        wanted.insert((&change.provider.provider, resource.mode, &resource.type_name));
    }
    add_state(&mut wanted, &plan.prior);
    add_state(&mut wanted, &plan.base);
    trim(wanted, schemas)
}

/// Schemas of every type that a state talks about.
pub fn of_state(state: &State, schemas: &SchemasByAddress) -> Schemas {
    let mut wanted = Wanted::new();
    add_state(&mut wanted, state);
    trim(wanted, schemas)
}

/// Schemas of every type of every provider.
pub fn all(schemas: &SchemasByAddress) -> Schemas {
    let mut wanted = Wanted::new();
    for (provider, schema) in schemas {
        let groups = [
            (Mode::Managed, &schema.resources),
            (Mode::Data, &schema.data_sources),
            (Mode::Ephemeral, &schema.ephemeral),
        ];
        for (mode, types) in groups {
            wanted.extend(types.keys().map(|name| (provider, mode, name)));
        }
    }
    trim(wanted, schemas)
}

fn add_state<'w>(wanted: &mut Wanted<'w>, state: &'w State) {
    for (resource, held) in &state.resources {
        let inner = &resource.resource;
        wanted.insert((&held.provider.provider, inner.mode, &inner.type_name));
    }
}

fn trim(wanted: Wanted<'_>, schemas: &SchemasByAddress) -> Schemas {
    let mut out = Schemas::new();
    for (provider, mode, name) in wanted {
        let Some(schema) = schemas.get(provider) else { continue };
        let types = match mode {
            Mode::Managed => &schema.resources,
            Mode::Data => &schema.data_sources,
            Mode::Ephemeral => &schema.ephemeral,
        };
        if let Some(schema) = types.get(name) {
            out.insert(provider.clone(), mode, name.clone(), Arc::new(trimmed(schema)));
        }
    }
    out
}

fn trimmed(schema: &Schema) -> TypeSchema {
    let mut trimmed = TypeSchema {
        version: schema.version,
        ty: schema.block.value_type(),
        sensitive: Vec::new(),
        blocks: Vec::new(),
        write_only: Vec::new(),
    };
    block(&schema.block, &mut Vec::new(), &mut trimmed);
    trimmed
}

fn block(schema: &Block, at: &mut Vec<PatternStep>, out: &mut TypeSchema) {
    for (name, attribute_schema) in &schema.attributes {
        attribute(name, attribute_schema, at, out);
        if attribute_schema.flags.write_only {
            out.write_only.push(at.iter().cloned().chain([PatternStep::Attr(name.clone())]).collect());
        }
    }
    for (name, nested) in &schema.blocks {
        at.push(PatternStep::Attr(name.clone()));
        out.blocks.push(at.clone());
        let each = each(nested.nesting, at);
        block(&nested.block, at, out);
        leave(at, each);
    }
}

fn attribute(name: &Arc<str>, schema: &Attribute, at: &mut Vec<PatternStep>, out: &mut TypeSchema) {
    at.push(PatternStep::Attr(name.clone()));
    if schema.flags.sensitive {
        out.sensitive.push(at.clone());
    } else if let AttributeType::Nested(nested) = &schema.ty {
        let each = each(nested.nesting, at);
        for (name, inner) in &nested.attributes {
            attribute(name, inner, at, out);
        }
        if each {
            at.pop();
        }
    }
    at.pop();
}

/// Steps into the elements of a collection; says whether there is a step.
fn each(nesting: Nesting, at: &mut Vec<PatternStep>) -> bool {
    let collection = matches!(nesting, Nesting::List | Nesting::Set | Nesting::Map);
    if collection {
        at.push(PatternStep::Each);
    }
    collection
}

fn leave(at: &mut Vec<PatternStep>, each: bool) {
    if each {
        at.pop();
    }
    at.pop();
}
