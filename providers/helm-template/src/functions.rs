//! The functions of charts: Go's built-ins, Sprig 3.3's text functions and Helm 3.18's own, as one table.
//!
//! A family is a file with a `TABLE`; adding a function is one row there.

mod args;
mod bases;
mod builtins;
mod compare;
mod convert;
mod crypto;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod helm;
mod lists;
mod merge;
mod numbers;
mod paths;
mod random;
mod regexes;
mod strings;
mod text_case;
mod toml;
mod toml_refusal;
mod urls;
mod wrap;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use helm::{MARK_END, MARK_START};

use crate::template::{Function, Param};

static ALL: LazyLock<HashMap<&'static str, Function>> = LazyLock::new(|| {
    let families: [&[Function]; 15] = [
        builtins::TABLE,
        compare::TABLE,
        crypto::TABLE,
        dates::TABLE,
        defaults::TABLE,
        dicts::TABLE,
        encoding::TABLE,
        helm::TABLE,
        lists::TABLE,
        numbers::TABLE,
        paths::TABLE,
        random::TABLE,
        regexes::TABLE,
        strings::TABLE,
        urls::TABLE,
    ];
    families.iter().flat_map(|table| table.iter().map(|f| (f.name, *f))).collect()
});

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    ALL.get(name)
}

/// Names of all functions, sorted.
#[cfg(test)]
fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = ALL.keys().copied().collect();
    names.sort_unstable();
    names
}

/// A function with fixed parameters.
const fn fixed(name: &'static str, params: &'static [Param], body: crate::template::Body) -> Function {
    Function { name, params, variadic: false, body }
}

/// A function whose last parameter repeats.
const fn variadic(name: &'static str, params: &'static [Param], body: crate::template::Body) -> Function {
    Function { name, params, variadic: true, body }
}

#[cfg(test)]
#[path = "functions_tests.rs"]
mod tests;
