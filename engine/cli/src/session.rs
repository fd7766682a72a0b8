//! What every command gets: the streams, the place, the async runtime.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_operations::Workdir;

use crate::exit::Exit;
use crate::ui::Ui;

/// What every command gets.
pub struct Session {
    /// Streams.
    pub ui: Ui,
    /// Where the command works.
    pub workdir: Workdir,
    runtime: tokio::runtime::Runtime,
}

impl Session {
    /// A session in a directory. The one async runtime is made here.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(mut ui: Ui, dir: PathBuf, env: BTreeMap<String, String>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let mut workdir = Workdir::new(dir, env);
        // Where it cannot be told, the directory of the configuration stands for it.
        workdir.started = std::env::current_dir().unwrap_or_else(|_| workdir.dir.clone());
        workdir.guard = ordain_operations::guarded::own_program();
        let plain = workdir.env.get("TERM").is_some_and(|kind| kind == "dumb");
        if workdir.setting("IN_AUTOMATION").is_none() && !plain {
            ui.show_transfers();
        }
        Ok(Self { ui, workdir, runtime })
    }

    /// Runs an operation to its end.
    pub fn block_on<F: Future>(&self, operation: F) -> F::Output {
        self.runtime.block_on(operation)
    }

    /// Runs an operation that talks while it runs.
    pub fn drive<'s, F: Future>(&'s mut self, make: impl FnOnce(&'s mut Ui) -> F) -> F::Output {
        self.runtime.block_on(make(&mut self.ui))
    }

    /// Shows findings and says whether the command failed.
    pub fn report(&mut self, found: &Diagnostics, sources: &Sources) -> Exit {
        self.ui.diagnostics(found, sources);
        if found.has_errors() { Exit::Failed } else { Exit::Done }
    }

    /// Shows one error that has no place in a source text.
    pub fn fail(&mut self, error: impl Into<Diagnostics>) -> Exit {
        self.report(&error.into(), &Sources::new())
    }

    /// Shows a mistake on the command line.
    pub fn usage(&mut self, summary: &str, detail: &str) -> Exit {
        self.fail(Diagnostic::error(codes::cli::USAGE, summary, detail))
    }
}
