use super::*;
use crate::conftest::{ConftestShape, shaped};

fn result(failures: &[&str], warnings: &[&str], skipped: &[&str]) -> CheckResult {
    let findings = |texts: &[&str]| {
        let of = |text: &&str| Finding { message: (*text).to_owned(), place: None, metadata: Vec::new() };
        texts.iter().map(of).collect()
    };
    CheckResult {
        file: "a/b.yaml".to_owned(),
        namespace: "main".to_owned(),
        failures: findings(failures),
        warnings: findings(warnings),
        skipped: findings(skipped),
        ..CheckResult::default()
    }
}

#[test]
fn azure_pipelines_get_issues_in_groups() {
    assert_eq!(
        azure(&[result(&["no"], &["hm"], &["later"])]),
        "##[section]Testing 'a/b.yaml' against 3 policies in namespace 'main'\n##[group]See conftest results\n\
         ##vso[task.logissue type=error] file=a/b.yaml --> no\n\
         ##vso[task.logissue type=warning] file=a/b.yaml --> hm\nskipped file=a/b.yaml later\n##[endgroup]\n\
         3 tests, 0 passed, 1 warning, 1 failure, 0 exceptions\n"
    );
}

#[test]
fn sarif_has_each_rule_once_and_each_finding() {
    let document: Json = serde_json::from_str(&sarif(&[result(&["a", "b"], &[], &[])])).unwrap();
    let run = &document["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(run["results"][1]["ruleIndex"], 0);
    assert_eq!(run["results"][1]["message"]["text"], "b");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let passed = CheckResult { successes: 1, ..result(&[], &[], &[]) };
    let document: Json = serde_json::from_str(&sarif(&[passed])).unwrap();
    assert_eq!(document["runs"][0]["results"][0]["ruleId"], "main/success");
}

#[test]
fn exceptions_and_passed_rules_are_told_to_azure_pipelines() {
    let exception = result(&["x"], &[], &[]).failures;
    let one = CheckResult { successes: 2, exceptions: exception, ..result(&[], &[], &[]) };
    let told = azure(std::slice::from_ref(&one));
    let end = "issue type=warning] file=a/b.yaml --> x\nsuccess file=a/b.yaml 2\n##[endgroup]";
    assert!(told.contains(end), "{told}");
    let document: Json = serde_json::from_str(&sarif(&[one])).unwrap();
    let run = &document["runs"][0];
    let ids: Vec<&str> =
        run["results"].as_array().unwrap().iter().map(|one| one["ruleId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["main/allow", "main/success"]);
    assert_eq!(run["invocations"][0]["exitCodeDescription"], "No policy violations found");
}

#[test]
fn sarif_says_where_a_rule_said_it_is() {
    let mut one = result(&["x"], &[], &[]);
    one.failures[0].place = Some(("a b/\u{e4}?.tf".to_owned(), "7".to_owned()));
    let document: Json = serde_json::from_str(&sarif(&[one])).unwrap();
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A4%3F.tf");
    assert_eq!(place["region"], json!({ "startLine": 7, "endLine": 7 }));
}

#[test]
fn tables_trim_cells_and_leave_blank_lines_out() {
    let shape = ConftestShape { output: "table".to_owned(), ..ConftestShape::default() };
    let table = shaped(&[result(&["\ta \n  b\n\nc"], &[], &[])], &shape);
    let rows: Vec<&str> =
        table.lines().filter(|line| line.contains("failure") || line.contains("│        ")).collect();
    assert_eq!(
        rows.iter().map(|row| row.split('│').nth(4).unwrap()).collect::<Vec<_>>(),
        [" a       ", "   b     ", " c       "]
    );
}

#[test]
fn names_of_junit_tests_are_escaped_as_go_does() {
    let shape = ConftestShape { output: "junit".to_owned(), ..ConftestShape::default() };
    let shown = shaped(&[result(&["it's\t<x>"], &[], &[])], &shape);
    assert!(shown.contains("name=\"a/b.yaml - it&#39;s&#x9;&lt;x&gt;\""), "{shown}");
}
