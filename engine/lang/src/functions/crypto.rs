//! Hashes, ids and ciphers. Hashes serve to tell contents apart; some of them protect nothing today.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use ordain_value::{Type, Value};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::filesystem;
use super::spec::{Call, FunctionError, FunctionResult, Param, Spec, Ty, text};

const STR: Param = Param::new("str", Ty::String);
const PATH: Param = Param::new("path", Ty::String);

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text("md5", "MD5 of a string, in hexadecimal digits. Not safe against forgery.", &[STR], |call| {
        hex::<Md5>(call.text(0)?)
    }),
    text("sha1", "SHA-1 of a string, in hexadecimal digits. Not safe against forgery.", &[STR], |call| {
        hex::<Sha1>(call.text(0)?)
    }),
    text("sha256", "SHA-256 of a string, in hexadecimal digits.", &[STR], |call| {
        hex::<Sha256>(call.text(0)?)
    }),
    text("sha512", "SHA-512 of a string, in hexadecimal digits.", &[STR], |call| {
        hex::<Sha512>(call.text(0)?)
    }),
    text("base64sha256", "The raw bytes of a string's SHA-256, in base64.", &[STR], |call| {
        base64::<Sha256>(call.text(0)?)
    }),
    text("base64sha512", "The raw bytes of a string's SHA-512, in base64.", &[STR], |call| {
        base64::<Sha512>(call.text(0)?)
    }),
    text("filemd5", "Like md5, of the contents of a file.", &[PATH], |call| {
        hex::<Md5>(filesystem::read_whole(call)?)
    }),
    text("filesha1", "Like sha1, of the contents of a file.", &[PATH], |call| {
        hex::<Sha1>(filesystem::read_whole(call)?)
    }),
    text("filesha256", "Like sha256, of the contents of a file.", &[PATH], |call| {
        hex::<Sha256>(filesystem::read_whole(call)?)
    }),
    text("filesha512", "Like sha512, of the contents of a file.", &[PATH], |call| {
        hex::<Sha512>(filesystem::read_whole(call)?)
    }),
    text("filebase64sha256", "Like base64sha256, of the contents of a file.", &[PATH], |call| {
        base64::<Sha256>(filesystem::read_whole(call)?)
    }),
    text("filebase64sha512", "Like base64sha512, of the contents of a file.", &[PATH], |call| {
        base64::<Sha512>(filesystem::read_whole(call)?)
    }),
    Spec {
        variadic: Some(Param::new("cost", Ty::Number).about("The cost of the hash; 10 unless given.")),
        ..text(
            "bcrypt",
            "A bcrypt hash of a password; the salt, and so the result, differs with every call.",
            &[STR],
            bcrypt,
        )
    },
    text(
        "rsadecrypt",
        "The clear text of a base64 text that was encrypted with RSA (PKCS #1 v1.5), by the private key in PEM.",
        &[Param::new("ciphertext", Ty::String), Param::new("privatekey", Ty::String)],
        super::rsa::decrypt,
    ),
    text("uuid", "A random UUID, a new one with every call.", &[], |call| {
        let world = call.environment.world;
        if world.defers() {
            return Ok(Value::unknown(Type::String));
        }
        let mut bytes = [0u8; 16];
        world.random(&mut bytes);
        Ok(Value::string(uuid(bytes)))
    }),
    text(
        "uuidv5",
        "The UUID of version 5 of a name in a namespace: the same for the same two.",
        &[Param::new("namespace", Ty::String), Param::new("name", Ty::String)],
        |call| {
            let namespace = namespace(call.text(0)?).map_err(|why| {
                FunctionError::call(format!(
                    "uuidv5() doesn't support namespace {} ({why})",
                    call.text(0).unwrap_or("")
                ))
            })?;
            let hash = Sha1::new().chain_update(namespace).chain_update(call.text(1)?).finalize();
            let mut bytes = [0u8; 16];
            bytes.iter_mut().zip(hash).for_each(|(slot, byte)| *slot = byte);
            let [.., six, _, eight, _, _, _, _, _, _, _] = &mut bytes;
            *six = (*six & 0x0f) | 0x50;
            *eight = (*eight & 0x3f) | 0x80;
            Ok(Value::string(uuid(bytes)))
        },
    ),
];

fn hex<D: Digest>(content: impl AsRef<[u8]>) -> FunctionResult {
    Ok(Value::string(hex_text(&D::digest(content))))
}

fn base64<D: Digest>(content: impl AsRef<[u8]>) -> FunctionResult {
    Ok(Value::string(STANDARD.encode(D::digest(content))))
}

fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of a UUID. Random ones are random throughout: they have no version.
fn uuid(bytes: [u8; 16]) -> String {
    let digits = hex_text(&bytes);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("");
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The namespace of a well-known name, or a UUID in one of its four spellings.
fn namespace(text: &str) -> Result<[u8; 16], String> {
    let known = |last: u8| {
        [0x6b, 0xa7, 0xb8, last, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]
    };
    match text {
        "dns" => return Ok(known(0x10)),
        "url" => return Ok(known(0x11)),
        "oid" => return Ok(known(0x12)),
        "x500" => return Ok(known(0x14)),
        _ => {}
    }
    let dashed = match text.len() {
        36 | 32 => text,
        45 if text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("urn:uuid:")) => {
            text.get(9..).unwrap_or("")
        }
        45 => return Err(format!("invalid urn prefix: {:?}", text.get(..9).unwrap_or(""))),
        38 => text.get(1..37).ok_or("invalid UUID format")?,
        length => return Err(format!("invalid UUID length: {length}")),
    };
    let placed = [8, 13, 18, 23].iter().all(|at| dashed.as_bytes().get(*at) == Some(&b'-'));
    if dashed.len() == 36 && !placed {
        return Err("invalid UUID format".to_owned());
    }
    let digits: String = if dashed.len() == 36 { dashed.replace('-', "") } else { dashed.to_owned() };
    let number =
        u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32 && !digits.starts_with('+'));
    number.map(u128::to_be_bytes).ok_or_else(|| "invalid UUID format".to_owned())
}

fn bcrypt(call: &Call<'_>) -> FunctionResult {
    const DEFAULT: i64 = 10;
    const LONGEST: usize = 72;
    let cost = match call.args.len() {
        1 => DEFAULT,
        2 => call.int(1)?,
        _ => return Err(FunctionError::call("bcrypt() takes no more than two arguments")),
    };
    if cost > 31 {
        return Err(FunctionError::call(format!(
            "error occurred generating password: crypto/bcrypt: cost {cost} is outside allowed inclusive range 4..31"
        )));
    }
    let cost = if cost < 4 { DEFAULT } else { cost };
    let given = call.text(0)?;
    if given.len() > LONGEST {
        return Err(FunctionError::call(
            "error occurred generating password: bcrypt: password length exceeds 72 bytes",
        ));
    }
    let world = call.environment.world;
    if world.defers() {
        return Ok(Value::unknown(Type::String));
    }
    let mut salt = [0u8; 16];
    world.random(&mut salt);
    let cost = u32::try_from(cost).unwrap_or(10);
    let hash =
        bcrypt::hash_with_salt(given, cost, salt).map_err(|error| FunctionError::call(error.to_string()))?;
    Ok(Value::string(hash.format_for_version(bcrypt::Version::TwoA)))
}
