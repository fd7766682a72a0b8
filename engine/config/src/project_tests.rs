use super::*;

fn read(text: &str) -> (ProjectFile, Vec<String>) {
    let (project, found) = ProjectFile::read("ordain.hcl", text, &mut Sources::new());
    (project, found.iter().map(|item| item.summary.clone()).collect())
}

#[test]
fn everything_that_can_be_written_is_read() {
    let (project, found) = read(
        r#"
policies        = "policies"
allowed_signers = "allowed_signers"
revocations     = "revocations"

environment "staging" {
  paths              = ["environments/staging"]
  approvers          = ["*@example.com"]
  approvals          = 2
  author_may_approve = true
  plan_lifetime      = "24h"
  approval_lifetime  = "7d"
  same_effects       = true
  time_zone          = "Europe/London"
}
policy_limits {
  steps = 5000
  time  = "10s"
}
environment "dev" {
  paths     = ["environments/dev"]
  approvals = 0
}
"#,
    );
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(project.policies.as_deref(), Some("policies"));
    let limits = PolicyLimits { steps: Some(5000), seconds: Some(10), ..PolicyLimits::default() };
    assert_eq!(project.policy_limits, limits);
    let [staging, dev] = project.environments.as_slice() else { panic!("{project:?}") };
    assert_eq!((staging.approvals, staging.plan_lifetime), (Some(2), Some(86_400)));
    assert_eq!((staging.approval_lifetime, staging.same_effects), (Some(604_800), Some(true)));
    assert_eq!(&*staging.approvers[0], "*@example.com");
    assert_eq!((dev.approvals, dev.plan_lifetime, &*dev.paths[0]), (Some(0), None, "environments/dev"));
}

#[test]
fn what_is_wrong_is_reported() {
    for (text, summary) in [
        ("environment \"a\" {}", "Missing required argument"),
        ("environment \"a\" {\n  paths = [\"x\"]\n}", "No approvers"),
        ("environment \"a\" {\n  paths = [\"x\"]\n  approvals = -1\n}", "Unsuitable value"),
        (
            "environment \"a\" {\n  paths = [\"x\"]\n  approvals = 0\n  plan_lifetime = \"a day\"\n}",
            "Unsuitable value",
        ),
        (
            "environment \"a\" {\n  paths = [\"x\"]\n  approvals = 0\n  aprovers = []\n}",
            "Unsupported argument",
        ),
        ("policies = var.x", "Variables not allowed"),
        ("policy {}", "Unsupported block type"),
        ("policy_limits {\n  steps = 0\n}", "Unsuitable value"),
        ("policy_limits {}\npolicy_limits {}", "Duplicate policy_limits"),
        (
            "environment \"a\" {\n  paths = [\"x\"]\n  approvals = 0\n}\nenvironment \"a\" {\n  paths = [\"y\"]\n  \
             approvals = 0\n}",
            "Duplicate environment",
        ),
    ] {
        let (_, found) = read(text);
        assert!(found.iter().any(|item| item == summary), "{text}: {found:?}");
    }
}

#[test]
fn implementations_are_forced() {
    let (project, found) = read("provider \"hashicorp/azurerm\" {\n  implementation = \"plugin\"\n}\n");
    assert_eq!(found, Vec::<String>::new());
    let address = ProviderAddr::parse("hashicorp/azurerm").unwrap();
    assert_eq!(project.implementations.get(&address), Some(&Implementation::Plugin));
    let (_, found) = read("provider \"a/b/c/d\" {\n  implementation = \"plugin\"\n}\n");
    assert_eq!(found, ["Invalid provider source string"]);
    let (_, found) = read("provider \"hashicorp/azurerm\" {\n  implementation = \"both\"\n}\n");
    assert_eq!(found, ["Unsuitable value"]);
}
