//! Messages about what is under way: `apply_*`, `refresh_*`, `provision_*`, `ephemeral_op_*`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ordain_addr::{DeposedKey, ResourceInstance};
use ordain_plan::{Event, Observer, Work};
use ordain_value::{Kind, Value};
use serde_json::{Map, Value as Json};

use super::Machine;
use super::messages::resource_json;
use crate::progress::elapsed;

/// How often a long operation says that it goes on.
const STILL: Duration = Duration::from_secs(10);

/// Writes a message for each event; a thread keeps time until it is dropped.
pub struct Hooks {
    machine: Machine,
    flights: Arc<Mutex<Flights>>,
}

#[derive(Default)]
struct Flights {
    under_way: BTreeMap<(ResourceInstance, Option<DeposedKey>), Flight>,
    over: bool,
}

struct Flight {
    begun: Instant,
    told: Instant,
    work: Work,
}

/// What is said about one kind of work.
struct Words {
    /// First half of the message's type.
    group: &'static str,
    /// `action` of the hook; none for what only refreshes.
    action: Option<&'static str>,
    start: &'static str,
    still: &'static str,
    /// Beginning of "… complete" and "… errored".
    noun: &'static str,
}

fn words(work: Work) -> Option<Words> {
    let (group, action, start, still, noun) = match work {
        Work::Import | Work::Adopt => return None,
        Work::Refresh => ("refresh", None, "Refreshing state...", "Still refreshing...", "Refresh"),
        Work::Read => ("apply", Some("read"), "Refreshing...", "Still refreshing...", "Refresh"),
        Work::Create => ("apply", Some("create"), "Creating...", "Still creating...", "Creation"),
        Work::Update => ("apply", Some("update"), "Modifying...", "Still modifying...", "Modifications"),
        Work::Delete => ("apply", Some("delete"), "Destroying...", "Still destroying...", "Destruction"),
        Work::Open => ("ephemeral_op", Some("open"), "Opening...", "Still opening...", "Opening"),
        Work::Renew => ("ephemeral_op", Some("renew"), "Renewing...", "Still renewing...", "Renewal"),
        Work::Close => ("ephemeral_op", Some("close"), "Closing...", "Still closing...", "Closing"),
    };
    Some(Words { group, action, start, still, noun })
}

impl Hooks {
    /// Writes to `machine`.
    pub fn new(machine: Machine) -> Self {
        let flights = Arc::new(Mutex::new(Flights::default()));
        let (watched, voice) = (flights.clone(), machine.clone());
        std::thread::spawn(move || {
            while !lock(&watched).tick(&voice) {
                std::thread::sleep(Duration::from_millis(200));
            }
        });
        Self { machine, flights }
    }

    fn started(&self, address: &ResourceInstance, deposed: Option<&DeposedKey>, work: Work, known: &Value) {
        let now = Instant::now();
        let flight = Flight { begun: now, told: now, work };
        lock(&self.flights).under_way.insert((address.clone(), deposed.cloned()), flight);
        let Some(words) = words(work) else { return };
        // What is created has no name yet, also where it takes another one's place.
        let id = if work == Work::Create { None } else { identity(known) };
        let mut hook = hook(address, words.action);
        identify(&mut hook, id.as_ref());
        let message = format!("{address}: {}{}", words.start, shown(id.as_ref()));
        self.machine.tell(&message, &format!("{}_start", words.group), [("hook", hook.into())]);
    }

    fn ended(&self, address: &ResourceInstance, deposed: Option<&DeposedKey>, work: Work, known: &Value) {
        let after = self.take(address, deposed);
        let Some(words) = words(work) else { return };
        let id = if work == Work::Read { None } else { identity(known) };
        let mut hook = hook(address, words.action);
        identify(&mut hook, id.as_ref());
        let mut message = format!("{address}: {} complete", words.noun);
        if words.action.is_some() {
            hook.insert("elapsed_seconds".into(), after.as_secs().into());
            message.push_str(&format!(" after {}", elapsed(after)));
        }
        message.push_str(&shown(id.as_ref()));
        self.machine.tell(&message, &format!("{}_complete", words.group), [("hook", hook.into())]);
    }

    fn failed(&self, address: &ResourceInstance, deposed: Option<&DeposedKey>, work: Work) {
        let after = self.take(address, deposed);
        // A read that fails is told by its diagnostic alone.
        let Some(words) = words(work).filter(|_| !matches!(work, Work::Refresh | Work::Read)) else { return };
        let mut hook = hook(address, words.action);
        hook.insert("elapsed_seconds".into(), after.as_secs().into());
        let message = format!("{address}: {} errored after {}", words.noun, elapsed(after));
        self.machine.tell(&message, &format!("{}_errored", words.group), [("hook", hook.into())]);
    }

    fn take(&self, address: &ResourceInstance, deposed: Option<&DeposedKey>) -> Duration {
        let key = (address.clone(), deposed.cloned());
        let flight = lock(&self.flights).under_way.remove(&key);
        flight.map(|flight| flight.begun.elapsed()).unwrap_or_default()
    }

    fn provision(&self, address: &ResourceInstance, kind: &str, said: &str, event: &str, line: Option<&str>) {
        let mut hook = hook(address, None);
        hook.insert("provisioner".into(), kind.into());
        if let Some(line) = line {
            hook.insert("output".into(), line.into());
        }
        self.machine.tell(
            &format!("{address}: {said}"),
            &format!("provision_{event}"),
            [("hook", hook.into())],
        );
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        lock(&self.flights).over = true;
    }
}

fn lock(flights: &Mutex<Flights>) -> MutexGuard<'_, Flights> {
    flights.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Flights {
    /// Says what takes long; true when there is nothing more to watch.
    fn tick(&mut self, machine: &Machine) -> bool {
        for ((address, _), flight) in &mut self.under_way {
            let Some(words) = words(flight.work).filter(|words| words.action.is_some()) else { continue };
            if flight.told.elapsed() >= STILL {
                flight.told = Instant::now();
                let after = flight.begun.elapsed();
                let mut hook = hook(address, words.action);
                hook.insert("elapsed_seconds".into(), after.as_secs().into());
                let message = format!("{address}: {} [{} elapsed]", words.still, elapsed(after));
                machine.tell(&message, &format!("{}_progress", words.group), [("hook", hook.into())]);
            }
        }
        self.over
    }
}

fn hook(address: &ResourceInstance, action: Option<&str>) -> Map<String, Json> {
    let mut out = Map::new();
    out.insert("resource".into(), resource_json(address));
    if let Some(action) = action {
        out.insert("action".into(), action.into());
    }
    out
}

/// Name and value of what identifies an object, where it is known and may be shown.
fn identity(object: &Value) -> Option<(&'static str, String)> {
    if object.marks().is_sensitive() {
        return None;
    }
    ["id", "name"].into_iter().find_map(|key| {
        let value = object.get(key)?;
        match value.kind() {
            Kind::String(text) if !text.is_empty() && !value.marks().is_sensitive() => {
                Some((key, text.to_string()))
            }
            _ => None,
        }
    })
}

fn identify(hook: &mut Map<String, Json>, id: Option<&(&str, String)>) {
    if let Some((key, value)) = id {
        hook.insert("id_key".into(), (*key).into());
        hook.insert("id_value".into(), value.clone().into());
    }
}

fn shown(id: Option<&(&str, String)>) -> String {
    id.map(|(key, value)| format!(" [{key}={value}]")).unwrap_or_default()
}

impl Observer for Hooks {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Started { address, deposed, work, known } => self.started(address, deposed, work, known),
            Event::Ended { address, deposed, work, known } => self.ended(address, deposed, work, known),
            Event::Failed { address, deposed, work } => self.failed(address, deposed, work),
            // Terraform has no message for it.
            Event::PutOff { .. } => {}
            Event::ProvisionStarted { address, kind } => {
                self.provision(address, kind, &format!("Provisioning with '{kind}'..."), "start", None);
            }
            Event::ProvisionOutput { address, kind, line } => {
                self.provision(address, kind, &format!("({kind}): {line}"), "progress", Some(line));
            }
            Event::ProvisionEnded { address, kind, ok, .. } => {
                let (words, event) = if ok { ("complete", "complete") } else { ("errored", "errored") };
                self.provision(address, kind, &format!("({kind}) Provisioning {words}"), event, None);
            }
        }
    }
}
