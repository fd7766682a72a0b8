use std::sync::Arc;

use super::*;
use crate::{Object, Status};

fn object(json: &str) -> Arc<Object> {
    Arc::new(Object {
        status: Status::Tainted,
        schema_version: 2,
        attributes: serde_json::value::RawValue::from_string(json.to_owned()).unwrap().into(),
        flat: false,
        sensitive_paths: vec![ordain_value::Path::root().attr("a").index(0)],
        identity: None,
        private: vec![1, 2, 255],
        dependencies: Vec::new(),
        create_before_destroy: true,
    })
}

fn events() -> Vec<Event> {
    let address = ordain_addr::parse_instance("module.m[\"k\"].aws_x.y[1]").unwrap();
    let provider = ProviderConfigAddr::parse("provider[\"terraform.io/builtin/terraform\"]").unwrap();
    let key = DeposedKey("00000001".into());
    vec![
        Event::Started { step: 0, what: "Create x".to_owned() },
        Event::Finished {
            step: 0,
            edits: vec![
                Edit::Put {
                    address: address.clone(),
                    deposed: None,
                    provider,
                    object: object("{\"a\":[1]}"),
                },
                Edit::Depose { address: address.clone(), key: key.clone() },
            ],
        },
        Event::Started { step: 1, what: "Create y".to_owned() },
        Event::Failed { step: 2, why: "no".to_owned(), edits: vec![Edit::Restore { address, key }] },
    ]
}

fn text() -> Vec<u8> {
    let header = Header {
        journal: 1,
        lineage: "l".to_owned(),
        serial: 3,
        plan: "sha256:x".to_owned(),
        permit: "p".to_owned(),
    };
    let mut text = header_line(&header).unwrap();
    for event in events() {
        text.extend(event_line(&event).unwrap());
    }
    text
}

#[test]
fn the_fold_of_what_was_written_is_the_state() {
    let (header, events) = parse(&text()).unwrap().unwrap();
    assert_eq!(header.serial, 3);
    let mut state = State::default();
    let status = fold(&mut state, events);
    assert_eq!(status[&0], StepStatus::Done);
    assert_eq!(status[&1], StepStatus::InDoubt("Create y".to_owned()));
    assert_eq!(status[&2], StepStatus::Failed("no".to_owned()));
    let address = ordain_addr::parse_instance("module.m[\"k\"].aws_x.y[1]").unwrap();
    let object = state.instance(&address).unwrap().current.clone().unwrap();
    assert_eq!(object.private, [1, 2, 255]);
    assert_eq!(object.sensitive_paths.len(), 1);
    assert!(object.create_before_destroy);
}

#[test]
fn a_torn_last_line_never_happened() {
    let text = text();
    for cut in 0..text.len() {
        let (_, events) = match parse(&text[..cut]) {
            Ok(Some(journal)) => journal,
            Ok(None) => continue,
            Err(error) => panic!("{cut}: {error:?}"),
        };
        assert!(events.len() <= 4);
    }
}
