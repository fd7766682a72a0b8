use super::Settings;
use crate::Workdir;

fn read(name: &str, text: &str, env: &[(&str, &str)]) -> Result<Settings, String> {
    let dir = std::env::temp_dir().join(format!("ordain-settings-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join(name), text).unwrap();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let settings = Settings::read(&Workdir::new(dir.clone(), env), None);
    std::fs::remove_dir_all(&dir).unwrap();
    settings
}

#[test]
fn a_file_gives_flags_and_the_environment_wins() {
    let text = "policy = [\"a\", \"b\"]\nNamespace = \"x,y\"\nfail-on-warn = true\noutput = \"tap\"\n";
    let settings =
        read("conftest.toml", text, &[("CONFTEST_OUTPUT", "json"), ("CONFTEST_NO_FAIL", "1")]).unwrap();
    assert_eq!(settings.many("policy"), ["a", "b"]);
    assert_eq!(settings.many("namespace"), ["x", "y"]);
    assert_eq!(settings.many("data"), [""; 0]);
    assert_eq!(settings.single("output"), Some("json"));
    assert!(settings.is_on("fail-on-warn").unwrap() && settings.is_on("no-fail").unwrap());
    assert!(!settings.is_on("quiet").unwrap());
}

#[test]
fn other_forms_and_what_is_wrong() {
    assert_eq!(read("conftest.yaml", "policy: p\n", &[]).unwrap().many("policy"), ["p"]);
    assert_eq!(read("conftest.json", "{\"data\": [\"d\"]}", &[]).unwrap().many("data"), ["d"]);
    assert!(read("conftest.toml", "policy = [", &[]).unwrap_err().contains("conftest.toml"));
    let settings = read("conftest.yml", "combine: maybe\n", &[]).unwrap();
    assert!(settings.is_on("combine").unwrap_err().contains("cannot parse combine as bool"));
    let missing = [("CONFTEST_CONFIG_FILE", "no/such.toml")];
    assert!(read("conftest.txt", "", &missing).unwrap_err().contains("no/such.toml"));
}
