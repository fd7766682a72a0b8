use super::*;

#[test]
fn general_form_switches_at_six_digits_as_go_prints() {
    for (v, want) in [
        (0.0, "0"),
        (100_000.0, "100000"),
        (1_000_000.0, "1e+06"),
        (1_234_567.5, "1.2345675e+06"),
        (0.0001, "0.0001"),
        (0.000_01, "1e-05"),
        (1.0 / 3.0, "0.3333333333333333"),
        (-2.5e-7, "-2.5e-07"),
        (1e100, "1e+100"),
        (f64::INFINITY, "+Inf"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(format_g(v), want);
    }
}

#[test]
fn json_form_switches_at_1e21() {
    assert_eq!(format_json(1e20).as_deref(), Some("100000000000000000000"));
    assert_eq!(format_json(1e21).as_deref(), Some("1e+21"));
    assert_eq!(format_json(1e-7).as_deref(), Some("1e-7"));
    assert_eq!(format_json(f64::NAN), None);
}

#[test]
fn precision_counts_significant_digits() {
    assert_eq!(format_g_digits(123_456.0, 3), "1.23e+05");
    assert_eq!(format_g_digits(999_999.0, 3), "1e+06");
    assert_eq!(format_g_digits(0.000_123_45, 3), "0.000123");
    assert_eq!(format_e(123_456.0, Some(6)), "1.234560e+05");
    assert_eq!(format_f(1_234_567.5, Some(0)), "1234568");
}

#[test]
fn integers_in_base_zero_follow_their_prefix() {
    assert_eq!(parse_int("0755", 0), Some(493));
    assert_eq!(parse_int("0x_ff", 0), Some(255));
    assert_eq!(parse_int("08", 0), None);
    assert_eq!(parse_int("1_000", 0), Some(1000));
    assert_eq!(parse_int("18446744073709551615", 0), Some(i128::from(u64::MAX)));
    assert_eq!(parse_int("18446744073709551616", 0), None);
}
