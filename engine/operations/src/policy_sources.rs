//! Files of policies and documents, as `--data` names them.

use std::path::Path;

use ordain_policy::{FileKind, SourceFile};

use crate::Workdir;

/// Bytes of stack for evaluating policies: nested text is refused at a fixed depth, for which this is enough in
/// unoptimised builds too.
const STACK: usize = 512 << 20;

/// The files that a path names: one file, or all of a directory and below, in the order of their names.
///
/// # Errors
/// What cannot be read, in the words of the tools that users know.
pub fn read(workdir: &Workdir, given: &str) -> Result<Vec<SourceFile>, String> {
    let path = workdir.path(given);
    let meta = std::fs::metadata(&path).map_err(|error| format!("stat {given}: {}", reason(&error)))?;
    let mut out = Vec::new();
    if meta.is_dir() {
        directory(&path, given.trim_end_matches('/'), &mut Vec::new(), &mut out)?;
    } else {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{given}: {}", reason(&error)))?;
        out.push(SourceFile { path: given.to_owned(), below: Vec::new(), text });
    }
    Ok(out)
}

fn directory(
    at: &Path,
    shown: &str,
    below: &mut Vec<String>,
    out: &mut Vec<SourceFile>,
) -> Result<(), String> {
    let entries = std::fs::read_dir(at).map_err(|error| format!("{shown}: {}", reason(&error)))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let path = at.join(&name);
        let shown = format!("{shown}/{name}");
        if path.is_dir() {
            below.push(name);
            directory(&path, &shown, below, out)?;
            below.pop();
        } else if FileKind::of(&name).is_some() {
            let text =
                std::fs::read_to_string(&path).map_err(|error| format!("{shown}: {}", reason(&error)))?;
            out.push(SourceFile { path: shown, below: below.clone(), text });
        }
    }
    Ok(())
}

/// An error of the system in the words of other tools.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        _ => error.to_string(),
    }
}

/// Runs `work` where deeply nested policies have room; `None` if the system gives no thread for it.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// The text of a file.
///
/// # Errors
/// It cannot be read.
pub fn text(workdir: &Workdir, given: &str) -> Result<String, String> {
    std::fs::read_to_string(workdir.path(given)).map_err(|error| format!("{given}: {}", reason(&error)))
}
