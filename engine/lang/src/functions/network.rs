//! Network prefixes.

use core::net::{Ipv4Addr, Ipv6Addr};
use dashu_int::IBig;
use ordain_value::{Type, Value};

use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, text};

const PREFIX: Param = Param::new("prefix", Ty::String).about("A network such as `10.0.0.0/16`.");

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text(
        "cidrhost",
        "The address with a given number in a network; negative numbers count from its end.",
        &[PREFIX, Param::new("hostnum", Ty::Number)],
        host,
    ),
    text("cidrnetmask", "The mask of an IPv4 network in dotted form.", &[PREFIX], netmask),
    text(
        "cidrsubnet",
        "The network of a given number inside a prefix, when that is divided by further bits.",
        &[PREFIX, Param::new("newbits", Ty::Number), Param::new("netnum", Ty::Number)],
        subnet,
    ),
    Spec {
        variadic: Some(Param::new("newbits", Ty::Number)),
        returns: Returns::Type(Ty::List(&Ty::String)),
        ..text(
            "cidrsubnets",
            "Networks one behind the other inside a prefix, each with its own count of further bits.",
            &[PREFIX],
            subnets,
        )
    },
    Spec {
        returns: Returns::Type(Ty::Bool),
        ..text(
            "cidrcontains",
            "Whether an address, or every address of a network, lies within a prefix.",
            &[Param::new("containing_prefix", Ty::String), Param::new("contained_ip_or_prefix", Ty::String)],
            contains,
        )
    },
];

/// An address range: the address as written within it, of 32 or 128 bits.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    length: u32,
    bits: u32,
}

impl Network {
    /// Leading zeros are decimal, not octal: old configurations have them.
    fn parse(text: &str) -> Option<Network> {
        let (address, length) = text.split_once('/')?;
        let (address, bits) = address_of(address)?;
        let digits =
            !length.is_empty() && length.len() <= 5 && length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length.parse::<u32>().ok().filter(|length| digits && *length <= bits)?;
        let network = Network { address, length, bits };
        Some(Network { address: address & network.mask(), ..network })
    }

    fn mask(self) -> u128 {
        let all = if self.bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
        all & !self.host_mask()
    }

    /// Ones where the host number stands.
    fn host_mask(self) -> u128 {
        let free = self.bits - self.length;
        if free == 128 { u128::MAX } else { (1u128 << free) - 1 }
    }

    /// An IPv4 address inside IPv6 shows as the IPv4 address that it is, its length as well.
    fn render(self) -> String {
        let length = if self.is_mapped() { self.length.saturating_sub(96) } else { self.length };
        format!("{}/{length}", render_address(self.address, self.bits))
    }

    /// An IPv4 address inside IPv6.
    fn is_mapped(self) -> bool {
        self.bits == 128 && Ipv6Addr::from(self.address).to_ipv4_mapped().is_some()
    }

    /// The address with a number put in, so that `below` bits stay right of it. A negative number is put
    /// in as its two's complement and the result loses its sign.
    fn with_number(self, number: &IBig, below: u32) -> Option<u128> {
        let joined = IBig::from(self.address) | (number.clone() << usize::try_from(below).ok()?);
        let magnitude = if joined < IBig::ZERO { -joined } else { joined };
        u128::try_from(&magnitude).ok().filter(|address| self.bits == 128 || *address <= u128::from(u32::MAX))
    }
}

fn address_of(text: &str) -> Option<(u128, u32)> {
    if text.contains(':') {
        let text = match text.rsplit_once(':') {
            Some((before, last)) if last.contains('.') => {
                let [a, b, c, d] = u32::try_from(octets(last)?).ok()?.to_be_bytes();
                format!("{before}:{:x}:{:x}", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
            }
            _ => text.to_owned(),
        };
        return text.parse::<Ipv6Addr>().ok().map(|address| (u128::from(address), 128));
    }
    Some((octets(text)?, 32))
}

fn octets(text: &str) -> Option<u128> {
    let mut value = 0u128;
    let mut parts = 0;
    for part in text.split('.') {
        let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let octet = part.parse::<u32>().ok().filter(|octet| plain && *octet <= 255)?;
        value = value << 8 | u128::from(octet);
        parts += 1;
    }
    if parts == 4 { Some(value) } else { None }
}

fn render_address(address: u128, bits: u32) -> String {
    if bits == 32 {
        return Ipv4Addr::from(u32::try_from(address & u128::from(u32::MAX)).unwrap_or(0)).to_string();
    }
    let address = Ipv6Addr::from(address);
    address.to_ipv4_mapped().map_or_else(|| address.to_string(), |inner| inner.to_string())
}

fn network(text: &str) -> Result<Network, FunctionError> {
    Network::parse(text)
        .ok_or_else(|| FunctionError::call(format!("invalid CIDR expression: invalid CIDR address: {text}")))
}

fn host(call: &Call<'_>) -> FunctionResult {
    let number =
        call.number(1)?.to_big().ok_or_else(|| FunctionError::call("value must be a whole number"))?;
    let network = network(call.text(0)?)?;
    let most = IBig::from(network.host_mask());
    // A negative number counts from the end; a large one is judged by its lowest word only.
    let (judged, number) = if number < IBig::ZERO {
        (-&number - 1, &most + &number + 1)
    } else {
        (IBig::from(low_word(&number) as i64), number)
    };
    let below = if network.is_mapped() { 96 } else { 0 };
    let address = if judged > most { None } else { network.with_number(&number, below) };
    let address = address.ok_or_else(|| {
        FunctionError::call(format!(
            "prefix of {} does not accommodate a host numbered {number}",
            network.length
        ))
    })?;
    Ok(Value::string(render_address(address, network.bits)))
}

/// The lowest 64 bits of the magnitude.
fn low_word(number: &IBig) -> u64 {
    let (_, magnitude) = number.clone().into_parts();
    u64::try_from(&(magnitude & dashu_int::UBig::from(u64::MAX))).unwrap_or(0)
}

fn netmask(call: &Call<'_>) -> FunctionResult {
    let network = network(call.text(0)?)?;
    if network.bits != 32 && !network.is_mapped() {
        return Err(FunctionError::call(format!("IPv6 addresses cannot have a netmask: {}", call.text(0)?)));
    }
    Ok(Value::string(render_address(network.mask(), network.bits)))
}

fn subnet(call: &Call<'_>) -> FunctionResult {
    let new_bits = call.int(1)?;
    let number =
        call.number(2)?.to_big().ok_or_else(|| FunctionError::call("value must be a whole number"))?;
    let network = network(call.text(0)?)?;
    let length = i64::from(network.length).saturating_add(new_bits);
    if length < 0 && number == IBig::ZERO {
        // What Go prints for a network that there is none of.
        return Ok(Value::string("<nil>"));
    }
    let length = u32::try_from(length).ok().filter(|length| *length <= network.bits).ok_or_else(|| {
        FunctionError::call(format!(
            "insufficient address space to extend prefix of {} by {new_bits}",
            network.length
        ))
    })?;
    let most = u32::try_from(new_bits)
        .ok()
        .and_then(|bits| 1u64.checked_shl(bits))
        .map_or(u64::MAX, |room| room - 1);
    let refused = || {
        FunctionError::call(format!(
            "prefix extension of {new_bits} does not accommodate a subnet numbered {number}"
        ))
    };
    if low_word(&number) > most {
        return Err(refused());
    }
    let address = network.with_number(&number, network.bits - length).ok_or_else(refused)?;
    Ok(Value::string(Network { address, length, bits: network.bits }.render()))
}

fn subnets(call: &Call<'_>) -> FunctionResult {
    let text = call.text(0)?;
    let network = network(text).map_err(|error| FunctionError::arg(0, error.message))?;
    let mut found: Vec<Value> = Vec::new();
    let mut next = Some(network.address);
    let mut last: Option<Network> = None;
    // The search starts from the subnet before the first one, and before address zero there is none, as there is in IPv4 with
    // the lengths of IPv6.
    let wraps = network.address == 0 || network.is_mapped();
    for at in 1..call.args.len() {
        let new_bits = call.int(at).map_err(|error| FunctionError::arg(at, error.message))?;
        if new_bits < 1 {
            return Err(FunctionError::arg(at, "must extend prefix by at least one bit"));
        }
        if new_bits > 32 {
            return Err(FunctionError::arg(at, "may not extend prefix by more than 32 bits"));
        }
        let length = network.length + u32::try_from(new_bits).unwrap_or(u32::MAX);
        if length > network.bits {
            let family = if network.bits == 32 { "IPv4" } else { "IPv6" };
            let message =
                format!("would extend prefix to {length} bits, which is too long for an {family} address");
            return Err(FunctionError::arg(at, message));
        }
        let exhausted = || {
            let before = Network { address: u128::MAX, length, bits: network.bits };
            let before = Network { address: before.mask(), ..before };
            let after = last.unwrap_or(before).render();
            FunctionError::arg(
                at,
                format!(
                    "not enough remaining address space for a subnet with a prefix of {length} bits after {after}"
                ),
            )
        };
        if wraps {
            return Err(exhausted());
        }
        let size = Network { length, ..network }.host_mask();
        // Up to the next address that a subnet of this size can start at.
        let start =
            next.and_then(|next| next.checked_add(size)).map(|end| end & !size).ok_or_else(exhausted)?;
        if start & network.mask() != network.address {
            return Err(exhausted());
        }
        let subnet = Network { address: start, length, bits: network.bits };
        found.push(Value::string(subnet.render()));
        next = start.checked_add(size).and_then(|end| end.checked_add(1));
        last = Some(subnet);
    }
    Ok(Value::list(Type::String, found))
}

fn contains(call: &Call<'_>) -> FunctionResult {
    let outer = network(call.text(0)?).map_err(|error| FunctionError::arg(0, error.message))?;
    let text = call.text(1)?;
    let inner = if text.contains('/') {
        Network::parse(text)
    } else {
        address_of(text).map(|(address, bits)| Network { address, length: bits, bits })
    };
    let inner =
        inner.ok_or_else(|| FunctionError::arg(1, format!("invalid IP address or prefix: {text}")))?;
    if inner.bits != outer.bits {
        let message = format!("address family mismatch: {} vs. {text}", call.text(0)?);
        return Err(FunctionError::arg(1, message));
    }
    let within = inner.length >= outer.length && inner.address & outer.mask() == outer.address;
    Ok(Value::bool(within))
}
