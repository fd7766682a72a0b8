use super::*;

fn without(secrets: &[&str], text: &str) -> Option<String> {
    let mut all = SecretTexts::default();
    secrets.iter().for_each(|secret| all.insert(secret));
    all.without(text)
}

#[test]
fn the_longest_is_hidden_and_what_overlaps_with_it() {
    for (secrets, text, wanted) in [
        (&["abcd", "abcdef"][..], "<abcdef>", Some("<(sensitive value)>")),
        (&["abcdef", "efghij"], "abcdefghij!", Some("(sensitive value)!")),
        (&["abcd"], "abcdabcd", Some("(sensitive value)(sensitive value)")),
        (&["bcde", "abc"], "abcabcd", None),
        (&["größe", "öße1"], "größe1", Some("(sensitive value)")),
        (&["a\nbcd"], "\"a\\nbcd\"", Some("\"(sensitive value)\"")),
        (&["a<bcd"], "a\\u003cbcd a<bcd", Some("(sensitive value) (sensitive value)")),
        (&[], "abcd", None),
        (&["abcd"], "abc", None),
    ] {
        assert_eq!(without(secrets, text).as_deref(), wanted, "{secrets:?} {text}");
    }
}

#[test]
fn nobody_is_shown_them_by_accident() {
    let mut all = SecretTexts::default();
    all.insert("hunter2");
    let mut more = SecretTexts::default();
    more.insert("hunter22");
    all.extend(more);
    assert_eq!(format!("{all:?}"), "2 secrets");
    assert_eq!(all.without("hunter22").as_deref(), Some("(sensitive value)"));
}
