use super::*;

fn words(raw: &[&str], env: &[(&str, &str)]) -> Vec<String> {
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    prepare(raw.iter().map(|word| (*word).to_owned()).collect(), &env).unwrap().words
}

#[test]
fn single_dashes_become_double() {
    assert_eq!(
        words(&["o", "plan", "-input=false", "--out", "p", "-"], &[]),
        ["o", "plan", "--input=false", "--out", "p", "-"]
    );
    assert_eq!(words(&["o", "-version"], &[]), ["o", "--version"]);
    assert_eq!(words(&["o", "-v"], &[]), ["o", "--version"]);
}

#[test]
fn environment_words_stand_after_the_command() {
    let env =
        [("TF_CLI_ARGS", "-no-color"), ("TF_CLI_ARGS_state_list", "-id='a b'"), ("TF_CLI_ARGS_plan", "-xx")];
    assert_eq!(
        words(&["o", "state", "list", "a.b"], &env),
        ["o", "state", "list", "--no-color", "--id=a b", "a.b"]
    );
    let env = [("TF_CLI_ARGS", "-aa"), ("ORDAIN_CLI_ARGS", "-bb")];
    assert_eq!(words(&["o", "plan"], &env), ["o", "plan", "--bb"]);
    let env = [("TF_CLI_ARGS_plan".to_owned(), "-var \"a=1".to_owned())].into();
    let why = prepare(["o", "plan"].map(str::to_owned).to_vec(), &env).unwrap_err();
    assert!(why.contains("TF_CLI_ARGS_plan"), "{why}");
}

#[test]
fn chdir_is_taken_out() {
    let raw = ["o", "-chdir=x", "plan"].map(str::to_owned).to_vec();
    let line = prepare(raw, &BTreeMap::new()).unwrap();
    assert_eq!((line.chdir, line.words), (Some(PathBuf::from("x")), vec!["o".to_owned(), "plan".to_owned()]));
}
