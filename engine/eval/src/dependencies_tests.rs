use std::sync::Arc;

use ordain_addr::{ConfigResource, parse_instance};
use petgraph::graph::NodeIndex;

use super::{Dependencies, Links};

fn config(address: &str) -> ConfigResource {
    parse_instance(address).unwrap().config()
}

/// `t.c` needs `t.b`, which needs a local value that needs `t.a`; `t.d` needs nothing.
fn links() -> Arc<Links> {
    Arc::new(Links {
        starts: vec![0, 0, 1, 2, 3, 3],
        needs: vec![0, 1, 2],
        ranks: vec![Some(0), None, Some(1), Some(2), Some(3)],
        ranked: ["t.a", "t.b", "t.c", "t.d"].map(config).to_vec(),
    })
}

fn of(node: usize) -> Dependencies {
    Dependencies::at(&links(), NodeIndex::new(node))
}

#[test]
fn lists_reach_through_everything_between() {
    assert_eq!(**of(3).all(), [config("t.a"), config("t.b")]);
    assert_eq!(**of(2).all(), [config("t.a")]);
    assert!(of(0).all().is_empty() && of(4).all().is_empty());
}

#[test]
fn the_nearest_hide_what_is_behind_them() {
    let any = |_: &ConfigResource| true;
    let c = of(3);
    assert_eq!(c.nearest(any, any), [&config("t.b")]);
    let is_a = |used: &ConfigResource| *used == config("t.a");
    assert_eq!(c.nearest(is_a, is_a), [&config("t.a")]);
    // The search does not end at what is not looked for, unless it is told to.
    assert!(c.nearest(is_a, |used| *used == config("t.b")).is_empty());
}

#[test]
fn many_are_gathered_in_one_walk() {
    let shared = links();
    let many = [3, 2, 4].map(|node| Dependencies::at(&shared, NodeIndex::new(node)));
    let mut all: Vec<_> = Dependencies::together(&many).into_iter().cloned().collect();
    all.sort();
    assert_eq!(all, [config("t.a"), config("t.b")]);
    let listed = Dependencies::listed(["t.z", "t.y", "t.z"].map(config));
    assert_eq!(**listed.all(), [config("t.y"), config("t.z")]);
}
