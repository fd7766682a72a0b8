use super::*;

#[derive(Default)]
struct Kept(Mutex<Vec<(Level, String)>>);

impl Log for Kept {
    fn line(&self, level: Level, _from: &str, text: &str) {
        self.0.lock().unwrap().push((level, text.to_owned()));
    }
}

#[test]
fn entries_have_their_level_and_only_trouble_is_kept_for_messages() {
    let (log, tail) = (Kept::default(), Tail::default());
    let line = |text: &str| record(text.as_bytes(), "p", &log, &tail);
    line(r#"{"@level":"debug","@message":"HTTP Request","body":"secret"}"#);
    line(r#"{"@level":"error","@message":"no such thing","@module":"x"}"#);
    line("panic: runtime error");
    line("2026/01/01 00:00:00 [TRACE] token=secret");
    line("");
    let lines = log.0.lock().unwrap();
    assert_eq!(
        lines.iter().map(|(level, _)| *level).collect::<Vec<_>>(),
        [Level::Debug, Level::Error, Level::Debug, Level::Trace]
    );
    assert_eq!(lines[0].1, "HTTP Request body=\"secret\"");
    assert_eq!(tail.text(), "  no such thing\n  panic: runtime error");
}

#[test]
fn only_the_last_lines_are_kept() {
    let tail = Tail::default();
    for at in 0..100 {
        record(format!("line {at}").as_bytes(), "p", &Silent, &tail);
    }
    assert_eq!(tail.text().lines().count(), KEPT);
    assert!(tail.text().ends_with("line 99"));
}
