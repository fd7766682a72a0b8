use super::Deadline;

#[test]
fn without_time_only_hooks_have_all_of_it() {
    let passed = |seconds| (Deadline::after(seconds).passed(), Deadline::after(seconds).of_hooks().passed());
    assert_eq!(passed(0), (true, false));
    assert_eq!(passed(-5), (true, true));
    assert_eq!(passed(60), (false, false));
    assert_eq!(passed(i64::MAX), (false, false));
}
