//! Source set to a typed, validated module tree.
