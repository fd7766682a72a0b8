use std::collections::BTreeMap;

use super::*;

fn connection(settings: &[(&str, &str)]) -> Connection {
    let settings = settings.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Connection { settings }
}

fn workdir() -> Workdir {
    Workdir::new(std::env::temp_dir(), BTreeMap::new())
}

#[test]
fn keys_and_passwords_are_private_files_that_go_away() {
    let settings =
        [("host", "h"), ("private_key", "KEY"), ("password", "pass word"), ("host_key", "ssh-ed25519 A")];
    let (workdir, connection) = (workdir(), connection(&settings));
    let machine = Machine::new(&workdir, &connection).unwrap();
    let directory = machine.secrets.directory.clone();
    assert_eq!(std::fs::read_to_string(directory.join("private_key")).unwrap(), "KEY\n");
    assert_eq!(std::fs::read_to_string(directory.join("host_key")).unwrap(), "h ssh-ed25519 A\n");
    assert!(machine.options.iter().all(|option| !option.contains("pass word") && !option.contains("KEY")));
    assert!(machine.options.contains(&"-oStrictHostKeyChecking=yes".to_owned()));
    assert!(!machine.options.contains(&"-oBatchMode=yes".to_owned()));
    drop(machine);
    assert!(!directory.exists());
}

#[test]
fn a_bastion_passes_on() {
    let settings = [("host", "h"), ("port", "2222"), ("bastion_host", "b"), ("bastion_user", "u'x")];
    let (workdir, connection) = (workdir(), connection(&settings));
    let machine = Machine::new(&workdir, &connection).unwrap();
    let proxy = machine.options.last().unwrap();
    assert!(proxy.starts_with("-oProxyCommand='ssh' "), "{proxy}");
    assert!(proxy.contains("'-oPort=2222'") && proxy.contains(" %h:%p '-lu'\\''x' '--' 'b'"), "{proxy}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let workdir = workdir();
    let why = |settings: &[(&str, &str)]| Machine::new(&workdir, &connection(settings)).err().unwrap();
    assert!(why(&[("host", "h"), ("type", "winrm")]).contains("winrm"));
    assert_eq!(why(&[("host", "h"), ("type", "foo")]), "connection type 'foo' not supported");
    assert!(why(&[("host", "h"), ("proxy_host", "p")]).contains("proxy_host"));
}

#[test]
fn durations_are_those_of_go() {
    assert_eq!(duration("1m30s"), Some(90.0));
    assert_eq!(duration("5m"), Some(300.0));
    assert_eq!(duration("5"), None);
}
