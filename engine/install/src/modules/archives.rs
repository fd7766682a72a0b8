//! Packages over HTTP: archives, and documents that say where one is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use ordain_http::Request;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use sha2::Digest;

use super::PackageAddress;
use crate::archive::{LARGEST, inner_path, unzip, write_entry};
use crate::network::{Failure, Network, join};
use crate::transfer::Told;

/// Kinds of archives, by the ends of names.
const KINDS: [(&str, Kind); 14] = [
    ("tar.gz", Kind::TarGz),
    ("tgz", Kind::TarGz),
    ("tar.bz2", Kind::TarBzip2),
    ("tbz2", Kind::TarBzip2),
    ("tar.xz", Kind::TarXz),
    ("txz", Kind::TarXz),
    ("tar.zst", Kind::TarZstandard),
    ("tzst", Kind::TarZstandard),
    ("zip", Kind::Zip),
    ("tar", Kind::Tar),
    ("gz", Kind::Single),
    ("bz2", Kind::Single),
    ("xz", Kind::Single),
    ("zst", Kind::Single),
];

/// Most memory that unpacking may take for what was read before, in KiB; the highest preset of `xz` takes a quarter.
const MOST_MEMORY: u32 = 256 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Tar,
    TarGz,
    TarBzip2,
    TarXz,
    TarZstandard,
    /// A compressed file that is no archive.
    Single,
}

/// What kind of archive an address names, by `archive=` or by its end.
///
/// # Errors
/// It is of a kind that cannot be read; a sentence without a full stop.
pub(crate) fn kind(address: &PackageAddress) -> Result<Option<Kind>, String> {
    let forced = address.parameter("archive");
    if matches!(forced, Some("false" | "0")) {
        return Err("archive=false is not supported: a module is a directory".to_owned());
    }
    let path = address.url.to_ascii_lowercase();
    let named = |end: &str| match forced {
        Some(name) => name == end,
        None => path.ends_with(&format!(".{end}")),
    };
    match (KINDS.into_iter().find(|(end, _)| named(end)), forced) {
        (Some((_, Kind::Single)), _) => Err("a single compressed file is no module".to_owned()),
        (Some((_, kind)), _) => Ok(Some(kind)),
        (None, Some(name)) => Err(format!("archive={name} names no known kind of archive")),
        (None, None) => Ok(None),
    }
}

/// What an HTTP address led to.
pub(crate) enum Led {
    /// The package is in the directory.
    Unpacked,
    /// The package is at another address.
    Elsewhere(String),
}

/// Fetches what an HTTP address names into an empty directory.
///
/// # Errors
/// A sentence without a full stop.
pub(crate) async fn fetch(
    network: &Network<'_>,
    address: &PackageAddress,
    directory: &Path,
    told: Told<'_>,
) -> Result<Led, String> {
    let Some(kind) = kind(address)? else { return elsewhere(network, address).await };
    let checksum = address.parameter("checksum");
    download(network, &Request::get(request_url(address)), (kind, checksum), directory, told).await?;
    Ok(Led::Unpacked)
}

/// Downloads an archive, compares it with a checksum if there is one, and unpacks it into an empty directory.
///
/// # Errors
/// A sentence without a full stop.
pub(crate) async fn download(
    network: &Network<'_>,
    request: &Request,
    (kind, checksum): (Kind, Option<&str>),
    directory: &Path,
    told: Told<'_>,
) -> Result<(), String> {
    let file = directory.with_extension("download");
    let outcome = match network.download(request, &file, told).await {
        Ok(_) => {
            let (from, to, checksum) = (file.clone(), directory.to_path_buf(), checksum.map(str::to_owned));
            crate::place::blocking(move || {
                check(&from, checksum.as_deref())?;
                unpack(&from, &to, kind)
            })
            .await
            .map_err(|error| error.to_string())
        }
        Err(Failure::NotFound) => Err("bad response code: 404".to_owned()),
        Err(failure) => Err(failure.text()),
    };
    let _gone = std::fs::remove_file(&file);
    outcome
}

/// The address as it is asked for: without what is meant for us.
fn request_url(address: &PackageAddress) -> String {
    let own = ["archive", "checksum"];
    let rest = address.query.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    match url::Url::parse(&address.url) {
        Ok(mut url) => {
            for (name, value) in rest {
                url.query_pairs_mut().append_pair(name, value);
            }
            url.to_string()
        }
        Err(_) => address.url.clone(),
    }
}

/// Asks a page where the package is: by header, or by a `meta` element.
async fn elsewhere(network: &Network<'_>, address: &PackageAddress) -> Result<Led, String> {
    let mut url = url::Url::parse(&address.url).map_err(|error| error.to_string())?;
    for (name, value) in &address.query {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.query_pairs_mut().append_pair("terraform-get", "1");
    let answer = network.get(url.as_str(), None).await.map_err(|failure| match failure {
        Failure::NotFound => "bad response code: 404".to_owned(),
        other => other.text(),
    })?;
    let named = answer.header("x-terraform-get").map(str::to_owned).or_else(|| meta(&answer.text()));
    let named = named.filter(|text| !text.trim().is_empty()).ok_or("no source URL was returned")?;
    let relative = ["./", "../", "/"].iter().any(|start| named.starts_with(start));
    Ok(Led::Elsewhere(if relative { join(&address.url, &named).unwrap_or(named) } else { named }))
}

/// Content of `<meta name="terraform-get" content="…">`.
fn meta(page: &str) -> Option<String> {
    page.split("<meta").skip(1).find_map(|rest| {
        let element = rest.split('>').next()?;
        let value = |name: &str| {
            let after = element.split(&format!("{name}=")).nth(1)?;
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            after.get(1..)?.split(quote).next()
        };
        (value("name") == Some("terraform-get")).then(|| value("content")).flatten().map(str::to_owned)
    })
}

/// Compares a download with `checksum=`: `sha256:…`, `sha512:…`, or the digits alone.
fn check(file: &Path, checksum: Option<&str>) -> io::Result<()> {
    let Some(checksum) = checksum.filter(|text| !text.is_empty()) else { return Ok(()) };
    let (kind, digits) = match checksum.split_once(':') {
        Some((kind, digits)) => (kind, digits),
        None if checksum.len() == 64 => ("sha256", checksum),
        None if checksum.len() == 128 => ("sha512", checksum),
        None => ("", checksum),
    };
    let found = match kind {
        "sha256" => crate::hash::sha256(File::open(file)?)?,
        "sha512" => crate::hash::hex(&sha2::Sha512::digest(std::fs::read(file)?)),
        other => {
            return Err(io::Error::other(format!(
                "checksums of the kind {other:?} cannot be checked; sha256 and sha512 can"
            )));
        }
    };
    if found.eq_ignore_ascii_case(digits) {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "the archive has the checksum {found}, but the source address asks for {digits}"
        )))
    }
}

fn unpack(file: &Path, directory: &Path, kind: Kind) -> io::Result<()> {
    let from = BufReader::new(File::open(file)?);
    match kind {
        Kind::Zip => unzip(from, directory, LARGEST).map(drop),
        Kind::Tar => untar(from, directory, LARGEST),
        Kind::TarGz => untar(flate2::bufread::MultiGzDecoder::new(from), directory, LARGEST),
        Kind::TarBzip2 => untar(bzip2::bufread::MultiBzDecoder::new(from), directory, LARGEST),
        Kind::TarXz => {
            untar(lzma_rust2::XzReader::new_mem_limit(from, true, MOST_MEMORY), directory, LARGEST)
        }
        Kind::TarZstandard => untar(Frames::new(from)?, directory, LARGEST),
        Kind::Single => Err(io::Error::other("a single compressed file is no module")),
    }
}

/// Zstandard's frames, one after the other. How much memory one takes is bounded by the decoder.
struct Frames<R: BufRead>(Option<StreamingDecoder<R, FrameDecoder>>);

impl<R: BufRead> Frames<R> {
    fn new(from: R) -> io::Result<Self> {
        Ok(Frames(Some(StreamingDecoder::new(from).map_err(io::Error::other)?)))
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(mut decoder) = self.0.take() else { return Ok(0) };
            let read = decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.0 = Some(decoder);
                return Ok(read);
            }
            let mut rest = decoder.into_inner();
            if rest.fill_buf()?.is_empty() {
                return Ok(0);
            }
            *self = Self::new(rest)?;
        }
    }
}

/// Unpacks a tape archive: files and directories only, nothing outside, no more than `largest` bytes.
pub(crate) fn untar(from: impl Read, directory: &Path, largest: u64) -> io::Result<()> {
    let refused = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut archive = tar::Archive::new(from);
    let mut left = largest;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let path = inner_path(&name).ok_or_else(|| {
            refused(format!("the archive's entry {name:?} would be written outside of its directory"))
        })?;
        let target = directory.join(path);
        match entry.header().entry_type() {
            tar::EntryType::Directory => std::fs::create_dir_all(&target)?,
            tar::EntryType::Regular | tar::EntryType::Continuous => {
                let mode = entry.header().mode().ok();
                left = write_entry(&mut entry, &target, mode, left)?
                    .ok_or_else(|| refused(format!("the archive inflates to more than {largest} bytes")))?;
            }
            tar::EntryType::XGlobalHeader | tar::EntryType::XHeader => {}
            _ => return Err(refused(format!("the archive's entry {name:?} is a link or a device"))),
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "archives_tests.rs"]
mod tests;
