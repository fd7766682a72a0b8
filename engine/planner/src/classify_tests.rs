use ordain_provider::Block;
use ordain_value::{Path, Value};

use super::replace_paths;

/// As Terraform 1.11 lists them for types of the AWS provider.
#[test]
fn paths_stand_in_the_order_of_their_sums() {
    let changes = |names: &[&str], after: i64| {
        Value::object(names.iter().map(|name| (*name, Value::from(after))).collect::<Vec<_>>())
    };
    let names = ["repository_name", "id"];
    let of = |names: &[&str]| names.iter().map(|name| Path::root().attr(*name)).collect::<Vec<_>>();
    let asked = of(&["id", "repository_name", "id", "same"]);
    let same = |after| {
        let both = changes(&names, after);
        let members = both.as_members().unwrap().clone();
        Value::object(members.into_iter().chain([("same".into(), Value::from(0))]))
    };
    let listed = replace_paths(&Block::default(), asked, &same(1), &same(2));
    assert_eq!(listed, of(&names));

    let inner = |after: i64| Value::tuple([changes(&["table_name"], after)]);
    let whole = |after| Value::object([("id", Value::from(after)), ("table_reference", inner(after))]);
    let table = Path::root().attr("table_reference");
    let id = Path::root().attr("id");
    let deep = table.index(0).attr("table_name");
    let listed =
        replace_paths(&Block::default(), vec![id.clone(), table.clone(), deep.clone()], &whole(1), &whole(2));
    assert_eq!(listed, [table, deep, id]);
}
