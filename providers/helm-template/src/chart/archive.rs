//! Packed charts: gzipped tar, everything below one folder.

use std::fmt;
use std::io::Read;

use super::{Chart, File};

/// Why an archive is not a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveError(String);

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ArchiveError {}

/// Largest file (Helm's own limits).
const MAX_FILE: u64 = 5 << 20;
/// Largest sum of all files.
const MAX_TOTAL: u64 = 100 << 20;

impl Chart {
    /// Reads a packed chart.
    ///
    /// # Errors
    /// No gzip, no tar, paths that leave the chart, too large, or not a chart.
    pub fn from_archive(bytes: &[u8]) -> Result<Self, String> {
        Self::from_files(files(bytes).map_err(|e| e.to_string())?)
    }
}

impl File {
    /// The files of a packed chart.
    ///
    /// # Errors
    /// As [`Chart::from_archive`].
    pub fn in_archive(bytes: &[u8]) -> Result<Vec<Self>, String> {
        files(bytes).map_err(|e| e.to_string())
    }

    /// Files as a packed chart, all below a folder of the chart's name.
    ///
    /// # Errors
    /// A path does not fit into an archive.
    pub fn pack(chart: &str, files: &[Self]) -> Result<Vec<u8>, String> {
        let failed = |e: std::io::Error| format!("cannot pack the chart {chart}: {e}");
        let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut archive = tar::Builder::new(packed);
        for file in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(u64::try_from(file.data.len()).unwrap_or(0));
            header.set_mode(0o644);
            archive
                .append_data(&mut header, format!("{chart}/{}", file.name), &*file.data)
                .map_err(failed)?;
        }
        archive.into_inner().and_then(flate2::write::GzEncoder::finish).map_err(failed)
    }
}

/// The files of an archive without their common folder.
pub(super) fn files(bytes: &[u8]) -> Result<Vec<File>, ArchiveError> {
    let fail = |text: &str| ArchiveError(text.to_owned());
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        let what = "file does not appear to be a gzipped archive";
        return Err(fail(&format!("chart archive: {what}; got something else than gzip")));
    }
    let broken = |e: std::io::Error| ArchiveError(format!("chart archive: {e}"));
    let decoder = flate2::read::GzDecoder::new(bytes).take(MAX_TOTAL + 1);
    let mut archive = tar::Archive::new(decoder);
    let mut files = Vec::new();
    let mut total = 0_u64;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).replace('\\', "/");
        let Some(name) = inner_path(&path)? else { continue };
        let size = entry.size();
        total = total.saturating_add(size);
        if size > MAX_FILE {
            let message = "decompressed chart file is larger than the maximum file size";
            return Err(ArchiveError(format!("{message}: {name} ({size} > {MAX_FILE} bytes)")));
        }
        if total > MAX_TOTAL {
            return Err(fail("decompressed chart is larger than the maximum size 104857600"));
        }
        let mut data = Vec::new();
        entry.read_to_end(&mut data).map_err(broken)?;
        let data = data.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(data);
        files.push(File { name, data: data.into() });
    }
    if files.is_empty() {
        return Err(fail("no files in chart archive"));
    }
    Ok(files)
}

/// The path below the chart's folder; `None` for what is in none.
fn inner_path(path: &str) -> Result<Option<String>, ArchiveError> {
    let Some((_, name)) = path.split_once('/') else {
        if path == "Chart.yaml" {
            return Err(ArchiveError("chart yaml not in base directory".into()));
        }
        return Ok(None);
    };
    let illegal = path.starts_with('/') || path.contains(':') || path.split('/').any(|part| part == "..");
    if illegal {
        return Err(ArchiveError("chart illegally references parent directory".into()));
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    Ok((!parts.is_empty()).then(|| parts.join("/")))
}
