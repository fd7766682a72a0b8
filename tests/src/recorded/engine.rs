//! The program under test in a directory of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;

/// Number of directories made.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// Where a case runs, and with which variables.
#[derive(Debug)]
pub struct Engine {
    scratch: PathBuf,
    /// Where its configuration is.
    pub work: PathBuf,
    /// Its environment, beside `PATH`.
    pub env: BTreeMap<String, String>,
}

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    /// Exit code; -1 when a signal ended it.
    pub exit: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Engine {
    /// A fresh directory, with no providers to install from.
    ///
    /// # Panics
    /// The directory cannot be made.
    #[allow(clippy::expect_used, reason = "a test without a directory must stop")]
    pub fn new(corpus: &str, id: &str) -> Engine {
        // Two tests may run the same case at the same time.
        let (number, process) = (STARTED.fetch_add(1, Ordering::Relaxed), std::process::id());
        let scratch = std::env::temp_dir().join(format!("ordain-{corpus}-{id}-{process}-{number}"));
        let _absent = std::fs::remove_dir_all(&scratch);
        let (work, home, mirror) = (scratch.join("work"), scratch.join("home"), scratch.join("mirror"));
        for directory in [&work, &home, &mirror] {
            std::fs::create_dir_all(directory).expect("a directory for the case");
        }
        let settings = scratch.join("cli.tfrc");
        let mirror = mirror.display();
        let text =
            format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n");
        std::fs::write(&settings, text).expect("settings for the case");
        let env = [
            ("HOME", home.display().to_string()),
            ("TF_CLI_CONFIG_FILE", settings.display().to_string()),
            ("CHECKPOINT_DISABLE", "1".to_owned()),
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
        ];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Engine { scratch, work, env }
    }

    /// Runs a command. `over` sets variables for it, or takes them away (null).
    pub fn run(&self, words: &[String], over: &Json) -> Outcome {
        let mut env = self.env.clone();
        for (name, value) in over.as_object().into_iter().flatten() {
            match value.as_str() {
                Some(value) => env.insert(name.clone(), value.to_owned()),
                None => env.remove(name),
            };
        }
        let mut command = Command::new(crate::binary::ordain());
        command.args(words).current_dir(&self.work).env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default()).envs(&env);
        match command.stdin(Stdio::null()).output() {
            Ok(output) => Outcome {
                exit: output.status.code().unwrap_or(-1),
                out: String::from_utf8_lossy(&output.stdout).into_owned(),
                err: String::from_utf8_lossy(&output.stderr).into_owned(),
            },
            Err(error) => Outcome { exit: -1, out: String::new(), err: error.to_string() },
        }
    }

    /// Copies files over the configuration.
    pub fn write(&self, from: &Path) {
        crate::copy(from, &self.work);
    }

    /// Takes files or directories away.
    pub fn delete(&self, names: &[Json]) {
        for name in names.iter().filter_map(Json::as_str) {
            let path = self.work.join(name);
            let _absent =
                if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
    }

    /// The state as it is stored; null where there is none.
    pub fn state(&self) -> Json {
        let pulled = self.run(&["state".to_owned(), "pull".to_owned()], &Json::Null);
        serde_json::from_str(pulled.out.trim()).unwrap_or(Json::Null)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if std::env::var_os("ORDAIN_KEEP").is_none() {
            let _gone = std::fs::remove_dir_all(&self.scratch);
        }
    }
}
