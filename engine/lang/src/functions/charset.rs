//! Text in other encodings, by the names that IANA has registered for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{DecoderResult, EncoderResult, Encoding};
use ordain_value::Value;

use super::spec::{FunctionError, Param, Spec, Ty, text};

mod asian;
mod names;

use names::{NAMES, PAGES};

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text(
        "textencodebase64",
        "A string's characters in a given encoding, in base64.",
        &[Param::new("string", Ty::String), Param::new("encoding", Ty::String)],
        |call| {
            let (name, charset) = find(call.text(1)?)?;
            let bytes = charset.encode(call.text(0)?).ok_or_else(|| {
                FunctionError::arg(
                    0,
                    format!("the given string contains characters that cannot be represented in {name}"),
                )
            })?;
            Ok(Value::string(STANDARD.encode(bytes)))
        },
    ),
    text(
        "textdecodebase64",
        "The text that a base64 text stands for when its bytes are read in a given encoding.",
        &[Param::new("source", Ty::String), Param::new("encoding", Ty::String)],
        |call| {
            let (name, charset) = find(call.text(1)?)?;
            let source = call.text(0)?;
            let bytes = super::encoding::decode_base64(source).ok_or_else(|| {
                let at = base64_fault(source.as_bytes());
                FunctionError::arg(
                    0,
                    format!("the given value is has an invalid base64 symbol at offset {at}"),
                )
            })?;
            let decoded = charset.decode(&bytes).ok_or_else(|| {
                FunctionError::arg(
                    0,
                    format!("the given string contains symbols that are not defined for {name}"),
                )
            })?;
            Ok(Value::string(decoded))
        },
    ),
];

#[derive(Clone, Copy)]
enum Charset {
    /// A table or state machine of the encoding library.
    Known(&'static Encoding),
    /// A table of one character a byte, of the upper half or of all.
    Page(&'static str),
    /// GB 2312 in seven bits, between `~{` and `~}`.
    HzGb2312,
    /// The first 128 characters.
    Ascii,
    /// The first 256 characters.
    Latin1,
    Utf16 {
        big: bool,
        mark: bool,
    },
}

fn find(name: &str) -> Result<(&'static str, Charset), FunctionError> {
    let wanted = name.to_ascii_lowercase();
    let found = NAMES.iter().find(|(_, names)| names.contains(&wanted.as_str())).and_then(|(shown, _)| {
        if let Some((_, page)) = PAGES.iter().find(|(name, _)| name == shown) {
            return Some((*shown, Charset::Page(page)));
        }
        let charset = match *shown {
            "UTF-16" => Charset::Utf16 { big: true, mark: true },
            "UTF-16BE" => Charset::Utf16 { big: true, mark: false },
            "UTF-16LE" => Charset::Utf16 { big: false, mark: false },
            "US-ASCII" => Charset::Ascii,
            "HZ-GB-2312" => Charset::HzGb2312,
            "ISO_8859-1:1987" => Charset::Latin1,
            "Extended_UNIX_Code_Packed_Format_for_Japanese" => Charset::Known(encoding_rs::EUC_JP),
            other => {
                let label = other.split(':').next().unwrap_or(other).replace("ISO_", "ISO-");
                Charset::Known(Encoding::for_label(label.as_bytes())?)
            }
        };
        Some((*shown, charset))
    });
    found.ok_or_else(|| {
        FunctionError::arg(
            1,
            format!(
                "{} is not a supported IANA encoding name or alias in this Terraform version",
                ordain_gostd::quote(name)
            ),
        )
    })
}

/// Whether the tables of Go have no character where the library has a control character.
fn leaves_open(encoding: &'static Encoding) -> bool {
    encoding.is_single_byte()
        && (encoding.name().starts_with("windows-") || encoding.name().starts_with("ISO-"))
}

fn is_upper_control(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

impl Charset {
    fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Charset::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Charset::Page(page) => {
                let upper = u8::try_from(256 - page.chars().count()).unwrap_or(0);
                let byte = |c: char| match u8::try_from(c) {
                    Ok(byte) if byte < upper => Some(byte),
                    _ => page
                        .chars()
                        .position(|other| other == c)
                        .and_then(|at| u8::try_from(at + usize::from(upper)).ok()),
                };
                text.chars().map(byte).collect()
            }
            Charset::Latin1 => text.chars().map(|c| u8::try_from(c as u32).ok()).collect(),
            Charset::Utf16 { big, mark } => {
                let order = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                let mark = mark.then_some(0xfeff);
                Some(mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect())
            }
            Charset::HzGb2312 => asian::encode_hz(text),
            Charset::Known(encoding) if !encoding.is_single_byte() && encoding != encoding_rs::UTF_8 => {
                asian::encode(encoding, text)
            }
            Charset::Known(encoding) => {
                // Controls of the upper half are the library's guess for what a table leaves open.
                if leaves_open(encoding) && text.contains(is_upper_control) {
                    return None;
                }
                let mut encoder = encoding.new_encoder();
                let size = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
                let mut out = Vec::with_capacity(size);
                let (result, _) = encoder.encode_from_utf8_to_vec_without_replacement(text, &mut out, true);
                if result == EncoderResult::InputEmpty { Some(out) } else { None }
            }
        }
    }

    fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Charset::Ascii => bytes.is_ascii().then(|| bytes.iter().map(|byte| char::from(*byte)).collect()),
            Charset::Page(page) => {
                let table: Vec<char> = page.chars().collect();
                let upper = 256 - table.len();
                let decoded = |byte: &u8| match usize::from(*byte).checked_sub(upper) {
                    Some(at) => table.get(at).copied(),
                    None => Some(char::from(*byte)),
                };
                bytes.iter().map(decoded).collect()
            }
            Charset::Latin1 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Charset::Utf16 { big, mark } => {
                let (big, bytes) = match bytes {
                    [0xfe, 0xff, rest @ ..] if mark => (true, rest),
                    [0xff, 0xfe, rest @ ..] if mark => (false, rest),
                    bytes => (big, bytes),
                };
                let pairs = bytes.chunks(2).map(|pair| match pair {
                    [a, b] => {
                        Some(if big { u16::from_be_bytes([*a, *b]) } else { u16::from_le_bytes([*a, *b]) })
                    }
                    _ => None,
                });
                let units: Vec<u16> = pairs.collect::<Option<_>>()?;
                String::from_utf16(&units).ok()
            }
            Charset::HzGb2312 => asian::decode_hz(bytes),
            Charset::Known(encoding) => {
                let mut decoder = encoding.new_decoder_without_bom_handling();
                let mut out =
                    String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
                let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut out, true);
                let guessed = leaves_open(encoding) && out.contains(is_upper_control)
                    || out.contains(|c| asian::is_surplus(encoding, c))
                    || asian::has_four_bytes(encoding, bytes);
                if result == DecoderResult::InputEmpty && !guessed { Some(out) } else { None }
            }
        }
    }
}

/// Which byte of a text that is no base64 Go names: of one that ends too early, the first of its last group.
fn base64_fault(source: &[u8]) -> usize {
    let break_at = |at: usize| matches!(source.get(at), Some(b'\r' | b'\n'));
    let (mut at, mut group) = (0, 0);
    while let Some(&byte) = source.get(at) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') {
            group = (group + 1) % 4;
        } else if byte == b'=' && group > 1 {
            let mut next = at + 1;
            while group == 2 && break_at(next) {
                next += 1;
            }
            match source.get(next) {
                None if group == 2 => return source.len(),
                Some(b'=') if group == 2 => next += 1,
                _ if group == 2 => return next - 1,
                _ => {}
            }
            while break_at(next) {
                next += 1;
            }
            return next;
        } else if !break_at(at) {
            return at;
        }
        at += 1;
    }
    at - group
}
