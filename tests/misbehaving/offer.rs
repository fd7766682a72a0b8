//! What the provider offers.

use std::collections::BTreeMap;

use ordain_value::Type;
use prost::Message;

use crate::messages::{Diagnostic, ServerCapabilities};
use crate::schema_messages::v6::{Attribute, Block, NestedBlock, Schema};
use crate::schema_messages::{
    Function, IdentityAttribute, IdentitySchema, IdentitySchemas, Parameter, Return,
};

/// `GetProviderSchema.Response`
#[derive(Clone, PartialEq, Message)]
pub struct Reply {
    #[prost(message, optional, tag = "1")]
    provider: Option<Schema>,
    #[prost(btree_map = "string, message", tag = "2")]
    resource_schemas: BTreeMap<String, Schema>,
    #[prost(btree_map = "string, message", tag = "3")]
    data_source_schemas: BTreeMap<String, Schema>,
    #[prost(message, repeated, tag = "4")]
    diagnostics: Vec<Diagnostic>,
    #[prost(message, optional, tag = "5")]
    provider_meta: Option<Schema>,
    #[prost(message, optional, tag = "6")]
    server_capabilities: Option<ServerCapabilities>,
    #[prost(btree_map = "string, message", tag = "7")]
    functions: BTreeMap<String, Function>,
    #[prost(btree_map = "string, message", tag = "8")]
    ephemeral_resource_schemas: BTreeMap<String, Schema>,
}

/// Who sets an attribute: letters of `r`equired, `o`ptional, `c`omputed, `w`rite-only.
pub fn attribute(name: &str, ty: &str, who: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        ty: format!("{ty:?}").into_bytes(),
        required: who.contains('r'),
        optional: who.contains('o'),
        computed: who.contains('c'),
        write_only: who.contains('w'),
        ..Attribute::default()
    }
}

fn schema(version: i64, attributes: Vec<Attribute>, block_types: Vec<NestedBlock>) -> Schema {
    Schema { version, block: Some(Block { attributes, block_types, ..Block::default() }) }
}

/// Type of `misbehaving_thing`.
pub fn thing() -> Type {
    let part = Type::object([("key", Type::String), ("made", Type::String)]);
    Type::object([
        ("id", Type::String),
        ("mode", Type::String),
        ("name", Type::String),
        ("part", Type::list(part)),
        ("size", Type::Number),
        ("token", Type::String),
    ])
}

/// Type of the data source and of the ephemeral resource.
pub fn answer() -> Type {
    Type::object([("mode", Type::String), ("question", Type::String), ("answer", Type::String)])
}

/// Type of what modules say about themselves.
pub fn meta() -> Type {
    Type::object([("module", Type::String)])
}

/// Type of an identity.
pub fn identity() -> Type {
    Type::object([("name", Type::String)])
}

/// All schemas.
pub fn reply() -> Reply {
    let part = NestedBlock {
        type_name: "part".to_owned(),
        block: schema(0, vec![attribute("key", "string", "r"), attribute("made", "string", "c")], vec![])
            .block,
        nesting: 2,
        ..NestedBlock::default()
    };
    let mut thing = vec![attribute("id", "string", "c"), attribute("mode", "string", "o")];
    thing.extend([attribute("name", "string", "r"), attribute("size", "number", "oc")]);
    thing.push(attribute("token", "string", "ow"));
    let mut answer = vec![attribute("mode", "string", "o"), attribute("question", "string", "o")];
    answer.push(attribute("answer", "string", "c"));
    let answer = schema(0, answer, vec![]);
    let text = || b"\"string\"".to_vec();
    let function = Function {
        parameters: vec![Parameter { name: "text".to_owned(), ty: text(), ..Parameter::default() }],
        result: Some(Return { ty: text() }),
        ..Function::default()
    };
    let table = |name: &str, schema: Schema| BTreeMap::from([(name.to_owned(), schema)]);
    Reply {
        provider: Some(schema(0, vec![attribute("greeting", "string", "o")], vec![])),
        resource_schemas: BTreeMap::from([
            ("misbehaving_thing".to_owned(), schema(1, thing, vec![part])),
            (crate::vault::NAME.to_owned(), crate::vault::schema()),
        ]),
        data_source_schemas: table("misbehaving_answer", answer.clone()),
        diagnostics: vec![],
        provider_meta: Some(schema(0, vec![attribute("module", "string", "o")], vec![])),
        server_capabilities: Some(ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: false,
        }),
        functions: BTreeMap::from([("shout".to_owned(), function)]),
        ephemeral_resource_schemas: table("misbehaving_answer", answer),
    }
}

/// All identity schemas.
pub fn identities() -> IdentitySchemas {
    let name = IdentityAttribute {
        name: "name".to_owned(),
        ty: b"\"string\"".to_vec(),
        required_for_import: true,
        ..IdentityAttribute::default()
    };
    let schema = IdentitySchema { version: 1, identity_attributes: vec![name] };
    IdentitySchemas {
        identity_schemas: BTreeMap::from([("misbehaving_thing".to_owned(), schema)]),
        diagnostics: vec![],
    }
}
