//! `variable`

use std::sync::{Arc, LazyLock};

use crate::TypeConstraint;
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, BodySchema, Expr, ExprKind, Ident};
use ordain_lang::eval::evaluate;
use ordain_lang::refs::references;
use ordain_value::Value;

use super::{Condition, ConditionKind};
use crate::constants::{Nothing, bool_of, text_of};
use crate::deprecations::deprecation;
use crate::fields::{Fields, bad_argument, bad_block, named, schema};
use crate::{Reference, Subject};

/// An input variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Ident,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `type`, with the defaults of optional attributes; any type when there is none.
    pub constraint: TypeConstraint,
    /// `default`, converted to the type; `None` when a value must be given.
    pub default: Option<Value>,
    /// `nullable`; when false, null means the default.
    pub nullable: bool,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `deprecated`: what to use in its place.
    pub deprecated: Option<Arc<str>>,
    /// `validation` blocks.
    pub validations: Vec<Condition>,
    /// Type and labels.
    pub header: Span,
}

/// Names that have a meaning in `module` blocks.
const RESERVED: [&str; 10] = [
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "lifecycle",
    "depends_on",
    "locals",
    "provider",
    "_",
];

/// There are many variables, and one schema of them.
static SCHEMA: LazyLock<BodySchema> = LazyLock::new(|| {
    let optional = ["description", "default", "type", "sensitive", "nullable", "ephemeral", "deprecated"];
    schema(&[], &optional, &[("validation", &[])])
});

impl Variable {
    /// Reads a `variable` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<Variable> {
        let label = block.labels.last()?;
        let name = Ident { text: label.text.clone(), span: label.span };
        // A wrong name hides nothing else that is wrong.
        named(block, "Invalid variable name", found);
        let mut fields = Fields::exact(&block.body, &SCHEMA, found);
        if RESERVED.contains(&&*name.text) {
            let detail = format!(
                "The variable name {:?} is reserved due to its special meaning inside module blocks.",
                name.text
            );
            found.push(bad_block("Invalid variable name", detail, name.span));
        }
        let nullable = bool_of(fields.take("nullable").as_ref(), found).unwrap_or(true);
        let constraint = fields.take("type").map(|attribute| read_type(&attribute.expr, found));
        let constraint = constraint.unwrap_or_default();
        let default = fields.take("default");
        let default = default.and_then(|attribute| read_default(&attribute, &constraint, nullable, found));
        let variable = Variable {
            description: text_of(fields.take("description").as_ref(), found).map(|(text, _)| text),
            constraint,
            default,
            nullable,
            sensitive: bool_of(fields.take("sensitive").as_ref(), found).unwrap_or(false),
            ephemeral: bool_of(fields.take("ephemeral").as_ref(), found).unwrap_or(false),
            deprecated: deprecation(fields.take("deprecated").as_ref(), found),
            validations: Condition::decode_all(ConditionKind::Validation, &fields.blocks, found),
            header: block.header,
            name,
        };
        variable.check_validations(found);
        Some(variable)
    }

    fn check_validations(&self, found: &mut Diagnostics) {
        for validation in &self.validations {
            let mine = references(&validation.condition).into_iter().any(|traversal| {
                matches!(Reference::parse(&traversal), Ok(Reference { subject: Subject::Variable(name), .. }) if self.name.text == name)
            });
            if !mine {
                let name = &self.name.text;
                let detail = format!(
                    "The condition for variable {name:?} must refer to var.{name} in order to test incoming values."
                );
                found.push(bad_argument(
                    "Invalid variable validation condition",
                    detail,
                    validation.condition.span,
                ));
            }
        }
    }
}

fn read_type(expr: &Expr, found: &mut Diagnostics) -> TypeConstraint {
    if let (ExprKind::String(_), Some(text)) = (&expr.kind, expr.as_text()) {
        return legacy_type(text, expr.span, found);
    }
    if let ExprKind::Template(_) = &expr.kind {
        // A text by old habit, too, where it is one.
        let (value, problems) = evaluate(expr, &Nothing);
        if problems.has_errors() {
            found.append(problems);
            return TypeConstraint::default();
        }
        if let Some(text) = value.as_str().map(str::to_owned) {
            return legacy_type(&text, expr.span, found);
        }
    }
    TypeConstraint::parse(expr, found)
}

/// A type in quotes, which is none.
fn legacy_type(text: &str, span: Span, found: &mut Diagnostics) -> TypeConstraint {
    let detail = format!(
        "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now deprecated and will be removed in a future version of Terraform. Remove the quotes around {text:?}."
    );
    let known = matches!(text, "string" | "list" | "map");
    let summary = if known { "Invalid quoted type constraints" } else { "Invalid legacy variable type hint" };
    found.push(bad_argument(summary, detail, span));
    TypeConstraint::default()
}

fn read_default(
    attribute: &Attribute,
    constraint: &TypeConstraint,
    nullable: bool,
    found: &mut Diagnostics,
) -> Option<Value> {
    let span = attribute.expr.span;
    // What is left of a value that is no constant must fit the type, too.
    let (value, problems) = evaluate(&attribute.expr.constant(), &Nothing);
    let whole = !problems.has_errors();
    found.append(problems);
    if value.is_null() {
        if !nullable {
            let detail = "A null default value is not valid when nullable=false.";
            found.push(bad_argument("Invalid default value for variable", detail, span));
            return None;
        }
        return Some(Value::null(constraint.ty.clone()));
    }
    match constraint.convert(value) {
        Ok(value) => Some(value).filter(|_| whole),
        Err(error) => {
            let detail =
                format!("This default value is not compatible with the variable's type constraint: {error}.");
            found.push(bad_argument("Invalid default value for variable", detail, span));
            None
        }
    }
}
