//! Harness, layer and tidy tests, and the cases.
