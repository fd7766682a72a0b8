//! One way to make HTTP requests: trust roots, proxies, retries with back-off, cancellation.
