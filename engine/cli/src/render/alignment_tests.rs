use super::*;

/// As Terraform 1.11.4 showed such lists: `-` went, `+` came, `~` became another, ` ` stayed.
fn show(old: &str, new: &str) -> String {
    let list = |text: &str| text.chars().map(|c| Value::from(c.to_string())).collect::<Vec<_>>();
    let (old, new) = (list(old), list(new));
    let text = |items: &[Value], at: usize| items.get(at).and_then(Value::as_str).unwrap_or("?").to_owned();
    let row = |step: &Step| match *step {
        Step::Same(at) => format!(" {}", text(&new, at)),
        Step::Removed(at) => format!("-{}", text(&old, at)),
        Step::Added(at) => format!("+{}", text(&new, at)),
        Step::Changed(a, b) => format!("~{}{}", text(&old, a), text(&new, b)),
    };
    steps(&old, &new).iter().map(row).collect()
}

#[test]
fn lists_of_one_length_go_element_by_element() {
    assert_eq!(show("abc", "acd"), " a~bc~cd");
    assert_eq!(show("abc", "bax"), "~ab~ba~cx");
    assert_eq!(show("abcd", "acbx"), " a~bc~cb~dx");
}

#[test]
fn the_same_elements_in_another_order_are_moved() {
    assert_eq!(show("ab", "ba"), "-a b+a");
    assert_eq!(show("abc", "cba"), "-a-b c+b+a");
    assert_eq!(show("abc", "cab"), "+c a b-c");
    assert_eq!(show("abcd", "badc"), "-a b-c+a d+c");
    assert_eq!(show("aab", "abb"), " a-a b+b");
}

#[test]
fn other_lists_go_by_their_common_part() {
    assert_eq!(show("abc", "xc"), "-a-b+x c");
    assert_eq!(show("abc", "bcde"), "-a b c+d+e");
    assert_eq!(show("abc", "xbyz"), "-a+x b-c+y+z");
    assert_eq!(show("", "a"), "+a");
}

#[test]
fn objects_change_in_pairs() {
    let list =
        |ids: &[i64]| ids.iter().map(|id| Value::object([("a", Value::from(*id))])).collect::<Vec<_>>();
    let rows = steps(&list(&[1, 2, 3]), &list(&[5, 3]));
    assert_eq!(rows, [Step::Changed(0, 0), Step::Removed(1), Step::Same(1)]);
}

#[test]
fn large_lists_take_the_quick_way() {
    let list = |from: i64| (from..from + 3000).map(Value::from).collect::<Vec<_>>();
    let mut new = list(1);
    new.push(Value::from(-1));
    let rows = steps(&list(0), &new);
    assert_eq!(rows.iter().filter(|row| matches!(row, Step::Same(_))).count(), 2999);
}
