//! All functions of the language.
//!
//! A function is a row of its family's table: parameters, return type and a body. The framework in
//! [`spec`] converts arguments, deals with null, unknown and marked ones, and calls the body only with
//! what its parameters allow. Whoever evaluates a call finds the row with [`lookup`] and calls
//! [`Spec::call`]; `try` and `can` are not functions but forms of the evaluator, and stand in the table
//! for their signatures only.

use std::collections::HashMap;
use std::sync::LazyLock;

mod charset;
mod collection;
mod conversion;
mod crypto;
mod csv;
mod datetime;
mod encoding;
mod filesystem;
mod float;
mod format;
mod glob;
mod mapping;
mod network;
mod numeric;
mod regex;
mod rfc3339;
mod rsa;
mod secrets;
mod sets;
mod signature;
mod spec;
mod string;
mod template;
mod tfvars;
mod verbs;
mod yaml;
mod yaml_decode;
mod yaml_encode;

pub use secrets::without_secrets;
pub use spec::{Call, Environment, FunctionError, FunctionResult, Param, Returns, Spec, Ty};

/// Every function under its plain name, in the order of its families.
pub fn all() -> impl Iterator<Item = &'static Spec> {
    FAMILIES.iter().copied().flatten()
}

/// Tables of the families.
const FAMILIES: &[&[Spec]] = &[
    string::FUNCTIONS,
    format::FUNCTIONS,
    regex::FUNCTIONS,
    numeric::FUNCTIONS,
    collection::FUNCTIONS,
    mapping::FUNCTIONS,
    sets::FUNCTIONS,
    conversion::FUNCTIONS,
    encoding::FUNCTIONS,
    charset::FUNCTIONS,
    yaml::FUNCTIONS,
    crypto::FUNCTIONS,
    datetime::FUNCTIONS,
    filesystem::FUNCTIONS,
    template::FUNCTIONS,
    network::FUNCTIONS,
];

/// The function of a name, with or without `core::` in front; `None` when there is none.
pub fn lookup(name: &str) -> Option<&'static Spec> {
    static INDEX: LazyLock<HashMap<&str, &Spec>> =
        LazyLock::new(|| all().map(|spec| (spec.name, spec)).collect());
    INDEX.get(name.strip_prefix("core::").unwrap_or(name)).copied()
}

/// The functions of the built-in provider `terraform`, by their name in it.
pub fn terraform_provider(name: &str) -> Option<&'static Spec> {
    tfvars::FUNCTIONS.iter().find(|spec| spec.name == name)
}

/// Nanoseconds since 1970 of a timestamp of RFC 3339.
pub fn unix_nanos(timestamp: &str) -> Option<i128> {
    let moment = rfc3339::parse(timestamp).ok()?;
    Some(i128::from(moment.seconds) * 1_000_000_000 + i128::from(moment.nanos))
}

/// Names of all functions, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|spec| spec.name)
}

#[cfg(test)]
#[path = "functions_tests.rs"]
mod tests;
