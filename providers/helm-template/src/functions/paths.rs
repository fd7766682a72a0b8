//! Slash-separated paths (Go's `path`); `filepath` is the same on the systems Helm's recordings come from.

use super::args::Args;
use super::fixed;
use crate::template::{Function, Param};
use crate::value::Value;

const T: &[Param] = &[Param::Text];

pub(super) const TABLE: &[Function] = &[
    fixed("base", T, |_, a| Ok(Value::from(base(a.text(0))))),
    fixed("dir", T, |_, a| Ok(Value::from(dir(a.text(0))))),
    fixed("clean", T, |_, a| Ok(Value::from(clean(a.text(0))))),
    fixed("ext", T, |_, a| Ok(Value::from(ext(a.text(0))))),
    fixed("isAbs", T, |_, a| Ok(Value::Bool(a.text(0).starts_with('/')))),
    fixed("osBase", T, |_, a| Ok(Value::from(base(a.text(0))))),
    fixed("osDir", T, |_, a| Ok(Value::from(dir(a.text(0))))),
    fixed("osClean", T, |_, a| Ok(Value::from(clean(a.text(0))))),
    fixed("osExt", T, |_, a| Ok(Value::from(ext(a.text(0))))),
    fixed("osIsAbs", T, |_, a| Ok(Value::Bool(a.text(0).starts_with('/')))),
];

/// `path.Base`.
pub(crate) fn base(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        rest => rest.rsplit('/').next().unwrap_or(rest),
    }
}

fn dir(path: &str) -> String {
    clean(path.rfind('/').and_then(|i| path.get(..=i)).unwrap_or_default())
}

fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').and_then(|i| name.get(i..)).unwrap_or_default()
}

/// `path.Clean`.
pub(crate) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.join("/")) {
        (true, rest) => format!("/{rest}"),
        (false, rest) if rest.is_empty() => ".".into(),
        (false, rest) => rest,
    }
}
