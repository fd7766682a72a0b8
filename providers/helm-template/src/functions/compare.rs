//! `eq ne lt le gt ge` with Go's refusals: numbers of different kinds do not compare.

use super::args::Args;
use super::{fixed, variadic};
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::{IntKind, Value};

const PAIR: &[Param] = &[Param::Raw, Param::Raw];
const BAD_TYPE: &str = "invalid type for comparison";

pub(super) const TABLE: &[Function] = &[
    variadic("eq", PAIR, eq),
    fixed("ne", PAIR, |_, a| equal(a.value(0), a.value(1)).map(|b| Value::Bool(!b))),
    fixed("lt", PAIR, |_, a| less(a.value(0), a.value(1)).map(Value::Bool)),
    fixed("le", PAIR, |_, a| less_or_equal(a.value(0), a.value(1)).map(Value::Bool)),
    fixed("gt", PAIR, |_, a| less_or_equal(a.value(0), a.value(1)).map(|b| Value::Bool(!b))),
    fixed("ge", PAIR, |_, a| less(a.value(0), a.value(1)).map(|b| Value::Bool(!b))),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    None,
    Bool,
    Int,
    Uint,
    Float,
    Text,
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Int(_, IntKind::Byte | IntKind::Uint64) => Kind::Uint,
        Value::Int(..) => Kind::Int,
        Value::Float(_) => Kind::Float,
        Value::Text(_) => Kind::Text,
        _ => Kind::None,
    }
}

fn eq(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    if args.len() < 2 {
        return Err("missing argument for comparison".into());
    }
    for other in args.iter().skip(1) {
        if equal(args.value(0), &other.value)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn incompatible(a: &Value, b: &Value) -> String {
    format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name())
}

fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Nil, Value::Nil) => Ok(true),
        (Value::Bool(x), Value::Bool(y)) => Ok(x == y),
        (Value::Int(x, _), Value::Int(y, _)) => Ok(x == y),
        #[allow(clippy::float_cmp, reason = "Go compares with ==")]
        (Value::Float(x), Value::Float(y)) => Ok(x == y),
        (Value::Text(x), Value::Text(y)) => Ok(x == y),
        (Value::Nil, other) | (other, Value::Nil) => match other {
            Value::List(list) => Ok(list.is_nil),
            _ => Ok(false),
        },
        (Value::List(x), Value::List(y)) if x.is_nil || y.is_nil => Ok(x.is_nil == y.is_nil),
        _ if kind(a) != kind(b) => Err(incompatible(a, b)),
        _ if a.kind_name() != b.kind_name() => {
            let (x, y) = (a.type_name(), b.type_name());
            let shown = ordain_gostd::sprintf("%s", &[a.to_arg()]);
            Err(format!("non-comparable types {shown}: {x}, {y}: {}", b.show()))
        }
        (Value::Object(x), Value::Object(y)) if a.kind_name() != "map" => Ok(std::rc::Rc::ptr_eq(x, y)),
        _ => Err(non_comparable(b)),
    }
}

/// Go prints the value with `%s`, so numbers in it come out as `%!s(float64=1)`.
fn non_comparable(value: &Value) -> String {
    ordain_gostd::sprintf(
        "non-comparable type %s: %v",
        &[value.to_arg(), ordain_gostd::Arg::Text(value.type_name())],
    )
}

fn less(a: &Value, b: &Value) -> Result<bool, String> {
    for value in [a, b] {
        if kind(value) == Kind::None {
            return Err(BAD_TYPE.into());
        }
    }
    match (a, b) {
        (Value::Int(x, _), Value::Int(y, _)) => Ok(x < y),
        (Value::Float(x), Value::Float(y)) => Ok(x < y),
        (Value::Text(x), Value::Text(y)) => Ok(x < y),
        (Value::Bool(_), Value::Bool(_)) => Err(BAD_TYPE.into()),
        _ => Err(incompatible(a, b)),
    }
}

fn less_or_equal(a: &Value, b: &Value) -> Result<bool, String> {
    if less(a, b)? { Ok(true) } else { equal(a, b) }
}
