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
