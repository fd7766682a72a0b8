//! The `configuration` part of the JSON plan: what is written, without values.
//!
//! Source: the JSON output format of Terraform 1.11, as recorded. An expression is its value where it is
//! constant, else the references in it, each followed by its prefixes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr};
use ordain_config::blocks::{DependsOn, ModuleCall, Provisioner, Repetition, ResourceBlock};
use ordain_config::{Module, ModuleTree};
use ordain_lang::ast::{Body, BodySchema, Expr, Traversal, TraversalStep};
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
        out.collect_seq(written_resources(module).map(|block| resource_json(module, block, sources)))
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
        let address = module.provider_addr(local);
        let mut row = Map::new();
        row.insert("name".into(), local.into());
        row.insert("full_name".into(), address.to_string().into());
        let name = alias.map_or_else(|| local.to_owned(), |alias| format!("{local}.{alias}"));
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
            insert_some(&mut row, "expressions", body_json(body, &schema.config.block));
        }
        out.entry(key(&name)).or_insert(Json::Object(row));
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
    let resources = written_resources(module).map(|block| resource_json(module, block, sources));
    insert_some(&mut out, "resources", resources.collect());
    Json::Object(out)
}

/// What a module's document has beside `resources`.
fn besides_resources(module: &Module, sources: &Sources<'_>) -> BTreeMap<String, Json> {
    let mut out = Map::new();
    let outputs = module.outputs.iter().map(|(name, output)| {
        let mut row = Map::new();
        insert_some(&mut row, "sensitive", output.sensitive.into());
        row.insert("expression".into(), output.value.as_ref().map_or(json!({}), expression));
        insert_some(&mut row, "depends_on", depends_on(&output.depends_on));
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

fn resource_json(module: &Module, block: &ResourceBlock, sources: &Sources<'_>) -> Json {
    let resource = &block.resource;
    let mut row = Map::new();
    row.insert("address".into(), resource.to_string().into());
    row.insert("mode".into(), resource.mode.word().into());
    row.insert("type".into(), (&*resource.type_name).into());
    row.insert("name".into(), (&*resource.name).into());
    row.insert("provider_config_key".into(), sources.keys.of_resource(module, block).into());
    insert_some(&mut row, "provisioners", block.provisioners.iter().map(provisioner_json).collect());
    let schema = sources.schemas.get(&block.provider_addr).and_then(|schema| {
        let types = if resource.mode == Mode::Data { &schema.data_sources } else { &schema.resources };
        types.get(&resource.type_name)
    });
    if let Some(schema) = schema {
        insert_some(&mut row, "expressions", body_json(&block.body, &schema.block));
    }
    row.insert("schema_version".into(), schema.map_or(0, |schema| schema.version).into());
    repetition(&mut row, &block.repetition);
    insert_some(&mut row, "depends_on", depends_on(&block.depends_on));
    Json::Object(row)
}

fn provisioner_json(provisioner: &Provisioner) -> Json {
    let mut row = Map::new();
    row.insert("type".into(), (&*provisioner.kind).into());
    let (attributes, _) = provisioner.body.just_attributes();
    let arguments =
        attributes.iter().map(|attribute| (attribute.name.text.to_string(), expression(&attribute.expr)));
    insert_some(&mut row, "expressions", Json::Object(arguments.collect()));
    Json::Object(row)
}

fn call_json(call: &ModuleCall, sources: &Sources<'_>) -> Json {
    let mut row = Map::new();
    if let Some((source, _)) = &call.source {
        row.insert("source".into(), (&**source.text()).into());
    }
    let arguments =
        call.arguments.iter().map(|(name, argument)| (name.to_string(), expression(&argument.expr)));
    insert_some(&mut row, "expressions", Json::Object(arguments.collect()));
    repetition(&mut row, &call.repetition);
    if let Some(child) = &call.child {
        row.insert("module".into(), module_json(child, sources));
    }
    if let Some((version, _)) = &call.version {
        row.insert("version_constraint".into(), (&**version).into());
    }
    insert_some(&mut row, "depends_on", depends_on(&call.depends_on));
    Json::Object(row)
}

fn repetition(row: &mut Map<String, Json>, repetition: &Repetition) {
    match repetition {
        Repetition::Single => {}
        Repetition::Count(count) => insert_some(row, "count_expression", expression(count)),
        Repetition::ForEach(each) => insert_some(row, "for_each_expression", expression(each)),
        Repetition::Enabled(enabled) => insert_some(row, "enabled_expression", expression(enabled)),
    }
}

fn depends_on(entries: &[DependsOn]) -> Json {
    entries.iter().map(|entry| traversal_text(&entry.traversal, entry.traversal.steps().len())).collect()
}

/// Arguments and nested blocks of a body, as the schema has them.
fn body_json(body: &Body, schema: &Block) -> Json {
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
    let mut out: Map<String, Json> = content
        .attributes
        .iter()
        .map(|attribute| (attribute.name.text.to_string(), expression(&attribute.expr)))
        .collect();
    out.extend(as_blocks.iter().map(|one| (one.name.to_owned(), one.json())));
    for (name, nested) in &schema.blocks {
        let found: Vec<_> = content.blocks_of(name).collect();
        let inner = |block: &&ordain_lang::ast::Block| body_json(&block.body, &nested.block);
        let value = match nested.nesting {
            _ if found.is_empty() => continue,
            Nesting::Single | Nesting::Group => found.first().map(inner).unwrap_or_default(),
            Nesting::List | Nesting::Set => found.iter().map(inner).collect(),
            Nesting::Map => Json::Object(
                found
                    .iter()
                    .filter_map(|block| Some((block.labels.first()?.text.to_string(), inner(block))))
                    .collect(),
            ),
        };
        out.insert(name.to_string(), value);
    }
    Json::Object(out)
}

fn expression(expr: &Expr) -> Json {
    let texts = references(expr).iter().flat_map(with_prefixes).collect();
    expression_json(ordain_config::constant_in_effect(expr), texts)
}

fn expression_json(value: Option<Value>, references: Vec<String>) -> Json {
    let mut row = Map::new();
    if let Some(value) = value {
        row.insert("constant_value".into(), constant(&value));
    }
    if !references.is_empty() {
        row.insert("references".into(), references.into());
    }
    Json::Object(row)
}

fn constant(value: &Value) -> Json {
    let (value, _) = value.clone().unmark_deep();
    ordain_value::json::to_json(&value, &value.ty()).unwrap_or_default()
}

/// The reference and each of its prefixes, down to the object that it names.
fn with_prefixes(traversal: &Traversal) -> Vec<String> {
    let least = match &*traversal.root().text {
        "data" | "ephemeral" => 2,
        // What is in an instance of a module is under its key, `module.m[0].o`, `module.m[0]`; the instance itself is one
        // of all: `module.m[0]`, `module.m`.
        "module" if matches!(traversal.steps(), [_, TraversalStep::Index(_), _, ..]) => 2,
        "self" => 0,
        _ => 1,
    };
    let most = traversal.steps().len();
    if most <= least {
        return vec![traversal_text(traversal, most)];
    }
    // What stands under these names is one thing: nothing is to be had by shortening or lengthening it.
    if matches!(&*traversal.root().text, "count" | "path" | "terraform") {
        return vec![traversal_text(traversal, 1)];
    }
    (least..=most).rev().map(|length| traversal_text(traversal, length)).collect()
}

fn traversal_text(traversal: &Traversal, steps: usize) -> String {
    let mut out = traversal.root().text.to_string();
    for step in traversal.steps().iter().take(steps) {
        match step {
            TraversalStep::Attr(name) => {
                out.push('.');
                out.push_str(&name.text);
            }
            TraversalStep::Index(step) => match step.key.kind() {
                Kind::String(text) => out.push_str(&format!("[{}]", ordain_addr::quote(text))),
                Kind::Number(number) => out.push_str(&format!("[{number}]")),
                _ => {}
            },
        }
    }
    out
}
