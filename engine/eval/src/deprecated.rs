//! Outputs of called modules that their authors ask callers not to use any more.
//!
//! A value made from such an output carries a mark until the expression is evaluated as a whole. Then the mark becomes a
//! warning and is gone: what reads the local, the variable or the object after that is not told again.

use std::sync::Arc;

use ordain_config::Module;
use ordain_config::named_outputs;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::Expr;
use ordain_value::{Marks, Path, Value};

use crate::Mode;

/// An output of a called module that is deprecated.
pub(crate) struct Deprecated {
    call: Arc<str>,
    output: Arc<str>,
    message: Arc<str>,
    /// The module came from elsewhere, or was called by one that did.
    remote: bool,
    /// The call makes instances with keys.
    keyed: bool,
}

impl Deprecated {
    /// All that a module could use; `remote`: it came from elsewhere itself.
    pub(crate) fn of_calls(module: &Module, remote: bool) -> Vec<Deprecated> {
        let mut all = Vec::new();
        for (name, call) in &module.calls {
            for (output, block) in call.child.iter().flat_map(|child| &child.outputs) {
                let Some(message) = &block.deprecated else { continue };
                all.push(Deprecated {
                    call: name.clone(),
                    output: output.clone(),
                    message: message.clone(),
                    remote: remote || call.is_remote(),
                    keyed: call.repetition.is_keyed(),
                });
            }
        }
        all
    }

    fn warning(&self, expr: &Expr, path: &Path) -> Diagnostic {
        let path = path.to_string();
        let of = match path.trim_start_matches('.') {
            "" => "This value".to_owned(),
            part => format!("This value's attribute {part}"),
        };
        let detail = format!(
            "{of} is derived from module.{}.{}, which is deprecated with the following message:\n\n{}",
            self.call, self.output, self.message
        );
        let code = if self.remote { codes::config::DEPRECATED_REMOTE } else { codes::config::DEPRECATED };
        let span = named_outputs(expr).into_iter().find(|named| self.is(&named.0, &named.1));
        Diagnostic::warning(code, "Value derived from a deprecated source", detail)
            .with_span(span.map_or(expr.span, |(_, _, span)| span))
    }

    fn is(&self, call: &str, output: &str) -> bool {
        *self.call == *call && *self.output == *output
    }
}

/// The mark of an output, where it is one of `known`.
pub(crate) fn marks(known: &[Deprecated], call: &str, output: &str) -> Marks {
    let source = known.iter().position(|one| one.is(call, output));
    source.map_or(Marks::NONE, Marks::deprecated)
}

/// The value without these marks; each of them becomes a warning.
pub(crate) fn settle(
    known: &[Deprecated],
    mode: Mode,
    expr: &Expr,
    value: Value,
    found: &mut Diagnostics,
) -> Value {
    let all = value.marks_deep();
    // Which instances a call makes is not known while validating, so no value tells; the text does.
    let named = match mode {
        Mode::Validate => named_outputs(expr),
        _ => Vec::new(),
    };
    let is_named = |one: &Deprecated| one.keyed && named.iter().any(|named| one.is(&named.0, &named.1));
    for (source, one) in known.iter().enumerate() {
        let mark = Marks::deprecated(source);
        if all.contains(mark) {
            found.push(one.warning(expr, &first(&value, mark)));
        } else if is_named(one) {
            found.push(one.warning(expr, &Path::root()));
        }
    }
    if all.is_free_of(Marks::DEPRECATED) {
        return value;
    }
    value.map_parts(&mut |_, part| {
        let (part, marks) = part.unmark();
        part.with_marks(marks.without(Marks::DEPRECATED))
    })
}

/// Where the mark is first.
fn first(value: &Value, mark: Marks) -> Path {
    let marked = value.marked_paths().into_iter().find(|(_, marks)| marks.contains(mark));
    marked.map_or_else(Path::root, |(path, _)| path)
}

#[cfg(test)]
#[path = "deprecated_tests.rs"]
mod tests;
