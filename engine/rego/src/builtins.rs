//! The built-in functions: one table, filled by area.

mod aggregates;
mod args;
mod arithmetic;
mod bits;
mod certificates;
mod collections;
mod compare;
mod digests;
mod encoding;
mod env;
mod format;
mod globs;
mod graphql;
mod graphs;
mod json_paths;
mod net;
mod outside;
mod pem;
mod private_keys;
mod regexes;
mod replace;
mod schemas;
mod semver;
mod signatures;
mod strings;
mod syntax;
mod templates;
mod times;
mod tokens;
mod units;
mod urls;
mod uuids;

pub use env::{BuiltinEnv, BuiltinError, BuiltinLimits, ConfigForm, ConfigReader, ErrorCode, Readable};

use crate::types::WrittenSignature;
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
    pub signature: WrittenSignature,
    /// Whether equal arguments may give different answers (`time.now_ns`, `http.send`).
    pub nondeterministic: bool,
    /// Whether it gives many results (`walk`): then the value is an array of them, each one a result.
    pub relation: bool,
    /// Whether OPA calls it deprecated: an error when errors are strict, and in Rego v1.
    pub deprecated: bool,
    /// The function. It gets as many arguments as the signature has (the caller checked), of any type.
    pub run: Run,
}

/// Name, signature, function.
type Row = (&'static str, &'static str, Run);

/// The rows of all areas. The functions `eq`, `assign`, `print`, `internal.print`, `internal.test_case`,
/// `rego.metadata.*` belong to the evaluator and are not here.
const AREAS: &[&[Row]] = &[
    aggregates::ROWS,
    arithmetic::ROWS,
    bits::ROWS,
    collections::ROWS,
    compare::ROWS,
    format::ROWS,
    strings::ROWS,
    syntax::ROWS,
    replace::ROWS,
    encoding::ROWS,
    urls::ROWS,
    json_paths::ROWS,
    regexes::ROWS,
    globs::ROWS,
    graphql::ROWS,
    graphs::ROWS,
    net::ROWS,
    outside::ROWS,
    semver::ROWS,
    times::ROWS,
    units::ROWS,
    uuids::ROWS,
    digests::ROWS,
    tokens::ROWS,
    schemas::ROWS,
    certificates::ROWS,
    private_keys::ROWS,
    signatures::ROWS,
    templates::ROWS,
];

const INFIX: &[(&str, &str)] = &[
    ("plus", "+"),
    ("minus", "-"),
    ("mul", "*"),
    ("div", "/"),
    ("rem", "%"),
    ("and", "&"),
    ("or", "|"),
    ("gt", ">"),
    ("gte", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("neq", "!="),
    ("equal", "=="),
    ("internal.member_2", "in"),
    ("internal.member_3", "in"),
];

const NONDETERMINISTIC: &[&str] = &[
    "rand.intn",
    "uuid.rfc4122",
    "io.jwt.decode_verify",
    "io.jwt.encode_sign_raw",
    "io.jwt.encode_sign",
    "time.now_ns",
    "http.send",
    "opa.runtime",
    "net.lookup_ip_addr",
];

const DEPRECATED: &[&str] = &[
    "set_diff",
    "net.cidr_overlap",
    "cast_array",
    "cast_set",
    "cast_string",
    "cast_boolean",
    "cast_null",
    "cast_object",
    "re_match",
    "all",
    "any",
];

struct Table {
    rows: Vec<Builtin>,
    by_name: HashMap<&'static str, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows: Vec<Builtin> = AREAS.iter().copied().flatten().map(builtin).collect();
    let by_name = rows.iter().enumerate().map(|(at, row)| (row.name, at)).collect();
    Table { rows, by_name }
});

/// A row of an area with what the other lists say of it; a test holds that every signature reads.
fn builtin((name, text, run): &Row) -> Builtin {
    Builtin {
        name,
        infix: INFIX.iter().find(|(of, _)| of == name).map(|(_, operator)| *operator),
        signature: WrittenSignature::new(text),
        nondeterministic: NONDETERMINISTIC.contains(name),
        relation: *name == "walk",
        deprecated: DEPRECATED.contains(name),
        run: *run,
    }
}

/// The function of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.rows.get(*TABLE.by_name.get(name)?)
}

/// All functions, area by area.
#[must_use]
pub fn all() -> &'static [Builtin] {
    &TABLE.rows
}

#[cfg(test)]
#[path = "builtins_tests.rs"]
mod tests;
