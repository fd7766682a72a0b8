//! One plain function per use case, wiring real stores and providers; no terminal.
