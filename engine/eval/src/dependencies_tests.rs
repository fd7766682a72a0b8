use std::sync::Arc;

use ordain_addr::{ConfigResource, Key, parse_instance};
use petgraph::graph::NodeIndex;

use super::{Dependencies, Links, Named};

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
        single: Vec::new(),
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
    let any = |_: Named<'_>| true;
    let c = of(3);
    assert_eq!(c.nearest(any, any), [(&config("t.b"), None)]);
    let is_a = |(used, _): Named<'_>| *used == config("t.a");
    assert_eq!(c.nearest(is_a, is_a), [(&config("t.a"), None)]);
    // The search does not end at what is not looked for, unless it is told to.
    assert!(c.nearest(is_a, |(used, _)| *used == config("t.b")).is_empty());
}

#[test]
fn many_are_gathered_in_one_walk() {
    let shared = links();
    let many = [3, 2, 4].map(|node| Dependencies::at(&shared, NodeIndex::new(node)));
    let mut all: Vec<_> = Dependencies::together(&many).into_iter().cloned().collect();
    all.sort();
    assert_eq!(all, [config("t.a"), config("t.b")]);
    let listed = Dependencies::listed(["t.z", "t.y", "t.z"].map(|name| (config(name), None)));
    assert_eq!(**listed.all(), [config("t.y"), config("t.z")]);
}

#[test]
fn single_instances_are_nodes_of_their_own() {
    // `t.b` needs `t.a[1]`, `t.c` needs `t.b` and all of `t.a`.
    let links = Arc::new(Links {
        starts: vec![0, 0, 1, 3],
        needs: vec![3, 0, 1],
        ranks: vec![Some(0), Some(1), Some(2)],
        ranked: ["t.a", "t.b", "t.c"].map(config).to_vec(),
        single: vec![(0, Key::Int(1))],
    });
    let of = |node| Dependencies::at(&links, NodeIndex::new(node));
    let any = |_: Named<'_>| true;
    assert_eq!(of(1).nearest(any, any), [(&config("t.a"), Some(&Key::Int(1)))]);
    assert_eq!(of(2).nearest(any, any), [(&config("t.a"), None), (&config("t.b"), None)]);
    assert_eq!(**of(2).all(), [config("t.a"), config("t.b")]);
    assert_eq!(**of(1).all(), [config("t.a")]);
}
