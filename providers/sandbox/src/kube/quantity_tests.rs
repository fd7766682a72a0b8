use super::{canonical, parse};

#[test]
fn quantities_have_one_form() {
    let pairs = [
        ("0.5", "500m"),
        ("0.5Gi", "512Mi"),
        ("1", "1"),
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("1500M", "1500M"),
        ("1000k", "1M"),
        ("0", "0"),
        ("1.5Gi", "1536Mi"),
        ("100n", "1m"),
        ("2e3", "2e3"),
        ("-1", "-1"),
    ];
    for (given, want) in pairs {
        assert_eq!(canonical(given).as_deref(), Some(want), "{given}");
    }
}

#[test]
fn nonsense_is_no_quantity() {
    for text in ["", "abc", "1x", "1..2", "Gi", "1 Gi"] {
        assert_eq!(parse(text), None, "{text}");
    }
}
