use super::{AREAS, BuiltinEnv, all, find};
use crate::Value;

#[test]
fn every_row_is_in_the_table_once() {
    let rows: usize = AREAS.iter().map(|area| area.len()).sum();
    assert_eq!(all().len(), rows);
    for builtin in all().iter().chain(crate::conftest::all()) {
        assert!(builtin.signature.is_one(), "the signature of {} does not read", builtin.name);
    }
    let names: std::collections::BTreeSet<&str> = all().iter().map(|builtin| builtin.name).collect();
    assert_eq!(names.len(), rows, "a name twice");
}

/// Whatever the arguments, a function answers or fails; it never panics.
#[test]
fn any_arguments_are_borne() {
    let samples = [
        Value::Null,
        Value::Bool(true),
        Value::from(0_i64),
        Value::from(-3_i64),
        Value::from(i64::MAX),
        Value::Number(crate::Number::parse("1.5").unwrap()),
        Value::Number(crate::Number::parse("1e400").unwrap()),
        Value::from(""),
        Value::from("aé/{b}%"),
        Value::array(vec![]),
        Value::array(vec![Value::from(1_i64), Value::from("x")]),
        Value::object(vec![(Value::from("a"), Value::from("b"))]),
        Value::set(vec![Value::from("a")]),
    ];
    for builtin in all() {
        let count = builtin.signature.args.len();
        let tries = samples.len().pow(u32::try_from(count.min(3)).unwrap());
        for chosen in 0..tries {
            let mut rest = chosen;
            let args: Vec<Value> = (0..count)
                .map(|_| {
                    let at = rest % samples.len();
                    rest /= samples.len();
                    samples[at].clone()
                })
                .collect();
            let _ = (builtin.run)(&mut BuiltinEnv::new(0), &args);
        }
    }
}

#[test]
fn operators_have_their_functions() {
    assert_eq!(find("plus").unwrap().infix, Some("+"));
    assert!(find("time.now").is_none());
}
