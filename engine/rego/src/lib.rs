//! Rego text and data to answers, three-valued where inputs are unknown.
//!
//! Answers are those of OPA 1.19. Pure: the clock, the seed of random numbers and what `opa.runtime` shows are
//! arguments ([`BuiltinEnv`]), and nothing here reaches a file or the network.

#![allow(
    clippy::mutable_key_type,
    reason = "items of collections are made late and never change: hash and order stay"
)]

mod bigfloat;
mod number;
mod types;
mod unknown;
mod value;

mod builtins;

mod ast;
mod error;
mod list;
mod parse;
mod place;
mod print;

mod compile;
mod ir;

mod eval;

mod conftest;
mod engine;
mod load;
mod testing;

pub use builtins::{
    Builtin, BuiltinEnv, BuiltinError, BuiltinLimits, BuiltinResult, ConfigForm, ConfigReader, ErrorCode,
    Readable, all, find,
};
pub use compile::CompileOptions;
pub use engine::{Compiled, Given, Policies, RuleName, Trail, pattern};
pub use error::{Code, Error};
pub use eval::{Answer, Limits, Reached, Request, Tried};
pub use load::{FileKind, SourceFile, base_documents, document, float_document};
pub use number::Number;
pub use parse::Version;
pub use place::Span;
pub use testing::{FileCover, TestCase, TestFault, TestOptions, TestOutcome, TestReport, TestRun, run_tests};
pub use types::{Signature, Type, WrittenSignature};
pub use unknown::{Bound, Members, NOT_KNOWN, NOT_SHOWN, Open, Reason, Secret, Unknown, Wait, Waits};
pub use value::{Array, Items, JsonError, Object, Pairs, SerializeError, Set, Value, ValueSerializer};
