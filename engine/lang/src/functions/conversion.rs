//! Conversions between types, and functions about marks.

use ordain_gostd::quote;
use ordain_value::unify::{Safety, unify};
use ordain_value::{Kind, Marks, Type, Value, convert};

use super::spec::{Body, Call, Decide, FunctionError, FunctionResult, Param, Returns, Spec, Ty, by};

const V: Param = Param::new("v", Ty::Any).null().dynamic().marked();
const VALUE: Param = Param::new("value", Ty::Any).null().unknown().dynamic().marked();

const fn to(name: &'static str, description: &'static str, decide: Decide, body: Body) -> Spec {
    Spec { not_null: false, ..by(name, description, &[V], decide, body) }
}

const fn about_marks(name: &'static str, description: &'static str, body: Body) -> Spec {
    Spec { not_null: false, ..by(name, description, &[VALUE], own_type, body) }
}

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    to(
        "tobool",
        "The argument as a bool, where it can be one.",
        |args| target(args, Ty::Bool),
        |call| converted(call, Ty::Bool),
    ),
    to(
        "tolist",
        "The argument as a list, where it can be one.",
        |args| target(args, Ty::List(&Ty::Any)),
        |call| converted(call, Ty::List(&Ty::Any)),
    ),
    to(
        "tomap",
        "The argument as a map, where it can be one.",
        |args| target(args, Ty::Map(&Ty::Any)),
        |call| converted(call, Ty::Map(&Ty::Any)),
    ),
    to(
        "tonumber",
        "The argument as a number, where it can be one.",
        |args| target(args, Ty::Number),
        |call| converted(call, Ty::Number),
    ),
    to(
        "toset",
        "The argument as a set, where it can be one; equal elements become one.",
        |args| target(args, Ty::Set(&Ty::Any)),
        |call| converted(call, Ty::Set(&Ty::Any)),
    ),
    to(
        "tostring",
        "The argument as a string, where it can be one.",
        |args| target(args, Ty::String),
        |call| converted(call, Ty::String),
    ),
    about_marks(
        "sensitive",
        "A value with a mark: it and what is made of it are not shown to people.",
        |call| Ok(call.arg(0)?.clone().with_marks(Marks::SENSITIVE)),
    ),
    about_marks("nonsensitive", "A value without its sensitive mark: from here on it is shown.", |call| {
        let (value, marks) = call.arg(0)?.clone().unmark();
        Ok(value.with_marks(marks.without(Marks::SENSITIVE)))
    }),
    about_marks(
        "ephemeralasnull",
        "A value in which null stands wherever something ephemeral stood.",
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
        not_null: false,
        ..about_marks("issensitive", "Whether a value has the sensitive mark.", |call| {
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
        description: "The first argument that is neither null nor an empty string.",
        params: &[],
        variadic: Some(Param::new("vals", Ty::Any).null().unknown().dynamic()),
        returns: Returns::By(coalesce_type),
        not_null: true,
        body: coalesce,
    },
    special(
        "can",
        "Whether an expression can be evaluated without a dynamic error.",
        &[Param::new("expression", Ty::Any)],
        None,
    ),
    special(
        "try",
        "The first of its arguments that can be evaluated without a dynamic error.",
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
        // What the text is stays secret; that it is none is not said of a text that is shown.
        (Some(_), Type::Bool | Type::Number) if value.marks().is_sensitive() => {
            FunctionError::arg(0, format!("cannot convert this sensitive string to {}", want.friendly()))
        }
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
        // What cannot become the type of all is passed over, like null.
        let Ok(value) = convert(value.clone(), call.returns) else { continue };
        if !value.is_known() {
            return Ok(call.unknown());
        }
        if !value.is_null() && value.as_str() != Some("") {
            return Ok(value);
        }
    }
    Err(FunctionError::call("no non-null, non-empty-string arguments"))
}
