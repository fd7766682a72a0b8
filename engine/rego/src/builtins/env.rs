//! What built-in functions see of the world, and how they fail.

use crate::value::Value;
use regex::Regex;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a query hands to its built-in functions; made once per query, so that what it caches ends with it.
pub struct BuiltinEnv {
    /// The clock: nanoseconds since 1970, the same for the whole query.
    pub now_ns: i64,
    /// What `opa.runtime()` answers.
    pub runtime: Value,
    /// Where random numbers begin; equal seeds give equal numbers.
    pub seed: u64,
    /// Bounds.
    pub limits: BuiltinLimits,
    /// What Conftest's functions may read.
    pub readable: Readable,
    /// Ends the evaluation once it is true; for whoever has a clock.
    pub cancel: Option<Arc<AtomicBool>>,
    /// The module of the call at hand, by its number.
    pub(crate) module: u32,
    pub(crate) patterns: HashMap<Arc<str>, Regex>,
}

/// What Conftest's functions may read, and how.
#[derive(Debug, Clone, Default)]
pub struct Readable {
    /// Texts of files, by path.
    pub files: BTreeMap<String, String>,
    /// Paths of modules in the order they were added: a path in a rule is meant from where its module is.
    pub modules: Vec<String>,
    /// Reads what is neither JSON nor YAML.
    pub read: Option<ConfigReader>,
}

/// Reads the text of a configuration, whose form a parser's name or a file's path tells.
pub type ConfigReader = fn(ConfigForm<'_>, &str) -> Result<Value, String>;

/// What tells how a configuration is written.
#[derive(Debug, Clone, Copy)]
pub enum ConfigForm<'a> {
    /// Name of a parser, as Conftest has it.
    Named(&'a str),
    /// Path of a file.
    Of(&'a str),
}

/// Bounds of what a single call may make.
#[derive(Debug, Clone, Copy)]
pub struct BuiltinLimits {
    /// Longest text a call may give, in bytes.
    pub text_bytes: usize,
    /// Most items a call may give.
    pub items: usize,
    /// Most compiled patterns kept at a time.
    pub patterns: usize,
}

impl Default for BuiltinLimits {
    fn default() -> Self {
        Self { text_bytes: 256 << 20, items: 10_000_000, patterns: 500 }
    }
}

impl BuiltinEnv {
    /// An environment with nothing but a clock.
    #[must_use]
    pub fn new(now_ns: i64) -> Self {
        Self {
            now_ns,
            runtime: Value::object(Vec::new()),
            seed: 0,
            limits: BuiltinLimits::default(),
            readable: Readable::default(),
            cancel: None,
            module: 0,
            patterns: HashMap::new(),
        }
    }
}

impl BuiltinEnv {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }

    /// An error when a text of so many bytes is more than a call may give.
    pub(crate) fn fits(&self, bytes: usize) -> Result<(), BuiltinError> {
        if bytes <= self.limits.text_bytes {
            return Ok(());
        }
        Err(BuiltinError::limit(format!("the text is longer than {} bytes", self.limits.text_bytes)))
    }
}

/// The kind of an error, by OPA's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// `eval_type_error`: an argument is of the wrong type or form.
    Type,
    /// `eval_builtin_error`: the function cannot answer.
    Builtin,
    /// `eval_cancel_error`: a limit was reached. Ends the evaluation, also when errors of functions are not strict.
    Limit,
}

impl ErrorCode {
    /// The code as OPA prints it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Type => "eval_type_error",
            Self::Builtin => "eval_builtin_error",
            Self::Limit => "eval_cancel_error",
        }
    }
}

/// Why a call failed. Makes the call undefined, unless errors are strict or the code says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinError {
    /// The kind.
    pub code: ErrorCode,
    /// What is wrong, without the name of the function (the caller writes `name: message`).
    pub message: String,
}

impl BuiltinError {
    /// `eval_builtin_error`.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Builtin, message: message.into() }
    }

    /// `eval_type_error` about an argument (counted from 1): `operand 1 must be string but got null`.
    pub(crate) fn operand(at: usize, wanted: &str, got: &Value) -> Self {
        let message = format!("operand {at} must be {wanted} but got {}", got.type_name());
        Self { code: ErrorCode::Type, message }
    }

    /// `eval_type_error` about what is in an argument.
    pub(crate) fn operand_value(at: usize, message: impl fmt::Display) -> Self {
        Self { code: ErrorCode::Type, message: format!("operand {at} {message}") }
    }

    /// `eval_cancel_error`.
    pub(crate) fn limit(what: impl Into<String>) -> Self {
        Self { code: ErrorCode::Limit, message: what.into() }
    }
}

impl fmt::Display for BuiltinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for BuiltinError {}
