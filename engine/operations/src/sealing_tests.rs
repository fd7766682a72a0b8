use super::*;

fn keyring(private: &str) -> Keyring {
    let bytes = BASE64.decode(private.trim().strip_prefix(PRIVATE).unwrap()).unwrap();
    Keyring(Ok(Some(PrivateKey::from_bytes(&bytes).unwrap())))
}

#[test]
fn each_recipient_opens_and_nobody_else() {
    let ((ada, ada_public), (bob, bob_public), (eve, eve_public)) =
        (new_key().unwrap(), new_key().unwrap(), new_key().unwrap());
    let recipients = Recipients::read(&[ada_public.clone(), bob_public]).unwrap().unwrap();
    let sealed = recipients.seal(b"hunter2").unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
    assert_ne!(sealed, recipients.seal(b"hunter2").unwrap(), "every plan has a key of its own");
    for key in [&ada, &bob] {
        assert_eq!(keyring(key).open(METHOD, &sealed).unwrap(), b"hunter2");
    }
    let why = keyring(&eve).open(METHOD, &sealed).unwrap_err();
    assert!(why.contains(&eve_public) && why.contains(&ada_public), "{why}");
    let why = Keyring(Ok(None)).open(METHOD, &sealed).unwrap_err();
    assert!(why.contains("names no private key"), "{why}");
    assert!(keyring(&ada).open("age", &sealed).unwrap_err().contains("\"age\""));
}

#[test]
fn damage_is_noticed() {
    let (private, public) = new_key().unwrap();
    let recipients = Recipients::read(&[public]).unwrap().unwrap();
    let sealed = recipients.seal(b"hunter2").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(keyring(&private).open(METHOD, &changed).is_err(), "byte {at}");
    }
    assert!(keyring(&private).open(METHOD, &[]).is_err());
}

#[test]
fn keys_that_are_none_are_refused() {
    for text in ["", "x25519:", "x25519:AAAA", "ssh-ed25519 AAAA"] {
        let error = Recipients::read(&[text.to_owned()]).err().unwrap();
        assert!(error.detail.contains("is no public key"), "{}", error.detail);
    }
    assert!(Recipients::read(&[]).unwrap().is_none());
}
