use super::problem;

#[test]
fn schedules_are_refused_in_the_words_of_their_reader() {
    for good in ["*/5 * * * *", "0 0 1 JAN sun", "@daily", "@every 1h", "1-5,7 0-23/2 * * 0-6"] {
        assert_eq!(problem(good), None, "{good}");
    }
    let cases = [
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("@often", "unrecognized descriptor: @often"),
    ];
    for (schedule, why) in cases {
        assert_eq!(problem(schedule).as_deref(), Some(why), "{schedule}");
    }
}
