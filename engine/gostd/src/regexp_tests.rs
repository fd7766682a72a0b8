use super::*;

fn err(pattern: &str) -> String {
    compile(pattern).map_or_else(|e| e.to_string(), |_| "compiled".into())
}

#[test]
fn go_only_syntax_is_understood() {
    assert!(compile(r"^\Qa.b\E$").unwrap().is_match("a.b"));
    assert!(compile(r"^\07$").unwrap().is_match("\u{7}"));
    assert!(!compile(r"^\d$").unwrap().is_match("٣"));
    assert!(!compile(r"^\w$").unwrap().is_match("é"));
    assert!(compile(r"[a&&b]").unwrap().is_match("&"));
    assert!(compile(r"^[[a]+$").unwrap().is_match("[a"));
    assert!(compile(r"\bfoo\b").unwrap().is_match("éfooé"));
    assert!(compile(r"a\Bb").unwrap().is_match("ab"));
    assert!(compile(r"^[^\D]+$").unwrap().is_match("12"));
    assert!(compile(r"x{,3}").unwrap().is_match("x{,3}"));
    assert!(compile(r"(?<y>\d{4})-(?P<m>\d\d)").unwrap().is_match("2020-01"));
    assert!(compile(r"\p{Greek}\pL").unwrap().is_match("αb"));
    assert!(compile("(?i)ABC|d e").unwrap().is_match("D E"));
}

#[test]
fn errors_have_go_s_words() {
    assert_eq!(err("["), "error parsing regexp: missing closing ]: `[`");
    assert_eq!(err("a**"), "error parsing regexp: invalid nested repetition operator: `**`");
    assert_eq!(err("*"), "error parsing regexp: missing argument to repetition operator: `*`");
    assert_eq!(err("(a"), "error parsing regexp: missing closing ): `(a`");
    assert_eq!(err("a)"), "error parsing regexp: unexpected ): `a)`");
    assert_eq!(err("a{1,1001}"), "error parsing regexp: invalid repeat count: `{1,1001}`");
    assert_eq!(err("(?x)a"), "error parsing regexp: invalid or unsupported Perl syntax: `(?x`");
    assert_eq!(err("(?=a)"), "error parsing regexp: invalid or unsupported Perl syntax: `(?=`");
    assert_eq!(err(r"\p{Letter}"), r"error parsing regexp: invalid character class range: `\p{Letter}`");
    assert_eq!(err(r"\1"), r"error parsing regexp: invalid escape sequence: `\1`");
    assert_eq!(err("\\"), "error parsing regexp: trailing backslash at end of expression: ``");
    assert_eq!(err("[b-a]"), "error parsing regexp: invalid character class range: `b-a`");
}

#[test]
fn split_counts_as_go_does() {
    let re = compile(",").unwrap();
    assert_eq!(split(&re, "a,b,c", Some(2)), ["a", "b,c"]);
    assert_eq!(split(&re, "a,b,", None), ["a", "b", ""]);
    assert_eq!(split(&compile("").unwrap(), "abc", None), ["a", "b", "c"]);
}

#[test]
fn a_repetition_after_flags_is_of_what_stands_before_them() {
    let all = |pattern: &str, text: &str| -> Vec<String> {
        compile(pattern).unwrap().find_iter(text).map(|found| found.as_str().to_owned()).collect()
    };
    assert_eq!(all("a(?i)*", "aaA"), ["aa", ""]);
    assert_eq!(all("a(?i)(?m)+B", "aab"), ["aab"]);
    assert_eq!(all("[^\n](?i)(?m)(?s)*", "ab\nc"), ["ab", "c"]);
    assert_eq!(all("a(?U)*", "aaA"), ["", "", "", ""]);
    assert_eq!(all("a(?U)*?b", "aab"), ["aab"]);
    assert_eq!(all("a(?i){b", "a{b"), ["a{b"]);
    assert_eq!(all("a+(?i)?", "aa"), ["aa"]);
    assert_eq!(all("ab(?i)*B", "abbb"), ["abbb"]);
    assert_eq!(all("a*(?i)b", "aab"), ["aab"]);
    assert_eq!(err("(?i)*"), "error parsing regexp: missing argument to repetition operator: `*`");
    assert_eq!(err("a|(?i)*"), "error parsing regexp: missing argument to repetition operator: `*`");
    assert_eq!(err("a(?i)**"), "error parsing regexp: invalid nested repetition operator: `**`");
}
