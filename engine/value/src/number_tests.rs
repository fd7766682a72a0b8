use super::*;

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn divided(left: &str, right: &str) -> String {
    number(left).divide(&number(right)).unwrap().to_string()
}

#[test]
fn prints_the_shortest_text_that_reads_back() {
    let sum = number("0.1").add(&number("0.2")).unwrap();
    assert_eq!(sum.to_string(), "0.3");
    assert_eq!(sum, number("0.3"));
    assert_eq!(divided("1", "3").len(), 157);
    assert!(divided("1", "3").ends_with("3335"));
    assert_eq!(number("1e30").to_string(), "1000000000000000000000000000000");
    assert_eq!(number("1e-5").to_string(), "0.00001");
    assert_eq!(number("1e1000").to_string().len(), 1001);
    assert_eq!(number("1e-400").to_string().len(), 402);
    for text in
        ["123456789012345678901234567890.123456789", "9007199254740993", "-2.5", "18446744073709551617"]
    {
        assert_eq!(number(text).to_string(), text);
    }
}

#[test]
fn precision_follows_the_operands() {
    let (one, three) = (Number::from(1), Number::from(3));
    assert_eq!(one.divide(&three).unwrap().to_string(), "0.33333333333333333334");
    let root = Number::from_f64(2f64.sqrt()).unwrap();
    assert_eq!(root.to_string(), "1.4142135623730951");
    assert_eq!(
        root.multiply(&number("3")).unwrap().to_string(),
        "4.2426406871192854364238655762164853513240814208984375"
    );
    assert_eq!(
        root.multiply(&Number::from_f64(3f64.sqrt()).unwrap()).unwrap().to_string(),
        "2.4494897427831781237221939200634"
    );
}

#[test]
fn thirds_come_back_whole() {
    let third = number("1").divide(&number("3")).unwrap();
    assert_eq!(third.multiply(&number("3")).unwrap(), number("1"));
    let two_thirds = number("2").divide(&number("3")).unwrap();
    assert_eq!(two_thirds.multiply(&number("3")).unwrap(), number("2"));
}

#[test]
fn zeros_and_infinities() {
    assert_eq!(number("0").negate().to_string(), "-0");
    assert_eq!(number("0").multiply(&number("-5")).unwrap().to_string(), "-0");
    assert_eq!(number("-0"), number("0"));
    assert_eq!(divided("1", "0"), "+Inf");
    assert_eq!(divided("-1", "0"), "-Inf");
    assert!(number("0").divide(&number("0")).is_none());
    assert!(number("Inf").subtract(&number("Inf")).is_none());
    assert!(number("Inf").multiply(&number("0")).is_none());
    assert!(number("-Inf") < number("-1e1000"));
}

#[test]
fn remainders() {
    let rest = |left: &str, right: &str| number(left).modulo(&number(right)).unwrap().to_string();
    assert_eq!(rest("5", "0"), "5");
    assert_eq!(rest("-5", "3"), "-2");
    assert_eq!(rest("7.5", "2"), "1.5");
    assert!(number("5").modulo(&number("Inf")).is_none());
}

#[test]
fn reads_what_the_language_reads() {
    for (text, want) in
        [("1e3", "1000"), (".5", "0.5"), ("5.", "5"), ("1p3", "8"), ("+7", "7"), ("-inf", "-Inf")]
    {
        assert_eq!(number(text).to_string(), want, "{text}");
    }
    for text in
        ["", "-", ".", "1_0", "0x10", " 1", "1 ", "e5", "1e", "1e+", "Infinity", "NaN", "1e99999999999"]
    {
        assert!(text.parse::<Number>().is_err(), "{text}");
    }
}

#[test]
fn whole_parts() {
    let check = |text: &str, floor: &str, ceil: &str| {
        assert_eq!(number(text).floor().to_string(), floor, "{text}");
        assert_eq!(number(text).ceil().to_string(), ceil, "{text}");
    };
    check("1.5", "1", "2");
    check("-1.5", "-2", "-1");
    check("-0.5", "-1", "0");
    check("Inf", "+Inf", "+Inf");
}

#[test]
fn doubles_round_correctly() {
    for value in [0.1, 1.0 / 3.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -123.456] {
        assert_eq!(Number::from(value).as_f64().to_bits(), value.to_bits(), "{value}");
        assert_eq!(number(&format!("{value:e}")).as_f64().to_bits(), value.to_bits(), "{value}");
    }
    assert_eq!(number("1e400").as_f64(), f64::INFINITY);
    assert_eq!(number("1e-400").as_f64(), 0.0);
    assert_eq!(number("9007199254740993").as_f64(), 9007199254740992.0);
}

#[test]
fn is_small() {
    assert!(std::mem::size_of::<Number>() <= 16);
    assert!(std::mem::size_of::<crate::Value>() <= 48);
}

/// The first digits alone give what all digits give; a number as large as it may be is printed at once.
#[test]
fn far_exponents_print_their_first_digits() {
    for text in ["1p16500", "3.25p-16500", "340.4400000007566563p20001", "7e-9000", "1e6000", "9.99999e5999"]
    {
        let number: Number = text.parse().expect("a number");
        let (digits, point) = number.shortest_digits();
        let again: Number = format!("0.{digits}e{point}").parse().expect("a number");
        assert_eq!(again, number, "{text} became 0.{digits}e{point}");
        assert!(digits.len() < 160, "{text} has {} digits", digits.len());
    }
    let start = std::time::Instant::now();
    let number: Number = "340.4400000007566563p4573251".parse().expect("a number");
    assert_eq!(number.to_string().len(), 1_376_689);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
