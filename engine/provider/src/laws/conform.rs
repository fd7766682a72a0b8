//! Whether a value is of the type that a schema asks for.

use ordain_value::{Kind, Path, Type, Value};

use super::Violation;
use crate::Block;

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

/// Write-only attributes that have a value, which no plan and no state may have.
pub fn write_only_set(block: &Block, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    if !block.has_write_only() {
        return found;
    }
    value.walk(&mut |path, part| {
        let set = !part.is_null() && block.is_write_only(path);
        if set {
            found.push(Violation::new(path, "is write-only, but the provider gave it a value"));
        }
        !set
    });
    found
}
