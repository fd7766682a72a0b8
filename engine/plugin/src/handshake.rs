//! The one line that a provider process writes when it is ready.
//!
//! `CORE|PROTOCOL|NETWORK|ADDRESS|KIND[|CERTIFICATE[|MULTIPLEX]]`: go-plugin's form, core version 1.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// Name of the environment variable that says "you were started as a plugin".
pub(crate) const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// Its value: the same in all versions of the protocol.
pub(crate) const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of the provider protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `tfplugin5`
    V5,
    /// `tfplugin6`
    V6,
}

impl Protocol {
    /// The version with this number.
    pub fn numbered(number: u64) -> Option<Protocol> {
        match number {
            5 => Some(Protocol::V5),
            6 => Some(Protocol::V6),
            _ => None,
        }
    }
}

/// Where a provider listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A socket file.
    Unix(String),
    /// Host and port.
    Tcp(String),
}

/// What a provider says about itself when it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handshake {
    pub(crate) protocol: Protocol,
    pub(crate) address: Address,
    /// The certificate that it will show, in DER; `None` when it speaks in the clear.
    pub(crate) certificate: Option<Vec<u8>>,
}

impl Handshake {
    /// Reads the line. The error is a clause that says what is wrong.
    pub(crate) fn parse(line: &str) -> Result<Handshake, String> {
        let fields: Vec<&str> = line.trim().split('|').collect();
        let (&[core, protocol, network, address], more) =
            fields.split_first_chunk::<4>().ok_or("it is not a plugin's handshake")?;
        if core != "1" {
            return Err(format!("it speaks version {core:?} of the plugin handshake, not version 1"));
        }
        let number = protocol.parse::<u64>().ok();
        let protocol = number.and_then(Protocol::numbered).ok_or_else(|| {
            format!("it speaks version {protocol:?} of the provider protocol; versions 5 and 6 are supported")
        })?;
        let address = match network {
            "unix" => Address::Unix(address.to_owned()),
            "tcp" => Address::Tcp(address.to_owned()),
            other => {
                return Err(format!("it listens on a network of kind {other:?}, which is not supported"));
            }
        };
        match more.first() {
            Some(&"grpc") => {}
            other => return Err(format!("it speaks {:?} where gRPC is needed", other.unwrap_or(&"netrpc"))),
        }
        let certificate = match more.get(1) {
            None | Some(&"") => None,
            Some(text) => {
                let text = text.trim_end_matches('=');
                let der = STANDARD_NO_PAD.decode(text).or_else(|_| STANDARD.decode(text));
                Some(der.map_err(|_| "its certificate is not valid base64".to_owned())?)
            }
        };
        Ok(Handshake { protocol, address, certificate })
    }
}

#[cfg(test)]
#[path = "handshake_tests.rs"]
mod tests;
