//! Messages of schemas. Versions 5 and 6 number the last fields of attributes differently; a schema is read with
//! the messages of its version, and those of version 5 are turned into those of version 6.

use prost::Message;

/// Declares the messages of a version, with the fields of attributes that are its own.
macro_rules! messages_of_schemas {
    ($($own:tt)*) => {
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
            $($own)*
        }
    };
}

/// Messages of version 5.
pub(crate) mod v5 {
    use prost::Message;

    messages_of_schemas! {
        #[prost(bool, tag = "10")]
        pub write_only: bool,
    }
}

/// Messages of version 6.
pub(crate) mod v6 {
    use prost::Message;

    messages_of_schemas! {
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

/// Declares how messages of version 5 become those of version 6: fields that stay as they are, optional and
/// repeated messages, and what version 5 does not have.
macro_rules! turned {
    ($($name:ident [$($same:ident)*] [$($optional:ident)*] [$($repeated:ident)*] { $($new:tt)* })*) => {$(
        impl From<v5::$name> for v6::$name {
            fn from(old: v5::$name) -> Self {
                Self {
                    $($same: old.$same,)*
                    $($optional: old.$optional.map(Into::into),)*
                    $($repeated: old.$repeated.into_iter().map(Into::into).collect(),)*
                    $($new)*
                }
            }
        }
    )*};
}

turned! {
    Schema [version] [block] [] {}
    Block [description description_kind deprecated] [] [attributes block_types] {}
    NestedBlock [type_name nesting min_items max_items] [block] [] {}
    Attribute [name ty description required optional computed sensitive description_kind deprecated write_only]
        [] [] { nested_type: None }
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
