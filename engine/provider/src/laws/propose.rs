//! Configuration over prior: the object that the engine proposes to the provider.
//!
//! What configuration sets stands. What it leaves out and the provider computes is kept from the prior
//! object. Nested objects are matched by index, by key, or for sets by what configuration can set.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Kind, Members, Type, Value};

use super::same::{element, member, same};
use crate::{Attribute, AttributeType, Block, NestedObject, Nesting};

/// The proposed new object. `prior` is null for a new object; computed attributes are then null, and
/// the provider says which of them it will decide. `config` must not be null, and has all that the schema names.
pub fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return prior.clone();
    }
    // Nothing to keep: what configuration leaves out is null in it already.
    if prior.is_null() {
        return config.clone();
    }
    let mut members = attributes(&block.attributes, prior, config);
    for (name, nested) in &block.blocks {
        let ty = || nested.nesting.wrap(nested.block.value_type());
        let (prior, config) = (member(prior, name, ty), member(config, name, ty));
        members.insert(name.clone(), nested_block(nested.nesting, &nested.block, &prior, &config));
    }
    Value::of_members(members)
}

fn attributes(schema: &BTreeMap<Arc<str>, Attribute>, prior: &Value, config: &Value) -> Members {
    schema
        .iter()
        .map(|(name, attribute)| {
            // Most is set or left out, and has no parts.
            if let (Some(set), AttributeType::Plain(_)) = (config.get(name), &attribute.ty)
                && !(attribute.flags.computed && set.is_null())
            {
                return (name.clone(), set.clone());
            }
            let ty = || attribute.value_type();
            let (prior, config) = (member(prior, name, ty), member(config, name, ty));
            (name.clone(), one_attribute(attribute, prior, config))
        })
        .collect()
}

fn one_attribute(attribute: &Attribute, prior: Value, config: Value) -> Value {
    if attribute.flags.computed && config.is_null() {
        // Parts that only configuration can have set show that it was set before and no longer is.
        return if attribute.flags.optional && holds_configured(attribute, &prior) { config } else { prior };
    }
    match &attribute.ty {
        AttributeType::Plain(_) => config,
        AttributeType::Nested(nested) => nested_attribute(nested, &prior, config),
    }
}

/// Whether a nested value holds something that only configuration can set.
fn holds_configured(attribute: &Attribute, value: &Value) -> bool {
    let AttributeType::Nested(nested) = &attribute.ty else { return false };
    if value.is_null() || !value.is_known() {
        return false;
    }
    let object_holds = |object: &Value| {
        !object.is_null()
            && nested.attributes.iter().any(|(name, attribute)| {
                let Some(part) = object.get(name) else { return false };
                (!attribute.flags.computed && !part.is_null()) || holds_configured(attribute, part)
            })
    };
    match nested.nesting {
        Nesting::Single | Nesting::Group => object_holds(value),
        Nesting::List | Nesting::Set | Nesting::Map => value.parts().any(object_holds),
    }
}

fn nested_attribute(nested: &NestedObject, prior: &Value, config: Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config;
    }
    let object = |prior: &Value, config: &Value| {
        if config.is_null() || !config.is_known() {
            config.clone()
        } else {
            Value::of_members(attributes(&nested.attributes, prior, config))
        }
    };
    let came_of = |prior: &Value, config: &Value| attributes_came_of(&nested.attributes, prior, config);
    collection(nested.nesting, prior, &config, &object, &came_of)
}

fn nested_block(nesting: Nesting, block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    let object = |prior: &Value, config: &Value| {
        if config.is_known() { proposed_new(block, prior, config) } else { config.clone() }
    };
    let came_of = |prior: &Value, config: &Value| block_came_of(block, prior, config);
    collection(nesting, prior, config, &object, &came_of)
}

/// Whether an object may have come of this configuration: all that is there is configured so or computed. What the
/// configuration has in addition, such as a further nested block, does not speak against it.
fn block_came_of(block: &Block, prior: &Value, config: &Value) -> bool {
    attributes_came_of(&block.attributes, prior, config)
        && block.blocks.iter().all(|(name, nested)| {
            let ty = || nested.nesting.wrap(nested.block.value_type());
            let (prior, config) = (member(prior, name, ty), member(config, name, ty));
            parts_came_of(&prior, &config, &|prior, config| block_came_of(&nested.block, prior, config))
        })
}

fn attributes_came_of(schema: &BTreeMap<Arc<str>, Attribute>, prior: &Value, config: &Value) -> bool {
    schema.iter().all(|(name, attribute)| {
        let ty = || attribute.value_type();
        let (prior, config) = (member(prior, name, ty), member(config, name, ty));
        if config.is_null() && attribute.flags.computed || same(&prior, &config) {
            return true;
        }
        let AttributeType::Nested(nested) = &attribute.ty else { return false };
        let within = |prior: &Value, config: &Value| attributes_came_of(&nested.attributes, prior, config);
        !config.is_null() && parts_came_of(&prior, &config, &within)
    })
}

/// The same for nested objects, each matched by index or key; elements of sets have none, so that they must be the same.
fn parts_came_of(prior: &Value, config: &Value, came_of: &dyn Fn(&Value, &Value) -> bool) -> bool {
    if prior.is_null() || same(prior, config) {
        return true;
    }
    if config.is_null() || !config.is_known() {
        return false;
    }
    match prior.kind() {
        Kind::List(_, items) | Kind::Tuple(items) => {
            let mut all = items.iter().enumerate();
            all.all(|(at, prior)| element(config, at).is_some_and(|config| came_of(prior, config)))
        }
        Kind::Map(_, items) => {
            items.iter().all(|(key, prior)| config.get(key).is_some_and(|config| came_of(prior, config)))
        }
        Kind::Set(_, items) => {
            let wanted = config.as_items().unwrap_or_default();
            items.iter().all(|prior| wanted.iter().any(|config| came_of(prior, config)))
        }
        _ => came_of(prior, config),
    }
}

/// Matches nested objects and proposes each.
fn collection(
    nesting: Nesting,
    prior: &Value,
    config: &Value,
    object: &dyn Fn(&Value, &Value) -> Value,
    came_of: &dyn Fn(&Value, &Value) -> bool,
) -> Value {
    let absent = Value::null(Type::Dynamic);
    match (nesting, config.kind()) {
        (Nesting::Single | Nesting::Group, _) => object(prior, config),
        (_, Kind::List(ty, items)) => {
            let new = items.iter().enumerate();
            let new = new.map(|(at, item)| object(element(prior, at).unwrap_or(&absent), item));
            Value::list((**ty).clone(), new)
        }
        (_, Kind::Tuple(items)) => {
            let new = items.iter().enumerate();
            Value::tuple(new.map(|(at, item)| object(element(prior, at).unwrap_or(&absent), item)))
        }
        (_, Kind::Map(ty, items)) => {
            let new = items.iter();
            let new = new.map(|(key, item)| (key.clone(), object(prior.get(key).unwrap_or(&absent), item)));
            Value::map((**ty).clone(), new)
        }
        (_, Kind::Object(items)) => Value::object(
            items.iter().map(|(key, item)| (key.clone(), object(prior.get(key).unwrap_or(&absent), item))),
        ),
        (_, Kind::Set(ty, items)) => {
            let mut unused: Vec<&Value> = prior.as_items().unwrap_or_default().iter().collect();
            let new = items.iter().map(|item| {
                let found = unused.iter().position(|prior| came_of(prior, item));
                object(found.map_or(&absent, |at| unused.remove(at)), item)
            });
            Value::set((**ty).clone(), new)
        }
        _ => config.clone(),
    }
}
