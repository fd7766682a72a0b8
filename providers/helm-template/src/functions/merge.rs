//! `merge` and `mergeOverwrite`: dario.cat/mergo's deep merge of maps, odd as it is.
//!
//! `merge` treats an empty value of the target as absent; `mergeOverwrite` takes every value of the source but an empty
//! map for a map. Maps of the source that the target lacks are shared, not copied, as in Go.

use crate::value::{MAX_DEPTH, Map, Value};

const CYCLE: &str = "value is nested too deeply";

/// `mergo.Merge`.
pub(super) fn merge(target: &Map, source: &Map, depth: usize) -> Result<(), String> {
    deep(target, source, false, depth)
}

/// `mergo.MergeWithOverwrite`.
pub(super) fn merge_overwrite(target: &Map, source: &Map, depth: usize) -> Result<(), String> {
    deep(target, source, true, depth)
}

fn deep(target: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(CYCLE.into());
    }
    for (key, value) in source.snapshot() {
        let old = target.get(&key);
        if matches!(value, Value::Nil) {
            if overwrite {
                target.insert(key, value);
            }
            continue;
        }
        match (&old, &value) {
            (Some(Value::Map(inner)), Value::Map(from)) => {
                deep(inner, from, overwrite, depth + 1)?;
                if inner.len() > 0 {
                    continue;
                }
            }
            (old, Value::List(_)) => {
                // Inside the maps being merged the target counts as filled, so a list goes in when overwriting only,
                // or when the whole target is empty.
                let kept = old.clone().filter(|v| matches!(v, Value::List(_)));
                let taken = source.len() > 0 && (overwrite || target.len() == 0);
                if taken {
                    target.insert(key.clone(), value.clone());
                } else if let Some(kept) = kept {
                    target.insert(key.clone(), kept);
                }
                if old.as_ref().is_some_and(Value::truth) {
                    continue;
                }
            }
            _ => {}
        }
        let filled = old.as_ref().is_some_and(Value::truth);
        if overwrite || !filled {
            target.insert(key, value);
        }
    }
    Ok(())
}
