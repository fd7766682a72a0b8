//! What a schema alone says of the steps behind a reference to an object.

use ordain_diag::{Diagnostic, Span, codes};
use ordain_lang::ast::TraversalStep;
use ordain_lang::eval::{get_attr, index};
use ordain_lang::suggest::{did_you_mean, nearest};
use ordain_provider::{Block, NestedBlock, Nesting};
use ordain_value::Value;

use crate::core::error;

type Problem = Option<Box<Diagnostic>>;

/// Follows steps through a block, and from its attributes on through their types. `None` when they may lead to
/// something, whatever the object turns out to be.
pub(crate) fn check_steps(block: &Block, steps: &[TraversalStep]) -> Problem {
    let (step, rest) = steps.split_first()?;
    let name = match step {
        TraversalStep::Attr(name) => name,
        TraversalStep::Index(step) => return Some(no_index(step.key.as_str(), step.span)),
    };
    if let Some(attribute) = block.attributes.get(&*name.text) {
        return if rest.is_empty() { None } else { follow(Value::unknown(attribute.value_type()), rest) };
    }
    if let Some(nested) = block.blocks.get(&*name.text) {
        return check_nested(nested, &name.text, rest);
    }
    let names = block.attributes.keys().chain(block.blocks.keys());
    let meant = did_you_mean(nearest(&name.text, names.map(|name| &**name)));
    let detail = format!(
        "This object has no argument, nested block, or exported attribute named {:?}.{meant}",
        name.text
    );
    Some(problem("Unsupported attribute", detail, name.span))
}

/// The steps as the language takes them, through a value of which only the type is known.
fn follow(mut value: Value, steps: &[TraversalStep]) -> Problem {
    for step in steps {
        let next = match step {
            TraversalStep::Attr(name) => get_attr(&value, &name.text, name.span),
            TraversalStep::Index(step) => index(&value, &step.key, step.span),
        };
        match next {
            Ok(next) => value = next,
            Err(problem) => return Some(problem),
        }
    }
    None
}

fn check_nested(nested: &NestedBlock, name: &str, steps: &[TraversalStep]) -> Problem {
    let (step, rest) = steps.split_first()?;
    match (nested.nesting, step) {
        (Nesting::Single | Nesting::Group, _) => check_steps(&nested.block, steps),
        (Nesting::Map, _) | (Nesting::List, TraversalStep::Index(_)) => check_steps(&nested.block, rest),
        (Nesting::List, _) => {
            let detail = format!(
                "Block type {name:?} is represented by a list of objects, so it must be indexed using a numeric key, \
                 like .{name}[0]."
            );
            Some(problem("Invalid operation", detail, step.span()))
        }
        (Nesting::Set, _) => {
            let detail = format!(
                "Block type {name:?} is represented by a set of objects, and the elements of a set have no keys. To \
                 find those that meet a condition, use a \"for\" expression with an \"if\" clause."
            );
            Some(problem("Cannot index a set value", detail, step.span()))
        }
    }
}

fn no_index(key: Option<&str>, span: Span) -> Box<Diagnostic> {
    let meant = key.filter(|key| ordain_lang::ast::is_identifier(key));
    let meant = meant.map(|key| format!(" Write .{key} to reach the attribute {key:?}.")).unwrap_or_default();
    let detail = format!("An object of this kind has attributes, which are reached with a dot.{meant}");
    problem("Invalid index operation", detail, span)
}

fn problem(summary: &str, detail: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(error(codes::eval::UNDECLARED, summary, detail, span))
}
