//! Provenance files: who vouches for an archive (`pkg/provenance`).

use ordain_openpgp::{ClearSigned, Document, Keyring, verify};
use ordain_yaml::Limits;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// Between what the file says of the chart and the digests.
const END_OF_METADATA: &str = "\n...\n";

/// Checks an archive, by the name it is kept under, with its provenance file. `now` is in seconds since 1970.
pub(crate) fn check(
    name: &str,
    archive: &[u8],
    provenance: &[u8],
    keys: &Keyring,
    now: u64,
) -> Result<(), String> {
    let text = String::from_utf8_lossy(provenance);
    let signed = ClearSigned::find(&text).ok_or("failed to decode signature: signature block not found")?;
    verify(Document::Text(&signed.covered), signed.signature.as_bytes(), keys, now)
        .map_err(|why| format!("the signature of the provenance file is not valid: {why}"))?;
    let (_, below) =
        signed.text.split_once(END_OF_METADATA).ok_or("message block must have at least two parts")?;
    let digests = below.split(END_OF_METADATA).next().unwrap_or_default();
    let digests = ordain_yaml::from_str(digests, &Limits::default()).map_err(|e| e.to_string())?;
    let promised = digests.get("files").and_then(|files| files.get(name)).and_then(Json::as_str);
    let promised =
        promised.ok_or_else(|| format!("provenance does not contain a SHA for a file named {name:?}"))?;
    let found: String = Sha256::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
    let found = format!("sha256:{found}");
    if found == promised {
        return Ok(());
    }
    Err(format!("sha256 sum does not match for {name}: {promised:?} != {found:?}"))
}
