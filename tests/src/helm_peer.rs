//! Helm's own library beside a test: the Python package `helm-python-sdk` holds its Go SDK.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value as Json;

/// A process that carries out operations one after the other.
#[derive(Debug)]
pub struct Helm {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// A Python that has the package, installed below `target/peers` if need be; none where that cannot be, which is said.
fn python() -> Option<PathBuf> {
    let home = crate::root().join("target/peers/helm-python-sdk");
    let python = home.join("bin/python");
    let run = |program: &Path, args: &[&str]| {
        Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
    };
    let works = || run(&python, &["-c", "import helm_python"]);
    if works() {
        return Some(python);
    }
    let place = home.display().to_string();
    let made = run(Path::new("python3"), &["-m", "venv", &place])
        && run(
            &python,
            &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "helm-python-sdk==0.2.2"],
        );
    if made && works() {
        return Some(python);
    }
    let _half = std::fs::remove_dir_all(&home);
    crate::skipped("helm-python-sdk cannot be installed here (python3 -m venv, pip install)");
    None
}

impl Helm {
    /// Starts one for the cluster of a kubeconfig; none where the package cannot be installed.
    ///
    /// # Panics
    /// It does not start although it is installed.
    #[allow(clippy::expect_used, reason = "a test without its peer must stop")]
    pub fn start(kubeconfig: Option<&Path>) -> Option<Helm> {
        let python = python()?;
        let mut command = Command::new(python);
        command.arg(crate::root().join("tests/peers/helm.py")).args(kubeconfig);
        // Its settings and caches stay below the build directory.
        let home = crate::root().join("target/peers/helm-home");
        std::fs::create_dir_all(&home).expect("a directory for its settings");
        command.env("HOME", &home).env_remove("KUBECONFIG");
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the peer starts");
        let asks = process.stdin.take().expect("its input");
        let answers = BufReader::new(process.stdout.take().expect("its output"));
        Some(Helm { process, asks, answers })
    }

    /// What an operation gives.
    ///
    /// # Panics
    /// It fails.
    #[allow(clippy::expect_used, reason = "a failed test stops")]
    pub fn ask(&mut self, operation: &Json) -> Json {
        writeln!(self.asks, "{operation}").expect("the peer listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the peer answers");
        let mut answer: Json = serde_json::from_str(&line).expect("a document");
        let error = answer.get("error").map(ToString::to_string);
        assert!(error.is_none(), "{operation}: {}", error.unwrap_or_default());
        answer.get_mut("ok").map(Json::take).unwrap_or_default()
    }
}

impl Drop for Helm {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}
