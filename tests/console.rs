//! The console on a terminal: `script` gives it one, and keys are typed as a person would.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

struct Terminal {
    process: Child,
    keys: Option<ChildStdin>,
    shown: Arc<Mutex<String>>,
    seen: usize,
}

impl Terminal {
    fn open(dir: &Path) -> Option<Terminal> {
        let line = format!("{} console", ordain_tests::binary::ordain().display());
        let mut process = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(dir)
            .env("TERM", "xterm")
            .env("HOME", dir)
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (keys, mut output) = (process.stdin.take(), process.stdout.take()?);
        let shown = Arc::new(Mutex::new(String::new()));
        let heard = shown.clone();
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut some) {
                let text = String::from_utf8_lossy(some.get(..count).unwrap_or_default()).into_owned();
                heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push_str(&text);
            }
        });
        Some(Terminal { process, keys, shown, seen: 0 })
    }

    fn shown(&self) -> String {
        self.shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Types something and waits until something is shown, behind what was shown before.
    fn say(&mut self, keys: &str, expected: &str) {
        self.seen = self.shown().len();
        if let Some(pipe) = &mut self.keys {
            let _typed = pipe.write_all(keys.as_bytes());
            let _gone = pipe.flush();
        }
        self.sees(keys, expected);
    }

    fn sees(&self, keys: &str, expected: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let shown = self.shown();
            if shown.get(self.seen..).is_some_and(|new| new.contains(expected)) {
                return;
            }
            assert!(Instant::now() < end, "{keys:?} does not show {expected:?}:\n{shown}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types the last keys and waits for the end.
    fn ends(mut self, keys: &str) {
        if let Some(pipe) = &mut self.keys {
            let _typed = pipe.write_all(keys.as_bytes());
            let _gone = pipe.flush();
        }
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return assert!(status.success(), "{status}\n{}", self.shown()),
                _ if Instant::now() > end => {
                    let _killed = self.process.kill();
                    assert_eq!(keys, "", "the console does not end:\n{}", self.shown());
                }
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

const FILES: &str = "locals {\n  numbers = { one = 1, two = 2 }\n}\n";

fn place(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("ordain-console-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap_or_default();
    std::fs::write(dir.join("main.tf"), FILES).unwrap_or_default();
    dir
}

fn is_here() -> bool {
    Command::new("script").arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_person_types() {
    if !is_here() {
        println!("SKIPPED: there is no script(1) to give the console a terminal");
        return;
    }
    let dir = place("typing");
    let Some(mut terminal) = Terminal::open(&dir) else { return };
    terminal.sees("", "> ");
    terminal.say("40 + 2\r", "\n42\r");
    // History: the last line again.
    terminal.say("\u{1b}[A", "40 + 2");
    terminal.say("\r", "\n42\r");
    // Completion of a function, of a local value and of what is in it.
    terminal.say("upp\t", "upper(");
    terminal.say("\"a\")\r", "\"A\"");
    terminal.say("local.nu\t", "local.numbers");
    terminal.say(".t\t", "local.numbers.two");
    terminal.say("\r", "\n2\r");
    // What is open goes on in the next line.
    terminal.say("[\r", "[\r\n");
    terminal.say("7,\r", "7,\r\n");
    terminal.say("]\r", "\n  7,\r\n]\r");
    terminal.say("<<E\r", "<<E\r\n");
    terminal.say("hello\r", "hello\r\n");
    terminal.say("E\r", "<<EOT\r\nhello\r\n\r\nEOT\r");
    // An error is shown, and the session goes on; so it does when a line is taken back.
    terminal.say("nope()\r", "Call to unknown function");
    terminal.say("1 +", "1 +");
    terminal.say("\u{3}", "> ");
    terminal.say("1 + 2\r", "\n3\r");
    terminal.ends("exit\r");
    let _gone = std::fs::remove_dir_all(&dir);
}

#[test]
fn a_session_ends_by_keys() {
    if !is_here() {
        println!("SKIPPED: there is no script(1) to give the console a terminal");
        return;
    }
    for (name, key) in [("d", "\u{4}"), ("c", "\u{3}")] {
        let dir = place(name);
        let Some(mut terminal) = Terminal::open(&dir) else { return };
        terminal.sees("", "> ");
        terminal.say("1\r", "\n1\r");
        terminal.ends(key);
        let _gone = std::fs::remove_dir_all(&dir);
    }
}
