//! Schema and rules joined into one tree per type.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_provider::{Block, Flags, Nesting, Schema};
use ordain_value::Type;
use serde_json::Value as Json;

use crate::rules::{Dialect, Rule};

/// Attributes and nested blocks by name.
pub type Fields = BTreeMap<Arc<str>, Node>;

/// An attribute or a nested block.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// What the schema says.
    pub flags: Flags,
    /// What the table of rules says.
    pub rule: Rule,
}

/// What stands at a node.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// An attribute of a type.
    Leaf(Type),
    /// Nested blocks, in a list or a set.
    Blocks {
        /// Whether they are a set.
        set: bool,
        /// Their content.
        fields: Fields,
        /// Type of one block's object.
        object: Type,
    },
    /// `timeouts`, which goes its own way.
    Timeouts(Type),
}

/// One resource type or data source.
#[derive(Clone, Debug)]
pub struct TypeTree {
    /// Name of the type.
    pub name: String,
    /// Version of the schema.
    pub version: u64,
    /// Its attributes and blocks.
    pub fields: Fields,
    /// Type of a whole object.
    pub object: Type,
    /// Names and texts of the default timeouts.
    pub timeouts: BTreeMap<String, String>,
    /// What named rules mean.
    pub dialect: &'static Dialect,
}

impl Node {
    /// Whether the provider may set it.
    pub fn is_computed(&self) -> bool {
        self.flags.computed || self.rule.computed
    }

    /// Type of the node's value.
    pub fn ty(&self) -> Type {
        match &self.kind {
            NodeKind::Leaf(ty) | NodeKind::Timeouts(ty) => ty.clone(),
            NodeKind::Blocks { set: true, object, .. } => Type::set(object.clone()),
            NodeKind::Blocks { object, .. } => Type::list(object.clone()),
        }
    }
}

impl TypeTree {
    /// Joins a schema with its entry in a table of rules.
    pub fn new(name: &str, schema: &Schema, entry: Option<&Json>, dialect: &'static Dialect) -> TypeTree {
        let empty = Json::Null;
        let entry = entry.unwrap_or(&empty);
        let rules = entry.get("attributes").unwrap_or(&empty);
        let timeouts = entry.get("timeouts").and_then(Json::as_object).into_iter().flatten();
        TypeTree {
            name: name.to_owned(),
            version: schema.version,
            fields: fields(&schema.block, rules, ""),
            object: schema.block.value_type(),
            timeouts: timeouts
                .filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned())))
                .collect(),
            dialect,
        }
    }
}

fn fields(block: &Block, rules: &Json, prefix: &str) -> Fields {
    let rule = |name: &str| {
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        let rule = rules.get(&path).map(Rule::read).unwrap_or_default();
        (path, rule)
    };
    let mut out = Fields::new();
    for (name, attribute) in &block.attributes {
        let kind = NodeKind::Leaf(attribute.value_type());
        out.insert(name.clone(), Node { kind, flags: attribute.flags, rule: rule(name).1 });
    }
    for (name, nested) in &block.blocks {
        let (path, rule) = rule(name);
        let kind = match nested.nesting {
            Nesting::List | Nesting::Set => NodeKind::Blocks {
                set: nested.nesting == Nesting::Set,
                fields: fields(&nested.block, rules, &path),
                object: nested.block.value_type(),
            },
            Nesting::Single | Nesting::Group | Nesting::Map => NodeKind::Timeouts(nested.block.value_type()),
        };
        let flags =
            Flags { required: nested.min_items > 0, optional: nested.min_items == 0, ..Flags::default() };
        out.insert(name.clone(), Node { kind, flags, rule });
    }
    out
}
