//! The console: one line, one expression, one answer.

use ordain_diag::{Diagnostic, Diagnostics, FileId, codes};
use ordain_value::{Type, Value};

use crate::ast::{Call, Expr, ExprKind};
use crate::eval::evaluate;
use crate::parse::parse_expr;
use crate::refs::{Named, visit};
use crate::{Scope, render};

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Text to be printed, followed by a line break. Empty for an empty line.
    Text(String),
    /// The session ends.
    Exit,
}

/// What `help` prints.
pub const HELP: &str = "The console evaluates expressions of the configuration language, one on each line.
What a configuration may refer to can be used here as well: variables, local values,
and resources with the values that the state has for them. For example,
\"terraform_data.example.id\" is the id of that resource.

Type an expression and press <enter> to see its value.

To leave the console type \"exit\", or press Control-C or Control-D.";

/// Whether a text may become an expression when more lines follow: a bracket, a quote or a heredoc is open.
pub fn is_incomplete(text: &str) -> bool {
    // What is open: brackets by their ends, a quote by itself.
    let mut open: Vec<char> = Vec::new();
    let mut heredoc: Option<String> = None;
    for line in text.lines() {
        if let Some(marker) = &heredoc {
            if line.trim() == marker {
                heredoc = None;
            }
            continue;
        }
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            let quoted = open.last() == Some(&'"');
            match (quoted, c) {
                (true, '\\') => drop(chars.next()),
                (true, '$' | '%') if chars.peek() == Some(&'{') => {
                    chars.next();
                    open.push('}');
                }
                (true, '"') => drop(open.pop()),
                (true, _) => {}
                (false, '#') => break,
                (false, '/') if chars.peek() == Some(&'/') => break,
                (false, '"') => open.push('"'),
                (false, '(') => open.push(')'),
                (false, '[') => open.push(']'),
                (false, '{') => open.push('}'),
                (false, ')' | ']' | '}') if open.last() == Some(&c) => drop(open.pop()),
                (false, '<') if chars.peek() == Some(&'<') => {
                    let marker: String = chars.by_ref().skip(1).collect();
                    heredoc = Some(marker.trim_start_matches('-').trim().to_owned());
                }
                (false, _) => {}
            }
        }
        // A quote ends with its line, whatever the line says.
        if open.last() == Some(&'"') {
            return false;
        }
    }
    !open.is_empty() || heredoc.is_some()
}

/// The answer to one line. `file` names the line's text in diagnostics. `check` is asked about the
/// expression before it is evaluated, so that references to what does not exist are errors even inside
/// `try`. With an error the answer is empty.
pub fn line(
    file: FileId,
    text: &str,
    scope: &dyn Scope,
    check: &dyn Fn(&Expr) -> Diagnostics,
) -> (Answer, Diagnostics) {
    let nothing = || Answer::Text(String::new());
    match text.trim() {
        "" => return (nothing(), Diagnostics::new()),
        "exit" => return (Answer::Exit, Diagnostics::new()),
        "help" => return (Answer::Text(HELP.to_owned()), Diagnostics::new()),
        _ => {}
    }
    let (expr, mut found) = parse_expr(file, text);
    if !found.has_errors() {
        found.append(check(&expr));
    }
    if found.has_errors() {
        return (nothing(), in_order(found));
    }
    let text = match outer_type(&expr) {
        Some(call) => type_of(call, &expr, scope, &mut found),
        None => {
            found.append(inner_types(&expr));
            if found.has_errors() {
                return (nothing(), in_order(found));
            }
            render::value(&found.take(evaluate(&expr, scope)))
        }
    };
    if found.has_errors() { (nothing(), in_order(found)) } else { (Answer::Text(text), found) }
}

/// Findings in the order of the places that they are about.
fn in_order(found: Diagnostics) -> Diagnostics {
    let mut found: Vec<Diagnostic> = found.into_iter().collect();
    found.sort_by_key(|finding| finding.span.map(|span| (span.start, span.end)));
    found.into_iter().collect()
}

/// The answer to a whole session that is not typed by a person: only that of the last line counts, and
/// the first error ends it.
pub fn piped<'t>(
    lines: impl IntoIterator<Item = (FileId, &'t str)>,
    scope: &dyn Scope,
    check: &dyn Fn(&Expr) -> Diagnostics,
) -> (Option<String>, Diagnostics) {
    let mut last = None;
    let mut all = Diagnostics::new();
    for (file, text) in lines {
        let (answer, found) = line(file, text, scope, check);
        let failed = found.has_errors();
        all.append(found);
        match answer {
            _ if failed => return (None, all),
            Answer::Exit => return (None, all),
            Answer::Text(text) => last = Some(text),
        }
    }
    (last, all)
}

/// `type(…)` as the whole expression.
fn outer_type(expr: &Expr) -> Option<&Call> {
    match &expr.unwrapped().kind {
        ExprKind::Call(call) if &*call.name == "type" => Some(call),
        _ => None,
    }
}

fn type_of(call: &Call, expr: &Expr, scope: &dyn Scope, found: &mut Diagnostics) -> String {
    let error = |summary: &str, detail: &str| {
        Diagnostic::error(codes::lang::FUNCTION_CALL, summary, detail).with_span(expr.span)
    };
    match &*call.args {
        [] => {
            let detail = "The function \"type\" takes 1 argument. There is no value for \"value\".";
            found.push(error("Not enough function arguments", detail));
            String::new()
        }
        [arg] if outer_type(arg).is_some() => "type".to_owned(),
        [arg] => {
            found.append(inner_types(arg));
            if found.has_errors() {
                return String::new();
            }
            let value = found.take(evaluate(arg, scope));
            let ty = if call.expand_last { only_element(&value) } else { Ok(value.ty()) };
            match ty {
                Ok(ty) => return render::ty(&ty),
                Err(_) if found.has_errors() => {}
                Err((summary, detail)) => found.push(error(summary, detail)),
            }
            String::new()
        }
        _ => {
            found.push(error(
                "Too many function arguments",
                "The function \"type\" takes only 1 argument(s).",
            ));
            String::new()
        }
    }
}

/// Type of the one element of what `...` spreads, else the summary and the detail of what is wrong.
fn only_element(value: &Value) -> Result<Type, (&'static str, &'static str)> {
    match value.as_items() {
        Some([one]) => Ok(one.ty()),
        Some([]) => Err(("Not enough function arguments", "The function \"type\" takes 1 argument.")),
        Some(_) => Err(("Too many function arguments", "The function \"type\" takes only 1 argument(s).")),
        None => Err((
            "Invalid expanding argument value",
            "What \"...\" follows must be a tuple, a list or a set, and known.",
        )),
    }
}

/// `type` is no value, so it cannot be a part of anything.
fn inner_types(expr: &Expr) -> Diagnostics {
    let mut found = Diagnostics::new();
    visit(expr, &mut |named| {
        if let Named::Call(call) = named
            && &*call.name == "type"
        {
            let detail =
                "The function \"type\" exists on the console only, and only around the whole expression.";
            let finding =
                Diagnostic::error(codes::lang::FUNCTION_CALL, "Invalid use of type function", detail);
            found.push(finding.with_span(call.name_span));
        }
    });
    found
}

#[cfg(test)]
#[path = "console_tests.rs"]
mod tests;
