use super::{read, write};

const STATE: &str = include_str!("v4_tests/terraform_state.json");

#[test]
fn what_terraform_wrote_is_written_again_to_the_byte() {
    let state = read(STATE.as_bytes()).unwrap().unwrap();
    assert_eq!(state.serial, 8);
    assert_eq!(String::from_utf8(write(&state).unwrap()).unwrap(), STATE);
}

#[test]
fn broken_states_are_diagnostics() {
    for text in
        ["{", "[]", "{\"version\": 9}", "{\"version\": 4, \"serial\": 1, \"resources\": [{}]}", "\u{0}"]
    {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
    assert!(read(b" \n").unwrap().is_none());
}

#[test]
fn format_3_is_upgraded() {
    let text = r#"{"version": 3, "serial": 7, "lineage": "l", "modules": [
        {"path": ["root"], "outputs": {"o": {"sensitive": false, "type": "string", "value": "old"}},
         "resources": {"aws_vpc.a.1": {"type": "aws_vpc", "depends_on": ["aws_x.y", "module.m"],
            "primary": {"id": "i", "attributes": {"id": "i", "tags.%": "0"}, "meta": {"schema_version": "1"},
                        "tainted": true}, "provider": "provider.aws"}}}]}"#;
    let state = read(text.as_bytes()).unwrap().unwrap();
    let written = String::from_utf8(write(&state).unwrap()).unwrap();
    for part in [
        "\"attributes_flat\": {\n            \"id\": \"i\",\n            \"tags.%\": \"0\"",
        "\"index_key\": 1",
        "\"status\": \"tainted\"",
        "\"schema_version\": 1",
        "\"aws_x.y\"",
        "provider[\\\"registry.terraform.io/hashicorp/aws\\\"]",
    ] {
        assert!(written.contains(part), "{part} in {written}");
    }
}
