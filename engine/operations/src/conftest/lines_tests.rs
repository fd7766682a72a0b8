use super::*;

type Row = (&'static str, Option<&'static str>);

/// What Conftest's library gives; none where it refuses.
const JSONC: &[Row] = &[
    ("{\"a\":1,/* c */\"b\":[1,2]}// end", Some(r##"{"a": 1, "b": [1, 2]}"##)),
    ("{\"a\": \"x // y\", # z\n\"b\": null}", Some(r##"{"a": "x // y", "b": null}"##)),
    ("{\"a\": 1 / 2}", Some(r##"{"a": 12}"##)),
    ("{\"a\": \"it\\\"s\"}// \"odd\n", Some(r##"{"a": "it\"s"}"##)),
    ("[1,2", None),
];

const IGNORE: &[Row] = &[
    (
        "!bar\n\n# Test",
        Some(
            r##"[[{"Kind": "NegatedPath", "Original": "!bar", "Value": "bar"}, {"Kind": "Empty", "Original": "", "Value": ""}, {"Kind": "Comment", "Original": "# Test", "Value": "Test"}]]"##,
        ),
    ),
    (
        "a\\ \n\\#x\\\\y  \né",
        Some(
            r##"[[{"Kind": "Path", "Original": "a\\ ", "Value": "a "}, {"Kind": "Path", "Original": "\\#x\\\\y  ", "Value": "#x\\y"}, {"Kind": "Path", "Original": "é", "Value": "Ã©"}]]"##,
        ),
    ),
];

const PROPERTIES: &[Row] = &[
    ("# c\n  K=https://e.com/\n! x=no\nmy-p=v", Some(r##"{"K": "https://e.com/", "my-p": "v"}"##)),
    ("a = b \\\n   c\\n\\u0041\nk\nx:y", Some(r##"{"a": "b c\nA", "k": "", "x": "y"}"##)),
    ("a=${b}\nb=${c}", Some(r##"{"a": "${b}", "b": "${c}"}"##)),
    ("a=${b}\nb=${a}", None),
    ("a=${b", None),
    ("=x", None),
    ("a=\\uZZZZ", None),
    ("k\\:1=v", Some(r##"{"k:1": "v"}"##)),
];

fn wanted(row: &Row) -> Option<Json> {
    row.1.map(|text| serde_json::from_str(text).unwrap())
}

#[test]
fn comments_are_taken_out_of_json() {
    for row in JSONC {
        let plain = without_comments(row.0);
        assert_eq!(serde_json::from_slice::<Json>(&plain).ok(), wanted(row), "{}", row.0);
    }
}

#[test]
fn ignore_files_have_entries() {
    for row in IGNORE {
        assert_eq!(Some(ignored(row.0)), wanted(row), "{}", row.0);
    }
}

#[test]
fn properties_have_keys_and_values() {
    for row in PROPERTIES {
        assert_eq!(properties(row.0).ok(), wanted(row), "{}", row.0);
    }
}
