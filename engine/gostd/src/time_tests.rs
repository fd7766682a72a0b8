use super::*;

#[test]
fn layouts_format_as_go_formats() {
    let moment = Moment::utc(1_136_239_445, 120_000_000);
    assert_eq!(format(&moment, RFC3339_NANO), "2006-01-02T22:04:05.12Z");
    assert_eq!(
        format(&moment, "Mon Jan _2 3:04:05.000 PM MST 2006 -0700 02/06 __2 January Monday"),
        "Mon Jan  2 10:04:05.120 PM UTC 2006 +0000 02/06   2 January Monday"
    );
    let york = moment.in_zone("America/New_York").unwrap();
    assert_eq!(format(&york, "2006-01-02T15:04:05Z07:00 MST"), "2006-01-02T17:04:05-05:00 EST");
    assert!(moment.in_zone("Nowhere/Land").is_none());
    assert_eq!(format(&Moment::utc(-1, 0), STRING), "1969-12-31 23:59:59 +0000 UTC");
}

#[test]
fn clocks_go_on_changing_as_they_did() {
    for (seconds, wanted) in [
        (9_223_372_036, "2262-04-12T00:47:16 BST"),
        (4_107_542_399, "2100-02-28T23:59:59 GMT"),
        (4_117_305_600, "2100-06-22T01:00:00 BST"),
        (4_133_980_800, "2101-01-01T00:00:00 GMT"),
        (8_046_216_000, "2224-12-22T12:00:00 GMT"),
        (32_503_680_000, "3000-01-01T00:00:00 GMT"),
    ] {
        let moment = Moment::utc(seconds, 0).in_zone("Europe/London").unwrap();
        assert_eq!(format(&moment, "2006-01-02T15:04:05 MST"), wanted);
    }
}

#[test]
fn texts_parse_as_go_parses() {
    let parsed = parse(RFC3339, "2020-02-29T12:00:00.5+02:00").unwrap();
    assert_eq!((parsed.seconds, parsed.nanos, parsed.offset), (1_582_970_400, 500_000_000, 7200));
    assert_eq!(parse("2006-01-02", "2021-03-04").map(|m| m.seconds), Ok(1_614_816_000));
    assert_eq!(parse("3:04 pm", "12:30 am").map(|m| m.wall().clock), Ok(1800));
    let err = |layout, text| parse(layout, text).unwrap_err();
    assert_eq!(err("2006", "zz"), "parsing time \"zz\" as \"2006\": cannot parse \"zz\" as \"2006\"");
    assert_eq!(err("2006-01-02", "2021-02-30"), "parsing time \"2021-02-30\": day out of range");
    assert_eq!(err("2006-01-02", "2021-13-30"), "parsing time \"2021-13-30\": month out of range");
    assert_eq!(err("2006", "2021x"), "parsing time \"2021x\": extra text: \"x\"");
}
