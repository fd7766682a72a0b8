//! What a provider offers: its reply to the call for schemas, kept as bytes and read type by type.
//!
//! The reply of a provider with a thousand types has five megabytes; as structs it would take many times
//! that, and a configuration needs a handful of types.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use ordain_provider::{Function, Load, ProviderSchema, Schema, SchemaTable};
use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint};

use crate::handshake::Protocol;
use crate::messages::{Diagnostic, ServerCapabilities};
use crate::schema;
use crate::schema_messages::{self as wire, IdentitySchemas, v6};

/// Numbers of the fields of `GetProviderSchema.Response`.
mod field {
    pub(super) const PROVIDER: u32 = 1;
    pub(super) const RESOURCES: u32 = 2;
    pub(super) const DATA_SOURCES: u32 = 3;
    pub(super) const DIAGNOSTICS: u32 = 4;
    pub(super) const META: u32 = 5;
    pub(super) const CAPABILITIES: u32 = 6;
    pub(super) const FUNCTIONS: u32 = 7;
    pub(super) const EPHEMERAL: u32 = 8;
}

/// Names of types and where in the reply their schemas stand.
pub(crate) type Index = BTreeMap<Arc<str>, Range<usize>>;

/// A reply, with an index into it.
pub(crate) struct Offer {
    bytes: Bytes,
    protocol: Protocol,
    provider: Range<usize>,
    meta: Option<Range<usize>>,
    resources: Index,
    data_sources: Index,
    ephemeral: Index,
    functions: BTreeMap<Arc<str>, Function>,
    identities: SchemaTable,
    pub(crate) capabilities: ServerCapabilities,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Offer {
    /// Reads what is not a schema of a type, and finds those. The error is a clause.
    pub(crate) fn index(schemas: Bytes, identities: Bytes, protocol: Protocol) -> Result<Offer, String> {
        let mut offer = Offer {
            bytes: schemas.clone(),
            protocol,
            provider: 0..0,
            meta: None,
            resources: Index::new(),
            data_sources: Index::new(),
            ephemeral: Index::new(),
            functions: BTreeMap::new(),
            identities: SchemaTable::default(),
            capabilities: ServerCapabilities::default(),
            diagnostics: Vec::new(),
        };
        let mut fields = Fields { whole: &schemas, at: 0 };
        while let Some((number, range)) = fields.next()? {
            offer.field(number, range)?;
        }
        let text = |error: prost::DecodeError| error.to_string();
        let reply = IdentitySchemas::decode(identities).map_err(text)?;
        offer.diagnostics.extend(reply.diagnostics);
        let table = reply.identity_schemas.into_iter().map(|(name, wire)| {
            let schema = schema::identity(wire).map_err(|wrong| format!("identity of {name}: {wrong}"))?;
            Ok((Arc::from(name), Arc::new(schema)))
        });
        offer.identities = table.collect::<Result<_, String>>()?;
        Ok(offer)
    }

    fn field(&mut self, number: u32, range: Range<usize>) -> Result<(), String> {
        let part = self.bytes.slice(range.clone());
        let text = |error: prost::DecodeError| error.to_string();
        match number {
            field::PROVIDER => self.provider = range,
            field::META => self.meta = Some(range),
            field::RESOURCES => insert(&mut self.resources, &part, range.start)?,
            field::DATA_SOURCES => insert(&mut self.data_sources, &part, range.start)?,
            field::EPHEMERAL => insert(&mut self.ephemeral, &part, range.start)?,
            field::DIAGNOSTICS => self.diagnostics.push(Diagnostic::decode(part).map_err(text)?),
            field::CAPABILITIES => self.capabilities = ServerCapabilities::decode(part).map_err(text)?,
            field::FUNCTIONS => {
                let (name, value) = entry(&part)?;
                let function = wire::Function::decode(part.slice(value)).map_err(text)?;
                let function =
                    schema::function(function).map_err(|wrong| format!("function {name}: {wrong}"))?;
                self.functions.insert(name, function);
            }
            // Lists, actions and state stores, which nobody here asks for.
            _ => {}
        }
        Ok(())
    }

    /// Reads every schema, to find out whether all of them can be read.
    pub(crate) fn check(&self) -> Result<(), String> {
        let all = [
            ("resource type", &self.resources),
            ("data source", &self.data_sources),
            ("ephemeral resource type", &self.ephemeral),
        ];
        for (what, index) in all {
            for (name, range) in index {
                self.read(range)
                    .and_then(schema::schema)
                    .map_err(|wrong| format!("{what} {name}: {wrong}"))?;
            }
        }
        Ok(())
    }

    fn read(&self, range: &Range<usize>) -> Result<v6::Schema, String> {
        schema::read(self.bytes.slice(range.clone()), self.protocol)
    }

    /// What it offers, as the engine knows it.
    pub(crate) fn provider_schema(self: &Arc<Self>) -> Result<ProviderSchema, String> {
        let at = |range: &Range<usize>, what: &str| {
            self.read(range).and_then(schema::schema).map_err(|wrong| format!("{what}: {wrong}"))
        };
        Ok(ProviderSchema {
            config: at(&self.provider, "the provider block")?,
            meta: self.meta.as_ref().map(|range| at(range, "the provider_meta block")).transpose()?,
            resources: self.table(&self.resources, |offer| &offer.resources),
            data_sources: self.table(&self.data_sources, |offer| &offer.data_sources),
            ephemeral: self.table(&self.ephemeral, |offer| &offer.ephemeral),
            functions: self.functions.clone(),
            identities: self.identities.clone(),
        })
    }

    /// A table that reads each schema when it is asked for. That all of them can be read was checked when
    /// the provider sent them.
    fn table(self: &Arc<Self>, index: &Index, of: fn(&Offer) -> &Index) -> SchemaTable {
        let offer = Arc::clone(self);
        let load: Load = Arc::new(move |name| match of(&offer).get(name) {
            Some(range) => offer.read(range).and_then(schema::schema).unwrap_or_default(),
            None => Schema::default(),
        });
        SchemaTable::lazy(index.keys().cloned(), load)
    }
}

/// Takes an entry of a map into an index.
fn insert(index: &mut Index, part: &Bytes, start: usize) -> Result<(), String> {
    let (name, value) = entry(part)?;
    index.insert(name, start + value.start..start + value.end);
    Ok(())
}

/// Key and range of the value of a map's entry.
fn entry(part: &Bytes) -> Result<(Arc<str>, Range<usize>), String> {
    let (mut name, mut value) = (None, 0..0);
    let mut fields = Fields { whole: part, at: 0 };
    while let Some((number, range)) = fields.next()? {
        match number {
            1 => name = std::str::from_utf8(part.get(range).unwrap_or_default()).ok(),
            2 => value = range,
            _ => {}
        }
    }
    Ok((Arc::from(name.ok_or("an entry has no name")?), value))
}

/// The fields of a message, those of a fixed size passed over.
struct Fields<'f> {
    whole: &'f Bytes,
    at: usize,
}

impl Fields<'_> {
    /// Number and place of the next field that has a length.
    fn next(&mut self) -> Result<Option<(u32, Range<usize>)>, String> {
        loop {
            let mut rest = self.whole.slice(self.at.min(self.whole.len())..);
            if !rest.has_remaining() {
                return Ok(None);
            }
            let text = |error: prost::DecodeError| error.to_string();
            let (number, kind) = decode_key(&mut rest).map_err(text)?;
            let length = match kind {
                WireType::Varint => {
                    decode_varint(&mut rest).map_err(text)?;
                    0
                }
                WireType::SixtyFourBit => 8,
                WireType::ThirtyTwoBit => 4,
                WireType::LengthDelimited => {
                    usize::try_from(decode_varint(&mut rest).map_err(text)?).unwrap_or(usize::MAX)
                }
                WireType::StartGroup | WireType::EndGroup => return Err("a message has a group".to_owned()),
            };
            if length > rest.remaining() {
                return Err("a message is cut short".to_owned());
            }
            let start = self.whole.len() - rest.remaining();
            self.at = start + length;
            if kind == WireType::LengthDelimited {
                return Ok(Some((number, start..start + length)));
            }
        }
    }
}
