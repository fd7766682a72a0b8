//! Input variables: values given to the root, arguments of calls, defaults, types and marks.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_config::blocks::{ModuleCall, Variable};
use ordain_config::constant;
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::parse::parse_expr;
use ordain_value::{Marks, Type, Value};

use crate::core::{Core, Evaluated, error};
use crate::values::InstanceId;
use crate::{Input, Mode, VariableInput, VariableSource, VariableText};

const CODE: ordain_diag::Code = codes::eval::VARIABLE_VALUE;

/// Findings about the values given: for variables that nobody declares, texts that are no values, and
/// variables that have none. Nothing is evaluated after errors among them.
pub(crate) fn check_given(input: &Input) -> Diagnostics {
    let needed = matches!(input.mode, Mode::Plan | Mode::Apply | Mode::Destroy);
    check_values(&input.tree.root.variables, &input.variables, needed)
}

/// The same for values by the variables they are for; `needed`: those without default must have one.
pub fn check_values(
    declared: &BTreeMap<Arc<str>, Arc<Variable>>,
    values: &BTreeMap<Arc<str>, VariableInput>,
    needed: bool,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (name, variable) in declared.iter().filter(|_| needed) {
        let given = values.get(name);
        let is_read = given.is_some_and(|given| read_given(variable, given, &mut found).is_some());
        if !is_read && variable.default.is_none() {
            found.push(not_set(variable));
        }
        // A plan file gives all of them, whoever chose their values.
        let chosen = given.is_some_and(|given| !matches!(given.source, VariableSource::Other));
        if let Some(message) = variable.deprecated.as_ref().filter(|_| chosen) {
            found.push(deprecated(variable, message));
        }
    }
    found.append(undeclared(values.iter().filter(|(name, _)| !declared.contains_key(*name))));
    found
}

fn deprecated(variable: &Variable, message: &str) -> Diagnostic {
    let detail = format!(
        "The root variable {:?} is deprecated with the following message: {message}",
        variable.name.text
    );
    let summary = "Deprecated variable used from the root module";
    Diagnostic::warning(codes::config::DEPRECATED, summary, detail).with_span(variable.header)
}

/// Findings about values for variables that nobody declares. Those of the environment are meant for all
/// configurations alike.
pub fn undeclared<'g>(values: impl Iterator<Item = (&'g Arc<str>, &'g VariableInput)>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut from_files = 0;
    for (name, given) in values {
        match &given.source {
            VariableSource::Environment | VariableSource::Other => {}
            VariableSource::CommandLine => {
                let detail = format!(
                    "A variable named {name:?} was assigned on the command line, but the root module does not declare a variable of that name. To use this value, add a \"variable\" block to the configuration."
                );
                found.push(Diagnostic::error(CODE, "Value for undeclared variable", detail));
            }
            VariableSource::File(span) => {
                from_files += 1;
                // Many of them are said to be many, not listed.
                if from_files <= 2 {
                    let detail = format!(
                        "The root module does not declare a variable named {name:?} but a value was found in a file. If you meant to use this value, add a \"variable\" block to the configuration.\n\nTo silence these warnings, use TF_VAR_... environment variables to provide certain \"global\" settings to all configurations in your organization."
                    );
                    found.push(
                        Diagnostic::warning(CODE, "Value for undeclared variable", detail).with_span(*span),
                    );
                }
            }
        }
    }
    if from_files > 2 {
        let detail = format!(
            "In addition to the other similar warnings shown, {} other variable(s) defined without being declared.",
            from_files - 2
        );
        found.push(Diagnostic::warning(CODE, "Values for undeclared variables", detail));
    }
    found
}

impl Core {
    /// The value of a root variable.
    pub(crate) fn root_variable(&self, variable: &Variable) -> Evaluated {
        let name = &variable.name.text;
        let mut found = Diagnostics::new();
        let given = self.input.variables.get(name.as_str());
        if given.is_none() && variable.default.is_none() {
            // In the other modes this was reported at the start.
            return (Some(self.open(variable)), found);
        }
        let Some(given) = given.filter(|_| self.input.mode != Mode::Validate) else {
            let value = match self.input.mode {
                // Validation holds for whatever value will be given.
                Mode::Validate => self.open(variable),
                _ => marked(variable.default.clone().unwrap_or_else(|| Value::null(Type::Dynamic)), variable),
            };
            return (Some(value), found);
        };
        let span = match given.source {
            VariableSource::File(span) => span,
            _ => variable.header,
        };
        let Some(value) = read_given(variable, given, &mut found) else {
            return (None, found);
        };
        let by = match given.source {
            VariableSource::CommandLine => " by the option -var".to_owned(),
            VariableSource::Environment => format!(" by the environment variable TF_VAR_{name}"),
            _ => String::new(),
        };
        let value = finish(variable, value, &Origin { address: format!("var.{name}"), span, by }, &mut found);
        (value, found)
    }

    /// The value of a variable of a called module: the argument, evaluated where the call stands.
    pub(crate) fn module_variable(
        &self,
        variable: &Variable,
        call: &ModuleCall,
        instance: InstanceId,
    ) -> Evaluated {
        let mut found = Diagnostics::new();
        let module = self.values.module(instance);
        let (Some(caller), Some(module)) = (module.and_then(|module| module.caller), module) else {
            return (None, found);
        };
        let Some(argument) = call.arguments.get(&*variable.name.text) else {
            let value = variable.default.clone().map(|value| marked(value, variable));
            if value.is_none() {
                let detail = format!(
                    "The module input variable {:?} is not set, and has no default value.",
                    variable.name.text
                );
                found.push(error(CODE, "Required variable not set", detail, call.header));
            }
            return (value, found);
        };
        let (value, problems) = self.evaluate(&self.scope(caller, &module.key_data), &argument.expr);
        found.append(problems);
        let Some(value) = value else { return (None, found) };
        let span = argument.expr.span;
        if value.marks_deep().is_ephemeral() && !variable.ephemeral {
            let detail = format!(
                "This expression's value cannot be used to set {:?}, because it is derived from an ephemeral value and the variable is not declared ephemeral.",
                variable.name.text
            );
            found.push(error(CODE, "Ephemeral value not allowed", detail, span));
            return (None, found);
        }
        let address = format!("{}.var.{}", module.address, variable.name.text);
        let value = finish(variable, value, &Origin { address, span, by: String::new() }, &mut found);
        (value, found)
    }

    /// The value that a root variable was given, as given, or its default: what plans keep.
    pub(crate) fn given_value(&self, variable: &Variable) -> Option<Value> {
        let given = self.input.variables.get(&*variable.name.text);
        let value = given.and_then(|given| read_given(variable, given, &mut Diagnostics::new()));
        value.or_else(|| variable.default.clone()).map(|value| marked(value, variable))
    }

    /// What is known of a variable when no value is given.
    pub(crate) fn open(&self, variable: &Variable) -> Value {
        marked(Value::unknown(variable.constraint.ty.without_optional()), variable)
    }
}

/// Where a value of a variable comes from.
struct Origin {
    /// The variable: `var.v`, `module.m["k"].var.v`.
    address: String,
    /// Where the value is written, else the header of the variable.
    span: Span,
    /// Who gave it, after " by", or nothing.
    by: String,
}

/// Default for null, conversion, marks. What is sensitive is not quoted: the finding stands at the variable.
fn finish(variable: &Variable, value: Value, origin: &Origin, found: &mut Diagnostics) -> Option<Value> {
    let Origin { address, span, by } = origin;
    if value.is_null() && !variable.nullable {
        let Some(default) = &variable.default else {
            let detail = format!(
                "The given value is not suitable for {address}: required variable may not be set to null."
            );
            found.push(error(CODE, "Required variable not set", detail, *span));
            return None;
        };
        return Some(marked(default.clone().with_marks(value.marks()), variable));
    }
    match variable.constraint.convert(value) {
        Ok(value) => Some(marked(value, variable)),
        Err(problem) => {
            let hidden = variable.sensitive && *span != variable.header;
            // The way to the part at fault may name keys of the value.
            let (which, what) = match variable.sensitive {
                true => (", which is sensitive", problem.message),
                false => ("", problem.to_string()),
            };
            let detail = format!("The value given{by} is not suitable for {address}{which}: {what}.");
            let finding = error(
                CODE,
                "Invalid value for input variable",
                detail,
                if hidden { variable.header } else { *span },
            );
            found.push(if hidden { finding.with_related("The value is given at", *span) } else { finding });
            None
        }
    }
}

fn not_set(variable: &Variable) -> Diagnostic {
    let name = &variable.name.text;
    let detail = format!(
        "The root module input variable {name:?} is not set, and has no default value. Use a -var or -var-file command line argument to provide a value for this variable."
    );
    error(CODE, "No value for required variable", detail, variable.header)
}

fn marked(value: Value, variable: &Variable) -> Value {
    let sensitive = if variable.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    let ephemeral = if variable.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
    value.with_marks(sensitive.union(ephemeral))
}

/// The value that was given for a root variable, not converted; `None` after errors.
pub fn given_value(variable: &Variable, given: &VariableInput) -> (Option<Value>, Diagnostics) {
    let mut found = Diagnostics::new();
    (read_given(variable, given, &mut found), found)
}

fn read_given(variable: &Variable, given: &VariableInput, found: &mut Diagnostics) -> Option<Value> {
    let (text, file) = match &given.value {
        VariableText::Value(value) => return Some(value.clone()),
        VariableText::Text(text, file) => (text, *file),
    };
    let constraint = &variable.constraint;
    if constraint.ty.is_primitive() || !constraint.written {
        return Some(Value::string(text));
    }
    let before = found.error_count();
    let expr = found.take(parse_expr(file, text));
    if found.error_count() > before {
        return None;
    }
    constant(&expr, found)
}
