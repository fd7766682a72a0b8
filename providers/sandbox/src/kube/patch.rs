//! JSON patch, JSON merge patch and strategic merge patch.

use super::schema::{Field, Rel, Strategy, Struct, Ty};
use super::status::Failure;
use serde_json::{Map, Value};

/// RFC 7386.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    for (key, value) in members {
        let map = crate::json::object(target);
        if value.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn rejected() -> Failure {
    let message = "the server rejected our request due to an error in our request";
    let mut failure = Failure::new(422, "Invalid", message);
    failure.details = Some(Map::new());
    failure
}

/// RFC 6902, with what the API server's library allows besides: replacing a missing member of an object.
pub(crate) fn json(target: &mut Value, patch: &Value) -> Result<(), Failure> {
    let Value::Array(ops) = patch else {
        let message = "json: cannot unmarshal object into Go value of type jsonpatch.Patch";
        return Err(Failure::bad_request(message));
    };
    for op in ops {
        let path = op["path"].as_str().ok_or_else(rejected)?;
        let steps = pointer(path);
        match op["op"].as_str().unwrap_or_default() {
            "add" => add(target, &steps, op.get("value").cloned().unwrap_or(Value::Null))?,
            "remove" => drop(take(target, &steps)?),
            "replace" => replace(target, &steps, op.get("value").cloned().unwrap_or(Value::Null))?,
            "move" => {
                let value = take(target, &pointer(op["from"].as_str().unwrap_or_default()))?;
                add(target, &steps, value)?;
            }
            "copy" => {
                let from = op["from"].as_str().unwrap_or_default();
                let value = target.pointer(from).cloned().ok_or_else(rejected)?;
                add(target, &steps, value)?;
            }
            "test" => {
                let same =
                    target.pointer(path).unwrap_or(&Value::Null) == op.get("value").unwrap_or(&Value::Null);
                if !same {
                    return Err(rejected());
                }
            }
            _ => return Err(rejected()),
        }
    }
    Ok(())
}

fn pointer(path: &str) -> Vec<String> {
    path.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect()
}

fn parent<'a>(target: &'a mut Value, steps: &'a [String]) -> Result<(&'a mut Value, &'a str), Failure> {
    let (last, above) = steps.split_last().ok_or_else(rejected)?;
    let mut place = target;
    for step in above {
        place = match place {
            Value::Object(map) => map.get_mut(step).ok_or_else(rejected)?,
            Value::Array(list) => {
                let index: usize = step.parse().map_err(|_| rejected())?;
                list.get_mut(index).ok_or_else(rejected)?
            }
            _ => return Err(rejected()),
        };
    }
    Ok((place, last))
}

fn add(target: &mut Value, steps: &[String], value: Value) -> Result<(), Failure> {
    if steps.is_empty() {
        *target = value;
        return Ok(());
    }
    match parent(target, steps)? {
        (Value::Object(map), key) => drop(map.insert(key.to_string(), value)),
        (Value::Array(list), "-") => list.push(value),
        (Value::Array(list), key) => {
            let index: usize = key.parse().map_err(|_| rejected())?;
            if index > list.len() {
                return Err(rejected());
            }
            list.insert(index, value);
        }
        _ => return Err(rejected()),
    }
    Ok(())
}

fn replace(target: &mut Value, steps: &[String], value: Value) -> Result<(), Failure> {
    match parent(target, steps)? {
        (Value::Object(map), key) => drop(map.insert(key.to_string(), value)),
        (Value::Array(list), key) => {
            let index: usize = key.parse().map_err(|_| rejected())?;
            *list.get_mut(index).ok_or_else(rejected)? = value;
        }
        _ => return Err(rejected()),
    }
    Ok(())
}

fn take(target: &mut Value, steps: &[String]) -> Result<Value, Failure> {
    match parent(target, steps)? {
        (Value::Object(map), key) => map.remove(key).ok_or_else(rejected),
        (Value::Array(list), key) => {
            let index: usize = key.parse().map_err(|_| rejected())?;
            if index >= list.len() {
                return Err(rejected());
            }
            Ok(list.remove(index))
        }
        _ => Err(rejected()),
    }
}

/// Strategic merge patch of a structure.
pub(crate) fn strategic(target: &mut Value, patch: &Value, structure: Option<&Struct>) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    match members.get("$patch").and_then(Value::as_str) {
        Some("replace") => {
            let kept = members.iter().filter(|(k, _)| *k != "$patch").map(|(k, v)| (k.clone(), v.clone()));
            *target = Value::Object(kept.collect());
            return;
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return;
        }
        _ => {}
    }
    let map = crate::json::object(target);
    if let Some(Value::Array(keys)) = members.get("$retainKeys") {
        map.retain(|k, _| keys.iter().any(|r| r.as_str() == Some(k)));
    }
    for (key, value) in members {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(Value::Array(have)), Value::Array(gone)) = (map.get_mut(list), value) {
                have.retain(|v| !gone.contains(v));
            }
        } else if key.starts_with('$') {
            continue;
        } else if value.is_null() {
            map.remove(key);
        } else {
            let field = structure.and_then(|s| s.field(key));
            let order = members.get(&format!("$setElementOrder/{key}"));
            merge_member(map.entry(key.clone()).or_insert(Value::Null), value, field, order);
        }
    }
    let orders = members.iter().filter_map(|(k, v)| k.strip_prefix("$setElementOrder/").map(|k| (k, v)));
    for (key, order) in orders.filter(|(k, _)| !members.contains_key(*k)) {
        if let (Some(Value::Array(list)), Some(field)) =
            (map.get_mut(key), structure.and_then(|s| s.field(key)))
        {
            reorder(list, order, &field.strategy);
        }
    }
}

fn merge_member(have: &mut Value, value: &Value, field: Option<&Field>, order: Option<&Value>) {
    match (value, field) {
        (Value::Object(_), Some(Field { ty: Ty::Map(_), .. }) | None) => strategic(have, value, None),
        (Value::Object(_), Some(field)) => strategic(have, value, field.ty.structure()),
        (Value::Array(items), Some(field)) => {
            let inner = match &field.ty {
                Ty::List(of) => of.structure(),
                _ => None,
            };
            merge_list(have, items, &field.strategy, inner);
            if let (Some(order), Value::Array(list)) = (order, &mut *have) {
                reorder(list, order, &field.strategy);
            }
        }
        _ => *have = value.clone(),
    }
}

fn merge_list(have: &mut Value, items: &[Value], strategy: &Strategy, inner: Option<&Struct>) {
    if !have.is_array() {
        *have = Value::Array(Vec::new());
    }
    let Value::Array(list) = have else { return };
    match strategy {
        Strategy::Replace => *list = items.iter().filter(|i| !is_directive(i)).cloned().collect(),
        Strategy::Union => {
            // What is new comes first.
            let fresh: Vec<Value> = items.iter().filter(|i| !list.contains(i)).cloned().collect();
            list.splice(0..0, fresh);
        }
        Strategy::By(key) => {
            if items.iter().any(|i| i["$patch"] == "replace") {
                *list = items.iter().filter(|i| !is_directive(i)).cloned().collect();
                return;
            }
            let mut fresh = Vec::new();
            for item in items {
                let at = list.iter().position(|h| h.get(key) == item.get(key) && item.get(key).is_some());
                match (item["$patch"].as_str(), at) {
                    (Some("delete"), _) => list.retain(|h| h.get(key) != item.get(key)),
                    (_, Some(at)) => {
                        if let Some(h) = list.get_mut(at) {
                            strategic(h, item, inner);
                        }
                    }
                    (_, None) => {
                        let mut new = Value::Null;
                        strategic(&mut new, item, inner);
                        fresh.push(new);
                    }
                }
            }
            list.splice(0..0, fresh);
        }
    }
}

fn is_directive(item: &Value) -> bool {
    item.get("$patch").is_some()
}

/// Puts a list in the order that the patch asks for; what it does not name keeps its place after what precedes it.
fn reorder(list: &mut [Value], order: &Value, strategy: &Strategy) {
    let wanted = crate::json::items(order);
    let rank = |item: &Value| match strategy {
        Strategy::By(key) => wanted.iter().position(|w| w.get(key) == item.get(key)),
        _ => wanted.iter().position(|w| w == item),
    };
    list.sort_by_key(|item| rank(item).unwrap_or(usize::MAX));
}

/// Is a list of this relation told apart by members?
pub(crate) fn keys(rel: &Rel) -> &[String] {
    match rel {
        Rel::Keys(keys) => keys,
        _ => &[],
    }
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
