use super::*;

fn read(words: &[&str]) -> ArgMatches {
    planning(Command::new("plan")).try_get_matches_from(words).unwrap()
}

#[test]
fn switches_take_an_equals_sign_or_nothing() {
    assert!(is_on(&read(&["plan"]), "input"));
    assert!(!is_on(&read(&["plan", "--input=false"]), "input"));
    assert!(is_on(&read(&["plan", "--destroy"]), "destroy"));
    assert!(!is_on(&read(&["plan", "--destroy", "--destroy=false"]), "destroy"));
}

#[test]
fn variables_keep_their_order() {
    let given = given_variables(&read(&["plan", "--var", "a=1", "--var-file=f", "--var=b=-2"]));
    let texts: Vec<String> = given.iter().map(|given| format!("{given:?}")).collect();
    assert_eq!(texts, ["Var(\"a=1\")", "File(\"f\")", "Var(\"b=-2\")"]);
}

#[test]
fn durations() {
    assert_eq!(seconds("1m30s"), Some(90.0));
    assert_eq!(seconds("250ms"), Some(0.25));
    assert_eq!(seconds("5"), None);
    assert_eq!(seconds(""), None);
}

#[test]
fn files_of_the_state_are_read() {
    let files = given_state_files(&read(&["plan", "--state=other.tfstate", "--backup=-"]));
    assert_eq!(files.state.as_deref(), Some("other.tfstate"));
    assert_eq!((files.out.as_deref(), files.backup.as_deref()), (None, Some("-")));
}
