//! `conftest verify`: the tests of policies.

use ordain_rego::{TestFault, TestOptions, TestOutcome, run_tests};

use super::check::{loading, placed, wildcards};
use super::{CheckResult, ConftestQuestion, Finding};
use crate::evaluating::runtime;
use crate::rego::watched;

/// Runs the tests of policies.
///
/// # Errors
///
/// What keeps them from being run, and the first error of one.
pub fn conftest_verify(question: &ConftestQuestion) -> Result<Vec<CheckResult>, String> {
    if question.policies.is_empty() {
        return Err("load: loading policies: no policies found".to_owned());
    }
    let files: Vec<_> = question.policies.iter().chain(&question.data).cloned().collect();
    let options = TestOptions {
        limits: question.bounds.limits,
        cancel: None,
        version: question.version,
        only: None,
        now_ns: question.now_ns,
        runtime: runtime(&question.environment),
        cover: false,
        strict: question.strict,
        conftest: true,
        readable: question.readable.clone(),
    };
    let report = watched(question.bounds.longest(), |cancel| {
        run_tests(&files, &TestOptions { cancel: Some(cancel), ..options })
    });
    let report = report.map_err(|failed| failed.0)?.map_err(|fault| match fault {
        TestFault::Data(faults) => loading("load documents", &faults),
        TestFault::Policies(errors) => {
            let faults: Vec<String> = errors.iter().map(|error| placed(error, question)).collect();
            loading("loading policies", &faults)
        }
    })?;
    let patterns = wildcards(&question.namespaces)?;
    let mut results = Vec::new();
    for run in report.runs {
        let namespace = run.package.strip_prefix("data.").unwrap_or(&run.package);
        if !patterns.is_empty() && !patterns.iter().any(|pattern| pattern.matches(namespace)) {
            continue;
        }
        let file = usize::try_from(run.at.file()).ok().and_then(|file| question.policies.get(file));
        let mut result = CheckResult {
            file: file.map_or(String::new(), |file| file.path.clone()),
            ..CheckResult::default()
        };
        let message = format!("{}.{}", run.package, run.name);
        let finding = Finding { message, place: None, metadata: Vec::new() };
        match run.outcome {
            TestOutcome::Passed => result.successes = 1,
            TestOutcome::Failed => result.failures.push(finding),
            TestOutcome::Skipped => result.skipped.push(finding),
            TestOutcome::Errored(errors, _) => {
                let faults: Vec<String> = errors.iter().map(|error| placed(error, question)).collect();
                return Err(format!("run test: {}", faults.join("\n")));
            }
        }
        results.push(result);
    }
    Ok(results)
}
