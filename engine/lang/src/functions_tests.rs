use super::*;

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = names().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
