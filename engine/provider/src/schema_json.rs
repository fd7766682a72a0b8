//! Schemas in the form of `providers schema -json` (format 1.0), read and written.
//!
//! Native providers keep their schema as such a document, so that it stays word for word the one that
//! was recorded from the real provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::Type;
use serde_json::{Map, Value as Json, json};

use crate::{
    Attribute, AttributeType, Block, Flags, Function, NestedBlock, NestedObject, Nesting, Parameter,
    ProviderSchema, Schema, SchemaTable,
};

/// Reads one provider's entry of `provider_schemas`. The error names the place in the document.
pub fn from_json(document: &Json) -> Result<ProviderSchema, String> {
    Ok(ProviderSchema {
        config: schema_at(document, "provider")?.unwrap_or_default(),
        meta: schema_at(document, "provider_meta")?,
        resources: schemas(document, "resource_schemas")?,
        data_sources: schemas(document, "data_source_schemas")?,
        ephemeral: schemas(document, "ephemeral_resource_schemas")?,
        functions: BTreeMap::new(),
        identities: identities(document)?,
    })
}

fn schemas(document: &Json, key: &str) -> Result<SchemaTable, String> {
    let entries = document.get(key).and_then(Json::as_object).into_iter().flatten();
    entries.map(|(name, entry)| Ok((Arc::from(name.as_str()), Arc::new(schema(entry, name)?)))).collect()
}

fn schema_at(document: &Json, key: &str) -> Result<Option<Schema>, String> {
    document.get(key).map(|entry| schema(entry, key)).transpose()
}

fn schema(entry: &Json, at: &str) -> Result<Schema, String> {
    let version = entry.get("version").and_then(Json::as_u64).unwrap_or(0);
    let empty = json!({});
    Ok(Schema { version, block: block(entry.get("block").unwrap_or(&empty), at)? })
}

fn identities(document: &Json) -> Result<SchemaTable, String> {
    let entries = document.get("resource_identity_schemas").and_then(Json::as_object).into_iter().flatten();
    entries
        .map(|(name, entry)| {
            let mut block = Block::default();
            for (attribute, entry) in entry.get("attributes").and_then(Json::as_object).into_iter().flatten()
            {
                let ty = plain_type(entry, &format!("{name}.{attribute}"))?;
                let flags = Flags {
                    required: truth(entry, "required_for_import"),
                    optional: truth(entry, "optional_for_import"),
                    ..Flags::default()
                };
                let attribute_schema = Attribute {
                    ty: AttributeType::Plain(ty),
                    flags,
                    description: String::new(),
                    markdown: false,
                };
                block.attributes.insert(Arc::from(attribute.as_str()), attribute_schema);
            }
            let version = entry.get("version").and_then(Json::as_u64).unwrap_or(0);
            Ok((Arc::from(name.as_str()), Arc::new(Schema { version, block })))
        })
        .collect()
}

fn block(entry: &Json, at: &str) -> Result<Block, String> {
    let nested = entry.get("block_types").and_then(Json::as_object).into_iter().flatten();
    let blocks = nested
        .map(|(name, entry)| Ok((Arc::from(name.as_str()), nested_block(entry, &format!("{at}.{name}"))?)))
        .collect::<Result<_, String>>()?;
    let (description, markdown) = description(entry);
    Ok(Block {
        attributes: attributes(entry, at)?,
        blocks,
        description,
        markdown,
        deprecated: truth(entry, "deprecated"),
    })
}

fn nested_block(entry: &Json, at: &str) -> Result<NestedBlock, String> {
    let empty = json!({});
    Ok(NestedBlock {
        nesting: nesting(entry, at)?,
        block: block(entry.get("block").unwrap_or(&empty), at)?,
        min_items: entry.get("min_items").and_then(Json::as_u64).unwrap_or(0),
        max_items: entry.get("max_items").and_then(Json::as_u64).unwrap_or(0),
    })
}

fn attributes(entry: &Json, at: &str) -> Result<BTreeMap<Arc<str>, Attribute>, String> {
    let entries = entry.get("attributes").and_then(Json::as_object).into_iter().flatten();
    entries
        .map(|(name, entry)| {
            let at = format!("{at}.{name}");
            let ty = match entry.get("nested_type") {
                Some(nested) => AttributeType::Nested(Box::new(NestedObject {
                    nesting: nesting(nested, &at)?,
                    attributes: attributes(nested, &at)?,
                })),
                None => AttributeType::Plain(plain_type(entry, &at)?),
            };
            let flags = Flags {
                required: truth(entry, "required"),
                optional: truth(entry, "optional"),
                computed: truth(entry, "computed"),
                sensitive: truth(entry, "sensitive"),
                write_only: truth(entry, "write_only"),
                deprecated: truth(entry, "deprecated"),
            };
            let (description, markdown) = description(entry);
            Ok((Arc::from(name.as_str()), Attribute { ty, flags, description, markdown }))
        })
        .collect()
}

fn plain_type(entry: &Json, at: &str) -> Result<Type, String> {
    let constraint = entry.get("type").ok_or_else(|| format!("{at} has no type"))?;
    type_from_json(constraint).ok_or_else(|| format!("{at} has a type that is none: {constraint}"))
}

/// Reads a type constraint in JSON form, such as `["list", "string"]`.
pub fn type_from_json(constraint: &Json) -> Option<Type> {
    match constraint {
        Json::String(name) => match name.as_str() {
            "string" => Some(Type::String),
            "number" => Some(Type::Number),
            "bool" => Some(Type::Bool),
            "dynamic" => Some(Type::Dynamic),
            _ => None,
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), inner] => match kind.as_str() {
                "list" => Some(Type::list(type_from_json(inner)?)),
                "set" => Some(Type::set(type_from_json(inner)?)),
                "map" => Some(Type::map(type_from_json(inner)?)),
                "tuple" => {
                    let elements = inner.as_array()?.iter().map(type_from_json);
                    Some(Type::tuple(elements.collect::<Option<Vec<_>>>()?))
                }
                "object" => object_from_json(inner),
                _ => None,
            },
            [Json::String(kind), inner, Json::Array(_)] if kind == "object" => object_from_json(inner),
            _ => None,
        },
        _ => None,
    }
}

fn object_from_json(members: &Json) -> Option<Type> {
    let members = members.as_object()?.iter();
    let members = members.map(|(name, ty)| Some((name.as_str(), type_from_json(ty)?)));
    Some(Type::object(members.collect::<Option<Vec<_>>>()?))
}

fn nesting(entry: &Json, at: &str) -> Result<Nesting, String> {
    match entry.get("nesting_mode").and_then(Json::as_str) {
        Some("single") => Ok(Nesting::Single),
        Some("group") => Ok(Nesting::Group),
        Some("list") => Ok(Nesting::List),
        Some("set") => Ok(Nesting::Set),
        Some("map") => Ok(Nesting::Map),
        other => Err(format!("{at} has no nesting mode that is known: {other:?}")),
    }
}

fn truth(entry: &Json, key: &str) -> bool {
    entry.get(key).and_then(Json::as_bool).unwrap_or(false)
}

fn text(entry: &Json, key: &str) -> String {
    entry.get(key).and_then(Json::as_str).unwrap_or("").to_owned()
}

/// The description of an entry, and whether it is Markdown.
fn description(entry: &Json) -> (String, bool) {
    (text(entry, "description"), text(entry, "description_kind") == "markdown")
}

/// Writes one provider's entry of `provider_schemas`.
pub fn to_json(schema: &ProviderSchema) -> Json {
    let mut out = Map::new();
    out.insert("provider".into(), schema_to_json(&schema.config));
    let groups = [
        ("resource_schemas", &schema.resources),
        ("data_source_schemas", &schema.data_sources),
        ("ephemeral_resource_schemas", &schema.ephemeral),
    ];
    for (key, group) in groups {
        if !group.is_empty() {
            let entries = group.iter().map(|(name, schema)| (name.to_string(), schema_to_json(schema)));
            out.insert(key.into(), Json::Object(entries.collect()));
        }
    }
    if !schema.functions.is_empty() {
        let entries = schema.functions.iter();
        let entries = entries.map(|(name, function)| (name.to_string(), function_to_json(function)));
        out.insert("functions".into(), Json::Object(entries.collect()));
    }
    if !schema.identities.is_empty() {
        let entries = schema.identities.iter();
        let entries = entries.map(|(name, schema)| (name.to_string(), identity_to_json(schema)));
        out.insert("resource_identity_schemas".into(), Json::Object(entries.collect()));
    }
    Json::Object(out)
}

fn function_to_json(function: &Function) -> Json {
    let mut out = Map::new();
    texts(&mut out, &[("description", &function.description), ("summary", &function.summary)]);
    texts(&mut out, &[("deprecation_message", &function.deprecation)]);
    out.insert("return_type".into(), type_to_json(&function.result));
    if !function.parameters.is_empty() {
        out.insert("parameters".into(), function.parameters.iter().map(parameter_to_json).collect());
    }
    if let Some(parameter) = &function.variadic {
        out.insert("variadic_parameter".into(), parameter_to_json(parameter));
    }
    Json::Object(out)
}

fn parameter_to_json(parameter: &Parameter) -> Json {
    let mut out = Map::new();
    texts(&mut out, &[("name", &parameter.name), ("description", &parameter.description)]);
    flag(&mut out, "is_nullable", parameter.allow_null);
    out.insert("type".into(), type_to_json(&parameter.ty));
    Json::Object(out)
}

fn identity_to_json(schema: &Schema) -> Json {
    let attributes = schema.block.attributes.iter().map(|(name, attribute)| {
        let mut entry = Map::new();
        if let AttributeType::Plain(ty) = &attribute.ty {
            entry.insert("type".into(), type_to_json(ty));
        }
        texts(&mut entry, &[("description", &attribute.description)]);
        flag(&mut entry, "required_for_import", attribute.flags.required);
        flag(&mut entry, "optional_for_import", attribute.flags.optional);
        (name.to_string(), Json::Object(entry))
    });
    json!({ "version": schema.version, "attributes": attributes.collect::<Map<_, _>>() })
}

/// Puts texts that are not empty.
fn texts(entry: &mut Map<String, Json>, rows: &[(&str, &str)]) {
    for (key, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        entry.insert((*key).to_owned(), (*text).into());
    }
}

fn schema_to_json(schema: &Schema) -> Json {
    json!({ "version": schema.version, "block": block_to_json(&schema.block) })
}

fn block_to_json(block: &Block) -> Json {
    let mut out = Map::new();
    if !block.attributes.is_empty() {
        out.insert("attributes".into(), attributes_to_json(&block.attributes));
    }
    if !block.blocks.is_empty() {
        let blocks = block.blocks.iter().map(|(name, nested)| {
            let mut entry = Map::new();
            entry.insert("nesting_mode".into(), nesting_word(nested.nesting).into());
            entry.insert("block".into(), block_to_json(&nested.block));
            for (key, count) in [("min_items", nested.min_items), ("max_items", nested.max_items)] {
                if count > 0 {
                    entry.insert(key.into(), count.into());
                }
            }
            (name.to_string(), Json::Object(entry))
        });
        out.insert("block_types".into(), Json::Object(blocks.collect()));
    }
    describe(&mut out, &block.description, block.markdown);
    flag(&mut out, "deprecated", block.deprecated);
    Json::Object(out)
}

fn attributes_to_json(attributes: &BTreeMap<Arc<str>, Attribute>) -> Json {
    let entries = attributes.iter().map(|(name, attribute)| {
        let mut entry = Map::new();
        match &attribute.ty {
            AttributeType::Plain(ty) => entry.insert("type".into(), type_to_json(ty)),
            AttributeType::Nested(nested) => entry.insert(
                "nested_type".into(),
                json!({
                    "nesting_mode": nesting_word(nested.nesting),
                    "attributes": attributes_to_json(&nested.attributes),
                }),
            ),
        };
        describe(&mut entry, &attribute.description, attribute.markdown);
        let flags = attribute.flags;
        flag(&mut entry, "required", flags.required);
        flag(&mut entry, "optional", flags.optional);
        flag(&mut entry, "computed", flags.computed);
        flag(&mut entry, "sensitive", flags.sensitive);
        flag(&mut entry, "write_only", flags.write_only);
        flag(&mut entry, "deprecated", flags.deprecated);
        (name.to_string(), Json::Object(entry))
    });
    Json::Object(entries.collect())
}

fn describe(entry: &mut Map<String, Json>, description: &str, markdown: bool) {
    if !description.is_empty() {
        entry.insert("description".into(), description.into());
    }
    entry.insert("description_kind".into(), if markdown { "markdown" } else { "plain" }.into());
}

fn flag(entry: &mut Map<String, Json>, key: &str, value: bool) {
    if value {
        entry.insert(key.into(), true.into());
    }
}

fn nesting_word(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::Group => "group",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }
}

/// Writes a type constraint in JSON form.
pub fn type_to_json(ty: &Type) -> Json {
    match ty {
        Type::Dynamic => json!("dynamic"),
        Type::Bool => json!("bool"),
        Type::Number => json!("number"),
        Type::String => json!("string"),
        Type::List(element) => json!(["list", type_to_json(element)]),
        Type::Set(element) => json!(["set", type_to_json(element)]),
        Type::Map(element) => json!(["map", type_to_json(element)]),
        Type::Tuple(elements) => json!(["tuple", elements.iter().map(type_to_json).collect::<Vec<_>>()]),
        Type::Object(object) => {
            let members = object.attributes.iter();
            let members: Map<String, Json> =
                members.map(|(name, ty)| (name.to_string(), type_to_json(ty))).collect();
            json!(["object", members])
        }
    }
}

#[cfg(test)]
#[path = "schema_json_tests.rs"]
mod tests;
