//! Plan through Rego to decisions and obligations; sole user of the Rego engine.
//!
//! A [`Bundle`] is made of texts, an [`Input`] of a plan and what is known of the run; [`judge`] gives
//! [`Decisions`], [`check`] holds rules against schemas, [`test`] runs the rules' own tests. Everything comes
//! in as values: the time too.

mod bundle;
mod check;
mod conftest;
mod contradictions;
mod decisions;
mod evaluating;
mod explaining;
mod input;
mod judge;
mod objects;
mod open;
mod over;
mod reading;
mod rego;
mod scan;
mod test_shapes;
mod testing;
mod tokens;
mod whole;

pub use bundle::Bundle;
pub use check::{check, foreign_words, odd_decisions, unserved_types};
pub use conftest::{
    CheckResult, Configuration, ConftestQuestion, ConftestShape, Finding, SHAPES as CONFTEST_SHAPES,
    conftest_test, conftest_verify, shaped,
};
pub use decisions::{Decision, Decisions, Obligation, Requirement, Stage};
pub use evaluating::{Question, Reply, evaluate};
pub use explaining::{Explained, Fate, Saying, explain, vacuous};
pub use input::Input;
pub use judge::{judge, report};
pub use objects::Objects;
pub use ordain_rego::{
    ConfigForm, FileKind, Limits, Readable, SourceFile, Value as RegoValue, ValueSerializer, Version,
    float_document, pattern,
};
pub use rego::Bounds;
pub use test_shapes::{TestQuestion, TestReply, test_shaped};
pub use testing::{Outcome, Report, TestResult, test};
pub use whole::plan_document;
