//! `providers.aws.sign_req`: requests signed with AWS Signature Version 4.

use super::digests::hmac_sha256;
use super::encoding::hex;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row, args, outside, urls};
use crate::value::{Object, Value};
use ordain_gostd::bytes::to_bytes;
use ordain_gostd::time::{self, Moment};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

pub(super) const ROWS: &[Row] = &[(
    "providers.aws.sign_req",
    "(object[string: any], object[string: any], number) -> object[any: any]",
    sign,
)];

/// What a configuration must have, by name.
const REQUIRED: [&str; 4] = ["aws_access_key", "aws_region", "aws_secret_access_key", "aws_service"];
/// Headers that may change on the way.
const NOT_SIGNED: [&str; 3] = ["authorization", "user-agent", "x-amzn-trace-id"];

/// What is signed with, where and when.
struct Signer<'a> {
    config: &'a Object,
    /// `20060102`.
    day: String,
    /// `20060102T150405Z`.
    moment: String,
}

/// A request as far as it is signed.
struct Request<'a> {
    method: &'a str,
    url: urls::Signed,
    /// Headers by name; what is no text is empty.
    headers: BTreeMap<&'a str, &'a str>,
    /// The body's hash, or that it has none.
    payload: String,
}

fn sign(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let request = args::object(args, 1)?;
    let config = args::object(args, 2)?;
    check_config(config)?;
    let number = args::number(args, 3)?;
    let ns = number.as_i64().filter(|_| number.is_plain_integer()).ok_or_else(|| {
        BuiltinError::operand_value(3, "could not convert time_ns value into a unix timestamp")
    })?;
    outside::check_request(request)?;
    let headers = match request.get_str("headers") {
        Some(Value::Object(headers)) => headers.iter().collect(),
        Some(other) => return Err(BuiltinError::operand(0, "object", other)),
        None => Vec::new(),
    };
    let invalid: Vec<Value> = ["method", "url"]
        .into_iter()
        .filter(|name| request.get_str(name).and_then(Value::as_str).is_none())
        .map(Value::from)
        .collect();
    if !invalid.is_empty() {
        let what = format!("invalid values for required request parameters(s): {}", Value::set(invalid));
        return Err(BuiltinError::operand_value(1, what));
    }
    let unsigned = match config.get_str("disable_payload_signing") {
        None => false,
        Some(Value::Bool(unsigned)) => *unsigned,
        Some(_) => {
            let what = "invalid value for 'disable_payload_signing' in AWS config";
            return Err(BuiltinError::operand_value(2, what));
        }
    };
    let payload = if unsigned { "UNSIGNED-PAYLOAD".to_owned() } else { hash(&body(request)) };
    let moment = Moment::utc(ns.div_euclid(1_000_000_000), 0);
    let signer = Signer {
        config,
        day: time::format(&moment, "20060102"),
        moment: time::format(&moment, "20060102T150405Z"),
    };
    let asked = Request {
        method: text(request, "method"),
        url: urls::signed(text(request, "url")).map_err(BuiltinError::failed)?,
        headers: headers
            .iter()
            .map(|(key, value)| (key.as_str().unwrap_or_default(), value.as_str().unwrap_or_default()))
            .collect(),
        payload,
    };
    let signed = signer.headers(&asked);
    let mut out = Object::clone(request);
    out.insert("headers".into(), Value::object(signed));
    Ok(Some(Value::Object(out.into())))
}

fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    object.get_str(name).and_then(Value::as_str).unwrap_or_default()
}

fn check_config(config: &Object) -> Result<(), BuiltinError> {
    let named = |wrong: &dyn Fn(Option<&Value>) -> bool| -> Vec<Value> {
        REQUIRED.iter().filter(|name| wrong(config.get_str(name))).map(|name| (*name).into()).collect()
    };
    let missing = named(&|value| value.is_none());
    if !missing.is_empty() {
        let what = format!("missing required AWS config parameters(s): {}", Value::set(missing));
        return Err(BuiltinError::operand_value(2, what));
    }
    let invalid = named(&|value| value.is_some_and(|value| value.as_str().is_none()));
    if !invalid.is_empty() {
        let what = format!("invalid values for required AWS config parameters(s): {}", Value::set(invalid));
        return Err(BuiltinError::operand_value(2, what));
    }
    Ok(())
}

fn body(request: &Object) -> Vec<u8> {
    match (request.get_str("raw_body"), request.get_str("body")) {
        (Some(raw), _) => to_bytes(raw.as_str().unwrap_or_default()),
        (None, Some(body)) => to_bytes(&body.to_json_text()),
        (None, None) => Vec::new(),
    }
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Signer<'_> {
    /// The headers of the signed request: those of the request, the signature, and what it needs.
    fn headers(&self, request: &Request<'_>) -> Vec<(Value, Value)> {
        let service = text(self.config, "aws_service");
        let mut own = BTreeMap::from([
            ("host".to_owned(), request.url.host.clone()),
            ("x-amz-date".to_owned(), self.moment.clone()),
        ]);
        if matches!(service, "s3" | "glacier") {
            own.insert("x-amz-content-sha256".to_owned(), request.payload.clone());
        }
        let session = text(self.config, "aws_session_token");
        if !session.is_empty() {
            own.insert("x-amz-security-token".to_owned(), session.to_owned());
        }
        let mut to_sign = own.clone();
        for (name, value) in &request.headers {
            let lower = name.to_lowercase();
            if !NOT_SIGNED.contains(&lower.as_str()) {
                to_sign.insert(lower, (*value).to_owned());
            }
        }
        let authorization = self.authorization(request, &to_sign, service);
        let mut out: BTreeMap<String, String> =
            request.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        out.insert("Authorization".to_owned(), authorization);
        out.append(&mut own);
        out.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn authorization(
        &self,
        request: &Request<'_>,
        headers: &BTreeMap<String, String>,
        service: &str,
    ) -> String {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = headers.keys().map(String::as_str).collect::<Vec<_>>().join(";");
        let (url, payload) = (&request.url, &request.payload);
        let canonical =
            format!("{}\n{}\n{}\n{lines}\n{names}\n{payload}", request.method, url.path, url.query);
        let (day, moment) = (&self.day, &self.moment);
        let scope = format!("{day}/{}/{service}/aws4_request", text(self.config, "aws_region"));
        let to_sign = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hash(&to_bytes(&canonical)));
        let secret = format!("AWS4{}", text(self.config, "aws_secret_access_key"));
        let mut key: Vec<u8> = to_bytes(&secret);
        for part in [day, text(self.config, "aws_region"), service, "aws4_request", &to_sign] {
            key = hmac_sha256(&key, &to_bytes(part));
        }
        let access = text(self.config, "aws_access_key");
        format!("AWS4-HMAC-SHA256 Credential={access}/{scope},SignedHeaders={names},Signature={}", hex(&key))
    }
}
