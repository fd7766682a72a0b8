//! Random identifiers.

/// A random GUID (version 4) in lower case; all zeros when the system has no randomness.
pub fn random_guid() -> String {
    let mut bytes = [0u8; 16];
    // Ids of requests only help support to find them: no randomness is no reason to fail.
    let _ = getrandom::fill(&mut bytes);
    let number = u128::from_be_bytes(bytes);
    let number = (number & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
