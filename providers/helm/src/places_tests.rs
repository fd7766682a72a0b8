use super::*;

#[test]
fn files_are_where_the_configuration_the_variables_or_the_home_say() {
    let env = Environment::from([
        ("HOME".to_owned(), "/home/u".to_owned()),
        ("HELM_REPOSITORY_CONFIG".to_owned(), "/r.yaml".to_owned()),
    ]);
    let places = Places::of(&json!({"registry_config_path": "own.json"}), &env, Path::new("/w"));
    assert_eq!(places.registries, Path::new("/w/own.json"));
    assert_eq!(places.repositories, Path::new("/r.yaml"));
    assert_eq!(places.cache, Path::new("/home/u/.cache/helm/repository"));
}

#[test]
fn what_helm_remembers_is_read() {
    let directory = std::env::temp_dir().join(format!("ordain-places-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(
        directory.join("registry.json"),
        format!("{{\"auths\": {{\"r.example.com\": {{\"auth\": \"{}\"}}}}}}", STANDARD.encode("me:s:e")),
    )
    .unwrap();
    std::fs::write(
        directory.join("repositories.yaml"),
        "repositories:\n- {name: one, url: 'https://charts.example.com/', username: u, password: p}\n",
    )
    .unwrap();
    let config =
        json!({"registry_config_path": "registry.json", "repository_config_path": "repositories.yaml"});
    let places = Places::of(&config, &Environment::new(), &directory);
    let login = places.login("r.example.com").unwrap();
    assert_eq!((login.user.as_str(), login.password.as_str()), ("me", "s:e"));
    assert!(places.login("other.example.com").is_none());
    assert!(places.by_name("two").is_none());
    let one = places.by_name("one").unwrap();
    assert_eq!(places.arguments_of(&one).text("repository_username"), "u");
    assert_eq!(places.at("https://charts.example.com").text("repository_password"), "p");
    assert_eq!(
        places.at("https://elsewhere.example.com").text("repository"),
        "https://elsewhere.example.com"
    );
    assert!(places.index("one").unwrap_err().starts_with("no cached repo found."));
    std::fs::remove_dir_all(directory).unwrap();
}
