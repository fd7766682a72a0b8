use std::sync::mpsc;

use ordain_addr::parse_instance;
use ordain_plan::{Event, Observer, Work};
use ordain_value::Value;

use super::*;

struct Sink(mpsc::Sender<Vec<u8>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.send(bytes.to_vec()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines(act: impl FnOnce(&Machine)) -> Vec<Json> {
    let (sender, receiver) = mpsc::channel();
    let machine = Machine::new(Box::new(Sink(sender)));
    act(&machine);
    drop(machine);
    let text: Vec<u8> = receiver.try_iter().flatten().collect();
    String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

type Json = serde_json::Value;

#[test]
fn the_first_line_names_the_versions() {
    let lines = lines(|_| {});
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["type"], "version");
    assert_eq!(lines[0]["ui"], "1.2");
    assert_eq!(lines[0]["@module"], "terraform.ui");
}

#[test]
fn an_instance_is_named_with_its_parts() {
    let address = parse_instance("module.m.terraform_data.a[\"k\"]").unwrap();
    let lines = lines(|machine| {
        let hooks = Hooks::new(machine.clone());
        let known = Value::object([("id", Value::string("42"))]);
        hooks.event(Event::Started { address: &address, deposed: None, work: Work::Update, known: &known });
        hooks.event(Event::Failed { address: &address, deposed: None, work: Work::Update });
    });
    assert_eq!(lines[1]["type"], "apply_start");
    assert_eq!(lines[1]["@message"], "module.m.terraform_data.a[\"k\"]: Modifying... [id=42]");
    let hook = &lines[1]["hook"];
    assert_eq!(hook["action"], "update");
    assert_eq!(hook["id_value"], "42");
    assert_eq!(hook["resource"]["module"], "module.m");
    assert_eq!(hook["resource"]["resource"], "terraform_data.a[\"k\"]");
    assert_eq!(hook["resource"]["implied_provider"], "terraform");
    assert_eq!(hook["resource"]["resource_key"], "k");
    assert_eq!(lines[2]["type"], "apply_errored");
    assert_eq!(lines[2]["hook"]["elapsed_seconds"], 0);
}

#[test]
fn an_error_has_its_own_level() {
    let error = Diagnostic::error(ordain_diag::codes::cli::USAGE, "No", "Because.");
    let lines = lines(|machine| machine.diagnostic(&error, &Sources::new()));
    assert_eq!(lines[1]["@level"], "error");
    assert_eq!(lines[1]["@message"], "Error: No");
    assert_eq!(lines[1]["diagnostic"]["detail"], "Because.");
}
