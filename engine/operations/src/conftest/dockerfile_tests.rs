use super::*;

/// What Conftest gives; none where it refuses.
const ROWS: &[(&str, Option<&str>)] = &[
    (
        "# syntax=docker/dockerfile:1\n# about\n\n#  the base\nFROM --platform=linux/amd64 alpine:3 AS Base\nRUN a \\\n  # between\n  && b\nFROM scratch\nCOPY --from=base [\"x\", \"y\"]\nONBUILD RUN echo hi\n",
        Some(
            r##"[[{"Cmd": "comment", "Flags": null, "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["about"]}, {"Cmd": "comment", "Flags": null, "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["the base"]}, {"Cmd": "from", "Flags": ["--platform=linux/amd64"], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["alpine:3", "AS", "Base"]}, {"Cmd": "run", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["a   && b"]}, {"Cmd": "from", "Flags": [], "JSON": false, "Stage": 1, "SubCmd": "", "Value": ["scratch"]}, {"Cmd": "copy", "Flags": ["--from=base"], "JSON": true, "Stage": 1, "SubCmd": "", "Value": ["x", "y"]}, {"Cmd": "onbuild", "Flags": [], "JSON": false, "Stage": 1, "SubCmd": "RUN", "Value": ["echo hi"]}]]"##,
        ),
    ),
    (
        "# escape=`\nFROM a\nENV A=1 B=\"x y\"\nENV C d e\nLABEL k=v\nEXPOSE 80 443\nHEALTHCHECK --interval=5s CMD [\"curl\", \"x\"]\nRUN dir c:\\ `\n  more\nARG X=1 Y\n",
        Some(
            r##"[[{"Cmd": "from", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["a"]}, {"Cmd": "env", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["A", "1", "=", "B", "\"x y\"", "="]}, {"Cmd": "env", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["C", "d e", ""]}, {"Cmd": "label", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["k", "v", "="]}, {"Cmd": "expose", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["80", "443"]}, {"Cmd": "healthcheck", "Flags": ["--interval=5s"], "JSON": true, "Stage": 0, "SubCmd": "", "Value": ["CMD", "curl", "x"]}, {"Cmd": "run", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["dir c:\\   more"]}, {"Cmd": "arg", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["X=1", "Y"]}]]"##,
        ),
    ),
    (
        "FROM a\nRUN <<-EOF cat\n\tFROM b\n\tEOF\nUSER me",
        Some(
            r##"[[{"Cmd": "from", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["a"]}, {"Cmd": "run", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["<<-EOF cat"]}, {"Cmd": "user", "Flags": [], "JSON": false, "Stage": 0, "SubCmd": "", "Value": ["me"]}]]"##,
        ),
    ),
    ("FROM a b\n", None),
    ("RUN --nope x\n", None),
    ("FOO\n", None),
    ("# only\n", None),
    ("FROM a\nRUN <<EOF\nx\n", None),
    ("FROM a\nADD x\n", None),
    ("CMD [\"a\", 1]\n", None),
];

#[test]
fn what_conftest_gives() {
    for (text, wanted) in ROWS {
        let wanted = wanted.map(|text| serde_json::from_str::<Json>(text).unwrap());
        assert_eq!(commands(text).ok(), wanted, "{text}");
    }
}

#[test]
fn many_instructions_in_each_other_are_an_error() {
    let chain = format!("FROM a\n{}RUN x\n", "ONBUILD ONBUILD\tonbuild \\\n".repeat(100_000));
    let refused = commands(&chain).unwrap_err();
    assert_eq!(refused, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed, on line 2");
}
