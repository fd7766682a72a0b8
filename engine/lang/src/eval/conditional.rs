//! `condition ? then : otherwise`, also as `%{ if }` in templates.

use ordain_diag::{Diagnostic, Span};
use ordain_value::unify::{Unified, unify};
use ordain_value::{Kind, Number, Range, Type, Unknown, Value, convert};

use super::evaluator::Evaluator;
use crate::ast::{Conditional, Expr};

const INCONSISTENT: &str = "Inconsistent conditional result types";

/// A value and what was found while it was made, which counts only if it is chosen.
pub(super) struct Branch {
    pub(super) value: Value,
    pub(super) found: Vec<Diagnostic>,
}

/// How one branch becomes the type of both.
enum Conversion {
    Keep,
    Null(Type),
    /// Whether the other branch is of that type already.
    Unify(Unified, bool),
}

impl Conversion {
    fn apply(&self, value: Value) -> Result<Value, String> {
        match self {
            Conversion::Keep => Ok(value),
            Conversion::Null(ty) => {
                let marks = value.marks();
                Ok(Value::null(ty.clone()).with_marks(marks))
            }
            Conversion::Unify(unified, given) => {
                if *given {
                    one_element_type(&value.ty(), &unified.ty)?;
                }
                unified.apply(value).map_err(|why| why.to_string())
            }
        }
    }
}

/// Beside a collection of no element type, which an empty one is, there is nothing that parts of different
/// structure could be brought to.
fn one_element_type(have: &Type, want: &Type) -> Result<(), String> {
    let (parts, what): (Vec<&Type>, &str) = match (have, want) {
        (Type::Tuple(parts), Type::List(element)) if **element == Type::Dynamic => {
            (parts.iter().collect(), "list")
        }
        (Type::Object(object), Type::Map(element)) if **element == Type::Dynamic => {
            (object.attributes.values().collect(), "map")
        }
        _ => return Ok(()),
    };
    let differ = parts.iter().any(|part| !part.is_primitive() && Some(part) != parts.first());
    if differ { Err(format!("element types must all match for conversion to {what}")) } else { Ok(()) }
}

impl Evaluator<'_> {
    pub(super) fn conditional(&mut self, expr: &Expr, parts: &Conditional) -> Value {
        let then = self.branch(|this| this.value(&parts.then));
        let otherwise = self.branch(|this| this.value(&parts.otherwise));
        self.choose((expr, [parts.then.span, parts.otherwise.span]), &parts.condition, then, otherwise)
    }

    /// Evaluates something whose findings may not count.
    pub(super) fn branch(&mut self, evaluate: impl FnOnce(&mut Self) -> Value) -> Branch {
        let count = self.found.len();
        let value = evaluate(self);
        let found = if self.found.len() > count { self.take_back(count) } else { Vec::new() };
        // What has failed has no value that a mark could be on; a template that has is a text, though.
        let failed = found.iter().any(Diagnostic::is_error) && value.ty() == Type::Dynamic;
        let value = if failed { value.unmark().0 } else { value };
        Branch { value, found }
    }

    /// The branch that the condition names, as the one type of both.
    /// `place` is the whole, and where each of the branches stands in it.
    pub(super) fn choose(
        &mut self,
        place: (&Expr, [Span; 2]),
        condition: &Expr,
        then: Branch,
        otherwise: Branch,
    ) -> Value {
        let (expr, [then_span, otherwise_span]) = place;
        let Some((ty, conversions)) = common_type(&then.value, &otherwise.value) else {
            let detail = mismatch(&then.value.ty(), &otherwise.value.ty());
            self.error(expr, then_span.to(otherwise_span), INCONSISTENT, detail);
            return Value::unknown(Type::Dynamic);
        };
        let test = self.value(condition);
        if test.is_null() {
            let detail = "The condition is null, which is neither true nor false.";
            self.error_in(expr, condition, condition.span, "Null condition", detail);
            return Value::unknown(ty);
        }
        if !test.is_known() {
            return undecided(&test, then.value, otherwise.value, ty);
        }
        let Ok(test) = convert(test, &Type::Bool) else {
            let detail = "The condition must be true or false.";
            self.error_in(expr, condition, condition.span, "Incorrect condition type", detail);
            return Value::unknown(ty);
        };
        let (test, mut marks) = test.unmark();
        // Bringing both to one type looks at both, so the marks of the one not taken stay visible.
        marks = marks.union(then.value.marks()).union(otherwise.value.marks());
        let chosen = test.as_bool().unwrap_or(false);
        let (branch, conversion, name, span) = if chosen {
            (then, &conversions.0, "true", then_span)
        } else {
            (otherwise, &conversions.1, "false", otherwise_span)
        };
        for finding in branch.found {
            self.push(finding);
        }
        match conversion.apply(branch.value) {
            Ok(value) => value.with_marks(marks),
            Err(why) => {
                let detail = format!("The value for {name} has the wrong type: {why}.");
                self.error(expr, span, INCONSISTENT, detail);
                Value::unknown(ty).with_marks(marks)
            }
        }
    }
}

/// The type of both branches, and how each becomes it.
fn common_type(then: &Value, otherwise: &Value) -> Option<(Type, (Conversion, Conversion))> {
    let untyped_null =
        |value: &Value| matches!(value.kind(), Kind::Null(Type::Dynamic)) && value.marks().is_empty();
    if untyped_null(then) {
        let ty = otherwise.ty();
        return Some((ty.clone(), (Conversion::Null(ty), Conversion::Keep)));
    }
    if untyped_null(otherwise) {
        let ty = then.ty();
        return Some((ty.clone(), (Conversion::Keep, Conversion::Null(ty))));
    }
    let types = [then.ty(), otherwise.ty()];
    if types.contains(&Type::Dynamic) {
        return Some((Type::Dynamic, (Conversion::Keep, Conversion::Keep)));
    }
    let unified = unify(&types)?;
    let ty = unified.ty.clone();
    let given = types.contains(&ty);
    Some((ty, (Conversion::Unify(unified.clone(), given), Conversion::Unify(unified, given))))
}

/// What can be said when the condition is not known.
fn undecided(test: &Value, then: Value, otherwise: Value, ty: Type) -> Value {
    let (then, then_marks) = then.unmark();
    let (otherwise, otherwise_marks) = otherwise.unmark();
    let marks = test.marks().union(then_marks).union(otherwise_marks);
    if then.is_null() && otherwise.is_null() {
        return Value::null(ty).with_marks(marks);
    }
    let never_null = |value: &Value| match value.kind() {
        Kind::Null(_) => false,
        Kind::Unknown(unknown) => unknown.nullness == ordain_value::Nullness::Never,
        _ => true,
    };
    let (then_ty, otherwise_ty) = (then.ty(), otherwise.ty());
    let mut refined = Value::unknown(ty).refine();
    if never_null(&then) && never_null(&otherwise) {
        refined = refined.not_null();
    }
    if then_ty == Type::Number && otherwise_ty == Type::Number {
        let (first, second) = (bounds(&then), bounds(&otherwise));
        if let (Some(a), Some(b)) = (first.lower, second.lower) {
            let (bound, inclusive) = if a.0 < b.0 { a } else { b };
            refined = refined.lower(bound, inclusive);
        }
        if let (Some(a), Some(b)) = (first.upper, second.upper) {
            let (bound, inclusive) = if a.0 > b.0 { a } else { b };
            refined = refined.upper(bound, inclusive);
        }
    } else if then_ty.is_collection() && then_ty == otherwise_ty {
        let (first, second) = (length_bounds(&then), length_bounds(&otherwise));
        refined = refined.length_lower(first.0.min(second.0));
        if let (Some(a), Some(b)) = (first.1, second.1) {
            refined = refined.length_upper(a.max(b));
        }
    }
    refined.finish().with_marks(marks)
}

fn bounds(value: &Value) -> Range<Number> {
    match value.kind() {
        Kind::Number(number) => {
            Range { lower: Some((number.clone(), true)), upper: Some((number.clone(), true)) }
        }
        Kind::Unknown(unknown) => Range::clone(&unknown.bounds),
        _ => Range { lower: None, upper: None },
    }
}

fn length_bounds(value: &Value) -> (u64, Option<u64>) {
    match ordain_value::ops::length(value).as_ref().map(Value::kind) {
        Some(Kind::Number(number)) => (number.as_u64().unwrap_or(0), number.as_u64()),
        _ => match value.kind() {
            Kind::Unknown(unknown) => Unknown::length_bounds(unknown),
            _ => (0, None),
        },
    }
}

fn mismatch(then: &Type, otherwise: &Type) -> String {
    let both = "Both results must be of one type.";
    if let (Type::Object(a), Type::Object(b)) = (then, otherwise) {
        let absent = a.attributes.keys().find(|name| !b.attributes.contains_key(name));
        if let Some(name) = absent {
            return format!(
                "{both} The value for true has an attribute \"{name}\" that the value for false lacks."
            );
        }
        let absent = b.attributes.keys().find(|name| !a.attributes.contains_key(name));
        if let Some(name) = absent {
            return format!(
                "{both} The value for false has an attribute \"{name}\" that the value for true lacks."
            );
        }
    }
    if let (Type::Tuple(a), Type::Tuple(b)) = (then, otherwise)
        && a.len() != b.len()
    {
        return format!(
            "{both} The value for true has {} elements, that for false has {}.",
            a.len(),
            b.len()
        );
    }
    format!("{both} The value for true is {}, that for false is {}.", then.friendly(), otherwise.friendly())
}
