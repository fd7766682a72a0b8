//! Faults on demand: a seeded sequence that says which requests fail and how.

use crate::message::Reply;
use serde_json::json;
use std::sync::Mutex;

/// What happens to a request instead of an answer.
pub(crate) enum Fault {
    /// An error answer that a client must retry.
    Answer(Reply),
    /// The connection closes before anything was done; [`Faults::loses`] is for when everything was.
    Cut,
}

/// The seeded sequence.
pub(crate) struct Faults {
    rate: f64,
    /// Share of writing requests whose answer is lost.
    lost: f64,
    /// Requests (`METHOD /path`) whose answer is still to be lost.
    lose: Mutex<Vec<String>>,
    state: Mutex<u64>,
}

impl Faults {
    pub fn new(rate: f64, lost: f64, lose: Vec<String>, seed: u64) -> Faults {
        Faults {
            rate: rate.clamp(0.0, 1.0),
            lost: lost.clamp(0.0, 1.0),
            lose: Mutex::new(lose),
            state: Mutex::new(seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15)),
        }
    }

    /// splitmix64: small, seedable, good enough to scatter faults.
    fn next(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to 1.
    fn chance(&self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether the answer to a request is lost, although the request was carried out.
    pub fn loses(&self, method: &str, path: &str) -> bool {
        let mut lose = self.lose.lock().unwrap_or_else(|e| e.into_inner());
        let named = format!("{method} {path}");
        if let Some(at) = lose.iter().position(|wanted| *wanted == named) {
            lose.remove(at);
            return true;
        }
        drop(lose);
        let writes = !matches!(method, "GET" | "HEAD");
        writes && self.lost > 0.0 && self.chance() < self.lost
    }

    /// The fault for the next request, if any. Faults come before the request has any effect.
    pub fn draw(&self, service: &str) -> Option<Fault> {
        if self.rate <= 0.0 {
            return None;
        }
        if self.chance() >= self.rate {
            return None;
        }
        Some(match self.next() % 3 {
            0 => Fault::Cut,
            1 => Fault::Answer(refusal(service, 429)),
            _ => Fault::Answer(refusal(service, 503)),
        })
    }
}

fn refusal(service: &str, status: u16) -> Reply {
    let (code, message) = match status {
        429 => ("TooManyRequests", "The request is being throttled."),
        _ => ("ServiceUnavailable", "The service is unavailable."),
    };
    if service == "blobs" {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>ServerBusy</Code><Message>{message}</Message></Error>"
        );
        let reply = Reply::bytes(status, "application/xml", body).with("x-ms-error-code", "ServerBusy");
        return reply.with("Retry-After", "0");
    }
    let body = match service {
        "kubernetes" => json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": code, "details": {"retryAfterSeconds": 1}, "code": status}),
        _ => json!({"error": {"code": code, "message": message}}),
    };
    Reply::json(status, &body).with("Retry-After", "0")
}
