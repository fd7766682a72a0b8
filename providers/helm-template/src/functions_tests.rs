use super::*;

#[test]
fn every_function_of_helm_is_there() {
    // `helm template` on a chart that names a function it lacks fails to parse; these are Sprig 3.3's text functions
    // without env and expandenv, Helm 3.18's own, and Go's built-ins.
    let want = include_str!("functions_names.txt");
    let have = names();
    let missing: Vec<_> = want.split_whitespace().filter(|name| !have.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
