//! `templatefile` and `templatestring`: texts that are templates, with names of their own.

use ordain_diag::{Diagnostic, Diagnostics, FileId, Sources, Span, codes};
use ordain_value::{Type, Value, convert};

use super::filesystem;
use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};
use crate::ast::{Expr, Traversal};
use crate::eval::evaluate;
use crate::parse::parse_template;
use crate::refs::references;
use crate::{Functions, Resolution, Scope, World};

const VARS: Param = Param::new("vars", Ty::Any);

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    Spec {
        name: "templatefile",
        description: "The text of a file as a template, rendered with the variables of an object or map.",
        params: &[Param::new("path", Ty::String), VARS],
        variadic: None,
        returns: Returns::Type(Ty::Any),
        not_null: false,
        body: file,
    },
    Spec {
        name: "templatestring",
        description: "A string of the configuration as a template, rendered with the variables of an object or map.",
        params: &[Param::new("template", Ty::String), VARS],
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body: string,
    },
];

fn refuse_nesting(call: &Call<'_>, name: &str) -> Result<(), FunctionError> {
    if call.environment.template_depth == 0 {
        return Ok(());
    }
    Err(FunctionError::call(format!("cannot recursively call {name} from inside another template function")))
}

fn file(call: &Call<'_>) -> FunctionResult {
    refuse_nesting(call, "templatefile")?;
    let path = call.text(0)?;
    let text = String::from_utf8(filesystem::read(call)?)
        .map_err(|_| FunctionError::arg(0, format!("contents of {path:?} are not valid UTF-8")))?;
    let value = render(call, path, &text)?;
    if value.is_null() {
        return Err(FunctionError::call(format!("{path}: the result of the template is null")));
    }
    Ok(value)
}

fn string(call: &Call<'_>) -> FunctionResult {
    refuse_nesting(call, "templatestring")?;
    let value = render(call, "<templatestring argument>", call.text(0)?)?;
    if value.is_null() {
        return Err(FunctionError::call("the result of the template is null"));
    }
    convert(value, &Type::String)
        .map_err(|error| FunctionError::call(format!("the result of the template is no string: {error}")))
}

/// The value of a template with the variables of the second argument.
fn render(call: &Call<'_>, name: &str, text: &str) -> FunctionResult {
    let vars = call.arg(1)?;
    if !matches!(vars.ty(), Type::Map(_) | Type::Object(_)) {
        return Err(FunctionError::arg(1, "invalid vars value: must be a map"));
    }
    for variable in vars.as_members().into_iter().flat_map(|members| members.keys()) {
        if !is_name(variable) {
            return Err(FunctionError::arg(
                1,
                format!(
                    "invalid template variable name {variable:?}: must start with a letter, followed by zero or more letters, digits, and underscores"
                ),
            ));
        }
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let (expr, found) = parse_template(file, text);
    fail_on_errors(&sources, &found)?;
    check_names(&expr, vars, &sources)?;
    let scope = Variables { vars, world: call.environment.world, depth: call.environment.template_depth + 1 };
    let (value, found) = evaluate(&expr, &scope);
    fail_on_errors(&sources, &found)?;
    Ok(value)
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(unicode_ident::is_xid_start)
        && chars.all(|c| unicode_ident::is_xid_continue(c) || c == '-')
}

/// All names must be given, used or not, so that a forgotten one shows at once.
fn check_names(expr: &Expr, vars: &Value, sources: &Sources) -> Result<(), FunctionError> {
    let known = |name: &str| vars.get(name).is_some();
    match references(expr).iter().find(|traversal| !known(&traversal.root().text)) {
        None => Ok(()),
        Some(traversal) => Err(FunctionError::arg(
            1,
            format!(
                "vars map does not contain key {:?}, referenced at {}",
                traversal.root().text,
                range(sources, traversal.root().span)
            ),
        )),
    }
}

fn place(sources: &Sources, file: FileId, byte: usize) -> String {
    sources.get(file).map_or_else(String::new, |source| {
        let at = source.position(byte);
        format!("{}:{},{}", source.name, at.line, at.column)
    })
}

/// Where something begins and ends.
fn range(sources: &Sources, span: Span) -> String {
    sources.get(span.file).map_or_else(String::new, |source| {
        let (start, end) = (source.position(span.start as usize), source.position(span.end as usize));
        match start.line == end.line {
            true => format!("{}:{},{}-{}", source.name, start.line, start.column, end.column),
            false => format!("{}:{},{}-{},{}", source.name, start.line, start.column, end.line, end.column),
        }
    })
}

/// The first error as one sentence.
pub(super) fn fail_on_errors(sources: &Sources, found: &Diagnostics) -> Result<(), FunctionError> {
    let Some(error) = found.iter().find(|finding| finding.is_error()) else { return Ok(()) };
    let at = error
        .span
        .map_or_else(String::new, |span| format!("{}: ", place(sources, span.file, span.start as usize)));
    let detail = error.detail.trim_end_matches('.');
    let detail = if detail.is_empty() { String::new() } else { format!("; {detail}") };
    Err(FunctionError::call(format!("{at}{}{detail}", error.summary)))
}

/// Sees the variables and nothing else.
struct Variables<'c> {
    vars: &'c Value,
    world: &'c dyn World,
    depth: u32,
}

impl Scope for Variables<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        match self.vars.get(&traversal.root().text) {
            Some(value) => Resolution::Found { value: value.clone(), consumed: 0 },
            None => Resolution::Failed(Box::new(
                unknown_name(&traversal.root().text).with_span(traversal.root().span),
            )),
        }
    }

    fn functions(&self) -> Option<&dyn Functions> {
        None
    }

    fn world(&self) -> &dyn World {
        self.world
    }

    fn template_depth(&self) -> u32 {
        self.depth
    }
}

fn unknown_name(name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::eval::UNDECLARED,
        "Reference to unknown variable",
        format!("There is no variable named {name:?}."),
    )
}
