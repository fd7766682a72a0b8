use super::*;

#[test]
fn files_are_told_by_their_names() {
    let names = [
        ("a/b.json", Some(Form::Json)),
        ("x.YAML", Some(Form::Yaml)),
        ("main.tf", Some(Form::Hcl)),
        (".gitignore", Some(Form::Ignore)),
        (".env", Some(Form::Dotenv)),
        (".env.prod", Some(Form::Dotenv)),
        ("prod.env", Some(Form::Dotenv)),
        ("a.properties", Some(Form::Properties)),
        ("tsconfig.jsonc", Some(Form::Jsonc)),
        ("Dockerfile", Some(Form::Dockerfile)),
        ("Dockerfile.yaml", Some(Form::Dockerfile)),
        ("dev.Dockerfile", Some(Form::Dockerfile)),
        ("Jenkinsfile", Some(Form::Unread("groovy"))),
        ("nginx.conf", Some(Form::Unread("nginx"))),
        ("a/CODEOWNERS", Some(Form::Codeowners)),
        ("f.pbtxt", None),
        ("a.ini", Some(Form::Ini)),
        ("README.md", None),
        ("json", None),
        ("a.b/c", None),
    ];
    for (name, form) in names {
        assert_eq!(Form::of(name), form, "{name}");
    }
}
