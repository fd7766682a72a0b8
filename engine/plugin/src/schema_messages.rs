//! Messages of schemas. Versions 5 and 6 number the later fields of attributes differently, so each has
//! messages of its own; those of version 5 are turned into those of version 6 when they are read.

use prost::Message;

/// Declares the messages that differ only in the attributes inside them.
macro_rules! around_attributes {
    () => {
        #[derive(Clone, PartialEq, Message)]
        pub(crate) struct Schema {
            #[prost(int64, tag = "1")]
            pub version: i64,
            #[prost(message, optional, tag = "2")]
            pub block: Option<Block>,
        }

        #[derive(Clone, PartialEq, Message)]
        pub(crate) struct Block {
            #[prost(message, repeated, tag = "2")]
            pub attributes: Vec<Attribute>,
            #[prost(message, repeated, tag = "3")]
            pub block_types: Vec<NestedBlock>,
            #[prost(string, tag = "4")]
            pub description: String,
            #[prost(int32, tag = "5")]
            pub description_kind: i32,
            #[prost(bool, tag = "6")]
            pub deprecated: bool,
        }

        #[derive(Clone, PartialEq, Message)]
        pub(crate) struct NestedBlock {
            #[prost(string, tag = "1")]
            pub type_name: String,
            #[prost(message, optional, tag = "2")]
            pub block: Option<Block>,
            #[prost(int32, tag = "3")]
            pub nesting: i32,
            #[prost(int64, tag = "4")]
            pub min_items: i64,
            #[prost(int64, tag = "5")]
            pub max_items: i64,
        }
    };
}

/// Messages of version 5.
pub(crate) mod v5 {
    use prost::Message;

    around_attributes!();

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Attribute {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(bytes = "vec", tag = "2")]
        pub ty: Vec<u8>,
        #[prost(string, tag = "3")]
        pub description: String,
        #[prost(bool, tag = "4")]
        pub required: bool,
        #[prost(bool, tag = "5")]
        pub optional: bool,
        #[prost(bool, tag = "6")]
        pub computed: bool,
        #[prost(bool, tag = "7")]
        pub sensitive: bool,
        #[prost(int32, tag = "8")]
        pub description_kind: i32,
        #[prost(bool, tag = "9")]
        pub deprecated: bool,
        #[prost(bool, tag = "10")]
        pub write_only: bool,
    }
}

/// Messages of version 6.
pub(crate) mod v6 {
    use prost::Message;

    around_attributes!();

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Attribute {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(bytes = "vec", tag = "2")]
        pub ty: Vec<u8>,
        #[prost(string, tag = "3")]
        pub description: String,
        #[prost(bool, tag = "4")]
        pub required: bool,
        #[prost(bool, tag = "5")]
        pub optional: bool,
        #[prost(bool, tag = "6")]
        pub computed: bool,
        #[prost(bool, tag = "7")]
        pub sensitive: bool,
        #[prost(int32, tag = "8")]
        pub description_kind: i32,
        #[prost(bool, tag = "9")]
        pub deprecated: bool,
        #[prost(message, optional, tag = "10")]
        pub nested_type: Option<Object>,
        #[prost(bool, tag = "11")]
        pub write_only: bool,
    }

    #[derive(Clone, PartialEq, Message)]
    pub(crate) struct Object {
        #[prost(message, repeated, tag = "1")]
        pub attributes: Vec<Attribute>,
        #[prost(int32, tag = "3")]
        pub nesting: i32,
    }
}

impl From<v5::Schema> for v6::Schema {
    fn from(old: v5::Schema) -> Self {
        v6::Schema { version: old.version, block: old.block.map(Into::into) }
    }
}

impl From<v5::Block> for v6::Block {
    fn from(old: v5::Block) -> Self {
        v6::Block {
            attributes: old.attributes.into_iter().map(Into::into).collect(),
            block_types: old.block_types.into_iter().map(Into::into).collect(),
            description: old.description,
            description_kind: old.description_kind,
            deprecated: old.deprecated,
        }
    }
}

impl From<v5::NestedBlock> for v6::NestedBlock {
    fn from(old: v5::NestedBlock) -> Self {
        v6::NestedBlock {
            type_name: old.type_name,
            block: old.block.map(Into::into),
            nesting: old.nesting,
            min_items: old.min_items,
            max_items: old.max_items,
        }
    }
}

impl From<v5::Attribute> for v6::Attribute {
    fn from(old: v5::Attribute) -> Self {
        v6::Attribute {
            name: old.name,
            ty: old.ty,
            description: old.description,
            required: old.required,
            optional: old.optional,
            computed: old.computed,
            sensitive: old.sensitive,
            description_kind: old.description_kind,
            deprecated: old.deprecated,
            nested_type: None,
            write_only: old.write_only,
        }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct IdentitySchema {
    #[prost(int64, tag = "1")]
    pub version: i64,
    #[prost(message, repeated, tag = "2")]
    pub identity_attributes: Vec<IdentityAttribute>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct IdentityAttribute {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub ty: Vec<u8>,
    #[prost(bool, tag = "3")]
    pub required_for_import: bool,
    #[prost(bool, tag = "4")]
    pub optional_for_import: bool,
    #[prost(string, tag = "5")]
    pub description: String,
}

/// `GetResourceIdentitySchemas.Response`
#[derive(Clone, PartialEq, Message)]
pub(crate) struct IdentitySchemas {
    #[prost(btree_map = "string, message", tag = "1")]
    pub identity_schemas: std::collections::BTreeMap<String, IdentitySchema>,
    #[prost(message, repeated, tag = "2")]
    pub diagnostics: Vec<crate::messages::Diagnostic>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Function {
    #[prost(message, repeated, tag = "1")]
    pub parameters: Vec<Parameter>,
    #[prost(message, optional, tag = "2")]
    pub variadic_parameter: Option<Parameter>,
    #[prost(message, optional, tag = "3")]
    pub result: Option<Return>,
    #[prost(string, tag = "4")]
    pub summary: String,
    #[prost(string, tag = "5")]
    pub description: String,
    #[prost(string, tag = "7")]
    pub deprecation_message: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Parameter {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub ty: Vec<u8>,
    #[prost(bool, tag = "3")]
    pub allow_null_value: bool,
    #[prost(bool, tag = "4")]
    pub allow_unknown_values: bool,
    #[prost(string, tag = "5")]
    pub description: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Return {
    #[prost(bytes = "vec", tag = "1")]
    pub ty: Vec<u8>,
}
