//! Arguments that must be constants: no references, no function calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Attribute, Expr, ExprKind, ObjectKey, TemplatePart, Traversal};
use ordain_lang::eval::evaluate;
use ordain_lang::{Functions, Resolution, Scope, World, WorldError};
use ordain_value::{Type, Value, convert};

use crate::fields::bad_argument;

/// Value of a constant expression; `None` when it is none, which is reported.
pub fn constant(expr: &Expr, found: &mut Diagnostics) -> Option<Value> {
    let (value, diagnostics) = evaluate(&expr.constant(), &Nothing);
    let failed = diagnostics.has_errors();
    found.append(diagnostics);
    (!failed).then_some(value)
}

/// What an expression comes to whatever its references stand for (`true ? 1 : var.x`), as far as no error says otherwise:
/// what cannot be evaluated without names and functions is unknown.
pub fn constant_in_effect(expr: &Expr) -> Option<Value> {
    let value = (!holds_name(expr)).then(|| evaluate(&expr.constant(), &Nothing).0);
    value.filter(Value::is_wholly_known)
}

/// Whether what a name stands for is the value or a part of it, as mostly where there are names: then there is nothing
/// to be evaluated.
fn holds_name(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Traversal(_) => true,
        ExprKind::Parens(inner) => holds_name(inner),
        ExprKind::Tuple(items) => items.iter().any(holds_name),
        ExprKind::Object(items) => {
            let stays =
                |at: usize, key: &ObjectKey| !items.iter().skip(at + 1).any(|other| may_be(key, &other.key));
            items.iter().enumerate().any(|(at, item)| holds_name(&item.value) && stays(at, &item.key))
        }
        ExprKind::Template(parts) => {
            parts.iter().any(|part| matches!(part, TemplatePart::Interpolation(inner) if holds_name(inner)))
        }
        _ => false,
    }
}

/// Whether two keys of an object can be the same: then the second takes the place of the first.
fn may_be(one: &ObjectKey, other: &ObjectKey) -> bool {
    match (one, other) {
        (ObjectKey::Name(one), ObjectKey::Name(other)) => one.text == other.text,
        _ => true,
    }
}

/// A constant converted to a type.
pub(crate) fn constant_of(expr: &Expr, ty: &Type, found: &mut Diagnostics) -> Option<Value> {
    // What could not be read was told; that it is no constant is told besides, as Terraform does.
    let value = constant(expr, found).filter(|value| value.is_known());
    let Some(value) = value else {
        let detail = "Unsuitable value: value must be known";
        found.push(unsuitable(expr, detail));
        return None;
    };
    match convert(value, ty) {
        Ok(value) if !value.is_null() => Some(value),
        Ok(_) => {
            let detail = "Unsuitable value: value must not be null";
            found.push(unsuitable(expr, detail));
            None
        }
        Err(error) => {
            let detail = format!("Unsuitable value: {error}");
            found.push(unsuitable(expr, detail));
            None
        }
    }
}

fn unsuitable(expr: &Expr, detail: impl Into<String>) -> Diagnostic {
    bad_argument("Unsuitable value type", detail, expr.start_span()).with_around(expr.span)
}

/// A constant bool; `None` when absent, null or wrong.
pub(crate) fn bool_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<bool> {
    constant_of(&attribute?.expr, &Type::Bool, found)?.as_bool()
}

/// A constant string and where it stands; `None` when absent, null or wrong.
pub(crate) fn text_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<(Arc<str>, Span)> {
    let attribute = attribute?;
    let value = constant_of(&attribute.expr, &Type::String, found)?;
    Some((value.as_str()?.into(), attribute.expr.span))
}

/// A scope and world without anything in them.
pub(crate) struct Nothing;

impl Scope for Nothing {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        let detail = "Variables may not be used here.";
        Resolution::Failed(Box::new(bad_argument("Variables not allowed", detail, traversal.root().span)))
    }

    fn functions(&self) -> Option<&dyn Functions> {
        None
    }

    fn world(&self) -> &dyn World {
        self
    }

    fn allows_calls(&self) -> bool {
        false
    }
}

fn nothing_there<T>() -> Result<T, WorldError> {
    Err(WorldError { message: "Files cannot be read here.".to_owned(), not_found: true })
}

impl World for Nothing {
    fn read(&self, _path: &Path) -> Result<Vec<u8>, WorldError> {
        nothing_there()
    }

    fn file_exists(&self, _path: &Path) -> Result<bool, WorldError> {
        nothing_there()
    }

    fn walk(&self, _directory: &Path) -> Result<Vec<String>, WorldError> {
        nothing_there()
    }

    fn home(&self) -> Option<PathBuf> {
        None
    }

    fn current_dir(&self) -> PathBuf {
        PathBuf::from(".")
    }

    fn started_in(&self) -> PathBuf {
        self.current_dir()
    }

    fn now(&self) -> i128 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
