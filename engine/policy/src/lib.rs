//! Plan through Rego to decisions and obligations; sole user of the Rego engine.
