//! What is in flight: a write-ahead journal beside the state.
//!
//! One JSON text a line. The first is the [`Header`]; then a `started` line that is durable before a
//! provider is called, and a `finished` or `failed` line with the [`Edit`]s that the call left. The state
//! is the fold of the journal over the last snapshot, so a step costs bytes in proportion to itself only.
//! A torn last line never happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{DeposedKey, ProviderConfigAddr};
use ordain_diag::{Diagnostic, codes};
use serde::{Deserialize, Serialize};

use crate::{Edit, State, v4};

/// First line: what the journal belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of this format: 1.
    pub journal: u32,
    /// Lineage of the snapshot that it is folded over.
    pub lineage: String,
    /// Serial of that snapshot.
    pub serial: u64,
    /// Digest of the plan that is carried out.
    pub plan: String,
    /// The permit that allows it, as text.
    pub permit: String,
}

/// One event of a step. Steps are named by their number in the plan.
#[derive(Clone, Debug)]
pub enum Event {
    /// About to call a provider.
    Started {
        /// Which step.
        step: u32,
        /// What it does to what, for people.
        what: String,
    },
    /// Ended well.
    Finished {
        /// Which step.
        step: u32,
        /// What it left.
        edits: Vec<Edit>,
    },
    /// Ended with errors.
    Failed {
        /// Which step.
        step: u32,
        /// Summary of the first error, without values.
        why: String,
        /// What it left all the same.
        edits: Vec<Edit>,
    },
}

/// How far a step got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepStatus {
    /// Not begun.
    New,
    /// Begun, and nobody knows how it ended; the text says what it was.
    InDoubt(String),
    /// Ended well.
    Done,
    /// Ended with errors.
    Failed(String),
}

/// Brings a snapshot up to date and says how far each step got. Steps that are not in the result are new.
pub fn fold(state: &mut State, events: impl IntoIterator<Item = Event>) -> BTreeMap<u32, StepStatus> {
    let mut status = BTreeMap::new();
    for event in events {
        let (step, next, edits) = match event {
            Event::Started { step, what } => (step, StepStatus::InDoubt(what), Vec::new()),
            Event::Finished { step, edits } => (step, StepStatus::Done, edits),
            Event::Failed { step, why, edits } => (step, StepStatus::Failed(why), edits),
        };
        status.insert(step, next);
        for edit in edits {
            state.edit(edit);
        }
    }
    status
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventLine {
    Started { step: u32, what: String },
    Finished { step: u32, edits: Vec<EditLine> },
    Failed { step: u32, why: String, edits: Vec<EditLine> },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EditLine {
    Put { address: String, provider: String, object: Box<v4::document::Instance> },
    Remove { address: String, deposed: Option<String> },
    Depose { address: String, key: String },
    Restore { address: String, key: String },
}

/// The header as a line, line break included.
pub fn header_line(header: &Header) -> Result<Vec<u8>, Diagnostic> {
    line(header)
}

/// An event as a line, line break included.
pub fn event_line(event: &Event) -> Result<Vec<u8>, Diagnostic> {
    let lines = |edits: &[Edit]| edits.iter().map(edit_line).collect::<Result<Vec<_>, _>>();
    line(&match event {
        Event::Started { step, what } => EventLine::Started { step: *step, what: what.clone() },
        Event::Finished { step, edits } => EventLine::Finished { step: *step, edits: lines(edits)? },
        Event::Failed { step, why, edits } => {
            EventLine::Failed { step: *step, why: why.clone(), edits: lines(edits)? }
        }
    })
}

fn line<T: Serialize>(value: &T) -> Result<Vec<u8>, Diagnostic> {
    let mut text = v4::compact(value)?.into_bytes();
    text.push(b'\n');
    Ok(text)
}

fn edit_line(edit: &Edit) -> Result<EditLine, Diagnostic> {
    Ok(match edit {
        Edit::Put { address, deposed, provider, object } => EditLine::Put {
            address: address.to_string(),
            provider: provider.to_string(),
            object: Box::new(v4::instance_document(None, deposed.as_ref(), object)?),
        },
        Edit::Remove { address, deposed } => EditLine::Remove {
            address: address.to_string(),
            deposed: deposed.as_ref().map(ToString::to_string),
        },
        Edit::Depose { address, key } => {
            EditLine::Depose { address: address.to_string(), key: key.to_string() }
        }
        Edit::Restore { address, key } => {
            EditLine::Restore { address: address.to_string(), key: key.to_string() }
        }
    })
}

/// Reads a whole journal; `None` when nothing of it is durable.
pub fn parse(bytes: &[u8]) -> Result<Option<(Header, Vec<Event>)>, Diagnostic> {
    let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => bytes.get(..end).unwrap_or_default(),
        None => return Ok(None),
    };
    let mut lines = whole.split(|byte| *byte == b'\n');
    let header: Header = match lines.next() {
        Some(first) => serde_json::from_slice(first).map_err(|error| broken(&error.to_string()))?,
        None => return Ok(None),
    };
    if header.journal != 1 {
        return Err(broken(&format!("its format {} is not known", header.journal)));
    }
    let events = lines.map(event_from).collect::<Result<_, _>>()?;
    Ok(Some((header, events)))
}

fn broken(why: &str) -> Diagnostic {
    Diagnostic::error(
        codes::state::STATE_FORMAT,
        "Journal cannot be read",
        format!("The journal of an unfinished apply cannot be read: {why}."),
    )
}

fn event_from(line: &[u8]) -> Result<Event, Diagnostic> {
    let line: EventLine = serde_json::from_slice(line).map_err(|error| broken(&error.to_string()))?;
    let edits = |lines: Vec<EditLine>| lines.into_iter().map(edit_from).collect::<Result<Vec<_>, _>>();
    Ok(match line {
        EventLine::Started { step, what } => Event::Started { step, what },
        EventLine::Finished { step, edits: lines } => Event::Finished { step, edits: edits(lines)? },
        EventLine::Failed { step, why, edits: lines } => Event::Failed { step, why, edits: edits(lines)? },
    })
}

fn edit_from(line: EditLine) -> Result<Edit, Diagnostic> {
    let deposed = |text: String| DeposedKey(text.into());
    Ok(match line {
        EditLine::Put { address, provider, mut object } => {
            let set_aside = std::mem::take(&mut object.deposed);
            Edit::Put {
                address: v4::parse_address(&address)?,
                deposed: (!set_aside.is_empty()).then(|| deposed(set_aside)),
                provider: ProviderConfigAddr::parse(&provider)
                    .ok_or_else(|| broken("it names a provider that cannot be read"))?,
                object: Arc::new(v4::object_from(*object, &mut v4::Dependencies::default())?),
            }
        }
        EditLine::Remove { address, deposed: key } => {
            Edit::Remove { address: v4::parse_address(&address)?, deposed: key.map(deposed) }
        }
        EditLine::Depose { address, key } => {
            Edit::Depose { address: v4::parse_address(&address)?, key: deposed(key) }
        }
        EditLine::Restore { address, key } => {
            Edit::Restore { address: v4::parse_address(&address)?, key: deposed(key) }
        }
    })
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
