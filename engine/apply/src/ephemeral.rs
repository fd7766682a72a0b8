//! Ephemeral resources while applying: opened with known configuration, closed at the end.

use std::sync::Arc;

use ordain_addr::ResourceInstance;
use ordain_diag::Diagnostics;
use ordain_eval::WantedInstance;
use ordain_plan::{Event, Observer, Work};
use ordain_provider::{OpenRequest, Private, Provider};
use ordain_value::{Marks, Type, Value};

/// An ephemeral resource that is open.
pub(crate) struct Open {
    address: ResourceInstance,
    provider: Arc<dyn Provider>,
    private: Private,
}

/// Opens one instance. `None` goes with errors.
pub(crate) async fn open(
    observer: &dyn Observer,
    wanted: &WantedInstance,
    provider: Arc<dyn Provider>,
) -> (Option<(Value, Open)>, Diagnostics) {
    let (config, _) = wanted.config.clone().unmark_deep();
    let (address, null) = (&wanted.address, Value::null(Type::Dynamic));
    observer.event(Event::Started { address, deposed: None, work: Work::Open, known: &null });
    let request = OpenRequest { type_name: address.resource.type_name.to_string(), config };
    let (reply, found) = provider.open(request).await;
    let found = wanted.of.block.place(found, address);
    match reply.filter(|_| !found.has_errors()) {
        Some(reply) => {
            observer.event(Event::Ended { address, deposed: None, work: Work::Open, known: &null });
            let open = Open { address: address.clone(), provider, private: reply.private };
            (Some((reply.result.with_marks(Marks::EPHEMERAL), open)), found)
        }
        None => {
            observer.event(Event::Failed { address, deposed: None, work: Work::Open });
            (None, found)
        }
    }
}

/// Closes what was opened, last first.
pub(crate) async fn close(observer: &dyn Observer, mut opened: Vec<Open>) -> Diagnostics {
    let mut found = Diagnostics::new();
    let (null, work) = (Value::null(Type::Dynamic), Work::Close);
    while let Some(Open { address, provider, private }) = opened.pop() {
        observer.event(Event::Started { address: &address, deposed: None, work, known: &null });
        let closed = provider.close(&address.resource.type_name, private).await;
        found.append(closed.at_address(&address.to_string()));
        observer.event(Event::Ended { address: &address, deposed: None, work, known: &null });
    }
    found
}
