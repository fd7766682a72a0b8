//! Named parts to one zip and back.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::read::ZipArchive;

use super::packing::{self, Packed, Packer};
use super::{FORMAT, Refused};
use crate::Digest;

/// The named parts of a file that was read.
pub type Parts = BTreeMap<String, Vec<u8>>;

/// What the archive's comment begins with; the format version, a blank and a digest follow.
const COMMENT: &str = "ordain plan ";

/// Largest part that is read, unpacked: a broken or hostile archive must not fill the memory.
const LARGEST_PART: u64 = 4 << 30;

/// Bytes of the digest as text, at the very end of the file.
const DIGEST_LENGTH: usize = "sha256:".len() + 64;

/// Packs the parts. The same parts give the same bytes.
pub fn pack(parts: &Parts) -> Result<Vec<u8>, String> {
    let mut packer = Packer::default();
    let packed = parts.iter().map(|(name, content)| Ok((name.clone(), packer.of(content)?)));
    join(&packed.collect::<Result<_, String>>()?)
}

/// One archive of packed parts.
pub fn join(parts: &BTreeMap<String, Packed>) -> Result<Vec<u8>, String> {
    let blank = Digest::of(&[]).to_string();
    let comment = format!("{COMMENT}{FORMAT} {blank}");
    let mut packed = packing::joined(parts, &comment).map_err(|error| error.to_string())?;
    let covered = packed.len().checked_sub(DIGEST_LENGTH).ok_or("the archive is too short")?;
    packed.truncate(covered);
    let digest = Digest::of(&packed).to_string();
    packed.extend_from_slice(digest.as_bytes());
    Ok(packed)
}

/// Unpacks the parts after checking every byte.
pub fn unpack(bytes: &[u8]) -> Result<Parts, Refused> {
    if !super::is_archive(bytes) {
        return Err(Refused::NotAnArchive);
    }
    check_bytes(bytes)?;
    let broken = |error: zip::result::ZipError| Refused::Broken(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut parts = Parts::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(broken)?;
        let name = entry.name().to_owned();
        let mut content = Vec::new();
        let read = entry.take(LARGEST_PART + 1).read_to_end(&mut content);
        read.map_err(|error| Refused::Broken(format!("{name}: {error}")))?;
        if content.len() as u64 > LARGEST_PART {
            return Err(Refused::Broken(format!("{name} is larger than {LARGEST_PART} bytes")));
        }
        if parts.insert(name.clone(), content).is_some() {
            return Err(Refused::Altered(format!("{name} stands in it twice")));
        }
    }
    Ok(parts)
}

/// The end of the file must be a digest of everything before it.
fn check_bytes(bytes: &[u8]) -> Result<(), Refused> {
    let tail = bytes.len().checked_sub(DIGEST_LENGTH).map(|at| bytes.split_at(at));
    let Some((covered, digest)) = tail else { return Err(Refused::NotAnArchive) };
    let marker = format!("{COMMENT}{FORMAT} ");
    let digest = std::str::from_utf8(digest).ok().and_then(Digest::parse);
    match digest {
        Some(digest) if covered.ends_with(marker.as_bytes()) => {
            if Digest::of(covered) == digest {
                return Ok(());
            }
            Err(Refused::Altered("its bytes do not add up to the digest at its end".to_owned()))
        }
        _ => Err(whose(bytes)),
    }
}

/// What an archive without our ending is: foreign, of another version, or damaged at its end.
fn whose(bytes: &[u8]) -> Refused {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Refused::Altered("its end is not what a plan ends with".to_owned());
    };
    let version = std::str::from_utf8(archive.comment())
        .ok()
        .and_then(|comment| comment.strip_prefix(COMMENT))
        .and_then(|rest| rest.split_once(' '))
        .map(|(version, _)| version.to_owned());
    match version {
        Some(version) if version != FORMAT.to_string() => Refused::Version(version),
        Some(_) => Refused::Altered("its end is not what a plan ends with".to_owned()),
        None if archive.index_for_name("tfplan").is_some() => Refused::Foreign,
        None if archive.index_for_name(super::parts::MANIFEST).is_some() => {
            Refused::Altered("its end is not what a plan ends with".to_owned())
        }
        None => Refused::NotAnArchive,
    }
}
