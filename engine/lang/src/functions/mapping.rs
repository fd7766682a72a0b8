//! Maps and objects, and lists that become them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::unify::unify;
use ordain_value::{Kind, Marks, Type, Value, convert, ops};

use super::collection::first_type;
use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, by};

const LIST_OF_ANY: Ty = Ty::List(&Ty::Any);
const LIST_OF_STRING: Ty = Ty::List(&Ty::String);
const MAP_OF_LISTS: Ty = Ty::Map(&LIST_OF_STRING);

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    by(
        "keys",
        "The keys of a map or the attribute names of an object, sorted.",
        &[Param::new("inputMap", Ty::Any)
            .unknown()
            .marked()
            .about("A map, or an object: then the result is a tuple.")],
        keys_type,
        keys,
    ),
    Spec {
        variadic: Some(Param::new("default", Ty::Any).null().unknown().dynamic().marked()),
        not_null: false,
        ..by(
            "lookup",
            "The element of a map under a key, or else the default.",
            &[Param::new("inputMap", Ty::Any).marked(), Param::new("key", Ty::String).marked()],
            lookup_type,
            lookup,
        )
    },
    by(
        "matchkeys",
        "Those values whose counterpart in a second list is among the elements of a third.",
        &[
            Param::new("values", LIST_OF_ANY),
            Param::new("keys", LIST_OF_ANY),
            Param::new("searchset", LIST_OF_ANY),
        ],
        match_type,
        match_keys,
    ),
    Spec {
        variadic: Some(Param::new("maps", Ty::Any).null().dynamic().marked()),
        ..by(
            "merge",
            "One map or object of all elements; where keys meet, the later argument wins.",
            &[],
            merge_type,
            merge,
        )
    },
    Spec {
        returns: Returns::Type(MAP_OF_LISTS),
        ..by(
            "transpose",
            "The map turned round: every string in a list becomes a key, with the former keys in its list.",
            &[Param::new("values", MAP_OF_LISTS)],
            |_| Ok(Type::Dynamic),
            transpose,
        )
    },
    by(
        "values",
        "The values of a map or object, in order of their keys.",
        &[Param::new("mapping", Ty::Any).marked()],
        values_type,
        values,
    ),
    by(
        "zipmap",
        "A map or object of keys from one list and, index by index, values from another.",
        &[Param::new("keys", LIST_OF_STRING).marked(), Param::new("values", Ty::Any).marked()],
        zip_type,
        zip,
    ),
];

fn keys_type(args: &[Value]) -> Result<Type, FunctionError> {
    match first_type(args) {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(object) => Ok(Type::tuple(object.attributes.keys().map(|_| Type::String))),
        _ => Err(FunctionError::arg(0, "must have map or object type")),
    }
}

fn keys(call: &Call<'_>) -> FunctionResult {
    let map = call.arg(0)?;
    let names = |names: &mut dyn Iterator<Item = &Arc<str>>| -> Vec<Value> {
        names.map(|name| Value::from_kind(Kind::String(name.clone()))).collect()
    };
    let found = match (map.ty(), map.as_members()) {
        (Type::Object(object), _) => Value::tuple(names(&mut object.attributes.keys())),
        (_, Some(members)) => Value::list(Type::String, names(&mut members.keys())),
        _ => call.unknown(),
    };
    Ok(found.with_marks(map.marks()))
}

fn values_type(args: &[Value]) -> Result<Type, FunctionError> {
    match first_type(args) {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(object) => Ok(Type::tuple(object.attributes.values().cloned())),
        _ => Err(FunctionError::call("values() requires a map as the first argument")),
    }
}

fn values(call: &Call<'_>) -> FunctionResult {
    let map = call.arg(0)?;
    let found: Vec<Value> =
        map.as_members().into_iter().flat_map(|members| members.values().cloned()).collect();
    let list = match call.returns {
        Type::List(element) => Value::list(Type::clone(element), found),
        _ => Value::tuple(found),
    };
    Ok(list.with_marks(map.marks()))
}

fn lookup_type(args: &[Value]) -> Result<Type, FunctionError> {
    if args.len() > 3 {
        let message = format!("lookup() takes two or three arguments, got {}", args.len());
        return Err(FunctionError::call(message));
    }
    let default = args.get(2);
    match first_type(args) {
        Type::Object(object) => {
            let Some(key) = args.get(1).and_then(Value::as_str) else { return Ok(Type::Dynamic) };
            match (object.attributes.get(key), default) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => {
                    Err(FunctionError::arg(0, format!("the given object has no attribute {key:?}")))
                }
            }
        }
        Type::Map(element) => match default {
            Some(default) if convert(default.clone(), &element).is_err() => {
                Err(FunctionError::arg(2, "the default value must have the same type as the map elements"))
            }
            _ => Ok(Type::clone(&element)),
        },
        _ => Err(FunctionError::arg(0, "lookup() requires a map as the first argument")),
    }
}

fn lookup(call: &Call<'_>) -> FunctionResult {
    let (map, key) = (call.arg(0)?, call.arg(1)?);
    let marks = map.marks().union(key.marks());
    let Some(members) = map.as_members() else { return Ok(call.unknown().with_marks(marks)) };
    let name = call.text(1)?;
    if let Some(found) = members.get(name) {
        return Ok(found.clone().with_marks(marks));
    }
    let Some(default) = call.args.get(2) else {
        let shown =
            if key.marks().is_sensitive() { "(sensitive value)".to_owned() } else { format!("{name:?}") };
        return Err(FunctionError::call(format!("lookup failed to find key {shown}")));
    };
    let default =
        convert(default.clone(), call.returns).map_err(|error| FunctionError::call(error.to_string()))?;
    Ok(default.with_marks(marks))
}

fn match_type(args: &[Value]) -> Result<Type, FunctionError> {
    search_type(args).map(|_| first_type(args))
}

/// The type in which keys and searched values are compared.
fn search_type(args: &[Value]) -> Result<Type, FunctionError> {
    let types: Vec<Type> = args.iter().skip(1).map(Value::ty).collect();
    let unified = unify(&types).map(|unified| unified.ty);
    unified.ok_or_else(|| FunctionError::call("keys and searchset must be of the same type"))
}

fn match_keys(call: &Call<'_>) -> FunctionResult {
    let (values, keys) = (call.items(0)?, call.items(1)?);
    if values.len() != keys.len() {
        return Err(FunctionError::call("length of keys and values should be equal"));
    }
    let ty = search_type(call.args)?;
    let compared = |index: usize| {
        convert(call.arg(index)?.clone(), &ty).map_err(|error| FunctionError::arg(index, error.to_string()))
    };
    let (keys, wanted) = (compared(1)?, compared(2)?);
    if !keys.is_wholly_known() || !call.arg(0)?.is_wholly_known() {
        return Ok(call.unknown());
    }
    // Among values that are not all known nothing is found.
    let wanted: std::collections::BTreeSet<&Value> =
        wanted.as_items().filter(|_| wanted.is_wholly_known()).into_iter().flatten().collect();
    let pairs = values.iter().zip(keys.as_items().unwrap_or_default());
    let found: Vec<Value> =
        pairs.filter(|(_, key)| wanted.contains(key)).map(|(value, _)| value.clone()).collect();
    let element = call.returns.element().cloned().unwrap_or(Type::Dynamic);
    Ok(Value::list(element, found))
}

fn merge_type(args: &[Value]) -> Result<Type, FunctionError> {
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    if args.iter().all(|arg| matches!(arg.kind(), Kind::Object(_))) {
        for members in args.iter().filter_map(Value::as_members) {
            attributes.extend(members.iter().map(|(name, member)| (name.clone(), member.ty())));
        }
        return Ok(Type::object(attributes));
    }
    let (mut matching, mut all_known) = (true, true);
    let first = args.first().map(Value::ty);
    for arg in args {
        let ty = arg.ty();
        match (&ty, arg.as_members()) {
            (Type::Dynamic, _) => return Ok(Type::Dynamic),
            (Type::Object(object), _) => {
                if !arg.is_null() {
                    attributes.extend(object.attributes.iter().map(|(name, ty)| (name.clone(), ty.clone())));
                }
            }
            (Type::Map(element), Some(members)) => {
                attributes.extend(members.keys().map(|name| (name.clone(), Type::clone(element))));
            }
            (Type::Map(_), None) => all_known = all_known && arg.is_null(),
            (other, _) => {
                let message = format!("arguments must be maps or objects, got {:?}", other.friendly());
                return Err(FunctionError::call(message));
            }
        }
        matching = matching && first.as_ref() == Some(&ty);
    }
    Ok(match first {
        Some(first) if matching => first,
        _ if !all_known => Type::Dynamic,
        _ => Type::object(attributes),
    })
}

fn merge(call: &Call<'_>) -> FunctionResult {
    let (mut members, mut marks) = (BTreeMap::<Arc<str>, Value>::new(), Marks::NONE);
    for arg in call.args.iter().filter(|arg| !arg.is_null()) {
        marks = marks.union(arg.marks());
        // Behind an argument of no type the others are not looked at before.
        if arg.is_wholly_known()
            && arg.as_members().is_none()
            && arg.as_items().is_none_or(|items| !items.is_empty())
        {
            let ty = arg.ty();
            return Err(FunctionError::call(format!(
                "arguments must be maps or objects, got {:?}",
                ty.friendly()
            )));
        }
        let found = arg.as_members().into_iter().flatten();
        members.extend(found.map(|(name, member)| (name.clone(), member.clone())));
    }
    let merged = match call.returns {
        Type::Map(element) => Value::map(Type::clone(element), members),
        _ => Value::object(members),
    };
    Ok(merged.with_marks(marks))
}

fn transpose(call: &Call<'_>) -> FunctionResult {
    let map = call.arg(0)?;
    if !map.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut lists: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, list) in map.as_members().into_iter().flatten() {
        if list.is_null() {
            return Err(FunctionError::call("input map must not contain a null list"));
        }
        for item in list.as_items().unwrap_or_default() {
            let Some(text) = item.as_str() else {
                return Err(FunctionError::call("input list must not contain null string"));
            };
            lists.entry(text.into()).or_default().push(Value::from_kind(Kind::String(name.clone())));
        }
    }
    let members = lists.into_iter().map(|(name, items)| (name, Value::list(Type::String, items)));
    Ok(Value::map(Type::list(Type::String), members))
}

fn zip_type(args: &[Value]) -> Result<Type, FunctionError> {
    let keys = args.first();
    match args.get(1).map(Value::ty) {
        Some(Type::List(element)) => Ok(Type::Map(element)),
        Some(Type::Tuple(elements)) => {
            let Some(items) = keys.filter(|keys| keys.is_wholly_known()).and_then(Value::as_items) else {
                return Ok(Type::Dynamic);
            };
            check_counts(items.len(), elements.len())?;
            let pairs = items.iter().zip(elements.iter()).enumerate();
            let attributes: Result<Vec<(&str, Type)>, FunctionError> =
                pairs.map(|(at, (key, ty))| Ok((key_text(key, at)?, ty.clone()))).collect();
            Ok(Type::object(attributes?))
        }
        _ => Err(FunctionError::call("values argument must be a list or tuple value")),
    }
}

fn key_text(key: &Value, at: usize) -> Result<&str, FunctionError> {
    key.as_str().ok_or_else(|| FunctionError::call(format!("keys list has null value at index {at}")))
}

fn check_counts(keys: usize, values: usize) -> Result<(), FunctionError> {
    if keys == values {
        return Ok(());
    }
    Err(FunctionError::call(format!("number of keys ({keys}) does not match number of values ({values})")))
}

fn zip(call: &Call<'_>) -> FunctionResult {
    let (keys, values) = (call.arg(0)?, call.arg(1)?);
    let mut marks = keys.marks().union(values.marks());
    if !keys.is_wholly_known() {
        return Ok(call.unknown().with_marks(marks));
    }
    let (names, items) = (call.items(0)?, call.items(1)?);
    check_counts(names.len(), items.len())?;
    let mut members: Vec<(Arc<str>, Value)> = Vec::with_capacity(names.len());
    for (at, (key, item)) in names.iter().zip(items).enumerate() {
        marks = marks.union(key.marks());
        members.push((key_text(key, at)?.into(), item.clone()));
    }
    let zipped = match call.returns {
        Type::Map(element) => Value::map(Type::clone(element), members),
        _ => Value::object(members),
    };
    Ok(zipped.with_marks(marks))
}

/// Whether a value's length is known, for callers that count before they look.
pub(super) fn length_known(value: &Value) -> bool {
    ops::length(value).is_some_and(|length| length.is_known())
}
