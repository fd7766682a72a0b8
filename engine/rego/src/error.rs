//! What is wrong with a policy, or ended its evaluation.

use crate::ast::Span;
use std::fmt;

/// The kind of an error; [`Code::as_str`] is OPA's name of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The text is no Rego.
    Parse,
    /// The policy breaks a rule of the language.
    Compile,
    /// Types, arities or references cannot fit.
    Type,
    /// A variable gets no value.
    Unsafe,
    /// A rule needs itself.
    Recursion,
    /// Two rules gave different values.
    Conflict,
    /// An operand is of the wrong type; only where such errors are strict.
    EvalType,
    /// A function cannot answer; only where such errors are strict.
    EvalBuiltin,
    /// A limit was reached.
    Limit,
    /// A `with` cannot be carried out.
    Merge,
}

impl Code {
    /// OPA's name: `rego_parse_error`, `eval_conflict_error`, ….
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "rego_parse_error",
            Self::Compile => "rego_compile_error",
            Self::Type => "rego_type_error",
            Self::Unsafe => "rego_unsafe_var_error",
            Self::Recursion => "rego_recursion_error",
            Self::Conflict => "eval_conflict_error",
            Self::EvalType => "eval_type_error",
            Self::EvalBuiltin => "eval_builtin_error",
            Self::Limit => "eval_cancel_error",
            Self::Merge => "eval_with_merge_error",
        }
    }
}

/// One error and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The kind.
    pub code: Code,
    /// What is wrong, in OPA's words where it has them.
    pub message: String,
    /// Where; row 0 if nowhere.
    pub at: Span,
}

impl Error {
    pub(crate) fn new(code: Code, at: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Error {}
