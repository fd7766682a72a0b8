use ordain_diag::Severity;
use ordain_value::{Type, Value};

use super::placeless;

fn block(members: Vec<(&'static str, Value)>) -> Value {
    let object = Value::object(members);
    Value::list(object.ty(), [object])
}

#[test]
fn what_pods_have_no_place_for_is_said() {
    let secret = block(vec![("name", Value::string("s")), ("namespace", Value::string("other"))]);
    let local = block(vec![("path", Value::string("/data"))]);
    let volume = block(vec![
        ("name", Value::string("v")),
        ("local", local),
        ("rbd", block(vec![("secret_ref", secret)])),
    ]);
    let found = placeless(&Value::object([("spec", block(vec![("volume", volume)]))]));
    let said: Vec<(Severity, String)> =
        found.iter().map(|one| (one.severity, one.summary.to_string())).collect();
    assert_eq!(
        said,
        [
            (Severity::Error, "local is no volume of pods".to_owned()),
            (Severity::Warning, "namespace has no effect here".to_owned()),
        ]
    );
    let unset = block(vec![("local", Value::list(Type::String, [])), ("name", Value::string("v"))]);
    assert!(placeless(&Value::object([("spec", block(vec![("volume", unset)]))])).is_empty());
}
