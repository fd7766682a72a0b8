//! Checksums of provider packages: `h1:` over what a package holds, `zh:` over its archive.

use std::fmt;
use std::io::{self, Read, Seek};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A checksum with its scheme, such as `h1:…` or `zh:…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(String);

impl Hash {
    /// Reads a checksum; any scheme, because lock files may hold ones that are not known yet.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, value) = text.split_once(':')?;
        (!scheme.is_empty() && !value.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The `zh:` checksum for the SHA-256 of an archive, in hexadecimal.
    pub fn of_archive(sha256: &str) -> Self {
        Self(format!("zh:{}", sha256.to_ascii_lowercase()))
    }

    /// Whether it covers what a package holds (`h1:`).
    pub fn is_h1(&self) -> bool {
        self.0.starts_with("h1:")
    }

    /// Whether it covers an archive (`zh:`).
    pub fn is_zh(&self) -> bool {
        self.0.starts_with("zh:")
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of everything that a reader gives, in hexadecimal.
pub(crate) fn sha256(mut from: impl Read) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(buffer.get(..read).unwrap_or_default());
    }
}

/// The `h1:` checksum of names and their SHA-256: a checksum of the list, sorted by name, in the form
/// that `sha256sum` prints.
pub(crate) fn h1(files: impl IntoIterator<Item = (String, String)>) -> io::Result<Hash> {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort();
    let mut digest = Sha256::new();
    for (name, sum) in files {
        if name.contains('\n') {
            return Err(unsuitable(&name));
        }
        digest.update(format!("{sum}  {name}\n"));
    }
    Ok(Hash(format!("h1:{}", STANDARD.encode(digest.finalize()))))
}

fn unsuitable(name: &str) -> io::Error {
    io::Error::other(format!("the file name {name:?} has a line break in it or is not UTF-8"))
}

/// The `h1:` checksum of an unpacked package.
///
/// # Errors
/// As the system reports them; a file name that no checksum can be made with.
pub fn hash_directory(directory: &Path) -> io::Result<Hash> {
    let root = std::fs::canonicalize(directory)?;
    let mut pending = vec![(root, String::new())];
    let mut files = Vec::new();
    while let Some((at, prefix)) = pending.pop() {
        for entry in std::fs::read_dir(&at)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().filter(|name| !name.contains('\n'));
            let name = name.ok_or_else(|| unsuitable(&entry.file_name().to_string_lossy()))?;
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                pending.push((entry.path(), format!("{path}/")));
            } else {
                files.push((path, sha256(std::fs::File::open(entry.path())?)?));
            }
        }
    }
    h1(files)
}

/// The `h1:` checksum of what an archive holds.
///
/// # Errors
/// It is no readable zip archive, or a name in it is unsuitable.
pub fn hash_zip(archive: impl Read + Seek) -> io::Result<Hash> {
    let mut zip = zip::ZipArchive::new(archive).map_err(io::Error::other)?;
    let mut files = Vec::new();
    for at in 0..zip.len() {
        let entry = zip.by_index(at).map_err(io::Error::other)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().to_owned();
        if name.contains('\n') {
            return Err(unsuitable(&name));
        }
        files.push((name, sha256(entry)?));
    }
    h1(files)
}
