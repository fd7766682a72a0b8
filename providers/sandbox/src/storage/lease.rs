//! Leases: who may write to a blob, and for how long.

use super::error::Refusal;
use crate::ids::random_uuid;
use crate::json::text;
use crate::message::{Reply, Request};
use serde_json::{Value, json};

/// The lease of a blob. Times are milliseconds since 1970.
#[derive(Clone, Default, PartialEq)]
pub(crate) enum Lease {
    #[default]
    None,
    /// Held; for ever without an end. The duration is what was asked for, in seconds (-1 for ever).
    Held { id: String, until: Option<i64>, seconds: i64 },
    /// Being broken: nobody can take it before the end.
    Breaking { id: String, until: i64 },
    /// Broken or run out; the last holder's id is remembered.
    Ended { id: String, broken: bool },
}

impl Lease {
    /// The lease as it is now: time may have ended it.
    pub fn settle(&mut self, now: i64) {
        let next = match self {
            Lease::Held { id, until: Some(until), .. } if *until <= now => {
                Lease::Ended { id: id.clone(), broken: false }
            }
            Lease::Breaking { id, until } if *until <= now => Lease::Ended { id: id.clone(), broken: true },
            _ => return,
        };
        *self = next;
    }

    /// `x-ms-lease-state` and `x-ms-lease-status`.
    pub fn state(&self) -> (&'static str, &'static str) {
        match self {
            Lease::None => ("available", "unlocked"),
            Lease::Held { .. } => ("leased", "locked"),
            Lease::Breaking { .. } => ("breaking", "locked"),
            Lease::Ended { broken: true, .. } => ("broken", "unlocked"),
            Lease::Ended { broken: false, .. } => ("expired", "unlocked"),
        }
    }

    /// `infinite` or `fixed` while it is held.
    pub fn duration(&self) -> Option<&'static str> {
        match self {
            Lease::Held { until: None, .. } => Some("infinite"),
            Lease::Held { .. } => Some("fixed"),
            _ => None,
        }
    }

    fn id(&self) -> Option<&str> {
        match self {
            Lease::None => None,
            Lease::Held { id, .. } | Lease::Breaking { id, .. } | Lease::Ended { id, .. } => Some(id),
        }
    }

    fn is_active(&self) -> bool {
        matches!(self, Lease::Held { .. } | Lease::Breaking { .. })
    }

    /// May a request write? Also checks a lease id given with a read.
    pub fn check(&self, request: &Request, writes: bool) -> Result<(), Refusal> {
        let given = request.header("x-ms-lease-id");
        match given {
            None if writes && self.is_active() => Err(Refusal::of("LeaseIdMissing")),
            None => Ok(()),
            Some(_) if self.id().is_none() => Err(Refusal::of("LeaseNotPresentWithBlobOperation")),
            Some(given) if self.id().is_some_and(|id| !id.eq_ignore_ascii_case(given)) => {
                Err(Refusal::of("LeaseIdMismatchWithBlobOperation"))
            }
            Some(_) if !self.is_active() => Err(Refusal::of("LeaseLost")),
            Some(_) => Ok(()),
        }
    }

    /// A write ends an expired or broken lease's memory.
    pub fn written(&mut self) {
        if matches!(self, Lease::Ended { .. }) {
            *self = Lease::None;
        }
    }

    pub fn save(&self) -> Value {
        match self {
            Lease::None => Value::Null,
            Lease::Held { id, until, seconds } => json!({"held": id, "until": until, "seconds": seconds}),
            Lease::Breaking { id, until } => json!({"breaking": id, "until": until}),
            Lease::Ended { id, broken } => json!({"ended": id, "broken": broken}),
        }
    }

    pub fn load(kept: &Value) -> Lease {
        if kept["held"].is_string() {
            let seconds = kept["seconds"].as_i64().unwrap_or(-1);
            Lease::Held { id: text(kept, "held").into(), until: kept["until"].as_i64(), seconds }
        } else if kept["breaking"].is_string() {
            Lease::Breaking { id: text(kept, "breaking").into(), until: kept["until"].as_i64().unwrap_or(0) }
        } else if kept["ended"].is_string() {
            Lease::Ended { id: text(kept, "ended").into(), broken: kept["broken"] == true }
        } else {
            Lease::None
        }
    }
}

/// Carries out `comp=lease`.
pub(crate) fn act(lease: &mut Lease, request: &Request, now: i64) -> Result<Reply, Refusal> {
    let action = request.header("x-ms-lease-action").unwrap_or_default().to_lowercase();
    match action.as_str() {
        "acquire" => acquire(lease, request, now),
        "renew" => renew(lease, request, now),
        "change" => change(lease, request),
        "release" => release(lease, request),
        "break" => break_now(lease, request, now),
        "" => Err(Refusal::header("x-ms-lease-action", None)),
        other => Err(Refusal::header("x-ms-lease-action", Some(other))),
    }
}

fn is_uuid(id: &str) -> bool {
    let plain: String = id.chars().filter(|c| *c != '-' && *c != '{' && *c != '}').collect();
    plain.len() == 32 && plain.chars().all(|c| c.is_ascii_hexdigit())
}

fn acquire(lease: &mut Lease, request: &Request, now: i64) -> Result<Reply, Refusal> {
    let given = request.header("x-ms-lease-duration");
    let seconds: i64 =
        given.and_then(|d| d.parse().ok()).ok_or_else(|| Refusal::header("x-ms-lease-duration", given))?;
    if seconds != -1 && !(15..=60).contains(&seconds) {
        return Err(Refusal::header("x-ms-lease-duration", given));
    }
    let proposed = request.header("x-ms-proposed-lease-id");
    if proposed.is_some_and(|p| !is_uuid(p)) {
        return Err(Refusal::header("x-ms-proposed-lease-id", proposed));
    }
    match lease {
        Lease::Held { id, .. } if proposed.is_none_or(|p| !p.eq_ignore_ascii_case(id)) => {
            return Err(Refusal::of("LeaseAlreadyPresent"));
        }
        Lease::Breaking { id, .. } => {
            let same = proposed.is_some_and(|p| p.eq_ignore_ascii_case(id));
            let code = if same { "LeaseIsBreakingAndCannotBeAcquired" } else { "LeaseAlreadyPresent" };
            return Err(Refusal::of(code));
        }
        _ => {}
    }
    let id = proposed.map(str::to_string).unwrap_or_else(random_uuid);
    let until = (seconds > 0).then(|| now + seconds * 1000);
    *lease = Lease::Held { id: id.clone(), until, seconds };
    Ok(Reply::empty(201).with("x-ms-lease-id", id))
}

fn owned<'a>(lease: &Lease, request: &'a Request) -> Result<&'a str, Refusal> {
    let given = request.header("x-ms-lease-id").ok_or_else(|| Refusal::header("x-ms-lease-id", None))?;
    match lease.id() {
        None => Err(Refusal::of("LeaseNotPresentWithLeaseOperation")),
        Some(id) if id.eq_ignore_ascii_case(given) => Ok(given),
        Some(_) => Err(Refusal::of("LeaseIdMismatchWithLeaseOperation")),
    }
}

fn renew(lease: &mut Lease, request: &Request, now: i64) -> Result<Reply, Refusal> {
    let id = owned(lease, request)?.to_string();
    let seconds = match lease {
        Lease::Held { seconds, .. } => *seconds,
        Lease::Ended { broken: false, .. } => 60,
        _ => return Err(Refusal::of("LeaseIsBrokenAndCannotBeRenewed")),
    };
    let until = (seconds > 0).then(|| now + seconds * 1000);
    *lease = Lease::Held { id: id.clone(), until, seconds };
    Ok(Reply::empty(200).with("x-ms-lease-id", id))
}

fn change(lease: &mut Lease, request: &Request) -> Result<Reply, Refusal> {
    let proposed = request.header("x-ms-proposed-lease-id");
    let proposed =
        proposed.filter(|p| is_uuid(p)).ok_or_else(|| Refusal::header("x-ms-proposed-lease-id", proposed))?;
    owned(lease, request)?;
    match lease {
        Lease::Held { id, .. } => *id = proposed.to_string(),
        _ => return Err(Refusal::of("LeaseNotPresentWithLeaseOperation")),
    }
    Ok(Reply::empty(200).with("x-ms-lease-id", proposed))
}

fn release(lease: &mut Lease, request: &Request) -> Result<Reply, Refusal> {
    owned(lease, request)?;
    *lease = Lease::None;
    Ok(Reply::empty(200))
}

fn break_now(lease: &mut Lease, request: &Request, now: i64) -> Result<Reply, Refusal> {
    let given = request.header("x-ms-lease-break-period");
    let period: Option<i64> = given
        .map(|p| p.parse().map_err(|_| Refusal::header("x-ms-lease-break-period", given)))
        .transpose()?;
    let (id, remaining) = match lease {
        Lease::None => return Err(Refusal::of("LeaseNotPresentWithLeaseOperation")),
        Lease::Held { id, until, .. } => (id.clone(), until.map_or(0, |u| (u - now + 999) / 1000)),
        Lease::Breaking { id, until } => (id.clone(), (*until - now + 999) / 1000),
        Lease::Ended { id, .. } => (id.clone(), 0),
    };
    let infinite = matches!(lease, Lease::Held { until: None, .. });
    let wait = match period {
        Some(p) if infinite => p,
        Some(p) => p.min(remaining),
        None => remaining,
    };
    *lease = if wait > 0 {
        Lease::Breaking { id, until: now + wait * 1000 }
    } else {
        Lease::Ended { id, broken: true }
    };
    Ok(Reply::empty(202).with("x-ms-lease-time", wait.to_string()))
}
