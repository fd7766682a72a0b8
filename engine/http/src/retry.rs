//! When and how often a request is tried again.

use std::time::Duration;

use http::HeaderMap;

/// Rules for trying again. The delay doubles from try to try, unless the service names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many times a request is sent at most; at least 1.
    pub attempts: u32,
    /// Pause before the second try.
    pub first_delay: Duration,
    /// Longest pause; also bounds what the service asks for.
    pub longest_delay: Duration,
    /// Whether a request may be sent again when the connection was lost after it was sent. Right for
    /// requests that may take effect twice without harm.
    pub resend: bool,
}

impl Default for Retry {
    /// Five tries, 1 s doubling to 61 s, no second sending of what may have arrived.
    fn default() -> Self {
        Self {
            attempts: 5,
            first_delay: Duration::from_secs(1),
            longest_delay: Duration::from_secs(61),
            resend: false,
        }
    }
}

impl Retry {
    /// One try.
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Whether an answer with this status asks for another try: 408, 424, 429 and all 5xx but 501 and 505.
    pub fn is_retryable(status: u16) -> bool {
        matches!(status, 408 | 424 | 429) || (status >= 500 && status != 501 && status != 505)
    }

    /// Pause after the `attempt`-th try (from 1); what the service asked for wins.
    pub fn delay(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let factor = 1u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        asked.unwrap_or_else(|| self.first_delay.saturating_mul(factor)).min(self.longest_delay)
    }
}

/// What `Retry-After` asks for: seconds, or a date, which is counted from the answer's own `Date`.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    let now = chrono::DateTime::parse_from_rfc2822(headers.get("date")?.to_str().ok()?).ok()?;
    Some(until.signed_duration_since(now).to_std().unwrap_or(Duration::ZERO))
}
