//! Charts in folders.

use std::fs;
use std::path::Path;

use super::ignore::Rules;
use super::{Chart, File};

/// Largest file read (Helm's own limit).
const MAX_FILE: u64 = 5 << 20;
/// Most files of one chart.
const MAX_FILES: usize = 20_000;

impl Chart {
    /// Reads a chart from a folder, or from an archive if the path is a file.
    ///
    /// # Errors
    /// Helm's words for what is no chart; the system's for what cannot be read.
    pub fn from_path(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let meta = fs::metadata(path).map_err(|e| format!("stat {shown}: {}", reason(&e)))?;
        if !meta.is_dir() {
            let bytes = fs::read(path).map_err(|e| format!("open {shown}: {}", reason(&e)))?;
            return Self::from_archive(&bytes);
        }
        Self::from_files(files_in(path)?)
    }
}

impl File {
    /// The files of a chart in a folder, without those that its `.helmignore` names.
    ///
    /// # Errors
    /// What the system says of a file that cannot be read; Helm's words for a file that is too large or none.
    pub fn in_folder(path: &Path) -> Result<Vec<Self>, String> {
        files_in(path)
    }
}

fn files_in(path: &Path) -> Result<Vec<File>, String> {
    let rules = match fs::read_to_string(path.join(".helmignore")) {
        Ok(text) => Rules::parse(&text)?,
        Err(_) => Rules::parse("")?,
    };
    let mut files = Vec::new();
    walk(path, "", &rules, &mut files)?;
    Ok(files)
}

/// The system's reason without its number, as Go prints it.
pub(crate) fn reason(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::NotFound {
        return "no such file or directory".into();
    }
    error.to_string()
}

/// Collects files in the order of their names, folder by folder.
fn walk(root: &Path, below: &str, rules: &Rules, files: &mut Vec<File>) -> Result<(), String> {
    let folder = root.join(below);
    let failed = |e: &std::io::Error, path: &Path| format!("error reading {}: {}", path.display(), reason(e));
    let entries = fs::read_dir(&folder).map_err(|e| failed(&e, &folder))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| failed(&e, &folder))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    for name in names {
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let full = root.join(&path);
        // Links are followed, as Helm does, but never out of the chart's own tree.
        let meta = fs::metadata(&full).map_err(|e| failed(&e, &full))?;
        if !inside(root, &full) || rules.ignores(&path, meta.is_dir()) {
            continue;
        }
        if meta.is_dir() {
            walk(root, &path, rules, files)?;
            continue;
        }
        if !meta.is_file() {
            return Err(format!("cannot load irregular file {path} as it has file mode type bits set"));
        }
        if meta.len() > MAX_FILE || files.len() >= MAX_FILES {
            return Err(format!(
                "chart file {path} is larger than the maximum file size {MAX_FILE}, or there are too many"
            ));
        }
        let data = fs::read(&full).map_err(|e| failed(&e, &full))?;
        let data = data.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(data);
        files.push(File { name: path, data: data.into() });
    }
    Ok(())
}

fn inside(root: &Path, path: &Path) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink());
    if !is_link {
        return true;
    }
    match (fs::canonicalize(root), fs::canonicalize(path)) {
        (Ok(root), Ok(path)) => path.starts_with(&root) && path != root,
        _ => false,
    }
}
