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
    let given: Vec<&str> = value.trim_start_matches('/').split('/').collect();
    let fail = |why: String| {
        let example = example(tail);
        Err(format!(
            "parsing {value:?}: parsing the {kind} ID: {why}\n\nExpected a {kind} ID that matched (containing {} \
             segments):\n\n> /{example}\n",
            wanted.len()
        ))
    };
    if !value.starts_with('/') || wanted.len() != given.len() {
        return fail("the number of segments didn't match".to_owned());
    }
    for (at, (wanted, given)) in wanted.iter().zip(&given).enumerate() {
        if given.is_empty() || (*wanted != "{}" && wanted != given) {
            return fail(format!("the segment at position {at} didn't match"));
        }
    }
    Ok(())
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
    if !value.starts_with('/') {
        return fail(&format!("parsing Azure ID: parse {value:?}: invalid URI for request"));
    }
    match check_id(kind, value) {
        Ok(()) => Ok(()),
        Err(_) => fail("the ID does not have the expected form"),
    }
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
