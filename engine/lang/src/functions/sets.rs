//! Sets, and products of sequences.

use std::collections::BTreeSet;

use ordain_value::unify::unify;
use ordain_value::{Kind, Marks, Type, Value, convert};

use super::mapping::length_known;
use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};

const SET: Ty = Ty::Set(&Ty::Any);

type Combine = fn(Vec<Value>, &[Value]) -> Vec<Value>;

const fn operation(
    name: &'static str,
    description: &'static str,
    params: &'static [Param],
    variadic: Option<Param>,
    body: fn(&Call<'_>) -> FunctionResult,
) -> Spec {
    Spec { name, description, params, variadic, returns: Returns::By(common_type), not_null: true, body }
}

const FIRST: &[Param] = &[Param::new("first_set", SET).dynamic()];
const OTHERS: Option<Param> = Some(Param::new("other_sets", SET).dynamic());

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    operation("setintersection", "The elements that are in every one of the sets.", FIRST, OTHERS, |call| {
        combined(call, false, |mine, other| mine.into_iter().filter(|item| other.contains(item)).collect())
    }),
    operation(
        "setsubtract",
        "The elements of the first set that the second does not have.",
        &[Param::new("a", SET).dynamic(), Param::new("b", SET).dynamic()],
        None,
        |call| {
            combined(call, false, |mine, other| {
                let other: BTreeSet<&Value> = other.iter().collect();
                mine.into_iter().filter(|item| !other.contains(item)).collect()
            })
        },
    ),
    operation("setunion", "The elements that are in at least one of the sets.", FIRST, OTHERS, |call| {
        combined(call, true, |mut mine, other| {
            mine.extend(other.iter().cloned());
            mine
        })
    }),
    Spec {
        name: "setproduct",
        description: "Every combination that takes one element of each of the sets or lists.",
        params: &[],
        variadic: Some(Param::new("sets", Ty::Any).unknown().marked()),
        returns: Returns::By(product_type),
        not_null: true,
        body: product,
    },
];

fn common_type(args: &[Value]) -> Result<Type, FunctionError> {
    let elements: Vec<Type> = args
        .iter()
        .filter_map(|arg| {
            let element = arg.ty().element().cloned().unwrap_or(Type::Dynamic);
            let empty = arg.as_items().is_some_and(<[Value]>::is_empty);
            if empty && element == Type::Dynamic { None } else { Some(element) }
        })
        .collect();
    if elements.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    unify(&elements)
        .map(|unified| Type::set(unified.ty))
        .ok_or_else(|| FunctionError::call("given sets must all have compatible element types"))
}

fn combined(call: &Call<'_>, unknown_elements: bool, combine: Combine) -> FunctionResult {
    let mut result: Option<Vec<Value>> = None;
    let mut first_type = None;
    for (at, arg) in call.args.iter().enumerate() {
        let set =
            convert(arg.clone(), call.returns).map_err(|error| FunctionError::arg(at, error.to_string()))?;
        if !set.is_known() || (!unknown_elements && !set.is_wholly_known()) {
            return Ok(call.unknown());
        }
        // Elements without a common type are left as they are, and those of two types are in no order.
        if at > 0 && first_type.as_ref().is_some_and(|first| *first != set.ty()) {
            return Err(FunctionError::call("given sets must all have compatible element types"));
        }
        first_type.get_or_insert_with(|| set.ty());
        let items = set.as_items().unwrap_or_default();
        result = Some(match result {
            None => items.to_vec(),
            Some(mine) => combine(mine, items),
        });
    }
    let element = call.returns.element().cloned().unwrap_or(Type::Dynamic);
    Ok(Value::set(element, result.unwrap_or_default()))
}

fn product_type(args: &[Value]) -> Result<Type, FunctionError> {
    if args.len() < 2 {
        return Err(FunctionError::call("at least two arguments are required"));
    }
    let mut elements = Vec::with_capacity(args.len());
    let mut ordered = true;
    for (at, arg) in args.iter().enumerate() {
        elements.push(match arg.ty() {
            Type::Set(element) => {
                ordered = false;
                Type::clone(&element)
            }
            Type::List(element) => Type::clone(&element),
            Type::Tuple(parts) if parts.is_empty() => Type::Dynamic,
            Type::Tuple(parts) => unify(&parts)
                .map(|unified| unified.ty)
                .ok_or_else(|| FunctionError::arg(at, "all elements must be of the same type"))?,
            _ => return Err(FunctionError::arg(at, "a set or a list is required")),
        });
    }
    let tuple = Type::tuple(elements);
    Ok(if ordered { Type::list(tuple) } else { Type::set(tuple) })
}

/// Most combinations that are made; more would only fill the memory.
const MOST: usize = 1 << 22;

fn product(call: &Call<'_>) -> FunctionResult {
    let marks = call.args.iter().fold(Marks::NONE, |marks, arg| marks.union(arg.marks()));
    let element = call.returns.element().cloned().unwrap_or(Type::Dynamic);
    let parts = match &element {
        Type::Tuple(parts) => &**parts,
        _ => &[],
    };
    if !call.args.iter().all(|arg| arg.is_known() && length_known(arg)) {
        return Ok(unknown_product(call).with_marks(marks));
    }
    let mut columns = Vec::with_capacity(parts.len());
    for (arg, ty) in call.args.iter().zip(parts) {
        let items = arg.as_items().unwrap_or_default().iter();
        let column: Result<Vec<Value>, _> = items.map(|item| convert(item.clone(), ty)).collect();
        columns.push(column.map_err(|error| FunctionError::call(error.to_string()))?);
    }
    let total = columns.iter().try_fold(1usize, |total, column| total.checked_mul(column.len()));
    let total = total
        .filter(|total| *total <= MOST)
        .ok_or_else(|| FunctionError::call("there are too many combinations"))?;
    let rows = (0..total).map(|row| {
        let mut rest = row;
        let mut picked: Vec<Value> = columns
            .iter()
            .rev()
            .filter_map(|column| {
                let at = rest % column.len();
                rest /= column.len();
                column.get(at).cloned()
            })
            .collect();
        picked.reverse();
        Value::tuple(picked)
    });
    let made = match call.returns {
        Type::Set(_) => Value::set(element.clone(), rows),
        _ => Value::list(element.clone(), rows),
    };
    Ok(made.with_marks(marks))
}

/// Not known, but with bounds where they are small.
fn unknown_product(call: &Call<'_>) -> Value {
    const LARGEST_PART: u64 = 1024;
    const LARGEST: u64 = 2048;
    let mut most = 1u64;
    for arg in call.args {
        let longest = match (arg.kind(), arg.as_items(), arg.ty()) {
            (_, Some(items), _) => u64::try_from(items.len()).ok(),
            (Kind::Unknown(_), _, Type::Tuple(parts)) => u64::try_from(parts.len()).ok(),
            (Kind::Unknown(unknown), ..) => unknown.length_bounds().1,
            _ => None,
        };
        let Some(longest) = longest.filter(|longest| *longest <= LARGEST_PART) else { return call.unknown() };
        most *= longest;
        if most > LARGEST {
            return call.unknown();
        }
    }
    let unknown = call.unknown().refine();
    if most == 0 { unknown.length(0).finish() } else { unknown.length_lower(1).length_upper(most).finish() }
}
