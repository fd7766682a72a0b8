use ordain_diag::{Diagnostic, Span, codes};

use super::*;

#[test]
fn findings_keep_code_place_and_words() {
    let mut sources = Sources::new();
    let file = sources.add("dir one/main.tf", "a = 1\nb = \"ü\" x\n");
    let span = Span { file, start: 6, end: 7 };
    let error = Diagnostic::error(codes::lang::SYNTAX, "Bad <b>", "Why ]]> so.").with_span(span);
    let found: Diagnostics = error.into();
    let document = sarif(&found, &sources);
    let result = &document["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], codes::lang::SYNTAX.id);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "dir%20one/main.tf");
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(document["runs"][0]["tool"]["driver"]["rules"][0]["id"], codes::lang::SYNTAX.id);
    let text = junit(&found, &sources);
    assert!(text.contains("message=\"Bad &lt;b&gt;\"") && !text.contains("Why ]]> so"), "{text}");
    assert!(junit(&Diagnostics::new(), &sources).contains("tests=\"1\" skipped=\"0\" failures=\"0\""));
}
