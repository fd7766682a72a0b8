//! Provider processes that end with us, whatever ends us.

use std::path::{Path, PathBuf};

/// Where the command line says so, becomes a provider and does not come back; gives a sentence when that fails.
/// `None` for every other command line.
pub fn become_provider(words: &[String]) -> Option<String> {
    let (name, arguments) = words.get(1..)?.split_first()?;
    (name == ordain_plugin::GUARD).then(|| ordain_plugin::run_guard(arguments))
}

/// Our own program as [`crate::Workdir::guard`] takes it; `None` where the system knows no signal for it.
pub fn own_program() -> Option<PathBuf> {
    // The name of the running program itself: right also when its file was replaced meanwhile.
    let own = Path::new("/proc/self/exe");
    (cfg!(target_os = "linux") && own.exists()).then(|| own.to_path_buf())
}
