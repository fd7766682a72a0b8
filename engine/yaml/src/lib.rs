//! YAML text to a bounded tree of scalars, sequences and mappings, before any schema is applied.
