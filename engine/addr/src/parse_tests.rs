use super::*;

#[test]
fn addresses_print_as_they_were_read() {
    for text in [
        "aws_vpc.a",
        "data.aws_vpc.a[0]",
        "module.a",
        "module.a[\"x\"].module.b[2].aws_vpc.c[\"k$${x}\\\"y\"]",
        "ephemeral.x.y",
        "resource.var.y",
    ] {
        assert_eq!(parse_target(text).unwrap().to_string(), text);
    }
}

#[test]
fn broken_addresses_say_where() {
    for (text, at) in [("", 0), ("aws_vpc", 7), ("a.b[x]", 3), ("a.b[\"x\"", 3), ("a.b.c", 3), ("1.b", 0)] {
        assert_eq!(parse_target(text).unwrap_err().at, at, "{text}");
    }
}

#[test]
fn broken_addresses_are_named_as_terraform_names_them() {
    for (text, summary) in [
        ("x", "Invalid address"),
        ("a b", "Invalid character"),
        ("module", "Invalid address operator"),
        ("a.b[", "Index value required"),
        ("a.b.id", "Invalid address"),
        ("a.b[0][1]", "Invalid address"),
        ("a.*", "Attribute name required"),
        ("a.b[*]", "Attribute name required"),
        ("\"q\"", "Variable name required"),
        ("each.value", "Invalid address"),
        ("a.b[\"x]", "Unterminated string literal"),
        ("a.b[0", "Unclosed index brackets"),
        ("a.b[0x]", "Unclosed index brackets"),
        ("a.b[1.5]", "Invalid address"),
        ("a.b.", "Attribute name required"),
        ("a.b.0", "Attribute name required"),
        ("a.b.c.", "Attribute name required"),
        ("a.b[\"\\z\"]", "Invalid escape sequence"),
        ("a.b[\"${x}\"]", "Invalid string literal"),
    ] {
        assert_eq!(parse_target(text).unwrap_err().summary, summary, "{text}");
    }
}

#[test]
fn blanks_and_numbers_are_read_as_in_references() {
    for (text, plain) in
        [(" a.b ", "a.b"), ("a . b [ 1 ]", "a.b[1]"), ("a.b[1e1]", "a.b[10]"), ("a.b[2.0]", "a.b[2]")]
    {
        assert_eq!(parse_target(text).unwrap().to_string(), plain, "{text}");
    }
}

#[test]
fn keys_of_marks_are_read_as_they_are_printed() {
    const PARTS: [&str; 11] = ["$", "%", "{", "}", "$${", "${", "%{", "\\", "\"", "\n", "x"];
    for first in PARTS {
        for second in PARTS {
            for third in PARTS {
                let key = Key::Str(format!("{first}{second}{third}").into());
                let instance = parse_resource("a.b").unwrap().instance(Some(key));
                assert_eq!(parse_instance(&instance.to_string()).unwrap(), instance, "{instance}");
            }
        }
    }
}

#[test]
fn a_target_without_key_means_all_keys() {
    let instance = parse_instance("module.m[1].a.b[\"k\"]").unwrap();
    for text in ["module.m", "module.m[1]", "module.m.a.b", "module.m[1].a.b[\"k\"]"] {
        assert!(Target::parse(text).unwrap().selects(&instance), "{text}");
    }
    for text in ["module.m[0]", "a.b", "module.m.a.b[\"j\"]", "module.m.a.c"] {
        assert!(!Target::parse(text).unwrap().selects(&instance), "{text}");
    }
}

#[test]
fn provider_configurations_with_keys() {
    for text in [
        "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "provider[\"registry.terraform.io/hashicorp/aws\"].east",
        "module.a.module.b.provider[\"registry.terraform.io/hashicorp/aws\"].by_region[\"eu.west-1\\\"\"]",
    ] {
        assert_eq!(crate::ProviderConfigAddr::parse(text).unwrap().to_string(), text);
    }
    for text in ["provider[\"a\"].by[0]", "provider[\"a\"].by[\"a\"", "provider[\"a\"].by[\"a\"].b"] {
        assert_eq!(crate::ProviderConfigAddr::parse(text), None, "{text}");
    }
}
