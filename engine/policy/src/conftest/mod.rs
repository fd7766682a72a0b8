//! Conftest's commands: `test` and `verify`, with its answers and its shapes.
//!
//! What Conftest passes over in silence is passed over here too (`deny := "text"` is a success); the policies of
//! this program are judged by [`crate::judge`], which refuses such rules.

mod check;
mod reports;
mod shapes;
mod verify;
mod wildcard;

use ordain_rego::{Readable, SourceFile, Value, Version};
use std::collections::BTreeMap;

use crate::rego::Bounds;

/// What `conftest test` and `conftest verify` are asked with.
#[derive(Clone, Debug)]
pub struct ConftestQuestion {
    /// Modules.
    pub policies: Vec<SourceFile>,
    /// Documents.
    pub data: Vec<SourceFile>,
    /// The configurations to test: path as given, directory and name of the file, and what is in it.
    pub inputs: Vec<Configuration>,
    /// Namespaces, or patterns of them.
    pub namespaces: Vec<String>,
    /// All namespaces that there are.
    pub all_namespaces: bool,
    /// All configurations as one input.
    pub combine: bool,
    /// Errors of built-in functions are errors.
    pub show_builtin_errors: bool,
    /// Strict compiling.
    pub strict: bool,
    /// Version of the language.
    pub version: Version,
    /// What `time.now_ns()` gives.
    pub now_ns: i64,
    /// What `opa.runtime()` shows as the environment.
    pub environment: BTreeMap<String, String>,
    /// What `parse_config_file` may read, by path relative to the policies.
    pub readable: Readable,
    /// Bounds of each evaluation, and of the time for all.
    pub bounds: Bounds,
}

/// A configuration.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// As results name it.
    pub path: String,
    /// Directory of the file.
    pub directory: String,
    /// What is in it; an array is several configurations.
    pub content: Value,
}

/// How results are shown.
#[derive(Clone, Debug, Default)]
pub struct ConftestShape {
    /// One of [`SHAPES`].
    pub output: String,
    /// No exceptions in plain text.
    pub suppress_exceptions: bool,
    /// Skipped tests are counted in plain text.
    pub show_skipped: bool,
    /// No messages in names of JUnit tests.
    pub junit_hide_message: bool,
    /// No files that pass in GitHub's form.
    pub github_hide_passed: bool,
}

/// A message, with what else the rule said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The message.
    pub message: String,
    /// File and line that the rule named.
    pub place: Option<(String, String)>,
    /// Other members.
    pub metadata: Vec<(String, Value)>,
}

/// Results of one configuration and namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckResult {
    /// Path of the configuration.
    pub file: String,
    /// Namespace; empty for tests of policies.
    pub namespace: String,
    /// How many rules passed.
    pub successes: usize,
    /// Denials and violations.
    pub failures: Vec<Finding>,
    /// Warnings.
    pub warnings: Vec<Finding>,
    /// Exceptions that hold.
    pub exceptions: Vec<Finding>,
    /// Tests that were skipped.
    pub skipped: Vec<Finding>,
    /// What `print` said.
    pub prints: Vec<String>,
}

pub use check::conftest_test;
pub use shapes::{SHAPES, shaped};
pub use verify::conftest_verify;
