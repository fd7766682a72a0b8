use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderConfigAddr, Target, parse_instance};

use super::*;
use crate::{Edit, Object, Status};

fn state(addresses: &[&str]) -> State {
    let mut state = State::default();
    for address in addresses {
        state.edit(Edit::Put {
            address: parse_instance(address).unwrap(),
            deposed: None,
            provider: ProviderConfigAddr::parse("provider[\"x/y/z\"]").unwrap(),
            object: Arc::new(Object {
                status: Status::Ready,
                schema_version: 0,
                attributes: serde_json::value::RawValue::from_string("{}".to_owned()).unwrap().into(),
                flat: false,
                sensitive_paths: Vec::new(),
                identity: None,
                private: Vec::new(),
                dependencies: Vec::new(),
                create_before_destroy: false,
            }),
        });
    }
    state
}

fn moves(list: &[(&str, &str, &str)]) -> Vec<Move> {
    list.iter()
        .map(|(module, from, to)| Move {
            module: ModulePath(module.split('.').filter(|m| !m.is_empty()).map(Arc::from).collect()),
            from: Target::parse(from).unwrap(),
            to: Target::parse(to).unwrap(),
        })
        .collect()
}

fn run(before: &[&str], list: &[(&str, &str, &str)]) -> (Vec<String>, Rebound) {
    let mut state = state(before);
    let rebound = rebind(&mut state, &order_moves(&moves(list)).unwrap());
    let after = state
        .resources
        .iter()
        .flat_map(|(resource, of)| of.instances.keys().map(|key| resource.instance(key.clone()).to_string()))
        .collect();
    (after, rebound)
}

#[test]
fn resources_instances_and_modules_move() {
    assert_eq!(run(&["a.x[0]", "a.x[1]"], &[("", "a.x", "a.y")]).0, ["a.y[0]", "a.y[1]"]);
    assert_eq!(run(&["a.x[0]", "a.x[1]"], &[("", "a.x[1]", "a.x[\"k\"]")]).0, ["a.x[0]", "a.x[\"k\"]"]);
    assert_eq!(run(&["a.x"], &[("", "a.x", "module.m.a.x[0]")]).0, ["module.m.a.x[0]"]);
    assert_eq!(run(&["module.m[0].a.x"], &[("", "module.m", "module.n")]).0, ["module.n[0].a.x"]);
    assert_eq!(run(&["module.m.a.x"], &[("", "module.m", "module.n[\"k\"]")]).0, ["module.n[\"k\"].a.x"]);
    assert_eq!(run(&["module.m[1].a.x"], &[("m", "a.x", "a.y")]).0, ["module.m[1].a.y"]);
}

#[test]
fn chains_are_followed_in_any_order_and_remember_the_first_address() {
    let chain = [("", "a.y", "a.z"), ("", "a.x", "a.y")];
    let (after, rebound) = run(&["a.x"], &chain);
    assert_eq!(after, ["a.z"]);
    let (new, old) = rebound.moved.first_key_value().unwrap();
    assert_eq!((new.to_string(), old.to_string()), ("a.z".to_owned(), "a.x".to_owned()));
    let nested = [("m", "a.x", "a.y"), ("", "module.old", "module.m[\"k\"]")];
    assert_eq!(run(&["module.old.a.x"], &nested).0, ["module.m[\"k\"].a.y"]);
}

#[test]
fn taken_places_block() {
    let (after, rebound) = run(&["a.x", "a.y"], &[("", "a.x", "a.y")]);
    assert_eq!(after, ["a.x", "a.y"]);
    assert_eq!(rebound.blocked.len(), 1);
}

#[test]
fn circles_are_refused() {
    let circle = moves(&[("", "a.x", "a.y"), ("", "a.y", "a.z"), ("", "a.z", "a.x")]);
    assert_eq!(order_moves(&circle), Err(MoveCycles(vec![vec![0, 1, 2]])));
}
