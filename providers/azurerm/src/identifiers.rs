//! Forms of resource ids, as the checks of arguments know them.

/// A kind of id: its name in messages, and what follows `/subscriptions/…/resourceGroups/…/providers/`, with
/// `{}` for names.
const KINDS: &[(&str, &str)] = &[
    ("ApplicationGateway", "Microsoft.Network/applicationGateways/{}"),
    ("ApplicationSecurityGroup", "Microsoft.Network/applicationSecurityGroups/{}"),
    ("CapacityReservationGroup", "Microsoft.Compute/capacityReservationGroups/{}"),
    ("Cluster", "Microsoft.ContainerService/managedClusters/{}"),
    ("DiskEncryptionSet", "Microsoft.Compute/diskEncryptionSets/{}"),
    ("DnsZone", "Microsoft.Network/dnsZones/{}"),
    ("HostGroup", "Microsoft.Compute/hostGroups/{}"),
    ("KeyVault", "Microsoft.KeyVault/vaults/{}"),
    ("PrivateDnsZone", "Microsoft.Network/privateDnsZones/{}"),
    ("ProximityPlacementGroup", "Microsoft.Compute/proximityPlacementGroups/{}"),
    ("PublicIPPrefix", "Microsoft.Network/publicIPPrefixes/{}"),
    ("Registry", "Microsoft.ContainerRegistry/registries/{}"),
    ("Snapshot", "Microsoft.ContainerService/snapshots/{}"),
    ("Subnet", "Microsoft.Network/virtualNetworks/{}/subnets/{}"),
    ("UserAssignedIdentity", "Microsoft.ManagedIdentity/userAssignedIdentities/{}"),
    ("Workspace", "Microsoft.OperationalInsights/workspaces/{}"),
];

/// Checks an id of a kind; the message is the original's.
pub(crate) fn check_id(kind: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err("parsing \"\": cannot parse an empty string".to_owned());
    }
    let Some((_, tail)) = KINDS.iter().find(|(name, _)| *name == kind) else { return Ok(()) };
    let form = format!("subscriptions/{{}}/resourceGroups/{{}}/providers/{tail}");
    let wanted: Vec<&str> = form.split('/').collect();
    let given: Vec<&str> = value.strip_prefix('/').unwrap_or(value).split('/').collect();
    let example = example(tail);
    if given.len() < wanted.len() {
        return Err(format!(
            "parsing {value:?}: parsing the {kind} ID: the number of segments didn't match\n\nExpected a {kind} ID that \
             matched (containing {} segments):\n\n> /{example}\n",
            wanted.len()
        ));
    }
    let unlike = |at: usize| {
        format!(
            "parsing the {kind} ID: the segment at position {at} didn't match\n\nExpected a {kind} ID that \
             matched:\n\n> /{example}\n"
        )
    };
    let mut pairs = wanted.iter().zip(&given).enumerate();
    if let Some((at, (fixed, _))) = pairs.find(|(_, (wanted, given))| **wanted != "{}" && wanted != given) {
        return Err(format!(
            "parsing {value:?}: parsing segment {:?}: {}",
            segment_name(kind, fixed),
            unlike(at)
        ));
    }
    if let Some(rest) = given.get(wanted.len()..).filter(|rest| !rest.is_empty()) {
        let rest = rest.join("/");
        // A slash at the end is no segment.
        if !rest.is_empty() {
            return Err(format!(
                "parsing {value:?}: unexpected segment {rest:?} present at the end of the URI (input {value:?})"
            ));
        }
    }
    match wanted.iter().zip(&given).position(|(_, given)| given.is_empty()) {
        Some(at) => Err(format!("parsing {value:?}: {}", unlike(at))),
        None => Ok(()),
    }
}

/// Kinds of which the original's common library knows the form; the others are generated, with other names for
/// their segments.
const COMMON: &[&str] = &["Subnet", "UserAssignedIdentity"];

/// The original's name of a fixed segment.
fn segment_name(kind: &str, fixed: &str) -> String {
    if COMMON.contains(&kind) {
        return if fixed.contains('.') { "resourceProvider".to_owned() } else { fixed.to_owned() };
    }
    let letters = fixed.chars().filter(|c| *c != '.').enumerate();
    let letters = letters.map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c });
    "static".chars().chain(letters).collect()
}

/// An id of a kind, with the names that the original has in its examples.
fn example(tail: &str) -> String {
    let mut before = "";
    let named = tail.split('/').map(|part| {
        let last = std::mem::replace(&mut before, part);
        if part != "{}" {
            return part.to_owned();
        }
        let one = match (last.strip_suffix("ies"), last.strip_suffix("xes")) {
            (Some(stem), _) => format!("{stem}y"),
            (_, Some(stem)) => format!("{stem}x"),
            _ => last.strip_suffix('s').unwrap_or(last).to_owned(),
        };
        format!("{one}Name")
    });
    let tail = named.collect::<Vec<_>>().join("/");
    format!(
        "subscriptions/12345678-1234-9876-4563-123456789012/resourceGroups/example-resource-group/providers/{tail}"
    )
}

/// The same, with the messages of older parts of the original.
pub(crate) fn check_old_id(kind: &str, value: &str) -> Result<(), String> {
    let fail = |why: &str| Err(format!("parsing {value:?} as an {kind} ID: {why}"));
    if value.is_empty() {
        return fail("parsing Azure ID: parse \"\": empty url");
    }
    let path = match path_of(value) {
        Some(path) => path.strip_suffix('/').unwrap_or(path),
        None => return fail(&format!("parsing Azure ID: parse {value:?}: invalid URI for request")),
    };
    let parts: Vec<&str> = path.split('/').collect();
    if parts.len() % 2 == 1 {
        return fail(&format!("the number of path segments is not divisible by 2 in {path:?}"));
    }
    let mut named = std::collections::BTreeMap::new();
    for pair in parts.chunks(2) {
        let [key, value] = pair else { continue };
        if key.is_empty() || value.is_empty() {
            return fail(&format!("Key/Value cannot be empty strings. Key: '{key}', Value: '{value}'"));
        }
        named.entry(*key).or_insert(*value);
    }
    if named.remove("subscriptions").is_none() {
        return fail(&format!("No subscription ID found in: {path:?}"));
    }
    named.remove("providers");
    if named.remove("resourceGroups").or_else(|| named.remove("resourcegroups")).is_none() {
        return Err("ID was missing the 'resourceGroups' element".to_owned());
    }
    let tail = KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .map(|(_, tail)| tail.split('/').nth(1).unwrap_or_default());
    let tail = tail.unwrap_or_default();
    if named.remove(tail).is_none() {
        return Err(format!("ID was missing the `{tail}` element"));
    }
    if named.is_empty() {
        return Ok(());
    }
    let rest: Vec<String> = named.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Err(format!("ID contained more segments than required: {value:?}, map[{}]", rest.join(" ")))
}

/// The path of an address or of an absolute path, without the slash that it begins with.
fn path_of(value: &str) -> Option<&str> {
    let path = match value.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => value.strip_prefix('/')?,
    };
    Some(path.split(['?', '#']).next().unwrap_or(path))
}

/// The parts of an id by their segment names: `{subscriptions: …, resourceGroups: …, …}`.
pub(crate) fn check_any_id(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err("cannot parse Azure ID: parse \"\": empty url".to_owned());
    }
    if !value.starts_with('/') {
        return Err(format!("cannot parse Azure ID: parse {value:?}: invalid URI for request"));
    }
    let segments = value.trim_matches('/').split('/').count();
    if segments % 2 == 1 {
        return Err(format!(
            "The number of path segments is not divisible by 2 in {:?}",
            value.trim_matches('/')
        ));
    }
    Ok(())
}
