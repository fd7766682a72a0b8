use super::*;
use serde_json::json;

/// The wanted text was written by sigs.k8s.io/yaml 1.4.0.
#[test]
fn writes_what_go_writes() {
    let word = "word ".repeat(30) + "x";
    let colon = "w: d ".repeat(30);
    let value = json!({
        "a": word, "b": [colon, [1, 2, {"x": 1, "y": []}], {"k": "v", "l": ["a"]}],
        "c": "l1\n  l2\n", "d": "\n lead", "e": "", "f": "yes", "g": "it's # x", "h": "a\tb", "i": 1e21, "j": 0.1,
        "k": "12:30:45", "l": "x\n\n", "m": "trail \nx", "10": 1, "9": 2, "a1": 1, "A": 1, "o": "\n", "p": "1_000",
        "q": "2020-01-01", "r": "=", "s": "<<", "t": "-", "u": "- a", "v": "a: b", "w": "😀", "x": null, "y": "~",
        "multi\nkey": 2, "": 3, "z": [[], {}], "k".repeat(130): 1,
    });
    let want = include_str!("emit_golden.yaml");
    assert_eq!(to_yaml(&value), want);
}

#[test]
fn roots_of_every_kind() {
    assert_eq!(to_yaml(&json!([])), "[]\n");
    assert_eq!(to_yaml(&json!("x")), "x\n");
    assert_eq!(to_yaml(&json!("a\nb\n")), "|\n  a\n  b\n");
    assert_eq!(to_yaml(&json!(["a\nb", {"q": "a\n b"}])), "- |-\n  a\n  b\n- q: |-\n    a\n     b\n");
    assert_eq!(to_yaml(&json!(null)), "null\n");
}
