//! Conversions between types, and functions about marks.

use ordain_gostd::quote;
use ordain_value::unify::{Safety, unify};
use ordain_value::{Kind, Marks, Type, Value, convert};

use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};

const V: Param = Param::new("v", Ty::Any).null().dynamic().marked();
const VALUE: Param = Param::new("value", Ty::Any).null().unknown().dynamic().marked();

const fn to(name: &'static str, description: &'static str, decide: Decide, body: Body) -> Spec {
    Spec {
        name,
        description,
        params: &[V],
        variadic: None,
        returns: Returns::By(decide),
        not_null: false,
        body,
    }
}

type Decide = fn(&[Value]) -> Result<Type, FunctionError>;
type Body = fn(&Call<'_>) -> FunctionResult;

const fn about_marks(name: &'static str, description: &'static str, body: Body) -> Spec {
    Spec {
        name,
        description,
        params: &[VALUE],
        variadic: None,
        returns: Returns::By(own_type),
        not_null: false,
        body,
    }
}

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    to(
        "tobool",
        "Converts its argument to a boolean value.",
        |args| target(args, Ty::Bool),
        |call| converted(call, Ty::Bool),
    ),
    to(
        "tolist",
        "Converts its argument to a list value.",
        |args| target(args, Ty::List(&Ty::Any)),
        |call| converted(call, Ty::List(&Ty::Any)),
    ),
    to(
        "tomap",
        "Converts its argument to a map value.",
        |args| target(args, Ty::Map(&Ty::Any)),
        |call| converted(call, Ty::Map(&Ty::Any)),
    ),
    to(
        "tonumber",
        "Converts its argument to a number value.",
        |args| target(args, Ty::Number),
        |call| converted(call, Ty::Number),
    ),
    to(
        "toset",
        "Converts its argument to a set value.",
        |args| target(args, Ty::Set(&Ty::Any)),
        |call| converted(call, Ty::Set(&Ty::Any)),
    ),
    to(
        "tostring",
        "Converts its argument to a string value.",
        |args| target(args, Ty::String),
        |call| converted(call, Ty::String),
    ),
    about_marks(
        "sensitive",
        "Takes a value and returns a copy of it marked so that it is not shown to people.",
        |call| Ok(call.arg(0)?.clone().with_marks(Marks::SENSITIVE)),
    ),
    about_marks(
        "nonsensitive",
        "Takes a sensitive value and returns a copy of it without the mark, thereby exposing it.",
        |call| {
            let (value, marks) = call.arg(0)?.clone().unmark();
            Ok(value.with_marks(marks.without(Marks::SENSITIVE)))
        },
    ),
    about_marks(
        "ephemeralasnull",
        "Takes a value of any type and returns a similar value with every ephemeral part replaced by null.",
        |call| {
            Ok(call.arg(0)?.clone().map_parts(&mut |_, part| {
                let (part, marks) = part.unmark();
                let part = if marks.is_ephemeral() { Value::null(part.ty()) } else { part };
                part.with_marks(marks.without(Marks::EPHEMERAL))
            }))
        },
    ),
    Spec {
        returns: Returns::Type(Ty::Bool),
        not_null: true,
        ..about_marks("issensitive", "Returns true if the given value is sensitive.", |call| {
            let value = call.arg(0)?;
            Ok(match value.kind() {
                _ if value.marks().is_sensitive() => Value::bool(true),
                // A value that is not known yet may turn out sensitive.
                Kind::Unknown(_) => Value::unknown(Type::Bool),
                _ => Value::bool(false),
            })
        })
    },
    Spec {
        name: "coalesce",
        description: "Takes any number of arguments and returns the first one that is neither null nor an empty string.",
        params: &[],
        variadic: Some(Param::new("vals", Ty::Any).null().unknown().dynamic()),
        returns: Returns::By(coalesce_type),
        not_null: true,
        body: coalesce,
    },
    special(
        "can",
        "Evaluates the given expression and returns whether that worked without errors.",
        &[Param::new("expression", Ty::Any)],
        None,
    ),
    special(
        "try",
        "Evaluates all of its argument expressions in turn and returns the result of the first one that has no errors.",
        &[],
        Some(Param::new("expressions", Ty::Any)),
    ),
];

/// A form of the evaluator, which does not evaluate its arguments beforehand; here for its signature.
const fn special(
    name: &'static str,
    description: &'static str,
    params: &'static [Param],
    variadic: Option<Param>,
) -> Spec {
    Spec {
        name,
        description,
        params,
        variadic,
        returns: Returns::Type(Ty::Any),
        not_null: false,
        body: |_| Err(FunctionError::call("can be used in expressions only")),
    }
}

fn own_type(args: &[Value]) -> Result<Type, FunctionError> {
    Ok(args.first().map_or(Type::Dynamic, Value::ty))
}

fn impossible(have: &Type, want: &Type) -> FunctionError {
    FunctionError::arg(0, format!("cannot convert {} to {}", have.friendly(), want.friendly_constraint()))
}

fn target(args: &[Value], want: Ty) -> Result<Type, FunctionError> {
    let (have, want) = (own_type(args)?, want.to_type());
    let possible = have == want || ordain_value::convert::convertible(&have, &want, Safety::Unsafe);
    if possible { Ok(want) } else { Err(impossible(&have, &want)) }
}

fn converted(call: &Call<'_>, want: Ty) -> FunctionResult {
    let (value, want) = (call.arg(0)?, want.to_type());
    convert(value.clone(), &want).map_err(|_| match (value.as_str(), &want) {
        (Some(text), Type::Bool) => FunctionError::arg(
            0,
            format!(
                "cannot convert {} to bool; only the strings \"true\" or \"false\" are allowed",
                quote(text)
            ),
        ),
        (Some(text), Type::Number) => FunctionError::arg(
            0,
            format!(
                "cannot convert {} to number; given string must be a decimal representation of a number",
                quote(text)
            ),
        ),
        _ => impossible(&value.ty(), &want),
    })
}

fn coalesce_type(args: &[Value]) -> Result<Type, FunctionError> {
    let types: Vec<Type> = args.iter().map(Value::ty).collect();
    unify(&types)
        .map(|unified| unified.ty)
        .ok_or_else(|| FunctionError::call("all arguments must have the same type"))
}

fn coalesce(call: &Call<'_>) -> FunctionResult {
    for value in call.args {
        let value =
            convert(value.clone(), call.returns).map_err(|error| FunctionError::call(error.to_string()))?;
        if !value.is_known() {
            return Ok(call.unknown());
        }
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(FunctionError::call("no non-null, non-empty-string arguments"))
}
