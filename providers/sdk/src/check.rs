//! Checks of single values, with the original's messages.

use serde_json::Value as Json;

use crate::rules::{Check, Dialect};

/// What is wrong with a value; `key` is its dotted path.
pub(crate) fn check(dialect: &Dialect, checks: &[Check], key: &str, value: &Json) -> Vec<String> {
    checks.iter().flat_map(|check| one(dialect, check, key, value)).collect()
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn one(dialect: &Dialect, check: &Check, key: &str, value: &Json) -> Vec<String> {
    let text = value.as_str();
    let message = match (check, text) {
        (Check::OneOf(allowed), Some(text)) if !allowed.iter().any(|item| item == text) => {
            let allowed: Vec<String> = allowed.iter().map(|item| format!("{item:?}")).collect();
            Some(format!("expected {key} to be one of [{}], got {text}", allowed.join(" ")))
        }
        (Check::Range(low, high), _) => range(key, low, high, value),
        (Check::Length(low, high), Some(text)) => {
            let length = text.len() as u64;
            (length < *low || length > *high)
                .then(|| format!("expected length of {key} to be in the range ({low} - {high}), got {text}"))
        }
        (Check::AtLeast(low), _) => {
            let below = low.parse::<f64>().ok().zip(value.as_f64()).is_some_and(|(low, value)| value < low);
            below.then(|| format!("expected {key} to be at least ({low}), got {}", shown(value)))
        }
        (Check::Any(checks), _) => {
            let found: Vec<_> = checks.iter().map(|check| one(dialect, check, key, value)).collect();
            let fits = found.iter().any(Vec::is_empty);
            return if fits { Vec::new() } else { found.concat() };
        }
        (Check::Named(name, argument), _) => return (dialect.check)(name, argument, key, value),
        _ => None,
    };
    message.into_iter().collect()
}

fn range(key: &str, low: &str, high: &str, value: &Json) -> Option<String> {
    let (from, to) = (low.parse::<f64>().ok()?, high.parse::<f64>().ok()?);
    let number = value.as_f64()?;
    if (from..=to).contains(&number) {
        return None;
    }
    let shown = if low.contains('.') { format!("{number:.6}") } else { shown(value) };
    Some(format!("expected {key} to be in the range ({low} - {high}), got {shown}"))
}
