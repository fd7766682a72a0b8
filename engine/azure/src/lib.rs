//! Azure over HTTP: cloud endpoints, credentials, tokens and long-running operations.
