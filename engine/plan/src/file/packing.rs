//! Parts on their way into an archive: compressed while they are made, and put together at the end.

use std::collections::BTreeMap;
use std::io::{self, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use crate::Digest;
use crate::digest::Hashing;

/// Longest part that is kept as it is: what compresses is set up for more.
const SMALL: usize = 2 << 10;
/// By how much the room for what is compressed grows at least.
const GROWTH: usize = 64 << 10;

/// A part that is ready.
pub struct Packed {
    /// Digest of the content.
    pub digest: Digest,
    deflated: bool,
    crc: u32,
    /// Length of the content.
    size: u32,
    data: Vec<u8>,
}

/// What packs parts, one after the other. Its tables are large, so they are there once, and only when they are needed.
#[derive(Default)]
pub struct Packer(Option<Compress>);

impl Packer {
    /// A part that `write` makes piece by piece.
    ///
    /// # Errors
    /// What `write` says, or why its content cannot be packed.
    pub fn made(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), String>,
    ) -> Result<Packed, String> {
        let entry = Entry {
            packer: self,
            small: Vec::new(),
            data: Vec::new(),
            begun: false,
            crc: Crc::new(),
            size: 0,
        };
        let mut out = Hashing::new(entry);
        write(&mut out)?;
        let (entry, digest) = out.done();
        entry.done(digest).map_err(|error| error.to_string())
    }

    /// A part that is there already.
    ///
    /// # Errors
    /// Why it cannot be packed.
    pub fn of(&mut self, content: &[u8]) -> Result<Packed, String> {
        self.made(|out| out.write_all(content).map_err(|error| error.to_string()))
    }
}

struct Entry<'p> {
    packer: &'p mut Packer,
    /// All that was written, while that is little.
    small: Vec<u8>,
    data: Vec<u8>,
    /// Whether it is being compressed.
    begun: bool,
    crc: Crc,
    size: u64,
}

impl Entry<'_> {
    fn compress(&mut self, mut bytes: &[u8], flush: FlushCompress) -> io::Result<()> {
        let tables = self.packer.0.get_or_insert_with(|| Compress::new(Compression::new(1), false));
        loop {
            if self.data.capacity() - self.data.len() < GROWTH / 8 {
                self.data.reserve_exact(GROWTH.max(self.data.len() / 4));
            }
            let before = tables.total_in();
            let status = tables.compress_vec(bytes, &mut self.data, flush).map_err(io::Error::other)?;
            let taken = usize::try_from(tables.total_in() - before).unwrap_or(usize::MAX);
            bytes = bytes.get(taken..).unwrap_or_default();
            let has_room = self.data.len() < self.data.capacity();
            let ends = matches!(flush, FlushCompress::Finish);
            if status == Status::StreamEnd || (!ends && bytes.is_empty() && has_room) {
                return Ok(());
            }
        }
    }

    fn done(mut self, digest: Digest) -> io::Result<Packed> {
        if self.begun {
            self.compress(&[], FlushCompress::Finish)?;
            if let Some(tables) = &mut self.packer.0 {
                tables.reset();
            }
        }
        let data = if self.begun { self.data } else { self.small };
        let size = u32::try_from(self.size).map_err(|_| too_large())?;
        Ok(Packed { digest, deflated: self.begun, crc: self.crc.sum(), size, data })
    }
}

impl Write for Entry<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
        if !self.begun && self.small.len() + bytes.len() <= SMALL {
            self.small.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        if !std::mem::replace(&mut self.begun, true) {
            let small = std::mem::take(&mut self.small);
            self.compress(&small, FlushCompress::None)?;
        }
        self.compress(bytes, FlushCompress::None)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn too_large() -> io::Error {
    io::Error::other(
        "one of its parts has 4 GiB or more, which no plan file can hold; plan a part of the configuration at a time, \
         with -target",
    )
}

/// Numbers of a zip file, which all have their least byte first.
struct Numbers(Vec<u8>);

impl Numbers {
    fn short(&mut self, number: u16) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn long(&mut self, number: usize) -> io::Result<()> {
        let number = u32::try_from(number).map_err(|_| too_large())?;
        self.0.extend_from_slice(&number.to_le_bytes());
        Ok(())
    }

    /// What the headers of a part before its content and at the end of the file have in common.
    fn part(&mut self, name: &str, part: &Packed) -> io::Result<()> {
        // Version 2.0 of the format, no flags.
        self.short(20);
        self.short(0);
        self.short(if part.deflated { 8 } else { 0 });
        // The first day that can be written.
        self.short(0);
        self.short(0x21);
        self.0.extend_from_slice(&part.crc.to_le_bytes());
        self.long(part.data.len())?;
        self.0.extend_from_slice(&part.size.to_le_bytes());
        self.short(u16::try_from(name.len()).map_err(io::Error::other)?);
        self.short(0);
        Ok(())
    }
}

/// One archive of packed parts, and after it a comment.
pub fn joined(parts: &BTreeMap<String, Packed>, comment: &str) -> io::Result<Vec<u8>> {
    let size: usize = parts.iter().map(|(name, part)| 76 + 2 * name.len() + part.data.len()).sum();
    let mut out = Numbers(Vec::with_capacity(size + 22 + comment.len()));
    let mut index = Numbers(Vec::new());
    for (name, part) in parts {
        let at = out.0.len();
        out.0.extend_from_slice(b"PK\x03\x04");
        out.part(name, part)?;
        out.0.extend_from_slice(name.as_bytes());
        out.0.extend_from_slice(&part.data);
        // Made on a Unix, by whose rules it is a file that its owner reads and writes.
        index.0.extend_from_slice(b"PK\x01\x02\x14\x03");
        index.part(name, part)?;
        (0..3).for_each(|_| index.short(0));
        index.long(0o100_600 << 16)?;
        index.long(at)?;
        index.0.extend_from_slice(name.as_bytes());
    }
    let at = out.0.len();
    let count = u16::try_from(parts.len()).map_err(io::Error::other)?;
    out.0.extend_from_slice(&index.0);
    out.0.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.short(count);
    out.short(count);
    out.long(index.0.len())?;
    out.long(at)?;
    out.short(u16::try_from(comment.len()).map_err(io::Error::other)?);
    out.0.extend_from_slice(comment.as_bytes());
    Ok(out.0)
}
