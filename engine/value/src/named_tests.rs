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

#[test]
fn names_may_have_to_come_once() {
    let rows = |names: &[&str]| names.iter().map(|name| (Arc::from(*name), 0)).collect::<Vec<_>>();
    assert_eq!(Named::each_once(rows(&["c", "a", "b"])), Ok(named(&[("a", 0), ("b", 0), ("c", 0)])));
    assert_eq!(Named::each_once(rows(&[])), Ok(Named::new()));
    for twice in [&["b", "a", "b"][..], &["b", "b"], &["a", "c", "b", "c", "b"]] {
        assert_eq!(Named::each_once(rows(twice)), Err("b".into()), "{twice:?}");
    }
}

/// Random numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// A name of at most three letters, so that the same ones and beginnings of others come often.
    fn name(&mut self) -> Arc<str> {
        (0..self.below(4)).map(|_| ["a", "b", "ä", "Z"][self.below(4) as usize]).collect::<String>().into()
    }

    fn rows(&mut self) -> Vec<(Arc<str>, u64)> {
        (0..self.below(12)).map(|_| (self.name(), self.below(100))).collect()
    }
}

#[test]
fn does_what_a_tree_does() {
    for start in 0..200 {
        let mut chance = Chance(start);
        let (mut have, mut tree) = (Named::new(), BTreeMap::new());
        for _ in 0..200 {
            one_step(&mut chance, &mut have, &mut tree);
            assert!(have.iter().eq(&tree) && have.keys().rev().eq(tree.keys().rev()), "{have:?} {tree:?}");
            assert_eq!((have.len(), have.is_empty()), (tree.len(), tree.is_empty()));
            assert!(have.values().eq(tree.values()));
        }
        assert!(have.clone().into_iter().eq(tree.clone()));
        assert!(have.into_values().eq(tree.into_values()));
    }
}

/// Does the same to both, and compares the answers.
fn one_step(chance: &mut Chance, have: &mut Named<u64>, tree: &mut BTreeMap<Arc<str>, u64>) {
    let (name, item) = (chance.name(), chance.below(100));
    match chance.below(40) {
        0..12 => assert_eq!(have.insert(name.clone(), item), tree.insert(name, item)),
        12..20 => assert_eq!(have.remove(&name), tree.remove(&name)),
        20..24 => {
            assert_eq!(have.get(&name), tree.get(&name));
            assert_eq!(have.get_key_value(&name), tree.get_key_value(&name));
            assert_eq!(have.contains_key(&name), tree.contains_key(&name));
        }
        24..28 => {
            let (left, right) = (have.get_mut(&name), tree.get_mut(&name));
            assert_eq!(left, right);
            if let (Some(left), Some(right)) = (left, right) {
                (*left, *right) = (item, item);
            }
        }
        28..32 => {
            let rows = chance.rows();
            have.extend(rows.iter().cloned());
            tree.extend(rows);
        }
        32..34 => {
            have.retain(|name, have| name.len() > 1 || *have < item);
            tree.retain(|name, have| name.len() > 1 || *have < item);
        }
        34..36 => {
            have.values_mut().for_each(|have| *have += item);
            tree.values_mut().for_each(|have| *have += item);
        }
        36..38 => {
            let (rows, mut sorted) = (chance.rows(), BTreeMap::new());
            let twice = rows.iter().any(|(name, item)| sorted.insert(name.clone(), *item).is_some());
            assert_eq!(Named::each_once(rows.clone()).is_err(), twice);
            let other: Named<u64> = rows.iter().cloned().collect();
            let other_tree: BTreeMap<_, _> = rows.into_iter().collect();
            assert_eq!((*have).cmp(&other), (*tree).cmp(&other_tree));
            assert_eq!(*have == other, *tree == other_tree);
        }
        _ => {
            let rows = chance.rows();
            (*have, *tree) = (rows.iter().cloned().collect(), rows.into_iter().collect());
        }
    }
}
