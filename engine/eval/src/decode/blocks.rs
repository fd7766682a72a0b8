//! Nested blocks: how many there may be, and how they are kept.

use std::sync::Arc;

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Body, Ident, JsonNode, JsonValue};
use ordain_provider::{Attribute, AttributeType, Block, Flags, Nesting};
use ordain_value::{Members, Type, Value};

use super::dynamic::Made;
use super::{Nested, Reading, decode_as, problem};

/// Value of all blocks of one kind.
pub(super) fn decode_blocks(
    reading: Reading,
    nested: &Nested<'_>,
    made: &[Made<'_>],
    missing: Span,
    found: &mut Diagnostics,
) -> Value {
    let own: Vec<&Made<'_>> = made.iter().filter(|one| one.name == nested.name).collect();
    let ty = nested.block.value_type();
    let unknown = own.iter().any(|one| one.unknown);
    if unknown {
        // The blocks are looked at all the same, for their errors.
        own.iter().for_each(|one| drop(value_of(reading, nested, one, found)));
    } else {
        check_count(nested, &own, missing, found);
    }
    match nested.nesting {
        Nesting::Single | Nesting::Group => single(reading, nested, &own, ty, found),
        Nesting::List | Nesting::Set | Nesting::Map if unknown => Value::unknown(nested.nesting.wrap(ty)),
        Nesting::List => {
            let items: Vec<Value> = own.iter().map(|one| value_of(reading, nested, one, found)).collect();
            if ty.has_dynamic() { Value::tuple(items) } else { Value::list(ty, items) }
        }
        Nesting::Set => {
            let items: Vec<Value> = own.iter().map(|one| value_of(reading, nested, one, found)).collect();
            Value::set(ty, items)
        }
        Nesting::Map => by_label(reading, nested, &own, ty, found),
    }
}

fn single(
    reading: Reading,
    nested: &Nested<'_>,
    own: &[&Made<'_>],
    ty: Type,
    found: &mut Diagnostics,
) -> Value {
    match (own.first(), nested.nesting) {
        (Some(one), _) if one.unknown => Value::unknown(ty),
        (Some(one), _) => value_of(reading, nested, one, found),
        (None, Nesting::Group) => empty(&nested.block),
        (None, _) => Value::null(ty),
    }
}

/// The value of a block that is not written: nothing but nulls and empty collections.
pub(crate) fn empty(block: &Block) -> Value {
    let attributes =
        block.attributes.iter().map(|(name, attribute)| (name.clone(), Value::null(attribute.value_type())));
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let ty = nested.block.value_type();
        let value = match nested.nesting {
            Nesting::Single => Value::null(ty),
            Nesting::Group => empty(&nested.block),
            Nesting::List if ty.has_dynamic() => Value::tuple([]),
            Nesting::List => Value::list(ty, []),
            Nesting::Set => Value::set(ty, []),
            Nesting::Map if ty.has_dynamic() => Value::object::<Arc<str>>([]),
            Nesting::Map => Value::map::<Arc<str>>(ty, []),
        };
        (name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}

fn by_label(
    reading: Reading,
    nested: &Nested<'_>,
    own: &[&Made<'_>],
    ty: Type,
    found: &mut Diagnostics,
) -> Value {
    let mut members: Members = Members::new();
    for one in own {
        let Some(label) = one.label.clone() else { continue };
        let value = value_of(reading, nested, one, found);
        if members.insert(label.clone(), value).is_some() {
            let detail = format!(
                "A block of type {:?} with the label {label:?} stands here already. Their labels must differ.",
                nested.name
            );
            found.push(problem(&format!("Duplicate {} block", nested.name), detail, one.span));
        }
    }
    if ty.has_dynamic() { Value::object(members) } else { Value::map(ty, members) }
}

fn value_of(reading: Reading, nested: &Nested<'_>, one: &Made<'_>, found: &mut Diagnostics) -> Value {
    let reading = if one.unknown { Reading::Shape } else { reading };
    let (value, problems) = one.with_scope(|scope| decode_as(reading, &one.body, &nested.block, scope));
    found.append(problems);
    value.with_marks(one.marks)
}

fn check_count(nested: &Nested<'_>, own: &[&Made<'_>], missing: Span, found: &mut Diagnostics) {
    let (name, count) = (&nested.name, u64::try_from(own.len()).unwrap_or(u64::MAX));
    let is_single = matches!(nested.nesting, Nesting::Single | Nesting::Group);
    if is_single {
        if count == 0 && nested.min > 0 {
            let detail = format!("A block of type {name:?} is required here.");
            found.push(problem(&format!("Missing {name} block"), detail, missing));
        }
        if let Some(second) = own.get(1) {
            let detail = format!("Only one block of type {name:?} is allowed.");
            found.push(problem(&format!("Duplicate {name} block"), detail, second.span));
        }
        return;
    }
    if count < nested.min {
        let detail = format!("At least {} {name:?} blocks are required.", nested.min);
        found.push(problem(&format!("Insufficient {name} blocks"), detail, missing));
    }
    if nested.max > 0 && count > nested.max {
        let detail = format!("No more than {} {name:?} blocks are allowed", nested.max);
        let span = usize::try_from(nested.max)
            .ok()
            .and_then(|at| own.get(at))
            .map_or(missing, |one| one.body.missing_item());
        found.push(problem(&format!("Too many {name} blocks"), detail, span));
    }
}

/// The block that an attribute may be written as: a list or set of objects may, a habit from the time when
/// there was no difference.
pub fn as_block(attribute: &Attribute) -> Option<(Nesting, Block)> {
    let AttributeType::Plain(ty) = &attribute.ty else { return None };
    let (nesting, element) = match ty {
        Type::List(element) => (Nesting::List, element),
        Type::Set(element) => (Nesting::Set, element),
        _ => return None,
    };
    let Type::Object(object) = &**element else { return None };
    let member = |(name, ty): (&Arc<str>, &Type)| {
        let flags = Flags { optional: true, ..Flags::default() };
        (
            name.clone(),
            Attribute {
                ty: AttributeType::Plain(ty.clone()),
                flags,
                description: String::new(),
                markdown: false,
            },
        )
    };
    let attributes = object.attributes.iter().map(member).collect();
    Some((nesting, Block { attributes, ..Block::default() }))
}

/// Whether a body has blocks of a name that may be an attribute too.
pub fn written_as_blocks(body: &Body, name: &str) -> bool {
    match body {
        Body::Native(native) => {
            let labels =
                |label: Option<&ordain_lang::ast::Label>| label.is_some_and(|label| &*label.text == name);
            let is_one = |block: &ordain_lang::ast::Block| match &*block.block_type.text {
                "dynamic" => labels(block.labels.first()),
                own => own == name,
            };
            !native.attributes.iter().any(|attribute| &*attribute.name.text == name)
                && native.blocks.iter().any(is_one)
        }
        // Written plainly it is read as an argument; only `dynamic` needs it to be a block.
        Body::Json(node) => {
            let dynamic = |(key, node): &&(Ident, JsonNode)| &*key.text == "dynamic" && names(node, name);
            !names(node, name) && members(node).any(|member| dynamic(&member))
        }
        Body::Joined(parts) => parts.iter().any(|part| written_as_blocks(part, name)),
    }
}

/// Whether an object of JSON syntax, or one of those in an array, has a property.
fn names(node: &JsonNode, name: &str) -> bool {
    members(node).any(|(key, _)| &*key.text == name)
}

/// The properties of an object of JSON syntax, or of all objects in an array.
fn members(node: &JsonNode) -> impl Iterator<Item = &(Ident, JsonNode)> {
    let objects = match &node.value {
        JsonValue::Array(items) => &**items,
        _ => std::slice::from_ref(node),
    };
    objects.iter().flat_map(|object| match &object.value {
        JsonValue::Object(members) => &**members,
        _ => &[],
    })
}
