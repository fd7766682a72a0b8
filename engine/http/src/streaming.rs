//! Answers that are read as they come: watches, logs, large files.

use std::fmt;

use http::HeaderMap;

use crate::{Cancel, ErrorKind, HttpError};

/// The head of an answer, and its body piece by piece.
pub struct Streaming {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    pub(crate) inner: reqwest::Response,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) cancel: Cancel,
}

impl Streaming {
    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// The connection was lost, or the caller asked to stop.
    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        let next = tokio::select! {
            () = self.cancel.cancelled() => {
                return Err(HttpError::new(ErrorKind::Cancelled, &self.method, &self.url, "asked to stop"));
            }
            next = self.inner.chunk() => next,
        };
        match next {
            Ok(chunk) => Ok(chunk.map(|bytes| bytes.to_vec())),
            Err(error) => Err(HttpError::from_reqwest(error, &self.method, &self.url)),
        }
    }
}

/// Shows the status only.
impl fmt::Debug for Streaming {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Streaming").field("status", &self.status).finish_non_exhaustive()
    }
}
