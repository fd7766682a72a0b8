use super::*;

fn parse(text: &str) -> Result<Vec<Node>, YamlError> {
    parse_documents(text, &Limits::default())
}

#[test]
fn keeps_order_style_and_place() {
    let docs = parse("b: 'x'\na: [1, \"y\"]\n---\n- z\n").unwrap();
    assert_eq!(docs.len(), 2);
    let Kind::Mapping(pairs) = &docs[0].kind else { panic!("not a mapping") };
    assert_eq!(pairs[0].0.plain(), Some("b"));
    assert_eq!(pairs[0].1.kind, Kind::Scalar { text: "x".into(), style: Style::SingleQuoted });
    assert_eq!(pairs[1].0.at, Position { line: 2, column: 1 });
}

#[test]
fn absent_values_are_empty_plain_scalars() {
    let docs = parse("a:\n").unwrap();
    let Kind::Mapping(pairs) = &docs[0].kind else { panic!("not a mapping") };
    assert_eq!(pairs[0].1.plain(), Some(""));
}

#[test]
fn tags_have_their_handles_resolved() {
    let docs = parse("[!!str 1, !x 2, ! 3]").unwrap();
    let Kind::Sequence(items) = &docs[0].kind else { panic!("not a sequence") };
    let tags: Vec<_> = items.iter().map(|n| n.tag.as_deref().unwrap()).collect();
    assert_eq!(tags, ["tag:yaml.org,2002:str", "!x", "!"]);
}

#[test]
fn billion_laughs_is_refused() {
    let mut text = String::from("a0: &a0 [x]\n");
    for i in 1..40 {
        text.push_str(&format!("a{i}: &a{i} [*a{0}, *a{0}, *a{0}]\n", i - 1));
    }
    assert!(parse(&text).unwrap_err().message.contains("aliasing"));
}

#[test]
fn deep_nesting_is_refused() {
    assert!(parse(&"[".repeat(100_000)).is_err());
    assert!(parse(&"- ".repeat(5_000)).is_err());
}

#[test]
fn self_reference_is_an_error() {
    assert!(parse("a: &a [*a]").is_err());
}

#[test]
fn tabs_are_read_as_libyaml_does() {
    let fine = [
        "a:\tb",
        "a: \t b",
        "[\ta,\n\tb]",
        "---\ta",
        "a: 1\t",
        "\"a\n\tb\"",
        "- a:\t1\n  b:\t2",
        "a: 1 #\tx",
    ];
    let wrong = [
        "\ta",
        " \ta",
        "-\ta",
        "- \ta",
        "a: 1\n\t\nb: 2",
        "a: 1\n\t# c\nb: 2",
        "\t\na: 1",
        "\t{}",
        "a: 1\n\t",
    ];
    for text in fine {
        assert!(parse_documents(text, &Limits::default()).is_ok(), "{text:?}");
    }
    for text in wrong {
        assert!(parse_documents(text, &Limits::default()).is_err(), "{text:?}");
    }
}

/// As Terraform 1.11 reads them.
#[test]
fn separators_are_line_breaks_that_stay_inside_scalars() {
    let plain = [
        ("\u{2028}1 %\n", "1 %"),
        ("yes\n\u{e9}\u{2029}\n", "yes \u{e9}"),
        ("\n0x1F \u{2029}`\n", "0x1F\u{2029}`"),
        ("1\u{2028}\n1.\u{2028}5\n  - - y ", "1\u{2028}\n1.\u{2028}5 - - y"),
        ("yes\n1\r\n\u{2028}017\n1_000\n", "yes 1\u{2028}017 1_000"),
        ("a\u{2028}\u{85}on\n\r\n\"dq\"\n", "a\u{2028}\non\n\"dq\""),
    ];
    for (text, expected) in plain {
        assert_eq!(parse(text).unwrap()[0].plain(), Some(expected), "{text:?}");
    }
    let Kind::Mapping(pairs) = &parse("a: |\n \u{2028} x\n").unwrap()[0].kind else {
        panic!("not a mapping")
    };
    assert_eq!(pairs[0].1.kind, Kind::Scalar { text: "\u{2028}x\n".into(), style: Style::Literal });
    for text in [" \u{2029} a: b: c", "b\u{2029}: 1 ", "?\u{2028}'sq'\n", "  sub:\u{2029} 1"] {
        assert!(parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_comment_may_stand_right_behind_a_token() {
    let Kind::Mapping(pairs) = &parse("a: \"é\"#c\nb: |#d\n  x#y\n").unwrap()[0].kind else {
        panic!("not a mapping")
    };
    assert!(matches!(&pairs[0].1.kind, Kind::Scalar { text, .. } if text == "é"));
    assert_eq!(pairs[1].1.kind, Kind::Scalar { text: "x#y\n".into(), style: Style::Literal });
    // Bounded: each of them has the text read again.
    assert!(parse(&"- []#\n".repeat(99)).is_ok());
    assert!(parse(&"- []#\n".repeat(101)).is_err());
}

#[test]
fn names_of_anchors_are_letters_digits_and_two_marks() {
    for text in ["- &a-_9 x\n- *a-_9", "[&a, *a]", "\"&a.\"", "x &a. y", "- !!str &a x", "- |\n  &a. x\n"] {
        assert!(parse(text).is_ok(), "{text:?}");
    }
    for text in [
        "k: &x[1]",
        "&x{a: 1}",
        "- &a.b x",
        "- &\u{e9} 1",
        "- !!seq &a.\n  - 1",
        "- &a@ x",
        "&a: 1",
        "- &a? x",
    ] {
        assert!(parse(text).is_err(), "{text:?}");
    }
}
