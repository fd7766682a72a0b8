//! Desired against prior to changes and ordered steps.
