use super::BigFloat;
use crate::Number;

fn f(text: &str) -> BigFloat {
    BigFloat::of(&Number::parse(text).unwrap()).unwrap()
}

fn text(float: BigFloat) -> String {
    float.to_number().to_string()
}

#[test]
fn answers_are_those_of_opa() {
    assert_eq!(text(f("0.1").add(f("0.2"))), "0.3");
    assert_eq!(text(f("1").div(f("3"))), "0.33333333333333333334");
    assert_eq!(text(f("2").div(f("3"))), "0.6666666666666666667");
    assert_eq!(text(f("4.35").mul(f("100"))), "435");
    assert_eq!(text(f("1").sub(f("0.9"))), "0.10000000000000000002");
    assert_eq!(text(f("12345678901234567890.5").add(f("1"))), "12345678901234567891");
    assert_eq!(text(f("1e-7").mul(f("10"))), "1e-06");
    assert_eq!(text(f("0").div(f("-5"))), "-0");
    assert_eq!(text(f("1.5e30").mul(f("1e10"))), format!("15{}", "0".repeat(39)));
}

#[test]
fn texts_read_back() {
    for sample in ["0.1", "123.456", "1e-300", "2.5", "99999999999.125", "0.00012", "1.0000000000000000001"] {
        let float = f(sample);
        let again = BigFloat::of(&float.to_number()).unwrap();
        assert_eq!(float, again, "{sample}");
    }
    assert_eq!(BigFloat::of_int(-7).to_int(), dashu_int::IBig::from(-7));
    assert_eq!(f("-2.5").trunc(), f("-2"));
}
