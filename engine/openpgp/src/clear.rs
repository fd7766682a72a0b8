//! Text signed in clear (RFC 4880, section 7), as provenance files of charts are.

/// A text and the signature below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearSigned {
    /// What the reader sees, with LF at the ends of lines.
    pub text: String,
    /// What the signature covers: without blanks at the ends of lines, which end with CR LF.
    pub covered: Vec<u8>,
    /// The signature, armoured.
    pub signature: String,
}

const HEAD: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";

impl ClearSigned {
    /// The first signed text in a file; `None` where there is none.
    #[must_use]
    pub fn find(file: &str) -> Option<Self> {
        let mut lines = file.lines().map(|line| line.trim_end_matches('\r'));
        lines.find(|line| line.trim_end() == HEAD)?;
        // Headers such as `Hash: SHA512` end with an empty line.
        lines.find(|line| line.trim().is_empty())?;
        let (mut text, mut covered): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        loop {
            let line = lines.next()?;
            if line.trim_end() == SIGNATURE {
                break;
            }
            let line = line.strip_prefix("- ").unwrap_or(line);
            text.push(line);
            covered.push(line.trim_end_matches([' ', '\t']));
        }
        let below: Vec<&str> = lines.collect();
        Some(Self {
            text: text.iter().map(|line| format!("{line}\n")).collect(),
            covered: covered.join("\r\n").into_bytes(),
            signature: format!("{SIGNATURE}\n{}\n", below.join("\n")),
        })
    }
}

#[cfg(test)]
#[path = "clear_tests.rs"]
mod tests;
