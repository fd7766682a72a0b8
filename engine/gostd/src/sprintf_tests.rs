use super::*;

fn t(text: &str) -> Arg {
    Arg::Text(text.into())
}

fn int(i: i64) -> Arg {
    Arg::Int(i, "int")
}

#[test]
fn verbs_and_flags() {
    for (format, args, want) in [
        ("%d|%5d|%-5d|%05d|%+d|%x|%#x|%o|%b", vec![42; 9], "42|   42|42   |00042|+42|2a|0x2a|52|101010"),
        ("%c %q %U", vec![65; 3], "A 'A' U+0041"),
        ("%.3d|%08.3d", vec![7; 2], "007|     007"),
    ] {
        let args: Vec<Arg> = args.into_iter().map(int).collect();
        assert_eq!(sprintf(format, &args), want);
    }
    assert_eq!(
        sprintf("%s|%10s|%-5s|%.2s|%q|%x", &[t("abc"), t("abc"), t("abc"), t("abc"), t("a\"b"), t("hi")]),
        "abc|       abc|abc  |ab|\"a\\\"b\"|6869"
    );
    assert_eq!(
        sprintf(
            "%v %6.2f %e %08.3f %g",
            &[Arg::Float(1e6), Arg::Float(1.5), Arg::Float(1.5), Arg::Float(-1.5), Arg::Float(0.1)]
        ),
        "1e+06   1.50 1.500000e+00 -001.500 0.1"
    );
}

#[test]
fn mistakes_show_in_the_text() {
    assert_eq!(sprintf("%d", &[t("x")]), "%!d(string=x)");
    assert_eq!(sprintf("%s", &[Arg::Nil]), "%!s(<nil>)");
    assert_eq!(sprintf("%s %s", &[t("x")]), "x %!s(MISSING)");
    assert_eq!(sprintf("%s", &[t("x"), int(1), Arg::Nil]), "x%!(EXTRA int=1, <nil>)");
    assert_eq!(sprintf("%", &[]), "%!(NOVERB)");
    assert_eq!(sprintf("%z", &[int(1)]), "%!z(int=1)");
    assert_eq!(sprintf("%[5]d", &[int(1)]), "%!d(BADINDEX)");
    assert_eq!(sprintf("%[2]d %[1]d", &[int(1), int(2)]), "2 1");
    assert_eq!(sprintf("%*d|%-*d", &[int(4), int(1), int(4), int(1)]), "   1|1   ");
}

#[test]
fn collections_print_as_go_prints_them() {
    let list = Arg::List("[]interface {}".into(), vec![int(1), t("a"), Arg::Nil]);
    let map =
        Arg::Map("map[string]interface {}".into(), vec![(t("a"), Arg::Float(1.0)), (t("b"), list.clone())]);
    assert_eq!(sprintf("%v", std::slice::from_ref(&map)), "map[a:1 b:[1 a <nil>]]");
    assert_eq!(sprintf("%s", std::slice::from_ref(&list)), "[%!s(int=1) a <nil>]");
    assert_eq!(sprintf("%#v", &[list]), "[]interface {}{1, \"a\", interface {}(nil)}");
    assert_eq!(sprintf("%T", &[map]), "map[string]interface {}");
}

#[test]
fn sprint_puts_blanks_between_non_strings() {
    assert_eq!(
        sprint(&[int(1), int(2), t("a"), t("b"), int(3), Arg::Bool(true)]),
        "1 2a b3 true".replace("a b", "ab")
    );
    assert_eq!(sprintln(&[int(1), t("a")]), "1 a\n");
}
