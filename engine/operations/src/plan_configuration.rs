//! The `configuration` part of the JSON plan: what is written, without values.
//!
//! Source: the JSON output format of Terraform 1.11, as recorded. An expression is its value where it is
//! constant, else the references in it, each followed by its prefixes.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr};
use ordain_config::blocks::{DependsOn, ModuleCall, Provisioner, Repetition, ResourceBlock};
use ordain_config::{Module, ModuleTree};
use ordain_lang::ast::{self, Attribute, Body, BodySchema, Expr, Traversal, TraversalStep};
use ordain_lang::refs::references;
use ordain_plan::json::Configuration;
use ordain_provider::{Block, Nesting, ProviderSchema};
use ordain_value::{Kind, Value};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use crate::provider_keys::ProviderKeys;

mod as_blocks;

use as_blocks::AsBlocks;

/// Schemas by source address.
pub type SchemasByAddress = BTreeMap<ProviderAddr, Arc<ProviderSchema>>;

/// The document.
pub fn configuration(tree: &ModuleTree, schemas: &SchemasByAddress) -> Configuration {
    let sources = &Sources { schemas, keys: ProviderKeys::of(tree) };
    let mut providers = Map::new();
    for module in tree.modules() {
        provider_configs(module, sources, &mut providers);
    }
    Configuration::of(&Document { provider_config: providers, root_module: Root(&tree.root, sources) })
}

/// What bodies and references to providers are read with.
struct Sources<'a> {
    schemas: &'a SchemasByAddress,
    keys: ProviderKeys<'a>,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(skip_serializing_if = "Map::is_empty")]
    provider_config: Map<String, Json>,
    root_module: Root<'a>,
}

/// The root module, whose resources are put into JSON one by one while they are written.
struct Root<'a>(&'a Module, &'a Sources<'a>);

impl Serialize for Root<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Root(module, sources) = *self;
        let mut rest = besides_resources(module, sources);
        // Members stand in the order of their names.
        let after = rest.split_off("resources");
        let mut out = out.serialize_map(None)?;
        for (name, value) in &rest {
            out.serialize_entry(name, value)?;
        }
        if written_resources(module).next().is_some() {
            out.serialize_entry("resources", &Resources(module, sources))?;
        }
        for (name, value) in &after {
            out.serialize_entry(name, value)?;
        }
        out.end()
    }
}

struct Resources<'a>(&'a Module, &'a Sources<'a>);

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Resources(module, sources) = *self;
        out.collect_seq(written_resources(module).map(|block| Resource(module, block, sources)))
    }
}

fn written_resources(module: &Module) -> impl Iterator<Item = &Arc<ResourceBlock>> {
    module.resources.values().filter(|block| block.resource.mode != Mode::Ephemeral)
}

fn provider_configs(module: &Module, sources: &Sources<'_>, out: &mut Map<String, Json>) {
    let path = module.path.to_string();
    let key = |local: &str| if path.is_empty() { local.to_owned() } else { format!("{path}:{local}") };
    let constraint = |local: &str| {
        let required = module.settings.required_providers.get(local)?;
        required.version.as_ref().map(|version| {
            let canonical = ordain_install::Constraints::parse(&version.text);
            canonical.map_or_else(|_| version.text.to_string(), |constraints| constraints.to_string())
        })
    };
    let mut entry = |local: &str, alias: Option<&str>, body: Option<&Body>| {
        let name = key(&alias.map_or_else(|| local.to_owned(), |alias| format!("{local}.{alias}")));
        // Most resources have the provider of the one before.
        if out.contains_key(&name) {
            return;
        }
        let address = module.provider_addr(local);
        let mut row = Map::new();
        row.insert("name".into(), local.into());
        row.insert("full_name".into(), address.to_string().into());
        if let Some(alias) = alias {
            row.insert("alias".into(), alias.into());
        }
        if let Some(constraint) = constraint(local) {
            row.insert("version_constraint".into(), constraint.into());
        }
        if !path.is_empty() {
            row.insert("module_address".into(), path.clone().into());
        }
        if let (Some(body), Some(schema)) = (body, sources.schemas.get(&address)) {
            insert_some(&mut row, "expressions", json_of(&parts(body, &schema.config.block)));
        }
        out.insert(name, Json::Object(row));
    };
    for ((local, alias), block) in &module.providers {
        entry(local, alias.as_deref(), Some(&block.body));
    }
    for local in sources.keys.asked_for_first(module) {
        entry(&local, None, None);
    }
    if module.path.is_root() {
        for block in module.resources.values().filter(|block| block.provider.is_none()) {
            entry(block.provider_name(), None, None);
        }
        for local in module.settings.required_providers.keys() {
            entry(local, None, None);
        }
        for import in &module.refactoring.imports {
            match &import.provider {
                Some((provider, _)) => {
                    entry(&provider.name.text, provider.alias.as_ref().map(|alias| &*alias.text), None)
                }
                None => entry(import.target.resource.implied_provider(), None, None),
            }
        }
    }
}

fn insert_some(row: &mut Map<String, Json>, key: &str, value: Json) {
    let empty = match &value {
        Json::Null => true,
        Json::Object(members) => members.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::String(text) => text.is_empty(),
        Json::Bool(value) => !value,
        Json::Number(_) => false,
    };
    if !empty {
        row.insert(key.to_owned(), value);
    }
}

fn module_json(module: &Module, sources: &Sources<'_>) -> Json {
    let mut out: Map<String, Json> = besides_resources(module, sources).into_iter().collect();
    let resources = written_resources(module).map(|block| json_of(&Resource(module, block, sources)));
    insert_some(&mut out, "resources", resources.collect());
    Json::Object(out)
}

/// What a module's document has beside `resources`.
fn besides_resources(module: &Module, sources: &Sources<'_>) -> BTreeMap<String, Json> {
    let mut out = Map::new();
    let outputs = module.outputs.iter().map(|(name, output)| {
        let mut row = Map::new();
        insert_some(&mut row, "sensitive", output.sensitive.into());
        row.insert("expression".into(), output.value.as_ref().map_or(json!({}), expression_json));
        insert_some(&mut row, "depends_on", json_of(&Awaited(&output.depends_on)));
        insert_some(&mut row, "description", output.description.as_deref().unwrap_or("").into());
        insert_some(&mut row, "deprecated", output.deprecated.as_deref().unwrap_or("").into());
        (name.to_string(), Json::Object(row))
    });
    insert_some(&mut out, "outputs", Json::Object(outputs.collect()));
    let calls = module.calls.iter().map(|(name, call)| (name.to_string(), call_json(call, sources)));
    insert_some(&mut out, "module_calls", Json::Object(calls.collect()));
    let variables = module.variables.iter().map(|(name, variable)| {
        let mut row = Map::new();
        if let Some(default) = &variable.default {
            row.insert("default".into(), constant(default));
        }
        insert_some(&mut row, "description", variable.description.as_deref().unwrap_or("").into());
        insert_some(&mut row, "sensitive", variable.sensitive.into());
        insert_some(&mut row, "deprecated", variable.deprecated.as_deref().unwrap_or("").into());
        (name.to_string(), Json::Object(row))
    });
    insert_some(&mut out, "variables", Json::Object(variables.collect()));
    out.into_iter().collect()
}

/// A resource's document, whose members stand in the order of their names.
struct Resource<'a>(&'a Module, &'a ResourceBlock, &'a Sources<'a>);

impl Serialize for Resource<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Resource(module, block, sources) = *self;
        let resource = &block.resource;
        let schema = sources.schemas.get(&block.provider_addr).and_then(|schema| {
            let types = if resource.mode == Mode::Data { &schema.data_sources } else { &schema.resources };
            types.get(&resource.type_name)
        });
        let arguments = schema.map(|schema| parts(&block.body, &schema.block)).unwrap_or_default();
        let repeated = repetition(&block.repetition);
        let repeated = |named: &str| repeated.as_ref().filter(|(name, _)| *name == named).map(|(_, by)| by);
        let awaited = Some(Awaited(&block.depends_on)).filter(|_| !block.depends_on.is_empty());
        let mut out = out.serialize_map(None)?;
        out.serialize_entry("address", &Text(resource))?;
        add_some(&mut out, COUNT, repeated(COUNT))?;
        add_some(&mut out, "depends_on", awaited.as_ref())?;
        add_some(&mut out, ENABLED, repeated(ENABLED))?;
        add_some(&mut out, "expressions", Some(&arguments).filter(|parts| !parts.0.is_empty()))?;
        add_some(&mut out, FOR_EACH, repeated(FOR_EACH))?;
        out.serialize_entry("mode", resource.mode.word())?;
        out.serialize_entry("name", &*resource.name)?;
        out.serialize_entry("provider_config_key", &sources.keys.of_resource(module, block))?;
        let provisioners: Vec<Json> = block.provisioners.iter().map(provisioner_json).collect();
        add_some(&mut out, "provisioners", Some(&provisioners).filter(|all| !all.is_empty()))?;
        out.serialize_entry("schema_version", &schema.map_or(0, |schema| schema.version))?;
        out.serialize_entry("type", &*resource.type_name)?;
        out.end()
    }
}

fn add_some<M: SerializeMap>(
    out: &mut M,
    name: &'static str,
    value: Option<&impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| out.serialize_entry(name, value))
}

/// What is written as its text.
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

fn provisioner_json(provisioner: &Provisioner) -> Json {
    let mut row = Map::new();
    row.insert("type".into(), (&*provisioner.kind).into());
    let (attributes, _) = provisioner.body.just_attributes();
    let arguments = attributes
        .iter()
        .map(|attribute| (attribute.name.text.to_string(), expression_json(&attribute.expr)));
    insert_some(&mut row, "expressions", Json::Object(arguments.collect()));
    Json::Object(row)
}

fn call_json(call: &ModuleCall, sources: &Sources<'_>) -> Json {
    let mut row = Map::new();
    if let Some((source, _)) = &call.source {
        row.insert("source".into(), (&**source.text()).into());
    }
    let arguments =
        call.arguments.iter().map(|(name, argument)| (name.to_string(), expression_json(&argument.expr)));
    insert_some(&mut row, "expressions", Json::Object(arguments.collect()));
    if let Some((name, by)) = repetition(&call.repetition) {
        row.insert(name.to_owned(), json_of(&by));
    }
    if let Some(child) = &call.child {
        row.insert("module".into(), module_json(child, sources));
    }
    if let Some((version, _)) = &call.version {
        row.insert("version_constraint".into(), (&**version).into());
    }
    insert_some(&mut row, "depends_on", json_of(&Awaited(&call.depends_on)));
    Json::Object(row)
}

const COUNT: &str = "count_expression";
const ENABLED: &str = "enabled_expression";
const FOR_EACH: &str = "for_each_expression";

/// What says how often a block is there, under its name in the document; nothing where there is nothing to say of it.
fn repetition(repetition: &Repetition) -> Option<(&'static str, Expression)> {
    let (name, expr) = match repetition {
        Repetition::Single => return None,
        Repetition::Count(count) => (COUNT, count),
        Repetition::ForEach(each) => (FOR_EACH, each),
        Repetition::Enabled(enabled) => (ENABLED, enabled),
    };
    Some((name, Expression::of(expr))).filter(|(_, by)| by.value.is_some() || !by.names.is_empty())
}

/// What a block waits for by `depends_on`.
struct Awaited<'a>(&'a [DependsOn]);

impl Serialize for Awaited<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let whole = |entry: &'_ DependsOn| entry.traversal.steps().len();
        out.collect_seq(self.0.iter().map(|entry| Text(Named(&entry.traversal, whole(entry)))))
    }
}

/// Arguments and nested blocks of a body, by name.
#[derive(Default)]
struct Parts(BTreeMap<ast::Text, Part>);

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.0.iter().map(|(name, part)| (name.as_str(), part)))
    }
}

/// What stands in a body under a name.
#[derive(Serialize)]
#[serde(untagged)]
enum Part {
    Argument(Expression),
    Block(Parts),
    Blocks(Vec<Parts>),
    Labelled(Parts),
}

/// What a body has of its schema.
fn parts(body: &Body, schema: &Block) -> Parts {
    let argument = |found: &Attribute| (found.name.text.clone(), Part::Argument(Expression::of(&found.expr)));
    // Most bodies have no blocks.
    if let Body::Native(native) = body
        && native.blocks.is_empty()
    {
        let known =
            native.attributes.iter().filter(|found| schema.attributes.contains_key(&*found.name.text));
        return Parts(known.map(argument).collect());
    }
    let as_blocks: Vec<_> = schema
        .attributes
        .iter()
        .filter_map(|(name, attribute)| AsBlocks::of(body, name, attribute))
        .collect();
    let is_argument = |name: &&Arc<str>| !as_blocks.iter().any(|one| one.name == &***name);
    let attributes: Vec<(&str, bool)> =
        schema.attributes.keys().filter(is_argument).map(|name| (&**name, false)).collect();
    let blocks: Vec<(&str, &[&'static str])> = schema
        .blocks
        .iter()
        .map(|(name, nested)| (&**name, if nested.nesting == Nesting::Map { &["key"][..] } else { &[][..] }))
        .collect();
    let (content, _, _) = body.partial_content(&BodySchema::new(&attributes, &blocks));
    let mut out: BTreeMap<ast::Text, Part> = content.attributes.iter().map(argument).collect();
    out.extend(as_blocks.iter().map(|one| (one.name.into(), Part::Argument(one.expression()))));
    for (name, nested) in &schema.blocks {
        let found: Vec<_> = content.blocks_of(name).collect();
        let inner = |block: &&ast::Block| parts(&block.body, &nested.block);
        let part = match (nested.nesting, found.first()) {
            (_, None) => continue,
            (Nesting::Single | Nesting::Group, Some(first)) => Part::Block(inner(first)),
            (Nesting::List | Nesting::Set, _) => Part::Blocks(found.iter().map(inner).collect()),
            (Nesting::Map, _) => {
                let labelled = |block: &&ast::Block| {
                    Some((block.labels.first()?.text.clone(), Part::Block(inner(block))))
                };
                Part::Labelled(Parts(found.iter().filter_map(labelled).collect()))
            }
        };
        out.insert(name.clone().into(), part);
    }
    Parts(out)
}

/// An expression: its value where it is constant, and what it names.
struct Expression {
    value: Option<Value>,
    names: Vec<Traversal>,
}

impl Expression {
    fn of(expr: &Expr) -> Self {
        Self { value: ordain_config::constant_in_effect(expr), names: references(expr) }
    }
}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut out = out.serialize_map(None)?;
        if let Some(value) = &self.value {
            out.serialize_entry("constant_value", &constant(value))?;
        }
        if !self.names.is_empty() {
            out.serialize_entry("references", &References(&self.names))?;
        }
        out.end()
    }
}

/// References, each followed by its prefixes.
struct References<'a>(&'a [Traversal]);

impl Serialize for References<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().flat_map(with_prefixes))
    }
}

fn expression_json(expr: &Expr) -> Json {
    json_of(&Expression::of(expr))
}

fn json_of(part: &impl Serialize) -> Json {
    serde_json::to_value(part).unwrap_or_default()
}

fn constant(value: &Value) -> Json {
    let (value, _) = value.clone().unmark_deep();
    ordain_value::json::to_json(&value, &value.ty()).unwrap_or_default()
}

/// The reference and each of its prefixes, down to the object that it names.
fn with_prefixes(traversal: &Traversal) -> impl Iterator<Item = Text<Named<'_>>> {
    let least = match &*traversal.root().text {
        "data" | "ephemeral" => 2,
        // What is in an instance of a module is under its key, `module.m[0].o`, `module.m[0]`; the instance itself is one
        // of all: `module.m[0]`, `module.m`.
        "module" if matches!(traversal.steps(), [_, TraversalStep::Index(_), _, ..]) => 2,
        "self" => 0,
        _ => 1,
    };
    let most = traversal.steps().len();
    let lengths = if most <= least {
        most..=most
    } else if matches!(&*traversal.root().text, "count" | "path" | "terraform") {
        // What stands under these names is one thing: nothing is to be had by shortening or lengthening it.
        1..=1
    } else {
        least..=most
    };
    lengths.rev().map(move |length| Text(Named(traversal, length)))
}

/// A name with so many of its steps.
struct Named<'a>(&'a Traversal, usize);

impl Display for Named<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Named(traversal, steps) = *self;
        out.write_str(&traversal.root().text)?;
        for step in traversal.steps().iter().take(steps) {
            match step {
                TraversalStep::Attr(name) => {
                    [".", &name.text].iter().try_for_each(|part| out.write_str(part))?
                }
                TraversalStep::Index(step) => match step.key.kind() {
                    Kind::String(text) => write!(out, "[{}]", ordain_addr::quote(text))?,
                    Kind::Number(number) => write!(out, "[{number}]")?,
                    _ => {}
                },
            }
        }
        Ok(())
    }
}
