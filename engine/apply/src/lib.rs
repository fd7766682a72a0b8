//! Carries out a permitted plan step by step, journalling, resumable.
