//! Function calls, and the two forms that look like one: `try` and `can`.

use ordain_diag::{Diagnostic, Span, codes};
use ordain_value::{Type, Value};

use super::evaluator::Evaluator;
use crate::ast::{Call, Expr, ExprKind, TemplatePart};
use crate::functions::{self, Environment, FunctionError, Spec};
use crate::suggest::{did_you_mean, nearest};

const EXPAND: &str = "Invalid expanding argument value";

impl Evaluator<'_> {
    pub(super) fn call(&mut self, expr: &Expr, call: &Call) -> Value {
        if !self.scope.allows_calls() {
            let detail = "Functions cannot be called here.";
            self.error(expr, expr.span, "Function calls not allowed", detail);
            return Value::unknown(Type::Dynamic);
        }
        match call.name.strip_prefix("core::").unwrap_or(&call.name) {
            "try" => return self.call_try(expr, call),
            "can" => return self.call_can(expr, call),
            _ => {}
        }
        let offered = |spec: &&Spec| spec.name != "plantimestamp" || self.scope.has_plan_time();
        if let Some(spec) = functions::lookup(&call.name).filter(offered) {
            return self.call_built_in(expr, call, spec);
        }
        self.call_other(expr, call)
    }

    fn function_error(&mut self, expr: &Expr, span: Span, summary: &str, detail: String) {
        self.argument_error((expr, expr), span, summary, detail);
    }

    /// Reports what is wrong with a part of a call: the call, and the part, which may be the call.
    fn argument_error(&mut self, place: (&Expr, &Expr), span: Span, summary: &str, detail: String) {
        let (expr, part) = place;
        let finding = Diagnostic::error(codes::lang::FUNCTION_CALL, summary, detail).with_span(span);
        let finding = finding.with_around(expr.span);
        let spec = match &expr.kind {
            ExprKind::Call(call) if !self.quiet => self.spec(call).map(|spec| spec.called_as(&call.name)),
            _ => None,
        };
        self.report(
            part,
            match spec {
                Some(called) => finding.with_call(called),
                None => finding,
            },
        );
    }

    /// The row of a function that is not another program's.
    fn spec(&self, call: &Call) -> Option<&'static Spec> {
        functions::lookup(&call.name).or_else(|| self.scope.functions()?.native(&call.name))
    }

    fn call_other(&mut self, expr: &Expr, call: &Call) -> Value {
        let unknown = Value::unknown(Type::Dynamic);
        if let Some(functions) = self.scope.functions()
            && call.name.contains("::")
        {
            if let Some(spec) = functions.native(&call.name) {
                return self.call_built_in(expr, call, spec);
            }
            if functions.offers(&call.name) {
                let Some(args) = self.arguments(expr, call) else { return unknown };
                if let Some((value, found)) = functions.call(&call.name, &args, expr.span, &call.args) {
                    found.into_iter().for_each(|finding| self.push(finding));
                    return value;
                }
            }
        }
        let (summary, detail) = unknown_function(&call.name);
        let finding =
            Diagnostic::error(codes::lang::UNKNOWN_FUNCTION, summary, detail).with_span(call.name_span);
        self.push(finding);
        unknown
    }

    /// The values of the arguments, the last one spread out; `None` when there are none because it is
    /// unknown or wrong.
    fn arguments(&mut self, expr: &Expr, call: &Call) -> Option<Vec<Value>> {
        let before = self.errors();
        let (plain, mut spread) = self.lazy_arguments(expr, call)?;
        let mut args: Vec<Value> = plain.iter().map(|arg| self.value(arg)).collect();
        args.append(&mut spread);
        (self.errors() == before).then_some(args)
    }

    fn expand(&mut self, expr: &Expr, last: &Expr, value: Value) -> Option<Vec<Value>> {
        let (value, marks) = value.unmark();
        let sequence = matches!(value.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic);
        if sequence && value.is_null() {
            let detail = "The argument that is spread out (...) is null.";
            self.argument_error((expr, last), last.span, EXPAND, detail.to_owned());
            return None;
        }
        if !sequence {
            let detail = "Only a list, a set or a tuple can be spread out (...) to arguments.";
            self.argument_error((expr, last), last.span, EXPAND, detail.to_owned());
            return None;
        }
        let items = value.as_items()?;
        Some(items.iter().map(|item| item.clone().with_marks(marks)).collect())
    }

    fn call_built_in(&mut self, expr: &Expr, call: &Call, spec: &'static Spec) -> Value {
        let unknown = Value::unknown(Type::Dynamic);
        let before = self.errors();
        // The number is checked before the arguments are looked at; what a spread one adds must be known for it.
        let Some((plain, spread)) = self.lazy_arguments(expr, call) else { return unknown };
        if !self.check_count(expr, call, spec, plain.len() + spread.len()) {
            return unknown;
        }
        let no_template = match (spec.name, plain.first()) {
            ("templatestring", Some(first)) => no_template_source(first).map(|why| (first, why)),
            _ => None,
        };
        let skipped = |at: usize| at == 0 && no_template.is_some();
        // What is wrong with an argument is told before the next one is looked at.
        let mut args = Vec::with_capacity(plain.len() + spread.len());
        for (at, arg) in plain.iter().enumerate() {
            let value = if skipped(at) { Value::unknown(Type::String) } else { self.value(arg) };
            args.push(self.argument(expr, call, spec, (at, value)));
        }
        for (at, value) in spread.into_iter().enumerate() {
            args.push(self.argument(expr, call, spec, (plain.len() + at, value)));
        }
        if self.errors() > before {
            return unknown;
        }
        if let Some((first, why)) = no_template
            && !args.get(1).is_some_and(|vars| vars.is_null() || !vars.is_known())
        {
            let detail =
                format!("Invalid value for \"template\" parameter: invalid template expression: {why}.");
            self.argument_error((expr, first), first.start_span(), "Invalid function argument", detail);
            return unknown;
        }
        self.call_with(expr, call, spec, &args)
    }

    /// An argument as its parameter takes it.
    fn argument(&mut self, expr: &Expr, call: &Call, spec: &Spec, given: (usize, Value)) -> Value {
        // What a template is made of is looked at when it is known.
        if spec.name == "templatestring" && given.0 == 0 && !given.1.is_known() {
            return given.1;
        }
        spec.converted(given.0, given.1).unwrap_or_else(|why| {
            self.call_error(expr, call, spec, why);
            Value::unknown(Type::Dynamic)
        })
    }

    fn call_with(&mut self, expr: &Expr, call: &Call, spec: &Spec, args: &[Value]) -> Value {
        let unknown = Value::unknown(Type::Dynamic);
        if spec.name == "templatestring"
            && let Some(template) = args.first().filter(|template| !template.is_known())
            && args.get(1).is_some_and(|vars| !vars.is_null())
        {
            return Value::unknown_not_null(Type::String).with_marks(template.marks());
        }
        let depth = self.scope.template_depth();
        let environment = Environment { world: self.scope.world(), template_depth: depth };
        match spec.call(args, &environment) {
            Ok(value) => value,
            Err(why) => {
                let message = functions::without_secrets(why.message, args);
                self.call_error(expr, call, spec, FunctionError { message, ..why });
                unknown
            }
        }
    }

    /// Reports why a function has no result, at the argument that is at fault if there is one.
    fn call_error(&mut self, expr: &Expr, call: &Call, spec: &Spec, why: FunctionError) {
        match why.arg.and_then(|at| Some((at, spec.param(at)?))) {
            Some((at, param)) => {
                let arg = call.args.get(at).or(call.args.last());
                // What was spread out is an element of what is written.
                let spread = call.expand_last && at + 1 >= call.args.len();
                let span = arg.map_or(expr.span, |arg| if spread { arg.span } else { arg.start_span() });
                let detail = format!("Invalid value for \"{}\" parameter: {}.", param.name, why.message);
                let nothing = Expr { span, kind: ExprKind::Broken };
                let part = arg.filter(|_| !spread).unwrap_or(&nothing);
                self.argument_error((expr, part), span, "Invalid function argument", detail);
            }
            None => self.failed_call(expr, call, &why.message),
        }
    }

    fn failed_call(&mut self, expr: &Expr, call: &Call, why: &str) {
        let detail = format!("Call to function \"{}\" failed: {why}.", call.name);
        self.function_error(expr, call.start_span(), "Error in function call", detail);
    }

    fn check_count(&mut self, expr: &Expr, call: &Call, spec: &Spec, given: usize) -> bool {
        if let Some(missing) = spec.params.get(given) {
            let least = if spec.variadic.is_some() { " at least" } else { "" };
            let detail = format!(
                "Function \"{}\" takes{least} {} argument(s). There is no value for \"{}\".",
                call.name,
                spec.params.len(),
                missing.name
            );
            self.function_error(expr, call.close, "Not enough function arguments", detail);
            return false;
        }
        if let Some(most) = spec.max_args()
            && given > most
        {
            let span = extra_span(expr, call, most);
            let detail = format!("Function \"{}\" takes only {most} argument(s).", call.name);
            self.function_error(expr, span, "Too many function arguments", detail);
            return false;
        }
        true
    }

    /// The arguments of `try` and `can`: those that are written out, which are evaluated later, and how
    /// many times the last one gives a value; `None` when that is unknown or wrong.
    fn lazy_arguments<'c>(&mut self, expr: &Expr, call: &'c Call) -> Option<(&'c [Expr], Vec<Value>)> {
        let Some((last, plain)) = call.args.split_last().filter(|_| call.expand_last) else {
            return Some((&call.args, Vec::new()));
        };
        let before = self.errors();
        let value = self.value(last);
        if self.errors() > before {
            return None;
        }
        self.expand(expr, last, value).map(|spread| (plain, spread))
    }

    fn call_try(&mut self, expr: &Expr, call: &Call) -> Value {
        let unknown = Value::unknown(Type::Dynamic);
        let Some((plain, spread)) = self.lazy_arguments(expr, call) else { return unknown };
        if plain.is_empty() && spread.is_empty() {
            self.failed_call(expr, call, "at least one argument is required");
            return unknown;
        }
        let decided = |value: Value| if value.is_wholly_known() { value } else { unknown.clone() };
        let quiet = std::mem::replace(&mut self.quiet, true);
        let mut reasons = String::new();
        for arg in plain {
            let before = self.errors();
            let count = self.found.len();
            let value = self.value(arg);
            if self.errors() == before {
                self.quiet = quiet;
                return decided(value);
            }
            for finding in self.take_back(count) {
                reasons.push_str(&format!("\n- {}\n  {}", finding.summary, finding.detail));
            }
        }
        self.quiet = quiet;
        if let Some(value) = spread.into_iter().next() {
            return decided(value);
        }
        let why = format!("none of the expressions has a value:{reasons}\n\nOne of them has to");
        self.failed_call(expr, call, &why);
        unknown
    }

    fn call_can(&mut self, expr: &Expr, call: &Call) -> Value {
        // A call that cannot be made has no type, as a branch of a conditional too.
        let failed = Value::unknown(Type::Dynamic);
        let Some((plain, spread)) = self.lazy_arguments(expr, call) else { return failed };
        let decided = |known: bool| if known { Value::bool(true) } else { Value::unknown(Type::Bool) };
        let arg = match (plain, &*spread) {
            ([arg], []) => arg,
            ([], [value]) => return decided(value.is_wholly_known()),
            ([], []) => {
                let detail = "Function \"can\" takes 1 argument. There is no value for \"expression\".";
                let summary = "Not enough function arguments";
                self.function_error(expr, call.close, summary, detail.to_owned());
                return failed;
            }
            _ => {
                let span = extra_span(expr, call, 1);
                let detail = "Function \"can\" takes only 1 argument(s).";
                self.function_error(expr, span, "Too many function arguments", detail.to_owned());
                return failed;
            }
        };
        let quiet = std::mem::replace(&mut self.quiet, true);
        let before = self.errors();
        let count = self.found.len();
        let value = self.value(arg);
        let fine = self.errors() == before;
        self.take_back(count);
        self.quiet = quiet;
        // What fails now fails with every value that the unknown ones may get.
        if fine { decided(value.is_wholly_known()) } else { Value::bool(false) }
    }
}

/// Where the first argument stands that is one too many.
fn extra_span(expr: &Expr, call: &Call, most: usize) -> Span {
    match (call.args.get(most), call.args.last()) {
        (Some(_), Some(last)) if call.expand_last && call.args.len() == most + 1 => last.span,
        (Some(extra), _) => extra.start_span(),
        (None, last) => last.map_or(expr.span, |last| last.span),
    }
}

/// Why an expression cannot be where `templatestring` has its template from; `None` when it can. Only a
/// reference can: a template written in place would be evaluated before it is one.
fn no_template_source(expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Traversal(_) => None,
        ExprKind::Index(parts) => no_template_source(&parts.0),
        ExprKind::Relative(parts) => no_template_source(&parts.source),
        ExprKind::Template(parts) if matches!(&**parts, [TemplatePart::Interpolation(_)]) => Some(
            "templatestring is only for rendering templates retrieved dynamically from elsewhere; to treat the inner expression as template syntax, write the reference expression directly without any template interpolation syntax",
        ),
        ExprKind::String(_) => Some(
            "templatestring is only for rendering templates retrieved dynamically from elsewhere; a template that stands in the configuration is written without it",
        ),
        _ => Some(
            "must be a direct reference to a single string from elsewhere, containing valid Terraform template syntax",
        ),
    }
}

/// Summary and detail for a name that no function has.
pub(super) fn unknown_function(name: &str) -> (&'static str, String) {
    let Some((namespace, rest)) = name.split_once("::") else {
        let meant = did_you_mean(nearest(name, functions::names()));
        return ("Call to unknown function", format!("There is no function named \"{name}\".{meant}"));
    };
    let detail = if namespace == "core" && !rest.contains("::") {
        let meant = did_you_mean(nearest(rest, functions::names()));
        format!("There is no built-in function named \"{rest}\".{meant}")
    } else if namespace != "provider" {
        format!(
            "There is no namespace \"{namespace}\" of functions. Functions of providers begin with \"provider::\"."
        )
    } else if !rest.contains("::") {
        "After \"provider::\" come the name of the provider, two colons, and the name of the function."
            .to_owned()
    } else {
        format!("There is no function named \"{name}\"; is the provider declared in required_providers?")
    };
    ("Unknown provider function", detail)
}
