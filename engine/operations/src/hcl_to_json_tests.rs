use super::document;

fn shown(text: &str) -> String {
    document("t.hcl", text).map_or_else(|why| format!("error: {why}"), |json| json.to_string())
}

#[test]
fn templates_are_written_again_piece_by_piece() {
    assert_eq!(shown(r#"a = "$${x} %%{y}""#), r#"{"a":"$${x} %%{y}"}"#);
    assert_eq!(shown(r#"a = "x${1.50}${true}${"n"}${ b }""#), r#"{"a":"x1.5truen${b}"}"#);
    assert_eq!(shown(r#"a = "${[1, b]}""#), r#"{"a":[1,"${b}"]}"#);
    assert_eq!(
        shown(r#"a = "%{ if a ~}y%{ else }z%{ endif }%{ for k, v in  m }${v},%{ endfor }""#),
        r#"{"a":"%{if a}y%{else}z%{endif}%{for k, v in m}${v},%{endfor}"}"#
    );
    assert_eq!(shown(r#"a = "x${c ? "d" : e}""#), r#"{"a":"x%{if c}d%{else}${e}%{endif}"}"#);
    assert_eq!(shown(r#"a = c ? "d" : e"#), r#"{"a":"${c ? \"d\" : e}"}"#);
}

#[test]
fn keys_and_signs() {
    assert_eq!(
        shown(r#"a = { a.b = -1, (c) = !true, 1.50 = -x, "k${d}" = null, true = 1 }"#),
        r#"{"a":{"${(c)}":false,"1.5":"${-x}","a.b":-1,"k${d}":null,"true":1}}"#
    );
    assert_eq!(shown("a = -true"), "error: -true has no value");
}

#[test]
fn attributes_win_over_blocks_and_blocks_agree_on_labels() {
    assert_eq!(shown("a = 1\na \"x\" {}\n"), r#"{"a":1}"#);
    assert_eq!(shown("a \"x\" {}\na \"x\" { b = 1 }\n"), r#"{"a":{"x":[{},{"b":1}]}}"#);
    assert!(shown("a \"x\" {}\na {}\n").contains("with and without more labels"));
    assert!(shown("a {}\na \"x\" {}\n").contains("with and without more labels"));
}
