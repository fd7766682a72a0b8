//! Sending, and sending again.

use std::fmt;

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{
    Cancel, ClientOptions, Environment, ErrorKind, HttpError, Request, Response, Retry, Streaming,
    retry_after, safe_url,
};

/// A pool of connections with its settings. Clones share the pool.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Client")
    }
}

impl Client {
    /// Builds a client. `env` gives `SSL_CERT_FILE` and the proxy variables.
    ///
    /// # Errors
    /// A certificate, key or proxy of the options or the environment cannot be used.
    pub fn new(options: &ClientOptions, env: &Environment) -> Result<Self, HttpError> {
        Ok(Self { inner: options.build(env)? })
    }

    /// Sends a request and reads the whole answer, trying again as the request's [`Retry`] says. The
    /// answer of the last try is returned whatever its status.
    ///
    /// # Errors
    /// There was no whole answer, or `cancel` was set.
    pub async fn send(&self, request: &Request, cancel: &Cancel) -> Result<Response, HttpError> {
        let mut attempt = 1;
        loop {
            let outcome = tokio::select! {
                () = cancel.cancelled() => Err(cancelled(request)),
                outcome = self.once(request) => outcome,
            };
            let last = attempt >= request.retry.attempts;
            let pause = match outcome {
                Ok(answer) if last || !Retry::is_retryable(answer.status) => return Ok(answer),
                Ok(answer) => request.retry.delay(attempt, retry_after(&answer.headers)),
                Err(error) if last || !may_retry(request, error.kind) => {
                    return Err(error.of(request, attempt));
                }
                Err(_) => request.retry.delay(attempt, None),
            };
            if !cancel.sleep(pause).await {
                return Err(cancelled(request).of(request, attempt));
            }
            attempt += 1;
        }
    }

    /// Sends a request once and hands the answer out as it comes. Only the connection is bounded in time.
    ///
    /// # Errors
    /// There was no answer, or `cancel` was set.
    pub async fn stream(&self, request: &Request, cancel: &Cancel) -> Result<Streaming, HttpError> {
        let mut built = self.build(request)?;
        // A watch lives as long as its reader; the client's timeout must not end it.
        *built.timeout_mut() = Some(request.timeout.unwrap_or(std::time::Duration::from_secs(86_400)));
        let answer = tokio::select! {
            () = cancel.cancelled() => return Err(cancelled(request).of(request, 1)),
            answer = self.inner.execute(built) => answer,
        };
        let inner = answer.map_err(|error| {
            HttpError::from_reqwest(error, request.method.as_str(), &request.url).of(request, 1)
        })?;
        Ok(Streaming {
            status: inner.status().as_u16(),
            headers: inner.headers().clone(),
            inner,
            method: request.method.to_string(),
            url: request.url.clone(),
            cancel: cancel.clone(),
        })
    }

    fn build(&self, request: &Request) -> Result<reqwest::Request, HttpError> {
        let invalid =
            |reason: &str| HttpError::new(ErrorKind::Invalid, request.method.as_str(), &request.url, reason);
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| invalid(&format!("`{name}` is no header name")))?;
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| invalid(&format!("the value of header `{name}` holds forbidden characters")))?;
            value.set_sensitive(true);
            headers.append(header, value);
        }
        let empty = request.body.as_ref().is_none_or(|body| body.is_empty());
        if empty && matches!(request.method, Method::PUT | Method::POST | Method::PATCH) {
            // Left out otherwise, and then services answer 411.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mut builder = self.inner.request(request.method.clone(), &request.url).headers(headers);
        if let Some(body) = &request.body {
            builder = builder.body(body.to_vec());
        }
        if let Some(timeout) = request.timeout {
            builder = builder.timeout(timeout);
        }
        builder.build().map_err(|error| HttpError::from_reqwest(error, request.method.as_str(), &request.url))
    }

    async fn once(&self, request: &Request) -> Result<Response, HttpError> {
        let failed = |error| HttpError::from_reqwest(error, request.method.as_str(), &request.url);
        let mut answer = self.inner.execute(self.build(request)?).await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > request.limit {
                let reason = format!("the answer is longer than {} bytes", request.limit);
                return Err(HttpError::new(
                    ErrorKind::TooLarge,
                    request.method.as_str(),
                    &request.url,
                    reason,
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body,
            url: safe_url(answer.url().as_str()),
        })
    }
}

impl HttpError {
    fn of(mut self, request: &Request, attempts: u32) -> Self {
        self.correlation_id.clone_from(&request.correlation_id);
        self.attempts = attempts;
        self
    }
}

fn cancelled(request: &Request) -> HttpError {
    HttpError::new(ErrorKind::Cancelled, request.method.as_str(), &request.url, "asked to stop")
}

fn may_retry(request: &Request, kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Connect => true,
        ErrorKind::Timeout | ErrorKind::Dropped => request.retry.resend,
        ErrorKind::Invalid | ErrorKind::Cancelled | ErrorKind::TooLarge => false,
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
