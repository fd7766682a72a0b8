//! Functions of providers under the names that a configuration gives the providers.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr};
use ordain_config::ModuleTree;
use ordain_diag::{AttributeStep, CallParameter, Diagnostic, Diagnostics, FunctionCall, Span, codes};
use ordain_lang::Functions;
use ordain_lang::ast::Expr;
use ordain_lang::functions::{Spec, terraform_provider, without_secrets};
use ordain_provider::{Function, Parameter};
use ordain_value::json::type_to_json;
use ordain_value::{Marks, Type, Value, convert};
use tokio::runtime::Handle;

use crate::Workdir;
use crate::plan_configuration::SchemasByAddress;
use crate::providers::Providers;

/// Functions of the providers that a module requires; a provider that is merely used has none,
/// the built-in one no less. Those of the built-in provider are rows of the language's own table.
struct ProviderFunctions {
    providers: BTreeMap<String, ProviderAddr>,
    schemas: SchemasByAddress,
    workdir: Workdir,
    /// Where calls to other processes run; evaluation itself is synchronous.
    runtime: Option<Handle>,
}

/// Functions for each module, by the local names that it has for providers.
pub fn by_module(
    workdir: &Workdir,
    tree: &ModuleTree,
    schemas: &SchemasByAddress,
) -> BTreeMap<ModulePath, Arc<dyn Functions + Send + Sync>> {
    let runtime = Handle::try_current().ok();
    let mut all: BTreeMap<ModulePath, Arc<dyn Functions + Send + Sync>> = BTreeMap::new();
    for module in tree.modules() {
        let required = module.settings.required_providers.iter();
        let providers: BTreeMap<String, ProviderAddr> =
            required.map(|(name, required)| (name.to_string(), required.source.clone())).collect();
        if !providers.is_empty() {
            let (schemas, workdir, runtime) = (schemas.clone(), workdir.clone(), runtime.clone());
            let functions = ProviderFunctions { providers, schemas, workdir, runtime };
            all.insert(module.path.clone(), Arc::new(functions));
        }
    }
    all
}

impl ProviderFunctions {
    fn find(&self, name: &str) -> Option<(&ProviderAddr, String, &Function)> {
        let (provider, function) = name.strip_prefix("provider::")?.split_once("::")?;
        let address = self.providers.get(provider).filter(|address| !address.is_builtin())?;
        let row = self.schemas.get(address)?.functions.get(function)?;
        Some((address, function.to_owned(), row))
    }

    /// Calls the provider and waits for its answer.
    fn ask(&self, address: &ProviderAddr, name: &str, arguments: Vec<Value>) -> Result<Value, Diagnostic> {
        let provider = Providers::new(self.workdir.clone()).make(address)?;
        let Some(runtime) = &self.runtime else {
            let detail = "Functions of external providers cannot be called here.";
            return Err(Diagnostic::error(codes::cli::INTERNAL, "Error in function call", detail));
        };
        // A thread of its own may wait for tasks of the runtime, which this one must not.
        let answer = std::thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(provider.call_function(name, arguments))).join()
        });
        answer.unwrap_or_else(|_| {
            let detail = format!("The call of {name} came to no end.");
            Err(Diagnostic::error(codes::cli::INTERNAL, "Error in function call", detail))
        })
    }
}

/// An argument as the function takes it: of the parameter's type, without marks. The error is a clause.
fn argument(parameter: Option<&Parameter>, value: Value) -> Result<Value, String> {
    let Some(parameter) = parameter else { return Err("too many arguments".to_owned()) };
    let value = convert(value, &parameter.ty).map_err(|error| error.to_string())?;
    if value.is_null() && !parameter.allow_null {
        return Err("argument must not be null".to_owned());
    }
    Ok(value)
}

/// What a finding about a call says of the function.
fn called(called_as: &str, name: &str, row: &Function) -> FunctionCall {
    let json = |ty: &Type| type_to_json(ty).to_string();
    let parameter = |of: &Parameter| CallParameter { name: of.name.to_string(), ty: json(&of.ty) };
    FunctionCall {
        called_as: called_as.to_owned(),
        name: name.to_owned(),
        parameters: row.parameters.iter().map(parameter).collect(),
        variadic: row.variadic.as_ref().map(parameter),
        returns: json(&row.result),
    }
}

impl Functions for ProviderFunctions {
    fn offers(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn call(&self, name: &str, args: &[Value], call: Span, exprs: &[Expr]) -> Option<(Value, Diagnostics)> {
        let (address, function, row) = self.find(name)?;
        let failed = |why: &str, at: Option<usize>| {
            let span = at.and_then(|at| exprs.get(at)).map_or(call, |expr| expr.span);
            let why = without_secrets(why.to_owned(), args);
            let detail = format!("Call to function \"{name}\" failed: {why}.");
            let error = Diagnostic::error(codes::lang::UNKNOWN_FUNCTION, "Error in function call", detail);
            let error = error.with_span(span).with_context(call).with_call(called(name, &function, row));
            (Value::unknown(row.result.clone()), Diagnostics::from(error))
        };
        if args.len() < row.parameters.len() {
            return Some(failed(&format!("it takes {} arguments", row.parameters.len()), None));
        }
        let (mut marks, mut arguments, mut open) = (Marks::NONE, Vec::with_capacity(args.len()), false);
        for (at, value) in args.iter().enumerate() {
            let (value, found) = value.clone().unmark_deep();
            marks = marks.union(found);
            let parameter = row.parameters.get(at).or(row.variadic.as_ref());
            match argument(parameter, value) {
                Ok(value) => {
                    let allowed = parameter.is_some_and(|parameter| parameter.allow_unknown);
                    open |= !allowed && !value.is_wholly_known();
                    arguments.push(value);
                }
                Err(why) => return Some(failed(&why, Some(at))),
            }
        }
        if open {
            return Some((Value::unknown(row.result.clone()).with_marks(marks), Diagnostics::new()));
        }
        match self.ask(address, &function, arguments) {
            Ok(value) => Some((value.with_marks(marks), Diagnostics::new())),
            Err(error) => {
                let at = error.attribute.first().and_then(|step| match step {
                    AttributeStep::Index(at) => usize::try_from(*at).ok(),
                    _ => None,
                });
                Some(failed(error.detail.trim_end_matches('.'), at))
            }
        }
    }

    fn native(&self, name: &str) -> Option<&'static Spec> {
        let (provider, function) = name.strip_prefix("provider::")?.split_once("::")?;
        let address = self.providers.get(provider)?;
        if address.is_builtin() { terraform_provider(function) } else { None }
    }

    fn names(&self) -> Vec<String> {
        let builtin = self.providers.iter().filter(|(_, address)| address.is_builtin());
        let names = ["encode_tfvars", "decode_tfvars", "encode_expr"];
        let builtin = builtin.flat_map(|(local, _)| names.map(|name| format!("provider::{local}::{name}")));
        let external = self.providers.iter().filter(|(_, address)| !address.is_builtin());
        let external = external.filter_map(|(local, address)| Some((local, self.schemas.get(address)?)));
        let external = external.flat_map(|(local, schema)| {
            schema.functions.keys().map(move |name| format!("provider::{local}::{name}"))
        });
        builtin.chain(external).collect()
    }
}
