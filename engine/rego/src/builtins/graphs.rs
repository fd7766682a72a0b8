//! `walk` and `graph.*`.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::{Object, Value};
use std::collections::BTreeSet;

pub(super) const ROWS: &[Row] = &[
    ("walk", "(any) -> array<array[any], any>", walk),
    (
        "graph.reachable",
        "(object[any: any<array[any], set[any]>], any<array[any], set[any]>) -> set[any]",
        reachable,
    ),
    (
        "graph.reachable_paths",
        "(object[any: any<array[any], set[any]>], any<array[any], set[any]>) -> set[array[any]]",
        reachable_paths,
    ),
];

/// Every value within a value with its path, outer before inner, as pairs.
fn walk(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut pairs = Vec::new();
    let mut open = vec![(Vec::new(), args::any(args, 1)?)];
    while let Some((path, value)) = open.pop() {
        if pairs.len() >= env.limits.items {
            return Err(BuiltinError::limit("walk: the value has too many parts"));
        }
        let below = |key: &Value| [path.as_slice(), std::slice::from_ref(key)].concat();
        match value {
            Value::Array(items) => {
                open.extend(items.iter().enumerate().rev().map(|(at, item)| (below(&at.into()), item)));
            }
            Value::Object(object) => {
                open.extend(object.iter().rev().map(|(key, value)| (below(key), value)));
            }
            Value::Set(set) => open.extend(set.iter().rev().map(|member| (below(member), member))),
            _ => {}
        }
        pairs.push(Value::array(vec![Value::array(path), value.clone()]));
    }
    Ok(Some(pairs.into()))
}

/// The neighbours of a node; `None` when it is not in the graph.
fn edges<'a>(graph: &'a Object, node: &Value) -> Option<&'a [Value]> {
    Some(match graph.get(node)? {
        Value::Array(items) => items,
        Value::Set(set) => set.members(),
        _ => &[],
    })
}

fn reachable(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let graph = args::object(args, 1)?;
    let mut open: Vec<&Value> = args::items(args, 2, "{array, set}")?.iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(node) = open.pop() {
        if let Some(edges) = edges(graph, node)
            && reached.insert(node)
        {
            open.extend(edges);
        }
    }
    Ok(Some(Value::set(reached.into_iter().cloned().collect())))
}

/// Every path from a start until it ends or comes back to itself.
fn reachable_paths(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let graph = args::object(args, 1)?;
    let mut found = Vec::new();
    let mut open: Vec<Vec<&Value>> = Vec::new();
    for start in args::items(args, 2, "{array, set}")? {
        match edges(graph, start) {
            None => {}
            Some([]) => found.push(Value::array(vec![start.clone()])),
            // A start that is its own neighbour counts twice.
            Some(next) => {
                let paths = next.iter().map(|next| match graph.get(next) {
                    Some(_) => vec![start, next],
                    None => vec![start],
                });
                open.extend(paths);
            }
        }
    }
    let mut parts = 0;
    while let Some(path) = open.pop() {
        parts += path.len();
        if parts > env.limits.items {
            return Err(BuiltinError::limit("graph.reachable_paths: the graph has too many paths"));
        }
        let edges = if path.len() < 2 { None } else { path.last().and_then(|node| edges(graph, node)) };
        let edges = edges.unwrap_or_default();
        let mut ends = edges.is_empty();
        for next in edges {
            if path.contains(&next) || graph.get(next).is_none() {
                ends = true;
            } else {
                open.push([path.as_slice(), &[next]].concat());
            }
        }
        if ends {
            found.push(Value::array(path.into_iter().cloned().collect()));
        }
    }
    Ok(Some(Value::set(found)))
}
