use super::*;

#[test]
fn an_unread_data_source_fails_its_check_and_no_other() {
    let instance = |address: &str| CheckInstance {
        address: address.to_owned(),
        status: CheckStatus::Pass,
        messages: Vec::new(),
    };
    let mut result = CheckResult {
        kind: CheckKind::Check,
        address: "module.m.check.c".to_owned(),
        status: CheckStatus::Pass,
        instances: vec![instance("module.m[0].check.c"), instance("module.m[1].check.c")],
    };
    result.fail_unread(&HashMap::from([("module.m[1].check.c".to_owned(), "no answer".to_owned())]));
    assert_eq!(result.status, CheckStatus::Fail);
    assert_eq!(result.instances[0], instance("module.m[0].check.c"));
    assert_eq!(result.instances[1].messages, ["no answer"]);
}

#[test]
fn every_code_says_what_to_do() {
    for code in crate::codes::all() {
        assert!(code.explained.contains("What to do"), "{code}");
        assert!(code.explained.len() > 200, "{code}");
        let widest = code.explained.lines().map(str::len).max();
        assert!(widest <= Some(165), "{code}: {widest:?}");
    }
}
