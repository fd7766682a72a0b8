//! Numbers that the service gives as texts. One that is none is an error, as in the original, not a zero.

use serde_json::Value as Json;

use super::fields::at;
use crate::failure::Failure;
use ordain_sdk::text;

/// Checks the texts of a cluster's properties, and of its default pool's.
pub(crate) fn check_cluster(properties: &Json, pool: Option<&Json>) -> Result<(), Failure> {
    let scaler = at(properties, "/autoScalerProfile");
    if let Some(count) = scaler.get("ok-total-unready-count").and_then(Json::as_str) {
        whole(count)?;
    }
    if let Some(share) = scaler.get("max-total-unready-percentage").and_then(Json::as_str)
        && share.parse::<f64>().is_err()
    {
        return Err(Failure::new(format!("strconv.ParseFloat: parsing {share:?}: invalid syntax"), ""));
    }
    let checked = pool.map_or(Ok(()), check_pool);
    checked.map_err(|failure| failure.during("flattening `default_node_pool`"))
}

/// Checks the texts of a pool's properties.
pub(crate) fn check_pool(properties: &Json) -> Result<(), Failure> {
    let sysctls = at(properties, "/linuxOSConfig/sysctls");
    if sysctls.get("netIpv4IpLocalPortRange").is_none() {
        return Ok(());
    }
    let range = text(sysctls, "netIpv4IpLocalPortRange");
    // Blanks within part two numbers, however many they are; at an end they stand beside nothing.
    let ends = range.len() - range.trim_matches([' ', '\t']).len();
    let mut limits = range.split([' ', '\t']).filter(|part| !part.is_empty());
    let (Some(low), Some(high), None, 0) = (limits.next(), limits.next(), limits.next(), ends) else {
        return Err(Failure::new(format!("parsing `NetIPv4IPLocalPortRange` {range}"), ""));
    };
    whole(low)?;
    whole(high)
}

fn whole(number: &str) -> Result<(), Failure> {
    match number.parse::<i64>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::new(format!("strconv.Atoi: parsing {number:?}: invalid syntax"), "")),
    }
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
