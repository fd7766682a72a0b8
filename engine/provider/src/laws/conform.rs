//! Whether a value is of the type that a schema asks for.

use ordain_value::{Kind, Path, Type, Value};

use super::Violation;
use crate::{AttributeType, Block};

/// Where a value is not of a type whose open places ([`Type::Dynamic`]) may hold anything.
pub fn conforms(value: &Value, ty: &Type) -> Vec<Violation> {
    let mut found = Vec::new();
    check(value, ty, &Path::root(), &mut found);
    found
}

/// Whether a value without parts that matter is of a type.
fn is_plainly(value: &Value, ty: &Type) -> bool {
    match (value.kind(), ty) {
        (_, Type::Dynamic) | (Kind::Null(_), _) => true,
        (Kind::Unknown(unknown), ty) => unknown.ty == *ty || unknown.ty == Type::Dynamic || ty.has_dynamic(),
        (Kind::Bool(_), Type::Bool) | (Kind::Number(_), Type::Number) | (Kind::String(_), Type::String) => {
            true
        }
        _ => false,
    }
}

fn check(value: &Value, ty: &Type, path: &Path, found: &mut Vec<Violation>) {
    let mut wrong = || found.push(Violation::new(path, format!("must be of type {}", ty.friendly())));
    if is_plainly(value, ty) {
        return;
    }
    match (value.kind(), ty) {
        (Kind::List(_, items), Type::List(element)) | (Kind::Set(_, items), Type::Set(element)) => {
            for (at, item) in items.iter().enumerate() {
                check(item, element, &path.index(i64::try_from(at).unwrap_or(i64::MAX)), found);
            }
        }
        (Kind::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            for (at, (item, ty)) in items.iter().zip(types.iter()).enumerate() {
                check(item, ty, &path.index(i64::try_from(at).unwrap_or(i64::MAX)), found);
            }
        }
        (Kind::Map(_, members), Type::Map(element)) => {
            for (key, member) in members.iter() {
                check(member, element, &path.index(&**key), found);
            }
        }
        (Kind::Object(members), Type::Object(object)) => {
            if members.has_names_of(&object.attributes)
                && members.values().zip(object.attributes.values()).all(|(member, ty)| is_plainly(member, ty))
            {
                return;
            }
            for (name, ty) in &object.attributes {
                match members.get(name) {
                    // Paths are made for what may be wrong: most is not.
                    Some(member) if is_plainly(member, ty) => {}
                    Some(member) => check(member, ty, &path.attr(name.clone()), found),
                    None => found.push(Violation::new(&path.attr(name.clone()), "is missing")),
                }
            }
            for name in members.keys().filter(|name| !object.attributes.contains_key(name)) {
                found.push(Violation::new(&path.attr(name.clone()), "is not in the schema"));
            }
        }
        _ => wrong(),
    }
}

/// Write-only attributes that have a value, which no plan and no state may have. Top level and nested
/// blocks that are lists, single or maps.
pub fn write_only_set(block: &Block, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    write_only(block, value, &Path::root(), &mut found);
    found
}

fn write_only(block: &Block, value: &Value, path: &Path, found: &mut Vec<Violation>) {
    for (name, attribute) in &block.attributes {
        let Some(part) = value.get(name) else { continue };
        if attribute.flags.write_only && !part.is_null() {
            let message = "is write-only, but the provider gave it a value";
            found.push(Violation::new(&path.attr(name.clone()), message));
        }
        if let (AttributeType::Nested(nested), false) = (&attribute.ty, part.is_null()) {
            let inner = Block { attributes: nested.attributes.clone(), ..Block::default() };
            if nested.attributes.values().any(|attribute| attribute.flags.write_only) {
                objects(part, &path.attr(name.clone()), &mut |object, path| {
                    write_only(&inner, object, path, found)
                });
            }
        }
    }
    for (name, nested) in &block.blocks {
        let Some(part) = value.get(name) else { continue };
        objects(part, &path.attr(name.clone()), &mut |object, path| {
            write_only(&nested.block, object, path, found)
        });
    }
}

/// The objects of nested blocks, however they are kept.
fn objects(value: &Value, path: &Path, visit: &mut dyn FnMut(&Value, &Path)) {
    match value.kind() {
        Kind::Object(_) => visit(value, path),
        _ => value.parts().for_each(|part| visit(part, path)),
    }
}
