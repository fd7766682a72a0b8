//! Sensitive attributes of a schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_provider::{Attribute, AttributeType, Block, NestedObject, Nesting};
use ordain_value::{Kind, Marks, Type, Value};

/// Which parts of a block's values are sensitive.
pub(crate) fn sensitive_parts(block: &Block) -> SensitiveParts {
    let attributes = block.attributes.iter().map(|(name, at)| (name.clone(), of_attribute(at)));
    let blocks = block
        .blocks
        .iter()
        .map(|(name, nested)| (name.clone(), wrap(nested.nesting, sensitive_parts(&nested.block))));
    members(attributes.chain(blocks))
}

fn of_attribute(attribute: &Attribute) -> SensitiveParts {
    match (&attribute.ty, attribute.flags.sensitive) {
        (_, true) => SensitiveParts::All,
        (AttributeType::Plain(_), false) => SensitiveParts::None,
        (AttributeType::Nested(nested), false) => of_nested(nested),
    }
}

fn of_nested(nested: &NestedObject) -> SensitiveParts {
    let attributes = nested.attributes.iter().map(|(name, at)| (name.clone(), of_attribute(at)));
    wrap(nested.nesting, members(attributes))
}

fn members(parts: impl Iterator<Item = (Arc<str>, SensitiveParts)>) -> SensitiveParts {
    let parts: BTreeMap<_, _> = parts.filter(|(_, part)| *part != SensitiveParts::None).collect();
    if parts.is_empty() { SensitiveParts::None } else { SensitiveParts::Members(parts) }
}

fn wrap(nesting: Nesting, inner: SensitiveParts) -> SensitiveParts {
    match (nesting, inner) {
        (_, SensitiveParts::None) => SensitiveParts::None,
        (Nesting::Single | Nesting::Group, inner) => inner,
        (Nesting::List | Nesting::Set | Nesting::Map, inner) => SensitiveParts::Each(Box::new(inner)),
    }
}

/// The value with the marks of a schema's sensitive attributes.
pub(crate) fn mark_sensitive(value: Value, sensitive: &SensitiveParts) -> Value {
    match sensitive {
        SensitiveParts::None => value,
        SensitiveParts::All => value.with_marks(Marks::SENSITIVE),
        SensitiveParts::Members(members) => mark_members(value, members),
        SensitiveParts::Each(inner) => mark_elements(value, inner),
    }
}

/// Which parts of values of a schema are sensitive, computed once a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SensitiveParts {
    None,
    All,
    Members(BTreeMap<Arc<str>, SensitiveParts>),
    Each(Box<SensitiveParts>),
}

fn mark_members(value: Value, members: &BTreeMap<Arc<str>, SensitiveParts>) -> Value {
    let (value, marks) = value.unmark();
    let Some(have) = value.as_members() else { return value.with_marks(marks) };
    let marked = have.iter().map(|(name, part)| {
        let parts = members.get(name).unwrap_or(&SensitiveParts::None);
        (name.clone(), mark_sensitive(part.clone(), parts))
    });
    let marked: Vec<_> = marked.collect();
    Value::object(marked).with_marks(marks)
}

fn mark_elements(value: Value, inner: &SensitiveParts) -> Value {
    let (value, marks) = value.unmark();
    let each = |part: &Value| mark_sensitive(part.clone(), inner);
    let marked = match value.kind() {
        Kind::List(ty, items) => Value::list(Type::clone(ty), items.iter().map(each)),
        Kind::Set(ty, items) => Value::set(Type::clone(ty), items.iter().map(each)),
        Kind::Tuple(items) => Value::tuple(items.iter().map(each)),
        Kind::Map(ty, members) => {
            Value::map(Type::clone(ty), members.iter().map(|(name, part)| (name.clone(), each(part))))
        }
        Kind::Object(members) => Value::object(members.iter().map(|(name, part)| (name.clone(), each(part)))),
        _ => return value.with_marks(marks),
    };
    marked.with_marks(marks)
}
