use std::collections::BTreeMap;

use super::*;

fn workdir(env: &[(&str, &str)]) -> Workdir {
    let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Workdir::new(std::env::temp_dir(), env)
}

#[test]
fn own_names_win_and_parts_have_their_own_levels() {
    let log = open(&workdir(&[("TF_LOG", "ERROR"), ("ORDAIN_LOG", "info"), ("TF_LOG_PROVIDER", "off")]));
    assert_eq!((log.core, log.providers), (Some(Level::Info), None));
    assert!(log.wants(Level::Warn) && !log.wants(Level::Debug));
    let log = open(&workdir(&[("TF_LOG_CORE", "json")]));
    assert!(log.json && log.wants(Level::Trace) && log.providers.is_none());
    assert!(open(&workdir(&[])).core.is_none());
}

#[test]
fn a_file_is_added_to() {
    let name = format!("ordain-log-{}.txt", std::process::id());
    let path = std::env::temp_dir().join(&name);
    let _absent = std::fs::remove_file(&path);
    for text in ["one", "two"] {
        open(&workdir(&[("TF_LOG", "DEBUG"), ("TF_LOG_PATH", &name)])).line(Level::Debug, text);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let _gone = std::fs::remove_file(&path);
    let ends: Vec<&str> = text.lines().map(|line| line.rsplit_once("] ").unwrap().1).collect();
    assert_eq!(ends, ["ordain: one", "ordain: two"]);
}
