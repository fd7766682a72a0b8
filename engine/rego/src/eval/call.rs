//! Calls: built-in functions, functions of rules, and what `with` puts in their place.

use super::{Machine, Outcome, Replaced, stop};
use crate::ast::Span;
use crate::builtins::{Builtin, ErrorCode};
use crate::error::Code;
use crate::ir::{Function, FunctionName};
use crate::unknown::Seen;
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
                Replaced::Function(other) => self.undisguised(|machine| machine.direct(other, operands, at)),
            };
        }
        self.direct(function, operands, at)
    }

    /// Runs what stands in a function's place: to it, functions are what they are without `with`.
    fn undisguised<T>(&mut self, f: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let outer = std::mem::take(&mut self.scope_mut()?.functions);
        let out = f(self);
        self.scope_mut()?.functions = outer;
        out
    }

    fn direct(&mut self, function: Function, operands: Vec<Value>, at: Span) -> Outcome<Option<Value>> {
        match function {
            Function::Builtin(builtin) if self.veiled => self.veiled_builtin(builtin, &operands, at),
            Function::Builtin(builtin) => self.builtin(builtin, &operands, at),
            Function::Rules(place) => self.function(place, operands),
            Function::Member if self.veiled => Ok(self.veiled_member(&operands)),
            Function::Member => Ok(Some(Value::Bool(is_member(&operands)))),
        }
    }

    pub(crate) fn builtin(
        &mut self,
        builtin: &Builtin,
        operands: &[Value],
        at: Span,
    ) -> Outcome<Option<Value>> {
        self.env.module = at.file();
        match (builtin.run)(&mut self.env, operands) {
            Ok(value) => {
                self.made(value.as_ref().map_or(0, weight))?;
                Ok(value)
            }
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
        // What a call made of something hidden must not be shown where the same is open, and the other way round.
        let kept = !self.veiled || !key.1.iter().any(|operand| Seen::of(operand).secret);
        if kept && let Some((value, open)) = self.scope()?.calls.get(&key).cloned() {
            self.depend(&open);
            return Ok(value);
        }
        let program = self.program;
        let rules = program.rules.get(place).map(|rules| &**rules).unwrap_or_default();
        let several = "functions must not produce multiple outputs for same inputs";
        let (value, open) = self.apart(|machine| machine.complete(rules, &key.1, several))?;
        if kept {
            self.scope_mut()?.calls.insert(key, (value.clone(), open.clone()));
        }
        self.depend(&open);
        Ok(value)
    }
}

/// About how much room a value takes that a function has made.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() / 32,
        Value::Array(items) => items.len(),
        Value::Set(set) => set.len(),
        Value::Object(object) => object.len(),
        _ => 0,
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
