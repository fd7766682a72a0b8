//! Text in other encodings, by the names that IANA has registered for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{DecoderResult, EncoderResult, Encoding};
use ordain_value::Value;

use super::spec::{FunctionError, Param, Spec, Ty, text};

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
                let at = source.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')));
                let at = at.unwrap_or(source.len());
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
    /// The first 128 characters.
    Ascii,
    /// The first 256 characters.
    Latin1,
    Utf16 {
        big: bool,
        mark: bool,
    },
}

/// Registered names in lower case, where they stand for what, and the name that messages show.
const NAMES: &[(&str, &str)] = &[
    ("utf-8", "UTF-8"),
    ("csutf8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("csutf16", "UTF-16"),
    ("utf-16be", "UTF-16BE"),
    ("csutf16be", "UTF-16BE"),
    ("utf-16le", "UTF-16LE"),
    ("csutf16le", "UTF-16LE"),
    ("us-ascii", "US-ASCII"),
    ("iso-8859-1", "ISO_8859-1:1987"),
    ("iso_8859-1:1987", "ISO_8859-1:1987"),
    ("iso_8859-1", "ISO_8859-1:1987"),
    ("latin1", "ISO_8859-1:1987"),
    ("l1", "ISO_8859-1:1987"),
    ("iso-8859-2", "ISO-8859-2"),
    ("iso_8859-2", "ISO-8859-2"),
    ("latin2", "ISO-8859-2"),
    ("l2", "ISO-8859-2"),
    ("iso-8859-3", "ISO-8859-3"),
    ("iso-8859-4", "ISO-8859-4"),
    ("iso-8859-5", "ISO-8859-5"),
    ("iso-8859-6", "ISO-8859-6"),
    ("iso-8859-7", "ISO-8859-7"),
    ("iso-8859-8", "ISO-8859-8"),
    ("iso-8859-10", "ISO-8859-10"),
    ("iso-8859-13", "ISO-8859-13"),
    ("iso-8859-14", "ISO-8859-14"),
    ("iso-8859-15", "ISO-8859-15"),
    ("latin-9", "ISO-8859-15"),
    ("iso-8859-16", "ISO-8859-16"),
    ("windows-874", "windows-874"),
    ("windows-1250", "windows-1250"),
    ("windows-1251", "windows-1251"),
    ("windows-1252", "windows-1252"),
    ("windows-1253", "windows-1253"),
    ("windows-1254", "windows-1254"),
    ("windows-1255", "windows-1255"),
    ("windows-1256", "windows-1256"),
    ("windows-1257", "windows-1257"),
    ("windows-1258", "windows-1258"),
    ("koi8-r", "KOI8-R"),
    ("koi8-u", "KOI8-U"),
    ("macintosh", "macintosh"),
    ("ibm866", "IBM866"),
    ("cp866", "IBM866"),
    ("866", "IBM866"),
    ("shift_jis", "Shift_JIS"),
    ("ms_kanji", "Shift_JIS"),
    ("csshiftjis", "Shift_JIS"),
    ("euc-jp", "EUC-JP"),
    ("iso-2022-jp", "ISO-2022-JP"),
    ("euc-kr", "EUC-KR"),
    ("gbk", "GBK"),
    ("cp936", "GBK"),
    ("ms936", "GBK"),
    ("windows-936", "GBK"),
    ("gb18030", "GB18030"),
    ("big5", "Big5"),
    ("csbig5", "Big5"),
];

fn find(name: &str) -> Result<(&'static str, Charset), FunctionError> {
    let wanted = name.to_ascii_lowercase();
    let found = NAMES.iter().find(|(known, _)| *known == wanted).and_then(|(_, shown)| {
        let charset = match *shown {
            "UTF-16" => Charset::Utf16 { big: true, mark: true },
            "UTF-16BE" => Charset::Utf16 { big: true, mark: false },
            "UTF-16LE" => Charset::Utf16 { big: false, mark: false },
            "US-ASCII" => Charset::Ascii,
            "ISO_8859-1:1987" => Charset::Latin1,
            other => Charset::Known(Encoding::for_label(other.as_bytes())?),
        };
        Some((*shown, charset))
    });
    found.ok_or_else(|| {
        FunctionError::arg(
            1,
            format!("{name:?} is not a supported IANA encoding name or alias in this Terraform version"),
        )
    })
}

impl Charset {
    fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Charset::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Charset::Latin1 => text.chars().map(|c| u8::try_from(c as u32).ok()).collect(),
            Charset::Utf16 { big, mark } => {
                let order = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                let mark = mark.then_some(0xfeff);
                Some(mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect())
            }
            Charset::Known(encoding) => {
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
            Charset::Known(encoding) => {
                let mut decoder = encoding.new_decoder_without_bom_handling();
                let mut out =
                    String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
                let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut out, true);
                // The library gives control characters for bytes that these tables leave open.
                let open = |c: char| ('\u{80}'..='\u{9f}').contains(&c) && encoding.is_single_byte();
                let windows = encoding.name().starts_with("windows-");
                if result == DecoderResult::InputEmpty && !(windows && out.contains(open)) {
                    Some(out)
                } else {
                    None
                }
            }
        }
    }
}
