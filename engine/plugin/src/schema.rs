//! Schemas as the engine knows them, from the messages of the protocol.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use ordain_provider::{
    Attribute, AttributeType, Block, Flags, Function, NestedBlock, NestedObject, Nesting, Parameter, Schema,
};
use ordain_value::Type;
use ordain_value::json::type_from_json;
use prost::Message;

use crate::handshake::Protocol;
use crate::schema_messages::{self as wire, v5, v6};

/// The kind of description that is not plain text.
const MARKDOWN: i32 = 1;

/// Why a schema is of no use; a clause that names the place.
type Wrong = String;

/// Reads the bytes of one schema.
pub(crate) fn read(bytes: Bytes, protocol: Protocol) -> Result<v6::Schema, Wrong> {
    let schema = match protocol {
        Protocol::V5 => v5::Schema::decode(bytes).map(Into::into),
        Protocol::V6 => v6::Schema::decode(bytes),
    };
    schema.map_err(|error| error.to_string())
}

/// A schema of the engine.
pub(crate) fn schema(wire: v6::Schema) -> Result<Schema, Wrong> {
    let version = u64::try_from(wire.version).map_err(|_| "its version is negative".to_owned())?;
    Ok(Schema { version, block: block(wire.block.unwrap_or_default())? })
}

fn block(wire: v6::Block) -> Result<Block, Wrong> {
    let mut blocks = BTreeMap::new();
    for nested in wire.block_types {
        let name: Arc<str> = Arc::from(nested.type_name.as_str());
        let nested = nested_block(nested).map_err(inside(&name))?;
        blocks.insert(name, nested);
    }
    Ok(Block {
        attributes: attributes(wire.attributes)?,
        blocks,
        description: wire.description,
        markdown: wire.description_kind == MARKDOWN,
        deprecated: wire.deprecated,
    })
}

fn nested_block(wire: v6::NestedBlock) -> Result<NestedBlock, Wrong> {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(NestedBlock {
        nesting: nesting(wire.nesting)?,
        block: block(wire.block.unwrap_or_default())?,
        min_items: count(wire.min_items),
        max_items: count(wire.max_items),
    })
}

fn attributes(wire: Vec<v6::Attribute>) -> Result<BTreeMap<Arc<str>, Attribute>, Wrong> {
    let each = wire.into_iter().map(|attribute| {
        let name: Arc<str> = Arc::from(attribute.name.as_str());
        let attribute = one_attribute(attribute).map_err(inside(&name))?;
        Ok((name, attribute))
    });
    each.collect()
}

fn one_attribute(wire: v6::Attribute) -> Result<Attribute, Wrong> {
    let ty = match wire.nested_type {
        Some(nested) => AttributeType::Nested(Box::new(NestedObject {
            nesting: nesting(nested.nesting)?,
            attributes: attributes(nested.attributes)?,
        })),
        None => AttributeType::Plain(type_of(&wire.ty)?),
    };
    let flags = Flags {
        required: wire.required,
        optional: wire.optional,
        computed: wire.computed,
        sensitive: wire.sensitive,
        write_only: wire.write_only,
        deprecated: wire.deprecated,
    };
    let markdown = wire.description_kind == MARKDOWN;
    Ok(Attribute { ty, flags, description: wire.description, markdown })
}

fn nesting(number: i32) -> Result<Nesting, Wrong> {
    match number {
        1 => Ok(Nesting::Single),
        2 => Ok(Nesting::List),
        3 => Ok(Nesting::Set),
        4 => Ok(Nesting::Map),
        5 => Ok(Nesting::Group),
        other => Err(format!("it has the unknown nesting mode {other}")),
    }
}

fn type_of(text: &[u8]) -> Result<Type, Wrong> {
    let json = serde_json::from_slice(text).ok();
    json.as_ref().and_then(type_from_json).ok_or_else(|| {
        format!("it has a type that is none: {}", String::from_utf8_lossy(text.get(..200).unwrap_or(text)))
    })
}

fn inside(name: &str) -> impl FnOnce(Wrong) -> Wrong + '_ {
    move |wrong| format!("{name}: {wrong}")
}

/// The schema of an identity. Its attributes are those of an import: required or optional.
pub(crate) fn identity(wire: wire::IdentitySchema) -> Result<Schema, Wrong> {
    let version = u64::try_from(wire.version).map_err(|_| "its version is negative".to_owned())?;
    let mut attributes = BTreeMap::new();
    for attribute in wire.identity_attributes {
        let ty = AttributeType::Plain(type_of(&attribute.ty).map_err(inside(&attribute.name))?);
        let flags = Flags {
            required: attribute.required_for_import,
            optional: attribute.optional_for_import,
            ..Flags::default()
        };
        let name = Arc::from(attribute.name.as_str());
        let description = attribute.description;
        attributes.insert(name, Attribute { ty, flags, description, markdown: false });
    }
    Ok(Schema { version, block: Block { attributes, ..Block::default() } })
}

/// A function.
pub(crate) fn function(wire: wire::Function) -> Result<Function, Wrong> {
    let parameters = wire.parameters.into_iter().map(parameter).collect::<Result<_, _>>()?;
    Ok(Function {
        parameters,
        variadic: wire.variadic_parameter.map(parameter).transpose()?,
        result: type_of(&wire.result.unwrap_or_default().ty)?,
        summary: wire.summary,
        description: wire.description,
        deprecation: wire.deprecation_message,
    })
}

fn parameter(wire: wire::Parameter) -> Result<Parameter, Wrong> {
    Ok(Parameter {
        ty: type_of(&wire.ty).map_err(inside(&wire.name))?,
        name: Arc::from(wire.name),
        allow_null: wire.allow_null_value,
        allow_unknown: wire.allow_unknown_values,
        description: wire.description,
    })
}
