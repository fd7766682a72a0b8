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
