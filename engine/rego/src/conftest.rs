//! Functions that Conftest adds: `parse_config`, `parse_config_file`, `parse_combined_config_files`.

use crate::builtins::{Builtin, BuiltinEnv, BuiltinError, BuiltinResult, ConfigForm, ErrorCode};
use crate::load::{FileKind, document};
use crate::types::WrittenSignature;
use crate::value::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static TABLE: LazyLock<[Builtin; 3]> = LazyLock::new(|| {
    let row = |name, signature, run| Builtin {
        name,
        infix: None,
        signature: WrittenSignature::new(signature),
        nondeterministic: false,
        relation: false,
        deprecated: false,
        run,
    };
    [
        row("parse_config", "(string, string) -> object[string: any]", parse_config as crate::builtins::Run),
        row("parse_config_file", "(string) -> object[string: any]", parse_config_file),
        row("parse_combined_config_files", "(array[string]) -> object[string: any]", parse_combined),
    ]
});

/// All functions.
#[cfg(test)]
pub(crate) fn all() -> &'static [Builtin] {
    &*TABLE
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.iter().find(|row| row.name == name)
}

fn failed(message: impl Into<String>) -> BuiltinError {
    BuiltinError { code: ErrorCode::Builtin, message: message.into() }
}

fn text(value: Option<&Value>) -> Result<&str, BuiltinError> {
    value.and_then(Value::as_str).ok_or_else(|| failed("operand must be a string"))
}

fn parse_config(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (name, config) = (text(args.first())?, text(args.get(1))?);
    parsed(env, ConfigForm::Named(name), config).map(Some)
}

fn parsed(env: &BuiltinEnv, form: ConfigForm<'_>, config: &str) -> Result<Value, BuiltinError> {
    if let Some(read) = env.readable.read {
        return read(form, config).map_err(failed);
    }
    let (ConfigForm::Named(name) | ConfigForm::Of(name)) = form;
    match name.rsplit('.').next().unwrap_or(name) {
        "json" => document(config, FileKind::Json).map_err(failed),
        "yaml" | "yml" => document(config, FileKind::Yaml).map_err(failed),
        other => Err(failed(format!("create config parser: unknown parser: {other}"))),
    }
}

/// A path in a rule, as it is from where paths of modules begin.
fn placed(env: &BuiltinEnv, path: &str) -> String {
    let module = usize::try_from(env.module).ok().and_then(|module| env.readable.modules.get(module));
    let directory = module.and_then(|path| path.rsplit_once('/')).map_or("", |(directory, _)| directory);
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')).filter(|part| !matches!(*part, "" | ".")) {
        match parts.last() {
            Some(last) if part == ".." && *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let root = if directory.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

fn file(env: &BuiltinEnv, path: &str) -> Result<Value, BuiltinError> {
    let config = env.readable.files.get(path);
    let config = config.ok_or_else(|| failed(format!("open {path}: no such file or directory")))?;
    parsed(env, ConfigForm::Of(path), config)
}

fn parse_config_file(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let path = placed(env, text(args.first())?);
    file(env, &path).map(Some)
}

fn parse_combined(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let paths = args.first().and_then(Value::as_array).ok_or_else(|| failed("operand must be an array"))?;
    let mut known = BTreeSet::new();
    for path in paths {
        known.insert(placed(env, text(Some(path))?));
    }
    let mut out = Vec::with_capacity(known.len());
    for path in &known {
        let contents = file(env, path)?;
        let parts = contents.as_array().map(<[Value]>::to_vec).unwrap_or_else(|| vec![contents.clone()]);
        let path = path.as_str();
        let entry = |part| Value::object(vec![("path".into(), path.into()), ("contents".into(), part)]);
        out.extend(parts.into_iter().map(entry));
    }
    Ok(Some(Value::array(out)))
}
