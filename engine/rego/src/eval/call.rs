//! Calls: built-in functions, functions of rules, and what `with` puts in their place.

use super::{Machine, Outcome, Replaced, stop};
use crate::ast::Span;
use crate::builtins::{Builtin, ErrorCode};
use crate::error::Code;
use crate::ir::{Function, FunctionName};
use crate::value::Value;

impl Machine<'_> {
    /// The result of a call; `None` if it is undefined.
    pub(crate) fn call(
        &mut self,
        function: Function,
        operands: Vec<Value>,
        at: Span,
    ) -> Outcome<Option<Value>> {
        self.step(at)?;
        if let Some(name) = name_of(function)
            && !self.scope()?.functions.is_empty()
            && let Some(replaced) = self.scope()?.functions.get(&name).cloned()
        {
            return match replaced {
                Replaced::Value(value) => Ok(Some(value)),
                Replaced::Function(other) => self.direct(other, operands, at),
            };
        }
        self.direct(function, operands, at)
    }

    fn direct(&mut self, function: Function, operands: Vec<Value>, at: Span) -> Outcome<Option<Value>> {
        match function {
            Function::Builtin(builtin) => self.builtin(builtin, &operands, at),
            Function::Rules(place) => self.function(place, operands),
            Function::Member => Ok(Some(Value::Bool(is_member(&operands)))),
        }
    }

    fn builtin(&mut self, builtin: &Builtin, operands: &[Value], at: Span) -> Outcome<Option<Value>> {
        match (builtin.run)(&mut self.env, operands) {
            Ok(value) => Ok(value),
            Err(error) => {
                let message = format!("{}: {}", builtin.name, error.message);
                match error.code {
                    ErrorCode::Limit => Err(stop(Code::Limit, at, message)),
                    ErrorCode::Type if self.strict => Err(stop(Code::EvalType, at, message)),
                    ErrorCode::Builtin if self.strict => Err(stop(Code::EvalBuiltin, at, message)),
                    ErrorCode::Type | ErrorCode::Builtin => Ok(None),
                }
            }
        }
    }

    fn function(&mut self, place: usize, operands: Vec<Value>) -> Outcome<Option<Value>> {
        let key = (place, operands);
        if let Some(known) = self.scope()?.calls.get(&key) {
            return Ok(known.clone());
        }
        let program = self.program;
        let rules = program.rules.get(place).map(Vec::as_slice).unwrap_or_default();
        let several = "functions must not produce multiple outputs for same inputs";
        let value = self.complete(rules, &key.1, several)?;
        self.scope_mut()?.calls.insert(key, value.clone());
        Ok(value)
    }
}

fn name_of(function: Function) -> Option<FunctionName> {
    match function {
        Function::Builtin(builtin) => Some(FunctionName::Builtin(builtin.name)),
        Function::Rules(place) => Some(FunctionName::Rules(place)),
        Function::Member => None,
    }
}

/// `x in xs`, or `k, v in xs`.
fn is_member(operands: &[Value]) -> bool {
    match operands {
        [value, Value::Array(items)] => items.contains(value),
        [value, Value::Object(object)] => object.iter().any(|(_, member)| member == value),
        [value, Value::Set(set)] => set.contains(value),
        [key, value, collection @ (Value::Array(_) | Value::Object(_) | Value::Set(_))] => {
            collection.get(key) == Some(value)
        }
        _ => false,
    }
}
