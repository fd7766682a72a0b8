use ordain_diag::FileId;

use super::*;

fn known(count: usize) -> Vec<Deprecated> {
    let one = |at: usize| Deprecated {
        call: "m".into(),
        output: format!("o{at}").into(),
        message: "Use another.".into(),
        remote: false,
        keyed: false,
    };
    (0..count).map(one).collect()
}

fn settled(known: &[Deprecated], value: Value) -> (Value, Vec<String>) {
    let mut found = Diagnostics::new();
    let (expr, _) = ordain_lang::parse::parse_expr(FileId(0), "local.x");
    let value = settle(known, Mode::Plan, &expr, value, &mut found);
    let details = found.iter().map(|item| item.detail.lines().next().unwrap_or_default().to_owned());
    (value, details.collect())
}

#[test]
fn marks_become_warnings_that_say_where_and_are_gone() {
    let known = known(3);
    let part = |at: &str| Value::from("x").with_marks(marks(&known, "m", at).union(Marks::SENSITIVE));
    let value = Value::object([("a", Value::tuple([Value::from("y"), part("o2")])), ("b", part("o0"))]);
    let (value, told) = settled(&known, value);
    assert_eq!(
        told,
        [
            "This value's attribute b is derived from module.m.o0, which is deprecated with the following message:",
            "This value's attribute a[1] is derived from module.m.o2, which is deprecated with the following message:",
        ]
    );
    assert_eq!(value.marks_deep(), Marks::SENSITIVE);
}

/// Sources beyond the marks that there are share one, and are told together: none is missed.
#[test]
fn many_sources_share_the_last_mark() {
    let known = known(Marks::DEPRECATIONS + 2);
    let value = Value::from("x").with_marks(marks(&known, "m", "o63"));
    assert_eq!(settled(&known, value).1.len(), 3);
    let value = Value::from("x").with_marks(marks(&known, "m", "o60"));
    assert_eq!(settled(&known, value).1.len(), 1);
}
