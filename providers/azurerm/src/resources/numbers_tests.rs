use serde_json::{Value as Json, json};

use super::*;

fn told(found: Result<(), Failure>) -> String {
    found.map_or_else(|failure| failure.diagnostic.summary, |()| String::new())
}

fn ports(range: &str) -> Json {
    json!({"linuxOSConfig": {"sysctls": {"netIpv4IpLocalPortRange": range}}})
}

#[test]
fn texts_that_are_no_numbers_are_told_as_the_original_does() {
    assert_eq!(told(check_pool(&json!({}))), "");
    assert_eq!(told(check_pool(&ports("32768 \t60999"))), "");
    assert_eq!(told(check_pool(&ports("32768"))), "parsing `NetIPv4IPLocalPortRange` 32768");
    assert_eq!(told(check_pool(&ports("1 x"))), "strconv.Atoi: parsing \"x\": invalid syntax");
    let scaler = |name: &str| json!({"autoScalerProfile": {name: "much"}});
    let count = check_cluster(&scaler("ok-total-unready-count"), None);
    assert_eq!(told(count), "strconv.Atoi: parsing \"much\": invalid syntax");
    let share = check_cluster(&scaler("max-total-unready-percentage"), None);
    assert_eq!(told(share), "strconv.ParseFloat: parsing \"much\": invalid syntax");
    let pool = check_cluster(&json!({}), Some(&ports("y")));
    assert_eq!(told(pool), "flattening `default_node_pool`: parsing `NetIPv4IPLocalPortRange` y");
}
