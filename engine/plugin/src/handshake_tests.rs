use super::*;

#[test]
fn a_line_with_a_certificate() {
    let found = Handshake::parse("1|5|unix|/tmp/plugin12|grpc|AQID\n").unwrap();
    assert_eq!(found.protocol, Protocol::V5);
    assert_eq!(found.address, Address::Unix("/tmp/plugin12".to_owned()));
    assert_eq!(found.certificate.unwrap(), [1, 2, 3]);
}

#[test]
fn certificates_may_be_padded_or_not() {
    for text in ["AQIDBA==", "AQIDBA"] {
        let found = Handshake::parse(&format!("1|6|tcp|127.0.0.1:9|grpc|{text}|false")).unwrap();
        assert_eq!(found.certificate.unwrap(), [1, 2, 3, 4]);
        assert_eq!(found.address, Address::Tcp("127.0.0.1:9".to_owned()));
    }
}

#[test]
fn in_the_clear() {
    assert_eq!(Handshake::parse("1|6|tcp|127.0.0.1:9|grpc|").unwrap().certificate, None);
    assert_eq!(Handshake::parse("1|6|tcp|127.0.0.1:9|grpc").unwrap().certificate, None);
}

#[test]
fn what_is_wrong_is_said() {
    let wrong = |line: &str| Handshake::parse(line).unwrap_err();
    assert!(wrong("hello").contains("not a plugin's handshake"));
    assert!(wrong("2|5|unix|x|grpc|").contains("version \"2\""));
    assert!(wrong("1|4|unix|x|grpc|").contains("versions 5 and 6"));
    assert!(wrong("1|5|pipe|x|grpc|").contains("\"pipe\""));
    assert!(wrong("1|5|unix|x|netrpc|").contains("netrpc"));
    assert!(wrong("1|5|unix|x").contains("netrpc"));
    assert!(wrong("1|5|unix|x|grpc|§§").contains("base64"));
}
