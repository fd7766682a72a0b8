//! `ordain fmt`

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, Sources, codes};
use ordain_lang::format::format_native;
use similar::TextDiff;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch, texts};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["fmt"], about: "Put configuration files into canonical form", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("path").num_args(0..).help("Files and directories; - for standard input"))
        .arg(switch("check", false, "Change nothing; exit code 3 when something is not in canonical form"))
        .arg(switch("diff", false, "Show what changes"))
        .arg(switch("list", true, "List the files that change"))
        .arg(switch("write", true, "Write the files"))
        .arg(switch("recursive", false, "Directories below as well"))
        .arg(switch("no-color", false, "No colours"))
}

/// What is done with files, and how it went.
struct Work {
    check: bool,
    diff: bool,
    list: bool,
    write: bool,
    recursive: bool,
    changed: bool,
    failed: bool,
    /// What is printed: with `-check` only when every file could be read.
    said: String,
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let check = is_on(matches, "check");
    let mut work = Work {
        check,
        diff: is_on(matches, "diff"),
        list: is_on(matches, "list"),
        write: is_on(matches, "write") && !check,
        recursive: is_on(matches, "recursive"),
        changed: false,
        failed: false,
        said: String::new(),
    };
    let paths = texts(matches, "path");
    if paths == ["-"] {
        return standard_input(session, &work);
    }
    let paths = if paths.is_empty() { vec![".".to_owned()] } else { paths };
    for path in paths {
        let path = clean(Path::new(&path), &session.workdir.dir);
        work.path(session, &path, true);
    }
    if !(work.check && work.failed) {
        session.ui.say(&work.said);
    }
    match (work.failed, work.check && work.changed) {
        (true, _) => Exit::Changes,
        (_, true) => Exit::NotFormatted,
        _ => Exit::Done,
    }
}

fn standard_input(session: &mut Session, work: &Work) -> Exit {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        session.usage("Failed to read standard input", &format!("{error}."));
        return Exit::Changes;
    }
    let mut sources = Sources::new();
    let file = sources.add("<stdin>", text.as_str());
    let (formatted, found) = format_native(file, &text);
    if found.has_errors() {
        session.report(&found, &sources);
        return Exit::Changes;
    }
    if work.diff {
        session.ui.say(&difference("<stdin>", &text, &formatted));
    } else if !work.check {
        let end = if formatted.ends_with('\n') { "" } else { "\n" };
        session.ui.say(&format!("{formatted}{end}"));
    }
    if work.check && formatted != text { Exit::NotFormatted } else { Exit::Done }
}

/// A path without detours, relative to the directory where it is below that.
fn clean(path: &Path, dir: &Path) -> PathBuf {
    let path = path.strip_prefix(dir).unwrap_or(path);
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    if clean.as_os_str().is_empty() { PathBuf::from(".") } else { clean }
}

fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let suffixes = [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl", ".tofu", ".tofutest.hcl"];
    !name.starts_with('.') && suffixes.iter().any(|suffix| name.ends_with(suffix))
}

impl Work {
    fn path(&mut self, session: &mut Session, path: &Path, named: bool) {
        let full = session.workdir.path(path);
        if full.is_dir() {
            if named || self.recursive {
                self.directory(session, path);
            }
        } else if full.is_file() {
            if is_source(path) {
                self.file(session, path);
            } else if named {
                self.fail(
                    session,
                    "Only .tf, .tfvars, and .tftest.hcl files can be processed with ordain fmt",
                    path,
                );
            }
        } else if named {
            self.fail(session, "No file or directory", path);
        }
    }

    fn directory(&mut self, session: &mut Session, path: &Path) {
        let entries = std::fs::read_dir(session.workdir.path(path));
        let mut names: Vec<PathBuf> =
            entries.into_iter().flatten().flatten().map(|entry| PathBuf::from(entry.file_name())).collect();
        names.sort();
        for name in names.iter().filter(|name| !name.to_string_lossy().starts_with('.')) {
            let inner = if path == Path::new(".") { name.clone() } else { path.join(name) };
            self.path(session, &inner, false);
        }
    }

    fn file(&mut self, session: &mut Session, path: &Path) {
        let full = session.workdir.path(path);
        let text = match std::fs::read_to_string(&full) {
            Ok(text) => text,
            Err(error) => return self.fail(session, &format!("Failed to read file: {error}"), path),
        };
        let mut sources = Sources::new();
        let file = sources.add(path.to_string_lossy().into_owned(), text.as_str());
        let (formatted, found) = format_native(file, &text);
        if found.has_errors() {
            self.failed = true;
            session.report(&found, &sources);
            return;
        }
        // Where nothing else is asked for, the formatted text is what is wanted.
        if !self.list && !self.write && !self.diff {
            self.said.push_str(&formatted);
        }
        if formatted == text {
            return;
        }
        self.changed = true;
        if self.list {
            self.said.push_str(&format!("{}\n", path.display()));
        }
        if self.diff {
            self.said.push_str(&difference(&path.display().to_string(), &text, &formatted));
        }
        if self.write
            && let Err(error) = std::fs::write(&full, formatted)
        {
            self.fail(session, &format!("Failed to write file: {error}"), path);
        }
    }

    fn fail(&mut self, session: &mut Session, summary: &str, path: &Path) {
        self.failed = true;
        session.fail(Diagnostic::error(codes::cli::IO, summary, format!("{}", path.display())));
    }
}

fn difference(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().header(&format!("old/{name}"), &format!("new/{name}")).to_string()
}
