//! Lists and other collections: looking inside, cutting, joining.

use ordain_value::unify::unify;
use ordain_value::{Kind, Marks, Type, Value, convert, ops};

use super::spec::{Call, FunctionError, FunctionResult, Param, Spec, Ty, by, fixed};

const LIST: Param = Param::new("list", Ty::Any);
const LIST_OF_ANY: Ty = Ty::List(&Ty::Any);
const LIST_OF_STRING: Ty = Ty::List(&Ty::String);
const LIST_OF_BOOL: Ty = Ty::List(&Ty::Bool);

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    fixed(
        "alltrue",
        "Whether no element of a list is anything but true; so true for an empty list.",
        &[Param::new("list", LIST_OF_BOOL)],
        Ty::Bool,
        all_true,
    ),
    fixed(
        "anytrue",
        "Whether a list has an element that is true.",
        &[Param::new("list", LIST_OF_BOOL)],
        Ty::Bool,
        any_true,
    ),
    by(
        "chunklist",
        "Cuts a list into lists of a given length; the last may be shorter.",
        &[Param::new("list", LIST_OF_ANY).marked(), Param::new("size", Ty::Number).marked()],
        |args| Ok(Type::list(first_type(args))),
        chunk,
    ),
    Spec {
        variadic: Some(Param::new("vals", Ty::Any).null().unknown().dynamic()),
        ..by("coalescelist", "The first of its arguments that has elements.", &[], coalesce_type, coalesce)
    },
    fixed(
        "compact",
        "The list without its null and empty strings.",
        &[Param::new("list", LIST_OF_STRING)],
        LIST_OF_STRING,
        compact,
    ),
    Spec {
        variadic: Some(Param::new("seqs", Ty::Any).marked()),
        ..by("concat", "One list of everything in the given lists, in order.", &[], concat_type, concat)
    },
    fixed(
        "contains",
        "Whether a value is among the elements of a list, set or tuple.",
        &[LIST, Param::new("value", Ty::Any)],
        Ty::Bool,
        contains,
    ),
    by(
        "distinct",
        "The list with only the first of equal elements.",
        &[Param::new("list", LIST_OF_ANY)],
        |args| Ok(first_type(args)),
        distinct,
    ),
    Spec {
        not_null: false,
        ..by(
            "element",
            "The element at an index, counted on from the start again past the end.",
            &[LIST.marked(), Param::new("index", Ty::Number)],
            element_type,
            element,
        )
    },
    by(
        "flatten",
        "One list in which nested lists have been replaced by their elements, at every depth.",
        &[LIST.marked()],
        flatten_type,
        flatten,
    ),
    fixed(
        "index",
        "The index of the first element that equals a value; an error when there is none.",
        &[LIST, Param::new("value", Ty::Any)],
        Ty::Number,
        index,
    ),
    Spec {
        not_null: false,
        ..by(
            "one",
            "The only element of a list, set or tuple, or null of an empty one; more than one is an error.",
            &[LIST],
            one_type,
            one,
        )
    },
    by("reverse", "The list from its end to its start.", &[LIST.marked()], reverse_type, reverse),
    by(
        "slice",
        "The elements from one index up to, not including, another.",
        &[LIST.marked(), Param::new("start_index", Ty::Number), Param::new("end_index", Ty::Number)],
        slice_type,
        slice,
    ),
    fixed(
        "sort",
        "The strings of a list in order of their code points.",
        &[Param::new("list", LIST_OF_STRING).unknown()],
        LIST_OF_STRING,
        sort,
    ),
];

pub(super) fn first_type(args: &[Value]) -> Type {
    args.first().map_or(Type::Dynamic, Value::ty)
}

pub(super) fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

fn all_true(call: &Call<'_>) -> FunctionResult {
    for item in call.items(0)? {
        match item.kind() {
            Kind::Unknown(_) => return Ok(call.unknown()),
            Kind::Bool(true) => {}
            _ => return Ok(Value::bool(false)),
        }
    }
    Ok(Value::bool(true))
}

fn any_true(call: &Call<'_>) -> FunctionResult {
    let items = call.items(0)?;
    if items.iter().any(|item| item.as_bool() == Some(true)) {
        return Ok(Value::bool(true));
    }
    Ok(if items.iter().all(Value::is_known) { Value::bool(false) } else { call.unknown() })
}

fn chunk(call: &Call<'_>) -> FunctionResult {
    let (list, list_marks) = call.arg(0)?.clone().unmark();
    let (size, size_marks) = call.arg(1)?.clone().unmark();
    let marks = list_marks.union(size_marks);
    let size = size.as_number().map_or(Ok(0), super::spec::whole);
    let size = size.map_err(|error| FunctionError::call(format!("invalid size: {}", error.message)))?;
    let size =
        usize::try_from(size).map_err(|_| FunctionError::call("the size argument must be positive"))?;
    let (items, ty) = (list.as_items().unwrap_or_default(), list.ty());
    let element = ty.element().cloned().unwrap_or(Type::Dynamic);
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks: Vec<Value> =
        items.chunks(size).map(|chunk| Value::list(element.clone(), chunk.to_vec())).collect();
    Ok(Value::list(ty, chunks).with_marks(marks))
}

fn coalesce_type(args: &[Value]) -> Result<Type, FunctionError> {
    let mut same: Option<Type> = None;
    let mut differ = false;
    if args.is_empty() {
        return Err(FunctionError::call("at least one argument is required"));
    }
    for arg in args {
        if !arg.is_known() {
            return Ok(Type::Dynamic);
        }
        let ty = arg.ty();
        if !matches!(ty, Type::List(_) | Type::Tuple(_)) {
            return Err(FunctionError::call("coalescelist arguments must be lists or tuples"));
        }
        differ = differ || same.as_ref().is_some_and(|same| *same != ty);
        same = Some(ty);
    }
    Ok(same.filter(|_| !differ).unwrap_or(Type::Dynamic))
}

fn coalesce(call: &Call<'_>) -> FunctionResult {
    for list in call.args {
        if !list.is_known() {
            return Ok(call.unknown());
        }
        if list.as_items().is_some_and(|items| !items.is_empty()) {
            return Ok(list.clone());
        }
    }
    Err(FunctionError::call("no non-null arguments"))
}

fn compact(call: &Call<'_>) -> FunctionResult {
    if !call.arg(0)?.is_wholly_known() {
        return Ok(call.unknown());
    }
    let kept = call.items(0)?.iter().filter(|item| item.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Value::list(Type::String, kept.cloned().collect::<Vec<_>>()))
}

fn concat_type(args: &[Value]) -> Result<Type, FunctionError> {
    if args.is_empty() {
        return Err(FunctionError::call("at least one argument is required"));
    }
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    if types.iter().all(|ty| matches!(ty, Type::List(_))) {
        let open = |ty: &&Type| ty.element() != Some(&Type::Dynamic);
        let typed: Vec<Type> = types.iter().filter(open).cloned().collect();
        if let Some(unified) = unify(if typed.is_empty() { &types } else { &typed }) {
            return Ok(unified.ty);
        }
    }
    let mut elements = Vec::new();
    for (at, (arg, ty)) in args.iter().zip(&types).enumerate() {
        match ty {
            Type::Tuple(parts) => elements.extend(parts.iter().cloned()),
            Type::List(_) if !arg.is_known() => return Ok(Type::Dynamic),
            Type::List(element) => {
                let length = arg.as_items().map_or(0, <[Value]>::len);
                elements.extend(std::iter::repeat_n(Type::clone(element), length));
            }
            ty => {
                let message = format!("all arguments must be lists or tuples; got {}", ty.friendly());
                return Err(FunctionError::arg(at, message));
            }
        }
    }
    Ok(Type::tuple(elements))
}

fn concat(call: &Call<'_>) -> FunctionResult {
    let mut marks = Marks::NONE;
    let mut items = Vec::new();
    for (at, part) in call.args.iter().enumerate() {
        let part = match call.returns {
            Type::List(_) => convert(part.clone(), call.returns)
                .map_err(|error| FunctionError::arg(at, error.to_string()))?,
            _ => part.clone(),
        };
        marks = marks.union(part.marks());
        items.extend(part.as_items().unwrap_or_default().iter().cloned());
    }
    let joined = match call.returns {
        Type::List(element) => Value::list(Type::clone(element), items),
        _ => Value::tuple(items),
    };
    Ok(joined.with_marks(marks))
}

fn contains(call: &Call<'_>) -> FunctionResult {
    let (Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) = call.arg(0)?.kind() else {
        return Err(FunctionError::call("argument must be list, tuple, or set"));
    };
    let wanted = call.arg(1)?;
    let mut unsure = false;
    for item in items.iter() {
        match ops::equal(wanted, item).as_bool() {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => unsure = true,
        }
    }
    Ok(if unsure { call.unknown() } else { Value::bool(false) })
}

fn distinct(call: &Call<'_>) -> FunctionResult {
    let list = call.arg(0)?;
    if !list.is_wholly_known() {
        return Ok(call.unknown());
    }
    let mut seen = std::collections::BTreeSet::new();
    let kept: Vec<Value> = call.items(0)?.iter().filter(|item| seen.insert(*item)).cloned().collect();
    let element = list.ty().element().cloned().unwrap_or(Type::Dynamic);
    Ok(Value::list(element, kept))
}

fn element_type(args: &[Value]) -> Result<Type, FunctionError> {
    let (list, index) = (first_type(args), args.get(1));
    match &list {
        Type::List(element) => Ok(Type::clone(element)),
        Type::Tuple(elements) => {
            let Some(index) = index.and_then(Value::as_number) else { return Ok(Type::Dynamic) };
            let index = super::spec::whole(index)
                .map_err(|error| FunctionError::call(format!("invalid index: {}", error.message)))?;
            if elements.is_empty() {
                return Err(FunctionError::call("cannot use element function with an empty list"));
            }
            // A tuple counts from its start only, unless the index is a multiple of its length.
            let index = index % count(elements.len());
            let found = usize::try_from(index).ok().and_then(|index| elements.get(index));
            found.cloned().ok_or_else(|| FunctionError::call("a tuple has no elements before its first one"))
        }
        other => Err(FunctionError::call(format!("cannot read elements from {}", other.friendly()))),
    }
}

fn element(call: &Call<'_>) -> FunctionResult {
    let index =
        call.int(1).map_err(|error| FunctionError::call(format!("invalid index: {}", error.message)))?;
    let list = call.arg(0)?;
    let Some(items) = list.as_items() else { return Ok(call.unknown()) };
    if items.is_empty() {
        return Err(FunctionError::call("cannot use element function with an empty list"));
    }
    let found = usize::try_from(index.rem_euclid(count(items.len()))).ok().and_then(|at| items.get(at));
    Ok(found.cloned().unwrap_or_else(|| call.unknown()).with_marks(list.marks()))
}

/// The elements of nested sequences in one row, the marks of those sequences, and whether all of it is
/// known.
fn flattened(list: &Value, out: &mut Vec<Value>, marks: &mut Marks) -> bool {
    *marks = marks.union(list.marks());
    let length_known = ops::length(list).is_some_and(|length| length.is_known());
    let Some(items) = list.as_items().filter(|_| length_known) else { return false };
    let mut known = true;
    for item in items {
        let sequence = !item.is_null() && matches!(item.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
        if sequence {
            known = flattened(item, out, marks) && known;
        } else {
            known = known && (item.is_known() || item.ty() != Type::Dynamic);
            out.push(item.clone());
        }
    }
    known
}

fn flatten_type(args: &[Value]) -> Result<Type, FunctionError> {
    let Some(list) = args.first().filter(|list| list.is_wholly_known()) else { return Ok(Type::Dynamic) };
    if !matches!(list.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) {
        return Err(FunctionError::call("can only flatten lists, sets and tuples"));
    }
    let mut out = Vec::new();
    let known = flattened(list, &mut out, &mut Marks::default());
    Ok(if known { Type::tuple(out.iter().map(Value::ty)) } else { Type::Dynamic })
}

fn flatten(call: &Call<'_>) -> FunctionResult {
    let list = call.arg(0)?;
    let (mut out, mut marks) = (Vec::new(), Marks::NONE);
    // What is not wholly known has passed without a look at its type: values of a map are taken too.
    let known = match list.as_members() {
        Some(members) => {
            let values = Value::tuple(members.values().cloned().collect::<Vec<_>>());
            flattened(&values.with_marks(list.marks()), &mut out, &mut marks)
        }
        None => flattened(list, &mut out, &mut marks),
    };
    Ok(if known { Value::tuple(out) } else { call.unknown() }.with_marks(marks))
}

fn index(call: &Call<'_>) -> FunctionResult {
    let (Kind::List(_, items) | Kind::Tuple(items)) = call.arg(0)?.kind() else {
        return Err(FunctionError::call("argument must be a list or tuple"));
    };
    let wanted = call.arg(1)?;
    if items.is_empty() {
        return Err(FunctionError::call("cannot search an empty list"));
    }
    for (at, item) in items.iter().enumerate() {
        match ops::equal(item, wanted).as_bool() {
            Some(true) => return Ok(Value::from(count(at))),
            Some(false) => {}
            None => return Ok(call.unknown()),
        }
    }
    Err(FunctionError::call("item not found"))
}

const NOT_ONE: &str = "must be a list, set, or tuple value with either zero or one elements";

fn one_type(args: &[Value]) -> Result<Type, FunctionError> {
    match first_type(args) {
        Type::List(element) | Type::Set(element) => Ok(Type::clone(&element)),
        Type::Tuple(elements) => match &*elements {
            [] => Ok(Type::Dynamic),
            [only] => Ok(only.clone()),
            _ => Err(FunctionError::arg(0, NOT_ONE)),
        },
        _ => Err(FunctionError::arg(0, NOT_ONE)),
    }
}

fn one(call: &Call<'_>) -> FunctionResult {
    let list = call.arg(0)?;
    if !ops::length(list).is_some_and(|length| length.is_known()) {
        return Ok(call.unknown());
    }
    match call.items(0)? {
        [] => Ok(Value::null(call.returns.clone())),
        [only] => Ok(only.clone()),
        _ => Err(FunctionError::arg(0, NOT_ONE)),
    }
}

fn reverse_type(args: &[Value]) -> Result<Type, FunctionError> {
    match first_type(args) {
        Type::Tuple(elements) => Ok(Type::tuple(elements.iter().rev().cloned())),
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        ty => Err(FunctionError::arg(
            0,
            format!("can only reverse list or tuple values, not {}", ty.friendly()),
        )),
    }
}

fn reverse(call: &Call<'_>) -> FunctionResult {
    let list = call.arg(0)?;
    let items: Vec<Value> = call.items(0)?.iter().rev().cloned().collect();
    let reversed = match call.returns {
        Type::List(element) => Value::list(Type::clone(element), items),
        _ => Value::tuple(items),
    };
    Ok(reversed.with_marks(list.marks()))
}

/// Start and end where they are known, checked against each other and the length.
fn slice_bounds(args: &[Value]) -> Result<Option<(usize, usize)>, FunctionError> {
    let length = args.first().and_then(ops::length).and_then(|length| length.as_number()?.as_i64());
    let mut bounds = [None, None];
    for (at, (bound, name)) in bounds.iter_mut().zip(["start", "end"]).enumerate() {
        let Some(number) = args.get(at + 1).and_then(Value::as_number) else { continue };
        let index = super::spec::whole(number).map_err(|error| {
            FunctionError::arg(at + 1, format!("invalid {name} index: {}", error.message))
        })?;
        if index < 0 {
            return Err(FunctionError::arg(at + 1, format!("{name} index must not be less than zero")));
        }
        if length.is_some_and(|length| index > length) {
            let message = format!("{name} index must not be greater than the length of the list");
            return Err(FunctionError::arg(at + 1, message));
        }
        *bound = usize::try_from(index).ok();
    }
    match bounds {
        [Some(start), Some(end)] if start > end => {
            Err(FunctionError::arg(1, "start index must not be greater than end index"))
        }
        [Some(start), Some(end)] => Ok(Some((start, end))),
        _ => Ok(None),
    }
}

fn slice_type(args: &[Value]) -> Result<Type, FunctionError> {
    match first_type(args) {
        Type::Set(_) => Err(FunctionError::arg(
            0,
            "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the result is not important",
        )),
        Type::List(element) => slice_bounds(args).map(|_| Type::List(element)),
        Type::Tuple(elements) => Ok(match slice_bounds(args)? {
            Some((start, end)) => Type::tuple(elements.get(start..end).unwrap_or_default().iter().cloned()),
            None => Type::Dynamic,
        }),
        _ => Err(FunctionError::arg(0, "must be a list or tuple value")),
    }
}

fn slice(call: &Call<'_>) -> FunctionResult {
    let marks = call.arg(0)?.marks();
    let Some((start, end)) = slice_bounds(call.args)? else { return Ok(call.unknown().with_marks(marks)) };
    let items = call.items(0)?.get(start..end).unwrap_or_default().to_vec();
    let part = match call.returns {
        Type::List(element) => Value::list(Type::clone(element), items),
        _ => Value::tuple(items),
    };
    Ok(part.with_marks(marks))
}

fn sort(call: &Call<'_>) -> FunctionResult {
    let list = call.arg(0)?;
    if !list.is_wholly_known() {
        let unknown = call.unknown().refine();
        return Ok(match list.kind() {
            Kind::Unknown(known) => {
                let (least, most) = known.length_bounds();
                let unknown = unknown.length_lower(least);
                most.map_or(unknown.clone(), |most| unknown.length_upper(most)).finish()
            }
            _ => unknown.length(u64::try_from(call.items(0)?.len()).unwrap_or(u64::MAX)).finish(),
        });
    }
    let mut items = call.items(0)?.to_vec();
    if let Some(at) = items.iter().position(Value::is_null) {
        let message = format!("given list element {at} is null; a null string cannot be sorted");
        return Err(FunctionError::call(message));
    }
    items.sort();
    Ok(Value::list(Type::String, items))
}
