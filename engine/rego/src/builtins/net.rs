//! `net.cidr_*`, with Go's reading of addresses: IPv4 in IPv6 notation counts as IPv4.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const CONTAINS_MATCHES: &str = "(any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, array[any]>]>, \
    any<string, array[any<string, array[any]>], object[string: any<string, array[any]>], set[any<string, array[any]>]>) -> set[array<any, any>]";

pub(super) const ROWS: &[Row] = &[
    ("net.cidr_contains", "(string, string) -> boolean", contains),
    ("net.cidr_overlap", "(string, string) -> boolean", contains),
    ("net.cidr_intersects", "(string, string) -> boolean", intersects),
    ("net.cidr_is_valid", "(string) -> boolean", |_, args| {
        Ok(Some(args::any(args, 1)?.as_str().is_some_and(|text| Block::parse(text).is_ok()).into()))
    }),
    ("net.cidr_contains_matches", CONTAINS_MATCHES, contains_matches),
    ("net.cidr_expand", "(string) -> set[string]", expand),
    ("net.cidr_merge", "(any<array[any<string>], set[string]>) -> set[string]", merge),
    ("net.lookup_ip_addr", "(string) -> set[string]", |_, args| {
        Err(BuiltinError::failed(format!("unallowed host: {}", args::text(args, 1)?)))
    }),
];

/// A block of addresses: its network address, and whether it is one of IPv4.
#[derive(Debug, Clone, Copy)]
struct Block {
    first: u128,
    bits: u32,
    v4: bool,
}

impl Block {
    fn parse(text: &str) -> Result<Self, BuiltinError> {
        let wrong = || BuiltinError::failed(format!("invalid CIDR address: {text}"));
        let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let digits = bits.bytes().all(|b| b.is_ascii_digit());
        let bits: u32 = bits.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
        let (address, width) = match address {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        if bits > width {
            return Err(wrong());
        }
        let block = Self { first: address, bits, v4: width == 32 }.masked();
        // A block of IPv6 within the mapped range is one of IPv4.
        match Ipv6Addr::from(block.first).to_ipv4_mapped().filter(|_| !block.v4 && bits >= 96) {
            Some(mapped) => Ok(Self { first: u32::from(mapped).into(), bits: bits - 96, v4: true }),
            None => Ok(block),
        }
    }

    fn width(self) -> u32 {
        if self.v4 { 32 } else { 128 }
    }

    /// The addresses beyond the first one.
    fn span(self) -> u128 {
        1_u128.checked_shl(self.width() - self.bits).map_or(u128::MAX, |size| size - 1)
    }

    fn masked(self) -> Self {
        Self { first: self.first & !self.span(), ..self }
    }

    fn last(self) -> u128 {
        self.first | self.span()
    }

    fn has(self, address: u128, v4: bool) -> bool {
        self.v4 == v4 && (self.first..=self.last()).contains(&address)
    }

    /// The address in the space of IPv6, where IPv4 is mapped.
    fn mapped(self, address: u128) -> u128 {
        if self.v4 { address | 0xffff_0000_0000 } else { address }
    }
}

/// `net.ParseIP`: the address, and whether it is one of IPv4.
fn address(text: &str) -> Option<(u128, bool)> {
    match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => Some((u32::from(v4).into(), true)),
        IpAddr::V6(v6) => Some(match v6.to_ipv4_mapped() {
            Some(v4) => (u32::from(v4).into(), true),
            None => (v6.into(), false),
        }),
    }
}

fn show(address: u128, v4: bool) -> String {
    match u32::try_from(address) {
        Ok(address) if v4 => Ipv4Addr::from(address).to_string(),
        _ => Ipv6Addr::from(address).to_string(),
    }
}

fn within(outer: &str, inner: &str) -> Result<bool, BuiltinError> {
    let outer = Block::parse(outer)?;
    if let Some((address, v4)) = address(inner) {
        return Ok(outer.has(address, v4));
    }
    let inner = Block::parse(inner).map_err(|_| {
        BuiltinError::failed(format!("not a valid textual representation of an IP address or CIDR: {inner}"))
    })?;
    Ok(outer.has(inner.first, inner.v4) && outer.has(inner.last(), inner.v4))
}

fn contains(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let outer = args::text(args, 1)?;
    Block::parse(outer)?;
    // OPA counts this operand as the first one, too.
    let inner = args::any(args, 2)?;
    let inner = inner.as_str().ok_or_else(|| BuiltinError::operand(1, "string", inner))?;
    Ok(Some(within(outer, inner)?.into()))
}

fn intersects(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let a = Block::parse(args::text(args, 1)?)?;
    let other = args::any(args, 2)?;
    let b = Block::parse(other.as_str().ok_or_else(|| BuiltinError::operand(1, "string", other))?)?;
    Ok(Some((a.has(b.first, b.v4) || b.has(a.first, a.v4)).into()))
}

/// Blocks with what names them: themselves, places, members or keys.
fn named(args: &[Value], at: usize) -> Result<Vec<(Value, Value)>, BuiltinError> {
    let block = |value: &Value| match value {
        Value::String(_) => Ok(value.clone()),
        Value::Array(items) if !items.is_empty() => Ok(items.first().cloned().unwrap_or(Value::Null)),
        _ => Err(BuiltinError::failed(format!("operand {at}: element must be string or non-empty array"))),
    };
    match args::any(args, at)? {
        text @ Value::String(_) => Ok(vec![(text.clone(), text.clone())]),
        Value::Array(items) => {
            items.iter().enumerate().map(|(place, item)| Ok((block(item)?, place.into()))).collect()
        }
        Value::Set(set) => set.iter().map(|member| Ok((block(member)?, member.clone()))).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| Ok((block(value)?, key.clone()))).collect(),
        _ => Ok(Vec::new()),
    }
}

fn contains_matches(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let outer = named(args, 1)?;
    if outer.is_empty() {
        return Ok(Some(Value::set(Vec::new())));
    }
    let inner = named(args, 2)?;
    let text = |value: &Value| {
        value.as_str().map(str::to_owned).ok_or_else(|| BuiltinError::operand(1, "string", value))
    };
    let mut found = Vec::new();
    for (block, name) in &outer {
        for (candidate, other) in &inner {
            if within(&text(block)?, &text(candidate)?)? {
                found.push(Value::array(vec![name.clone(), other.clone()]));
            }
        }
    }
    Ok(Some(Value::set(found)))
}

fn expand(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let block = Block::parse(args::text(args, 1)?)?;
    if usize::try_from(block.span()).map_or(true, |span| span >= env.limits.items) {
        return Err(BuiltinError::limit("net.cidr_expand: the block has too many addresses"));
    }
    let all = (block.first..=block.last()).map(|address| show(address, block.v4).into());
    Ok(Some(Value::set(all.collect())))
}

/// A run of addresses in the space of IPv6; `written` while it is a single block as it was given.
struct Run {
    first: u128,
    last: u128,
    written: Option<String>,
}

/// An address alone counts as the block of its old class (`8.8.8.8` as `8.8.8.8/8`), as in OPA.
fn run(text: &str) -> Result<Run, BuiltinError> {
    if let Some((address, v4)) = address(text) {
        if !v4 {
            return Err(BuiltinError::failed("IPv6 invalid: needs prefix length"));
        }
        let bits = match address >> 24 {
            0..=127 => 8,
            128..=191 => 16,
            192..=223 => 24,
            _ => return Err(BuiltinError::failed(format!("{text} has no default mask"))),
        };
        let block = Block { first: address, bits, v4 }.masked();
        let (first, last) = (block.mapped(block.first), block.mapped(block.last()));
        return Ok(Run { first, last, written: Some(format!("{}/{bits}", show(address, true))) });
    }
    let block = Block::parse(text)?;
    let written = format!("{}/{}", show(block.first, block.v4), block.bits);
    Ok(Run { first: block.mapped(block.first), last: block.mapped(block.last()), written: Some(written) })
}

fn merge(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let items =
        args::items(args, 1, "array").map_err(|_| BuiltinError::failed("operand must be an array"))?;
    let mut runs = Vec::with_capacity(items.len());
    for item in items {
        runs.push(run(item.as_str().ok_or_else(|| BuiltinError::failed("element must be string"))?)?);
    }
    runs.sort_by_key(|run| (run.last, run.first));
    let mut merged: Vec<Run> = Vec::new();
    while let Some(run) = runs.pop() {
        match merged.last_mut() {
            Some(above) if above.first.checked_sub(1).is_none_or(|before| before <= run.last) => {
                above.first = above.first.min(run.first);
                above.written = None;
            }
            _ => merged.push(run),
        }
    }
    let blocks = merged.into_iter().flat_map(|run| match run.written {
        Some(written) => vec![written],
        None => cover(run.first, run.last),
    });
    Ok(Some(Value::set(blocks.map(Value::from).collect())))
}

/// The fewest blocks that make up a run.
fn cover(first: u128, last: u128) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut from = first;
    loop {
        let mut size = from.trailing_zeros().min(127);
        while size > 0 && (1_u128 << size) - 1 > last - from {
            size -= 1;
        }
        if from == 0 && last == u128::MAX {
            blocks.push("::/0".into());
            return blocks;
        }
        let v4 = from >> 32 == 0xffff && size <= 32;
        let (address, bits) = if v4 { (from & 0xffff_ffff, 32 - size) } else { (from, 128 - size) };
        blocks.push(format!("{}/{bits}", show(address, v4)));
        let end = from + ((1_u128 << size) - 1);
        if end >= last {
            return blocks;
        }
        from = end + 1;
    }
}
