//! What a provider says about its configuration, resources and data sources.
//!
//! Source: `tfplugin5.Schema` and `tfplugin6.Schema`.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::Type;

use crate::SchemaTable;

/// Everything that a provider offers.
#[derive(Clone, Debug, Default)]
pub struct ProviderSchema {
    /// The `provider` block.
    pub config: Schema,
    /// `provider_meta` blocks.
    pub meta: Option<Schema>,
    /// Managed resource types.
    pub resources: SchemaTable,
    /// Data sources.
    pub data_sources: SchemaTable,
    /// Ephemeral resource types.
    pub ephemeral: SchemaTable,
    /// Functions.
    pub functions: BTreeMap<Arc<str>, Function>,
    /// Identity of resource types that have one: version and attributes.
    pub identities: SchemaTable,
}

/// A versioned block.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Version that stored objects carry.
    pub version: u64,
    /// The attributes and nested blocks.
    pub block: Block,
}

/// Attributes and nested blocks of a block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Arguments and computed attributes.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
    /// Nested blocks.
    pub blocks: BTreeMap<Arc<str>, NestedBlock>,
    /// For documentation.
    pub description: String,
    /// Whether the description is Markdown.
    pub markdown: bool,
    /// Whether using it is discouraged.
    pub deprecated: bool,
}

/// Who sets an attribute and how it is treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Must be set in configuration.
    pub required: bool,
    /// May be set in configuration.
    pub optional: bool,
    /// May be set by the provider.
    pub computed: bool,
    /// Must not be shown.
    pub sensitive: bool,
    /// Never stored in plan or state.
    pub write_only: bool,
    /// Using it is discouraged.
    pub deprecated: bool,
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its type.
    pub ty: AttributeType,
    /// Who sets it.
    pub flags: Flags,
    /// For documentation.
    pub description: String,
    /// Whether the description is Markdown.
    pub markdown: bool,
}

/// Type of an attribute: plain, or an object described attribute by attribute (protocol 6).
#[derive(Clone, Debug)]
pub enum AttributeType {
    /// A type constraint.
    Plain(Type),
    /// Nested attributes.
    Nested(Box<NestedObject>),
}

/// Nested attributes of an attribute.
#[derive(Clone, Debug)]
pub struct NestedObject {
    /// How many there are and how they are kept.
    pub nesting: Nesting,
    /// The attributes of each.
    pub attributes: BTreeMap<Arc<str>, Attribute>,
}

/// How many nested objects there are and how they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// None or one.
    Single,
    /// Always one.
    Group,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By label.
    Map,
}

/// A nested block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// How many there are and how they are kept.
    pub nesting: Nesting,
    /// Its content.
    pub block: Block,
    /// Least number.
    pub min_items: u64,
    /// Greatest number; 0 for no limit.
    pub max_items: u64,
}

/// A function that a provider offers.
#[derive(Clone, Debug)]
pub struct Function {
    /// Parameters by position.
    pub parameters: Vec<Parameter>,
    /// Parameter that takes all further arguments.
    pub variadic: Option<Parameter>,
    /// Type of the result.
    pub result: Type,
    /// One line for documentation.
    pub summary: String,
    /// For documentation.
    pub description: String,
    /// Why it should no longer be used; empty where it may.
    pub deprecation: String,
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Name in messages.
    pub name: Arc<str>,
    /// Type that arguments are converted to.
    pub ty: Type,
    /// Whether null is passed on.
    pub allow_null: bool,
    /// Whether unknown values are passed on.
    pub allow_unknown: bool,
    /// For documentation.
    pub description: String,
}

impl Attribute {
    /// Type of the attribute's values.
    pub fn value_type(&self) -> Type {
        match &self.ty {
            AttributeType::Plain(ty) => ty.clone(),
            AttributeType::Nested(nested) => nested.value_type(),
        }
    }

    /// Whether it, or anything within, must not be stored.
    pub fn has_write_only(&self) -> bool {
        let within = || match &self.ty {
            AttributeType::Plain(_) => false,
            AttributeType::Nested(nested) => nested.attributes.values().any(Attribute::has_write_only),
        };
        self.flags.write_only || within()
    }
}

impl NestedObject {
    /// Type of the attribute's values.
    pub fn value_type(&self) -> Type {
        let object = Type::object(self.attributes.iter().map(|(name, at)| (name.clone(), at.value_type())));
        self.nesting.wrap(object)
    }
}

impl Nesting {
    /// Type of a collection of such objects.
    pub fn wrap(self, object: Type) -> Type {
        match self {
            Nesting::Single | Nesting::Group => object,
            // Elements whose types differ cannot stand in one list: such blocks are kept in tuples.
            Nesting::List if object.has_dynamic() => Type::Dynamic,
            Nesting::Map if object.has_dynamic() => Type::Dynamic,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
        }
    }
}

impl Block {
    /// Type of a value that conforms to this block.
    pub fn value_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, at)| (name.clone(), at.value_type()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, nested)| (name.clone(), nested.nesting.wrap(nested.block.value_type())));
        Type::object(attributes.chain(blocks))
    }

    /// Whether any attribute, at any depth, must not be stored.
    pub fn has_write_only(&self) -> bool {
        let within = |nested: &NestedBlock| nested.block.has_write_only();
        self.attributes.values().any(Attribute::has_write_only) || self.blocks.values().any(within)
    }
}
