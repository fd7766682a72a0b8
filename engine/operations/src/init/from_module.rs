//! `init -from-module`: a copy of a module as the configuration of an empty directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ordain_config::blocks::ModuleSource;
use ordain_diag::{Diagnostic, Sources, codes};
use ordain_install::{ModuleFetcher, Settings, Wanted};

use super::modules::read_lock;
use super::{Dialogue, News};
use crate::Workdir;

/// Files of one copy, at most: a module is a few dozen.
const MOST_FILES: usize = 100_000;

/// Directories below one another, at most.
const DEEPEST: usize = 64;

/// Copies the module at a source address into the working directory, which must be empty but for its data directory.
/// Names with a dot in front are left out, and so are links that lead out of the module.
///
/// # Errors
/// The directory is not empty, the source is none or cannot be fetched, a file cannot be copied. The working directory
/// is as it was then.
pub async fn copy_module(workdir: &Workdir, source: &str, talk: &mut dyn Dialogue) -> Result<(), Diagnostic> {
    talk.tell(&News::CopyingModule(source.to_owned()));
    let data_dir = workdir.data_dir();
    if !is_empty(&workdir.dir, &data_dir).map_err(|error| unreadable(&workdir.dir, &error))? {
        let detail = format!(
            "The directory {} is not empty, so that it cannot be initialized with -from-module. Use an empty one.",
            workdir.dir.display()
        );
        return Err(failed("Can't populate non-empty directory", detail));
    }
    let Some(parsed) = ModuleSource::parse(source) else {
        let detail = format!(
            "{source:?} is no source address of a module: a path begins with ./ or ../, others are like those in module blocks."
        );
        return Err(failed("Invalid module source address", detail));
    };
    let ModuleSource::Local(path) = &parsed else {
        return fetched(workdir, &parsed, source).await;
    };
    let from = workdir.path(&**path);
    if !from.is_dir() {
        let detail =
            format!("Could not read the module {source:?}: there is no directory {}.", from.display());
        return Err(failed("Failed to download module", detail));
    }
    place(&from, workdir, source)
}

/// A package is fetched beside other modules, copied and taken away again.
async fn fetched(workdir: &Workdir, parsed: &ModuleSource, source: &str) -> Result<(), Diagnostic> {
    let (settings, problems) = Settings::load(&workdir.env, &workdir.dir);
    if let Some(error) = problems.into_iter().find(Diagnostic::is_error) {
        return Err(error);
    }
    let (lock, _) = read_lock(workdir, &mut Sources::new());
    let staging = workdir.data_dir().join("from-module");
    let outcome = async {
        let fetcher = ModuleFetcher::new(&settings, &workdir.env, &staging, &lock, true)?;
        let wanted = Wanted { key: "root", source: parsed, constraint: None };
        let fetched = fetcher.fetch(&wanted, &|_| ()).await?;
        place(&fetched.package.join(&fetched.subdir), workdir, source)
    };
    let outcome = outcome.await;
    let _ = fs::remove_dir_all(&staging);
    outcome
}

/// Copies into the data directory first, so that a copy that fails leaves nothing.
fn place(from: &Path, workdir: &Workdir, source: &str) -> Result<(), Diagnostic> {
    let whole = workdir.data_dir().join("from-module.part");
    let copied = copy_all(from, &workdir.dir, &whole).and_then(|()| {
        for entry in fs::read_dir(&whole)? {
            let entry = entry?;
            fs::rename(entry.path(), workdir.dir.join(entry.file_name()))?;
        }
        Ok(())
    });
    let _ = fs::remove_dir_all(&whole);
    copied.map_err(|error| {
        let detail = format!("Could not copy the module {source:?} into {}: {error}.", workdir.dir.display());
        failed("Failed to copy module", detail)
    })
}

fn copy_all(from: &Path, target: &Path, whole: &Path) -> io::Result<()> {
    let _ = fs::remove_dir_all(whole);
    let root = from.canonicalize()?;
    let target = target.canonicalize()?;
    let mut left: Vec<(PathBuf, PathBuf, usize)> = vec![(root.clone(), whole.to_owned(), 0)];
    let mut files = 0;
    while let Some((source, place, depth)) = left.pop() {
        if depth > DEEPEST {
            return Err(io::Error::other(format!("its directories go more than {DEEPEST} deep")));
        }
        fs::create_dir_all(&place)?;
        for entry in fs::read_dir(&source)? {
            let entry = entry?;
            let name = entry.file_name();
            let real = entry.path().canonicalize()?;
            // The working directory may lie in the module.
            if name.to_string_lossy().starts_with('.') || !real.starts_with(&root) || real == target {
                continue;
            }
            files += 1;
            if files > MOST_FILES {
                return Err(io::Error::other(format!("it has more than {MOST_FILES} files")));
            }
            if real.is_dir() {
                left.push((real, place.join(name), depth + 1));
            } else {
                fs::copy(&real, place.join(name))?;
            }
        }
    }
    Ok(())
}

fn is_empty(dir: &Path, data_dir: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(dir)? {
        if entry?.path() != data_dir {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unreadable(dir: &Path, error: &io::Error) -> Diagnostic {
    failed("Failed to read directory", format!("{} cannot be read: {error}.", dir.display()))
}

fn failed(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::install::MODULE, summary, detail)
}
