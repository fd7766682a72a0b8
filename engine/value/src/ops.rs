//! The operators of the language on values, with their rules for unknown, null and marked operands.
//!
//! Operands of arithmetic and logic are numbers and bools (or unknown values of unknown type) already;
//! whoever evaluates an expression converts them first. Results carry the marks of both operands.

mod equal;

pub use equal::{equal, not_equal};

use std::fmt;

use crate::{Kind, Marks, Number, Range, Type, Value};

/// Why an operation has no result; a sentence without full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpError(pub &'static str);

impl fmt::Display for OpError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for OpError {}

/// Result of an operator.
pub type OpResult = Result<Value, OpError>;

const NULL: OpError = OpError("argument must not be null");
const NOT_NUMBER: OpError = OpError("number required");
const NOT_BOOL: OpError = OpError("bool required");

/// Left and right operand where both are known.
enum Operands<'v, T: ?Sized> {
    Known(&'v T, &'v T),
    Unknown,
}

fn numbers<'v>(left: &'v Value, right: &'v Value) -> Result<Operands<'v, Number>, OpError> {
    if left.is_null() || right.is_null() {
        return Err(NULL);
    }
    let fits = |value: &Value| match value.kind() {
        Kind::Number(_) => true,
        Kind::Unknown(unknown) => matches!(unknown.ty, Type::Number | Type::Dynamic),
        _ => false,
    };
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) => Ok(Operands::Known(left, right)),
        _ if fits(left) && fits(right) => Ok(Operands::Unknown),
        _ => Err(NOT_NUMBER),
    }
}

fn bools(left: &Value, right: &Value) -> Result<Option<(bool, bool)>, OpError> {
    if left.is_null() || right.is_null() {
        return Err(NULL);
    }
    let fits = |value: &Value| match value.kind() {
        Kind::Bool(_) => true,
        Kind::Unknown(unknown) => matches!(unknown.ty, Type::Bool | Type::Dynamic),
        _ => false,
    };
    match (left.as_bool(), right.as_bool()) {
        (Some(left), Some(right)) => Ok(Some((left, right))),
        _ if fits(left) && fits(right) => Ok(None),
        _ => Err(NOT_BOOL),
    }
}

fn both_marks(left: &Value, right: &Value) -> Marks {
    left.marks().union(right.marks())
}

fn arithmetic(
    left: &Value,
    right: &Value,
    apply: fn(&Number, &Number) -> Option<Number>,
    refusal: &'static str,
) -> OpResult {
    let value = match numbers(left, right)? {
        Operands::Known(left, right) => Value::number(apply(left, right).ok_or(OpError(refusal))?),
        Operands::Unknown => Value::unknown_not_null(Type::Number),
    };
    Ok(value.with_marks(both_marks(left, right)))
}

/// `left + right`
pub fn add(left: &Value, right: &Value) -> OpResult {
    arithmetic(left, right, Number::add, "can't compute sum of opposing infinities")
}

/// `left - right`
pub fn subtract(left: &Value, right: &Value) -> OpResult {
    arithmetic(left, right, Number::subtract, "can't subtract infinity from itself")
}

/// `left * right`
pub fn multiply(left: &Value, right: &Value) -> OpResult {
    arithmetic(left, right, Number::multiply, "can't multiply zero by infinity")
}

/// `left / right`
pub fn divide(left: &Value, right: &Value) -> OpResult {
    arithmetic(left, right, Number::divide, "can't divide zero by zero or infinity by infinity")
}

/// `left % right`
pub fn modulo(left: &Value, right: &Value) -> OpResult {
    arithmetic(left, right, Number::modulo, "can't use modulo with zero and infinity")
}

/// `-value`
pub fn negate(value: &Value) -> OpResult {
    let result = match numbers(value, value)? {
        Operands::Known(number, _) => Value::number(number.negate()),
        Operands::Unknown => Value::unknown_not_null(Type::Number),
    };
    Ok(result.with_marks(value.marks()))
}

/// `!value`
pub fn not(value: &Value) -> OpResult {
    let result = match bools(value, value)? {
        Some((value, _)) => Value::bool(!value),
        None => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(value.marks()))
}

/// `left && right`; unknown when either is, even beside false.
pub fn and(left: &Value, right: &Value) -> OpResult {
    let result = match bools(left, right)? {
        Some((left, right)) => Value::bool(left && right),
        None => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(both_marks(left, right)))
}

/// `left || right`; unknown when either is, even beside true.
pub fn or(left: &Value, right: &Value) -> OpResult {
    let result = match bools(left, right)? {
        Some((left, right)) => Value::bool(left || right),
        None => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(both_marks(left, right)))
}

/// Least and greatest value that a known or unknown number can have.
fn bounds(value: &Value) -> Range<Number> {
    match value.kind() {
        Kind::Number(number) => {
            Range { lower: Some((number.clone(), true)), upper: Some((number.clone(), true)) }
        }
        Kind::Unknown(unknown) if unknown.ty == Type::Number => Range::clone(&unknown.bounds),
        _ => Range { lower: None, upper: None },
    }
}

/// Whether left is below right in any case (`Some(true)`), in no case, or perhaps. Bounds count as if
/// they were exclusive.
fn surely_less(left: &Value, right: &Value) -> Option<bool> {
    let (left, right) = (bounds(left), bounds(right));
    let apart = |high: &Option<(Number, bool)>, low: &Option<(Number, bool)>| match (high, low) {
        (Some((high, _)), Some((low, _))) => high < low,
        _ => false,
    };
    if apart(&left.upper, &right.lower) {
        Some(true)
    } else if apart(&right.upper, &left.lower) {
        Some(false)
    } else {
        None
    }
}

fn decided(answer: Option<bool>) -> Value {
    answer.map_or_else(|| Value::unknown_not_null(Type::Bool), Value::bool)
}

/// `left < right`
pub fn less(left: &Value, right: &Value) -> OpResult {
    let answer = match numbers(left, right)? {
        Operands::Known(left, right) => Some(left < right),
        Operands::Unknown => surely_less(left, right),
    };
    Ok(decided(answer).with_marks(both_marks(left, right)))
}

/// `left > right`
pub fn greater(left: &Value, right: &Value) -> OpResult {
    less(right, left)
}

/// `left <= right`
pub fn less_or_equal(left: &Value, right: &Value) -> OpResult {
    let answer = match numbers(left, right)? {
        Operands::Known(left, right) => Some(left <= right),
        Operands::Unknown => match (surely_less(left, right), equal::decide(left, right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
    };
    Ok(decided(answer).with_marks(both_marks(left, right)))
}

/// `left >= right`
pub fn greater_or_equal(left: &Value, right: &Value) -> OpResult {
    less_or_equal(right, left)
}

/// Number of elements of a collection or tuple, with bounds where it is not known; `None` for anything
/// else and for null. Tuples and objects have their length even when they are unknown.
pub fn length(value: &Value) -> Option<Value> {
    let count = |length: usize| Value::number(i64::try_from(length).unwrap_or(i64::MAX));
    let number = match value.kind() {
        Kind::List(_, items) | Kind::Tuple(items) => count(items.len()),
        Kind::Map(_, members) | Kind::Object(members) => count(members.len()),
        Kind::Set(_, items) if items.len() <= 1 || value.is_wholly_known() => count(items.len()),
        Kind::Set(_, items) => {
            let most = Number::from(i64::try_from(items.len()).unwrap_or(i64::MAX));
            let unknown = Value::unknown(Type::Number).refine().not_null();
            unknown.lower(Number::from(1), true).upper(most, true).finish()
        }
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Tuple(elements) => count(elements.len()),
            Type::Object(object) => count(object.attributes.len()),
            Type::List(_) | Type::Set(_) | Type::Map(_) => {
                let (lower, upper) = unknown.length_bounds();
                let length = Value::unknown(Type::Number).refine().not_null();
                let length = length.lower(Number::from_u64(lower), true);
                // No collection is longer than a signed word can count.
                let upper = upper.unwrap_or(i64::MAX.unsigned_abs());
                length.upper(Number::from_u64(upper), true).finish()
            }
            Type::Dynamic => Value::unknown_not_null(Type::Number),
            _ => return None,
        },
        _ => return None,
    };
    Some(number.with_marks(value.marks()))
}

#[cfg(test)]
#[path = "ops_tests.rs"]
mod tests;
