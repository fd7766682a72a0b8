//! Addresses, keys, paths and bytes as they stand in the exact form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ordain_addr::{
    AbsResource, ConfigResource, DeposedKey, Key, ProviderConfigAddr, ResourceInstance, Target,
    parse_instance, parse_resource,
};
use ordain_value::{Path, Step};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::values::Exact;

/// A thing that is written as its text.
#[derive(Clone, Debug)]
pub struct Text<T>(pub T);

/// A thing that can be read back from its text.
pub trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for ResourceInstance {
    fn from_text(text: &str) -> Option<Self> {
        parse_instance(text).ok()
    }
}

impl FromText for AbsResource {
    fn from_text(text: &str) -> Option<Self> {
        parse_resource(text).ok()
    }
}

impl FromText for ConfigResource {
    fn from_text(text: &str) -> Option<Self> {
        parse_resource(text).ok().map(|resource| resource.config())
    }
}

impl FromText for ProviderConfigAddr {
    fn from_text(text: &str) -> Option<Self> {
        ProviderConfigAddr::parse(text)
    }
}

impl FromText for Target {
    fn from_text(text: &str) -> Option<Self> {
        Target::parse(text).ok()
    }
}

impl FromText for DeposedKey {
    fn from_text(text: &str) -> Option<Self> {
        Some(DeposedKey(text.into()))
    }
}

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        T::from_text(&text).map(Text).ok_or_else(|| D::Error::custom(format!("{text:?} is no address")))
    }
}

/// An instance key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyForm {
    Int(u64),
    Str(String),
}

impl KeyForm {
    pub fn of(key: &Key) -> Self {
        match key {
            Key::Int(number) => Self::Int(*number),
            Key::Str(text) => Self::Str(text.to_string()),
        }
    }

    pub fn into_key(self) -> Key {
        match self {
            Self::Int(number) => Key::Int(number),
            Self::Str(text) => Key::Str(text.into()),
        }
    }
}

/// One step of a path.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepForm {
    Attr(String),
    Index(Exact),
}

/// Writes a path step by step.
pub fn path_form(path: &Path) -> Vec<StepForm> {
    let form = |step: &Step| match step {
        Step::Attr(name) => StepForm::Attr(name.to_string()),
        Step::Index(key) => StepForm::Index(Exact(key.clone())),
    };
    path.0.iter().map(form).collect()
}

/// Reads a path step by step.
pub fn path_of(form: Vec<StepForm>) -> Path {
    let step = |form| match form {
        StepForm::Attr(name) => Step::Attr(name.into()),
        StepForm::Index(Exact(key)) => Step::Index(key),
    };
    Path(form.into_iter().map(step).collect())
}

/// Bytes, written in base64.
#[derive(Clone, Debug, Default)]
pub struct Bytes<B = Vec<u8>>(pub B);

impl<B: AsRef<[u8]>> Bytes<B> {
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_empty()
    }
}

impl<B: AsRef<[u8]>> Serialize for Bytes<B> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map(Bytes).map_err(D::Error::custom)
    }
}
