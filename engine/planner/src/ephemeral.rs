//! Ephemeral resources: opened when asked for, closed when everything is done.

use std::sync::Arc;

use ordain_addr::ResourceInstance;
use ordain_diag::Diagnostics;
use ordain_eval::{Answer, Asked, WantedInstance};
use ordain_plan::{Event, Observer, Work};
use ordain_provider::{OpenRequest, Private, Provider};
use ordain_value::{Marks, Type, Value};

use crate::session::{Done, Session};

/// An ephemeral resource that is open.
pub(crate) struct Open {
    address: ResourceInstance,
    provider: Arc<dyn Provider>,
    private: Private,
}

/// Opens one instance; while its configuration is not known, its values are not either.
pub(crate) async fn open(session: &Session, wanted: WantedInstance, provider: Arc<dyn Provider>) -> Done {
    let asked = Asked::Instance(wanted.address.clone());
    let schema = match session.schema(&wanted.provider, &wanted.address) {
        Ok(schema) => schema,
        Err(found) => return Done::failed(asked, found),
    };
    let (config, _) = wanted.config.clone().unmark_deep();
    if !config.is_wholly_known() {
        session.observer.event(Event::PutOff { address: &wanted.address });
        let value = Value::unknown(schema.ty.clone()).with_marks(Marks::EPHEMERAL);
        return Done { answer: Some((asked, Answer::Value(value))), ..Done::default() };
    }
    let (address, null) = (&wanted.address, Value::null(Type::Dynamic));
    session.observer.event(Event::Started { address, deposed: None, work: Work::Open, known: &null });
    let request = OpenRequest { type_name: address.resource.type_name.to_string(), config };
    let (reply, found) = provider.open(request).await;
    let found = wanted.of.block.place(found, address);
    let Some(reply) = reply.filter(|_| !found.has_errors()) else {
        session.observer.event(Event::Failed { address, deposed: None, work: Work::Open });
        if provider.put_off().is_some() && !found.has_errors() {
            let value = Value::unknown(schema.ty.clone()).with_marks(Marks::EPHEMERAL);
            let answer = Some((asked, Answer::Value(value)));
            return Done { answer, found, ..Done::default() }.put_off_by(&*provider);
        }
        return Done::failed(asked, found);
    };
    session.observer.event(Event::Ended { address, deposed: None, work: Work::Open, known: &null });
    let value = reply.result.with_marks(Marks::EPHEMERAL);
    let opened = Open { address: address.clone(), provider, private: reply.private };
    Done {
        answer: Some((asked, Answer::Value(value))),
        opened: Some(Box::new(opened)),
        found,
        ..Done::default()
    }
}

/// Closes what was opened, last first.
pub(crate) async fn close(observer: &dyn Observer, mut opened: Vec<Open>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let null = Value::null(Type::Dynamic);
    while let Some(Open { address, provider, private }) = opened.pop() {
        let work = Work::Close;
        observer.event(Event::Started { address: &address, deposed: None, work, known: &null });
        found.append(
            provider.close(&address.resource.type_name, private).await.at_address(&address.to_string()),
        );
        observer.event(Event::Ended { address: &address, deposed: None, work, known: &null });
    }
    found
}
