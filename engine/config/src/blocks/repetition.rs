//! `count`, `for_each` and `depends_on`, wherever they occur

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Body, Expr, ExprKind, Traversal};

use crate::fields::bad_argument;
use crate::static_forms::as_traversal;

/// How many instances a block stands for.
#[derive(Clone, Debug, Default)]
pub enum Repetition {
    /// One, without key.
    #[default]
    Single,
    /// `count`
    Count(Expr),
    /// `for_each`
    ForEach(Expr),
    /// `enabled` of `lifecycle`: one without key, or none.
    Enabled(Expr),
}

/// One element of `depends_on`: a reference to a whole object. Instance keys are ignored.
#[derive(Clone, Debug)]
pub struct DependsOn {
    /// The reference.
    pub traversal: Traversal,
    /// Where it stands.
    pub span: Span,
}

impl Repetition {
    /// Whether instances have keys.
    pub fn is_keyed(&self) -> bool {
        matches!(self, Repetition::Count(_) | Repetition::ForEach(_))
    }

    /// The expression that says how many instances there are.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Repetition::Single => None,
            Repetition::Count(expr) | Repetition::ForEach(expr) | Repetition::Enabled(expr) => Some(expr),
        }
    }

    /// Adds `enabled`, which can stand in the place of the others only.
    pub(crate) fn with_enabled(self, enabled: Option<Attribute>, found: &mut Diagnostics) -> Repetition {
        let Some(enabled) = enabled else { return self };
        let other = match self {
            Repetition::Count(_) => "count",
            Repetition::ForEach(_) => "for_each",
            Repetition::Single | Repetition::Enabled(_) => return Repetition::Enabled(enabled.expr),
        };
        let detail = format!(
            "The \"{other}\" meta-argument and the lifecycle argument \"enabled\" are mutually-exclusive: one of them says how many instances there are."
        );
        let summary = format!("Invalid combination of \"{other}\" and \"enabled\"");
        found.push(bad_argument(summary, detail, enabled.name.span));
        self
    }

    /// Reads `count` and `for_each`, of which only one may stand.
    pub(crate) fn decode(
        count: Option<Attribute>,
        for_each: Option<Attribute>,
        what: &str,
        found: &mut Diagnostics,
    ) -> Repetition {
        match (count, for_each) {
            (None, None) => Repetition::Single,
            (Some(count), None) => Repetition::Count(count.expr),
            (None, Some(for_each)) => Repetition::ForEach(for_each.expr),
            (Some(_), Some(for_each)) => {
                let detail = format!(
                    "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be used to be explicit about the number of {what} to be created."
                );
                let summary = "Invalid combination of \"count\" and \"for_each\"";
                found.push(bad_argument(summary, detail, for_each.name.span));
                Repetition::ForEach(for_each.expr)
            }
        }
    }
}

impl DependsOn {
    /// Reads a `depends_on` argument. What it names is checked when the module is whole.
    pub(crate) fn decode(
        body: &Body,
        attribute: Option<Attribute>,
        found: &mut Diagnostics,
    ) -> Vec<DependsOn> {
        let Some(attribute) = attribute else { return Vec::new() };
        let ExprKind::Tuple(items) = &attribute.expr.kind else {
            let detail = "A list of references is required here, such as [aws_vpc.main].";
            found.push(bad_argument("Invalid expression", detail, attribute.expr.start_span()));
            return Vec::new();
        };
        items.iter().filter_map(|item| Self::one(body, item, found)).collect()
    }

    fn one(body: &Body, item: &Expr, found: &mut Diagnostics) -> Option<DependsOn> {
        let Some(traversal) = as_traversal(body, item, found) else {
            let detail = "Each element must be a reference to a whole object, such as aws_vpc.main.";
            found.push(bad_argument("Invalid expression", detail, item.span));
            return None;
        };
        Some(DependsOn { traversal, span: item.span })
    }
}
