//! Many types to one: the branches of a condition, the elements of a list.

use crate::convert::{PathError, convert, convertible};
use crate::{Type, Value};

/// A type that values of several types can all be brought to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unified {
    /// That type.
    pub ty: Type,
    /// Whether a type that decides it is not known yet, so that every value becomes unknown.
    open: bool,
}

impl Unified {
    fn known(ty: Type) -> Option<Unified> {
        Some(Unified { ty, open: false })
    }

    /// Brings a value of one of the types to this one.
    pub fn apply(&self, value: Value) -> Result<Value, PathError> {
        if self.open {
            let marks = value.marks();
            return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
        }
        if self.ty == Type::Dynamic || value.ty() == self.ty { Ok(value) } else { convert(value, &self.ty) }
    }
}

/// Which conversions may be used: `Safe` ones never fail, `Unsafe` ones may (text to number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Only those that cannot fail.
    Safe,
    /// All.
    Unsafe,
}

/// The one type for values of all these types, or `None`. Conversions that could fail are allowed, as
/// they are in conditional expressions.
pub fn unify(types: &[Type]) -> Option<Unified> {
    unify_with(types, Safety::Unsafe)
}

#[derive(Default)]
struct Census {
    map: usize,
    list: usize,
    set: usize,
    object: usize,
    tuple: usize,
    dynamic: usize,
}

impl Census {
    fn of(types: &[Type]) -> Census {
        let mut census = Census::default();
        for ty in types {
            match ty {
                Type::Map(_) => census.map += 1,
                Type::List(_) => census.list += 1,
                Type::Set(_) => census.set += 1,
                Type::Object(_) => census.object += 1,
                Type::Tuple(_) => census.tuple += 1,
                Type::Dynamic => census.dynamic += 1,
                Type::Bool | Type::Number | Type::String => {}
            }
        }
        census
    }
}

/// The one type for values of all these types, or `None`.
pub fn unify_with(types: &[Type], safety: Safety) -> Option<Unified> {
    let first = types.first()?;
    if types.iter().all(|ty| ty == first) {
        return Unified::known(first.clone());
    }
    let census = Census::of(types);
    let only = |kinds: usize| kinds + census.dynamic == types.len();
    let open = census.dynamic > 0;
    if census.map > 0 && only(census.map) {
        return collection(types, safety, open, Type::map);
    }
    if census.map > 0 && only(census.map + census.object) {
        if let Some(found) = replaced(types, safety, |ty| matches!(ty, Type::Object(_)), objects_to_map) {
            return Some(found);
        }
    } else if census.list > 0 && only(census.list) {
        return collection(types, safety, open, Type::list);
    } else if census.list > 0 && only(census.list + census.tuple) {
        if let Some(found) = replaced(types, safety, |ty| matches!(ty, Type::Tuple(_)), tuples_to_list) {
            return Some(found);
        }
    } else if census.set > 0 && only(census.set) {
        return collection(types, safety, open, Type::set);
    } else if census.object > 0 && only(census.object) {
        return objects(types, safety, open);
    } else if census.tuple > 0 && only(census.tuple) {
        return tuples(types, safety, open);
    } else if census.object > 0 && census.tuple > 0 {
        return None;
    }
    let fits = |want: &Type| types.iter().all(|have| have == want || convertible(have, want, safety));
    preferred(types).into_iter().find(|want| fits(want)).cloned().and_then(Unified::known)
}

const OPEN: Option<Unified> = Some(Unified { ty: Type::Dynamic, open: true });

fn collection(types: &[Type], safety: Safety, open: bool, make: fn(Type) -> Type) -> Option<Unified> {
    if open {
        return OPEN;
    }
    let elements: Vec<Type> = types.iter().filter_map(Type::element).cloned().collect();
    settled(types, make(unify_with(&elements, safety)?.ty), safety)
}

/// The wanted type, if every given one converts to it.
fn settled(types: &[Type], want: Type, safety: Safety) -> Option<Unified> {
    let fits = types.iter().all(|have| *have == want || convertible(have, &want, safety));
    if fits { Unified::known(want) } else { None }
}

/// Takes the structural types among `types` for the collection that they could be.
fn replaced(
    types: &[Type],
    safety: Safety,
    structural: fn(&Type) -> bool,
    collect: fn(&[Type], Safety) -> Option<Unified>,
) -> Option<Unified> {
    let found: Vec<Type> = types.iter().filter(|ty| structural(ty)).cloned().collect();
    let stand_in = collect(&found, safety)?;
    let types: Vec<Type> =
        types.iter().map(|ty| if structural(ty) { stand_in.ty.clone() } else { ty.clone() }).collect();
    unify_with(&types, safety).filter(|found| found.ty.is_collection())
}

fn objects_to_map(types: &[Type], safety: Safety) -> Option<Unified> {
    let members: Vec<Type> =
        types.iter().filter_map(Type::attributes).flat_map(|all| all.values().cloned()).collect();
    settled(types, Type::map(unify_with(&members, safety)?.ty), safety)
}

fn tuples_to_list(types: &[Type], safety: Safety) -> Option<Unified> {
    let elements: Vec<Type> = types.iter().flat_map(|ty| tuple_elements(ty).iter().cloned()).collect();
    settled(types, Type::list(unify_with(&elements, safety)?.ty), safety)
}

fn tuple_elements(ty: &Type) -> &[Type] {
    match ty {
        Type::Tuple(elements) => elements,
        _ => &[],
    }
}

/// Objects of the same attribute names unify attribute by attribute; others become maps.
fn objects(types: &[Type], safety: Safety, open: bool) -> Option<Unified> {
    if open {
        return OPEN;
    }
    let first = types.first()?.attributes()?;
    let same_names = types.iter().all(|ty| ty.attributes().is_some_and(|have| have.keys().eq(first.keys())));
    if !same_names {
        return objects_to_map(types, safety);
    }
    let mut attributes = Vec::with_capacity(first.len());
    for name in first.keys() {
        let across: Vec<Type> = types.iter().filter_map(|ty| ty.attributes()?.get(name).cloned()).collect();
        attributes.push((name.clone(), unify_with(&across, safety)?.ty));
    }
    settled(types, Type::object(attributes), safety).or_else(|| objects_to_map(types, safety))
}

/// Tuples of the same length unify element by element; others become lists.
fn tuples(types: &[Type], safety: Safety, open: bool) -> Option<Unified> {
    if open {
        return OPEN;
    }
    let length = tuple_elements(types.first()?).len();
    if types.iter().any(|ty| tuple_elements(ty).len() != length) {
        return tuples_to_list(types, safety);
    }
    let mut elements = Vec::with_capacity(length);
    for at in 0..length {
        let across: Vec<Type> = types.iter().filter_map(|ty| tuple_elements(ty).get(at).cloned()).collect();
        elements.push(unify_with(&across, safety)?.ty);
    }
    settled(types, Type::tuple(elements), safety).or_else(|| tuples_to_list(types, safety))
}

/// The distinct types, those that others can become first; otherwise as given.
fn preferred(types: &[Type]) -> Vec<&Type> {
    let mut distinct: Vec<&Type> = Vec::new();
    for ty in types {
        if !distinct.contains(&ty) {
            distinct.push(ty);
        }
    }
    let mut waiting: Vec<usize> =
        distinct.iter().map(|ty| distinct.iter().filter(|other| compare(other, ty) < 0).count()).collect();
    let mut queue: std::collections::VecDeque<usize> =
        (0..distinct.len()).filter(|&at| waiting.get(at) == Some(&0)).collect();
    let mut order = Vec::with_capacity(distinct.len());
    while let Some(at) = queue.pop_front() {
        let Some(ty) = distinct.get(at) else { continue };
        order.push(*ty);
        for (next, other) in distinct.iter().enumerate() {
            if compare(ty, other) < 0
                && let Some(count) = waiting.get_mut(next)
            {
                *count -= 1;
                if *count == 0 {
                    queue.push_back(next);
                }
            }
        }
    }
    order
}

/// Negative when `a` is to be preferred to `b`, zero when there is nothing between them.
fn compare(a: &Type, b: &Type) -> i8 {
    match (a, b) {
        (Type::Dynamic, Type::Dynamic) => 0,
        (Type::Dynamic, _) => 1,
        (_, Type::Dynamic) => -1,
        (Type::String, Type::String) => 0,
        (Type::String, Type::Bool | Type::Number) => -1,
        (Type::Bool | Type::Number, Type::String) => 1,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            compare(a, b)
        }
        (Type::List(_), Type::Tuple(_)) | (Type::Map(_), Type::Object(_)) => -1,
        (Type::Tuple(_), Type::List(_)) | (Type::Object(_), Type::Map(_)) => 1,
        (Type::Tuple(_) | Type::List(_), Type::Set(_)) => -1,
        (Type::Set(_), Type::Tuple(_) | Type::List(_)) => 1,
        (Type::Object(a), Type::Object(b)) => {
            if !a.attributes.keys().eq(b.attributes.keys()) {
                return 0;
            }
            joint(a.attributes.values().zip(b.attributes.values()))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => joint(a.iter().zip(b.iter())),
        _ => 0,
    }
}

fn joint<'t>(pairs: impl Iterator<Item = (&'t Type, &'t Type)>) -> i8 {
    let (mut left, mut right) = (false, false);
    for (a, b) in pairs {
        match compare(a, b) {
            ..0 => left = true,
            1.. => right = true,
            0 => {}
        }
    }
    match (left, right) {
        (true, false) => -1,
        (false, true) => 1,
        _ => 0,
    }
}

#[cfg(test)]
#[path = "unify_tests.rs"]
mod tests;
