use super::*;

/// What Conftest gives; none where it refuses.
const ROWS: &[(&str, Option<&str>)] = &[
    ("<a x='1'><b>t</b><b/>tail</a>", Some(r##"{"a": {"#content": "tail", "-x": "1", "b": ["t", ""]}}"##)),
    (
        "<?xml version=\"1.0\"?>\n<!DOCTYPE p [<!ELEMENT p (q)>]>\n<m:p m:x=\"&lt;&#65;\"><!-- c --><q> a &amp; b </q><![CDATA[<r>]]></m:p>",
        Some(r##"{"p": {"#content": "<r>", "-x": "<A", "q": "a & b"}}"##),
    ),
    ("<a>x<b/>\n</a>", Some(r##"{"a": {"b": ""}}"##)),
    ("<a/><b/>", Some(r##"{"a": "", "b": ""}"##)),
    ("", Some(r##""""##)),
];

#[test]
fn what_conftest_gives() {
    for (text, wanted) in ROWS {
        let wanted = wanted.map(|text| serde_json::from_str::<Json>(text).unwrap());
        assert_eq!(elements(text).ok(), wanted, "{text}");
    }
}

#[test]
fn what_is_not_well_formed_is_no_empty_configuration() {
    for text in ["<a>", "<a></b>", "<a b=c/>", "<a>&nope;</a>", "x <", "<a><!-- -- --></a>", "<a>]]></a>"] {
        assert!(elements(text).is_err(), "{text}");
    }
    assert!(elements(&"<a>".repeat(DEEPEST + 1)).unwrap_err().contains("more than"));
}
