//! What a template can ask of the world: time, randomness, cluster objects.

use ordain_gostd::time::Moment;
use serde_json::Value as Json;

/// Answers for `now`, the random functions and `lookup`.
pub trait Outside: Sync {
    /// The present time.
    fn now(&self) -> Moment;

    /// Fills a buffer with random bytes.
    ///
    /// # Errors
    /// A text for the user when the source fails; nothing secret is then made.
    fn random(&self, buffer: &mut [u8]) -> Result<(), String>;

    /// `lookup apiVersion kind namespace name`: one object, or with an empty name a list of them; an empty JSON object
    /// when there is none or no cluster is asked.
    ///
    /// # Errors
    /// The text Helm would show, when the cluster cannot answer.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Result<Json, String>;
}

/// The world as `helm template` sees it: no cluster.
#[derive(Debug, Clone, Copy, Default)]
pub struct Detached {
    /// What `now` answers, in seconds and nanoseconds since 1970.
    pub now: (i64, u32),
}

impl Outside for Detached {
    fn now(&self) -> Moment {
        Moment::utc(self.now.0, self.now.1)
    }

    fn random(&self, buffer: &mut [u8]) -> Result<(), String> {
        getrandom::fill(buffer).map_err(|e| format!("no random numbers: {e}"))
    }

    fn lookup(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Json, String> {
        Ok(Json::Object(serde_json::Map::new()))
    }
}
