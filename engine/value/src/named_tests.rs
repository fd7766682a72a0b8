use std::collections::BTreeMap;
use std::sync::Arc;

use super::Named;

fn named(rows: &[(&str, i32)]) -> Named<i32> {
    rows.iter().map(|(name, item)| (Arc::from(*name), *item)).collect()
}

#[test]
fn the_last_of_a_name_stands_as_in_a_tree() {
    let rows = [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5), ("b", 6)];
    let tree: BTreeMap<Arc<str>, i32> = rows.iter().map(|(name, item)| (Arc::from(*name), *item)).collect();
    let have = named(&rows);
    assert!(have.iter().eq(tree.iter()), "{have:?}");
    let mut one_by_one = Named::new();
    let before: Vec<_> = rows.iter().map(|(name, item)| one_by_one.insert(Arc::from(*name), *item)).collect();
    assert_eq!(before, [None, None, Some(1), None, Some(2), Some(3)]);
    assert_eq!(one_by_one, have);
    let mut extended = named(&[("d", 7), ("a", 0)]);
    extended.extend(rows.iter().map(|(name, item)| (Arc::from(*name), *item)));
    assert_eq!(extended, named(&[("a", 5), ("b", 6), ("c", 4), ("d", 7)]));
}

#[test]
fn finds_changes_and_takes_out_by_name() {
    let mut have = named(&[("a", 1), ("b", 2), ("c", 3)]);
    assert_eq!((have.get("b"), have.get("bb"), have.contains_key("c")), (Some(&2), None, true));
    if let Some(item) = have.get_mut("b") {
        *item = 20;
    }
    assert_eq!((have.remove("a"), have.remove("a"), have.len()), (Some(1), None, 2));
    have.retain(|name, item| &**name == "b" && *item == 20);
    assert_eq!(have, named(&[("b", 20)]));
    assert!(!have.is_empty() && Named::<i32>::default().is_empty());
}

#[test]
fn order_and_equality_are_those_of_trees() {
    let all = [
        named(&[]),
        named(&[("a", 1)]),
        named(&[("a", 1), ("b", 0)]),
        named(&[("a", 2)]),
        named(&[("b", 0)]),
    ];
    assert!(all.is_sorted_by(|left, right| left < right));
}
