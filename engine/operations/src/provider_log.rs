//! Where log lines of external providers go: `TF_LOG` and `TF_LOG_PROVIDER` say which, `TF_LOG_PATH` where.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use ordain_plugin::{Level, Log, Silent};

use crate::{Workdir, clock};

/// Lines of a level and louder, to a file or the standard error stream.
struct Lines {
    level: Level,
    to: Mutex<Box<dyn Write + Send>>,
}

/// The log of a command. Silent unless the environment asks for it.
pub fn open(workdir: &Workdir) -> Arc<dyn Log> {
    let wanted = workdir.setting("LOG_PROVIDER").or_else(|| workdir.setting("LOG"));
    let Some(level) = wanted.and_then(Level::named) else { return Arc::new(Silent) };
    let to: Box<dyn Write + Send> = match workdir.setting("LOG_PATH") {
        Some(path) => match std::fs::OpenOptions::new().append(true).create(true).open(workdir.path(path)) {
            Ok(file) => Box::new(file),
            Err(_) => Box::new(std::io::stderr()),
        },
        None => Box::new(std::io::stderr()),
    };
    Arc::new(Lines { level, to: Mutex::new(to) })
}

impl Log for Lines {
    fn line(&self, level: Level, from: &str, text: &str) {
        if level < self.level {
            return;
        }
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(to, "{} [{}] {from}: {text}", clock::rfc3339(clock::now()), level.name());
    }
}
