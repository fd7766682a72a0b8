//! The built-in functions: one table, filled by area.

mod aggregates;
mod env;

pub use env::{BuiltinEnv, BuiltinError, BuiltinLimits, ErrorCode};

use crate::types::{Signature, Type};
use crate::value::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a call gives: a value, nothing (undefined), or an error.
pub type BuiltinResult = Result<Option<Value>, BuiltinError>;

/// How a function is run.
pub type Run = fn(&mut BuiltinEnv, &[Value]) -> BuiltinResult;

/// One built-in function.
pub struct Builtin {
    /// Its name, such as `count` or `time.now_ns`.
    pub name: &'static str,
    /// The operator that stands for it, such as `+`.
    pub infix: Option<&'static str>,
    /// Types of arguments and result.
    pub signature: Signature,
    /// Whether equal arguments may give different answers (`time.now_ns`, `http.send`).
    pub nondeterministic: bool,
    /// Whether it gives many results (`walk`): then the value is an array of them, each one a result.
    pub relation: bool,
    /// The function. It gets as many arguments as the signature has (the caller checked), of any type.
    pub run: Run,
}

#[allow(dead_code, reason = "called by the functions that land next")]
impl Builtin {
    pub(crate) fn new(name: &'static str, args: Vec<Type>, result: Type, run: Run) -> Self {
        Self {
            name,
            infix: None,
            signature: Signature { args, variadic: false, result: Some(result) },
            nondeterministic: false,
            relation: false,
            run,
        }
    }

    pub(crate) fn infix(mut self, operator: &'static str) -> Self {
        self.infix = Some(operator);
        self
    }
}

struct Table {
    rows: Vec<Builtin>,
    by_name: HashMap<&'static str, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut rows = Vec::new();
    aggregates::rows(&mut rows);
    rows.sort_by_key(|row: &Builtin| row.name);
    let by_name = rows.iter().enumerate().map(|(at, row)| (row.name, at)).collect();
    Table { rows, by_name }
});

/// The function of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.rows.get(*TABLE.by_name.get(name)?)
}

/// All functions by name.
#[must_use]
pub fn all() -> &'static [Builtin] {
    &TABLE.rows
}
