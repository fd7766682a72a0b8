//! Carries out a conversion that exists.

use std::sync::Arc;

use crate::unify::{Safety, unify, unify_with};
use crate::{Kind, Members, Nullness, Number, ObjectType, Step, Type, Unknown, Value};

use super::open::filled;
use super::{PathError, convert, element_type, mismatch};

type Converted = Result<Value, PathError>;

/// `value` of type `have` as `want`; [`convertible`](super::convertible) has said yes.
pub(super) fn apply(value: Value, have: &Type, want: &Type) -> Converted {
    if *want == Type::Dynamic || have == want {
        return Ok(value);
    }
    let (value, marks) = value.unmark();
    let result = match value.kind() {
        Kind::Unknown(unknown) => unknown_as(unknown, filled(&unknown.ty, &want.without_optional())),
        Kind::Null(ty) => Value::null(filled(ty, &want.without_optional())),
        _ if *have == Type::Dynamic => convert(value, want)?,
        _ => known(&value, have, want)?,
    };
    Ok(result.with_marks(marks))
}

/// What is known about an unknown value stays known where it concerns the length.
fn unknown_as(source: &Unknown, want: Type) -> Value {
    let target = want.clone();
    let mut result = Value::unknown(want).refine();
    if source.nullness == Nullness::Never {
        result = result.not_null();
    }
    let size = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    match (&source.ty, &target) {
        (Type::Object(object), Type::Map(_)) => result.length(size(object.attributes.len())),
        (Type::Tuple(elements), Type::List(_)) => result.length(size(elements.len())),
        (Type::Tuple(elements), Type::Set(_)) => {
            result.length_lower(size(elements.len()).min(1)).length_upper(size(elements.len()))
        }
        (source_ty, target) if source_ty.is_collection() && target.is_collection() => {
            let (lower, upper) = source.length_bounds();
            let lower = if matches!(target, Type::Set(_)) { lower.min(1) } else { lower };
            result = result.length_lower(lower);
            match upper {
                Some(upper) => result.length_upper(upper),
                None => result,
            }
        }
        _ => result,
    }
    .finish()
}

fn known(value: &Value, have: &Type, want: &Type) -> Converted {
    match (have, want) {
        (Type::Object(have), Type::Object(want)) => object_to_object(value, have, want),
        (Type::Tuple(have), Type::Tuple(want)) => tuple_to_tuple(value, have, want),
        (Type::List(have) | Type::Set(have), Type::List(element)) => {
            // How many elements such a set has is not known, and it keeps their type.
            if matches!(value.kind(), Kind::Set(..))
                && crate::ops::length(value).is_none_or(|length| !length.is_known())
            {
                return Ok(Value::unknown(Type::List(have.clone())));
            }
            let items = each(value, |_| have, element)?;
            collect(items, have, element, "list", Value::list)
        }
        (Type::List(have) | Type::Set(have), Type::Set(element)) => {
            let items = each(value, |_| have, element)?;
            collect(items, have, element, "set", Value::set)
        }
        (Type::Tuple(have), Type::List(want)) => {
            let (items, element) = tuple_elements(value, have, want)?;
            let items =
                if element.has_dynamic() && !items.is_empty() { unified_items(items)? } else { items };
            collect(items, &element, &element, "list", Value::list)
        }
        (Type::Tuple(have), Type::Set(want)) => {
            let (items, element) = tuple_elements(value, have, want)?;
            collect(items, &element, &element, "set", Value::set)
        }
        (Type::Map(have), Type::Map(element)) => {
            let members = each_member(value, |_| Some(have), element)?;
            let members = if element.has_dynamic() && !element.is_primitive() && **element != Type::Dynamic {
                unified_members(members, Safety::Safe)?
            } else {
                members
            };
            collect_map(members, have, element, "element")
        }
        (Type::Object(have), Type::Map(want)) => object_to_map(value, have, want),
        (Type::Map(have), Type::Object(want)) => map_to_object(value, have, want),
        _ => primitive(value, want),
    }
}

fn at(step: Step) -> impl FnOnce(PathError) -> PathError {
    move |mut error| {
        error.path.0.insert(0, step);
        error
    }
}

fn at_index(index: usize) -> impl FnOnce(PathError) -> PathError {
    at(Step::Index(Value::from(i64::try_from(index).unwrap_or(i64::MAX))))
}

fn failure(message: impl Into<String>) -> PathError {
    PathError::new(&crate::Path::root(), message)
}

/// Null of an object type has no optional attributes either.
fn settled_null(value: Value) -> Value {
    match value.kind() {
        Kind::Null(ty) => {
            let ty = ty.without_optional();
            let marks = value.marks();
            Value::null(ty).with_marks(marks)
        }
        _ => value,
    }
}

/// Every element of a list, set or tuple, converted.
fn each<'t>(value: &Value, have: impl Fn(usize) -> &'t Type, want: &Type) -> Result<Vec<Value>, PathError> {
    let items = value.as_items().unwrap_or_default().iter().enumerate();
    items
        .map(|(index, item)| {
            apply(item.clone(), have(index), want).map(settled_null).map_err(at_index(index))
        })
        .collect()
}

fn each_member<'t>(
    value: &Value,
    have: impl Fn(&str) -> Option<&'t Type>,
    want: &Type,
) -> Result<Members, PathError> {
    let mut members = Members::new();
    for (name, member) in value.as_members().into_iter().flatten() {
        let Some(have) = have(name) else { continue };
        let member = apply(member.clone(), have, want).map_err(at(Step::Index(Value::string(name))))?;
        members.insert(name.clone(), member);
    }
    Ok(members)
}

/// The one type of all these values, where unknown and null ones of unknown type take that of the
/// others; `None` when they differ.
fn common_type<'v>(items: impl Iterator<Item = &'v Value>) -> Option<Type> {
    let mut found = Type::Dynamic;
    for ty in items.map(Value::ty).filter(|ty| *ty != Type::Dynamic) {
        if found == Type::Dynamic {
            found = ty;
        } else if found != ty {
            return None;
        }
    }
    Some(found)
}

/// Gives null and unknown values of unknown type the type of the collection that they are in.
fn typed(value: Value, ty: &Type) -> Value {
    let marks = value.marks();
    match value.kind() {
        Kind::Null(Type::Dynamic) => Value::null(ty.clone()).with_marks(marks),
        Kind::Unknown(unknown) if unknown.ty == Type::Dynamic => Value::unknown(ty.clone()).with_marks(marks),
        _ => value,
    }
}

fn collect(
    items: Vec<Value>,
    have: &Type,
    want: &Type,
    what: &str,
    make: fn(Type, Vec<Value>) -> Value,
) -> Converted {
    if items.is_empty() {
        return Ok(make(if *want == Type::Dynamic { have.clone() } else { want.without_optional() }, items));
    }
    let element = if want.has_dynamic() {
        common_type(items.iter())
            .ok_or_else(|| failure(format!("element types must all match for conversion to {what}")))?
    } else {
        want.without_optional()
    };
    let items = items.into_iter().map(|item| typed(item, &element)).collect();
    Ok(make(element, items))
}

fn collect_map(members: Members, have: &Type, want: &Type, what: &str) -> Converted {
    if members.is_empty() {
        let element = if *want == Type::Dynamic { have.clone() } else { want.without_optional() };
        return Ok(Value::map(element, members));
    }
    let element = if want.has_dynamic() {
        common_type(members.values())
            .ok_or_else(|| failure(format!("{what} types must all match for conversion to map")))?
    } else {
        want.without_optional()
    };
    let members: Vec<(Arc<str>, Value)> =
        members.into_iter().map(|(name, member)| (name, typed(member, &element))).collect();
    Ok(Value::map(element, members))
}

fn no_common_type() -> PathError {
    failure("cannot find a common base type for all elements")
}

fn unified_items(items: Vec<Value>) -> Result<Vec<Value>, PathError> {
    let types: Vec<Type> = items.iter().map(Value::ty).collect();
    let unified = unify(&types).ok_or_else(no_common_type)?;
    items.into_iter().enumerate().map(|(index, item)| unified.apply(item).map_err(at_index(index))).collect()
}

fn unified_members(members: Members, safety: Safety) -> Result<Members, PathError> {
    let types: Vec<Type> = members.values().map(Value::ty).collect();
    if types.is_empty() {
        return Ok(members);
    }
    let unified = unify_with(&types, safety).ok_or_else(no_common_type)?;
    members
        .into_iter()
        .map(|(name, member)| {
            let member = unified.apply(member).map_err(at(Step::Index(Value::string(&name))))?;
            Ok((name, member))
        })
        .collect()
}

/// Elements of a tuple as elements of a list or set, and their type.
fn tuple_elements(value: &Value, have: &Arc<[Type]>, want: &Type) -> Result<(Vec<Value>, Type), PathError> {
    let items = value.as_items().unwrap_or_default();
    if items.is_empty() {
        return Ok((Vec::new(), want.without_optional()));
    }
    let element = element_type(have.iter(), want, Safety::Unsafe).ok_or_else(no_common_type)?;
    let dynamic = Type::Dynamic;
    let items = each(value, |index| have.get(index).unwrap_or(&dynamic), &element)?;
    Ok((items, element))
}

fn object_to_map(value: &Value, have: &Arc<ObjectType>, want: &Type) -> Converted {
    if have.attributes.is_empty() {
        return Ok(Value::map::<Arc<str>>(want.without_optional(), []));
    }
    let element = element_type(have.attributes.values(), want, Safety::Unsafe).ok_or_else(no_common_type)?;
    let mut members = each_member(value, |name| have.attributes.get(name), &element)?;
    if element.has_dynamic() && element != Type::Dynamic {
        members = unified_members(members, Safety::Unsafe)?;
    }
    collect_map(members, &element, &element, "attribute")
}

fn map_to_object(value: &Value, have: &Type, want: &Arc<ObjectType>) -> Converted {
    let mut members = Members::new();
    for (name, member) in value.as_members().into_iter().flatten() {
        let Some(want_ty) = want.attributes.get(name) else { continue };
        if have != want_ty && !super::convertible(have, want_ty, Safety::Unsafe) {
            return Err(failure(format!(
                "map element type is incompatible with attribute {name:?}: {}",
                mismatch(have, want_ty)
            )));
        }
        let member = apply(member.clone(), have, want_ty).map_err(at(Step::Index(Value::string(name))))?;
        members.insert(name.clone(), settled_null(member));
    }
    for (name, want_ty) in &want.attributes {
        if members.contains_key(name) {
            continue;
        }
        if !want.optional.contains(name) {
            return Err(failure(format!("map has no element for required attribute {name:?}")));
        }
        members.insert(name.clone(), Value::null(want_ty.without_optional()));
    }
    Ok(Value::object(members))
}

fn object_to_object(value: &Value, have: &Arc<ObjectType>, want: &Arc<ObjectType>) -> Converted {
    let mut members = Members::new();
    for (name, want_ty) in &want.attributes {
        let member = match (value.get(name), have.attributes.get(name)) {
            // A null without a type is made anew, and what marked it is not on the new one.
            (Some(member), Some(Type::Dynamic))
                if *want_ty != Type::Dynamic && matches!(member.kind(), Kind::Null(_)) =>
            {
                Value::null(want_ty.without_optional())
            }
            (Some(member), Some(have_ty)) => {
                settled_null(apply(member.clone(), have_ty, want_ty).map_err(at(Step::Attr(name.clone())))?)
            }
            _ => Value::null(want_ty.without_optional()),
        };
        members.insert(name.clone(), member);
    }
    Ok(Value::object(members))
}

fn tuple_to_tuple(value: &Value, have: &Arc<[Type]>, want: &Arc<[Type]>) -> Converted {
    let items = value.as_items().unwrap_or_default().iter().zip(have.iter().zip(want.iter()));
    let items: Result<Vec<Value>, PathError> = items
        .enumerate()
        .map(|(index, (item, (have, want)))| apply(item.clone(), have, want).map_err(at_index(index)))
        .collect();
    Ok(Value::tuple(items?))
}

fn primitive(value: &Value, want: &Type) -> Converted {
    match (value.kind(), want) {
        (Kind::Bool(flag), Type::String) => Ok(Value::string(if *flag { "true" } else { "false" })),
        (Kind::Number(number), Type::String) => Ok(Value::string(number.to_string())),
        (Kind::String(text), Type::Number) => {
            text.parse::<Number>().map(Value::number).map_err(|error| failure(error.to_string()))
        }
        (Kind::String(text), Type::Bool) => match &**text {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            other => Err(failure(match other.to_lowercase().as_str() {
                word @ ("true" | "false") => {
                    format!("a bool is required; to convert from string, use lowercase {word:?}")
                }
                _ => "a bool is required".to_owned(),
            })),
        },
        _ => Err(failure(mismatch(&value.ty(), want))),
    }
}
