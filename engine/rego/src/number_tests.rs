use super::Number;

fn n(text: &str) -> Number {
    Number::parse(text).unwrap()
}

#[test]
fn text_is_kept_and_value_compared() {
    for text in ["1.50", "1E+21", "-0", "-0.0", "12345678901234567890.5", "9223372036854775807", "0"] {
        assert_eq!(n(text).to_string(), text);
    }
    assert_eq!(n("1.0"), n("1"));
    assert_eq!(n("-0.0"), n("0"));
    assert_eq!(n("1e2"), n("100"));
    assert!(n("9007199254740993") > n("9007199254740992.0"));
    assert!(n("-1.5") < n("-1"));
    assert!(n("1e-7") > n("0"));
    assert!(n("1e999999999") > n("1e999999998"));
    assert_eq!(n("1e3").as_i64(), Some(1000));
    assert_eq!(n("-9223372036854775808").as_i64(), Some(i64::MIN));
    assert_eq!(n("9223372036854775808").as_i64(), None);
}

#[test]
fn what_is_no_json_number_is_refused() {
    for text in ["", "-", "01", "1.", ".5", "1e", "0x10", " 1", "Infinity", "1e99999999999", "--1", "1-2"] {
        assert!(Number::parse(text).is_none(), "{text}");
    }
}
