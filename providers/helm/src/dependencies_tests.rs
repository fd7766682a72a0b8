use super::*;

#[test]
fn the_digest_is_helms() {
    // Over what is demanded and what was chosen, in the order of the fields that Go has.
    let one = Dependency {
        name: "oci-dependent-chart".into(),
        version: "0.1.0".into(),
        repository: "oci://registry.example.com/charts".into(),
        ..Dependency::default()
    };
    let lock = json!(
        "{\"name\":\"oci-dependent-chart\",\"version\":\"0.1.0\",\"repository\":\"oci://registry.example.com/charts\"}"
    );
    let text = "[[{\"name\":\"oci-dependent-chart\",\"version\":\"0.1.0\",\"repository\":\"oci://registry.example.com/charts\"}],[{\"name\":\"oci-dependent-chart\",\"version\":\"0.1.0\",\"repository\":\"oci://registry.example.com/charts\"}]]";
    let sum: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest(&[one], &[lock]), format!("sha256:{sum}"));
}

#[test]
fn scalars_stay_text() {
    assert_eq!(plain("web"), "web");
    assert_eq!(plain("1.10.0"), "1.10.0");
    assert_eq!(plain("1.1"), "\"1.1\"");
    assert_eq!(plain("yes"), "\"yes\"");
    assert_eq!(plain(""), "\"\"");
    assert_eq!(plain("https://charts.example.com"), "https://charts.example.com");
}
