use std::collections::{BTreeMap, HashMap};

use super::{Names, ResourceName};
use crate::{Mode, Resource};

/// Whether texts are shared makes no difference.
#[test]
fn resources_and_their_names_stand_in_one_order() {
    let shared: std::sync::Arc<str> = "b".into();
    let mut all = Vec::new();
    for mode in [Mode::Ephemeral, Mode::Managed, Mode::Data] {
        for name in ["a", "b"] {
            all.push(Resource::new(mode, shared.clone(), name));
            all.push(Resource::new(mode, "b", name));
            all.push(Resource::new(mode, "a", shared.clone()));
        }
    }
    for one in &all {
        for other in &all {
            let names = (one.names(), other.names());
            assert_eq!(one.cmp(other), names.0.cmp(&names.1), "{one} and {other}");
            assert_eq!(one == other, names.0 == names.1, "{one} and {other}");
        }
    }
}

#[test]
fn tables_of_resources_are_asked_by_borrowed_names() {
    let all = [
        Resource::new(Mode::Managed, "a", "bc"),
        Resource::new(Mode::Managed, "ab", "c"),
        Resource::new(Mode::Data, "a", "bc"),
    ];
    let hashed: HashMap<Resource, usize> = all.iter().cloned().zip(0..).collect();
    let ordered: BTreeMap<Resource, usize> = all.iter().cloned().zip(0..).collect();
    for (at, resource) in all.iter().enumerate() {
        let (type_name, name) = (resource.type_name.to_string(), resource.name.to_string());
        let named = ResourceName { mode: resource.mode, type_name: &type_name, name: &name };
        assert_eq!(hashed.get(&named as &dyn Names), Some(&at));
        assert_eq!(ordered.get(&named as &dyn Names), Some(&at));
        assert_eq!(named.to_resource(), *resource);
        assert!(named == *resource);
    }
    let other = ResourceName { mode: Mode::Ephemeral, type_name: "a", name: "bc" };
    assert_eq!(hashed.get(&other as &dyn Names), None);
    assert_eq!(ordered.get(&other as &dyn Names), None);
}
